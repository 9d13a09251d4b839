//! Reads what was: revisions and what is known of texts, events, conflicts, finished attempts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlx::postgres::PgRow;

use super::connections::Connections;
use super::script::{Bulk, Literal, Place, Row, Script};
use crate::model::{Conflict, ConflictState, Cursor, DocumentVersion, EntityId, Event, Revision, RunId};
use crate::store::answer::{Answer as _, document, json, parsed};
use crate::store::cells::{Cells as _, half};
use crate::store::entry::Outcome;
use crate::store::reading::{self, CONFLICT, EVENT, REVISION, answers, halves, state_word};
use crate::store::{Committed, KnownAnswer, KnownQuestion, StoreError};

/// Of several revisions, the newest answers.
pub(super) static KNOWN: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "SELECT DISTINCT ON (w.at) w.at, d.n, r.id, d.blob, d.canonical FROM ",
        &["at", "entity_id", "role", "name", "low", "high"],
        " JOIN orchestration_revision_documents d ON d.entity_id = w.entity_id AND d.role = w.role \
         AND d.name = w.name AND d.canonical BETWEEN w.low AND w.high \
         JOIN orchestration_revisions r ON r.entity_id = d.entity_id AND r.n = d.n ORDER BY w.at, d.n DESC",
    )
});

/// The oldest of the revisions that each entity's documents name.
const OLDEST: &str = " JOIN orchestration_revision_documents d ON d.entity_id = w.entity_id AND d.role = w.role \
     AND d.name = w.name AND d.canonical BETWEEN w.low AND w.high GROUP BY w.at, w.entity_id), \
     oldest AS (SELECT entity_id, min(n) AS n FROM named GROUP BY entity_id)";

/// Every later revision than the oldest that an entity's documents name.
pub(super) static LATER: LazyLock<Bulk> = LazyLock::new(|| {
    after_oldest(&format!(
        "SELECT {REVISION} FROM oldest o \
         JOIN orchestration_revisions r ON r.entity_id = o.entity_id AND r.n > o.n ORDER BY r.entity_id, r.n"
    ))
});

/// The documents of those.
pub(super) static LATER_DOCUMENTS: LazyLock<Bulk> = LazyLock::new(|| {
    after_oldest(
        "SELECT d.role, d.name, d.file_path, d.blob, d.canonical, d.entity_id, d.n FROM oldest o \
         JOIN orchestration_revision_documents d ON d.entity_id = o.entity_id AND d.n > o.n \
         ORDER BY d.entity_id, d.n, d.role, d.name",
    )
});

fn after_oldest(select: &str) -> Bulk {
    Bulk::around(
        "WITH named AS (SELECT w.entity_id, max(d.n) AS n FROM ",
        &["at", "entity_id", "role", "name", "low", "high"],
        &format!("{OLDEST} {select}"),
    )
}

static REVISIONS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        &format!("SELECT {REVISION} FROM "),
        &["entity_id", "n"],
        " JOIN orchestration_revisions r ON r.entity_id = w.entity_id AND r.n > w.n ORDER BY r.entity_id, r.n",
    )
});

static REVISION_DOCUMENTS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "SELECT d.role, d.name, d.file_path, d.blob, d.canonical, d.entity_id, d.n FROM ",
        &["entity_id", "n"],
        " JOIN orchestration_revision_documents d ON d.entity_id = w.entity_id AND d.n > w.n \
         ORDER BY d.entity_id, d.n, d.role, d.name",
    )
});

/// What an attempt left behind.
pub(super) const OUTCOME: &str = "SELECT outcome FROM sync_runs WHERE id = $1::uuid";

/// The tracking hashes of the revisions that an attempt made.
pub(super) const TRACKING: &str = "SELECT r.entity_id, r.tracking_hash FROM sync_runs s \
     CROSS JOIN jsonb_array_elements(s.outcome -> 'versions') v \
     JOIN orchestration_revisions r ON r.entity_id = (v ->> 0)::uuid AND r.n = (v ->> 1)::bigint \
     WHERE s.id = $1::uuid ORDER BY r.entity_id";

/// Tells which stored revisions each question names.
pub(super) async fn known(
    connections: &Connections,
    questions: &[KnownQuestion],
) -> Result<Vec<KnownAnswer>, StoreError> {
    let mut script = Script::default();
    let Some(place) = script.over(&KNOWN, &halves(questions), half) else {
        return Ok(vec![KnownAnswer::default(); questions.len()]);
    };
    let rows = connections.ask("look up texts", script).await?.take(place);
    answers(questions, &rows).map_err(connections.server().failed("look up texts"))
}

/// The revisions of each entity after the number beside it, ordered by entity and number.
pub(super) async fn revisions(
    connections: &Connections,
    after: &[(EntityId, i64)],
) -> Result<Vec<Revision>, StoreError> {
    if after.is_empty() {
        return Ok(Vec::new());
    }
    let bind = |(id, n): &(EntityId, i64), row: Row| row.text(id).number(*n);
    let mut script = Script::default();
    let (revisions, documents) = (script.over(&REVISIONS, after, bind), script.over(&REVISION_DOCUMENTS, after, bind));
    let mut answers = connections.ask("read revisions", script).await?;
    let (rows, laid) = (answers.maybe_take(revisions), answers.maybe_take(documents));
    let read = by_revision(&laid).and_then(|documents| reading::revisions(&rows, documents));
    read.map_err(connections.server().failed("read revisions"))
}

/// Documents by the revision that they are part of.
pub(super) fn by_revision(rows: &[PgRow]) -> sqlx::Result<BTreeMap<(EntityId, i64), Vec<DocumentVersion>>> {
    let mut documents: BTreeMap<_, Vec<DocumentVersion>> = BTreeMap::new();
    for row in rows {
        documents.entry((parsed(row, 5)?, row.number(6)?)).or_default().push(document(row, 0)?);
    }
    Ok(documents)
}

/// Events of the epoch of `after` that come after it.
pub(super) async fn events(connections: &Connections, after: Cursor, limit: usize) -> Result<Vec<Event>, StoreError> {
    let mut script = Script::default();
    let place = events_after(&mut script, after, limit);
    let rows = connections.ask("read events", script).await?.take(place);
    let read = rows.iter().map(reading::event).collect::<sqlx::Result<_>>();
    read.map_err(connections.server().failed("read events"))
}

/// Asks for them.
pub(super) fn events_after(script: &mut Script, after: Cursor, limit: usize) -> Place {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    script.add(
        &format!("SELECT {EVENT} FROM orchestration_events WHERE seq > $1 AND epoch = $2::uuid ORDER BY seq LIMIT $3"),
        &[Literal::number(after.seq), Literal::text(after.epoch), Literal::number(limit)],
    )
}

/// Conflicts, newest first.
pub(super) async fn conflicts(
    connections: &Connections,
    state: Option<ConflictState>,
) -> Result<Vec<Conflict>, StoreError> {
    let mut script = Script::default();
    let place = script.add(
        &format!("SELECT {CONFLICT} FROM orchestration_conflicts WHERE state = coalesce($1, state) ORDER BY seq DESC"),
        &[Literal::maybe(state.map(state_word))],
    );
    let rows = connections.ask("read conflicts", script).await?.take(place);
    let read = rows.iter().map(reading::conflict).collect::<sqlx::Result<_>>();
    read.map_err(connections.server().failed("read conflicts"))
}

/// What the attempt `run` left behind, if it was committed.
pub(super) async fn committed(connections: &Connections, run: RunId) -> Result<Option<Committed>, StoreError> {
    let mut script = Script::default();
    let (outcome, tracking) = (script.add(OUTCOME, &[Literal::text(run)]), script.add(TRACKING, &[Literal::text(run)]));
    let mut answers = connections.ask("look up a commit", script).await?;
    let read = finished(&answers.take(outcome), &answers.take(tracking));
    read.map_err(connections.server().failed("look up a commit"))
}

/// From the answers to [`OUTCOME`] and [`TRACKING`].
pub(super) fn finished(outcome: &[PgRow], tracking: &[PgRow]) -> sqlx::Result<Option<Committed>> {
    let Some(row) = outcome.first() else { return Ok(None) };
    let outcome: Outcome = json(row, 0)?;
    let tracking = tracking.iter().map(|row| Ok((parsed(row, 0)?, parsed(row, 1)?))).collect::<sqlx::Result<_>>()?;
    Ok(Some(outcome.with_tracking(tracking)))
}
