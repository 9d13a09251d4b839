//! The safety brakes: conditions under which a plan is refused before anything is written.
//!
//! Pure. A refusal names the brake, what tripped it and how far the limit is; it never prints a command that would
//! do the refused thing.

use crate::model::{Cursor, ProjectId};

/// What the brakes look at: counts that the plan and both sides give.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// Sprints, tasks and agents of the whole project, however few of them the run looks at.
    pub entities: usize,
    /// Documents that the scan saw.
    pub seen_documents: usize,
    /// Folders or files that could not be read.
    pub unreadable: usize,
    /// Entities that the plan deletes from the database.
    pub deletions: usize,
    /// Sprints among them.
    pub deleted_sprints: usize,
    /// Entities whose edits the plan carries into rows that exist.
    pub changed: usize,
    /// Entities whose files the plan removes because their row is gone.
    pub removed_files: usize,
    /// Live rows now.
    pub live_rows: usize,
    /// Live rows when this clone last synced.
    pub known_rows: usize,
}

/// What the caller allows in so many words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Exactly so many deletions of rows, or of files where rows collapsed.
    pub deletions: Option<usize>,
    /// Exactly so many changed documents.
    pub changes: Option<usize>,
    /// The database is another one or an older copy, and that is meant.
    pub rebase: bool,
}

/// Why a plan is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Brake {
    /// B1: tree and database belong to different projects.
    #[error("the tree belongs to project {tree}, the database to project {database}")]
    Identity {
        /// The tree's project.
        tree: ProjectId,
        /// The database's project.
        database: ProjectId,
    },
    /// B2: the tree looks empty or cannot be read, so nothing that is absent counts as deleted.
    #[error(
        "{seen} documents were found for {known} rows, {unreadable} places could not be read: {deletions} absences are not taken for deletions"
    )]
    EmptyScan {
        /// Documents found.
        seen: usize,
        /// Rows known.
        known: usize,
        /// Places that could not be read.
        unreadable: usize,
        /// Absences.
        deletions: usize,
    },
    /// B3: more deletions than are usual in one run, or a whole sprint.
    #[error(
        "this would delete {deletions} of {known} sprints, tasks and agents, {sprints} of them sprints; {limit} at a time are usual"
    )]
    MassDelete {
        /// Rows to delete.
        deletions: usize,
        /// Sprints among them.
        sprints: usize,
        /// All there are.
        known: usize,
        /// The limit without an allowance.
        limit: usize,
    },
    /// B4: most documents changed at once.
    #[error("{changed} of {known} sprints, tasks and agents changed at once")]
    MassChange {
        /// Changed ones.
        changed: usize,
        /// All there are.
        known: usize,
    },
    /// B5: the database is another one than last time, or an older copy of it.
    #[error("the database is not where this clone left it: event {expected} was seen, it is now at {found}{}", if *.replaced { " of another life" } else { "" })]
    Regressed {
        /// The last event that this clone saw.
        expected: i64,
        /// The newest event now.
        found: i64,
        /// Whether its epoch differs.
        replaced: bool,
    },
    /// B6: rows vanished in great number.
    #[error("{live} rows are left of {known}, so the files of {removals} sprints, tasks and agents are not removed")]
    RowCollapse {
        /// Live rows now.
        live: usize,
        /// Live rows when this clone last synced.
        known: usize,
        /// Entities whose files would be removed.
        removals: usize,
    },
    /// B7: git is in the middle of something.
    #[error("git is busy: {0}")]
    GitBusy(String),
}

/// How many deletions one run may make without being asked: between 3 and 20, a tenth of the entities.
pub fn delete_limit(entities: usize) -> usize {
    (entities / 10).clamp(3, 20)
}

/// The fewest entities for which "most changed at once" means anything.
const MASS_CHANGE_FLOOR: usize = 20;

/// Refuses a database of another project (B1).
pub fn check_identity(tree: ProjectId, database: ProjectId) -> Result<(), Brake> {
    if tree == database { Ok(()) } else { Err(Brake::Identity { tree, database }) }
}

/// Refuses a database that went back in time or was replaced (B5), unless that is meant.
pub fn check_regression(seen: Option<Cursor>, now: Cursor, allowed: Allowance) -> Result<(), Brake> {
    match seen {
        Some(seen) if !allowed.rebase && (seen.epoch != now.epoch || now.seq < seen.seq) => {
            Err(Brake::Regressed { expected: seen.seq, found: now.seq, replaced: seen.epoch != now.epoch })
        }
        _ => Ok(()),
    }
}

/// Refuses a plan that deletes or changes too much at once (B2, B3, B4, B6).
pub fn check_load(load: &Load, allowed: Allowance) -> Result<(), Brake> {
    check_empty_scan(load)?;
    check_row_collapse(load, allowed)?;
    check_deletions(load, allowed)?;
    check_changes(load, allowed)
}

fn check_empty_scan(load: &Load) -> Result<(), Brake> {
    let emptied = load.entities >= 2 && load.seen_documents == 0;
    if load.deletions > 0 && (emptied || load.unreadable > 0) {
        return Err(Brake::EmptyScan {
            seen: load.seen_documents,
            known: load.entities,
            unreadable: load.unreadable,
            deletions: load.deletions,
        });
    }
    Ok(())
}

fn check_row_collapse(load: &Load, allowed: Allowance) -> Result<(), Brake> {
    let collapsed = load.known_rows >= 4 && load.live_rows * 2 < load.known_rows;
    if collapsed && load.removed_files > 0 && allowed.deletions != Some(load.removed_files) {
        return Err(Brake::RowCollapse { live: load.live_rows, known: load.known_rows, removals: load.removed_files });
    }
    Ok(())
}

fn check_deletions(load: &Load, allowed: Allowance) -> Result<(), Brake> {
    let limit = delete_limit(load.entities);
    let usual = load.deletions <= limit && load.deleted_sprints == 0;
    if usual || allowed.deletions == Some(load.deletions) {
        return Ok(());
    }
    Err(Brake::MassDelete { deletions: load.deletions, sprints: load.deleted_sprints, known: load.entities, limit })
}

fn check_changes(load: &Load, allowed: Allowance) -> Result<(), Brake> {
    let most = load.entities >= MASS_CHANGE_FLOOR && load.changed * 2 > load.entities;
    if !most || allowed.changes == Some(load.changed) {
        return Ok(());
    }
    Err(Brake::MassChange { changed: load.changed, known: load.entities })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::Epoch;

    fn load() -> Load {
        Load { entities: 100, seen_documents: 100, live_rows: 100, known_rows: 100, ..Load::default() }
    }

    #[test]
    fn b1_another_project_is_refused() {
        let project = |n| ProjectId::new(Uuid::from_u128(n));
        assert!(check_identity(project(1), project(1)).is_ok());
        assert!(matches!(check_identity(project(1), project(2)), Err(Brake::Identity { .. })));
    }

    #[test]
    fn b2_an_empty_or_unreadable_tree_deletes_nothing() {
        let none = Allowance::default();
        let emptied = Load { seen_documents: 0, deletions: 1, ..load() };
        assert!(matches!(check_load(&emptied, none), Err(Brake::EmptyScan { .. })));
        let unreadable = Load { unreadable: 1, deletions: 1, ..load() };
        let allowed = Allowance { deletions: Some(1), ..none };
        assert!(matches!(check_load(&unreadable, allowed), Err(Brake::EmptyScan { .. })), "no allowance lifts B2");
        assert!(check_load(&Load { unreadable: 1, ..load() }, none).is_ok(), "without deletions nothing is at stake");
    }

    #[test]
    fn b3_the_limit_is_a_tenth_between_3_and_20() {
        assert_eq!([0, 29, 30, 100, 199, 200, 10_000].map(delete_limit), [3, 3, 3, 10, 19, 20, 20]);
        let deleting = |deletions| Load { deletions, ..load() };
        assert!(check_load(&deleting(10), Allowance::default()).is_ok());
        assert!(check_load(&deleting(11), Allowance::default()).is_err());
    }

    #[test]
    fn b3_the_allowance_is_an_exact_number_and_a_sprint_always_needs_it() {
        let sprint = Load { deletions: 2, deleted_sprints: 1, ..load() };
        let allow = |n| Allowance { deletions: Some(n), ..Allowance::default() };
        assert!(check_load(&sprint, Allowance::default()).is_err());
        assert!(check_load(&sprint, allow(3)).is_err(), "more than there are is not exact");
        assert!(check_load(&sprint, allow(2)).is_ok());
    }

    #[test]
    fn b4_most_documents_at_once_need_an_exact_allowance() {
        let changing = |changed| Load { changed, ..load() };
        assert!(check_load(&changing(50), Allowance::default()).is_ok());
        assert!(matches!(check_load(&changing(51), Allowance::default()), Err(Brake::MassChange { .. })));
        let allowed = Allowance { changes: Some(51), ..Allowance::default() };
        assert!(check_load(&changing(51), allowed).is_ok());
        let small = Load { entities: 4, seen_documents: 4, changed: 4, ..Load::default() };
        assert!(check_load(&small, Allowance::default()).is_ok());
    }

    #[test]
    fn b5_a_database_that_went_back_is_refused_unless_meant() {
        let at = |epoch, seq| Cursor { epoch: Epoch::new(Uuid::from_u128(epoch)), seq };
        let none = Allowance::default();
        assert!(check_regression(None, at(1, 0), none).is_ok());
        assert!(check_regression(Some(at(1, 5)), at(1, 5), none).is_ok());
        assert!(matches!(check_regression(Some(at(1, 5)), at(1, 4), none), Err(Brake::Regressed { .. })));
        assert!(matches!(check_regression(Some(at(1, 5)), at(2, 9), none), Err(Brake::Regressed { .. })));
        assert!(check_regression(Some(at(1, 5)), at(2, 9), Allowance { rebase: true, ..none }).is_ok());
    }

    #[test]
    fn b6_a_collapse_of_the_rows_removes_no_file() {
        let collapsed = Load { live_rows: 40, removed_files: 60, ..load() };
        assert!(matches!(check_load(&collapsed, Allowance::default()), Err(Brake::RowCollapse { .. })));
        let counted = |deletions| Allowance { deletions: Some(deletions), ..Allowance::default() };
        assert!(matches!(check_load(&collapsed, counted(59)), Err(Brake::RowCollapse { .. })));
        assert_eq!(check_load(&collapsed, counted(60)), Ok(()));
    }
}
