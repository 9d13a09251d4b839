//! What a run is about to do, as far as the brakes look at it.

use super::brakes::Load;
use super::candidates::Candidates;
use super::decide::Decided;
use super::plan::{FileDeed, NoteKind, RowDeed, Step};
use super::survey::Survey;
use crate::model::EntityKind;

/// What the brakes look at.
pub(super) fn load(survey: &Survey, live_rows: usize, found: &Candidates, decided: &Decided) -> Load {
    let steps = || decided.work.iter().map(|work| &work.step);
    let removed = |step: &&Step| step.files.iter().any(|file| file.deed == FileDeed::Remove);
    let unreadable = survey.notes.iter().filter(|note| note.kind == NoteKind::Unreadable).count();
    let known_rows = found.records.values().filter(|record| !record.deleted).count();
    Load {
        entities: live_rows,
        seen_documents: survey.scan.len(),
        unreadable,
        deletions: steps().filter(|step| step.row == RowDeed::Delete).count(),
        deleted_sprints: steps().filter(|s| s.row == RowDeed::Delete && s.kind == EntityKind::Sprint).count(),
        changed: steps().filter(|step| step.row == RowDeed::Update).count(),
        removed_files: steps().filter(removed).count(),
        live_rows,
        known_rows: known_rows.max(survey.known_entities()),
    }
}
