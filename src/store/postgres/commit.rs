//! One change set, one transaction, two messages: the first takes the rows in the order of their ids and says what stands,
//! the second writes everything and commits. The counter of the feed is taken last, and nobody waits for us while we hold
//! it.
//!
//! Every write is compared with the version that it expects, so READ COMMITTED is enough; what the server gives up because
//! others were in the way is tried again from the start.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::postgres::PgRow;

use super::connections::{Connections, Lease};
use super::error::{is_lost, is_taken, is_worth_repeating};
use super::history::{OUTCOME, TRACKING, finished};
use super::news::Told;
use super::script::{Answers, Bulk, Literal, Place, Script};
use super::{follow, news, write};
use crate::model::{CloneId, Cursor, EntityId, Epoch, ProjectId, RunId};
use crate::store::answer::{nonsense, parsed};
use crate::store::cells::Cells as _;
use crate::store::column::{TABLES, Table, sprint_column};
use crate::store::entry::{Entry, Place as Wanted, committed, entries, place_of};
use crate::store::laid::{Laid, Refused, laid, overtake};
use crate::store::reading;
use crate::store::tracking::written;
use crate::store::{Acknowledged, ChangeSet, Committed, StoreError};

/// How often a transaction is begun again that others were in the way of.
const TRIES: u32 = 6;

/// Settings of this transaction alone: we keep the history ourselves, wait no longer for a lock than for the embedded
/// database, and are durable when we say so, whatever the server does by default.
pub(super) const SETTINGS: &str = "SELECT set_config('instep.handled', 'on', true), set_config('lock_timeout', '5s', true), \
     set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' \
     ELSE current_setting('synchronous_commit') END, true)";

const PROJECT: &str = "SELECT id, epoch FROM orchestration_projects ORDER BY id LIMIT 1";

const SEEN: &str = "INSERT INTO orchestration_clones (id, first_seen_at, last_seen_at) \
     VALUES ($1::uuid, $2::timestamptz, $2::timestamptz) \
     ON CONFLICT (id) DO UPDATE SET last_seen_at = excluded.last_seen_at";

const KNOWN_CLONE: &str = "INSERT INTO orchestration_clones (id, first_seen_at, last_seen_at) \
     VALUES ($1::uuid, clock_timestamp(), clock_timestamp()) ON CONFLICT DO NOTHING";

/// Why a transaction was given up.
enum Refusal {
    /// The rows are not what the changes expect.
    Stale(Vec<EntityId>),
    /// The answer to an earlier attempt was lost; this is it.
    Done(Box<Committed>),
    /// The database refused, and nothing was stored.
    Sql(sqlx::Error),
    /// Nobody knows whether the server heard the end.
    Unknown,
    /// Anything that has its words already.
    Failed(StoreError),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Stale(ids) => Self::Stale(ids),
            Refused::Sql(error) => Self::Sql(error),
        }
    }
}

/// Stores `changes`, durably, or nothing.
pub(super) async fn commit(connections: &Connections, changes: &ChangeSet) -> Result<Committed, StoreError> {
    let failed = connections.server().failed("store changes");
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt(connections, changes).await {
            Ok(committed) => return Ok(committed),
            Err(Refusal::Done(committed)) => return Ok(*committed),
            Err(Refusal::Stale(ids)) => return Err(StoreError::Stale(ids)),
            Err(Refusal::Failed(error)) => return Err(error),
            Err(Refusal::Unknown) => {
                return Err(StoreError::Unknown { location: connections.server().location(), run: changes.run });
            }
            // Whoever took a code meanwhile is found by the next look, or else the changes want one twice.
            Err(Refusal::Sql(error)) if is_taken(&error) && tries < 2 => {}
            Err(Refusal::Sql(error)) if is_worth_repeating(&error) && tries < TRIES => {
                tokio::time::sleep(pause(changes.run, tries)).await;
            }
            Err(Refusal::Sql(error)) => return Err(failed(error)),
        }
    }
}

/// Others who were in the way wait for another while than we do.
fn pause(run: RunId, tries: u32) -> Duration {
    let spread = u64::from(run.uuid().as_bytes()[15]) % 16;
    Duration::from_millis((4 + spread) << tries.min(5))
}

async fn attempt(connections: &Connections, changes: &ChangeSet) -> Result<Committed, Refusal> {
    let (mut lease, begun) = begin(connections, changes).await?;
    match second(changes, begun) {
        Err(refusal) => {
            lease.roll_back().await;
            Err(refusal)
        }
        Ok((script, end, answer)) => {
            let mut answers = match script.run(&mut lease.connection).await {
                Ok(answers) => answers,
                Err(error) if is_lost(&error) => return Err(Refusal::Unknown),
                Err(error) => {
                    lease.roll_back().await;
                    return Err(error.into());
                }
            };
            let cursor = news::cursor(&answers.take(end));
            lease.give_back();
            Ok(answer(cursor.map_err(|error| Refusal::Failed(connections.server().error("store changes", error)))?))
        }
    }
}

/// What the first message asks for, by its place.
struct Asked {
    project: Place,
    outcome: Place,
    tracking: Place,
    standing: [Place; 3],
    taken: [Option<Place>; 3],
    patched: Option<Place>,
    sprint_paths: Place,
    told: Told,
}

/// Begins a transaction, on another connection where an idle one had ended.
async fn begin<'c>(
    connections: &'c Connections,
    changes: &ChangeSet,
) -> Result<(Lease<'c>, (Asked, Answers)), Refusal> {
    let at = written(changes.at);
    loop {
        let mut lease = connections.lease().await.map_err(Refusal::Failed)?;
        let (script, asked) = first(changes, &at);
        match script.run(&mut lease.connection).await {
            Ok(answers) => return Ok((lease, (asked, answers))),
            Err(error) if lease.was_idle && is_lost(&error) => {}
            Err(error) if is_lost(&error) => return Err(error.into()),
            Err(error) => {
                lease.roll_back().await;
                return Err(error.into());
            }
        }
    }
}

/// Takes the rows and says what stands; records what collided.
fn first(changes: &ChangeSet, at: &str) -> (Script, Asked) {
    let mut script = Script::default();
    script.add("BEGIN ISOLATION LEVEL READ COMMITTED", &[]);
    script.add(SETTINGS, &[]);
    // Waits for the end of an earlier attempt that the server is still at work on; only then has that one an outcome.
    script.add(SEEN, &[Literal::text(changes.clone), Literal::text(at)]);
    let run = [Literal::text(changes.run)];
    let (outcome, tracking) = (script.add(OUTCOME, &run), script.add(TRACKING, &run));
    let project = script.add(PROJECT, &[]);
    let laid = changes.materialised.iter().map(|one| one.entity);
    let ids: BTreeSet<EntityId> = changes.entities.iter().map(|change| change.id).chain(laid).collect();
    let standing = TABLES.map(|table| script.add(&stand(table), &[Literal::texts(&ids)]));
    let taken = TABLES.map(|table| collisions(&mut script, table, changes));
    let patched = script.over(&follow::PATCHED, &changes.materialised, follow::patched);
    let sprint_paths = script.add(follow::SPRINT_PATHS, &[Literal::texts(&ids)]);
    let told = news::conflicts(&mut script, changes, at);
    (script, Asked { project, outcome, tracking, standing, taken, patched, sprint_paths, told })
}

fn stand(table: &Table) -> String {
    let Table { name, code, .. } = table;
    let sprint = sprint_column(table);
    format!(
        "SELECT id, row_version, head_revision, {code}, {sprint}, (deleted_at IS NULL)::integer, file_path FROM {name} \
         WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
    )
}

/// Asks who of the changes wants a code that a row has which is not part of them.
fn collisions(script: &mut Script, table: &Table, changes: &ChangeSet) -> Option<Place> {
    let ours: Vec<_> = changes.entities.iter().filter(|change| change.kind == table.kind).collect();
    let wanted: Vec<(EntityId, Wanted)> =
        ours.iter().filter_map(|change| Some((change.id, place_of(change)?))).collect();
    if wanted.is_empty() {
        return None;
    }
    let sprint = sprint_column(table);
    let bulk = Bulk::around(
        "SELECT w.id FROM ",
        &["id", "sprint_id", "code"],
        &format!(
            " JOIN {name} t ON lower(t.{code}) = w.code AND t.deleted_at IS NULL AND t.id <> ALL($4::uuid[]) \
             {same_sprint} ORDER BY w.id",
            name = table.name,
            code = table.code,
            same_sprint = if sprint == "NULL" { "" } else { "AND t.sprint_id IS NOT DISTINCT FROM w.sprint_id" },
        ),
    );
    let ids = [Literal::texts(ours.iter().map(|change| change.id))];
    Some(script.over_all(&bulk, &wanted, &ids, |(id, (sprint, code)), row| row.text(id).maybe(*sprint).text(code)))
}

/// The second message, where its cursor stands, and what becomes of that.
type Second<'a> = (Script, Place, Box<dyn FnOnce(Cursor) -> Committed + Send + 'a>);

/// Writes everything and commits, if the rows are what the changes expect.
fn second(changes: &ChangeSet, (asked, mut answers): (Asked, Answers)) -> Result<Second<'_>, Refusal> {
    if let Some(done) = finished(&answers.take(asked.outcome), &answers.take(asked.tracking))? {
        return Err(Refusal::Done(Box::new(done)));
    }
    let at = written(changes.at);
    let rows = asked.standing.into_iter().flat_map(|place| answers.take(place)).collect::<Vec<_>>();
    let standing = rows.iter().map(reading::standing).collect::<sqlx::Result<_>>()?;
    let entries = entries(changes, &standing).map_err(Refusal::Stale)?;
    let taken = asked.taken.into_iter().flat_map(|place| answers.maybe_take(place)).collect::<Vec<_>>();
    if !taken.is_empty() {
        let ids: BTreeSet<EntityId> = taken.iter().map(|row| parsed(row, 0)).collect::<sqlx::Result<_>>()?;
        return Err(Refusal::Stale(ids.into_iter().collect()));
    }
    let laid = laid_under(changes, &entries, &answers.maybe_take(asked.patched))?;
    let news = news::news(&asked.told, &mut answers)?;
    let (project, epoch) = project(&answers.take(asked.project))?;

    let mut script = Script::default();
    write::blobs(&mut script, &changes.blobs);
    follow::leave_places(&mut script, &entries);
    follow::move_below_sprints(&mut script, &entries);
    write::rows(&mut script, project, &entries, &at);
    write::revisions(&mut script, changes, &entries, &at);
    follow::materialise(&mut script, &laid, &answers.take(asked.sprint_paths))?;
    write::sync_state(&mut script, changes.clone, &changes.sync_state);
    let unnumbered = committed(Cursor { epoch, seq: 0 }, &entries, changes, &news);
    let end = news::finish(&mut script, changes, project, &news.events(), &unnumbered, &at);
    script.add("COMMIT", &[]);
    Ok((script, end, Box::new(move |cursor| Committed { cursor, ..unnumbered })))
}

fn laid_under<'a>(changes: &'a ChangeSet, entries: &[Entry<'_>], patched: &[PgRow]) -> Result<Vec<Laid<'a>>, Refusal> {
    let mut laid = laid(&changes.materialised, patched)?;
    let changed = entries.iter().filter(|entry| !entry.change.documents.is_empty()).map(|entry| entry.change.id);
    overtake(&mut laid, &changed.collect());
    Ok(laid)
}

fn project(rows: &[PgRow]) -> sqlx::Result<(ProjectId, Epoch)> {
    let row = rows.first().ok_or_else(|| nonsense(0, "the row of its project is gone"))?;
    Ok((parsed(row, 0)?, parsed(row, 1)?))
}

/// Remembers what was left on disk without waiting for the disk: what is lost is found out again.
pub(super) async fn acknowledge(
    connections: &Connections,
    clone: CloneId,
    left: &Acknowledged,
) -> Result<(), StoreError> {
    let mut script = Script::default();
    script.add("BEGIN ISOLATION LEVEL READ COMMITTED", &[]);
    script.add("SET LOCAL synchronous_commit = off", &[]);
    script.add("SET LOCAL lock_timeout = '5s'", &[]);
    script.add(KNOWN_CLONE, &[Literal::text(clone)]);
    write::sync_state(&mut script, clone, left);
    script.add("COMMIT", &[]);
    loop {
        let mut lease = connections.lease().await?;
        match script.clone().run(&mut lease.connection).await {
            Ok(_) => {
                lease.give_back();
                return Ok(());
            }
            Err(error) if lease.was_idle && is_lost(&error) => {}
            Err(error) => return Err(connections.server().error("store what was left on disk", error)),
        }
    }
}
