//! Reads what is: rows with their documents, stored bytes, what was left on disk.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::bulk::Bulk;
use super::row::{self, RowRecord, digest, document, document_key, get, maybe_digest, parsed};
use crate::model::{CloneId, Cursor, Digest, EntityId, Patch, Record, RevisionId};
use crate::store::column::{TABLES, Table, patch_fields};
use crate::store::{Bytes, Head, Left, Selection, SyncState};

const HEAD: &str = "SELECT id, epoch, next_event_seq - 1, \
     (SELECT count(*) FROM orchestration_sprints WHERE deleted_at IS NULL) \
     + (SELECT count(*) FROM orchestration_tasks WHERE deleted_at IS NULL) \
     + (SELECT count(*) FROM agent_profiles WHERE deleted_at IS NULL) \
     FROM orchestration_projects ORDER BY id LIMIT 1";

/// The words of roles do not sort as roles do; that is mended after reading.
const DOCUMENTS: &str = "SELECT entity_id, role, name, file_path, blob, canonical FROM orchestration_documents \
     ORDER BY entity_id, role, name";

const DOCUMENTS_OF: &str = "SELECT entity_id, role, name, file_path, blob, canonical FROM orchestration_documents \
     WHERE entity_id IN (SELECT value FROM json_each(?)) ORDER BY entity_id, role, name";

const SYNC_STATE: &str = "SELECT entity_id, role, name, file_path, revision, raw, blob, canonical, head \
     FROM orchestration_sync_state WHERE clone_id = ? ORDER BY file_path, entity_id";

const SYNC_STATE_OF: &str = "SELECT entity_id, role, name, file_path, revision, raw, blob, canonical, head \
     FROM orchestration_sync_state WHERE clone_id = ? AND entity_id IN (SELECT value FROM json_each(?)) \
     ORDER BY file_path, entity_id";

/// The patches of each entity after a number.
static PATCHES: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "WITH behind (entity_id, n) AS (",
        2,
        ") SELECT r.entity_id, r.id, r.patch FROM behind b \
         CROSS JOIN orchestration_revisions r ON r.entity_id = b.entity_id AND r.n > b.n \
         WHERE r.patch IS NOT NULL ORDER BY r.entity_id, r.n",
    )
});

static BLOBS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around("SELECT sha256, bytes FROM orchestration_blobs WHERE sha256 IN (", 1, ") ORDER BY sha256")
});

static STORED: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::around("SELECT sha256 FROM orchestration_blobs WHERE sha256 IN (", 1, ") ORDER BY sha256"));

/// Which project this is and how far its feed is.
pub(super) async fn head(connection: &mut SqliteConnection) -> sqlx::Result<Option<Head>> {
    let Some(row) = connection.fetch_optional(HEAD).await? else { return Ok(None) };
    let cursor = Cursor { epoch: parsed(&row, 1)?, seq: get(&row, 2)? };
    let live = usize::try_from(get::<i64>(&row, 3)?).unwrap_or(0);
    Ok(Some(Head { project: parsed(&row, 0)?, cursor, live }))
}

/// Rows with their documents and what was patched since, all as of one moment.
pub(super) async fn records(connection: &mut SqliteConnection, which: Selection<'_>) -> sqlx::Result<Vec<Record>> {
    let mut moment = connection.begin().await?;
    let mut found = Vec::new();
    for table in TABLES {
        let sql = AssertSqlSafe(format!("{}{} ORDER BY id", row::select(table), condition(table, which)));
        for row in sqlx::query(sql).bind(wanted(which)).fetch_all(&mut *moment).await? {
            found.push(row::record(table, &row)?);
        }
    }
    add_documents(&mut moment, &mut found, matches!(which, Selection::All)).await?;
    add_patches(&mut moment, &mut found).await?;
    moment.commit().await?;
    Ok(found.into_iter().map(|found| found.record).collect())
}

/// The condition for a selection, which is bound as one JSON list.
fn condition(table: &Table, which: Selection<'_>) -> String {
    let Table { name, code, .. } = table;
    let wanted = "(SELECT value FROM json_each(?1))";
    match which {
        Selection::All => String::new(),
        Selection::Ids(_) => format!(" WHERE id IN {wanted}"),
        // Three indexes, each for the rows of one condition, written here as they are there.
        Selection::Codes(_) => format!(
            " WHERE id IN (SELECT id FROM {name} WHERE deleted_at IS NULL AND lower({code}) IN {wanted} \
             UNION ALL SELECT id FROM {name} WHERE deleted_at IS NOT NULL AND lower({code}) IN {wanted} \
             UNION ALL SELECT id FROM {name} WHERE lower(claimed_code) <> lower({code}) \
             AND lower(claimed_code) IN {wanted})"
        ),
    }
}

fn wanted(which: Selection<'_>) -> Option<String> {
    match which {
        Selection::All => None,
        Selection::Ids(ids) => Some(json_list(ids.iter())),
        Selection::Codes(codes) => Some(json_list(codes.iter())),
    }
}

/// A JSON list of texts, to be bound as one value.
pub(super) fn json_list(items: impl Iterator<Item = impl ToString>) -> String {
    let texts: Vec<String> = items.map(|item| item.to_string()).collect();
    serde_json::to_string(&texts).expect("texts are JSON")
}

async fn add_documents(connection: &mut SqliteConnection, found: &mut [RowRecord], all: bool) -> sqlx::Result<()> {
    let query = match all {
        true => sqlx::query(DOCUMENTS),
        false => sqlx::query(DOCUMENTS_OF).bind(json_list(found.iter().map(|found| found.record.id))),
    };
    let mut at: HashMap<EntityId, usize> = HashMap::new();
    at.extend(found.iter().enumerate().map(|(index, found)| (found.record.id, index)));
    for row in query.fetch_all(connection).await? {
        if let Some(index) = at.get(&parsed(&row, 0)?) {
            found[*index].record.documents.push(document(&row, 1)?);
        }
    }
    found.iter_mut().for_each(|found| found.record.documents.sort_unstable_by(|a, b| a.key.cmp(&b.key)));
    Ok(())
}

async fn add_patches(connection: &mut SqliteConnection, found: &mut [RowRecord]) -> sqlx::Result<()> {
    let behind = |found: &&mut RowRecord| found.documents_version < found.record.row_version;
    let mut patched: BTreeMap<EntityId, &mut RowRecord> =
        found.iter_mut().filter(behind).map(|found| (found.record.id, found)).collect();
    let after: Vec<(EntityId, i64)> = patched.iter().map(|(id, found)| (*id, found.documents_version)).collect();
    let rows = PATCHES.fetch(connection, &after, |(id, n), binds| binds.text(id).push(*n)).await?;
    for row in rows {
        if let Some(found) = patched.get_mut(&parsed(&row, 0)?) {
            found.record.patches.push((parsed::<RevisionId>(&row, 1)?, patch(&row, 2)?));
        }
    }
    Ok(())
}

/// Reads a stored column patch.
pub(super) fn patch(row: &SqliteRow, index: usize) -> sqlx::Result<Patch> {
    row::json(row, index).map(patch_fields)
}

/// Stored bytes by their digests.
pub(super) async fn blobs(
    connection: &mut SqliteConnection,
    digests: &[Digest],
) -> sqlx::Result<BTreeMap<Digest, Bytes>> {
    let rows = BLOBS.fetch(connection, digests, |digest, binds| binds.digest(digest)).await?;
    rows.iter().map(|row| Ok((digest(row, 0)?, Bytes::from(get::<&[u8]>(row, 1)?)))).collect()
}

/// Those of `digests` whose bytes are stored, in the order asked.
pub(super) async fn stored(connection: &mut SqliteConnection, digests: &[Digest]) -> sqlx::Result<Vec<Digest>> {
    let rows = STORED.fetch(connection, digests, |digest, binds| binds.digest(digest)).await?;
    let found = rows.iter().map(|row| digest(row, 0)).collect::<sqlx::Result<std::collections::HashSet<_>>>()?;
    Ok(digests.iter().filter(|digest| found.contains(digest)).copied().collect())
}

/// What a clone last left on disk, ordered by path.
pub(super) async fn sync_state(
    connection: &mut SqliteConnection,
    clone: CloneId,
    which: Selection<'_>,
) -> sqlx::Result<Vec<SyncState>> {
    let rows = match which {
        Selection::All => sqlx::query(SYNC_STATE).bind(clone.to_string()).fetch_all(connection).await?,
        Selection::Ids(ids) => state_of(connection, clone, json_list(ids.iter())).await?,
        Selection::Codes(_) => {
            let ids = records(connection, which).await?.into_iter().map(|record| record.id);
            state_of(connection, clone, json_list(ids)).await?
        }
    };
    rows.iter().map(state).collect()
}

async fn state_of(connection: &mut SqliteConnection, clone: CloneId, ids: String) -> sqlx::Result<Vec<SqliteRow>> {
    sqlx::query(SYNC_STATE_OF).bind(clone.to_string()).bind(ids).fetch_all(connection).await
}

fn state(row: &SqliteRow) -> sqlx::Result<SyncState> {
    let left = match maybe_digest(row, 5)? {
        None => None,
        Some(raw) => Some(Left { raw, blob: digest(row, 6)?, canonical: digest(row, 7)? }),
    };
    Ok(SyncState {
        entity: parsed(row, 0)?,
        key: document_key(row, 1)?,
        path: parsed(row, 3)?,
        revision: parsed(row, 4)?,
        left,
        head: get(row, 8)?,
    })
}
