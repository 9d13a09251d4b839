//! What waits for a decision: steps and conflicts that change neither side.

use super::Workspace;
use super::candidates::{Candidates, Stray};
use super::decide::Work;
use super::gather::{Candidate, Place};
use super::plan::{RowDeed, Step};
use super::prepare::Prepared;
use super::survey::Survey;
use crate::model::{ConflictKind, DocPath, EntityKind, NewConflict};
use crate::reconcile::{self, Placing};

/// A step that does nothing but tell of a conflict.
pub(super) fn held(candidate: Candidate, home: DocPath, kind: ConflictKind) -> Work {
    let path = candidate.files.first().map_or(home, |seen| seen.path.clone());
    let conflict = NewConflict {
        kind,
        entity: candidate.record.as_ref().map(|record| record.id),
        document: candidate.files.first().map(|seen| seen.key.clone()),
        path: path.clone(),
        field: None,
        base: None,
        file: None,
        row: None,
        kept: None,
    };
    let step = Step {
        entity: candidate.id,
        kind: candidate.kind,
        reference: by_path(candidate.kind, &path),
        rule: kind.word().to_owned(),
        row: RowDeed::Keep,
        files: Vec::new(),
        changes: Default::default(),
        conflicts: vec![kind],
        held: true,
        row_version: candidate.record.as_ref().map(|record| record.row_version),
    };
    let row_place = candidate.record.as_ref().filter(|record| !record.deleted).map(Place::of_row);
    let placing = Placing { id: candidate.id, from: row_place.clone(), to: row_place };
    let ready = Prepared::only_conflict(step.clone(), conflict);
    Work { step, ready: Some(ready), candidate, placing }
}

/// How an entity is written that has no certain place: by its path.
fn by_path(kind: EntityKind, path: &DocPath) -> String {
    let parts: Vec<&str> = path.parts().collect();
    let named = match (kind, parts.as_slice()) {
        (EntityKind::Task, [.., home, code, _]) => format!("{home}/{code}"),
        (EntityKind::Sprint, [.., code, _]) => (*code).to_owned(),
        _ => path.name().to_owned(),
    };
    format!("{}:{named}", kind.letter())
}

/// Conflicts for folders that belong to nobody for certain.
pub(super) fn strays(ws: &Workspace, survey: &Survey, found: &Candidates) -> Vec<NewConflict> {
    let conflict = |stray: &Stray| {
        let kind = match stray.why {
            reconcile::Identity::Replaced { .. } => ConflictKind::IdReplaced,
            _ => ConflictKind::DuplicateId,
        };
        let first = survey.folders.get(&stray.address).and_then(|folder| folder.files.first());
        NewConflict {
            kind,
            entity: match &stray.why {
                reconcile::Identity::Duplicate(id) | reconcile::Identity::Replaced { was: id, .. } => Some(*id),
                _ => None,
            },
            document: first.map(|seen| seen.key.clone()),
            path: first.map_or_else(|| ws.tree.layout().path(&stray.address), |seen| seen.path.clone()),
            field: None,
            base: None,
            file: None,
            row: None,
            kept: None,
        }
    };
    found.strays.iter().map(conflict).collect()
}
