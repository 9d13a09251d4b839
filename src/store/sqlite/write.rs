//! Writes blobs, revisions, documents and what was left on disk, each over as many rows as there are.

use std::sync::LazyLock;

use sqlx::sqlite::SqliteConnection;

use super::bulk::Bulk;
use crate::model::{CloneId, Digest, DocumentVersion, EntityId, RevisionId};
use crate::store::entry::Entry;
use crate::store::{Acknowledged, Bytes, ChangeSet, MovedSprint, SyncState};

static BLOBS: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::insert("orchestration_blobs", &["sha256", "bytes"], " ON CONFLICT DO NOTHING"));

static REVISIONS: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = [
        "entity_id",
        "n",
        "id",
        "parent",
        "tracking_hash",
        "author",
        "source",
        "clone_id",
        "correlation_id",
        "created_at",
    ];
    Bulk::insert("orchestration_revisions", &columns, "")
});

static REVISION_DOCUMENTS: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = ["entity_id", "role", "name", "canonical", "n", "blob", "file_path"];
    Bulk::insert("orchestration_revision_documents", &columns, "")
});

static FORGET_DOCUMENTS: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::around("DELETE FROM orchestration_documents WHERE entity_id IN (", 1, ")"));

static DOCUMENTS: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = ["entity_id", "role", "name", "head_revision", "blob", "canonical", "file_path"];
    Bulk::insert("orchestration_documents", &columns, "")
});

static FORGET_STATE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around("DELETE FROM orchestration_sync_state WHERE (clone_id, entity_id, role, name) IN (", 4, ")")
});

const MOVE_STATE: &str = "UPDATE orchestration_sync_state SET file_path = ?4 || substr(file_path, length(?3) + 1) \
     WHERE clone_id = ?1 AND sprint_id = ?2 AND substr(file_path, 1, length(?3) + 1) = ?3 || '/'";

static STATE: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = [
        "clone_id",
        "entity_id",
        "role",
        "name",
        "revision",
        "raw",
        "blob",
        "canonical",
        "head",
        "file_path",
        "sprint_id",
    ];
    let tail = " ON CONFLICT (clone_id, entity_id, role, name) DO UPDATE SET revision = excluded.revision, \
         raw = excluded.raw, blob = excluded.blob, canonical = excluded.canonical, head = excluded.head, \
         file_path = excluded.file_path, sprint_id = excluded.sprint_id";
    Bulk::insert("orchestration_sync_state", &columns, tail)
});

/// Stores bytes; those that are stored already stay.
pub(super) async fn blobs(connection: &mut SqliteConnection, blobs: &[(Digest, Bytes)]) -> sqlx::Result<()> {
    BLOBS.run(connection, blobs, |(digest, bytes), binds| binds.digest(digest).push(bytes.to_vec())).await
}

/// Writes one new revision per entry, with its documents.
pub(super) async fn revisions(
    connection: &mut SqliteConnection,
    changes: &ChangeSet,
    entries: &[Entry<'_>],
    at: &str,
) -> sqlx::Result<()> {
    REVISIONS
        .run(connection, entries, |entry, binds| {
            let Entry { change, n, parent, tracking, .. } = entry;
            let binds = binds.text(change.id).push(*n).text(change.revision).maybe(*parent).text(tracking);
            let binds = binds.text(&changes.actor).push(change.source.word()).text(changes.clone);
            binds.text(changes.correlation).text(at)
        })
        .await?;
    let laid = entries.iter().flat_map(|entry| entry.change.documents.iter().map(|d| (entry.change.id, entry.n, d)));
    revision_documents(connection, &laid.collect::<Vec<_>>()).await
}

/// Adds documents to revisions, each by entity and number.
pub(super) async fn revision_documents(
    connection: &mut SqliteConnection,
    laid: &[(EntityId, i64, &DocumentVersion)],
) -> sqlx::Result<()> {
    REVISION_DOCUMENTS
        .run(connection, laid, |(id, n, document), binds| {
            let binds = binds.text(id).push(document.key.role.word()).text(&document.key.name);
            binds.digest(&document.canonical).push(*n).digest(&document.blob).text(&document.path)
        })
        .await
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
    heads: &[(EntityId, RevisionId, &DocumentVersion)],
) -> sqlx::Result<()> {
    FORGET_DOCUMENTS.run(connection, replaced, |id, binds| binds.text(id)).await?;
    DOCUMENTS
        .run(connection, heads, |(id, revision, document), binds| {
            let binds = binds.text(id).push(document.key.role.word()).text(&document.key.name).text(revision);
            binds.digest(&document.blob).digest(&document.canonical).text(&document.path)
        })
        .await
}

/// Writes what a clone left on disk and forgets what it dropped.
pub(super) async fn sync_state(
    connection: &mut SqliteConnection,
    clone: CloneId,
    state: &Acknowledged,
) -> sqlx::Result<()> {
    FORGET_STATE
        .run(connection, &state.dropped, |(id, key), binds| {
            binds.text(clone).text(id).push(key.role.word()).text(&key.name)
        })
        .await?;
    for MovedSprint { sprint, from, to } in &state.moved {
        let query = sqlx::query(MOVE_STATE).bind(clone.to_string()).bind(sprint.to_string());
        query.bind(from.to_string()).bind(to.to_string()).execute(&mut *connection).await?;
    }
    let mut left: Vec<&SyncState> = state.left.iter().collect();
    left.sort_unstable_by(|a, b| (a.entity, &a.key).cmp(&(b.entity, &b.key)));
    STATE
        .run(connection, &left, |state, binds| {
            let SyncState { entity, key, path, sprint, revision, left, head } = state;
            let binds = binds.text(clone).text(entity).push(key.role.word()).text(&key.name).text(revision);
            let binds = binds.maybe_digest(left.map(|left| left.raw)).maybe_digest(left.map(|left| left.blob));
            binds.maybe_digest(left.map(|left| left.canonical)).maybe(head.as_ref()).text(path).maybe(*sprint)
        })
        .await
}
