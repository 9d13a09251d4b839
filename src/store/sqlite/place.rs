//! Where a database lies, and how a connection to it is made.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};

/// How long a writer waits for another one before it says that the database is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much of the file a connection reads where the system has it, instead of a copy of each page, in bytes.
const MAPPED_BYTES: u64 = 1 << 30;

/// Pages that a connection keeps in memory, in KiB.
const CACHE_KIB: u32 = 16 * 1024;

/// A database file, and how long to wait for others who write to it.
#[derive(Debug, Clone)]
pub struct Place {
    path: PathBuf,
    patience: Duration,
}

impl Place {
    /// The database at `path`.
    pub fn new(path: impl AsRef<Path>) -> Self {
        // A leading `./` keeps SQLite from taking a file whose name begins with `file:` for a URL.
        Self { path: Path::new(".").join(path), patience: PATIENCE }
    }

    /// The same, with another time to wait.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The path for people.
    pub(super) fn location(&self) -> String {
        self.path.strip_prefix(".").unwrap_or(&self.path).display().to_string()
    }

    /// A place beside this one.
    pub(super) fn beside(&self, suffix: &str) -> Self {
        let mut path = self.path.clone().into_os_string();
        path.push(suffix);
        Self { path: path.into(), patience: self.patience }
    }

    /// The bare path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a connection; makes the file only if `make` says so.
    pub(super) async fn connect(&self, make: bool) -> sqlx::Result<SqliteConnection> {
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(make)
            .busy_timeout(self.patience)
            .foreign_keys(true)
            .synchronous(SqliteSynchronous::Full)
            .pragma("cache_size", format!("-{CACHE_KIB}"))
            .pragma("mmap_size", MAPPED_BYTES.to_string())
            .row_buffer_size(512)
            .disable_statement_logging();
        options.connect().await
    }
}
