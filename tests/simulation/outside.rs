//! What other programs write into rows with plain SQL, and what the triggers make of it.

use std::sync::Arc;

use instep::model::{
    Actor, Change, Changes, Digest, EntityId, EntityKind, EntityRef, Event, EventId, EventType, Field, Fields, Patch,
    Record, Revision, RevisionId, Row, Source,
};
use instep::store::{events_of, tracking_hash};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::commit::columns;
use crate::tables::{Line, Tables};

/// One statement of another program about one row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outside {
    pub(crate) kind: EntityKind,
    pub(crate) id: EntityId,
    pub(crate) deed: OutsideDeed,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OutsideDeed {
    Insert { code: String, sprint: Option<EntityId>, fields: Fields },
    Set(Vec<Written>),
    Delete,
}

/// One column and what is written into it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Written {
    Field(Field, Value),
    Code(String),
    Sprint(Option<EntityId>),
    /// `deleted_at`, set or emptied.
    Deleted(bool),
    /// The configuration of a task.
    Config(Option<Value>),
}

/// The table of a kind and its column of codes.
pub(crate) const fn table(kind: EntityKind) -> (&'static str, &'static str) {
    match kind {
        EntityKind::Agent => ("agent_profiles", "agent_code"),
        EntityKind::Sprint => ("orchestration_sprints", "sprint_code"),
        EntityKind::Task => ("orchestration_tasks", "task_code"),
    }
}

impl Outside {
    /// The statement.
    pub(crate) fn sql(&self) -> String {
        let (table, code) = table(self.kind);
        match &self.deed {
            OutsideDeed::Delete => format!("DELETE FROM {table} WHERE id = '{}'", self.id),
            OutsideDeed::Set(all) => {
                let set: Vec<String> = all.iter().map(|written| written.sql(code)).collect();
                format!("UPDATE {table} SET {} WHERE id = '{}'", set.join(", "), self.id)
            }
            OutsideDeed::Insert { code: name, sprint, fields } => {
                let mut names = vec!["id".to_owned(), code.to_owned()];
                let mut values = vec![quoted(&self.id.to_string()), quoted(name)];
                if let Some(sprint) = sprint {
                    names.push("sprint_id".into());
                    values.push(quoted(&sprint.to_string()));
                }
                names.extend(fields.keys().map(|field| field.word().to_owned()));
                values.extend(fields.values().map(literal));
                format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))
            }
        }
    }
}

impl Written {
    fn sql(&self, code: &str) -> String {
        match self {
            Self::Field(field, value) => format!("{} = {}", field.word(), literal(value)),
            Self::Code(name) => format!("{code} = {}", quoted(name)),
            Self::Sprint(sprint) => {
                format!("sprint_id = {}", sprint.map_or_else(|| "NULL".into(), |id| quoted(&id.to_string())))
            }
            Self::Config(config) => format!("agent_config = {}", literal(config.as_ref().unwrap_or(&Value::Null))),
            Self::Deleted(true) => "deleted_at = 'now'".into(),
            Self::Deleted(false) => "deleted_at = NULL".into(),
        }
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        other => quoted(&other.to_string()),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Tables {
    /// Does what the triggers do with a statement; false where they refuse it.
    pub(crate) fn outside(&mut self, outside: &Outside, now: Timestamp) -> bool {
        let before = self.lines.get(&outside.id).map(|line| line.record.clone());
        let after = match (&outside.deed, &before) {
            (OutsideDeed::Insert { code, sprint, fields }, None) => {
                inserted(outside, code, *sprint, fields, now, RevisionId::new(Uuid::nil()))
            }
            (OutsideDeed::Insert { .. }, Some(_)) => return false,
            (OutsideDeed::Set(_) | OutsideDeed::Delete, None) => return true,
            (OutsideDeed::Set(all), Some(before)) => written(before, all),
            (OutsideDeed::Delete, Some(before)) => Record { deleted: true, ..before.clone() },
        };
        let place = (after.sprint, after.code.to_ascii_lowercase());
        if outside.deed != OutsideDeed::Delete
            && !after.deleted
            && self.holder(after.kind, &place).any(|holder| holder != after.id)
        {
            return false;
        }
        let config = self.lines.get(&outside.id).and_then(|line| line.agent_config.clone());
        let wanted = match &outside.deed {
            OutsideDeed::Set(all) => configured(all).unwrap_or_else(|| config.clone()),
            OutsideDeed::Insert { .. } | OutsideDeed::Delete => config.clone(),
        };
        if wanted.as_ref().is_some_and(|wanted| !wanted.is_object() && config.as_ref() != Some(wanted)) {
            return false;
        }
        self.record_outside(before.as_ref(), after, (config, wanted), now);
        true
    }

    /// One revision and its events for what changed, if anything did.
    fn record_outside(
        &mut self,
        before: Option<&Record>,
        after: Record,
        (old, config): (Option<Value>, Option<Value>),
        now: Timestamp,
    ) {
        let mut changes = difference(before, &after);
        if old != config {
            let change = Change { from: old.clone().unwrap_or_default(), to: config.clone().unwrap_or_default() };
            changes.insert("agent_config".to_owned(), change);
        }
        if changes.is_empty() {
            return;
        }
        let n = before.map_or(0, |before| before.row_version) + 1;
        let id = RevisionId::new(self.fresh());
        let fields: Fields =
            changes.iter().filter_map(|(word, change)| Some((Field::from_word(word)?, change.to.clone()))).collect();
        let patch = Patch { fields, config: changes.get("agent_config").cloned() };
        let content = Digest::of(format!("{patch:?}").as_bytes());
        let revision = Revision {
            id,
            entity: after.id,
            n,
            parent: before.map(|before| before.head),
            tracking: tracking_hash(after.id, now, content),
            documents: None,
            patch: Some(patch),
            actor: Actor::new("sql"),
            source: Source::Sql,
            clone: None,
            correlation: None,
            created_at: now,
        };
        self.revisions.insert((after.id, n), Arc::new(revision));
        let told = instep::reconcile::config_change(old.as_ref(), config.as_ref());
        changes.extend(told.map(|change| ("agent_config".to_owned(), change)));
        self.tell_outside(&after, before.is_none(), changes, now);
        let row = Row { row_version: n, updated_at: now, ..after.row };
        let record = Record { row, head: id, n, tracking: None, ..after };
        let line = self.lines.get(&record.id);
        let documents_version = line.map_or(0, |line| line.documents_version);
        let metadata = line.map_or_else(|| json!({}), |line| line.metadata.clone());
        self.lines.insert(record.id, Arc::new(Line { record, documents_version, metadata, agent_config: config }));
    }

    fn tell_outside(&mut self, record: &Record, is_new: bool, mut changes: Changes, now: Timestamp) {
        let entity = EntityRef { kind: record.kind, id: record.id };
        let told: Vec<(EventType, Changes)> = if is_new {
            changes.remove("deleted");
            vec![(EventType::created(record.kind), changes)]
        } else {
            events_of(entity, changes).into_iter().map(|event| (event.event_type, event.changes)).collect()
        };
        for (event_type, changes) in told {
            let event = Event {
                seq: self.events.len() as i64 + 1,
                epoch: self.epoch,
                event_id: EventId::new(self.fresh()),
                event_type: event_type.word().to_owned(),
                entity: Some(entity),
                correlation_id: None,
                causation_id: None,
                session_key: None,
                actor: Actor::new("sql"),
                payload: json!({ "changes": changes }),
                emitted_at: now,
            };
            self.events.push(Arc::new(event));
        }
    }

    /// An id as a database makes it.
    fn fresh(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128(0xdb00_0000_0000_4000_8000_0000_0000_0000 + self.made)
    }
}

fn inserted(
    outside: &Outside,
    code: &str,
    sprint: Option<EntityId>,
    fields: &Fields,
    now: Timestamp,
    head: RevisionId,
) -> Record {
    let row = Row {
        id: outside.id,
        kind: outside.kind,
        code: code.to_owned(),
        sprint,
        path: None,
        row_version: 1,
        created_at: now,
        updated_at: now,
        fields: columns(outside.kind, fields),
    };
    Record { row, deleted: false, head, n: 1, tracking: None, documents: Vec::new(), patches: Vec::new() }
}

/// What a statement writes into the configuration, if it does.
fn configured(all: &[Written]) -> Option<Option<Value>> {
    all.iter().rev().find_map(|written| match written {
        Written::Config(config) => Some(config.clone()),
        _ => None,
    })
}

fn written(before: &Record, all: &[Written]) -> Record {
    let mut after = before.clone();
    for one in all {
        match one {
            Written::Field(field, value) => drop(after.row.fields.insert(*field, value.clone())),
            Written::Code(code) => after.row.code = code.clone(),
            Written::Sprint(sprint) => after.row.sprint = *sprint,
            Written::Deleted(deleted) => after.deleted = *deleted,
            Written::Config(_) => {}
        }
    }
    after.row.fields = columns(after.kind, &after.row.fields);
    after
}

/// What changed, by the words that the feed has for it.
fn difference(before: Option<&Record>, after: &Record) -> Changes {
    let (_, code) = table(after.kind);
    let sprint = |record: &Record| record.sprint.map_or(Value::Null, |id| json!(id));
    let mut changes = Changes::new();
    let mut compare = |word: &str, from: Value, to: Value| {
        if from != to {
            changes.insert(word.to_owned(), Change { from, to });
        }
    };
    compare("deleted", before.map_or(Value::Null, |b| b.deleted.into()), after.deleted.into());
    compare(code, before.map_or(Value::Null, |b| b.code.as_str().into()), after.code.as_str().into());
    if after.kind == EntityKind::Task {
        compare("sprint_id", before.map_or(Value::Null, sprint), sprint(after));
    }
    for field in Field::ALL {
        let value = |record: &Record| record.fields.get(field).cloned().unwrap_or(Value::Null);
        compare(field.word(), before.map_or(Value::Null, value), value(after));
    }
    changes
}
