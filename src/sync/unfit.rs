//! What a row says that no file can hold; then neither side is touched until somebody mends the row.
//!
//! Only another program can write such a row. What it wrote waits as a patch, so only rows with patches are looked at.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{self, EditError};
use crate::model::{Code, Field, Record};
use crate::reconcile::{Writing, Writings};

/// Why no file can hold what `record` says; `head` is its documents with its patches laid over them.
pub(super) fn unfit(record: &Record, head: &Writings) -> Option<String> {
    if record.deleted {
        return None;
    }
    if let Err(error) = Code::new(&record.code) {
        return Some(error.to_string());
    }
    let changed: BTreeSet<Field> = record.patches.iter().flat_map(|(_, patch)| patch.keys().copied()).collect();
    let refusal = |field: Field| Some(format!("its {field}: {}", refusal(record.fields.get(&field)?, field, head)?));
    changed.into_iter().find_map(refusal).or_else(|| (!record.patches.is_empty()).then(|| unreadable(head)).flatten())
}

/// Why `value` cannot stand in a file. That no document has a place for it is no reason: then the row alone has it.
fn refusal(value: &Value, field: Field, head: &Writings) -> Option<String> {
    if holds(value, '\0') {
        return Some("a NUL byte cannot stand in a file".to_owned());
    }
    if holds(value, char::REPLACEMENT_CHARACTER) {
        return Some("it is no UTF-8".to_owned());
    }
    let documents = || head.values().filter_map(Writing::parsed);
    let speaks = |document: &&document::Document| document.slots().iter().any(|slot| slot.field() == Some(field));
    let document = documents().find(speaks).or_else(|| documents().next())?;
    match document.write(field, value) {
        Ok(_) | Err(EditError::NoSlot | EditError::NoHeader | EditError::Shared) => None,
        Err(error) => Some(error.to_string()),
    }
}

fn holds(value: &Value, c: char) -> bool {
    match value {
        Value::String(text) => text.contains(c),
        Value::Array(items) => items.iter().any(|item| holds(item, c)),
        _ => false,
    }
}

/// Why a document that would be written could not be read again.
fn unreadable(head: &Writings) -> Option<String> {
    let managed = head.iter().filter(|(key, _)| key.role.is_managed());
    managed.into_iter().find_map(|(key, writing)| {
        let refusal = document::read(key.role, writing.bytes()).err()?;
        Some(format!("its {}: {refusal}", key.name))
    })
}
