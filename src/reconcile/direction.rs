//! Which side may be written at all.

use super::course;
use super::decide::{everywhere, spare_unseen};
use super::moves;
use super::{
    Case, Collision, Content, FileAction, FileState, FileVerdict, Part, PlaceAction, Report, RowAction, RowState, Rule,
    Verdict, decide,
};
use crate::model::ConflictKind;

/// Which side a sync writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// Both.
    #[default]
    TwoWay,
    /// Files only follow rows; what somebody changed in them is recorded and overruled.
    Mirror,
    /// Neither: the verdict says what a two-way sync would find, and does nothing.
    Check,
}

/// Decides one entity under `direction`.
pub fn decide_towards<P: Ord + Clone, C: Content, L: PartialEq>(
    direction: Direction,
    case: &Case<P, C, L>,
) -> Verdict<P, C> {
    match direction {
        Direction::TwoWay => decide(case),
        Direction::Mirror => mirror(case),
        Direction::Check => idle(decide(case)),
    }
}

/// The verdict without its deeds.
fn idle<P, C: Content>(mut verdict: Verdict<P, C>) -> Verdict<P, C> {
    verdict.files.values_mut().for_each(|file| file.action = FileAction::Pass);
    Verdict { row: RowAction::Keep, place: PlaceAction::Keep, ..verdict }
}

/// The row is right; a file that only the tree has is reported and stays.
fn mirror<P: Ord + Clone, C: Content, L: PartialEq>(case: &Case<P, C, L>) -> Verdict<P, C> {
    let mut verdict = everywhere(case, Rule::Nothing, &FileAction::Keep);
    if matches!(case.row, RowState::Broken | RowState::Vanished) {
        return idle(decide(case));
    }
    for (name, part) in &case.parts {
        let row = part.row.as_ref().filter(|_| case.row == RowState::Live);
        let (rule, action) = reflect(part, row);
        if rule == Rule::Overruled {
            verdict.collisions.push(Collision::of_part(ConflictKind::Superseded, name));
            verdict.reports.push(Report::Overruled(name.clone()));
        } else if rule == Rule::Pending {
            verdict.reports.push(Report::Overruled(name.clone()));
        } else if action == FileAction::Pass {
            verdict.reports.extend(course::report(name, part, rule));
        }
        verdict.files.insert(name.clone(), FileVerdict { rule, action });
    }
    if case.row == RowState::Live && case.is_in_tree() && moves::is_elsewhere(case) {
        verdict.place = PlaceAction::FilesFollowRow;
    }
    verdict.rule = Rule::strongest(verdict.files.values().map(|file| file.rule));
    spare_unseen(case, verdict)
}

/// What one file becomes when it may only follow `row`.
fn reflect<C: Content>(part: &Part<C>, row: Option<&C>) -> (Rule, FileAction<C>) {
    match (&part.file, row) {
        (FileState::Unreadable, _) => (Rule::Unreadable, FileAction::Pass),
        (FileState::Invalid, _) => (Rule::Quarantine, FileAction::Pass),
        (FileState::Absent, None) => (Rule::Nothing, FileAction::Keep),
        (FileState::Absent, Some(row)) => (Rule::Materialise, FileAction::Write(row.clone())),
        (FileState::Present(text), Some(row)) if text.content == *row => (Rule::InStep, part.stamp_action(text)),
        (FileState::Present(text), Some(row)) if text.is_known => (Rule::Pull, FileAction::Write(row.clone())),
        (FileState::Present(_), Some(row)) => (Rule::Overruled, FileAction::Write(row.clone())),
        (FileState::Present(text), None) if text.is_known => (Rule::DeleteWins, FileAction::Remove),
        (FileState::Present(_), None) => (Rule::Pending, FileAction::Pass),
    }
}
