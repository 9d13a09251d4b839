//! The laws that hold when nothing is under way: nothing is lost silently, and everybody ends with the same.
//!
//! P1, P3 and P10 hold at every moment and are asked where a sync commits and writes.

use std::collections::BTreeSet;

use instep::reconcile::{FileAction, FileState, Movement, RowState, Side, Verdict};

use super::facts::TinyCase;
use super::git::{FEATURE, MAIN};
use super::value::{Facet, Page, Token};
use super::world::{Broken, File, Place, World};
use super::{git_steps, owners, sync};

/// How many times everybody syncs in the end before it must be quiet.
const ROUNDS: usize = 8;

/// P3: an entity that was deleted and committed is made again only with something new in it.
pub(crate) fn nothing_deleted_is_made_again(world: &World, clone: usize, entity: usize) -> Result<(), Broken> {
    let head = world.clones[clone].checkout.position().commit;
    let is_old = |(part, page): (usize, &Page)| {
        let of = (entity, part);
        let is_known_to = |old: &File| {
            page.facets().all(|(facet, said)| old.page.said(facet).is_some_and(|old| world.lineage.knows(old, said)))
        };
        let git_had = |(facet, token): (Facet, Token)| {
            let says = |page: &Page| page.said(facet) == Some(token);
            world.git.versions(head, of).any(|old| says(&old.page) || old.stamp.as_ref().is_some_and(says))
        };
        world.git.file(head, of).is_none() && world.git.deleted(head, of).any(is_known_to) && page.facets().all(git_had)
    };
    let row = world.row(clone, entity);
    let mut parts = row.parts.iter().enumerate().filter_map(|(part, page)| Some((part, page.as_ref()?)));
    if world.scope.has_git && world.desk(clone, entity).folder.is_empty() && parts.all(is_old) {
        return Err("P3: a deleted entity was made again without anything new");
    }
    Ok(())
}

/// A tombstone removes no text that git put there, and going to another branch changes no text unasked.
pub(crate) fn leaves_git_its_texts(case: &TinyCase, verdict: &Verdict<usize, Page>) -> Result<(), Broken> {
    for (name, file) in &verdict.files {
        let part = &case.parts[name];
        let FileState::Present(text) = &part.file else { continue };
        let by_git = part.git.is_heads_text && !text.is_as_left;
        let is_news = part.git.was_touched || part.git.left_is_in_history;
        let went_elsewhere = part.git.movement == Movement::Sideways && is_news && !case.circumstances.pull;
        match &file.action {
            FileAction::Remove if by_git && case.row == RowState::Tombstone => {
                return Err("a tombstone removed what git put there");
            }
            FileAction::Write(page) if by_git && went_elsewhere && *page != text.content => {
                return Err("a text on another branch was changed unasked");
            }
            _ => {}
        }
    }
    Ok(())
}

/// No two live rows have one place.
pub(crate) fn every_row_has_its_place(world: &World, clone: usize) -> Result<(), Broken> {
    let live = || world.rows(clone).iter().filter(|row| row.state == RowState::Live);
    let places: BTreeSet<Place> = live().map(|row| row.place).collect();
    if places.len() == live().count() { Ok(()) } else { Err("two rows have one place") }
}

/// P4: the second sync does nothing.
pub(crate) fn second_sync_does_nothing(world: &World, clone: usize) -> Result<(), Broken> {
    let mut again = world.clone();
    sync::whole(&mut again, clone, false)?;
    let folders = |world: &World| world.folders(clone).map(|(of, folder)| (of, folder.clone())).collect::<Vec<_>>();
    if again.databases != world.databases {
        return Err("P4: the second sync changed a row");
    }
    if folders(&again) != folders(world) {
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
    owners::clear_up(world, clone);
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
