//! A row of a table as one JSON array: its columns in the order in which every back end hands them over.
//!
//! `id`, the code, the sprint, `file_path, row_version, created_at, updated_at`, then each field of the table, all as text
//! or empty; of a record then `documents_version, head_revision, hash` and whether it is deleted.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

use super::column::{Shape, Table, number_value, shape, text_value};
use crate::model::{DocPath, Fields, Record, Row};

/// A record without its documents, and the number of the newest revision that has some.
#[derive(Debug)]
pub(super) struct RowRecord {
    pub(super) record: Record,
    pub(super) documents_version: i64,
}

/// Reads a row from such an array.
#[derive(Clone, Copy)]
pub(super) struct PackedRow<'t>(pub(super) &'t Table);

/// Reads a record from such an array.
#[derive(Clone, Copy)]
pub(super) struct PackedRecord<'t>(pub(super) &'t Table);

/// Reads any number of items.
pub(super) struct Items<S>(pub(super) S);

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
