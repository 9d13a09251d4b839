//! Who is who and where: copies, moves, renames and deletions, as users do them.

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;
#[path = "../support/small.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod small;

mod clones;
mod commands;
mod identity;
mod places;
mod sprints;

use project::Project;

/// Renames a folder of the tree as a file manager does.
fn rename(project: &Project, from: &str, to: &str) {
    let at = |path: &str| project.at(&format!("delegation/{path}"));
    std::fs::create_dir_all(at(to).parent().expect("a folder")).expect("made");
    std::fs::rename(at(from), at(to)).expect("renamed");
}

/// Copies a folder of the tree with all its files, as a file manager does.
fn copy(project: &Project, from: &str, to: &str) {
    let at = |path: &str| project.at(&format!("delegation/{path}"));
    for entry in std::fs::read_dir(at(from)).expect("a folder").flatten() {
        std::fs::create_dir_all(at(to)).expect("made");
        std::fs::copy(entry.path(), at(to).join(entry.file_name())).expect("copied");
    }
}

/// Removes a folder of the tree.
fn remove(project: &Project, path: &str) {
    std::fs::remove_dir_all(project.at(&format!("delegation/{path}"))).expect("removed");
}

/// Changes rows of tasks as another program does; exactly one.
fn sql_task(project: &Project, code: &str, set: &str) {
    let done = project.sql(&format!("UPDATE orchestration_tasks SET {set} WHERE task_code = '{code}'"));
    assert_eq!(done, 1, "one row is called {code}");
}

/// The kinds of the conflicts that wait.
fn waiting(project: &Project) -> Vec<String> {
    let listed = project.json(&["conflict", "list"]);
    let mut kinds: Vec<String> =
        listed.as_array().expect("a list").iter().map(|c| c["kind"].as_str().expect("a kind").to_owned()).collect();
    kinds.sort();
    kinds
}

/// The id of the conflict that was recorded last.
fn first_conflict(project: &Project) -> String {
    project.json(&["conflict", "list"])[0]["short"].as_str().expect("an id").to_owned()
}
