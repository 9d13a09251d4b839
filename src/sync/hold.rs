//! What waits for a decision: steps and conflicts that change neither side.

use super::Workspace;
use super::candidates::{Candidates, Stray};
use super::decide::{Decided, Work};
use super::gather::{Candidate, Place};
use super::plan::{RowDeed, Step};
use super::prepare::{Prepared, Relocation};
use super::shift::rebased;
use super::survey::Survey;
use crate::model::{ConflictKind, DocPath, EntityId, EntityKind, NewConflict};
use crate::reconcile::{Identity, Placing};

/// Where an entity that is held should be, and how it is written.
pub(super) struct Spot {
    /// Where it should lie.
    pub(super) home: DocPath,
    /// Its reference.
    pub(super) reference: String,
}

/// A step that does nothing but tell of a conflict.
pub(super) fn held(candidate: Candidate, spot: Spot, kind: ConflictKind) -> Work {
    let Spot { home, reference } = spot;
    let main = candidate.files.first();
    let path = main.map_or_else(|| home.clone(), |seen| seen.path.clone());
    let lies_at = candidate.lies_at();
    let is_taken = kind == ConflictKind::PathTaken;
    let conflict = NewConflict {
        entity: candidate.record.as_ref().map(|record| record.id),
        document: main.map(|seen| seen.key.clone()),
        file: lies_at.filter(|_| is_taken).map(|path| path.to_string()),
        row: is_taken.then(|| home.to_string()),
        ..conflict(kind, path)
    };
    let mut step = step(candidate.id, candidate.kind, reference, kind);
    step.row_version = candidate.record.as_ref().map(|record| record.row_version);
    let row_place = candidate.record.as_ref().filter(|record| !record.deleted).map(Place::of_row);
    let id = candidate.id;
    let placing = Placing { id, from: row_place.clone(), to: row_place };
    let lying = Placing { id, from: candidate.place.clone(), to: candidate.place.clone() };
    let ready = Prepared::only_conflict(step.clone(), conflict, home.clone());
    Work { step, weight: ready.weight(), ready: Some(ready), candidate, placing, lying, home }
}

fn conflict(kind: ConflictKind, path: DocPath) -> NewConflict {
    let (entity, document, field, base, file, row, kept) = (None, None, None, None, None, None, None);
    NewConflict { kind, entity, document, path, field, base, file, row, elsewhere: Vec::new(), kept }
}

fn step(entity: EntityId, kind: EntityKind, reference: String, why: ConflictKind) -> Step {
    Step {
        entity,
        kind,
        reference,
        moved_from: None,
        rule: why.word().to_owned(),
        row: RowDeed::Keep,
        files: Vec::new(),
        changes: Default::default(),
        documents: Default::default(),
        conflicts: vec![why],
        held: true,
        row_version: None,
    }
}

/// How an entity is written that has no certain place: by the path of its folder.
pub(super) fn by_path(kind: EntityKind, home: &DocPath) -> String {
    let parts: Vec<&str> = home.parts().collect();
    let named = match (kind, parts.as_slice()) {
        (EntityKind::Task, [.., home, code]) => format!("{home}/{code}"),
        (EntityKind::Agent, [.., file]) => file.trim_end_matches(".yml").to_owned(),
        _ => home.name().to_owned(),
    };
    format!("{}:{named}", kind.letter())
}

/// Steps and conflicts for folders that belong to nobody for certain.
pub(super) fn strays(
    ws: &Workspace,
    survey: &Survey,
    found: &Candidates,
    decided: &Decided,
) -> Vec<(Step, NewConflict)> {
    let by_row = |id: &EntityId| found.records.get(id).and_then(|record| record.path.clone());
    let of_work = |id: &EntityId| decided.work.iter().find(|work| work.candidate.id == *id);
    let home = |id: &EntityId| of_work(id).map(|work| work.home.clone()).or_else(|| by_row(id));
    let mut strays: Vec<_> = found.strays.iter().map(|stray| of_stray(ws, survey, stray, home)).collect();
    // A stray goes along with the sprint that it lies in.
    let relocations = decided.work.iter().filter_map(|work| work.ready.as_ref()?.relocation.as_ref());
    for Relocation { from, to, .. } in relocations {
        for (_, conflict) in strays.iter_mut().filter(|(_, conflict)| conflict.path.is_within(from)) {
            conflict.path = rebased(&conflict.path, from, to);
            conflict.file = conflict.path.parent().map(|folder| folder.to_string());
        }
    }
    strays
}

/// `original` tells where the entity lies whose folder the stray is not.
fn of_stray(
    ws: &Workspace,
    survey: &Survey,
    stray: &Stray,
    original: impl Fn(&EntityId) -> Option<DocPath>,
) -> (Step, NewConflict) {
    let home = ws.tree.layout().path(&stray.address);
    let main = survey.folders.get(&stray.address).and_then(|folder| folder.files.first());
    let (kind, id) = match &stray.why {
        Identity::Replaced { was, .. } => (ConflictKind::IdReplaced, *was),
        Identity::Duplicate(id) | Identity::Belongs(id) => (ConflictKind::DuplicateId, *id),
        Identity::New => unreachable!("a folder without an id gets one"),
    };
    let conflict = NewConflict {
        entity: Some(id),
        document: main.map(|seen| seen.key.clone()),
        file: Some(home.to_string()),
        row: original(&id).map(|path| path.to_string()),
        ..conflict(kind, main.map_or_else(|| home.clone(), |seen| seen.path.clone()))
    };
    let (kind, why) = (stray.address.kind(), conflict.kind);
    (step(id, kind, by_path(kind, &home), why), conflict)
}
