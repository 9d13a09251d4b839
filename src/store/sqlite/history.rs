//! Reads what was: revisions, events, conflicts, finished attempts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::bulk::{Binds, Bulk};
use super::read::patch;
use super::row::{document, document_key, get, json, maybe_digest, maybe_parsed, parsed, text, word};
use crate::model::{
    Actor, Conflict, ConflictKind, ConflictState, Cursor, DocumentVersion, EntityId, EntityKind, EntityRef, Event,
    NewConflict, Patch, Revision, RunId, Source,
};
use crate::store::entry::Outcome;
use crate::store::tracking::patch_hash;
use crate::store::{Committed, tracking_hash};

const EVENTS: &str = "SELECT seq, epoch, event_id, event_type, entity_type, entity_id, correlation_id, causation_id, \
     session_key, actor, payload, emitted_at FROM orchestration_events WHERE seq > ? AND epoch = ? ORDER BY seq LIMIT ?";

const CONFLICTS: &str = "SELECT id, kind, entity_id, role, name, file_path, field, base_value, file_value, row_value, kept, \
     state, row_author, created_at, resolved_at, resolved_by, resolution, clone_id \
     FROM orchestration_conflicts WHERE state = coalesce(?, state) ORDER BY seq DESC";

const RUN: &str = "SELECT outcome FROM sync_runs WHERE id = ?";

static REVISIONS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "WITH wanted (entity_id, n) AS (",
        2,
        ") SELECT r.n, r.id, r.parent, r.tracking_hash, r.patch, r.author, r.source, r.clone_id, r.correlation_id, \
         r.created_at, r.entity_id FROM wanted w \
         CROSS JOIN orchestration_revisions r ON r.entity_id = w.entity_id AND r.n > w.n ORDER BY r.entity_id, r.n",
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
    let bind = |(id, n): &(EntityId, i64), binds: Binds| binds.text(id).push(*n);
    let mut documents: BTreeMap<(EntityId, i64), Vec<DocumentVersion>> = BTreeMap::new();
    for row in REVISION_DOCUMENTS.fetch(connection, after, bind).await? {
        documents.entry((parsed(&row, 0)?, get(&row, 1)?)).or_default().push(document(&row, 2)?);
    }
    documents.values_mut().for_each(|of_one| of_one.sort_unstable_by(|a, b| a.key.cmp(&b.key)));
    let rows = REVISIONS.fetch(connection, after, bind).await?;
    let mut found: Vec<Revision> = rows.iter().map(|row| revision(row, &mut documents)).collect::<sqlx::Result<_>>()?;
    found.sort_by_key(|revision| (revision.entity, revision.n));
    Ok(found)
}

fn revision(
    row: &SqliteRow,
    documents: &mut BTreeMap<(EntityId, i64), Vec<DocumentVersion>>,
) -> sqlx::Result<Revision> {
    let (n, entity) = (get(row, 0)?, parsed(row, 10)?);
    let patch: Option<Patch> = text(row, 4)?.map(|_| patch(row, 4)).transpose()?;
    let created_at = parsed(row, 9)?;
    let computed = || patch.as_ref().map(|patch| tracking_hash(entity, created_at, patch_hash(patch)));
    Ok(Revision {
        id: parsed(row, 1)?,
        entity,
        n,
        parent: maybe_parsed(row, 2)?,
        tracking: match maybe_parsed(row, 3)?.or_else(computed) {
            Some(tracking) => tracking,
            None => return Err(sqlx::Error::Decode("a revision has neither hash nor patch".into())),
        },
        documents: documents.remove(&(entity, n)).or_else(|| patch.is_none().then(Vec::new)),
        patch,
        actor: Actor::new(&text(row, 5)?.unwrap_or_default()),
        source: word(row, 6, Source::from_word)?,
        clone: maybe_parsed(row, 7)?,
        correlation: maybe_parsed(row, 8)?,
        created_at,
    })
}

/// Events of the epoch of `after` that come after it.
pub(super) async fn events(connection: &mut SqliteConnection, after: Cursor, limit: usize) -> sqlx::Result<Vec<Event>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let query = sqlx::query(EVENTS).bind(after.seq).bind(after.epoch.to_string()).bind(limit);
    query.fetch_all(connection).await?.iter().map(event).collect()
}

fn event(row: &SqliteRow) -> sqlx::Result<Event> {
    let kind = get::<Option<&str>>(row, 4)?.and_then(EntityKind::from_word);
    let id = maybe_parsed(row, 5)?;
    Ok(Event {
        seq: get(row, 0)?,
        epoch: parsed(row, 1)?,
        event_id: parsed(row, 2)?,
        event_type: get(row, 3)?,
        entity: kind.zip(id).map(|(kind, id)| EntityRef { kind, id }),
        correlation_id: maybe_parsed(row, 6)?,
        causation_id: maybe_parsed(row, 7)?,
        session_key: get(row, 8)?,
        actor: Actor::new(&text(row, 9)?.unwrap_or_default()),
        payload: json(row, 10)?,
        emitted_at: parsed(row, 11)?,
    })
}

/// Conflicts, newest first.
pub(super) async fn conflicts(
    connection: &mut SqliteConnection,
    state: Option<ConflictState>,
) -> sqlx::Result<Vec<Conflict>> {
    let rows = sqlx::query(CONFLICTS).bind(state.map(state_word)).fetch_all(connection).await?;
    rows.iter().map(conflict).collect()
}

/// The word of a state in SQL.
pub(super) const fn state_word(state: ConflictState) -> &'static str {
    match state {
        ConflictState::Open => "open",
        ConflictState::Resolved => "resolved",
    }
}

fn conflict(row: &SqliteRow) -> sqlx::Result<Conflict> {
    let state =
        |text: &str| [ConflictState::Open, ConflictState::Resolved].into_iter().find(|s| state_word(*s) == text);
    let actor = |index| -> sqlx::Result<Option<Actor>> { Ok(get::<Option<&str>>(row, index)?.map(Actor::new)) };
    Ok(Conflict {
        id: parsed(row, 0)?,
        what: NewConflict {
            kind: word(row, 1, ConflictKind::from_word)?,
            entity: maybe_parsed(row, 2)?,
            document: get::<Option<&str>>(row, 3)?.map(|_| document_key(row, 3)).transpose()?,
            path: parsed(row, 5)?,
            field: get(row, 6)?,
            base: get(row, 7)?,
            file: get(row, 8)?,
            row: get(row, 9)?,
            kept: maybe_digest(row, 10)?,
        },
        state: word(row, 11, state)?,
        row_author: actor(12)?,
        created_at: parsed(row, 13)?,
        resolved_at: maybe_parsed(row, 14)?,
        resolved_by: actor(15)?,
        resolution: get(row, 16)?,
        clone: maybe_parsed(row, 17)?,
    })
}

/// What the attempt `run` left behind, if it was committed.
pub(super) async fn committed(connection: &mut SqliteConnection, run: RunId) -> sqlx::Result<Option<Committed>> {
    let Some(row) = sqlx::query(RUN).bind(run.to_string()).fetch_optional(&mut *connection).await? else {
        return Ok(None);
    };
    let outcome: Outcome = json(&row, 0)?;
    let rows = TRACKING.fetch(connection, outcome.revisions(), |(id, n), binds| binds.text(id).push(*n)).await?;
    let tracking = rows.iter().map(|row| Ok((parsed(row, 0)?, parsed(row, 1)?))).collect::<sqlx::Result<_>>()?;
    Ok(Some(outcome.with_tracking(tracking)))
}
