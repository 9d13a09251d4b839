//! The main job on a tree with every shape that real trees have: adopted, edited on both sides, in step again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use corpus::Corpus;
use project::{Project, task};
use tree::{ATTACHMENTS, CALM, FOREIGN, SPRINTS, TASKS, commit, planted};

#[path = "../support/corpus.rs"]
mod corpus;
#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;
mod tree;

type Files = BTreeMap<String, Vec<u8>>;

fn files(project: &Project) -> Files {
    project.files().into_iter().collect()
}

/// Everything that a sync may write: files, rows, texts, events, conflicts.
fn everything(project: &Project) -> (Files, Vec<String>) {
    let rows = [
        "SELECT seq || event_type || coalesce(entity_id, '') FROM orchestration_events ORDER BY seq",
        "SELECT id || row_version || updated_at FROM orchestration_sprints ORDER BY id",
        "SELECT id || row_version || updated_at FROM orchestration_tasks ORDER BY id",
        "SELECT id || row_version || updated_at FROM agent_profiles ORDER BY id",
        "SELECT hex(id) FROM orchestration_revisions ORDER BY id",
        "SELECT id || state FROM orchestration_conflicts ORDER BY id",
    ];
    (files(project), rows.iter().flat_map(|query| project.select(query)).collect())
}

#[track_caller]
fn a_second_sync_writes_nothing(project: &Project) {
    let before = everything(project);
    project.run(&["sync"]);
    let after = everything(project);
    let changed: Vec<_> = after.0.iter().filter(|(path, bytes)| before.0.get(*path) != Some(bytes)).collect();
    assert!(changed.is_empty(), "a second sync wrote {changed:?}");
    assert_eq!(before, after, "a second sync writes neither files nor rows nor events");
}

fn live_tasks(project: &Project, calm: bool) -> Vec<String> {
    let comparison = if calm { "=" } else { "<>" };
    project.select(&format!(
        "SELECT coalesce(s.sprint_code, 'backlog') || ' | ' || t.task_code || ' | ' || t.title || ' | ' || t.status \
         || ' | ' || t.priority FROM orchestration_tasks t LEFT JOIN orchestration_sprints s ON s.id = t.sprint_id \
         WHERE t.deleted_at IS NULL AND coalesce(s.sprint_code, '') {comparison} 'calm' ORDER BY 1"
    ))
}

fn of_task(project: &Project, code: &str, expression: &str) -> String {
    let query =
        format!("SELECT {expression} FROM orchestration_tasks WHERE task_code = '{code}' AND deleted_at IS NULL");
    project.select(&query).join(",")
}

/// What adoption added to a file: one line that bears the stamp, or nothing.
fn added_line(path: &str, before: &[u8], after: &[u8]) -> Option<String> {
    let rest = after.strip_prefix(before).unwrap_or_else(|| panic!("{path} lost or changed bytes"));
    let line = std::str::from_utf8(rest).expect("a stamp is text").trim_matches(['\r', '\n']);
    assert!(!line.contains('\n'), "{path} got more than a line: {line:?}");
    (!rest.is_empty()).then(|| line.to_owned())
}

/// Holds that managed documents got their stamp, and that no other byte of any file changed.
fn only_stamps_were_added(before: &Files, after: &Files, is_managed: impl Fn(&str) -> bool) {
    for (path, bytes) in before.iter().filter(|(path, _)| !path.ends_with(".hash")) {
        let added = added_line(path, bytes, after.get(path).unwrap_or_else(|| panic!("{path} is gone")));
        let is_stamp = |line: &String| line.starts_with("<!-- instep ") || line.starts_with("# instep ");
        assert_eq!(added.as_ref().is_some_and(is_stamp), is_managed(path), "{path}: {added:?}");
    }
    let made: BTreeSet<&str> = after.keys().filter(|path| !before.contains_key(*path)).map(String::as_str).collect();
    let expected = |path: &&str| path.ends_with("/.hash") || ["instep.toml", "delegation/.gitignore"].contains(path);
    assert!(made.iter().all(expected), "{made:?}");
}

#[test]
fn every_shape_becomes_rows_and_no_byte_changes_besides_stamps() {
    let project = planted();
    let before = files(&project);
    project.ok(&["init", "--yes", "--name", "forest"]);
    let sprints = "SELECT sprint_code || ' | ' || title || ' | ' || status FROM orchestration_sprints ORDER BY 1";
    assert_eq!(project.select(sprints), SPRINTS);
    assert_eq!(live_tasks(&project, false), TASKS);
    assert_eq!(live_tasks(&project, true).len(), CALM);
    let left_alone: BTreeSet<&str> = FOREIGN.iter().map(|(path, _)| *path).chain(ATTACHMENTS).collect();
    only_stamps_were_added(&before, &files(&project), |path| !left_alone.contains(path));
    a_second_sync_writes_nothing(&project);
}

#[test]
fn what_belongs_to_no_sprint_task_or_agent_is_reported_with_counts() {
    let project = planted();
    let report = project.json(&["init", "--yes", "--name", "forest"])["report"].take();
    let mut told: BTreeMap<&str, u64> = BTreeMap::new();
    for note in report["notes"].as_array().expect("notes").iter().filter(|note| is_left_alone(note)) {
        *told.entry(note["message"].as_str().expect("a message")).or_default() +=
            note["count"].as_u64().expect("a count");
    }
    let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
    FOREIGN.iter().for_each(|(_, reason)| *expected.entry(*reason).or_default() += 1);
    assert_eq!(told, expected);
    assert_eq!(report["totals"]["created"], SPRINTS.len() + TASKS.len() + CALM + 1, "one agent");
}

fn is_left_alone(note: &serde_json::Value) -> bool {
    note["kind"] == "unmanaged" || note["kind"] == "misplaced"
}

#[test]
fn a_shorter_id_in_the_text_is_another_name_of_the_folder() {
    let project = planted();
    project.ok(&["init", "--yes", "--name", "forest"]);
    for name in ["T:UI-01", "T:sprint-9-screens/UI-01", "ui-01-agent-grid"] {
        let said = project.ok(&["task", "show", name]);
        assert!(said.contains("T:sprint-9-screens/UI-01-agent-grid"), "{name}: {said}");
    }
    assert!(project.ok(&["sprint", "show", "SPRINT-9"]).contains("S:sprint-9-screens"));
    let said = project.exits(1, &["task", "show", "phase-1-schema"]);
    assert!(said.contains("T:api-v2/phase-1-schema") && said.contains("T:sprint-9-screens/phase-1-schema"), "{said}");
}

fn edit_ten_files(project: &Project) {
    let api = |path: &str| format!("delegation/sprints/api-v2/{path}");
    let screens = |path: &str| format!("delegation/sprints/sprint-9-screens/{path}");
    project.edit(&api("phase-1-schema/TASK.md"), "**Status**: Pending", "**Status**: In Progress");
    project.edit(&api("phase-2-events/TASK.md"), "Nothing yet.", "Nothing yet.\n\nOne thing now.");
    project.edit(&screens("UI-01-agent-grid/TASK.md"), "  - [ ] on paper", "  - [x] on paper");
    project.edit(&api("phase-3-agents/AGENT.yml"), "retries: 2", "retries: 3");
    std::fs::rename(project.at(&screens("UI-02-agent-card")), project.at(&screens("UI-02-mini-card")))
        .expect("renamed");
    std::fs::remove_dir_all(project.at("delegation/backlog/drop-me")).expect("removed");
    std::fs::remove_dir_all(project.at("delegation/backlog/wanted-again")).expect("removed");
    project.write("delegation/backlog/new-idea/TASK.md", &task("A new idea", "Pending", "P2"));
    project.edit(&screens("phase-1-schema/TASK.md"), "**Priority**: P3", "**Priority**: P1");
    project.edit(&api("README.md"), "# Not a task", "# Still not a task");
}

fn edit_ten_rows(project: &Project) {
    let task = |change: &str, code: &str| {
        let n = project.sql(&format!("UPDATE orchestration_tasks SET {change} WHERE task_code = '{code}'"));
        assert_eq!(n, 1, "{code}");
    };
    task("status = 'completed'", "phase-2-events");
    task("assignee = 'builder'", "UI-01-agent-grid");
    task("priority = 'P0'", "phase-3-agents");
    task("status = 'in_progress'", "UI-02-agent-card");
    task("status = 'review'", "UI-03-profile-form");
    task("title = 'Los acentos — «mejor»'", "fix-accents");
    task("priority = 'P0'", "wanted-again");
    project.sql("UPDATE orchestration_sprints SET owner = 'Somebody' WHERE sprint_code = 'sprint-9-screens'");
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'UI-04-palette'");
    project.sql(
        "UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'phase-1-schema' \
         AND sprint_id = (SELECT id FROM orchestration_sprints WHERE sprint_code = 'sprint-9-screens')",
    );
}

#[test]
fn ten_edits_on_each_side_end_as_the_decision_table_says() {
    let project = planted();
    project.ok(&["init", "--yes", "--name", "forest"]);
    let card = of_task(&project, "UI-02-agent-card", "id");
    let untouched = files(&project);
    edit_ten_files(&project);
    edit_ten_rows(&project);
    project.exits(3, &["sync"]);
    the_rows_are_reconciled(&project, &card);
    the_files_are_reconciled(&project);
    the_rest_is_as_it_was(&project, &untouched);
    let conflicts = project.json(&["conflict", "list"]);
    let told: BTreeSet<&str> =
        conflicts.as_array().expect("a list").iter().filter_map(|c| c["kind"].as_str()).collect();
    assert_eq!(told, BTreeSet::from(["delete-edit", "field"]), "{conflicts:#}");
    a_second_sync_writes_nothing(&project);
}

fn the_rows_are_reconciled(project: &Project, card: &str) {
    assert_eq!(of_task(project, "phase-2-events", "status"), "completed", "row 14: two fields");
    assert_eq!(of_task(project, "UI-01-agent-grid", "assignee"), "builder");
    let retries = of_task(project, "phase-3-agents", "json_extract(agent_config, '$.engine.retries') || priority");
    assert_eq!(retries, "3P0", "row 14: the configuration and a column");
    assert_eq!(of_task(project, "UI-02-mini-card", "id || status"), format!("{card}in_progress"), "row 26: a move");
    assert_eq!(of_task(project, "drop-me", "id"), "", "row 7: deleted");
    assert_eq!(of_task(project, "wanted-again", "priority"), "P0", "row 8: a changed row wins over an absence");
    assert_eq!(of_task(project, "new-idea", "status || priority"), "pendingP2", "row 4: adopted");
    assert_eq!(of_task(project, "UI-04-palette", "id"), "", "row 20: stays deleted");
    let mut schemas = project.select(
        "SELECT priority || status FROM orchestration_tasks WHERE task_code = 'phase-1-schema' AND deleted_at IS NULL",
    );
    schemas.sort_unstable();
    assert_eq!(schemas, ["P0in_progress", "P0pending"], "row 12, and row 15: the row wins a collision");
}

fn the_files_are_reconciled(project: &Project) {
    let holds = |path: &str, parts: &[&str]| {
        let text = project.read(&format!("delegation/{path}"));
        parts.iter().for_each(|part| assert!(text.contains(part), "{path} has no {part:?}:\n{text}"));
    };
    let api = "sprints/api-v2";
    let screens = "sprints/sprint-9-screens";
    holds(&format!("{api}/phase-1-schema/AGENT.yml"), &["  status: in_progress   # as of today\n"]);
    holds(&format!("{api}/phase-2-events/TASK.md"), &["One thing now.", "**Priority:** High"]);
    holds(&format!("{api}/phase-3-agents/AGENT.yml"), &["retries: 3}", "  priority: P0\n", "task_hash: \"null\"\n"]);
    holds(&format!("{api}/README.md"), &["# Still not a task\n\nStatus: Done"]);
    holds(&format!("{screens}/SPRINT.md"), &["owner: \"Somebody\"\n", "status: planned # not yet\n"]);
    holds(&format!("{screens}/UI-01-agent-grid/TASK.md"), &["- **Assigned To**: builder\n", "  - [x] on paper\n"]);
    holds(&format!("{screens}/UI-02-mini-card/TASK.md"), &["\u{feff}# UI-02:", " | **Priority**: `P2`\r\n"]);
    holds(&format!("{screens}/UI-03-profile-form/TASK.md"), &["| **Priority** | High |\r\n"]);
    holds(&format!("{screens}/phase-1-schema/TASK.md"), &["**Priority**: P0"]);
    holds("backlog/fix-accents/TASK.md", &["# Task: Los acentos — «mejor»\n", "**Estado**: pendiente\n"]);
    holds("backlog/wanted-again/TASK.md", &["**Priority**: P0"]);
    for gone in
        ["sprints/sprint-9-screens/UI-04-palette", "sprints/sprint-9-screens/UI-02-agent-card", "backlog/drop-me"]
    {
        assert!(!project.at(&format!("delegation/{gone}")).exists(), "{gone}");
    }
}

/// What nobody edited has the same bytes.
fn the_rest_is_as_it_was(project: &Project, before: &Files) {
    let after = files(project);
    let calm = before.iter().filter(|(path, _)| path.contains("/calm/"));
    let foreign = before.iter().filter(|(path, _)| FOREIGN.iter().any(|(foreign, _)| path == foreign));
    for (path, bytes) in calm.chain(foreign) {
        assert_eq!(after.get(path), Some(bytes), "{path}");
    }
}

/// A copy of `from` under git.
fn copied(from: &Path) -> Project {
    let project = Project::empty();
    let done = std::process::Command::new("cp").arg("-R").arg(from.join(".")).arg(project.root()).status();
    assert!(done.expect("cp runs").success());
    commit(&project);
    project
}

#[test]
fn a_real_tree_is_adopted_whole_and_a_second_sync_writes_nothing() {
    let Some(corpus) = Corpus::find("the main job on a real tree") else { return };
    let project = copied(&corpus.at("seer-head"));
    let before = files(&project);
    project.ok(&["init", "--yes", "--name", "real"]);
    assert_eq!(project.select("SELECT sprint_code FROM orchestration_sprints").len(), 4);
    assert_eq!(project.select("SELECT task_code FROM orchestration_tasks").len(), 30);
    let alone = project.select(
        "SELECT t.task_code FROM orchestration_tasks t WHERE NOT EXISTS (SELECT 1 FROM orchestration_documents d \
         WHERE d.entity_id = t.id AND d.role = 'task')",
    );
    assert_eq!(alone.len(), 16, "folders with AGENT.yml only: {alone:?}");
    let managed = project
        .select("SELECT file_path FROM orchestration_documents WHERE role <> 'attachment' AND file_path IS NOT NULL");
    only_stamps_were_added(&before, &files(&project), |path| managed.iter().any(|managed| managed == path));
    a_second_sync_writes_nothing(&project);
}
