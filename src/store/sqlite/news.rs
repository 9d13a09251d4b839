//! What a commit tells: conflicts that were not recorded before, conflicts that are decided, and the events of all.

use std::sync::LazyLock;

use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::bulk::{Binds, Bulk};
use super::history::state_word;
use super::read::json_list;
use super::row::{get, maybe_parsed, parsed, word};
use crate::model::{ConflictId, ConflictKind, ConflictState, Cursor, EntityKind, EntityRef, NewConflict, NewEvent};
use crate::store::ChangeSet;
use crate::store::entry::conflict_key;
use crate::store::event::{ConflictNews, conflict_id, event_id, payload};

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

static RECORD: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = [
        "id",
        "content_key",
        "kind",
        "entity_id",
        "role",
        "name",
        "file_path",
        "field",
        "base_value",
        "file_value",
        "row_value",
        "kept",
        "state",
        "created_at",
        "resolved_at",
        "clone_id",
    ];
    Bulk::insert("orchestration_conflicts", &columns, &format!(" ON CONFLICT DO NOTHING{TELL}"))
});

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
    let columns = [
        "seq",
        "project_id",
        "epoch",
        "event_id",
        "event_type",
        "entity_type",
        "entity_id",
        "correlation_id",
        "actor",
        "emitted_at",
        "payload",
    ];
    Bulk::insert("orchestration_events", &columns, "")
});

/// What happened to conflicts in a transaction.
#[derive(Debug, Default)]
pub(super) struct News(Vec<ConflictNews>);

impl News {
    /// How many events tell it.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The conflicts that were not recorded before.
    pub(super) fn recorded(&self) -> Vec<ConflictId> {
        self.0.iter().filter(|news| news.resolution.is_none()).map(|news| news.id).collect()
    }
}

/// Records new conflicts and decides old ones.
pub(super) async fn conflicts(connection: &mut SqliteConnection, changes: &ChangeSet, at: &str) -> sqlx::Result<News> {
    let decided = RESOLVE
        .fetch(connection, &changes.resolved, |(id, how), binds| binds.text(id).text(how).text(&changes.actor).text(at))
        .await?;
    let new: Vec<_> = changes.conflicts.iter().enumerate().collect();
    let recorded = RECORD
        .fetch(connection, &new, |(index, conflict), binds| {
            bind(conflict, at, binds.text(conflict_id(changes.run, *index))).text(changes.clone)
        })
        .await?;
    let news = recorded.iter().chain(&decided).map(told).collect::<sqlx::Result<Vec<_>>>()?;
    let news = News(news);
    if !news.0.is_empty() {
        let ids = json_list(news.recorded().iter());
        sqlx::query(ROW_AUTHORS).bind(ids).execute(connection).await?;
    }
    Ok(news)
}

fn bind(conflict: &NewConflict, at: &str, binds: Binds) -> Binds {
    let NewConflict { kind, entity, document, path, field, base, file, row, kept } = conflict;
    let is_closed = kind.is_closed_at_birth();
    let state = if is_closed { ConflictState::Resolved } else { ConflictState::Open };
    let binds = binds.digest(&conflict_key(conflict)).push(kind.word()).maybe(*entity);
    let binds = binds.maybe(document.as_ref().map(|key| key.role.word())).maybe(document.as_ref().map(|key| &key.name));
    let binds = binds.text(path).maybe(field.as_ref()).maybe(base.as_ref()).maybe(file.as_ref()).maybe(row.as_ref());
    binds.maybe_digest(*kept).push(state_word(state)).text(at).maybe(is_closed.then_some(at))
}

fn told(row: &SqliteRow) -> sqlx::Result<ConflictNews> {
    let kind = get::<Option<&str>>(row, 2)?.and_then(EntityKind::from_word);
    let entity = kind.zip(maybe_parsed(row, 3)?).map(|(kind, id)| EntityRef { kind, id });
    Ok(ConflictNews {
        id: parsed(row, 0)?,
        kind: word(row, 1, ConflictKind::from_word)?,
        entity,
        path: get(row, 4)?,
        field: get(row, 5)?,
        resolution: get(row, 6)?,
    })
}

/// Writes every event of the transaction, numbered without a gap, and says where the feed ends now.
pub(super) async fn events(
    connection: &mut SqliteConnection,
    changes: &ChangeSet,
    news: &News,
    at: &str,
) -> sqlx::Result<Cursor> {
    let of_conflicts: Vec<NewEvent> = news.0.iter().map(ConflictNews::event).collect();
    let of_rows = changes.entities.iter().flat_map(|change| &change.events);
    let all: Vec<(usize, &NewEvent)> = of_rows.chain(&changes.events).chain(&of_conflicts).enumerate().collect();
    let count = i64::try_from(all.len()).expect("so many events fit no memory");
    let project = sqlx::query(NUMBER).bind(count).fetch_one(&mut *connection).await?;
    let (id, epoch, next): (String, _, i64) = (get(&project, 0)?, parsed(&project, 1)?, get(&project, 2)?);
    let first = next - count;
    EVENTS
        .run(connection, &all, |(index, event), binds| {
            let binds = binds.push(first + *index as i64).text(&id).text(epoch).text(event_id(changes.run, *index));
            let binds = binds.push(event.event_type.word()).push(event.entity.map(|entity| entity.kind.word()));
            let binds = binds.maybe(event.entity.map(|entity| entity.id)).text(changes.correlation);
            binds.text(&changes.actor).text(at).text(payload(event))
        })
        .await?;
    Ok(Cursor { epoch, seq: next - 1 })
}
