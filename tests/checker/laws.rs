//! The laws that hold when nothing is under way: nothing is lost silently, and everybody ends with the same.
//!
//! P1, P3 and P10 hold at every moment and are asked where a sync commits and writes.

use std::collections::HashSet;

use instep::reconcile::{RowState, Side};

use super::sync;
use super::value::{Page, Token};
use super::world::{Broken, World};

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
        let before = (world.clones.clone(), world.databases.clone());
        for clone in 0..world.clones.len() {
            sync::whole(world, clone, true)?;
            (0..world.scope.entities).try_for_each(|entity| sync::settle(world, clone, entity, choose))?;
        }
        if before == (world.clones.clone(), world.databases.clone()) {
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
        }
    }
    Ok(())
}

/// P2: whatever was shown to anybody went into the final values, or is on record, or was given up by somebody.
fn nothing_is_lost(world: &World) -> Result<(), Broken> {
    let rows = || world.databases.iter().flatten();
    let live = rows().filter(|row| row.state == RowState::Live).flat_map(|row| row.parts.iter().flatten());
    let recorded = rows().flat_map(|row| row.recorded.iter().copied());
    let given_up = world.ledger.given_up.iter().copied();
    let mut accounted: HashSet<Token> = HashSet::new();
    for token in live.flat_map(Page::tokens).chain(recorded).chain(given_up) {
        let line = std::iter::successors(Some(token), |token| world.lineage.parent(*token));
        for token in line {
            if !accounted.insert(token) {
                break;
            }
        }
    }
    let is_lost = world.ledger.seen.iter().any(|token| !accounted.contains(token));
    if is_lost { Err("P2: something that was seen is lost silently") } else { Ok(()) }
}
