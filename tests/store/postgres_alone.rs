//! What only a server can tell: opening, migrating, standing by, other programs at once.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use instep::store::postgres::{Migrated, PostgresStore, migrate};
use instep::store::{Acknowledged, Selection, Store, StoreError};
use sqlx::postgres::PgListener;
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::backend::{Backend, refused, sql};
use super::build::{changes, commit, feed, here, id, of, record, sprint, state, task};
use super::postgres::{Postgres, outside, server};
use super::sqlite::project;
use crate::cluster::Cluster;

#[tokio::test]
async fn an_empty_database_is_missing_and_nothing_is_made_unasked() {
    let Some(cluster) = Cluster::get() else { return };
    let server = server(&cluster.database(None).await);
    assert!(matches!(PostgresStore::open(server.clone()).await, Err(StoreError::Missing { .. })));
    assert!(matches!(PostgresStore::create(server.clone(), &project()).await, Err(StoreError::Missing { .. })));
    assert_eq!(migrate(&server).await.expect("it migrates"), Some(Migrated { from: 0, to: 8 }));
    assert_eq!(migrate(&server).await.expect("it migrates"), None, "nothing is left to do");
    let store = PostgresStore::open(server.clone()).await.expect("it opens");
    assert!(matches!(store.head().await, Err(StoreError::Missing { .. })), "it holds no project");
    let store = PostgresStore::create(server, &project()).await.expect("a project is begun");
    assert_eq!(store.head().await.expect("there is a project").project, project().id);
}

#[tokio::test]
async fn twelve_migrate_at_once_and_one_of_them_does_it() {
    let Some(cluster) = Cluster::get() else { return };
    let server = server(&cluster.database(None).await);
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let server = server.clone();
        all.spawn(async move { migrate(&server).await.expect("nothing stands against it") });
    }
    assert_eq!(all.join_all().await.into_iter().flatten().count(), 1);
    PostgresStore::create(server, &project()).await.expect("it opens").verify().await.expect("it holds together");
}

#[tokio::test]
async fn cc08_a_trigger_that_is_gone_or_disabled_is_damage_at_once() {
    let Some(cluster) = Cluster::get() else { return };
    for (change, back) in [
        ("DROP TABLE orchestration_blobs CASCADE", None),
        ("DROP TRIGGER agent_profiles_updated ON agent_profiles", None),
        (
            "ALTER TABLE orchestration_tasks DISABLE TRIGGER USER",
            Some("ALTER TABLE orchestration_tasks ENABLE TRIGGER USER"),
        ),
    ] {
        let url = cluster.database(None).await;
        migrate(&server(&url)).await.expect("it migrates");
        let mut other = outside(&url).await;
        other.execute(change).await.expect("nothing stands against it");
        assert!(matches!(PostgresStore::open(server(&url)).await, Err(StoreError::Damaged { .. })), "{change}");
        if let Some(back) = back {
            other.execute(back).await.expect("nothing stands against it");
            PostgresStore::open(server(&url)).await.expect("it is whole again");
        }
    }
}

#[tokio::test]
async fn cp12_a_migration_that_fails_changes_nothing_and_holds_nobody_up() {
    let Some(cluster) = Cluster::get() else { return };
    let url = cluster.database(None).await;
    let mut other = outside(&url).await;
    other.execute("CREATE TABLE sync_runs (theirs text)").await.expect("nothing stands against it");
    for _ in 0..2 {
        assert!(matches!(migrate(&server(&url)).await, Err(StoreError::Failed { .. })));
    }
    assert!(matches!(PostgresStore::open(server(&url)).await, Err(StoreError::Missing { .. })));
    other.execute("DROP TABLE sync_runs").await.expect("nothing stands against it");
    migrate(&server(&url)).await.expect("it can be tried again");
}

#[tokio::test]
async fn db07_a_newer_schema_and_an_older_one_are_refused() {
    let Some(backend) = Postgres::fresh().await else { return };
    let reach = async |version: i64| {
        sql(&backend, &format!("UPDATE orchestration_schema SET version = {version}")).await;
        PostgresStore::open(server(backend.url())).await.map(drop)
    };
    assert!(matches!(reach(9).await, Err(StoreError::TooNew { found: 9, known: 8, .. })));
    assert!(matches!(migrate(&server(backend.url())).await, Err(StoreError::TooNew { .. })));
    assert!(matches!(reach(6).await, Err(StoreError::TooOld { found: 6, needed: 8, .. })));
}

#[tokio::test]
async fn db01_a_server_that_nobody_runs_is_unreachable() {
    let nowhere = tempfile::tempdir().expect("a folder");
    let url = format!("postgres://ann:canary@localhost/x?host={}", nowhere.path().display());
    match PostgresStore::open(server(&url)).await {
        Err(error @ StoreError::Unreachable { .. }) => assert!(!format!("{error:?} {error}").contains("canary")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn db04_a_database_that_only_reads_says_so() {
    let Some(backend) = Postgres::fresh().await else { return };
    commit(backend.store(), &of(1, [task(1, "a").says("x")])).await;
    let read_only = "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() \
         || ' SET default_transaction_read_only = on'; END $$";
    sql(&backend, read_only).await;
    let store = backend.again().await;
    assert_eq!(store.records(Selection::All).await.expect("rows can be read").len(), 1);
    let change = of(2, [task(1, "a").says("y").after(1)]);
    assert!(matches!(store.commit(&change).await, Err(StoreError::ReadOnly { .. })));
    let left = Acknowledged { left: vec![state(id(1), "TASK.md", None)], ..Acknowledged::default() };
    assert!(matches!(store.acknowledge(here(), &left).await, Err(StoreError::ReadOnly { .. })));
    assert_eq!(record(backend.store(), id(1)).await.row_version, 1);
}

#[tokio::test]
async fn truncation_is_refused() {
    let Some(backend) = Postgres::fresh().await else { return };
    commit(backend.store(), &of(1, [task(1, "a").says("x")])).await;
    let tables = "SELECT string_agg(table_name, ' ') FROM information_schema.tables WHERE table_schema = current_schema() \
         AND table_name NOT IN ('sync_runs', 'orchestration_schema')";
    for table in backend.ask(tables).await.split(' ') {
        refused(&backend, &format!("TRUNCATE {table} CASCADE"), "cannot be truncated").await;
    }
    assert_eq!(record(backend.store(), id(1)).await.row_version, 1);
}

#[tokio::test]
async fn an_insert_that_comes_to_nothing_leaves_no_trace() {
    let Some(backend) = Postgres::fresh().await else { return };
    let insert = "INSERT INTO orchestration_tasks (task_code, title) VALUES ('a', 'A') ON CONFLICT";
    sql(&backend, &format!("{insert} DO NOTHING")).await;
    sql(&backend, &format!("{insert} DO NOTHING")).await;
    assert_eq!(feed(backend.store()).await.len(), 1);
    let place =
        "(lower(task_code), coalesce(sprint_id, '00000000-0000-0000-0000-000000000000')) WHERE deleted_at IS NULL";
    sql(&backend, &format!("{insert} {place} DO UPDATE SET title = 'B', row_version = 99")).await;
    let found = backend.store().records(Selection::All).await.expect("rows can be read");
    assert_eq!((found[0].row_version, found[0].patches.len()), (2, 2));
}

#[tokio::test]
async fn the_doorbell_rings_once_for_each_transaction() {
    let Some(backend) = Postgres::fresh().await else { return };
    let mut listener = PgListener::connect(backend.url()).await.expect("the server answers");
    listener.listen("instep").await.expect("anybody may listen");
    commit(backend.store(), &of(1, (1..=5).map(|n| task(n, &format!("t-{n}")).says("x")))).await;
    sql(
        &backend,
        "BEGIN; UPDATE orchestration_tasks SET title = 'a'; UPDATE orchestration_tasks SET title = 'b'; COMMIT",
    )
    .await;
    commit(backend.store(), &changes(2)).await;
    sql(&backend, "UPDATE orchestration_tasks SET title = title").await;
    sql(&backend, "UPDATE orchestration_tasks SET title = 'c' WHERE task_code = 't-1'").await;
    let mut heard = Vec::new();
    for _ in 0..3 {
        let notice = listener.recv().await.expect("it rings");
        heard.push(notice.payload().rsplit(':').next().unwrap_or_default().to_owned());
    }
    assert_eq!(heard, ["5", "15", "16"], "and nobody rings where nothing happened");
}

#[tokio::test]
async fn a_transaction_that_is_slow_to_commit_leaves_no_gap() {
    let Some(backend) = Postgres::fresh().await else { return };
    commit(backend.store(), &of(1, [task(1, "a").says("x"), task(2, "b").says("x")])).await;
    let mut slow = outside(backend.url()).await;
    slow.execute("BEGIN; UPDATE orchestration_tasks SET title = 'slow' WHERE task_code = 'a'").await.expect("it runs");
    sql(&backend, "UPDATE orchestration_tasks SET title = 'fast' WHERE task_code = 'b'").await;
    let seqs = async || feed(backend.store()).await.iter().map(|event| event.seq).collect::<Vec<_>>();
    assert_eq!(seqs().await, [1, 2, 3]);
    slow.execute("COMMIT").await.expect("nothing stands against it");
    assert_eq!(seqs().await, [1, 2, 3, 4], "numbered in the order in which they became visible");
}

#[tokio::test]
async fn cc16_two_who_write_crosswise_both_come_through() {
    let Some(backend) = Postgres::fresh().await else { return };
    commit(backend.store(), &of(1, [task(1, "a").says("x"), task(2, "b").says("x")])).await;
    let mut other = outside(backend.url()).await;
    other.execute("BEGIN; UPDATE orchestration_tasks SET title = 'T' WHERE task_code = 'b'").await.expect("it runs");
    let (both, store) = (of(2, [task(1, "a").says("y").after(1), task(2, "b").says("y").after(1)]), backend.store());
    let (committed, ()) = tokio::join!(store.commit(&both), async {
        // Once the commit waits for the second row, it holds the first one.
        let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')";
        while backend.ask(waits).await == "0" {
            tokio::task::yield_now().await;
        }
        let crossing = "UPDATE orchestration_tasks SET title = 'T' WHERE task_code = 'a'; COMMIT";
        other.execute(AssertSqlSafe(crossing)).await.ok();
    });
    // One of them was given up by the server and began again: ours looks again, or theirs failed whole.
    let row = record(store, id(2)).await;
    match committed {
        Ok(_) => assert_eq!((row.row_version, row.patches.len()), (2, 0)),
        Err(StoreError::Stale(ids)) => assert_eq!((ids, row.row_version), (vec![id(1), id(2)], 2)),
        Err(other) => panic!("{other:?}"),
    }
    other.close().await.expect("it closes");
}

#[tokio::test]
async fn db10_what_is_set_for_a_transaction_does_not_outlive_it() {
    let Some(backend) = Postgres::fresh().await else { return };
    let shared = backend.again().await;
    commit(&*shared, &of(1, [sprint(1, "s").says("x")])).await;
    let stale = of(2, [sprint(1, "s").says("y").after(7)]);
    assert!(matches!(shared.commit(&stale).await, Err(StoreError::Stale(_))));
    // What a pooler does: another program goes on with the same connections.
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
    assert_eq!(backend.ask(sessions).await, "0", "no transaction is left open");
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
    assert_eq!(backend.ask(locks).await, "0", "and no lock");
    sql(&backend, "UPDATE orchestration_sprints SET title = 'T'").await;
    assert_eq!(record(backend.store(), id(1)).await.patches.len(), 1);
}

#[tokio::test]
async fn a_connection_that_ended_meanwhile_is_made_anew() {
    let Some(backend) = Postgres::fresh().await else { return };
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    commit(backend.store(), &of(1, [task(1, "a").says("x")])).await;
    sql(&backend, end).await;
    assert_eq!(record(backend.store(), id(1)).await.row_version, 1);
    sql(&backend, end).await;
    commit(backend.store(), &of(2, [task(1, "a").says("y").after(1)])).await;
}

#[tokio::test]
async fn the_same_attempt_is_stored_once() {
    let Some(backend) = Postgres::fresh().await else { return };
    let change = of(1, [task(1, "a").says("x")]);
    let first = commit(backend.store(), &change).await;
    assert_eq!(commit(backend.store(), &change).await, first, "whoever lost the answer may ask again");
    assert_eq!(feed(backend.store()).await.len(), 1);
}

#[tokio::test]
async fn cc08_a_table_that_is_gone_is_damage() {
    let Some(backend) = Postgres::fresh().await else { return };
    sql(&backend, "DROP TABLE orchestration_tasks").await;
    assert!(matches!(backend.store().records(Selection::All).await, Err(StoreError::Damaged { .. })));
    let change = of(2, [task(2, "b").says("x")]);
    assert!(matches!(backend.store().commit(&change).await, Err(StoreError::Damaged { .. })));
}

#[tokio::test]
async fn db13_damage_is_found() {
    let Some(backend) = Postgres::fresh().await else { return };
    commit(backend.store(), &of(1, [task(1, "a").says("x")])).await;
    backend.store().verify().await.expect("it holds together");
    // Only the owner of the tables can do this, and only on purpose.
    sql(&backend, "ALTER TABLE orchestration_blobs DISABLE TRIGGER USER; UPDATE orchestration_blobs SET bytes = 'y'")
        .await;
    match backend.store().verify().await {
        Err(StoreError::Damaged { detail, .. }) => assert!(detail.contains("1 texts that differ"), "{detail}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_id_in_capitals_is_the_same_id() {
    let Some(backend) = Postgres::fresh().await else { return };
    let upper = "INSERT INTO orchestration_tasks (id) VALUES ('00000000-0000-0000-0000-0000000000FF')";
    sql(&backend, upper).await;
    assert_eq!(record(backend.store(), id(255)).await.row_version, 1);
}

#[tokio::test]
async fn numbers_that_json_does_not_have_are_refused() {
    let Some(backend) = Postgres::fresh().await else { return };
    for number in ["NaN", "Infinity", "-Infinity"] {
        refused(&backend, &format!("INSERT INTO orchestration_tasks (progress) VALUES ('{number}')"), "progress").await;
    }
}

#[tokio::test]
async fn a_server_ends_with_the_tests_that_it_was_started_for() {
    const ALONE: &str = "STORY_SERVER";
    let Some(cluster) = Cluster::get().filter(|cluster| cluster.is_ours()) else { return };
    if std::env::var_os(ALONE).is_some() {
        writeln!(std::io::stderr(), "{}", cluster.database(None).await).expect("it can be said");
        std::process::abort();
    }
    let name =
        format!("{}::{}", module_path!().split_once("::").expect("a crate and a module").1, "a_server_ends_with");
    let tests = std::env::current_exe().expect("tests have a file");
    let child = Command::new(tests).args([&name, "--nocapture"]).env(ALONE, "yes").output().expect("a process starts");
    assert!(!child.status.success(), "it was cut off");
    let said = String::from_utf8_lossy(&child.stderr);
    let folder = said.lines().find_map(|line| line.split_once("?host=")).expect("it said where its server is").1;
    let since = Instant::now();
    while Path::new(folder).exists() {
        assert!(since.elapsed() < Duration::from_secs(60), "{folder} is left behind");
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn hx30_names_of_others_do_not_catch_what_the_triggers_write() {
    let Some(backend) = Postgres::fresh().await else { return };
    commit(backend.store(), &of(1, [task(1, "a").says("x")])).await;
    let schema = backend.ask("SELECT current_schema()").await;
    sql(
        &backend,
        &format!(
            "CREATE TEMP TABLE orchestration_events (LIKE {schema}.orchestration_events); \
             CREATE TEMP TABLE orchestration_projects AS SELECT * FROM {schema}.orchestration_projects; \
             CREATE SCHEMA evil; CREATE TABLE evil.orchestration_revisions (LIKE {schema}.orchestration_revisions); \
             CREATE FUNCTION evil.orchestration_word(text, boolean, text, jsonb) RETURNS text LANGUAGE sql \
             AS $$ SELECT 'evil' $$; \
             SET search_path = pg_temp, evil, {schema}, pg_catalog; \
             UPDATE {schema}.orchestration_tasks SET title = 'T'; \
             RESET search_path; DROP TABLE pg_temp.orchestration_events, pg_temp.orchestration_projects"
        ),
    )
    .await;
    let events = feed(backend.store()).await;
    assert_eq!((events.len(), events[1].event_type.as_str()), (2, "orchestration.task.updated"));
    assert_eq!(record(backend.store(), id(1)).await.patches.len(), 1);
}

#[tokio::test]
async fn whoever_opens_a_database_waits_for_nobody_who_writes() {
    let Some(backend) = Postgres::fresh().await else { return };
    commit(backend.store(), &of(1, [task(1, "a").says("x")])).await;
    let mut writer = outside(backend.url()).await;
    let write = "BEGIN; UPDATE orchestration_tasks SET title = 'T'; SET CONSTRAINTS ALL IMMEDIATE";
    writer.execute(write).await.expect("it runs, and holds the counter of the feed");
    let store = PostgresStore::create(server(backend.url()), &project()).await.expect("it opens");
    assert_eq!(store.head().await.expect("there is a project").cursor.seq, 1);
    writer.execute("COMMIT").await.expect("nothing stands against it");
    assert_eq!(store.head().await.expect("there is a project").cursor.seq, 2);
}
