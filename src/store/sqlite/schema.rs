//! The schema: made in a fresh file, brought forward in an old one, refused in a newer one.
//!
//! Steps go forward only. Whoever takes them holds SQLite's own write lock from the first look at the version to the
//! commit, so that any number of processes may start at once; and of a database that already holds something, a copy is
//! made under the same lock and checked before the first step.

use std::path::PathBuf;

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

use super::error::is_busy;
use super::place::Place;
use crate::store::{NewProject, StoreError};

/// One step per file, in order; the number of steps taken is the version of the schema.
const STEPS: &[&str] = &[
    include_str!("../../../migrations/sqlite/0001_tables.sql"),
    include_str!("../../../migrations/sqlite/0002_outside_sql.sql"),
    include_str!("../../../migrations/sqlite/0003_conflict_clones.sql"),
    include_str!("../../../migrations/sqlite/0004_left_sprints.sql"),
    include_str!("../../../migrations/sqlite/0005_agent_config.sql"),
    include_str!("../../../migrations/sqlite/0006_sprint_ids.sql"),
    include_str!("../../../migrations/sqlite/0007_conflict_places.sql"),
    include_str!("../../../migrations/sqlite/0008_config_members.sql"),
];

/// `inst` in the file's header says that the database is one of ours.
const APPLICATION: i64 = 0x696e_7374;

/// How many tables and triggers of ours there are.
const OBJECTS: i64 = 45;

const COUNT_OBJECTS: &str = "SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'trigger') \
     AND (name GLOB 'orchestration_*' OR name GLOB 'agent_profiles*' OR name GLOB 'sync_runs*')";

/// At most so many copies of one version are kept side by side.
const COPIES: usize = 100;

const INSERT_PROJECT: &str = "INSERT INTO orchestration_projects (id, name, epoch) VALUES (?, ?, ?)";

/// A schema that was brought forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The version that was found.
    pub from: i64,
    /// The version that it has now.
    pub to: i64,
    /// The checked copy from before.
    pub backup: PathBuf,
}

/// Opens a connection to a database with the schema that this program knows.
pub(super) async fn open(place: &Place) -> Result<SqliteConnection, StoreError> {
    let mut connection = place.connect(false).await.map_err(place.failed("open"))?;
    match version(&mut connection).await.map_err(place.failed("read the version"))? {
        None => Err(StoreError::Missing { location: place.location() }),
        Some(found) => {
            place.compare(found, STEPS)?;
            check_whole(place, &mut connection).await.map(|()| connection)
        }
    }
}

/// Whether somebody took a table or a trigger away: the rows would be written by others without a trace.
async fn check_whole(place: &Place, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let count = sqlx::query(COUNT_OBJECTS).persistent(false).fetch_one(connection).await;
    let found: i64 = count.and_then(|row| row.try_get(0)).map_err(place.failed("read the schema"))?;
    if found >= OBJECTS {
        return Ok(());
    }
    let detail = format!("{} of its tables or triggers are gone", OBJECTS - found);
    Err(StoreError::Damaged { location: place.location(), detail })
}

/// Opens a connection to a database, which is made first if there is none.
pub(super) async fn create(place: &Place, project: &NewProject) -> Result<SqliteConnection, StoreError> {
    let failed = place.failed("make the tables");
    let mut connection = place.connect(true).await.map_err(&failed)?;
    if let Some(found) = version(&mut connection).await.map_err(&failed)? {
        place.compare(found, STEPS)?;
        return check_whole(place, &mut connection).await.map(|()| connection);
    }
    build(&mut connection, project).await.map_err(&failed)?;
    connection.close().await.map_err(&failed)?;
    open(place).await
}

/// Brings the schema forward, after a checked copy; does nothing where it is current.
///
/// # Errors
/// [`StoreError::TooNew`]; and if a step fails, everything stays as it was.
pub async fn migrate(place: &Place) -> Result<Option<Migrated>, StoreError> {
    migrate_by(place, STEPS).await
}

async fn migrate_by(place: &Place, steps: &'static [&'static str]) -> Result<Option<Migrated>, StoreError> {
    let failed = place.failed("change the schema");
    let mut connection = place.connect(false).await.map_err(&failed)?;
    connection.execute("PRAGMA foreign_keys = OFF").await.map_err(&failed)?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(&failed)?;
    let Some(from) = version(&mut transaction).await.map_err(&failed)? else {
        return Err(StoreError::Missing { location: place.location() });
    };
    match place.compare(from, steps) {
        Ok(()) => return Ok(None),
        Err(StoreError::TooOld { .. }) => {}
        Err(other) => return Err(other),
    }
    let backup = back_up(place, from).await?;
    take(&mut transaction, steps, from).await.map_err(&failed)?;
    check_references(&mut transaction).await.map_err(&failed)?;
    transaction.commit().await.map_err(&failed)?;
    Ok(Some(Migrated { from, to: steps.len() as i64, backup }))
}

impl Place {
    fn compare(&self, found: i64, steps: &[&str]) -> Result<(), StoreError> {
        let (location, known) = (self.location(), steps.len() as i64);
        match found {
            _ if found > known => Err(StoreError::TooNew { location, found, known }),
            _ if found < known => Err(StoreError::TooOld { location, found, needed: known }),
            _ => Ok(()),
        }
    }
}

/// The version of the schema; `None` if this is no database of ours.
pub(super) async fn version(connection: &mut SqliteConnection) -> sqlx::Result<Option<i64>> {
    let header = connection.fetch_all(sqlx::raw_sql("PRAGMA application_id; PRAGMA user_version")).await?;
    let numbers = header.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<Vec<i64>>>()?;
    Ok((numbers[0] == APPLICATION).then_some(numbers[1]))
}

async fn build(connection: &mut SqliteConnection, project: &NewProject) -> sqlx::Result<()> {
    let mut transaction = connection.begin_with("BEGIN EXCLUSIVE").await?;
    if version(&mut transaction).await?.is_some() {
        return Ok(());
    }
    take(&mut transaction, STEPS, 0).await?;
    let insert = sqlx::query(INSERT_PROJECT);
    insert
        .bind(project.id.to_string())
        .bind(&project.name)
        .bind(project.epoch.to_string())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    prefer_wal(connection).await
}

/// Readers and the writer do not wait for each other in this mode, which the file remembers.
///
/// Others who look at the file at this moment keep it from changing; it works without, only less well.
async fn prefer_wal(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    match connection.execute("PRAGMA journal_mode = WAL").await {
        Err(error) if !is_busy(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Takes every step after `from`; version and tables change together or not at all.
async fn take(connection: &mut SqliteConnection, steps: &'static [&'static str], from: i64) -> sqlx::Result<()> {
    for step in steps.iter().skip(usize::try_from(from).unwrap_or(0)) {
        sqlx::raw_sql(*step).execute(&mut *connection).await?;
    }
    let header = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {}", steps.len());
    sqlx::raw_sql(AssertSqlSafe(header)).execute(connection).await?;
    Ok(())
}

async fn check_references(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    match connection.fetch_optional("PRAGMA foreign_key_check").await? {
        None => Ok(()),
        Some(row) => {
            let table: String = row.try_get(0)?;
            Err(sqlx::Error::Protocol(format!("a row of {table} would refer to nothing")))
        }
    }
}

/// Copies the database while its write lock is held, and checks the copy.
async fn back_up(place: &Place, version: i64) -> Result<PathBuf, StoreError> {
    let failed = place.failed("copy");
    let mut reader = place.connect(false).await.map_err(&failed)?;
    let mut last = None;
    for copy in 1..=COPIES {
        let target = place.beside(&format!(".v{version}.{copy}.backup"));
        let statement = sqlx::query("VACUUM INTO ?").bind(target.path().display().to_string());
        match statement.execute(&mut reader).await {
            Ok(_) => {
                reader.close().await.map_err(&failed)?;
                verify_file(&target).await?;
                return Ok(target.path().to_owned());
            }
            Err(error) if error.to_string().contains("already exists") => last = Some(error),
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed(last.expect("at least one copy was tried")))
}

async fn verify_file(place: &Place) -> Result<(), StoreError> {
    let mut connection = place.connect(false).await.map_err(place.failed("open"))?;
    verify(place, &mut connection).await?;
    connection.close().await.map_err(place.failed("close"))
}

/// Reads the whole file and says what does not fit.
pub(super) async fn verify(place: &Place, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let failed = place.failed("check");
    let said = connection.fetch_all("PRAGMA integrity_check(10)").await.map_err(&failed)?;
    let lines = said.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<Vec<String>>>().map_err(&failed)?;
    if lines != ["ok"] {
        return Err(StoreError::Damaged { location: place.location(), detail: lines.join("; ") });
    }
    check_references(connection).await.map_err(|error| match error {
        sqlx::Error::Protocol(detail) => StoreError::Damaged { location: place.location(), detail },
        other => failed(other),
    })
}
