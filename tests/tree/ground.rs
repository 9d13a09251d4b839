//! A project in a folder of its own, and a disk that fails, stops or is meddled with at a chosen step.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use instep::model::{Clock, CloneId, Digest, DocPath, Ids};
use instep::tree::{
    At, Base, CacheHead, Disk, Entry, Expected, Held, Known, Layout, Lock, Make, ReadFile, Replacement, Scan, Stat,
    StatCache, Time, Tree, Trust, Vfs, locate,
};
use jiff::Timestamp;
use rustix::io::Errno;
use tempfile::TempDir;
use uuid::Uuid;

/// A folder that is removed when the test is over.
pub(crate) struct Ground {
    pub(crate) root: PathBuf,
    _folder: Option<TempDir>,
}

/// One call to the disk.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The name of the method.
    pub(crate) deed: &'static str,
    /// Its first path.
    pub(crate) path: PathBuf,
    /// How many calls came before.
    pub(crate) number: usize,
}

/// What becomes of a call.
pub(crate) enum Verdict {
    Pass,
    Fail(Errno),
    /// A new file gets only its first bytes before the disk fails.
    Tear(usize),
}

/// The disk, with somebody between.
pub(crate) struct Meddled<F> {
    disk: Disk,
    judge: F,
    calls: AtomicUsize,
}

pub(crate) struct Noon;

#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-03-04T12:00:00Z".parse().unwrap()
    }
}

impl Ids for Count {
    fn fresh(&self) -> Uuid {
        // Every run makes ids that no run before it made.
        static RUN: AtomicU64 = AtomicU64::new(1);
        Uuid::from_u64_pair(RUN.fetch_add(1, Ordering::Relaxed), self.0.fetch_add(1, Ordering::Relaxed))
    }
}

pub(crate) const CLONE: CloneId = CloneId::new(Uuid::from_u128(7));
pub(crate) const SPRINT: &str = "delegation/sprints/alpha/SPRINT.md";
pub(crate) const TASK: &str = "delegation/sprints/alpha/phase-1/TASK.md";
pub(crate) const AGENT: &str = "delegation/sprints/alpha/phase-1/AGENT.yml";
pub(crate) const BUG: &str = "delegation/backlog/bug-7/TASK.md";

impl Ground {
    /// In memory where that is to be had: thousands of small writes wait for a real disk.
    pub(crate) fn empty() -> Self {
        Self::on(TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap())
    }

    pub(crate) fn on_disk() -> Self {
        Self::on(TempDir::new().unwrap())
    }

    fn on(folder: TempDir) -> Self {
        let root = folder.path().join("project");
        fs::create_dir(&root).unwrap();
        Self { _folder: Some(folder), ..Self::around(&root) }
    }

    /// A folder of somebody else.
    pub(crate) fn around(root: &Path) -> Self {
        Self { root: root.canonicalize().unwrap(), _folder: None }
    }

    pub(crate) fn planted() -> Self {
        Self::empty().plant()
    }

    /// A small tree with one document of each kind; each says its own path.
    pub(crate) fn plant(self) -> Self {
        for path in [SPRINT, TASK, AGENT, BUG, "delegation/agents/ada.yml"] {
            self.write(path, path);
        }
        self
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn disk(&self) -> Disk {
        Disk::open(&locate(&self.root, &Trust::current(&[], Vec::new())).unwrap()).unwrap()
    }

    pub(crate) fn tree(&self) -> Tree {
        self.meddled(|_| Verdict::Pass)
    }

    /// A tree with nobody between it and the disk.
    pub(crate) fn bare_tree(&self) -> Tree {
        tree_on(self.disk())
    }

    /// A tree whose every call to the disk is judged first.
    pub(crate) fn meddled(&self, judge: impl Fn(&Call) -> Verdict + Send + Sync + 'static) -> Tree {
        tree_on(Meddled { disk: self.disk(), judge, calls: AtomicUsize::new(0) })
    }

    /// Every file below `folder` that is no list and no lock of ours, with its bytes.
    pub(crate) fn all_bytes(&self) -> Vec<(String, Vec<u8>)> {
        let files = walkdir::WalkDir::new(&self.root).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = files.filter(|entry| entry.file_type().is_file());
        let name = |path: &Path| path.strip_prefix(&self.root).unwrap().to_str().unwrap().to_owned();
        files.map(|entry| (name(entry.path()), fs::read(entry.path()).unwrap())).collect()
    }

    pub(crate) fn holds(&self, bytes: &[u8]) -> bool {
        self.all_bytes().iter().any(|(_, held)| held == bytes)
    }

    /// Every path below the root, folders included.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let entries = walkdir::WalkDir::new(&self.root).min_depth(1).into_iter().map(Result::unwrap);
        entries.map(|e| e.path().strip_prefix(&self.root).unwrap().to_str().unwrap().to_owned()).collect()
    }
}

fn tree_on(vfs: impl Vfs + 'static) -> Tree {
    Tree::new(Layout::new(path("delegation")), Box::new(vfs), Arc::new(Noon), Arc::new(Count::default()))
}

pub(crate) fn path(text: &str) -> DocPath {
    DocPath::new(text).unwrap()
}

pub(crate) fn digest(text: impl AsRef<[u8]>) -> Digest {
    Digest::of(text.as_ref())
}

/// Replaces `old` by `new`.
pub(crate) fn replacement(at: &str, old: &str, new: &str) -> Replacement {
    Replacement { path: path(at), pieces: vec![new.as_bytes().into()], expected: Expected::Raw(digest(old)) }
}

/// Puts a file where none is.
pub(crate) fn creation(at: &str, new: &str) -> Replacement {
    Replacement { path: path(at), pieces: vec![new.as_bytes().into()], expected: Expected::Absent }
}

pub(crate) fn known(text: impl AsRef<[u8]>) -> Known {
    Known { raw: digest(&text), canonical: digest(&text), stamp: None, flags: 0 }
}

pub(crate) fn head() -> CacheHead {
    CacheHead { clone: CLONE, cursor: None, event: None, pending: Vec::new() }
}

/// Scans, reads what changed and saves the cache; the lock is returned to be dropped by the caller.
pub(crate) fn learn(tree: &Tree) -> (Scan, Lock) {
    let lock = tree.lock("a test").unwrap();
    let mut scan = tree.scan(tree.load_cache(CLONE), Some(&lock));
    let changed: Vec<_> = scan.changed().map(|file| (file.id, file.path())).collect();
    for (id, path) in changed {
        let file = tree.read(&path).unwrap();
        scan.learn(id, &file.stat, known(&file.bytes));
    }
    tree.save_cache(&scan, &head()).unwrap();
    (scan, lock)
}

/// The paths of a scan's documents.
pub(crate) fn paths(scan: &Scan) -> Vec<String> {
    scan.files().map(|file| file.path().to_string()).collect()
}

pub(crate) fn fresh_scan(tree: &Tree) -> Scan {
    tree.scan(StatCache::empty(), None)
}

/// Judges nothing; hears everything.
pub(crate) fn record(log: &Arc<Mutex<Vec<Call>>>) -> impl Fn(&Call) -> Verdict + Send + Sync + 'static {
    let log = Arc::clone(log);
    move |call| {
        log.lock().unwrap().push(call.clone());
        Verdict::Pass
    }
}

impl<F: Fn(&Call) -> Verdict + Send + Sync> Meddled<F> {
    fn judge(&self, deed: &'static str, at: At<'_>) -> io::Result<Option<usize>> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        match (self.judge)(&Call { deed, path: self.disk.show(at), number }) {
            Verdict::Pass => Ok(None),
            Verdict::Fail(errno) => Err(errno.into()),
            Verdict::Tear(bytes) => Ok(Some(bytes)),
        }
    }
}

impl<F: Fn(&Call) -> Verdict + Send + Sync> Vfs for Meddled<F> {
    fn show(&self, at: At<'_>) -> PathBuf {
        self.disk.show(at)
    }

    fn stat(&self, at: At<'_>) -> io::Result<Stat> {
        self.judge("stat", at)?;
        self.disk.stat(at)
    }

    fn dates_folders(&self, folder: At<'_>) -> bool {
        self.judge("dates_folders", folder).is_ok() && self.disk.dates_folders(folder)
    }

    fn list(&self, folder: At<'_>) -> io::Result<Vec<Entry>> {
        self.judge("list", folder)?;
        self.disk.list(folder)
    }

    fn walk(&self, folder: At<'_>) -> io::Result<Vec<Entry>> {
        self.judge("walk", folder)?;
        self.disk.walk(folder)
    }

    fn read(&self, file: At<'_>, limit: u64) -> io::Result<ReadFile> {
        self.judge("read", file)?;
        self.disk.read(file, limit)
    }

    fn create(&self, file: At<'_>, pieces: &[&[u8]], make: Make) -> io::Result<Stat> {
        match self.judge("create", file)? {
            None => self.disk.create(file, pieces, make),
            Some(bytes) => {
                let whole = pieces.concat();
                self.disk.create(file, &[&whole[..bytes.min(whole.len())]], make)?;
                Err(Errno::IO.into())
            }
        }
    }

    fn create_folder(&self, folder: At<'_>) -> io::Result<()> {
        self.judge("create_folder", folder)?;
        self.disk.create_folder(folder)
    }

    fn check_writable(&self, folder: At<'_>) -> io::Result<()> {
        self.judge("check_writable", folder)?;
        self.disk.check_writable(folder)
    }

    fn exchange(&self, a: At<'_>, b: At<'_>) -> io::Result<()> {
        self.judge("exchange", a)?;
        self.disk.exchange(a, b)
    }

    fn rename_new(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.judge("rename_new", from)?;
        self.disk.rename_new(from, to)
    }

    fn rename_over(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.judge("rename_over", from)?;
        self.disk.rename_over(from, to)
    }

    fn link(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.judge("link", from)?;
        self.disk.link(from, to)
    }

    fn remove(&self, file: At<'_>) -> io::Result<()> {
        self.judge("remove", file)?;
        self.disk.remove(file)
    }

    fn remove_folder(&self, folder: At<'_>) -> io::Result<()> {
        self.judge("remove_folder", folder)?;
        self.disk.remove_folder(folder)
    }

    fn sync(&self, folder: At<'_>) -> io::Result<()> {
        // No test cuts the power, and a real sync would wait for everybody else's writes.
        self.judge("sync", folder).map(drop)
    }

    fn sync_one(&self, at: At<'_>) -> io::Result<()> {
        self.judge("sync", at).map(drop)
    }

    fn tick(&self) -> io::Result<Time> {
        self.judge("tick", At { base: Base::Private, path: "tick" })?;
        self.disk.tick()
    }

    fn lock(&self, file: At<'_>, note: &str) -> io::Result<Option<Box<dyn Held>>> {
        self.judge("lock", file)?;
        self.disk.lock(file, note)
    }
}
