//! What people and agents can do: one use case per file.
//!
//! Each has an input, an outcome and `run`. The input derives `clap::Args`, `Deserialize` and `JsonSchema`: its fields
//! and their comments are the flags of the command line, the schema of a tool and the body of a request at once.
//! Nothing here prints, and nothing here writes past [`sync`](crate::sync).

mod doctor_fields;
mod list;
mod resolve;
mod show;
mod view;

pub use doctor_fields::{
    FieldCount, FieldsOptions, FieldsReport, FolderFields, RawValue, RefusedDocument, role_by_name,
};
pub use list::{AgentList, Listing, PageOptions, SprintList, TaskList};
pub use show::{DocumentView, Show, Shown};
pub use view::EntityView;

use crate::model::EntityKind;
use crate::store::StoreError;
pub use crate::sync::Workspace;

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpError {
    /// No row has that name.
    #[error("nothing is called `{reference}`")]
    NotFound {
        /// What was asked for.
        reference: String,
        /// What is called nearly so.
        nearest: Vec<String>,
    },
    /// Several rows have that name.
    #[error("`{reference}` fits several: {}", candidates.join(", "))]
    Ambiguous {
        /// What was asked for.
        reference: String,
        /// All that fit.
        candidates: Vec<String>,
    },
    /// The reference says another kind than is wanted here.
    #[error("`{reference}` is a {found}, not a {expected}")]
    WrongKind {
        /// What was asked for.
        reference: String,
        /// What is wanted here.
        expected: EntityKind,
        /// What the reference says.
        found: EntityKind,
    },
    /// A value that the field does not have.
    #[error("`{value}` is no {what}{}", if known.is_empty() { String::new() } else { format!("; it is one of {}", known.join(", ")) })]
    BadValue {
        /// The field or option.
        what: String,
        /// The value.
        value: String,
        /// All values there are.
        known: Vec<String>,
        /// What was probably meant.
        nearest: Vec<String>,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
