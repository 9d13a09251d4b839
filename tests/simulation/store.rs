//! A database in memory: [`Store`] over [`Tables`], under the power supply of the disk beside it.
//!
//! A commit waits for the disk, so a crash finds it whole or not at all. What is acknowledged does not wait: a crash may
//! lose it, so the tables as they were before it are kept aside.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use instep::model::{
    CloneId, Conflict, ConflictState, Cursor, Digest, EntityId, EntityKind, Epoch, Event, Record, Revision, RunId,
};
use instep::store::{
    Acknowledged, Bytes, ChangeSet, Committed, Description, Head, KnownAnswer, KnownQuestion, ListQuery, Page,
    Selection, Store, StoreError, SyncState,
};
use jiff::Timestamp;
use serde_json::Value;

use crate::commit::Refusal;
use crate::outside::Outside;
use crate::power::{Power, Turn};
use crate::tables::Tables;

const PLACE: &str = "the simulated machine";

/// A database; clones share it.
#[derive(Clone)]
pub(crate) struct SimStore {
    inner: Arc<Mutex<Inner>>,
    power: Arc<Power>,
}

struct Inner {
    tables: Tables,
    /// As they were before the first acknowledgement since the last commit.
    aside: Option<Tables>,
}

impl SimStore {
    /// A database with these tables.
    pub(crate) fn new(tables: Tables, power: Arc<Power>) -> Self {
        Self { inner: Arc::new(Mutex::new(Inner { tables, aside: None })), power }
    }

    /// The same database, as a machine with another supply reaches it.
    pub(crate) fn through(&self, power: Arc<Power>) -> Self {
        Self { inner: Arc::clone(&self.inner), power }
    }

    /// A database of its own that is as this one; after a crash, one that lost what was only acknowledged.
    pub(crate) fn copy(&self, is_acknowledged: bool, power: Arc<Power>) -> Self {
        let inner = self.inner();
        let tables = inner.aside.as_ref().filter(|_| !is_acknowledged).unwrap_or(&inner.tables);
        Self::new(tables.clone(), power)
    }

    /// Whether a crash now could lose an acknowledgement.
    pub(crate) fn is_unacknowledged(&self) -> bool {
        self.inner().aside.is_some()
    }

    /// Makes durable what was acknowledged, as time does.
    pub(crate) fn settle(&self) {
        self.inner().aside = None;
    }

    /// Loses what was only acknowledged, as a crash does.
    pub(crate) fn lose_acknowledged(&self) {
        let mut inner = self.inner();
        if let Some(aside) = inner.aside.take() {
            inner.tables = aside;
        }
    }

    /// What stands in it.
    pub(crate) fn tables(&self) -> Tables {
        self.inner().tables.clone()
    }

    /// Looks at what stands in it.
    pub(crate) fn look_at<T>(&self, look: impl FnOnce(&Tables) -> T) -> T {
        look(&self.inner().tables)
    }

    /// Another program writes a row; false where that is refused.
    pub(crate) fn outside(&self, outside: &Outside, now: Timestamp) -> bool {
        let mut inner = self.inner();
        inner.aside = None;
        inner.tables.outside(outside, now)
    }

    /// Puts an older copy in its place, in a new life or in the same one.
    pub(crate) fn regress(&self, backup: &Tables, epoch: Option<Epoch>) {
        let mut inner = self.inner();
        // Ids that triggers make are never made again.
        let made = inner.tables.made;
        inner.tables = Tables { made, ..backup.clone() };
        inner.tables.begin(epoch);
        inner.aside = None;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics here")
    }

    fn ask<T>(&self, question: impl FnOnce(&Tables) -> T) -> Result<T, StoreError> {
        self.power.reach().map_err(gone)?;
        Ok(question(&self.inner().tables))
    }
}

impl Tables {
    /// Begins another life; the feed is one list all the same.
    fn begin(&mut self, epoch: Option<Epoch>) {
        self.epoch = epoch.unwrap_or(self.epoch);
    }
}

fn gone(error: std::io::Error) -> StoreError {
    StoreError::Unreachable { location: PLACE.into(), source: error.into() }
}

fn refused(refusal: Refusal) -> StoreError {
    match refusal {
        Refusal::Stale(ids) => StoreError::Stale(ids),
        Refusal::Broken(rule) => StoreError::Failed { deed: "store changes".into(), source: rule.into() },
    }
}

#[async_trait]
impl Store for SimStore {
    async fn head(&self) -> Result<Head, StoreError> {
        self.ask(|tables| Head { project: tables.project, cursor: tables.cursor() })
    }

    async fn records(&self, which: Selection<'_>) -> Result<Vec<Record>, StoreError> {
        self.ask(|tables| tables.records(which))
    }

    async fn count_live(&self) -> Result<usize, StoreError> {
        self.ask(Tables::count_live)
    }

    async fn list(&self, query: &ListQuery) -> Result<Page, StoreError> {
        if query.sort.is_empty() && query.text.is_none() {
            return self.ask(|tables| tables.list(query));
        }
        let source = "no command that changes something asks for it".into();
        Err(StoreError::Failed { deed: "sort or search a list".into(), source })
    }

    async fn told(&self, kind: EntityKind, name: &str) -> Result<BTreeMap<EntityId, Value>, StoreError> {
        self.ask(|tables| tables.told(kind, name))
    }

    async fn known(&self, questions: &[KnownQuestion]) -> Result<Vec<KnownAnswer>, StoreError> {
        self.ask(|tables| questions.iter().map(|question| tables.known(question)).collect())
    }

    async fn revisions(&self, after: &[(EntityId, i64)]) -> Result<Vec<Revision>, StoreError> {
        self.ask(|tables| tables.revisions(after))
    }

    async fn blobs(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, Bytes>, StoreError> {
        self.ask(|tables| tables.blobs(digests))
    }

    async fn stored(&self, digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
        self.ask(|tables| digests.iter().filter(|digest| tables.blobs.contains_key(digest)).copied().collect())
    }

    async fn sync_state(&self, clone: CloneId, which: Selection<'_>) -> Result<Vec<SyncState>, StoreError> {
        self.ask(|tables| tables.sync_state(clone, which))
    }

    async fn events(&self, after: Cursor, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.ask(|tables| tables.events(after, limit))
    }

    async fn conflicts(&self, state: Option<ConflictState>) -> Result<Vec<Conflict>, StoreError> {
        self.ask(|tables| tables.conflicts(state))
    }

    async fn commit(&self, changes: &ChangeSet) -> Result<Committed, StoreError> {
        let unknown = || StoreError::Unknown { location: PLACE.into(), run: changes.run };
        match self.power.step("commit").map_err(gone)? {
            Turn::Half => Err(unknown()),
            turn => {
                let mut inner = self.inner();
                let done = inner.tables.commit(changes).map_err(refused);
                if done.is_ok() {
                    inner.aside = None;
                }
                if turn == Turn::Last { done.and(Err(unknown())) } else { done }
            }
        }
    }

    async fn committed(&self, run: RunId) -> Result<Option<Committed>, StoreError> {
        self.ask(|tables| tables.runs.get(&run).cloned())
    }

    async fn acknowledge(&self, clone: CloneId, left: &Acknowledged) -> Result<(), StoreError> {
        self.power.step("acknowledge").map_err(gone)?;
        let mut inner = self.inner();
        let before = inner.tables.clone();
        inner.aside.get_or_insert(before);
        inner.tables.acknowledge(clone, left);
        Ok(())
    }

    async fn verify(&self) -> Result<(), StoreError> {
        self.ask(|_| ())
    }

    async fn describe(&self) -> Result<Description, StoreError> {
        self.ask(|tables| Description {
            server: "memory".into(),
            location: PLACE.into(),
            schema: 0,
            file: None,
            lag: None,
            epoch: tables.epoch,
            bytes: 0,
            tables: Vec::new(),
        })
    }
}
