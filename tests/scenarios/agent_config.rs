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

#[test]
fn metadata_is_refused_by_its_own_words() {
    let project = rich();
    let refusal = project.refused("UPDATE orchestration_tasks SET metadata = '{\"a\": 1}'");
    assert!(refusal.contains("metadata repeats what documents say: change the document"), "{refusal}");
    nothing_left_to_do(&project);
}
