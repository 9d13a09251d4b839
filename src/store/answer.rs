//! What a database answers, read the same way from every back end: texts, numbers and bytes at numbered columns.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use crate::model::{Digest, DocumentKey, DocumentVersion, Patch, Role};
use crate::store::column;

/// One row that a statement answers.
pub(super) trait Answer {
    /// A text that another program may have written: what is no UTF-8 becomes `�`, so that it hides no other row.
    fn text(&self, index: usize) -> sqlx::Result<Option<Cow<'_, str>>>;

    /// A whole number; a truth is 0 or 1.
    fn number(&self, index: usize) -> sqlx::Result<i64>;

    /// Bytes.
    fn bytes(&self, index: usize) -> sqlx::Result<Option<Cow<'_, [u8]>>>;
}

/// A text that is there.
pub(super) fn some_text(row: &impl Answer, index: usize) -> sqlx::Result<Cow<'_, str>> {
    row.text(index)?.ok_or_else(|| nonsense(index, "a text is missing"))
}

/// A text of our own that may be missing.
pub(super) fn maybe_text(row: &impl Answer, index: usize) -> sqlx::Result<Option<String>> {
    Ok(row.text(index)?.map(Cow::into_owned))
}

/// The value that the text of a column stands for.
pub(super) fn parsed<T>(row: &impl Answer, index: usize) -> sqlx::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    some_text(row, index)?.parse().map_err(|error: T::Err| nonsense(index, error))
}

/// The same of a column that may be empty.
pub(super) fn maybe_parsed<T>(row: &impl Answer, index: usize) -> sqlx::Result<Option<T>>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text = row.text(index)?;
    text.map(|text| text.parse()).transpose().map_err(|error: T::Err| nonsense(index, error))
}

/// The value of a closed vocabulary.
pub(super) fn word<T>(row: &impl Answer, index: usize, of: impl Fn(&str) -> Option<T>) -> sqlx::Result<T> {
    let text = some_text(row, index)?;
    of(&text).ok_or_else(|| nonsense(index, format!("unknown word `{text}`")))
}

/// A digest that is stored as its 32 bytes.
pub(super) fn digest(row: &impl Answer, index: usize) -> sqlx::Result<Digest> {
    maybe_digest(row, index)?.ok_or_else(|| nonsense(index, "a digest is missing"))
}

/// The same of a column that may be empty.
pub(super) fn maybe_digest(row: &impl Answer, index: usize) -> sqlx::Result<Option<Digest>> {
    let digest = |bytes: Cow<'_, [u8]>| <[u8; 32]>::try_from(&*bytes).map(Digest::from_bytes);
    row.bytes(index)?.map(digest).transpose().map_err(|error| nonsense(index, error))
}

/// JSON that is stored as text.
pub(super) fn json<T: DeserializeOwned>(row: &impl Answer, index: usize) -> sqlx::Result<T> {
    let json = row.text(index)?.ok_or_else(|| nonsense(index, "JSON is missing"))?;
    let read = serde_json::from_str(&json).or_else(|_| serde_json::from_str(&without_halves(&json)));
    read.map_err(|error| nonsense(index, error))
}

/// Reads a stored column patch.
pub(super) fn patch(row: &impl Answer, index: usize) -> sqlx::Result<Patch> {
    json(row, index).map(column::patch)
}

/// Reads `role, name, file_path, blob, canonical`, beginning at column `at`.
pub(super) fn document(row: &impl Answer, at: usize) -> sqlx::Result<DocumentVersion> {
    Ok(DocumentVersion {
        key: document_key(row, at)?,
        path: parsed(row, at + 2)?,
        blob: digest(row, at + 3)?,
        canonical: digest(row, at + 4)?,
    })
}

/// Reads `role, name`, beginning at column `at`.
pub(super) fn document_key(row: &impl Answer, at: usize) -> sqlx::Result<DocumentKey> {
    Ok(DocumentKey { role: word(row, at, Role::from_word)?, name: some_text(row, at + 1)?.into_owned() })
}

/// JSON in which `�` stands for each escape of half a character: SQLite takes them for characters, and one in the row of
/// another program must not hide all others.
pub(super) fn without_halves(json: &str) -> String {
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

/// A column holds what it cannot.
pub(super) fn nonsense(index: usize, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
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
