//! Whom each folder of the tree belongs to, by the stamps in it and by what is known of its place.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{LeftStates, Rows, those};
use super::survey::{Folder, Seen, Sight, Survey};
use super::{SyncError, Workspace};
use crate::model::{Code, ConflictKind, DocPath, DocumentKey, EntityId, EntityKind, Home, Record};
use crate::reconcile::{Found, Identity, Seats, hidden, identities};
use crate::store::{KnownQuestion, SyncState};
use crate::tree::{Address, Layout};

/// Whom the folders belong to.
pub(super) struct Owners {
    /// The answer for each folder; never [`Identity::New`].
    pub(super) told: Vec<(Address, Identity<EntityId>)>,
    /// Entities of which nobody can tell whether they are gone.
    pub(super) hidden: BTreeSet<EntityId>,
    /// Those to be made of folders that lie where a deleted one was: they were its, and are nobody's any more.
    pub(super) heirs: BTreeSet<EntityId>,
}

/// Tells whom each folder belongs to; a folder that belongs to nobody yet gets the id of its adoption.
///
/// `rows` get those of earlier lives of the folders to adopt.
pub(super) async fn owners(ws: &Workspace, survey: &Survey, rows: &mut Rows) -> Result<Owners, SyncError> {
    let layout = ws.tree.layout();
    let homes = homes(survey, &rows.records);
    let seats = Seated { homes: &homes, left: left_places(layout, survey, &rows.left), copied: copied(rows) };
    let known = known_places(layout, &rows.records, &homes, &rows.left);
    let found: Vec<Found<EntityId, Address>> = survey
        .folders
        .iter()
        .map(|(address, folder)| Found {
            place: address.clone(),
            stamps: folder.managed().filter_map(|seen| seen.stamp_id()).collect(),
            known_here: known.get(address).copied(),
        })
        .collect();
    let told = identities(&found, |id| seats.of(id));
    let mut hidden = hidden(&found, &told);
    // A row that never was here was never in the folder that has its place: it waits for it, and that is told.
    let stamps: BTreeSet<EntityId> = found.iter().flat_map(|folder| &folder.stamps).copied().collect();
    hidden.retain(|id| rows.left.contains_key(id) || stamps.contains(id));
    // Nor is anybody gone whose files have a name that is another one's elsewhere.
    let is_ambiguous = |seen: &&Seen| matches!(seen.sight, Sight::Ambiguous(_));
    hidden.extend(survey.folders.values().flat_map(Folder::managed).filter(is_ambiguous).filter_map(Seen::stamp_id));
    // And whose sprint nobody can tell about goes with it.
    let owned: BTreeSet<EntityId> = told.iter().filter_map(|identity| identity.owner().copied()).collect();
    let is_in_doubt =
        |record: &&Record| record.sprint.is_some_and(|id| hidden.contains(&id)) && !owned.contains(&record.id);
    let tasks: Vec<EntityId> = rows.records.values().filter(is_in_doubt).map(|record| record.id).collect();
    hidden.extend(tasks);
    let unowned = found.iter().zip(&told).filter(|(_, identity)| **identity == Identity::New);
    let first_life = |(found, _): (&Found<EntityId, Address>, _)| {
        EntityId::adopted(ws.project, found.place.kind(), &layout.path(&found.place))
    };
    rows.look_further(ws, those(unowned.map(first_life))).await?;
    let is_dead = |id: &EntityId| rows.records.get(id).is_some_and(|record| record.deleted);
    let left_by_dead: BTreeSet<&Address> = homes.iter().filter(|(id, _)| is_dead(id)).map(|(_, home)| home).collect();
    let mut owners = Owners { told: Vec::with_capacity(found.len()), hidden, heirs: BTreeSet::new() };
    for (found, identity) in found.into_iter().zip(told) {
        let identity = match identity {
            Identity::New => {
                let id = adopted(ws, &survey.folders[&found.place], &found.place, rows).await?;
                owners.heirs.extend(left_by_dead.contains(&found.place).then_some(id));
                Identity::Belongs(id)
            }
            other => other,
        };
        owners.told.push((found.place, identity));
    }
    Ok(owners)
}

/// The live entity that was last left at each place, or else whose row has it.
fn known_places(
    layout: &Layout,
    records: &BTreeMap<EntityId, Record>,
    homes: &BTreeMap<EntityId, Address>,
    left: &LeftStates,
) -> BTreeMap<Address, EntityId> {
    let live = || records.values().filter(|record| !record.deleted);
    let by_row = live().filter_map(|record| Some((homes.get(&record.id)?.clone(), record.id)));
    let by_file =
        live().filter_map(|record| Some((layout.entity_of(&last_left(left.get(&record.id)?)?.path)?, record.id)));
    by_row.chain(by_file).collect()
}

/// Where entities should be found.
struct Seated<'a> {
    /// Where their rows have them.
    homes: &'a BTreeMap<EntityId, Address>,
    /// Where this clone left them, the most telling place first.
    left: BTreeMap<EntityId, [Address; 2]>,
    /// Deleted ones of which there are copies that nobody has decided about.
    copied: BTreeSet<EntityId>,
}

impl Seated<'_> {
    fn of(&self, id: &EntityId) -> Seats<Address> {
        let left = self.left.get(id).into_iter().flatten().cloned().collect();
        Seats { left, of_row: self.homes.get(id).cloned(), is_left_to_copies: self.copied.contains(id) }
    }
}

/// Deleted entities of which there are copies that this clone found and nobody has decided about.
fn copied(rows: &Rows) -> BTreeSet<EntityId> {
    let of_copies = rows.open.own().filter(|open| open.what.kind == ConflictKind::DuplicateId);
    let is_deleted = |id: &EntityId| rows.records.get(id).is_some_and(|record| record.deleted);
    of_copies.filter_map(|open| open.what.entity).filter(is_deleted).collect()
}

/// Where this clone last left each entity: a task went where the folder of its sprint went, or else is where it was.
fn left_places(layout: &Layout, survey: &Survey, left: &LeftStates) -> BTreeMap<EntityId, [Address; 2]> {
    let folders = sprint_folders(survey);
    let left_folder = |sprint: &EntityId| match layout.entity_of(&last_left(left.get(sprint)?)?.path)? {
        Address::Sprint(code) => Some(code),
        _ => None,
    };
    let now = |states: &[SyncState]| {
        let left = last_left(states)?;
        let then = layout.entity_of(&left.path)?;
        let now = match (&then, left.sprint) {
            (Address::Task(Home::Sprint(home), code), Some(sprint)) => {
                let went = folders.get(&sprint).filter(|_| left_folder(&sprint).as_ref() == Some(home));
                Address::Task(Home::Sprint(went.unwrap_or(home).clone()), code.clone())
            }
            _ => then.clone(),
        };
        Some([now, then])
    };
    left.iter().filter_map(|(id, states)| Some((*id, now(states)?))).collect()
}

/// What makes the entity of which `states` are, as it was last left.
fn last_left(states: &[SyncState]) -> Option<&SyncState> {
    states.iter().find(|state| state.key.role.is_managed() && state.left.is_some())
}

/// Where each row has its entity; a task goes where the folder of its sprint goes.
fn homes(survey: &Survey, records: &BTreeMap<EntityId, Record>) -> BTreeMap<EntityId, Address> {
    let code = |record: &Record| Code::new(&record.code).ok();
    let folders = sprint_folders(survey);
    let address = |record: &Record| match record.kind {
        EntityKind::Sprint => code(record).map(Address::Sprint),
        EntityKind::Agent => code(record).map(Address::Agent),
        EntityKind::Task => {
            let home = match record.sprint {
                None => Some(Home::Backlog),
                Some(sprint) => {
                    // The name of one that is gone may be another one's by now.
                    let named = || records.get(&sprint).filter(|sprint| !sprint.deleted).and_then(code);
                    folders.get(&sprint).cloned().or_else(named).map(Home::Sprint)
                }
            };
            home.zip(code(record)).map(|(home, code)| Address::Task(home, code))
        }
    };
    records.values().filter_map(|record| Some((record.id, address(record)?))).collect()
}

/// What the one folder of each sprint is called.
fn sprint_folders(survey: &Survey) -> BTreeMap<EntityId, Code> {
    let mut called: BTreeMap<EntityId, Vec<&Code>> = BTreeMap::new();
    for (address, folder) in &survey.folders {
        if let (Address::Sprint(code), Some(id)) = (address, folder.stamp_id()) {
            called.entry(id).or_default().push(code);
        }
    }
    called.into_iter().filter(|(_, codes)| codes.len() == 1).map(|(id, codes)| (id, codes[0].clone())).collect()
}

/// The id that a folder gets which bears none: the same in every clone, and never that of another text that was deleted.
async fn adopted(ws: &Workspace, folder: &Folder, address: &Address, rows: &mut Rows) -> Result<EntityId, SyncError> {
    let home = ws.tree.layout().path(address);
    let mut path = home.clone();
    for life in 2.. {
        let id = EntityId::adopted(ws.project, address.kind(), &path);
        rows.look_further(ws, those([id])).await?;
        let is_taken = match rows.records.get(&id) {
            None => false,
            Some(record) if record.deleted => !is_old_text(ws, id, folder).await?,
            Some(_) => true,
        };
        if !is_taken {
            return Ok(id);
        }
        path = DocPath::new(&format!("{home}@{life}")).expect("a path with a suffix is a path");
    }
    unreachable!("some life of a path has no row")
}

/// Whether every managed text of the folder is stored in the history of `id`.
async fn is_old_text(ws: &Workspace, id: EntityId, folder: &Folder) -> Result<bool, SyncError> {
    let question =
        |key: &DocumentKey, canonical| KnownQuestion { entity: id, key: key.clone(), stamp: None, canonical };
    let questions: Vec<KnownQuestion> = folder
        .managed()
        .map(|seen| match &seen.sight {
            Sight::Read(known) => question(&seen.key, Some(known.canonical)),
            _ => question(&seen.key, None),
        })
        .collect();
    let answers = ws.store.known(&questions).await?;
    Ok(answers.iter().all(|answer| answer.by_text.is_some()))
}
