//! Writes the rows of sprints, tasks and agents, and tells whose code was taken meanwhile.
//!
//! New rows are inserted and old ones updated: one statement for both would make SQLite read the triggers of both.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use sqlx::sqlite::SqliteConnection;

use super::bulk::{Binds, Bulk};
use super::commit::Refusal;
use super::error::is_taken;
use super::row::parsed;
use crate::model::{EntityId, EntityKind};
use crate::store::column::{Cell, TABLES, Table, cell, column};
use crate::store::entry::{Entry, place_of};

/// What a row keeps that exists already.
const KEPT: [&str; 3] = ["id", "project_id", "created_at"];

static INSERTS: LazyLock<[Bulk; 3]> =
    LazyLock::new(|| TABLES.map(|table| Bulk::insert(table.name, &columns(table), "")));

static UPDATES: LazyLock<[Bulk; 3]> = LazyLock::new(|| TABLES.map(update));

const PROJECT: &str = "SELECT id FROM orchestration_projects ORDER BY id LIMIT 1";

/// Every column, in the order in which [`bind`] hands in their values.
fn columns(table: &Table) -> Vec<&'static str> {
    let mut columns = vec![
        "id",
        "project_id",
        table.code,
        "file_path",
        "row_version",
        "documents_version",
        "head_revision",
        "hash",
        "content_hash",
        "created_at",
        "updated_at",
        "deleted_at",
        "metadata",
    ];
    if table.kind == EntityKind::Task {
        columns.extend(["sprint_id", "agent_config"]);
    }
    columns.extend(table.fields.iter().map(|field| column(*field)));
    columns
}

fn update(table: &Table) -> Bulk {
    let (name, columns) = (table.name, columns(table));
    let replaced = columns.iter().filter(|column| !KEPT.contains(column));
    let replaced: Vec<String> = replaced.map(|column| format!("{column} = w.{column}")).collect();
    let head = format!("WITH written ({}) AS (", columns.join(", "));
    let tail = format!(") UPDATE {name} SET {} FROM written w WHERE {name}.id = w.id", replaced.join(", "));
    Bulk::around(&head, columns.len(), &tail)
}

/// Makes or replaces the row of each entry, parents before children.
pub(super) async fn rows(connection: &mut SqliteConnection, entries: &[Entry<'_>], at: &str) -> Result<(), Refusal> {
    let project: String = sqlx::query_scalar(PROJECT).fetch_one(&mut *connection).await?;
    for (number, table) in TABLES.into_iter().enumerate() {
        let ours = entries.iter().filter(|entry| entry.change.kind == table.kind);
        let (new, old): (Vec<_>, Vec<_>) = ours.partition(|entry| entry.is_new);
        for (statement, ours) in [(&UPDATES[number], &old), (&INSERTS[number], &new)] {
            match statement.run(connection, ours, |entry, binds| bind(&project, table, entry, at, binds)).await {
                Err(error) if is_taken(&error) => return Err(taken(connection, table, entries, error).await?),
                other => other?,
            }
        }
    }
    Ok(())
}

fn bind(project: &str, table: &Table, entry: &Entry<'_>, at: &str, binds: Binds) -> Binds {
    let Entry { change, n, content, tracking, .. } = entry;
    let mut binds = binds.text(change.id).text(project).text(&change.code).text(&change.path).push(*n).push(*n);
    binds = binds.text(change.revision).text(tracking).text(content).text(at).text(at);
    binds = binds.maybe(change.deleted.then_some(at)).text(&change.metadata);
    if table.kind == EntityKind::Task {
        binds = binds.maybe(change.sprint).maybe(change.agent_config.as_ref());
    }
    table.fields.iter().fold(binds, |binds, field| match cell(*field, &change.fields) {
        Cell::Empty => binds.push(None::<String>),
        Cell::Text(text) => binds.push(text.into_owned()),
        Cell::Number(number) => binds.push(number),
    })
}

/// Rows of others took a code meanwhile; or else the change set itself wants one twice.
async fn taken(
    connection: &mut SqliteConnection,
    table: &Table,
    entries: &[Entry<'_>],
    error: sqlx::Error,
) -> sqlx::Result<Refusal> {
    let ours = entries.iter().filter(|entry| entry.change.kind == table.kind);
    let wanted: Vec<_> = ours.filter_map(|e| Some((e.change.id, place_of(e.change)?))).collect();
    let rows = collisions(table)
        .fetch(connection, &wanted, |(id, (sprint, code)), binds| binds.text(id).maybe(*sprint).text(code))
        .await?;
    let ours: BTreeSet<EntityId> = entries.iter().map(|entry| entry.change.id).collect();
    let mut stale = BTreeSet::new();
    for row in &rows {
        if !ours.contains(&parsed(row, 1)?) {
            stale.insert(parsed(row, 0)?);
        }
    }
    Ok(if stale.is_empty() { Refusal::Sql(error) } else { Refusal::Stale(stale.into_iter().collect()) })
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
