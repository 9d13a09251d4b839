//! The least that anybody could do for the same outcome, by hand: the same bytes, the same durability, nothing else.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS texts (sha256 BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT";

const INSERT: &str = "INSERT INTO texts (sha256, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING";

/// The file that a command replaces.
const DOCUMENT: &str = "TASK.md";

/// A copy of the forest that yardsticks work on, with a database beside it.
pub(crate) struct Ground(PathBuf);

impl Ground {
    /// A new copy of `pristine` at `root`.
    pub(crate) fn fresh(pristine: &Path, root: &Path) -> Self {
        copy(pristine, root);
        Self(root.to_owned())
    }

    /// Makes the database and the document, so that a command finds them.
    pub(crate) fn prepare(&self) {
        fs::write(self.0.join(DOCUMENT), "x".repeat(4_000)).expect("it is written");
        block_on(async { self.connect().await.close().await.expect("it closes") });
    }

    async fn connect(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.0.join("yardstick.db")).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let mut connection = options.connect().await.expect("the database opens");
        sqlx::raw_sql(TABLE).execute(&mut connection).await.expect("the table is made");
        connection
    }

    fn files(&self) -> Vec<PathBuf> {
        let files = walkdir::WalkDir::new(self.0.join("delegation")).sort_by_file_name().into_iter();
        files.map(|entry| entry.expect("an entry")).filter(|e| e.file_type().is_file()).map(|e| e.into_path()).collect()
    }
}

/// Reads and hashes every file, stores all bytes in one transaction, and rewrites every file durably, in one batch.
pub(crate) fn first_sync(ground: &Ground) -> Duration {
    let begun = Instant::now();
    let files = ground.files();
    let texts: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).expect("a readable file")).collect();
    block_on(async {
        let mut connection = ground.connect().await;
        let mut transaction = connection.begin().await.expect("a transaction");
        for bytes in &texts {
            let digest = Sha256::digest(bytes).to_vec();
            let insert = sqlx::query(INSERT).bind(digest).bind(bytes.as_slice());
            insert.execute(&mut *transaction).await.expect("a row");
        }
        transaction.commit().await.expect("it is durable");
    });
    replace(&ground.0, files.iter().zip(&texts));
    begun.elapsed()
}

/// Rewrites the first `count` files durably.
pub(crate) fn rewrite(ground: &Ground, count: usize) -> Duration {
    let files: Vec<PathBuf> = ground.files().into_iter().take(count).collect();
    let texts: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).expect("a readable file")).collect();
    let begun = Instant::now();
    replace(&ground.0, files.iter().zip(&texts));
    begun.elapsed()
}

/// Starts this program as a command that commits once and replaces one file.
pub(crate) fn run_command(ground: &Ground) {
    let own = std::env::current_exe().expect("this program lies somewhere");
    let status = Command::new(own).arg("yardstick").arg(&ground.0).status().expect("the yardstick starts");
    assert!(status.success());
}

/// Commits one row durably and replaces one file durably.
pub(crate) fn of_a_command(root: &Path) {
    let ground = Ground(root.to_owned());
    let path = root.join(DOCUMENT);
    let mut bytes = fs::read(&path).expect("a readable file");
    bytes.push(b'\n');
    block_on(async {
        let mut connection = ground.connect().await;
        let insert = sqlx::query(INSERT).bind(Sha256::digest(&bytes).to_vec()).bind(bytes.as_slice());
        insert.execute(&mut connection).await.expect("a row");
    });
    replace_one(&path, &bytes);
}

/// Writes a file beside its place, waits for it, renames it, waits for its folder.
fn replace_one(path: &Path, bytes: &[u8]) {
    let temporary = path.with_extension("yardstick");
    let written = File::create(&temporary).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.and_then(|()| fs::rename(&temporary, path)).expect("it is written");
    let folder = File::open(path.parent().expect("files lie in folders")).and_then(|folder| folder.sync_all());
    folder.expect("it is durable");
}

/// Writes all, waits once for the disk, renames all, waits once again.
fn replace<'a>(root: &Path, files: impl Iterator<Item = (&'a PathBuf, &'a Vec<u8>)> + Clone) {
    let disk = File::open(root).expect("a folder");
    let sync = || rustix::fs::syncfs(&disk).expect("the disk answers");
    let temporary = |path: &Path| path.with_extension("yardstick");
    for (path, bytes) in files.clone() {
        File::create(temporary(path)).and_then(|mut file| file.write_all(bytes)).expect("it is written");
    }
    sync();
    for (path, _) in files {
        fs::rename(temporary(path), path).expect("it is renamed");
    }
    sync();
}

/// Waits for the end of some work on one thread.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// Copies a tree to a place where nothing else stays, and waits for the disk, so that nobody else waits for it later.
pub(crate) fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("an entry");
        let target = to.join(entry.path().strip_prefix(from).expect("below it"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).expect("a folder");
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
    let disk = File::open(to).expect("a folder");
    rustix::fs::syncfs(&disk).expect("the disk answers");
}
