//! What a commit tells: conflicts that were not recorded before, conflicts that are decided, the events of all, and what the
//! attempt left behind.

use std::sync::LazyLock;

use sqlx::postgres::PgRow;

use super::script::{Answers, Bulk, Literal, Place, Script};
use crate::model::{Cursor, NewEvent, ProjectId};
use crate::store::answer::{Answer as _, parsed};
use crate::store::cells::{self, Cells as _};
use crate::store::entry::Outcome;
use crate::store::event::{News, conflict_id, in_order};
use crate::store::{ChangeSet, Committed, reading};

/// Ends both statements that touch conflicts: what an event says about one.
///
/// The kind of its entity is that of the document, or else of the row.
const TELL: &str = " RETURNING c.id, c.kind, CASE \
     WHEN c.role = 'sprint' THEN 'sprint' WHEN c.role IN ('task', 'agent_config') THEN 'task' \
     WHEN c.role = 'agent_profile' THEN 'agent' \
     WHEN EXISTS (SELECT 1 FROM orchestration_tasks t WHERE t.id = c.entity_id) THEN 'task' \
     WHEN EXISTS (SELECT 1 FROM orchestration_sprints s WHERE s.id = c.entity_id) THEN 'sprint' \
     WHEN EXISTS (SELECT 1 FROM agent_profiles a WHERE a.id = c.entity_id) THEN 'agent' END, \
     c.entity_id, c.file_path, c.field, c.resolution";

static RESOLVE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "UPDATE orchestration_conflicts c SET state = 'resolved', resolution = w.resolution, \
         resolved_by = w.resolved_by, resolved_at = w.resolved_at FROM ",
        &["id", "resolution", "resolved_by", "resolved_at"],
        &format!(" WHERE c.id = w.id AND c.state = 'open'{TELL}"),
    )
});

static RECORD: LazyLock<Bulk> = LazyLock::new(|| {
    let names = cells::CONFLICTS.names.join(", ");
    let head = format!("INSERT INTO orchestration_conflicts AS c ({names}) SELECT * FROM ");
    Bulk::around(&head, cells::CONFLICTS.names, &format!(" ON CONFLICT DO NOTHING{TELL}"))
});

/// Who wrote the row's value: whoever an event says changed the field last, or else the author of the newest revision.
const ROW_AUTHORS: &str = "UPDATE orchestration_conflicts c SET row_author = coalesce(\
     (SELECT e.actor FROM orchestration_events e WHERE e.entity_id = c.entity_id \
     AND jsonb_exists(e.payload -> 'changes', c.field) ORDER BY e.seq DESC LIMIT 1), \
     (SELECT r.author FROM orchestration_revisions r WHERE r.entity_id = c.entity_id \
     ORDER BY r.n DESC LIMIT 1)) WHERE c.id = ANY($1::uuid[])";

/// Numbers and writes the events, writes down what the attempt left behind, and rings.
static FINISH: LazyLock<Bulk> = LazyLock::new(|| {
    let names = cells::EVENTS.names;
    let columns: Vec<&str> = std::iter::once("place").chain(names.iter().copied()).collect();
    let n = |other: usize| columns.len() + other;
    let head = format!(
        "WITH numbered AS (UPDATE orchestration_projects SET next_event_seq = next_event_seq + ${count} \
         WHERE id = ${project}::uuid RETURNING id, epoch, next_event_seq - ${count} AS first), \
         told AS (INSERT INTO orchestration_events (seq, project_id, epoch, {names}) \
         SELECT p.first + w.place, p.id, p.epoch, {told} FROM numbered p CROSS JOIN ",
        count = n(1),
        project = n(2),
        names = names.join(", "),
        told = names.iter().map(|name| format!("w.{name}")).collect::<Vec<_>>().join(", "),
    );
    let count = n(1);
    let tail = format!(
        "), {} SELECT epoch, orchestration_ring(id, epoch, first + ${count} - 1) FROM numbered",
        remember(n(3), count)
    );
    Bulk::around(&head, &columns, &tail)
});

/// The same where there is no event: nobody has to wait for the counter.
static FINISH_SILENTLY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "WITH numbered AS (SELECT id, epoch, next_event_seq AS first FROM orchestration_projects WHERE id = $2::uuid), \
         {} SELECT epoch, first + $1 - 1 FROM numbered",
        remember(3, 1)
    )
});

/// Writes down the attempt: six values from number `at` on, and the cursor.
fn remember(at: usize, count: usize) -> String {
    let [run, clone, correlation, actor, when, outcome] = std::array::from_fn(|other| at + other);
    format!(
        "remembered AS (INSERT INTO sync_runs (id, clone_id, correlation_id, actor, committed_at, outcome) \
         SELECT ${run}::uuid, ${clone}::uuid, ${correlation}::uuid, ${actor}, ${when}::timestamptz, \
         jsonb_set(${outcome}::jsonb, '{{cursor}}', jsonb_build_object('epoch', epoch, 'seq', first + ${count} - 1)) \
         FROM numbered)"
    )
}

/// An answer can be lost for minutes, not for a thousand commits. Nobody waits for another one who forgets the same.
const FORGET_RUNS: &str = "DELETE FROM sync_runs WHERE seq IN (SELECT seq FROM sync_runs \
     WHERE seq <= (SELECT max(seq) FROM sync_runs) - 1000 ORDER BY seq FOR UPDATE SKIP LOCKED)";

/// Where conflicts are told.
pub(super) struct Told {
    recorded: Option<Place>,
    decided: Option<Place>,
}

/// Records new conflicts and decides old ones.
pub(super) fn conflicts(script: &mut Script, changes: &ChangeSet, at: &str) -> Told {
    let decided =
        script.over(&RESOLVE, &changes.resolved, |(id, how), row| row.text(id).text(how).text(&changes.actor).text(at));
    let new: Vec<_> = changes.conflicts.iter().enumerate().collect();
    let recorded = script.over(&RECORD, &new, |new, row| cells::conflict(changes, new, at, row));
    if recorded.is_some() {
        script.add(ROW_AUTHORS, &[Literal::texts(new.iter().map(|(index, _)| conflict_id(changes.run, *index)))]);
    }
    Told { recorded, decided }
}

/// What happened to conflicts.
pub(super) fn news(told: &Told, answers: &mut Answers) -> sqlx::Result<News> {
    let rows = [told.recorded, told.decided].into_iter().flat_map(|place| answers.maybe_take(place));
    rows.map(|row| reading::news(&row)).collect::<sqlx::Result<_>>().map(News)
}

/// Adds the last statement, whose answer is the cursor.
pub(super) fn finish(
    script: &mut Script,
    changes: &ChangeSet,
    project: ProjectId,
    of_conflicts: &[NewEvent],
    unnumbered: &Committed,
    at: &str,
) -> Place {
    script.add(FORGET_RUNS, &[]);
    let all = in_order(changes, of_conflicts);
    let outcome = serde_json::to_string(&Outcome::of(unnumbered)).expect("ids and numbers are JSON");
    let values = [
        Literal::number(i64::try_from(all.len()).expect("so many events fit no memory")),
        Literal::text(project),
        Literal::text(changes.run),
        Literal::text(changes.clone),
        Literal::text(changes.correlation),
        Literal::text(&changes.actor),
        Literal::text(at),
        Literal::text(outcome),
    ];
    if all.is_empty() {
        return script.add(&FINISH_SILENTLY, &values);
    }
    script.over_all(&FINISH, &all, &values, |event, row| cells::event(changes, event, at, row.number(event.0 as i64)))
}

/// Where the feed ends now, as the last statement answers.
pub(super) fn cursor(rows: &[PgRow]) -> sqlx::Result<Cursor> {
    let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok(Cursor { epoch: parsed(row, 0)?, seq: row.number(1)? })
}
