//! Which entities may need something, and whom each folder of the tree belongs to.
//!
//! Everything is a candidate when the cache tells nothing; else what changed in the tree, what the feed told since the
//! last run, and what that run left pending. A cache that is wrong in the other direction only costs time.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{Candidate, Place, is_head};
use super::survey::{Folder, Survey};
use super::{Scope, SyncError, Workspace};
use crate::model::{DocPath, DocumentKey, EntityId, EntityKind, Home, Record};
use crate::reconcile::{Found, Identity, identities};
use crate::store::{KnownQuestion, ListQuery, Selection};
use crate::tree::{Address, Layout};

/// How many events are read before everything is looked at instead.
const MOST_EVENTS: usize = 5_000;

/// What a run looks at.
pub(super) struct Candidates {
    /// Entities that may need something, agents and sprints before tasks.
    pub(super) entities: Vec<Candidate>,
    /// Folders that belong to nobody for certain.
    pub(super) strays: Vec<Stray>,
    /// Every row that was read, by id.
    pub(super) records: BTreeMap<EntityId, Record>,
    /// Whom each folder belongs to.
    pub(super) owners: BTreeMap<Address, EntityId>,
}

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
}

/// Finds the candidates of a run.
pub(super) async fn candidates(ws: &Workspace, survey: &Survey, scope: &Scope) -> Result<Candidates, SyncError> {
    let touched = match touched(ws, survey).await? {
        Some(touched) if !scope.everything => Some(touched),
        _ => None,
    };
    let mut records = records(ws, survey, touched.as_ref()).await?;
    let owners = owners(ws, survey, touched.as_ref(), &mut records).await?;
    let mut found = Candidates { entities: Vec::new(), strays: Vec::new(), records, owners: BTreeMap::new() };
    for (address, identity) in owners {
        match identity {
            Identity::Belongs(id) => drop(found.owners.insert(address, id)),
            why => found.strays.push(Stray { address, why }),
        }
    }
    found.entities = entities(survey, touched.as_ref(), &found);
    found.entities.sort_by_key(|candidate| (candidate.kind, candidate.id));
    Ok(found)
}

/// What changed on either side; `None` when that is not known.
async fn touched(ws: &Workspace, survey: &Survey) -> Result<Option<Touched>, SyncError> {
    let Some(last) = &survey.last else { return Ok(None) };
    let Some(cursor) = last.cursor.filter(|cursor| cursor.epoch == survey.head.cursor.epoch) else { return Ok(None) };
    let layout = ws.tree.layout();
    let mut ids: BTreeSet<EntityId> = last.pending.iter().copied().collect();
    if cursor.seq != survey.head.cursor.seq {
        let events = ws.store.events(cursor, MOST_EVENTS).await?;
        if events.len() == MOST_EVENTS {
            return Ok(None);
        }
        ids.extend(events.iter().filter_map(|event| event.entity).map(|entity| entity.id));
    }
    let mut addresses = BTreeSet::new();
    for (address, folder) in &survey.folders {
        if folder.files.iter().any(|seen| seen.changed) {
            addresses.insert(address.clone());
            ids.extend(folder.managed().filter_map(|seen| seen.stamp_id()));
        }
    }
    for (path, known) in survey.scan.gone() {
        addresses.extend(address_of(layout, path));
        ids.extend(known.and_then(|known| known.stamp).map(|stamp| stamp.id));
    }
    ids.extend(repeated_ids(survey));
    Ok(Some(Touched { addresses, ids }))
}

fn address_of(layout: &Layout, path: &DocPath) -> Option<Address> {
    match layout.place(path) {
        crate::tree::Place::Document(address, _) => Some(address),
        crate::tree::Place::Foreign(_) => None,
    }
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
    let codes: BTreeSet<String> = touched.addresses.iter().flat_map(codes_of).collect();
    let ids: Vec<EntityId> = ids.into_iter().collect();
    let codes: Vec<String> = codes.into_iter().collect();
    let mut records: BTreeMap<EntityId, Record> = by_id(ws.store.records(Selection::Ids(&ids)).await?).collect();
    records.extend(by_id(ws.store.records(Selection::Codes(&codes)).await?));
    for sprint in gone_sprints(survey, &records) {
        let query = ListQuery { kind: Some(EntityKind::Task), sprint: Some(sprint), ..ListQuery::default() };
        let tasks: Vec<EntityId> = ws.store.list(&query).await?.items.iter().map(|task| task.id).collect();
        records.extend(by_id(ws.store.records(Selection::Ids(&tasks)).await?));
    }
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

/// Live sprints that no folder of the tree bears, or whose folder is elsewhere: their tasks are looked at with them.
fn gone_sprints(survey: &Survey, records: &BTreeMap<EntityId, Record>) -> Vec<EntityId> {
    let sprints = records.values().filter(|record| record.kind == EntityKind::Sprint);
    let at_home = |record: &Record| {
        let code = crate::model::Code::new(&record.code).ok();
        let folder = code.and_then(|code| survey.folders.get(&Address::Sprint(code)));
        folder.and_then(Folder::stamp_id) == Some(record.id)
    };
    sprints.filter(|record| !at_home(record)).map(|record| record.id).collect()
}

/// Tells whom each folder belongs to; a folder that belongs to nobody yet gets the id of its adoption.
async fn owners(
    ws: &Workspace,
    survey: &Survey,
    touched: Option<&Touched>,
    records: &mut BTreeMap<EntityId, Record>,
) -> Result<Vec<(Address, Identity<EntityId>)>, SyncError> {
    let homes = homes(records);
    let at: BTreeMap<&Address, EntityId> =
        homes.iter().filter(|(id, _)| records.get(*id).is_some_and(|r| !r.deleted)).map(|(id, a)| (a, *id)).collect();
    let found: Vec<Found<EntityId, Address>> = survey
        .folders
        .iter()
        .map(|(address, folder)| Found {
            place: address.clone(),
            stamps: folder.managed().filter_map(|seen| seen.stamp_id()).collect(),
            known_here: at.get(address).copied(),
        })
        .collect();
    let told = identities(&found, |id| homes.get(id).cloned());
    if touched.is_some() {
        let unowned = found.iter().zip(&told).filter(|(_, identity)| **identity == Identity::New);
        read_adopted(ws, unowned.map(|(found, _)| &found.place), records).await?;
    }
    let mut owners = Vec::with_capacity(found.len());
    for (found, identity) in found.into_iter().zip(told) {
        let identity = match identity {
            Identity::New => {
                let adoption = Adoption { ws, folder: &survey.folders[&found.place], is_complete: touched.is_none() };
                Identity::Belongs(adoption.id(&found.place, records).await?)
            }
            other => other,
        };
        owners.push((found.place, identity));
    }
    Ok(owners)
}

/// Reads the rows of folders without an id that were adopted before.
async fn read_adopted(
    ws: &Workspace,
    addresses: impl Iterator<Item = &Address>,
    records: &mut BTreeMap<EntityId, Record>,
) -> Result<(), SyncError> {
    let layout = ws.tree.layout();
    let id = |address: &Address| EntityId::adopted(ws.project, address.kind(), &layout.path(address));
    let ids: Vec<EntityId> = addresses.map(id).collect();
    if !ids.is_empty() {
        let stored = ws.store.records(Selection::Ids(&ids)).await?;
        records.extend(stored.into_iter().map(|record| (record.id, record)));
    }
    Ok(())
}

/// Where each row has its entity.
fn homes(records: &BTreeMap<EntityId, Record>) -> BTreeMap<EntityId, Address> {
    let code = |record: &Record| crate::model::Code::new(&record.code).ok();
    let address = |record: &Record| match record.kind {
        EntityKind::Sprint => code(record).map(Address::Sprint),
        EntityKind::Agent => code(record).map(Address::Agent),
        EntityKind::Task => {
            let home = match record.sprint {
                None => Some(Home::Backlog),
                Some(sprint) => records.get(&sprint).and_then(code).map(Home::Sprint),
            };
            home.zip(code(record)).map(|(home, code)| Address::Task(home, code))
        }
    };
    records.values().filter_map(|record| Some((record.id, address(record)?))).collect()
}

/// A folder that bears no id yet; the row of its first life was read, if there is one.
struct Adoption<'a> {
    ws: &'a Workspace,
    folder: &'a Folder,
    /// Whether every row was read.
    is_complete: bool,
}

impl Adoption<'_> {
    /// The id that it gets: the same in every clone, and never that of another text that was deleted.
    async fn id(&self, address: &Address, records: &mut BTreeMap<EntityId, Record>) -> Result<EntityId, SyncError> {
        let home = self.ws.tree.layout().path(address);
        let mut path = home.clone();
        for life in 2.. {
            let id = EntityId::adopted(self.ws.project, address.kind(), &path);
            if path != home && !self.is_complete && !records.contains_key(&id) {
                let stored = self.ws.store.records(Selection::Ids(&[id])).await?;
                records.extend(stored.into_iter().map(|record| (id, record)));
            }
            let is_taken = match records.get(&id) {
                None => false,
                Some(record) if record.deleted => !is_old_text(self.ws, id, self.folder).await?,
                Some(_) => true,
            };
            if !is_taken {
                return Ok(id);
            }
            path = DocPath::new(&format!("{home}@{life}")).expect("a path with a suffix is a path");
        }
        unreachable!("some life of a path has no row")
    }
}
/// Whether every managed text of the folder is stored in the history of `id`.
async fn is_old_text(ws: &Workspace, id: EntityId, folder: &Folder) -> Result<bool, SyncError> {
    let question =
        |key: &DocumentKey, canonical| KnownQuestion { entity: id, key: key.clone(), stamp: None, canonical };
    let questions: Vec<KnownQuestion> = folder
        .managed()
        .map(|seen| match &seen.sight {
            super::survey::Sight::Read(known) => question(&seen.key, Some(known.canonical)),
            _ => question(&seen.key, None),
        })
        .collect();
    let answers = ws.store.known(&questions).await?;
    Ok(answers.iter().all(|answer| answer.by_text.is_some()))
}

/// Brings each id together with its folder and its row, and leaves out what is plainly in step.
fn entities(survey: &Survey, touched: Option<&Touched>, found: &Candidates) -> Vec<Candidate> {
    let folder_of: BTreeMap<EntityId, &Address> = found.owners.iter().map(|(address, id)| (*id, address)).collect();
    let mut ids: BTreeSet<EntityId> = match touched {
        None => folder_of.keys().chain(found.records.keys()).copied().collect(),
        Some(touched) => {
            let owners = touched.addresses.iter().filter_map(|address| found.owners.get(address));
            touched.ids.iter().chain(owners).copied().collect()
        }
    };
    if touched.is_some() {
        ids.extend(relatives(&ids, found, &folder_of));
    }
    ids.into_iter().filter_map(|id| candidate(id, survey, found, folder_of.get(&id).copied())).collect()
}

/// The tasks of sprints that are looked at because they moved or went away, and rows that want the same place.
fn relatives(ids: &BTreeSet<EntityId>, found: &Candidates, folder_of: &BTreeMap<EntityId, &Address>) -> Vec<EntityId> {
    let moved = |id: &EntityId| {
        found.records.get(id).is_some_and(|record| {
            record.kind == EntityKind::Sprint
                && folder_of.get(id).is_none_or(|address| address.code().as_str() != record.code)
        })
    };
    let sprints: BTreeSet<EntityId> = ids.iter().filter(|id| moved(id)).copied().collect();
    let tasks = found.records.values().filter(|record| record.sprint.is_some_and(|sprint| sprints.contains(&sprint)));
    tasks.map(|record| record.id).collect()
}

fn candidate(id: EntityId, survey: &Survey, found: &Candidates, address: Option<&Address>) -> Option<Candidate> {
    let record = found.records.get(&id);
    let kind = address.map(Address::kind).or_else(|| record.map(|record| record.kind))?;
    let files = address.map(|address| survey.folders[address].files.clone()).unwrap_or_default();
    let place = address.map(|address| place(address, found));
    if let Some(record) = record
        && is_plainly_in_step(record, &files, place.as_ref())
    {
        return None;
    }
    let in_a_sprint = matches!(address, Some(Address::Task(Home::Sprint(_), _)));
    let is_orphan = in_a_sprint && place.as_ref().is_some_and(|place| place.sprint.is_none());
    Some(Candidate { id, kind, files, place, record: record.cloned(), is_orphan })
}

fn is_plainly_in_step(record: &Record, files: &[super::survey::Seen], place: Option<&Place>) -> bool {
    !record.deleted
        && record.patches.is_empty()
        && place == Some(&Place::of_row(record))
        && files.len() == record.documents.len()
        && files.iter().all(|seen| is_head(seen, record))
}

/// The place that an address is; a task whose sprint has no SPRINT.md has the sprint's row, if there is one.
pub(super) fn place(address: &Address, found: &Candidates) -> Place {
    let sprint = match address {
        Address::Task(Home::Sprint(code), _) => {
            found.owners.get(&Address::Sprint(code.clone())).copied().or_else(|| {
                let named = |record: &&Record| {
                    record.kind == EntityKind::Sprint
                        && !record.deleted
                        && record.code.eq_ignore_ascii_case(code.as_str())
                };
                found.records.values().find(named).map(|record| record.id)
            })
        }
        _ => None,
    };
    Place::new(address.kind(), sprint, address.code().as_str())
}
