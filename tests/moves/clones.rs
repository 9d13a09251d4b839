//! What another working copy of the same database knows, and when it began to know it.

use super::project::{Project, sprint, task};
use super::small::{events, nothing_left_to_do, of_task, settle};
use super::{copy, first_conflict, remove, rename, waiting};

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
fn row_5_a_text_that_waited_for_another_working_copys_task_becomes_one_when_that_is_deleted() {
    let project = with_worktree();
    project.ok(&["-C", "other", "sync"]);
    let (here, there) = ("delegation/sprints/alpha/new", "other/delegation/sprints/alpha/new");
    project.write(&format!("{here}/TASK.md"), &task("new", "Pending", "P1"));
    project.ok(&["sync"]);
    project.write(&format!("{there}/TASK.md"), &task("new", "Pending", "P1").replace("new", "mine"));
    project.exits(3, &["-C", "other", "sync"]);
    remove(&project, "sprints/alpha/new");
    project.exits(3, &["sync"]);
    project.ok(&["-C", "other", "sync"]);
    assert_eq!((waiting(&project), of_task(&project, "new", "title").as_str()), (vec![], "mine"));
    assert!(project.read(&format!("{there}/TASK.md")).contains("<!-- instep "), "it bears its id");
    project.ok(&["sync"]);
    assert!(project.read(&format!("{here}/TASK.md")).contains("mine"), "and reaches the other one");
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

#[test]
fn gt16_a_conflict_is_closed_only_by_the_working_copy_whose_files_it_stems_from() {
    let project = with_worktree();
    let one = "delegation/sprints/alpha/one/TASK.md";
    project.ok(&["-C", "other", "sync"]);
    project.edit(&format!("other/{one}"), "Make one work.", "Make one work there.");
    project.ok(&["-C", "other", "sync"]);
    project.edit(one, "Make one work.", "Make one work here.");
    copy(&project, "sprints/alpha/two", "sprints/alpha/copy");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["body", "duplicate-id"]);
    project.exits(3, &["-C", "other", "sync"]);
    nothing_left_to_do(&project);
    let told = events(&project);
    project.exits(3, &["-C", "other", "sync"]);
    assert_eq!((told, waiting(&project)), (events(&project), vec!["body".to_owned(), "duplicate-id".to_owned()]));
    remove(&project, "sprints/alpha/copy");
    project.edit(one, "Make one work here.", "Make one work there.");
    settle(&project);
    assert!(waiting(&project).is_empty());
}

#[test]
fn gt16_what_waits_in_another_working_copy_is_decided_there_or_given_up_here() {
    let project = with_worktree();
    project.ok(&["-C", "other", "sync"]);
    copy(&project, "sprints/alpha/two", "sprints/alpha/copy");
    project.exits(3, &["sync"]);
    let id = first_conflict(&project);
    let said = project.exits(1, &["-C", "other", "conflict", "take-file", &id]);
    assert!(said.contains("another working copy"), "{said}");
    project.ok(&["-C", "other", "conflict", "take-db", &id]);
    assert!(waiting(&project).is_empty(), "that working copy may be gone for good");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["duplicate-id"], "it is not");
}

#[test]
fn a_text_that_is_held_can_be_decided_although_its_folder_has_just_been_moved() {
    for (side, text) in [("take-file", "Make one work here."), ("take-db", "Make one work there.")] {
        let project = with_worktree();
        let one = "delegation/sprints/alpha/one/TASK.md";
        project.ok(&["-C", "other", "sync"]);
        project.edit(&format!("other/{one}"), "Make one work.", "Make one work there.");
        project.ok(&["-C", "other", "sync"]);
        project.edit(one, "Make one work.", "Make one work here.");
        project.exits(3, &["sync"]);
        rename(&project, "sprints/alpha/one", "backlog/first");
        project.ok(&["conflict", side, &first_conflict(&project)]);
        assert!(waiting(&project).is_empty() && !project.at(one).exists(), "{side}: no second folder");
        settle(&project);
        assert!(project.read("delegation/backlog/first/TASK.md").contains(text), "{side}");
    }
}
