//! Why a use case did not do what it was asked.

use std::path::PathBuf;

use crate::model::{CodeError, DocPath, EntityKind, Field, ReferenceError, nearest};
use crate::store::StoreError;
use crate::sync::SyncError;
use crate::sync::brakes::Brake;
use crate::template::TemplateError;
use crate::tree::{FileKind, TreeError};

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
    /// There is no such file.
    #[error("there is no file {}", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// A file that does not hold what it should.
    #[error("cannot read {}: {message}", path.display())]
    BadList {
        /// The path.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
    /// A file that is no plan.
    #[error("cannot read {}: {message}", path.display())]
    BadPlan {
        /// The path.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
    /// An entry of a list that cannot be made; nothing of the list was.
    #[error("{}: entry {entry} (`{code}`): {source}", path.display())]
    InList {
        /// The list.
        path: PathBuf,
        /// The number of the entry, from 1.
        entry: usize,
        /// Its code.
        code: String,
        /// Why.
        source: Box<OpError>,
    },
    /// A record without a number; nobody but people can agree on one.
    #[error("a record needs a number")]
    NoNumber {
        /// The next one that is free here.
        free: u32,
    },
    /// A record has that number.
    #[error("there is a record with the number {number:03} already")]
    NumberTaken {
        /// The number.
        number: u32,
    },
    /// Two values for one variable.
    #[error("`{name}` is given twice")]
    GivenTwice {
        /// The variable.
        name: String,
    },
    /// A text that a document would not show as it was given.
    #[error("`{name}` {why}")]
    BadText {
        /// What it is for.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Something that belongs to no sprint was to be put into one.
    #[error("a sprint was given, and only a task belongs to one, not a {kind}")]
    HasNoSprint {
        /// What was to be made.
        kind: EntityKind,
    },
    /// Something lies where a file is to be made.
    #[error("{path} is there already, and is {kind}")]
    Occupied {
        /// Where.
        path: DocPath,
        /// What it is.
        kind: FileKind,
    },
    /// A document that cannot be understood.
    #[error("{path} cannot be understood: {why}")]
    NotUnderstood {
        /// Which.
        path: DocPath,
        /// Why, and where.
        why: String,
    },
    /// A list names one thing twice.
    #[error("`{code}` is listed twice")]
    Repeated {
        /// The code.
        code: String,
    },
    /// The place is taken.
    #[error("there is a `{code}` already")]
    Taken {
        /// The code.
        code: String,
    },
    /// The example, or something in its place, is there already.
    #[error("the example cannot be made: `{code}` is there already")]
    DemoThere {
        /// What is there.
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
    /// A template makes something that the next sync would refuse.
    #[error("the template `{template}` makes what cannot be kept in step: {}", faults.join("; "))]
    BadOutput {
        /// Kind and name.
        template: String,
        /// Everything that is wrong with it.
        faults: Vec<String>,
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
