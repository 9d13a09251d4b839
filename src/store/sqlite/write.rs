//! Writes blobs, revisions, documents and what was left on disk, each over as many rows as there are.

use std::sync::LazyLock;

use sqlx::sqlite::SqliteConnection;

use super::bulk::Bulk;
use crate::model::{CloneId, Digest, EntityId};
use crate::store::cells::{self, Cells as _, Laid, Newest, REPLACE_STATE};
use crate::store::entry::Entry;
use crate::store::{Acknowledged, Bytes, ChangeSet, MovedSprint, SyncState};

static BLOBS: LazyLock<Bulk> = LazyLock::new(|| Bulk::into(&cells::BLOBS, " ON CONFLICT DO NOTHING"));

static REVISIONS: LazyLock<Bulk> = LazyLock::new(|| Bulk::into(&cells::REVISIONS, ""));

static REVISION_DOCUMENTS: LazyLock<Bulk> = LazyLock::new(|| Bulk::into(&cells::REVISION_DOCUMENTS, ""));

static FORGET_DOCUMENTS: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::around("DELETE FROM orchestration_documents WHERE entity_id IN (", 1, ")"));

static DOCUMENTS: LazyLock<Bulk> = LazyLock::new(|| Bulk::into(&cells::DOCUMENTS, ""));

static FORGET_STATE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around("DELETE FROM orchestration_sync_state WHERE (clone_id, entity_id, role, name) IN (", 4, ")")
});

const MOVE_STATE: &str = "UPDATE orchestration_sync_state SET file_path = ?4 || substr(file_path, length(?3) + 1) \
     WHERE clone_id = ?1 AND sprint_id = ?2 AND substr(file_path, 1, length(?3) + 1) = ?3 || '/'";

static STATE: LazyLock<Bulk> = LazyLock::new(|| Bulk::into(&cells::STATE, REPLACE_STATE));

/// Stores bytes; those that are stored already stay.
pub(super) async fn blobs(connection: &mut SqliteConnection, blobs: &[(Digest, Bytes)]) -> sqlx::Result<()> {
    BLOBS.run(connection, blobs, cells::blob).await
}

/// Writes one new revision per entry, with its documents.
pub(super) async fn revisions(
    connection: &mut SqliteConnection,
    changes: &ChangeSet,
    entries: &[Entry<'_>],
    at: &str,
) -> sqlx::Result<()> {
    REVISIONS.run(connection, entries, |entry, binds| cells::revision(changes, entry, at, binds)).await?;
    let laid = entries.iter().flat_map(|entry| entry.change.documents.iter().map(|d| (entry.change.id, entry.n, d)));
    revision_documents(connection, &laid.collect::<Vec<_>>()).await
}

/// Adds documents to revisions, each by entity and number.
pub(super) async fn revision_documents(connection: &mut SqliteConnection, laid: &[Laid<'_>]) -> sqlx::Result<()> {
    REVISION_DOCUMENTS.run(connection, laid, cells::revision_document).await
}

/// Makes the documents of the new revisions the newest ones.
pub(super) async fn documents(connection: &mut SqliteConnection, entries: &[Entry<'_>]) -> sqlx::Result<()> {
    let changed: Vec<EntityId> = entries.iter().filter(|e| !e.is_new).map(|e| e.change.id).collect();
    let heads = entries.iter().flat_map(|e| e.change.documents.iter().map(|d| (e.change.id, e.change.revision, d)));
    head_documents(connection, &changed, &heads.collect::<Vec<_>>()).await
}

/// Replaces the newest documents of some entities.
pub(super) async fn head_documents(
    connection: &mut SqliteConnection,
    replaced: &[EntityId],
    heads: &[Newest<'_>],
) -> sqlx::Result<()> {
    FORGET_DOCUMENTS.run(connection, replaced, |id, binds| binds.text(id)).await?;
    DOCUMENTS.run(connection, heads, cells::document).await
}

/// Writes what a clone left on disk and forgets what it dropped.
pub(super) async fn sync_state(
    connection: &mut SqliteConnection,
    clone: CloneId,
    state: &Acknowledged,
) -> sqlx::Result<()> {
    FORGET_STATE
        .run(connection, &state.dropped, |(id, key), binds| {
            binds.text(clone).text(id).text(key.role.word()).text(&key.name)
        })
        .await?;
    for MovedSprint { sprint, from, to } in &state.moved {
        let query = sqlx::query(MOVE_STATE).bind(clone.to_string()).bind(sprint.to_string());
        query.bind(from.to_string()).bind(to.to_string()).execute(&mut *connection).await?;
    }
    let mut left: Vec<&SyncState> = state.left.iter().collect();
    left.sort_unstable_by(|a, b| (a.entity, &a.key).cmp(&(b.entity, &b.key)));
    STATE.run(connection, &left, |left, binds| cells::state(clone, left, binds)).await
}
