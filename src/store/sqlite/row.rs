//! Rows of sprints, tasks and agents: their statements, and the way from a row to a record.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};

use crate::model::{Digest, DocPath, DocumentKey, DocumentVersion, EntityKind, Fields, Record, Role};
use crate::store::column::{Shape, Table, column, number_value, shape, text_value};

/// The columns that rows of every kind have, before those of their fields.
const FIXED: usize = 11;

/// Every column that makes a record, of one table; conditions and order are appended.
pub(super) fn select(table: &Table) -> String {
    let fields: String = table.fields.iter().map(|field| format!(", {}", column(*field))).collect();
    format!(
        "SELECT id, {code}, {sprint}, row_version, documents_version, head_revision, hash, file_path, \
         deleted_at IS NOT NULL, created_at, updated_at{fields} FROM {name}",
        code = table.code,
        sprint = sprint_column(table),
        name = table.name,
    )
}

/// The column that says to which sprint a row belongs.
pub(super) fn sprint_column(table: &Table) -> &'static str {
    match table.kind {
        EntityKind::Task => "sprint_id",
        EntityKind::Sprint | EntityKind::Agent => "NULL",
    }
}

/// A record without its documents, and the number of the newest revision that has some.
#[derive(Debug)]
pub(super) struct RowRecord {
    pub(super) record: Record,
    pub(super) documents_version: i64,
}

/// Reads what [`select`] selects.
pub(super) fn record(table: &Table, row: &SqliteRow) -> sqlx::Result<RowRecord> {
    let n: i64 = get(row, 3)?;
    let record = Record {
        id: parsed(row, 0)?,
        kind: table.kind,
        row_version: n,
        code: get::<Option<String>>(row, 1)?.unwrap_or_default(),
        sprint: maybe_parsed(row, 2)?,
        fields: fields(table, row)?,
        deleted: get(row, 8)?,
        path: get::<Option<&str>>(row, 7)?.and_then(|path| DocPath::new(path).ok()),
        head: parsed(row, 5)?,
        n,
        tracking: maybe_parsed(row, 6)?,
        created_at: parsed::<Timestamp>(row, 9)?,
        updated_at: parsed::<Timestamp>(row, 10)?,
        documents: Vec::new(),
        patches: Vec::new(),
    };
    Ok(RowRecord { record, documents_version: get(row, 4)? })
}

fn fields(table: &Table, row: &SqliteRow) -> sqlx::Result<Fields> {
    let mut fields = Fields::new();
    for (index, field) in table.fields.iter().enumerate() {
        let value = match shape(*field) {
            Shape::Number => get::<Option<f64>>(row, FIXED + index)?.map(number_value),
            Shape::Text | Shape::List => get::<Option<&str>>(row, FIXED + index)?.map(|text| text_value(*field, text)),
        };
        fields.extend(value.map(|value| (*field, value)));
    }
    Ok(fields)
}

/// Reads `role, name, file_path, blob, canonical`, beginning at column `at`.
pub(super) fn document(row: &SqliteRow, at: usize) -> sqlx::Result<DocumentVersion> {
    Ok(DocumentVersion {
        key: document_key(row, at)?,
        path: parsed(row, at + 2)?,
        blob: digest(row, at + 3)?,
        canonical: digest(row, at + 4)?,
    })
}

/// Reads `role, name`, beginning at column `at`.
pub(super) fn document_key(row: &SqliteRow, at: usize) -> sqlx::Result<DocumentKey> {
    Ok(DocumentKey { role: word(row, at, Role::from_word)?, name: get(row, at + 1)? })
}

/// The value of a column.
pub(super) fn get<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(row: &'r SqliteRow, index: usize) -> sqlx::Result<T> {
    row.try_get(index)
}

/// The value that the text of a column stands for.
pub(super) fn parsed<T>(row: &SqliteRow, index: usize) -> sqlx::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    get::<&str>(row, index)?.parse().map_err(|error: T::Err| nonsense(index, error))
}

/// The same of a column that may be empty.
pub(super) fn maybe_parsed<T>(row: &SqliteRow, index: usize) -> sqlx::Result<Option<T>>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text = get::<Option<&str>>(row, index)?;
    text.map(str::parse).transpose().map_err(|error: T::Err| nonsense(index, error))
}

/// The value of a closed vocabulary.
pub(super) fn word<T>(row: &SqliteRow, index: usize, of: impl Fn(&str) -> Option<T>) -> sqlx::Result<T> {
    let text = get::<&str>(row, index)?;
    of(text).ok_or_else(|| nonsense(index, format!("unknown word `{text}`")))
}

/// A digest that is stored as its 32 bytes.
pub(super) fn digest(row: &SqliteRow, index: usize) -> sqlx::Result<Digest> {
    maybe_digest(row, index)?.ok_or_else(|| nonsense(index, "a digest is missing"))
}

/// The same of a column that may be empty.
pub(super) fn maybe_digest(row: &SqliteRow, index: usize) -> sqlx::Result<Option<Digest>> {
    let digest = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map(Digest::from_bytes);
    get::<Option<&[u8]>>(row, index)?.map(digest).transpose().map_err(|error| nonsense(index, error))
}

/// JSON that is stored as text.
pub(super) fn json<T: serde::de::DeserializeOwned>(row: &SqliteRow, index: usize) -> sqlx::Result<T> {
    serde_json::from_str(get(row, index)?).map_err(|error| nonsense(index, error))
}

fn nonsense(index: usize, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: index.to_string(), source: error.into() }
}
