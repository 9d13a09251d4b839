//! The decision table: which of its rows applies to an entity.
//!
//! ```text
//!                 nothing in the tree        something in the tree
//! never a row     nothing                    create
//! live            new, deleted or missing    course by course, see `course`
//! tombstone       gone                       the deletion wins, or an edit after it restores
//! vanished        gone                       held
//! broken          nobody touches anything    nobody touches anything
//! ```

use super::absence::{self, Absence};
use super::carry::{self, Courses};
use super::choice::{Choice, Choices, Side};
use super::course::{self, Course};
use super::{
    Case, Collision, Content, Deletion, FileAction, FileState, FileVerdict, How, Part, PartKind, PlaceAction, Report,
    RowAction, RowState, Rule, Verdict, graves, moves,
};
use crate::model::ConflictKind;

/// Decides one entity.
///
/// Pure and total. The same case gives the same verdict, and once a verdict is carried out and remembered, the next
/// one on the same sides does nothing.
pub fn decide<P: Ord + Clone, C: Content, L: PartialEq>(case: &Case<P, C, L>) -> Verdict<P, C> {
    decide_with(case, &[])
}

/// Decides one entity of which a person decided some of what collides.
///
/// A choice counts for what would collide without it, and for nothing else.
pub fn decide_with<P: Ord + Clone, C: Content, L: PartialEq>(
    case: &Case<P, C, L>,
    choices: &[Choice<P, C::Key>],
) -> Verdict<P, C> {
    hush(case, spare_unseen(case, decide_all(case, Choices(choices))))
}

fn decide_all<P: Ord + Clone, C: Content, L: PartialEq>(
    case: &Case<P, C, L>,
    choices: Choices<'_, P, C>,
) -> Verdict<P, C> {
    match (case.row, case.is_in_tree()) {
        (RowState::Broken, _) => everywhere(case, Rule::BrokenRow, &FileAction::Pass),
        (RowState::Live, false) => absent(case),
        (RowState::Never, false) => everywhere(case, Rule::Nothing, &FileAction::Keep),
        (RowState::Tombstone | RowState::Vanished, false) => everywhere(case, Rule::Gone, &FileAction::Keep),
        (_, true) if !case.circumstances.designated => pending(case),
        (RowState::Never, true) => create(case),
        (RowState::Live, true) => meet(case, choices),
        (RowState::Tombstone, true) => graves::decide(case, choices),
        (RowState::Vanished, true) => Verdict {
            collisions: vec![Collision::of_entity(ConflictKind::RowMissing)],
            ..everywhere(case, Rule::RowMissing, &FileAction::Pass)
        },
    }
}

/// Law 16: where one document cannot be read or understood, its entity was not seen, and nothing beside it is removed.
pub(super) fn spare_unseen<P: Ord + Clone, C: Content, L>(
    case: &Case<P, C, L>,
    mut verdict: Verdict<P, C>,
) -> Verdict<P, C> {
    let is_unseen = |part: &Part<C>| matches!(part.file, FileState::Unreadable | FileState::Invalid);
    if case.parts.values().any(is_unseen) {
        let removed = verdict.files.values_mut().filter(|file| file.action == FileAction::Remove);
        removed.for_each(|file| file.action = FileAction::Pass);
    }
    verdict
}

/// Where no file may be written, what would be stays as it is: HEAD's text has had its turn by that, and for any other
/// nothing was done.
fn hush<P: Ord, C: Content, L>(case: &Case<P, C, L>, mut verdict: Verdict<P, C>) -> Verdict<P, C> {
    if case.circumstances.quiet {
        for (name, file) in &mut verdict.files {
            if !matches!(file.action, FileAction::Pass | FileAction::Keep) {
                let is_heads = case.parts[name].git.is_heads_text;
                file.action = if is_heads { FileAction::Keep } else { FileAction::Pass };
            }
        }
    }
    verdict
}

impl<P, C, L> Case<P, C, L> {
    /// Whether anything is there that makes the entity, readable or not.
    pub(super) fn is_in_tree(&self) -> bool {
        self.parts.values().any(|part| part.kind == PartKind::Managed && !matches!(part.file, FileState::Absent))
    }
}

/// One answer for all parts.
pub(super) fn everywhere<P: Ord + Clone, C: Content, L>(
    case: &Case<P, C, L>,
    rule: Rule,
    action: &FileAction<C>,
) -> Verdict<P, C> {
    let verdict = |name: &P| (name.clone(), FileVerdict { rule, action: action.clone() });
    Verdict {
        rule,
        row: RowAction::Keep,
        files: case.parts.keys().map(verdict).collect(),
        place: PlaceAction::Keep,
        collisions: Vec::new(),
        reports: Vec::new(),
    }
}

/// Rows 6, 7 and 8: a live row of which nothing is in the tree.
fn absent<P: Ord + Clone, C: Content, L: PartialEq>(case: &Case<P, C, L>) -> Verdict<P, C> {
    match absence::of_entity(case) {
        None => everywhere(case, Rule::Nothing, &FileAction::Keep),
        Some(Absence::New) => written(case, Rule::Materialise),
        Some(Absence::MissingHere) => {
            Verdict { reports: vec![Report::MissingHere(None)], ..everywhere(case, Rule::Pending, &FileAction::Pass) }
        }
        Some(Absence::Deleted | Absence::Outlived) if case.circumstances.deletion == Deletion::Undone => {
            written(case, Rule::Materialise)
        }
        Some(Absence::Deleted) if case.circumstances.deletion == Deletion::Counts => Verdict {
            row: RowAction::Delete { by_git: case.parts.values().any(is_deleted_by_git) },
            ..everywhere(case, Rule::Delete, &FileAction::Keep)
        },
        Some(Absence::Deleted | Absence::Outlived) => Verdict {
            collisions: vec![Collision::of_entity(ConflictKind::DeleteEdit)],
            ..written(case, Rule::DeleteEdit)
        },
    }
}

/// Every file is made from the row.
fn written<P: Ord + Clone, C: Content, L>(case: &Case<P, C, L>, rule: Rule) -> Verdict<P, C> {
    let mut verdict = everywhere(case, rule, &FileAction::Keep);
    for (name, row) in case.parts.iter().filter_map(|(name, part)| Some((name, part.row.clone()?))) {
        verdict.files.insert(name.clone(), FileVerdict { rule, action: FileAction::Write(row) });
    }
    verdict
}

/// Whether git took the file away: HEAD lacks it, and HEAD moved over it.
fn is_deleted_by_git<C>(part: &Part<C>) -> bool {
    part.git.head.is_none() && part.git.was_touched
}

/// Edits do not count on this branch: nothing is done but what `--pull` asks for.
fn pending<P: Ord + Clone, C: Content, L: PartialEq>(case: &Case<P, C, L>) -> Verdict<P, C> {
    let mut verdict = everywhere(case, Rule::Pending, &FileAction::Pass);
    for (name, part) in &case.parts {
        let row = part.row.as_ref().filter(|_| case.row == RowState::Live);
        let (rule, action, report) = course::aside(name, part, row, &case.circumstances);
        verdict.files.insert(name.clone(), FileVerdict { rule, action });
        verdict.reports.extend(report);
    }
    // What has no row lies nowhere else.
    let is_elsewhere = case.row == RowState::Live && moves::is_elsewhere(case);
    verdict.reports.extend(is_elsewhere.then_some(Report::Pending));
    verdict.reports.dedup();
    verdict.rule = Rule::strongest(verdict.files.values().map(|file| file.rule));
    verdict
}

/// Rows 2 and 4: a row is made of the files.
fn create<P: Ord + Clone, C: Content, L: PartialEq>(case: &Case<P, C, L>) -> Verdict<P, C> {
    let readable = |part: &Part<C>| match &part.file {
        FileState::Present(text) if part.kind == PartKind::Managed => Some(text.ancestry.is_stamp()),
        _ => None,
    };
    let rule = match case.parts.values().filter_map(readable).max() {
        Some(true) => Rule::Create,
        Some(false) => Rule::Adopt,
        None => return pending(case),
    };
    let courses = case.parts.iter().map(|(name, part)| (name, course::of_new(part, rule))).collect();
    let verdict = carry::carry(case, &courses, Some(How::Created), Choices::NONE);
    Verdict { place: PlaceAction::RowFollowsFiles, ..verdict }
}

/// Everything else: a live row and files, part by part.
fn meet<P: Ord + Clone, C: Content, L: PartialEq>(case: &Case<P, C, L>, choices: Choices<'_, P, C>) -> Verdict<P, C> {
    let chosen = |name: &P, part| match (course::of(part, &case.circumstances), choices.of(name, None), &part.file) {
        (Course::Leave(Rule::CreateCreate), Some(Side::File), FileState::Present(text)) => {
            Course::Join(text, Rule::Push)
        }
        (Course::Leave(Rule::CreateCreate), Some(Side::Row), _) => Course::Follow(Rule::Pull),
        (course, ..) => course,
    };
    let mut courses: Courses<'_, P, C> = case.parts.iter().map(|(name, part)| (name, chosen(name, part))).collect();
    if !courses.iter().any(|(name, course)| keeps_the_entity(&case.parts[*name], course)) {
        if courses.iter().all(|(name, course)| leaves_nothing(&case.parts[*name], course)) {
            return emptied(case, &courses);
        }
        let dropped = courses.values_mut().filter(|course| matches!(course, Course::Drop));
        dropped.for_each(|course| *course = Course::Leave(Rule::Pending));
    }
    moves::decide(case, carry::carry(case, &courses, None, choices))
}

/// Some files were deleted here, and the row lacks the parts of all others: together that is all of the entity.
fn emptied<P: Ord + Clone, C: Content, L: PartialEq>(
    case: &Case<P, C, L>,
    courses: &Courses<'_, P, C>,
) -> Verdict<P, C> {
    let mut verdict = absent(case);
    for (name, _) in courses.iter().filter(|(_, course)| matches!(course, Course::Remove)) {
        verdict.files.insert((*name).clone(), FileVerdict { rule: Rule::DeleteWins, action: FileAction::Remove });
    }
    if verdict.row == RowAction::Keep { moves::decide(case, verdict) } else { verdict }
}

/// Whether no file of the part will be in the tree, as far as it makes the entity.
fn leaves_nothing<C>(part: &Part<C>, course: &Course<'_, C>) -> bool {
    part.kind == PartKind::Attachment || matches!(course, Course::Drop | Course::Remove | Course::Nothing)
}

/// Whether the entity still has a part that makes it; a file that cannot be read is none yet.
fn keeps_the_entity<C>(part: &Part<C>, course: &Course<'_, C>) -> bool {
    let stays = match course {
        Course::Join(..) => true,
        Course::Merge(_) | Course::Undo(_) | Course::Follow(_) | Course::Leave(_) => part.row.is_some(),
        Course::Drop | Course::Remove | Course::Nothing => false,
    };
    stays && part.kind == PartKind::Managed
}
