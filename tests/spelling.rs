//! Values of rows and commands in documents: each is written so that it is read back, or told and written nowhere.

#[path = "support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;
#[path = "support/small.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod small;

use project::Project;
use small::{ONE, events, nothing_left_to_do, of_task, settle, small};

const AGENT: &str = "delegation/sprints/alpha/one/AGENT.yml";

fn set(project: &Project, assignments: &str) {
    project.sql(&format!("UPDATE orchestration_tasks SET {assignments} WHERE task_code = 'one'"));
}

/// What another program may say of a task, and the line of TASK.md that then says it.
const SPELLABLE: [(&str, &str); 9] = [
    ("title = 'null'", "# Task: null\n"),
    ("title = 'a | b'", "# Task: a | b\n"),
    ("title = '`x`'", "# Task: `x`\n"),
    ("title = '  x  '", "# Task: x\n"),
    ("title = 'x: \"y\" # z'", "# Task: x: \"y\" # z\n"),
    ("depends_on = '[\"two\"]'", "**Dependencies**: `two`"),
    ("depends_on = '[\"b\",\"fix-login\",\"PROJ-01-02\"]'", "**Dependencies**: `b`, `fix-login`, `PROJ-01-02`"),
    ("tags = '[\"c\",\"d, e\"]'", "**Tags**: `c`, `d, e`"),
    ("tags = '[\"#1\"]'", "**Tags**: \"#1\""),
];

#[test]
fn row_11_what_a_row_says_is_written_so_that_it_is_read_back() {
    let project = small();
    for (assignment, line) in SPELLABLE {
        set(&project, assignment);
        let said =
            project.select("SELECT title || depends_on || tags FROM orchestration_tasks WHERE task_code = 'one'");
        settle(&project);
        assert!(project.read(ONE).contains(line), "{assignment}: {}", project.read(ONE));
        project.edit(ONE, "- [ ] Plan it", "- [ ] Plan it ");
        settle(&project);
        let now = project.select("SELECT title || depends_on || tags FROM orchestration_tasks WHERE task_code = 'one'");
        assert_eq!(said.join("").replace("  ", ""), now.join(""), "the file says what the row said");
    }
    assert!(project.read(AGENT).contains("title: \"x: \\\"y\\\" # z\""), "{}", project.read(AGENT));
}

#[test]
fn row_11_one_run_settles_one_spelling_on_both_sides() {
    for (written, column, settled) in [
        ("title = '  x  '", "title", "x"),
        ("assignee = ' kim '", "assignee", "kim"),
        ("assignee = '  '", "assignee", ""),
        ("category = char(9) || 'x'", "category", "x"),
    ] {
        let project = small();
        set(&project, written);
        settle(&project);
        assert_eq!(of_task(&project, "one", column), settled, "{written}");
        let told = events(&project).len();
        project.edit(ONE, "Make one work.", "Make one sing.");
        settle(&project);
        let news = project.select(&format!("SELECT payload FROM orchestration_events WHERE seq > {told}"));
        assert!(!news.is_empty() && !news.concat().contains(&format!("\"{column}\"")), "{written}: {news:?}");
    }
}

/// What another program may say of a task with two files that its TASK.md cannot, and the field that is named.
const UNSPELLABLE: [(&str, &str); 9] = [
    ("title = 'l1' || char(10) || 'l2'", "its title: "),
    ("title = 'x <!-- c -->'", "its title: "),
    ("title = 'TBD'", "its title: "),
    ("title = ''", "its title: "),
    ("title = NULL", "its title: "),
    ("assignee = 'a | b'", "its assignee: "),
    ("assignee = 'None'", "its assignee: "),
    ("goal = 'l1' || char(10) || 'l2'", "its goal: "),
    ("depends_on = '[\"all of it\"]'", "its depends_on: "),
];

#[test]
fn row_35_a_row_that_one_of_its_documents_cannot_say_waits_and_no_place_of_it_changes() {
    for (assignment, told) in UNSPELLABLE {
        let project = small();
        let (one, agent) = (project.read(ONE), project.read(AGENT));
        set(&project, assignment);
        let row = || {
            project.select(
                "SELECT quote(title) || quote(assignee) || quote(goal) || quote(depends_on) FROM orchestration_tasks",
            )
        };
        let (before, known) = (row(), events(&project));
        for words in [&["sync"][..], &["sync"], &["status"]] {
            let said = project.run(words);
            let said = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
            assert!(said.contains("no file can hold row") && said.contains(told), "{assignment}: {said}");
            assert!(!said.contains("nothing to do"), "{assignment}: {said}");
        }
        project.exits(6, &["sync"]);
        for words in [&["task", "set", "one", "phase=2"][..], &["task", "move", "one", "--code", "uno"]] {
            let said = project.exits(6, words);
            assert!(said.contains("no file can hold what the row") && said.contains("hint: give it another"), "{said}");
        }
        assert_eq!((project.read(ONE), project.read(AGENT)), (one, agent), "{assignment}");
        assert_eq!((row(), events(&project)), (before, known), "{assignment}: the row keeps its value");
        set(&project, "title = 'mended', assignee = NULL, goal = NULL, depends_on = NULL");
        settle(&project);
        assert!(project.read(ONE).contains("# Task: mended") && project.read(AGENT).contains("title: mended"));
    }
}

#[test]
fn a_row_that_another_program_made_waits_too_until_it_can_be_written() {
    let project = small();
    project.sql("INSERT INTO orchestration_tasks (task_code, title) VALUES ('made', 'l1' || char(10) || 'l2')");
    assert!(project.exits(6, &["sync"]).contains("its title: "));
    assert!(project.exits(6, &["sync"]).contains("its title: "));
    assert!(!project.at("delegation/backlog/made").exists());
    project.sql("UPDATE orchestration_tasks SET title = 'l1 l2' WHERE task_code = 'made'");
    settle(&project);
    assert!(project.read("delegation/backlog/made/TASK.md").starts_with("# Task: l1 l2\n"));
}

#[test]
fn a_command_refuses_what_no_document_can_say_before_anything_is_saved() {
    let project = small();
    let (files, known) = (project.files(), events(&project));
    for bad in [
        "assignee=a\nb",
        "title=a\tb",
        "title=",
        "title=TBD",
        "title=x <!-- c -->",
        "assignee=a | b",
        "assignee=None",
        "tags=a\u{1b}[2J",
        "depends_on=two three",
        "depends_on=S:alpha/two/x",
        "progress=101",
        "progress=-1",
        "progress=x",
        "estimate_hours=x",
        "starts_on=soon",
    ] {
        let said = project.exits(2, &["task", "set", "T:alpha/one", bad]);
        let field = bad.split('=').next().expect("a field");
        assert!(said.contains(field), "{bad:?}: {said}");
    }
    assert_eq!((project.files(), events(&project)), (files, known));
    nothing_left_to_do(&project);
}

#[test]
fn a_title_in_backticks_can_be_changed_again() {
    let project = small();
    for title in ["`x`", "Plain", "a | b", "null", "`a` and `b`", "B"] {
        project.ok(&["task", "set", "T:alpha/one", &format!("title={title}")]);
        assert!(project.read(ONE).starts_with(&format!("# Task: {title}\n")), "{}", project.read(ONE));
        assert_eq!(of_task(&project, "one", "title"), title);
        nothing_left_to_do(&project);
    }
    assert!(project.read(AGENT).contains("title: \"B\"\n"), "{}", project.read(AGENT));
}

#[test]
fn any_code_can_be_waited_for_and_one_that_nobody_has_is_told() {
    let project = small();
    let said = project.ok(&["task", "set", "T:alpha/one", "depends_on=two, T:backlog/later"]);
    assert!(!said.contains("no task"), "{said}");
    assert_eq!(of_task(&project, "one", "depends_on"), "[\"two\",\"T:backlog/later\"]");
    let said = project.ok(&["task", "set", "T:alpha/one", "depends_on=publish"]);
    assert!(said.contains("`publish`, but no task is called so"), "{said}");
    assert!(project.read(ONE).contains("**Dependencies**: `publish`"), "{}", project.read(ONE));
    project.ok(&["task", "set", "T:alpha/one", "depends_on=none"]);
    assert_eq!(of_task(&project, "one", "depends_on"), "[]");
    nothing_left_to_do(&project);
}

#[test]
fn progress_has_no_place_in_documents_and_can_be_taken_away() {
    let project = small();
    project.ok(&["task", "set", "T:alpha/one", "progress=100"]);
    assert_eq!(of_task(&project, "one", "progress"), "100.0");
    project.ok(&["task", "set", "T:alpha/one", "progress="]);
    assert_eq!(of_task(&project, "one", "progress"), "");
}

#[test]
fn the_next_task_waits_for_what_its_text_says() {
    let project = small();
    let waits = |text: &str, names: &[&str]| {
        project.write(ONE, &format!("# Task: one\n\n**Status**: Pending\n\n## Dependencies\n\n{text}\n"));
        project.ok(&["sync"]);
        let next = project.json(&["task", "next", "-n", "9"]);
        let waiting = next["waiting"].as_array().cloned().unwrap_or_default();
        let one = waiting.iter().find(|waiting| waiting["reference"] == "T:alpha/one");
        assert_eq!(
            one.map(|one| one["waits_for"].clone()),
            (!names.is_empty()).then(|| names.into()),
            "{text}: {next}"
        );
        let is_offered = next["items"].to_string().contains("\"T:alpha/one\"");
        assert_eq!(is_offered, names.is_empty(), "{text}: {next}");
    };
    waits("- two", &["two"]);
    waits("- **two**: it lays the ground\n- `T:backlog/later` too", &["two", "T:backlog/later"]);
    waits("- `three` is done\n- T:backlog/two\n- nobody\n- one", &[]);
    waits("None", &[]);
    waits("- None", &[]);
}

#[test]
fn a_command_mends_a_row_that_no_file_can_hold_and_carries_over_what_waited_with_it() {
    let project = small();
    set(&project, "title = 'l1' || char(10) || 'l2', priority = 'P0'");
    project.exits(6, &["sync"]);
    project.ok(&["task", "set", "one", "title=mended"]);
    assert_eq!(of_task(&project, "one", "title || priority"), "mendedP0");
    let text = project.read(ONE);
    assert!(text.contains("# Task: mended") && text.contains("**Priority**: P0"), "{text}");
    assert!(project.read(AGENT).contains("title: mended"), "{}", project.read(AGENT));
    nothing_left_to_do(&project);
}

#[test]
fn the_very_field_can_be_set_while_the_file_is_edited_and_neither_is_lost() {
    let project = small();
    set(&project, "assignee = 'TBD', phase = '2'");
    project.edit(ONE, "Make one work.", "Make one sing.");
    project.exits(6, &["sync"]);
    let row = || of_task(&project, "one", "assignee || coalesce(phase, '')");
    for (refused, code) in [("assignee=a | b", 2), ("assignee=<!-- c -->", 2), ("phase=3", 6)] {
        project.exits(code, &["task", "set", "one", refused]);
        assert_eq!(row(), "TBD2", "{refused}: a refused command changes nothing");
    }
    project.ok(&["task", "set", "one", "assignee=kim"]);
    assert_eq!(row(), "kim2");
    let text = project.read(ONE);
    assert!(text.contains("Make one sing.") && text.contains("kim") && text.contains("**Phase**: 2"), "{text}");
    settle(&project);
}

#[test]
fn files_that_are_gone_let_no_command_overwrite_a_row_that_none_can_hold() {
    let project = small();
    set(&project, "title = 'l1' || char(10) || 'l2'");
    std::fs::remove_dir_all(project.at("delegation/sprints/alpha/one")).expect("removed");
    project.exits(6, &["task", "set", "one", "phase=2"]);
    assert_eq!(of_task(&project, "one", "title"), "l1\nl2");
}

#[test]
fn a_place_that_the_other_one_cannot_follow_is_told() {
    let project = small();
    project.edit(AGENT, "title: one", "title: \"l1\\nl2\"");
    let said = project.ok(&["sync"]);
    assert!(said.contains("AGENT.yml: line 2") && said.contains("the main place counts"), "{said}");
    assert_eq!(of_task(&project, "one", "title"), "one");
    project.edit(AGENT, "l1\\nl2", "uno");
    project.edit(ONE, "# Task: one", "# Task: uno");
    assert!(!settle(&project).contains("the main place counts"));
}
