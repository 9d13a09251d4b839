//! What a run is going to do, in words: small enough to print, to save and to compare.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Changes, ConflictKind, Cursor, Digest, DocPath, EntityId, EntityKind};

/// Everything that a run is going to do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// One step for each entity that is not in step already, parents first.
    pub steps: Vec<Step>,
    /// What is worth knowing and changes nothing.
    pub notes: Vec<Note>,
    /// Where the feed ended when the plan was made.
    #[schemars(with = "Option<String>")]
    pub cursor: Option<Cursor>,
}

/// What is going to be done for one entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Which.
    #[schemars(with = "String")]
    pub entity: EntityId,
    /// What it is.
    pub kind: EntityKind,
    /// Its full reference, such as `T:alpha/phase-1`.
    pub reference: String,
    /// The reference that it had before it moved, if it moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<String>,
    /// The row of the decision table, in a word such as `push`.
    pub rule: String,
    /// What becomes of the row.
    pub row: RowDeed,
    /// What becomes of its files.
    pub files: Vec<FileStep>,
    /// The typed fields that change, by name.
    #[schemars(with = "serde_json::Value")]
    pub changes: Changes,
    /// Attachments whose text changes in the row, and documents that it loses, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub documents: BTreeMap<String, DocumentChange>,
    /// What collides.
    pub conflicts: Vec<ConflictKind>,
    /// Whether nothing is done until somebody decides.
    pub held: bool,
    /// The version of the row that the decision rests on.
    pub row_version: Option<i64>,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowDeed {
    /// Nothing.
    Keep,
    /// It is made.
    Create,
    /// It takes over what the files say.
    Update,
    /// It becomes a tombstone.
    Delete,
    /// A tombstone lives again.
    Restore,
}

/// What becomes of a document in the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentChange {
    /// The row gets it.
    Made,
    /// Its text becomes another one.
    Changed,
    /// The row has it no more.
    Removed,
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileStep {
    /// Where it lies.
    #[schemars(with = "String")]
    pub path: DocPath,
    /// What is done.
    pub deed: FileDeed,
    /// The digest of its bytes now; absent where there is no file.
    #[schemars(with = "Option<String>")]
    pub raw: Option<Digest>,
}

/// What is done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileDeed {
    /// It is read and stays as it is.
    Keep,
    /// Only its stamp line changes.
    Stamp,
    /// It is written anew in part.
    Write,
    /// It is made.
    Create,
    /// It goes to the trash.
    Remove,
    /// Its folder is renamed.
    Move,
}

/// Something worth knowing that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// A stable word, such as `quarantined`.
    pub kind: NoteKind,
    /// Where.
    pub path: String,
    /// A lower-case sentence.
    pub message: String,
    /// How many files it stands for.
    pub count: usize,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// A file that cannot be understood; neither side is touched.
    Quarantined,
    /// A file or folder that cannot be read; it counts as unknown, never as absent.
    Unreadable,
    /// A symbolic link, a pipe or the like in the place of a document.
    Refused,
    /// A file or folder that could not be written, removed or moved; the next run tries again.
    Unwritten,
    /// A row that no file can hold.
    RowInvalid,
    /// A file that is older than its row and stays as it is.
    Behind,
    /// A document that is missing here without being deleted.
    MissingHere,
    /// An edit that does not count here.
    Pending,
    /// Something that waits for a decision.
    Held,
    /// Files that belong to no sprint, task or agent.
    Unmanaged,
    /// A SPRINT.md, TASK.md or AGENT.yml that is none where it lies.
    Misplaced,
    /// Something wrong in a document that keeps nobody from syncing it.
    Problem,
    /// A value that no document has a place for: a new database made from the files would not know it.
    RowAlone,
    /// Another program used the file while this ran; the next run looks at it again.
    Busy,
}

impl NoteKind {
    /// Whether both sides differ, and go on doing so until somebody asks for more or goes elsewhere.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Behind | Self::MissingHere | Self::Pending)
    }

    /// Whether it tells of what this program has nothing to do with.
    pub const fn is_left_alone(self) -> bool {
        matches!(self, Self::Unmanaged | Self::Misplaced)
    }
}

impl Plan {
    /// Whether nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(Step::is_idle)
    }

    /// How many rows would be deleted.
    pub fn deletions(&self) -> usize {
        self.steps.iter().filter(|step| step.row == RowDeed::Delete).count()
    }

    /// Whether `other` would do exactly the same to exactly the same rows and files.
    pub fn does_the_same_as(&self, other: &Self) -> bool {
        self.steps == other.steps
    }
}

impl Step {
    /// Whether the step writes nothing.
    pub fn is_idle(&self) -> bool {
        self.row == RowDeed::Keep
            && self.conflicts.is_empty()
            && self.moved_from.is_none()
            && self.files.iter().all(|file| file.deed == FileDeed::Keep)
    }

    /// What is done of it where its files could not be written.
    pub(super) fn of_row_alone(mut self) -> Self {
        self.files.iter_mut().for_each(|file| file.deed = FileDeed::Keep);
        self
    }

    /// Whether the row says what no file says yet, or something waits for a person; a deletion says nothing.
    pub fn is_rows_news(&self) -> bool {
        let is_news = |file: &FileStep| !matches!(file.deed, FileDeed::Keep | FileDeed::Stamp | FileDeed::Remove);
        self.held || !self.conflicts.is_empty() || self.files.iter().any(is_news)
    }

    /// Whether both sides had changed; a file that repeats a value may be written where one had.
    pub fn is_merge(&self) -> bool {
        !self.rule.ends_with("push")
    }

    /// Whether the step writes files only to renew their stamps.
    pub fn is_only_stamps(&self) -> bool {
        self.row == RowDeed::Keep && self.files.iter().all(|file| matches!(file.deed, FileDeed::Keep | FileDeed::Stamp))
    }
}
