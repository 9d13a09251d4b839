//! From what SQLite says to what a caller can act on: the only place that knows its codes.

use super::place::Place;
use crate::store::StoreError;

/// Result codes, <https://sqlite.org/rescode.html>; the upper bytes of what arrives refine them.
mod code {
    pub(super) const ERROR: i64 = 1;
    pub(super) const BUSY: i64 = 5;
    pub(super) const LOCKED: i64 = 6;
    pub(super) const READONLY: i64 = 8;
    pub(super) const CORRUPT: i64 = 11;
    pub(super) const CANTOPEN: i64 = 14;
    pub(super) const NOTADB: i64 = 26;
}

impl Place {
    /// What went wrong when `deed` was tried.
    pub(super) fn error(&self, deed: &str, error: sqlx::Error) -> StoreError {
        let location = self.location();
        let failed = |error: sqlx::Error| StoreError::Failed {
            deed: format!("{deed} in the database {}", self.location()),
            source: error.into(),
        };
        match &error {
            sqlx::Error::Database(told) => match result_code(&error) {
                Some(code::BUSY | code::LOCKED) => StoreError::Busy { location },
                Some(code::READONLY) => StoreError::ReadOnly { location },
                Some(code::CORRUPT | code::NOTADB) => StoreError::Damaged { location, detail: told.message().into() },
                Some(code::ERROR) if is_schema_gone(told.message()) => {
                    StoreError::Damaged { location, detail: told.message().into() }
                }
                Some(code::CANTOPEN) => StoreError::Missing { location },
                _ => failed(error),
            },
            sqlx::Error::ColumnDecode { index, source } => {
                StoreError::Damaged { location, detail: format!("column {index} holds nonsense: {source}") }
            }
            sqlx::Error::Decode(source) => StoreError::Damaged { location, detail: source.to_string() },
            _ => failed(error),
        }
    }

    /// An adaptor for `map_err`.
    pub(super) fn failed<'a>(&'a self, deed: &'a str) -> impl Fn(sqlx::Error) -> StoreError + 'a {
        move |error| self.error(deed, error)
    }
}

/// Whether nothing happened and trying again may help.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    matches!(result_code(error), Some(code::BUSY | code::LOCKED))
}

/// Whether a commit that failed so has certainly not happened.
///
/// Anything else, above all a failed fsync, may have left a valid commit mark behind that the next opening replays.
pub(super) fn is_certainly_undone(error: &sqlx::Error) -> bool {
    const FULL: i64 = 13;
    const CONSTRAINT: i64 = 19;
    is_busy(error) || matches!(result_code(error), Some(FULL | CONSTRAINT))
}

/// Whether a unique index refused a value.
pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(told) if told.is_unique_violation())
}

fn result_code(error: &sqlx::Error) -> Option<i64> {
    let extended: i64 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

/// A table or column that this program made is not there any more.
fn is_schema_gone(message: &str) -> bool {
    ["no such table", "no such column"].iter().any(|start| message.contains(start))
}
