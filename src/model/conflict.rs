//! What two sides could not agree on.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Actor, CloneId, ConflictId, Digest, DocPath, DocumentKey, EntityId};

/// In what way two sides collided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictKind {
    /// Both changed one field; the row's value stands, the file's is kept here.
    Field,
    /// Both changed the same lines; nobody was overwritten.
    Body,
    /// The file and the row differ and no common ancestor is known.
    NoBase,
    /// Deleted in the tree, changed in the database.
    DeleteEdit,
    /// Changed in the tree, deleted in the database.
    EditDelete,
    /// The tree has a new document where the database has another one.
    CreateCreate,
    /// Both sides moved it, to different places.
    Path,
    /// The target of a move is taken by another entity.
    PathTaken,
    /// Two files carry the same id.
    DuplicateId,
    /// The file at a known path carries another id, and the old id is nowhere.
    IdReplaced,
    /// A task whose sprint does not exist.
    Orphan,
    /// Two values were written one after the other from the same text; the later stands, the earlier is kept here.
    Superseded,
    /// The merged document would be broken.
    Invalid,
    /// Two places of one entity say different things of one field.
    TwoPlaces,
    /// The row is gone without a tombstone.
    RowMissing,
}

impl ConflictKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Field,
        Self::Body,
        Self::NoBase,
        Self::DeleteEdit,
        Self::EditDelete,
        Self::CreateCreate,
        Self::Path,
        Self::PathTaken,
        Self::DuplicateId,
        Self::IdReplaced,
        Self::Orphan,
        Self::Superseded,
        Self::Invalid,
        Self::TwoPlaces,
        Self::RowMissing,
    ];

    /// The word in JSON, SQL and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Body => "body",
            Self::NoBase => "no-base",
            Self::DeleteEdit => "delete-edit",
            Self::EditDelete => "edit-delete",
            Self::CreateCreate => "create-create",
            Self::Path => "path",
            Self::PathTaken => "path-taken",
            Self::DuplicateId => "duplicate-id",
            Self::IdReplaced => "id-replaced",
            Self::Orphan => "orphan",
            Self::Superseded => "superseded",
            Self::Invalid => "invalid",
            Self::TwoPlaces => "two-places",
            Self::RowMissing => "row-missing",
        }
    }

    /// The kind of exactly that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }

    /// Whether neither side is touched while the conflict lasts; such a record is closed when the cause is gone.
    pub const fn is_hold(self) -> bool {
        !matches!(self, Self::Field | Self::DeleteEdit | Self::EditDelete | Self::Path | Self::Superseded)
    }

    /// Whether it is about whom a folder belongs to, so that its place tells it from others.
    pub const fn is_of_folders(self) -> bool {
        matches!(self, Self::DuplicateId | Self::IdReplaced)
    }

    /// Whether the record is only for the log and nobody needs to act.
    pub const fn is_closed_at_birth(self) -> bool {
        matches!(self, Self::Superseded)
    }
}

/// Whether somebody still has to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConflictState {
    /// Nobody decided yet.
    Open,
    /// Decided, or overtaken by later edits.
    Resolved,
}

impl Conflict {
    /// Whether the working copy `clone` can tell whether the cause is gone: nobody else sees the files that it stems from.
    pub fn is_seen_by(&self, clone: CloneId) -> bool {
        self.clone.is_none_or(|own| own == clone)
    }
}

/// What one more place says of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Elsewhere {
    /// The name of the document that has the place.
    pub document: String,
    /// The value, as written.
    pub value: Option<String>,
}

/// A conflict that is about to be recorded.
///
/// Two records with the same entity, document, field and values are one: repeating a sync repeats no record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewConflict {
    /// In what way they collided.
    pub kind: ConflictKind,
    /// Whose document, where one is known.
    pub entity: Option<EntityId>,
    /// Which document.
    pub document: Option<DocumentKey>,
    /// Where the file lies.
    pub path: DocPath,
    /// The field or pointer, where it is one.
    pub field: Option<String>,
    /// The common ancestor's value, as written.
    pub base: Option<String>,
    /// The file's value, as written.
    pub file: Option<String>,
    /// The row's value, as written.
    pub row: Option<String>,
    /// What the files say in the other places of the field that collided with it: that is one conflict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<Elsewhere>,
    /// The file's whole text, kept as a blob.
    pub kept: Option<Digest>,
}

/// A recorded conflict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// Its id.
    pub id: ConflictId,
    /// What collided.
    #[serde(flatten)]
    pub what: NewConflict,
    /// Whether somebody still has to decide.
    pub state: ConflictState,
    /// Who set the row's value, where the history tells.
    pub row_author: Option<Actor>,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// By whom.
    pub resolved_by: Option<Actor>,
    /// How: `take-file`, `take-db`, `edit`, `overtaken`.
    pub resolution: Option<String>,
    /// The working copy whose files it stems from; `None` in records from before that was noted.
    pub clone: Option<CloneId>,
}
