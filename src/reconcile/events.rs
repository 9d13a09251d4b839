//! What the feed says of a change of one row: which events, and from what to what.
//!
//! A new row is one event with all its columns; a row that went back to an older text is one event with everything
//! that this changed. Else each change of a column is told by the event that [`EventType::of_change`] names, those of
//! one name together; of an agent configuration that changed, only the members that did. So the rows are their events,
//! folded one after the other. Text is told by the start of its digest, never as text, and only where it changed in
//! more than the columns that are told anyway.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::members::config_change;
use super::overlay::{Writings, overlay};
use super::{Columns, Content, How, Writing};
use crate::document::{Hole, SlotKey};
use crate::model::{
    Change, Changes, Code, Digest, DocumentKey, EntityId, EntityKind, EntityRef, EventType, Field, Fields, NewEvent,
    Role,
};

/// What the change of AGENT.yml is called.
const CONFIG: &str = "agent_config";

/// One state of an entity, as far as the feed tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its columns.
    pub columns: &'a Columns,
    /// The sprint of a task.
    pub sprint: Option<EntityId>,
    /// Its code.
    pub code: &'a Code,
    /// Its documents.
    pub documents: &'a Writings,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy)]
pub enum Happening<'a> {
    /// It was written.
    Written {
        /// In what way.
        how: How,
        /// What it was; `None` where there was no row.
        before: Option<Told<'a>>,
        /// What it is.
        after: Told<'a>,
    },
    /// It was deleted.
    Deleted,
}

/// The events of one change, one per kind of effective change; none where nothing differs.
pub fn events(entity: EntityRef, happening: &Happening<'_>) -> Vec<NewEvent> {
    let (how, before, after) = match *happening {
        Happening::Deleted => {
            let gone = Change { from: false.into(), to: true.into() };
            return by_type(entity, Changes::from([("deleted".to_owned(), gone)]));
        }
        Happening::Written { how, before, after } => (how, before, after),
    };
    let Some(before) = before else {
        return vec![event(entity, EventType::created(entity.kind), columns_of(entity.kind, None, after))];
    };
    let mut changes = columns_of(entity.kind, Some(before), after);
    if says_more(before, after) {
        let change = Change { from: body(before.documents), to: body(after.documents) };
        changes.insert("body".to_owned(), change);
    }
    match how {
        How::Reverted if !changes.is_empty() => vec![event(entity, EventType::reverted(entity.kind), changes)],
        How::Restored => {
            changes.insert("deleted".to_owned(), Change { from: true.into(), to: false.into() });
            by_type(entity, changes)
        }
        _ => by_type(entity, changes),
    }
}

/// One event for all changes that are told by the same type.
fn by_type(entity: EntityRef, changes: Changes) -> Vec<NewEvent> {
    let mut by_type: BTreeMap<EventType, Changes> = BTreeMap::new();
    for (word, change) in changes {
        let event_type = EventType::of_change(entity.kind, &word, &change);
        by_type.entry(event_type).or_default().insert(word, change);
    }
    by_type.into_iter().map(|(event_type, changes)| event(entity, event_type, changes)).collect()
}

fn event(entity: EntityRef, event_type: EventType, changes: Changes) -> NewEvent {
    NewEvent { event_type, entity: Some(entity), changes, details: serde_json::Map::new() }
}

/// The events of a configuration that followed other columns of its row: what those say, it repeats.
pub fn config_events(entity: EntityRef, before: Option<&Value>, after: Option<&Value>) -> Vec<NewEvent> {
    let change = config_change(before, after);
    by_type(entity, change.map(|change| (CONFIG.to_owned(), change)).into_iter().collect())
}

/// Every column that differs, by its name.
fn columns_of(kind: EntityKind, before: Option<Told<'_>>, after: Told<'_>) -> Changes {
    let (old, new) = (before.map(|before| columns(kind, before)).unwrap_or_default(), columns(kind, after));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let value = |columns: &BTreeMap<String, Value>, name| columns.get(name).cloned().unwrap_or_default();
    let changes =
        names.into_iter().map(|name| (name.clone(), Change { from: value(&old, name), to: value(&new, name) }));
    let config = config_change(
        before.as_ref().and_then(|told| told.columns.agent_config.as_ref()),
        after.columns.agent_config.as_ref(),
    );
    let config = config.map(|change| (CONFIG.to_owned(), change));
    changes.filter(|(_, change)| change.from != change.to).chain(config).collect()
}

fn columns(kind: EntityKind, told: Told<'_>) -> BTreeMap<String, Value> {
    let fields = told.columns.fields.iter().map(|(field, value)| (field.word().to_owned(), value.clone()));
    let code = (format!("{kind}_code"), told.code.as_str().into());
    let sprint = told.sprint.map(|sprint| ("sprint_id".to_owned(), sprint.to_string().into()));
    fields.chain([code]).chain(sprint).collect()
}

/// Whether the documents changed in more than the columns that changed, AGENT.yml in more than what it says.
fn says_more(before: Told<'_>, after: Told<'_>) -> bool {
    let (old, new) = (&before.columns.fields, &after.columns.fields);
    let changed: Fields = old
        .keys()
        .chain(new.keys())
        .filter(|field| old.get(field) != new.get(field))
        .map(|field| (*field, new.get(field).cloned().unwrap_or_default()))
        .collect();
    let is_config_told = before.columns.agent_config != after.columns.agent_config;
    before.documents != after.documents
        && overlay(before.documents, &changed).documents != *after.documents
        && !differ_only_in(&changed.into_keys().collect(), is_config_told, before.documents, after.documents)
}

/// Whether the documents have the same texts, and the same values but for `fields` and, where that is told, for all of
/// AGENT.yml; it may come and go then, too.
fn differ_only_in(fields: &BTreeSet<Field>, is_config_told: bool, before: &Writings, after: &Writings) -> bool {
    let is_other = |hole: &Hole| !matches!(hole.key, SlotKey::Field(field) if fields.contains(&field));
    let others = |writing: &Writing| -> Vec<_> {
        let all = writing.values().iter().filter(|(hole, _)| is_other(hole));
        all.map(|(hole, said)| (hole.clone(), said.clone())).collect()
    };
    let is_config = |key: &DocumentKey| is_config_told && key.role == Role::AgentConfig;
    let is_same = |key: &DocumentKey| match (before.get(key), after.get(key)) {
        (Some(old), Some(new)) if is_config(key) => old.text() == new.text(),
        (Some(old), Some(new)) => old == new || old.text() == new.text() && others(old) == others(new),
        (None, None) => true,
        _ => is_config(key),
    };
    before.keys().chain(after.keys()).all(is_same)
}

/// The start of one digest of all documents.
fn body(documents: &Writings) -> Value {
    let digests: Vec<Digest> = documents.values().map(Writing::digest).collect();
    Digest::of_parts(digests.iter().map(|digest| digest.as_bytes().as_slice())).short().to_string().into()
}
