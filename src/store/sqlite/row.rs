//! What stands in the columns of a row.

use std::borrow::Cow;

use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row as _, Sqlite, Type};

use crate::model::{Digest, DocumentKey, DocumentVersion, EntityKind, Record, Role};
use crate::store::column::Table;

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

/// A text that another program may have written: what is no UTF-8 becomes `�`, so that it hides no other row.
pub(super) fn text(row: &SqliteRow, index: usize) -> sqlx::Result<Option<Cow<'_, str>>> {
    let lossy = |bytes| str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
    Ok(get::<Option<&[u8]>>(row, index)?.map(lossy))
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
    let json = text(row, index)?.ok_or_else(|| nonsense(index, "JSON is missing"))?;
    let read = serde_json::from_str(&json).or_else(|_| serde_json::from_str(&without_halves(&json)));
    read.map_err(|error| nonsense(index, error))
}

/// JSON in which `�` stands for each escape of half a character: SQLite takes them for characters, and one in the row of
/// another program must not hide all others.
fn without_halves(json: &str) -> String {
    let unit = |at: usize| {
        let hex = json.get(at..at + 6).filter(|escape| escape.starts_with("\\u"))?;
        u16::from_str_radix(&hex[2..], 16).ok()
    };
    let mut whole = String::with_capacity(json.len());
    let mut at = 0;
    while let Some(found) = json[at..].find('\\').map(|found| at + found) {
        whole.push_str(&json[at..found]);
        let (escape, length) = match (unit(found), unit(found + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (&json[found..found + 12], 12),
            (Some(0xd800..=0xdfff), _) => ("\\ufffd", 6),
            _ => {
                let length = 1 + json[found + 1..].chars().next().map_or(0, char::len_utf8);
                (&json[found..found + length], length)
            }
        };
        whole.push_str(escape);
        at = found + length;
    }
    whole.push_str(&json[at..]);
    whole
}

fn nonsense(index: usize, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: index.to_string(), source: error.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_hurts_nothing_beside_it() {
        for (json, expected) in [
            (r#"["\ud83d\ude00", "\ud800"]"#, r#"["\ud83d\ude00", "\ufffd"]"#),
            (r#""\\ud800 \udc00\ud800\ud83d\ude00""#, r#""\\ud800 \ufffd\ufffd\ud83d\ude00""#),
            (r#""é\u00e9\n\ud8""#, r#""é\u00e9\n\ud8""#),
        ] {
            assert_eq!(without_halves(json), expected);
        }
    }
}
