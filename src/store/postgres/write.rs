//! Writes rows, blobs, revisions, documents and what was left on disk, each over as many as there are.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::script::{Bulk, Literal, Script};
use crate::model::{CloneId, Digest, EntityId, ProjectId};
use crate::store::cells::{self, Cells as _, KEPT, Laid, Newest, REPLACE_STATE, row, row_columns};
use crate::store::column::{TABLES, Table};
use crate::store::entry::Entry;
use crate::store::{Acknowledged, Bytes, ChangeSet, MovedSprint, SyncState};

static BLOBS: LazyLock<Bulk> = LazyLock::new(|| Bulk::into(&cells::BLOBS, " ON CONFLICT DO NOTHING"));

static INSERTS: LazyLock<[Bulk; 3]> =
    LazyLock::new(|| TABLES.map(|table| Bulk::insert(table.name, &row_columns(table), "")));

static UPDATES: LazyLock<[Bulk; 3]> = LazyLock::new(|| TABLES.map(update));

static REVISIONS: LazyLock<Bulk> = LazyLock::new(|| Bulk::into(&cells::REVISIONS, ""));

static REVISION_DOCUMENTS: LazyLock<Bulk> = LazyLock::new(|| Bulk::into(&cells::REVISION_DOCUMENTS, ""));

const FORGET_DOCUMENTS: &str = "DELETE FROM orchestration_documents WHERE entity_id = ANY($1::uuid[])";

static DOCUMENTS: LazyLock<Bulk> = LazyLock::new(|| Bulk::into(&cells::DOCUMENTS, ""));

static FORGET_STATE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "DELETE FROM orchestration_sync_state s USING ",
        &["clone_id", "entity_id", "role", "name"],
        " WHERE s.clone_id = w.clone_id AND s.entity_id = w.entity_id AND s.role = w.role AND s.name = w.name",
    )
});

const MOVE_STATE: &str = "UPDATE orchestration_sync_state SET file_path = $4 || substr(file_path, length($3) + 1) \
     WHERE clone_id = $1::uuid AND sprint_id = $2::uuid AND starts_with(file_path, $3 || '/')";

static STATE: LazyLock<Bulk> = LazyLock::new(|| Bulk::into(&cells::STATE, REPLACE_STATE));

fn update(table: &Table) -> Bulk {
    let (name, columns) = (table.name, row_columns(table));
    let replaced = columns.iter().filter(|column| !KEPT.contains(column));
    let replaced: Vec<String> = replaced.map(|column| format!("{column} = w.{column}")).collect();
    Bulk::around(
        &format!("UPDATE {name} SET {} FROM ", replaced.join(", ")),
        &columns,
        &format!(" WHERE {name}.id = w.id"),
    )
}

/// Stores bytes; those that are stored already stay. All who store some do so in the order of their digests, so that they
/// wait for each other in one direction.
pub(super) fn blobs(script: &mut Script, blobs: &[(Digest, Bytes)]) {
    let blobs: BTreeMap<&Digest, &(Digest, Bytes)> = blobs.iter().map(|blob| (&blob.0, blob)).collect();
    script.over(&BLOBS, &blobs.into_values().collect::<Vec<_>>(), |blob, row| cells::blob(blob, row));
}

/// Makes or replaces the row of each entry, parents before children.
pub(super) fn rows(script: &mut Script, project: ProjectId, entries: &[Entry<'_>], at: &str) {
    let project = project.to_string();
    for (number, table) in TABLES.into_iter().enumerate() {
        let ours = entries.iter().filter(|entry| entry.change.kind == table.kind);
        let (new, old): (Vec<_>, Vec<_>) = ours.partition(|entry| entry.is_new);
        for (statement, ours) in [(&UPDATES[number], &old), (&INSERTS[number], &new)] {
            script.over(statement, ours, |entry, cells| row(&project, table, entry, at, cells));
        }
    }
}

/// Writes one new revision per entry, with its documents, and makes those the newest ones.
pub(super) fn revisions(script: &mut Script, changes: &ChangeSet, entries: &[Entry<'_>], at: &str) {
    script.over(&REVISIONS, entries, |entry, row| cells::revision(changes, entry, at, row));
    let laid = entries.iter().flat_map(|entry| entry.change.documents.iter().map(|d| (entry.change.id, entry.n, d)));
    revision_documents(script, &laid.collect::<Vec<_>>());
    let changed: Vec<EntityId> = entries.iter().filter(|e| !e.is_new).map(|e| e.change.id).collect();
    let heads = entries.iter().flat_map(|e| e.change.documents.iter().map(|d| (e.change.id, e.change.revision, d)));
    head_documents(script, &changed, &heads.collect::<Vec<_>>());
}

/// Adds documents to revisions, each by entity and number.
pub(super) fn revision_documents(script: &mut Script, laid: &[Laid<'_>]) {
    script.over(&REVISION_DOCUMENTS, laid, cells::revision_document);
}

/// Replaces the newest documents of some entities.
pub(super) fn head_documents(script: &mut Script, replaced: &[EntityId], heads: &[Newest<'_>]) {
    if !replaced.is_empty() {
        script.add(FORGET_DOCUMENTS, &[Literal::texts(replaced)]);
    }
    script.over(&DOCUMENTS, heads, cells::document);
}

/// Writes what a clone left on disk and forgets what it dropped.
pub(super) fn sync_state(script: &mut Script, clone: CloneId, state: &Acknowledged) {
    script.over(&FORGET_STATE, &state.dropped, |(id, key), row| {
        row.text(clone).text(id).text(key.role.word()).text(&key.name)
    });
    for MovedSprint { sprint, from, to } in &state.moved {
        script.add(MOVE_STATE, &[Literal::text(clone), Literal::text(sprint), Literal::text(from), Literal::text(to)]);
    }
    // One statement may name a row only once; what was left last counts.
    let left: BTreeMap<_, &SyncState> = state.left.iter().map(|left| ((left.entity, &left.key), left)).collect();
    script.over(&STATE, &left.into_values().collect::<Vec<_>>(), |left, row| cells::state(clone, left, row));
}
