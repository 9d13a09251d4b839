//! The side of the rows: the only room that speaks SQL.
//!
//! A narrow [`Store`] trait, one back end per file, and one list of conformance tests that every back end passes.
//! It keeps what it is given and says what it has; it never decides what a sync does and never touches a file.

mod answer;
mod cells;
mod change;
mod column;
mod entry;
mod error;
mod event;
mod handover;
mod laid;
mod look;
mod order;
mod packed;
pub mod postgres;
mod query;
mod reading;
pub mod sqlite;
mod tracking;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

pub use change::{
    Acknowledged, ChangeSet, Committed, EntityChange, Expected, Left, Materialised, MovedSprint, NewProject, SyncState,
};
pub use column::row_fields;
pub use error::StoreError;
pub use event::{events_of, last_event};
pub use handover::{Moved, TableSum};
pub use look::{Look, Looked, MOST_EVENTS, Past, PastQuestion, look, past};
pub use query::{
    Description, Direction, Head, KnownAnswer, KnownQuestion, KnownRevision, ListQuery, Page, Selection, SortKey,
    SprintCodes,
};
pub use tracking::{content_hash, tracking_hash};

use crate::model::{
    CloneId, Conflict, ConflictState, Cursor, Digest, EntityId, EntityKind, Event, Record, Revision, RunId,
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

    /// Counts the live rows.
    async fn count_live(&self) -> Result<usize, StoreError>;

    /// Reads one page of live rows for people to look at.
    async fn list(&self, query: &ListQuery) -> Result<Page, StoreError>;

    /// Reads what the texts of live rows of `kind` tell under `name` in their metadata.
    async fn told(&self, kind: EntityKind, name: &str) -> Result<BTreeMap<EntityId, Value>, StoreError>;

    /// Tells for each question which stored revisions of that document it names; answers in the order asked.
    async fn known(&self, questions: &[KnownQuestion]) -> Result<Vec<KnownAnswer>, StoreError>;

    /// Reads the revisions of each entity after the number beside it, ordered by entity and number.
    async fn revisions(&self, after: &[(EntityId, i64)]) -> Result<Vec<Revision>, StoreError>;

    /// Reads stored bytes; a digest that is not stored is left out.
    async fn blobs(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, Bytes>, StoreError>;

    /// Tells which of `digests` have their bytes stored, without reading those; in the order asked.
    async fn stored(&self, digests: &[Digest]) -> Result<Vec<Digest>, StoreError>;

    /// Reads what this clone last left on disk, ordered by path.
    async fn sync_state(&self, clone: CloneId, which: Selection<'_>) -> Result<Vec<SyncState>, StoreError>;

    /// Reads events of the epoch of `after` that come after it, at most `limit`, in the order of their sequence.
    async fn events(&self, after: Cursor, limit: usize) -> Result<Vec<Event>, StoreError>;

    /// Reads conflicts, newest first.
    async fn conflicts(&self, state: Option<ConflictState>) -> Result<Vec<Conflict>, StoreError>;

    /// Looks at everything that a run begins with, for `clone`; a back end that can looks at it as of one moment.
    async fn look(&self, clone: CloneId, what: &Look) -> Result<Looked, StoreError> {
        look(self, clone, what).await
    }

    /// Asks everything about the past that decisions rest on.
    async fn past(&self, question: PastQuestion<'_>) -> Result<Past, StoreError> {
        past(self, question).await
    }

    /// Stores all of `changes` in one durable transaction, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Stale`] names the entities whose row is not what the change expects, or whose code a row that is
    /// not part of the change has taken.
    async fn commit(&self, changes: &ChangeSet) -> Result<Committed, StoreError>;

    /// Tells whether the attempt `run` was committed, after its outcome was lost.
    async fn committed(&self, run: RunId) -> Result<Option<Committed>, StoreError>;

    /// Remembers what was left on disk; may be lost in a crash without harm, so it waits for no disk.
    async fn acknowledge(&self, clone: CloneId, left: &Acknowledged) -> Result<(), StoreError>;

    /// Reads everything and checks that it holds together.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] says what does not.
    async fn verify(&self) -> Result<(), StoreError>;

    /// Describes the database for people: name and number of everything in it, sizes in bytes.
    async fn describe(&self) -> Result<Description, StoreError>;
}
