//! The side of the rows: the only room that speaks SQL.
//!
//! A narrow [`Store`] trait, one back end per file, and one list of conformance tests that every back end passes.
//! It keeps what it is given and says what it has; it never decides what a sync does and never touches a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::{
    Actor, CloneId, Conflict, ConflictId, ConflictState, CorrelationId, Cursor, Digest, DocPath, DocumentKey,
    DocumentVersion, EntityId, EntityKind, Epoch, Event, Field, Fields, NewConflict, NewEvent, ProjectId, Record,
    Revision, RevisionId, RunId, ShortDigest, Source,
};

/// Bytes that are handed on without copying them.
pub type Bytes = Arc<[u8]>;

/// Everything the tool asks of a database, each a handful of round trips whatever the number of entities.
#[async_trait]
pub trait Store: Send + Sync {
    /// Says which project this database holds and how far its feed is.
    async fn head(&self) -> Result<Head, StoreError>;

    /// Reads rows with their head documents, ordered by kind (agents, sprints, tasks) and id; tombstones included.
    async fn records(&self, which: Selection<'_>) -> Result<Vec<Record>, StoreError>;

    /// Reads one page of live rows for people to look at.
    async fn list(&self, query: &ListQuery) -> Result<Page<Record>, StoreError>;

    /// Tells for each question which stored revisions of that document it names; answers in the order asked.
    async fn known(&self, questions: &[KnownQuestion]) -> Result<Vec<KnownAnswer>, StoreError>;

    /// Reads the revisions of an entity after number `after`, oldest first.
    async fn revisions(&self, entity: EntityId, after: i64) -> Result<Vec<Revision>, StoreError>;

    /// Reads stored bytes; a digest that is not stored is left out.
    async fn blobs(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, Bytes>, StoreError>;

    /// Reads what this clone last left on disk, ordered by path.
    async fn sync_state(&self, clone: CloneId, which: Selection<'_>) -> Result<Vec<SyncState>, StoreError>;

    /// Reads events after `after`, at most `limit`, in the order of their sequence.
    async fn events(&self, after: Cursor, limit: usize) -> Result<Vec<Event>, StoreError>;

    /// Reads conflicts, newest first.
    async fn conflicts(&self, state: Option<ConflictState>) -> Result<Vec<Conflict>, StoreError>;

    /// Stores all of `changes` in one durable transaction, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Stale`] names the entities whose row is not what the change expects.
    async fn commit(&self, changes: &ChangeSet) -> Result<Committed, StoreError>;

    /// Tells whether the attempt `run` was committed, after its outcome was lost.
    async fn committed(&self, run: RunId) -> Result<Option<Committed>, StoreError>;

    /// Remembers what was left on disk; may be lost in a crash without harm, so it waits for no disk.
    async fn acknowledge(&self, clone: CloneId, left: &Acknowledged) -> Result<(), StoreError>;

    /// Describes the database for people: name and number of everything in it, sizes in bytes.
    async fn describe(&self) -> Result<Description, StoreError>;
}

/// Which entities a read is about.
#[derive(Debug, Clone, Copy)]
pub enum Selection<'a> {
    /// All of the project.
    All,
    /// These; an id that has no row is left out.
    Ids(&'a [EntityId]),
    /// Those with any of these folded codes (lower case), of any kind.
    Codes(&'a [String]),
}

/// Which project a database holds, and where its feed ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The project.
    pub project: ProjectId,
    /// Epoch and number of the newest event.
    pub cursor: Cursor,
    /// How many live rows there are.
    pub live: usize,
}

/// Filters, order and page of a list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// What to list; `None` lists every kind.
    pub kind: Option<EntityKind>,
    /// Each field must have one of its words; compared without case.
    pub any_of: Vec<(Field, Vec<String>)>,
    /// Only tasks of this sprint.
    pub sprint: Option<EntityId>,
    /// Only tasks of the backlog.
    pub backlog: bool,
    /// Only rows whose code or title has this text in it, without case.
    pub text: Option<String>,
    /// Order; the code decides between equals and comes last.
    pub sort: Vec<(SortKey, Direction)>,
    /// How many rows to skip.
    pub offset: usize,
    /// How many rows to return; `None` returns all.
    pub limit: Option<usize>,
}

/// What a list is ordered by; an empty value comes last in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKey {
    /// The code, numbers in it by value (`phase-2` before `phase-10`).
    Code,
    /// A typed field; statuses and priorities in their natural order.
    Field(Field),
    /// When the row was last changed.
    UpdatedAt,
    /// When the row was made.
    CreatedAt,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// How many rows there are in all pages.
    pub total: usize,
}

/// Asks what the history knows of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownQuestion {
    /// Whose history.
    pub entity: EntityId,
    /// Which document.
    pub key: DocumentKey,
    /// The hash that its stamp bears.
    pub stamp: Option<ShortDigest>,
    /// Its canonical digest.
    pub canonical: Option<Digest>,
}

/// What the history knows of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownAnswer {
    /// The newest revision that the stamp names.
    pub by_stamp: Option<KnownRevision>,
    /// The newest revision with the same canonical text.
    pub by_text: Option<KnownRevision>,
}

/// One document in one stored revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRevision {
    /// The revision.
    pub revision: RevisionId,
    /// Its number in this database.
    pub n: i64,
    /// Its stored bytes.
    pub blob: Digest,
    /// Its canonical text's digest.
    pub canonical: Digest,
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
    /// Rows to make, change, delete or restore; in the order in which their events are numbered.
    pub entities: Vec<EntityChange>,
    /// Documents of revisions that another program's SQL made, laid out for the first time.
    pub materialised: Vec<Materialised>,
    /// Every text that the changes name or that is kept for safety.
    pub blobs: Vec<(Digest, Bytes)>,
    /// What collided; one that is recorded already stays as it is.
    pub conflicts: Vec<NewConflict>,
    /// Conflicts that are decided.
    pub resolved: Vec<(ConflictId, String)>,
    /// Events beside those of the rows.
    pub events: Vec<NewEvent>,
    /// What is on disk now, before any file is written, in the same transaction as the rows.
    pub sync_state: Acknowledged,
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
    /// Every typed column; one that is left out becomes empty.
    pub fields: Fields,
    /// The agent configuration of a task as JSON, for other programs to read.
    pub agent_config: Option<serde_json::Value>,
    /// Read-only projections of the text, for other programs to read.
    pub metadata: serde_json::Value,
    /// Whether the row becomes a tombstone.
    pub deleted: bool,
    /// The folder or file below the root.
    pub path: DocPath,
    /// The new revision's id.
    pub revision: RevisionId,
    /// By what way it came to be.
    pub source: Source,
    /// The new revision's documents.
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
}

/// What a commit left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Where the feed ends now.
    pub cursor: Cursor,
    /// The version of each changed row.
    pub versions: Vec<(EntityId, i64)>,
    /// The conflicts that were not recorded before.
    pub conflicts: Vec<ConflictId>,
}

/// A database as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Which program and version.
    pub server: String,
    /// Where, without any password.
    pub location: String,
    /// Version of the schema.
    pub schema: i64,
    /// The life of this database.
    pub epoch: Epoch,
    /// Size in bytes.
    pub bytes: u64,
    /// Rows per table, in a fixed order.
    pub tables: Vec<(String, u64)>,
}

/// Why the database could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Rows are not what the change expects; nothing was stored.
    #[error("{} row(s) changed while this ran", .0.len())]
    Stale(Vec<EntityId>),
    /// Nobody answers.
    #[error("cannot reach the database {location}")]
    Unreachable {
        /// Where, without any password.
        location: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Others held it for too long; nothing was stored.
    #[error("the database {location} is busy")]
    Busy {
        /// Where.
        location: String,
    },
    /// Its schema is newer than this program.
    #[error("the database {location} has schema {found}, this program knows {known}")]
    TooNew {
        /// Where.
        location: String,
        /// What it has.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// Its schema is older than this program.
    #[error("the database {location} has schema {found}, this program needs {needed}")]
    TooOld {
        /// Where.
        location: String,
        /// What it has.
        found: i64,
        /// What this program needs.
        needed: i64,
    },
    /// There is no database there, or it holds no project.
    #[error("there is no instep database at {location}")]
    Missing {
        /// Where.
        location: String,
    },
    /// The file is damaged.
    #[error("the database {location} is damaged: {detail}")]
    Damaged {
        /// Where.
        location: String,
        /// What the check said.
        detail: String,
    },
    /// The commit was sent and no answer came: it may have happened.
    #[error("the connection was lost while committing to {location}")]
    Unknown {
        /// Where.
        location: String,
        /// The attempt to ask for.
        run: RunId,
    },
    /// Anything else.
    #[error("cannot {deed}")]
    Failed {
        /// What was tried.
        deed: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
