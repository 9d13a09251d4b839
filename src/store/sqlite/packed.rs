//! Many rows in one value.
//!
//! Each row that is answered costs a trip between the thread that owns the connection and this one, and each column an
//! allocation. As a JSON array of arrays, hundreds of rows cost one of each.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Executor};

use super::bulk::Binds;
use super::row::{RowRecord, text};
use crate::model::{DocPath, Field, Fields, Record, Row};
use crate::store::column::{Shape, Table, column, number_value, shape, text_value};

/// How many rows come in one value; so many of the largest that a table takes stay below SQLite's limit of a text.
pub(super) const TOGETHER: usize = 400;

/// All of one column `item`, each a JSON value, as one JSON array.
///
/// A subquery whose rows are JSON already hands up one text a row, not every column of it.
pub(super) const ITEMS: &str = "'[' || coalesce(group_concat(item), '') || ']'";

/// A JSON array of one row's columns, as [`PackedRow`] reads it; without its closing bracket, and without the values of
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
        sprint = super::row::sprint_column(table),
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
    let json = text(row, index)?.unwrap_or_default();
    let mut json = serde_json::Deserializer::from_str(&json);
    let read = Items(seed).deserialize(&mut json);
    read.map_err(|error| sqlx::Error::ColumnDecode { index: index.to_string(), source: error.into() })
}

/// Reads a row from [`columns`].
#[derive(Clone, Copy)]
pub(super) struct PackedRow<'t>(pub(super) &'t Table);

/// Reads a record from [`columns`] followed by `documents_version, head_revision, hash` and whether it is deleted.
#[derive(Clone, Copy)]
pub(super) struct PackedRecord<'t>(pub(super) &'t Table);

/// Any number of items.
struct Items<S>(S);

/// A text that is copied only where JSON had to escape something in it.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> DeserializeSeed<'de> for PackedRow<'_> {
    type Value = Row;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Row, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for PackedRow<'_> {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a row of {}", self.0.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<Row, A::Error> {
        row(self.0, &mut cells)
    }
}

impl<'de> DeserializeSeed<'de> for PackedRecord<'_> {
    type Value = RowRecord;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<RowRecord, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for PackedRecord<'_> {
    type Value = RowRecord;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a record of {}", self.0.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<RowRecord, A::Error> {
        let row = row(self.0, &mut cells)?;
        let documents_version = cell(&mut cells)?;
        let record = Record {
            head: cell(&mut cells)?,
            tracking: cell(&mut cells)?,
            deleted: cell::<i64, _>(&mut cells)? != 0,
            n: row.row_version,
            documents: Vec::new(),
            patches: Vec::new(),
            row,
        };
        Ok(RowRecord { record, documents_version })
    }
}

fn row<'de, A: SeqAccess<'de>>(table: &Table, cells: &mut A) -> Result<Row, A::Error> {
    Ok(Row {
        kind: table.kind,
        id: cell(cells)?,
        code: cell::<Option<String>, _>(cells)?.unwrap_or_default(),
        sprint: cell(cells)?,
        path: cell::<Option<Text<'_>>, _>(cells)?.and_then(|path| DocPath::new(&path.0).ok()),
        row_version: cell(cells)?,
        created_at: cell(cells)?,
        updated_at: cell(cells)?,
        fields: fields(table, cells)?,
    })
}

fn fields<'de, A: SeqAccess<'de>>(table: &Table, cells: &mut A) -> Result<Fields, A::Error> {
    let mut fields = Fields::new();
    for field in table.fields {
        let Some(Text(text)) = cell::<Option<Text<'_>>, _>(cells)? else { continue };
        let value = match shape(*field) {
            Shape::Number => number_value(text.parse().map_err(Error::custom)?),
            Shape::Text | Shape::List => text_value(*field, text),
        };
        fields.insert(*field, value);
    }
    Ok(fields)
}

fn cell<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(cells: &mut A) -> Result<T, A::Error> {
    cells.next_element()?.ok_or_else(|| Error::custom("the row ends too early"))
}

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for Items<S> {
    type Value = Vec<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for Items<S> {
    type Value = Vec<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(item) = items.next_element_seed(self.0)? {
            found.push(item);
        }
        Ok(found)
    }
}
