//! What other programs write into the agent configuration of a task, and how AGENT.yml takes it.

use crate::project::Project;
use crate::small::{ONE, TWO, events, nothing_left_to_do, of_task, settle, small};

const AGENT: &str = "delegation/sprints/alpha/one/AGENT.yml";

/// An AGENT.yml of many styles.
const RICH: &str = "# Who does it\ntask:\n  title: one\n  status: pending # as above\nengine:\n  model: \"fast\"   # cheap\n  \
    limits: {time: 10, cost: 2.5}\n\n# What it can\ncapabilities:\n  - read   # files\n  - write\nbase: &b {x: 1}\nuse: *b\n";

/// The small project, with that AGENT.yml; in step.
fn rich() -> Project {
    let project = small();
    project.write(AGENT, RICH);
    settle(&project);
    assert!(project.read(AGENT).starts_with(RICH));
    project
}

/// Sets the configuration of task `one` to an SQL expression.
fn set(project: &Project, expression: &str) {
    project.sql(&format!("UPDATE orchestration_tasks SET agent_config = {expression} WHERE task_code = 'one'"));
}

fn last_events(project: &Project, told: usize) -> Vec<String> {
    let words = |event: &String| event.split_once(' ').map(|(_, word)| word.replace("orchestration.", ""));
    events(project).iter().skip(told).filter_map(words).collect()
}

#[test]
fn a_write_by_sql_changes_only_the_bytes_of_what_it_changed() {
    let table = [
        ("json_set(agent_config, '$.engine.model', 'slow')", "\"fast\"", "\"slow\""),
        ("json_set(agent_config, '$.capabilities[0]', 'see')", "- read ", "- see "),
        ("json_set(agent_config, '$.capabilities[2]', 'x')", "- write\n", "- write\n  - x\n"),
        ("json_remove(agent_config, '$.capabilities[0]')", "  - read   # files\n", ""),
        ("json_set(agent_config, '$.engine.limits.time', 20)", "time: 10", "time: 20"),
        ("json_remove(agent_config, '$.engine.limits.time')", "{time: 10, ", "{"),
        ("json_set(agent_config, '$.engine.retries', 3)", "cost: 2.5}\n", "cost: 2.5}\n  retries: 3\n"),
        (
            "json_remove(agent_config, '$.engine')",
            "engine:\n  model: \"fast\"   # cheap\n  limits: {time: 10, cost: 2.5}\n",
            "",
        ),
        (
            "json_set(agent_config, '$.hooks', json('{\"before\": [\"a\", true]}'))",
            "use: *b\n",
            "use: *b\nhooks:\n  before:\n    - a\n    - true\n",
        ),
    ];
    for (expression, from, to) in table {
        let project = rich();
        let told = events(&project).len();
        set(&project, expression);
        settle(&project);
        let expected = RICH.replacen(from, to, 1);
        let text = project.read(AGENT);
        assert!(
            text.starts_with(&expected) && text.lines().count() == expected.lines().count() + 1,
            "{expression}: {text}"
        );
        assert_eq!(last_events(&project, told), ["task.updated", "file.synced"], "{expression}");
        assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]));
    }
}

#[test]
fn row_33_an_emptied_column_takes_the_file_away_and_a_new_value_makes_one() {
    let project = rich();
    let (told, whole) = (events(&project).len(), project.read(AGENT));
    set(&project, "NULL");
    settle(&project);
    assert!(!project.at(AGENT).exists() && project.at(ONE).exists());
    assert_eq!(last_events(&project, told), ["task.agent_config_cleared", "file.removed"]);
    let state = project.database().parent().expect("a folder").to_owned();
    let kept = walkdir::WalkDir::new(state.join("trash")).into_iter().filter_map(Result::ok);
    let kept = kept.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).any(|text| text == whole);
    assert!(kept, "what goes is in the trash");
    set(&project, "json_object('engine', json_object('model', 'fast'), 'capabilities', json_array('read'))");
    settle(&project);
    let text = project.read(AGENT);
    assert!(text.starts_with("capabilities:\n  - read\nengine:\n  model: fast\n# instep "), "{text}");
}

#[test]
fn row_33_a_file_that_goes_is_told_as_a_cleared_configuration() {
    let project = rich();
    let told = events(&project).len();
    std::fs::remove_file(project.at(AGENT)).expect("removed");
    settle(&project);
    assert_eq!(last_events(&project, told), ["task.agent_config_cleared"]);
    assert_eq!(of_task(&project, "one", "agent_config"), "");
}

#[test]
fn a_row_that_is_inserted_with_a_configuration_gets_both_files() {
    let project = small();
    project.sql(
        "INSERT INTO orchestration_tasks (task_code, agent_config) VALUES ('made', '{\"engine\": {\"model\": \"x\"}}')",
    );
    settle(&project);
    let text = project.read("delegation/backlog/made/AGENT.yml");
    assert!(text.starts_with("engine:\n  model: x\n# instep "), "{text}");
    assert!(project.read("delegation/backlog/made/TASK.md").starts_with("# Task: made\n"));
}

#[test]
fn row_35_a_write_through_an_anchor_is_told_in_each_run_until_it_is_mended() {
    for expression in
        ["json_set(agent_config, '$.use.x', 2)", "json_set(agent_config, '$.base.x', 2, '$.engine.model', 'y')"]
    {
        let project = rich();
        let before = project.read(AGENT);
        set(&project, expression);
        project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
        for run in 0..2 {
            let said = project.exits(6, &["sync"]);
            assert!(
                said.contains("no file can hold row") && said.contains("agent_config: the value is shared"),
                "{run}: {said}"
            );
        }
        assert_eq!((project.read(AGENT), of_task(&project, "two", "priority")), (before, "P0".into()));
        let said = project.exits(6, &["task", "set", "T:alpha/one", "priority=P0"]);
        assert!(said.contains("agent_config"), "{said}");
        set(&project, "json_set(agent_config, '$.use.x', 1, '$.base.x', 1, '$.capabilities[1]', 'say')");
        settle(&project);
        let text = project.read(AGENT);
        assert!(text.contains("- say\n") && text.contains("base: &b {x: 1}\nuse: *b\n"), "{text}");
        assert_eq!(text.contains("model: \"y\""), expression.contains("'y'"), "what waited is not lost: {text}");
    }
}

#[test]
fn row_35_a_task_keeps_its_only_document_and_numbers_their_digits() {
    let project = small();
    project.write("delegation/backlog/bare/AGENT.yml", "task:\n  title: bare\nengine: {seed: 1}\n");
    settle(&project);
    for (value, why) in [
        ("NULL", "no other document"),
        ("json_set(agent_config, '$.engine.seed', json('18446744073709551615'))", "something else"),
    ] {
        project.sql(&format!("UPDATE orchestration_tasks SET agent_config = {value} WHERE task_code = 'bare'"));
        let said = project.exits(6, &["sync"]);
        assert!(said.contains("no file can hold row") && said.contains(why), "{said}");
        let mended = "'{\"task\": {\"title\": \"bare\"}, \"engine\": {\"seed\": 1}}'";
        project.sql(&format!("UPDATE orchestration_tasks SET agent_config = {mended} WHERE task_code = 'bare'"));
        settle(&project);
    }
    assert!(project.read("delegation/backlog/bare/AGENT.yml").starts_with("task:\n  title: bare\nengine: {seed: 1}\n"));
}

#[test]
fn a_field_that_the_configuration_repeats_moves_with_it() {
    let project = rich();
    let told = events(&project).len();
    set(&project, "json_set(agent_config, '$.task.status', 'in_progress', '$.engine.model', 'slow')");
    settle(&project);
    assert!(
        project.read(ONE).contains("**Status**: In Progress  \n")
            && project.read(AGENT).contains("status: in_progress # as above")
    );
    assert_eq!(of_task(&project, "one", "status"), "in_progress");
    let events = last_events(&project, told);
    assert_eq!(events.iter().filter(|word| *word == "task.started").count(), 1, "{events:?}");
}

#[test]
fn the_column_counts_where_one_write_says_two_things_of_a_field() {
    let project = rich();
    project.sql(
        "UPDATE orchestration_tasks SET status = 'blocked', \
         agent_config = json_set(agent_config, '$.task.status', 'completed', '$.engine.model', 'slow') WHERE task_code = 'one'",
    );
    settle(&project);
    let text = project.read(AGENT);
    assert!(text.contains("status: blocked # as above") && text.contains("model: \"slow\""), "{text}");
    assert!(project.read(ONE).contains("**Status**: Blocked"));
    let config = "status || json_extract(agent_config, '$.task.status')";
    assert_eq!(of_task(&project, "one", config), "blockedblocked", "the column of the configuration follows");
}

#[test]
fn what_the_column_did_not_know_yet_is_not_taken_back() {
    let project = rich();
    project.sql("UPDATE orchestration_tasks SET status = 'review' WHERE task_code = 'one'");
    set(&project, "json_set(agent_config, '$.engine.model', 'slow')");
    project.edit(AGENT, "- write", "- say");
    settle(&project);
    let text = project.read(AGENT);
    assert!(
        text.contains("status: review # as above") && text.contains("\"slow\"   # cheap") && text.contains("- say\n"),
        "{text}"
    );
    assert_eq!(of_task(&project, "one", "status"), "review");
    let config = "json_extract(agent_config, '$.task.status') || json_extract(agent_config, '$.capabilities[1]')";
    assert_eq!(of_task(&project, "one", config), "reviewsay");
}

/// Both sides change a value of AGENT.yml: the file this, the row that; the id of the one conflict.
fn collided(project: &Project, (from, to): (&str, &str), expression: &str) -> String {
    project.edit(AGENT, from, to);
    set(project, expression);
    project.exits(3, &["sync"]);
    nothing_left_to_do(project);
    let conflicts = project.json(&["conflict", "list"]);
    assert_eq!(conflicts.as_array().map(Vec::len), Some(1), "{conflicts}");
    conflicts[0]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn one_value_that_both_changed_is_the_rows_until_somebody_decides() {
    for (side, value, kept) in [("take-db", "slow", "\"slow\"   # cheap"), ("take-file", "none", "'none'   # cheap")] {
        let project = rich();
        project.edit(AGENT, "- write", "- say");
        let id = collided(&project, ("\"fast\"", "'none'"), "json_set(agent_config, '$.engine.model', 'slow')");
        let text = project.read(AGENT);
        assert!(
            text.contains("\"slow\"   # cheap") && text.contains("- say"),
            "the row wins, the rest is merged: {text}"
        );
        let shown = project.json(&["conflict", "show", &id]);
        let told = (&shown["kind"], &shown["field"], &shown["base"], &shown["file"], &shown["row"]);
        let [kind, field] = ["field", "/engine/model"].map(serde_json::Value::from);
        let [base, file, row] = ["\"fast\"", "'none'", "\"slow\""].map(serde_json::Value::from);
        assert_eq!(told, (&kind, &field, &base, &file, &row));
        project.ok(&["conflict", side, &id]);
        settle(&project);
        assert!(project.read(AGENT).contains(kept), "{side}: {}", project.read(AGENT));
        assert_eq!(of_task(&project, "one", "json_extract(agent_config, '$.engine.model')"), value, "{side}");
        assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]));
    }
}

#[test]
fn a_value_that_the_row_took_away_comes_back_by_a_decision() {
    let project = rich();
    let id = collided(&project, ("\"fast\"", "'none'"), "json_remove(agent_config, '$.engine.model')");
    assert!(!project.read(AGENT).contains("model"));
    project.ok(&["conflict", "take-file", &id]);
    settle(&project);
    assert_eq!(of_task(&project, "one", "json_extract(agent_config, '$.engine.model')"), "none");
}

#[test]
fn a_list_that_both_changed_is_held_until_somebody_decides() {
    for (side, value) in [("take-db", "[\"see\",\"write\"]"), ("take-file", "[\"read\",\"say\"]")] {
        let project = rich();
        let id = collided(&project, ("- write", "- say"), "json_set(agent_config, '$.capabilities[0]', 'see')");
        assert!(project.read(AGENT).contains("- read   # files\n  - say"), "the file waits");
        let shown = project.json(&["conflict", "show", &id]);
        assert_eq!((&shown["kind"], &shown["field"]), (&"body".into(), &"/capabilities".into()));
        assert!(
            project.ok(&["conflict", "list", "--color", "never"]).lines().count() <= 2,
            "one line for one conflict"
        );
        project.ok(&["conflict", side, &id]);
        settle(&project);
        assert_eq!(of_task(&project, "one", "json_extract(agent_config, '$.capabilities')"), value, "{side}");
        assert!(project.read(AGENT).contains("# files"), "{}", project.read(AGENT));
    }
}

#[test]
fn row_33_a_decision_about_a_configuration_that_is_away_on_one_side_spares_the_task() {
    for (side, stays) in [("take-db", false), ("take-file", true)] {
        let project = rich();
        project.edit(AGENT, "- write", "- say");
        set(&project, "NULL");
        project.exits(3, &["sync"]);
        assert!(project.read(AGENT).contains("- say"), "what was edited is not taken away");
        decide(&project, side, ("edit-delete", stays));
    }
    for (side, stays) in [("take-db", true), ("take-file", false)] {
        let project = rich();
        std::fs::remove_file(project.at(AGENT)).expect("removed");
        set(&project, "json_set(agent_config, '$.engine.model', 'slow')");
        project.exits(3, &["sync"]);
        assert!(project.read(AGENT).contains("\"slow\""), "the row wins");
        decide(&project, side, ("delete-edit", stays));
    }
}

/// Decides the one conflict, which is about AGENT.yml as a whole.
fn decide(project: &Project, side: &str, (kind, stays): (&str, bool)) {
    let conflicts = project.json(&["conflict", "list"]);
    assert_eq!((&conflicts[0]["kind"], &conflicts[0]["field"]), (&kind.into(), &"AGENT.yml".into()), "{conflicts}");
    project.ok(&["conflict", side, conflicts[0]["id"].as_str().expect("an id")]);
    settle(project);
    assert_eq!((project.at(AGENT).exists(), project.at(ONE).exists()), (stays, true), "{kind} {side}");
    assert_eq!(of_task(project, "one", "agent_config").is_empty(), !stays);
    assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]));
}

#[test]
fn keys_that_both_added_are_both_there() {
    let project = rich();
    project.edit(AGENT, "use: *b\n", "use: *b\n# why not\nfirst: 1\n");
    set(&project, "json_set(agent_config, '$.second', 2)");
    settle(&project);
    let text = project.read(AGENT);
    assert!(text.contains("use: *b\n# why not\nfirst: 1\nsecond: 2\n"), "{text}");
    assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]));
}

#[test]
fn row_35_half_a_character_hurts_only_its_own_row() {
    let halves = [
        ("agent_config = json_set(agent_config, '$.hooks', json('\"\\ud800\"'))", "agent_config: it is no UTF-8"),
        ("tags = '[\"\\ud800\"]'", "tags"),
    ];
    for (nonsense, word) in halves {
        let project = rich();
        project.sql(&format!("UPDATE orchestration_tasks SET {nonsense} WHERE task_code = 'one'"));
        project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
        let said = project.exits(6, &["sync"]);
        assert!(said.contains("no file can hold row") && said.contains(word), "{said}");
        assert_eq!(of_task(&project, "two", "priority"), "P0");
        set(&project, "json_remove(agent_config, '$.hooks')");
        project.sql("UPDATE orchestration_tasks SET tags = NULL WHERE task_code = 'one'");
        settle(&project);
    }
}

#[test]
fn metadata_is_refused_by_its_own_words() {
    let project = rich();
    let refusal = project.refused("UPDATE orchestration_tasks SET metadata = '{\"a\": 1}'");
    assert!(refusal.contains("metadata repeats what documents say: change the document"), "{refusal}");
    nothing_left_to_do(&project);
}
