//! Why something could not be made, or not be taken from a file.

use std::path::PathBuf;

use super::OpError;
use crate::model::{DocPath, EntityKind};
use crate::tree::FileKind;

/// Why something was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakeError {
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
    /// The example, or something in its place, is there already.
    #[error("the example cannot be made: `{code}` is there already")]
    DemoThere {
        /// What is there.
        code: String,
    },
    /// A template makes something that the next sync would refuse.
    #[error("the template `{template}` makes what cannot be kept in step: {}", faults.join("; "))]
    BadOutput {
        /// Kind and name.
        template: String,
        /// Everything that is wrong with it.
        faults: Vec<String>,
    },
}
