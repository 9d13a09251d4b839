//! What people do with git. It overwrites only files that are as HEAD has them, and asks a person about each collision.

use super::git::{Commit, FEATURE, MAIN};
use super::value::{Facet, Page, Token};
use super::world::{File, PARTS, Parts, World};

/// How collisions of a merge are decided: one bit each.
pub(crate) type Picks = u8;

/// Commits everything as it is; whoever commits has been shown what that displaces.
pub(crate) fn commit(world: &mut World, clone: usize) -> bool {
    let head = world.clones[clone].checkout.position().commit;
    let tree = worktree(world, clone);
    let before = world.git.commits[head].tree.clone();
    for (old, new) in before.iter().flatten().zip(tree.iter().flatten()) {
        match (old, new) {
            (Some(old), Some(new)) => discard(world, &old.page, &new.page),
            (Some(old), None) => world.give_up([&old.page]),
            (None, _) => {}
        }
    }
    let changes = before != tree;
    if changes {
        advance(world, clone, vec![head], tree);
    }
    changes
}

/// A commit that touches none of the documents.
pub(crate) fn commit_something_else(world: &mut World, clone: usize) {
    let head = world.clones[clone].checkout.position().commit;
    let tree = world.git.commits[head].tree.clone();
    advance(world, clone, vec![head], tree);
}

fn worktree(world: &World, clone: usize) -> Vec<Parts<File>> {
    world.clones[clone].desks.iter().map(|desk| desk.folder.files.clone()).collect()
}

/// What `new` says instead of `old` was chosen by somebody who saw both.
fn discard(world: &mut World, old: &Page, new: &Page) {
    for (facet, token) in old.facets() {
        world.give_up_for(token, new.said(facet));
    }
}

/// Makes a commit and moves the branch to it.
fn advance(world: &mut World, clone: usize, parents: Vec<usize>, tree: Vec<Parts<File>>) {
    world.show(tree.iter().flatten().flatten().map(|file| &file.page));
    world.git.commits.push(Commit { parents, tree });
    let commit = world.git.commits.len() - 1;
    let checkout = &mut world.clones[clone].checkout;
    checkout.branches[checkout.on] = Some(commit);
    checkout.moves += 1;
}

/// Makes the other branch here and goes there.
pub(crate) fn branch(world: &mut World, clone: usize) {
    let position = world.clones[clone].checkout.position();
    let checkout = &mut world.clones[clone].checkout;
    if checkout.branches[FEATURE].is_none() && world.git.remote[FEATURE].is_none() {
        checkout.branches[FEATURE] = Some(position.commit);
        checkout.on = FEATURE;
        checkout.moves += 1;
    }
}

/// Goes to another branch, if git lets.
pub(crate) fn switch(world: &mut World, clone: usize, to: usize) {
    let checkout = &world.clones[clone].checkout;
    let Some(target) = checkout.branches[to].or(world.git.remote[to]) else { return };
    if checkout.on != to && check_out(world, clone, target) {
        let checkout = &mut world.clones[clone].checkout;
        (checkout.on, checkout.branches[to]) = (to, Some(target));
        checkout.moves += 1;
    }
}

/// Brings the tree from HEAD to `target`. A changed file is carried along where both have the same text, else git
/// refuses.
fn check_out(world: &mut World, clone: usize, target: usize) -> bool {
    let head = world.clones[clone].checkout.position().commit;
    let [before, after] = [head, target].map(|commit| world.git.commits[commit].tree.clone());
    let is_dirty = |entity: usize, part: usize| {
        before[entity][part] != after[entity][part]
            && world.desk(clone, entity).folder.files[part] != before[entity][part]
    };
    if (0..before.len()).any(|entity| (0..PARTS).any(|part| is_dirty(entity, part))) {
        return false;
    }
    for (entity, (before, after)) in before.iter().zip(after).enumerate() {
        for (part, (_, new)) in before.iter().zip(after).enumerate().filter(|(_, (old, new))| *old != new) {
            world.desk_mut(clone, entity).lay(part, new);
        }
    }
    true
}

/// Merges the other branch into the main one.
pub(crate) fn merge_feature(world: &mut World, clone: usize, picks: Picks) {
    let checkout = &world.clones[clone].checkout;
    let feature = checkout.branches[FEATURE].or(world.git.remote[FEATURE]);
    if let (MAIN, Some(target)) = (checkout.on, feature) {
        merge(world, clone, target, picks);
    }
}

/// Merges what the remote has of this branch.
pub(crate) fn pull(world: &mut World, clone: usize, picks: Picks) {
    if let Some(target) = world.git.remote[world.clones[clone].checkout.on] {
        merge(world, clone, target, picks);
    }
}

/// Puts the own changes, as one commit, on top of what the remote has.
pub(crate) fn rebase(world: &mut World, clone: usize, picks: Picks) {
    if let Some(target) = world.git.remote[world.clones[clone].checkout.on] {
        join(world, clone, target, picks, true);
    }
}

/// Pushes, unless the remote has something that this branch lacks.
pub(crate) fn push(world: &mut World, clone: usize) {
    let checkout = &world.clones[clone].checkout;
    let (on, head) = (checkout.on, checkout.position().commit);
    if world.git.remote[on].is_none_or(|theirs| world.git.is_ancestor(theirs, head)) {
        world.git.remote[on] = Some(head);
    }
}

/// Commits the tree of HEAD's first parent.
pub(crate) fn revert(world: &mut World, clone: usize) {
    let head = world.clones[clone].checkout.position().commit;
    let Some(parent) = world.git.commits[head].parents.first().copied() else { return };
    if worktree(world, clone) == world.git.commits[head].tree {
        check_out(world, clone, parent);
        commit(world, clone);
    }
}

/// Merges `target` into HEAD.
pub(crate) fn merge(world: &mut World, clone: usize, target: usize, picks: Picks) {
    join(world, clone, target, picks, false);
}

fn join(world: &mut World, clone: usize, target: usize, picks: Picks, is_rebase: bool) {
    let head = world.clones[clone].checkout.position().commit;
    if world.git.is_ancestor(target, head) {
        return;
    }
    if world.git.is_ancestor(head, target) {
        if check_out(world, clone, target) {
            let checkout = &mut world.clones[clone].checkout;
            checkout.branches[checkout.on] = Some(target);
            checkout.moves += 1;
        }
        return;
    }
    if worktree(world, clone) != world.git.commits[head].tree {
        return;
    }
    let (ours, theirs) = if is_rebase { (target, head) } else { (head, target) };
    let tree: Vec<Parts<File>> = (0..world.scope.entities)
        .map(|entity| std::array::from_fn(|part| merged(world, ours, theirs, (entity, part), picks)))
        .collect();
    for (entity, files) in tree.iter().enumerate() {
        for (part, file) in files.iter().enumerate() {
            if world.desk(clone, entity).folder.files[part] == *file {
                continue;
            }
            world.desk_mut(clone, entity).lay(part, file.clone());
            if file.is_none() {
                // Whoever merges a deletion can have seen what lay there.
                let seen = world.desk(clone, entity).lay_there.clone();
                world.give_up(&seen);
            }
        }
    }
    let parents = if is_rebase { vec![target] } else { vec![head, target] };
    advance(world, clone, parents, tree);
}

/// One file of a merge.
fn merged(world: &mut World, ours: usize, theirs: usize, of: (usize, usize), picks: Picks) -> Option<File> {
    let picks = picks.rotate_left(3 * of.1 as u32);
    let bases = world.git.merge_bases(ours, theirs);
    let base = if let [base] = bases[..] { Some(world.git.file(base, of).cloned()) } else { None };
    let (ours, theirs) = (world.git.file(ours, of).cloned(), world.git.file(theirs, of).cloned());
    if ours == theirs || base.as_ref() == Some(&theirs) {
        return ours;
    }
    if base.as_ref() == Some(&ours) {
        return theirs;
    }
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => Some(both_changed(world, base.flatten(), &ours, &theirs, picks)),
        (ours, theirs) => one_deleted(world, ours, theirs, picks),
    }
}

fn one_deleted(world: &mut World, ours: Option<File>, theirs: Option<File>, picks: Picks) -> Option<File> {
    world.tally.decisions += 1;
    let (winner, loser) = if picks & 1 == 0 { (ours, theirs) } else { (theirs, ours) };
    if let (None, Some(loser)) = (&winner, loser) {
        world.give_up([&loser.page]);
    }
    winner
}

/// Facet by facet; where both changed one, the person who merges picks, and sees both.
fn both_changed(world: &mut World, base: Option<File>, ours: &File, theirs: &File, picks: Picks) -> File {
    let mut page = ours.page.clone();
    for (bit, facet) in Facet::ALL.into_iter().enumerate() {
        let said = |file: &File| file.page.said(facet);
        let (Some(mine), Some(other)) = (said(ours), said(theirs)) else { continue };
        let was = base.as_ref().and_then(said);
        let takes_theirs = match was {
            _ if mine == other => false,
            Some(was) if was == mine => true,
            Some(was) if was == other => false,
            _ => pick(world, picks >> bit, mine, other),
        };
        if takes_theirs {
            page = page.with(facet, other);
        }
    }
    world.tally.decisions += u64::from(!world.scope.has_driver);
    let stamp = merged_stamp(world, base.as_ref(), ours, theirs, &page, picks >> 3);
    File { page, stamp }
}

fn pick(world: &mut World, picks: Picks, mine: Token, other: Token) -> bool {
    world.tally.decisions += 1;
    let takes_theirs = picks & 1 == 1;
    let (winner, loser) = if takes_theirs { (other, mine) } else { (mine, other) };
    world.give_up_for(loser, Some(winner));
    takes_theirs
}

/// Our driver: the text's own hash if both inputs match theirs, else the stamp of ours. Without it the stamp is a line
/// like any other.
fn merged_stamp(
    world: &World,
    base: Option<&File>,
    ours: &File,
    theirs: &File,
    page: &Page,
    picks: Picks,
) -> Option<Page> {
    let is_clean = |file: &File| file.stamp.as_ref() == Some(&file.page);
    let was = base.map(|base| &base.stamp);
    match world.scope.has_driver {
        true if is_clean(ours) && is_clean(theirs) => Some(page.clone()),
        true => ours.stamp.clone(),
        false if was == Some(&ours.stamp) => theirs.stamp.clone(),
        false if was == Some(&theirs.stamp) || picks & 1 == 0 => ours.stamp.clone(),
        false => theirs.stamp.clone(),
    }
}
