//! From changed fields to events, the same for our own writes and for the triggers that watch outside SQL.

use serde_json::Value;
use uuid::Uuid;

use super::{ChangeSet, Committed};
use crate::model::{Changes, ConflictId, ConflictKind, EntityRef, EventId, EventType, NewEvent, RunId};

/// Sorts what changed in a row into the events that tell it: one event for all changes that are called the same.
///
/// The words of `changes` are those of the fields; besides, `sprint_code`, `task_code`, `agent_code` and `sprint_id`
/// say that it moved, and `deleted` that it became a tombstone or came back.
pub fn events_of(entity: EntityRef, changes: Changes) -> Vec<NewEvent> {
    let mut events: Vec<NewEvent> = Vec::new();
    for (word, change) in changes {
        let event_type = EventType::of_change(entity.kind, &word, &change);
        match events.iter_mut().find(|event| event.event_type == event_type) {
            Some(event) => drop(event.changes.insert(word, change)),
            None => events.push(NewEvent {
                event_type,
                entity: Some(entity),
                changes: Changes::from([(word, change)]),
                details: serde_json::Map::new(),
            }),
        }
    }
    events
}

/// The id of the event at `index` of an attempt to commit: repeating the attempt makes the same.
pub(super) fn event_id(run: RunId, index: usize) -> EventId {
    EventId::new(Uuid::new_v5(&run.uuid(), format!("event:{index}").as_bytes()))
}

/// The id of the last event of an attempt that was committed; nothing where it told nothing.
pub fn last_event(run: RunId, committed: &Committed) -> Option<EventId> {
    committed.events.checked_sub(1).map(|index| event_id(run, index))
}

/// The id of the conflict at `index` of an attempt to commit.
pub(super) fn conflict_id(run: RunId, index: usize) -> ConflictId {
    ConflictId::new(Uuid::new_v5(&run.uuid(), format!("conflict:{index}").as_bytes()))
}

/// A conflict that was recorded or decided, as the database tells it.
#[derive(Debug)]
pub(super) struct ConflictNews {
    pub(super) id: ConflictId,
    pub(super) kind: ConflictKind,
    pub(super) entity: Option<EntityRef>,
    pub(super) path: String,
    pub(super) field: Option<String>,
    /// How it was decided; `None` where it was recorded.
    pub(super) resolution: Option<String>,
}

impl ConflictNews {
    fn event(&self) -> NewEvent {
        let event_type = match (&self.resolution, self.kind) {
            (Some(_), _) => EventType::SyncResolved,
            (None, ConflictKind::Superseded) => EventType::SyncSuperseded,
            (None, _) => EventType::SyncConflict,
        };
        let told = [
            ("conflict", Some(self.id.to_string())),
            ("kind", Some(self.kind.word().to_owned())),
            ("path", Some(self.path.clone())),
            ("field", self.field.clone()),
            ("resolution", self.resolution.clone()),
        ];
        let details = told.into_iter().filter_map(|(word, value)| Some((word.to_owned(), Value::from(value?))));
        NewEvent { event_type, entity: self.entity, changes: Changes::new(), details: details.collect() }
    }
}

/// What happened to conflicts in a transaction.
#[derive(Debug, Default)]
pub(super) struct News(pub(super) Vec<ConflictNews>);

impl News {
    /// How many events tell it.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The conflicts that were not recorded before.
    pub(super) fn recorded(&self) -> Vec<ConflictId> {
        self.0.iter().filter(|news| news.resolution.is_none()).map(|news| news.id).collect()
    }

    /// What the feed says about it.
    pub(super) fn events(&self) -> Vec<NewEvent> {
        self.0.iter().map(ConflictNews::event).collect()
    }
}

/// Every event of a transaction with its place among them; those of conflicts come last.
pub(super) fn in_order<'a>(changes: &'a ChangeSet, of_conflicts: &'a [NewEvent]) -> Vec<(usize, &'a NewEvent)> {
    let laid = changes.materialised.iter().flat_map(|laid| &laid.events);
    let of_rows = laid.chain(changes.entities.iter().flat_map(|change| &change.events));
    of_rows.chain(&changes.events).chain(of_conflicts).enumerate().collect()
}

/// The event as its payload tells it: the details, and under `changes` what changed.
pub(super) fn payload(event: &NewEvent) -> Value {
    let mut payload = event.details.clone();
    payload.insert("changes".into(), serde_json::to_value(&event.changes).expect("a map with text keys is JSON"));
    Value::Object(payload)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Change, EntityId, EntityKind};

    fn changes(of: &[(&str, Value, Value)]) -> Changes {
        of.iter().map(|(word, from, to)| ((*word).to_owned(), Change { from: from.clone(), to: to.clone() })).collect()
    }

    #[test]
    fn changes_of_one_name_are_one_event() {
        let entity = EntityRef { kind: EntityKind::Task, id: EntityId::new(Uuid::from_u128(1)) };
        let all = changes(&[
            ("title", json!("a"), json!("b")),
            ("status", json!("pending"), json!("in_progress")),
            ("phase", json!(null), json!("1")),
        ]);
        let told: Vec<_> = events_of(entity, all)
            .into_iter()
            .map(|e| (e.event_type, e.changes.into_keys().collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            told,
            [
                (EventType::TaskUpdated, vec!["phase".into(), "title".into()]),
                (EventType::TaskStarted, vec!["status".to_owned()])
            ]
        );
    }

    #[test]
    fn no_change_is_no_event() {
        let entity = EntityRef { kind: EntityKind::Agent, id: EntityId::new(Uuid::from_u128(1)) };
        assert!(events_of(entity, Changes::new()).is_empty());
    }

    #[test]
    fn details_cannot_hide_the_changes() {
        let entity = EntityRef { kind: EntityKind::Task, id: EntityId::new(Uuid::from_u128(1)) };
        let mut event = events_of(entity, changes(&[("title", json!(1), json!(2))])).remove(0);
        event.details.insert("changes".into(), json!("x"));
        event.details.insert("path".into(), json!("a/b"));
        assert_eq!(payload(&event), json!({"path": "a/b", "changes": {"title": {"from": 1, "to": 2}}}));
    }
}
