//! Describes the database for people.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Row};

use super::place::Place;
use crate::store::Description;
use crate::store::answer::{Answer as _, parsed, some_text};
use crate::store::query::SHOWN;

const ABOUT: &str = "SELECT sqlite_version(), (SELECT user_version FROM pragma_user_version), \
     (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size), epoch \
     FROM orchestration_projects ORDER BY id LIMIT 1";

/// Says what the database is and how much there is of everything.
pub(super) async fn describe(connection: &mut SqliteConnection, place: &Place) -> sqlx::Result<Description> {
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
        server: format!("SQLite {}", some_text(&about, 0)?),
        location: place.location(),
        file: Some(place.location().into()),
        schema: about.number(1)?,
        bytes: about.number(2)?.unsigned_abs(),
        epoch: parsed(&about, 3)?,
        lag: None,
        tables,
    })
}
