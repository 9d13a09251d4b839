//! One change set, one transaction: what stands is compared first, then everything is written, then it is durable.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::error::is_certainly_undone;
use super::place::Place;
use super::read::json_list;
use super::{follow, news, upsert, write};
use crate::model::{CloneId, EntityId};
use crate::store::column::{TABLES, Table, sprint_column};
use crate::store::entry::{Outcome, Standing, committed, entries};
use crate::store::laid::Refused;
use crate::store::reading;
use crate::store::tracking::written;
use crate::store::{Acknowledged, ChangeSet, Committed, StoreError};

/// A commit is durable whatever the connection did before.
///
/// Whoever opens the database reads its log first, so the log is kept short, in pages.
const DURABLE: &str = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 250";

/// Moves the log into the file and makes it empty; what others still read stays.
const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// A commit of so many bytes of text leaves a long log behind.
const LARGE: usize = 1 << 20;

const LAZY: &str = "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0";

/// Waits for other writers at once; a lock that is taken late cannot wait.
const BEGIN: &str = "BEGIN IMMEDIATE";

const OPEN_CONTEXT: &str = "UPDATE orchestration_context SET handled = 1, actor = ?, correlation_id = ?";

const CLOSE_CONTEXT: &str = "UPDATE orchestration_context SET handled = 0, actor = NULL, correlation_id = NULL";

const SEEN: &str = "INSERT INTO orchestration_clones (id, first_seen_at, last_seen_at) VALUES (?1, ?2, ?2) \
     ON CONFLICT (id) DO UPDATE SET last_seen_at = excluded.last_seen_at";

const KNOWN_CLONE: &str = "INSERT INTO orchestration_clones (id, first_seen_at, last_seen_at) \
     SELECT ?1, now, now FROM (SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z' AS now) WHERE true \
     ON CONFLICT DO NOTHING";

const RUN: &str = "INSERT INTO sync_runs (id, clone_id, correlation_id, actor, committed_at, outcome) \
     VALUES (?, ?, ?, ?, ?, ?)";

/// An answer can be lost for minutes, not for a thousand commits.
const FORGET_RUNS: &str = "DELETE FROM sync_runs WHERE seq <= (SELECT max(seq) FROM sync_runs) - 1000";

/// What stands of some entities, whatever they are.
static STANDING: LazyLock<String> = LazyLock::new(|| {
    let one = |table: &Table| {
        format!(
            "SELECT id, row_version, head_revision, {code}, {sprint}, deleted_at IS NULL, file_path FROM {name} \
             WHERE id IN (SELECT value FROM json_each(?1))",
            code = table.code,
            sprint = sprint_column(table),
            name = table.name,
        )
    };
    format!("{} ORDER BY 1", TABLES.map(one).join(" UNION ALL "))
});

/// Stores `changes`, durably, or nothing.
pub(super) async fn commit(
    place: &Place,
    connection: &mut SqliteConnection,
    changes: &ChangeSet,
) -> Result<Committed, StoreError> {
    let failed = place.failed("store changes");
    connection.execute(DURABLE).await.map_err(&failed)?;
    let mut transaction = connection.begin_with(BEGIN).await.map_err(&failed)?;
    match write(&mut transaction, changes).await {
        Ok(committed) => match transaction.commit().await {
            Ok(()) => {
                if changes.blobs.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > LARGE {
                    let _ = connection.execute(EMPTY_LOG).await;
                }
                Ok(committed)
            }
            Err(error) if is_certainly_undone(&error) => Err(failed(error)),
            Err(_) => Err(StoreError::Unknown { location: place.location(), run: changes.run }),
        },
        Err(Refused::Stale(ids)) => Err(StoreError::Stale(ids)),
        Err(Refused::Sql(error)) => Err(failed(error)),
    }
}

async fn write(connection: &mut SqliteConnection, changes: &ChangeSet) -> Result<Committed, Refused> {
    let at = written(changes.at);
    let context = sqlx::query(OPEN_CONTEXT).bind(changes.actor.to_string());
    context.bind(changes.correlation.to_string()).execute(&mut *connection).await?;
    sqlx::query(SEEN).bind(changes.clone.to_string()).bind(&at).execute(&mut *connection).await?;

    let standing = standing(connection, changes).await?;
    let entries = entries(changes, &standing).map_err(Refused::Stale)?;
    let news = news::conflicts(connection, changes, &at).await?;

    write::blobs(connection, &changes.blobs).await?;
    follow::leave_places(connection, &entries).await?;
    follow::move_below_sprints(connection, &entries).await?;
    upsert::rows(connection, &entries, &at).await?;
    write::revisions(connection, changes, &entries, &at).await?;
    write::documents(connection, &entries).await?;
    follow::materialise(connection, &changes.materialised).await?;
    write::sync_state(connection, changes.clone, &changes.sync_state).await?;
    let cursor = news::events(connection, changes, &news, &at).await?;

    let committed = committed(cursor, &entries, changes, &news);
    remember(connection, changes, &committed, at).await?;
    connection.execute(CLOSE_CONTEXT).await?;
    Ok(committed)
}

async fn standing(
    connection: &mut SqliteConnection,
    changes: &ChangeSet,
) -> sqlx::Result<BTreeMap<EntityId, Standing>> {
    let ids = json_list(changes.entities.iter().map(|change| change.id));
    let rows = sqlx::query(AssertSqlSafe(STANDING.as_str())).bind(ids).fetch_all(connection).await?;
    rows.iter().map(reading::standing).collect()
}

async fn remember(
    connection: &mut SqliteConnection,
    changes: &ChangeSet,
    committed: &Committed,
    at: String,
) -> sqlx::Result<()> {
    let outcome = serde_json::to_string(&Outcome::of(committed)).expect("ids and numbers are JSON");
    let run = sqlx::query(RUN).bind(changes.run.to_string()).bind(changes.clone.to_string());
    let run = run.bind(changes.correlation.to_string()).bind(changes.actor.to_string());
    run.bind(at).bind(outcome).execute(&mut *connection).await?;
    connection.execute(FORGET_RUNS).await?;
    Ok(())
}

/// Remembers what was left on disk without waiting for the disk: what is lost is found out again.
///
/// The log is not moved into the file either, because that would wait; the next durable commit does.
pub(super) async fn acknowledge(
    connection: &mut SqliteConnection,
    clone: CloneId,
    left: &Acknowledged,
) -> sqlx::Result<()> {
    connection.execute(LAZY).await?;
    let done = acknowledge_lazily(connection, clone, left).await;
    connection.execute(DURABLE).await?;
    done
}

async fn acknowledge_lazily(
    connection: &mut SqliteConnection,
    clone: CloneId,
    left: &Acknowledged,
) -> sqlx::Result<()> {
    let mut transaction = connection.begin_with(BEGIN).await?;
    sqlx::query(KNOWN_CLONE).bind(clone.to_string()).execute(&mut *transaction).await?;
    write::sync_state(&mut transaction, clone, left).await?;
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::schema::create;
    use super::*;
    use crate::model::{Actor, CorrelationId, DocPath, DocumentKey, Epoch, ProjectId, RevisionId, Role, RunId};
    use crate::store::{NewProject, SyncState};

    fn empty() -> ChangeSet {
        ChangeSet {
            run: RunId::new(Uuid::nil()),
            correlation: CorrelationId::new(Uuid::nil()),
            actor: Actor::new("a"),
            clone: CloneId::new(Uuid::nil()),
            at: jiff::Timestamp::UNIX_EPOCH,
            entities: Vec::new(),
            materialised: Vec::new(),
            blobs: Vec::new(),
            conflicts: Vec::new(),
            resolved: Vec::new(),
            events: Vec::new(),
            sync_state: Acknowledged::default(),
        }
    }

    async fn setting(connection: &mut SqliteConnection, name: &str) -> i64 {
        let sql = AssertSqlSafe(format!("PRAGMA {name}"));
        sqlx::query_scalar(sql).fetch_one(connection).await.expect("settings can be read")
    }

    #[tokio::test]
    async fn an_acknowledgement_waits_for_no_disk_and_weakens_no_commit() {
        const FULL: i64 = 2;
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::new(folder.path().join("db"));
        let project = NewProject { id: ProjectId::new(Uuid::nil()), name: "p".into(), epoch: Epoch::new(Uuid::nil()) };
        let mut connection = create(&place, &project).await.expect("it is made");
        assert_eq!(setting(&mut connection, "synchronous").await, FULL);
        let left = SyncState {
            entity: EntityId::new(Uuid::nil()),
            key: DocumentKey { role: Role::Task, name: "TASK.md".into() },
            path: DocPath::new("a").expect("a good path"),
            sprint: None,
            revision: RevisionId::new(Uuid::nil()),
            left: None,
            head: None,
        };
        let left = Acknowledged { left: vec![left], ..Acknowledged::default() };
        let clone = CloneId::new(Uuid::nil());
        acknowledge(&mut connection, clone, &left).await.expect("it is written");
        assert_eq!(setting(&mut connection, "synchronous").await, FULL);
        assert!(setting(&mut connection, "wal_autocheckpoint").await > 0);

        // Whoever stops waiting for an acknowledgement in its middle leaves the connection as it is then.
        connection.execute(LAZY).await.expect("it is set");
        assert!(setting(&mut connection, "synchronous").await < FULL);
        commit(&place, &mut connection, &empty()).await.expect("it commits");
        assert_eq!(setting(&mut connection, "synchronous").await, FULL);
        assert!(setting(&mut connection, "wal_autocheckpoint").await > 0);
    }
}
