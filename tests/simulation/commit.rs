//! What a commit makes of the tables, or why it is refused: the rules of `instep::store::Store::commit`, written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use instep::model::{
    Conflict, ConflictId, ConflictKind, ConflictState, Digest, DocPath, EntityId, EntityKind, EntityRef, Event,
    EventId, EventType, Field, Fields, NewConflict, Record, Revision, RevisionId, Role, Row, SprintStatus, TaskStatus,
    Typed,
};
use instep::store::{
    ChangeSet, Committed, EntityChange, Expected, Materialised, MovedSprint, content_hash, row_fields, tracking_hash,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::tables::{Line, Tables};

/// Why nothing is stored.
#[derive(Debug)]
pub(crate) enum Refusal {
    Stale(Vec<EntityId>),
    /// A constraint of the tables.
    Broken(&'static str),
}

/// A conflict that was recorded or decided.
struct News {
    id: ConflictId,
    entity: Option<EntityRef>,
    is_decided: bool,
}

impl Tables {
    /// Stores everything or nothing.
    pub(crate) fn commit(&mut self, changes: &ChangeSet) -> Result<Committed, Refusal> {
        let mut next = self.clone();
        let committed = next.write(changes)?;
        *self = next;
        Ok(committed)
    }

    fn write(&mut self, changes: &ChangeSet) -> Result<Committed, Refusal> {
        self.check_versions(changes)?;
        let news = self.note_conflicts(changes);
        self.blobs.extend(
            changes.blobs.iter().filter(|(digest, _)| !self.blobs.contains_key(digest)).cloned().collect::<Vec<_>>(),
        );
        self.move_below(changes);
        self.check_places(changes)?;
        let mut ordered: Vec<&EntityChange> = changes.entities.iter().collect();
        ordered.sort_unstable_by_key(|change| change.id);
        let written: Vec<(EntityId, i64, Digest)> = ordered.iter().map(|change| self.put(changes, change)).collect();
        self.materialise(&changes.materialised)?;
        self.acknowledge(changes.clone, &changes.sync_state);
        self.check_references(changes)?;
        let events = self.tell(changes, &news);
        let committed = Committed {
            cursor: self.cursor(),
            versions: written.iter().map(|(id, n, _)| (*id, *n)).collect(),
            tracking: written.iter().map(|(id, _, tracking)| (*id, *tracking)).collect(),
            events,
            conflicts: news.iter().filter(|news| !news.is_decided).map(|news| news.id).collect(),
        };
        match self.runs.insert(changes.run, committed.clone()) {
            None => Ok(committed),
            Some(_) => Err(Refusal::Broken("an attempt has one outcome")),
        }
    }

    fn check_versions(&self, changes: &ChangeSet) -> Result<(), Refusal> {
        let is_stale = |change: &&EntityChange| {
            let version = self.lines.get(&change.id).map(|line| line.record.row_version);
            match change.expect {
                Expected::Absent => version.is_some(),
                Expected::Version(expected) => version != Some(expected),
            }
        };
        let stale: Vec<EntityId> = changes.entities.iter().filter(is_stale).map(|change| change.id).collect();
        if stale.is_empty() { Ok(()) } else { Err(Refusal::Stale(stale)) }
    }

    /// Codes are unique among live rows, whoever wrote them first.
    fn check_places(&self, changes: &ChangeSet) -> Result<(), Refusal> {
        let ours: BTreeSet<EntityId> = changes.entities.iter().map(|change| change.id).collect();
        for kind in EntityKind::ALL {
            let mut stale = BTreeSet::new();
            let mut wanted = BTreeSet::new();
            let mut is_twice = false;
            for change in changes.entities.iter().filter(|change| change.kind == *kind && !change.deleted) {
                let place = (change.sprint, change.code.to_ascii_lowercase());
                if self.holder(*kind, &place).any(|holder| !ours.contains(&holder)) {
                    stale.insert(change.id);
                }
                is_twice |= !wanted.insert(place);
            }
            if !stale.is_empty() {
                return Err(Refusal::Stale(stale.into_iter().collect()));
            }
            if is_twice {
                return Err(Refusal::Broken("a code is unique"));
            }
        }
        Ok(())
    }

    /// The live rows at a place.
    pub(crate) fn holder<'a>(
        &'a self,
        kind: EntityKind,
        place: &'a (Option<EntityId>, String),
    ) -> impl Iterator<Item = EntityId> + 'a {
        let live = self.lines.values().map(|line| &line.record).filter(|record| !record.deleted);
        let is_there = move |record: &&Record| {
            record.kind == kind && record.sprint == place.0 && record.code.to_ascii_lowercase() == place.1
        };
        live.filter(is_there).map(|record| record.id)
    }

    /// What is named is there, and every word is one of its vocabulary.
    fn check_references(&self, changes: &ChangeSet) -> Result<(), Refusal> {
        let laid = changes.materialised.iter().flat_map(|laid| &laid.documents);
        let mut documents = changes.entities.iter().flat_map(|change| &change.documents).chain(laid);
        if documents.any(|document| !self.blobs.contains_key(&document.blob)) {
            return Err(Refusal::Broken("a text is stored"));
        }
        if changes.entities.iter().filter_map(|change| change.sprint).any(|id| !self.lines.contains_key(&id)) {
            return Err(Refusal::Broken("a sprint has a row"));
        }
        let is_word = |change: &EntityChange| {
            let status = change.fields.get(&Field::Status).and_then(Value::as_str);
            status.is_none_or(|status| match change.kind {
                EntityKind::Task => TaskStatus::ALL.iter().any(|word| word.word() == status),
                EntityKind::Sprint => SprintStatus::ALL.iter().any(|word| word.word() == status),
                EntityKind::Agent => true,
            })
        };
        if changes.entities.iter().all(is_word) { Ok(()) } else { Err(Refusal::Broken("a status is a word")) }
    }

    /// Lets what lies below a moved sprint follow it.
    fn move_below(&mut self, changes: &ChangeSet) {
        for change in changes.entities.iter().filter(|change| change.kind == EntityKind::Sprint) {
            let from = self.lines.get(&change.id).and_then(|line| line.record.path.clone());
            if let Some(from) = from.filter(|from| *from != change.path) {
                self.move_tasks(change.id, &from, &change.path);
            }
        }
    }

    fn move_tasks(&mut self, sprint: EntityId, from: &DocPath, to: &DocPath) {
        for line in self.lines.values_mut().filter(|line| line.record.sprint == Some(sprint)) {
            let line = Arc::make_mut(line);
            if let Some(path) = &mut line.record.row.path {
                *path = moved(path, from, to);
            }
            line.record.documents.iter_mut().for_each(|document| document.path = moved(&document.path, from, to));
        }
    }

    /// Writes one row and its revision; its number and tracking hash.
    fn put(&mut self, changes: &ChangeSet, change: &EntityChange) -> (EntityId, i64, Digest) {
        let before = self.lines.get(&change.id).map(|line| &line.record);
        let n = before.map_or(0, |record| record.row_version) + 1;
        let (parent, created_at) = (before.map(|record| record.head), before.map_or(changes.at, |r| r.created_at));
        let mut documents = change.documents.clone();
        documents.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let tracking = tracking_hash(change.id, changes.at, content_hash(&documents));
        let row = Row {
            id: change.id,
            kind: change.kind,
            code: change.code.clone(),
            sprint: change.sprint.filter(|_| change.kind == EntityKind::Task),
            path: Some(change.path.clone()),
            row_version: n,
            created_at,
            updated_at: changes.at,
            fields: columns(change.kind, &change.fields),
        };
        let record = Record {
            row,
            deleted: change.deleted,
            head: change.revision,
            n,
            tracking: Some(tracking),
            documents: documents.clone(),
            patches: Vec::new(),
        };
        let (metadata, agent_config) = (change.metadata.clone(), change.agent_config.clone());
        let line = Line { record, documents_version: n, metadata, agent_config };
        self.lines.insert(change.id, Arc::new(line));
        let revision = Revision {
            id: change.revision,
            entity: change.id,
            n,
            parent,
            tracking,
            documents: Some(documents),
            patch: None,
            actor: changes.actor.clone(),
            source: change.source,
            clone: Some(changes.clone),
            correlation: Some(changes.correlation),
            created_at: changes.at,
        };
        self.revisions.insert((change.id, n), Arc::new(revision));
        (change.id, n, tracking)
    }

    /// Lays documents under revisions that were only patches.
    fn materialise(&mut self, all: &[Materialised]) -> Result<(), Refusal> {
        let waits = |laid: &Materialised| {
            let mut history = self.history(laid.entity, 0);
            let found = history.find(|revision| revision.id == laid.revision && revision.documents.is_none());
            found.map(|revision| revision.n)
        };
        let numbers: BTreeMap<(EntityId, RevisionId), i64> =
            all.iter().filter_map(|laid| Some(((laid.entity, laid.revision), waits(laid)?))).collect();
        let is_stale = |laid: &&Materialised| !numbers.contains_key(&(laid.entity, laid.revision));
        let stale: BTreeSet<EntityId> = all.iter().filter(is_stale).map(|laid| laid.entity).collect();
        if !stale.is_empty() {
            return Err(Refusal::Stale(stale.into_iter().collect()));
        }
        let mut ordered: Vec<(i64, &Materialised)> =
            all.iter().map(|laid| (numbers[&(laid.entity, laid.revision)], laid)).collect();
        ordered.sort_by_key(|(n, laid)| (laid.entity, *n));
        for (n, laid) in ordered {
            self.lay(n, laid);
        }
        Ok(())
    }

    fn lay(&mut self, n: i64, laid: &Materialised) {
        let is_newest = self.history(laid.entity, n).all(|later| later.documents.is_none());
        let mut documents = laid.documents.clone();
        documents.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let revision = Arc::make_mut(self.revisions.get_mut(&(laid.entity, n)).expect("it was found"));
        revision.documents = Some(documents.clone());
        let tracking = revision.tracking;
        if !is_newest {
            return;
        }
        let main = documents.iter().filter(|document| document.key.role.is_managed()).min_by_key(|d| d.key.role);
        let home = main.and_then(|main| match main.key.role {
            Role::AgentProfile => Some(main.path.clone()),
            _ => main.path.parent(),
        });
        let record = &self.lines[&laid.entity].record;
        if let (EntityKind::Sprint, Some(from), Some(to)) = (record.kind, record.path.clone(), &home)
            && from != *to
        {
            self.move_tasks(laid.entity, &from, to);
        }
        let line = Arc::make_mut(self.lines.get_mut(&laid.entity).expect("it has a revision"));
        line.record.documents = documents;
        line.documents_version = n;
        line.record.row.path = home.or(line.record.row.path.take());
        if line.record.row_version == n {
            line.record.tracking = Some(tracking);
            line.agent_config = laid.agent_config.clone();
        }
    }

    /// Writes down what a clone left on disk.
    pub(crate) fn acknowledge(&mut self, clone: instep::model::CloneId, told: &instep::store::Acknowledged) {
        for (entity, key) in &told.dropped {
            self.left.remove(&(clone, *entity, key.clone()));
        }
        for MovedSprint { sprint, from, to } in &told.moved {
            for ((owner, ..), state) in &mut self.left {
                if *owner == clone && state.sprint == Some(*sprint) {
                    let state = Arc::make_mut(state);
                    state.path = moved(&state.path, from, to);
                }
            }
        }
        for state in &told.left {
            self.left.insert((clone, state.entity, state.key.clone()), Arc::new(state.clone()));
        }
    }

    /// Decides old conflicts and records new ones, as the rows are before the commit.
    fn note_conflicts(&mut self, changes: &ChangeSet) -> Vec<News> {
        let mut decided = Vec::new();
        for (id, how) in &changes.resolved {
            let is_meant = |known: &&mut Arc<Conflict>| known.id == *id && known.state == ConflictState::Open;
            if let Some(conflict) = self.conflicts.iter_mut().find(is_meant) {
                let conflict = Arc::make_mut(conflict);
                conflict.state = ConflictState::Resolved;
                conflict.resolution = Some(how.clone());
                (conflict.resolved_by, conflict.resolved_at) = (Some(changes.actor.clone()), Some(changes.at));
                decided.push((conflict.id, conflict.what.clone()));
            }
        }
        let mut news = Vec::new();
        for (index, what) in changes.conflicts.iter().enumerate() {
            let is_known = |known: &Arc<Conflict>| known.resolution.is_none() && known.what == *what;
            if !self.conflicts.iter().any(is_known) {
                let id = ConflictId::new(made_by(changes, &format!("conflict:{index}")));
                let row_author = self.row_author(what);
                self.conflicts.push(Arc::new(recorded(changes, id, what, row_author)));
                news.push(News { id, entity: self.entity_of(what), is_decided: false });
            }
        }
        news.extend(decided.iter().map(|(id, what)| News { id: *id, entity: self.entity_of(what), is_decided: true }));
        news
    }

    /// Who wrote the row's value: whoever changed the field last, or else made the newest revision.
    fn row_author(&self, what: &NewConflict) -> Option<instep::model::Actor> {
        let (id, field) = (what.entity?, what.field.as_deref().unwrap_or_default());
        let of_it = self.events.iter().rev().filter(|event| event.entity.is_some_and(|entity| entity.id == id));
        let teller = of_it.clone().find(|event| event.payload["changes"].get(field).is_some());
        let author = || self.history(id, 0).next_back().map(|revision| revision.actor.clone());
        teller.map(|event| event.actor.clone()).or_else(author)
    }

    fn entity_of(&self, what: &NewConflict) -> Option<EntityRef> {
        let id = what.entity?;
        let kind = match what.document.as_ref().map(|key| key.role) {
            Some(Role::Sprint) => EntityKind::Sprint,
            Some(Role::Task | Role::AgentConfig) => EntityKind::Task,
            Some(Role::AgentProfile) => EntityKind::Agent,
            Some(Role::Attachment) | None => self.lines.get(&id)?.record.kind,
        };
        Some(EntityRef { kind, id })
    }

    /// Numbers what happened; how many events that are.
    fn tell(&mut self, changes: &ChangeSet, news: &[News]) -> usize {
        let of_rows = changes.entities.iter().flat_map(|change| &change.events).chain(&changes.events);
        let payload = |details: &Map<String, Value>, changes: Value| {
            let mut payload = details.clone();
            payload.insert("changes".into(), changes);
            Value::Object(payload)
        };
        let mut told: Vec<(EventType, Option<EntityRef>, Value)> = of_rows
            .map(|event| (event.event_type, event.entity, payload(&event.details, json!(event.changes))))
            .collect();
        for news in news {
            let conflict = self.conflicts.iter().find(|conflict| conflict.id == news.id).expect("it was noted");
            let event_type = match conflict.what.kind {
                _ if news.is_decided => EventType::SyncResolved,
                ConflictKind::Superseded => EventType::SyncSuperseded,
                _ => EventType::SyncConflict,
            };
            told.push((event_type, news.entity, payload(&details(conflict), json!({}))));
        }
        let count = told.len();
        for (index, (event_type, entity, payload)) in told.into_iter().enumerate() {
            let event = Event {
                seq: self.events.len() as i64 + 1,
                epoch: self.epoch,
                event_id: EventId::new(made_by(changes, &format!("event:{index}"))),
                event_type: event_type.word().to_owned(),
                entity,
                correlation_id: Some(changes.correlation),
                causation_id: None,
                session_key: None,
                actor: changes.actor.clone(),
                payload,
                emitted_at: changes.at,
            };
            self.events.push(Arc::new(event));
        }
        count
    }
}

fn recorded(
    changes: &ChangeSet,
    id: ConflictId,
    what: &NewConflict,
    row_author: Option<instep::model::Actor>,
) -> Conflict {
    let is_closed = what.kind.is_closed_at_birth();
    Conflict {
        id,
        what: what.clone(),
        state: if is_closed { ConflictState::Resolved } else { ConflictState::Open },
        row_author,
        created_at: changes.at,
        resolved_at: is_closed.then_some(changes.at),
        resolved_by: None,
        resolution: None,
        clone: Some(changes.clone),
    }
}

fn details(conflict: &Conflict) -> Map<String, Value> {
    let told = [
        ("conflict", Some(conflict.id.to_string())),
        ("kind", Some(conflict.what.kind.word().to_owned())),
        ("path", Some(conflict.what.path.to_string())),
        ("field", conflict.what.field.clone()),
        ("resolution", conflict.resolution.clone()),
    ];
    told.into_iter().filter_map(|(word, value)| Some((word.to_owned(), Value::from(value?)))).collect()
}

/// An id that repeating the attempt makes again.
fn made_by(changes: &ChangeSet, name: &str) -> Uuid {
    Uuid::new_v5(&changes.run.uuid(), name.as_bytes())
}

/// Where `path` lies when the folder `from` is called `to`.
fn moved(path: &DocPath, from: &DocPath, to: &DocPath) -> DocPath {
    match path.as_str().strip_prefix(from.as_str()).filter(|rest| rest.starts_with('/')) {
        Some(rest) => DocPath::new(&format!("{to}{rest}")).expect("both are paths"),
        None => path.clone(),
    }
}

/// What the columns of a row hold of `fields`.
pub(crate) fn columns(kind: EntityKind, fields: &Fields) -> Fields {
    let has_column = |field: &Field| row_fields(kind).contains(field);
    let held = |(field, value): (&Field, &Value)| Some((*field, column(*field, value)?));
    fields.iter().filter(|(field, _)| has_column(field)).filter_map(held).collect()
}

/// What a column gives back of a value.
fn column(field: Field, value: &Value) -> Option<Value> {
    let is_list = matches!(
        field,
        Field::Tags
            | Field::DependsOn
            | Field::Blocks
            | Field::Skills
            | Field::Capabilities
            | Field::Constraints
            | Field::Tools
    );
    match value {
        Value::Null => None,
        Value::Number(number) => Some(Typed::Number(number.as_f64()?).to_json()),
        other if is_list || other.is_string() => Some(other.clone()),
        other => Some(Value::from(other.to_string())),
    }
}
