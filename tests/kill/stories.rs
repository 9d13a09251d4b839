//! What is being done when the process dies.

use crate::project::{Project, task};
use crate::small::{ONE, TWO, small};

/// Something that is prepared, and the command that is cut off while it runs.
pub(crate) struct Story {
    pub(crate) name: &'static str,
    /// A project as it is before the command.
    pub(crate) start: fn() -> Project,
    /// The command, as users give it.
    pub(crate) command: fn(&Project) -> Vec<String>,
    /// Whether a command that is cut off early has done nothing; what a sync began, the next one finishes.
    pub(crate) may_be_undone: bool,
}

pub(crate) const STORIES: &[Story] = &[
    Story { name: "first", start: unsynced, command: |_| words("sync"), may_be_undone: false },
    Story { name: "sync", start: changed, command: |_| words("sync"), may_be_undone: false },
    Story {
        name: "set",
        start: small,
        command: |_| words("task set T:alpha/one status=review assignee=ann"),
        may_be_undone: true,
    },
    Story { name: "move", start: small, command: |_| words("task move T:alpha/one --to backlog"), may_be_undone: true },
    Story { name: "rename", start: small, command: |_| words("sprint move S:alpha --code gamma"), may_be_undone: true },
    Story { name: "remove", start: small, command: |_| words("task rm --yes T:alpha/two"), may_be_undone: true },
    Story { name: "new", start: small, command: |_| words("task new fresh --sprint S:alpha"), may_be_undone: true },
    Story { name: "take-file", start: collided, command: take_file, may_be_undone: true },
];

fn words(command: &str) -> Vec<String> {
    command.split(' ').map(str::to_owned).collect()
}

fn take_file(project: &Project) -> Vec<String> {
    let open = project.json(&["conflict", "list"]);
    let ids = open.as_array().into_iter().flatten().filter_map(|conflict| conflict["id"].as_str());
    words("conflict take-file").into_iter().chain(ids.map(str::to_owned)).collect()
}

/// A project with documents that were never synced.
fn unsynced() -> Project {
    let project = Project::empty();
    project.write("delegation/backlog/later/TASK.md", &task("later", "Pending", "P3"));
    for code in ["one", "two", "three"] {
        project.write(&format!("delegation/sprints/alpha/{code}/TASK.md"), &task(code, "Pending", "P1"));
    }
    project.write("delegation/sprints/alpha/SPRINT.md", &crate::project::sprint("Alpha", "Active"));
    project.write("delegation/sprints/alpha/one/AGENT.yml", "task:\n  title: one\n  status: pending\n");
    project.ok(&["init", "--no-sync", "--name", "unsynced"]);
    project
}

/// A change of every kind on either side.
fn changed() -> Project {
    let project = small();
    project.write("delegation/sprints/alpha/new/TASK.md", &task("new", "Pending", "P2"));
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    project.edit(TWO, "- [ ] Plan it", "- [x] Plan it");
    let moved = std::fs::rename(project.at("delegation/backlog/later"), project.at("delegation/sprints/alpha/later"));
    moved.expect("the folder moves");
    std::fs::remove_dir_all(project.at("delegation/sprints/alpha/three")).expect("the folder goes");
    project.sql("UPDATE orchestration_tasks SET title = 'uno', assignee = 'ann' WHERE task_code = 'one'");
    project.sql("UPDATE orchestration_tasks SET status = 'review', priority = 'P3' WHERE task_code = 'two'");
    project.sql("UPDATE orchestration_sprints SET status = 'completed'");
    project.sql("UPDATE agent_profiles SET role = 'reviewer'");
    project
}

/// A conflict that waits, and an edit that was not synced yet.
fn collided() -> Project {
    let project = small();
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    project.sql("UPDATE orchestration_tasks SET priority = 'P3' WHERE task_code = 'one'");
    project.exits(3, &["sync"]);
    project.edit(TWO, "- [ ] Plan it", "- [x] Plan it");
    project
}
