//! What only a database in a file can tell: opening, migrating, crashing, waiting for others.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use instep::model::{Digest, Field};
use instep::store::sqlite::{Place, SqliteStore, migrate};
use instep::store::{Acknowledged, Selection, Store, StoreError};
use serde_json::json;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

use super::backend::{Backend, refused};
use super::build::{changes, commit, here, id, of, record, state, task};
use super::sqlite::{Sqlite, outside, project};

/// Tells a test that it runs in a process of its own, and on which file.
const FILE: &str = "STORY_FILE";

async fn open(file: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(Place::new(file)).await
}

async fn run(connection: &mut SqliteConnection, sql: &str) {
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
}

/// This test again, in another process that finds the file named.
fn in_another_process(test: &str, file: &Path) -> Child {
    let name = format!("{}::{test}", module_path!().split_once("::").expect("a crate and a module").1);
    Command::new(std::env::current_exe().expect("tests have a file"))
        .args(["--exact", &name, "--nocapture"])
        .env(FILE, file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process can be started")
}

#[tokio::test]
async fn a_missing_file_is_missing_and_is_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("none.db");
    assert!(matches!(open(&file).await, Err(StoreError::Missing { .. })));
    assert!(!file.exists());
    std::fs::write(&file, "").expect("a file can be written");
    assert!(matches!(open(&file).await, Err(StoreError::Missing { .. })), "an empty one holds no project");
}

#[tokio::test]
async fn a_file_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("theirs.db");
    let mut theirs = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await.expect("it opens");
    run(&mut theirs, "CREATE TABLE orchestration_tasks (id); PRAGMA user_version = 1").await;
    assert!(matches!(open(&file).await, Err(StoreError::Missing { .. })));
    assert!(matches!(migrate(&Place::new(&file)).await, Err(StoreError::Missing { .. })));
    std::fs::write(&file, "This is no database, whatever its name says. ".repeat(99)).expect("a file can be written");
    assert!(matches!(open(&file).await, Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn db07_another_schema_is_refused() {
    let backend = Sqlite::fresh().await;
    backend.sql("PRAGMA user_version = 99").await.expect("nothing stands against it");
    match open(&backend.file()).await {
        Err(StoreError::TooNew { found: 99, known, .. }) => assert_eq!(known, 8),
        other => panic!("{other:?}"),
    }
    assert!(matches!(migrate(&Place::new(backend.file())).await, Err(StoreError::TooNew { .. })));
    backend.sql("PRAGMA user_version = 1").await.expect("nothing stands against it");
    assert!(matches!(open(&backend.file()).await, Err(StoreError::TooOld { found: 1, needed: 8, .. })));
}

#[tokio::test]
async fn db07_an_older_schema_is_brought_forward_after_a_checked_copy() {
    let backend = Sqlite::fresh().await;
    commit(backend.store(), &of(1, [task(1, "a").says("kept")])).await;
    let conflict = "INSERT INTO orchestration_conflicts \
                    (id, content_key, kind, role, name, file_path, field, state, created_at) \
                    VALUES ('c', x'00', 'edit-delete', 'agent_config', 'AGENT.yml', 'a', 'agent_config', 'open', 'now')";
    backend.sql(conflict).await.expect("nothing stands against it");
    back_to_version_1(&backend).await;
    let place = Place::new(backend.file());
    let migrated = migrate(&place).await.expect("it migrates").expect("there was something to do");
    assert_eq!((migrated.from, migrated.to), (1, 8));
    assert!(matches!(open(&migrated.backup).await, Err(StoreError::TooOld { found: 1, .. })));
    assert_eq!(migrate(&place).await.expect("it migrates"), None, "nothing is left to do");
    let store = open(&backend.file()).await.expect("it opens");
    assert_eq!(record(&store, id(1)).await.documents.len(), 1);
    store.verify().await.expect("it holds together");
    assert_eq!(backend.ask("SELECT field FROM orchestration_conflicts").await, "AGENT.yml", "named as its file is");

    back_to_version_1(&backend).await;
    let second = migrate(&place).await.expect("it migrates").expect("there was something to do");
    assert_ne!(second.backup, migrated.backup, "no copy is overwritten");
}

#[tokio::test]
async fn cp12_a_migration_that_fails_changes_nothing() {
    let backend = Sqlite::fresh().await;
    back_to_version_1(&backend).await;
    // The second step makes a trigger of this name.
    let name =
        "CREATE TRIGGER orchestration_events_delete_guard BEFORE DELETE ON orchestration_clones BEGIN SELECT 1; END";
    backend.sql(name).await.expect("nothing stands against it");
    assert!(matches!(migrate(&Place::new(backend.file())).await, Err(StoreError::Failed { .. })));
    assert_eq!(backend.ask("SELECT user_version FROM pragma_user_version").await, "1");
    assert_eq!(backend.ask("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'").await, "1");
    backend.sql("DROP TRIGGER orchestration_events_delete_guard").await.expect("nothing stands against it");
    migrate(&Place::new(backend.file())).await.expect("it can be tried again");
}

/// What the later steps made is taken away again.
async fn back_to_version_1(backend: &Sqlite) {
    let names = backend.ask("SELECT group_concat(name, ' ') FROM sqlite_schema WHERE type = 'trigger'").await;
    for name in names.split(' ') {
        backend.sql(&format!("DROP TRIGGER {name}")).await.expect("nothing stands against it");
    }
    backend
        .sql(
            "ALTER TABLE orchestration_conflicts DROP COLUMN clone_id; ALTER TABLE orchestration_conflicts \
             DROP COLUMN elsewhere; ALTER TABLE orchestration_sync_state \
             DROP COLUMN sprint_id; PRAGMA user_version = 1",
        )
        .await
        .expect("nothing stands against it");
}

#[tokio::test]
async fn cc08_a_table_or_trigger_that_is_gone_is_damage_at_once() {
    let names = "SELECT group_concat(type || ' ' || name, ';') FROM sqlite_schema WHERE type IN ('table', 'trigger')";
    let names = Sqlite::fresh().await.ask(names).await;
    let triggers = names.split(';').filter(|name| name.starts_with("trigger"));
    let tables = ["table orchestration_tasks", "table orchestration_blobs", "table sync_runs"];
    for name in triggers.chain(tables) {
        let backend = Sqlite::fresh().await;
        backend.sql(&format!("PRAGMA foreign_keys = OFF; DROP {name}")).await.expect("nothing stands against it");
        assert!(matches!(open(&backend.file()).await, Err(StoreError::Damaged { .. })), "{name}");
    }
}

#[tokio::test]
async fn twelve_processes_open_a_fresh_file_at_once() {
    if let Ok(file) = std::env::var(FILE) {
        let store = SqliteStore::create(Place::new(file), &project()).await.expect("it is made or there");
        return assert_eq!(store.head().await.expect("there is a project").project, project().id);
    }
    for _ in 0..3 {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("fresh.db");
        let all: Vec<Child> =
            (0..12).map(|_| in_another_process("twelve_processes_open_a_fresh_file_at_once", &file)).collect();
        for child in all {
            let out = child.wait_with_output().expect("it ends");
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            assert!(String::from_utf8_lossy(&out.stdout).contains("1 passed"), "it ran this test");
        }
        open(&file).await.expect("it opens").verify().await.expect("it holds together");
    }
}

#[tokio::test]
async fn cp03_a_process_that_is_killed_in_a_commit_leaves_nothing() {
    const MANY: u8 = 60;
    if let Ok(file) = std::env::var(FILE) {
        let store = open(Path::new(&file)).await.expect("it opens");
        let mut large = of(2, (2..50).map(|n| task(n, &format!("t-{n}")).says("x")));
        large.blobs.extend((0..MANY).map(|n| (Digest::from_bytes([n; 32]), vec![n; 1 << 20].into())));
        commit(&store, &large).await;
        return assert_eq!(record(&store, id(2)).await.row_version, 1);
    }
    let backend = Sqlite::fresh().await;
    commit(backend.store(), &of(1, [task(1, "a").says("before")])).await;
    let before = backend.store().head().await.expect("there is a project");
    let mut child = in_another_process("cp03_a_process_that_is_killed_in_a_commit_leaves_nothing", &backend.file());
    let log = backend.file().with_extension("db-wal");
    let written = || std::fs::metadata(&log).map_or(0, |log| log.len());
    while written() < 25 << 20 {
        assert!(child.try_wait().expect("it can be asked").is_none(), "it was killed too late");
        std::thread::yield_now();
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    assert_eq!(backend.store().head().await.expect("there is a project"), before);
    assert_eq!(backend.store().records(Selection::All).await.expect("rows can be read").len(), 1);
    assert!(backend.store().blobs(&[Digest::from_bytes([0; 32])]).await.expect("texts can be read").is_empty());
    let store = open(&backend.file()).await.expect("it opens");
    store.verify().await.expect("it holds together");
    commit(&store, &of(3, [task(3, "b").says("after")])).await;
}

#[tokio::test]
async fn db14_a_writer_waits_its_time_and_then_says_busy() {
    let backend = Sqlite::fresh().await;
    let impatient = Place::new(backend.file()).with_patience(Duration::from_millis(20));
    let store = SqliteStore::open(impatient).await.expect("it opens");
    let mut other = outside(backend.file()).await;
    run(&mut other, "BEGIN IMMEDIATE").await;
    let change = of(1, [task(1, "a").says("x")]);
    assert!(matches!(store.commit(&change).await, Err(StoreError::Busy { .. })));
    let left = Acknowledged { left: vec![state(id(1), "TASK.md", None)], ..Acknowledged::default() };
    assert!(matches!(store.acknowledge(here(), &left).await, Err(StoreError::Busy { .. })));
    assert!(store.records(Selection::All).await.expect("readers do not wait").is_empty());
    run(&mut other, "ROLLBACK").await;
    commit(&store, &change).await;
}

#[tokio::test]
async fn a_commit_waits_for_one_who_writes() {
    let backend = Sqlite::fresh().await;
    let mut other = outside(backend.file()).await;
    run(&mut other, "BEGIN IMMEDIATE; UPDATE orchestration_projects SET name = 'x'").await;
    let change = of(1, [task(1, "a").says("x")]);
    let (committed, ()) = tokio::join!(backend.store().commit(&change), async {
        tokio::task::yield_now().await;
        run(&mut other, "COMMIT").await;
    });
    committed.expect("it waited");
}

#[tokio::test]
async fn readers_read_while_somebody_writes() {
    let backend = Sqlite::fresh().await;
    commit(backend.store(), &of(1, [task(1, "a").says("x")])).await;
    let mut large = changes(2);
    large.blobs.extend((0..40).map(|n| (Digest::from_bytes([n; 32]), vec![n; 1 << 20].into())));
    let (committed, read) = tokio::join!(backend.store().commit(&large), backend.store().records(Selection::All));
    committed.expect("it is stored");
    assert_eq!(read.expect("rows can be read").len(), 1);
}

#[tokio::test]
async fn db15_a_broken_list_hurts_only_its_own_row() {
    let backend = Sqlite::fresh().await;
    commit(backend.store(), &of(1, [task(1, "a").says("x"), task(2, "b").says("y")])).await;
    let break_it = "PRAGMA ignore_check_constraints = ON; \
         UPDATE orchestration_tasks SET tags = '[oops', status = 'nonsense' WHERE task_code = 'a'";
    backend.sql(break_it).await.expect("nothing stands against it any more");
    let rows = backend.store().records(Selection::All).await.expect("rows can be read");
    assert_eq!(rows[0].fields[&Field::Tags], json!("[oops"), "the reader sees that it is no list");
    assert_eq!(rows[0].fields[&Field::Status], json!("nonsense"));
    assert_eq!(rows[1].fields[&Field::Status], json!("pending"));
    let mend = "UPDATE orchestration_tasks SET tags = '[\"x\"]', status = 'pending' WHERE task_code = 'a'";
    backend.sql(mend).await.expect("it can be mended");
    assert_eq!(record(backend.store(), id(1)).await.fields[&Field::Tags], json!(["x"]));
}

#[tokio::test]
async fn cc08_a_table_that_is_gone_is_damage() {
    let backend = Sqlite::fresh().await;
    commit(backend.store(), &of(1, [task(1, "a").says("x")])).await;
    backend.sql("DROP TABLE orchestration_tasks").await.expect("nothing can stand against it");
    assert!(matches!(backend.store().records(Selection::All).await, Err(StoreError::Damaged { .. })));
    let change = of(2, [task(2, "b").says("x")]);
    assert!(matches!(backend.store().commit(&change).await, Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn db13_damage_is_found() {
    let backend = Sqlite::fresh().await;
    commit(backend.store(), &of(1, (1..=200).map(|n| task(n, &format!("t-{n}")).says(&"x".repeat(n as usize))))).await;
    let file = backend.file();
    let store = open(&file).await.expect("it opens");
    store.verify().await.expect("it holds together");
    store.close().await.expect("it closes");
    backend.sql("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("nothing stands against it");
    drop(backend.again().await);
    let mut bytes = std::fs::read(&file).expect("it can be read");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(0x5a);
    let copy = file.with_file_name("copy.db");
    std::fs::write(&copy, bytes).expect("a file can be written");
    let broken = async {
        let store = open(&copy).await?;
        store.verify().await
    };
    assert!(matches!(broken.await, Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn db08_a_full_disk_stores_nothing() {
    let backend = Sqlite::fresh().await;
    let store = backend.again().await;
    commit(&*store, &of(1, [task(1, "a").says("x")])).await;
    // A limit on pages is what SQLite itself offers in place of a full disk; it holds for the connection that sets it.
    let mut connection = outside(backend.file()).await;
    let pages: i64 = connection.fetch_one("PRAGMA page_count").await.expect("it can be asked").get(0);
    run(&mut connection, &format!("PRAGMA max_page_count = {pages}")).await;
    let large = "INSERT INTO orchestration_clones VALUES (hex(randomblob(4000000)), '', '')";
    let error = connection.execute(large).await.expect_err("there is no room");
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(store.records(Selection::All).await.expect("rows can be read").len(), 1);
}

#[tokio::test]
async fn an_id_is_written_in_one_way() {
    let backend = Sqlite::fresh().await;
    let upper = "INSERT INTO orchestration_tasks (id) VALUES ('00000000-0000-0000-0000-0000000000FF')";
    refused(&backend, upper, "id_is_a_lower_case_uuid").await;
}

#[tokio::test]
async fn a_closed_database_leaves_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file:odd name?.db");
    let store = SqliteStore::create(Place::new(&file), &project()).await.expect("a name is a name");
    commit(&store, &of(1, [task(1, "a").says("x")])).await;
    assert!(store.describe().await.expect("it can be described").location.ends_with("file:odd name?.db"));
    store.close().await.expect("it closes");
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).expect("it can be listed").map(|e| e.map(|e| e.path())).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(file.exists());
}

#[tokio::test]
async fn the_columns_are_those_of_the_schema() {
    let backend = Sqlite::fresh().await;
    let columns = |table: &str| format!("SELECT group_concat(name, ' ') FROM pragma_table_info('{table}')");
    let tasks = backend.ask(&columns("orchestration_tasks")).await;
    for name in [
        "id",
        "project_id",
        "sprint_id",
        "task_code",
        "title",
        "status",
        "priority",
        "phase",
        "position",
        "assignee",
        "estimate_hours",
        "actual_hours",
        "progress",
        "hash",
        "content_hash",
        "metadata",
        "agent_config",
        "file_path",
        "row_version",
        "created_at",
        "updated_at",
        "deleted_at",
    ] {
        assert!(tasks.split(' ').any(|column| column == name), "{name}");
    }
}
