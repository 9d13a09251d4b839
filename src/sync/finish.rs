//! The end of a command: what it stores, and the files that follow.

use super::apply::{commit_surely, new_change_set};
use super::files;
use super::open::OpenConflicts;
use super::plan::{Note, RowDeed, Step};
use super::prepare::Prepared;
use super::{SyncError, SyncReport, Totals, Workspace, sides};
use crate::model::{ConflictId, NewEvent, RunId};
use crate::store::{Acknowledged, ChangeSet, Committed, EntityChange};

/// What is stored of `prepared`.
pub(super) fn change_set(ws: &Workspace, prepared: &[Prepared]) -> ChangeSet {
    let mut changes = new_change_set(ws);
    for prepared in prepared {
        changes.entities.extend(prepared.change.clone().filter(|change| !is_idle(prepared, change)));
        changes.materialised.extend(prepared.materialised.iter().cloned());
        changes.sync_state.left.extend(prepared.found.left.iter().cloned());
        changes.sync_state.dropped.extend(prepared.found.dropped.iter().cloned());
        changes.blobs.extend(prepared.blobs.iter().map(|(digest, bytes)| (*digest, bytes.clone())));
    }
    changes
}

/// Closes what is decided and what is over with it, and records what collides beside it.
pub(super) fn settle(
    open: &OpenConflicts,
    changes: &mut ChangeSet,
    prepared: &[Prepared],
    resolved: Vec<(ConflictId, String)>,
) {
    let is_silent = |prepared: &Prepared| prepared.conflicts.is_empty() && prepared.step.row != RowDeed::Delete;
    if resolved.is_empty() && prepared.iter().all(is_silent) {
        return;
    }
    let is_decided = |id: ConflictId| resolved.iter().any(|(other, _)| *other == id);
    let over = prepared.iter().flat_map(|prepared| open.overtaken(prepared)).filter(|(id, _)| !is_decided(*id));
    changes.resolved = over.collect();
    changes.resolved.extend(resolved);
    changes.conflicts = prepared.iter().flat_map(|prepared| open.unrecorded(&prepared.conflicts)).collect();
}

/// Whether the row would be written only to say the same again.
fn is_idle(prepared: &Prepared, change: &EntityChange) -> bool {
    change.events.is_empty() && !change.deleted && prepared.writes.is_empty() && prepared.relocation.is_none()
}

/// Writes the files of a committed order.
///
/// # Errors
/// [`SyncError::Unwritten`] where the rows are changed and the files are not.
pub(super) async fn write_files(
    ws: &Workspace,
    mut prepared: Vec<Prepared>,
    committed: Committed,
    open: &OpenConflicts,
) -> Result<SyncReport, SyncError> {
    // The events of the row say it all.
    let changed = prepared.iter_mut().filter(|prepared| prepared.change.is_some());
    changed.for_each(Prepared::tell_nothing_of_files);
    let is_done = |prepared: &&Prepared| prepared.change.as_ref().is_none_or(|change| !is_idle(prepared, change));
    let steps: Vec<_> = prepared.iter().filter(is_done).map(|prepared| prepared.step.clone()).collect();
    let notes = prepared.iter().flat_map(|prepared| prepared.notes.clone()).collect();
    let tracking = committed.tracking.iter().copied().collect();
    let written = files::write(ws, None, prepared, &tracking, &[])
        .map_err(|error| unwritten(&steps.iter().collect::<Vec<_>>(), error.words()))?;
    let told = tell(ws, &written.events, &written.left).await;
    told.map_err(|error| SyncError::Done { source: Box::new(error) })?;
    let late: Vec<&Step> = steps.iter().filter(|step| written.postponed.contains(&step.entity)).collect();
    if late.is_empty() {
        return Ok(report(steps, notes, committed, open));
    }
    let why: Vec<&str> = written.notes.iter().map(|note| note.message.as_str()).collect();
    let why = if why.is_empty() { "another program is writing there".to_owned() } else { why.join("; ") };
    Err(unwritten(&late, why))
}

/// Remembers what is on disk now; what the feed says of it is stored with that, and durably.
pub(super) async fn tell(
    ws: &Workspace,
    events: &[NewEvent],
    left: &Acknowledged,
) -> Result<Option<(RunId, Committed)>, SyncError> {
    if events.is_empty() {
        if *left != Acknowledged::default() {
            ws.store.acknowledge(ws.clone, left).await?;
        }
        return Ok(None);
    }
    let changes = ChangeSet { events: events.to_vec(), sync_state: left.clone(), ..new_change_set(ws) };
    let committed = commit_surely(ws, &changes).await?;
    sides::remember(ws, committed.cursor);
    Ok(Some((changes.run, committed)))
}

fn unwritten(late: &[&Step], why: String) -> SyncError {
    let what = late.iter().map(|step| step.reference.as_str()).collect::<Vec<_>>().join(", ");
    SyncError::Unwritten { what, why }
}

fn report(steps: Vec<Step>, notes: Vec<Note>, committed: Committed, open: &OpenConflicts) -> SyncReport {
    let open_conflicts = if committed.conflicts.is_empty() { 0 } else { open.count() };
    let totals = Totals { documents: 0, ..Totals::of(&steps) };
    let recorded = committed.conflicts;
    SyncReport { applied: true, wrote: true, steps, totals, notes, recorded, open_conflicts, ..SyncReport::default() }
}
