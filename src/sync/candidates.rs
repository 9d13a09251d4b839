//! Which entities may need something, and whom each folder of the tree belongs to.
//!
//! Everything is a candidate when the cache tells nothing; else what changed in the tree, what the feed told since the
//! last run, and what that run left pending. A cache that is wrong in the other direction only costs time.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{Candidate, Place, is_head};
use super::owners::{Owners, owners};
use super::survey::{Folder, Seen, Survey};
use super::{Scope, SyncError, Workspace};
use crate::model::{Code, EntityId, EntityKind, EventType, Home, Record};
use crate::reconcile::Identity;
use crate::store::{ListQuery, Selection, SyncState};
use crate::tree::Address;

/// How many events are read before everything is looked at instead.
const MOST_EVENTS: usize = 5_000;

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

/// What a clone last left on disk, by entity.
pub(super) type LeftStates = BTreeMap<EntityId, Vec<SyncState>>;

/// A folder that is held because nobody can tell whom it belongs to.
pub(super) struct Stray {
    /// Where it lies.
    pub(super) address: Address,
    /// Why.
    pub(super) why: Identity<EntityId>,
}

/// What is known to have changed since the last run.
struct Touched {
    addresses: BTreeSet<Address>,
    ids: BTreeSet<EntityId>,
    /// Who moved since, or was moved by the last run: of a sprint, the tasks have another place without being touched.
    moved: BTreeSet<EntityId>,
}

/// Finds the candidates of a run.
pub(super) async fn candidates(ws: &Workspace, survey: &Survey, scope: &Scope) -> Result<Candidates, SyncError> {
    let touched = match touched(ws, survey).await? {
        Some(touched) if !scope.everything => Some(touched),
        _ => None,
    };
    let mut records = records(ws, survey, touched.as_ref()).await?;
    let left = left(ws, touched.as_ref(), &records).await?;
    let Owners { told, hidden, heirs } = owners(ws, survey, touched.is_none(), &left, &mut records).await?;
    let (strays, owners) = (Vec::new(), BTreeMap::new());
    let (entities, in_step) = (Vec::new(), Vec::new());
    let mut found = Candidates { entities, in_step, strays, records, owners, left, hidden };
    for (address, identity) in told {
        match identity {
            Identity::Belongs(id) => drop(found.owners.insert(address, id)),
            why => found.strays.push(Stray { address, why }),
        }
    }
    let touched = touched.map(|touched| Touched { ids: touched.ids.into_iter().chain(heirs).collect(), ..touched });
    (found.entities, found.in_step) = sort_out(survey, touched.as_ref(), &found);
    found.entities.sort_by_key(|candidate| (candidate.kind, candidate.id));
    Ok(found)
}

/// What this clone last left of the entities whose rows were read.
async fn left(
    ws: &Workspace,
    touched: Option<&Touched>,
    records: &BTreeMap<EntityId, Record>,
) -> Result<LeftStates, SyncError> {
    let ids: Vec<EntityId> = records.keys().copied().collect();
    let which = if touched.is_none() { Selection::All } else { Selection::Ids(&ids) };
    let mut left = LeftStates::new();
    for state in ws.store.sync_state(ws.clone, which).await? {
        left.entry(state.entity).or_default().push(state);
    }
    Ok(left)
}

/// What changed on either side; `None` when that is not known.
async fn touched(ws: &Workspace, survey: &Survey) -> Result<Option<Touched>, SyncError> {
    let Some(last) = &survey.last else { return Ok(None) };
    let Some(cursor) = last.cursor.filter(|cursor| cursor.epoch == survey.head.cursor.epoch) else { return Ok(None) };
    let layout = ws.tree.layout();
    let mut ids: BTreeSet<EntityId> = last.pending.iter().copied().collect();
    let mut moved = ids.clone();
    if cursor.seq != survey.head.cursor.seq {
        let events = ws.store.events(cursor, MOST_EVENTS).await?;
        if events.len() == MOST_EVENTS {
            return Ok(None);
        }
        ids.extend(events.iter().filter_map(|event| event.entity).map(|entity| entity.id));
        let sprints = events.iter().filter(|event| event.event_type == EventType::SprintMoved.word());
        moved.extend(sprints.filter_map(|event| event.entity).map(|entity| entity.id));
    }
    let mut addresses = BTreeSet::new();
    for (address, folder) in &survey.folders {
        if folder.files.iter().any(|seen| seen.changed) {
            addresses.insert(address.clone());
            ids.extend(folder.managed().filter_map(|seen| seen.stamp_id()));
        }
    }
    for (path, known) in survey.scan.gone() {
        addresses.extend(layout.entity_of(path));
        ids.extend(known.and_then(|known| known.stamp).map(|stamp| stamp.id));
    }
    ids.extend(repeated_ids(survey));
    Ok(Some(Touched { addresses, ids, moved }))
}

/// Ids that more than one folder bears.
fn repeated_ids(survey: &Survey) -> Vec<EntityId> {
    let mut seen = BTreeSet::new();
    survey.folders.values().filter_map(Folder::stamp_id).filter(|id| !seen.insert(*id)).collect()
}

async fn records(
    ws: &Workspace,
    survey: &Survey,
    touched: Option<&Touched>,
) -> Result<BTreeMap<EntityId, Record>, SyncError> {
    let by_id = |records: Vec<Record>| records.into_iter().map(|record| (record.id, record));
    let Some(touched) = touched else {
        return Ok(by_id(ws.store.records(Selection::All).await?).collect());
    };
    let mut ids: BTreeSet<EntityId> = touched.ids.clone();
    ids.extend(touched.addresses.iter().filter_map(|address| survey.folders.get(address)?.stamp_id()));
    let ids: Vec<EntityId> = ids.into_iter().collect();
    let mut records: BTreeMap<EntityId, Record> = by_id(ws.store.records(Selection::Ids(&ids)).await?).collect();
    // Where a deleted one was, another one may be by now.
    let deleted = records.values().filter(|record| record.deleted).filter_map(|record| Code::new(&record.code).ok());
    let codes: BTreeSet<String> =
        touched.addresses.iter().flat_map(codes_of).chain(deleted.map(|code| code.folded())).collect();
    let codes: Vec<String> = codes.into_iter().collect();
    records.extend(by_id(ws.store.records(Selection::Codes(&codes)).await?));
    let mut tasks: Vec<EntityId> = Vec::new();
    for sprint in restless_sprints(survey, &touched.moved, &records) {
        let query = ListQuery { kind: Some(EntityKind::Task), sprint: Some(sprint), ..ListQuery::default() };
        tasks.extend(ws.store.list(&query).await?.items.iter().map(|task| task.id));
    }
    records.extend(by_id(ws.store.records(Selection::Ids(&tasks)).await?));
    let sprints: BTreeSet<EntityId> = records.values().filter_map(|record| record.sprint).collect();
    let missing: Vec<EntityId> = sprints.into_iter().filter(|id| !records.contains_key(id)).collect();
    records.extend(by_id(ws.store.records(Selection::Ids(&missing)).await?));
    Ok(records)
}

/// The codes that an address is made of, folded.
fn codes_of(address: &Address) -> Vec<String> {
    match address {
        Address::Task(Home::Sprint(sprint), code) => vec![code.folded(), sprint.folded()],
        other => vec![other.code().folded()],
    }
}

/// Sprints that moved, are deleted, that no folder of the tree bears, or whose folder is elsewhere: their tasks are looked
/// at with them.
fn restless_sprints(
    survey: &Survey,
    moved: &BTreeSet<EntityId>,
    records: &BTreeMap<EntityId, Record>,
) -> Vec<EntityId> {
    let sprints = records.values().filter(|record| record.kind == EntityKind::Sprint);
    let at_home = |record: &Record| {
        let code = crate::model::Code::new(&record.code).ok();
        let folder = code.and_then(|code| survey.folders.get(&Address::Sprint(code)));
        folder.and_then(Folder::stamp_id) == Some(record.id)
    };
    let is_restless = |record: &&Record| record.deleted || moved.contains(&record.id) || !at_home(record);
    sprints.filter(is_restless).map(|record| record.id).collect()
}

/// Brings each id together with its folder and its row, and parts those that may need something from those that are
/// plainly in step.
fn sort_out(survey: &Survey, touched: Option<&Touched>, found: &Candidates) -> (Vec<Candidate>, Vec<EntityId>) {
    let folder_of: BTreeMap<EntityId, &Address> = found.owners.iter().map(|(address, id)| (*id, address)).collect();
    let mut ids: BTreeSet<EntityId> = match touched {
        None => folder_of.keys().chain(found.records.keys()).copied().collect(),
        Some(touched) => {
            let owners = touched.addresses.iter().filter_map(|address| found.owners.get(address));
            touched.ids.iter().chain(owners).copied().collect()
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
    Some(Candidate { id, kind, files, place, record: record.cloned(), is_orphan })
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
