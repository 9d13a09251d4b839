//! How people name a sprint, a task or an agent.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Code, CodeError, EntityKind};

/// `S:sprint`, `T:task`, `T:sprint/task`, `T:backlog/task` or `A:agent`; the prefix may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference {
    /// What it names, if it says so.
    pub kind: Option<EntityKind>,
    /// Where a task lives, if the reference says so.
    pub home: Option<Home>,
    /// The last part.
    pub code: Code,
}

/// Where a task lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Home {
    /// In no sprint.
    Backlog,
    /// In this sprint.
    Sprint(Code),
}

/// Why a text is no reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// A letter before the colon that names no kind.
    #[error("unknown kind `{0}:`; write `S:`, `T:` or `A:`")]
    UnknownKind(String),
    /// A slash where only tasks have one.
    #[error("only a task is written with a slash")]
    NotATask,
    /// The backlog in the place of something that has a code.
    #[error("`backlog` is where the tasks of no sprint are (`task list --backlog`), and no sprint or task itself")]
    Backlog,
    /// A part that is no code.
    #[error("`{part}` is not a code: {source}")]
    BadCode {
        /// The part.
        part: String,
        /// Why.
        source: CodeError,
    },
}

impl Reference {
    /// The reference with a kind, where it had none.
    #[must_use]
    pub fn or_kind(mut self, kind: EntityKind) -> Self {
        self.kind.get_or_insert(kind);
        self
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let (kind, rest) = match text.split_once(':') {
            None => (None, text),
            Some((letter, rest)) => (Some(kind_of(letter)?), rest),
        };
        let code = |part: &str| Code::new(part).map_err(|source| ReferenceError::BadCode { part: part.into(), source });
        match rest.split_once('/') {
            None if rest.eq_ignore_ascii_case("backlog") => Err(ReferenceError::Backlog),
            None => Ok(Self { kind, home: None, code: code(rest)? }),
            Some(_) if kind.is_some_and(|k| k != EntityKind::Task) => Err(ReferenceError::NotATask),
            Some((home, task)) => {
                let home = if home.eq_ignore_ascii_case("backlog") { Home::Backlog } else { Home::Sprint(code(home)?) };
                Ok(Self { kind: Some(EntityKind::Task), home: Some(home), code: code(task)? })
            }
        }
    }
}

fn kind_of(letter: &str) -> Result<EntityKind, ReferenceError> {
    let mut kinds = EntityKind::ALL.iter().copied();
    kinds
        .find(|kind| letter.len() == 1 && letter.starts_with([kind.letter(), kind.letter().to_ascii_lowercase()]))
        .ok_or_else(|| ReferenceError::UnknownKind(letter.into()))
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(kind) = self.kind {
            write!(f, "{}:", kind.letter())?;
        }
        match &self.home {
            None => {}
            Some(Home::Backlog) => write!(f, "backlog/")?,
            Some(Home::Sprint(code)) => write!(f, "{code}/")?,
        }
        write!(f, "{}", self.code)
    }
}

impl TryFrom<String> for Reference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, ReferenceError> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_back_as_written() {
        for text in ["S:alpha", "T:phase-1", "T:alpha/phase-1", "T:backlog/bug-7", "A:alice", "phase-1"] {
            assert_eq!(text.parse::<Reference>().map(|r| r.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("alpha/phase-1".parse::<Reference>().map(|r| r.to_string()), Ok("T:alpha/phase-1".into()));
    }

    #[test]
    fn a_reference_cannot_leave_its_place() {
        for bad in ["T:../x", "S:a/b", "X:a", "T:a/b/c", "T:", "TT:a", ""] {
            assert!(bad.parse::<Reference>().is_err(), "{bad}");
        }
    }
}
