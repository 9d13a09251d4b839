//! The embedded database under a power supply that can fail.
//!
//! A commit waits for the disk, so a crash finds it whole or not at all. What is acknowledged does not wait: a crash may
//! lose it, so the files as they were before it are kept aside.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use instep::model::{
    CloneId, Conflict, ConflictState, Cursor, Digest, EntityId, EntityKind, Event, Record, Revision, RunId,
};
use instep::store::sqlite::SqliteStore;
use instep::store::{
    Acknowledged, Bytes, ChangeSet, Committed, Description, Head, KnownAnswer, KnownQuestion, ListQuery, Page,
    Selection, Store, StoreError, SyncState,
};
use serde_json::Value;

use crate::disk::{Power, Turn};

/// The files of a database.
const FILES: [&str; 2] = ["instep.db", "instep.db-wal"];

/// A database and what powers it.
pub(crate) struct Powered {
    store: SqliteStore,
    folder: PathBuf,
    power: Arc<Power>,
    aside: Mutex<Option<tempfile::TempDir>>,
}

/// A folder in memory, where there is one: nothing here waits for a real disk.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::TempDir::new_in("/dev/shm").or_else(|_| tempfile::TempDir::new()).expect("a temporary folder")
}

/// The file of the database in a folder.
pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join(FILES[0])
}

/// A copy of the database in `folder`.
pub(crate) fn copied(folder: &Path) -> tempfile::TempDir {
    let copy = self::folder();
    for name in FILES.into_iter().filter(|name| folder.join(name).exists()) {
        fs::copy(folder.join(name), copy.path().join(name)).expect("the database is copied");
    }
    copy
}

impl Powered {
    /// `store`, whose file lies in `folder`.
    pub(crate) fn new(store: SqliteStore, folder: &Path, power: Arc<Power>) -> Self {
        Self { store, folder: folder.to_owned(), power, aside: Mutex::default() }
    }

    /// The database before the last acknowledgement, if there was one since the last commit.
    pub(crate) fn take_aside(&self) -> Option<tempfile::TempDir> {
        self.aside.lock().expect("nobody panics here").take()
    }

    fn look(&self) -> Result<&SqliteStore, StoreError> {
        self.power.look().map(|()| &self.store).map_err(gone)
    }
}

fn gone(error: std::io::Error) -> StoreError {
    StoreError::Unreachable { location: "the simulated machine".into(), source: error.into() }
}

#[async_trait]
impl Store for Powered {
    async fn head(&self) -> Result<Head, StoreError> {
        self.look()?.head().await
    }

    async fn records(&self, which: Selection<'_>) -> Result<Vec<Record>, StoreError> {
        self.look()?.records(which).await
    }

    async fn count_live(&self) -> Result<usize, StoreError> {
        self.look()?.count_live().await
    }

    async fn list(&self, query: &ListQuery) -> Result<Page, StoreError> {
        self.look()?.list(query).await
    }

    async fn told(&self, kind: EntityKind, name: &str) -> Result<BTreeMap<EntityId, Value>, StoreError> {
        self.look()?.told(kind, name).await
    }

    async fn known(&self, questions: &[KnownQuestion]) -> Result<Vec<KnownAnswer>, StoreError> {
        self.look()?.known(questions).await
    }

    async fn revisions(&self, after: &[(EntityId, i64)]) -> Result<Vec<Revision>, StoreError> {
        self.look()?.revisions(after).await
    }

    async fn blobs(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, Bytes>, StoreError> {
        self.look()?.blobs(digests).await
    }

    async fn stored(&self, digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
        self.look()?.stored(digests).await
    }

    async fn sync_state(&self, clone: CloneId, which: Selection<'_>) -> Result<Vec<SyncState>, StoreError> {
        self.look()?.sync_state(clone, which).await
    }

    async fn events(&self, after: Cursor, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.look()?.events(after, limit).await
    }

    async fn conflicts(&self, state: Option<ConflictState>) -> Result<Vec<Conflict>, StoreError> {
        self.look()?.conflicts(state).await
    }

    async fn commit(&self, changes: &ChangeSet) -> Result<Committed, StoreError> {
        let unknown = || StoreError::Unknown { location: "the simulated machine".into(), run: changes.run };
        match self.power.step("commit").map_err(gone)? {
            Turn::Half => Err(unknown()),
            turn => {
                self.take_aside();
                let done = self.store.commit(changes).await;
                if turn == Turn::Last { done.and(Err(unknown())) } else { done }
            }
        }
    }

    async fn committed(&self, run: RunId) -> Result<Option<Committed>, StoreError> {
        self.look()?.committed(run).await
    }

    async fn acknowledge(&self, clone: CloneId, left: &Acknowledged) -> Result<(), StoreError> {
        self.power.step("acknowledge").map_err(gone)?;
        self.aside.lock().expect("nobody panics here").get_or_insert_with(|| copied(&self.folder));
        self.store.acknowledge(clone, left).await
    }

    async fn verify(&self) -> Result<(), StoreError> {
        self.look()?.verify().await
    }

    async fn describe(&self) -> Result<Description, StoreError> {
        self.look()?.describe().await
    }
}
