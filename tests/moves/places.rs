//! Where rows and folders go when they move, and what happens when they cannot.

use std::os::unix::fs::PermissionsExt as _;

use super::project::{Project, sprint, task};
use super::small::{column, nothing_left_to_do, of_task, settle, small};
use super::{copy, rename, sql_task, waiting};

const TWO: &str = "delegation/sprints/alpha/two";
const THREE: &str = "delegation/sprints/alpha/three";

fn sprint_code(project: &Project) -> Vec<String> {
    project.select("SELECT sprint_code FROM orchestration_sprints WHERE deleted_at IS NULL")
}

#[test]
fn row_20_what_is_removed_makes_room_for_what_moves_in_the_same_run() {
    let project = small();
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'two'");
    sql_task(&project, "three", "task_code = 'two'");
    settle(&project);
    assert!(project.read(&format!("{TWO}/TASK.md")).starts_with("# Task: three\n"));
    assert!(!project.at(THREE).exists());
    assert_eq!(of_task(&project, "two", "title"), "three");
}

#[test]
fn row_28_a_place_that_holds_other_peoples_files_is_taken_and_the_row_keeps_its_value() {
    let project = small();
    project.write("delegation/sprints/zz/readme.txt", "hi\n");
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'zz'");
    project.exits(3, &["sync"]);
    assert_eq!((sprint_code(&project), waiting(&project)), (vec!["zz".into()], vec!["path-taken".into()]));
    nothing_left_to_do(&project);
    project.exits(3, &["sync"]);
    assert!(project.at("delegation/sprints/alpha/SPRINT.md").exists());
    project.edit(&format!("{TWO}/TASK.md"), "**Priority**: P1", "**Priority**: P0");
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "two", "priority"), "P0", "tasks go on where they are");
    assert!(!project.at("delegation/sprints/zz/two").exists());
    std::fs::remove_dir_all(project.at("delegation/sprints/zz")).expect("removed");
    settle(&project);
    assert!(project.at("delegation/sprints/zz/two/TASK.md").exists(), "it moves once the place is free");
    assert_eq!((sprint_code(&project), waiting(&project)), (vec!["zz".into()], vec![]));
}

#[test]
fn row_28_a_row_whose_place_a_held_folder_has_is_told_and_touches_nothing_there() {
    let project = small();
    copy(&project, "sprints/alpha/two", "sprints/alpha/copy");
    let before = project.read("delegation/sprints/alpha/copy/.hash");
    project.exits(3, &["sync"]);
    project.sql(
        "INSERT INTO orchestration_tasks (id, project_id, sprint_id, task_code, title) \
         SELECT 'a4b1c2d3-0000-4000-8000-000000000003', project_id, id, 'copy', 'Inserted' FROM orchestration_sprints",
    );
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["duplicate-id", "path-taken"]);
    assert_eq!(project.read("delegation/sprints/alpha/copy/.hash"), before);
    nothing_left_to_do(&project);
    super::remove(&project, "sprints/alpha/copy");
    settle(&project);
    assert!(project.read("delegation/sprints/alpha/copy/TASK.md").starts_with("# Task: Inserted\n"));
    assert!(waiting(&project).is_empty());
}

#[test]
fn row_26_sql_that_renames_a_sprint_and_one_of_its_tasks_moves_both() {
    let project = small();
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'omega'");
    sql_task(&project, "two", "task_code = 'second'");
    settle(&project);
    assert!(project.at("delegation/sprints/omega/second/TASK.md").exists());
    assert!(!project.at("delegation/sprints/alpha").exists());
    assert_eq!(of_task(&project, "second", "file_path"), "delegation/sprints/omega/second");
    assert_eq!(of_task(&project, "three", "file_path"), "delegation/sprints/omega/three");
}

#[test]
fn row_26_a_task_moves_on_after_sql_renamed_its_sprint() {
    let project = small();
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'omega'");
    settle(&project);
    rename(&project, "sprints/omega/two", "sprints/omega/second");
    settle(&project);
    assert_eq!(of_task(&project, "second", "title"), "two");
    sql_task(&project, "three", "task_code = 'third'");
    settle(&project);
    assert!(project.at("delegation/sprints/omega/third/TASK.md").exists());
}

#[test]
fn row_26_two_sprints_that_change_names_by_sql_take_their_tasks_along() {
    let project = with_beta();
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'gamma' WHERE sprint_code = 'alpha'");
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'alpha' WHERE sprint_code = 'beta'");
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'beta' WHERE sprint_code = 'gamma'");
    sql_task(&project, "four", "task_code = 'fourth'");
    settle(&project);
    assert!(project.at("delegation/sprints/alpha/fourth/TASK.md").exists());
    assert!(project.at("delegation/sprints/beta/two/TASK.md").exists());
}

#[test]
fn row_34_a_move_that_the_system_refuses_stays_pending_and_is_never_pushed_back() {
    let project = small();
    if std::process::Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n") {
        return refused_to_root(&project);
    }
    let folder = project.at("delegation/sprints/alpha");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).expect("set");
    sql_task(&project, "two", "task_code = 'second'");
    let said = project.exits(6, &["sync"]);
    assert!(said.contains("alpha/two"), "{said}");
    assert_eq!(of_task(&project, "second", "title"), "two");
    project.exits(6, &["sync"]);
    assert_eq!(of_task(&project, "second", "title"), "two", "the row keeps its value");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("set");
    settle(&project);
    assert!(project.at("delegation/sprints/alpha/second/TASK.md").exists());
}

/// Nothing is refused to root but a folder where a file is.
fn refused_to_root(project: &Project) {
    let backlog = project.at("delegation/backlog");
    rename(project, "backlog/later", "sprints/alpha/later");
    std::fs::remove_dir(&backlog).expect("empty");
    settle(project);
    std::fs::write(&backlog, "a file\n").expect("written");
    sql_task(project, "two", "sprint_id = NULL");
    let said = project.exits(6, &["sync"]);
    assert!(said.contains("alpha/two"), "{said}");
    project.exits(6, &["sync"]);
    assert_eq!(of_task(project, "two", "sprint_id"), "", "the row keeps its value");
    std::fs::remove_file(&backlog).expect("removed");
    settle(project);
    assert!(project.at("delegation/backlog/two/TASK.md").exists());
}

#[test]
fn p11_a_run_that_dies_between_its_commit_and_the_move_is_ended_by_the_next() {
    let project = small();
    sql_task(&project, "two", "task_code = 'second'");
    project.ok(&["sync"]);
    // As a crash would leave it: the row and what is remembered are committed, the folder was not moved.
    rename(&project, "sprints/alpha/second", "sprints/alpha/two");
    project.sql("UPDATE orchestration_sync_state SET file_path = replace(file_path, 'alpha/second', 'alpha/two')");
    settle(&project);
    assert!(project.at("delegation/sprints/alpha/second/TASK.md").exists());
    assert_eq!(of_task(&project, "second", "title"), "two");
}

#[test]
fn row_26_a_move_that_sql_asked_for_can_be_taken_back_at_once() {
    let project = small();
    sql_task(&project, "two", "task_code = 'second'");
    project.ok(&["sync"]);
    rename(&project, "sprints/alpha/second", "sprints/alpha/two");
    settle(&project);
    assert_eq!(of_task(&project, "two", "title"), "two");
}

#[test]
fn row_7_a_folder_that_was_only_just_made_can_be_deleted() {
    let project = small();
    project.sql(
        "INSERT INTO orchestration_tasks (id, project_id, sprint_id, task_code, title) \
         SELECT 'a4b1c2d3-0000-4000-8000-000000000005', project_id, id, 'made', 'Made' FROM orchestration_sprints",
    );
    project.ok(&["sync"]);
    super::remove(&project, "sprints/alpha/made");
    settle(&project);
    assert_eq!(of_task(&project, "made", "title"), "");
}

/// A second sprint with one task, in step.
fn with_beta() -> Project {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    project.write("delegation/sprints/beta/four/TASK.md", &task("four", "Pending", "P1"));
    settle(&project);
    project
}

#[test]
fn row_32_a_sprint_that_sql_deleted_under_a_live_task_keeps_its_file_and_is_told() {
    let project = with_beta();
    project.sql("DELETE FROM orchestration_sprints WHERE sprint_code = 'beta'");
    let said = project.exits(3, &["sync"]);
    assert!(said.contains("S:beta"), "{said}");
    assert!(project.at("delegation/sprints/beta/SPRINT.md").exists());
    assert_eq!(waiting(&project), ["orphan"]);
    nothing_left_to_do(&project);
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "four", "title"), "four");
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'four'");
    settle(&project);
    assert!(!project.at("delegation/sprints/beta").exists(), "it goes with all its tasks");
    assert!(waiting(&project).is_empty());
}

#[test]
fn row_31_a_task_that_sql_made_in_a_sprint_that_is_gone_makes_no_folder() {
    let project = with_beta();
    let beta = "SELECT id FROM orchestration_sprints WHERE sprint_code = 'beta'";
    let id = project.select(beta).remove(0);
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'four'");
    project.sql("DELETE FROM orchestration_sprints WHERE sprint_code = 'beta'");
    settle(&project);
    project.sql(&format!(
        "INSERT INTO orchestration_tasks (id, project_id, sprint_id, task_code, title) \
         SELECT 'a4b1c2d3-0000-4000-8000-000000000004', id, '{id}', 'stray', 'Stray' FROM orchestration_projects"
    ));
    project.exits(3, &["sync"]);
    assert!(!project.at("delegation/sprints/beta").exists());
    assert_eq!(waiting(&project), ["orphan"]);
    nothing_left_to_do(&project);
}

#[test]
fn row_32_a_sprint_without_its_file_is_named_rightly_and_the_hold_ends_with_its_cause() {
    let project = small();
    let file = "delegation/sprints/alpha/SPRINT.md";
    let text = project.read(file);
    std::fs::remove_file(project.at(file)).expect("removed");
    let said = project.exits(3, &["sync"]);
    assert!(said.contains("S:alpha"), "{said}");
    project.write(file, &text);
    settle(&project);
    assert!(waiting(&project).is_empty());
}

#[test]
fn row_31_the_hold_of_a_task_without_a_sprint_ends_when_its_folder_is_removed() {
    let project = small();
    project.write("delegation/sprints/ghost/lost/TASK.md", &task("lost", "Pending", "P2"));
    let said = project.exits(3, &["sync"]);
    assert!(said.contains("T:ghost/lost"), "{said}");
    super::remove(&project, "sprints/ghost");
    settle(&project);
    assert!(waiting(&project).is_empty());
}

#[test]
fn row_27_cc19_two_moves_are_told_with_all_three_places_and_the_row_wins() {
    let project = small();
    rename(&project, "sprints/alpha/two", "sprints/alpha/mine");
    sql_task(&project, "two", "task_code = 'theirs'");
    project.exits(3, &["sync"]);
    assert!(project.at("delegation/sprints/alpha/theirs/TASK.md").exists(), "the row wins");
    let conflict = project.json(&["conflict", "list"])[0].take();
    assert_eq!(conflict["kind"], "path");
    let said = (conflict["base"].as_str(), conflict["file"].as_str(), conflict["row"].as_str());
    let theirs = "delegation/sprints/alpha/theirs";
    assert_eq!(said, (Some(TWO), Some("delegation/sprints/alpha/mine"), Some(theirs)));
    nothing_left_to_do(&project);
}

#[test]
fn row_27_the_move_in_the_tree_can_be_taken_after_all() {
    let project = small();
    rename(&project, "sprints/alpha/two", "backlog/mine");
    sql_task(&project, "two", "task_code = 'theirs'");
    project.exits(3, &["sync"]);
    let conflict = project.json(&["conflict", "list"])[0].take();
    project.ok(&["conflict", "take-file", conflict["id"].as_str().expect("an id")]);
    assert!(project.at("delegation/backlog/mine/TASK.md").exists());
    assert_eq!(of_task(&project, "mine", "title || coalesce(sprint_id, ' none')"), "two none");
    settle(&project);
    assert!(waiting(&project).is_empty());
}

#[test]
fn row_27_two_moves_are_settled_by_a_third() {
    let project = small();
    rename(&project, "sprints/alpha/two", "sprints/alpha/mine");
    sql_task(&project, "two", "task_code = 'theirs'");
    project.exits(3, &["sync"]);
    rename(&project, "sprints/alpha/theirs", "sprints/alpha/third");
    settle(&project);
    assert!(waiting(&project).is_empty());
    assert_eq!(of_task(&project, "third", "title"), "two");
}

#[test]
fn row_26_a_move_says_where_it_came_from() {
    let project = small();
    rename(&project, "sprints/alpha/two", "backlog/second");
    assert!(project.ok(&["status"]).contains("moved from T:alpha/two"));
    let said = settle(&project);
    assert!(said.contains("T:backlog/second") && said.contains("moved from T:alpha/two"), "{said}");
    sql_task(&project, "three", "task_code = 'third'");
    let said = settle(&project);
    assert!(said.contains("moved from T:alpha/three"), "{said}");
    assert_eq!(column(&project, "orchestration_tasks", "task_code", "third", "title"), "three");
}

#[test]
fn row_29_status_tells_of_a_copied_folder() {
    let project = small();
    copy(&project, "sprints/alpha/two", "sprints/alpha/copy");
    let said = project.run(&["status"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("T:alpha/copy") && said.contains("duplicate-id"), "{said}");
    let said = project.exits(3, &["sync"]);
    assert!(said.contains("T:alpha/copy") && said.contains("duplicate-id"), "{said}");
    let conflict = project.json(&["conflict", "list"])[0].take();
    assert_eq!(
        (conflict["file"].as_str(), conflict["row"].as_str()),
        (Some("delegation/sprints/alpha/copy"), Some(TWO))
    );
    assert_eq!(conflict["path"], "delegation/sprints/alpha/copy/TASK.md");
}

#[test]
fn a_path_below_a_sprint_that_was_renamed_takes_the_sprint_along() {
    for (named, edited) in [("gamma/two", false), ("gamma/two", true), ("alpha/two", true)] {
        let project = small();
        rename(&project, "sprints/alpha", "sprints/gamma");
        if edited {
            project.edit("delegation/sprints/gamma/two/TASK.md", "# Task: two", "# Task: second");
        }
        let said = project.ok(&["sync", &format!("delegation/sprints/{named}")]);
        assert!(said.contains("moved from S:alpha"), "{named}: {said}");
        assert_eq!(of_task(&project, "two", "title"), if edited { "second" } else { "two" });
        assert_eq!(of_task(&project, "two", "file_path"), "delegation/sprints/gamma/two");
        settle(&project);
    }
}

#[test]
fn a_path_below_a_sprint_that_sql_renamed_takes_the_sprint_along() {
    let project = small();
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'gamma'");
    project.edit("delegation/sprints/alpha/two/TASK.md", "# Task: two", "# Task: second");
    project.ok(&["sync", "delegation/sprints/alpha/two"]);
    assert!(project.read("delegation/sprints/gamma/two/TASK.md").contains("# Task: second"));
    assert_eq!(of_task(&project, "two", "title"), "second");
    settle(&project);
}

/// The sprint of a small project, removed while SQL changed something of it; decided by a sync.
fn removed_sprint(change: &str) -> Project {
    let project = small();
    project.sql(change);
    let alive = || project.select("SELECT task_code FROM orchestration_tasks WHERE deleted_at IS NULL ORDER BY 1");
    let before = alive();
    super::remove(&project, "sprints/alpha");
    project.exits(3, &["sync"]);
    assert_eq!(alive(), before, "{change}");
    for file in ["SPRINT.md", "one/TASK.md", "one/AGENT.yml", "two/TASK.md", "three/TASK.md"] {
        assert!(project.at(&format!("delegation/sprints/alpha/{file}")).exists(), "{change}: {file}");
    }
    nothing_left_to_do(&project);
    project
}

#[test]
fn row_32_a_sprint_that_was_removed_comes_back_whole_where_sql_changed_one_of_its_tasks() {
    let change = "UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'two'";
    let project = removed_sprint(change);
    assert_eq!(waiting(&project), ["delete-edit"], "of the sprint, for all that was removed with it");
    assert!(project.read("delegation/sprints/alpha/two/TASK.md").contains("Blocked"));
    project.ok(&["conflict", "take-db", &super::first_conflict(&project)]);
    settle(&project);
}

#[test]
fn row_32_the_removal_of_a_sprint_that_came_back_can_be_carried_out_after_all() {
    let insert = "INSERT INTO orchestration_tasks (task_code, title, sprint_id) \
                  SELECT 'new', 'New', id FROM orchestration_sprints";
    for change in ["UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'two'", insert] {
        let project = removed_sprint(change);
        project.ok(&["conflict", "take-file", &super::first_conflict(&project)]);
        settle(&project);
        assert!(waiting(&project).is_empty() && !project.at("delegation/sprints/alpha").exists());
        assert_eq!(project.select("SELECT count(*) FROM orchestration_tasks WHERE deleted_at IS NULL"), ["1"]);
    }
}

#[test]
fn row_31_a_sprint_that_lost_its_file_alone_gets_it_again_by_a_decision() {
    let project = small();
    std::fs::remove_file(project.at("delegation/sprints/alpha/SPRINT.md")).expect("removed");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["orphan"]);
    project.ok(&["conflict", "take-db", &super::first_conflict(&project)]);
    settle(&project);
    assert!(waiting(&project).is_empty() && project.at("delegation/sprints/alpha/SPRINT.md").exists());
}

#[test]
fn row_31_a_task_that_sql_moved_into_a_sprint_that_is_gone_stays_where_it_lies() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    settle(&project);
    let beta = project.select("SELECT id FROM orchestration_sprints WHERE sprint_code = 'beta'").remove(0);
    project.ok(&["sprint", "rm", "beta", "--yes"]);
    sql_task(&project, "later", &format!("sprint_id = '{beta}'"));
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["orphan"]);
    assert!(project.at("delegation/backlog/later/TASK.md").exists());
    nothing_left_to_do(&project);
    project.ok(&["task", "move", "later", "--to", "alpha"]);
    settle(&project);
    assert!(project.at("delegation/sprints/alpha/later/TASK.md").exists() && waiting(&project).is_empty());
}

#[test]
fn row_32_tasks_are_written_where_the_folder_of_their_sprint_lies_that_sql_deleted() {
    let project = small();
    rename(&project, "sprints/alpha", "sprints/omega");
    project.sql("DELETE FROM orchestration_sprints");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["orphan"]);
    sql_task(&project, "two", "status = 'blocked'");
    project.exits(3, &["sync"]);
    assert!(project.read("delegation/sprints/omega/two/TASK.md").contains("Blocked"));
    nothing_left_to_do(&project);
}

#[test]
fn row_32_a_sprint_into_which_a_task_moves_is_not_deleted_with_its_file() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    settle(&project);
    std::fs::remove_file(project.at("delegation/sprints/beta/SPRINT.md")).expect("removed");
    rename(&project, "backlog/later", "sprints/beta/later");
    project.exits(3, &["sync"]);
    nothing_left_to_do(&project);
    assert_eq!(waiting(&project), ["orphan"]);
    project.ok(&["conflict", "take-db", &super::first_conflict(&project)]);
    settle(&project);
    assert!(project.at("delegation/sprints/beta/SPRINT.md").exists());
}

#[test]
fn row_31_the_tasks_of_a_sprint_that_sql_deleted_are_not_those_of_one_that_gets_its_name() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    settle(&project);
    std::fs::remove_file(project.at("delegation/sprints/alpha/SPRINT.md")).expect("removed");
    project.sql("DELETE FROM orchestration_sprints WHERE sprint_code = 'alpha'");
    project.exits(3, &["sync"]);
    let of_alpha = vec!["orphan".to_owned(); 3];
    assert_eq!(waiting(&project), of_alpha);
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'alpha' WHERE sprint_code = 'beta'");
    project.exits(3, &["sync"]);
    nothing_left_to_do(&project);
    let said = project.exits(3, &["sync"]);
    assert!(!said.contains("moved from"), "{said}");
    assert_eq!(of_task(&project, "two", "title"), "two");
}

#[test]
fn row_28_nobody_gets_the_name_of_a_sprint_that_sql_deleted_under_its_tasks() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    project.write("delegation/sprints/beta/first/TASK.md", &task("first", "Pending", "P1"));
    settle(&project);
    project.sql("DELETE FROM orchestration_sprints WHERE sprint_code = 'beta'");
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'beta' WHERE sprint_code = 'alpha'");
    sql_task(&project, "two", "status = 'blocked'");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["orphan", "path-taken"]);
    assert!(project.read("delegation/sprints/alpha/two/TASK.md").contains("Blocked"), "it is written where it lies");
    nothing_left_to_do(&project);
    project.ok(&["task", "move", "first", "--to", "backlog"]);
    settle(&project);
    assert!(waiting(&project).is_empty() && project.at("delegation/sprints/beta/two/TASK.md").exists());
}

#[test]
fn row_31_a_row_in_a_sprint_that_is_gone_takes_no_folder_of_one_that_has_its_name() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    project.write("delegation/sprints/beta/two/TASK.md", &task("other", "Pending", "P1"));
    settle(&project);
    let alpha = project.select("SELECT id FROM orchestration_sprints WHERE sprint_code = 'alpha'").remove(0);
    project.ok(&["sprint", "rm", "alpha", "--with-tasks", "--yes"]);
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'alpha' WHERE sprint_code = 'beta'");
    settle(&project);
    project.sql(&format!(
        "INSERT INTO orchestration_tasks (task_code, title, sprint_id) VALUES ('two', 'new', '{alpha}')"
    ));
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["orphan"]);
    nothing_left_to_do(&project);
    project.edit("delegation/sprints/alpha/two/TASK.md", "# Task: other", "# Task: mine");
    project.exits(3, &["sync"]);
    assert_eq!(
        project
            .select("SELECT title FROM orchestration_tasks WHERE deleted_at IS NULL AND task_code = 'two' ORDER BY 1"),
        ["mine", "new"]
    );
    assert_eq!(waiting(&project), ["orphan"]);
}

#[test]
fn row_32_a_sprint_without_its_file_is_decided_in_the_run_in_which_its_last_folder_goes() {
    let project = small();
    std::fs::remove_file(project.at("delegation/sprints/alpha/SPRINT.md")).expect("removed");
    super::remove(&project, "sprints/alpha/one");
    super::remove(&project, "sprints/alpha/two");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["orphan"]);
    project.sql("INSERT INTO orchestration_tasks (task_code, title, sprint_id) SELECT 'new', 'New', id FROM orchestration_sprints");
    project.exits(3, &["sync"]);
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'three'");
    project.run(&["sync"]);
    nothing_left_to_do(&project);
}

#[test]
fn row_32_a_sprint_comes_back_with_its_tasks_where_orphans_lie_under_its_new_name() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    project.write("delegation/sprints/beta/two/TASK.md", &task("second", "Pending", "P1"));
    project.write("delegation/sprints/beta/other/TASK.md", &task("other", "Pending", "P1"));
    settle(&project);
    std::fs::remove_file(project.at("delegation/sprints/alpha/SPRINT.md")).expect("removed");
    project.sql("DELETE FROM orchestration_sprints WHERE sprint_code = 'alpha'");
    project.exits(3, &["sync"]);
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'alpha' WHERE sprint_code = 'beta'");
    super::remove(&project, "sprints/beta");
    project.exits(3, &["sync"]);
    nothing_left_to_do(&project);
    assert!(project.read("delegation/sprints/alpha/SPRINT.md").starts_with("# Sprint: Beta"));
    assert!(project.at("delegation/sprints/alpha/other/TASK.md").exists());
    assert_eq!(waiting(&project), ["delete-edit", "orphan", "orphan", "orphan", "path-taken"]);
    rename(&project, "sprints/alpha/two", "backlog/two");
    project.exits(3, &["sync"]);
    assert!(project.read(&format!("{TWO}/TASK.md")).starts_with("# Task: second"), "there is room for it now");
    nothing_left_to_do(&project);
}

#[test]
fn row_32_the_tasks_of_a_sprint_that_waits_for_its_new_name_are_not_deleted_meanwhile() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    project.write("delegation/sprints/beta/other/TASK.md", &task("other", "Pending", "P1"));
    settle(&project);
    project.sql("DELETE FROM orchestration_sprints WHERE sprint_code = 'alpha'");
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'alpha' WHERE sprint_code = 'beta'");
    super::remove(&project, "sprints/beta");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["orphan", "orphan", "path-taken"]);
    nothing_left_to_do(&project);
    for code in ["one", "two", "three"] {
        rename(&project, &format!("sprints/alpha/{code}"), &format!("backlog/{code}"));
    }
    project.run(&["sync"]);
    assert!(project.at("delegation/sprints/alpha/other/TASK.md").exists(), "all of it comes back");
    assert_eq!(of_task(&project, "other", "title"), "other");
    nothing_left_to_do(&project);
}

#[test]
fn row_26_a_task_can_be_renamed_in_a_folder_that_is_held_in_another_ones_place() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    settle(&project);
    super::remove(&project, "sprints/beta");
    rename(&project, "sprints/alpha", "sprints/beta");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["id-replaced"]);
    nothing_left_to_do(&project);
    rename(&project, "sprints/beta/two", "sprints/beta/renamed");
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "renamed", "title"), "two");
    assert_eq!(waiting(&project), ["id-replaced"]);
    nothing_left_to_do(&project);
}

#[test]
fn row_31_tasks_that_their_sprint_left_behind_are_told_of_in_that_run() {
    let project = small();
    std::fs::create_dir(project.at("delegation/sprints/omega")).expect("made");
    let at = |code: &str| project.at(&format!("delegation/sprints/{code}/SPRINT.md"));
    std::fs::rename(at("alpha"), at("omega")).expect("renamed");
    project.exits(3, &["sync"]);
    assert_eq!((sprint_code(&project), waiting(&project)), (vec!["omega".into()], vec!["orphan".to_owned(); 3]));
    nothing_left_to_do(&project);
    rename(&project, "sprints/alpha/two", "sprints/omega/two");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["orphan"; 2]);
}

#[test]
fn row_31_a_task_that_stays_where_its_sprint_is_not_made_again_is_no_copy() {
    let project = small();
    copy(&project, "sprints/alpha/two", "backlog/copy");
    std::fs::remove_file(project.at("delegation/sprints/alpha/SPRINT.md")).expect("removed");
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'omega'");
    project.exits(3, &["sync"]);
    assert!(project.at("delegation/sprints/omega/SPRINT.md").exists());
    assert_eq!(waiting(&project), ["delete-edit", "duplicate-id", "orphan", "orphan", "orphan"]);
    nothing_left_to_do(&project);
}

#[test]
fn row_31_a_task_that_its_sprint_left_behind_is_the_original_of_its_copy() {
    let project = small();
    copy(&project, "sprints/alpha/two", "backlog/copy");
    std::fs::create_dir(project.at("delegation/sprints/omega")).expect("made");
    let at = |code: &str| project.at(&format!("delegation/sprints/{code}/SPRINT.md"));
    std::fs::rename(at("alpha"), at("omega")).expect("renamed");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["duplicate-id", "orphan", "orphan", "orphan"]);
    nothing_left_to_do(&project);
}

#[test]
fn row_28_nobody_gets_the_name_of_a_sprint_that_turns_out_to_stay() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    settle(&project);
    for code in ["one", "three"] {
        project.ok(&["task", "rm", code, "--yes"]);
    }
    copy(&project, "sprints/alpha/two", "backlog/copy");
    rename(&project, "sprints/alpha/two", "sprints/alpha/renamed");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["duplicate-id"; 2], "nobody can tell which of them is the task");
    project.sql("DELETE FROM orchestration_sprints WHERE sprint_code = 'alpha'");
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'alpha' WHERE sprint_code = 'beta'");
    super::remove(&project, "sprints/beta");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["duplicate-id", "duplicate-id", "orphan", "path-taken"]);
    nothing_left_to_do(&project);
}

#[test]
fn row_27_a_conflict_about_a_place_goes_on_where_the_sprint_of_the_task_is_renamed() {
    let project = small();
    rename(&project, "sprints/alpha/two", "sprints/alpha/mine");
    sql_task(&project, "two", "task_code = 'theirs'");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["path"]);
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'omega'");
    project.exits(3, &["sync"]);
    nothing_left_to_do(&project);
    assert_eq!(waiting(&project), ["path"]);
}

#[test]
fn row_32_a_sprint_comes_back_in_the_run_in_which_another_ones_tasks_leave_its_folder() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    settle(&project);
    super::remove(&project, "sprints/beta");
    rename(&project, "sprints/alpha", "sprints/beta");
    project.exits(3, &["sync"]);
    std::fs::remove_file(project.at("delegation/sprints/beta/SPRINT.md")).expect("removed");
    project.sql("INSERT INTO orchestration_tasks (task_code, title, sprint_id) SELECT 'new', 'New', id FROM orchestration_sprints WHERE sprint_code = 'beta'");
    project.run(&["sync"]);
    assert!(project.at("delegation/sprints/beta/new/TASK.md").exists() && project.at(TWO).exists());
    nothing_left_to_do(&project);
}

#[test]
fn row_28_an_empty_folder_is_in_nobodys_way() {
    let project = small();
    let empty = |path: &str| std::fs::create_dir_all(project.at(&format!("delegation/{path}"))).expect("made");
    empty("sprints/alpha/second");
    sql_task(&project, "two", "task_code = 'second'");
    settle(&project);
    assert!(project.at("delegation/sprints/alpha/second/TASK.md").exists() && !project.at(TWO).exists());
    empty("backlog/third");
    project.ok(&["task", "move", "three", "--to", "backlog", "--code", "third"]);
    assert!(project.at("delegation/backlog/third/TASK.md").exists() && !project.at(THREE).exists());
    empty("sprints/omega");
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'omega'");
    settle(&project);
    assert!(project.at("delegation/sprints/omega/second/TASK.md").exists());
    assert_eq!(waiting(&project), [""; 0]);
}

/// A sprint with one task that another program deleted alone; held.
fn deleted_under_its_task() -> Project {
    let project = with_beta();
    project.sql("DELETE FROM orchestration_sprints WHERE sprint_code = 'beta'");
    project.exits(3, &["sync"]);
    let told = project.ok(&["conflict", "show", &super::first_conflict(&project)]);
    assert!(told.contains("deleted") && !told.contains("nothing"), "{told}");
    project
}

#[test]
fn row_31_a_sprint_that_sql_deleted_lives_again_where_its_file_counts() {
    let project = deleted_under_its_task();
    project.ok(&["conflict", "take-file", &super::first_conflict(&project)]);
    assert_eq!(sprint_code(&project).len(), 2);
    settle(&project);
    assert!(project.at("delegation/sprints/beta/four/TASK.md").exists() && waiting(&project).is_empty());
    project.ok(&["task", "status", "four", "done"]);
}

#[test]
fn row_31_a_sprint_that_sql_deleted_goes_and_leaves_its_tasks_in_the_backlog_where_that_counts() {
    let project = deleted_under_its_task();
    project.ok(&["conflict", "take-db", &super::first_conflict(&project)]);
    assert!(!project.at("delegation/sprints/beta").exists());
    assert!(project.at("delegation/backlog/four/TASK.md").exists());
    assert_eq!((of_task(&project, "four", "sprint_id").as_str(), waiting(&project)), ("", vec![]));
    settle(&project);
    assert_eq!(sprint_code(&project), ["alpha"]);
}

#[test]
fn p11_a_folder_that_a_deletion_left_empty_when_it_was_killed_goes_with_the_next_sync() {
    let project = small();
    project.ok(&["task", "rm", "two", "--yes"]);
    // As a kill would leave it: the row is deleted, the files are away, the folder is not, nor is that remembered.
    std::fs::create_dir(project.at("delegation/sprints/alpha/two")).expect("made");
    project.sql(
        "INSERT INTO orchestration_sync_state (clone_id, entity_id, role, name, revision, raw, blob, canonical, file_path) \
         SELECT s.clone_id, t.id, 'task', 'TASK.md', s.revision, s.raw, s.blob, s.canonical, \
         'delegation/sprints/alpha/two/TASK.md' FROM orchestration_sync_state s, orchestration_tasks t \
         WHERE t.task_code = 'two' AND s.file_path LIKE '%three/TASK.md'",
    );
    std::fs::create_dir(project.at("delegation/sprints/alpha/of-a-person")).expect("made");
    project.sql("UPDATE orchestration_tasks SET deleted_at = deleted_at WHERE task_code = 'two'");
    std::fs::remove_file(project.at(".instep/stat")).ok();
    project.ok(&["sync"]);
    assert!(!project.at("delegation/sprints/alpha/two").exists());
    assert!(project.at("delegation/sprints/alpha/of-a-person").exists());
}

#[test]
fn p11_a_folder_that_was_made_for_a_document_goes_where_that_never_came() {
    let project = small();
    let folders = ["fresh/inner", "filled", "of-a-person"].map(|name| format!("delegation/backlog/{name}"));
    folders.iter().for_each(|folder| std::fs::create_dir_all(project.at(folder)).expect("made"));
    project.write("delegation/backlog/filled/notes.txt", "somebody's");
    // As a kill would leave it: what is to be made is noted, and nothing came into it.
    let noted = ["fresh", "fresh/inner", "filled"].map(|name| format!("delegation/backlog/{name}")).join("\0");
    let list = project.at(".instep/tmp/0.folders");
    std::fs::write(&list, format!("{noted}\0\n")).expect("written");
    project.ok(&["sync"]);
    assert!(!project.at("delegation/backlog/fresh").exists() && !list.exists());
    assert!(folders[1..].iter().all(|folder| project.at(folder).exists()));
    project.ok(&["task", "new", "last"]);
    let left = std::fs::read_dir(project.at(".instep/tmp")).expect("listed");
    assert_eq!(left.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == "folders")).count(), 0);
}
