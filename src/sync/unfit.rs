//! What a row says that no file can hold; then neither side is touched until somebody mends the row.
//!
//! Only another program can write such a row. What it wrote waits as a patch, so only rows with patches are looked at.

use std::collections::BTreeSet;

use serde_json::Value;

use super::SyncError;
use super::choose::Decision;
use super::edit::Deed;
use super::gather::Gathered;
use crate::document;
use crate::model::{Code, ConflictKind, Field, Fields, Record};
use crate::reconcile::{Writings, overlay};

/// The column of AGENT.yml.
const CONFIG: &str = "agent_config";

/// Why no file can hold what the row of `gathered` says, but for what is about to be `mended`.
pub(super) fn unfit(gathered: &Gathered, mended: &BTreeSet<Field>) -> Option<String> {
    let record = gathered.candidate.record.as_ref().filter(|record| !record.deleted)?;
    let head = &gathered.head;
    if let Err(error) = Code::new(&record.code) {
        return Some(format!("its code: {error}"));
    }
    let mut kept = patched(record);
    kept.retain(|field, _| !mended.contains(field));
    let refusal = refusal(&kept, head).map(|(field, why)| format!("its {field}: {why}"));
    let config = || unsaid_config(gathered).map(|why| format!("its {CONFIG}: {why}"));
    refusal.or_else(config).or_else(|| (!record.patches.is_empty()).then(|| unreadable(head)).flatten())
}

/// Refuses a command that gives a value which the documents cannot say.
pub(super) fn check_given(gathered: &Gathered, deed: &Deed) -> Result<(), SyncError> {
    let refused = match deed {
        Deed::Set(given) => refusal(given, &gathered.head).map(|(field, why)| (field.to_string(), why)),
        Deed::Decide(decisions) => decisions.iter().find_map(|decision| unplaced(gathered, decision)),
        Deed::Move { .. } | Deed::Drop(_) | Deed::Delete | Deed::Restore => None,
    };
    match refused {
        None => Ok(()),
        Some((field, why)) => Err(SyncError::Unspellable { field, why }),
    }
}

/// The pointer at which a document cannot hold what was decided.
fn unplaced(gathered: &Gathered, decision: &Decision) -> Option<(String, String)> {
    let (key, pointer, raw) = decision.place().filter(|_| decision.what.kind == ConflictKind::Field)?;
    let is_held = gathered.head.get(key).is_some_and(|document| document.with_value_at(pointer, raw).is_some());
    let why = "it is shared or there is no room for it; edit the file instead, then sync";
    (!is_held).then(|| (pointer.to_owned(), why.to_owned()))
}

/// Refuses a command that would make a row say what its files cannot, or that would lose what it says so already.
pub(super) fn check_spelling(gathered: &Gathered, deed: &Deed) -> Result<(), SyncError> {
    check_given(gathered, deed)?;
    let Some(record) = gathered.candidate.record.as_ref().filter(|_| !matches!(deed, Deed::Delete)) else {
        return Ok(());
    };
    let mut kept = patched(record);
    if let Deed::Set(given) = deed {
        kept.retain(|field, _| !given.contains_key(field));
    }
    let refused = refusal(&kept, &gathered.head).map(|(field, why)| (field.word(), why));
    match refused.or_else(|| unsaid_config(gathered).map(|why| (CONFIG, why))) {
        None => Ok(()),
        Some((field, why)) => Err(SyncError::Unfit { code: record.code.clone(), field, why }),
    }
}

/// Why AGENT.yml cannot say what another program wrote of it.
fn unsaid_config(gathered: &Gathered) -> Option<String> {
    let record = gathered.candidate.record.as_ref()?;
    let written = record.patches.iter().rev().find_map(|(_, patch)| patch.config.as_ref())?;
    let is_new = !holds(&written.from, char::REPLACEMENT_CHARACTER);
    match &gathered.unsaid.config {
        Some(why) => Some(why.to_string()),
        None if is_new && holds(&written.to, char::REPLACEMENT_CHARACTER) => Some(NO_UTF8.to_owned()),
        None => None,
    }
}

/// What another program wrote into the row, as it is now.
pub(super) fn patched(record: &Record) -> Fields {
    let changed = record.patches.iter().flat_map(|(_, patch)| patch.fields.keys());
    changed.map(|field| (*field, record.fields.get(field).cloned().unwrap_or_default())).collect()
}

/// The first of `fields` whose value cannot stand in the documents, and why. That no document has a place for it is no
/// reason: then the row alone has it.
fn refusal(fields: &Fields, head: &Writings) -> Option<(Field, String)> {
    let no_text = fields.iter().find_map(|(field, value)| Some((*field, no_text(value)?.to_owned())));
    let refused = || overlay(head, fields).refused.into_iter().next();
    no_text.or_else(|| refused().map(|(field, why)| (field, why.to_string())))
}

const NO_UTF8: &str = "it is no UTF-8";

/// Why `value` can stand in no text at all.
fn no_text(value: &Value) -> Option<&'static str> {
    if holds(value, '\0') {
        Some("a NUL byte cannot stand in a file")
    } else if holds(value, char::REPLACEMENT_CHARACTER) {
        Some(NO_UTF8)
    } else {
        None
    }
}

fn holds(value: &Value, c: char) -> bool {
    match value {
        Value::String(text) => text.contains(c),
        Value::Array(items) => items.iter().any(|item| holds(item, c)),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains(c) || holds(value, c)),
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
