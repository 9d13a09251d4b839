//! Reads one page of rows for people: SQL leaves out what is certainly not wanted, [`page`] decides.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde_json::Value;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, Row as _};

use super::bulk::Binds;
use super::packed::{self, ITEMS, TOGETHER, columns, items};
use crate::model::{EntityId, EntityKind, Field, Row};
use crate::store::answer::{json, parsed};
use crate::store::column::{Shape, TABLES, Table, column, shape, sprint_column, table};
use crate::store::order::page;
use crate::store::packed::PackedRow;
use crate::store::{ListQuery, Page, SprintCodes};

/// Every sprint's id and code.
const SPRINT_CODES: &str = "SELECT json_array(id, sprint_code) AS item FROM orchestration_sprints";

/// One page of live rows.
pub(super) async fn list(connection: &mut SqliteConnection, query: &ListQuery) -> sqlx::Result<Page> {
    let mut moment = connection.begin().await?;
    let mut candidates = Vec::new();
    let sprints = sprint_codes(&mut moment, query).await?;
    for table in TABLES.into_iter().filter(|table| query.kind.is_none_or(|kind| kind == table.kind)) {
        read_candidates(&mut moment, query, table, &mut candidates).await?;
    }
    moment.commit().await?;
    Ok(page(query, sprints, candidates))
}

/// The codes by which tasks are ordered and called; whoever lists no tasks needs none.
async fn sprint_codes(connection: &mut SqliteConnection, query: &ListQuery) -> sqlx::Result<SprintCodes> {
    if query.kind.is_some_and(|kind| kind != EntityKind::Task) {
        return Ok(SprintCodes::new());
    }
    let found = packed::fetch(connection, PhantomData::<(EntityId, Option<String>)>, SPRINT_CODES, Binds::default());
    Ok(found.await?.into_iter().map(|(id, code)| (id, code.unwrap_or_default())).collect())
}

/// Reads rows as they lie in the table.
async fn read_candidates(
    connection: &mut SqliteConnection,
    query: &ListQuery,
    table: &Table,
    found: &mut Vec<Row>,
) -> sqlx::Result<()> {
    let (conditions, binds) = narrow(query, table);
    let sql = format!(
        "SELECT max(place), {ITEMS} FROM (SELECT rowid AS place, {columns}) AS item FROM {name} \
         WHERE rowid > ? AND deleted_at IS NULL{conditions} ORDER BY rowid LIMIT {TOGETHER})",
        columns = columns(table, &query.left_out),
        name = table.name,
    );
    let (mut place, mut waiting) = (Some(i64::MIN), None);
    while let Some(from) = place {
        let binds = binds.iter().fold(Binds::default().push(from), |binds, value| binds.push(value.clone()));
        // Safe: names come from the closed list of columns; values are bound.
        let next = connection.fetch_one(sqlx::query_with(AssertSqlSafe(sql.as_str()), binds.0));
        // Rows are read here while the connection's thread looks for the next ones.
        let read = async { waiting.take().map_or(Ok(Vec::new()), |row| items(PackedRow(table), &row, 1)) };
        let (next, read) = tokio::join!(next, read);
        let next = next?;
        found.append(&mut read?);
        place = next.try_get(0)?;
        waiting = Some(next);
    }
    Ok(())
}

/// What the texts of live rows of `kind` tell under `name`; a row whose metadata are no JSON tells nothing.
pub(super) async fn told(
    connection: &mut SqliteConnection,
    kind: EntityKind,
    name: &str,
) -> sqlx::Result<BTreeMap<EntityId, Value>> {
    let sql = format!(
        "SELECT id, told FROM (SELECT id, CASE WHEN json_valid(metadata) THEN metadata -> ? END AS told FROM {name} \
         WHERE deleted_at IS NULL) WHERE told IS NOT NULL ORDER BY id",
        name = table(kind).name,
    );
    // Safe: the name comes from the closed list of tables; the value is bound.
    let rows = sqlx::query(AssertSqlSafe(sql.as_str())).bind(name).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((parsed(row, 0)?, json(row, 1)?))).collect()
}

/// Conditions that leave out rows that are certainly not wanted, and what is bound in them.
///
/// SQLite folds the case of ASCII letters only, so whatever has other characters passes; no status or priority has any.
fn narrow(query: &ListQuery, table: &Table) -> (String, Vec<String>) {
    let (mut sql, mut binds) = (String::new(), Vec::new());
    for (field, words) in &query.any_of {
        let column = column(*field);
        if !table.fields.contains(field) {
            sql += " AND FALSE";
        } else if shape(*field) == Shape::Text {
            let passes = match field {
                Field::Status | Field::Priority => String::new(),
                _ => format!(" OR length({column}) <> length(CAST({column} AS BLOB))"),
            };
            sql += &format!(" AND ({column} COLLATE NOCASE IN ({}){passes})", vec!["?"; words.len()].join(", "));
            binds.extend(words.iter().cloned());
        }
    }
    if let Some(sprint) = query.sprint {
        sql += &format!(" AND {} = ?", sprint_column(table));
        binds.push(sprint.to_string());
    }
    if query.backlog {
        sql += if table.kind == EntityKind::Task { " AND sprint_id IS NULL" } else { " AND FALSE" };
    }
    (sql, binds)
}
