//! A disk and a database on which a process dies at a named deed.
//!
//! The deed's name is a verb and where, such as `exchange Project`, and which one of that name it is; nothing of this is
//! in the program.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
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
use instep::tree::{At, Disk, Entry, Held, Make, ReadFile, Stat, Time, Vfs};
use rustix::process::{Signal, getpid, kill_process};
use serde_json::Value;

/// Where a process dies: `before` or `after` a deed, such as `after exchange Project 2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Death {
    pub(crate) is_before: bool,
    pub(crate) deed: String,
}

/// Counts deeds by name, writes them down, and lets the process die at one of them.
pub(crate) struct Fate {
    death: Option<Death>,
    log: Option<Mutex<File>>,
    counts: Mutex<BTreeMap<String, usize>>,
}

impl Death {
    /// As a word of the environment.
    pub(crate) fn told(&self) -> String {
        format!("{} {}", if self.is_before { "before" } else { "after" }, self.deed)
    }

    /// What [`Death::told`] told.
    pub(crate) fn parse(told: &str) -> Self {
        let (moment, deed) = told.split_once(' ').expect("a moment and a deed");
        Self { is_before: moment == "before", deed: deed.to_owned() }
    }
}

impl Fate {
    /// Dies where `death` says; writes the deeds into a file, where there is one.
    pub(crate) fn new(death: Option<Death>, log: Option<&Path>) -> Arc<Self> {
        let log = log.map(|log| OpenOptions::new().create(true).append(true).open(log).expect("a log"));
        Arc::new(Self { death, log: log.map(Mutex::new), counts: Mutex::default() })
    }

    /// The name of the deed that is about to be done.
    fn begin(&self, verb: &str, at: &str) -> String {
        let name = format!("{verb} {at}");
        let mut counts = self.counts.lock().expect("nobody panics here");
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        let deed = format!("{name} {count}");
        if let Some(log) = &self.log {
            writeln!(log.lock().expect("nobody panics here"), "{deed}").expect("a log that can be written");
        }
        self.meet(&deed, true);
        deed
    }

    fn end(&self, deed: &str) {
        self.meet(deed, false);
    }

    fn meet(&self, deed: &str, is_before: bool) {
        if self.death.as_ref().is_some_and(|death| death.deed == deed && death.is_before == is_before) {
            kill_process(getpid(), Signal::KILL).expect("one may end oneself");
        }
    }

    fn around<T>(&self, verb: &str, at: At<'_>, deed: impl FnOnce() -> T) -> T {
        let name = self.begin(verb, &format!("{:?}", at.base));
        let done = deed();
        self.end(&name);
        done
    }
}

/// The real disk.
pub(crate) struct MortalDisk {
    pub(crate) disk: Disk,
    pub(crate) fate: Arc<Fate>,
}

impl Vfs for MortalDisk {
    fn show(&self, at: At<'_>) -> PathBuf {
        self.disk.show(at)
    }

    fn stat(&self, at: At<'_>) -> io::Result<Stat> {
        self.disk.stat(at)
    }

    fn dates_folders(&self, folder: At<'_>) -> bool {
        self.disk.dates_folders(folder)
    }

    fn list(&self, folder: At<'_>) -> io::Result<Vec<Entry>> {
        self.fate.around("list", folder, || self.disk.list(folder))
    }

    fn walk(&self, folder: At<'_>) -> io::Result<Vec<Entry>> {
        self.fate.around("walk", folder, || self.disk.walk(folder))
    }

    fn read(&self, file: At<'_>, limit: u64) -> io::Result<ReadFile> {
        self.fate.around("read", file, || self.disk.read(file, limit))
    }

    fn create(&self, file: At<'_>, pieces: &[&[u8]], make: Make) -> io::Result<Stat> {
        self.fate.around("create", file, || self.disk.create(file, pieces, make))
    }

    fn create_folder(&self, folder: At<'_>) -> io::Result<()> {
        self.fate.around("create folder", folder, || self.disk.create_folder(folder))
    }

    fn check_writable(&self, folder: At<'_>) -> io::Result<()> {
        self.disk.check_writable(folder)
    }

    fn exchange(&self, a: At<'_>, b: At<'_>) -> io::Result<()> {
        self.fate.around("exchange", b, || self.disk.exchange(a, b))
    }

    fn rename_new(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.fate.around("rename new", to, || self.disk.rename_new(from, to))
    }

    fn rename_over(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.fate.around("rename over", to, || self.disk.rename_over(from, to))
    }

    fn link(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.fate.around("link", to, || self.disk.link(from, to))
    }

    fn remove(&self, file: At<'_>) -> io::Result<()> {
        self.fate.around("remove", file, || self.disk.remove(file))
    }

    fn remove_folder(&self, folder: At<'_>) -> io::Result<()> {
        self.fate.around("remove folder", folder, || self.disk.remove_folder(folder))
    }

    fn sync(&self, folder: At<'_>) -> io::Result<()> {
        self.fate.around("sync", folder, || self.disk.sync(folder))
    }

    fn sync_one(&self, at: At<'_>) -> io::Result<()> {
        self.fate.around("sync one", at, || self.disk.sync_one(at))
    }

    fn tick(&self) -> io::Result<Time> {
        self.disk.tick()
    }

    fn lock(&self, file: At<'_>, note: &str) -> io::Result<Option<Box<dyn Held>>> {
        self.fate.around("lock", file, || self.disk.lock(file, note))
    }
}

/// The real database.
pub(crate) struct MortalStore {
    pub(crate) store: SqliteStore,
    pub(crate) fate: Arc<Fate>,
}

impl MortalStore {
    async fn around<T>(&self, verb: &str, deed: impl Future<Output = T> + Send) -> T {
        let name = self.fate.begin(verb, "Database");
        let done = deed.await;
        self.fate.end(&name);
        done
    }
}

#[async_trait]
impl Store for MortalStore {
    async fn head(&self) -> Result<Head, StoreError> {
        self.store.head().await
    }

    async fn records(&self, which: Selection<'_>) -> Result<Vec<Record>, StoreError> {
        self.around("records", self.store.records(which)).await
    }

    async fn count_live(&self) -> Result<usize, StoreError> {
        self.store.count_live().await
    }

    async fn list(&self, query: &ListQuery) -> Result<Page, StoreError> {
        self.store.list(query).await
    }

    async fn told(&self, kind: EntityKind, name: &str) -> Result<BTreeMap<EntityId, Value>, StoreError> {
        self.store.told(kind, name).await
    }

    async fn known(&self, questions: &[KnownQuestion]) -> Result<Vec<KnownAnswer>, StoreError> {
        self.store.known(questions).await
    }

    async fn revisions(&self, after: &[(EntityId, i64)]) -> Result<Vec<Revision>, StoreError> {
        self.store.revisions(after).await
    }

    async fn blobs(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, Bytes>, StoreError> {
        self.store.blobs(digests).await
    }

    async fn stored(&self, digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
        self.store.stored(digests).await
    }

    async fn sync_state(&self, clone: CloneId, which: Selection<'_>) -> Result<Vec<SyncState>, StoreError> {
        self.store.sync_state(clone, which).await
    }

    async fn events(&self, after: Cursor, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.store.events(after, limit).await
    }

    async fn conflicts(&self, state: Option<ConflictState>) -> Result<Vec<Conflict>, StoreError> {
        self.store.conflicts(state).await
    }

    async fn commit(&self, changes: &ChangeSet) -> Result<Committed, StoreError> {
        self.around("commit", self.store.commit(changes)).await
    }

    async fn committed(&self, run: RunId) -> Result<Option<Committed>, StoreError> {
        self.store.committed(run).await
    }

    async fn acknowledge(&self, clone: CloneId, left: &Acknowledged) -> Result<(), StoreError> {
        self.around("acknowledge", self.store.acknowledge(clone, left)).await
    }

    async fn verify(&self) -> Result<(), StoreError> {
        self.store.verify().await
    }

    async fn describe(&self) -> Result<Description, StoreError> {
        self.store.describe().await
    }
}
