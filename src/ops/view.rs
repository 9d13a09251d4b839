//! How a sprint, a task or an agent looks from outside: the shape that JSON, tables and agents see.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::{EntityId, EntityKind, Record};

/// One sprint, task or agent.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct EntityView {
    /// The full reference, such as `T:alpha/phase-1`.
    pub reference: String,
    /// What it is.
    pub kind: EntityKind,
    /// Its immutable id.
    #[schemars(with = "String")]
    pub id: EntityId,
    /// The code, which is the name of its folder.
    pub code: String,
    /// The code of a task's sprint; absent in the backlog.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sprint: Option<String>,
    /// The folder or file below the root.
    pub path: Option<String>,
    /// The typed fields, by name; one without a value is left out.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
    /// Grows with every change of the row.
    pub version: i64,
}

/// The codes of sprints by id, to write references with.
pub(super) type SprintCodes = BTreeMap<EntityId, String>;

/// Collects the codes of the sprints among `records`.
pub(super) fn sprint_codes(records: &[Record]) -> SprintCodes {
    records.iter().filter(|r| r.kind == EntityKind::Sprint).map(|r| (r.id, r.code.clone())).collect()
}

/// Writes the full reference of a record.
pub(super) fn reference(record: &Record, sprints: &SprintCodes) -> String {
    let home = match (record.kind, record.sprint) {
        (EntityKind::Task, None) => "backlog/".to_owned(),
        (EntityKind::Task, Some(id)) => sprints.get(&id).map_or_else(|| format!("{id}/"), |code| format!("{code}/")),
        _ => String::new(),
    };
    format!("{}:{home}{}", record.kind.letter(), record.code)
}

impl EntityView {
    /// Shows `record`.
    pub fn of(record: &Record, sprints: &SprintCodes) -> Self {
        let told_elsewhere = [crate::model::Field::Code, crate::model::Field::Sprint];
        let fields = record.fields.iter().filter(|(field, _)| !told_elsewhere.contains(field));
        Self {
            reference: reference(record, sprints),
            kind: record.kind,
            id: record.id,
            code: record.code.clone(),
            sprint: record.sprint.and_then(|id| sprints.get(&id).cloned()),
            path: record.path.as_ref().map(ToString::to_string),
            fields: fields.map(|(field, value)| (field.word().to_owned(), value.clone())).collect(),
            version: record.row_version,
        }
    }

    /// The text of a field; empty where it has none.
    pub fn text(&self, field: &str) -> String {
        match self.fields.get(field) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }
}
