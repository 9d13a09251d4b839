//! From what PostgreSQL says to what a caller can act on: the only place that knows its codes.

use sqlx::postgres::{PgDatabaseError, PgSeverity};

use super::server::Server;
use crate::store::StoreError;

/// Codes of errors, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
mod code {
    pub(super) const DENIED: [&str; 3] = ["28000", "28P01", "3D000"];
    pub(super) const READ_ONLY: &str = "25006";
    pub(super) const UNIQUE: &str = "23505";
    pub(super) const SERIALIZATION: &str = "40001";
    pub(super) const DEADLOCK: &str = "40P01";
    pub(super) const NO_TABLE: &str = "42P01";
    pub(super) const NO_COLUMN: &str = "42703";
    pub(super) const NO_FUNCTION: &str = "42883";
    pub(super) const TOO_MANY: &str = "53300";
    pub(super) const LOCKED: &str = "55P03";
    pub(super) const CANCELED: &str = "57014";
}

/// Said of what greets us with anything else than a server's words, such as a way that ends at once.
const HUNG_UP: &str = "no server answers there, or it hung up";

impl Server {
    /// What went wrong when `deed` was tried.
    pub(super) fn error(&self, deed: &str, error: sqlx::Error) -> StoreError {
        let location = self.location();
        let deed = format!("{deed} in the database {location}");
        let Some(code) = code(&error) else {
            return match error {
                sqlx::Error::ColumnDecode { index, source } => {
                    StoreError::Damaged { location, detail: format!("column {index} holds nonsense: {source}") }
                }
                sqlx::Error::Decode(source) => StoreError::Damaged { location, detail: source.to_string() },
                lost if is_lost(&lost) => StoreError::Unreachable { location, source: lost.into() },
                other => StoreError::Failed { deed, source: other.into() },
            };
        };
        match code.as_str() {
            code::SERIALIZATION | code::DEADLOCK | code::TOO_MANY | code::LOCKED | code::CANCELED => {
                StoreError::Busy { location }
            }
            code::READ_ONLY => StoreError::ReadOnly { location },
            code::NO_TABLE | code::NO_COLUMN | code::NO_FUNCTION => {
                let detail = error.as_database_error().map(|told| told.message().to_owned()).unwrap_or_default();
                StoreError::Damaged { location, detail }
            }
            _ if is_lost(&error) => StoreError::Unreachable { location, source: error.into() },
            _ => StoreError::Failed { deed, source: error.into() },
        }
    }

    /// An adaptor for `map_err`.
    pub(super) fn failed<'a>(&'a self, deed: &'a str) -> impl Fn(sqlx::Error) -> StoreError + 'a {
        move |error| self.error(deed, error)
    }

    /// Why no connection was made.
    pub(super) fn refusal(&self, error: sqlx::Error) -> StoreError {
        let location = self.location();
        match (code(&error).as_deref(), error) {
            (Some(code::TOO_MANY), _) => StoreError::Busy { location },
            (Some(code), error) if code::DENIED.contains(&code) => {
                StoreError::Denied { location, source: error.into() }
            }
            // No certificate becomes good by trying again.
            (_, sqlx::Error::Tls(source)) => StoreError::Denied { location, source },
            (_, sqlx::Error::Io(source)) if source.kind() == std::io::ErrorKind::InvalidData => {
                StoreError::Denied { location, source: source.into() }
            }
            (_, sqlx::Error::Protocol(_)) => StoreError::Unreachable { location, source: HUNG_UP.into() },
            (_, error) => StoreError::Unreachable { location, source: error.into() },
        }
    }
}

/// Whether nothing happened and the same transaction may succeed when it is begun again.
pub(super) fn is_worth_repeating(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some(code::SERIALIZATION | code::DEADLOCK))
}

/// Whether a unique index refused a value.
pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    code(error).as_deref() == Some(code::UNIQUE)
}

/// Whether a table is not there at all.
pub(super) fn is_no_table(error: &sqlx::Error) -> bool {
    code(error).as_deref() == Some(code::NO_TABLE)
}

/// Whether the connection ended before the answer was complete.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(told) => told.try_downcast_ref::<PgDatabaseError>().is_some_and(ends_the_session),
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

fn ends_the_session(error: &PgDatabaseError) -> bool {
    matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
