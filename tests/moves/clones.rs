//! What another working copy of the same database knows, and when it began to know it.

use super::project::{Project, sprint, task};
use super::small::of_task;

/// A project in a repository, in step and committed, and a second worktree of it in the folder `other`.
fn with_worktree() -> Project {
    let project = Project::empty();
    git(&project, &["init", "--quiet"]);
    project.write("delegation/sprints/alpha/SPRINT.md", &sprint("Alpha", "Active"));
    project.write("delegation/sprints/alpha/one/TASK.md", &task("one", "Pending", "P1"));
    project.write("delegation/sprints/alpha/one/notes.md", "first\n");
    project.write("delegation/sprints/alpha/two/TASK.md", &task("two", "Pending", "P1"));
    project.ok(&["init", "--yes", "--name", "clones"]);
    git(&project, &["add", "-A"]);
    git(&project, &["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "-m", "all"]);
    git(&project, &["worktree", "add", "--quiet", "other", "-b", "other"]);
    project
}

fn git(project: &Project, args: &[&str]) {
    let done = std::process::Command::new("git").args(args).current_dir(project.root()).output().expect("git runs");
    assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn states(project: &Project) -> Vec<String> {
    project.select("SELECT clone_id || name || hex(raw) FROM orchestration_sync_state ORDER BY 1")
}

#[test]
fn row_13_a_working_copy_that_is_in_step_knows_it_and_says_so_only_once() {
    let project = with_worktree();
    project.ok(&["-C", "other", "sync"]);
    let known = states(&project);
    assert_eq!(known.len(), 8, "four documents in two working copies: {known:?}");
    project.ok(&["-C", "other", "sync"]);
    assert_eq!(states(&project), known);
}

#[test]
fn row_7_a_working_copy_that_was_in_step_can_delete() {
    let project = with_worktree();
    project.ok(&["-C", "other", "sync"]);
    std::fs::remove_dir_all(project.at("other/delegation/sprints/alpha/two")).expect("removed");
    project.ok(&["-C", "other", "sync"]);
    assert!(!project.at("other/delegation/sprints/alpha/two").exists(), "the deletion is not undone");
    assert_eq!(of_task(&project, "two", "id"), "");
}

#[test]
fn row_12_a_working_copy_that_was_in_step_can_change_and_remove_an_attachment() {
    let project = with_worktree();
    project.ok(&["-C", "other", "sync"]);
    project.write("other/delegation/sprints/alpha/one/notes.md", "second\n");
    project.ok(&["-C", "other", "sync"]);
    project.ok(&["sync"]);
    assert_eq!(project.read("delegation/sprints/alpha/one/notes.md"), "second\n");
    std::fs::remove_file(project.at("other/delegation/sprints/alpha/one/notes.md")).expect("removed");
    project.ok(&["-C", "other", "sync"]);
    assert!(!project.at("other/delegation/sprints/alpha/one/notes.md").exists());
    project.ok(&["sync"]);
    assert!(!project.at("delegation/sprints/alpha/one/notes.md").exists());
}

#[test]
fn row_19_an_attachment_that_was_removed_elsewhere_can_be_put_back_here() {
    let project = with_worktree();
    let notes = "delegation/sprints/alpha/one/notes.md";
    project.ok(&["-C", "other", "sync"]);
    std::fs::remove_file(project.at(notes)).expect("removed");
    project.ok(&["sync"]);
    project.ok(&["-C", "other", "sync"]);
    assert!(!project.at(&format!("other/{notes}")).exists(), "the other copy follows");
    project.write(&format!("other/{notes}"), "first\n");
    project.ok(&["-C", "other", "sync"]);
    project.ok(&["sync"]);
    assert_eq!(project.read(notes), "first\n");
}
