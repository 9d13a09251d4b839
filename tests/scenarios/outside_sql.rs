//! What other programs write into the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::filesystem::sync_on;
use crate::ground::Verdict;
use crate::project::{Project, task};
use crate::small::{ONE, TWO, events, nothing_left_to_do, of_task, settle, small};

/// What another program may say of task `one` that no file can hold, and the word by which it is told.
const UNFIT: [(&str, &str); 7] = [
    ("status = 'bogus'", "status"),
    ("title = 'a' || char(0) || 'b'", "NUL"),
    ("title = 'two' || char(10) || 'lines'", "title"),
    ("title = printf('%.1100000c', 'x')", "title"),
    ("tags = '[1]'", "tags"),
    ("title = CAST(x'41c328' AS TEXT)", "UTF-8"),
    ("task_code = 'a/b'", "code"),
];

#[test]
fn row_35_what_no_file_can_hold_is_told_in_each_run_until_it_is_mended() {
    for (nonsense, word) in UNFIT {
        let project = small();
        let (one, told) = (project.read(ONE), events(&project).len());
        write_unchecked(&project, &format!("UPDATE orchestration_tasks SET {nonsense} WHERE task_code = 'one'"));
        project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
        for run in 0..2 {
            let said = project.exits(6, &["sync"]);
            assert!(said.contains("no file can hold row") && said.contains(word), "{nonsense}, run {run}: {said}");
        }
        assert_eq!(of_task(&project, "two", "priority"), "P0", "others proceed");
        assert_eq!(project.read(ONE), one, "{nonsense}");
        assert_eq!(events(&project).len(), told + 2, "the SQL and the edit are told, and nothing else");
        let notes = project.json(&["status"])["notes"].take();
        assert_eq!(notes[0]["kind"], "row_invalid", "{notes}");
        project.sql(
            "UPDATE orchestration_tasks SET status = 'review', title = 'mended', goal = 'x', tags = NULL, task_code = 'one' \
             WHERE task_code IN ('one', 'a/b')",
        );
        settle(&project);
        let text = project.read(ONE);
        assert!(text.contains("# Task: mended") && text.contains("**Status**: Review"), "{nonsense}: {text}");
    }
}

/// Writes as a program does that looks at no check.
fn write_unchecked(project: &Project, statement: &str) {
    project.sql(&format!("PRAGMA ignore_check_constraints = 1; {statement}"));
}

#[test]
fn hx24_a_row_of_any_size_is_told_and_others_proceed() {
    let project = small();
    for column in ["goal", "tags", "title"] {
        let huge = if column == "tags" { "'[\"' || hex(zeroblob(1100000)) || '\"]'" } else { "hex(zeroblob(1100000))" };
        write_unchecked(&project, &format!("UPDATE orchestration_tasks SET {column} = {huge} WHERE task_code = 'one'"));
    }
    project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
    let said = project.exits(6, &["sync"]);
    assert!(said.contains("no file can hold row") && said.len() < 10_000, "{} bytes", said.len());
    assert_eq!(of_task(&project, "two", "priority"), "P0");
    let said = project.ok(&["task", "list", "--color", "never"]);
    assert!(said.contains("T:alpha/two") && said.contains("T:alpha/one"), "{} bytes", said.len());
}

#[test]
fn cc04_what_sql_writes_between_read_and_commit_is_merged_in_the_same_run() {
    let project = Arc::new(small());
    project.edit(ONE, "Make one work.", "Make one work well.");
    let (other, reads) = (Arc::clone(&project), AtomicUsize::new(0));
    let report = sync_on(&project, move |call| {
        let is_read = call.deed == "read" && call.path.ends_with("alpha/one/TASK.md");
        // The second look is the one that the decision rests on; the rows were read before.
        if is_read && reads.fetch_add(1, Ordering::Relaxed) == 1 {
            let update = "UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'one'";
            std::thread::scope(|scope| drop(scope.spawn(|| other.sql(update)).join()));
        }
        Verdict::Pass
    });
    let report = report.expect("the run ends");
    assert_eq!((report.totals.postponed, report.open_conflicts), (0, 0), "{report:?}");
    let text = project.read(ONE);
    assert!(text.contains("**Status**: Blocked") && text.contains("Make one work well."), "{text}");
    assert_eq!(of_task(&project, "one", "status"), "blocked");
    nothing_left_to_do(&project);
}

#[test]
fn cc04_many_programs_at_once_lose_nothing_and_tell_each_change_once() {
    let project = small();
    let told = events(&project).len();
    project.edit(ONE, "Make one work.", "Make one work well.");
    project.edit(TWO, "- [ ] Plan it", "- [x] Plan it");
    let project = &project;
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| project.run(&["sync"]));
            scope.spawn(|| project.run(&["status"]));
        }
        scope.spawn(|| {
            for priority in ["P0", "P2", "P3"] {
                project.sql(&format!("UPDATE orchestration_tasks SET priority = '{priority}' WHERE task_code = 'one'"));
            }
        });
        for field in ["assignee=ann", "phase=2", "component=core"] {
            scope.spawn(move || command_until_done(project, &["task", "set", "T:alpha/three", field]));
        }
    });
    settle(project);
    let (one, two) = (project.read(ONE), project.read(TWO));
    assert!(one.contains("Make one work well.") && one.contains("**Priority**: P3"), "{one}");
    assert!(two.contains("- [x] Plan it"), "{two}");
    assert_eq!(of_task(project, "three", "assignee || ' ' || phase || ' ' || component"), "ann 2 core");
    let changes = "SELECT payload FROM orchestration_events WHERE event_type LIKE 'orchestration.task.%' ORDER BY seq";
    let mut all = project.select(changes);
    all.retain(|payload| payload.contains("priority") && !payload.contains("status"));
    let chain = ["P0", "P2", "P3"].map(|to| format!("\"to\":\"{to}\""));
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all.iter().zip(chain).all(|(payload, to)| payload.contains(&to)), "{all:?}");
    let dense = events(project).iter().enumerate().all(|(at, event)| event.starts_with(&format!("{} ", at + 1)));
    assert!(dense && events(project).len() > told);
}

/// A command waits for nobody: who finds another one at work is told so, and comes again.
fn command_until_done(project: &Project, words: &[&str]) {
    for _ in 0..1_000 {
        let output = project.run(words);
        if output.status.success() {
            return;
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("another") || said.contains("meanwhile"), "{said}");
    }
    panic!("{words:?} never had its turn");
}

#[test]
fn cc06_cc07_a_deletion_by_sql_takes_unedited_files_along_and_gives_way_to_edited_ones() {
    let project = small();
    project.sql("DELETE FROM orchestration_tasks WHERE task_code IN ('one', 'two')");
    project.edit(ONE, "Make one work.", "Make one work again.");
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "one", "status"), "pending", "new text brings a row back");
    assert!(!project.at(TWO).exists() && of_task(&project, "two", "id").is_empty());
    let kinds: Vec<_> = project.select("SELECT kind FROM orchestration_conflicts");
    assert_eq!(kinds.len(), 1, "{kinds:?}");
}

#[test]
fn row_23_p16_nothing_is_removed_beside_a_document_that_cannot_be_understood() {
    let project = small();
    let agent = "delegation/sprints/alpha/one/AGENT.yml";
    project.write("delegation/sprints/alpha/one/notes.md", "Kept as it is.\n");
    settle(&project);
    let whole = project.read(ONE);
    std::fs::write(project.at(ONE), b"# Task: \xff\xfe\n").expect("written");
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'one'");
    let before = project.files();
    for _ in 0..2 {
        project.exits(6, &["sync"]);
        assert_eq!(project.files(), before, "the folder was not seen");
    }
    project.write(ONE, &whole);
    settle(&project);
    assert!(!project.at(ONE).exists() && !project.at(agent).exists(), "what is seen in full follows its row");
}

#[test]
fn cc06_a_sprint_that_sql_deleted_stays_until_its_tasks_have_gone_as_well() {
    let project = small();
    for number in 0..6 {
        project.write(&format!("delegation/backlog/more-{number}/TASK.md"), &task("more", "Pending", "P3"));
    }
    settle(&project);
    let files = project.files();
    project.sql("DELETE FROM orchestration_sprints");
    for _ in 0..2 {
        let said = project.exits(3, &["sync"]);
        assert!(said.contains("S:alpha"), "{said}");
        assert_eq!(project.files(), files);
    }
    project.sql("DELETE FROM orchestration_tasks WHERE sprint_id IS NOT NULL");
    project.ok(&["sync"]);
    assert!(!project.at("delegation/sprints/alpha/SPRINT.md").exists() && !project.at(ONE).exists());
    assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]));
    nothing_left_to_do(&project);
}

#[test]
fn cc08_emptied_tables_take_no_file_along() {
    let project = small();
    let files = project.files();
    project.sql("DELETE FROM orchestration_tasks; DELETE FROM orchestration_sprints; DELETE FROM agent_profiles");
    let said = project.exits(7, &["sync"]);
    assert!(!said.contains("--allow-delete 6"), "{said}");
    assert_eq!(project.files(), files);
}

#[test]
fn cc10_what_is_no_id_of_a_sprint_is_refused_at_once() {
    let project = small();
    let set = "PRAGMA foreign_keys = OFF; UPDATE orchestration_tasks SET sprint_id = 'nope' WHERE task_code = 'one'";
    assert!(project.refused(set).contains("sprint_id is the id of a sprint, or NULL"));
    let make = "PRAGMA foreign_keys = OFF; INSERT INTO orchestration_tasks (task_code, title, sprint_id) VALUES ('new', 'New', '')";
    assert!(project.refused(make).contains("sprint_id is the id of a sprint, or NULL"));
    nothing_left_to_do(&project);
}

#[test]
fn cc08_whoever_meant_to_empty_the_tables_says_how_many_files_go() {
    let project = small();
    let files = project.files();
    project.sql("DELETE FROM orchestration_tasks; DELETE FROM orchestration_sprints; DELETE FROM agent_profiles");
    let said = project.exits(7, &["sync"]);
    assert!(said.contains("the files of 6"), "{said}");
    project.exits(7, &["sync", "--allow-delete", "5"]);
    assert_eq!(project.files(), files);
    project.ok(&["sync", "--allow-delete", "6"]);
    assert!(!project.at("delegation/sprints/alpha").exists() && !project.at(ONE).exists());
    nothing_left_to_do(&project);
}

#[test]
fn cc08_a_table_that_is_gone_is_damage_and_a_new_database_is_filled_from_the_files() {
    for table in ["orchestration_tasks", "orchestration_revisions", "orchestration_events", "orchestration_blobs"] {
        let project = small();
        project.sql(&format!("PRAGMA foreign_keys = OFF; DROP TABLE {table}"));
        for words in [&["sync"][..], &["status"]] {
            assert!(project.exits(5, words).contains("damaged"), "{table}: nothing is in step with it");
        }
        project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
        let files = project.files();
        for words in [&["sync"][..], &["task", "set", "T:alpha/one", "priority=P0"]] {
            let output = project.run(words);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success(), "{table} {words:?}: {said}");
            assert!(said.contains("damaged") && said.contains("instep db"), "{table} {words:?}: {said}");
        }
        assert_eq!(project.files(), files, "{table}");
        project.ok(&["db", "rebuild", "--yes"]);
        assert_eq!(of_task(&project, "two", "status || ' ' || priority"), "in_progress P0");
        settle(&project);
    }
}

#[test]
fn cc10_a_row_without_a_code_or_a_title_is_told_and_others_proceed() {
    let project = small();
    project.sql("INSERT INTO orchestration_tasks (title) VALUES ('no code')");
    project.sql("INSERT INTO orchestration_tasks (task_code) VALUES ('untitled')");
    project.sql("INSERT INTO orchestration_sprints (status) VALUES ('active')");
    project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
    for _ in 0..2 {
        let said = project.exits(6, &["sync"]);
        assert_eq!(said.matches("no file can hold row").count(), 2, "{said}");
    }
    assert_eq!(of_task(&project, "two", "priority"), "P0");
    assert!(project.read("delegation/backlog/untitled/TASK.md").starts_with("# Task: untitled\n"));
    project.sql("UPDATE orchestration_tasks SET task_code = 'coded' WHERE title = 'no code'");
    project.sql("DELETE FROM orchestration_sprints WHERE sprint_code IS NULL");
    settle(&project);
    assert!(project.read("delegation/backlog/coded/TASK.md").starts_with("# Task: no code\n"));
}

#[test]
fn cc11_a_code_that_differs_in_case_only_is_refused_by_the_database() {
    let project = small();
    let insert = "INSERT INTO orchestration_tasks (task_code, sprint_id) SELECT 'ONE', id FROM orchestration_sprints";
    let rename = "UPDATE orchestration_tasks SET task_code = 'Two' WHERE task_code = 'one'";
    let replace = "INSERT OR REPLACE INTO orchestration_sprints (sprint_code) VALUES ('ALPHA')";
    let ignore_guard = "UPDATE orchestration_context SET handled = 1; INSERT INTO orchestration_sprints (sprint_code) VALUES ('ALPHA')";
    for statement in [insert, rename, replace, ignore_guard] {
        let refusal = project.refused(statement);
        assert!(refusal.contains("taken") || refusal.contains("UNIQUE"), "{statement}: {refusal}");
    }
    project.sql("UPDATE orchestration_context SET handled = 0");
    settle(&project);
    assert_eq!(project.select("SELECT count(*) FROM orchestration_tasks"), ["4"]);
}

#[test]
fn cc19_the_row_wins_two_moves_and_the_other_one_is_on_record() {
    let project = small();
    for sprint in ["beta", "gamma"] {
        project.ok(&["sprint", "new", sprint]);
    }
    let (from, to) = (project.at("delegation/sprints/alpha/two"), project.at("delegation/sprints/beta/two"));
    std::fs::rename(from, to).expect("moved");
    project.sql(
        "UPDATE orchestration_tasks SET sprint_id = (SELECT id FROM orchestration_sprints WHERE sprint_code = 'gamma') \
         WHERE task_code = 'two'",
    );
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "two", "file_path"), "delegation/sprints/gamma/two");
    assert!(project.at("delegation/sprints/gamma/two/TASK.md").exists());
    assert!(
        !project.at("delegation/sprints/beta/two").exists() && !project.at("delegation/sprints/alpha/two").exists()
    );
    let conflicts = project.json(&["conflict", "list"]);
    assert_eq!(conflicts[0]["kind"], "path", "{conflicts}");
}

#[test]
fn row_35_values_that_make_a_document_too_large_together_are_told() {
    let project = small();
    let half = "printf('%.600000c', 'x')";
    project.sql(&format!("UPDATE orchestration_tasks SET title = {half}, goal = {half} WHERE task_code = 'one'"));
    let said = project.exits(6, &["sync"]);
    assert!(said.contains("no file can hold row") && said.contains("its TASK.md: the file has"), "{}", said.len());
}

#[test]
fn hx25_a_correlation_that_is_no_id_is_refused_and_every_event_of_a_run_bears_its_own() {
    let project = small();
    for forged in ["x", "'; --", "0198C3A1-0000-7000-8000-0000000000E1", ""] {
        let forged = forged.replace('\'', "''");
        let refusal = project.refused(&format!("UPDATE orchestration_context SET correlation_id = '{forged}'"));
        assert!(refusal.contains("CHECK"), "{forged}: {refusal}");
    }
    let told = events(&project).len();
    for (path, to) in [(ONE, "P0"), (TWO, "P3")] {
        project.edit(path, "**Priority**: P1", &format!("**Priority**: {to}"));
    }
    settle(&project);
    let ids = format!("SELECT DISTINCT correlation_id FROM orchestration_events WHERE seq > {told}");
    let ids = project.select(&ids);
    assert!(ids.len() == 1 && ids[0].len() == 36, "{ids:?}");
}

/// A list of an agent that stands in lines, with comments.
const BUILDER: &str = "name: Builder\nrole: engineer\nstatus: active\ntools: # by name\n  - hammer\n  # heavy\n  - saw # sharp\n\
    skills:\n- joints";

#[test]
fn a_list_in_lines_is_emptied_and_filled_again_by_sql() {
    const PATH: &str = "delegation/agents/builder.yml";
    let project = small();
    project.write(PATH, BUILDER);
    settle(&project);
    let set = |column: &str, value: &str| {
        project.sql(&format!("UPDATE agent_profiles SET {column} = '{value}' WHERE agent_code = 'builder'"));
        settle(&project);
        project.read(PATH)
    };
    let text = set("tools", "[]");
    assert!(text.contains("status: active\ntools: [] # by name\n  # heavy\nskills:\n- joints\n# instep"), "{text}");
    let text = set("tools", "[\"file\"]");
    assert!(text.contains("tools: [file] # by name\n  # heavy\nskills:\n- joints\n# instep"), "{text}");
    let text = set("skills", "[]");
    assert!(text.contains("  # heavy\nskills: []\n# instep"), "{text}");
    assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]));
}

#[test]
fn a_list_that_sql_changes_goes_into_the_brackets_that_the_file_put_around_it() {
    const PATH: &str = "delegation/agents/builder.yml";
    let project = small();
    project.write(PATH, BUILDER);
    settle(&project);
    project.edit(PATH, "skills:\n- joints", "skills: [joints]");
    project.sql("UPDATE agent_profiles SET skills = '[\"joints\", \"paint\"]' WHERE agent_code = 'builder'");
    settle(&project);
    assert!(project.read(PATH).contains("skills: [joints, paint]"), "{}", project.read(PATH));
    assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]));
}

#[test]
fn an_emptied_list_of_a_configuration_keeps_the_comments_between_its_lines() {
    const AGENT: &str = "delegation/sprints/alpha/one/AGENT.yml";
    let project = small();
    project.write(AGENT, "task:\n  title: one\ntools:\n  - a\n  # why b\n  - b\nhooks:\n  before: x\n");
    settle(&project);
    let set = |pointer: &str, value: &str| {
        let json = format!("json_set(agent_config, '{pointer}', json('{value}'))");
        project.sql(&format!("UPDATE orchestration_tasks SET agent_config = {json} WHERE task_code = 'one'"));
        settle(&project);
        project.read(AGENT)
    };
    let text = set("$.tools", "[]");
    assert!(text.contains("tools: []\n  # why b\nhooks:\n  before: x\n"), "{text}");
    let text = set("$.hooks", "{}");
    assert!(text.contains("tools: []\n  # why b\nhooks: {}\n"), "{text}");
    set("$.tools", "[\"c\"]");
    let text = set("$.hooks", "{\"after\": [1]}");
    assert!(text.contains("tools: [c]\n  # why b\nhooks: {after: [1]}\n"), "{text}");
}

#[test]
fn a_title_behind_an_anchor_or_in_a_block_is_a_field_in_both_directions() {
    const AGENT: &str = "delegation/sprints/alpha/one/AGENT.yml";
    for (before, after) in [
        ("title: &t one # c\n", "title: &t three # c\n"),
        ("title: !!str one\n", "title: !!str three\n"),
        ("title: |\n    one\n", "title: |\n    three\n"),
        ("title: >- # c\n    one\n", "title: >- # c\n    three\n"),
    ] {
        let project = small();
        project.write(AGENT, &format!("task:\n  {before}x: 1\n"));
        settle(&project);
        project.edit(AGENT, "one", "two");
        settle(&project);
        assert!(project.read(ONE).starts_with("# Task: two\n"), "{before:?}: {}", project.read(ONE));
        project.sql("UPDATE orchestration_tasks SET title = 'three' WHERE task_code = 'one'");
        settle(&project);
        assert!(project.read(AGENT).contains(after), "{before:?}: {}", project.read(AGENT));
        assert!(project.read(ONE).starts_with("# Task: three\n"), "{before:?}: {}", project.read(ONE));
    }
}

#[test]
fn a_title_that_an_alias_shares_is_read_and_a_write_of_it_is_told() {
    const AGENT: &str = "delegation/sprints/alpha/one/AGENT.yml";
    let project = small();
    project.write(AGENT, "task:\n  title: &t one\nlabel: *t\n");
    settle(&project);
    project.sql("UPDATE orchestration_tasks SET title = 'three' WHERE task_code = 'one'");
    for _ in 0..2 {
        let said = project.exits(6, &["sync"]);
        assert!(said.contains("no file can hold row") && said.contains("its title: the value is shared"), "{said}");
    }
    project.sql("UPDATE orchestration_tasks SET title = 'one' WHERE task_code = 'one'");
    settle(&project);
    assert!(project.read(AGENT).starts_with("task:\n  title: &t one\nlabel: *t\n"), "{}", project.read(AGENT));
}
