//! What sprints are called, and so where everybody lies and how they are written.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::Candidates;
use super::decide::Work;
use super::gather::Place;
use crate::model::{Code, DocPath, EntityId, EntityKind, Home};
use crate::reconcile::Identity;
use crate::tree::{Address, Layout};

/// What sprints are called by id, and so the folders in which tasks lie, will lie and were left.
#[derive(Debug, Clone, Default)]
pub(super) struct SprintHomes {
    /// As they are, or will be once this run is through.
    pub(super) now: BTreeMap<EntityId, String>,
    /// As the folders were called in which this clone last left them.
    pub(super) left: BTreeMap<EntityId, String>,
    /// Sprints that have no folder in which a task could be made.
    pub(super) absent: BTreeSet<EntityId>,
    /// Sprints whose folder was removed and that are made again whole.
    pub(super) kept: BTreeSet<EntityId>,
}

/// The address of a place; `None` where the row's codes are none.
pub(super) fn address(place: &Place, sprints: &SprintHomes) -> Option<Address> {
    let code = Code::new(&place.code).ok()?;
    Some(match (place.kind, place.sprint) {
        (EntityKind::Sprint, _) => Address::Sprint(code),
        (EntityKind::Agent, _) => Address::Agent(code),
        (EntityKind::Task, None) => Address::Task(Home::Backlog, code),
        (EntityKind::Task, Some(sprint)) => {
            Address::Task(Home::Sprint(Code::new(sprints.now.get(&sprint)?).ok()?), code)
        }
    })
}

/// How an entity at `place` is written.
pub(super) fn reference(place: &Place, sprints: &SprintHomes) -> String {
    let home = match (place.kind, place.sprint) {
        (EntityKind::Task, None) => "backlog/".to_owned(),
        (EntityKind::Task, Some(sprint)) => format!("{}/", sprints.now.get(&sprint).map_or("?", String::as_str)),
        _ => String::new(),
    };
    format!("{}:{home}{}", place.kind.letter(), place.code)
}

/// What sprints are called, by their rows and, where there is no row yet, by their folders.
pub(super) fn sprint_homes(layout: &Layout, found: &Candidates) -> SprintHomes {
    let by_folder = found.owners.iter().filter_map(|(address, id)| match address {
        Address::Sprint(code) => Some((*id, code.to_string())),
        _ => None,
    });
    let by_row = found.records.values().filter(|record| record.kind == EntityKind::Sprint);
    // The tasks of one that is held lie where it is held.
    let held = found.strays.iter().filter_map(|stray| match (&stray.address, &stray.why) {
        (Address::Sprint(code), Identity::Replaced { is, .. }) => Some((*is, code.to_string())),
        _ => None,
    });
    let now: BTreeMap<EntityId, String> =
        by_folder.chain(by_row.map(|record| (record.id, record.code.clone()))).chain(held).collect();
    let folder = |path: &DocPath| match layout.entity_of(path)? {
        Address::Sprint(code) => Some(code.to_string()),
        _ => None,
    };
    let states = now.keys().filter_map(|id| found.left.get(id)).flatten();
    let left = states.filter_map(|state| Some((state.entity, folder(&state.path)?))).collect();
    SprintHomes { now, left, ..SprintHomes::default() }
}

/// A sprint that was decided has its final code, or where it goes the one that its folder has; its tasks are decided
/// after it.
pub(super) fn remember_sprint(sprints: &mut SprintHomes, work: &Work) {
    let place = work.placing.to.as_ref().or(work.candidate.place.as_ref());
    if let (EntityKind::Sprint, Some(place)) = (work.candidate.kind, place) {
        sprints.now.insert(work.candidate.id, place.code.clone());
    }
}
