//! Commands on what was moved, copied or edited and not synced since.

use super::small::{events, nothing_left_to_do, of_task, settle, small};
use super::{copy, first_conflict, remove, rename, waiting};
use crate::project::{Project, sprint};

fn with_beta() -> Project {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    settle(&project);
    project
}

#[test]
fn a_move_changes_only_what_it_names_and_keeps_the_folder_that_was_renamed_meanwhile() {
    let project = with_beta();
    rename(&project, "sprints/alpha/two", "sprints/alpha/deux");
    project.ok(&["task", "move", "alpha/two", "--to", "beta"]);
    assert!(project.at("delegation/sprints/beta/deux/TASK.md").exists(), "the name that somebody gave it stays");
    rename(&project, "sprints/alpha/three", "backlog/three");
    project.ok(&["task", "move", "alpha/three", "--code", "trois"]);
    assert!(project.at("delegation/backlog/trois/TASK.md").exists(), "it stays where somebody put it");
    nothing_left_to_do(&project);
    assert_eq!(waiting(&project), [""; 0]);
}

#[test]
fn what_a_command_saved_on_the_way_is_told_whether_it_then_fails_or_not() {
    let project = small();
    project.edit("delegation/sprints/alpha/two/TASK.md", "# Task: two", "# Task: Two");
    project.write("delegation/sprints/alpha/taken/notes.txt", "somebody's");
    let failed = project.envelope(&["task", "move", "alpha/two", "--code", "taken"]);
    assert_eq!(
        (&failed["error"]["code"], &failed["error"]["effect"]),
        (&"taken".into(), &"applied".into()),
        "{failed}"
    );
    assert_eq!(of_task(&project, "two", "title"), "Two", "the edit was saved");
    let failed = project.envelope(&["task", "move", "alpha/two", "--code", "taken"]);
    assert_eq!(failed["error"]["effect"], "none", "now there was nothing to save before");
    project.edit("delegation/sprints/alpha/two/TASK.md", "# Task: Two", "# Task: Deux");
    let done = project.ok(&["task", "status", "alpha/two", "blocked"]);
    assert!(done.contains("title: Two → Deux") && done.contains("status: in_progress → blocked"), "{done}");
}

#[test]
fn a_copy_gets_an_id_of_its_own_and_nothing_else_happens_on_the_way() {
    let project = small();
    copy(&project, "sprints/alpha/one", "sprints/alpha/copy");
    project.exits(3, &["sync"]);
    remove(&project, "sprints/alpha/two");
    let done = project.ok(&["conflict", "new-id", "delegation/sprints/alpha/copy/TASK.md"]);
    assert!(done.contains("T:alpha/copy"), "{done}");
    assert_eq!(of_task(&project, "two", "title"), "two", "the deletion of another task waits for a sync");
    assert_eq!((of_task(&project, "copy", "title").as_str(), waiting(&project)), ("one", vec![]));
    settle(&project);
    assert_eq!(of_task(&project, "two", "title"), "");
}

#[test]
fn a_copy_of_what_was_deleted_is_not_decided_by_saying_that_nothing_has_to_be_done() {
    let project = small();
    copy(&project, "sprints/alpha/two", "sprints/alpha/copy");
    project.exits(3, &["sync"]);
    project.ok(&["task", "rm", "alpha/two", "--yes"]);
    project.exits(3, &["sync"]);
    let (conflict, told) = (first_conflict(&project), events(&project));
    let refused = project.exits(1, &["conflict", "take-file", &conflict]);
    assert!(refused.contains("conflict new-id"), "{refused}");
    assert_eq!(events(&project), told);
    project.ok(&["conflict", "new-id", "delegation/sprints/alpha/copy"]);
    assert_eq!(of_task(&project, "copy", "title"), "two");
    nothing_left_to_do(&project);
}
