//! Whether everybody can have the place that it shall have: rows 28 and 31 of the table.

use std::collections::BTreeSet;

use super::Workspace;
use super::candidates::{Candidates, place};
use super::codes::reference;
use super::decide::{Decided, Work};
use super::gather::Place;
use super::hold::{Spot, held};
use super::plan::RowDeed;
use crate::model::{ConflictKind, EntityId, EntityKind, Home};
use crate::reconcile::{Placing, blocked};
use crate::tree::Address;

/// A place as far as two entities cannot both have it.
type FoldedPlace = (EntityKind, Option<EntityId>, String);

/// Where somebody is and shall be; folders of nobody have no id.
type FoldedPlacing = Placing<Option<EntityId>, FoldedPlace>;

/// Rule 28: who cannot have the place it wants, because another one has it and stays, is held.
///
/// Rows stand in the way of rows, and what lies in the tree in the way of what is to lie there.
pub(super) fn hold_taken(ws: &Workspace, decided: &mut Decided, found: &Candidates, kind: EntityKind) {
    let is_at_rest = |work: &Work| work.placing.from == work.placing.to && work.lying.from == work.lying.to;
    if of_kind(decided, kind).all(is_at_rest) {
        return;
    }
    let mut taken = blocked(&rows(decided, found, kind));
    taken.extend(blocked(&files(ws, decided, found, kind)));
    let made_again: BTreeSet<EntityId> = of_kind(decided, kind).filter(|work| is_made_again(work)).map(id).collect();
    hold(decided, |work| taken.contains(&Some(work.candidate.id)).then_some(ConflictKind::PathTaken));
    let waiting = decided.work.iter_mut().filter(|w| taken.contains(&Some(id(w))) && made_again.contains(&id(w)));
    waiting.for_each(|work| forget_deletion(work, found));
    for work in
        decided.work.iter().filter(|work| kind == EntityKind::Sprint && taken.contains(&Some(work.candidate.id)))
    {
        // Its tasks lie where its folder stays.
        if let Some(place) = &work.candidate.place {
            decided.sprints.now.insert(work.candidate.id, place.code.clone());
        }
    }
}

fn id(work: &Work) -> EntityId {
    work.candidate.id
}

/// Whether nothing of it lies anywhere, and all of it is written, without a word on a deletion.
fn is_made_again(work: &Work) -> bool {
    work.candidate.files.is_empty() && !work.step.conflicts.contains(&ConflictKind::DeleteEdit)
}

/// What is made again once there is room for it was not deleted: the next run must not take it for that.
fn forget_deletion(work: &mut Work, found: &Candidates) {
    let left = found.left.get(&work.candidate.id).into_iter().flatten();
    if let Some(ready) = &mut work.ready {
        ready.found.dropped = left.map(|state| (state.entity, state.key.clone())).collect();
    }
}

fn of_kind(decided: &Decided, kind: EntityKind) -> impl Iterator<Item = &Work> {
    decided.work.iter().filter(move |work| work.candidate.kind == kind)
}

fn rows(decided: &Decided, found: &Candidates, kind: EntityKind) -> Vec<FoldedPlacing> {
    let deciding = deciding(decided);
    let settled = found.records.values().filter(|r| r.kind == kind && !r.deleted && !deciding.contains(&r.id));
    let settled = settled.map(|record| staying(Some(record.id), &Place::of_row(record)));
    settled.chain(of_kind(decided, kind).map(|work| folded(&work.placing))).collect()
}

fn files(ws: &Workspace, decided: &Decided, found: &Candidates, kind: EntityKind) -> Vec<FoldedPlacing> {
    let deciding = deciding(decided);
    let owners = found.owners.iter().filter(|(address, id)| address.kind() == kind && !deciding.contains(id));
    let settled = owners.map(|(address, id)| staying(Some(*id), &place(address, found)));
    let strays = found.strays.iter().filter(|stray| stray.address.kind() == kind);
    let strays = strays.filter_map(|stray| Some(staying(None, &lasting_place(&stray.address, decided, found)?)));
    let mut all: Vec<FoldedPlacing> =
        settled.chain(strays).chain(of_kind(decided, kind).map(|work| folded(&work.lying))).collect();
    let lies: BTreeSet<FoldedPlace> = all.iter().filter_map(|placing| placing.from.clone()).collect();
    let foreign = of_kind(decided, kind).filter(|work| is_moving(work) && !ws.tree.is_free(&work.home));
    let foreign = foreign.filter_map(|work| work.lying.to.as_ref()).map(fold).filter(|place| !lies.contains(place));
    let foreign: BTreeSet<FoldedPlace> = foreign.collect();
    all.extend(foreign.into_iter().map(|place| Placing { id: None, from: Some(place.clone()), to: Some(place) }));
    all
}

fn is_moving(work: &Work) -> bool {
    work.ready.as_ref().is_some_and(|ready| ready.relocation.is_some())
}

/// The place that somebody has who goes on lying at `address`: in the sprint whose folder that is, wherever that goes, or
/// else in the one that comes there.
fn lasting_place(address: &Address, decided: &Decided, found: &Candidates) -> Option<Place> {
    let there = place(address, found);
    match address {
        Address::Task(Home::Sprint(code), _) if there.sprint.is_none() => {
            let mut sprints = decided.sprints.now.iter().filter(|(id, _)| !decided.sprints.absent.contains(id));
            let (coming, _) = sprints.find(|(_, now)| now.eq_ignore_ascii_case(code.as_str()))?;
            Some(Place { sprint: Some(*coming), ..there })
        }
        _ => Some(there),
    }
}

fn deciding(decided: &Decided) -> BTreeSet<EntityId> {
    decided.work.iter().map(|work| work.candidate.id).collect()
}

fn staying(id: Option<EntityId>, place: &Place) -> FoldedPlacing {
    Placing { id, from: Some(fold(place)), to: Some(fold(place)) }
}

fn folded(placing: &Placing<EntityId, Place>) -> FoldedPlacing {
    Placing { id: Some(placing.id), from: placing.from.as_ref().map(fold), to: placing.to.as_ref().map(fold) }
}

fn fold(place: &Place) -> FoldedPlace {
    (place.kind, place.sprint, place.folded.clone())
}

/// Sprints in which no task can be made: deleted ones that do not come back, and those that are held from being made.
pub(super) fn remember_absent_sprints(decided: &mut Decided, found: &Candidates) {
    let work = |id: EntityId| decided.work.iter().find(|work| work.candidate.id == id);
    let is_absent = |id: &EntityId, deleted: bool| match work(*id) {
        Some(work) if deleted => work.step.row != RowDeed::Restore,
        Some(work) => work.step.held && work.candidate.files.is_empty(),
        None => deleted,
    };
    let sprints = found.records.values().filter(|record| record.kind == EntityKind::Sprint);
    let absent = sprints.filter(|record| is_absent(&record.id, record.deleted)).map(|record| record.id).collect();
    decided.sprints.absent = absent;
}

/// Holds everybody for whom `why` has a reason.
pub(super) fn hold(decided: &mut Decided, why: impl Fn(&Work) -> Option<ConflictKind>) {
    for work in &mut decided.work {
        if let Some(kind) = why(work) {
            let record = work.candidate.record.as_ref();
            let reference =
                record.map_or_else(|| work.step.reference.clone(), |r| reference(&Place::of_row(r), &decided.sprints));
            *work = held(work.candidate.clone(), Spot { home: work.home.clone(), reference }, kind);
        }
    }
}
