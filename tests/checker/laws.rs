//! The laws that hold when nothing is under way: nothing is lost silently, and everybody ends with the same.
//!
//! P1, P3 and P10 hold at every moment and are asked where a sync commits and writes.

use instep::reconcile::{RowState, Side};

use super::git::{FEATURE, MAIN};
use super::value::{Page, Token};
use super::world::{Broken, World};
use super::{git_steps, sync};

/// How many times everybody syncs in the end before it must be quiet.
const ROUNDS: usize = 8;

/// P4: the second sync does nothing.
pub(crate) fn second_sync_does_nothing(world: &World, clone: usize) -> Result<(), Broken> {
    let mut again = world.clone();
    sync::whole(&mut again, clone, false)?;
    let desks = |world: &World| world.clones[clone].desks.iter().map(|desk| desk.folder.clone()).collect::<Vec<_>>();
    if again.databases != world.databases {
        return Err("P4: the second sync changed a row");
    }
    if desks(&again) != desks(world) {
        return Err("P4: the second sync changed a file");
    }
    Ok(())
}

/// The end of a history: everybody is interrupted, syncs, and decides what waits, until nothing moves; then the laws.
pub(crate) fn finish(world: &mut World, choose: &mut dyn FnMut() -> Side) -> Result<(), Broken> {
    world.clones.iter_mut().for_each(|clone| clone.run = None);
    for round in 0.. {
        let state = |world: &World| (world.clones.clone(), world.databases.clone(), world.git.clone());
        let before = state(world);
        for clone in 0..world.clones.len() {
            settle_and_sync(world, clone, choose)?;
            if world.scope.has_git {
                bring_to_main(world, clone, choose)?;
            }
        }
        if before == state(world) {
            break;
        }
        if round == ROUNDS {
            return Err("P5: it never becomes quiet");
        }
    }
    (0..world.clones.len()).try_for_each(|clone| second_sync_does_nothing(world, clone))?;
    everybody_has_the_same(world)?;
    nothing_is_lost(world)
}

fn settle_and_sync(world: &mut World, clone: usize, choose: &mut dyn FnMut() -> Side) -> Result<(), Broken> {
    sync::whole(world, clone, true)?;
    (0..world.scope.entities).try_for_each(|entity| sync::settle(world, clone, entity, choose))
}

/// Commits, goes to the main branch, merges whatever there is, and pushes.
fn bring_to_main(world: &mut World, clone: usize, choose: &mut dyn FnMut() -> Side) -> Result<(), Broken> {
    let mut picks = || (0..8).fold(0, |picks, _| picks << 1 | u8::from(choose() == Side::File));
    let picks = [picks(), picks()];
    git_steps::commit(world, clone);
    if world.clones[clone].checkout.on == FEATURE {
        git_steps::pull(world, clone, picks[0]);
        git_steps::switch(world, clone, MAIN);
        settle_and_sync(world, clone, choose)?;
        git_steps::commit(world, clone);
    }
    let tips = [world.git.remote[MAIN], world.git.remote[FEATURE], world.clones[clone].checkout.branches[FEATURE]];
    tips.into_iter().flatten().for_each(|tip| git_steps::merge(world, clone, tip, picks[1]));
    settle_and_sync(world, clone, choose)?;
    git_steps::commit(world, clone);
    world.git.remote[MAIN] = Some(world.clones[clone].checkout.position().commit);
    Ok(())
}

/// P5: every tree says what its rows say.
fn everybody_has_the_same(world: &World) -> Result<(), Broken> {
    for clone in 0..world.clones.len() {
        for entity in 0..world.scope.entities {
            let (row, folder) = (world.row(clone, entity), &world.desk(clone, entity).folder);
            let files = folder.files.clone().map(|file| file.map(|file| file.page));
            match row.state {
                RowState::Live if files != row.parts => return Err("P5: a file does not say what its row says"),
                RowState::Live if folder.place != row.place => return Err("P5: a folder is not where its row is"),
                RowState::Live => {}
                _ if !folder.is_empty() => return Err("P5: a file is there without a row"),
                _ => {}
            }
            if folder.files != world.desk(0, entity).folder.files {
                return Err("P5: two clones have different files");
            }
        }
    }
    Ok(())
}

/// P2: whatever was shown to anybody went into the final values, or is on record, or was given up by somebody.
fn nothing_is_lost(world: &World) -> Result<(), Broken> {
    let rows = || world.databases.iter().flatten();
    let live = rows().filter(|row| row.state == RowState::Live).flat_map(|row| row.parts.iter().flatten());
    let recorded = rows().flat_map(|row| row.recorded.iter().copied());
    let accounted = world.lineage.lines(live.flat_map(Page::tokens).chain(recorded));
    let given_up = &world.ledger.given_up;
    let is_lost = |token: &Token| !accounted.contains(token) && !given_up.contains(token);
    if world.ledger.seen.iter().any(is_lost) { Err("P2: something that was seen is lost silently") } else { Ok(()) }
}
