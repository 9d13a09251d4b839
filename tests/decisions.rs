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

#[test]
fn a_conflict_is_where_its_file_went_with_the_sprint() {
    let project = two_texts();
    let id = waiting(&project, "text").remove(0);
    std::fs::rename(project.at("delegation/sprints/alpha"), project.at("delegation/sprints/beta")).expect("moved");
    project.exits(3, &["sync"]);
    let moved = TWO.replace("alpha", "beta");
    let shown = project.json(&["conflict", "show", &id]);
    assert_eq!((&shown["path"], &shown["reference"]), (&moved.as_str().into(), &"T:beta/two".into()));
    edit_conflict(&project, &id, "Second line of the file", "Second line of both");
    assert!(project.read(&moved).contains("Second line of both."), "{}", project.read(&moved));
    settle(&project);
}

#[test]
fn a_conflict_of_two_texts_shows_what_each_side_made_of_what_both_had() {
    let project = two_texts();
    let id = waiting(&project, "text").remove(0);
    let said = project.ok(&["conflict", "show", &id]);
    assert!(!said.contains("none") && said.lines().count() < 45, "{said}");
    let (of_file, of_row) = said.split_once("what the database changed").expect("both changes");
    assert!(of_file.contains("what the file changed") && of_file.contains("\n+Second line of the file."), "{said}");
    assert!(of_row.contains("\n-Second line.\n") && of_row.contains("\n+Second line of the row."), "{said}");
    let texts = project.json(&["conflict", "show", &id])["texts"].take();
    for (side, line) in
        [("base", "Second line."), ("file", "Second line of the file."), ("row", "Second line of the row.")]
    {
        let text = texts[side].as_str().expect(side);
        assert!(text.starts_with("# Task: two\n") && text.contains(line) && !text.contains("<!-- instep"), "{text}");
    }
    project.ok(&["conflict", "take-db", &id]);
    let said = project.ok(&["conflict", "show", &id]);
    assert!(said.contains("the file said\n# Task: two\n") && said.contains("take-db"), "{said}");
}

#[test]
fn a_conflict_about_being_there_says_who_did_what() {
    let project = small();
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'two'");
    project.edit(TWO, "Make two work.", "Make two sing.");
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'three'");
    std::fs::remove_dir_all(project.at("delegation/sprints/alpha/three")).expect("removed");
    project.exits(3, &["sync"]);
    for conflict in project.json(&["conflict", "list"]).as_array().expect("a list") {
        let said = project.ok(&["conflict", "show", conflict["id"].as_str().expect("an id")]);
        let [file, database] =
            if conflict["kind"] == "edit-delete" { ["changed", "deleted"] } else { ["deleted", "changed"] };
        let line =
            |side: &str| said.lines().find_map(|line| line.strip_prefix(side)).unwrap_or_default().trim().to_owned();
        assert_eq!((line("file "), line("database ")), (format!("{file} it"), format!("{database} it")), "{said}");
        assert!(!said.contains("none") && !said.contains("nothing"), "{said}");
    }
}

#[test]
fn a_conflict_of_long_texts_fits_a_screen_unless_all_is_asked_for() {
    let project = small();
    let lines = |word: &str| (0..300).map(|n| format!("Line {n} of {word}.\n\n")).collect::<String>();
    let old = project.read(TWO);
    project.edit(TWO, "Make two work.", &lines("the row"));
    settle(&project);
    std::fs::remove_file(project.at(".instep/clone")).expect("removed");
    project.write(TWO, &old.replace("Make two work.", &lines("the file")));
    project.exits(3, &["sync"]);
    let id = waiting(&project, "text").remove(0);
    let said = project.ok(&["conflict", "show", &id]);
    assert!(said.lines().count() < 60 && said.contains("more lines; `-v` shows all"), "{said}");
    assert!(project.ok(&["conflict", "show", &id, "-v"]).contains("+Line 299 of the file."));
    let row = project.json(&["conflict", "show", &id])["texts"]["row"].take();
    assert!(row.as_str().is_some_and(|text| text.contains("Line 299 of the row.")), "{row}");
}

/// TASK.md of task one says completed, AGENT.yml blocked, the row pending.
fn two_places() -> Project {
    let project = small();
    project.edit(ONE, "**Status**: Pending", "**Status**: Completed");
    project.edit(ONES_AGENT, "status: pending", "status: blocked");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project, "status").len(), 1, "one field, one conflict");
    project
}

/// Whether every place of the status of task one says it.
fn says_status(project: &Project, word: &str, spelled: &str) {
    assert_eq!(of_task(project, "one", "status"), word);
    assert!(project.read(ONE).contains(&format!("**Status**: {spelled}")), "{}", project.read(ONE));
    assert!(project.read(ONES_AGENT).contains(&format!("status: {word}")), "{}", project.read(ONES_AGENT));
    assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]), "it was one decision");
    settle(project);
}

#[test]
fn of_one_field_in_two_places_the_place_that_is_chosen_counts_in_both() {
    for (chosen, word, spelled) in [("TASK.md", "completed", "Completed"), ("AGENT.yml", "blocked", "Blocked")] {
        let project = two_places();
        project.ok(&["conflict", "take-file", &waiting(&project, "status")[0], "--of", chosen]);
        says_status(&project, word, spelled);
    }
    let project = two_places();
    let id = waiting(&project, "status").remove(0);
    let said = project.exits(1, &["conflict", "take-file", &id, "--of", "notes.md"]);
    assert!(said.contains("notes.md says nothing of it"), "{said}");
    project.ok(&["conflict", "take-file", &id]);
    says_status(&project, "completed", "Completed");
}

#[test]
fn the_rows_value_reaches_both_places_of_a_field() {
    let project = two_places();
    project.ok(&["conflict", "take-db", &waiting(&project, "status")[0]]);
    says_status(&project, "pending", "Pending");
}

/// Both files of task one and the row change its status; the values of both files.
fn three_statuses(of_task: &str, of_agent: &str) -> (Project, String) {
    let project = small();
    project.edit(ONE, "**Status**: Pending", &format!("**Status**: {of_task}"));
    project.edit(ONES_AGENT, "status: pending", &format!("status: {of_agent}"));
    project.sql("UPDATE orchestration_tasks SET status = 'review' WHERE task_code = 'one'");
    project.exits(3, &["sync"]);
    nothing_left_to_do(&project);
    let mut open = waiting(&project, "status");
    assert_eq!(open.len(), 1, "one field, one conflict: {}", project.json(&["conflict", "list"]));
    (project, open.remove(0))
}

#[test]
fn a_field_that_both_files_and_the_row_changed_is_one_conflict_with_all_its_values() {
    for (in_task, in_agent, kind) in [("Completed", "completed", "field"), ("Completed", "blocked", "two-places")] {
        let (project, id) = three_statuses(in_task, in_agent);
        let shown = project.json(&["conflict", "show", &id]);
        let told = [&shown["kind"], &shown["base"], &shown["file"], &shown["elsewhere"][0]["value"], &shown["row"]];
        assert_eq!(told, [kind, "Pending", in_task, in_agent, "Review"], "{shown}");
        assert_eq!(shown["elsewhere"][0]["document"], "AGENT.yml");
        let said = project.ok(&["conflict", "show", &id]);
        for (name, value) in [("TASK.md", in_task), ("AGENT.yml", in_agent), ("database", "Review")] {
            let is_told = said.lines().any(|line| line.starts_with(name) && line.ends_with(value));
            assert!(is_told, "{name} {value}: {said}");
        }
        let listed = project.ok(&["conflict", "list"]);
        assert_eq!(listed.contains("Completed; AGENT.yml: blocked"), kind == "two-places", "{listed}");
    }
}

#[test]
fn a_field_that_both_files_and_the_row_changed_is_decided_once() {
    for (in_task, in_agent) in [("Completed", "completed"), ("Completed", "blocked")] {
        let agents = if in_agent == "blocked" { ("blocked", "Blocked") } else { ("completed", "Completed") };
        for (words, (word, spelled)) in [
            (&["take-file"][..], ("completed", "Completed")),
            (&["take-file", "--of", "TASK.md"], ("completed", "Completed")),
            (&["take-file", "--of", "AGENT.yml"], agents),
            (&["take-db"], ("review", "Review")),
        ] {
            let (project, id) = three_statuses(in_task, in_agent);
            project.ok(&[&["conflict"], words, &[&id]].concat());
            says_status(&project, word, spelled);
            let resolved = project.json(&["conflict", "list", "--all"]);
            assert_eq!((resolved.as_array().map(Vec::len), &resolved[0]["resolution"]), (Some(1), &words[0].into()));
        }
    }
}

/// Edits the conflict with an editor that puts a word in the place of another.
fn edit_conflict(project: &Project, id: &str, from: &str, to: &str) {
    let mut command = project.command(&["conflict", "edit", id]);
    let done = command.env("EDITOR", format!("sed -i 's/{from}/{to}/'")).output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_third_value_ends_a_conflict_about_one_field_in_two_files() {
    for (in_task, in_agent, there) in [("Completed", "completed", "Review"), ("Completed", "blocked", "Completed")] {
        let (project, id) = three_statuses(in_task, in_agent);
        edit_conflict(&project, &id, there, "Cancelled");
        says_status(&project, "cancelled", "Cancelled");
        let resolved = project.json(&["conflict", "list", "--all"]);
        assert_eq!((resolved.as_array().map(Vec::len), &resolved[0]["resolution"]), (Some(1), &"edit".into()));
    }
}

#[test]
fn a_title_that_both_files_and_the_row_changed_is_decided_once() {
    for (in_agent, words, title) in [
        ("Mine", &["take-file"][..], "Mine"),
        ("Mine", &["take-db"], "Theirs"),
        ("Other", &["take-file"], "Mine"),
        ("Other", &["take-file", "--of", "AGENT.yml"], "Other"),
        ("Other", &["take-db"], "Theirs"),
    ] {
        let project = small();
        project.edit(ONE, "# Task: one", "# Task: Mine");
        project.edit(ONES_AGENT, "title: one", &format!("title: {in_agent}"));
        project.sql("UPDATE orchestration_tasks SET title = 'Theirs' WHERE task_code = 'one'");
        project.exits(3, &["sync"]);
        let open = waiting(&project, "title");
        assert_eq!(open.len(), 1, "{}", project.json(&["conflict", "list"]));
        project.ok(&[&["conflict"], words, &[&open[0]]].concat());
        assert_eq!(of_task(&project, "one", "title"), title, "{in_agent} {words:?}");
        assert!(project.read(ONE).starts_with(&format!("# Task: {title}\n")), "{}", project.read(ONE));
        assert!(project.read(ONES_AGENT).contains(&format!("title: {title}\n")), "{}", project.read(ONES_AGENT));
        assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]));
        settle(&project);
    }
}

#[test]
fn two_values_of_one_field_cannot_both_be_taken() {
    let project = small();
    for (from, to, of_row) in [("In Progress", "Blocked", "review"), ("Review", "Completed", "pending")] {
        project.edit(TWO, from, to);
        project.sql(&format!("UPDATE orchestration_tasks SET status = '{of_row}' WHERE task_code = 'two'"));
        project.exits(3, &["sync"]);
    }
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

/// The events of task two, with what changed, from number `from` on.
fn told_of_two(project: &Project, from: usize) -> Vec<String> {
    project.select(&format!(
        "SELECT event_type || ' ' || coalesce(json_extract(payload, '$.changes'), '') FROM orchestration_events \
         WHERE seq > {from} ORDER BY seq"
    ))
}

fn delete_two(project: &Project) {
    std::fs::remove_dir_all(project.at("delegation/sprints/alpha/two")).expect("removed");
}

#[test]
fn row_8_a_command_on_a_task_whose_files_were_deleted_wins_and_is_told_once() {
    let project = small();
    let before = events(&project).len();
    delete_two(&project);
    project.ok(&["task", "status", "two", "completed"]);
    let told = told_of_two(&project, before);
    let of_kind = |kind: &str| told.iter().filter(|event| event.contains(kind)).count();
    assert_eq!((of_kind("status_updated"), of_kind("deleted"), of_kind("sync.conflict")), (1, 0, 1), "{told:?}");
    assert!(project.read(TWO).contains("**Status**: Completed"), "{}", project.read(TWO));
    let open = project.json(&["conflict", "list"]);
    assert_eq!(open[0]["kind"], "delete-edit", "{open}");
    nothing_left_to_do(&project);
    project.ok(&["conflict", "take-file", open[0]["id"].as_str().expect("an id")]);
    assert!(!project.at(TWO).exists(), "the deletion counts after all");
    settle(&project);
}

#[test]
fn a_task_whose_files_were_deleted_is_removed_once() {
    let project = small();
    let before = events(&project).len();
    delete_two(&project);
    project.ok(&["task", "rm", "two", "--yes"]);
    let told = told_of_two(&project, before);
    assert_eq!(told.iter().filter(|event| event.contains("deleted")).count(), 1, "{told:?}");
    settle(&project);
    assert_eq!(of_task(&project, "two", "id"), "");
}

#[test]
fn a_command_on_a_task_whose_folder_was_renamed_follows_it() {
    let project = small();
    std::fs::rename(project.at("delegation/sprints/alpha/two"), project.at("delegation/sprints/alpha/second"))
        .expect("renamed");
    project.ok(&["task", "status", "two", "completed"]);
    assert_eq!(of_task(&project, "second", "status"), "completed");
    assert!(project.read("delegation/sprints/alpha/second/TASK.md").contains("**Status**: Completed"));
    assert!(!project.at(TWO).exists());
    settle(&project);
}

/// Replaces the database by the copy at `.instep/old`, or makes that copy.
fn copy_database(project: &Project, back: bool) {
    project.sql("PRAGMA wal_checkpoint(truncate)");
    let (from, to) = (project.database(), project.at(".instep/old"));
    let (from, to) = if back { (to, from) } else { (from, to) };
    std::fs::copy(from, to).expect("copied");
}

#[test]
fn b5_an_older_copy_of_the_database_is_noticed_after_a_command_by_syncs_and_commands() {
    let project = small();
    project.ok(&["sync"]);
    copy_database(&project, false);
    project.ok(&["task", "status", "two", "completed"]);
    copy_database(&project, true);
    let text = project.read(TWO);
    for command in [&["sync"][..], &["status"], &["task", "status", "three", "pending"], &["task", "new", "more"]] {
        let said = project.exits(7, command);
        assert!(said.contains("not where this clone left it"), "{command:?}: {said}");
    }
    assert_eq!((project.read(TWO), of_task(&project, "more", "id").as_str()), (text, ""));
    project.run(&["sync", "--rebase"]);
    project.ok(&["task", "status", "three", "pending"]);
}

#[test]
fn b1_db06_rows_of_another_project_are_neither_shown_nor_changed() {
    let project = small();
    let settings = project.read("instep.toml");
    let at = settings.find("id = \"").expect("an id") + 6;
    project.write("instep.toml", &format!("{}f{}", &settings[..at], &settings[at + 1..]));
    for command in [&["task", "list"][..], &["task", "show", "two"], &["task", "status", "two", "completed"], &["sync"]]
    {
        let said = project.exits(7, command);
        assert!(said.contains("belongs to project"), "{command:?}: {said}");
    }
}

#[test]
fn a_command_that_cannot_write_its_files_says_what_was_saved() {
    let project = small();
    project.write(".instep/trash", "in the way");
    let error = project.envelope(&["task", "rm", "two", "--yes"]);
    assert_eq!(
        (&error["error"]["code"], &error["error"]["effect"]),
        (&"files-not-written".into(), &"applied".into()),
        "{error}"
    );
    assert!(error["error"]["message"].as_str().expect("a text").contains("T:alpha/two"), "{error}");
    assert_eq!((of_task(&project, "two", "id").as_str(), project.at(TWO).exists()), ("", true));
    std::fs::remove_file(project.at(".instep/trash")).expect("removed");
    settle(&project);
    assert!(!project.at(TWO).exists());
}

#[test]
fn a_place_that_is_taken_on_disk_leaves_neither_row_nor_event() {
    let project = small();
    project.write("delegation/sprints/alpha/other/keep.txt", "mine");
    project.write("delegation/backlog/folder", "a file in the place of a folder");
    let told = events(&project);
    project.exits(1, &["task", "move", "two", "--code", "other"]);
    project.exits(6, &["task", "new", "folder"]);
    assert_eq!(events(&project), told);
    assert_eq!(
        project.select("SELECT count(*) FROM orchestration_tasks WHERE task_code IN ('other', 'folder')"),
        ["0"]
    );
    settle(&project);
}

#[test]
fn a_command_on_a_document_that_cannot_be_understood_says_where_and_why() {
    let project = small();
    project.edit(TWO, "Make two work.", "<<<<<<< ours\nMake two work.\n=======\nMake it.\n>>>>>>> theirs");
    let before = project.read(TWO);
    for command in [&["task", "status", "two", "blocked"][..], &["task", "rm", "two", "--yes"]] {
        let said = project.exits(6, command);
        assert!(said.contains(TWO) && said.contains("line 10"), "{command:?}: {said}");
    }
    assert_eq!((project.read(TWO), of_task(&project, "two", "status")), (before, "in_progress".into()));
    for (command, code) in [("sync", 6), ("status", 6)] {
        let said = project.exits(code, &[command]);
        assert!(!said.contains("in step: nothing to do") && said.contains("line 10"), "{command}: {said}");
    }
}

#[test]
fn what_is_no_copy_gets_no_new_id() {
    let project = small();
    let text = project.read(TWO);
    for path in ["delegation/sprints/alpha/two", TWO, "delegation/sprints/alpha/nowhere", "instep.toml"] {
        let said = project.exits(1, &["conflict", "new-id", path]);
        assert!(said.contains("is no copy"), "{path}: {said}");
    }
    assert_eq!(project.read(TWO), text);
}

/// A sprint of `count` tasks; each has an AGENT.yml if `is_double`.
fn many(count: usize, is_double: bool) -> Project {
    let project = Project::empty();
    project.write("delegation/sprints/alpha/SPRINT.md", &project::sprint("Alpha", "Active"));
    for number in 0..count {
        let folder = format!("delegation/sprints/alpha/t{number}");
        project.write(&format!("{folder}/TASK.md"), &project::task("t", "Pending", "P1"));
        if is_double {
            project.write(&format!("{folder}/AGENT.yml"), "task:\n  title: t\n");
        }
    }
    project.ok(&["init", "--yes"]);
    project
}

fn edit_first(project: &Project, count: usize) {
    for number in 0..count {
        project.edit(&format!("delegation/sprints/alpha/t{number}/TASK.md"), "work.", "work well.");
    }
}

#[test]
fn b3_b4_the_brakes_count_the_whole_project_whatever_a_run_looks_at() {
    let project = many(45, false);
    edit_first(&project, 22);
    project.ok(&["sync"]);
    for number in 30..34 {
        std::fs::remove_dir_all(project.at(&format!("delegation/sprints/alpha/t{number}"))).expect("removed");
    }
    settle(&project);
}

#[test]
fn b4_two_files_of_one_task_are_one_thing_that_changes() {
    let project = many(25, true);
    edit_first(&project, 20);
    let said = project.exits(7, &["sync"]);
    assert!(said.contains("20 of 26"), "{said}");
    project.ok(&["sync", "--allow-change", "20"]);
}

#[test]
fn a_look_ahead_says_which_brake_would_refuse() {
    let project = small();
    std::fs::remove_dir_all(project.at("delegation/sprints")).expect("removed");
    for command in [&["status"][..], &["sync", "--dry-run"]] {
        let said = project.exits(7, command);
        assert!(said.contains("the next sync would refuse this: this would delete 4 of 6"), "{said}");
        assert!(project.json(command)["refused_by"].as_str().expect("a reason").contains("4 of 6"));
    }
    project.exits(7, &["sync"]);
}

#[test]
fn every_refusal_saves_the_plan_that_it_refused() {
    let project = small();
    let deleted = || {
        let said = project.exits(7, &["sync"]);
        assert!(said.contains("the refused plan is in "), "{said}");
        project.read(".instep/refused-plan.json").matches(r#""row": "delete""#).count()
    };
    std::fs::remove_dir_all(project.at("delegation/sprints")).expect("removed");
    assert_eq!((deleted(), deleted()), (4, 4));
    std::fs::remove_dir_all(project.at("delegation/backlog")).expect("removed");
    assert_eq!(deleted(), 5);
}

#[test]
fn cc01_commands_at_the_same_time_wait_for_each_other() {
    let project = small();
    let codes = ["one", "two", "three", "later"];
    let running: Vec<_> = (0..12)
        .map(|number| {
            project.command(&["task", "set", codes[number % 4], &format!("assignee=person-{number}")]).spawn()
        })
        .collect();
    for child in running {
        assert!(child.expect("it starts").wait().expect("it ends").success());
    }
    settle(&project);
}

#[test]
fn cc01_who_holds_the_lock_is_named() {
    let project = small();
    let lock = std::fs::File::options().write(true).open(project.at(".instep/lock")).expect("it opens");
    let note = std::fs::read_to_string(project.at(".instep/lock")).expect("a note");
    assert!(note.contains("process ") && note.contains("since 20"), "{note}");
    lock.lock().expect("it locks");
    let said = project.exits(1, &["task", "status", "two", "completed"]);
    assert!(said.contains(&note), "{said}");
    assert_eq!(of_task(&project, "two", "status"), "in_progress");
}

#[test]
fn a_database_that_is_put_aside_replaces_none() {
    let project = small();
    for _ in 0..3 {
        project.ok(&["db", "rebuild", "--yes"]);
    }
    let kept = std::fs::read_dir(project.at(".instep")).expect("a folder").flatten();
    let kept = kept.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let databases = kept.filter(|name| name.contains(".before-") && !name.ends_with("-wal") && !name.ends_with("-shm"));
    assert_eq!(databases.count(), 3);
}

#[test]
fn old_databases_are_counted_until_somebody_deletes_them() {
    let project = small();
    let old = |project: &Project| project.json(&["db", "info"])["old"].take();
    assert_eq!(old(&project), serde_json::json!({"count": 0, "bytes": 0}));
    assert!(project.ok(&["doctor"]).contains("old databases   well  none"), "{}", project.ok(&["doctor"]));
    for _ in 0..2 {
        project.ok(&["db", "rebuild", "--yes"]);
    }
    let folder = project.at(".instep");
    let files = || std::fs::read_dir(&folder).expect("a folder").flatten();
    let is_old = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("instep.db.before-");
    let first = files().find(|file| is_old(&file.file_name())).expect("an old database").path();
    std::fs::write(first.with_extension("before-1-wal"), "1234567").expect("a log is kept");
    std::fs::write(folder.join("instep.db.v5.1.backup"), "123").expect("a copy is kept");
    let sizes = files().filter(|file| is_old(&file.file_name())).map(|file| file.metadata().expect("a file").len());
    let bytes = sizes.sum::<u64>() + 3;
    let expected = serde_json::json!({"count": 4, "bytes": bytes});
    assert_eq!(old(&project), expected, "a log without its database counts as well");
    let told = project.json(&["doctor"]);
    let told = told.as_array().expect("a list").iter().find(|finding| finding["what"] == "old databases");
    let told = told.expect("a finding");
    assert_eq!((&told["count"], &told["bytes"]), (&expected["count"], &expected["bytes"]));
    let said = project.ok(&["doctor"]);
    assert!(said.contains(&format!("4 kept by `db rebuild` or `db migrate`, {bytes} bytes")), "{said}");
    assert!(said.contains("delete instep.db.before-* and instep.db.v* in ") && said.contains("/.instep"), "{said}");
    assert!(project.ok(&["db", "info"]).contains(&format!("4 of {bytes} bytes")), "{}", project.ok(&["db", "info"]));
}

#[test]
fn an_init_that_nobody_confirms_writes_nothing() {
    let project = Project::empty();
    project.write(TWO, &project::task("two", "Pending", "P1"));
    project.write("delegation/sprints/alpha/SPRINT.md", &project::sprint("Alpha", "Active"));
    let before = project.files();
    let error = project.envelope(&["init"]);
    assert_eq!((&error["error"]["code"], &error["error"]["effect"]), (&"not-confirmed".into(), &"none".into()));
    assert!(error["error"]["message"].as_str().expect("a text").contains("2 files get one line"), "{error}");
    assert_eq!(project.files(), before);
    assert!(!project.at(".instep").exists() && !project.at("instep.toml").exists());
}

#[test]
fn an_init_that_adopts_nothing_does_not_say_in_step() {
    let project = Project::empty();
    project.write(TWO, &project::task("two", "Pending", "P1"));
    let said = project.ok(&["init", "--no-sync"]);
    assert!(said.contains("nothing was adopted") && !said.contains("in step:"), "{said}");
}

#[test]
fn a_title_that_is_one_code_span_can_be_changed() {
    let project = small();
    for title in ["`x`", "Plain", "`a b`", "`c`"] {
        project.ok(&["task", "set", "two", &format!("title={title}")]);
        assert!(project.read(TWO).starts_with(&format!("# Task: {title}\n")), "{title}: {}", project.read(TWO));
        assert_eq!(of_task(&project, "two", "title"), title);
        nothing_left_to_do(&project);
    }
    project.sql("UPDATE orchestration_tasks SET title = 'Of SQL' WHERE task_code = 'two'");
    settle(&project);
    assert!(project.read(TWO).starts_with("# Task: Of SQL\n"), "{}", project.read(TWO));
}

#[test]
fn a_title_is_taken_from_a_file_that_was_deleted_since() {
    let project = two_titles();
    let id = waiting(&project, "title").remove(0);
    delete_two(&project);
    project.ok(&["conflict", "take-file", &id]);
    assert_eq!(of_task(&project, "two", "title || ' ' || assignee"), "Of the file kim");
    assert!(project.read(TWO).starts_with("# Task: Of the file\n"), "{}", project.read(TWO));
    nothing_left_to_do(&project);
}

#[test]
fn a_text_that_was_deleted_since_cannot_be_taken() {
    let project = two_texts();
    let id = waiting(&project, "text").remove(0);
    delete_two(&project);
    let said = project.exits(6, &["conflict", "take-file", &id]);
    assert!(said.contains("its files were deleted"), "{said}");
    assert_eq!(waiting(&project, "text"), std::slice::from_ref(&id), "it waits still");
}

#[test]
fn no_command_writes_into_the_folder_of_a_sprint_that_lies_elsewhere() {
    let project = small();
    let sprints = |name: &str| project.at(&format!("delegation/sprints/{name}"));
    std::fs::rename(sprints("alpha"), sprints("first")).expect("renamed");
    for words in [&["task", "status", "two", "completed"][..], &["task", "new", "late", "--sprint", "alpha"]] {
        assert!(project.exits(1, words).contains("instep sync"), "{words:?}");
    }
    assert!(!sprints("alpha").exists());
    settle(&project);
    project.ok(&["task", "status", "two", "completed"]);
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'renamed'");
    assert!(project.exits(1, &["task", "new", "late", "--sprint", "renamed"]).contains("instep sync"));
    settle(&project);
    assert_eq!(of_task(&project, "two", "status"), "completed");
    project.ok(&["task", "new", "late", "--sprint", "renamed"]);
    nothing_left_to_do(&project);
}

#[test]
fn a_task_whose_id_two_folders_bear_is_not_taken_for_deleted() {
    let project = small();
    let folder = |name: &str| project.at(&format!("delegation/sprints/alpha/{name}"));
    std::fs::rename(folder("two"), folder("second")).expect("renamed");
    std::fs::create_dir(folder("copy")).expect("made");
    std::fs::copy(folder("second").join("TASK.md"), folder("copy").join("TASK.md")).expect("copied");
    project.exits(3, &["sync"]);
    project.exits(3, &["task", "status", "two", "completed"]);
    assert!(!folder("two").exists() && of_task(&project, "two", "status") != "completed");
}

#[test]
fn whoever_gives_one_document_up_keeps_the_task() {
    let project = small();
    std::fs::remove_file(project.at(ONE)).expect("it goes");
    project.sql("UPDATE orchestration_tasks SET title = 'other' WHERE task_code = 'one'");
    project.exits(3, &["sync"]);
    let open = project.json(&["conflict", "list"]);
    assert_eq!((&open[0]["kind"], &open[0]["field"]), (&"delete-edit".into(), &"TASK.md".into()), "{open}");
    project.ok(&["conflict", "take-file", open[0]["id"].as_str().expect("an id")]);
    assert!(!project.at(ONE).exists() && project.at("delegation/sprints/alpha/one/AGENT.yml").exists());
    assert_eq!(of_task(&project, "one", "title"), "other");
    nothing_left_to_do(&project);
}

#[test]
fn row_5_two_new_documents_of_one_place_wait_in_silence_and_a_command_on_them_does_nothing() {
    let project = small();
    project.write("delegation/sprints/alpha/fresh/TASK.md", "# Task: Of the file\n\n**Status**: Pending\n");
    project.sql(
        "INSERT INTO orchestration_tasks (task_code, title, status, sprint_id) \
         SELECT 'fresh', 'Of SQL', 'blocked', id FROM orchestration_sprints",
    );
    project.exits(3, &["sync"]);
    let stored = || {
        let runs = project.select("SELECT id FROM sync_runs");
        let clones = project.select("SELECT last_seen_at FROM orchestration_clones");
        (runs, clones, events(&project), project.select("SELECT id FROM orchestration_revisions"), project.files())
    };
    let before = stored();
    project.exits(3, &["sync"]);
    assert_eq!(stored(), before);
    let failed = project.envelope(&["task", "status", "fresh", "done"]);
    assert_eq!((&failed["error"]["code"], &failed["error"]["effect"]), (&"held".into(), &"none".into()), "{failed}");
    assert_eq!(stored(), before);
}
