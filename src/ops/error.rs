//! Why a use case did not do what it was asked.

use std::path::PathBuf;

use super::MakeError;
use crate::model::{CodeError, DocPath, EntityKind, Field, ReferenceError, nearest};
use crate::store::StoreError;
use crate::sync::SyncError;
use crate::sync::brakes::Brake;
use crate::template::TemplateError;
use crate::tree::TreeError;

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpError {
    /// No row has that name.
    #[error("nothing is called `{reference}`")]
    NotFound {
        /// What was asked for.
        reference: String,
        /// Of which kind, where only one was meant.
        kind: Option<EntityKind>,
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
    #[error("`{reference}` names {}, not {}", with_article(*found), with_article(*expected))]
    WrongKind {
        /// What was asked for.
        reference: String,
        /// What is wanted here.
        expected: EntityKind,
        /// What the reference says.
        found: EntityKind,
    },
    /// A word that is none of those there are.
    #[error("`{value}` is no {what}{}", one_of(known))]
    Unknown {
        /// What it should be.
        what: String,
        /// The word.
        value: String,
        /// All that there are; empty where there are too many to tell.
        known: Vec<String>,
        /// What was probably meant.
        nearest: Vec<String>,
    },
    /// A value that its field cannot have.
    #[error("`{value}` is no {field}: {why}")]
    BadValue {
        /// The field.
        field: Field,
        /// The value.
        value: String,
        /// Why, or what would be one.
        why: String,
    },
    /// A code that is none.
    #[error("`{code}` is not a code: {source}")]
    BadCode {
        /// The text.
        code: String,
        /// Why.
        source: CodeError,
    },
    /// A reference that is none.
    #[error(transparent)]
    BadReference(#[from] ReferenceError),
    /// A path that leaves the project.
    #[error("`{path}` is no path below the project's root")]
    BadPath {
        /// The path.
        path: String,
    },
    /// A folder in which no planning files can lie.
    #[error("`{root}` cannot be the folder for the planning files: {why}")]
    BadRoot {
        /// The folder.
        root: String,
        /// Why not.
        why: String,
    },
    /// A path at which nothing lies that could be in step.
    #[error("nothing lies at `{path}`, neither in {root} nor in the database")]
    NothingThere {
        /// The path.
        path: DocPath,
        /// The folder of the planning files.
        root: DocPath,
    },
    /// Something that should be `name=value`.
    #[error("`{text}` is not of the form name=value")]
    BadAssignment {
        /// The text.
        text: String,
    },
    /// The place is taken.
    #[error("there is a `{code}` already")]
    Taken {
        /// The code.
        code: String,
    },
    /// A sprint that has tasks.
    #[error("sprint `{sprint}` has {tasks} tasks")]
    HasTasks {
        /// The sprint.
        sprint: String,
        /// How many tasks it has.
        tasks: usize,
    },
    /// A brake refused the run; nothing was written.
    #[error("refused: {brake}")]
    Refused {
        /// Which brake.
        brake: Brake,
        /// Where the plan was saved, if it was.
        plan: Option<PathBuf>,
    },
    /// No conflict has that id.
    #[error("there is no open conflict `{id}`")]
    NoConflict {
        /// The id.
        id: String,
        /// The ids that begin so.
        candidates: Vec<String>,
    },
    /// A conflict that cannot be decided in this way.
    #[error("a conflict of the kind {kind} cannot be decided so: {why}")]
    NotDecidable {
        /// Its kind.
        kind: &'static str,
        /// Why.
        why: String,
    },
    /// What was to be made, or carried out from a file.
    #[error(transparent)]
    Make(#[from] MakeError),
    /// The templates.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Both sides.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The files.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The rows.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn with_article(kind: EntityKind) -> String {
    format!("{} {kind}", if kind == EntityKind::Agent { "an" } else { "a" })
}

fn one_of(known: &[String]) -> String {
    if known.is_empty() { String::new() } else { format!("; it is one of {}", known.join(", ")) }
}

impl OpError {
    /// A `value` that is none of the `known` words for `what`.
    pub(crate) fn unknown(what: &str, value: &str, known: Vec<String>) -> Self {
        let nearest = nearest(value, known.iter().map(String::as_str)).into_iter().map(str::to_owned).collect();
        Self::Unknown { what: what.to_owned(), value: value.to_owned(), known, nearest }
    }
}
