//! The shared back end: a PostgreSQL server that several clones and other programs write to.
//!
//! Every question is one message and one round trip, and a commit is two; nothing is left behind in the session, so that a
//! pooler may give each transaction another connection. It does not decide when a schema is made or brought forward; see
//! [`migrate`].

mod commit;
mod connections;
mod describe;
mod error;
mod follow;
mod history;
mod list;
mod look;
mod news;
mod read;
mod row;
mod schema;
mod script;
mod server;
mod take;
mod write;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value;

use self::connections::Connections;
pub use self::schema::{Migrated, migrate};
pub use self::server::Server;
use super::{
    Acknowledged, Bytes, ChangeSet, Committed, Description, Head, KnownAnswer, KnownQuestion, ListQuery, Look, Looked,
    NewProject, Page, Past, PastQuestion, Selection, Store, StoreError, SyncState,
};
use crate::model::{
    CloneId, Conflict, ConflictState, Cursor, Digest, EntityId, EntityKind, Event, Record, Revision, RunId,
};

/// A database on a server.
#[derive(Debug)]
pub struct PostgresStore {
    connections: Connections,
}

impl PostgresStore {
    /// Opens the database.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Missing`], [`StoreError::TooOld`] (see [`migrate`]) and
    /// [`StoreError::TooNew`].
    pub async fn open(server: Server) -> Result<Self, StoreError> {
        let connections = Connections::to(server);
        schema::check(&connections).await?;
        Ok(Self { connections })
    }

    /// Opens the database and puts `project` into it, unless there is one already; any number may do so at once.
    ///
    /// # Errors
    /// As [`Self::open`]: nobody's tables are made without being asked for.
    pub async fn create(server: Server, project: &NewProject) -> Result<Self, StoreError> {
        let connections = Connections::to(server);
        if !schema::check(&connections).await? {
            schema::begin(&connections, project).await?;
        }
        Ok(Self { connections })
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn head(&self) -> Result<Head, StoreError> {
        read::head(&self.connections).await
    }

    async fn records(&self, which: Selection<'_>) -> Result<Vec<Record>, StoreError> {
        read::records(&self.connections, which).await
    }

    async fn count_live(&self) -> Result<usize, StoreError> {
        read::count_live(&self.connections).await
    }

    async fn list(&self, query: &ListQuery) -> Result<Page, StoreError> {
        list::list(&self.connections, query).await
    }

    async fn told(&self, kind: EntityKind, name: &str) -> Result<BTreeMap<EntityId, Value>, StoreError> {
        list::told(&self.connections, kind, name).await
    }

    async fn known(&self, questions: &[KnownQuestion]) -> Result<Vec<KnownAnswer>, StoreError> {
        history::known(&self.connections, questions).await
    }

    async fn revisions(&self, after: &[(EntityId, i64)]) -> Result<Vec<Revision>, StoreError> {
        history::revisions(&self.connections, after).await
    }

    async fn blobs(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, Bytes>, StoreError> {
        read::blobs(&self.connections, digests).await
    }

    async fn stored(&self, digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
        read::stored(&self.connections, digests).await
    }

    async fn sync_state(&self, clone: CloneId, which: Selection<'_>) -> Result<Vec<SyncState>, StoreError> {
        read::sync_state(&self.connections, clone, which).await
    }

    async fn events(&self, after: Cursor, limit: usize) -> Result<Vec<Event>, StoreError> {
        history::events(&self.connections, after, limit).await
    }

    async fn conflicts(&self, state: Option<ConflictState>) -> Result<Vec<Conflict>, StoreError> {
        history::conflicts(&self.connections, state).await
    }

    async fn look(&self, clone: CloneId, what: &Look) -> Result<Looked, StoreError> {
        look::look(&self.connections, clone, what).await
    }

    async fn past(&self, question: PastQuestion<'_>) -> Result<Past, StoreError> {
        look::past(&self.connections, question).await
    }

    async fn commit(&self, changes: &ChangeSet) -> Result<Committed, StoreError> {
        commit::commit(&self.connections, changes).await
    }

    async fn committed(&self, run: RunId) -> Result<Option<Committed>, StoreError> {
        history::committed(&self.connections, run).await
    }

    async fn acknowledge(&self, clone: CloneId, left: &Acknowledged) -> Result<(), StoreError> {
        commit::acknowledge(&self.connections, clone, left).await
    }

    async fn verify(&self) -> Result<(), StoreError> {
        describe::verify(&self.connections).await
    }

    async fn describe(&self) -> Result<Description, StoreError> {
        describe::describe(&self.connections).await
    }
}
