//! How fast the tree is looked at and written, beside `git status` and a plain walk in the same run.
//!
//! `cargo bench --bench scan -- 10000` grows a forest of that many tasks.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use instep::model::{CloneId, DocPath};
use instep::tree::{
    CacheHead, Disk, Expected, Fate, Known, Layout, Outcome, Replacement, StatCache, Tree, Trust, locate,
};
use support::forest::{Forest, Grown};
use support::git::Repository;
use support::race::{Runner, print, race};
use support::surroundings::{CountingIds, FixedClock};
use uuid::Uuid;

/// How often each thing is measured.
const ROUNDS: usize = 15;

const CLONE: CloneId = CloneId::new(Uuid::from_u128(7));

fn main() {
    let tasks = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(10_000);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scan-{tasks}"));
    let _ = fs::remove_dir_all(&root);
    let Grown { folders, files, bytes } = Forest::of(tasks).grow(&root).expect("the forest grows");
    println!("{tasks} tasks: {folders} folders, {files} documents, {} MB", bytes / 1_000_000);
    let repository = Repository::of_all(&root);
    let tree = open(&root);
    let cold = learn_all(&tree);
    println!("first scan {:.2?}, reading and hashing {:.2?}", cold.0, cold.1);
    looks(&tree, &root, &repository);
    writes(&tree, 500.min(tasks));
    let _ = fs::remove_dir_all(&root);
}

fn open(root: &Path) -> Tree {
    let located = locate(root, &Trust::current(&[], Vec::new())).expect("the forest is ours");
    let disk = Disk::open(&located).expect("the forest can be opened");
    let layout = Layout::new(DocPath::new("delegation").expect("a good name"));
    Tree::new(layout, Box::new(disk), Arc::new(FixedClock), Arc::new(CountingIds::default()))
}

/// Scans with no cache, reads everything, and leaves a cache in which nothing is in doubt.
fn learn_all(tree: &Tree) -> (Duration, Duration) {
    let lock = tree.lock("bench").expect("nobody else is here");
    let start = Instant::now();
    let mut scan = tree.scan(StatCache::empty(), Some(&lock));
    let scanned = start.elapsed();
    let files: Vec<_> = scan.changed().map(|file| (file.id, file.path())).collect();
    let paths: Vec<DocPath> = files.iter().map(|(_, path)| path.clone()).collect();
    let read = tree.read_all(&paths, |_, file| {
        let file = file.expect("readable");
        let raw = instep::model::Digest::of(&file.bytes);
        (file.stat, Known { raw, canonical: raw, stamp: None, flags: 0 })
    });
    for ((id, _), (stat, known)) in files.iter().zip(read) {
        scan.learn(*id, &stat, known);
    }
    let learned = start.elapsed() - scanned;
    tree.save_cache(&scan, &head()).expect("the cache can be written");
    (scanned, learned)
}

fn head() -> CacheHead {
    CacheHead { clone: CLONE, cursor: None, event: None, pending: Vec::new() }
}

fn looks(tree: &Tree, root: &Path, repository: &Repository) {
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert!(scan.is_unchanged(), "{} documents seem changed", scan.changed().count());
    let times = race(
        ROUNDS,
        &mut [
            Runner::new("git status", || repository.status()),
            Runner::new("no-op scan with its cache", || {
                assert!(tree.scan(tree.load_cache(CLONE), None).is_unchanged());
            }),
            Runner::new("loading the cache", || drop(tree.load_cache(CLONE))),
            Runner::new("saving the cache", || tree.save_cache(&scan, &head()).expect("it can be written")),
            Runner::new("scan without a cache", || drop(tree.scan(StatCache::empty(), None))),
            Runner::new("walkdir and a stat of each file", || drop(walk(root))),
        ],
    );
    print("looking", &times);
}

fn walk(root: &Path) -> Vec<(PathBuf, u64)> {
    let entries = walkdir::WalkDir::new(root.join("delegation")).into_iter().map(|entry| entry.expect("readable"));
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().to_owned(), entry.metadata().expect("readable").len())).collect()
}

/// Replaces the first `count` documents durably, again and again; the yardstick syncs each file for itself.
fn writes(tree: &Tree, count: usize) {
    let scan = tree.scan(tree.load_cache(CLONE), None);
    let paths: Vec<DocPath> = scan.files().take(count).map(|file| file.path()).collect();
    let times = race(
        7,
        &mut [
            Runner::timed("write, fsync and rename of each file", || one_by_one(tree, &paths)),
            Runner::timed("replace in one batch", || replace(tree, &paths)),
        ],
    );
    print(&format!("durable replacement of {count} documents"), &times);
}

fn replace(tree: &Tree, paths: &[DocPath]) -> Duration {
    let batch: Vec<Replacement> = paths
        .iter()
        .map(|path| {
            let old = tree.read(path).expect("readable").bytes;
            let expected = Expected::Raw(instep::model::Digest::of(&old));
            let mut new = old;
            new.extend_from_slice(b"one more line\n");
            Replacement { path: path.clone(), pieces: vec![new.into()], expected }
        })
        .collect();
    let start = Instant::now();
    let outcomes = tree.replace(&batch).expect("the disk has room");
    let took = start.elapsed();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done(_))));
    let leftovers = tree.leftovers().expect("readable");
    let stored = |leftover| {
        let bytes = tree.read_leftover(&leftover).expect("readable").bytes;
        (leftover, Fate::Stored(instep::model::Digest::of(&bytes)))
    };
    let fates: Vec<_> = leftovers.into_iter().map(stored).collect();
    assert_eq!(tree.clear(&fates).expect("removable"), []);
    took
}

fn one_by_one(tree: &Tree, paths: &[DocPath]) -> Duration {
    use std::io::Write;
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let _ = tree;
    let folder = root.join("one-by-one");
    fs::create_dir_all(&folder).expect("the disk has room");
    let start = Instant::now();
    for (number, _) in paths.iter().enumerate() {
        let (part, whole) = (folder.join("part"), folder.join(number.to_string()));
        let mut file = fs::File::create(&part).expect("the disk has room");
        file.write_all(&[b'x'; 8192]).expect("the disk has room");
        file.sync_all().expect("the disk works");
        fs::rename(&part, &whole).expect("renamed");
        fs::File::open(&folder).and_then(|folder| folder.sync_all()).expect("the disk works");
    }
    let took = start.elapsed();
    fs::remove_dir_all(&folder).expect("removed");
    took
}
