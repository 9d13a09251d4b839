//! What people decide of conflicts, and what commands do where files and rows are not in step.

#[path = "support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;
#[path = "support/small.rs"]
mod small;

use project::Project;
use small::{ONE, TWO, events, nothing_left_to_do, of_task, settle, small};

const ONES_AGENT: &str = "delegation/sprints/alpha/one/AGENT.yml";

/// The ids of the open conflicts of that field, in the order of their files' values.
fn waiting(project: &Project, field: &str) -> Vec<String> {
    let open = project.json(&["conflict", "list"]);
    let of_field = open
        .as_array()
        .expect("a list")
        .iter()
        .filter(|conflict| conflict["field"].as_str().unwrap_or("text") == field);
    let mut told: Vec<_> = of_field
        .map(|c| (c["file"].as_str().unwrap_or("").to_owned(), c["id"].as_str().expect("an id").to_owned()))
        .collect();
    told.sort();
    told.into_iter().map(|(_, id)| id).collect()
}

/// The title and the assignee of task two changed in the database, its title and a line of its text in an old copy.
fn two_titles() -> Project {
    let project = small();
    let old = project.read(TWO);
    project.sql("UPDATE orchestration_tasks SET title = 'Of SQL', assignee = 'kim' WHERE task_code = 'two'");
    settle(&project);
    project.write(TWO, &old.replace("# Task: two", "# Task: Of the file").replace("Make two work.", "Make two sing."));
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "two", "title || ' ' || assignee"), "Of SQL kim");
    project
}

#[test]
fn taking_the_files_title_takes_nothing_else_away() {
    let project = two_titles();
    project.ok(&["conflict", "take-file", &waiting(&project, "title")[0]]);
    assert_eq!(of_task(&project, "two", "title || ' ' || assignee"), "Of the file kim");
    let text = project.read(TWO);
    assert!(
        text.starts_with("# Task: Of the file\n") && text.contains("Make two sing.") && text.contains("kim"),
        "{text}"
    );
    settle(&project);
}

#[test]
fn taking_the_rows_title_takes_nothing_else_away() {
    let project = two_titles();
    project.ok(&["conflict", "take-db", &waiting(&project, "title")[0]]);
    assert_eq!(of_task(&project, "two", "title || ' ' || assignee"), "Of SQL kim");
    let text = project.read(TWO);
    assert!(text.starts_with("# Task: Of SQL\n") && text.contains("Make two sing.") && text.contains("kim"), "{text}");
    settle(&project);
}

/// Two lines of the text of task two: of the one both sides have another wording, of each of the others only one has.
fn two_texts() -> Project {
    let project = small();
    project.edit(TWO, "Make two work.", "First line.\n\nSecond line.\n\nThird line.\n\nFourth line.");
    settle(&project);
    let old = project.read(TWO);
    project.edit(TWO, "Second line.", "Second line of the row.");
    project.edit(TWO, "Fourth line.", "Fourth line of the row.");
    settle(&project);
    // From here on this is another clone, which may not supersede those words.
    std::fs::remove_file(project.at(".instep/clone")).expect("removed");
    project.write(
        TWO,
        &old.replace("First line.", "First line of the file.").replace("Second line.", "Second line of the file."),
    );
    project.exits(3, &["sync"]);
    project
}

#[test]
fn of_two_texts_only_the_lines_that_collide_are_decided() {
    for (command, winner) in [("take-file", "file"), ("take-db", "row")] {
        let project = two_texts();
        project.ok(&["conflict", command, &waiting(&project, "text")[0]]);
        let text = project.read(TWO);
        for line in [
            "First line of the file.",
            &format!("Second line of the {winner}."),
            "Third line.",
            "Fourth line of the row.",
        ] {
            assert!(text.contains(line), "{command}: {line} is missing in\n{text}");
        }
        settle(&project);
    }
}

/// TASK.md of task one says completed, AGENT.yml blocked, the row pending.
fn two_places() -> Project {
    let project = small();
    project.edit(ONE, "**Status**: Pending", "**Status**: Completed");
    project.edit(ONES_AGENT, "status: pending", "status: blocked");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project, "status").len(), 2);
    project
}

#[test]
fn of_one_field_in_two_places_the_place_that_is_chosen_counts_in_both() {
    for (chosen, word, spelled) in [(0, "completed", "Completed"), (1, "blocked", "Blocked")] {
        let project = two_places();
        project.ok(&["conflict", "take-file", &waiting(&project, "status")[chosen]]);
        assert_eq!(of_task(&project, "one", "status"), word);
        assert!(project.read(ONE).contains(&format!("**Status**: {spelled}")), "{}", project.read(ONE));
        assert!(project.read(ONES_AGENT).contains(&format!("status: {word}")), "{}", project.read(ONES_AGENT));
        assert_eq!(waiting(&project, "status"), [""; 0], "it was one decision");
        settle(&project);
    }
}

#[test]
fn the_rows_value_reaches_both_places_of_a_field() {
    let project = two_places();
    project.ok(&["conflict", "take-db", &waiting(&project, "status")[1]]);
    assert_eq!(of_task(&project, "one", "status"), "pending");
    assert!(project.read(ONE).contains("**Status**: Pending"), "{}", project.read(ONE));
    assert!(project.read(ONES_AGENT).contains("status: pending"), "{}", project.read(ONES_AGENT));
    settle(&project);
}

#[test]
fn two_values_of_one_field_cannot_both_be_taken() {
    let project = two_places();
    let ids = waiting(&project, "status");
    let said = project.exits(1, &["conflict", "take-file", &ids[0], &ids[1]]);
    assert!(said.contains("two values of one field") && !said.contains("UNIQUE"), "{said}");
    project.ok(&["conflict", "take-db", &ids[0], &ids[1]]);
    settle(&project);
}

#[test]
fn several_conflicts_of_one_document_are_decided_in_any_order_or_at_once() {
    let make = || {
        let project = small();
        let old = project.read(TWO);
        project.sql("UPDATE orchestration_tasks SET title = 'Of SQL', status = 'review' WHERE task_code = 'two'");
        settle(&project);
        project.write(TWO, &old.replace("# Task: two", "# Task: Of the file").replace("In Progress", "Blocked"));
        project.exits(3, &["sync"]);
        project
    };
    let project = make();
    project.ok(&["conflict", "take-file", &waiting(&project, "status")[0]]);
    assert_eq!(of_task(&project, "two", "status || ' ' || title"), "blocked Of SQL");
    project.exits(3, &["sync"]);
    assert_eq!((waiting(&project, "status").len(), waiting(&project, "title").len()), (0, 1));
    project.ok(&["conflict", "take-db", &waiting(&project, "title")[0]]);
    assert_eq!(of_task(&project, "two", "status || ' ' || title"), "blocked Of SQL");
    settle(&project);

    let project = make();
    project.ok(&["conflict", "take-db", &waiting(&project, "status")[0]]);
    nothing_left_to_do(&project);
    assert_eq!((waiting(&project, "status").len(), waiting(&project, "title").len()), (0, 1), "it stays decided");
    project.ok(&["conflict", "take-file", &waiting(&project, "title")[0]]);
    assert_eq!(of_task(&project, "two", "status || ' ' || title"), "review Of the file");
    settle(&project);

    let project = make();
    let before = events(&project).len();
    project.ok(&["conflict", "take-file", &waiting(&project, "status")[0], &waiting(&project, "title")[0]]);
    assert_eq!(of_task(&project, "two", "status || ' ' || title"), "blocked Of the file");
    let told = events(&project).split_off(before);
    assert_eq!(told.iter().filter(|event| event.contains("orchestration.task.")).count(), 2, "{told:?}");
    settle(&project);
}

#[test]
fn a_title_that_is_taken_from_the_file_reaches_the_other_file() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET title = 'Of SQL', status = 'blocked' WHERE task_code = 'one'");
    project.edit(ONE, "# Task: one", "# Task: Of the file");
    project.exits(3, &["sync"]);
    project.ok(&["conflict", "take-file", &waiting(&project, "title")[0]]);
    assert_eq!(
        of_task(&project, "one", "title || ' ' || status"),
        "Of the file blocked",
        "the status was the row's alone"
    );
    let agent = project.read(ONES_AGENT);
    assert!(agent.contains("title: Of the file") && agent.contains("status: blocked"), "{agent}");
    assert!(project.read(ONE).contains("**Status**: Blocked"), "{}", project.read(ONE));
    settle(&project);
}

#[test]
fn an_editor_that_changes_nothing_decides_nothing() {
    let project = two_titles();
    let id = &waiting(&project, "title")[0];
    let edit = |editor: &str| {
        let output = project.command(&["conflict", "edit", id]).env("EDITOR", editor).output().expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = edit("true");
    assert!(code == Some(3) && said.contains("was not edited"), "{said}");
    assert_eq!(waiting(&project, "title"), std::slice::from_ref(id));
    let (code, said) = edit("sed -i 's/Of the file/Of both/'");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(of_task(&project, "two", "title || ' ' || assignee"), "Of both kim");
    settle(&project);
}
