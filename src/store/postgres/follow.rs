//! What a change takes along beside the rows that it writes anew: places given up, paths below a moved sprint, and documents
//! laid under what another program's SQL wrote.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlx::postgres::PgRow;

use super::script::{Bulk, Literal, Script};
use super::write;
use crate::model::{DocPath, EntityId, EntityKind};
use crate::store::answer::{parsed, some_text};
use crate::store::cells::Cells as _;
use crate::store::column::{TABLES, Table};
use crate::store::entry::{Entry, home};
use crate::store::laid::{Laid, history, newest, newest_cells};

const MOVE_TASKS: &str = "UPDATE orchestration_tasks SET file_path = $3 || substr(file_path, length($2) + 1) \
     WHERE sprint_id = $1::uuid AND starts_with(file_path, $2 || '/')";

const MOVE_DOCUMENTS: &str = "UPDATE orchestration_documents SET file_path = $3 || substr(file_path, length($2) + 1) \
     WHERE entity_id IN (SELECT id FROM orchestration_tasks WHERE sprint_id = $1::uuid) \
     AND starts_with(file_path, $2 || '/')";

/// Where sprints lie.
pub(super) const SPRINT_PATHS: &str = "SELECT id, file_path FROM orchestration_sprints \
     WHERE file_path IS NOT NULL AND id = ANY($1::uuid[]) ORDER BY id";

/// The patches that wait for documents, and whether a later revision has some.
pub(super) static PATCHED: LazyLock<Bulk> = LazyLock::new(|| {
    let later = "EXISTS (SELECT 1 FROM orchestration_revision_documents d WHERE d.entity_id = r.entity_id AND d.n";
    Bulk::around(
        &format!("SELECT r.entity_id, r.id, r.n, r.created_at, r.patch, ({later} > r.n))::integer FROM "),
        &["entity_id", "id"],
        &format!(
            " JOIN orchestration_revisions r ON r.entity_id = w.entity_id AND r.id = w.id \
             WHERE r.patch IS NOT NULL AND NOT {later} = r.n) ORDER BY r.entity_id, r.n"
        ),
    )
});

/// The hashes are those of the newest revision, so an older one does not touch them.
static LAY: LazyLock<[Bulk; 3]> = LazyLock::new(|| {
    TABLES.map(|Table { name, kind, .. }| {
        let newest = |column| format!("{column} = CASE WHEN t.row_version = w.n THEN w.{column} ELSE t.{column} END");
        let mut set =
            vec!["documents_version = w.n".to_owned(), "file_path = coalesce(w.file_path, t.file_path)".into()];
        set.extend(["hash", "content_hash"].map(newest));
        set.extend((*kind == EntityKind::Task).then(|| newest("agent_config")));
        Bulk::around(
            &format!("UPDATE {name} t SET {} FROM ", set.join(", ")),
            &["id", "n", "hash", "content_hash", "file_path", "agent_config"],
            " WHERE t.id = w.id AND t.documents_version < w.n",
        )
    })
});

/// Takes rows out of the unique indexes whose codes may go to others in the same transaction.
///
/// A row that counts as deleted holds no code; its new columns are written right after.
pub(super) fn leave_places(script: &mut Script, entries: &[Entry<'_>]) {
    for table in TABLES {
        let leaving = entries.iter().filter(|entry| entry.leaves_place && entry.change.kind == table.kind);
        let ids: Vec<EntityId> = leaving.map(|entry| entry.change.id).collect();
        if !ids.is_empty() {
            let name = table.name;
            let sql = format!("UPDATE {name} SET deleted_at = updated_at WHERE id = ANY($1::uuid[])");
            script.add(&sql, &[Literal::texts(ids)]);
        }
    }
}

/// Lets the paths of tasks and of their documents follow a sprint's folder.
pub(super) fn move_below_sprints(script: &mut Script, entries: &[Entry<'_>]) {
    for Entry { change, moved_from, .. } in entries.iter().filter(|e| e.change.kind == EntityKind::Sprint) {
        if let Some(from) = moved_from {
            move_below(script, change.id, from, &change.path);
        }
    }
}

fn move_below(script: &mut Script, sprint: EntityId, from: &str, to: &DocPath) {
    for sql in [MOVE_DOCUMENTS, MOVE_TASKS] {
        script.add(sql, &[Literal::text(sprint), Literal::text(from), Literal::text(to)]);
    }
}

/// Lays documents under revisions; `sprint_paths` answers [`SPRINT_PATHS`] for their entities.
pub(super) fn materialise(script: &mut Script, laid: &[Laid<'_>], sprint_paths: &[PgRow]) -> sqlx::Result<()> {
    write::revision_documents(script, &history(laid));
    let newest = newest(laid);
    let entities: Vec<EntityId> = newest.iter().map(|l| l.one.entity).collect();
    let heads = newest.iter().flat_map(|l| l.one.documents.iter().map(|d| (l.one.entity, l.one.revision, d)));
    write::head_documents(script, &entities, &heads.collect::<Vec<_>>());
    let by_entity: BTreeMap<EntityId, &Laid<'_>> = newest.iter().map(|laid| (laid.one.entity, *laid)).collect();
    for row in sprint_paths {
        let (id, from): (EntityId, _) = (parsed(row, 0)?, some_text(row, 1)?);
        let to = by_entity.get(&id).and_then(|laid| home(&laid.one.documents));
        if let Some(to) = to.filter(|to| to.as_str() != from) {
            move_below(script, id, &from, &to);
        }
    }
    for bulk in &*LAY {
        script.over(bulk, &newest, |laid, row| newest_cells(laid, row));
    }
    Ok(())
}

/// Hands in which revision is meant.
pub(super) fn patched(one: &crate::store::Materialised, row: super::script::Row) -> super::script::Row {
    row.text(one.entity).text(one.revision)
}
