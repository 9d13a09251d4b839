//! Answers everything that a run begins with in one message, and everything about the past in another.

use super::connections::Connections;
use super::history::{KNOWN, LATER, LATER_DOCUMENTS, by_revision, events_after};
use super::read::{BLOBS, HEAD, LIVE, RecordsAsked, STORED, head_of, ids_by_code, texts};
use super::script::{Literal, Script};
use crate::model::CloneId;
use crate::store::answer::{Answer as _, digest};
use crate::store::cells::half;
use crate::store::column::TABLES;
use crate::store::look::{before, is_at};
use crate::store::reading::{self, CONFLICT, STATE, answers, halves, state};
use crate::store::{KnownAnswer, Look, Looked, MOST_EVENTS, Past, PastQuestion, StoreError};

/// The entities that are looked at: a setting of the transaction names them to every statement after the one that found
/// them.
const WANTED: &str = "ANY(current_setting('instep.wanted')::uuid[])";

/// Looks at the rows, all as of one moment.
pub(super) async fn look(connections: &Connections, clone: CloneId, look: &Look) -> Result<Looked, StoreError> {
    let mut script = Script::default();
    let wanted = |column: &str| if look.everything { "true".to_owned() } else { format!("{column} = {WANTED}") };
    let head = script.add(HEAD, &[]);
    let events = look.since.map(|since| events_after(&mut script, since, MOST_EVENTS));
    let named = look.since.map(|since| (since, events_after(&mut script, before(since), 1)));
    if !look.everything {
        find(&mut script, look);
    }
    let records = RecordsAsked::of(&mut script, |column, _| (wanted(column), Vec::new()));
    let own = format!("SELECT {STATE} FROM orchestration_sync_state WHERE clone_id = $1::uuid AND");
    let left =
        script.add(&format!("{own} {} ORDER BY file_path, entity_id", wanted("entity_id")), &[Literal::text(clone)]);
    let known = format!("SELECT {CONFLICT} FROM orchestration_conflicts WHERE state = 'open' OR");
    let conflicts = script.add(&format!("{known} {} ORDER BY seq DESC", wanted("entity_id")), &[]);
    let is_worth_it =
        if look.names_nobody() { "cardinality(current_setting('instep.wanted')::uuid[]) > 0" } else { "true" };
    let live = script.add(&format!("{LIVE} WHERE {is_worth_it}"), &[]);
    let texts = Literal::byte_strings(look.texts.iter().map(|digest| &digest.as_bytes()[..]));
    let stored = (!look.texts.is_empty()).then(|| script.add(STORED, &[texts]));
    let mut answers = connections.ask("look at the rows", script).await?;
    let head = head_of(connections.server(), &answers.take(head))?;
    let read = || {
        Ok(Looked {
            head,
            since: match named {
                Some((since, place)) => {
                    let found = answers.take(place).first().map(reading::event).transpose()?;
                    found.and_then(|event| is_at(since, &event))
                }
                None => None,
            },
            events: answers.maybe_take(events).iter().map(reading::event).collect::<sqlx::Result<_>>()?,
            records: records.take(&mut answers)?,
            left: answers.take(left).iter().map(state).collect::<sqlx::Result<_>>()?,
            conflicts: answers.take(conflicts).iter().map(reading::conflict).collect::<sqlx::Result<_>>()?,
            live: answers
                .take(live)
                .first()
                .map(|row| row.number(0))
                .transpose()?
                .and_then(|n| usize::try_from(n).ok()),
            stored: answers.maybe_take(stored).iter().map(|row| digest(row, 0)).collect::<sqlx::Result<_>>()?,
        })
    };
    read().map_err(connections.server().failed("look at the rows"))
}

/// Finds the entities that are looked at.
fn find(script: &mut Script, look: &Look) {
    let mut named = vec!["SELECT unnest($2::uuid[])".to_owned()];
    let mut values = vec![Literal::texts(&look.codes), Literal::texts(&look.ids), Literal::texts(&look.tasks_of)];
    if !look.codes.is_empty() {
        named.extend(TABLES.map(ids_by_code));
    }
    if !look.tasks_of.is_empty() {
        named
            .push("SELECT id FROM orchestration_tasks WHERE deleted_at IS NULL AND sprint_id = ANY($3::uuid[])".into());
    }
    if look.in_conflict {
        named.push(
            "SELECT entity_id FROM orchestration_conflicts WHERE state = 'open' AND entity_id IS NOT NULL".into(),
        );
    }
    if let Some(since) = look.since {
        let most = i64::try_from(MOST_EVENTS).unwrap_or(i64::MAX);
        values.extend([Literal::number(since.seq), Literal::text(since.epoch), Literal::number(most)]);
        named.push(
            "SELECT entity_id FROM (SELECT entity_id FROM orchestration_events WHERE seq > $4 AND epoch = $5::uuid \
             ORDER BY seq LIMIT $6) e WHERE entity_id IS NOT NULL"
                .into(),
        );
    }
    let sql = format!(
        "WITH named (id) AS ({}), wanted (id) AS (SELECT id FROM named UNION SELECT t.sprint_id FROM named n \
         JOIN orchestration_tasks t ON t.id = n.id WHERE t.sprint_id IS NOT NULL) \
         SELECT length(set_config('instep.wanted', coalesce(array_agg(id)::text, '{{}}'), true)) FROM wanted",
        named.join(" UNION ")
    );
    script.add(&sql, &values);
}

/// Asks what was before, all as of one moment.
pub(super) async fn past(connections: &Connections, question: PastQuestion<'_>) -> Result<Past, StoreError> {
    let PastQuestion { documents, outdated, texts: wanted } = question;
    let mut script = Script::default();
    let known = script.over(&KNOWN, &halves(documents), half);
    let stamps: Vec<_> = halves(outdated).into_iter().filter(|half| half.at % 2 == 0).collect();
    let later = script.over(&LATER, &stamps, half);
    let laid = script.over(&LATER_DOCUMENTS, &stamps, half);
    let digests = || wanted.iter().map(|digest| &digest.as_bytes()[..]);
    let blobs = (!wanted.is_empty()).then(|| script.add(BLOBS, &[Literal::byte_strings(digests())]));
    if known.is_none() && later.is_none() && blobs.is_none() {
        return Ok(Past { known: vec![KnownAnswer::default(); documents.len()], ..Past::default() });
    }
    let mut found = connections.ask("look up texts", script).await?;
    let mut read = || {
        let laid = by_revision(&found.maybe_take(laid))?;
        Ok(Past {
            known: answers(documents, &found.maybe_take(known))?,
            later: reading::revisions(&found.maybe_take(later), laid)?,
            texts: texts(&found.maybe_take(blobs))?,
        })
    };
    read().map_err(connections.server().failed("look up texts"))
}
