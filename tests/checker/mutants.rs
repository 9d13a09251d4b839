//! What may go wrong: the protocol and the facts with one rule left out or done wrongly.
//!
//! The checker is worth something only if it finds these.

use instep::reconcile::{FileAction, FileState, FileVerdict, How, PlaceAction, RowAction, RowState, Rule, Verdict};

use super::facts::TinyCase;
use super::value::{Facet, Page};
use super::world::World;

macro_rules! mutants {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// One thing that is done wrongly.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Mutant {
            $($(#[$doc])* $name),+
        }

        impl Mutant {
            /// Every mutant.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

mutants! {
    /// The row is written whatever it became since it was read.
    NoCompare,
    /// What will be left is remembered before the rows are committed.
    MemoryBeforeCommit,
    /// Files are written before the rows are committed.
    FileBeforeCommit,
    /// A file is written whatever it became since it was scanned.
    NoCheck,
    /// A file is looked at, and then written, with time between.
    CheckThenRename,
    /// What is remembered is read from the disk once more.
    MemoryFromDisk,
    /// What should have been written is remembered although it was not.
    MemoryOfAborted,
    /// What is remembered is read from the row once more.
    MemoryFromRow,
    /// Neither displaced bytes nor what collided are stored.
    NothingKept,
    /// Of two values the one that was written later counts.
    NewestWins,
    /// A deleted row leaves no tombstone.
    NoTombstone,
}

/// Bends the facts.
pub(crate) fn alter(world: &World, case: &mut TinyCase) {
    let is_in_tree = case.parts.values().any(|part| part.file != FileState::Absent);
    if world.is(Mutant::NoTombstone) && case.row == RowState::Tombstone && is_in_tree {
        case.row = RowState::Live;
    }
}

/// The verdict of a mutant that does not ask the table.
pub(crate) fn verdict(world: &World, case: &TinyCase) -> Option<Verdict<usize, Page>> {
    if !world.is(Mutant::NewestWins) || case.row != RowState::Live {
        return None;
    }
    let newest = |part: &usize| -> Option<Page> {
        let FileState::Present(text) = &case.parts[part].file else { return None };
        let row = case.parts[part].row.as_ref()?;
        let newer = |page: Page, facet| match (page.said(facet), text.content.said(facet)) {
            (Some(said), Some(other)) if other > said => page.with(facet, other),
            _ => page,
        };
        Some(Facet::ALL.into_iter().fold(row.clone(), newer))
    };
    let parts: Option<Vec<(usize, Page)>> = case.parts.keys().map(|part| Some((*part, newest(part)?))).collect();
    let parts = parts?;
    let write = |(part, page): &(usize, Page)| {
        (*part, FileVerdict { rule: Rule::Merge, action: FileAction::Write(page.clone()) })
    };
    let is_same = parts.iter().all(|(part, page)| case.parts[part].row.as_ref() == Some(page));
    let row = RowAction::Write { parts: parts.iter().cloned().collect(), how: How::Merged, by_git: false };
    Some(Verdict {
        rule: Rule::Merge,
        row: if is_same { RowAction::Keep } else { row },
        files: parts.iter().map(write).collect(),
        place: PlaceAction::Keep,
        collisions: Vec::new(),
        reports: Vec::new(),
    })
}
