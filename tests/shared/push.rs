//! A plan that moves from the embedded database of one clone to the database of a team.

use std::process::Output;

use super::*;

const TABLES: [&str; 4] =
    ["orchestration_revisions", "orchestration_events", "orchestration_conflicts", "orchestration_sync_state"];

/// A project with a history of every kind in its embedded database.
fn with_history() -> Project {
    let project = Project::empty();
    project.ok(&["init", "--demo"]);
    project.write(TASK, &task("Plan it \u{e9} \"x\" \\ 'y'", "Pending", "P1"));
    project.ok(&["sync"]);
    project.sql("UPDATE orchestration_tasks SET estimate_hours = 1.5, progress = 0.1 WHERE task_code = 'plan'");
    project.sql("UPDATE orchestration_tasks SET agent_config = '{\"agent\": {\"n\": 1.0, \"t\": \"\u{e9}\"}}' WHERE task_code = 'plan'");
    project.ok(&["sync"]);
    project.ok(&["task", "rm", "backlog/empty-input", "--yes"]);
    project.edit(TASK, "**Priority**: P1", "**Priority**: P0");
    project.sql("UPDATE orchestration_tasks SET priority = 'P3' WHERE task_code = 'plan'");
    project.exits(3, &["sync"]);
    project
}

fn on(url: &str, project: &Project, args: &[&str]) -> Output {
    project.command(args).env("INSTEP_DATABASE_URL", url).output().expect("it starts")
}

/// Runs a command that must end with that code; what it said.
fn exits(code: i32, url: &str, project: &Project, args: &[&str]) -> String {
    let output = on(url, project, args);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {}", said(&output));
    said(&output)
}

fn json(url: &str, project: &Project, args: &[&str]) -> serde_json::Value {
    let output = on(url, project, &[args, &["--json"]].concat());
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    answer["data"].clone()
}

#[test]
fn a_plan_moves_with_its_whole_history() {
    let Some(cluster) = Cluster::get() else { return };
    let (project, url) = (with_history(), wait(cluster.database(None)));
    assert!(exits(5, &url, &project, &["db", "push", "--yes"]).contains("instep db migrate"));
    exits(0, &url, &project, &["db", "migrate"]);
    let refused = exits(7, &url, &project, &["sync"]);
    assert!(refused.contains("`instep db push` moves it"), "{refused}");

    let seen = |info: serde_json::Value| [info["epoch"].clone(), info["events"].clone(), info["project"].clone()];
    let before = (seen(project.json(&["db", "info"])), project.json(&["conflict", "list"]), project.files());
    let rows = |table: &&str| project.select(&format!("SELECT count(*) FROM {table}")).remove(0);
    let counts: Vec<String> = TABLES.iter().map(rows).collect();
    let told = exits(0, &url, &project, &["db", "push", "--yes"]);
    assert!(told.contains("moved: ") && told.contains(".before-") && !told.contains(CANARY), "{told}");
    let there = |table: &&str| ask(&url, &format!("SELECT count(*)::text FROM {table}")).remove(0);
    assert_eq!(counts, TABLES.iter().map(there).collect::<Vec<_>>());
    let after = (seen(json(&url, &project, &["db", "info"])), json(&url, &project, &["conflict", "list"]));
    assert_eq!((&before.0, &before.1), (&after.0, &after.1));
    assert_eq!(before.2, project.files(), "no document is touched");
    assert!(exits(4, &url, &project, &["doctor"]).contains("files and rows  well"), "only the conflict waits");

    assert!(exits(3, &url, &project, &["sync"]).contains("nothing to do"), "the conflict waits still");
    let id = after.1[0]["short"].as_str().expect("an id").to_owned();
    exits(0, &url, &project, &["conflict", "take-file", &id]);
    sql(&url, "UPDATE orchestration_tasks SET progress = 0.75, status = 'review' WHERE task_code = 'plan'");
    exits(0, &url, &project, &["sync"]);
    let text = project.read(TASK);
    assert!(text.contains("**Priority**: P0") && text.contains("**Status**: Review"), "{text}");
    let events = "SELECT count(*) FILTER (WHERE seq = place)::text || ' ' || count(*) FROM \
                  (SELECT seq, row_number() OVER (ORDER BY seq) AS place FROM orchestration_events) e";
    let dense = ask(&url, events).remove(0);
    assert_eq!(dense.split_once(' ').map(|(a, b)| a == b), Some(true), "the feed goes on without a gap: {dense}");
}

#[test]
fn a_plan_that_was_moved_is_compared_and_one_that_went_on_is_left_alone() {
    let Some(cluster) = Cluster::get() else { return };
    let (project, url) = (with_history(), wait(cluster.database(None)));
    exits(0, &url, &project, &["db", "migrate"]);
    let file = project.database();
    let copy = std::fs::read(&file).expect("a file");
    project.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    exits(0, &url, &project, &["db", "push", "--yes"]);
    assert!(!file.exists(), "it was put aside");
    assert!(exits(1, &url, &project, &["db", "push", "--yes"]).contains("no embedded database"));
    assert!(!copy.is_empty());
    let aside = || {
        let folder = std::fs::read_dir(file.parent().expect("a folder")).expect("it can be listed");
        let names = folder.map(|entry| entry.expect("an entry").path());
        names.filter(|path| path.to_string_lossy().contains(".before-")).min().expect("it lies there")
    };
    std::fs::copy(aside(), &file).expect("it is put back");
    assert!(exits(0, &url, &project, &["db", "push", "--yes"]).contains("was there already"));

    std::fs::copy(aside(), &file).expect("it is put back");
    sql(&url, "UPDATE orchestration_tasks SET title = 'Went on' WHERE task_code = 'plan'");
    let refused = exits(7, &url, &project, &["db", "push", "--yes"]);
    assert!(refused.contains("holds a plan already"), "{refused}");
    assert!(file.exists(), "nothing was put aside");
    assert_eq!(ask(&url, "SELECT title FROM orchestration_tasks WHERE task_code = 'plan'"), ["Went on"]);
}

#[test]
fn only_an_embedded_plan_can_move_and_only_to_a_shared_database() {
    let project = with_history();
    assert!(project.exits(2, &["db", "push", "--yes"]).contains("name no shared database"));
    let Some(cluster) = Cluster::get() else { return };
    let url = wait(cluster.database(None));
    exits(0, &url, &project, &["db", "migrate"]);
    assert!(exits(2, &url, &project, &["db", "push"]).contains("--yes"), "nobody was asked");
    project.write("instep.toml", "[project]\nid = \"00000000-0000-0000-0000-000000000001\"\nname = \"x\"\n");
    assert!(exits(7, &url, &project, &["db", "push", "--yes"]).contains("holds the project"));
}
