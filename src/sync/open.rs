//! What waits for a decision, or was decided already: so that each conflict is recorded once, and closed when it is over.

use std::collections::BTreeSet;

use super::Workspace;
use super::plan::RowDeed;
use super::prepare::Prepared;
use crate::model::{CloneId, Conflict, ConflictId, ConflictKind, ConflictState, DocPath, EntityId, NewConflict};
use crate::store::{ChangeSet, Committed};

/// How a conflict is closed in favour of the row.
pub(super) const TAKE_ROW: &str = "take-db";

/// The conflicts that are known, and who asks: what stems from the files of another working copy is never over here.
pub(super) struct OpenConflicts {
    known: Vec<Conflict>,
    clone: CloneId,
    /// How many more this run opened.
    opened: usize,
    /// Which of them it closed.
    closed: BTreeSet<ConflictId>,
}

impl OpenConflicts {
    /// Those that a look saw.
    pub(super) fn seen(ws: &Workspace, known: Vec<Conflict>) -> Self {
        Self { known, clone: ws.clone, opened: 0, closed: BTreeSet::new() }
    }

    /// Adds those that a further look saw.
    pub(super) fn see(&mut self, more: Vec<Conflict>) {
        let seen: BTreeSet<ConflictId> = more.iter().map(|conflict| conflict.id).collect();
        self.known.retain(|conflict| !seen.contains(&conflict.id));
        self.known.extend(more);
    }

    /// Takes note of what was stored of them.
    pub(super) fn note(&mut self, changes: &ChangeSet, committed: &Committed) {
        self.opened += changes.opened(committed);
        self.closed.extend(changes.resolved.iter().map(|(id, _)| *id));
    }

    /// How many wait for a decision.
    pub(super) fn count(&self) -> usize {
        let is_open = |known: &&Conflict| known.state == ConflictState::Open && !self.closed.contains(&known.id);
        self.opened + self.known.iter().filter(is_open).count()
    }

    /// Open ones that this working copy can tell about.
    pub(super) fn own(&self) -> impl Iterator<Item = &Conflict> {
        self.known.iter().filter(|known| known.state == ConflictState::Open && known.is_seen_by(self.clone))
    }

    /// Conflicts that nobody recorded before: an open one stays as it is. What was decided for the row is so still
    /// while the very same text lies there, held by something else.
    pub(super) fn unrecorded(&self, conflicts: &[NewConflict]) -> Vec<NewConflict> {
        let is_settled = |known: &Conflict| known.resolution.as_deref() == Some(TAKE_ROW) && !known.what.kind.is_hold();
        let stands = |known: &Conflict| known.state == ConflictState::Open || is_settled(known);
        let is_known =
            |conflict: &&NewConflict| self.known.iter().any(|known| stands(known) && is_same(&known.what, conflict));
        conflicts.iter().filter(|conflict| !is_known(conflict)).cloned().collect()
    }

    /// Open conflicts that held the entity back and are no more, those about a place that it has left since, and all of
    /// one that is deleted: nobody can decide anything of that.
    pub(super) fn overtaken(&self, prepared: &Prepared) -> Vec<(ConflictId, String)> {
        let is_about = |open: &&Conflict| {
            let of_file = || prepared.step.files.iter().any(|file| file.path == open.what.path);
            open.what.entity == Some(prepared.step.entity) || open.what.entity.is_none() && of_file()
        };
        let is_over = |open: &&Conflict| {
            let has_left = open.what.row.as_deref() != Some(prepared.home.as_str());
            // Who goes along with its sprint stays where it is in that.
            let is_moved_on = open.what.kind == ConflictKind::Path && has_left && prepared.step.moved_from.is_some();
            let was_held = open.what.kind.is_hold() && !open.what.kind.is_of_folders();
            let is_moot = prepared.step.row == RowDeed::Delete && !open.what.kind.is_of_folders();
            (was_held || is_moved_on || is_moot)
                && !prepared.conflicts.iter().any(|conflict| is_same(&open.what, conflict))
        };
        overtaken(self.own().filter(is_about).filter(is_over))
    }

    /// Open conflicts about whom a folder belongs to that are not among `strays`.
    pub(super) fn overtaken_strays(&self, strays: &[NewConflict]) -> Vec<(ConflictId, String)> {
        let is_over =
            |open: &&Conflict| open.what.kind.is_of_folders() && !strays.iter().any(|stray| is_same(&open.what, stray));
        overtaken(self.own().filter(is_over))
    }

    /// Open conflicts that held back one of `settled`, which need nothing now, or what belonged to nobody and is gone.
    pub(super) fn overtaken_holds(
        &self,
        settled: &BTreeSet<EntityId>,
        is_gone: impl Fn(&DocPath) -> bool,
    ) -> Vec<(ConflictId, String)> {
        let is_over = |open: &&Conflict| match open.what.entity {
            _ if !open.what.kind.is_hold() || open.what.kind.is_of_folders() => false,
            Some(id) => settled.contains(&id),
            None => is_gone(&open.what.path),
        };
        overtaken(self.own().filter(is_over))
    }
}

fn overtaken<'a>(conflicts: impl Iterator<Item = &'a Conflict>) -> Vec<(ConflictId, String)> {
    conflicts.map(|conflict| (conflict.id, "overtaken".to_owned())).collect()
}

/// Whether two records are one. Where things lie may change with any move: an entity's conflict goes with it, and a
/// folder that is nobody's is known by its own place alone.
fn is_same(a: &NewConflict, b: &NewConflict) -> bool {
    match a.kind {
        kind if kind.is_of_folders() => (a.kind, a.entity, &a.path) == (b.kind, b.entity, &b.path),
        ConflictKind::PathTaken if a.entity.is_some() => (a.kind, a.entity) == (b.kind, b.entity),
        _ if a.entity.is_some() => *a == NewConflict { path: a.path.clone(), ..b.clone() },
        _ => a == b,
    }
}
