//! One document of an entity: what its file becomes, and what is remembered of it.

use std::sync::Arc;

use super::gather::{FileRead, Gathered};
use super::plan::{FileDeed, FileStep};
use super::prepare::{Facts, Prepared, Removal, Write, document_path};
use crate::document;
use crate::model::{Changes, Digest, DocPath, DocumentKey, EventType, NewEvent, RevisionId, Role, Stamp};
use crate::reconcile::{FileAction, Writing};
use crate::store::{Bytes, Left, SyncState};

/// One document whose file is looked after.
pub(super) struct PartToWrite<'a> {
    pub(super) gathered: &'a Gathered,
    pub(super) key: &'a DocumentKey,
    pub(super) facts: &'a Facts,
    pub(super) revision: RevisionId,
    /// Whether its entity is deleted by this.
    pub(super) is_last: bool,
}

/// The bytes that a file shall have.
struct NewBytes {
    /// In pieces that follow each other.
    pieces: Vec<Bytes>,
    /// Digest of them without their stamp line.
    blob: Digest,
}

impl PartToWrite<'_> {
    pub(super) fn prepare(&self, action: &FileAction<Writing>, prepared: &mut Prepared) {
        let file = self.gathered.files.get(self.key);
        let (deed, raw) = match action {
            FileAction::Pass => (FileDeed::Keep, file.map(|file| file.raw)),
            FileAction::Keep => self.keep(file, prepared),
            FileAction::Restamp => self.restamp(file, prepared),
            FileAction::Write(content) => self.write(file, content, prepared),
            FileAction::Remove => self.remove(file, prepared),
        };
        let path = file.map_or_else(|| self.path(), |file| file.path.clone());
        prepared.step.files.push(FileStep { path, deed, raw });
    }

    fn keep(&self, file: Option<&FileRead>, prepared: &mut Prepared) -> (FileDeed, Option<Digest>) {
        let known = self.gathered.left.get(self.key);
        match (file, known.map(|left| &left.state)) {
            (Some(file), known) => self.remember(known, file, prepared),
            (None, Some(state)) if !self.is_missed() => {
                prepared.found.dropped.push((state.entity, state.key.clone()));
            }
            (None, Some(SyncState { left: Some(_), .. })) => prepared.found.left.push(self.state(None)),
            (None, _) => {}
        }
        (FileDeed::Keep, file.map(|file| file.raw))
    }

    fn restamp(&self, file: Option<&FileRead>, prepared: &mut Prepared) -> (FileDeed, Option<Digest>) {
        let Some(file) = file else { return (FileDeed::Keep, None) };
        let Some(content) = &file.content else { return (FileDeed::Keep, Some(file.raw)) };
        let new = self.stamped(file.unstamped.clone(), file.blob, content);
        self.exchange(Some(file), new, (content, None), prepared);
        (FileDeed::Stamp, Some(file.raw))
    }

    fn write(&self, file: Option<&FileRead>, content: &Writing, prepared: &mut Prepared) -> (FileDeed, Option<Digest>) {
        let text: Bytes = match file {
            Some(file) if self.key.role.is_managed() => {
                let [local, text] = [&file.unstamped, content.bytes()].map(String::from_utf8_lossy);
                document::in_style_of(&local, &text).into_bytes().into()
            }
            _ => content.bytes().into(),
        };
        let blob = blob_of(self.key, &text);
        let is_news = file.is_none_or(|file| file.content.as_ref() != Some(content));
        let event = is_news.then(|| self.file_event(EventType::FileSynced));
        self.exchange(file, self.stamped(text, blob, content), (content, event), prepared);
        (if file.is_some() { FileDeed::Write } else { FileDeed::Create }, file.map(|file| file.raw))
    }

    fn remove(&self, file: Option<&FileRead>, prepared: &mut Prepared) -> (FileDeed, Option<Digest>) {
        let Some(file) = file else { return (FileDeed::Keep, None) };
        keep_bytes(file, prepared);
        // What goes with its row goes before anything moves; else the folder is where it shall be by then.
        let is_buried = self.gathered.candidate.record.as_ref().is_some_and(|record| record.deleted);
        let path = if is_buried { file.path.clone() } else { self.path() };
        let state = SyncState { path, ..self.state(None) };
        let event = Some(self.file_event(EventType::FileRemoved));
        prepared.removals.push(Removal { expected: file.raw, state, is_missed: self.is_missed(), event });
        (FileDeed::Remove, Some(file.raw))
    }

    /// Whether it is remembered that the document was there and is away: who puts an attachment back means it.
    fn is_missed(&self) -> bool {
        let is_live = self.gathered.candidate.record.as_ref().is_some_and(|record| !record.deleted);
        self.key.role == Role::Attachment && is_live && !self.is_last
    }

    /// Plans the exchange of a file for `content`, unless it has these bytes already; `event` is told once it is done.
    fn exchange(
        &self,
        file: Option<&FileRead>,
        new: NewBytes,
        (content, event): (&Writing, Option<NewEvent>),
        prepared: &mut Prepared,
    ) {
        let raw = Digest::of_parts(new.pieces.iter().map(|piece| &**piece));
        let left = Left { raw, blob: new.blob, canonical: content.digest() };
        if let Some(file) = file {
            self.remember(self.gathered.left.get(self.key).map(|left| &left.state), file, prepared);
            if file.raw == left.raw {
                return;
            }
            keep_bytes(file, prepared);
        }
        let expected = file.map(|file| file.raw);
        prepared.writes.push(Write { pieces: new.pieces, expected, state: self.state(Some(left)), event });
    }

    /// Remembers the file as it is and where it lies now, unless that is known.
    fn remember(&self, known: Option<&SyncState>, file: &FileRead, prepared: &mut Prepared) {
        let canonical = file.content.as_ref().map_or(file.raw, Writing::digest);
        let left = Left { raw: file.raw, blob: file.blob, canonical };
        let place = self.gathered.candidate.place.as_ref();
        let sprint = place.map_or(self.facts.home_sprint, |place| place.sprint);
        let state = SyncState { path: file.path.clone(), sprint, ..self.state(Some(left)) };
        if known != Some(&state) {
            prepared.found.left.push(state);
        }
    }

    /// Adds the stamp of `content` to `text`, whose digest `blob` is, without copying it.
    fn stamped(&self, text: Bytes, blob: Digest, content: &Writing) -> NewBytes {
        if !self.key.role.is_managed() {
            return NewBytes { pieces: vec![text], blob };
        }
        let stamp = Stamp { id: self.gathered.candidate.id, hash: content.digest().short() };
        let line = document::stamp_line(self.key.role, &String::from_utf8_lossy(&text), stamp);
        NewBytes { pieces: vec![text, line.into_bytes().into()], blob }
    }

    fn state(&self, left: Option<Left>) -> SyncState {
        SyncState {
            entity: self.gathered.candidate.id,
            key: self.key.clone(),
            path: self.path(),
            sprint: self.facts.home_sprint,
            revision: self.revision,
            left,
            head: None,
        }
    }

    /// Where the document shall lie.
    fn path(&self) -> DocPath {
        document_path(&self.facts.home, self.key)
    }

    fn file_event(&self, event_type: EventType) -> NewEvent {
        let mut details = serde_json::Map::new();
        details.insert("path".into(), self.path().to_string().into());
        NewEvent { event_type, entity: Some(self.gathered.entity()), changes: Changes::new(), details }
    }
}

/// The digest under which the text of `bytes` is stored: that of the text without any stamp.
fn blob_of(key: &DocumentKey, bytes: &[u8]) -> Digest {
    match std::str::from_utf8(bytes) {
        Ok(text) if key.role.is_managed() => Digest::of(document::split(key.role, text).text.as_bytes()),
        _ => Digest::of(bytes),
    }
}

/// Law 1: what is about to be displaced is stored first.
pub(super) fn keep_bytes(file: &FileRead, prepared: &mut Prepared) {
    prepared.blobs.insert(file.blob, Arc::clone(&file.unstamped));
    if let Some(odd) = &file.odd {
        prepared.blobs.insert(file.raw, Arc::clone(odd));
    }
}
