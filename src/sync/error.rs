//! Why a run failed or was refused.

use super::brakes::Brake;
use super::plan::Plan;
use crate::model::DocPath;
use crate::store::StoreError;
use crate::tree::TreeError;

/// Why a run did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// A brake refused it; nothing was written.
    #[error("refused: {brake}")]
    Refused {
        /// Which brake.
        brake: Brake,
        /// What it would have done.
        plan: Box<Plan>,
    },
    /// The plan that was to be carried out is not what would be done now; nothing was written.
    #[error("the plan is stale: the tree or the database changed since it was made")]
    StalePlan,
    /// The place of a new entity is taken.
    #[error("{path} exists already")]
    Taken {
        /// The place.
        path: DocPath,
    },
    /// The files could not be written; what was to be made is neither on disk nor in the database.
    #[error("cannot write the files of {what}: {why}")]
    Blocked {
        /// What was to be made.
        what: String,
        /// Why.
        why: String,
    },
    /// Both sides of what the command is about were brought into step; then the command itself could not be done.
    #[error("{source}")]
    OnlySettled {
        /// Why not.
        #[source]
        source: Box<SyncError>,
    },
    /// Part of it was done when the rest failed.
    #[error("{source}")]
    Begun {
        /// Why not all of it.
        #[source]
        source: Box<SyncError>,
    },
    /// It was done; what comes after that failed.
    #[error("{source}")]
    Done {
        /// What failed.
        #[source]
        source: Box<SyncError>,
    },
    /// What the command is about could not be brought into step, so the command was not begun: its row may be, its files
    /// are not.
    #[error("{path} cannot be brought into step first: {why}")]
    NotSettled {
        /// The file or folder that could not be written.
        path: String,
        /// Why.
        why: String,
    },
    /// A value that the documents cannot say; nothing was written.
    #[error("the {field} cannot be written into the documents: {why}")]
    Unspellable {
        /// The field, or the pointer.
        field: String,
        /// Why.
        why: String,
    },
    /// Another program made the row say what no file can hold; nothing was written.
    #[error("no file can hold what the row of `{code}` says; its {field}: {why}")]
    Unfit {
        /// The row's code.
        code: String,
        /// The column.
        field: &'static str,
        /// Why.
        why: String,
    },
    /// The rows are changed and the files are not; the next sync tries again.
    #[error("{what}: changed in the database, but not in the files: {why}")]
    Unwritten {
        /// What is changed.
        what: String,
        /// Why its files are not.
        why: String,
    },
    /// The sprint of what was to be changed was moved, and only one side knows it yet; nothing was written.
    #[error("the sprint {code} does not lie where its row says")]
    Adrift {
        /// The code that its row has.
        code: String,
    },
    /// A document of what was to be changed cannot be read or understood; nothing was written.
    #[error("{path} cannot be understood: {why}")]
    Unread {
        /// The document.
        path: DocPath,
        /// Why, and where in it.
        why: String,
    },
    /// What was to get an id of its own is no copy; nothing was written.
    #[error("{path} is no copy: {why}")]
    NoCopy {
        /// The place.
        path: DocPath,
        /// Why it is none.
        why: &'static str,
    },
    /// A folder that lies in another one's place cannot go back; nothing was written.
    #[error("{path} cannot be put back: {why}")]
    NoWayBack {
        /// The folder.
        path: DocPath,
        /// Why.
        why: &'static str,
    },
    /// A conflict has to be decided first.
    #[error("{path} waits for a decision")]
    Held {
        /// What waits.
        path: DocPath,
    },
    /// The files.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The rows.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SyncError {
    /// Whether what was asked for was stored, or may have been.
    pub(super) fn is_past_the_commit(&self) -> bool {
        matches!(self, Self::Unwritten { .. } | Self::Done { .. } | Self::Store(StoreError::Unknown { .. }))
    }

    /// What it says, and what the system said, on one line.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Tree(error) => error.words(),
            other => other.to_string(),
        }
    }
}
