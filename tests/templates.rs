//! What the built-in templates make is what the tool itself reads without a complaint.

use std::collections::BTreeMap;

use instep::document;
use instep::model::{Field, Role, TemplateKind};
use instep::template::{Catalog, DEFAULT, Limits, RenderedFile, Variable, VariableType, Variables, render};
use serde_json::{Value, json};

fn rendered(kind: TemplateKind, given: Value) -> Vec<RenderedFile> {
    let catalog = Catalog::new([]);
    let template = catalog.get(kind, DEFAULT).expect("a built-in template");
    let given: BTreeMap<String, Value> = serde_json::from_value(given).expect("an object");
    render(template, &Variables { given, ..Variables::default() }, Limits::default()).expect("texts")
}

/// What the file `name` is to an entity of `kind`; decision records are none.
fn role(kind: TemplateKind, name: &str) -> Option<Role> {
    match (kind, name) {
        (TemplateKind::Adr, _) => None,
        (TemplateKind::Agent, _) => Some(Role::AgentProfile),
        (_, "SPRINT.md") => Some(Role::Sprint),
        (_, "TASK.md") => Some(Role::Task),
        (_, "AGENT.yml") => Some(Role::AgentConfig),
        _ => panic!("a {kind} template makes {name}"),
    }
}

/// The values of the file's fields as a row has them; the file must be above every complaint.
fn read(kind: TemplateKind, file: &RenderedFile) -> Option<BTreeMap<Field, Value>> {
    let role = role(kind, &file.name)?;
    let loaded = document::load(role, file.text.as_bytes()).unwrap_or_else(|why| panic!("{kind} {}: {why}", file.name));
    assert_eq!(loaded.problems, [], "{kind} {}\n{}", file.name, file.text);
    Some(loaded.document.fields())
}

fn fields(kind: TemplateKind, given: Value) -> Vec<BTreeMap<Field, Value>> {
    rendered(kind, given).iter().filter_map(|file| read(kind, file)).collect()
}

/// A value for every variable that passes `wanted`.
fn samples(kind: TemplateKind, wanted: fn(&Variable) -> bool) -> Value {
    let catalog = Catalog::new([]);
    let manifest = &catalog.get(kind, DEFAULT).expect("a built-in template").manifest;
    let value = |variable: &Variable| match variable.kind {
        VariableType::List => json!(["first: one | two", "the second, \"quoted\" # thing"]),
        VariableType::Flag => json!(true),
        _ => json!(format!("Some {}: \"a\" # b", variable.name)),
    };
    let sample = |v: &Variable| v.example.clone().or(v.default.clone()).unwrap_or_else(|| value(v));
    manifest.variables.iter().filter(|v| wanted(v)).map(|v| (v.name.clone(), sample(v))).collect()
}

#[test]
fn every_built_in_template_is_read_without_a_complaint() {
    for &kind in TemplateKind::ALL {
        fields(kind, samples(kind, |variable| variable.required));
        fields(kind, samples(kind, |_| true));
    }
}

#[test]
fn a_task_says_what_it_was_given_in_both_of_its_files() {
    let given = json!({
        "code": "phase-2-events", "title": "Events: dense & \"gapless\"", "sprint": "core", "phase": "2", "status": "In Progress",
        "priority": "P0", "estimate": "3-5 days", "assignee": "core-engineer", "dependencies": ["`phase-1`"],
    });
    let both = fields(TemplateKind::Task, given);
    assert_eq!(both.len(), 2);
    for (field, value) in [
        (Field::Code, json!("phase-2-events")),
        (Field::Title, json!("Events: dense & \"gapless\"")),
        (Field::Sprint, json!("core")),
        (Field::Phase, json!("2")),
        (Field::Status, json!("in_progress")),
        (Field::Priority, json!("P0")),
        (Field::EstimateHours, json!(40)),
    ] {
        assert_eq!([both[0].get(&field), both[1].get(&field)], [Some(&value), Some(&value)], "{field}");
    }
    assert_eq!(both[0].get(&Field::Assignee), Some(&json!("core-engineer")));
}

#[test]
fn a_sprint_lists_the_tasks_that_it_was_given() {
    let given = json!({
        "code": "core", "title": "The core", "status": "Active", "owner": "Team", "starts_on": "2026-01-05",
        "tasks": ["phase-1: Lay the ground: well", "phase-2"],
    });
    let files = rendered(TemplateKind::Sprint, given);
    let said = read(TemplateKind::Sprint, &files[0]).expect("a sprint");
    assert_eq!(said.get(&Field::Status), Some(&json!("active")));
    assert_eq!(said.get(&Field::StartsOn), Some(&json!("2026-01-05")));
    assert_eq!(said.get(&Field::Owner), Some(&json!("Team")));
    let (sprint, _) = document::parse(Role::Sprint, files[0].text.clone());
    let listed: Vec<_> =
        sprint.listed_tasks().tasks.into_iter().map(|task| (task.code.to_string(), task.title)).collect();
    assert_eq!(listed, [("phase-1".into(), Some("Lay the ground: well".into())), ("phase-2".into(), None)]);
}

#[test]
fn an_agent_says_what_it_was_given() {
    let given = json!({"code": "ann", "name": "Ann", "role": "Reviewer", "skills": ["Rust", "no"], "constraints": []});
    let said = fields(TemplateKind::Agent, given).remove(0);
    assert_eq!(said.get(&Field::Name), Some(&json!("Ann")));
    assert_eq!(said.get(&Field::AgentRole), Some(&json!("Reviewer")));
    assert_eq!(said.get(&Field::Status), Some(&json!("active")));
    assert_eq!(said.get(&Field::Skills), Some(&json!(["Rust", "no"])));
}

#[test]
fn hx10_no_value_forges_a_field_or_a_stamp() {
    let forged = "x\r\n**Status**: Completed\n**Priority**: P0  \n<!-- instep 01890000-0000-7000-8000-000000000000 0123456789ab -->\n";
    for kind in [TemplateKind::Task, TemplateKind::Bug, TemplateKind::Embedded] {
        let mut given = samples(kind, |_| true);
        for (name, value) in given.as_object_mut().expect("an object") {
            match value {
                Value::String(text) if !["code", "priority", "today", "status"].contains(&name.as_str()) => {
                    *text = forged.into()
                }
                Value::Array(items) => items.push(forged.into()),
                _ => {}
            }
        }
        for file in rendered(kind, given) {
            let loaded = document::load(role(kind, &file.name).expect("a task"), file.text.as_bytes()).expect("a text");
            let said = loaded.document.fields();
            assert_eq!(loaded.stamps, document::Stamps::None, "{}", file.text);
            assert_eq!(said.get(&Field::Status), Some(&json!("pending")), "{}", file.text);
            assert_ne!(said.get(&Field::Priority), Some(&json!("P0")), "{}", file.text);
        }
    }
}

#[test]
fn the_planning_tree_of_this_repository_is_read_without_a_complaint() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("delegation");
    let mut read = 0;
    for entry in walkdir::WalkDir::new(root).into_iter().map(|entry| entry.expect("a readable tree")) {
        let role = match (entry.file_name().to_string_lossy().as_ref(), entry.path().parent()) {
            ("SPRINT.md", _) => Role::Sprint,
            ("TASK.md", _) => Role::Task,
            ("AGENT.yml", _) => Role::AgentConfig,
            (name, Some(folder)) if name.ends_with(".yml") && folder.ends_with("agents") => Role::AgentProfile,
            _ => continue,
        };
        let bytes = std::fs::read(entry.path()).expect("a readable file");
        let loaded = document::load(role, &bytes).unwrap_or_else(|why| panic!("{}: {why}", entry.path().display()));
        assert_eq!(loaded.problems, [], "{}", entry.path().display());
        assert!(
            role == Role::AgentProfile || loaded.document.get(Field::Status).is_some(),
            "{}",
            entry.path().display()
        );
        read += 1;
    }
    assert!(read > 40, "only {read} documents were found");
}
