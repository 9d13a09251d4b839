//! Takes a whole plan over from an embedded database: in one transaction, which ends only if everything that can be read
//! here then is what was read there.

use std::future::poll_fn;
use std::pin::pin;

use futures_core::Stream as _;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};

use super::PostgresStore;
use super::commit::SETTINGS;
use super::connections::{Connections, Lease};
use super::error::is_lost;
use super::script::{Bulk, Row, Script, type_of};
use crate::model::RunId;
use crate::store::StoreError;
use crate::store::answer::Answer as _;
use crate::store::cells::Cells as _;
use crate::store::handover::{Kind, Moved, PROJECTS, Shape, TableSum, Tally, Value, tables};
use crate::store::query::SHOWN;
use crate::store::sqlite::Giver;

/// How many rows travel in one message at most.
const ROWS: usize = 512;

/// How many bytes of values do, but for a row that alone has more.
const BYTES: usize = 4 << 20;

/// Others who begin a project or move one here wait until this one is done.
const ALONE: &str = "LOCK TABLE orchestration_projects IN ACCESS EXCLUSIVE MODE";

/// Numbers that are handed out go on after those that were moved, and whoever listens hears of it.
const GO_ON: &str = "SELECT setval(pg_get_serial_sequence('orchestration_conflicts', 'seq'), \
     (SELECT coalesce(max(seq), 0) + 1 FROM orchestration_conflicts), false), \
     setval(pg_get_serial_sequence('sync_runs', 'seq'), (SELECT coalesce(max(seq), 0) + 1 FROM sync_runs), false), \
     (SELECT max(orchestration_ring(id, epoch, next_event_seq - 1)) FROM orchestration_projects)";

impl PostgresStore {
    /// Makes this database hold what `giver` has, history and events included; `run` names the attempt.
    ///
    /// What was moved before is compared again and left as it is.
    ///
    /// # Errors
    /// [`StoreError::Occupied`] where anything else is here already; [`StoreError::Damaged`] where what arrived is not
    /// what was sent. Nothing is changed then.
    pub async fn take_over(&self, giver: &mut Giver, run: RunId) -> Result<Moved, StoreError> {
        let mut lease = self.connections.lease().await?;
        let moved = match take(&self.connections, &mut lease, giver).await {
            Ok(moved) => moved,
            Err(error) => {
                lease.roll_back().await;
                return Err(error);
            }
        };
        let mut end = Script::default();
        end.add("COMMIT", &[]);
        match end.run(&mut lease.connection).await {
            Ok(_) => lease.give_back(),
            Err(error) if is_lost(&error) => {
                return Err(StoreError::Unknown { location: self.connections.server().location(), run });
            }
            Err(error) => return Err(self.connections.server().error("store the plan", error)),
        }
        Ok(moved)
    }
}

/// Everything but the end of the transaction.
async fn take(connections: &Connections, lease: &mut Lease<'_>, giver: &mut Giver) -> Result<Moved, StoreError> {
    let failed = connections.server().failed("take a plan over");
    let mut begin = Script::default();
    begin.add("BEGIN ISOLATION LEVEL READ COMMITTED", &[]);
    begin.add(SETTINGS, &[]);
    begin.add(ALONE, &[]);
    let anything = SHOWN.map(|table| format!("EXISTS (SELECT 1 FROM {table})")).join(" OR ");
    let there = begin.add(&format!("SELECT ({anything})::integer"), &[]);
    let there = begin.run(&mut lease.connection).await.map_err(&failed)?.take(there);
    let was_there = there.first().map_or(Ok(0), |row| row.number(0)).map_err(&failed)? != 0;
    if !was_there {
        let mut forget = Script::default();
        // A project that was begun here and has nothing yet.
        forget.add(&format!("DELETE FROM {PROJECTS}"), &[]);
        forget.run(&mut lease.connection).await.map_err(&failed)?;
    }
    let mut sums = Vec::new();
    for table in tables() {
        let shape = giver.shape(table, kind_of).await?;
        let given = give(connections, &mut lease.connection, giver, &shape, !was_there).await?;
        let taken = read_back(&mut lease.connection, &shape).await.map_err(&failed)?;
        if given != taken {
            return Err(different(connections, was_there, &given, &taken));
        }
        sums.push(taken);
    }
    let mut end = Script::default();
    if !was_there {
        end.add(GO_ON, &[]);
    }
    end.run(&mut lease.connection).await.map_err(failed)?;
    Ok(Moved { tables: sums, was_there })
}

fn different(connections: &Connections, was_there: bool, given: &TableSum, taken: &TableSum) -> StoreError {
    let location = connections.server().location();
    let table = given.table;
    match was_there {
        true => StoreError::Occupied { location },
        false => StoreError::Damaged {
            location,
            detail: format!("of {} rows of {table} that were sent, {} arrived, or other ones", given.rows, taken.rows),
        },
    }
}

/// Reads a table there and, where `writes` says so, writes it here; says what it read.
async fn give(
    connections: &Connections,
    connection: &mut PgConnection,
    giver: &mut Giver,
    shape: &Shape,
    writes: bool,
) -> Result<TableSum, StoreError> {
    let bulk = Bulk::insert(shape.table, &shape.names(), "");
    let mut tally = Tally::default();
    let mut rows = giver.rows(shape);
    let (mut batch, mut bytes, mut is_over) = (Vec::new(), 0, false);
    while !is_over {
        match rows.next().await? {
            None => is_over = true,
            Some(row) => {
                let row = shape.row(&row).map_err(|error| rows.failed(error))?;
                tally.add(shape, &row).map_err(|error| rows.failed(error))?;
                bytes += row.iter().map(Value::len).sum::<usize>();
                batch.push(row);
            }
        }
        if is_over || batch.len() == ROWS || bytes >= BYTES {
            let mut script = Script::default();
            if writes && script.over(&bulk, &batch, |values, row| write_row(values, row)).is_some() {
                script.run(connection).await.map_err(connections.server().failed("write what is moved"))?;
            }
            batch.clear();
            bytes = 0;
        }
    }
    Ok(tally.sum(shape.table))
}

fn write_row(values: &[Value], row: Row) -> Row {
    values.iter().fold(row, |row, value| match value {
        Value::Nothing => row.maybe(None::<String>),
        Value::Text(text) => row.text(text),
        Value::Bytes(bytes) => row.maybe_bytes(Some(bytes)),
    })
}

/// What the table holds now.
async fn read_back(connection: &mut PgConnection, shape: &Shape) -> sqlx::Result<TableSum> {
    let column = |(name, kind): &(String, Kind)| match kind {
        // However this session shows moments.
        Kind::Moment => format!("to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"),
        _ => name.clone(),
    };
    let columns: Vec<String> = shape.columns.iter().map(column).collect();
    let sql = format!("SELECT {} FROM {}", columns.join(", "), shape.table);
    let mut tally = Tally::default();
    // Safe: names of this room and of the schema that it made.
    let mut rows = pin!(connection.fetch(sqlx::raw_sql(AssertSqlSafe(sql))));
    while let Some(row) = poll_fn(|context| rows.as_mut().poll_next(context)).await {
        tally.add(shape, &shape.row(&row?)?)?;
    }
    Ok(tally.sum(shape.table))
}

fn kind_of(column: &str) -> Kind {
    match type_of(column) {
        "bytea" => Kind::Bytes,
        "timestamptz" => Kind::Moment,
        "jsonb" => Kind::Json,
        "double precision" => Kind::Real,
        _ => Kind::Word,
    }
}
