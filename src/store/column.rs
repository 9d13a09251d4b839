//! Which field of an entity is which column of its row, under the names that every back end carries.
//!
//! No statement stands here: a back end builds its own from these names.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::{EntityKind, Field, Fields, Patch, Typed};

/// The table of one kind of entity.
#[derive(Debug)]
pub(super) struct Table {
    /// Which kind.
    pub(super) kind: EntityKind,
    /// Its name.
    pub(super) name: &'static str,
    /// The column of the code.
    pub(super) code: &'static str,
    /// The fields that its rows have, in the order of their columns.
    pub(super) fields: &'static [Field],
}

/// The tables of all kinds, parents before children.
pub(super) const TABLES: [&Table; 3] = [&AGENTS, &SPRINTS, &TASKS];

const AGENTS: Table = Table {
    kind: EntityKind::Agent,
    name: "agent_profiles",
    code: "agent_code",
    fields: &[
        Field::Name,
        Field::AgentRole,
        Field::Title,
        Field::Status,
        Field::Tags,
        Field::Goal,
        Field::Category,
        Field::Skills,
        Field::Capabilities,
        Field::Constraints,
        Field::Tools,
        Field::Code,
    ],
};

const SPRINTS: Table = Table {
    kind: EntityKind::Sprint,
    name: "orchestration_sprints",
    code: "sprint_code",
    fields: TASKS.fields.split_at(TASKS.fields.len() - 1).0,
};

const TASKS: Table = Table {
    kind: EntityKind::Task,
    name: "orchestration_tasks",
    code: "task_code",
    fields: &[
        Field::Title,
        Field::Status,
        Field::Priority,
        Field::Phase,
        Field::Position,
        Field::Assignee,
        Field::Owner,
        Field::StartsOn,
        Field::EndsOn,
        Field::CompletedOn,
        Field::EstimateHours,
        Field::ActualHours,
        Field::Progress,
        Field::Tags,
        Field::DependsOn,
        Field::Blocks,
        Field::Goal,
        Field::Category,
        Field::Component,
        Field::Code,
        Field::TrackingHash,
        Field::Sprint,
    ],
};

/// The table of `kind`.
pub(super) const fn table(kind: EntityKind) -> &'static Table {
    match kind {
        EntityKind::Agent => &AGENTS,
        EntityKind::Sprint => &SPRINTS,
        EntityKind::Task => &TASKS,
    }
}

/// The fields that a row of `kind` has; others stay in the documents alone.
pub fn row_fields(kind: EntityKind) -> &'static [Field] {
    table(kind).fields
}

/// The column that says to which sprint a row belongs.
pub(super) const fn sprint_column(table: &Table) -> &'static str {
    match table.kind {
        EntityKind::Task => "sprint_id",
        EntityKind::Sprint | EntityKind::Agent => "NULL",
    }
}

/// The column of `field`: its word, except for what a document only claims.
pub(super) const fn column(field: Field) -> &'static str {
    match field {
        Field::Code => "claimed_code",
        Field::Sprint => "claimed_sprint",
        Field::TrackingHash => "claimed_hash",
        other => other.word(),
    }
}

/// How a column holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// As text.
    Text,
    /// As a floating-point number.
    Number,
    /// As a JSON array of texts.
    List,
}

/// How the column of `field` holds its value.
pub(super) const fn shape(field: Field) -> Shape {
    match field {
        Field::Position | Field::EstimateHours | Field::ActualHours | Field::Progress => Shape::Number,
        Field::Tags
        | Field::DependsOn
        | Field::Blocks
        | Field::Skills
        | Field::Capabilities
        | Field::Constraints
        | Field::Tools => Shape::List,
        _ => Shape::Text,
    }
}

/// What is written into a column.
#[derive(Debug, PartialEq)]
pub(super) enum Cell<'a> {
    /// Nothing.
    Empty,
    /// A text, or a list as JSON.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
}

/// What the column of `field` gets; a value of the wrong shape becomes text, which the column then refuses.
pub(super) fn cell(field: Field, fields: &Fields) -> Cell<'_> {
    match fields.get(&field) {
        None | Some(Value::Null) => Cell::Empty,
        Some(Value::Number(n)) if shape(field) == Shape::Number => Cell::Number(n.as_f64().unwrap_or(f64::NAN)),
        Some(Value::String(text)) if shape(field) != Shape::List => Cell::Text(Cow::Borrowed(text)),
        Some(other) => Cell::Text(Cow::Owned(other.to_string())),
    }
}

/// The value of a column with text in it; a list that is no JSON is handed on as the text that it is.
pub(super) fn text_value(field: Field, text: Cow<'_, str>) -> Value {
    match shape(field) {
        Shape::List => serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text)),
        Shape::Text | Shape::Number => Value::from(text),
    }
}

/// The value of a column with a number in it.
pub(super) fn number_value(number: f64) -> Value {
    Typed::Number(number).to_json()
}

/// A stored column patch; what is no field (a move, a deletion) shows in the row itself.
pub(super) fn patch(mut patch: serde_json::Map<String, Value>) -> Patch {
    let config = patch.remove("agent_config").and_then(|change| serde_json::from_value(change).ok());
    let value = |value: Value| match value.as_f64() {
        Some(number) => number_value(number),
        None => value,
    };
    let fields = patch.into_iter().filter_map(|(name, to)| Some((Field::from_word(&name)?, value(to))));
    Patch { fields: fields.collect(), config }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Change;

    #[test]
    fn every_value_of_the_right_shape_comes_back_as_it_went() {
        let fields = Fields::from([
            (Field::Title, json!("3")),
            (Field::EstimateHours, json!(8)),
            (Field::Progress, json!(12.5)),
            (Field::Tags, json!(["a", "b"])),
        ]);
        for (field, value) in &fields {
            let back = match cell(*field, &fields) {
                Cell::Empty => Value::Null,
                Cell::Text(text) => text_value(*field, text),
                Cell::Number(number) => number_value(number),
            };
            assert_eq!(&back, value, "{field}");
        }
    }

    #[test]
    fn db15_a_list_that_is_no_json_is_handed_on_as_text() {
        assert_eq!(text_value(Field::Tags, "[oops".into()), json!("[oops"));
    }

    #[test]
    fn a_patch_keeps_fields_and_numbers_as_rows_have_them() {
        let config = json!({"from": null, "to": {"a": 8.0}});
        let stored = json!({"title": "T", "estimate_hours": 8.0, "owner": null, "task_code": "x", "deleted": true,
            "agent_config": config});
        let Value::Object(map) = stored else { unreachable!("it is an object") };
        let expected =
            Fields::from([(Field::Title, json!("T")), (Field::EstimateHours, json!(8)), (Field::Owner, Value::Null)]);
        let patch = patch(map);
        assert_eq!(patch.fields, expected);
        assert_eq!(patch.config, Some(Change { from: Value::Null, to: json!({"a": 8.0}) }));
    }
}
