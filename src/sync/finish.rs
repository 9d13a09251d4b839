//! The end of a command: what it stores, and the files that follow.

use std::collections::BTreeSet;

use super::apply::new_change_set;
use super::files::{self, Written};
use super::open::OpenConflicts;
use super::plan::Step;
use super::prepare::Prepared;
use super::take_back::take_back;
use super::{SyncError, SyncReport, Totals, Workspace};
use crate::model::{ConflictId, ConflictState, EntityId};
use crate::store::{ChangeSet, Committed, EntityChange, Expected};
use crate::tree::Removal;

/// What is stored of `prepared`.
pub(super) fn change_set(ws: &Workspace, prepared: &[Prepared]) -> ChangeSet {
    let mut changes = new_change_set(ws);
    for prepared in prepared {
        changes.entities.extend(prepared.change.clone().filter(|change| !is_idle(prepared, change)));
        changes.materialised.extend(prepared.materialised.iter().cloned());
        changes.events.extend(prepared.events.iter().filter(|_| prepared.change.is_none()).cloned());
        changes.sync_state.left.extend(prepared.found.left.iter().cloned());
        changes.sync_state.dropped.extend(prepared.found.dropped.iter().cloned());
        changes.blobs.extend(prepared.blobs.iter().map(|(digest, bytes)| (*digest, bytes.clone())));
    }
    changes
}

/// Closes what is decided and what is over with it, and records what collides beside it.
pub(super) async fn settle(
    ws: &Workspace,
    changes: &mut ChangeSet,
    prepared: &[Prepared],
    resolved: Vec<(ConflictId, String)>,
) -> Result<(), SyncError> {
    if resolved.is_empty() && prepared.iter().all(|prepared| prepared.conflicts.is_empty()) {
        return Ok(());
    }
    let open = OpenConflicts::read(ws).await?;
    let is_decided = |id: ConflictId| resolved.iter().any(|(other, _)| *other == id);
    let over = prepared.iter().flat_map(|prepared| open.overtaken(prepared)).filter(|(id, _)| !is_decided(*id));
    changes.resolved = over.collect();
    changes.resolved.extend(resolved);
    changes.conflicts = prepared.iter().flat_map(|prepared| open.unrecorded(&prepared.conflicts)).collect();
    Ok(())
}

/// Whether the row would be written only to say the same again.
fn is_idle(prepared: &Prepared, change: &EntityChange) -> bool {
    change.events.is_empty() && !change.deleted && prepared.writes.is_empty() && prepared.relocation.is_none()
}

/// Writes the files of a committed order; what was to be made is taken back where that fails.
///
/// # Errors
/// [`SyncError::Unwritten`] where the rows are changed and the files are not.
pub(super) async fn write_files(
    ws: &Workspace,
    prepared: Vec<Prepared>,
    changes: &ChangeSet,
    committed: Committed,
) -> Result<SyncReport, SyncError> {
    let is_done = |prepared: &&Prepared| prepared.change.as_ref().is_none_or(|change| !is_idle(prepared, change));
    let steps: Vec<_> = prepared.iter().filter(is_done).map(|prepared| prepared.step.clone()).collect();
    let created: BTreeSet<EntityId> =
        changes.entities.iter().filter(|change| change.expect == Expected::Absent).map(|change| change.id).collect();
    let made: Vec<Removal> = prepared
        .iter()
        .filter(|prepared| created.contains(&prepared.step.entity))
        .flat_map(|prepared| &prepared.writes)
        .filter_map(|write| Some(Removal { path: write.state.path.clone(), expected: write.state.left?.raw }))
        .collect();
    let tracking = committed.tracking.iter().copied().collect();
    let failure = match files::write(ws, None, prepared, &tracking, &[]) {
        Err(error) => Some(unwritten(&steps.iter().collect::<Vec<_>>(), error.to_string())),
        Ok(written) => {
            ws.store.acknowledge(ws.clone, &written.left).await?;
            failure(&written, &steps, &created)
        }
    };
    match failure {
        Some(error) if !created.is_empty() => {
            take_back(ws, changes, &committed, &created, &made).await?;
            Err(error)
        }
        Some(error) => Err(error),
        None => report(ws, steps, committed).await,
    }
}

/// What went wrong with the files: nothing, or what was to be made, or what the rows say already.
fn failure(written: &Written, steps: &[Step], created: &BTreeSet<EntityId>) -> Option<SyncError> {
    let late: Vec<&Step> = steps.iter().filter(|step| written.postponed.contains(&step.entity)).collect();
    let first = late.iter().find(|step| created.contains(&step.entity)).or(late.first())?;
    let why: Vec<&str> = written.notes.iter().map(|note| note.message.as_str()).collect();
    Some(if created.contains(&first.entity) {
        let why = why.first().copied().unwrap_or("something else is there").to_owned();
        SyncError::Blocked { what: first.reference.clone(), why }
    } else {
        let why = if why.is_empty() { "another program is writing there".to_owned() } else { why.join("; ") };
        unwritten(&late, why)
    })
}

fn unwritten(late: &[&Step], why: String) -> SyncError {
    let what = late.iter().map(|step| step.reference.as_str()).collect::<Vec<_>>().join(", ");
    SyncError::Unwritten { what, why }
}

async fn report(ws: &Workspace, steps: Vec<Step>, committed: Committed) -> Result<SyncReport, SyncError> {
    let open_conflicts = match committed.conflicts.as_slice() {
        [] => 0,
        _ => ws.store.conflicts(Some(ConflictState::Open)).await?.len(),
    };
    let totals = Totals { documents: 0, ..Totals::of(&steps) };
    let recorded = committed.conflicts;
    Ok(SyncReport { applied: true, steps, totals, recorded, open_conflicts, ..SyncReport::default() })
}
