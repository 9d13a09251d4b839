//! Describes the database for people.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Row};

use super::row::{get, parsed};
use crate::store::Description;

/// Every table that holds something of the project, in the order in which people want to see them.
const SHOWN: [&str; 12] = [
    "orchestration_sprints",
    "orchestration_tasks",
    "agent_profiles",
    "orchestration_documents",
    "orchestration_revisions",
    "orchestration_revision_documents",
    "orchestration_blobs",
    "orchestration_events",
    "orchestration_conflicts",
    "orchestration_clones",
    "orchestration_sync_state",
    "sync_runs",
];

const ABOUT: &str = "SELECT sqlite_version(), (SELECT user_version FROM pragma_user_version), \
     (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size), epoch \
     FROM orchestration_projects ORDER BY id LIMIT 1";

/// Says what the database is and how much there is of everything.
pub(super) async fn describe(connection: &mut SqliteConnection, location: String) -> sqlx::Result<Description> {
    let mut moment = connection.begin().await?;
    let about = sqlx::query(ABOUT).fetch_one(&mut *moment).await?;
    let mut tables = Vec::with_capacity(SHOWN.len());
    for name in SHOWN {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {name}"));
        let rows: i64 = sqlx::query(sql).persistent(false).fetch_one(&mut *moment).await?.try_get(0)?;
        tables.push((name.to_owned(), rows.unsigned_abs()));
    }
    moment.commit().await?;
    Ok(Description {
        server: format!("SQLite {}", get::<&str>(&about, 0)?),
        location,
        schema: get(&about, 1)?,
        bytes: get::<i64>(&about, 2)?.unsigned_abs(),
        epoch: parsed(&about, 3)?,
        tables,
    })
}
