//! Rule 32: a sprint goes with all its tasks or not at all, whichever side it was deleted on.

use std::collections::BTreeSet;

use super::SyncError;
use super::candidates::{Candidates, place};
use super::decide::{BATCH, Decided, Grounds, Work};
use super::gather::{Candidate, Place};
use super::places::{hold, hold_taken};
use super::plan::{FileDeed, RowDeed};
use crate::model::{ConflictKind, EntityId, EntityKind, Home};
use crate::tree::Address;

/// Decides again what was deleted together with a sprint that stays.
pub(super) async fn keep(on: Grounds<'_>, found: &Candidates, decided: &mut Decided) -> Result<(), SyncError> {
    let kept = kept(decided, found);
    let work = std::mem::take(&mut decided.work);
    let (again, rest): (Vec<_>, Vec<_>) = work.into_iter().partition(|work| is_removed_in(work, &kept));
    (decided.work, decided.sprints.kept) = (rest, kept);
    if again.is_empty() {
        return Ok(());
    }
    let again: Vec<Candidate> = again.into_iter().map(|work| work.candidate).collect();
    for batch in again.chunks(BATCH) {
        decided.add(on, batch.to_vec()).await?;
    }
    decided.work.sort_by_key(|work| (work.candidate.kind, work.candidate.id));
    hold_taken(on.ws, decided, found, EntityKind::Sprint);
    hold_taken(on.ws, decided, found, EntityKind::Task);
    Ok(())
}

/// Sprints whose whole folder was removed and that stay nonetheless, because their row changed meanwhile or one of
/// their tasks stays: they are made again with everything that was removed with them, as soon as they can be.
fn kept(decided: &Decided, found: &Candidates) -> BTreeSet<EntityId> {
    let staying = staying(decided, found);
    let is_live = |work: &Work| work.candidate.record.as_ref().is_some_and(|record| !record.deleted);
    let is_kept = |work: &&Work| {
        let waits = work.step.held && is_live(work);
        let outlives = waits || work.step.conflicts.contains(&ConflictKind::DeleteEdit);
        work.candidate.kind == EntityKind::Sprint
            && !work.candidate.has_managed_files()
            && (outlives || work.step.row == RowDeed::Delete && staying.contains(&work.candidate.id))
    };
    // Where only SPRINT.md is gone, the tasks that lie there wait for it; whatever lies where it goes now does not.
    let sprint = |place: &Option<Place>| place.as_ref().map(|place| place.sprint);
    let leaves = |work: &&Work| work.lying.to.is_none() || sprint(&work.lying.to) != sprint(&work.lying.from);
    let leaving = decided.work.iter().filter(leaves).map(|work| work.candidate.id);
    let leaving: BTreeSet<EntityId> = leaving.collect();
    let strays = found.strays.iter().map(|stray| &stray.address);
    let owned = found.owners.iter().filter(|(_, id)| !leaving.contains(id)).map(|(address, _)| address);
    let sprint_folder = |address: &Address| match address {
        Address::Task(Home::Sprint(code), _) => Some(code.folded()),
        _ => None,
    };
    let inhabited: BTreeSet<String> = owned.chain(strays).filter_map(sprint_folder).collect();
    let is_inhabited =
        |id: &EntityId| decided.sprints.left.get(id).is_some_and(|folder| inhabited.contains(&folder.to_lowercase()));
    let lost = decided.work.iter().filter(is_kept).map(|work| work.candidate.id);
    lost.filter(|id| !is_inhabited(id)).collect()
}

/// Whether this was removed although it belongs to one of `kept`, or is one that is deleted.
fn is_removed_in(work: &Work, kept: &BTreeSet<EntityId>) -> bool {
    let sprint = work.candidate.record.as_ref().and_then(|record| record.sprint);
    let is_recorded = work.step.conflicts.contains(&ConflictKind::DeleteEdit) && !kept.contains(&work.candidate.id);
    (work.step.row == RowDeed::Delete || is_recorded)
        && [Some(work.candidate.id), sprint].into_iter().flatten().any(|id| kept.contains(&id))
}

/// Holds sprints that SQL deleted although a live task of them lies in them, and those of which it turned out before
/// that they are to be held: so others know in time that they stay.
pub(super) fn hold_inhabited(decided: &mut Decided, found: &Candidates, turned_out: &BTreeSet<EntityId>) {
    let at_home = found.owners.iter().filter_map(|(address, id)| {
        let record = found.records.get(id).filter(|record| !record.deleted)?;
        record.sprint.filter(|sprint| place(address, found).sprint == Some(*sprint))
    });
    let inhabited: BTreeSet<EntityId> = at_home.collect();
    let stays = |id: &EntityId| inhabited.contains(id) || turned_out.contains(id);
    hold(decided, |work| (is_going(work) && stays(&work.candidate.id)).then_some(ConflictKind::Orphan));
}

/// Sprints that go although a task of them stays: they are to be held.
pub(super) fn going_with_tasks(decided: &Decided, found: &Candidates) -> BTreeSet<EntityId> {
    let staying = staying(decided, found);
    let going = decided.work.iter().filter(|work| is_going(work)).map(|work| work.candidate.id);
    going.filter(|id| staying.contains(id)).collect()
}

/// Sprints with tasks that neither go nor move away, or come.
fn staying(decided: &Decided, found: &Candidates) -> BTreeSet<EntityId> {
    let leaves = |work: &&Work| {
        let row = work.candidate.record.as_ref().and_then(|record| record.sprint);
        is_going(work) || work.placing.to.as_ref().is_some_and(|place| place.sprint != row)
    };
    let leaving: BTreeSet<EntityId> = decided.work.iter().filter(leaves).map(|work| work.candidate.id).collect();
    let stay = found.records.values().filter(|record| !record.deleted && !leaving.contains(&record.id));
    let come = decided.work.iter().filter(|work| !is_going(work)).filter_map(|work| work.placing.to.as_ref()?.sprint);
    stay.filter_map(|record| record.sprint).chain(come).collect()
}

/// Whether the row is deleted, or its files follow it.
fn is_going(work: &Work) -> bool {
    let is_buried = work.candidate.record.as_ref().is_some_and(|record| record.deleted);
    work.step.row == RowDeed::Delete || is_buried && work.step.files.iter().any(|file| file.deed == FileDeed::Remove)
}
