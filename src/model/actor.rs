//! Who changed something, and by what way.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of whoever caused a change: a user, an agent, a program.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(String);

impl Actor {
    /// Longest name kept, in characters.
    const MAX_CHARS: usize = 200;

    /// Keeps the printable part of `name`; an empty one becomes `unknown`.
    pub fn new(name: &str) -> Self {
        let kept: String = name.chars().filter(|c| !c.is_control()).take(Self::MAX_CHARS).collect();
        Self(if kept.trim().is_empty() { "unknown".into() } else { kept.trim().into() })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// By what way a revision came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Somebody edited a file.
    File,
    /// A command of this tool.
    Cli,
    /// A tool call of an agent.
    Mcp,
    /// Another program wrote the row.
    Sql,
    /// Both sides had changed.
    Merge,
}

impl Source {
    /// The word in JSON and SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Cli => "cli",
            Self::Mcp => "mcp",
            Self::Sql => "sql",
            Self::Merge => "merge",
        }
    }

    /// The source of exactly that name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::File, Self::Cli, Self::Mcp, Self::Sql, Self::Merge].into_iter().find(|s| s.word() == word)
    }
}
