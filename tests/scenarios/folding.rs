//! Whoever follows the feed has the rows: its events, folded one after the other, are what the tables say.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::dice::Dice;
use crate::project::Project;
use crate::small::{ONE, TWO, small};

const AGENT: &str = "delegation/sprints/alpha/one/AGENT.yml";

const CONFIG: &str = "task_id: one\ntask:\n  title: one\n  status: pending\n  priority: P2\n  objectives: [a, b]\nengine:\n  \
    model: fast # cheap\n  limits: {time: 10, cost: 2.5}\ncapabilities:\n  action_seconds: 120\n";

/// Columns that no event tells: what the database keeps for itself, and what repeats a document.
const UNTOLD: [&str; 12] = [
    "id",
    "project_id",
    "file_path",
    "row_version",
    "documents_version",
    "head_revision",
    "hash",
    "content_hash",
    "created_at",
    "updated_at",
    "metadata",
    "deleted_at",
];

/// Columns whose name is not the field's.
const CLAIMED: [(&str, &str); 3] =
    [("claimed_code", "code"), ("claimed_sprint", "sprint"), ("claimed_hash", "tracking_hash")];

const LISTS: [&str; 8] =
    ["tags", "depends_on", "blocks", "agent_config", "skills", "capabilities", "constraints", "tools"];

/// Every row by its id, as its events tell it.
fn folded(project: &Project) -> BTreeMap<String, Map<String, Value>> {
    let mut rows: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let told = project.select(
        "SELECT json_object('id', entity_id, 'type', event_type, 'changes', json_extract(payload, '$.changes')) \
         FROM orchestration_events WHERE entity_id IS NOT NULL ORDER BY seq",
    );
    for event in told {
        let event: Value = serde_json::from_str(&event).expect("JSON");
        let row = rows.entry(event["id"].as_str().unwrap_or_default().to_owned()).or_default();
        for (word, change) in event["changes"].as_object().into_iter().flatten() {
            let (from, to) = (&change["from"], &change["to"]);
            let now = match row.get(word) {
                Some(Value::Object(old)) if word == "agent_config" && !to.is_null() => with_members(old, from, to),
                old => {
                    assert!(word == "body" || old.unwrap_or(&Value::Null) == from, "{word}: {old:?} before {event}");
                    to.clone()
                }
            };
            row.insert(word.clone(), now);
        }
    }
    rows
}

/// `old` with the members that an event tells.
fn with_members(old: &Map<String, Value>, from: &Value, to: &Value) -> Value {
    let mut config = Value::Object(old.clone());
    for (pointer, value) in from.as_object().into_iter().flatten() {
        assert_eq!(config.pointer(pointer), Some(value), "{pointer}");
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = config.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
        parent.remove(&name.replace("~1", "/").replace("~0", "~"));
    }
    for (pointer, value) in to.as_object().into_iter().flatten() {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = config.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
        parent.insert(name.replace("~1", "/").replace("~0", "~"), value.clone());
    }
    config
}

fn the_rows_are_their_events(project: &Project, what: &str) {
    let told = folded(project);
    for table in ["orchestration_sprints", "orchestration_tasks", "agent_profiles"] {
        let columns = project.select(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let pairs = columns.iter().map(|column| format!("'{column}', \"{column}\"")).collect::<Vec<_>>().join(", ");
        for row in project.select(&format!("SELECT json_object({pairs}) FROM {table}")) {
            let row: Map<String, Value> = serde_json::from_str(&row).expect("JSON");
            let events = &told[row["id"].as_str().unwrap_or_default()];
            let is_deleted = !row["deleted_at"].is_null();
            assert_eq!(events.get("deleted").is_some_and(|told| *told == true), is_deleted, "{what}: {row:?}");
            for (column, value) in row.iter().filter(|(column, _)| !UNTOLD.contains(&column.as_str())) {
                let word = CLAIMED.iter().find(|(name, _)| name == column).map_or(column.as_str(), |(_, word)| word);
                let inner = value.as_str().filter(|_| LISTS.contains(&word));
                let value = inner.map_or_else(|| value.clone(), |text| serde_json::from_str(text).expect("JSON"));
                let said = events.get(word).cloned().unwrap_or_default();
                let is_same = said == value || said.as_f64().is_some() && said.as_f64() == value.as_f64();
                assert!(is_same, "{what}: {table}.{column} is {value}, events say {said}");
            }
        }
    }
}

/// One act of somebody, on either side.
fn act(project: &Project, dice: &mut Dice) -> String {
    let pick = |dice: &mut Dice, all: &[&str]| all[dice.roll(all.len())].to_owned();
    let statuses = ["pending", "in_progress", "review", "blocked", "completed"];
    let word = format!("w{}", dice.roll(1000));
    let task = pick(dice, &["one", "two"]);
    let set = |column: &str, value: &str| {
        let sql = format!("UPDATE orchestration_tasks SET {column} = {value} WHERE task_code = '{task}'");
        project.sql(&sql);
        sql
    };
    let line = |path: &str, label: &str, value: &str| {
        if project.at(path).exists() {
            let text = project.read(path);
            let old = text.lines().find(|line| line.contains(label)).unwrap_or_default().to_owned();
            let indent = old.len() - old.trim_start().len();
            project.write(path, &text.replace(&old, &format!("{}{label} {value}", &old[..indent])));
        }
        format!("{path}: {label} {value}")
    };
    match dice.roll(13) {
        0 => set("status", &format!("'{}'", pick(dice, &statuses))),
        1 => set("title", &format!("'{word}'")),
        2 => {
            set("agent_config", &format!("json_set(agent_config, '$.capabilities.action_seconds', {})", dice.roll(99)))
        }
        3 => set("agent_config", &format!("json_set(agent_config, '$.engine.\"{word}\"', json('[1, null]'))")),
        4 => set("agent_config", "NULL"),
        5 => set("agent_config", &format!("'{{\"task\":{{\"title\":\"{word}\"}},\"a/b\":{{}}}}'")),
        6 => set("progress", &dice.roll(100).to_string()),
        7 => line(AGENT, "status:", &pick(dice, &statuses)),
        8 => line(AGENT, "action_seconds:", &dice.roll(99).to_string()),
        9 => line(AGENT, "model:", &word),
        10 => line(&pick(dice, &[ONE, TWO]), "**Status**:", &pick(dice, &statuses)),
        11 => {
            let text = if project.at(ONE).exists() { project.read(ONE) } else { String::new() };
            project.write(ONE, &format!("{text}\n{word}\n"));
            format!("{ONE}: {word}")
        }
        _ => {
            project.write(AGENT, &CONFIG.replace("fast", &word));
            format!("{AGENT} anew")
        }
    }
}

#[test]
fn after_any_story_the_events_folded_are_the_rows() {
    for seed in 0..6 {
        let project = small();
        project.write(AGENT, CONFIG);
        project.ok(&["sync"]);
        the_rows_are_their_events(&project, "the start");
        let mut dice = Dice::of(seed);
        for step in 0..10 {
            let first = act(&project, &mut dice);
            let second = if dice.roll(2) == 0 { act(&project, &mut dice) } else { String::new() };
            let what = format!("seed {seed}, step {step}: {first}; {second}");
            the_rows_are_their_events(&project, &format!("{what}, before sync"));
            project.run(&["sync", "-q"]);
            the_rows_are_their_events(&project, &what);
        }
    }
}

#[test]
fn one_value_of_a_configuration_is_one_member_of_one_event() {
    let project = small();
    project.write(AGENT, CONFIG);
    project.ok(&["sync"]);
    let last = || {
        let payload = "SELECT payload FROM orchestration_events ORDER BY seq DESC LIMIT 1";
        serde_json::from_str::<Value>(&project.select(payload)[0]).expect("JSON")["changes"].clone()
    };
    let told = |from: i64, to: i64| {
        serde_json::json!({"agent_config": {
            "from": {"/capabilities/action_seconds": from}, "to": {"/capabilities/action_seconds": to},
        }})
    };
    project.edit(AGENT, "action_seconds: 120", "action_seconds: 91");
    let said = project.ok(&["sync"]);
    assert!(said.contains("/capabilities/action_seconds: 120 → 91"), "{said}");
    assert_eq!(last(), told(120, 91));
    project.sql(
        "UPDATE orchestration_tasks SET agent_config = json_set(agent_config, '$.capabilities.action_seconds', 7)",
    );
    assert_eq!(last(), told(91, 7));
    let said = project.ok(&["sync"]);
    assert!(said.contains("/capabilities/action_seconds in AGENT.yml: 91 → 7"), "{said}");
    assert!(project.read(AGENT).contains("action_seconds: 7\n"));
}
