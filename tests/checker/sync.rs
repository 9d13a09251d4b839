//! One sync in the smallest steps between which anything else can happen.
//!
//! ```text
//! scan the files ─▶ read the row ─▶ decide and commit, if the row is as it was read ─▶ exchange file by file ─▶ remember
//! ```
//!
//! A crash forgets the run and nothing else: what is committed stays, what is on disk stays.

use std::collections::BTreeSet;
use std::sync::Arc;

use instep::reconcile::{
    Choice, FileAction, FileVerdict, PlaceAction, RowState, Rule, Side, Verdict, comes_first, decide, decide_with,
    keeps_waiting,
};

use super::commit::Decision;
use super::facts::{Evidence, Sight, TinyCase};
use super::git::Position;
use super::laws;
use super::mutants::{self, Mutant};
use super::value::{Facet, Field, Page};
use super::world::{Broken, File, Folder, Memory, Parts, Place, Row, World};

/// A sync of one entity that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Run {
    pub(crate) entity: usize,
    /// Whether files that git put there may be brought up.
    pull: bool,
    stage: Stage,
    /// Whether a mutant has done the half of a step.
    is_halfway: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Stage {
    Scanned(Sight),
    /// The sight, the row, and whether HEAD's text has had its turn.
    Read(Sight, Arc<Row>, bool),
    Writing {
        head: Position,
        deeds: Vec<Deed>,
        done: Vec<(usize, Option<File>)>,
    },
}

/// Something to be done in the tree, the next one last.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Deed {
    /// The folder goes to another place.
    Relocate { from: Place, to: Place },
    /// A file is exchanged, if it is as it was scanned.
    Exchange { part: usize, expected: Option<File>, new: Option<File> },
}

/// Syncs everything in one clone from beginning to end; a run that is under way there is finished first.
pub(crate) fn whole(world: &mut World, clone: usize, pull: bool) -> Result<(), Broken> {
    while let Some(run) = &world.clones[clone].run {
        let entity = run.entity;
        step(world, clone, entity, pull)?;
    }
    for entity in 0..world.scope.entities {
        step(world, clone, entity, pull)?;
        while world.clones[clone].run.is_some() {
            step(world, clone, entity, pull)?;
        }
    }
    Ok(())
}

/// One step of the run that is under way, or the first one of a new run for `entity`.
pub(crate) fn step(world: &mut World, clone: usize, entity: usize, pull: bool) -> Result<(), Broken> {
    let Some(run) = world.clones[clone].run.take() else {
        let stage = Stage::Scanned(Sight::of(world, clone, entity));
        world.clones[clone].run = Some(Run { entity, pull, stage, is_halfway: false });
        return Ok(());
    };
    let next = match run.stage.clone() {
        Stage::Scanned(sight) => {
            let row = Arc::clone(world.row(clone, run.entity));
            Some(Run { stage: Stage::Read(sight, row, false), ..run })
        }
        Stage::Read(_, row, _) if row.version != world.row(clone, run.entity).version && !may_be_stale(world) => None,
        Stage::Read(sight, row, heads_turn_is_over) => {
            decide_and_commit(world, clone, run, (&sight, &row, heads_turn_is_over))?
        }
        Stage::Writing { .. } => write(world, clone, run)?,
    };
    world.clones[clone].run = next;
    Ok(())
}

fn may_be_stale(world: &World) -> bool {
    world.is(Mutant::NoCompare)
}

/// Steps 3 and 4 of the protocol: the decision, and everything of it that is stored, in one transaction. Where git
/// moved HEAD over an edited file, HEAD's text has its turn first, and the row is read again.
fn decide_and_commit(
    world: &mut World,
    clone: usize,
    run: Run,
    (sight, row, heads_turn_is_over): (&Sight, &Row, bool),
) -> Result<Option<Run>, Broken> {
    let entity = run.entity;
    let case = case(world, clone, &run, sight, row);
    if let (false, Some(first)) = (heads_turn_is_over || world.is(Mutant::R8), comes_first(&case)) {
        return give_head_its_turn(world, clone, run, sight, (&case, &first));
    }
    let verdict = mutants::verdict(world, &case).unwrap_or_else(|| decide(&case));
    let facts = Evidence { world, clone, entity, sight, row, pull: run.pull }.case();
    laws::leaves_git_its_texts(&facts, &verdict)?;
    count(world, &verdict);
    let deeds = deeds(&case, &sight.folder, &verdict);
    let writing = Stage::Writing { head: sight.head, deeds, done: Vec::new() };
    if world.is(Mutant::MemoryBeforeCommit) && !run.is_halfway {
        remember(world, clone, &run, sight.head, &targets(&writing));
        let stage = Stage::Read(sight.clone(), Arc::clone(world.row(clone, entity)), heads_turn_is_over);
        return Ok(Some(Run { is_halfway: true, stage, ..run }));
    }
    if world.is(Mutant::FileBeforeCommit) {
        write_all(world, clone, Run { stage: writing.clone(), ..run.clone() })?;
    }
    let decision = Decision { clone, entity, files: &sight.folder.files, sight, case: &case, verdict: &verdict };
    decision.commit(world)?;
    Ok(Some(Run { is_halfway: false, stage: writing, ..run }))
}

/// HEAD's text is decided as if it were the file. As long as that changes something, the case is gathered again; then
/// either some of HEAD's text waits for a person, or the files have their turn.
fn give_head_its_turn(
    world: &mut World,
    clone: usize,
    run: Run,
    sight: &Sight,
    (case, first): (&TinyCase, &TinyCase),
) -> Result<Option<Run>, Broken> {
    let entity = run.entity;
    let state = |world: &World| (world.row(clone, entity).version, world.desk(clone, entity).memory.clone());
    let before = state(world);
    let verdict = decide(first);
    count(world, &verdict);
    let files = judged_files(world, entity, sight, case, first);
    Decision { clone, entity, files: &files, sight, case: first, verdict: &verdict }.commit(world)?;
    let is_over = before == state(world);
    let waits = is_over && keeps_waiting(case, first, &verdict);
    let stage = Stage::Read(sight.clone(), Arc::clone(world.row(clone, entity)), is_over);
    Ok((!waits).then_some(Run { stage, ..run }))
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
    let (sight, row) = (Sight::of(world, clone, entity), Arc::clone(world.row(clone, entity)));
    let run = Run { entity, pull: true, stage: Stage::Scanned(sight.clone()), is_halfway: false };
    let of_files = case(world, clone, &run, &sight, &row);
    let case = comes_first(&of_files)
        .filter(|first| keeps_waiting(&of_files, first, &decide(first)))
        .unwrap_or_else(|| of_files.clone());
    let files = judged_files(world, entity, &sight, &of_files, &case);
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
    for choice in &choices {
        // What is said in several places is one thing: the first choice counts for all of them.
        let first = choices.iter().find(|first| first.key.is_some() && first.key == choice.key).unwrap_or(choice);
        give_up_what_lost(world, first, choice.part, (&files, &row));
    }
    let verdict = decide_with(&case, &choices);
    Decision { clone, entity, files: &files, sight: &sight, case: &case, verdict: &verdict }.commit(world)?;
    let deeds = deeds(&case, &sight.folder, &verdict);
    write_all(world, clone, Run { stage: Stage::Writing { head: sight.head, deeds, done: Vec::new() }, ..run })
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

fn case(world: &World, clone: usize, run: &Run, sight: &Sight, row: &Row) -> TinyCase {
    let evidence = Evidence { world, clone, entity: run.entity, sight, row, pull: run.pull };
    let mut case = evidence.case();
    mutants::bend(&evidence, &mut case);
    case
}

/// What a verdict wants done in the tree, the next deed last.
fn deeds(case: &TinyCase, folder: &Folder, verdict: &Verdict<usize, Page>) -> Vec<Deed> {
    let exchange = |part: usize, new: Option<File>| {
        let expected = folder.files[part].clone();
        (expected != new).then_some(Deed::Exchange { part, expected, new })
    };
    let of_part = |(part, file): (&usize, &FileVerdict<Page>)| match &file.action {
        FileAction::Pass | FileAction::Keep => None,
        FileAction::Restamp => exchange(*part, folder.files[*part].clone().map(|file| File::stamped(file.page))),
        FileAction::Write(page) => exchange(*part, Some(File::stamped(page.clone()))),
        FileAction::Remove => exchange(*part, None),
    };
    let mut deeds: Vec<Deed> = verdict.files.iter().rev().filter_map(of_part).collect();
    if let (PlaceAction::FilesFollowRow, Some(from), Some(to)) = (verdict.place, case.place.file, case.place.row) {
        deeds.push(Deed::Relocate { from, to });
    }
    deeds
}

/// Every deed, with nothing between them.
fn write_all(world: &mut World, clone: usize, mut run: Run) -> Result<(), Broken> {
    while let Some(next) = write(world, clone, run)? {
        run = next;
    }
    Ok(())
}

fn targets(writing: &Stage) -> Vec<(usize, Option<File>)> {
    let Stage::Writing { deeds, .. } = writing else { return Vec::new() };
    let target = |deed: &Deed| match deed {
        Deed::Relocate { .. } => None,
        Deed::Exchange { part, new, .. } => Some((*part, new.clone())),
    };
    deeds.iter().filter_map(target).collect()
}

/// Steps 6 to 8 of the protocol: the next deed, or what is remembered of them all.
fn write(world: &mut World, clone: usize, mut run: Run) -> Result<Option<Run>, Broken> {
    let Stage::Writing { head, deeds, done } = &mut run.stage else { return Ok(None) };
    let Some(deed) = deeds.pop() else {
        let (head, done) = (*head, std::mem::take(done));
        remember(world, clone, &run, head, &done);
        return Ok(None);
    };
    match deed {
        Deed::Relocate { from, to } => {
            let desk = world.desk_mut(clone, run.entity);
            if desk.folder.place == from {
                desk.folder.place = to;
                desk.left_at = Some(to);
            }
        }
        Deed::Exchange { part, expected, new } => {
            let is_expected = world.desk(clone, run.entity).folder.files[part] == expected;
            if world.is(Mutant::CheckThenRename) && is_expected && !run.is_halfway {
                deeds.push(Deed::Exchange { part, expected, new });
                return Ok(Some(Run { is_halfway: true, ..run }));
            }
            let is_blind = world.is(Mutant::NoCheck) || run.is_halfway && world.is(Mutant::CheckThenRename);
            if is_expected || is_blind {
                exchange(world, clone, run.entity, part, new.clone())?;
                done.push((part, new));
            } else if world.is(Mutant::MemoryOfAborted) {
                done.push((part, new));
            }
        }
    }
    Ok(Some(Run { is_halfway: false, ..run }))
}

/// Writes or removes a file. P1: what it displaces is stored.
fn exchange(world: &mut World, clone: usize, entity: usize, part: usize, new: Option<File>) -> Result<(), Broken> {
    if new.is_some() {
        laws::nothing_deleted_is_made_again(world, clone, entity)?;
    }
    let row = Arc::clone(world.row(clone, entity));
    let desk = world.desk_mut(clone, entity);
    if desk.folder.is_empty() {
        desk.folder.place = row.place;
    }
    let stays = |old: &File| new.as_ref().is_some_and(|new| new.page == old.page);
    let is_lost = desk.folder.files[part].as_ref().is_some_and(|old| !stays(old) && !row.stores(part, &old.page));
    desk.lay(part, new);
    if is_lost { Err("P1: bytes of a file are lost") } else { Ok(()) }
}

/// Remembers what was written.
fn remember(world: &mut World, clone: usize, run: &Run, seen: Position, done: &[(usize, Option<File>)]) {
    let row = Arc::clone(world.row(clone, run.entity));
    let (from_disk, from_row) = (world.is(Mutant::MemoryFromDisk), world.is(Mutant::MemoryFromRow));
    let desk = world.desk_mut(clone, run.entity);
    for (part, new) in done {
        let left = match (from_disk, from_row) {
            (true, _) => desk.folder.files[*part].clone(),
            (_, true) => row.parts[*part].clone().map(File::stamped),
            _ => new.clone(),
        };
        desk.memory[*part] = Some(Memory { left, seen });
    }
    if !done.is_empty() {
        desk.left_at = Some(desk.folder.place);
    }
}
