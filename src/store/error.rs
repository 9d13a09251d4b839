//! Why a database could not do what it was asked.

use crate::model::{EntityId, RunId};

/// Why the database could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Rows are not what the change expects; nothing was stored.
    #[error("{} row(s) changed while this ran", .0.len())]
    Stale(Vec<EntityId>),
    /// Nobody answers.
    #[error("cannot reach the database {location}")]
    Unreachable {
        /// Where, without any password.
        location: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It lets nobody in who comes like this: a wrong name or password, a server that cannot prove who it is.
    #[error("the database {location} cannot be entered")]
    Denied {
        /// Where, without any password.
        location: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Others held it for too long; nothing was stored.
    #[error("the database {location} is busy")]
    Busy {
        /// Where.
        location: String,
    },
    /// It takes no changes: a standby, or told to be read only.
    #[error("the database {location} is read only")]
    ReadOnly {
        /// Where.
        location: String,
    },
    /// Its schema is newer than this program.
    #[error("the database {location} has schema {found}, this program knows {known}")]
    TooNew {
        /// Where.
        location: String,
        /// What it has.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// Its schema is older than this program.
    #[error("the database {location} has schema {found}, this program needs {needed}")]
    TooOld {
        /// Where.
        location: String,
        /// What it has.
        found: i64,
        /// What this program needs.
        needed: i64,
    },
    /// There is no database there, or it holds no project.
    #[error("there is no instep database at {location}")]
    Missing {
        /// Where.
        location: String,
    },
    /// Another plan is there, or this one has gone on there.
    #[error("the database {location} holds a plan already")]
    Occupied {
        /// Where.
        location: String,
    },
    /// The file is damaged.
    #[error("the database {location} is damaged: {detail}")]
    Damaged {
        /// Where.
        location: String,
        /// What the check said.
        detail: String,
    },
    /// The commit was sent and no answer came: it may have happened.
    #[error("the connection was lost while committing to {location}")]
    Unknown {
        /// Where.
        location: String,
        /// The attempt to ask for.
        run: RunId,
    },
    /// Anything else.
    #[error("cannot {deed}")]
    Failed {
        /// What was tried.
        deed: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
