//! What files mean whose row is a tombstone: rows 20 to 22 of the table.
//!
//! Known bytes never bring anything back. A text that nobody has stored yet does, where it is newer than the deletion
//! or may be; and what git brings back is back.

use super::carry::{self, Courses};
use super::choice::{Choices, Side};
use super::course::{self, Course};
use super::decide::everywhere;
use super::facet::Ground;
use super::{
    Ancestry, Case, Collision, Content, FileAction, FileState, FileText, FileVerdict, How, Movement, Part, PartKind,
    PlaceAction, Report, Rule, Verdict, moves,
};
use crate::model::ConflictKind;

/// Decides an entity that was deleted and of which something is in the tree.
pub(super) fn decide<P: Ord + Clone, C: Content, L: PartialEq>(
    case: &Case<P, C, L>,
    choices: Choices<'_, P, C>,
) -> Verdict<P, C> {
    let texts = || case.parts.iter().filter(|(_, part)| part.kind == PartKind::Managed).filter_map(present);
    let edited: Vec<_> = texts().filter(|(_, _, text)| !text.is_known).collect();
    let chosen = |side| !edited.is_empty() && edited.iter().all(|(name, ..)| choices.of(name, None) == Some(side));
    if texts().any(|(_, part, text)| part.is_by_git(text)) || chosen(Side::File) {
        restore(case, case.parts.iter().map(|(name, part)| (name, course::of_new(part, Rule::Push))).collect())
    } else if chosen(Side::Row) {
        everywhere(case, Rule::DeleteWins, &FileAction::Remove)
    } else if edited.is_empty() {
        bury(case)
    } else {
        let is_newer = edited.iter().all(|(_, part, text)| is_provably_newer(part, text));
        edited_after(case).filter(|_| is_newer).unwrap_or_else(|| unproven(case, edited.iter().map(|(name, ..)| *name)))
    }
}

/// Row 21: an edit after the deletion brings the entity back; `None` where some of it would have to wait for a person:
/// then all of it waits, since an entity that is half back is neither deleted nor there.
fn edited_after<P: Ord + Clone, C: Content, L: PartialEq>(case: &Case<P, C, L>) -> Option<Verdict<P, C>> {
    let courses = case.parts.iter().map(|(name, part)| (name, of_restored(part, case.circumstances.shared)));
    let mut verdict = restore(case, courses.collect());
    if verdict.is_held() {
        return None;
    }
    verdict.collisions.insert(0, Collision::of_entity(ConflictKind::EditDelete));
    Some(verdict)
}

/// Row 22: a person has to say whether the edited parts bring the entity back.
fn unproven<'a, P: Ord + Clone + 'a, C: Content, L>(
    case: &Case<P, C, L>,
    edited: impl Iterator<Item = &'a P>,
) -> Verdict<P, C> {
    let collisions = edited.map(|name| Collision::of_part(ConflictKind::NoBase, name)).collect();
    Verdict { collisions, ..everywhere(case, Rule::UnprovenEdit, &FileAction::Pass) }
}

fn present<'a, P, C>((name, part): (&'a P, &'a Part<C>)) -> Option<(&'a P, &'a Part<C>, &'a FileText<C>)> {
    match &part.file {
        FileState::Present(text) => Some((name, part, text)),
        FileState::Absent | FileState::Unreadable | FileState::Invalid => None,
    }
}

/// Whether the text derives from something that this database knows, or was left here.
fn is_provably_newer<C: PartialEq>(part: &Part<C>, text: &FileText<C>) -> bool {
    let is_from_here = matches!(part.movement(), Some(Movement::Unmoved | Movement::Forward));
    matches!(text.ancestry, Ancestry::Known { .. }) || is_from_here || part.git.merge_base.is_some()
}

/// Row 20: the deletion reaches the files. What nobody has stored yet stays, and so does what git put there.
fn bury<P: Ord + Clone, C: Content, L>(case: &Case<P, C, L>) -> Verdict<P, C> {
    let mut verdict = everywhere(case, Rule::DeleteWins, &FileAction::Keep);
    for (name, part) in &case.parts {
        let (rule, action) = match &part.file {
            FileState::Absent => (Rule::Gone, FileAction::Keep),
            FileState::Unreadable => (Rule::Unreadable, FileAction::Pass),
            FileState::Invalid => (Rule::Quarantine, FileAction::Pass),
            FileState::Present(text) if case.circumstances.quiet && text.is_known => {
                (Rule::DeleteWins, FileAction::Keep)
            }
            FileState::Present(text) if !text.is_known => (Rule::UnprovenEdit, FileAction::Pass),
            FileState::Present(text) if part.git.is_heads_text && !text.is_as_left => {
                (Rule::DeleteWins, FileAction::Pass)
            }
            FileState::Present(_) => (Rule::DeleteWins, FileAction::Remove),
        };
        if action == FileAction::Pass {
            let left_behind = || Some(Report::LeftBehind(name.clone()));
            verdict.reports.extend(course::report(name, part, rule).or_else(left_behind));
        }
        verdict.files.insert(name.clone(), FileVerdict { rule, action });
    }
    verdict
}

/// The course of one part of an edited entity: what the file changed is laid over the last content of the row.
fn of_restored<C: Content>(part: &Part<C>, is_shared: bool) -> Course<'_, C> {
    let FileState::Present(file) = &part.file else { return course::of_new(part, Rule::Push) };
    match (part.base(file, is_shared), &part.row) {
        (Some(base), Some(row)) => Course::Merge(Ground { part, file, base: Some(base), row }),
        _ => Course::Join(file, Rule::Push),
    }
}

/// The row comes back, where the files are.
fn restore<P: Ord + Clone, C: Content, L: PartialEq>(
    case: &Case<P, C, L>,
    courses: Courses<'_, P, C>,
) -> Verdict<P, C> {
    let mut verdict = carry::carry(case, &courses, Some(How::Restored), Choices::NONE);
    verdict.rule = Rule::EditDelete;
    verdict.place = if moves::is_elsewhere(case) { PlaceAction::RowFollowsFiles } else { PlaceAction::Keep };
    verdict
}
