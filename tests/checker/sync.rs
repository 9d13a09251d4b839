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
    Choice, Circumstances, FileAction, FileVerdict, PlaceAction, RowState, Rule, Side, Verdict, decide, decide_with,
};

use super::commit::Decision;
use super::facts::{Evidence, TinyCase};
use super::mutants::{self, Mutant};
use super::value::{Facet, Page};
use super::world::{Broken, File, Folder, Memory, Place, Row, World};

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
    Scanned(Folder),
    Read(Folder, Arc<Row>),
    Writing { deeds: Vec<Deed>, done: Vec<(usize, Option<File>)> },
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
        let stage = Stage::Scanned(world.desk(clone, entity).folder.clone());
        world.clones[clone].run = Some(Run { entity, pull, stage, is_halfway: false });
        return Ok(());
    };
    let next = match run.stage.clone() {
        Stage::Scanned(folder) => {
            let row = Arc::clone(world.row(clone, run.entity));
            Some(Run { stage: Stage::Read(folder, row), ..run })
        }
        Stage::Read(folder, row) => decide_and_commit(world, clone, run, &folder, &row)?,
        Stage::Writing { deeds, done } => write(world, clone, run, deeds, done)?,
    };
    world.clones[clone].run = next;
    Ok(())
}

/// Steps 3 and 4 of the protocol: the decision, and everything of it that is stored, in one transaction.
fn decide_and_commit(
    world: &mut World,
    clone: usize,
    run: Run,
    folder: &Folder,
    row: &Row,
) -> Result<Option<Run>, Broken> {
    if row.version != world.row(clone, run.entity).version && !world.is(Mutant::NoCompare) {
        return Ok(None);
    }
    let case = case(world, clone, &run, folder, row);
    let verdict = mutants::verdict(world, &case).unwrap_or_else(|| decide(&case));
    count(world, &verdict);
    let deeds = deeds(&case, folder, &verdict);
    if world.is(Mutant::MemoryBeforeCommit) && !run.is_halfway {
        remember(world, clone, &run, &targets(&deeds));
        let stage = Stage::Read(folder.clone(), Arc::clone(world.row(clone, run.entity)));
        return Ok(Some(Run { is_halfway: true, stage, ..run }));
    }
    if world.is(Mutant::FileBeforeCommit) {
        write_all(world, clone, &run, deeds.clone())?;
    }
    Decision { clone, entity: run.entity, files: &folder.files, case: &case, verdict: &verdict }.commit(world)?;
    Ok(Some(Run { is_halfway: false, stage: Stage::Writing { deeds, done: Vec::new() }, ..run }))
}

/// Lets a person decide everything that waits for one, by what `choose` says.
pub(crate) fn settle(
    world: &mut World,
    clone: usize,
    entity: usize,
    choose: &mut dyn FnMut() -> Side,
) -> Result<(), Broken> {
    let (folder, row) = (world.desk(clone, entity).folder.clone(), Arc::clone(world.row(clone, entity)));
    let run = Run { entity, pull: true, stage: Stage::Scanned(folder.clone()), is_halfway: false };
    let case = case(world, clone, &run, &folder, &row);
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
    for Choice { part, key, .. } in &choices {
        let pages = [case.parts[part].row.as_ref(), folder.files[*part].as_ref().map(|file| &file.page)];
        let said = |page: &Page| match key {
            Some(field) => page.said(Facet::Value(*field)).into_iter().collect(),
            None => page.tokens().collect::<Vec<_>>(),
        };
        world.ledger.given_up.extend(pages.into_iter().flatten().flat_map(said));
    }
    let verdict = decide_with(&case, &choices);
    Decision { clone, entity, files: &folder.files, case: &case, verdict: &verdict }.commit(world)?;
    write_all(world, clone, &run, deeds(&case, &folder, &verdict))
}

fn count(world: &mut World, verdict: &Verdict<usize, Page>) {
    let rules: BTreeSet<Rule> = verdict.files.values().map(|file| file.rule).chain([verdict.rule]).collect();
    rules.into_iter().for_each(|rule| world.tally.count(rule));
}

fn case(world: &World, clone: usize, run: &Run, folder: &Folder, row: &Row) -> TinyCase {
    let circumstances = Circumstances { shared: true, pull: run.pull, ..Circumstances::default() };
    let mut case = Evidence { clone, desk: world.desk(clone, run.entity), folder, row, circumstances }.case();
    mutants::alter(world, &mut case);
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
fn write_all(world: &mut World, clone: usize, run: &Run, deeds: Vec<Deed>) -> Result<(), Broken> {
    let mut run = Run { stage: Stage::Writing { deeds, done: Vec::new() }, ..run.clone() };
    while let Stage::Writing { deeds, done } = run.stage.clone() {
        match write(world, clone, run, deeds, done)? {
            Some(next) => run = next,
            None => break,
        }
    }
    Ok(())
}

fn targets(deeds: &[Deed]) -> Vec<(usize, Option<File>)> {
    let target = |deed: &Deed| match deed {
        Deed::Relocate { .. } => None,
        Deed::Exchange { part, new, .. } => Some((*part, new.clone())),
    };
    deeds.iter().filter_map(target).collect()
}

/// Steps 6 to 8 of the protocol: the next deed, or what is remembered of them all.
fn write(
    world: &mut World,
    clone: usize,
    run: Run,
    mut deeds: Vec<Deed>,
    mut done: Vec<(usize, Option<File>)>,
) -> Result<Option<Run>, Broken> {
    match deeds.pop() {
        None => {
            remember(world, clone, &run, &done);
            return Ok(None);
        }
        Some(Deed::Relocate { from, to }) => {
            let desk = world.desk_mut(clone, run.entity);
            if desk.folder.place == from {
                desk.folder.place = to;
                desk.left_at = Some(to);
            }
        }
        Some(Deed::Exchange { part, expected, new }) => {
            let is_expected = world.desk(clone, run.entity).folder.files[part] == expected;
            if world.is(Mutant::CheckThenRename) && is_expected && !run.is_halfway {
                deeds.push(Deed::Exchange { part, expected, new });
                return Ok(Some(Run { is_halfway: true, stage: Stage::Writing { deeds, done }, ..run }));
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
    Ok(Some(Run { is_halfway: false, stage: Stage::Writing { deeds, done }, ..run }))
}

/// Writes or removes a file. P1: what it displaces is stored.
fn exchange(world: &mut World, clone: usize, entity: usize, part: usize, new: Option<File>) -> Result<(), Broken> {
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
fn remember(world: &mut World, clone: usize, run: &Run, done: &[(usize, Option<File>)]) {
    let row = Arc::clone(world.row(clone, run.entity));
    let (from_disk, from_row) = (world.is(Mutant::MemoryFromDisk), world.is(Mutant::MemoryFromRow));
    let desk = world.desk_mut(clone, run.entity);
    for (part, new) in done {
        let left = match (from_disk, from_row) {
            (true, _) => desk.folder.files[*part].clone(),
            (_, true) => row.parts[*part].clone().map(File::stamped),
            _ => new.clone(),
        };
        desk.memory[*part] = Some(Memory { left });
    }
    if !done.is_empty() {
        desk.left_at = Some(desk.folder.place);
    }
}
