//! Describes the database.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OpError, Workspace};

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
    /// Rows per table.
    pub tables: Vec<TableSize>,
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
        Ok(DatabaseView {
            server: described.server,
            location: described.location,
            schema: described.schema,
            project: head.project.to_string(),
            epoch: head.cursor.epoch.to_string(),
            events: head.cursor.seq,
            bytes: described.bytes,
            tables: described.tables.into_iter().map(|(table, rows)| TableSize { table, rows }).collect(),
        })
    }
}
