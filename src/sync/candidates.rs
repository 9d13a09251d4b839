//! Which entities may need something, and whom each folder of the tree belongs to.
//!
//! Everything is a candidate when the cache tells nothing; else what changed in the tree, what the feed told since the
//! last run, and what that run left pending. A cache that is wrong in the other direction only costs time.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{Candidate, Place, is_head};
use super::open::OpenConflicts;
use super::owners::{Owners, owners};
use super::rows::{LeftStates, Rows};
use super::survey::{Folder, Seen, Survey};
use super::touched::Touched;
use super::{SyncError, Workspace};
use crate::model::{Code, EntityId, EntityKind, Home, Record};
use crate::reconcile::Identity;
use crate::store::{Look, SyncState};
use crate::tree::Address;

/// What a run looks at.
pub(super) struct Candidates {
    /// Entities that may need something, agents and sprints before tasks.
    pub(super) entities: Vec<Candidate>,
    /// Entities that were looked at and are plainly in step.
    pub(super) in_step: Vec<EntityId>,
    /// Folders that belong to nobody for certain.
    pub(super) strays: Vec<Stray>,
    /// Every row that was read, by id.
    pub(super) records: BTreeMap<EntityId, Record>,
    /// Whom each folder belongs to.
    pub(super) owners: BTreeMap<Address, EntityId>,
    /// What this clone last left on disk, by entity.
    pub(super) left: LeftStates,
    /// What waits for a decision, or was decided of those rows.
    pub(super) open: OpenConflicts,
    /// How many live rows there are, where they were counted.
    pub(super) live: Option<usize>,
    /// Entities of which nobody can tell whether they are gone.
    hidden: BTreeSet<EntityId>,
}

impl Candidates {
    /// Entities whose folder somebody else's fate decides on: any change of one of them is news for all of them.
    pub(super) fn in_doubt(&self) -> BTreeSet<EntityId> {
        let borne = self.strays.iter().filter_map(|stray| match &stray.why {
            Identity::Duplicate(id) | Identity::Replaced { is: id, .. } => Some(*id),
            Identity::Belongs(_) | Identity::New => None,
        });
        self.hidden.iter().copied().chain(borne).collect()
    }
}

/// A folder that is held because nobody can tell whom it belongs to.
pub(super) struct Stray {
    /// Where it lies.
    pub(super) address: Address,
    /// Why.
    pub(super) why: Identity<EntityId>,
}

/// Finds the candidates of a run.
pub(super) async fn candidates(ws: &Workspace, survey: &Survey, mut rows: Rows) -> Result<Candidates, SyncError> {
    if let Some(touched) = &survey.touched {
        while rows.look_further(ws, led_to(survey, touched, &rows.records)).await? {}
    }
    let Owners { told, hidden, heirs } = owners(ws, survey, &mut rows).await?;
    let Rows { records, left, open, live, .. } = rows;
    let (strays, owners) = (Vec::new(), BTreeMap::new());
    let (entities, in_step) = (Vec::new(), Vec::new());
    let mut found = Candidates { entities, in_step, strays, records, owners, left, open, live, hidden };
    for (address, identity) in told {
        match identity {
            Identity::Belongs(id) => drop(found.owners.insert(address, id)),
            why => found.strays.push(Stray { address, why }),
        }
    }
    (found.entities, found.in_step) = sort_out(survey, &heirs, &found);
    found.entities.sort_by_key(|candidate| (candidate.kind, candidate.id));
    Ok(found)
}

/// What the rows lead to that were read so far: where a deleted one was, another one may be by now, and tasks are looked at
/// with their sprint.
fn led_to(survey: &Survey, touched: &Touched, records: &BTreeMap<EntityId, Record>) -> Look {
    let deleted = records.values().filter(|record| record.deleted).filter_map(|record| Code::new(&record.code).ok());
    Look {
        codes: deleted.map(|code| code.folded()).collect(),
        tasks_of: restless_sprints(survey, &touched.moved, records),
        ..Look::default()
    }
}

/// Sprints that moved, are deleted, that no folder of the tree bears, or whose folder is elsewhere: their tasks are looked
/// at with them.
fn restless_sprints(
    survey: &Survey,
    moved: &BTreeSet<EntityId>,
    records: &BTreeMap<EntityId, Record>,
) -> BTreeSet<EntityId> {
    let sprints = records.values().filter(|record| record.kind == EntityKind::Sprint);
    let at_home = |record: &Record| {
        let code = Code::new(&record.code).ok();
        let folder = code.and_then(|code| survey.folders.get(&Address::Sprint(code)));
        folder.and_then(Folder::stamp_id) == Some(record.id)
    };
    let is_restless = |record: &&Record| record.deleted || moved.contains(&record.id) || !at_home(record);
    sprints.filter(is_restless).map(|record| record.id).collect()
}

/// Brings each id together with its folder and its row, and parts those that may need something from those that are
/// plainly in step.
fn sort_out(survey: &Survey, heirs: &BTreeSet<EntityId>, found: &Candidates) -> (Vec<Candidate>, Vec<EntityId>) {
    let touched = survey.touched.as_ref();
    let folder_of: BTreeMap<EntityId, &Address> = found.owners.iter().map(|(address, id)| (*id, address)).collect();
    let mut ids: BTreeSet<EntityId> = match touched {
        None => folder_of.keys().chain(found.records.keys()).copied().collect(),
        Some(touched) => {
            let owners = touched.addresses.iter().filter_map(|address| found.owners.get(address));
            touched.ids.iter().chain(heirs).chain(owners).copied().collect()
        }
    };
    if let Some(touched) = touched {
        ids.extend(relatives(&ids, found, &folder_of));
        ids.extend(tasks_of(&touched.moved, found));
    }
    let (mut entities, mut in_step) = (Vec::new(), Vec::new());
    for id in ids.into_iter().filter(|id| !found.hidden.contains(id)) {
        match candidate(id, survey, found, folder_of.get(&id).copied()) {
            Some(candidate) => entities.push(candidate),
            None => in_step.push(id),
        }
    }
    (entities, in_step)
}

/// The tasks of sprints that are looked at because they moved or went away, and rows that want the same place.
fn relatives(ids: &BTreeSet<EntityId>, found: &Candidates, folder_of: &BTreeMap<EntityId, &Address>) -> Vec<EntityId> {
    let moved = |id: &EntityId| {
        found.records.get(id).is_some_and(|record| {
            record.kind == EntityKind::Sprint
                && folder_of.get(id).is_none_or(|address| address.code().as_str() != record.code)
        })
    };
    tasks_of(&ids.iter().filter(|id| moved(id)).copied().collect(), found).collect()
}

fn tasks_of(sprints: &BTreeSet<EntityId>, found: &Candidates) -> impl Iterator<Item = EntityId> {
    let is_of_them = |record: &&Record| record.sprint.is_some_and(|sprint| sprints.contains(&sprint));
    found.records.values().filter(is_of_them).map(|record| record.id)
}

fn candidate(id: EntityId, survey: &Survey, found: &Candidates, address: Option<&Address>) -> Option<Candidate> {
    let record = found.records.get(&id);
    let kind = address.map(Address::kind).or_else(|| record.map(|record| record.kind))?;
    let files = address.map(|address| survey.folders[address].files.clone()).unwrap_or_default();
    let place = address.map(|address| place(address, found));
    if let Some(record) = record
        && is_plainly_in_step(record, &files, place.as_ref())
        && is_remembered(found.left.get(&id), &files, record.sprint)
    {
        return None;
    }
    let in_a_sprint = matches!(address, Some(Address::Task(Home::Sprint(_), _)));
    let is_orphan = in_a_sprint && place.as_ref().is_some_and(|place| place.sprint.is_none());
    let left = found.left.get(&id).cloned().unwrap_or_default();
    Some(Candidate { id, kind, files, place, record: record.cloned(), left, is_orphan })
}

fn is_plainly_in_step(record: &Record, files: &[Seen], place: Option<&Place>) -> bool {
    !record.deleted
        && record.patches.is_empty()
        && place == Some(&Place::of_row(record))
        && files.len() == record.documents.len()
        && files.iter().all(|seen| is_head(seen, record))
}

/// Whether this clone knows that it has these files as they are: a clone that never did anything for them does not.
fn is_remembered(left: Option<&Vec<SyncState>>, files: &[Seen], sprint: Option<EntityId>) -> bool {
    let is_of = |state: &SyncState, seen: &Seen| {
        let is_there = state.path == seen.path && state.sprint == sprint;
        state.key == seen.key && is_there && state.left.map(|left| left.raw) == seen.raw()
    };
    files.iter().all(|seen| left.is_some_and(|left| left.iter().any(|state| is_of(state, seen))))
}

/// The place that an address is; a task whose sprint has no SPRINT.md has the sprint's row, if there is one.
pub(super) fn place(address: &Address, found: &Candidates) -> Place {
    let sprint = match address {
        Address::Task(Home::Sprint(code), _) => found.sprint_of(code),
        _ => None,
    };
    Place::new(address.kind(), sprint, address.code().as_str())
}

impl Candidates {
    /// The sprint whose folder is called `code`: its own, or else the one whose row names it and that has none elsewhere.
    /// One that is held in another one's place is still itself; a copy is none.
    fn sprint_of(&self, code: &Code) -> Option<EntityId> {
        let address = Address::Sprint(code.clone());
        let named = |record: &&Record| {
            record.kind == EntityKind::Sprint && !record.deleted && record.code.eq_ignore_ascii_case(code.as_str())
        };
        let by_row = || self.records.values().find(named).map(|record| record.id).filter(|id| !self.has_folder(*id));
        match self.strays.iter().find(|stray| stray.address == address).map(|stray| &stray.why) {
            Some(Identity::Replaced { is, .. }) => Some(*is),
            Some(_) => None,
            None => self.owners.get(&address).copied().or_else(by_row),
        }
    }

    /// Whether something that makes the entity lies anywhere.
    fn has_folder(&self, id: EntityId) -> bool {
        let is_held = |stray: &Stray| matches!(stray.why, Identity::Replaced { is, .. } if is == id);
        self.owners.values().any(|owner| *owner == id) || self.strays.iter().any(is_held)
    }
}
