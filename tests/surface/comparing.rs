//! Paths, differences and check-ups, from where a person stands.

use crate::project::{Project, sprint, task};

const PUBLISH: &str = "delegation/sprints/first-release/publish/TASK.md";

fn demo() -> Project {
    let project = Project::empty();
    project.ok(&["init", "--demo"]);
    project
}

/// What a command says whose user stands in `folder`.
fn said_in(project: &Project, folder: &str, words: &[&str]) -> (Option<i32>, String) {
    let output = project.command(words).current_dir(project.at(folder)).output().expect("it starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("text"))
}

#[test]
fn paths_are_taken_from_where_one_stands() {
    let project = demo();
    project.edit(PUBLISH, "Pending", "Blocked");
    let sprints = "delegation/sprints";
    for path in [".", "..", "first-release/publish", "../../delegation"] {
        let (code, said) = said_in(&project, sprints, &["status", path]);
        assert!(code == Some(0) && said.contains("T:first-release/publish"), "{path}: {said}");
    }
    let (code, said) = said_in(&project, ".", &["-C", sprints, "diff", "first-release/publish"]);
    assert!(code == Some(0) && said.contains("+**Status**: Blocked"), "{said}");
    let (code, said) = said_in(&project, sprints, &["sync", "first-release/write-parser"]);
    assert!(code == Some(0) && said.starts_with("in step"), "{said}");
    for path in ["publish", "nope", "T:publish", "../../README.md", "../../.."] {
        for command in ["sync", "status", "diff"] {
            assert_eq!(said_in(&project, sprints, &[command, path]).0, Some(2), "{command} {path}");
        }
    }
    std::fs::remove_dir_all(project.at("delegation/backlog/empty-input")).expect("it goes");
    let (code, said) = said_in(&project, "delegation/backlog", &["status", "empty-input"]);
    assert!(code == Some(0) && said.contains("T:backlog/empty-input"), "what is gone is a path still: {said}");
}

#[test]
fn a_copy_is_named_from_where_one_stands_and_must_be_there() {
    let project = demo();
    let bug = project.read("delegation/backlog/empty-input/TASK.md");
    project.write("delegation/backlog/copy/TASK.md", &bug);
    project.exits(3, &["sync"]);
    let (code, said) = said_in(&project, "delegation/backlog", &["conflict", "new-id", "nowhere"]);
    assert!(code == Some(1) && said.contains("delegation/backlog/nowhere"), "{said}");
    assert_eq!(said_in(&project, "delegation/backlog", &["conflict", "new-id", "copy"]).0, Some(0));
    let last_line =
        |code: &str| project.read(&format!("delegation/backlog/{code}/TASK.md")).lines().last().map(str::to_owned);
    assert_ne!(last_line("copy"), last_line("empty-input"), "they do not bear one id any more");
}

#[test]
fn a_difference_of_the_row_alone_is_shown() {
    let project = demo();
    project.sql("UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'publish'");
    let said = project.ok(&["diff"]);
    assert!(said.contains("-**Status**: Blocked") && said.contains("+**Status**: Pending"), "{said}");
    project.ok(&["sync"]);
    assert_eq!(project.ok(&["diff"]), "");
}

#[test]
fn line_ends_are_no_difference_and_a_move_is_told_as_one() {
    let project = demo();
    let crlf = project.read(PUBLISH).replace('\n', "\r\n");
    project.write(PUBLISH, &crlf.replace("[ ] Write the README", "[x] Write the README"));
    let said = project.ok(&["diff"]);
    let changed = said
        .lines()
        .filter(|line| line.starts_with(['+', '-']) && !line.starts_with("+++ ") && !line.starts_with("--- "));
    assert_eq!(changed.count(), 2, "{said}");
    project.ok(&["sync"]);
    let folder = |name: &str| project.at(&format!("delegation/sprints/first-release/{name}"));
    std::fs::rename(folder("publish"), folder("published")).expect("it moves");
    let said = project.ok(&["diff"]);
    let moved = "delegation/sprints/first-release/published/TASK.md moved from delegation/sprints/first-release/publish/TASK.md\n";
    assert!(said.contains(moved) && !said.contains("@@"), "{said}");
}

#[test]
fn checking_shows_what_differs_and_writes_neither_side() {
    let project = demo();
    let settings = project.read("instep.toml");
    project.write("instep.toml", &format!("{settings}\n[sync]\ndirection = \"check\"\n"));
    project.edit(PUBLISH, "Pending", "Blocked");
    let before = project.files();
    for command in ["status", "sync", "diff"] {
        let said = project.ok(&[command]);
        assert!(said.contains("publish"), "{command}: {said}");
    }
    assert_eq!(project.json(&["sync"])["applied"], false);
    for words in
        [&["task", "set", "publish", "assignee=bob"][..], &["task", "new", "zz"], &["task", "rm", "publish", "--yes"]]
    {
        let said = project.exits(7, words);
        assert!(said.contains("`sync.direction` is `check`"), "{said}");
    }
    assert_eq!(project.files(), before);
    assert_eq!(project.json(&["task", "show", "publish"])["entity"]["status"], "pending");
}

#[test]
fn what_does_not_count_in_a_mirror_is_told_each_time() {
    let project = demo();
    let settings = project.read("instep.toml");
    project.write("instep.toml", &format!("{settings}\n[sync]\ndirection = \"mirror\"\n"));
    project.ok(&["sync"]);
    project.write("delegation/backlog/new/TASK.md", &task("new", "Pending", "P1"));
    for words in [&["status"][..], &["sync"], &["sync"], &["status"], &["sync"]] {
        let said = project.ok(words);
        let told = "delegation/backlog/new/TASK.md: files only follow the database here\nnot in step: ";
        assert!(said.contains(told), "{words:?}: {said}");
    }
    std::fs::remove_dir_all(project.at("delegation/backlog/new")).expect("removed");
    assert!(project.ok(&["sync"]).starts_with("in step: nothing to do"));
    assert!(project.ok(&["status"]).starts_with("in step: nothing to do"));
}

#[test]
fn status_ends_as_the_next_sync_will() {
    let project = demo();
    let files = project.files();
    let task = files.iter().map(|(path, _)| path).find(|path| path.ends_with("TASK.md")).expect("a task");
    let ends = |code| ["status", "sync", "status"].map(|word| project.exits(code, &[word]));
    ends(0);
    let whole = project.read(task);
    std::fs::write(project.at(task), b"\xff").expect("written");
    ends(6);
    project.write(task, &whole);
    ends(0);
    project.sql(
        "UPDATE orchestration_tasks SET assignee = 'TBD' WHERE rowid = (SELECT min(rowid) FROM orchestration_tasks)",
    );
    ends(6);
    project.sql("UPDATE orchestration_tasks SET assignee = NULL");
    ends(0);
    project.write(&task.replace("TASK.md", "copy.md"), "An attachment.\n");
    project.ok(&["status"]);
    project.sql("UPDATE orchestration_tasks SET title = 'Of SQL'");
    project.edit(task, "# Task: ", "# Task: Of the file, ");
    ends(3);
}

#[test]
fn status_never_says_that_something_was_applied() {
    let project = demo();
    assert_eq!(project.json(&["status"])["applied"], false);
    assert_eq!(project.json(&["sync", "--dry-run"])["applied"], false);
    assert_eq!(project.json(&["sync"])["applied"], true);
}

#[test]
fn a_doctor_looks_at_a_sick_database_too() {
    let project = demo();
    assert_eq!(project.json(&["doctor"]).as_array().map(Vec::len), Some(13));
    project.sql("INSERT INTO orchestration_sprints (sprint_code, title) VALUES ('bad/code', 'T')");
    let said = project.exits(4, &["doctor"]);
    assert!(said.contains("codes           not well"), "{said}");
    std::fs::write(project.database(), "garbage").expect("it is written");
    project.write(PUBLISH, "<<<<<<< a\n=======\n>>>>>>> b\n");
    let said = project.exits(4, &["doctor"]);
    assert!(
        said.contains("database       not well") && said.contains("documents      not well  1 cannot be understood"),
        "{said}"
    );
    project.exits(5, &["task", "list"]);
    std::fs::remove_file(project.database()).expect("it goes");
    assert!(project.exits(4, &["doctor"]).contains("database       not well"));
}

#[test]
fn recognition_takes_a_file_and_shows_each_raw_value_on_a_line() {
    let project = Project::empty();
    project.write("plan/a/TASK.md", "# Task: One\n\n**Status**: nearly there\n");
    project.write("plan/TASK.md", "# Task: Two\n\n**Priority**: soon\n");
    for path in ["plan/a/TASK.md", "plan"] {
        let said = project.ok(&["doctor", "--fields", path]);
        assert!(said.starts_with("all: "), "{said}");
        assert!(
            said.lines().any(|line| line.starts_with("    1× nearly there   ") && line.ends_with("TASK.md:3")),
            "{said}"
        );
    }
    assert!(
        project.ok(&["doctor", "--fields", "plan"]).contains("\nright here: 1 document, 0 without header fields\n")
    );
    project.exits(2, &["doctor", "--depth", "3"]);
}

#[test]
fn a_list_says_what_it_lists_once() {
    let answer = demo().envelope(&["task", "list"]);
    assert_eq!((&answer["kind"], &answer["data"]["kind"]), (&"task.list".into(), &serde_json::Value::Null));
    assert_eq!(answer["data"]["items"][0]["kind"], "task");
}

#[test]
fn lists_are_in_the_order_of_sprints_and_then_of_codes() {
    let project = Project::new();
    for code in ["beta", "alpha"] {
        project.write(&format!("delegation/sprints/{code}/SPRINT.md"), &sprint(code, "Active"));
        for task_code in ["t-10", "t-2"] {
            project.write(&format!("delegation/sprints/{code}/{task_code}/TASK.md"), &task("x", "Pending", "P1"));
        }
    }
    project.write("delegation/backlog/t-1/TASK.md", &task("x", "Pending", "P1"));
    let references = |list: &serde_json::Value| -> Vec<String> {
        let items = list.as_array().expect("a list");
        items.iter().map(|item| item["reference"].as_str().expect("a text").to_owned()).collect()
    };
    let tasks = ["T:alpha/t-2", "T:alpha/t-10", "T:beta/t-2", "T:beta/t-10", "T:backlog/t-1"];
    let adopted = references(&project.json(&["sync"])["steps"]);
    assert_eq!(adopted, [&["S:alpha", "S:beta"][..], &tasks].concat());
    assert_eq!(references(&project.json(&["task", "list"])["items"]), tasks);
    assert_eq!(
        references(&project.json(&["task", "list", "--sort", "-sprint,code", "-n", "2", "--page", "1"])["items"]),
        tasks[2..4]
    );
    assert!(project.ok(&["task", "list", "-n", "2", "--page", "9"]).contains("past the end: 5 tasks in all"));
    assert!(project.ok(&["task", "list", "nothing-like-it"]).contains("no task fits; leave out a filter"));
    assert!(project.ok(&["agent", "list"]).contains("there are no agents; `instep agent new` makes one"));
    project.exits(2, &["task", "list", "-n", "0"]);
    project.exits(2, &["task", "list", "--sort", "skills"]);
}

#[test]
fn each_noun_shows_and_changes_its_own_kind() {
    let project = demo();
    for words in [
        &["sprint", "show", "first-release/publish"][..],
        &["agent", "show", "T:publish"],
        &["task", "show", "S:first-release"],
        &["task", "rm", "S:first-release", "--with-tasks", "--yes"],
        &["sprint", "set", "T:publish", "title=x"],
    ] {
        assert!(project.exits(2, words).contains("names a"), "{words:?}");
    }
    assert!(project.exits(2, &["sprint", "move", "first-release"]).contains("--code <CODE>"));
    assert!(project.exits(2, &["task", "move", "publish"]).contains("--to <SPRINT>"));
    assert!(project.exits(2, &["task", "list", "--sprint", "backlog"]).contains("`task list --backlog`"));
    let said = project.run(&["--json", "task"]);
    let answer: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
    assert_eq!((said.status.code(), &answer["error"]["code"]), (Some(2), &"usage".into()));
}
