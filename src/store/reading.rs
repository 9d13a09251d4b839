//! From what a database answers to the words of the model: which columns are asked for, and what they become.

use std::collections::BTreeMap;

use super::answer::{Answer, digest, document_key, json, maybe_digest, maybe_parsed, maybe_text, parsed, patch, word};
use super::cells::Half;
use super::entry::Standing;
use super::event::ConflictNews;
use super::tracking::{patch_hash, tracking_hash};
use super::{KnownAnswer, KnownQuestion, KnownRevision, Left, SyncState};
use crate::model::{
    Actor, Conflict, ConflictKind, ConflictState, Digest, DocumentVersion, EntityId, EntityKind, EntityRef, Event,
    NewConflict, Patch, Revision, ShortDigest, Source,
};

/// The columns of an event.
pub(super) const EVENT: &str = "seq, epoch, event_id, event_type, entity_type, entity_id, correlation_id, \
     causation_id, session_key, actor, payload, emitted_at";

pub(super) fn event(row: &impl Answer) -> sqlx::Result<Event> {
    let kind = row.text(4)?.and_then(|word| EntityKind::from_word(&word));
    let id = maybe_parsed(row, 5)?;
    Ok(Event {
        seq: row.number(0)?,
        epoch: parsed(row, 1)?,
        event_id: parsed(row, 2)?,
        event_type: super::answer::some_text(row, 3)?.into_owned(),
        entity: kind.zip(id).map(|(kind, id)| EntityRef { kind, id }),
        correlation_id: maybe_parsed(row, 6)?,
        causation_id: maybe_parsed(row, 7)?,
        session_key: maybe_text(row, 8)?,
        actor: Actor::new(&row.text(9)?.unwrap_or_default()),
        payload: json(row, 10)?,
        emitted_at: parsed(row, 11)?,
    })
}

/// The columns of a conflict.
pub(super) const CONFLICT: &str = "id, kind, entity_id, role, name, file_path, field, base_value, file_value, \
     row_value, kept, state, row_author, created_at, resolved_at, resolved_by, resolution, clone_id, elsewhere";

pub(super) fn conflict(row: &impl Answer) -> sqlx::Result<Conflict> {
    let state =
        |text: &str| [ConflictState::Open, ConflictState::Resolved].into_iter().find(|s| state_word(*s) == text);
    let actor = |index| -> sqlx::Result<Option<Actor>> { Ok(row.text(index)?.map(|name| Actor::new(&name))) };
    Ok(Conflict {
        id: parsed(row, 0)?,
        what: NewConflict {
            kind: word(row, 1, ConflictKind::from_word)?,
            entity: maybe_parsed(row, 2)?,
            document: row.text(3)?.map(|_| document_key(row, 3)).transpose()?,
            path: parsed(row, 5)?,
            field: maybe_text(row, 6)?,
            base: maybe_text(row, 7)?,
            file: maybe_text(row, 8)?,
            row: maybe_text(row, 9)?,
            elsewhere: row.text(18)?.map(|_| json(row, 18)).transpose()?.unwrap_or_default(),
            kept: maybe_digest(row, 10)?,
        },
        state: word(row, 11, state)?,
        row_author: actor(12)?,
        created_at: parsed(row, 13)?,
        resolved_at: maybe_parsed(row, 14)?,
        resolved_by: actor(15)?,
        resolution: maybe_text(row, 16)?,
        clone: maybe_parsed(row, 17)?,
    })
}

/// The word of a state in SQL.
pub(super) const fn state_word(state: ConflictState) -> &'static str {
    match state {
        ConflictState::Open => "open",
        ConflictState::Resolved => "resolved",
    }
}

/// Reads `id, kind, entity_type, entity_id, file_path, field, resolution`.
pub(super) fn news(row: &impl Answer) -> sqlx::Result<ConflictNews> {
    let kind = row.text(2)?.and_then(|word| EntityKind::from_word(&word));
    let entity = kind.zip(maybe_parsed(row, 3)?).map(|(kind, id)| EntityRef { kind, id });
    Ok(ConflictNews {
        id: parsed(row, 0)?,
        kind: word(row, 1, ConflictKind::from_word)?,
        entity,
        path: super::answer::some_text(row, 4)?.into_owned(),
        field: maybe_text(row, 5)?,
        resolution: maybe_text(row, 6)?,
    })
}

/// The columns of a revision, in a query that calls its table `r`.
pub(super) const REVISION: &str = "r.n, r.id, r.parent, r.tracking_hash, r.patch, r.author, r.source, r.clone_id, \
     r.correlation_id, r.created_at, r.entity_id";

/// Revisions in the order answered; `documents` has those of each.
pub(super) fn revisions<R: Answer>(
    rows: &[R],
    mut documents: BTreeMap<(EntityId, i64), Vec<DocumentVersion>>,
) -> sqlx::Result<Vec<Revision>> {
    documents.values_mut().for_each(|of_one| of_one.sort_unstable_by(|a, b| a.key.cmp(&b.key)));
    let mut found: Vec<Revision> = rows.iter().map(|row| revision(row, &mut documents)).collect::<sqlx::Result<_>>()?;
    found.sort_by_key(|revision| (revision.entity, revision.n));
    Ok(found)
}

fn revision(
    row: &impl Answer,
    documents: &mut BTreeMap<(EntityId, i64), Vec<DocumentVersion>>,
) -> sqlx::Result<Revision> {
    let (n, entity) = (row.number(0)?, parsed(row, 10)?);
    let patch: Option<Patch> = row.text(4)?.map(|_| patch(row, 4)).transpose()?;
    let created_at = parsed(row, 9)?;
    let computed = || patch.as_ref().map(|patch| tracking_hash(entity, created_at, patch_hash(patch)));
    Ok(Revision {
        id: parsed(row, 1)?,
        entity,
        n,
        parent: maybe_parsed(row, 2)?,
        tracking: match maybe_parsed(row, 3)?.or_else(computed) {
            Some(tracking) => tracking,
            None => return Err(sqlx::Error::Decode("a revision has neither hash nor patch".into())),
        },
        documents: documents.remove(&(entity, n)).or_else(|| patch.is_none().then(Vec::new)),
        patch,
        actor: Actor::new(&row.text(5)?.unwrap_or_default()),
        source: word(row, 6, Source::from_word)?,
        clone: maybe_parsed(row, 7)?,
        correlation: maybe_parsed(row, 8)?,
        created_at,
    })
}

/// The columns of what was left on disk.
pub(super) const STATE: &str = "entity_id, role, name, file_path, revision, raw, blob, canonical, head, sprint_id";

pub(super) fn state(row: &impl Answer) -> sqlx::Result<SyncState> {
    let left = match maybe_digest(row, 5)? {
        None => None,
        Some(raw) => Some(Left { raw, blob: digest(row, 6)?, canonical: digest(row, 7)? }),
    };
    Ok(SyncState {
        entity: parsed(row, 0)?,
        key: document_key(row, 1)?,
        path: parsed(row, 3)?,
        revision: parsed(row, 4)?,
        left,
        head: maybe_text(row, 8)?,
        sprint: maybe_parsed(row, 9)?,
    })
}

/// Reads `id, row_version, head_revision`, the code, the sprint, whether it is live, `file_path`.
pub(super) fn standing(row: &impl Answer) -> sqlx::Result<(EntityId, Standing)> {
    let (sprint, code) = (maybe_parsed(row, 4)?, row.text(3)?);
    let is_live = row.number(5)? != 0;
    let place = code.filter(|_| is_live).map(|code| (sprint, code.to_ascii_lowercase()));
    let standing =
        Standing { row_version: row.number(1)?, head: maybe_parsed(row, 2)?, place, path: maybe_text(row, 6)? };
    Ok((parsed(row, 0)?, standing))
}

/// What is asked for each question: the stamp's half bears an even number, the text's the odd one after it.
///
/// A stamp bears the beginning of a digest, so it asks for a range of them; a whole digest is a range of one.
pub(super) fn halves(questions: &[KnownQuestion]) -> Vec<Half<'_>> {
    let of_one = |(index, question): (usize, _)| {
        let question: &KnownQuestion = question;
        let at = 2 * i64::try_from(index).expect("so many questions fit no memory");
        let stamp = question.stamp.map(|short| Half { question, at, range: beginning_with(short) });
        let text = question.canonical.map(|whole| Half { question, at: at + 1, range: whole..=whole });
        stamp.into_iter().chain(text)
    };
    questions.iter().enumerate().flat_map(of_one).collect()
}

fn beginning_with(short: ShortDigest) -> std::ops::RangeInclusive<Digest> {
    let filled = |rest| {
        let mut bytes = [rest; 32];
        bytes[..6].copy_from_slice(short.as_bytes());
        Digest::from_bytes(bytes)
    };
    filled(0x00)..=filled(0xff)
}

/// Puts what was answered to halves, as `at, n, id, blob, canonical`, in the order of the questions.
pub(super) fn answers<R: Answer>(questions: &[KnownQuestion], rows: &[R]) -> sqlx::Result<Vec<KnownAnswer>> {
    let mut answers = vec![KnownAnswer::default(); questions.len()];
    for row in rows {
        let at: usize = usize::try_from(row.number(0)?).expect("it was asked from 0 on");
        let answer = &mut answers[at / 2];
        let slot = if at.is_multiple_of(2) { &mut answer.by_stamp } else { &mut answer.by_text };
        *slot = Some(KnownRevision {
            n: row.number(1)?,
            revision: parsed(row, 2)?,
            blob: digest(row, 3)?,
            canonical: digest(row, 4)?,
        });
    }
    Ok(answers)
}
