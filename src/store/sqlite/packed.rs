//! Many rows in one value.
//!
//! Each row that is answered costs a trip between the thread that owns the connection and this one, and each column an
//! allocation. As a JSON array of arrays, hundreds of rows cost one of each.

use serde::de::DeserializeSeed;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Executor};

use super::bulk::Binds;
use crate::model::Field;
use crate::store::answer::Answer;
use crate::store::column::{Shape, Table, column, shape, sprint_column};
use crate::store::packed::Items;

/// How many rows come in one value; so many of the largest that a table takes stay below SQLite's limit of a text.
pub(super) const TOGETHER: usize = 400;

/// All of one column `item`, each a JSON value, as one JSON array.
///
/// A subquery whose rows are JSON already hands up one text a row, not every column of it.
pub(super) const ITEMS: &str = "'[' || coalesce(group_concat(item), '') || ']'";

/// A JSON array of one row's columns, as [`crate::store::packed`] reads it; without its closing bracket, and without the values of
/// fields that are left out.
///
/// Numbers travel as text, because JSON has none for infinity and SQLite rounds those that it writes into JSON. Nearly
/// all are whole, and the digits of those are quickly found.
pub(super) fn columns(table: &Table, left_out: &[Field]) -> String {
    let value = |field: &Field| match (column(*field), shape(*field)) {
        _ if left_out.contains(field) => ", NULL".to_owned(),
        (column, Shape::Number) => format!(
            ", CASE WHEN {column} = CAST({column} AS INTEGER) THEN CAST(CAST({column} AS INTEGER) AS TEXT) \
             WHEN {column} IS NOT NULL THEN printf('%!.17g', {column}) END"
        ),
        (column, Shape::Text | Shape::List) => format!(", {column}"),
    };
    format!(
        "json_array(id, {code}, {sprint}, file_path, row_version, created_at, updated_at{fields}",
        code = table.code,
        sprint = sprint_column(table),
        fields = table.fields.iter().map(value).collect::<String>(),
    )
}

/// Runs a query for one column `item`, each a JSON value, and reads each with `seed`.
pub(super) async fn fetch<S, T>(
    connection: &mut SqliteConnection,
    seed: S,
    query: &str,
    binds: Binds,
) -> sqlx::Result<Vec<T>>
where
    S: for<'de> DeserializeSeed<'de, Value = T> + Copy,
{
    // Safe: statements are made of constants of this room and the closed list of columns; values are bound.
    let sql = AssertSqlSafe(format!("SELECT {ITEMS} FROM ({query})"));
    let row = connection.fetch_one(sqlx::query_with(sql, binds.0)).await?;
    items(seed, &row, 0)
}

/// Reads each item of the JSON array that stands in a column.
pub(super) fn items<S, T>(seed: S, row: &SqliteRow, index: usize) -> sqlx::Result<Vec<T>>
where
    S: for<'de> DeserializeSeed<'de, Value = T> + Copy,
{
    let json = row.text(index)?.unwrap_or_default();
    let mut json = serde_json::Deserializer::from_str(&json);
    let read = Items(seed).deserialize(&mut json);
    read.map_err(|error| sqlx::Error::ColumnDecode { index: index.to_string(), source: error.into() })
}
