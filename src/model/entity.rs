//! Sprints, tasks and agents, and the documents they consist of.

use std::fmt;
use std::ops::Deref;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Digest, DocPath, DocumentVersion, EntityId, Fields, Patch, RevisionId};

/// What an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// A sprint: a folder with SPRINT.md.
    Sprint,
    /// A task: a folder with TASK.md, AGENT.yml or both.
    Task,
    /// An agent: a YAML profile.
    Agent,
}

impl EntityKind {
    /// Every kind, parents before children.
    pub const ALL: &[Self] = &[Self::Agent, Self::Sprint, Self::Task];

    /// The word in JSON, SQL and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sprint => "sprint",
            Self::Task => "task",
            Self::Agent => "agent",
        }
    }

    /// The kind of exactly that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }

    /// The letter before the colon of a reference.
    pub const fn letter(self) -> char {
        match self {
            Self::Sprint => 'S',
            Self::Task => 'T',
            Self::Agent => 'A',
        }
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a document is to its entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// SPRINT.md.
    Sprint,
    /// TASK.md.
    Task,
    /// AGENT.yml of a task.
    AgentConfig,
    /// `agents/<agent>.yml`.
    AgentProfile,
    /// Another file in the folder of an entity, kept byte for byte.
    Attachment,
}

impl Role {
    /// Every role, in the order in which their opinions count.
    pub const ALL: &[Self] = &[Self::Sprint, Self::Task, Self::AgentProfile, Self::AgentConfig, Self::Attachment];

    /// The word in JSON and SQL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sprint => "sprint",
            Self::Task => "task",
            Self::AgentConfig => "agent_config",
            Self::AgentProfile => "agent_profile",
            Self::Attachment => "attachment",
        }
    }

    /// The role of exactly that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.word() == word)
    }

    /// Whether documents of this role are parsed and bear a stamp.
    pub const fn is_managed(self) -> bool {
        !matches!(self, Self::Attachment)
    }

    /// Whether the document is YAML.
    pub const fn is_yaml(self) -> bool {
        matches!(self, Self::AgentConfig | Self::AgentProfile)
    }
}

/// One row of the database: what a list shows of an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The entity.
    pub id: EntityId,
    /// What it is.
    pub kind: EntityKind,
    /// The code as the row has it; another program may have written one that is none.
    pub code: String,
    /// The sprint of a task; `None` for a task of the backlog and for sprints and agents.
    pub sprint: Option<EntityId>,
    /// The folder (of a sprint or task) or file (of an agent) below the root.
    pub path: Option<DocPath>,
    /// Bumped by every effective change.
    pub row_version: i64,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When the row was last changed.
    pub updated_at: Timestamp,
    /// The typed columns.
    pub fields: Fields,
}

/// A row, live or a tombstone, with what its documents are, as [`Store`](crate::store) hands it out.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The row.
    pub row: Row,
    /// Whether the row is a tombstone.
    pub deleted: bool,
    /// The newest revision.
    pub head: RevisionId,
    /// The number of the newest revision in this database; for display.
    pub n: i64,
    /// The tracking hash of the newest revision; `None` while what another program wrote lies in no document yet.
    pub tracking: Option<Digest>,
    /// The documents of the newest revision that has documents.
    pub documents: Vec<DocumentVersion>,
    /// What other programs changed in the columns since then, oldest first.
    pub patches: Vec<(RevisionId, Patch)>,
}

impl Deref for Record {
    type Target = Row;

    fn deref(&self) -> &Row {
        &self.row
    }
}
