//! Times the embedded database against what the same bytes cost at the least.
//!
//! `cargo bench --bench store`; a number after `--` is the count of tasks. The yardsticks run in turn with what they
//! measure, and medians are compared.

#![expect(clippy::print_stdout, reason = "a benchmark reports to whoever runs it")]

use std::path::Path;
use std::time::{Duration, Instant};

use instep::model::{
    Actor, CloneId, CorrelationId, Digest, DocPath, DocumentKey, DocumentVersion, EntityId, EntityKind, EntityRef,
    Epoch, EventType, Field, Fields, NewEvent, ProjectId, RevisionId, Role, RunId, Source,
};
use instep::store::sqlite::{Place, SqliteStore};
use instep::store::{
    Acknowledged, ChangeSet, EntityChange, Expected, KnownQuestion, Left, ListQuery, NewProject, Selection, Store,
    SyncState,
};
use jiff::Timestamp;
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use uuid::Uuid;

const ROUNDS: usize = 7;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let tasks = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("a folder for the databases");
    let changes = first_sync(tasks);
    let bytes: usize = changes.blobs.iter().map(|(_, bytes)| bytes.len()).sum();
    println!("{} entities, {} documents, {} MB", changes.entities.len(), changes.blobs.len(), bytes / 1_000_000);
    let (mut ours, mut by_row, mut by_many) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let at = |name: &str| folder.path().join(format!("{name}{round}"));
        ours.push(commit(&at("ours"), &changes).await);
        by_row.push(yardstick(&at("row"), &changes, 1).await);
        by_many.push(yardstick(&at("many"), &changes, 128).await);
    }
    let (ours, by_row, by_many) = (median(ours), median(by_row), median(by_many));
    println!("first commit                 {}", ms(ours));
    println!("  bytes alone, row by row    {}  ratio {:.2}", ms(by_row), ratio(ours, by_row));
    println!("  bytes alone, 128 at a time {}  ratio {:.2}", ms(by_many), ratio(ours, by_many));
    others(&folder.path().join("ours0"), &changes).await;
}

/// Everything but the first commit, on the database that one left.
async fn others(path: &Path, changes: &ChangeSet) {
    let (mut open, mut head) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        let start = Instant::now();
        let store = SqliteStore::open(Place::new(path)).await.expect("it opens");
        open.push(start.elapsed());
        store.head().await.expect("it has a head");
        head.push(start.elapsed());
        store.close().await.expect("it closes");
    }
    println!("open                         {}\nopen and head                {}", ms(median(open)), ms(median(head)));
    let store = SqliteStore::open(Place::new(path)).await.expect("it opens");
    let questions: Vec<KnownQuestion> = changes.entities.iter().flat_map(questions).collect();
    let pending = ListQuery {
        kind: Some(EntityKind::Task),
        any_of: vec![(Field::Status, vec!["pending".into()])],
        ..ListQuery::default()
    };
    let mut times = [const { Vec::new() }; 6];
    for round in 0..ROUNDS {
        let [all, known, list, one, state, acknowledge] = &mut times;
        timed(all, store.records(Selection::All)).await;
        timed(known, store.known(&questions)).await;
        timed(list, store.list(&pending)).await;
        timed(state, store.sync_state(changes.clone, Selection::All)).await;
        timed(one, store.commit(&one_field(changes, round))).await;
        let left = Acknowledged { left: changes.sync_state.left[..500].to_vec(), ..Acknowledged::default() };
        timed(acknowledge, store.acknowledge(changes.clone, &left)).await;
    }
    let names = ["all records", "known", "list by status", "one-field commit", "sync state", "acknowledge 500"];
    for (name, times) in names.iter().zip(times) {
        println!("{name:<29}{}", ms(median(times)));
    }
}

async fn timed<T, E: std::fmt::Debug>(times: &mut Vec<Duration>, work: impl Future<Output = Result<T, E>>) {
    let start = Instant::now();
    work.await.expect("it works");
    times.push(start.elapsed());
}

async fn commit(path: &Path, changes: &ChangeSet) -> Duration {
    let project = NewProject { id: ProjectId::new(Uuid::nil()), name: "bench".into(), epoch: Epoch::new(Uuid::nil()) };
    let store = SqliteStore::create(Place::new(path), &project).await.expect("it is made");
    let start = Instant::now();
    store.commit(changes).await.expect("it commits");
    let took = start.elapsed();
    store.close().await.expect("it closes");
    took
}

/// The same bytes by one prepared statement in one transaction, `rows` at a time.
async fn yardstick(path: &Path, changes: &ChangeSet, rows: usize) -> Duration {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let mut connection: SqliteConnection = options.connect().await.expect("it opens");
    let table = "CREATE TABLE blobs (sha256 BLOB NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) STRICT";
    sqlx::raw_sql(table).execute(&mut connection).await.expect("it is made");
    let start = Instant::now();
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.expect("it begins");
    for chunk in changes.blobs.chunks(rows) {
        let sql = format!("INSERT INTO blobs (sha256, bytes) VALUES {}", vec!["(?, ?)"; chunk.len()].join(", "));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (digest, bytes) in chunk {
            query = query.bind(digest.as_bytes().to_vec()).bind(bytes.to_vec());
        }
        query.execute(&mut *transaction).await.expect("it is stored");
    }
    transaction.commit().await.expect("it commits");
    let took = start.elapsed();
    connection.close().await.expect("it closes");
    took
}

/// What adopting a tree of `tasks` tasks in sprints of 20 stores; each other task has an AGENT.yml.
fn first_sync(tasks: usize) -> ChangeSet {
    let mut changes = empty(0);
    let mut random = 1;
    for sprint in 0..tasks.div_ceil(20) {
        let folder = format!("delegation/sprints/sprint-{sprint}");
        let sprint_id = id(EntityKind::Sprint, &folder);
        let text = text(&mut random, 3_000);
        let at = (EntityKind::Sprint, folder.as_str());
        add(&mut changes, at, None, vec![(Role::Sprint, "SPRINT.md", text)]);
        for task in (20 * sprint)..(20 * sprint + 20).min(tasks) {
            let folder = format!("{folder}/task-{task}");
            let mut documents = vec![(Role::Task, "TASK.md", self::text(&mut random, 1_000 + task * 7_919 % 15_000))];
            if task % 2 == 0 {
                documents.push((Role::AgentConfig, "AGENT.yml", self::text(&mut random, 2_000)));
            }
            add(&mut changes, (EntityKind::Task, &folder), Some(sprint_id), documents);
        }
    }
    changes
}

fn empty(number: u128) -> ChangeSet {
    ChangeSet {
        run: RunId::new(Uuid::from_u128(number)),
        correlation: CorrelationId::new(Uuid::from_u128(number)),
        actor: Actor::new("bench"),
        clone: CloneId::new(Uuid::from_u128(7)),
        at: Timestamp::UNIX_EPOCH,
        entities: Vec::new(),
        materialised: Vec::new(),
        blobs: Vec::new(),
        conflicts: Vec::new(),
        resolved: Vec::new(),
        events: Vec::new(),
        sync_state: Acknowledged::default(),
    }
}

fn id(kind: EntityKind, folder: &str) -> EntityId {
    EntityId::adopted(ProjectId::new(Uuid::nil()), kind, &path(folder))
}

fn path(text: &str) -> DocPath {
    DocPath::new(text).expect("a good path")
}

/// Text that does not repeat itself.
fn text(random: &mut u64, length: usize) -> Vec<u8> {
    let words = std::iter::from_fn(|| {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        Some(format!("{random:016x} "))
    });
    let mut text = words.take(length.div_ceil(17)).collect::<String>().into_bytes();
    text.truncate(length);
    text
}

fn add(
    changes: &mut ChangeSet,
    (kind, folder): (EntityKind, &str),
    sprint: Option<EntityId>,
    documents: Vec<(Role, &str, Vec<u8>)>,
) {
    let id = id(kind, folder);
    let revision = RevisionId::new(Uuid::new_v5(&id.uuid(), b"1"));
    let path = path(folder);
    let mut versions = Vec::new();
    for (role, name, text) in documents {
        let digest = Digest::of(&text);
        let key = DocumentKey { role, name: name.into() };
        let at = path.join(name).expect("a good name");
        versions.push(DocumentVersion { key: key.clone(), path: at.clone(), blob: digest, canonical: digest });
        changes.blobs.push((digest, text.into()));
        let left = Some(Left { raw: digest, blob: digest, canonical: digest });
        let head = Some("0123456789abcdef0123456789abcdef01234567".into());
        changes.sync_state.left.push(SyncState { entity: id, key, path: at, sprint: None, revision, left, head });
    }
    let created = if kind == EntityKind::Sprint { EventType::SprintCreated } else { EventType::TaskCreated };
    let status = if kind == EntityKind::Sprint { "active" } else { ["pending", "completed"][versions.len() - 1] };
    let fields = Fields::from([
        (Field::Title, json!(format!("The title of {folder}"))),
        (Field::Status, json!(status)),
        (Field::Priority, json!("P1")),
        (Field::EstimateHours, json!(8)),
        (Field::Tags, json!(["one", "two"])),
    ]);
    let told = fields.iter().map(|(field, to)| (field.word().to_owned(), change(json!(null), to.clone()))).collect();
    let event = NewEvent {
        event_type: created,
        entity: Some(EntityRef { kind, id }),
        changes: told,
        details: serde_json::Map::new(),
    };
    changes.entities.push(EntityChange {
        id,
        kind,
        expect: Expected::Absent,
        code: path.name().to_owned(),
        sprint,
        fields,
        agent_config: versions.get(1).map(|_| json!({"task": {"status": "completed"}, "capabilities": ["a", "b"]})),
        metadata: json!({"objectives": ["one objective", "another objective"], "deliverables": ["a", "b", "c"]}),
        deleted: false,
        path,
        revision,
        source: Source::File,
        documents: versions,
        events: vec![event],
    });
}

fn change(from: serde_json::Value, to: serde_json::Value) -> instep::model::Change {
    instep::model::Change { from, to }
}

/// The status of one task changes.
fn one_field(first: &ChangeSet, round: usize) -> ChangeSet {
    let mut changes = empty(1_000 + round as u128);
    let mut task = first.entities[1].clone();
    task.expect = Expected::Version(1 + round as i64);
    task.revision = RevisionId::new(Uuid::new_v5(&task.id.uuid(), &[round as u8, 2]));
    task.fields.insert(Field::Status, json!(["pending", "blocked"][round % 2]));
    let text = text(&mut (round as u64 + 99), 6_000);
    task.documents[0].canonical = Digest::of(&text);
    task.documents[0].blob = Digest::of(&text);
    changes.blobs.push((Digest::of(&text), text.into()));
    let mut state = first.sync_state.left[1].clone();
    state.revision = task.revision;
    changes.sync_state.left.push(state);
    changes.entities.push(task);
    changes
}

fn questions(change: &EntityChange) -> impl Iterator<Item = KnownQuestion> {
    change.documents.iter().map(|document| KnownQuestion {
        entity: change.id,
        key: document.key.clone(),
        stamp: Some(document.canonical.short()),
        canonical: Some(document.canonical),
    })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ms(time: Duration) -> String {
    format!("{:8.2} ms", time.as_secs_f64() * 1e3)
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}
