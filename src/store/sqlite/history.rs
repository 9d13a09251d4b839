//! Reads what was: revisions, events, conflicts, finished attempts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

use super::bulk::{Binds, Bulk};
use crate::model::{Conflict, ConflictState, Cursor, DocumentVersion, EntityId, Event, Revision, RunId};
use crate::store::Committed;
use crate::store::answer::{Answer as _, document, json, parsed};
use crate::store::cells::Cells as _;
use crate::store::entry::Outcome;
use crate::store::reading::{self, CONFLICT, EVENT, REVISION, state_word};

static EVENTS: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT {EVENT} FROM orchestration_events WHERE seq > ? AND epoch = ? ORDER BY seq LIMIT ?")
});

static CONFLICTS: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT {CONFLICT} FROM orchestration_conflicts WHERE state = coalesce(?, state) ORDER BY seq DESC")
});

const RUN: &str = "SELECT outcome FROM sync_runs WHERE id = ?";

static REVISIONS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "WITH wanted (entity_id, n) AS (",
        2,
        &format!(
            ") SELECT {REVISION} FROM wanted w \
             CROSS JOIN orchestration_revisions r ON r.entity_id = w.entity_id AND r.n > w.n ORDER BY r.entity_id, r.n"
        ),
    )
});

static REVISION_DOCUMENTS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "WITH wanted (entity_id, n) AS (",
        2,
        ") SELECT d.entity_id, d.n, d.role, d.name, d.file_path, d.blob, d.canonical FROM wanted w \
         CROSS JOIN orchestration_revision_documents d ON d.entity_id = w.entity_id AND d.n > w.n \
         ORDER BY d.entity_id, d.n, d.role, d.name",
    )
});

static TRACKING: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "SELECT entity_id, tracking_hash FROM orchestration_revisions WHERE (entity_id, n) IN (",
        2,
        ") ORDER BY entity_id",
    )
});

/// The revisions of each entity after the number beside it, ordered by entity and number.
pub(super) async fn revisions(
    connection: &mut SqliteConnection,
    after: &[(EntityId, i64)],
) -> sqlx::Result<Vec<Revision>> {
    let bind = |(id, n): &(EntityId, i64), binds: Binds| binds.text(id).number(*n);
    let mut documents: BTreeMap<(EntityId, i64), Vec<DocumentVersion>> = BTreeMap::new();
    for row in REVISION_DOCUMENTS.fetch(connection, after, bind).await? {
        documents.entry((parsed(&row, 0)?, row.number(1)?)).or_default().push(document(&row, 2)?);
    }
    let rows = REVISIONS.fetch(connection, after, bind).await?;
    reading::revisions(&rows, documents)
}

/// Events of the epoch of `after` that come after it.
pub(super) async fn events(connection: &mut SqliteConnection, after: Cursor, limit: usize) -> sqlx::Result<Vec<Event>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let query = sqlx::query(AssertSqlSafe(EVENTS.as_str())).bind(after.seq).bind(after.epoch.to_string()).bind(limit);
    query.fetch_all(connection).await?.iter().map(reading::event).collect()
}

/// Conflicts, newest first.
pub(super) async fn conflicts(
    connection: &mut SqliteConnection,
    state: Option<ConflictState>,
) -> sqlx::Result<Vec<Conflict>> {
    let rows = sqlx::query(AssertSqlSafe(CONFLICTS.as_str())).bind(state.map(state_word)).fetch_all(connection).await?;
    rows.iter().map(reading::conflict).collect()
}

/// What the attempt `run` left behind, if it was committed.
pub(super) async fn committed(connection: &mut SqliteConnection, run: RunId) -> sqlx::Result<Option<Committed>> {
    let Some(row) = sqlx::query(RUN).bind(run.to_string()).fetch_optional(&mut *connection).await? else {
        return Ok(None);
    };
    let outcome: Outcome = json(&row, 0)?;
    let rows = TRACKING.fetch(connection, outcome.revisions(), |(id, n), binds| binds.text(id).number(*n)).await?;
    let tracking = rows.iter().map(|row| Ok((parsed(row, 0)?, parsed(row, 1)?))).collect::<sqlx::Result<_>>()?;
    Ok(Some(outcome.with_tracking(tracking)))
}
