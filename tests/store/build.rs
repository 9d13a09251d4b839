//! Change sets in a few words, for the stories.

use instep::model::{
    Actor, Change, Changes, CloneId, CorrelationId, Digest, DocPath, DocumentKey, DocumentVersion, Elsewhere, EntityId,
    EntityKind, EntityRef, Field, Fields, NewConflict, RevisionId, Role, RunId, Source,
};
use instep::store::{Acknowledged, ChangeSet, EntityChange, Expected, Left, Materialised, Store, SyncState, events_of};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// The clone that stories sync from.
pub(crate) fn here() -> CloneId {
    CloneId::new(Uuid::from_u128(0xc10e))
}

/// An id that is the same in each run.
pub(crate) fn id(number: u128) -> EntityId {
    EntityId::new(Uuid::from_u128(number))
}

pub(crate) fn path(text: &str) -> DocPath {
    DocPath::new(text).expect("a good path")
}

pub(crate) fn at() -> Timestamp {
    "2026-11-20T10:00:00.123456Z".parse().expect("a good time")
}

/// A change set with nothing in it, of attempt `run`.
pub(crate) fn changes(run: u128) -> ChangeSet {
    ChangeSet {
        run: RunId::new(Uuid::from_u128(run)),
        correlation: CorrelationId::new(Uuid::from_u128(run + 1_000_000)),
        actor: Actor::new("ada"),
        clone: here(),
        at: at(),
        entities: Vec::new(),
        materialised: Vec::new(),
        blobs: Vec::new(),
        conflicts: Vec::new(),
        resolved: Vec::new(),
        events: Vec::new(),
        sync_state: Acknowledged::default(),
    }
}

/// A change set that makes or changes these entities, with their texts.
pub(crate) fn of(run: u128, entities: impl IntoIterator<Item = Draft>) -> ChangeSet {
    let mut changes = changes(run);
    for draft in entities {
        let (entity, blobs) = draft.finish(run);
        changes.entities.push(entity);
        changes.blobs.extend(blobs);
    }
    changes
}

/// Commits what must succeed.
pub(crate) async fn commit(store: &dyn Store, changes: &ChangeSet) -> instep::store::Committed {
    store.commit(changes).await.expect("nothing stands against it")
}

/// An entity as a story wants it; `n` is its number as an id.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) change: EntityChange,
    texts: Vec<(Role, String, String)>,
    before: Fields,
}

pub(crate) fn sprint(n: u128, code: &str) -> Draft {
    draft(EntityKind::Sprint, n, code, format!("delegation/sprints/{code}"))
}

pub(crate) fn task(n: u128, code: &str) -> Draft {
    draft(EntityKind::Task, n, code, format!("delegation/backlog/{code}"))
}

pub(crate) fn agent(n: u128, code: &str) -> Draft {
    draft(EntityKind::Agent, n, code, format!("delegation/agents/{code}.yml"))
}

fn draft(kind: EntityKind, n: u128, code: &str, at: String) -> Draft {
    let change = EntityChange {
        id: id(n),
        kind,
        expect: Expected::Absent,
        code: code.into(),
        sprint: None,
        fields: Fields::from([(Field::Status, json!(first_status(kind)))]),
        agent_config: None,
        metadata: json!({}),
        deleted: false,
        path: path(&at),
        revision: RevisionId::new(Uuid::nil()),
        source: Source::File,
        documents: Vec::new(),
        events: Vec::new(),
    };
    Draft { change, texts: Vec::new(), before: Fields::new() }
}

fn first_status(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Sprint => "planning",
        EntityKind::Task => "pending",
        EntityKind::Agent => "active",
    }
}

impl Draft {
    /// The row must have this version.
    pub(crate) fn after(mut self, version: i64) -> Self {
        self.change.expect = Expected::Version(version);
        self
    }

    pub(crate) fn with(mut self, field: Field, value: Value) -> Self {
        self.change.fields.insert(field, value);
        self
    }

    /// The change is from this one; its events tell the difference.
    pub(crate) fn from(mut self, before: &Draft) -> Self {
        self.before = before.change.fields.clone();
        self
    }

    pub(crate) fn within(mut self, sprint: &Draft) -> Self {
        self.change.sprint = Some(sprint.change.id);
        self.change.path = path(&format!("{}/{}", sprint.change.path, self.change.code));
        self
    }

    /// The whole text of its main document.
    pub(crate) fn says(self, text: &str) -> Self {
        let (role, name) = match self.change.kind {
            EntityKind::Sprint => (Role::Sprint, "SPRINT.md".to_owned()),
            EntityKind::Task => (Role::Task, "TASK.md".to_owned()),
            EntityKind::Agent => (Role::AgentProfile, self.change.path.name().to_owned()),
        };
        self.document(role, &name, text)
    }

    pub(crate) fn document(mut self, role: Role, name: &str, text: &str) -> Self {
        self.texts.retain(|(_, other, _)| other != name);
        self.texts.push((role, name.into(), text.into()));
        self
    }

    pub(crate) fn deleted(mut self) -> Self {
        self.change.deleted = true;
        self
    }

    fn finish(self, run: u128) -> (EntityChange, Vec<(Digest, instep::store::Bytes)>) {
        let Self { mut change, texts, before } = self;
        change.revision = RevisionId::new(Uuid::new_v5(&change.id.uuid(), &run.to_be_bytes()));
        let mut blobs = Vec::new();
        for (role, name, text) in texts {
            let version = version(&change, role, &name, &text);
            blobs.push((version.blob, text.into_bytes().into()));
            change.documents.push(version);
        }
        let entity = EntityRef { kind: change.kind, id: change.id };
        change.events = events_of(entity, difference(&before, &change.fields));
        (change, blobs)
    }
}

fn version(change: &EntityChange, role: Role, name: &str, text: &str) -> DocumentVersion {
    let at = match role {
        Role::AgentProfile => change.path.clone(),
        _ => change.path.join(name).expect("a good name"),
    };
    let digest = Digest::of(text.as_bytes());
    DocumentVersion { key: DocumentKey { role, name: name.into() }, path: at, blob: digest, canonical: digest }
}

pub(crate) fn difference(before: &Fields, after: &Fields) -> Changes {
    let value = |fields: &Fields, field| fields.get(&field).cloned().unwrap_or(Value::Null);
    let changed = Field::ALL.iter().copied().filter(|field| before.get(field) != after.get(field));
    changed.map(|f| (f.word().to_owned(), Change { from: value(before, f), to: value(after, f) })).collect()
}

/// Documents for a revision that plain SQL made.
pub(crate) fn laid(draft: &Draft, revision: RevisionId, text: &str) -> (Materialised, (Digest, instep::store::Bytes)) {
    let document = version(&draft.change, Role::Task, "TASK.md", text);
    let blob = (document.blob, text.as_bytes().into());
    (
        Materialised {
            entity: draft.change.id,
            revision,
            documents: vec![document],
            agent_config: None,
            events: Vec::new(),
        },
        blob,
    )
}

pub(crate) fn state(entity: EntityId, name: &str, text: Option<&str>) -> SyncState {
    let left = text.map(|text| {
        let digest = Digest::of(text.as_bytes());
        Left { raw: digest, blob: digest, canonical: digest }
    });
    SyncState {
        entity,
        key: DocumentKey { role: Role::Task, name: name.into() },
        path: path(&format!("delegation/backlog/{entity}/{name}")),
        sprint: text.map(|_| EntityId::new(Uuid::from_u128(2))),
        revision: RevisionId::new(Uuid::from_u128(1)),
        left,
        head: Some("abc".into()),
    }
}

pub(crate) fn conflict(entity: EntityId, field: &str, file: &str) -> NewConflict {
    NewConflict {
        kind: instep::model::ConflictKind::Field,
        entity: Some(entity),
        document: Some(DocumentKey { role: Role::Task, name: "TASK.md".into() }),
        path: path("delegation/backlog/a/TASK.md"),
        field: Some(field.into()),
        base: Some("pending".into()),
        file: Some(file.into()),
        row: Some("blocked".into()),
        // Only one of them stands in two files.
        elsewhere: match file {
            "cancelled" => vec![Elsewhere { document: "AGENT.yml".into(), value: Some("blocked".into()) }],
            _ => Vec::new(),
        },
        kept: None,
    }
}

/// The one record of `id`, tombstone or not.
pub(crate) async fn record(store: &dyn Store, entity: EntityId) -> instep::model::Record {
    let mut found = store.records(instep::store::Selection::Ids(&[entity])).await.expect("rows can be read");
    assert_eq!(found.len(), 1, "one row has the id");
    found.remove(0)
}

/// Every event so far.
pub(crate) async fn feed(store: &dyn Store) -> Vec<instep::model::Event> {
    let start = instep::model::Cursor { seq: 0, ..store.head().await.expect("there is a project").cursor };
    store.events(start, usize::MAX).await.expect("events can be read")
}

/// The words of events, and what they say changed.
pub(crate) fn told(events: &[instep::model::Event]) -> Vec<(&str, &Value)> {
    events
        .iter()
        .map(|event| (event.event_type.trim_start_matches("orchestration."), &event.payload["changes"]))
        .collect()
}
