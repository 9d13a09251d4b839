//! How much is said of what was done.

use crate::project::{Project, task};
use crate::small::{ONE, TWO, small};

#[test]
fn who_wants_quiet_hears_of_no_success() {
    let project = small();
    project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
    for words in [
        &["sync"][..],
        &["sync"],
        &["task", "set", "T:alpha/one", "priority=P0"],
        &["task", "set", "T:alpha/one", "priority=P0"],
        &["task", "status", "T:alpha/one", "review"],
        &["task", "new", "made"],
        &["task", "move", "T:backlog/made", "--to", "alpha"],
        &["task", "rm", "T:alpha/made", "--yes"],
        &["sprint", "new", "beta"],
        &["sprint", "scaffold", "beta"],
        &["agent", "new", "helper"],
        &["db", "migrate"],
        &["db", "rebuild", "--yes"],
        &["init", "--yes"],
    ] {
        assert_eq!(project.ok(&[words, &["-q"]].concat()), "", "{words:?}");
    }
    assert!(!project.ok(&["task", "list", "-q"]).is_empty(), "what is asked for is told");
    project.write(ONE, "");
    let said = project.exits(6, &["sync", "-q"]);
    assert!(said.contains("the file is empty"), "{said}");
}

#[test]
fn a_first_run_tells_what_it_did_once() {
    let project = Project::empty();
    project.write("delegation/backlog/first/TASK.md", &task("first", "Pending", "P1"));
    let said = project.ok(&["init", "--yes"]);
    assert_eq!(said.matches("T:backlog/first").count(), 1, "{said}");
    assert_eq!(said.matches("1 created").count(), 1, "{said}");
}
