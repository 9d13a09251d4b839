//! Commands on what was moved, copied or edited and not synced since.

use super::small::{events, nothing_left_to_do, of_task, settle, small};
use super::{copy, first_conflict, remove, rename, sql_task, waiting};
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
        (&"taken".into(), &"settled".into()),
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

/// A task that another program renamed while somebody else's folder has that name; held.
fn held_at_its_old_place(project: &Project, sql: &str, folder: &str) {
    project.write(&format!("delegation/{folder}/picture.png"), "png");
    sql_task(project, "two", sql);
    project.exits(3, &["sync"]);
    assert_eq!(waiting(project), ["path-taken"]);
}

/// Every file, every row as far as a command could change it, and every event.
type BothSides = (Vec<(String, Vec<u8>)>, Vec<String>, Vec<String>);

fn both_sides(project: &Project) -> BothSides {
    let rows =
        "SELECT task_code || row_version || coalesce(assignee, '') || status FROM orchestration_tasks ORDER BY 1";
    (project.files(), project.select(rows), events(project))
}

#[test]
fn row_28_a_command_on_what_waits_for_its_place_is_refused_each_time_and_touches_neither_side() {
    for (sql, folder) in [("task_code = 'other'", "sprints/alpha/other"), ("sprint_id = NULL", "backlog/two")] {
        let project = small();
        held_at_its_old_place(&project, sql, folder);
        let code =
            project.select("SELECT task_code FROM orchestration_tasks WHERE task_code IN ('other', 'two')").remove(0);
        let before = both_sides(&project);
        for _ in 0..3 {
            for words in [["set", code.as_str(), "assignee=ann"], ["status", code.as_str(), "blocked"]] {
                let words = [&["task"], words.as_slice()].concat();
                let said = project.exits(3, &words);
                assert!(said.contains("alpha/two waits for a decision") && !said.contains("note:"), "{said}");
                let failed = project.envelope(&words);
                assert_eq!((&failed["error"]["code"], &failed["error"]["effect"]), (&"held".into(), &"none".into()));
                assert_eq!(both_sides(&project), before, "{sql}");
            }
        }
        project.exits(3, &["sync"]);
        assert_eq!(waiting(&project), ["path-taken"], "{sql}");
        remove(&project, folder);
        project.ok(&["task", "set", &code, "assignee=ann"]);
        assert!(
            project.at(&format!("delegation/{folder}/TASK.md")).exists()
                && !project.at("delegation/sprints/alpha/two").exists()
        );
        nothing_left_to_do(&project);
    }
}

#[test]
fn row_28_what_waits_for_its_place_can_be_deleted_and_can_go_elsewhere() {
    let project = small();
    held_at_its_old_place(&project, "task_code = 'other'", "sprints/alpha/other");
    let said = project.ok(&["task", "rm", "other", "--yes"]);
    assert!(said.contains("deleted  T:alpha/other") && !said.contains("path-taken"), "{said}");
    assert!(!project.at("delegation/sprints/alpha/two").exists(), "what is told as deleted is away");
    settle(&project);
    assert_eq!((of_task(&project, "other", "title").as_str(), waiting(&project)), ("", vec![]));

    let project = small();
    held_at_its_old_place(&project, "task_code = 'other'", "sprints/alpha/other");
    project.ok(&["task", "move", "other", "--code", "third-name"]);
    assert!(project.at("delegation/sprints/alpha/third-name/TASK.md").exists());
    settle(&project);
    assert_eq!(waiting(&project), [""; 0]);
}

#[test]
fn row_28_nothing_is_changed_in_a_sprint_that_waits_for_its_place() {
    let project = small();
    project.write("delegation/sprints/omega/picture.png", "png");
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'omega'");
    project.exits(3, &["sync"]);
    let before = both_sides(&project);
    for words in [
        &["sprint", "set", "omega", "owner=ann"][..],
        &["task", "set", "two", "assignee=ann"],
        &["task", "new", "fresh", "--sprint", "omega"],
    ] {
        let failed = project.exits(3, words);
        assert!(failed.contains("waits for a decision"), "{failed}");
        assert_eq!(both_sides(&project), before, "{words:?}");
    }
}
