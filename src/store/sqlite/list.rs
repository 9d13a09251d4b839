//! Reads one page of rows for people: what decides about a row is read first, then the rows of the page.

use std::collections::{BTreeSet, HashMap};

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Executor};

use super::bulk::Binds;
use super::read::{json_list, records};
use super::row::{get, parsed, sprint_column};
use crate::model::{EntityId, EntityKind, Field, Record};
use crate::store::column::{Shape, TABLES, Table, column, number_value, shape, text_value};
use crate::store::order::{Candidate, deciding_fields, page};
use crate::store::{ListQuery, Page, Selection};

/// One page of live rows.
pub(super) async fn list(connection: &mut SqliteConnection, query: &ListQuery) -> sqlx::Result<Page<Record>> {
    let mut candidates = Vec::new();
    for table in TABLES.into_iter().filter(|table| query.kind.is_none_or(|kind| kind == table.kind)) {
        candidates.append(&mut read_candidates(connection, query, table).await?);
    }
    let Page { items: ids, total } = page(query, candidates);
    let found = records(connection, Selection::Ids(&ids)).await?;
    let mut by_id: HashMap<EntityId, Record> = found.into_iter().map(|record| (record.id, record)).collect();
    Ok(Page { items: ids.iter().filter_map(|id| by_id.remove(id)).collect(), total })
}

async fn read_candidates(
    connection: &mut SqliteConnection,
    query: &ListQuery,
    table: &Table,
) -> sqlx::Result<Vec<Candidate>> {
    let deciding: BTreeSet<Field> = deciding_fields(query).filter(|field| table.fields.contains(field)).collect();
    let fields: String = deciding.iter().map(|field| format!(", {}", column(*field))).collect();
    let (conditions, binds) = narrow(query, table);
    let sql = format!(
        "SELECT id, {code}, created_at, updated_at{fields} FROM {name} WHERE deleted_at IS NULL{conditions} ORDER BY id",
        code = table.code,
        name = table.name,
    );
    // Safe: names come from the closed list of columns; values are bound.
    let rows = connection.fetch_all(sqlx::query_with(AssertSqlSafe(sql), binds.0)).await?;
    rows.iter().map(|row| candidate(table.kind, &deciding, row)).collect()
}

/// Conditions that leave out rows that are certainly not wanted; what decides is [`page`].
///
/// SQLite folds the case of ASCII letters only, so whatever has other characters passes.
fn narrow(query: &ListQuery, table: &Table) -> (String, Binds) {
    let (mut sql, mut binds) = (String::new(), Binds::default());
    for (field, words) in &query.any_of {
        let column = column(*field);
        if !table.fields.contains(field) {
            sql += " AND FALSE";
        } else if shape(*field) == Shape::Text {
            sql += &format!(
                " AND (lower({column}) IN (SELECT value FROM json_each(?)) \
                 OR length({column}) <> length(CAST({column} AS BLOB)))"
            );
            binds = binds.push(json_list(words.iter().map(|word| word.to_ascii_lowercase())));
        }
    }
    if let Some(sprint) = query.sprint {
        sql += &format!(" AND {} = ?", sprint_column(table));
        binds = binds.text(sprint);
    }
    if query.backlog {
        sql += if table.kind == EntityKind::Task { " AND sprint_id IS NULL" } else { " AND FALSE" };
    }
    (sql, binds)
}

fn candidate(kind: EntityKind, deciding: &BTreeSet<Field>, row: &SqliteRow) -> sqlx::Result<Candidate> {
    let mut candidate = Candidate {
        id: parsed(row, 0)?,
        kind,
        code: get::<Option<String>>(row, 1)?.unwrap_or_default(),
        created_at: get(row, 2)?,
        updated_at: get(row, 3)?,
        fields: Default::default(),
    };
    for (index, field) in deciding.iter().enumerate() {
        let value = match shape(*field) {
            Shape::Number => get::<Option<f64>>(row, 4 + index)?.map(number_value),
            Shape::Text | Shape::List => get::<Option<&str>>(row, 4 + index)?.map(|text| text_value(*field, text)),
        };
        candidate.fields.extend(value.map(|value| (*field, value)));
    }
    Ok(candidate)
}
