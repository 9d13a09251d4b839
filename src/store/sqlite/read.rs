//! Reads what is: rows with their documents, stored bytes, what was left on disk.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::LazyLock;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::bulk::{Binds, Bulk};
use super::packed::{self, TOGETHER};
use crate::model::{
    CloneId, Cursor, Digest, DocPath, DocumentKey, DocumentVersion, EntityId, Record, RevisionId, Role,
};
use crate::store::answer::{Answer as _, digest, parsed, patch};
use crate::store::cells::Cells as _;
use crate::store::column::{TABLES, Table};
use crate::store::packed::{PackedRecord, RowRecord};
use crate::store::reading::{STATE, state};
use crate::store::{Bytes, Head, Selection, SyncState};

const HEAD: &str = "SELECT id, epoch, next_event_seq - 1 FROM orchestration_projects ORDER BY id LIMIT 1";

const LIVE: &str = "SELECT (SELECT count(*) FROM orchestration_sprints WHERE deleted_at IS NULL) \
     + (SELECT count(*) FROM orchestration_tasks WHERE deleted_at IS NULL) \
     + (SELECT count(*) FROM agent_profiles WHERE deleted_at IS NULL)";

const DOCUMENTS: &str = "SELECT json_array(entity_id, role, name, file_path, lower(hex(blob)), lower(hex(canonical))) \
     AS item FROM orchestration_documents WHERE entity_id IN (SELECT value FROM json_each(?)) \
     ORDER BY entity_id, role, name";

/// What [`DOCUMENTS`] answers of each.
type PackedDocument = (EntityId, Role, String, DocPath, Digest, Digest);

static SYNC_STATE: LazyLock<String> = LazyLock::new(|| state_where("clone_id = ?"));

static SYNC_STATE_OF: LazyLock<String> =
    LazyLock::new(|| state_where("clone_id = ? AND entity_id IN (SELECT value FROM json_each(?))"));

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
    let cursor = Cursor { epoch: parsed(&row, 1)?, seq: row.number(2)? };
    Ok(Some(Head { project: parsed(&row, 0)?, cursor }))
}

/// How many live rows there are.
pub(super) async fn count_live(connection: &mut SqliteConnection) -> sqlx::Result<usize> {
    let row = connection.fetch_one(LIVE).await?;
    Ok(usize::try_from(row.number(0)?).unwrap_or(0))
}

/// Rows with their documents and what was patched since, all as of one moment, ordered by kind and id.
pub(super) async fn records(connection: &mut SqliteConnection, which: Selection<'_>) -> sqlx::Result<Vec<Record>> {
    if matches!(which, Selection::Ids([]) | Selection::Codes([])) {
        return Ok(Vec::new());
    }
    let mut moment = connection.begin().await?;
    let mut found = Vec::new();
    for table in TABLES {
        let mut ids = ids(&mut moment, table, which).await?;
        ids.sort_unstable();
        ids.dedup();
        for ids in ids.chunks(TOGETHER) {
            found.append(&mut some_records(&mut moment, table, ids).await?);
        }
    }
    add_patches(&mut moment, &mut found).await?;
    moment.commit().await?;
    Ok(found.into_iter().map(|found| found.record).collect())
}

/// The ids of a selection, in any order; of those asked for by id, also such as are no rows of the table.
async fn ids(connection: &mut SqliteConnection, table: &Table, which: Selection<'_>) -> sqlx::Result<Vec<EntityId>> {
    let Table { name, code, .. } = table;
    let wanted = "(SELECT value FROM json_each(?1))";
    let (sql, binds) = match which {
        Selection::Ids(ids) => return Ok(ids.to_vec()),
        Selection::All => (format!("SELECT json_quote(id) AS item FROM {name} ORDER BY id"), Binds::default()),
        // Three indexes, each for the rows of one condition, written here as they are there.
        Selection::Codes(codes) => (
            format!(
                "SELECT json_quote(id) AS item FROM (\
                 SELECT id FROM {name} WHERE deleted_at IS NULL AND lower({code}) IN {wanted} \
                 UNION ALL SELECT id FROM {name} WHERE deleted_at IS NOT NULL AND lower({code}) IN {wanted} \
                 UNION ALL SELECT id FROM {name} WHERE lower(claimed_code) <> lower({code}) \
                 AND lower(claimed_code) IN {wanted})"
            ),
            Binds::default().text(json_list(codes.iter())),
        ),
    };
    packed::fetch(connection, PhantomData, &sql, binds).await
}

/// At most [`TOGETHER`] of them, ordered by id.
async fn some_records(
    connection: &mut SqliteConnection,
    table: &Table,
    ids: &[EntityId],
) -> sqlx::Result<Vec<RowRecord>> {
    let sql = format!(
        "SELECT {columns}, documents_version, head_revision, hash, deleted_at IS NOT NULL) AS item \
         FROM {name} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        columns = packed::columns(table, &[]),
        name = table.name,
    );
    let ids = || Binds::default().text(json_list(ids.iter()));
    let mut found = packed::fetch(connection, PackedRecord(table), &sql, ids()).await?;
    if found.is_empty() {
        return Ok(found);
    }
    let documents = packed::fetch(connection, PhantomData::<PackedDocument>, DOCUMENTS, ids()).await?;
    for (id, role, name, path, blob, canonical) in documents {
        if let Ok(at) = found.binary_search_by_key(&id, |found| found.record.id) {
            let key = DocumentKey { role, name };
            found[at].record.documents.push(DocumentVersion { key, path, blob, canonical });
        }
    }
    found.iter_mut().for_each(|found| found.record.documents.sort_unstable_by(|a, b| a.key.cmp(&b.key)));
    Ok(found)
}

/// A JSON list of texts, to be bound as one value.
pub(super) fn json_list(items: impl Iterator<Item = impl ToString>) -> String {
    let texts: Vec<String> = items.map(|item| item.to_string()).collect();
    serde_json::to_string(&texts).expect("texts are JSON")
}

async fn add_patches(connection: &mut SqliteConnection, found: &mut [RowRecord]) -> sqlx::Result<()> {
    let behind = |found: &&mut RowRecord| found.documents_version < found.record.row_version;
    let mut patched: BTreeMap<EntityId, &mut RowRecord> =
        found.iter_mut().filter(behind).map(|found| (found.record.id, found)).collect();
    let after: Vec<(EntityId, i64)> = patched.iter().map(|(id, found)| (*id, found.documents_version)).collect();
    let rows = PATCHES.fetch(connection, &after, |(id, n), binds| binds.text(id).number(*n)).await?;
    for row in rows {
        if let Some(found) = patched.get_mut(&parsed(&row, 0)?) {
            found.record.patches.push((parsed::<RevisionId>(&row, 1)?, patch(&row, 2)?));
        }
    }
    Ok(())
}

/// Stored bytes by their digests.
pub(super) async fn blobs(
    connection: &mut SqliteConnection,
    digests: &[Digest],
) -> sqlx::Result<BTreeMap<Digest, Bytes>> {
    let rows = BLOBS.fetch(connection, digests, |digest, binds| binds.digest(digest)).await?;
    rows.iter().map(|row| Ok((digest(row, 0)?, Bytes::from(&*row.bytes(1)?.unwrap_or_default())))).collect()
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
        Selection::All => {
            sqlx::query(AssertSqlSafe(SYNC_STATE.as_str())).bind(clone.to_string()).fetch_all(connection).await?
        }
        Selection::Ids(ids) => state_of(connection, clone, json_list(ids.iter())).await?,
        Selection::Codes(_) => {
            let mut found = Vec::new();
            for table in TABLES {
                found.append(&mut ids(connection, table, which).await?);
            }
            state_of(connection, clone, json_list(found.iter())).await?
        }
    };
    rows.iter().map(state).collect()
}

async fn state_of(connection: &mut SqliteConnection, clone: CloneId, ids: String) -> sqlx::Result<Vec<SqliteRow>> {
    sqlx::query(AssertSqlSafe(SYNC_STATE_OF.as_str())).bind(clone.to_string()).bind(ids).fetch_all(connection).await
}

fn state_where(condition: &str) -> String {
    format!("SELECT {STATE} FROM orchestration_sync_state WHERE {condition} ORDER BY file_path, entity_id")
}
