//! Decides all candidates: batch by batch where their texts are needed, then together where their places are.

use std::collections::BTreeSet;

use super::candidates::Candidates;
use super::case::{Surroundings, case};
use super::codes::{SprintHomes, address, reference, remember_sprint, sprint_homes};
use super::gather::{Candidate, Gathered, Place, gather};
use super::hold::{Spot, by_path, held, strays};
use super::memory::Memory;
use super::places;
use super::plan::{Note, RowDeed, Step};
use super::prepare::{Facts, Prepared, prepare};
use super::respell::respelled;
use super::survey::Survey;
use super::unfit::unfit;
use super::whole;
use super::{SyncError, SyncOptions, Workspace};
use crate::model::{ConflictKind, DocPath, EntityId, EntityKind, Fields, NewConflict, RevisionId};
use crate::reconcile::{Circumstances, Deletion, Direction, PlaceAction, Placing, decide_towards};
use crate::tree::{Layout, spread};

/// How many entities are gathered at once.
pub(super) const BATCH: usize = 256;

/// How many bytes are kept in memory of what is prepared, and are committed at once: each commit waits for the disk, and so
/// does each batch of files. What is beyond is prepared again when its turn comes.
pub(super) const MEMORY: usize = 48 << 20;

/// Everything that is decided.
pub(super) struct Decided {
    /// One for each candidate that was not in step.
    pub(super) work: Vec<Work>,
    /// What is worth knowing.
    pub(super) notes: Vec<Note>,
    /// Entities with something that does not count here: the next run says so again.
    pub(super) waiting: BTreeSet<EntityId>,
    /// Folders that belong to nobody for certain, and their conflicts.
    pub(super) strays: Vec<(Step, NewConflict)>,
    /// Entities whose files changed while they were read.
    pub(super) restless: Vec<EntityId>,
    /// The codes of all sprints as they will be.
    pub(super) sprints: SprintHomes,
    /// How many bytes of prepared texts are in memory.
    weight: usize,
}

/// One decided entity.
pub(super) struct Work {
    /// In words.
    pub(super) step: Step,
    /// Ready to be carried out; `None` where that would fill the memory.
    pub(super) ready: Option<Prepared>,
    /// About how many bytes that has in memory.
    pub(super) weight: usize,
    /// What to prepare again.
    pub(super) candidate: Candidate,
    /// Where its row is and will be.
    pub(super) placing: Placing<EntityId, Place>,
    /// Where its files are and will be.
    pub(super) lying: Placing<EntityId, Place>,
    /// Where it shall lie.
    pub(super) home: DocPath,
}

/// Decides `found`: again, as long as a sprint turns out to stay that seemed to go, since others may want its place.
pub(super) async fn decide(
    ws: &Workspace,
    survey: &Survey,
    found: &Candidates,
    options: &SyncOptions,
) -> Result<Decided, SyncError> {
    let parents = parents(found, options);
    let is_wanted = |one: &&Candidate| options.scope.covers(one) || parents.contains(&one.id);
    let wanted: Vec<&Candidate> = found.entities.iter().filter(is_wanted).collect();
    let memory = Memory::of(ws, &wanted).await?;
    let on = Grounds { ws, survey, memory: &memory, options };
    let mut staying = BTreeSet::new();
    loop {
        let mut decided = decide_knowing(&staying, on, &wanted, found).await?;
        let late = whole::going_with_tasks(&decided, found);
        if late.is_subset(&staying) {
            decided.strays = strays(ws, survey, found, &decided);
            return Ok(decided);
        }
        staying.extend(late);
    }
}

/// Decides `found`, knowing of some sprints that they stay.
async fn decide_knowing(
    staying: &BTreeSet<EntityId>,
    on: Grounds<'_>,
    wanted: &[&Candidate],
    found: &Candidates,
) -> Result<Decided, SyncError> {
    let ws = on.ws;
    let mut decided = Decided {
        work: Vec::new(),
        notes: Vec::new(),
        waiting: BTreeSet::new(),
        strays: Vec::new(),
        restless: Vec::new(),
        sprints: sprint_homes(ws.tree.layout(), found),
        weight: 0,
    };
    ws.progress.started(wanted.len(), "comparing");
    for kind in EntityKind::ALL {
        let of_kind: Vec<&Candidate> = wanted.iter().copied().filter(|candidate| candidate.kind == *kind).collect();
        for batch in of_kind.chunks(BATCH) {
            ws.progress.advanced(batch.len());
            decided.add(on, batch.iter().map(|one| (*one).clone()).collect()).await?;
        }
        if *kind == EntityKind::Sprint {
            whole::hold_inhabited(&mut decided, found, staying);
        }
        places::hold_taken(ws, &mut decided, found, *kind);
        if *kind == EntityKind::Sprint {
            places::remember_absent_sprints(&mut decided, found);
        }
    }
    ws.progress.finished();
    whole::keep(on, found, &mut decided).await?;
    Ok(decided)
}

impl Decided {
    /// Decides a batch of one kind, or of sprints and then tasks that lie where those lie now.
    pub(super) async fn add(&mut self, on: Grounds<'_>, batch: Vec<Candidate>) -> Result<(), SyncError> {
        let (work, restless) = decide_batch(on, &self.sprints, batch).await?;
        self.restless.extend(restless);
        for mut work in work {
            let notes = work.ready.as_mut().map(|ready| std::mem::take(&mut ready.notes)).unwrap_or_default();
            self.waiting.extend(notes.iter().any(|note| note.kind.is_waiting()).then_some(work.candidate.id));
            self.notes.extend(notes);
            self.weight += work.weight;
            if self.weight > MEMORY {
                work.ready = None;
            }
            remember_sprint(&mut self.sprints, &work);
            self.work.push(work);
        }
        Ok(())
    }
}

/// Sprints of entities in the scope that have no row yet, or lie elsewhere than their row has them: a task has to have
/// its sprint, and lies where that lies.
fn parents(found: &Candidates, options: &SyncOptions) -> BTreeSet<EntityId> {
    let covered = found.entities.iter().filter(|candidate| options.scope.covers(candidate));
    let lies_in = |candidate: &Candidate| candidate.place.as_ref().and_then(|place| place.sprint);
    let belongs_to = |candidate: &Candidate| candidate.record.as_ref().and_then(|record| record.sprint);
    let sprints: BTreeSet<EntityId> = covered.flat_map(|one| [lies_in(one), belongs_to(one)]).flatten().collect();
    let is_adrift = |candidate: &&Candidate| {
        candidate.place.is_some() && candidate.place != candidate.record.as_ref().map(Place::of_row)
    };
    found.entities.iter().filter(|one| sprints.contains(&one.id)).filter(is_adrift).map(|one| one.id).collect()
}

/// What decisions rest on.
#[derive(Clone, Copy)]
pub(super) struct Grounds<'a> {
    pub(super) ws: &'a Workspace,
    pub(super) survey: &'a Survey,
    pub(super) memory: &'a Memory,
    pub(super) options: &'a SyncOptions,
}

/// Gathers and decides some entities of one kind; also tells whose files changed while they were read.
pub(super) async fn decide_batch(
    on: Grounds<'_>,
    sprints: &SprintHomes,
    batch: Vec<Candidate>,
) -> Result<(Vec<Work>, Vec<EntityId>), SyncError> {
    let Grounds { ws, survey, memory, options } = on;
    let harvest = gather(ws, batch, memory).await?;
    let judge = Judge { ws, survey, sprints, options };
    let work = spread(harvest.gathered, |_, gathered| judge.work(gathered));
    Ok((work.into_iter().flatten().collect(), harvest.restless))
}

struct Judge<'a> {
    ws: &'a Workspace,
    survey: &'a Survey,
    sprints: &'a SprintHomes,
    options: &'a SyncOptions,
}

impl Judge<'_> {
    /// Decides one entity; `None` when nothing is to be done or said.
    fn work(&self, gathered: Gathered) -> Option<Work> {
        if gathered.candidate.is_orphan {
            return Some(self.orphan(gathered.candidate));
        }
        let unfit = self.unfit(&gathered);
        let around = Surroundings {
            is_unfit: unfit.is_some(),
            circumstances: Circumstances {
                pull: self.options.pull,
                deletion: self.deletion(&gathered.candidate),
                ..Circumstances::default()
            },
            left_at: self.left_at(&gathered),
            homes: self.homes(&gathered),
            is_blocked: &|path| self.survey.scan.is_blocked(path),
        };
        if self.options.spares(&gathered.candidate) {
            return None;
        }
        let mut verdict = decide_towards(self.options.direction, &case(&gathered, &around));
        let mut row_alone = Fields::new();
        if self.options.direction == Direction::TwoWay && unfit.is_none() {
            (verdict, row_alone) = respelled(&gathered, verdict);
        }
        let row_place = gathered.candidate.record.as_ref().map(Place::of_row);
        let place = match (verdict.place, &row_place, &gathered.candidate.place) {
            (PlaceAction::RowFollowsFiles, _, Some(file)) | (_, None, Some(file)) => file.clone(),
            (_, Some(row), _) => row.clone(),
            (_, None, None) => return None,
        };
        let follows = verdict.place == PlaceAction::FilesFollowRow;
        let facts = Facts { row_alone, ..self.facts(&gathered, verdict.place, &place, unfit) };
        let prepared = prepare(&gathered, verdict, &facts);
        let is_silent = prepared.step.is_idle() && !prepared.stores_something() && !prepared.step.held;
        if is_silent && prepared.notes.is_empty() && prepared.relocation.is_none() {
            return None;
        }
        let is_made = gathered.candidate.files.is_empty() && !prepared.writes.is_empty();
        if (is_made || follows) && self.has_no_folder(&place) {
            return Some(self.orphan(gathered.candidate));
        }
        let to = (prepared.step.row != RowDeed::Delete && !is_dead(&gathered, &prepared)).then(|| place.clone());
        let from = row_place.filter(|_| gathered.candidate.record.as_ref().is_some_and(|record| !record.deleted));
        let id = gathered.candidate.id;
        let lying = Placing { id, from: gathered.candidate.place.clone(), to: lies_then(&gathered, &prepared, &place) };
        let (step, weight) = (prepared.step.clone(), prepared.weight());
        let (placing, candidate) = (Placing { id, from, to }, gathered.candidate);
        Some(Work { step, ready: Some(prepared), weight, candidate, placing, lying, home: facts.home })
    }

    /// Where it may lie: its folder can have moved with a sprint, and take along what cannot be read.
    fn homes(&self, gathered: &Gathered) -> Vec<DocPath> {
        if self.survey.scan.blocked().is_empty() {
            return Vec::new();
        }
        let row = gathered.candidate.record.as_ref().map(Place::of_row);
        let then = [row, self.left_at(gathered)].into_iter().flatten().map(|place| self.home_now(&place));
        gathered.candidate.lies_at().into_iter().chain(then).collect()
    }

    /// What it means if a person deleted its files.
    fn deletion(&self, candidate: &Candidate) -> Deletion {
        let sprint = candidate.record.as_ref().and_then(|record| record.sprint);
        let with_sprint = |ids: &BTreeSet<EntityId>| sprint.is_some_and(|sprint| ids.contains(&sprint));
        let restored = &self.options.restored;
        if restored.contains(&candidate.id) || with_sprint(restored) || with_sprint(&self.sprints.kept) {
            Deletion::Undone
        } else if self.sprints.kept.contains(&candidate.id) {
            Deletion::Overruled
        } else {
            Deletion::Counts
        }
    }

    /// `place` is the one that the row shall have.
    fn facts(&self, gathered: &Gathered, action: PlaceAction, place: &Place, unfit: Option<String>) -> Facts {
        let (candidate, row) = (&gathered.candidate, gathered.candidate.record.as_ref().map(Place::of_row));
        let (home, old) = match action {
            PlaceAction::Keep => (candidate.place.as_ref().unwrap_or(place), None),
            PlaceAction::RowFollowsFiles => (place, row.as_ref()),
            PlaceAction::FilesFollowRow => (place, candidate.place.as_ref()),
        };
        Facts {
            reference: reference(place, self.sprints),
            moved_from: old.map(|old| reference(old, self.sprints)),
            home: self.home_now(home),
            home_sprint: home.sprint,
            lies_at: candidate.lies_at(),
            left_at: self.left_at(gathered).map(|left| self.home_now(&left)),
            place: place.clone(),
            revision: RevisionId::new(self.ws.ids.fresh()),
            source: None,
            row_alone: Fields::new(),
            unfit,
        }
    }

    /// A task that has no sprint to lie in.
    fn orphan(&self, candidate: Candidate) -> Work {
        let path = candidate.files.first().and_then(|seen| seen.path.parent());
        let row = candidate.record.as_ref().map(Place::of_row);
        let home = path.or_else(|| row.as_ref().map(|place| self.home_now(place)));
        let home = home.unwrap_or_else(|| self.ws.tree.layout().root().clone());
        let reference = match &row {
            Some(place) if candidate.files.is_empty() => reference(place, self.sprints),
            _ => by_path(candidate.kind, &home),
        };
        held(candidate, Spot { home, reference }, ConflictKind::Orphan)
    }

    fn has_no_folder(&self, place: &Place) -> bool {
        place.sprint.is_some_and(|sprint| self.sprints.absent.contains(&sprint))
    }

    /// Why no file can hold the entity's row.
    fn unfit(&self, gathered: &Gathered) -> Option<String> {
        let record = gathered.candidate.record.as_ref().filter(|record| !record.deleted)?;
        let homeless = || {
            let home = address(&Place::of_row(record), self.sprints);
            home.is_none().then(|| "its sprint has no code that a folder can have".to_owned())
        };
        let none = BTreeSet::new();
        unfit(gathered, self.options.mended.get(&record.id).unwrap_or(&none)).or_else(homeless)
    }

    fn home_now(&self, place: &Place) -> DocPath {
        let layout = self.ws.tree.layout();
        address(place, self.sprints).map_or_else(|| layout.root().clone(), |address| layout.path(&address))
    }

    /// Where this clone last left the entity, by the path of its first managed document.
    fn left_at(&self, gathered: &Gathered) -> Option<Place> {
        let layout: &Layout = self.ws.tree.layout();
        let left = gathered.left.values().find(|left| left.state.key.role.is_managed() && left.state.left.is_some())?;
        let now = gathered.candidate.files.iter().find(|seen| seen.key == left.state.key);
        if now.is_some_and(|seen| seen.path == left.state.path) {
            return gathered.candidate.place.clone();
        }
        let address = layout.entity_of(&left.state.path)?;
        Some(Place::new(address.kind(), left.state.sprint, address.code().as_str()))
    }
}

/// Whether the entity is gone on both sides after this.
fn is_dead(gathered: &Gathered, prepared: &Prepared) -> bool {
    gathered.candidate.record.as_ref().is_some_and(|record| record.deleted) && prepared.step.row == RowDeed::Keep
}

/// Where the files lie once this is done; `None` where none is left.
fn lies_then(gathered: &Gathered, prepared: &Prepared, place: &Place) -> Option<Place> {
    let stays = gathered.candidate.files.len() > prepared.removals.len() || !prepared.writes.is_empty();
    let there = gathered.candidate.place.as_ref().filter(|_| prepared.relocation.is_none());
    stays.then(|| there.unwrap_or(place).clone())
}
