//! Reads one page of rows for people: SQL leaves out what is certainly not wanted, [`page`] decides.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::postgres::PgRow;

use super::connections::Connections;
use super::read::{columns, packed};
use super::script::{Literal, Script};
use crate::model::{EntityId, EntityKind, Field};
use crate::store::answer::{Answer as _, json, parsed};
use crate::store::column::{Shape, TABLES, Table, column, shape, sprint_column, table};
use crate::store::order::page;
use crate::store::packed::PackedRow;
use crate::store::{ListQuery, Page, SprintCodes, StoreError};

/// Every sprint's id and code.
const SPRINT_CODES: &str = "SELECT id, sprint_code FROM orchestration_sprints ORDER BY id";

/// One page of live rows.
pub(super) async fn list(connections: &Connections, query: &ListQuery) -> Result<Page, StoreError> {
    let mut script = Script::default();
    // The codes by which tasks are ordered and called; whoever lists no tasks needs none.
    let has_tasks = query.kind.is_none_or(|kind| kind == EntityKind::Task);
    let sprints = has_tasks.then(|| script.add(SPRINT_CODES, &[]));
    let wanted = TABLES.into_iter().filter(|table| query.kind.is_none_or(|kind| kind == table.kind));
    let places: Vec<_> = wanted.map(|table| (table, candidates(&mut script, query, table))).collect();
    let mut answers = connections.ask("list rows", script).await?;
    let failed = connections.server().failed("list rows");
    let code = |row: &PgRow| Ok((parsed(row, 0)?, row.text(1)?.unwrap_or_default().into_owned()));
    let codes = answers.maybe_take(sprints);
    let codes: SprintCodes = codes.iter().map(code).collect::<sqlx::Result<_>>().map_err(&failed)?;
    let mut rows = Vec::new();
    for (table, place) in places {
        for row in answers.take(place) {
            rows.push(packed(PackedRow(table), &row, 0).map_err(&failed)?);
        }
    }
    Ok(page(query, codes, rows))
}

fn candidates(script: &mut Script, query: &ListQuery, table: &Table) -> super::script::Place {
    let (conditions, values) = narrow(query, table);
    let (columns, name) = (columns(table, &query.left_out), table.name);
    script.add(&format!("SELECT {columns}) FROM {name} WHERE deleted_at IS NULL{conditions} ORDER BY id"), &values)
}

/// What the texts of live rows of `kind` tell under `name`.
pub(super) async fn told(
    connections: &Connections,
    kind: EntityKind,
    name: &str,
) -> Result<BTreeMap<EntityId, Value>, StoreError> {
    let mut script = Script::default();
    let place = script.add(
        &format!(
            "SELECT id, metadata -> $1 FROM {table} WHERE deleted_at IS NULL AND metadata -> $1 IS NOT NULL ORDER BY id",
            table = table(kind).name,
        ),
        &[Literal::text(name)],
    );
    let rows = connections.ask("list rows", script).await?.take(place);
    let read = rows.iter().map(|row| Ok((parsed(row, 0)?, json(row, 1)?))).collect::<sqlx::Result<_>>();
    read.map_err(connections.server().failed("list rows"))
}

/// Conditions that leave out rows that are certainly not wanted, and the values in them.
///
/// Only the case of ASCII letters is folded, whatever the server's language, so whatever has other characters passes; no
/// status or priority has any.
fn narrow(query: &ListQuery, table: &Table) -> (String, Vec<Literal>) {
    let (mut sql, mut values) = (String::new(), Vec::new());
    for (field, words) in &query.any_of {
        let column = column(*field);
        if !table.fields.contains(field) {
            sql += " AND FALSE";
        } else if shape(*field) == Shape::Text {
            let passes = match field {
                Field::Status | Field::Priority => String::new(),
                _ => format!(" OR char_length({column}) <> octet_length({column})"),
            };
            values.push(Literal::texts(words.iter().map(|word| word.to_ascii_lowercase())));
            let words = values.len();
            sql += &format!(" AND (lower({column} COLLATE \"C\") = ANY(${words}::text[]){passes})");
        }
    }
    if let Some(sprint) = query.sprint {
        values.push(Literal::text(sprint));
        sql += &format!(" AND {}::uuid = ${}::uuid", sprint_column(table), values.len());
    }
    if query.backlog {
        sql += if table.kind == EntityKind::Task { " AND sprint_id IS NULL" } else { " AND FALSE" };
    }
    (sql, values)
}
