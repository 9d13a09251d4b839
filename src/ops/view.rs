//! How a sprint, a task or an agent looks from outside: the shape that JSON, tables and agents see.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{EntityId, EntityKind, Field, Fields, Row};
use crate::store::SprintCodes;

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
    #[schemars(with = "BTreeMap<Field, serde_json::Value>")]
    pub fields: Fields,
    /// Grows with every change of the row.
    pub version: i64,
}

/// What a document claims to be and to belong to; the row says it better.
pub(super) const TOLD_ELSEWHERE: [Field; 2] = [Field::Code, Field::Sprint];

/// Collects the codes of the sprints among `rows`.
pub(super) fn sprint_codes<'a>(rows: impl Iterator<Item = &'a Row>) -> SprintCodes {
    rows.filter(|row| row.kind == EntityKind::Sprint).map(|row| (row.id, row.code.clone())).collect()
}

/// Writes the full reference of a row.
pub(super) fn reference(row: &Row, sprints: &SprintCodes) -> String {
    let home = match (row.kind, row.sprint) {
        (EntityKind::Task, None) => Some(Cow::Borrowed("backlog")),
        (EntityKind::Task, Some(id)) => {
            Some(sprints.get(&id).map_or_else(|| Cow::Owned(id.to_string()), |code| Cow::Borrowed(code.as_str())))
        }
        _ => None,
    };
    let mut letter = [0; 4];
    let letter = &*row.kind.letter().encode_utf8(&mut letter);
    match home {
        Some(home) => [letter, ":", &home, "/", &row.code].concat(),
        None => [letter, ":", &row.code].concat(),
    }
}

impl EntityView {
    /// Shows `row`.
    pub fn of(row: Row, sprints: &SprintCodes) -> Self {
        let reference = reference(&row, sprints);
        let mut fields = row.fields;
        TOLD_ELSEWHERE.iter().for_each(|field| drop(fields.remove(field)));
        Self {
            reference,
            kind: row.kind,
            id: row.id,
            code: row.code,
            sprint: row.sprint.and_then(|id| sprints.get(&id).cloned()),
            path: row.path.map(String::from),
            fields,
            version: row.row_version,
        }
    }
}
