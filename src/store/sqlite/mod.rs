//! The embedded back end: one SQLite file beside the tree.
//!
//! A connection for one who writes (and, while nobody does, for readers), and a few more for those who read meanwhile;
//! each is opened when it is first wanted. It does not decide when a schema is brought forward; see [`migrate`].

mod bulk;
mod commit;
mod describe;
mod error;
mod follow;
mod give;
mod history;
mod known;
mod list;
mod news;
mod packed;
mod place;
mod read;
mod row;
mod schema;
mod upsert;
mod write;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

pub use give::Giver;
pub use place::Place;
pub use schema::{Migrated, migrate};

use super::{
    Acknowledged, Bytes, ChangeSet, Committed, Description, Head, KnownAnswer, KnownQuestion, ListQuery, NewProject,
    Page, Selection, Store, StoreError, SyncState,
};
use crate::model::{
    CloneId, Conflict, ConflictState, Cursor, Digest, EntityId, EntityKind, Event, Record, Revision, RunId,
};

/// How many may read beside the one who writes.
const READERS: usize = 2;

/// A database in one file.
#[derive(Debug)]
pub struct SqliteStore {
    place: Place,
    main: Mutex<SqliteConnection>,
    readers: [Mutex<Option<SqliteConnection>>; READERS],
}

impl SqliteStore {
    /// Opens the database.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::TooOld`] (see [`migrate`]) and [`StoreError::TooNew`].
    pub async fn open(place: Place) -> Result<Self, StoreError> {
        let connection = schema::open(&place).await?;
        Ok(Self::over(place, connection))
    }

    /// Opens the database after making it for `project`, unless it is there already; any number may do so at once.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn create(place: Place, project: &NewProject) -> Result<Self, StoreError> {
        let connection = schema::create(&place, project).await?;
        Ok(Self::over(place, connection))
    }

    /// Closes the file in good order: what stands in its log moves into it, and the log goes.
    ///
    /// Leaving it open is safe as well; the next one to open it reads the log first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn close(self) -> Result<(), StoreError> {
        let readers = self.readers.into_iter().filter_map(Mutex::into_inner);
        for connection in readers.chain([self.main.into_inner()]) {
            connection.close().await.map_err(self.place.failed("close"))?;
        }
        Ok(())
    }

    fn over(place: Place, connection: SqliteConnection) -> Self {
        Self { place, main: Mutex::new(connection), readers: Default::default() }
    }

    /// A connection to read with: the main one if it is free.
    async fn reader(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>, StoreError> {
        if let Ok(main) = self.main.try_lock() {
            return Ok(MutexGuard::map(main, |connection| connection));
        }
        let free = self.readers.iter().find_map(|reader| reader.try_lock().ok());
        let mut slot = match free {
            Some(slot) => slot,
            None => self.readers[0].lock().await,
        };
        if slot.is_none() {
            *slot = Some(self.place.connect(false).await.map_err(self.place.failed("open"))?);
        }
        Ok(MutexGuard::map(slot, |slot| slot.as_mut().expect("it was filled just now")))
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn head(&self) -> Result<Head, StoreError> {
        let head = read::head(&mut *self.reader().await?).await.map_err(self.place.failed("read the head"))?;
        head.ok_or_else(|| {
            let detail = "the row of its project is gone".to_owned();
            StoreError::Damaged { location: self.place.location(), detail }
        })
    }

    async fn records(&self, which: Selection<'_>) -> Result<Vec<Record>, StoreError> {
        read::records(&mut *self.reader().await?, which).await.map_err(self.place.failed("read rows"))
    }

    async fn count_live(&self) -> Result<usize, StoreError> {
        read::count_live(&mut *self.reader().await?).await.map_err(self.place.failed("count rows"))
    }

    async fn list(&self, query: &ListQuery) -> Result<Page, StoreError> {
        list::list(&mut *self.reader().await?, query).await.map_err(self.place.failed("list rows"))
    }

    async fn told(&self, kind: EntityKind, name: &str) -> Result<BTreeMap<EntityId, Value>, StoreError> {
        list::told(&mut *self.reader().await?, kind, name).await.map_err(self.place.failed("list rows"))
    }

    async fn known(&self, questions: &[KnownQuestion]) -> Result<Vec<KnownAnswer>, StoreError> {
        known::known(&mut *self.reader().await?, questions).await.map_err(self.place.failed("look up texts"))
    }

    async fn revisions(&self, after: &[(EntityId, i64)]) -> Result<Vec<Revision>, StoreError> {
        let found = history::revisions(&mut *self.reader().await?, after).await;
        found.map_err(self.place.failed("read revisions"))
    }

    async fn blobs(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, Bytes>, StoreError> {
        read::blobs(&mut *self.reader().await?, digests).await.map_err(self.place.failed("read texts"))
    }

    async fn stored(&self, digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
        read::stored(&mut *self.reader().await?, digests).await.map_err(self.place.failed("look up texts"))
    }

    async fn sync_state(&self, clone: CloneId, which: Selection<'_>) -> Result<Vec<SyncState>, StoreError> {
        let found = read::sync_state(&mut *self.reader().await?, clone, which).await;
        found.map_err(self.place.failed("read what was left on disk"))
    }

    async fn events(&self, after: Cursor, limit: usize) -> Result<Vec<Event>, StoreError> {
        history::events(&mut *self.reader().await?, after, limit).await.map_err(self.place.failed("read events"))
    }

    async fn conflicts(&self, state: Option<ConflictState>) -> Result<Vec<Conflict>, StoreError> {
        history::conflicts(&mut *self.reader().await?, state).await.map_err(self.place.failed("read conflicts"))
    }

    async fn commit(&self, changes: &ChangeSet) -> Result<Committed, StoreError> {
        commit::commit(&self.place, &mut *self.main.lock().await, changes).await
    }

    async fn committed(&self, run: RunId) -> Result<Option<Committed>, StoreError> {
        history::committed(&mut *self.reader().await?, run).await.map_err(self.place.failed("look up a commit"))
    }

    async fn acknowledge(&self, clone: CloneId, left: &Acknowledged) -> Result<(), StoreError> {
        let done = commit::acknowledge(&mut *self.main.lock().await, clone, left).await;
        done.map_err(self.place.failed("store what was left on disk"))
    }

    async fn verify(&self) -> Result<(), StoreError> {
        schema::verify(&self.place, &mut *self.reader().await?).await
    }

    async fn describe(&self) -> Result<Description, StoreError> {
        describe::describe(&mut *self.reader().await?, &self.place).await.map_err(self.place.failed("describe"))
    }
}
