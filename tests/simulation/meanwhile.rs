//! What others do at any moment of a command, and behind its back.

use instep::model::Field;
use instep::ops::{OpError, Remove, Set};
use instep::store::{Selection, StoreError};
use instep::sync::brakes::Allowance;
use instep::sync::{SyncError, SyncOptions, SyncReport};
use serde_json::json;

use crate::outside::{Outside, OutsideDeed, Written};
use crate::workloads::{project, write};
use crate::world::World;

/// No command here has more steps.
const STEPS: usize = 40;

/// Runs a command while another program deletes the row of the task `two`, at every moment; what became of both.
fn while_it_is_deleted(command: impl Fn(&World) -> Result<SyncReport, OpError>) -> Vec<bool> {
    let project = project();
    let after = |at| {
        let world = project.copy();
        let task = world.store.look_at(|tables| tables.records(Selection::Codes(&["two".into()]))).remove(0);
        let other = world.clone();
        let outside = Outside { kind: task.kind, id: task.id, deed: OutsideDeed::Delete };
        world.power.disturb(at, Box::new(move || assert!(other.outside(&outside))));
        let done = command(&world);
        let is_refused = matches!(done, Err(OpError::Sync(SyncError::Store(StoreError::Stale(_)))));
        assert!(done.is_ok() || is_refused, "{done:?}");
        let task = world.store.look_at(|tables| tables.records(Selection::Ids(&[task.id]))).remove(0);
        world.assert_history();
        assert!(task.deleted || world.power.log().len() <= at, "it lives again");
        done.is_ok()
    };
    (0..STEPS).map(after).collect()
}

#[test]
fn cc07_a_row_that_is_deleted_while_a_command_runs_stays_deleted() {
    let set = |world: &World| {
        let set = Set { reference: "T:two".parse().expect("a reference"), changes: vec!["assignee=ada".into()] };
        world.run(async |workspace| set.run(workspace).await)
    };
    let done = while_it_is_deleted(set);
    assert!(done.contains(&true) && done.contains(&false), "the command is sometimes first: {done:?}");
}

#[test]
fn cc06_a_row_that_is_deleted_while_it_is_removed_is_told_once() {
    let remove = |world: &World| {
        let remove = Remove { references: vec!["T:two".parse().expect("a reference")], with_tasks: false };
        world.run(async |workspace| remove.run(workspace).await)
    };
    while_it_is_deleted(remove);
}

#[test]
fn b5_a_rebase_compares_anew_although_the_feed_is_as_long_as_it_was() {
    const TASK: &str = "delegation/sprints/alpha/two/TASK.md";
    let world = project();
    let backup = world.store.tables();
    let assign = |who: &str| write(&world, "two", Written::Field(Field::Assignee, json!(who)));
    assign("ada");
    world.sync().expect("it syncs");
    assert!(world.disk.text(TASK).contains("ada"));
    world.store.regress(&backup, None);
    assign("bob");
    let allowed = Allowance { rebase: true, ..Allowance::default() };
    world.sync_with(SyncOptions { allowed, ..SyncOptions::default() }).expect("it syncs");
    assert!(world.disk.text(TASK).contains("bob"), "the file is as the row is:\n{}", world.disk.text(TASK));
    assert_eq!(world.outcome().conflicts.len(), 1, "what the file said is on record");
}
