//! What a commit does to rows beside writing them anew: places given up, paths below a moved sprint, and documents
//! laid under what another program's SQL wrote.

use std::sync::LazyLock;

use sqlx::sqlite::SqliteConnection;

use super::bulk::Bulk;
use super::read::json_list;
use super::write;
use crate::model::{DocPath, EntityId, EntityKind};
use crate::store::Materialised;
use crate::store::answer::{parsed, some_text};
use crate::store::cells::Cells as _;
use crate::store::column::{TABLES, Table};
use crate::store::entry::{Entry, home};
use crate::store::laid::{Laid, Refused, history, laid, newest, newest_cells};

/// A row that counts as deleted holds no code; its new columns are written right after.
static LEAVE: LazyLock<[Bulk; 3]> = LazyLock::new(|| {
    TABLES
        .map(|table| Bulk::around(&format!("UPDATE {} SET deleted_at = updated_at WHERE id IN (", table.name), 1, ")"))
});

const MOVE_TASKS: &str = "UPDATE orchestration_tasks SET file_path = ?3 || substr(file_path, length(?2) + 1) \
     WHERE sprint_id = ?1 AND substr(file_path, 1, length(?2) + 1) = ?2 || '/'";

const MOVE_DOCUMENTS: &str = "UPDATE orchestration_documents SET file_path = ?3 || substr(file_path, length(?2) + 1) \
     WHERE entity_id IN (SELECT id FROM orchestration_tasks WHERE sprint_id = ?1) \
     AND substr(file_path, 1, length(?2) + 1) = ?2 || '/'";

const SPRINT_PATHS: &str = "SELECT id, file_path FROM orchestration_sprints \
     WHERE file_path IS NOT NULL AND id IN (SELECT value FROM json_each(?)) ORDER BY id";

/// The patches that wait for documents, and whether a later revision has some.
static PATCHED: LazyLock<Bulk> = LazyLock::new(|| {
    let later = "EXISTS (SELECT 1 FROM orchestration_revision_documents d WHERE d.entity_id = r.entity_id AND d.n";
    Bulk::around(
        "WITH wanted (entity_id, id) AS (",
        2,
        &format!(
            ") SELECT r.entity_id, r.id, r.n, r.created_at, r.patch, {later} > r.n) FROM wanted w \
             CROSS JOIN orchestration_revisions r ON r.entity_id = w.entity_id AND r.id = w.id \
             WHERE r.patch IS NOT NULL AND NOT {later} = r.n) ORDER BY r.entity_id, r.n"
        ),
    )
});

/// The hashes are those of the newest revision, so an older one does not touch them.
static LAY: LazyLock<[Bulk; 3]> = LazyLock::new(|| {
    TABLES.map(|Table { name, kind, .. }| {
        let config = if *kind == EntityKind::Task {
            ", agent_config = iif(row_version = l.n, l.config, agent_config)"
        } else {
            ""
        };
        let tail = format!(
            ") UPDATE {name} SET documents_version = l.n, file_path = coalesce(l.path, file_path), \
             hash = iif(row_version = l.n, l.tracking, hash), \
             content_hash = iif(row_version = l.n, l.content, content_hash){config} \
             FROM laid l WHERE {name}.id = l.id AND {name}.documents_version < l.n"
        );
        Bulk::around("WITH laid (id, n, tracking, content, path, config) AS (", 6, &tail)
    })
});

/// Takes rows out of the unique indexes whose codes may go to others in the same transaction.
pub(super) async fn leave_places(connection: &mut SqliteConnection, entries: &[Entry<'_>]) -> sqlx::Result<()> {
    for (table, leave) in TABLES.into_iter().zip(&*LEAVE) {
        let leaving = entries.iter().filter(|entry| entry.leaves_place && entry.change.kind == table.kind);
        let ids: Vec<EntityId> = leaving.map(|entry| entry.change.id).collect();
        leave.run(connection, &ids, |id, binds| binds.text(id)).await?;
    }
    Ok(())
}

/// Lets the paths of tasks and of their documents follow a sprint's folder.
pub(super) async fn move_below_sprints(connection: &mut SqliteConnection, entries: &[Entry<'_>]) -> sqlx::Result<()> {
    for Entry { change, moved_from, .. } in entries.iter().filter(|e| e.change.kind == EntityKind::Sprint) {
        let Some(from) = moved_from else { continue };
        move_below(connection, change.id, from, &change.path).await?;
    }
    Ok(())
}

async fn move_below(connection: &mut SqliteConnection, sprint: EntityId, from: &str, to: &DocPath) -> sqlx::Result<()> {
    for sql in [MOVE_DOCUMENTS, MOVE_TASKS] {
        let query = sqlx::query(sql).bind(sprint.to_string()).bind(from).bind(to.to_string());
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Adds documents to revisions that have none; one that is no such revision (any more) is stale.
pub(super) async fn materialise(
    connection: &mut SqliteConnection,
    materialised: &[Materialised],
) -> Result<(), Refused> {
    if materialised.is_empty() {
        return Ok(());
    }
    let rows = PATCHED.fetch(connection, materialised, |one, binds| binds.text(one.entity).text(one.revision)).await?;
    let laid = laid(materialised, &rows)?;
    write::revision_documents(connection, &history(&laid)).await?;
    Ok(make_newest(connection, &newest(&laid)).await?)
}

async fn make_newest(connection: &mut SqliteConnection, laid: &[&Laid<'_>]) -> sqlx::Result<()> {
    let entities: Vec<EntityId> = laid.iter().map(|l| l.one.entity).collect();
    let heads = laid.iter().flat_map(|l| l.one.documents.iter().map(|d| (l.one.entity, l.one.revision, d)));
    write::head_documents(connection, &entities, &heads.collect::<Vec<_>>()).await?;
    let sprints = sqlx::query(SPRINT_PATHS).bind(json_list(entities.iter())).fetch_all(&mut *connection).await?;
    for row in &sprints {
        let (id, from): (EntityId, String) = (parsed(row, 0)?, some_text(row, 1)?.into_owned());
        let to = laid.iter().find(|laid| laid.one.entity == id).and_then(|laid| home(&laid.one.documents));
        if let Some(to) = to.filter(|to| to.as_str() != from) {
            move_below(connection, id, &from, &to).await?;
        }
    }
    for bulk in &*LAY {
        bulk.run(connection, laid, |laid, binds| newest_cells(laid, binds)).await?;
    }
    Ok(())
}
