//! What may go wrong: the protocol and the facts with one rule left out or done wrongly.
//!
//! The checker is worth something only if it finds these. A mutant of the protocol is a line in [`sync`](super::sync)
//! or [`commit`](super::commit); a mutant of a rule for git bends the facts that the real decision gets.

use std::collections::BTreeMap;

use instep::reconcile::{
    Ancestry, Case, FileAction, FileState, FileVerdict, How, Left, Movement, Part, PlaceAction, RowAction, RowState,
    Rule, Verdict, decide,
};

use super::facts::{Evidence, TinyCase};
use super::value::{Author, Facet, Page};
use super::world::World;

/// One thing that is done wrongly. The rules for git have the numbers that the tests of `reconcile` use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mutant {
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
    /// A run that only reports moves HEAD then.
    R1,
    /// With HEAD unmoved a deletion counts on every branch.
    R2,
    /// What git brings is judged by its stamp.
    R3,
    /// After a sideways move the base is git's merge base, with an embedded database as well.
    R4,
    /// After a sideways move the base is what was left, with a shared database as well: the other half of the same rule.
    R4OfShared,
    /// A tombstone removes what git put there.
    R5,
    /// A row makes its file although HEAD's history had it.
    R6,
    /// What git brought counts as this clone's own.
    R7,
    /// HEAD's text does not come before an edited file.
    R8,
    /// After a sideways move no absence is a deletion.
    R10,
    /// Git's word collides with what was left.
    R11,
    /// Whoever edits on top of an unsynced commit has not seen it.
    R12,
    /// A text with an unknown stamp derives from what was left.
    R13,
    /// A changed row wins over every absence.
    R14,
    /// What was left is the base even where git never had it.
    R15,
    /// At first contact HEAD's text does not come first.
    R17,
    /// A row that HEAD's history has is no older than git's text: the other half of the same rule.
    R17OfRows,
    /// HEAD is unmoved wherever it is the same commit.
    R18,
    /// Bytes that are kept for safety are known.
    R19,
    /// After a sideways move files are brought up unasked.
    R20,
    /// After a sideways move an absence that git cannot have made is no deletion either.
    R21,
    /// A command leaves the stamp of a text that waits.
    R22,
    /// A decision is stored wherever git has moved HEAD since the scan.
    NoHeadCompare,
    /// A file is written wherever git has moved HEAD since the scan.
    NoHeadCheck,
    /// Each part is decided alone: what two files say of one thing are two things.
    D13,
}

use Mutant::{
    CheckThenRename, D13, FileBeforeCommit, MemoryBeforeCommit, MemoryFromDisk, MemoryFromRow, MemoryOfAborted,
    NewestWins, NoCheck, NoCompare, NoHeadCheck, NoHeadCompare, NoTombstone, NothingKept, R1, R2, R3, R4, R4OfShared,
    R5, R6, R7, R8, R10, R11, R12, R13, R14, R15, R17, R17OfRows, R18, R19, R20, R21, R22,
};

/// The faults of the protocol.
pub(crate) const OF_PROTOCOL: [Mutant; 11] = [
    NoCompare,
    MemoryBeforeCommit,
    FileBeforeCommit,
    NoCheck,
    CheckThenRename,
    MemoryFromDisk,
    MemoryOfAborted,
    MemoryFromRow,
    NothingKept,
    NewestWins,
    NoTombstone,
];

/// The rules about git that are missing; there is no ninth and no sixteenth.
pub(crate) const OF_GIT: [Mutant; 24] = [
    NoHeadCompare,
    NoHeadCheck,
    R1,
    R2,
    R3,
    R4,
    R4OfShared,
    R5,
    R6,
    R7,
    R8,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    R17,
    R17OfRows,
    R18,
    R19,
    R20,
    R21,
    R22,
];

/// Bends the facts.
pub(crate) fn bend(evidence: &Evidence<'_>, case: &mut TinyCase) {
    let Some(mutant) = evidence.world.scope.mutant else { return };
    bend_whole(mutant, case);
    let row = case.row;
    for (name, part) in &mut case.parts {
        match &part.file {
            FileState::Absent => bend_absent(mutant, part),
            FileState::Present(_) => bend_present(mutant, row, part),
            FileState::Unreadable | FileState::Invalid => {}
        }
        let then = evidence.memory(*name).map(|memory| memory.seen.commit);
        if mutant == R18 && then == Some(evidence.sight.head.commit) {
            part.git.movement = Movement::Unmoved;
        }
        if let (R19, FileState::Present(text)) = (mutant, &mut part.file) {
            text.is_known |= evidence.row.kept.contains(&text.content);
        }
    }
}

fn bend_whole(mutant: Mutant, case: &mut TinyCase) {
    let is_in_tree = case.parts.values().any(|part| part.file != FileState::Absent);
    let is_moved = |part: &Part<Page>| part.git.movement != Movement::Unmoved;
    let went_elsewhere = |part: &Part<Page>| part.git.movement == Movement::Sideways && part.git.is_heads_text;
    match mutant {
        NoTombstone if case.row == RowState::Tombstone && is_in_tree => case.row = RowState::Live,
        R2 if !is_in_tree && !case.parts.values().any(is_moved) => case.circumstances.designated = true,
        R4 => case.circumstances.shared = true,
        R4OfShared => case.circumstances.shared = false,
        R20 if case.parts.values().any(went_elsewhere) => case.circumstances.pull = true,
        _ => {}
    }
}

fn bend_absent(mutant: Mutant, part: &mut Part<Page>) {
    let git = &mut part.git;
    match mutant {
        R6 => git.history_had_it = false,
        R10 => (git.merge_base, git.is_gone_from_all_tips) = (None, false),
        R14 => git.history.clear(),
        R21 if git.movement == Movement::Sideways => {
            // As if git had taken it away; what its history has says nothing of that.
            git.history.clear();
            (git.head, git.head_then) = (None, left_text(&part.left));
        }
        _ => {}
    }
}

fn bend_present(mutant: Mutant, row: RowState, part: &mut Part<Page>) {
    let FileState::Present(text) = &mut part.file else { return };
    let git = &mut part.git;
    let by_git = git.is_heads_text && !text.is_as_left;
    let is_edited = matches!(&text.ancestry, Ancestry::Known { content, .. } if *content != text.content);
    match mutant {
        R3 if row == RowState::Live => git.is_heads_text = false,
        R5 if row == RowState::Tombstone => git.is_heads_text = false,
        R11 if by_git && git.left_is_in_history => {
            // The same base from another mouth, so that nobody knows what was left.
            (git.head_then, git.left_is_in_history, git.was_touched) = (left_text(&part.left), false, true);
            part.left = Left::Nothing;
            if git.movement == Movement::Sideways || !is_edited {
                text.ancestry = Ancestry::Unknown { is_own: !is_edited, named: None };
            }
        }
        R12 if row == RowState::Live => git.bears_heads_stamp = false,
        R13 => {
            if let Ancestry::Unknown { named, .. } = &mut text.ancestry {
                *named = left_text(&part.left);
            }
        }
        R15 => git.left_is_in_history |= left_text(&part.left).is_some(),
        R17 if row == RowState::Never => git.head = None,
        R17OfRows => git.history.clear(),
        _ => {}
    }
}

fn left_text(left: &Left<Page>) -> Option<Page> {
    match left {
        Left::Text(page) => Some(page.clone()),
        Left::Unknown | Left::Nothing => None,
    }
}

/// Whether a revision counts as written by this clone.
pub(crate) fn is_own(world: &World, author: Author, clone: usize) -> bool {
    author == Author::Clone(clone) || world.is(R7) && author == Author::Git(clone)
}

/// The verdict of a mutant that does not ask the table, or asks it otherwise.
pub(crate) fn verdict(world: &World, case: &TinyCase) -> Option<Verdict<usize, Page>> {
    match world.scope.mutant {
        Some(NewestWins) if case.row == RowState::Live => newest_wins(case),
        Some(D13) if case.row == RowState::Live => each_alone(case),
        _ => None,
    }
}

fn newest_wins(case: &TinyCase) -> Option<Verdict<usize, Page>> {
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

fn each_alone(case: &TinyCase) -> Option<Verdict<usize, Page>> {
    let is_whole = |part: &Part<Page>| part.row.is_some() && matches!(part.file, FileState::Present(_));
    if case.parts.len() < 2 || !case.parts.values().all(is_whole) {
        return None;
    }
    let alone =
        |(name, part): (&usize, &Part<Page>)| decide(&Case { parts: [(*name, part.clone())].into(), ..case.clone() });
    let rows = || case.parts.iter().filter_map(|(name, part)| Some((*name, part.row.clone()?)));
    case.parts.iter().map(alone).reduce(|mut all, one| {
        if let RowAction::Write { parts, how, by_git } = one.row {
            let mut whole: BTreeMap<usize, Page> = match all.row {
                RowAction::Write { parts, .. } => parts,
                RowAction::Keep | RowAction::Delete { .. } => rows().collect(),
            };
            whole.extend(parts);
            all.row = RowAction::Write { parts: whole, how, by_git };
        } else if let RowAction::Write { parts, .. } = &mut all.row {
            let missing: Vec<_> = rows().filter(|(name, _)| !parts.contains_key(name)).collect();
            parts.extend(missing);
        }
        all.files.extend(one.files);
        all.collisions.extend(one.collisions);
        all
    })
}
