//! What a database is asked to store, and what comes of it.

use jiff::Timestamp;

use super::Bytes;
use super::event::conflict_id;
use crate::model::{
    Actor, CloneId, ConflictId, CorrelationId, Cursor, Digest, DocPath, DocumentKey, DocumentVersion, EntityId,
    EntityKind, Epoch, Fields, NewConflict, NewEvent, ProjectId, RevisionId, RunId, Source,
};

/// The project that a fresh database is made for.
#[derive(Debug, Clone)]
pub struct NewProject {
    /// Its id, as the tree has it.
    pub id: ProjectId,
    /// Its name, for people.
    pub name: String,
    /// The first life of the database.
    pub epoch: Epoch,
}

/// One transaction's worth of changes.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    /// This attempt.
    pub run: RunId,
    /// The command it belongs to.
    pub correlation: CorrelationId,
    /// Who.
    pub actor: Actor,
    /// Where.
    pub clone: CloneId,
    /// The caller's clock, only shown to people and hashed into the tracking hash; nothing is decided by it.
    pub at: Timestamp,
    /// Rows to make, change, delete or restore; in the order in which their events are numbered. Rows may exchange
    /// their codes within one change set: only the outcome has to be unique.
    pub entities: Vec<EntityChange>,
    /// Documents of revisions that another program's SQL made, laid out for the first time.
    pub materialised: Vec<Materialised>,
    /// Every text that the changes name and that is not stored yet, or that is kept for safety.
    pub blobs: Vec<(Digest, Bytes)>,
    /// What collided; one that is open already stays as it is. Each that is recorded makes one event
    /// (`sync.conflict`, or `sync.superseded` for that kind), numbered after all others; the caller adds none.
    pub conflicts: Vec<NewConflict>,
    /// Conflicts that are decided, and how; each makes one `sync.resolved` event, numbered last.
    pub resolved: Vec<(ConflictId, String)>,
    /// Events beside those of the rows.
    pub events: Vec<NewEvent>,
    /// What is on disk now, before any file is written, in the same transaction as the rows.
    pub sync_state: Acknowledged,
}

impl ChangeSet {
    /// How many of its conflicts `committed` recorded that wait for a decision now.
    pub fn opened(&self, committed: &Committed) -> usize {
        let is_new = |index| committed.conflicts.contains(&conflict_id(self.run, index));
        let waiting = self.conflicts.iter().enumerate().filter(|(_, conflict)| !conflict.kind.is_closed_at_birth());
        waiting.filter(|(index, _)| is_new(*index)).count()
    }
}

/// One row as it shall be.
#[derive(Debug, Clone)]
pub struct EntityChange {
    /// The entity.
    pub id: EntityId,
    /// What it is.
    pub kind: EntityKind,
    /// What the row must be for the change to count.
    pub expect: Expected,
    /// The code.
    pub code: String,
    /// The sprint of a task.
    pub sprint: Option<EntityId>,
    /// Every typed column; one that is left out becomes empty, and one that a row of this kind does not have stays in
    /// the documents alone.
    pub fields: Fields,
    /// The agent configuration of a task as JSON, for other programs to read.
    pub agent_config: Option<serde_json::Value>,
    /// Read-only projections of the text, for other programs to read.
    pub metadata: serde_json::Value,
    /// Whether the row becomes a tombstone.
    pub deleted: bool,
    /// The folder or file below the root. Where a sprint's path changes, the paths of its tasks and of their documents
    /// follow, without revision and event.
    pub path: DocPath,
    /// The new revision's id.
    pub revision: RevisionId,
    /// By what way it came to be.
    pub source: Source,
    /// The new revision's documents, all of them; a tombstone keeps what it was deleted with.
    pub documents: Vec<DocumentVersion>,
    /// What the feed says about it.
    pub events: Vec<NewEvent>,
}

/// What a row must be for a change to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// There is none.
    Absent,
    /// It has this version.
    Version(i64),
}

/// The documents of a revision that was only a column patch so far.
#[derive(Debug, Clone)]
pub struct Materialised {
    /// The entity.
    pub entity: EntityId,
    /// The revision.
    pub revision: RevisionId,
    /// Its documents.
    pub documents: Vec<DocumentVersion>,
    /// What its AGENT.yml says as JSON, if it has one: the column of a task follows.
    pub agent_config: Option<serde_json::Value>,
    /// What the feed says about that, before all else.
    pub events: Vec<NewEvent>,
}

/// What a clone last left on disk of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// Whose document.
    pub entity: EntityId,
    /// Which document.
    pub key: DocumentKey,
    /// Where it was left.
    pub path: DocPath,
    /// The sprint in whose folder that was, of a task.
    pub sprint: Option<EntityId>,
    /// The revision that it was in step with.
    pub revision: RevisionId,
    /// The bytes; `None` says that no file was left there.
    pub left: Option<Left>,
    /// Git's HEAD then, where there was one.
    pub head: Option<String>,
}

/// Which bytes were left on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Digest of the exact bytes, stamp and all.
    pub raw: Digest,
    /// Digest of the bytes without their stamp line, under which they are stored.
    pub blob: Digest,
    /// Digest of the canonical text.
    pub canonical: Digest,
}

/// What a clone left on disk, and what it forgot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acknowledged {
    /// Now on disk.
    pub left: Vec<SyncState>,
    /// No longer followed.
    pub dropped: Vec<(EntityId, DocumentKey)>,
    /// Folders of sprints that moved; what was left of their tasks lies in the new ones.
    pub moved: Vec<MovedSprint>,
}

/// A sprint's folder that has another path now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedSprint {
    /// Which sprint.
    pub sprint: EntityId,
    /// Where the folder was.
    pub from: DocPath,
    /// Where it is.
    pub to: DocPath,
}

/// What a commit left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Where the feed ends now.
    pub cursor: Cursor,
    /// The version of each changed row.
    pub versions: Vec<(EntityId, i64)>,
    /// The tracking hash of each new revision, by entity.
    pub tracking: Vec<(EntityId, Digest)>,
    /// How many events this commit stored, those of conflicts included.
    pub events: usize,
    /// The conflicts that were not recorded before.
    pub conflicts: Vec<ConflictId>,
}
