//! Settings that know where they come from, and what is wrong with the places they come from.

use std::fmt;

use crate::model::{Position, Severity};

/// Where a setting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: nobody set it.
    Default,
    /// In `instep.toml`, which everybody with the repository gets.
    Repository(Position),
    /// In the user's own `config.toml`.
    User(Position),
    /// In this environment variable.
    Environment(&'static str),
    /// In this flag of the command.
    CommandLine(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Repository(at) => write!(f, "instep.toml:{}:{}", at.line, at.column),
            Self::User(at) => write!(f, "config.toml:{}:{}", at.line, at.column),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::CommandLine(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// A value with the place that it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// A value that nobody set.
    pub(super) fn default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }

    /// The same place with another value.
    pub(super) fn with<U>(&self, value: U) -> Setting<U> {
        Setting { value, origin: self.origin }
    }
}

/// Something wrong with a setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// A stable name, such as `unknown-setting`.
    pub rule: &'static str,
    /// How bad it is; an error means that no command may run.
    pub severity: Severity,
    /// Where.
    pub place: Origin,
    /// A lower-case sentence; never holds a secret.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}
