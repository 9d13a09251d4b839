//! Plays a history on two working copies with one database, and asks the laws after everything that happens.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard};

use instep::model::{ConflictKind, Digest, EntityId, Epoch};
use instep::ops::OpError;
use instep::store::Selection;
use instep::sync::brakes::{Allowance, Brake};
use instep::sync::{SyncError, SyncOptions, SyncReport};
use uuid::Uuid;

use crate::course::{Run, Step, Trouble, What};
use crate::dice::Dice;
use crate::layers::Fate;
use crate::order::Order;
use crate::people::People;
use crate::power::Deed as Meanwhile;
use crate::tables::Tables;
use crate::values::{Values, values_in};
use crate::words::role;
use crate::world::{Outcome, World, text_of};

const YEARS: [&str; 3] = ["2026-03-04T12:00:00Z", "2025-03-04T12:00:00Z", "2027-03-04T12:00:00Z"];

/// When nobody does anything any more, everything is in step after so many rounds.
const ROUNDS: usize = 6;

/// What people know, shared with what they do while a run goes on.
#[derive(Clone, Default)]
struct Minds(Arc<Mutex<(Values, [People; 2])>>);

impl Minds {
    fn open(&self) -> MutexGuard<'_, (Values, [People; 2])> {
        self.0.lock().expect("nobody panics here")
    }

    fn act(&self, world: &World, copy: usize, deed: &crate::people::Deed) {
        let (values, people) = &mut *self.open();
        people[copy].act(world, values, deed);
    }
}

struct History {
    worlds: [World; 2],
    minds: Minds,
    backup: Option<Tables>,
    lives: u128,
    trace: DefaultHasher,
}

/// How a run looked before it began.
struct Before {
    documents: BTreeMap<String, Vec<u8>>,
    places: crate::disk::Places,
    tables: Tables,
}

/// Plays `course` from `start`, asks the laws, and says what happened as one number.
pub(crate) fn play(start: &[World; 2], course: &[Step]) -> u64 {
    let first = start[0].copy();
    let second = start[1].copy_beside(&first);
    let mut history = History {
        worlds: [first, second],
        minds: Minds::default(),
        backup: None,
        lives: 100,
        trace: DefaultHasher::new(),
    };
    for step in course {
        history.step(step);
    }
    history.end();
    history.trace.finish()
}

impl History {
    fn note(&mut self, what: &impl Debug) {
        format!("{what:?}").hash(&mut self.trace);
    }

    fn step(&mut self, step: &Step) {
        self.note(step);
        match &step.what {
            What::People(deed) => self.minds.act(&self.worlds[step.copy], step.copy, deed),
            What::Run(run, trouble) => self.run(step.copy, *run, trouble.as_ref()),
            What::BackUp => self.backup = Some(self.worlds[0].store.tables()),
            What::Regress(is_new_life) => self.regress(*is_new_life),
            What::LoseCaches => self.worlds[step.copy].disk.lose_caches(),
            What::Clock(year) => self.worlds[step.copy].noon = YEARS[*year],
        }
    }

    /// Puts the backup in the place of the database; what only that knew is nobody's any more.
    fn regress(&mut self, is_new_life: bool) {
        let Some(backup) = self.backup.clone() else { return };
        self.lives += 1;
        let epoch = is_new_life.then(|| Epoch::new(Uuid::from_u128(self.lives)));
        self.worlds[0].store.regress(&backup, epoch);
        let held = self.held();
        self.minds.open().0.forget(|value| !held.contains(&value));
        // Nobody can tell an older copy that has lived on from the database, so here everybody looks at once, and is
        // told to compare everything anew.
        let older = self.worlds.iter().filter(|world| !is_new_life && world.is_regressed());
        for world in older {
            let before = world.documents();
            assert!(is_refused(&world.sync()), "B5: a database went back, and nobody noticed");
            assert!(before == world.documents(), "B5: a brake refused, and files changed all the same");
        }
        for world in self.worlds.iter().filter(|_| !is_new_life) {
            let before = world.documents();
            settle(world, Allowance { rebase: true, ..Allowance::default() });
            world.assert_keeps(&before);
        }
    }

    fn run(&mut self, copy: usize, run: Run, trouble: Option<&Trouble>) {
        let world = self.worlds[copy].clone();
        let Some(order) = self.order(&world, run) else { return };
        world.store.settle();
        let is_older = world.is_regressed();
        let twin = matches!(trouble, Some(Trouble::Crash(..) | Trouble::Commit(..))).then(|| world.copy());
        let before = Before::of(&world);
        self.minds.open().1[copy].take_written();
        let steps = twin.as_ref().map_or(1, |twin| {
            twin.power.arm(None);
            let _ = order.carry_out(twin);
            twin.power.log().len().max(1)
        });
        self.begin_trouble(copy, trouble, steps);
        let done = order.carry_out(&world);
        let log = world.power.log();
        self.note(&done.as_ref().map_err(ToString::to_string));
        self.note(&log);
        let is_alone = !matches!(trouble, Some(Trouble::People(..) | Trouble::Sync(_)));
        let sights = world.disk.take_sights();
        if world.power.look().is_ok() {
            world.power.arm(None);
            order.remember(&world, &mut self.minds.open().0, done.is_ok());
            self.check_run(copy, &before, &order, &done, is_alone.then_some(&sights));
            assert!(!is_older || done.is_err(), "B5: a database went back, and a run went on");
        } else if let Some(Trouble::Crash(_, _, seed)) = trouble {
            self.crash(copy, *seed);
            let world = &self.worlds[copy];
            world.assert_keeps(&before.documents);
            world.assert_whole(&before.places, &sights);
            order.remember(world, &mut self.minds.open().0, false);
        }
        if let (Run::Sync, Some(twin)) = (run, twin) {
            self.recover(copy, &twin, &before);
        }
    }

    /// What a run is asked to do just now, if there is anything to ask it for.
    fn order(&self, world: &World, run: Run) -> Option<Order> {
        Order::of(world, &mut self.minds.open().0, run)
    }

    fn begin_trouble(&self, copy: usize, trouble: Option<&Trouble>, steps: usize) {
        let power = &self.worlds[copy].power;
        power.arm(None);
        match trouble {
            None => {}
            Some(Trouble::Crash(at, failure, _)) => power.arm(Some((at % steps, *failure))),
            Some(Trouble::Commit(at, failure)) => power.arm(Some((*at, *failure))),
            Some(Trouble::People(at, deed)) => {
                let (minds, world, deed) = (self.minds.clone(), self.worlds[copy].clone(), deed.clone());
                let act: Meanwhile = Box::new(move || minds.act(&world, copy, &deed));
                power.disturb(*at, act);
            }
            Some(Trouble::Sync(at)) => {
                let other = self.worlds[1 - copy].clone();
                let sync: Meanwhile = Box::new(move || {
                    let before = other.documents();
                    let _ = other.sync();
                    other.assert_keeps(&before);
                });
                power.disturb(*at, sync);
            }
        }
    }

    /// The power goes; the seed draws what is lost.
    fn crash(&mut self, copy: usize, seed: u64) {
        let mut dice = Dice::of(seed);
        let world = &mut self.worlds[copy];
        let all = dice.roll(4);
        let fate = |dice: &mut Dice| match all {
            0 => Fate::Kept,
            1 => Fate::Lost,
            _ => [Fate::Kept, Fate::Kept, Fate::Lost, Fate::Torn][dice.roll(4)],
        };
        let fates: Vec<Fate> = (0..world.disk.waiting()).map(|_| fate(&mut dice)).collect();
        world.crash(&fates, dice.roll(2) == 0);
    }

    /// P11: after what went wrong, the next syncs end where an uninterrupted one does.
    fn recover(&mut self, copy: usize, twin: &World, before: &Before) {
        let world = self.worlds[copy].clone();
        // A brake would refuse either of them.
        if twin.sync().is_err() {
            return;
        }
        for round in 1..=2 {
            let done = world.sync();
            // How far the feed had come is remembered without waiting for the disk.
            if is_refused(&done) {
                settle(&world, Allowance { rebase: true, ..Allowance::default() });
                return world.assert_keeps(&before.documents);
            }
            assert!(done.is_ok(), "P11: sync {round} after the trouble: {:?}", done.map_err(|error| error.to_string()));
        }
        world.assert_keeps(&before.documents);
        world.assert_history();
        let [found, expected] = [&world, twin].map(World::outcome);
        if ![&world, twin].iter().any(|world| world.holds_folders()) {
            return found.assert_is(&expected, "after the trouble");
        }
        // Of two folders that bear one id, a run that was cut off may hold the other one: it ends as another
        // undisturbed run could. Whoever has nothing to do with them ends as here.
        let waiting = world.waiting().or(twin.waiting());
        let [here, there] = Outcome::settled([&found, &expected], &waiting);
        assert!(here == there, "P11: {:#?}\n{:#?}", found.files, expected.files);
    }

    /// What holds after any run.
    fn check_run(
        &self,
        copy: usize,
        before: &Before,
        order: &Order,
        done: &Result<SyncReport, OpError>,
        alone: Option<&Vec<crate::disk::Sight>>,
    ) {
        let world = &self.worlds[copy];
        let written = self.minds.open().1[copy].take_written();
        let mut kept = before.documents.clone();
        kept.retain(|path, _| !written.contains(path));
        world.assert_keeps(&kept);
        world.assert_history();
        before.assert_no_zombie(world, order);
        let Some(sights) = alone else { return };
        world.assert_never_gone(&before.places, sights);
        if matches!(done, Err(OpError::Sync(SyncError::Refused { .. }))) {
            assert_eq!(world.documents(), before.documents, "P14: a brake refused, and files changed all the same");
            let events = world.store.look_at(|tables| tables.events.len());
            assert_eq!(events, before.tables.events.len(), "P14: a brake refused, and rows changed all the same");
        }
    }

    /// Nobody does anything any more.
    fn end(&mut self) {
        let mut is_settled = false;
        for _ in 0..ROUNDS {
            let seen = self.everything();
            if !self.worlds.iter().all(|world| settle(world, Allowance::default())) {
                return;
            }
            is_settled = self.everything() == seen;
            if is_settled {
                break;
            }
        }
        assert!(is_settled, "P4: after {ROUNDS} rounds something changes still");
        let [one, other] = self.worlds.each_ref().map(World::outcome);
        self.note(&one);
        self.note(&other);
        // Who waits for a person has two sides until then; everybody else has not.
        let waiting = self.worlds[0].waiting();
        let [here, there] = Outcome::settled([&one, &other], &waiting);
        assert!(here == there, "P5: {:#?}\n{:#?}", one.files, other.files);
        self.worlds[0].assert_history();
        let held = self.held();
        let lost = self.minds.open().0.lost(&held);
        assert!(lost.is_empty(), "P2: {lost:?} are lost:\n{one:#?}\n{:#?}", other.files);
    }

    fn everything(&self) -> (Vec<BTreeMap<String, Vec<u8>>>, usize) {
        let files = self.worlds.iter().map(World::documents).collect();
        (files, self.worlds[0].store.look_at(|tables| tables.events.len()))
    }

    /// Every value that is in a file, in a live row, or on record.
    fn held(&self) -> BTreeSet<u32> {
        let files = self.worlds.iter().flat_map(|world| world.documents().into_values());
        let mut held: BTreeSet<u32> = files.flat_map(|bytes| values_in(&String::from_utf8_lossy(&bytes))).collect();
        self.worlds[0].store.look_at(|tables| {
            let live = tables.lines.values().map(|line| &line.record).filter(|record| !record.deleted);
            held.extend(live.flat_map(|record| values_in(&text_of(tables, record))));
            for conflict in &tables.conflicts {
                let kept = conflict.what.kept.and_then(|digest| tables.blobs.get(&digest));
                held.extend(kept.iter().flat_map(|bytes| values_in(&String::from_utf8_lossy(bytes))));
                held.extend(values_in(&format!("{:?}", conflict.what)));
                // A text that gave way to a later one is named by its record, and stands in the history.
                let entity = conflict.what.entity.filter(|_| conflict.what.kind == ConflictKind::Superseded);
                let history = entity.into_iter().flat_map(|id| tables.history(id, 0));
                let texts = history.flat_map(|revision| revision.documents.iter().flatten());
                let texts = texts.filter_map(|document| tables.blobs.get(&document.blob));
                held.extend(texts.flat_map(|bytes| values_in(&String::from_utf8_lossy(bytes))));
            }
        });
        held
    }
}

fn is_refused(done: &Result<SyncReport, SyncError>) -> bool {
    matches!(done, Err(SyncError::Refused { brake: Brake::Regressed { .. }, .. }))
}

/// Syncs as somebody does who lets everything pass; whether anything could be done at all.
fn settle(world: &World, mut allowed: Allowance) -> bool {
    world.power.arm(None);
    for _ in 0..4 {
        match world.sync_with(SyncOptions { allowed, ..SyncOptions::default() }) {
            Ok(_) => return true,
            Err(SyncError::Refused { brake: Brake::MassDelete { deletions, .. }, .. }) => {
                allowed.deletions = Some(deletions);
            }
            Err(SyncError::Refused { brake: Brake::Regressed { .. }, .. }) => allowed.rebase = true,
            Err(SyncError::Refused { brake: Brake::EmptyScan { .. } | Brake::RowCollapse { .. }, .. }) => return false,
            Err(error) => panic!("a sync that nothing stands against failed: {error}"),
        }
    }
    panic!("a brake refuses what is allowed: {allowed:?}");
}

impl Before {
    fn of(world: &World) -> Self {
        world.disk.take_sights();
        Self { documents: world.documents(), places: world.disk.places(), tables: world.store.tables() }
    }

    /// P3: what was deleted lives again only by text that nobody had before.
    fn assert_no_zombie(&self, world: &World, order: &Order) {
        let files: BTreeMap<String, Vec<u8>> = self.documents.clone().into_iter().chain(world.documents()).collect();
        let is_new = |id: EntityId| {
            files.iter().any(|(path, bytes)| {
                let text = String::from_utf8_lossy(bytes);
                let digest = instep::document::canonical_digest(&instep::document::split(role(path), &text).text);
                !self.knows(id, digest)
            })
        };
        let is_dead = |id: &EntityId| self.tables.lines.get(id).is_some_and(|line| line.record.deleted);
        let living = world.store.look_at(|tables| tables.records(Selection::All));
        for record in living.iter().filter(|record| !record.deleted && is_dead(&record.id)) {
            assert!(order.is_decision() || is_new(record.id), "P3: {:?} lives again", record.code);
        }
    }

    fn knows(&self, id: EntityId, digest: Digest) -> bool {
        let mut documents = self.tables.history(id, 0).flat_map(|revision| revision.documents.iter().flatten());
        documents.any(|document| document.canonical == digest)
    }
}
