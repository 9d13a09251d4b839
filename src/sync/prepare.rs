//! From a verdict to what is stored and written for one entity. Pure: the same inputs give the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::gather::{Gathered, Place};
use super::part::{PartToWrite, keep_bytes};
use super::plan::{FileDeed, FileStep, Note, RowDeed, Step};
use super::record::{self, RowChange};
use super::told::{changes, conflicts, documents, kinds, notes};
use crate::model::{
    Digest, DocPath, DocumentKey, EntityId, EntityKind, EntityRef, Fields, NewConflict, NewEvent, RevisionId, Source,
};
use crate::reconcile::{PlaceAction, RowAction, Verdict, Writing, Writings, overlay};
use crate::store::{Acknowledged, Bytes, EntityChange, Materialised, SyncState};

/// The verdict on one real entity.
pub(super) type EntityVerdict = Verdict<DocumentKey, Writing>;

/// What the preparation of one entity needs beside its verdict.
pub(super) struct Facts {
    /// How the entity is written, such as `T:alpha/phase-1`.
    pub(super) reference: String,
    /// How it was written before it moved, if it moves.
    pub(super) moved_from: Option<String>,
    /// Where its documents shall lie: the folder of a sprint or task, the file of an agent.
    pub(super) home: DocPath,
    /// The sprint whose folder that is in.
    pub(super) home_sprint: Option<EntityId>,
    /// Where they lie now, if anywhere.
    pub(super) lies_at: Option<DocPath>,
    /// Where this clone last left them, if anywhere.
    pub(super) left_at: Option<DocPath>,
    /// The place that the row shall have.
    pub(super) place: Place,
    /// The id of the revision that is made, if one is.
    pub(super) revision: RevisionId,
    /// By what way it comes to be; `None` leaves that to the verdict.
    pub(super) source: Option<Source>,
    /// Columns to be set that no document has a place for.
    pub(super) row_alone: Fields,
    /// Why no file can hold what the row says, if so.
    pub(super) unfit: Option<String>,
}

impl Facts {
    /// Lays `fields` over documents, and remembers those that no document has a place for.
    pub(super) fn lay(&mut self, documents: &Writings, fields: &Fields) -> Writings {
        let laid = overlay(documents, fields);
        let alone = fields.iter().filter(|(field, _)| laid.in_row_alone.contains(field));
        self.row_alone = alone.map(|(field, value)| (*field, value.clone())).collect();
        laid.documents
    }
}

/// What is done for one entity, ready to be carried out.
pub(super) struct Prepared {
    /// In words.
    pub(super) step: Step,
    /// What is worth knowing.
    pub(super) notes: Vec<Note>,
    /// The row.
    pub(super) change: Option<EntityChange>,
    /// Revisions that had no documents.
    pub(super) materialised: Vec<Materialised>,
    /// Bytes to store.
    pub(super) blobs: BTreeMap<Digest, Bytes>,
    /// What collided.
    pub(super) conflicts: Vec<NewConflict>,
    /// What is on disk now.
    pub(super) found: Acknowledged,
    /// Files to write, and what is remembered once that is done.
    pub(super) writes: Vec<Write>,
    /// Files to remove.
    pub(super) removals: Vec<Removal>,
    /// The `.hash` of its folder, once that is done.
    pub(super) hash: Option<FolderHash>,
    /// The folder to move before any of that.
    pub(super) relocation: Option<Relocation>,
    /// Where its documents lie then.
    pub(super) home: DocPath,
}

/// A folder, or the file of an agent, that moves to where its row is.
pub(super) struct Relocation {
    /// Where it lies.
    pub(super) from: DocPath,
    /// Where it shall lie.
    pub(super) to: DocPath,
    /// What is remembered of the files in it that nothing else is done with, once it is there.
    pub(super) left: Vec<SyncState>,
}

/// What the `.hash` of a folder says.
pub(super) struct FolderHash {
    /// The folder.
    pub(super) folder: DocPath,
    /// The tracking hash of the current revision, unless this run makes a new one.
    pub(super) tracking: Option<Digest>,
    /// Digests of the files as they shall be, by name.
    pub(super) documents: BTreeMap<String, Digest>,
}

/// One file that is written.
pub(super) struct Write {
    /// Its bytes, in pieces that follow each other.
    pub(super) pieces: Vec<Bytes>,
    /// What must be there.
    pub(super) expected: Option<Digest>,
    /// What is remembered.
    pub(super) state: SyncState,
    /// What the feed says once it is written, if anything.
    pub(super) event: Option<NewEvent>,
}

/// One file that is removed.
pub(super) struct Removal {
    /// What must be there.
    pub(super) expected: Digest,
    /// What is remembered, if anything.
    pub(super) state: SyncState,
    /// Whether it is remembered that it is away.
    pub(super) is_missed: bool,
    /// What the feed says once it is away, if anything.
    pub(super) event: Option<NewEvent>,
}

impl Prepared {
    /// Only a conflict to be recorded.
    pub(super) fn only_conflict(step: Step, conflict: NewConflict, home: DocPath) -> Self {
        Self {
            step,
            notes: Vec::new(),
            change: None,
            materialised: Vec::new(),
            blobs: BTreeMap::new(),
            conflicts: vec![conflict],
            found: Acknowledged::default(),
            writes: Vec::new(),
            removals: Vec::new(),
            hash: None,
            relocation: None,
            home,
        }
    }

    /// Leaves it to the events of its row to say what becomes of its files.
    pub(super) fn tell_nothing_of_files(&mut self) {
        self.writes.iter_mut().for_each(|write| write.event = None);
        self.removals.iter_mut().for_each(|removal| removal.event = None);
    }

    /// About how many bytes it holds in memory: its texts, each counted once, and the rest by rule of thumb.
    pub(super) fn weight(&self) -> usize {
        const REST: usize = 12 << 10;
        let is_stored = |piece: &&Bytes| self.blobs.values().any(|blob| Arc::ptr_eq(blob, *piece));
        let written = self.writes.iter().flat_map(|write| &write.pieces).filter(|piece| !is_stored(piece));
        REST + self.blobs.values().chain(written).map(|bytes| bytes.len()).sum::<usize>()
    }

    /// Whether anything is to be stored.
    pub(super) fn stores_something(&self) -> bool {
        self.change.is_some()
            || !self.materialised.is_empty()
            || !self.conflicts.is_empty()
            || !self.blobs.is_empty()
            || !self.found.left.is_empty()
            || !self.found.dropped.is_empty()
    }
}

/// Lays out what `verdict` means for the entity's row and files.
pub(super) fn prepare(gathered: &Gathered, verdict: EntityVerdict, facts: &Facts) -> Prepared {
    let row = record::row_change(gathered, &verdict, facts);
    let mut prepared = Prepared {
        step: step(gathered, &verdict, facts, &row),
        notes: notes(gathered, &verdict, facts),
        change: None,
        materialised: Vec::new(),
        blobs: BTreeMap::new(),
        conflicts: conflicts(gathered, &verdict, facts),
        found: Acknowledged::default(),
        writes: Vec::new(),
        removals: Vec::new(),
        hash: None,
        relocation: None,
        home: facts.home.clone(),
    };
    let revision = row.change.as_ref().map_or_else(
        || gathered.candidate.record.as_ref().map_or(facts.revision, |record| record.head),
        |change| change.revision,
    );
    let is_last = matches!(verdict.row, RowAction::Delete { .. });
    for (key, file) in &verdict.files {
        let part = PartToWrite { gathered, key, facts, revision, is_last };
        part.prepare(&file.action, &mut prepared);
    }
    keep_held_texts(gathered, &mut prepared);
    prepared.relocation = relocation(gathered, &verdict, facts, &prepared);
    prepared.hash = folder_hash(gathered, facts, &prepared);
    prepared.blobs.extend(row.blobs);
    if facts.unfit.is_none() {
        prepared.materialised = row.materialised;
    }
    prepared.change = row.change;
    prepared
}

/// Where the document `key` lies of an entity that is at home at `home`.
pub(super) fn document_path(home: &DocPath, key: &DocumentKey) -> DocPath {
    if key.role == crate::model::Role::AgentProfile {
        return home.clone();
    }
    home.join(&key.name).expect("a stored file name is one part of a path")
}

/// Stores the text of every file that a conflict tells of.
fn keep_held_texts(gathered: &Gathered, prepared: &mut Prepared) {
    let named: Vec<Digest> = prepared.conflicts.iter().filter_map(|conflict| conflict.kept).collect();
    for file in gathered.files.values().filter(|file| named.contains(&file.blob)) {
        keep_bytes(file, prepared);
    }
}

/// What the folder's `.hash` shall say; nothing where no file is written.
fn folder_hash(gathered: &Gathered, facts: &Facts, prepared: &Prepared) -> Option<FolderHash> {
    if prepared.writes.is_empty() || gathered.candidate.kind == EntityKind::Agent {
        return None;
    }
    let now = gathered.files.iter().map(|(key, file)| (key.name.clone(), file.raw));
    let mut documents: BTreeMap<String, Digest> = now.collect();
    for removal in &prepared.removals {
        documents.remove(&removal.state.key.name);
    }
    let written = prepared.writes.iter().filter_map(|w| Some((w.state.key.name.clone(), w.state.left?.raw)));
    documents.extend(written);
    let tracking = gathered.candidate.record.as_ref().and_then(|record| record.tracking);
    Some(FolderHash { folder: facts.home.clone(), tracking, documents })
}

fn relocation(gathered: &Gathered, verdict: &EntityVerdict, facts: &Facts, prepared: &Prepared) -> Option<Relocation> {
    let (from, to) = folder_move(verdict, facts)?;
    let written = prepared.writes.iter().map(|write| &write.state.key);
    let handled: BTreeSet<&DocumentKey> = written.chain(prepared.removals.iter().map(|r| &r.state.key)).collect();
    let found = |key: &DocumentKey| prepared.found.left.iter().find(|state| state.key == *key);
    let known = |key: &DocumentKey| gathered.left.get(key).map(|left| &left.state).filter(|state| state.left.is_some());
    let kept = gathered.files.keys().filter(|key| !handled.contains(key));
    let left = kept.filter_map(|key| {
        let state = found(key).or_else(|| known(key))?;
        Some(SyncState { path: document_path(&to, key), sprint: facts.home_sprint, ..state.clone() })
    });
    let left = left.collect();
    Some(Relocation { from, to, left })
}

fn folder_move(verdict: &EntityVerdict, facts: &Facts) -> Option<(DocPath, DocPath)> {
    let from = facts.lies_at.as_ref().filter(|from| **from != facts.home)?;
    (verdict.place == PlaceAction::FilesFollowRow).then(|| (from.clone(), facts.home.clone()))
}

fn step(gathered: &Gathered, verdict: &EntityVerdict, facts: &Facts, row: &RowChange) -> Step {
    let record = gathered.candidate.record.as_ref();
    let mut files = Vec::new();
    if let Some((from, _)) = folder_move(verdict, facts) {
        files.push(FileStep { path: from, deed: FileDeed::Move, raw: None });
    }
    Step {
        entity: gathered.candidate.id,
        kind: gathered.candidate.kind,
        reference: facts.reference.clone(),
        moved_from: facts.moved_from.clone(),
        rule: verdict.rule.to_string(),
        row: row_deed(verdict),
        files,
        changes: changes(gathered, verdict, row),
        documents: documents(gathered, row),
        conflicts: kinds(verdict),
        held: verdict.is_held() || facts.unfit.is_some(),
        row_version: record.map(|record| record.row_version),
    }
}

fn row_deed(verdict: &EntityVerdict) -> RowDeed {
    use crate::reconcile::How;
    match &verdict.row {
        RowAction::Keep => RowDeed::Keep,
        RowAction::Delete { .. } => RowDeed::Delete,
        RowAction::Write { how: How::Created, .. } => RowDeed::Create,
        RowAction::Write { how: How::Restored, .. } => RowDeed::Restore,
        RowAction::Write { .. } => RowDeed::Update,
    }
}

impl Gathered {
    /// The entity, as events name it.
    pub(super) fn entity(&self) -> EntityRef {
        EntityRef { kind: self.candidate.kind, id: self.candidate.id }
    }
}
