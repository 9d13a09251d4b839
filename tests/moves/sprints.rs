//! Tasks whose sprint got another folder: what moves after that is compared with where they lie, not with an old name.

use super::small::{nothing_left_to_do, of_task, settle, small};
use super::{rename, sql_task, waiting};
use crate::project::Project;

/// The ways in which a sprint gets another code; each leaves its tasks in step.
const RENAMES: [fn(&Project); 3] = [
    |project| drop(project.ok(&["sprint", "move", "alpha", "--code", "gamma"])),
    |project| {
        project.sql("UPDATE orchestration_sprints SET sprint_code = 'gamma' WHERE sprint_code = 'alpha'");
        project.ok(&["sync"]);
    },
    |project| {
        rename(project, "sprints/alpha", "sprints/gamma");
        project.ok(&["sync"]);
    },
];

/// A project whose sprint was renamed, and another one that has its old name.
fn renamed(number: usize, is_reused: bool) -> Project {
    let project = small();
    RENAMES[number](&project);
    if is_reused {
        project.ok(&["sprint", "new", "alpha"]);
    }
    project
}

#[test]
fn row_26_a_task_that_is_renamed_after_its_sprint_collides_with_nothing() {
    for number in 0..RENAMES.len() {
        let project = renamed(number, false);
        rename(&project, "sprints/gamma/two", "sprints/gamma/deux");
        settle(&project);
        assert_eq!((of_task(&project, "deux", "title").as_str(), waiting(&project)), ("two", vec![]), "{number}");
        sql_task(&project, "three", "task_code = 'trois'");
        settle(&project);
        assert!(project.at("delegation/sprints/gamma/trois/TASK.md").exists(), "{number}");
        let done = project.ok(&["task", "move", "gamma/one", "--to", "backlog"]);
        assert!(
            project.at("delegation/backlog/one/TASK.md").exists() && !done.contains("conflict"),
            "{number}: {done}"
        );
        nothing_left_to_do(&project);
    }
}

#[test]
fn row_26_a_task_that_goes_to_a_sprint_with_the_old_name_of_its_own_is_not_sent_back() {
    for number in 0..RENAMES.len() {
        let project = renamed(number, true);
        rename(&project, "sprints/gamma/two", "sprints/alpha/two");
        settle(&project);
        assert!(project.at("delegation/sprints/alpha/two/TASK.md").exists(), "{number}: a person's move");
        let alpha = project.select("SELECT id FROM orchestration_sprints WHERE sprint_code = 'alpha'").remove(0);
        assert_eq!(of_task(&project, "two", "sprint_id"), alpha, "{number}");
        sql_task(&project, "three", &format!("sprint_id = '{alpha}'"));
        settle(&project);
        assert_eq!(of_task(&project, "three", "sprint_id"), alpha, "{number}: a value of another program stays");
        assert!(project.at("delegation/sprints/alpha/three/TASK.md").exists(), "{number}");
        assert_eq!(waiting(&project), [""; 0], "{number}");
    }
}

#[test]
fn row_26_what_was_renamed_is_in_step_whatever_the_cache_says() {
    for number in 0..RENAMES.len() {
        let project = renamed(number, true);
        let _ = std::fs::remove_file(project.at(".instep/stat"));
        nothing_left_to_do(&project);
        assert_eq!(waiting(&project), [""; 0], "{number}");
    }
}
