//! Where a live entity lies when its place changed: rows 26 and 27 of the table.

use super::{
    Case, Collision, Content, FileState, How, Movement, Part, PlaceAction, Report, RowAction, RowState, Rule, Verdict,
};
use crate::model::ConflictKind;

/// Adds to `verdict` what happens to the place: the side that moved leads; where both did, the row.
pub(super) fn decide<P: Ord + Clone, C: Content, L: PartialEq>(
    case: &Case<P, C, L>,
    mut verdict: Verdict<P, C>,
) -> Verdict<P, C> {
    if !is_elsewhere(case) {
        return verdict;
    }
    let place = &case.place;
    if place.base == place.row || place.row.is_none() {
        verdict.place = PlaceAction::RowFollowsFiles;
        verdict.row = moved(case, verdict.row);
        verdict.rule = Rule::strongest([verdict.rule, Rule::Move]);
        return verdict;
    }
    if place.base != place.file {
        verdict.collisions.push(Collision::of_entity(ConflictKind::Path));
        verdict.rule = Rule::strongest([verdict.rule, Rule::MoveCollision]);
    }
    if case.circumstances.quiet || case.parts.values().any(|part| waits_for_pull(part, case.circumstances.pull)) {
        verdict.reports.extend(case.parts.keys().next().cloned().map(Report::Behind));
    } else {
        verdict.place = PlaceAction::FilesFollowRow;
        verdict.rule = Rule::strongest([verdict.rule, Rule::Move]);
    }
    verdict
}

/// Whether the files lie elsewhere than the row says.
pub(super) fn is_elsewhere<P, C, L: PartialEq>(case: &Case<P, C, L>) -> bool {
    case.place.file.is_some() && case.place.file != case.place.row
}

/// The row is written for the move alone where nothing else changes it.
fn moved<P: Ord + Clone, C: Content, L>(case: &Case<P, C, L>, row: RowAction<P, C>) -> RowAction<P, C> {
    if row != RowAction::Keep || case.row != RowState::Live {
        return row;
    }
    let parts = case.parts.iter().filter_map(|(name, part)| Some((name.clone(), part.row.clone()?))).collect();
    RowAction::Write { parts, how: How::Updated, by_git: case.parts.values().any(is_by_git) }
}

fn is_by_git<C: PartialEq>(part: &Part<C>) -> bool {
    matches!(&part.file, FileState::Present(text) if part.is_by_git(text))
}

/// Whether git put the file where it is, on another branch.
fn waits_for_pull<C: PartialEq>(part: &Part<C>, pull: bool) -> bool {
    !pull && is_by_git(part) && part.movement() == Some(Movement::Sideways)
}
