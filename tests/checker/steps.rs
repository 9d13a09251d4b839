//! Everything that can happen: what people, their programs, and syncs do.

use std::fmt;

use instep::reconcile::RowState;

use super::git_steps::{self, Picks};
use super::mutants::Mutant;
use super::value::{Author, Facet, Field, Page};
use super::world::{Broken, File, Folder, Memory, PARTS, Parts, Place, Row, World};
use super::{laws, owners, sync};

/// One part of one entity in one clone.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct At {
    pub(crate) clone: usize,
    pub(crate) entity: usize,
    pub(crate) part: usize,
}

/// One part of one entity in one clone.
pub(crate) const fn at(clone: usize, entity: usize, part: usize) -> At {
    At { clone, entity, part }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clone, entity, part } = self;
        write!(f, "at({clone}, {entity}, {part})")
    }
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// Somebody changes a file.
    Edit(At, Facet),
    /// An editor reads a file.
    Open(At),
    /// An editor that has not read its file again changes and saves it.
    SaveStale(At, Facet),
    /// An editor saves what it once read, unchanged.
    PutBack(At),
    /// Somebody reads a file that is as a sync left it and writes it anew, without its stamp.
    DropStamp(At),
    /// Somebody writes a text of his own in place of a file.
    Replace(At),
    /// Somebody deletes one file.
    DeletePart(At),
    /// Somebody deletes a folder.
    Delete(At),
    /// Somebody moves a folder.
    Move(At, Place),
    /// Somebody lets two folders have each other's place.
    Swap(At),
    /// Somebody deletes the other folder and puts this one in its place.
    TakePlace(At),
    /// `cp -r` of a folder.
    Copy(At, Place),
    /// Somebody changes a file of a copy.
    EditCopy(At, Facet),
    /// Somebody moves a copy.
    MoveCopy(At, Place),
    /// Somebody deletes a copy.
    DeleteCopy(At),
    /// Another program moves a row.
    SqlMove(At, Place),
    /// A command changes a field on both sides.
    Command(At, Field),
    /// Another program changes a column.
    Sql(At, Facet),
    /// Another program deletes a row.
    SqlDelete(At),
    /// A clone forgets what it left.
    Forget(At),
    /// A sync goes on by one step, or begins.
    Advance(At),
    /// The sync that is under way is killed.
    Crash(At),
    /// A sync from beginning to end.
    Sync(At),
    /// The same with `--pull`.
    SyncPull(At),
    /// A database is lost, and a new one takes its place.
    LoseDatabase(At),
    /// `git commit -a`.
    Commit(At),
    /// A commit that touches no document.
    CommitElse(At),
    /// `git switch -c`.
    Branch(At),
    /// `git switch`.
    Switch(At, usize),
    /// `git merge` of the other branch into the main one.
    Merge(At, Picks),
    /// `git pull`.
    PullGit(At, Picks),
    /// `git pull --rebase`.
    Rebase(At, Picks),
    /// `git push`.
    Push(At),
    /// `git revert HEAD`.
    Revert(At),
}

/// What of its place a step looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// One part in one clone.
    Part,
    /// One entity in one clone.
    Entity,
    /// One clone.
    Clone,
    /// One entity in the database of a clone.
    Row,
    /// The database of a clone.
    Database,
}

impl Step {
    /// What of its place it looks at.
    pub(crate) const fn reach(self) -> Reach {
        match self {
            Self::Edit(..)
            | Self::Open(_)
            | Self::SaveStale(..)
            | Self::PutBack(_)
            | Self::DropStamp(_)
            | Self::Replace(_)
            | Self::DeletePart(_)
            | Self::EditCopy(..) => Reach::Part,
            Self::Delete(_)
            | Self::Move(..)
            | Self::TakePlace(_)
            | Self::Copy(..)
            | Self::MoveCopy(..)
            | Self::DeleteCopy(_)
            | Self::Command(..) => Reach::Entity,
            Self::Sql(..) | Self::SqlMove(..) | Self::SqlDelete(_) => Reach::Row,
            Self::LoseDatabase(_) => Reach::Database,
            Self::Swap(_)
            | Self::Forget(_)
            | Self::Advance(_)
            | Self::Crash(_)
            | Self::Sync(_)
            | Self::SyncPull(_)
            | Self::Commit(_)
            | Self::CommitElse(_)
            | Self::Branch(_)
            | Self::Switch(..)
            | Self::Merge(..)
            | Self::PullGit(..)
            | Self::Rebase(..)
            | Self::Push(_)
            | Self::Revert(_) => Reach::Clone,
        }
    }
}

/// Lets `step` happen.
pub(crate) fn take(world: &mut World, step: Step) -> Result<(), Broken> {
    match step {
        Step::Edit(at, facet) => edit(world, at, facet),
        Step::Open(at) => open(world, at),
        Step::SaveStale(at, facet) => save_stale(world, at, facet),
        Step::PutBack(at) => put_back(world, at),
        Step::DropStamp(at) => drop_stamp(world, at),
        Step::Replace(at) => replace(world, at),
        Step::DeletePart(at) => delete(world, at, &[at.part]),
        Step::Delete(at) => delete(world, at, &[0, 1]),
        Step::Move(at, to) => relocate(world, at, to),
        Step::Swap(at) => swap(world, at),
        Step::TakePlace(at) => take_place(world, at),
        Step::Copy(at, to) => copy(world, at, to),
        Step::EditCopy(at, facet) => edit_copy(world, at, facet),
        Step::MoveCopy(at, to) => move_copy(world, at, to),
        Step::DeleteCopy(at) => delete_copy(world, at),
        Step::SqlMove(at, to) => sql_move(world, at, to),
        Step::Command(at, field) => command(world, at, Facet::Value(field))?,
        Step::Sql(at, facet) => sql(world, at, facet),
        Step::SqlDelete(at) => sql_delete(world, at),
        Step::Forget(at) => forget(world, at),
        Step::Advance(at) => sync::step(world, at.clone, false)?,
        Step::Crash(at) => world.clones[at.clone].run = None,
        Step::Sync(at) => {
            sync::whole(world, at.clone, false)?;
            laws::second_sync_does_nothing(world, at.clone)?;
        }
        Step::SyncPull(at) => sync::whole(world, at.clone, true)?,
        Step::LoseDatabase(at) => lose_database(world, at),
        Step::Commit(at) => drop(git_steps::commit(world, at.clone)),
        Step::CommitElse(at) => git_steps::commit_something_else(world, at.clone),
        Step::Branch(at) => git_steps::branch(world, at.clone),
        Step::Switch(at, to) => git_steps::switch(world, at.clone, to),
        Step::Merge(at, picks) => git_steps::merge_feature(world, at.clone, picks),
        Step::PullGit(at, picks) => git_steps::pull(world, at.clone, picks),
        Step::Rebase(at, picks) => git_steps::rebase(world, at.clone, picks),
        Step::Push(at) => git_steps::push(world, at.clone),
        Step::Revert(at) => git_steps::revert(world, at.clone),
    }
    Ok(())
}

fn edit(world: &mut World, at: At, facet: Facet) {
    let Some(file) = world.desk(at.clone, at.entity).folder.files[at.part].clone() else { return };
    let page = changed(world, &file.page, facet, Author::Clone(at.clone));
    world.desk_mut(at.clone, at.entity).lay(at.part, Some(File { page, ..file }));
}

/// `page` with something new at `facet`.
fn changed(world: &mut World, page: &Page, facet: Facet, author: Author) -> Page {
    match page.said(facet) {
        None => page.clone(),
        Some(saw) => page.with(facet, world.lineage.after(saw, author)),
    }
}

/// Nothing tells how old the text of a buffer without a stamp is, so no editor keeps one.
fn open(world: &mut World, at: At) {
    let desk = world.desk_mut(at.clone, at.entity);
    if let Some(file) = desk.folder.files[at.part].clone().filter(|file| file.stamp.is_some()) {
        desk.buffers[at.part] = Some(file);
    }
}

fn save_stale(world: &mut World, at: At, facet: Facet) {
    let Some(buffer) = world.desk(at.clone, at.entity).buffers[at.part].clone() else { return };
    let page = changed(world, &buffer.page, facet, Author::Clone(at.clone));
    world.desk_mut(at.clone, at.entity).buffers[at.part] = Some(File { page, ..buffer });
    put_back(world, at);
}

fn put_back(world: &mut World, at: At) {
    let place = world.row(at.clone, at.entity).place;
    let is_free = world.is_free(at.clone, place);
    let desk = world.desk_mut(at.clone, at.entity);
    let Some(buffer) = desk.buffers[at.part].clone() else { return };
    if desk.folder.is_empty() {
        if !is_free {
            return;
        }
        desk.folder.place = place;
    }
    desk.lay(at.part, Some(buffer));
}

/// Nothing tells what a text without a stamp derives from but the memory of what was left: so only a file that is as
/// it was left is written anew without one, and not while a sync is about to change that memory.
fn is_as_left(world: &World, at: At) -> bool {
    let desk = world.desk(at.clone, at.entity);
    let left = desk.memory[at.part].as_ref().and_then(|memory| memory.left.as_ref());
    left.is_some() && left == desk.folder.files[at.part].as_ref() && world.clones[at.clone].run.is_none()
}

fn drop_stamp(world: &mut World, at: At) {
    if is_as_left(world, at) {
        let files = &mut world.desk_mut(at.clone, at.entity).folder.files;
        files[at.part].iter_mut().for_each(|file| file.stamp = None);
    }
}

/// The new text has nothing to do with the old one, which its author saw.
fn replace(world: &mut World, at: At) {
    if !is_as_left(world, at) {
        return;
    }
    let Some(file) = world.desk(at.clone, at.entity).folder.files[at.part].clone() else { return };
    world.give_up([&file.page]);
    let author = Author::Clone(at.clone);
    let fresh = |page: Page, facet| page.with(facet, world.lineage.first(author));
    let page = Facet::ALL.into_iter().fold(file.page, fresh);
    world.desk_mut(at.clone, at.entity).lay(at.part, Some(File { page, stamp: None }));
}

fn delete(world: &mut World, at: At, parts: &[usize]) {
    for part in parts {
        let desk = world.desk_mut(at.clone, at.entity);
        desk.buffers[*part] = None;
        if desk.folder.files[*part].is_some() {
            desk.lay(*part, None);
            let seen = desk.lay_there.clone();
            world.give_up(&seen);
        }
    }
}

fn relocate(world: &mut World, at: At, to: Place) {
    if world.is_free(at.clone, to) {
        world.desk_mut(at.clone, at.entity).folder.place = to;
    }
}

fn swap(world: &mut World, at: At) {
    let places = world.clones[at.clone].desks.iter().map(|desk| desk.folder.place).rev().collect::<Vec<_>>();
    let desks = &mut world.clones[at.clone].desks;
    if desks.iter().all(|desk| !desk.folder.is_empty()) {
        desks.iter_mut().zip(places).for_each(|(desk, place)| desk.folder.place = place);
    }
}

fn take_place(world: &mut World, at: At) {
    let entity = (at.entity + 1) % world.scope.entities;
    let place = world.desk(at.clone, entity).folder.place;
    delete(world, At { entity, ..at }, &[0, 1]);
    relocate(world, at, place);
}

fn copy(world: &mut World, at: At, to: Place) {
    let folder = world.desk(at.clone, at.entity).folder.clone();
    if !folder.is_empty() && world.is_free(at.clone, to) {
        world.clones[at.clone].copies.push((at.entity, Folder { place: to, ..folder }));
    }
}

/// Where the first copy of an entity is.
fn first_copy(world: &World, at: At) -> Option<usize> {
    world.clones[at.clone].copies.iter().position(|(of, _)| *of == at.entity)
}

fn edit_copy(world: &mut World, at: At, facet: Facet) {
    let Some(copy) = first_copy(world, at) else { return };
    let Some(file) = world.clones[at.clone].copies[copy].1.files[at.part].clone() else { return };
    let page = changed(world, &file.page, facet, Author::Clone(at.clone));
    world.clones[at.clone].copies[copy].1.files[at.part] = Some(File { page, ..file });
}

fn move_copy(world: &mut World, at: At, to: Place) {
    if let (Some(copy), true) = (first_copy(world, at), world.is_free(at.clone, to)) {
        world.clones[at.clone].copies[copy].1.place = to;
    }
}

fn delete_copy(world: &mut World, at: At) {
    if let Some(copy) = first_copy(world, at) {
        let (entity, folder) = world.clones[at.clone].copies.remove(copy);
        owners::throw_away(world, at.clone, entity, &folder);
    }
}

/// The overlay: a value that another program or a command gives is taken by every place that said the same.
fn overlaid(parts: &Parts<Page>, facet: Facet, new: &Page) -> Parts<Page> {
    let before = parts[0].as_ref().and_then(|page| page.said(facet));
    let follows = |part: usize, page: &Page| match (facet, new.said(facet)) {
        (_, _) if part == 0 => new.clone(),
        (Facet::Value(_), Some(token)) if page.said(facet) == before => page.with(facet, token),
        _ => page.clone(),
    };
    std::array::from_fn(|part| parts[part].as_ref().map(|page| follows(part, page)))
}

fn sql(world: &mut World, at: At, facet: Facet) {
    let parts = world.row(at.clone, at.entity).parts.clone();
    let (RowState::Live, Some(first)) = (world.row(at.clone, at.entity).state, &parts[0]) else { return };
    let new = changed(world, first, facet, Author::Outside);
    let parts = overlaid(&parts, facet, &new);
    world.show(parts.iter().flatten());
    world.row_mut(at.clone, at.entity).write(RowState::Live, parts, Author::Outside);
}

fn sql_move(world: &mut World, at: At, to: Place) {
    let is_taken = world.is_claimed(at.clone, to);
    let row = world.row_mut(at.clone, at.entity);
    if row.state == RowState::Live && !is_taken {
        row.write(RowState::Live, row.parts.clone(), Author::Outside);
        row.place = to;
    }
}

fn sql_delete(world: &mut World, at: At) {
    let parts = world.row(at.clone, at.entity).parts.clone();
    if world.row(at.clone, at.entity).state == RowState::Live {
        world.give_up(parts.iter().flatten());
        world.row_mut(at.clone, at.entity).write(RowState::Tombstone, parts, Author::Outside);
    }
}

fn forget(world: &mut World, at: At) {
    for desk in &mut world.clones[at.clone].desks {
        (desk.memory, desk.left_at) = (Default::default(), None);
    }
}

/// What only that database had seen, nobody has seen now, and its records are gone with it.
fn lose_database(world: &mut World, at: At) {
    let database = world.clones[at.clone].database;
    let lost = world.databases[database].clone();
    world.databases[database] = (0..world.scope.entities).map(|entity| Row::never(entity as Place).into()).collect();
    for clone in world.clones.iter_mut().filter(|clone| clone.database == database) {
        clone.desks.iter_mut().for_each(|desk| (desk.memory, desk.left_at) = (Default::default(), None));
        clone.run = None;
    }
    let recorded = lost.iter().flat_map(|row| row.recorded.iter().copied());
    recorded.collect::<Vec<_>>().into_iter().for_each(|token| world.give_up_for(token, None));
    let in_rows = world.databases.iter().flatten().flat_map(|row| &row.revisions).flat_map(|at| at.parts.iter());
    let in_git = world.git.commits.iter().flat_map(|commit| commit.tree.iter().flatten().flatten());
    let pages: Vec<&Page> = in_rows.flatten().chain(in_git.map(|file| &file.page)).collect();
    let seen = world.lineage.lines(pages.into_iter().flat_map(Page::tokens));
    world.ledger.seen.retain(|token| seen.contains(token));
}

/// A command syncs first; then it changes the row, and each file that has a place for it. A text that waits for
/// something else goes on waiting: it gets the new value, and its stamp moves on if it derived from the head.
fn command(world: &mut World, at: At, facet: Facet) -> Result<(), Broken> {
    sync::whole(world, at.clone, false)?;
    let row = world.row(at.clone, at.entity).clone();
    let folder = &world.desk(at.clone, at.entity).folder;
    let is_complete = (0..PARTS).all(|part| row.parts[part].is_some() == folder.files[part].is_some());
    let (RowState::Live, true, Some(first)) = (row.state, is_complete, &row.parts[0]) else { return Ok(()) };
    let new = changed(world, first, facet, Author::Clone(at.clone));
    let parts = overlaid(&row.parts, facet, &new);
    for (part, (old, new)) in row.parts.iter().zip(&parts).enumerate() {
        if let (Some(old), Some(new)) = (old, new) {
            follow(world, At { part, ..at }, facet, old, new);
        }
    }
    world.show(parts.iter().flatten());
    world.row_mut(at.clone, at.entity).write(RowState::Live, parts, Author::Clone(at.clone));
    Ok(())
}

/// Lets a file say at `facet` what its row says now.
fn follow(world: &mut World, at: At, facet: Facet, old: &Page, new: &Page) {
    let Some(file) = world.desk(at.clone, at.entity).folder.files[at.part].clone() else { return };
    let (Some(said), Some(token)) = (file.page.said(facet), new.said(facet)) else { return };
    let page = file.page.with(facet, token);
    let is_in_step = file.page == *old;
    let derives = file.stamp.as_ref() == Some(old) && !world.is(Mutant::R22);
    let stamp = if is_in_step || derives { Some(new.clone()) } else { file.stamp };
    if !world.lineage.knows(token, said) {
        world.row_mut(at.clone, at.entity).recorded.insert(said);
    }
    world.row_mut(at.clone, at.entity).kept.insert(file.page);
    let seen = world.clones[at.clone].checkout.position();
    let desk = world.desk_mut(at.clone, at.entity);
    let file = File { page, stamp };
    if is_in_step {
        desk.memory[at.part] = Some(Memory { left: Some(file.clone()), seen });
    }
    desk.lay(at.part, Some(file));
}
