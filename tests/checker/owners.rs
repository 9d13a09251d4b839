//! Whom each folder belongs to, and whether everybody can have the place that it shall have.
//!
//! A place holds one folder. Somebody may copy a folder with its stamps, so that two of them bear one id: which of them
//! is meant, and who waits for whom, is told by the code that users run; here it is only asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use instep::model::ConflictKind;
use instep::reconcile::{
    FileAction, Found, Identity, PlaceAction, Placing, RowAction, RowState, Rule, Seats, Verdict, blocked, hidden,
    identities,
};

use super::facts::{Sight, TinyCase};
use super::git::Position;
use super::value::Page;
use super::world::{Desk, Folder, Place, Row, World};

/// What a sync scanned: every folder, with the entity whose id it bears.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Scan {
    folders: Vec<(usize, Folder)>,
    head: Position,
    branch: usize,
}

/// What a sync knows once it has read the rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Sights {
    /// HEAD when the folders were scanned.
    pub(crate) head: Position,
    /// By entity, its folder; `None` where nobody can tell whether it is gone.
    pub(crate) of: Vec<Option<Sight>>,
    /// Where folders lie, and whose they are; `None` where nobody can tell for certain.
    lying: Vec<(Option<usize>, Place)>,
    /// Entities whose folder is not theirs for certain, and why.
    pub(crate) waits: BTreeMap<usize, Rule>,
}

/// One entity, and what was decided.
pub(crate) struct Decided<'a> {
    pub(crate) entity: usize,
    pub(crate) sight: &'a Sight,
    pub(crate) case: TinyCase,
    pub(crate) verdict: Verdict<usize, Page>,
}

impl Scan {
    /// What is there now.
    pub(crate) fn of(world: &World, clone: usize) -> Self {
        let checkout = &world.clones[clone].checkout;
        let folders = world.folders(clone).map(|(entity, folder)| (entity, folder.clone())).collect();
        Self { folders, head: checkout.position(), branch: checkout.on }
    }

    /// Tells whose the folders are, by their stamps, by what the clone remembers and by what the rows say.
    pub(crate) fn told(&self, world: &World, clone: usize, rows: &[Arc<Row>]) -> Sights {
        let desks = &world.clones[clone].desks;
        let found: Vec<Found<usize, Place>> = self
            .folders
            .iter()
            .map(|(id, folder)| Found {
                place: folder.place,
                stamps: folder.is_stamped().then_some(*id).into_iter().collect(),
                known_here: known_here(desks, rows, folder.place),
            })
            .collect();
        let told = identities(&found, |id| seats(&desks[*id], &rows[*id]));
        let mut unsure = hidden(&found, &told);
        unsure.retain(|id| is_remembered(&desks[*id]) || found.iter().any(|folder| folder.stamps.contains(id)));
        let mut sights = Sights { head: self.head, of: Vec::new(), lying: Vec::new(), waits: BTreeMap::new() };
        let mut own: BTreeMap<usize, &Folder> = BTreeMap::new();
        for ((id, folder), identity) in self.folders.iter().zip(told) {
            let why = match identity {
                // Whoever finds a folder without an id gives it the same one each time.
                Identity::Belongs(_) | Identity::New => None,
                Identity::Duplicate(_) => Some(Rule::DuplicateId),
                Identity::Replaced { .. } => Some(Rule::IdReplaced),
            };
            sights.lying.push((why.is_none().then_some(*id), folder.place));
            match why {
                None => drop(own.insert(*id, folder)),
                Some(why) => drop(sights.waits.insert(*id, why)),
            }
        }
        let sight = |folder: Folder| Sight { folder, head: self.head, branch: self.branch };
        let nothing = |entity: usize| Folder { files: Default::default(), ..desks[entity].folder.clone() };
        let of = |entity: usize| own.get(&entity).map_or_else(|| nothing(entity), |folder| (*folder).clone());
        sights.of = (0..desks.len()).map(|id| (!unsure.contains(&id)).then(|| sight(of(id)))).collect();
        sights
    }
}

/// The live entity that was last left at a place, or else whose row has it.
fn known_here(desks: &[Desk], rows: &[Arc<Row>], place: Place) -> Option<usize> {
    let live = || (0..rows.len()).filter(|id| rows[*id].state == RowState::Live);
    live().find(|id| left_at(&desks[*id]) == Some(place)).or_else(|| live().find(|id| rows[*id].place == place))
}

fn seats(desk: &Desk, row: &Row) -> Seats<Place> {
    Seats {
        left: left_at(desk).into_iter().collect(),
        of_row: (row.state != RowState::Never).then_some(row.place),
        is_left_to_copies: row.state == RowState::Tombstone && desk.waits == Some(Rule::DuplicateId),
    }
}

fn left_at(desk: &Desk) -> Option<Place> {
    desk.left_at.filter(|_| desk.memory.iter().flatten().any(|memory| memory.left.is_some()))
}

fn is_remembered(desk: &Desk) -> bool {
    desk.memory.iter().any(Option::is_some)
}

/// From now on people take for an entity's folder what a sync took for it.
fn agree(world: &mut World, clone: usize, sights: &Sights) {
    let workplace = &mut world.clones[clone];
    for (entity, desk) in workplace.desks.iter_mut().enumerate() {
        desk.waits = sights.waits.get(&entity).copied();
        desk.waits.into_iter().for_each(|rule| world.tally.count(rule));
        let Some(sight) = &sights.of[entity] else { continue };
        let is_it = |copy: &&mut (usize, Folder)| copy.0 == entity && copy.1.place == sight.folder.place;
        if let (false, Some(copy)) = (sight.folder.is_empty(), workplace.copies.iter_mut().find(is_it)) {
            std::mem::swap(&mut desk.folder, &mut copy.1);
        }
    }
    workplace.copies.retain(|(_, folder)| !folder.is_empty());
}

/// Agrees with people on whose the folders are, and takes out of `decided` who cannot have the place that it shall have.
pub(crate) fn hold(
    world: &mut World,
    clone: usize,
    (sights, rows): (&Sights, &[Arc<Row>]),
    decided: &mut Vec<Decided<'_>>,
) {
    agree(world, clone, sights);
    let taken: BTreeSet<Option<usize>> =
        blocked(&of_rows(rows, decided)).into_iter().chain(blocked(&of_files(sights, decided))).collect();
    for held in decided.extract_if(.., |one| taken.contains(&Some(one.entity))) {
        world.tally.count(Rule::PathTaken);
        let desk = world.desk_mut(clone, held.entity);
        desk.waits = Some(Rule::PathTaken);
        let was_deleted = held.verdict.collisions.iter().any(|collision| collision.kind == ConflictKind::DeleteEdit);
        if held.sight.folder.is_empty() && !was_deleted {
            // What is made once there is room for it was not deleted: the next run must not take it for that.
            (desk.memory, desk.left_at) = (Default::default(), None);
        }
    }
}

/// Where the rows are and shall be.
fn of_rows(rows: &[Arc<Row>], decided: &[Decided<'_>]) -> Vec<Placing<Option<usize>, Place>> {
    let placing = |(entity, row): (usize, &Arc<Row>)| {
        let from = (row.state == RowState::Live).then_some(row.place);
        let one = decided.iter().find(|one| one.entity == entity);
        Placing { id: Some(entity), from, to: one.map_or(from, |one| then(one, row)) }
    };
    rows.iter().enumerate().map(placing).collect()
}

/// The place of a row after this; `None` of one that is not live then.
fn then(one: &Decided<'_>, row: &Row) -> Option<Place> {
    let place = if one.verdict.place == PlaceAction::RowFollowsFiles { one.case.place.file } else { Some(row.place) };
    match one.verdict.row {
        RowAction::Delete { .. } => None,
        RowAction::Keep if row.state != RowState::Live => None,
        RowAction::Keep | RowAction::Write { .. } => place,
    }
}

/// Where the folders are and shall be; about whom nothing was decided stays.
fn of_files(sights: &Sights, decided: &[Decided<'_>]) -> Vec<Placing<Option<usize>, Place>> {
    let is_decided = |id: Option<usize>| decided.iter().any(|one| Some(one.entity) == id);
    let staying = sights.lying.iter().filter(|(id, _)| !is_decided(*id));
    let staying = staying.map(|(id, place)| Placing { id: *id, from: Some(*place), to: Some(*place) });
    let placing = |one: &Decided<'_>| {
        let place = &one.case.place;
        let to = if one.verdict.place == PlaceAction::FilesFollowRow { place.row } else { place.file.or(place.row) };
        Placing { id: Some(one.entity), from: place.file, to: to.filter(|_| leaves_files(one)) }
    };
    staying.chain(decided.iter().map(placing)).collect()
}

fn leaves_files(one: &Decided<'_>) -> bool {
    let stays = |part: &usize, action: &FileAction<Page>| match action {
        FileAction::Write(_) => true,
        FileAction::Remove => false,
        FileAction::Pass | FileAction::Keep | FileAction::Restamp => one.sight.folder.files[*part].is_some(),
    };
    one.verdict.files.iter().any(|(part, file)| stays(part, &file.action))
}

/// What a person does about what waits for somebody to say whose it is: copies go, and who is in the way goes elsewhere.
pub(crate) fn clear_up(world: &mut World, clone: usize) {
    let copies = std::mem::take(&mut world.clones[clone].copies);
    copies.iter().for_each(|(entity, folder)| throw_away(world, clone, *entity, folder));
    for entity in 0..world.scope.entities {
        let free = (0..).find(|place| world.is_free(clone, *place) && !world.is_claimed(clone, *place));
        let has_copies = copies.iter().any(|(of, _)| *of == entity);
        let desk = world.desk_mut(clone, entity);
        match desk.waits {
            None => {}
            Some(Rule::DuplicateId) if has_copies => {}
            Some(Rule::DuplicateId) => {
                // The copy of something that is deleted.
                let folder = desk.folder.take();
                throw_away(world, clone, entity, &folder);
            }
            Some(_) => desk.folder.place = free.expect("there are many places"),
        }
    }
}

/// Whoever deletes a folder has seen what else there is of the same.
pub(crate) fn throw_away(world: &mut World, clone: usize, entity: usize, folder: &Folder) {
    for (part, file) in folder.files.iter().enumerate() {
        let Some(file) = file else { continue };
        let stays = world.desk(clone, entity).folder.files[part].clone();
        for (facet, token) in file.page.facets() {
            world.give_up_for(token, stays.as_ref().and_then(|stays| stays.page.said(facet)));
        }
    }
}
