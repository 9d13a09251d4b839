//! What is known of one entity before anything is decided: plain data, gathered by others.
//!
//! An entity consists of parts (TASK.md, AGENT.yml, attachments). Each part has its own file, stamp and base; all
//! parts together are one row.

use std::collections::BTreeMap;

use crate::model::ThreeWay;

/// One entity on both sides. `P` names a part, `L` a place in the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Case<P, C, L> {
    /// Every part that the tree, the row or the memory of this clone has.
    pub parts: BTreeMap<P, Part<C>>,
    /// What the row is.
    pub row: RowState,
    /// Where the entity was last left, lies in the tree, and lies by the row.
    pub place: ThreeWay<Option<L>>,
    /// What holds for the whole run.
    pub circumstances: Circumstances,
}

/// What the row of an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RowState {
    /// There never was one.
    #[default]
    Never,
    /// It is there.
    Live,
    /// It was deleted and says so.
    Tombstone,
    /// It was there, is gone, and left no tombstone.
    Vanished,
    /// It is there, but says what no document can say: a code that is none, a NUL in a text.
    Broken,
}

/// What holds for the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Circumstances {
    /// Whether edits of files count here: a branch that syncs, an empty embedded database, or `--push-here`.
    pub designated: bool,
    /// Whether others write into the same database; an embedded one belongs to its clone.
    pub shared: bool,
    /// Whether files that git put there may be given another content: `--pull`.
    pub pull: bool,
    /// Whether no file may be written: HEAD's text is being reconciled before an edited file.
    pub quiet: bool,
    /// What it means that a person deleted files.
    pub deletion: Deletion,
}

/// What it means that a person deleted the files of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Deletion {
    /// It deletes the row.
    #[default]
    Counts,
    /// Nothing by itself: something that belongs to the entity stays, so it stays as well, and that is recorded.
    Overruled,
    /// Nothing: it is decided already that the entity stays.
    Undone,
}

/// A designated branch of an embedded database, nothing asked for.
impl Default for Circumstances {
    fn default() -> Self {
        Self { designated: true, shared: false, pull: false, quiet: false, deletion: Deletion::Counts }
    }
}

/// One part of an entity on both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<C> {
    /// Whether it makes the entity or only lies beside it.
    pub kind: PartKind,
    /// What the tree has.
    pub file: FileState<C>,
    /// What the newest revision has; of a tombstone, the last one before it.
    pub row: Option<C>,
    /// What this clone last left in the tree.
    pub left: Left<C>,
    /// What git says; the default says that git has moved nothing.
    pub git: GitFacts<C>,
}

/// Whether a part makes the entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PartKind {
    /// It is parsed, bears a stamp, and the entity exists where it does.
    #[default]
    Managed,
    /// It lies beside the others, kept byte for byte.
    Attachment,
}

/// What the tree has of a part.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum FileState<C> {
    /// Nothing.
    #[default]
    Absent,
    /// Something that cannot be read just now; unknown, not absent.
    Unreadable,
    /// Bytes that cannot be understood.
    Invalid,
    /// A text.
    Present(FileText<C>),
}

/// A file's text with what its stamp tells.
#[derive(Debug, Clone, PartialEq)]
pub struct FileText<C> {
    /// What it says, without its stamp.
    pub content: C,
    /// Which revision it derives from.
    pub ancestry: Ancestry<C>,
    /// Whether some stored revision of this part has this canonical text. Bytes kept only for safety do not count.
    pub is_known: bool,
    /// Whether the bytes are exactly those that this clone left.
    pub is_as_left: bool,
}

/// Which revision a text derives from, as its stamp has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Ancestry<C> {
    /// No stamp, or none that counts: several, or a damaged one.
    Unstamped,
    /// A stamp of another entity: the text was copied here, and nothing tells what it derives from.
    Foreign,
    /// A stamp that the database does not know: it gives no authority.
    Unknown {
        /// Whether it is the hash of the text itself.
        is_own: bool,
        /// The text that it names in HEAD's history, else HEAD's text if it bears the same stamp.
        named: Option<C>,
    },
    /// A stamp that names a stored revision of this part.
    Known {
        /// What this part was in that revision.
        content: C,
        /// What it became since, oldest first; the last is the row's. Empty where the stamp names the head.
        since: Vec<Later<C>>,
    },
}

impl<C> Ancestry<C> {
    /// Whether it comes of a stamp of this very entity.
    pub(super) const fn is_stamp(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::Known { .. })
    }
}

/// What a part became in a later revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Later<C> {
    /// The content; `None` where the revision lacks the part.
    pub content: Option<C>,
    /// Whether this clone wrote it from its files; not so what git brought.
    pub is_own: bool,
}

/// What this clone last left in the tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Left<C> {
    /// Not known: never synced here, or forgotten.
    #[default]
    Unknown,
    /// No file.
    Nothing,
    /// A file with this content.
    Text(C),
}

/// What git says of one part. The default says: HEAD is where it was, and git has nothing to do with the file.
#[derive(Debug, Clone, PartialEq)]
pub struct GitFacts<C> {
    /// How HEAD moved since something was last done for this part.
    pub movement: Movement,
    /// HEAD's text, judged as if it were the file.
    pub head: Option<FileText<C>>,
    /// Whether the file is exactly as HEAD has it.
    pub is_heads_text: bool,
    /// Whether the file bears the same stamp as HEAD's text.
    pub bears_heads_stamp: bool,
    /// Whether a commit between HEAD then and HEAD changed it.
    pub was_touched: bool,
    /// The text at HEAD then.
    pub head_then: Option<C>,
    /// After a sideways move, the text at the one merge base.
    pub merge_base: Option<C>,
    /// Whether HEAD's history, that of HEAD then or of any branch has the text that was left.
    pub left_is_in_history: bool,
    /// Whether HEAD's history ever had the part.
    pub history_had_it: bool,
    /// Whether no branch tip has it any more.
    pub is_gone_from_all_tips: bool,
    /// Texts of HEAD's history and those that their stamps name; needed where the file is absent or has no base.
    pub history: Vec<C>,
}

impl<C> Default for GitFacts<C> {
    fn default() -> Self {
        Self {
            movement: Movement::Unmoved,
            head: None,
            is_heads_text: false,
            bears_heads_stamp: false,
            was_touched: false,
            head_then: None,
            merge_base: None,
            left_is_in_history: false,
            history_had_it: false,
            is_gone_from_all_tips: false,
            history: Vec::new(),
        }
    }
}

/// How git's HEAD moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Movement {
    /// The same commit and no new entry in its reflog.
    #[default]
    Unmoved,
    /// To a descendant.
    Forward,
    /// Anywhere else; there and back as well.
    Sideways,
}
