//! Writes the rows of sprints, tasks and agents, and tells whose code was taken meanwhile.
//!
//! New rows are inserted and old ones updated: one statement for both would make SQLite read the triggers of both.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use sqlx::sqlite::SqliteConnection;

use super::bulk::Bulk;
use super::error::is_taken;
use crate::model::{EntityId, EntityKind};
use crate::store::answer::parsed;
use crate::store::cells::{Cells as _, KEPT, row, row_columns};
use crate::store::column::{TABLES, Table};
use crate::store::entry::{Entry, place_of};
use crate::store::laid::Refused;

static INSERTS: LazyLock<[Bulk; 3]> =
    LazyLock::new(|| TABLES.map(|table| Bulk::insert(table.name, &row_columns(table), "")));

static UPDATES: LazyLock<[Bulk; 3]> = LazyLock::new(|| TABLES.map(update));

const PROJECT: &str = "SELECT id FROM orchestration_projects ORDER BY id LIMIT 1";

fn update(table: &Table) -> Bulk {
    let (name, columns) = (table.name, row_columns(table));
    let replaced = columns.iter().filter(|column| !KEPT.contains(column));
    let replaced: Vec<String> = replaced.map(|column| format!("{column} = w.{column}")).collect();
    let head = format!("WITH written ({}) AS (", columns.join(", "));
    let tail = format!(") UPDATE {name} SET {} FROM written w WHERE {name}.id = w.id", replaced.join(", "));
    Bulk::around(&head, columns.len(), &tail)
}

/// Makes or replaces the row of each entry, parents before children.
pub(super) async fn rows(connection: &mut SqliteConnection, entries: &[Entry<'_>], at: &str) -> Result<(), Refused> {
    let project: String = sqlx::query_scalar(PROJECT).fetch_one(&mut *connection).await?;
    for (number, table) in TABLES.into_iter().enumerate() {
        let ours = entries.iter().filter(|entry| entry.change.kind == table.kind);
        let (new, old): (Vec<_>, Vec<_>) = ours.partition(|entry| entry.is_new);
        for (statement, ours) in [(&UPDATES[number], &old), (&INSERTS[number], &new)] {
            match statement.run(connection, ours, |entry, binds| row(&project, table, entry, at, binds)).await {
                Err(error) if is_taken(&error) => return Err(taken(connection, table, entries, error).await?),
                other => other?,
            }
        }
    }
    Ok(())
}

/// Rows of others took a code meanwhile; or else the change set itself wants one twice.
async fn taken(
    connection: &mut SqliteConnection,
    table: &Table,
    entries: &[Entry<'_>],
    error: sqlx::Error,
) -> sqlx::Result<Refused> {
    let ours = entries.iter().filter(|entry| entry.change.kind == table.kind);
    let wanted: Vec<_> = ours.filter_map(|e| Some((e.change.id, place_of(e.change)?))).collect();
    let rows = collisions(table)
        .fetch(connection, &wanted, |(id, (sprint, code)), binds| binds.text(id).maybe(*sprint).text(code))
        .await?;
    let ours: BTreeSet<EntityId> = entries.iter().map(|entry| entry.change.id).collect();
    let mut stale = BTreeSet::new();
    for found in &rows {
        if !ours.contains(&parsed(found, 1)?) {
            stale.insert(parsed(found, 0)?);
        }
    }
    Ok(if stale.is_empty() { Refused::Sql(error) } else { Refused::Stale(stale.into_iter().collect()) })
}

fn collisions(table: &Table) -> Bulk {
    let same_sprint = match table.kind {
        EntityKind::Task => " AND t.sprint_id IS w.sprint",
        EntityKind::Sprint | EntityKind::Agent => "",
    };
    let tail = format!(
        ") SELECT w.id, t.id FROM wanted w JOIN {} t ON lower(t.{}) = w.code{same_sprint} \
         WHERE t.deleted_at IS NULL AND t.id <> w.id ORDER BY w.id, t.id",
        table.name, table.code
    );
    Bulk::around("WITH wanted (id, sprint, code) AS (", 3, &tail)
}
