//! What a commit tells: conflicts that were not recorded before, conflicts that are decided, and the events of all.

use std::sync::LazyLock;

use sqlx::sqlite::SqliteConnection;

use super::bulk::Bulk;
use super::read::json_list;
use crate::model::{Cursor, Epoch, ProjectId};
use crate::store::ChangeSet;
use crate::store::answer::{Answer as _, parsed};
use crate::store::cells::{self, Cells as _};
use crate::store::event::{News, in_order};
use crate::store::reading;

/// Ends both statements that touch conflicts: what an event says about one.
///
/// The kind of its entity is that of the document, or else of the row.
const TELL: &str = " RETURNING id, kind, CASE \
     WHEN role = 'sprint' THEN 'sprint' WHEN role IN ('task', 'agent_config') THEN 'task' \
     WHEN role = 'agent_profile' THEN 'agent' \
     WHEN EXISTS (SELECT 1 FROM orchestration_tasks t WHERE t.id = entity_id) THEN 'task' \
     WHEN EXISTS (SELECT 1 FROM orchestration_sprints s WHERE s.id = entity_id) THEN 'sprint' \
     WHEN EXISTS (SELECT 1 FROM agent_profiles a WHERE a.id = entity_id) THEN 'agent' END, \
     entity_id, file_path, field, resolution";

static RECORD: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::into(&cells::CONFLICTS, &format!(" ON CONFLICT DO NOTHING{TELL}")));

static RESOLVE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "WITH decided (id, resolution, who, at) AS (",
        4,
        &format!(
            ") UPDATE orchestration_conflicts SET state = 'resolved', resolution = d.resolution, resolved_by = d.who, \
             resolved_at = d.at FROM decided d WHERE orchestration_conflicts.id = d.id AND state = 'open'{TELL}"
        ),
    )
});

/// Who wrote the row's value: whoever an event says changed the field last, or else the author of the newest revision.
const ROW_AUTHORS: &str = "UPDATE orchestration_conflicts SET row_author = coalesce(\
     (SELECT e.actor FROM orchestration_events e WHERE e.entity_id = orchestration_conflicts.entity_id \
     AND EXISTS (SELECT 1 FROM json_each(e.payload, '$.changes') c WHERE c.key = field) ORDER BY e.seq DESC LIMIT 1), \
     (SELECT r.author FROM orchestration_revisions r WHERE r.entity_id = orchestration_conflicts.entity_id \
     ORDER BY r.n DESC LIMIT 1)) WHERE id IN (SELECT value FROM json_each(?))";

const NUMBER: &str = "UPDATE orchestration_projects SET next_event_seq = next_event_seq + ? \
     RETURNING id, epoch, next_event_seq";

static EVENTS: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = [&["seq", "project_id", "epoch"], cells::EVENTS.names].concat();
    Bulk::insert(cells::EVENTS.table, &columns, "")
});

/// Records new conflicts and decides old ones.
pub(super) async fn conflicts(connection: &mut SqliteConnection, changes: &ChangeSet, at: &str) -> sqlx::Result<News> {
    let decided = RESOLVE
        .fetch(connection, &changes.resolved, |(id, how), binds| binds.text(id).text(how).text(&changes.actor).text(at))
        .await?;
    let new: Vec<_> = changes.conflicts.iter().enumerate().collect();
    let recorded = RECORD.fetch(connection, &new, |new, binds| cells::conflict(changes, new, at, binds)).await?;
    let news = recorded.iter().chain(&decided).map(reading::news).collect::<sqlx::Result<Vec<_>>>()?;
    let news = News(news);
    if !news.0.is_empty() {
        let ids = json_list(news.recorded().iter());
        sqlx::query(ROW_AUTHORS).bind(ids).execute(connection).await?;
    }
    Ok(news)
}

/// Writes every event of the transaction, numbered without a gap, and says where the feed ends now.
pub(super) async fn events(
    connection: &mut SqliteConnection,
    changes: &ChangeSet,
    news: &News,
    at: &str,
) -> sqlx::Result<Cursor> {
    let of_conflicts = news.events();
    let all = in_order(changes, &of_conflicts);
    let count = i64::try_from(all.len()).expect("so many events fit no memory");
    let project = sqlx::query(NUMBER).bind(count).fetch_one(&mut *connection).await?;
    let (id, epoch, next): (ProjectId, Epoch, i64) = (parsed(&project, 0)?, parsed(&project, 1)?, project.number(2)?);
    let first = next - count;
    EVENTS
        .run(connection, &all, |event, binds| {
            cells::event(changes, event, at, binds.number(first + event.0 as i64).text(id).text(epoch))
        })
        .await?;
    Ok(Cursor { epoch, seq: next - 1 })
}
