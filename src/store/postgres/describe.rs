//! Describes the database for people, and checks that it holds together.

use std::time::Duration;

use super::connections::Connections;
use super::script::Script;
use crate::store::answer::{Answer as _, maybe_parsed, parsed, some_text};
use crate::store::query::SHOWN;
use crate::store::{Description, StoreError};

const ABOUT: &str = "SELECT current_setting('server_version'), (SELECT version FROM orchestration_schema), \
     (SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c \
     WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace), \
     (SELECT epoch FROM orchestration_projects ORDER BY id LIMIT 1), current_schema(), \
     (SELECT (1000 * extract(epoch FROM max(lag)))::bigint FROM (SELECT replay_lag AS lag FROM pg_stat_replication \
     UNION ALL SELECT clock_timestamp() - pg_last_xact_replay_timestamp() WHERE pg_is_in_recovery()) behind)";

/// What must not be there, each with its name.
const FAULTS: [(&str, &str); 5] = [
    ("texts that differ from their digest", "SELECT count(*) FROM orchestration_blobs WHERE sha256(bytes) <> sha256"),
    (
        "documents whose text is gone",
        "SELECT count(*) FROM orchestration_documents d \
         WHERE NOT EXISTS (SELECT 1 FROM orchestration_blobs b WHERE b.sha256 = d.blob)",
    ),
    (
        "documents of revisions that are gone",
        "SELECT count(*) FROM orchestration_revision_documents d \
         WHERE NOT EXISTS (SELECT 1 FROM orchestration_revisions r WHERE r.entity_id = d.entity_id AND r.n = d.n)",
    ),
    (
        "rows whose newest revision is gone",
        "SELECT count(*) FROM (SELECT id, row_version FROM orchestration_sprints UNION ALL \
         SELECT id, row_version FROM orchestration_tasks UNION ALL SELECT id, row_version FROM agent_profiles) t \
         WHERE NOT EXISTS (SELECT 1 FROM orchestration_revisions r WHERE r.entity_id = t.id AND r.n = t.row_version)",
    ),
    (
        "numbers that no event has",
        "SELECT p.next_event_seq - 1 - (SELECT count(*) FROM orchestration_events e WHERE e.epoch = p.epoch \
         AND e.seq BETWEEN 1 AND p.next_event_seq - 1) FROM orchestration_projects p ORDER BY p.id LIMIT 1",
    ),
];

/// Says what the database is and how much there is of everything.
pub(super) async fn describe(connections: &Connections) -> Result<Description, StoreError> {
    let mut script = Script::default();
    let about = script.add(ABOUT, &[]);
    let counts = SHOWN.map(|name| (name, script.add(&format!("SELECT count(*) FROM {name}"), &[])));
    let mut answers = connections.ask("describe", script).await?;
    let about = answers.take(about);
    let mut read = || {
        let about = about.first().ok_or(sqlx::Error::RowNotFound)?;
        let mut tables = Vec::with_capacity(counts.len());
        for (name, place) in counts {
            let rows = answers.take(place).first().map_or(Ok(0), |row| row.number(0))?;
            tables.push((name.to_owned(), rows.unsigned_abs()));
        }
        Ok(Description {
            server: format!("PostgreSQL {}, schema {}", some_text(about, 0)?, some_text(about, 4)?),
            location: connections.server().location(),
            file: None,
            schema: about.number(1)?,
            bytes: about.number(2)?.unsigned_abs(),
            epoch: parsed(about, 3)?,
            lag: maybe_parsed(about, 5)?.map(|lag: i64| Duration::from_millis(lag.unsigned_abs())),
            tables,
        })
    };
    read().map_err(connections.server().failed("describe"))
}

/// Reads everything and says what does not fit.
pub(super) async fn verify(connections: &Connections) -> Result<(), StoreError> {
    let mut script = Script::default();
    let faults = FAULTS.map(|(name, sql)| (name, script.add(sql, &[])));
    let mut answers = connections.ask("check", script).await?;
    let mut found = Vec::new();
    for (name, place) in faults {
        let count = answers.take(place).first().map_or(Ok(0), |row| row.number(0));
        match count.map_err(connections.server().failed("check"))? {
            0 => {}
            count => found.push(format!("{count} {name}")),
        }
    }
    match found.is_empty() {
        true => Ok(()),
        false => Err(StoreError::Damaged { location: connections.server().location(), detail: found.join("; ") }),
    }
}
