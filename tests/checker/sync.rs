//! One sync in the smallest steps between which anything else can happen.
//!
//! ```text
//! scan the files ─▶ read the rows ─▶ decide and commit, if they are as they were read ─▶ exchange file by file ─▶ remember
//! ```
//!
//! HEAD belongs to what is compared: where git has moved it since the scan, nothing is stored and no more files are
//! written, because what is remembered beside a file is where HEAD was.
//!
//! A crash forgets the run and nothing else: what is committed stays, what is on disk stays.

use std::collections::BTreeSet;
use std::sync::Arc;

use instep::reconcile::{
    Choice, FileAction, PlaceAction, RowState, Rule, Side, Verdict, comes_first, decide, decide_with, keeps_waiting,
};

use super::commit::Decision;
use super::facts::{Evidence, Sight, TinyCase};
use super::git::Position;
use super::mutants::{self, Mutant};
use super::owners::{Decided, Scan, Sights};
use super::value::{Facet, Field, Page};
use super::world::{Broken, File, Memory, Parts, Place, Row, World};
use super::{laws, owners};

/// A sync that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Run {
    /// Whether files that git put there may be brought up.
    pull: bool,
    stage: Stage,
    /// Whether a mutant has done the half of a step.
    is_halfway: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Stage {
    Scanned(Scan),
    Read(Reading),
    Writing { head: Position, deeds: Vec<Deed>, done: Vec<Done> },
}

/// What is decided on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Reading {
    sights: Sights,
    rows: Vec<Arc<Row>>,
    /// Whether HEAD's text has had its turn.
    heads_turn_is_over: bool,
}

/// Something to be done in the tree, the next one last.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Deed {
    /// Folders go to other places, all at once.
    Relocate(Vec<Relocation>),
    /// A file is exchanged, if it is as it was scanned.
    Exchange { entity: usize, place: Place, part: usize, expected: Option<File>, new: Option<File> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Relocation {
    entity: usize,
    from: Place,
    to: Place,
}

/// A file that was written or removed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Done {
    entity: usize,
    part: usize,
    new: Option<File>,
}

/// Syncs everything in one clone from beginning to end; a run that is under way there is finished first.
pub(crate) fn whole(world: &mut World, clone: usize, pull: bool) -> Result<(), Broken> {
    while world.clones[clone].run.is_some() {
        step(world, clone, pull)?;
    }
    step(world, clone, pull)?;
    while world.clones[clone].run.is_some() {
        step(world, clone, pull)?;
    }
    Ok(())
}

/// One step of the run that is under way, or the first one of a new run.
pub(crate) fn step(world: &mut World, clone: usize, pull: bool) -> Result<(), Broken> {
    let Some(run) = world.clones[clone].run.take() else {
        let stage = Stage::Scanned(Scan::of(world, clone));
        world.clones[clone].run = Some(Run { pull, stage, is_halfway: false });
        return Ok(());
    };
    let next = match run.stage.clone() {
        Stage::Scanned(scan) => {
            let rows = world.rows(clone).to_vec();
            let sights = scan.told(world, clone, &rows);
            Some(Run { stage: Stage::Read(Reading { sights, rows, heads_turn_is_over: false }), ..run })
        }
        Stage::Read(reading) if reading.is_stale(world, clone) && !world.is(Mutant::NoCompare) => None,
        Stage::Read(reading) => decide_and_commit(world, clone, run, &reading)?,
        Stage::Writing { .. } => write(world, clone, run)?,
    };
    world.clones[clone].run = next;
    Ok(())
}

impl Reading {
    /// Whether some row has changed since, or git has moved HEAD.
    fn is_stale(&self, world: &World, clone: usize) -> bool {
        let has_moved = self.sights.head != world.clones[clone].checkout.position();
        has_moved && !world.is(Mutant::NoHeadCompare)
            || self.rows.iter().zip(world.rows(clone)).any(|(then, now)| then.version != now.version)
    }

    /// The same with the rows as they are now.
    fn again(&self, world: &World, clone: usize, heads_turn_is_over: bool) -> Self {
        Self { sights: self.sights.clone(), rows: world.rows(clone).to_vec(), heads_turn_is_over }
    }

    /// Everything that there is to decide.
    fn cases(&self, world: &World, clone: usize, pull: bool) -> Vec<(usize, &Sight, TinyCase)> {
        let case = |entity: usize, sight: &Sight| {
            let evidence = Evidence { world, clone, entity, sight, row: &self.rows[entity], pull };
            let mut case = evidence.case();
            mutants::bend(&evidence, &mut case);
            case
        };
        let sights = self.sights.of.iter().enumerate().filter_map(|(entity, sight)| Some((entity, sight.as_ref()?)));
        sights.map(|(entity, sight)| (entity, sight, case(entity, sight))).collect()
    }
}

/// Steps 3 and 4 of the protocol: the decision, and everything of it that is stored, in one transaction. Where git
/// moved HEAD over an edited file, HEAD's text has its turn first, and the rows are read again.
fn decide_and_commit(world: &mut World, clone: usize, run: Run, reading: &Reading) -> Result<Option<Run>, Broken> {
    let cases = reading.cases(world, clone, run.pull);
    let has_turn = !reading.heads_turn_is_over && !world.is(Mutant::R8);
    if has_turn && cases.iter().any(|(_, _, case)| comes_first(case).is_some()) {
        return give_head_its_turn(world, clone, run, reading, cases);
    }
    let mut decided = Vec::new();
    for (entity, sight, case) in cases {
        let verdict = mutants::verdict(world, &case).unwrap_or_else(|| decide(&case));
        let facts = Evidence { world, clone, entity, sight, row: &reading.rows[entity], pull: run.pull }.case();
        laws::leaves_git_its_texts(&facts, &verdict)?;
        decided.push(Decided { entity, sight, case, verdict });
    }
    owners::hold(world, clone, (&reading.sights, &reading.rows), &mut decided);
    decided.iter().for_each(|one| count(world, &one.verdict));
    let head = reading.sights.head;
    let writing = Stage::Writing { head, deeds: deeds(&decided), done: Vec::new() };
    if world.is(Mutant::MemoryBeforeCommit) && !run.is_halfway {
        remember(world, clone, head, &targets(&writing));
        let stage = Stage::Read(reading.again(world, clone, reading.heads_turn_is_over));
        return Ok(Some(Run { is_halfway: true, stage, ..run }));
    }
    if world.is(Mutant::FileBeforeCommit) {
        write_all(world, clone, Run { stage: writing.clone(), ..run.clone() })?;
    }
    for Decided { entity, sight, case, verdict } in &decided {
        Decision { clone, entity: *entity, files: &sight.folder.files, sight, case, verdict }.commit(world)?;
    }
    laws::every_row_has_its_place(world, clone)?;
    Ok(Some(Run { is_halfway: false, stage: writing, ..run }))
}

/// HEAD's text is decided as if it were the file. As long as that changes something, the case is gathered again; then
/// either some of HEAD's text waits for a person, or the files have their turn.
fn give_head_its_turn(
    world: &mut World,
    clone: usize,
    run: Run,
    reading: &Reading,
    cases: Vec<(usize, &Sight, TinyCase)>,
) -> Result<Option<Run>, Broken> {
    let before = world.clone();
    let mut waiting = Vec::new();
    for (entity, sight, case) in &cases {
        let Some(first) = comes_first(case) else { continue };
        let verdict = decide(&first);
        count(world, &verdict);
        let files = judged_files(world, *entity, sight, case, &first);
        Decision { clone, entity: *entity, files: &files, sight, case: &first, verdict: &verdict }.commit(world)?;
        waiting.extend(keeps_waiting(case, &first, &verdict).then_some(*entity));
    }
    let is_same = |entity: usize| {
        let memory = |world: &World| world.desk(clone, entity).memory.clone();
        before.row(clone, entity).version == world.row(clone, entity).version && memory(&before) == memory(world)
    };
    let is_over = (0..world.scope.entities).all(is_same);
    let mut next = reading.again(world, clone, is_over);
    waiting.into_iter().filter(|_| is_over).for_each(|entity| next.sights.of[entity] = None);
    Ok(Some(Run { stage: Stage::Read(next), ..run }))
}

/// The files, with HEAD's in place of those that `first` has otherwise than `case`.
fn judged_files(world: &World, entity: usize, sight: &Sight, case: &TinyCase, first: &TinyCase) -> Parts<File> {
    std::array::from_fn(|part| {
        let file = |case: &TinyCase| case.parts.get(&part).map(|part| part.file.clone());
        let of_head = || world.git.file(sight.head.commit, (entity, part));
        if file(first) == file(case) { sight.folder.files[part].clone() } else { of_head().cloned() }
    })
}

/// Lets a person decide everything that waits for one, by what `choose` says.
pub(crate) fn settle(
    world: &mut World,
    clone: usize,
    entity: usize,
    choose: &mut dyn FnMut() -> Side,
) -> Result<(), Broken> {
    let rows = world.rows(clone).to_vec();
    let sights = Scan::of(world, clone).told(world, clone, &rows);
    let reading = Reading { sights, rows, heads_turn_is_over: true };
    let cases = reading.cases(world, clone, true);
    let Some((_, sight, of_files)) = cases.into_iter().find(|(of, ..)| *of == entity) else { return Ok(()) };
    let case = comes_first(&of_files)
        .filter(|first| keeps_waiting(&of_files, first, &decide(first)))
        .unwrap_or_else(|| of_files.clone());
    let (row, files) = (&reading.rows[entity], judged_files(world, entity, sight, &of_files, &case));
    let held = decide(&case).collisions.into_iter().filter(|collision| collision.kind.is_hold());
    // A deleted entity comes back as a whole or not at all.
    let of_all = (row.state == RowState::Tombstone).then(&mut *choose);
    let choices = held.filter_map(|collision| {
        let side = of_all.unwrap_or_else(&mut *choose);
        Some(Choice { part: collision.part?, key: collision.key, side })
    });
    let choices: Vec<_> = choices.collect();
    if choices.is_empty() {
        return Ok(());
    }
    world.tally.decisions += 1;
    for choice in &choices {
        // What is said in several places is one thing: the first choice counts for all of them.
        let first = choices.iter().find(|first| first.key.is_some() && first.key == choice.key).unwrap_or(choice);
        give_up_what_lost(world, first, choice.part, (&files, row));
    }
    let verdict = decide_with(&case, &choices);
    let mut decided = vec![Decided { entity, sight, case, verdict }];
    owners::hold(world, clone, (&reading.sights, &reading.rows), &mut decided);
    let Some(Decided { case, verdict, .. }) = decided.first() else { return Ok(()) };
    Decision { clone, entity, files: &files, sight, case, verdict }.commit(world)?;
    let stage = Stage::Writing { head: sight.head, deeds: deeds(&decided), done: Vec::new() };
    write_all(world, clone, Run { pull: true, stage, is_halfway: false })
}

fn give_up_what_lost(
    world: &mut World,
    choice: &Choice<usize, Field>,
    part: usize,
    (files, row): (&Parts<File>, &Row),
) {
    let page = |part: usize, side| match side {
        Side::File => files[part].as_ref().map(|file| &file.page),
        Side::Row => row.parts[part].as_ref(),
    };
    let winner = page(choice.part, choice.side);
    let is_meant = |facet: &Facet| choice.key.is_none_or(|key| *facet == Facet::Value(key));
    for said in [page(part, Side::File), page(part, Side::Row)].into_iter().flatten() {
        for (facet, token) in said.facets().filter(|(facet, _)| is_meant(facet)) {
            world.give_up_for(token, winner.and_then(|winner| winner.said(facet)));
        }
    }
}

fn count(world: &mut World, verdict: &Verdict<usize, Page>) {
    let rules: BTreeSet<Rule> = verdict.files.values().map(|file| file.rule).chain([verdict.rule]).collect();
    rules.into_iter().for_each(|rule| world.tally.count(rule));
}

/// What the verdicts want done in the tree, the next deed last: what goes makes room, then folders move, then files are
/// written.
fn deeds(decided: &[Decided<'_>]) -> Vec<Deed> {
    let relocation = |one: &Decided<'_>| match (one.verdict.place, one.case.place.file, one.case.place.row) {
        (PlaceAction::FilesFollowRow, Some(from), Some(to)) => Some(Relocation { entity: one.entity, from, to }),
        _ => None,
    };
    let relocations: Vec<_> = decided.iter().filter_map(relocation).collect();
    let (removals, mut deeds): (Vec<_>, Vec<_>) =
        decided.iter().rev().flat_map(exchanges).partition(|deed| matches!(deed, Deed::Exchange { new: None, .. }));
    deeds.extend((!relocations.is_empty()).then_some(Deed::Relocate(relocations)));
    deeds.extend(removals);
    deeds
}

fn exchanges(one: &Decided<'_>) -> impl Iterator<Item = Deed> {
    let Decided { entity, sight, case, verdict } = one;
    let follows = verdict.place == PlaceAction::FilesFollowRow;
    let home = if follows { case.place.row } else { case.place.file.or(case.place.row) };
    let exchange = move |part: usize, new: Option<File>| {
        let place = if new.is_some() { home? } else { case.place.file? };
        let expected = sight.folder.files[part].clone();
        (expected != new).then_some(Deed::Exchange { entity: *entity, place, part, expected, new })
    };
    verdict.files.iter().rev().filter_map(move |(part, file)| match &file.action {
        FileAction::Pass | FileAction::Keep => None,
        FileAction::Restamp => exchange(*part, sight.folder.files[*part].clone().map(|file| File::stamped(file.page))),
        FileAction::Write(page) => exchange(*part, Some(File::stamped(page.clone()))),
        FileAction::Remove => exchange(*part, None),
    })
}

/// Every deed, with nothing between them.
fn write_all(world: &mut World, clone: usize, mut run: Run) -> Result<(), Broken> {
    while let Some(next) = write(world, clone, run)? {
        run = next;
    }
    Ok(())
}

fn targets(writing: &Stage) -> Vec<Done> {
    let Stage::Writing { deeds, .. } = writing else { return Vec::new() };
    let target = |deed: &Deed| match deed {
        Deed::Relocate(_) => None,
        Deed::Exchange { entity, part, new, .. } => Some(Done { entity: *entity, part: *part, new: new.clone() }),
    };
    deeds.iter().filter_map(target).collect()
}

/// Steps 6 to 8 of the protocol: the next deed, or what is remembered of them all.
fn write(world: &mut World, clone: usize, mut run: Run) -> Result<Option<Run>, Broken> {
    let Stage::Writing { head, deeds, done } = &mut run.stage else { return Ok(None) };
    let Some(deed) = deeds.pop() else {
        remember(world, clone, *head, done);
        return Ok(None);
    };
    match &deed {
        // What git did meanwhile the next run has to see first.
        _ if *head != world.clones[clone].checkout.position() && !world.is(Mutant::NoHeadCheck) => {}
        Deed::Relocate(relocations) => relocate(world, clone, relocations),
        Deed::Exchange { entity, place, part, expected, new } => {
            let (entity, part) = (*entity, *part);
            let is_expected = is_as_scanned(world, clone, entity, (*place, part, expected.as_ref()));
            if world.is(Mutant::CheckThenRename) && is_expected && !run.is_halfway {
                deeds.push(deed);
                return Ok(Some(Run { is_halfway: true, ..run }));
            }
            let is_blind = world.is(Mutant::NoCheck) || run.is_halfway && world.is(Mutant::CheckThenRename);
            let is_written = is_expected || is_blind;
            if is_written {
                exchange(world, clone, entity, (*place, part), new.clone())?;
            }
            if is_written || world.is(Mutant::MemoryOfAborted) {
                done.push(Done { entity, part, new: new.clone() });
            }
        }
    }
    Ok(Some(Run { is_halfway: false, ..run }))
}

/// Folders go all together or not at all: if somebody has moved one meanwhile, or put something in the way of one, the
/// next run sees to it.
fn relocate(world: &mut World, clone: usize, relocations: &[Relocation]) {
    let lies = |world: &World, at: &Relocation| world.desk(clone, at.entity).folder.place == at.from;
    let goes = |place: Place| relocations.iter().any(|other| other.from == place);
    let has_room = |at: &Relocation| goes(at.to) || world.is_free(clone, at.to);
    if relocations.iter().all(|at| lies(world, at) && has_room(at)) {
        for Relocation { entity, to, .. } in relocations {
            let desk = world.desk_mut(clone, *entity);
            desk.folder.place = *to;
            desk.left_at = Some(*to);
        }
    }
}

/// Whether a file is still what was scanned there, or there is still room for it.
fn is_as_scanned(
    world: &World,
    clone: usize,
    entity: usize,
    (place, part, expected): (Place, usize, Option<&File>),
) -> bool {
    let folder = &world.desk(clone, entity).folder;
    let is_there = if folder.is_empty() { world.is_free(clone, place) } else { folder.place == place };
    is_there && folder.files[part].as_ref() == expected
}

/// Writes or removes a file. P1: what it displaces is stored.
fn exchange(
    world: &mut World,
    clone: usize,
    entity: usize,
    (place, part): (Place, usize),
    new: Option<File>,
) -> Result<(), Broken> {
    if new.is_some() {
        laws::nothing_deleted_is_made_again(world, clone, entity)?;
    }
    let row = Arc::clone(world.row(clone, entity));
    let desk = world.desk_mut(clone, entity);
    if desk.folder.is_empty() {
        desk.folder.place = place;
    }
    let stays = |old: &File| new.as_ref().is_some_and(|new| new.page == old.page);
    let is_lost = desk.folder.files[part].as_ref().is_some_and(|old| !stays(old) && !row.stores(part, &old.page));
    desk.lay(part, new);
    if is_lost { Err("P1: bytes of a file are lost") } else { Ok(()) }
}

/// Remembers what was written.
fn remember(world: &mut World, clone: usize, seen: Position, done: &[Done]) {
    let (from_disk, from_row) = (world.is(Mutant::MemoryFromDisk), world.is(Mutant::MemoryFromRow));
    for Done { entity, part, new } in done {
        let row = Arc::clone(world.row(clone, *entity));
        let desk = world.desk_mut(clone, *entity);
        let left = match (from_disk, from_row) {
            (true, _) => desk.folder.files[*part].clone(),
            (_, true) => row.parts[*part].clone().map(File::stamped),
            _ => new.clone(),
        };
        desk.memory[*part] = Some(Memory { left, seen });
        desk.left_at = Some(desk.folder.place);
    }
}
