//! Fetches everything that the decisions about some entities rest on: a few bulk reads, whatever their number.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::first::first_documents;
use super::memory::Memory;
use super::survey::{Seen, Sight};
use super::texts::{Texts, wanted_texts};
use super::{SyncError, Workspace};
use crate::document::{self, Stamps};
use crate::model::{Digest, DocPath, DocumentKey, EntityId, EntityKind, Patch, Record, Revision, RevisionId, Stamp};
use crate::reconcile::{Layers, Unsaid, Writing, Writings, agent_config};
use crate::store::{Bytes, KnownAnswer, SyncState};
use crate::tree::spread;

/// An entity that may need something, with what is known of it from afar.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Which.
    pub(super) id: EntityId,
    /// What it is.
    pub(super) kind: EntityKind,
    /// Its documents on disk.
    pub(super) files: Vec<Seen>,
    /// Where they lie; `None` when there is none.
    pub(super) place: Option<Place>,
    /// Its row.
    pub(super) record: Option<Record>,
    /// What this clone last left of it.
    pub(super) left: Vec<SyncState>,
    /// Whether it is a task in the folder of a sprint that does not exist.
    pub(super) is_orphan: bool,
}

impl Candidate {
    /// Whether anything is on disk that makes the entity.
    pub(super) fn has_managed_files(&self) -> bool {
        self.files.iter().any(|seen| seen.key.role.is_managed())
    }

    /// Where its files lie: the folder of a sprint or task, the file of an agent.
    pub(super) fn lies_at(&self) -> Option<DocPath> {
        let path = &self.files.first()?.path;
        if self.kind == EntityKind::Agent { Some(path.clone()) } else { path.parent() }
    }
}

/// Where an entity lies: in a sprint or not, under its code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// What it is.
    pub(super) kind: EntityKind,
    /// The sprint of a task.
    pub(super) sprint: Option<EntityId>,
    /// The code, folded.
    pub(super) folded: String,
    /// The code as written, case and all.
    pub(super) code: String,
}

impl Place {
    /// The place of `code` in `sprint`.
    pub(super) fn new(kind: EntityKind, sprint: Option<EntityId>, code: &str) -> Self {
        Self { kind, sprint, folded: code.to_lowercase(), code: code.to_owned() }
    }

    /// Where the row says that it is.
    pub(super) fn of_row(record: &Record) -> Self {
        Self::new(record.kind, record.sprint, &record.code)
    }
}

/// Everything that the decision about one entity rests on.
pub(super) struct Gathered {
    /// The entity from afar.
    pub(super) candidate: Candidate,
    /// Its files' texts.
    pub(super) files: BTreeMap<DocumentKey, FileRead>,
    /// The row's documents, with what other programs changed laid over them.
    pub(super) head: Writings,
    /// The revisions that had only a column patch, now with documents.
    pub(super) materialised: Vec<(RevisionId, Writings)>,
    /// The agent configuration as the feed tells it, where other programs changed the row; `null` where they emptied it.
    pub(super) config_told: Option<Value>,
    /// What of it those documents do not say.
    pub(super) unsaid: Unsaid,
    /// What the history knows of each file.
    pub(super) ancestry: BTreeMap<DocumentKey, History>,
    /// What this clone last left on disk.
    pub(super) left: BTreeMap<DocumentKey, LeftThen>,
}

impl Gathered {
    /// What is known of an entity that is only about to be made.
    pub(super) fn nothing(candidate: Candidate) -> Self {
        Self {
            candidate,
            files: BTreeMap::new(),
            head: Writings::new(),
            materialised: Vec::new(),
            config_told: None,
            unsaid: Unsaid::default(),
            ancestry: BTreeMap::new(),
            left: BTreeMap::new(),
        }
    }
}

/// One file's text.
pub(super) struct FileRead {
    /// Where it lies.
    pub(super) path: DocPath,
    /// Digest of its bytes.
    pub(super) raw: Digest,
    /// Its bytes without their stamp line.
    pub(super) unstamped: Bytes,
    /// Digest of those, under which they are stored.
    pub(super) blob: Digest,
    /// All its bytes, where they are more than text and one stamp.
    pub(super) odd: Option<Bytes>,
    /// Its one good stamp.
    pub(super) stamp: Option<Stamp>,
    /// What it says; `None` where it cannot be understood.
    pub(super) content: Option<Writing>,
}

/// The revision that a stamp names.
pub(super) struct Named {
    /// What the document was in it.
    pub(super) content: Writing,
    /// What it became in each later revision, and whether this clone wrote that.
    pub(super) since: Vec<(Option<Writing>, bool)>,
}

/// What the history knows of one document on disk.
#[derive(Default)]
pub(super) struct History {
    /// The revision that its stamp names, and what became of the document since.
    pub(super) named: Option<Named>,
    /// Whether some revision has this very text.
    pub(super) is_known: bool,
}

/// What this clone left on disk.
pub(super) struct LeftThen {
    /// What the database remembers of it.
    pub(super) state: SyncState,
    /// The text; `None` where no file was left or its bytes are not stored.
    pub(super) content: Option<Writing>,
}

/// What became of an attempt to gather: the entities, and those whose files changed while they were read.
pub(super) struct Harvest {
    /// Ready to be decided.
    pub(super) gathered: Vec<Gathered>,
    /// To be looked at by the next run.
    pub(super) restless: Vec<EntityId>,
}

/// Fetches what the decisions about `candidates` rest on; `memory` is of them and may be of others.
pub(super) async fn gather(ws: &Workspace, candidates: Vec<Candidate>, memory: &Memory) -> Result<Harvest, SyncError> {
    let (candidates, mut files, restless) = read_files(ws, candidates);
    let texts = Texts::fetch(ws, wanted_texts(&candidates, &files, memory), &files, memory).await?;
    let mut with_own = |candidate: Candidate| {
        let files = files.remove(&candidate.id).unwrap_or_default();
        (candidate, files)
    };
    let gathered: Vec<_> = candidates.into_iter().map(&mut with_own).collect();
    let gathered = spread(gathered, |_, (candidate, files)| texts.assemble(ws, candidate, files, memory));
    Ok(Harvest { gathered, restless })
}

/// The files of each entity.
pub(super) type Files = BTreeMap<EntityId, BTreeMap<DocumentKey, FileRead>>;

/// Reads the files; an entity of which one is not what the survey saw is left to the next run.
fn read_files(ws: &Workspace, candidates: Vec<Candidate>) -> (Vec<Candidate>, Files, Vec<EntityId>) {
    let wanted: Vec<(EntityId, &Seen)> = candidates
        .iter()
        .flat_map(|candidate| candidate.files.iter().map(|seen| (candidate.id, seen)))
        .filter(|(_, seen)| !matches!(seen.sight, Sight::Unreadable | Sight::Ambiguous(_)))
        .collect();
    let paths: Vec<DocPath> = wanted.iter().map(|(_, seen)| seen.path.clone()).collect();
    let read = ws.tree.read_all(&paths, |index, read| {
        let read = read.ok().filter(|read| read.is_steady)?;
        let file = understand(wanted[index].1, read.bytes);
        (Some(file.raw) == wanted[index].1.raw()).then_some(file)
    });
    let mut files = Files::new();
    let mut restless = BTreeSet::new();
    for ((id, seen), file) in wanted.into_iter().zip(read) {
        match file {
            Some(file) => drop(files.entry(id).or_default().insert(seen.key.clone(), file)),
            None => drop(restless.insert(id)),
        }
    }
    let candidates = candidates.into_iter().filter(|candidate| !restless.contains(&candidate.id)).collect();
    (candidates, files, restless.into_iter().collect())
}

fn understand(seen: &Seen, bytes: Vec<u8>) -> FileRead {
    let raw = Digest::of(&bytes);
    let plain = |bytes: Vec<u8>, content| FileRead {
        path: seen.path.clone(),
        raw,
        unstamped: bytes.into(),
        blob: raw,
        odd: None,
        stamp: None,
        content,
    };
    if !seen.key.role.is_managed() {
        let bytes: Bytes = bytes.into();
        return FileRead {
            content: Some(Writing::attachment(bytes.clone())),
            unstamped: bytes,
            ..plain(Vec::new(), None)
        };
    }
    let Ok(text) = document::decode(seen.key.role, &bytes) else { return plain(bytes, None) };
    let stamped = document::split(seen.key.role, text);
    let content = Writing::document(seen.key.role, &stamped.text).0;
    if content.parsed().is_some_and(|document| document.quarantine().is_some()) {
        return plain(bytes, None);
    }
    let stamp = match stamped.stamps {
        Stamps::One(stamp) => Some(stamp),
        _ => None,
    };
    let rejoined = stamp.map(|stamp| document::stamped(seen.key.role, &stamped.text, stamp));
    let is_odd = rejoined.as_deref().unwrap_or(&stamped.text) != text;
    let is_canonical = content.bytes() == stamped.text.as_bytes();
    FileRead {
        odd: is_odd.then(|| bytes.as_slice().into()),
        stamp,
        blob: if is_canonical { content.digest() } else { Digest::of(stamped.text.as_bytes()) },
        content: Some(content),
        unstamped: stamped.text.as_bytes().into(),
        ..plain(Vec::new(), None)
    }
}

impl Texts {
    fn assemble(
        &self,
        ws: &Workspace,
        candidate: Candidate,
        files: BTreeMap<DocumentKey, FileRead>,
        memory: &Memory,
    ) -> Gathered {
        let mut layers = Layers::on(candidate.record.as_ref().map(|record| self.stored(record)).unwrap_or_default());
        let mut laid = Vec::new();
        let patched = candidate.record.as_ref().filter(|record| !record.patches.is_empty());
        let mut config_told = patched.and_then(|_| agent_config(&layers.documents));
        for (revision, patch) in candidate.record.iter().flat_map(|record| &record.patches) {
            layers.lay(patch);
            config_told = patch.config.as_ref().map_or(config_told, |change| Some(change.to.clone()));
            laid.push((*revision, layers.clone()));
        }
        let later = memory.later.get(&candidate.id).map_or(&[][..], Vec::as_slice);
        let chain = self.chain(ws, later, &candidate, &laid);
        let ancestry = files
            .keys()
            .filter_map(|key| Some((key.clone(), memory.known.get(&(candidate.id, key.clone()))?)))
            .map(|(key, answer)| {
                let history = self.history(&key, answer, &chain);
                (key, history)
            })
            .collect();
        let left = candidate
            .left
            .iter()
            .cloned()
            .map(|state| {
                let content = state.left.and_then(|left| self.writing(&state.key, &left.blob));
                (state.key.clone(), LeftThen { state, content })
            })
            .collect();
        let (head, unsaid) = (layers.documents, layers.last);
        let materialised = laid.into_iter().map(|(revision, layers)| (revision, layers.documents)).collect();
        Gathered { candidate, files, head, materialised, config_told, unsaid, ancestry, left }
    }

    /// The stored documents of a row; the first ones of a row that has none yet.
    fn stored(&self, record: &Record) -> Writings {
        match record.documents.as_slice() {
            [] => first_documents(record),
            versions => self.writings(versions),
        }
    }

    /// Number, documents and authorship of each later revision, patches laid out; some were laid already.
    fn chain(
        &self,
        ws: &Workspace,
        revisions: &[Revision],
        candidate: &Candidate,
        laid: &[(RevisionId, Layers)],
    ) -> Vec<(i64, Writings, bool)> {
        let mut layers = Layers::on(Writings::new());
        let mut chain = Vec::with_capacity(revisions.len());
        for revision in revisions {
            match (&revision.documents, &revision.patch) {
                (Some(versions), _) => layers = Layers::on(self.writings(versions)),
                (None, Some(patch)) => {
                    let known = laid.iter().find(|(id, _)| *id == revision.id);
                    layers = known.map_or_else(|| self.laid(layers, patch, candidate), |(_, known)| known.clone());
                }
                (None, None) => {}
            }
            let is_own = revision.clone == Some(ws.clone) && revision.source != crate::model::Source::Sql;
            chain.push((revision.n, layers.documents.clone(), is_own));
        }
        chain
    }

    fn laid(&self, mut layers: Layers, patch: &Patch, candidate: &Candidate) -> Layers {
        if let Some(record) = candidate.record.as_ref().filter(|_| layers.documents.is_empty()) {
            layers = Layers::on(self.writings(&record.documents));
        }
        layers.lay(patch);
        layers
    }

    fn history(&self, key: &DocumentKey, answer: &KnownAnswer, chain: &[(i64, Writings, bool)]) -> History {
        let named = answer.by_stamp.as_ref().and_then(|named| {
            let content = self.writing(key, &named.blob)?;
            let later = chain.iter().filter(|(n, ..)| *n > named.n);
            let since = later.map(|(_, documents, is_own)| (documents.get(key).cloned(), *is_own)).collect();
            Some(Named { content, since })
        });
        History { named, is_known: answer.by_text.is_some() }
    }
}

/// Whether the file on disk is, by its digests alone, the head revision's document with the head revision's stamp.
pub(super) fn is_head(seen: &Seen, record: &Record) -> bool {
    let Sight::Read(known) = &seen.sight else { return false };
    let Some(version) = record.documents.iter().find(|version| version.key == seen.key) else { return false };
    let stamp = Stamp { id: record.id, hash: version.canonical.short() };
    let stamp_fits = !seen.key.role.is_managed() || known.stamp == Some(stamp);
    stamp_fits && known.canonical == version.canonical && version.path == seen.path
}
