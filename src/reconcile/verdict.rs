//! What is to be done for one entity, and why.

use std::collections::BTreeMap;

use super::{Content, Rule};
use crate::model::ConflictKind;

/// What is to be done for one entity: the row first, then each file, then the place.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict<P, C: Content> {
    /// The strongest row of the decision table that applied.
    pub rule: Rule,
    /// What happens to the row.
    pub row: RowAction<P, C>,
    /// What happens to each part's file.
    pub files: BTreeMap<P, FileVerdict<C>>,
    /// What happens to the place.
    pub place: PlaceAction,
    /// What the two sides could not agree on; some of it is only for the log.
    pub collisions: Vec<Collision<P, C>>,
    /// What a person may want to know although nothing is done.
    pub reports: Vec<Report<P>>,
}

/// What happens to a row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowAction<P, C> {
    /// Nothing.
    Keep,
    /// It becomes exactly these parts, as one revision.
    Write {
        /// Every part of the new head, changed or not.
        parts: BTreeMap<P, C>,
        /// In what way it came to be.
        how: How,
        /// Whether git brought it; such a revision is never this clone's own.
        by_git: bool,
    },
    /// It becomes a tombstone.
    Delete {
        /// Whether git brought the deletion.
        by_git: bool,
    },
}

/// In what way a revision came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// There was no row.
    Created,
    /// The files had changed, or only the place.
    Updated,
    /// Both sides had changed.
    Merged,
    /// The files went back to an older revision.
    Reverted,
    /// The row was a tombstone.
    Restored,
}

/// What happens to one file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileVerdict<C> {
    /// The row of the decision table.
    pub rule: Rule,
    /// What is done.
    pub action: FileAction<C>,
}

/// What is done with one file.
#[derive(Debug, Clone, PartialEq)]
pub enum FileAction<C> {
    /// Nothing was done for it, so what this clone remembers of it stays as it is.
    Pass,
    /// It is as it should be (also: absent), and that is remembered.
    Keep,
    /// It gets a new stamp, and that is remembered.
    Restamp,
    /// It gets this content, and that is remembered.
    Write(C),
    /// It goes to the trash, and that is remembered.
    Remove,
}

/// What happens to the place of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PlaceAction {
    /// Both agree, or one of them has none.
    #[default]
    Keep,
    /// The row takes the place that the files have.
    RowFollowsFiles,
    /// The files move to the place that the row has.
    FilesFollowRow,
}

/// What two sides could not agree on.
#[derive(Debug, Clone, PartialEq)]
pub struct Collision<P, C: Content> {
    /// In what way; [`ConflictKind::is_hold`] tells whether the part's file waits for a person.
    pub kind: ConflictKind,
    /// Where; `None` for the entity as a whole.
    pub part: Option<P>,
    /// Which value; `None` for the text around the values.
    pub key: Option<C::Key>,
    /// The common ancestor's value.
    pub base: Option<C::Value>,
    /// The file's value.
    pub file: Option<C::Value>,
    /// The row's value.
    pub row: Option<C::Value>,
}

/// What a person may want to know although nothing is done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Report<P> {
    /// An edit, a new document or a deletion that does not count on this branch.
    Pending,
    /// The entity or part is missing on this branch, and that is no deletion.
    MissingHere(Option<P>),
    /// A text that git put there is older than the row; `--pull` brings it up.
    Behind(P),
    /// The file cannot be understood; neither side was touched.
    Quarantined(P),
    /// The file cannot be read; neither side was touched.
    Unreadable(P),
    /// This place says something else than the one that counts, and always did.
    PlacesDiffer(P),
    /// An attachment of a deleted entity that nobody has stored yet stays.
    LeftBehind(P),
    /// The file had changed, but files only follow here.
    Overruled(P),
}

impl<P: Clone, C: Content> Collision<P, C> {
    /// A collision of the text of one part.
    pub(super) fn of_part(kind: ConflictKind, part: &P) -> Self {
        Self { part: Some(part.clone()), ..Self::of_entity(kind) }
    }
}

impl<P, C: Content> Collision<P, C> {
    /// A collision of the entity as a whole.
    pub(super) const fn of_entity(kind: ConflictKind) -> Self {
        Self { kind, part: None, key: None, base: None, file: None, row: None }
    }
}

impl<P, C: Content> Verdict<P, C> {
    /// Whether some part waits for a person.
    pub fn is_held(&self) -> bool {
        self.collisions.iter().any(|collision| collision.kind.is_hold())
    }
}
