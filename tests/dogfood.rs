//! The plan of this project itself, which is kept in step by the program that it plans.

#[path = "support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;

use std::path::Path;
use std::process::Command;

use project::Project;

/// A copy of the committed plan, in a project without a database.
fn plan() -> Project {
    let project = Project::empty();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--", "delegation", "instep.toml"]).current_dir(here);
    let listed = git.output().expect("git runs").stdout;
    let listed = String::from_utf8(listed).expect("paths are text");
    for path in listed.split_terminator('\0') {
        let bytes = std::fs::read(here.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        std::fs::create_dir_all(project.at(path).parent().expect("a folder")).expect("the folder is made");
        std::fs::write(project.at(path), bytes).expect("the file is written");
    }
    project
}

#[test]
fn the_plan_of_this_project_is_in_step() {
    let project = plan();
    let committed = project.files();
    assert!(committed.len() > 40, "the plan is found: {}", committed.len());
    let report = project.json(&["sync"]);
    assert_eq!(report["notes"], serde_json::json!([]));
    assert_eq!((&report["totals"]["held"], &report["open_conflicts"]), (&0.into(), &0.into()));
    let mut after = project.files();
    after.retain(|(path, _)| !path.ends_with("/.hash"));
    for (was, is) in committed.iter().zip(&after) {
        assert_eq!(was, is, "run `instep sync` and commit what it writes");
    }
    assert_eq!(committed.len(), after.len());
    assert_eq!(project.exits(0, &["status"]).lines().next(), Some("in step: nothing to do"));
}

#[test]
fn a_task_of_this_plan_changes_by_a_command_and_nothing_else_does() {
    let project = plan();
    project.ok(&["sync"]);
    let before = project.files();
    project.ok(&["task", "status", "T:trust/mutants", "blocked"]);
    let mut after = project.files();
    after.retain(|file| !file.0.ends_with("/.hash") && !before.contains(file));
    let [(path, bytes)] = after.as_slice() else { panic!("one file changes: {after:#?}") };
    assert_eq!(path, "delegation/sprints/trust/mutants/TASK.md");
    assert!(String::from_utf8_lossy(bytes).contains("**Status**: Blocked  \n"));
}
