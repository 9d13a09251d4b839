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

#[test]
fn broken_front_matter_is_told_once_by_a_run_and_always_by_doctor() {
    let text = "---\nphase: 2\nassignee: @ada\n---\n\n# Left alone\n\n**Status**: Done\n\n## Text\n";
    let told = "TASK.md:3:11: the front matter is left alone: ";
    let project = small();
    let path = "delegation/sprints/alpha/four/TASK.md";
    project.write(path, text);
    let said = project.ok(&["sync"]);
    assert!(said.contains(&format!("note: delegation/sprints/alpha/four/{told}")), "{said}");
    assert!(!project.ok(&["sync", "-v"]).contains(told), "a run that takes nothing over has no news");
    project.edit(path, "## Text", "## More text");
    assert!(!project.ok(&["sync"]).contains(told), "what the row knew before is no news");
    let said = project.exits(4, &["doctor"]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(&format!("four/{told}")), "{said}");
    let said = project.ok(&["doctor", "--fields", "delegation"]);
    assert!(said.contains(&format!("sprints/alpha/four/{told}")), "{said}");
    project.edit(path, "@ada", "ada");
    project.ok(&["sync"]);
    project.ok(&["doctor"]);
    project.edit(path, "assignee: ada", "assignee: @ada");
    assert!(project.ok(&["sync"]).contains(told), "it broke again");
}

#[test]
fn broken_front_matter_is_told_at_adoption() {
    let project = Project::empty();
    project.write("delegation/backlog/odd/TASK.md", include_str!("../fixtures/documents/broken-front-matter.md"));
    let said = project.ok(&["init", "--yes"]);
    assert!(said.contains("odd/TASK.md:3:11: the front matter is left alone: "), "{said}");
}
