//! What is remembered of an entity, for ever.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Actor, Change, CloneId, CorrelationId, Digest, DocPath, EntityId, Fields, RevisionId, Role, Source};

/// One document of an entity: its role, and its file name where a role can occur more than once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocumentKey {
    /// What the document is to its entity.
    pub role: Role,
    /// The file's name.
    pub name: String,
}

/// One document as one revision has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentVersion {
    /// Which document.
    pub key: DocumentKey,
    /// Where it lies, below the root.
    pub path: DocPath,
    /// Digest of the stored bytes: the text without its stamp line.
    pub blob: Digest,
    /// Digest of the canonical text.
    pub canonical: Digest,
}

/// What another program changed with plain SQL.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patch {
    /// The columns with their new values; `null` clears one.
    pub fields: Fields,
    /// What became of the agent configuration as a whole; `null` where there is none.
    pub config: Option<Change>,
}

impl From<Fields> for Patch {
    fn from(fields: Fields) -> Self {
        Self { fields, config: None }
    }
}

/// One entry of an entity's history.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// The revision.
    pub id: RevisionId,
    /// Whose history.
    pub entity: EntityId,
    /// Its number in this database, from 1; for display.
    pub n: i64,
    /// The revision before it.
    pub parent: Option<RevisionId>,
    /// `sha256(entity id + timestamp + content)`.
    pub tracking: Digest,
    /// The documents; `None` while nobody has laid the patch over the parent's.
    pub documents: Option<Vec<DocumentVersion>>,
    /// What an SQL writer changed.
    pub patch: Option<Patch>,
    /// Who.
    pub actor: Actor,
    /// By what way.
    pub source: Source,
    /// The clone that committed it, if one did.
    pub clone: Option<CloneId>,
    /// The command that it belongs to.
    pub correlation: Option<CorrelationId>,
    /// When the database stored it.
    pub created_at: Timestamp,
}
