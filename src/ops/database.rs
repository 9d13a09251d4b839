//! Describes the database, and what older ones it took the place of.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OpError, Workspace};
use crate::tree::{Copies, TreeError, copies};

/// The files that SQLite keeps beside a database.
pub const BESIDE: &[&str] = &["-wal", "-shm"];

/// How the name goes on of a database that was put aside for a new one.
pub const SET_ASIDE: &str = ".before-";

/// How the name goes on of a copy from before a change of the schema.
pub(super) const BACKUP: &str = ".v";

/// Say which database is used, and what is in it.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
pub struct DatabaseInfo {}

/// A database as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DatabaseView {
    /// Which program and version.
    pub server: String,
    /// Where, without any password.
    pub location: String,
    /// The version of its schema.
    pub schema: i64,
    /// The project that it holds.
    pub project: String,
    /// The life of this database.
    pub epoch: String,
    /// The number of the newest event.
    pub events: i64,
    /// Its size in bytes.
    pub bytes: u64,
    /// By how many milliseconds a standby is behind: this one, or the slowest that follows it.
    pub lag_ms: Option<u64>,
    /// The databases that `db rebuild` put aside and `db migrate` copied, and nobody removed yet.
    pub old: OldDatabases,
    /// Rows per table.
    pub tables: Vec<TableSize>,
}

/// Databases from before this one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OldDatabases {
    /// How many.
    pub count: usize,
    /// The bytes of all of them, with what SQLite keeps beside them.
    pub bytes: u64,
}

impl OldDatabases {
    /// Counts those of the embedded database at `path`.
    pub(super) fn of(path: &Path) -> Result<Self, TreeError> {
        let Copies { count, bytes } = copies(path, BESIDE, &[SET_ASIDE, BACKUP])?;
        Ok(Self { count, bytes })
    }
}

/// How many rows a table has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TableSize {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

impl DatabaseInfo {
    /// Reads it.
    ///
    /// # Errors
    /// The database.
    pub async fn run(self, ws: &Workspace) -> Result<DatabaseView, OpError> {
        let head = ws.store.head().await?;
        let described = ws.store.describe().await?;
        let old = described.file.as_deref().map(OldDatabases::of).transpose()?.unwrap_or_default();
        Ok(DatabaseView {
            server: described.server,
            location: described.location,
            schema: described.schema,
            project: head.project.to_string(),
            epoch: head.cursor.epoch.to_string(),
            events: head.cursor.seq,
            bytes: described.bytes,
            lag_ms: described.lag.map(|lag| u64::try_from(lag.as_millis()).unwrap_or(u64::MAX)),
            old,
            tables: described.tables.into_iter().map(|(table, rows)| TableSize { table, rows }).collect(),
        })
    }
}
