//! A small project in step, and what tests ask of it.

use crate::project::{Project, sprint, task};

/// A project with one sprint of three tasks, one of the backlog, and one agent; in step.
pub(crate) fn small() -> Project {
    let project = Project::empty();
    project.write("delegation/sprints/alpha/SPRINT.md", &sprint("Alpha", "Active"));
    for (code, status) in [("one", "Pending"), ("two", "In Progress"), ("three", "Completed")] {
        project.write(&format!("delegation/sprints/alpha/{code}/TASK.md"), &task(code, status, "P1"));
    }
    project.write("delegation/sprints/alpha/one/AGENT.yml", "task:\n  title: one\n  status: pending # as above\n");
    project.write("delegation/backlog/later/TASK.md", &task("later", "Pending", "P3"));
    project.write("delegation/agents/builder.yml", "name: Builder\nrole: engineer\nstatus: active\n");
    project.ok(&["init", "--yes", "--name", "small"]);
    project
}

/// A task with both files.
pub(crate) const ONE: &str = "delegation/sprints/alpha/one/TASK.md";
/// A task with one file.
pub(crate) const TWO: &str = "delegation/sprints/alpha/two/TASK.md";

/// Runs a sync, then another one that must change nothing at all.
pub(crate) fn settle(project: &Project) -> String {
    let said = project.ok(&["sync"]);
    nothing_left_to_do(project);
    said
}

/// Runs a sync that must change nothing at all.
pub(crate) fn nothing_left_to_do(project: &Project) {
    let (files, told) = (project.files(), events(project));
    project.run(&["sync"]);
    assert_eq!(names(&files), names(&project.files()), "a second sync adds and removes no file");
    assert_eq!(files, project.files(), "a second sync writes no file");
    assert_eq!(told, events(project), "a second sync tells nothing");
}

fn names(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}

/// Every event, by number and word.
pub(crate) fn events(project: &Project) -> Vec<String> {
    project.select("SELECT seq || ' ' || event_type FROM orchestration_events ORDER BY seq")
}

/// A column of the live rows with that code.
pub(crate) fn column(project: &Project, table: &str, code_column: &str, code: &str, column: &str) -> String {
    let query =
        format!("SELECT coalesce({column}, '') FROM {table} WHERE {code_column} = '{code}' AND deleted_at IS NULL");
    project.select(&query).join(",")
}

/// A column of the live task with that code.
pub(crate) fn of_task(project: &Project, code: &str, name: &str) -> String {
    column(project, "orchestration_tasks", "task_code", code, name)
}
