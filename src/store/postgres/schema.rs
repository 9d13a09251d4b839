//! The schema: made and brought forward only when somebody asks for it, refused where it is newer.
//!
//! Steps go forward only, all of them in one transaction. Whoever takes them holds a lock of that transaction, so that any
//! number of programs may ask at once and nothing is left behind by one that fails.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::connections::Connections;
use super::error::{is_lost, is_no_table};
use super::script::{Literal, Script};
use super::server::Server;
use crate::model::RunId;
use crate::store::answer::Answer as _;
use crate::store::{NewProject, StoreError};

/// Each step with its number, which is that of the same step of the embedded database.
const STEPS: &[(i64, &str)] = &[
    (6, include_str!("../../../migrations/postgres/0006_whole.sql")),
    (7, include_str!("../../../migrations/postgres/0007_conflict_places.sql")),
    (8, include_str!("../../../migrations/postgres/0008_config_members.sql")),
];

/// The version that this program knows.
const KNOWN: i64 = STEPS[STEPS.len() - 1].0;

/// The version, whether there is a project, and how many of our triggers work.
const VERSION: &str = "SELECT version, (EXISTS (SELECT 1 FROM orchestration_projects))::integer, \
     (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
     WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal AND t.tgenabled <> 'D' \
     AND (t.tgname LIKE 'orchestration\\_%' OR t.tgname LIKE 'agent\\_profiles\\_%')) FROM orchestration_schema";

/// How many triggers of ours there are; they go with their table.
const TRIGGERS: i64 = 34;

/// The one schema that everything is made in: that which unqualified names mean now, whoever calls later.
const PIN: &str = "SELECT set_config('lock_timeout', '15s', true), \
     set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)";

/// Holds off others who change the schema, until this transaction ends.
const ALONE: &str = "SELECT pg_advisory_xact_lock(7954584021471)";

/// A schema that was made or brought forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The version that was found; 0 where there was none.
    pub from: i64,
    /// The version that it has now.
    pub to: i64,
}

/// Makes sure that the schema is the one that this program knows; says whether it holds a project.
pub(super) async fn check(connections: &Connections) -> Result<bool, StoreError> {
    let server = connections.server();
    let mut lease = connections.lease().await?;
    let Version { found, has_project, triggers } = match version(&mut lease.connection).await {
        Ok(version) => version,
        Err(error) if is_no_table(&error) => Version::default(),
        Err(error) => return Err(server.error("read the version of the schema", error)),
    };
    lease.give_back();
    let location = server.location();
    match found {
        0 => Err(StoreError::Missing { location }),
        _ if found > KNOWN => Err(StoreError::TooNew { location, found, known: KNOWN }),
        _ if found < KNOWN => Err(StoreError::TooOld { location, found, needed: KNOWN }),
        // The rows would be written by others without a trace.
        _ if triggers < TRIGGERS => {
            let detail = format!("{} of its triggers are gone or disabled", TRIGGERS - triggers);
            Err(StoreError::Damaged { location, detail })
        }
        _ => Ok(has_project),
    }
}

/// What [`VERSION`] answers.
#[derive(Default)]
struct Version {
    found: i64,
    has_project: bool,
    triggers: i64,
}

async fn version(connection: &mut PgConnection) -> sqlx::Result<Version> {
    let mut script = Script::default();
    let place = script.add(VERSION, &[]);
    let rows = script.run(connection).await?.take(place);
    let Some(row) = rows.first() else { return Ok(Version::default()) };
    Ok(Version { found: row.number(0)?, has_project: row.number(1)? != 0, triggers: row.number(2)? })
}

/// Puts a project into a database that has none.
pub(super) async fn begin(connections: &Connections, project: &NewProject) -> Result<(), StoreError> {
    let mut script = Script::default();
    script.add("BEGIN", &[]);
    // Two that begin at once would else both find none.
    script.add("LOCK TABLE orchestration_projects IN SHARE ROW EXCLUSIVE MODE", &[]);
    script.add(
        "INSERT INTO orchestration_projects (id, name, epoch) SELECT $1::uuid, $2, $3::uuid \
         WHERE NOT EXISTS (SELECT 1 FROM orchestration_projects)",
        &[Literal::text(project.id), Literal::text(&project.name), Literal::text(project.epoch)],
    );
    script.add("COMMIT", &[]);
    let mut lease = connections.lease().await?;
    script.run(&mut lease.connection).await.map_err(|error| ended(connections.server(), "begin a project", error))?;
    lease.give_back();
    Ok(())
}

/// Makes the schema or brings it forward; does nothing where it is current.
///
/// # Errors
/// [`StoreError::TooNew`]; [`StoreError::Busy`] if others keep the tables for too long; and if a step fails, everything
/// stays as it was.
pub async fn migrate(server: &Server) -> Result<Option<Migrated>, StoreError> {
    let failed = server.failed("change the schema");
    let connections = Connections::to(server.clone());
    let mut lease = connections.lease().await?;
    let mut begin = Script::default();
    begin.add("BEGIN", &[]);
    begin.add(PIN, &[]);
    begin.add(ALONE, &[]);
    let there = begin.add("SELECT (to_regclass('orchestration_schema') IS NOT NULL)::integer", &[]);
    let there = begin.run(&mut lease.connection).await.map_err(&failed)?.take(there);
    let is_there = there.first().map_or(Ok(0), |row| row.number(0)).map_err(&failed)? != 0;
    let from = if is_there { version(&mut lease.connection).await.map_err(&failed)?.found } else { 0 };
    if from > KNOWN {
        return Err(StoreError::TooNew { location: server.location(), found: from, known: KNOWN });
    }
    if from == KNOWN {
        lease.roll_back().await;
        return Ok(None);
    }
    // Steps may have all there is to rewrite.
    let taken = take(from).run_within(&mut lease.connection, Duration::MAX).await;
    taken.map_err(|error| ended(server, "change the schema", error))?;
    Ok(Some(Migrated { from, to: KNOWN }))
}

/// What became of a script that ends with its commit: where the connection is lost, nobody knows. No attempt is written
/// down that could be asked for; to do it again does no harm.
fn ended(server: &Server, deed: &str, error: sqlx::Error) -> StoreError {
    match is_lost(&error) {
        true => StoreError::Unknown { location: server.location(), run: RunId::new(Uuid::nil()) },
        false => server.error(deed, error),
    }
}

/// Every step after `from`, and the end of the transaction.
fn take(from: i64) -> Script {
    let mut script = Script::default();
    for (_, step) in STEPS.iter().filter(|(number, _)| *number > from) {
        script.add_verbatim(step);
    }
    script.add("DELETE FROM orchestration_schema", &[]);
    script.add("INSERT INTO orchestration_schema (version) VALUES ($1)", &[Literal::number(KNOWN)]);
    script.add("COMMIT", &[]);
    script
}
