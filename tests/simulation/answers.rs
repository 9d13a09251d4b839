//! The simulated database answers what the embedded one answers: the same random scripts on both, call by call.
//!
//! Ids that a database makes up, digests and times are compared by where they come again, not by what they are.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use instep::model::{
    Actor, Change, Changes, CloneId, ConflictId, ConflictKind, CorrelationId, Cursor, Digest, DocPath, DocumentKey,
    DocumentVersion, Elsewhere, EntityId, EntityKind, EntityRef, Epoch, EventType, Field, Fields, NewConflict,
    NewEvent, ProjectId, Record, RevisionId, Role, RunId, Source,
};
use instep::store::sqlite::{Place, SqliteStore};
use instep::store::{
    Acknowledged, Bytes, ChangeSet, EntityChange, Expected, KnownQuestion, Left, ListQuery, Materialised, MovedSprint,
    NewProject, Selection, Store, StoreError, SyncState, events_of,
};
use serde_json::{Map, Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use uuid::Uuid;

use crate::dice::Dice;
use crate::outside::{Outside, OutsideDeed, Written};
use crate::power::Power;
use crate::store::SimStore;
use crate::tables::Tables;

const SPRINTS: [u128; 2] = [1, 2];
const TASKS: [u128; 4] = [11, 12, 13, 14];
const AGENT: u128 = 21;
const CODES: [&str; 4] = ["a", "b", "B", "c"];
const TEXTS: [&str; 5] = ["one\n", "two\n", "three\n", "four\n", "five\n"];
/// So many scripts are run where `INSTEP_SCRIPTS` says nothing.
const SCRIPTS: u64 = 12;
const STEPS: usize = 30;

/// One of both databases, and how another program writes into it.
enum Side {
    Embedded { store: Box<SqliteStore>, outside: Box<SqliteConnection> },
    Simulated(SimStore),
}

impl Side {
    fn store(&self) -> &dyn Store {
        match self {
            Self::Embedded { store, .. } => &**store,
            Self::Simulated(store) => store,
        }
    }

    async fn outside(&mut self, statement: &Outside) -> bool {
        match self {
            Self::Embedded { outside, .. } => {
                sqlx::query(AssertSqlSafe(statement.sql())).execute(&mut **outside).await.is_ok()
            }
            Self::Simulated(store) => store.outside(statement, jiff::Timestamp::now()),
        }
    }
}

fn id(number: u128) -> EntityId {
    EntityId::new(Uuid::from_u128(number))
}

fn kind(number: u128) -> EntityKind {
    match number {
        ..10 => EntityKind::Sprint,
        10..20 => EntityKind::Task,
        _ => EntityKind::Agent,
    }
}

fn any(dice: &mut Dice) -> u128 {
    let all: Vec<u128> = SPRINTS.into_iter().chain(TASKS).chain([AGENT]).collect();
    all[dice.roll(all.len())]
}

fn one_of<T: Copy>(dice: &mut Dice, all: &[T]) -> T {
    all[dice.roll(all.len())]
}

fn clone(dice: &mut Dice) -> CloneId {
    CloneId::new(Uuid::from_u128(100 + dice.roll(2) as u128))
}

fn path(text: &str) -> DocPath {
    DocPath::new(text).expect("a good path")
}

fn fields(kind: EntityKind, dice: &mut Dice) -> Fields {
    let status = match kind {
        EntityKind::Sprint => one_of(dice, &["planning", "active"]),
        EntityKind::Task => one_of(dice, &["pending", "in_progress", "blocked"]),
        EntityKind::Agent => one_of(dice, &["active", "inactive"]),
    };
    let mut fields = Fields::from([(Field::Status, json!(status))]);
    if kind == EntityKind::Agent {
        return fields;
    }
    let more = [
        (Field::Assignee, one_of(dice, &[json!(null), json!("ada"), json!("o'neill")].each_ref()).clone()),
        (Field::Progress, one_of(dice, &[json!(8), json!(12.5), json!(100.0)].each_ref()).clone()),
        (Field::Tags, one_of(dice, &[json!([]), json!(["x", "y"]), json!(null)].each_ref()).clone()),
        (Field::Code, one_of(dice, &[json!("b"), json!("old"), json!(null)].each_ref()).clone()),
    ];
    fields.extend(more.into_iter().filter(|_| dice.roll(2) == 0));
    fields
}

/// A change set as this database can have it just now; sometimes a wrong one.
async fn change_set(store: &dyn Store, dice: &mut Dice, run: u128) -> ChangeSet {
    let at = format!("2001-02-03T04:05:{:02}.000006Z", run % 60).parse().expect("a time");
    let mut changes = ChangeSet {
        run: RunId::new(Uuid::from_u128(if dice.roll(20) == 0 { 1 } else { run })),
        correlation: CorrelationId::new(Uuid::from_u128(run + 1_000)),
        actor: Actor::new(one_of(dice, &["ada", "bob"])),
        clone: clone(dice),
        at,
        entities: Vec::new(),
        materialised: Vec::new(),
        blobs: Vec::new(),
        conflicts: Vec::new(),
        resolved: Vec::new(),
        events: Vec::new(),
        sync_state: acknowledged(dice),
    };
    for text in TEXTS.into_iter().filter(|_| dice.roll(40) > 0) {
        changes.blobs.push((Digest::of(text.as_bytes()), Bytes::from(text.as_bytes())));
    }
    let records = store.records(Selection::All).await.expect("rows can be read");
    let mut numbers: Vec<u128> = (0..dice.roll(4)).map(|_| any(dice)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    for number in numbers {
        let before = records.iter().find(|record| record.id == id(number));
        changes.entities.push(change(number, before, dice, run));
    }
    let patched = records.iter().filter(|record| !record.patches.is_empty());
    for record in patched.filter(|_| dice.roll(3) == 0).collect::<Vec<_>>() {
        changes.materialised.push(laid(record, dice));
    }
    for _ in 0..dice.roll(3) {
        changes.conflicts.push(conflict(dice));
    }
    let open: Vec<ConflictId> =
        store.conflicts(None).await.expect("conflicts can be read").iter().map(|conflict| conflict.id).collect();
    for open in open.into_iter().filter(|_| dice.roll(4) == 0).collect::<Vec<_>>() {
        changes.resolved.push((open, one_of(dice, &["take-db", "take-file"]).to_owned()));
    }
    if dice.roll(4) == 0 {
        let details = Map::from_iter([("path".to_owned(), json!("a/b"))]);
        changes.events.push(NewEvent {
            event_type: EventType::FileSynced,
            entity: None,
            changes: Changes::new(),
            details,
        });
    }
    changes
}

fn change(number: u128, before: Option<&Record>, dice: &mut Dice, run: u128) -> EntityChange {
    let kind = kind(number);
    let code = one_of(dice, &CODES);
    let sprint = (kind == EntityKind::Task && dice.roll(2) == 0).then(|| id(one_of(dice, &SPRINTS)));
    let home = match kind {
        EntityKind::Sprint => format!("d/sprints/{code}"),
        EntityKind::Task => {
            format!("d/{}/{code}", sprint.map_or("backlog".into(), |id| format!("s{}", id.uuid().as_u128())))
        }
        EntityKind::Agent => format!("d/agents/{code}.yml"),
    };
    let wrong = dice.roll(15) == 0;
    let expect = match before {
        Some(record) => Expected::Version(record.row_version - i64::from(wrong)),
        None if wrong => Expected::Version(1),
        None => Expected::Absent,
    };
    let fields = fields(kind, dice);
    let entity = EntityRef { kind, id: id(number) };
    EntityChange {
        id: id(number),
        kind,
        expect,
        code: code.into(),
        sprint,
        agent_config: (kind == EntityKind::Task && dice.roll(2) == 0).then(|| config(dice)),
        metadata: json!({ "x": dice.roll(3) }),
        deleted: dice.roll(6) == 0,
        path: path(&home),
        revision: RevisionId::new(Uuid::from_u128(run << 16 | number)),
        source: one_of(dice, &[Source::File, Source::Cli, Source::Merge]),
        documents: documents(kind, &home, dice),
        events: events_of(entity, difference(before.map(|record| &record.fields), &fields)),
        fields,
    }
}

fn documents(kind: EntityKind, home: &str, dice: &mut Dice) -> Vec<DocumentVersion> {
    let mut version = |role, name: &str, at: String| {
        let digest = Digest::of(one_of(dice, &TEXTS).as_bytes());
        DocumentVersion {
            key: DocumentKey { role, name: name.into() },
            path: path(&at),
            blob: digest,
            canonical: digest,
        }
    };
    match kind {
        EntityKind::Sprint => vec![version(Role::Sprint, "SPRINT.md", format!("{home}/SPRINT.md"))],
        EntityKind::Agent => vec![version(Role::AgentProfile, "x.yml", home.to_owned())],
        EntityKind::Task => vec![
            version(Role::Task, "TASK.md", format!("{home}/TASK.md")),
            version(Role::AgentConfig, "AGENT.yml", format!("{home}/AGENT.yml")),
        ],
    }
}

fn difference(before: Option<&Fields>, after: &Fields) -> Changes {
    let value = |fields: Option<&Fields>, field| fields.and_then(|f| f.get(field)).cloned().unwrap_or_default();
    let changed = Field::ALL.iter().filter(|field| value(before, field) != value(Some(after), field));
    let change = |field| Change { from: value(before, field), to: value(Some(after), field) };
    changed.map(|field| (field.word().to_owned(), change(field))).collect()
}

fn laid(record: &Record, dice: &mut Dice) -> Materialised {
    let (revision, _) = record.patches[dice.roll(record.patches.len())];
    let revision = if dice.roll(12) == 0 { RevisionId::new(Uuid::from_u128(9)) } else { revision };
    let home = record.path.as_ref().map_or_else(|| format!("d/new/{}", record.code), ToString::to_string);
    let agent_config = (record.kind == EntityKind::Task && dice.roll(2) == 0).then(|| config(dice));
    Materialised {
        entity: record.id,
        revision,
        documents: documents(record.kind, &home, dice),
        agent_config,
        events: Vec::new(),
    }
}

fn conflict(dice: &mut Dice) -> NewConflict {
    let role = one_of(dice, &[None, Some(Role::Task), Some(Role::Sprint), Some(Role::Attachment)]);
    NewConflict {
        kind: one_of(dice, &[ConflictKind::Field, ConflictKind::Body, ConflictKind::Superseded]),
        entity: (dice.roll(5) > 0).then(|| id(any(dice))),
        document: role.map(|role| DocumentKey { role, name: "X".into() }),
        path: path("d/x"),
        field: one_of(dice, &[None, Some("status"), Some("assignee")]).map(str::to_owned),
        base: None,
        file: Some("f".into()),
        row: None,
        elsewhere: (0..dice.roll(3)).map(|_| Elsewhere { document: "Y".into(), value: None }).collect(),
        kept: None,
    }
}

fn acknowledged(dice: &mut Dice) -> Acknowledged {
    let key = DocumentKey { role: Role::Task, name: "TASK.md".into() };
    let mut told = Acknowledged::default();
    for number in TASKS.into_iter().filter(|_| dice.roll(4) == 0).collect::<Vec<_>>() {
        if dice.roll(4) == 0 {
            told.dropped.push((id(number), key.clone()));
            continue;
        }
        let digest = Digest::of(one_of(dice, &TEXTS).as_bytes());
        let left = Left { raw: digest, blob: digest, canonical: digest };
        told.left.push(SyncState {
            entity: id(number),
            key: key.clone(),
            path: path(&format!("d/{}/{number}/TASK.md", one_of(dice, &["s1", "s2"]))),
            sprint: (dice.roll(2) == 0).then(|| id(SPRINTS[0])),
            revision: RevisionId::new(Uuid::from_u128(1)),
            left: (dice.roll(4) > 0).then_some(left),
            head: None,
        });
    }
    if dice.roll(4) == 0 {
        told.moved.push(MovedSprint { sprint: id(SPRINTS[0]), from: path("d/s1"), to: path("d/s3") });
    }
    told
}

fn statement(dice: &mut Dice) -> Outside {
    let number = any(dice);
    let kind = kind(number);
    let deed = match dice.roll(8) {
        0 => OutsideDeed::Delete,
        1 => {
            let sprint = (kind == EntityKind::Task && dice.roll(2) == 0).then(|| id(SPRINTS[0]));
            let mut fields = fields(kind, dice);
            fields.remove(&Field::Code);
            OutsideDeed::Insert { code: one_of(dice, &CODES).into(), sprint, fields }
        }
        _ => OutsideDeed::Set((0..=dice.roll(3)).map(|_| written(kind, dice)).collect()),
    };
    Outside { kind, id: id(number), deed }
}

fn config(dice: &mut Dice) -> Value {
    one_of(dice, &[json!({"a": 1}), json!({"a": {"b": ["c", true, null]}}), json!({})].each_ref()).clone()
}

fn written(kind: EntityKind, dice: &mut Dice) -> Written {
    match dice.roll(7) {
        3 if kind == EntityKind::Task => {
            let wrong = dice.roll(6) == 0;
            let config = (dice.roll(4) > 0).then(|| config(dice));
            Written::Config(if wrong { Some(json!([1])) } else { config })
        }
        0 => Written::Code(one_of(dice, &CODES).into()),
        1 if kind == EntityKind::Task => Written::Sprint((dice.roll(2) == 0).then(|| id(one_of(dice, &SPRINTS)))),
        2 => Written::Deleted(dice.roll(2) == 0),
        _ => {
            let mut fields = fields(kind, dice);
            fields.remove(&Field::Code);
            let at = dice.roll(fields.len());
            let (field, value) = fields.into_iter().nth(at).expect("there is a status");
            Written::Field(field, value)
        }
    }
}

/// One call that changes something.
async fn call(side: &mut Side, dice: &mut Dice, run: u128) -> String {
    match dice.roll(3) {
        0 => {
            let statement = statement(dice);
            format!("{}: {}", statement.sql(), side.outside(&statement).await)
        }
        1 if dice.roll(4) == 0 => {
            let (clone, told) = (clone(dice), acknowledged(dice));
            format!("acknowledge {told:?}: {}", side.store().acknowledge(clone, &told).await.is_ok())
        }
        _ => {
            let changes = change_set(side.store(), dice, run).await;
            let answer = match side.store().commit(&changes).await {
                Ok(committed) => format!("{committed:?}"),
                Err(StoreError::Stale(mut ids)) => {
                    ids.sort_unstable();
                    format!("stale {ids:?}")
                }
                Err(StoreError::Failed { .. }) => "failed".to_owned(),
                Err(other) => format!("{other:?}"),
            };
            format!("commit {changes:?}: {answer}")
        }
    }
}

/// Everything that can be read.
async fn answers(store: &dyn Store, dice: &mut Dice, run: u128) -> Vec<String> {
    fn say<T: Debug>(answer: Result<T, StoreError>) -> String {
        answer.map_or_else(|error| format!("{error}"), |answer| format!("{answer:?}"))
    }
    let ids: Vec<EntityId> = (0..3).map(|_| id(any(dice))).collect();
    let codes: Vec<String> = vec![one_of(dice, &["a", "b", "old"]).to_owned()];
    let all: Vec<(EntityId, i64)> = SPRINTS.into_iter().chain(TASKS).map(|n| (id(n), dice.roll(3) as i64)).collect();
    let digests: Vec<Digest> = TEXTS.iter().map(|text| Digest::of(text.as_bytes())).collect();
    let key = DocumentKey { role: Role::Task, name: "TASK.md".into() };
    let ask = |(at, digest): (usize, &Digest)| KnownQuestion {
        entity: id(TASKS[at % TASKS.len()]),
        key: key.clone(),
        stamp: Some(digest.short()),
        canonical: Some(*digest),
    };
    let questions: Vec<KnownQuestion> = digests.iter().enumerate().map(ask).collect();
    let epoch = store.head().await.map(|head| head.cursor.epoch).expect("there is a project");
    let (after, clone) = (Cursor { epoch, seq: dice.roll(5) as i64 }, clone(dice));
    let query = ListQuery {
        kind: one_of(dice, &[None, Some(EntityKind::Task), Some(EntityKind::Sprint)]),
        sprint: (dice.roll(4) == 0).then(|| id(SPRINTS[0])),
        backlog: dice.roll(4) == 0,
        any_of: if dice.roll(3) == 0 {
            vec![(Field::Status, vec!["pending".into(), "active".into()])]
        } else {
            Vec::new()
        },
        ..ListQuery::default()
    };
    vec![
        say(store.head().await),
        say(store.records(Selection::All).await),
        say(store.records(Selection::Ids(&ids)).await),
        say(store.records(Selection::Codes(&codes)).await),
        say(store.count_live().await),
        say(store.list(&query).await),
        say(store.told(EntityKind::Task, "x").await),
        say(store.known(&questions).await),
        say(store.revisions(&all).await),
        say(store.blobs(&digests).await),
        say(store.stored(&digests).await),
        say(store.sync_state(clone, Selection::All).await),
        say(store.sync_state(clone, Selection::Ids(&ids)).await),
        say(store.sync_state(clone, Selection::Codes(&codes)).await),
        say(store.events(after, 50).await),
        say(store.conflicts(None).await),
        say(store.conflicts(Some(instep::model::ConflictState::Open)).await),
        say(store.committed(RunId::new(Uuid::from_u128(run))).await),
    ]
}

/// Names for what differs from database to database, in the order in which it first comes.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn plain(&mut self, text: &str) -> String {
        let mut plain = String::with_capacity(text.len());
        let mut word = String::new();
        for letter in text.chars().chain([' ']) {
            if letter.is_ascii_alphanumeric() || matches!(letter, '-' | ':' | '.') {
                word.push(letter);
                continue;
            }
            plain.push_str(&self.word(&std::mem::take(&mut word)));
            plain.push(letter);
        }
        plain
    }

    fn word(&mut self, word: &str) -> String {
        let is_digest = word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_digest || word.parse::<Uuid>().is_ok() {
            let next = self.0.len();
            return format!("#{}", self.0.entry(word.to_owned()).or_insert(next));
        }
        match word.parse::<jiff::Timestamp>() {
            Ok(_) if !word.starts_with("2001") => "now".to_owned(),
            _ => word.to_owned(),
        }
    }
}

/// What two answers say where they first differ.
fn first_difference(embedded: &str, simulated: &str) -> String {
    let at = embedded.bytes().zip(simulated.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.chars().skip(at.saturating_sub(400)).take(700).collect::<String>();
    format!("embedded: …{}\nsimulated: …{}", around(embedded), around(simulated))
}

async fn sides() -> (tempfile::TempDir, [Side; 2]) {
    let folder = tempfile::TempDir::new_in("/dev/shm").or_else(|_| tempfile::TempDir::new()).expect("a folder");
    let file = folder.path().join("instep.db");
    let (project, epoch) = (ProjectId::new(Uuid::from_u128(7)), Epoch::new(Uuid::from_u128(8)));
    let new = NewProject { id: project, name: "p".into(), epoch };
    let store = SqliteStore::create(Place::new(&file), &new).await.expect("it is made");
    let outside = SqliteConnectOptions::new().filename(&file).foreign_keys(false).connect().await.expect("it opens");
    let simulated = SimStore::new(Tables::empty(project, epoch), Arc::new(Power::default()));
    (folder, [Side::Embedded { store: Box::new(store), outside: Box::new(outside) }, Side::Simulated(simulated)])
}

#[tokio::test]
async fn both_databases_answer_every_call_alike() {
    let (mut done, mut refused) = (0, 0);
    let scripts = std::env::var("INSTEP_SCRIPTS").ok().and_then(|told| told.parse().ok()).unwrap_or(SCRIPTS);
    for script in 1..=scripts {
        let (_folder, mut sides) = sides().await;
        let mut names = [Names::default(), Names::default()];
        let mut dice = [Dice::of(script), Dice::of(script)];
        for step in 0..STEPS {
            let run = 1 + step as u128;
            let mut told = Vec::new();
            for at in 0..2 {
                let call = call(&mut sides[at], &mut dice[at], run).await;
                let call = names[at].plain(&call);
                let answers = answers(sides[at].store(), &mut dice[at], run).await;
                told.push((call, answers.iter().map(|answer| names[at].plain(answer)).collect::<Vec<_>>()));
            }
            let [(call, answers), (simulated, mirrored)] = told.as_slice() else { unreachable!("both answered") };
            assert_eq!(call, simulated, "script {script}, step {step}: the embedded database, then the simulated");
            for (answer, mirrored) in answers.iter().zip(mirrored) {
                let told = || first_difference(answer, mirrored);
                assert!(answer == mirrored, "script {script}, after step {step}: {call}\n{}", told());
            }
            let is_refused = ["failed ", "false "].iter().any(|end| call.ends_with(end)) || call.contains(": stale");
            *(if is_refused { &mut refused } else { &mut done }) += 1;
        }
        let [Side::Embedded { outside, store }, _] = sides else { unreachable!("the first is embedded") };
        outside.close().await.expect("it closes");
        store.close().await.expect("it closes");
    }
    let all = scripts * STEPS as u64;
    assert!(
        done > all / 2 && refused > all / 10,
        "{done} calls were done and {refused} refused: too few to tell anything"
    );
}
