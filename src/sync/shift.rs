//! Moves the folders of a batch: a sprint before its tasks, and nobody into a folder that did not get where it belongs.

use std::collections::BTreeSet;

use super::files::Written;
use super::prepare::{Prepared, Relocation};
use super::{SyncError, Workspace};
use crate::model::{DocPath, EntityId, EntityKind};
use crate::store::MovedSprint;
use crate::tree::{FolderMove, TreeError};

/// A folder that waits for its move.
#[derive(Debug, Clone)]
struct Waiting {
    id: EntityId,
    kind: EntityKind,
    from: DocPath,
    to: DocPath,
}

/// Moves the folders of `batch`; what could not be moved is postponed and listed.
pub(super) fn move_folders(ws: &Workspace, batch: &[Prepared], written: &mut Written) -> Result<(), SyncError> {
    let waiting = |prepared: &Prepared| {
        let relocation = prepared.relocation.as_ref()?;
        let (from, to) = (relocation.from.clone(), relocation.to.clone());
        Some(Waiting { id: prepared.step.entity, kind: prepared.step.kind, from, to })
    };
    let mut waiting: Vec<Waiting> = batch.iter().filter_map(waiting).collect();
    let mut moved = BTreeSet::new();
    while let Some((at, is_free)) = next(&waiting) {
        let step = waiting.remove(at);
        let outcome = if written.is_stuck(&step.to) { Ok(false) } else { shift(ws, &step, is_free)?.map(|()| true) };
        match outcome {
            Ok(true) => {
                moved.insert(step.id);
                moved.extend(follow(&mut waiting, &step, is_free));
            }
            Ok(false) => written.postponed.push(step.id),
            Err(error) => {
                written.postpone(step.id, &step.from, &error);
                written.stuck.push(step.to);
            }
        }
    }
    for prepared in batch.iter().filter(|prepared| moved.contains(&prepared.step.entity)) {
        let Some(Relocation { from, to, left }) = &prepared.relocation else { continue };
        written.left.left.extend(left.iter().cloned());
        if prepared.step.kind == EntityKind::Sprint {
            let (sprint, from, to) = (prepared.step.entity, from.clone(), to.clone());
            written.left.moved.push(MovedSprint { sprint, from, to });
        }
    }
    Ok(())
}

/// The next to move: of sprints before others, one whose target nobody lies in, or else one of a ring.
fn next(waiting: &[Waiting]) -> Option<(usize, bool)> {
    let first = waiting.iter().map(|step| step.kind != EntityKind::Sprint).min()?;
    let candidates = || (0..waiting.len()).filter(|at| (waiting[*at].kind != EntityKind::Sprint) == first);
    let is_free = |at: &usize| !waiting.iter().any(|other| other.from == waiting[*at].to);
    candidates().find(is_free).map(|at| (at, true)).or_else(|| candidates().next().map(|at| (at, false)))
}

/// Moves one folder to a free place, or lets it change places with whoever lies there.
fn shift(ws: &Workspace, step: &Waiting, is_free: bool) -> Result<Result<(), TreeError>, SyncError> {
    if !is_free {
        return Ok(ws.tree.swap_folders(&step.from, &step.to));
    }
    let moved = ws.tree.move_folders(&[FolderMove { from: step.from.clone(), to: step.to.clone() }])?;
    Ok(moved.into_iter().next().unwrap_or(Ok(())))
}

/// Lets those that wait start from where they lie now; tells who is where it belongs already.
fn follow(waiting: &mut Vec<Waiting>, step: &Waiting, is_free: bool) -> Vec<EntityId> {
    for other in waiting.iter_mut() {
        if other.from.is_within(&step.from) {
            other.from = rebased(&other.from, &step.from, &step.to);
        } else if !is_free && other.from.is_within(&step.to) {
            other.from = rebased(&other.from, &step.to, &step.from);
        }
    }
    let (there, rest): (Vec<_>, Vec<_>) = std::mem::take(waiting).into_iter().partition(|step| step.from == step.to);
    *waiting = rest;
    there.into_iter().map(|step| step.id).collect()
}

/// Where `path`, which lies in `from`, lies when that folder is called `to`.
pub(super) fn rebased(path: &DocPath, from: &DocPath, to: &DocPath) -> DocPath {
    let rest = &path.as_str()[from.as_str().len()..];
    DocPath::new(&format!("{to}{rest}")).expect("a path below a path is one")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn path(text: &str) -> DocPath {
        DocPath::new(text).expect("a good path")
    }

    fn waiting(kind: EntityKind, from: &str, to: &str) -> Waiting {
        Waiting { id: EntityId::new(Uuid::nil()), kind, from: path(from), to: path(to) }
    }

    /// Every step in the order taken; one of a ring is marked.
    fn order(mut all: Vec<Waiting>) -> Vec<String> {
        let mut told = Vec::new();
        while let Some((at, is_free)) = next(&all) {
            let step = all.remove(at);
            told.push(format!("{} {} {}", step.from, if is_free { ">" } else { "<>" }, step.to));
            follow(&mut all, &step, is_free);
        }
        told
    }

    #[test]
    fn a_task_starts_from_where_its_sprint_has_come_to() {
        let told = order(vec![
            waiting(EntityKind::Task, "s/old/a", "s/new/b"),
            waiting(EntityKind::Sprint, "s/old", "s/new"),
            waiting(EntityKind::Task, "b/x", "s/new/a"),
        ]);
        assert_eq!(told, ["s/old > s/new", "s/new/a > s/new/b", "b/x > s/new/a"]);
    }

    #[test]
    fn cc20_a_ring_goes_round_and_takes_along_what_lies_in_it() {
        let told = order(vec![
            waiting(EntityKind::Sprint, "s/1", "s/2"),
            waiting(EntityKind::Sprint, "s/2", "s/1"),
            waiting(EntityKind::Task, "s/2/a", "s/1/b"),
        ]);
        assert_eq!(told, ["s/1 <> s/2", "s/1/a > s/1/b"]);
    }

    #[test]
    fn whoever_leaves_a_place_goes_first() {
        let told = order(vec![waiting(EntityKind::Task, "b/1", "b/2"), waiting(EntityKind::Task, "b/2", "b/3")]);
        assert_eq!(told, ["b/2 > b/3", "b/1 > b/2"]);
    }
}
