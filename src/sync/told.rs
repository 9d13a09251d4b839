//! What reports and conflict records tell of one entity.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::gather::Gathered;
use super::plan::{DocumentChange, Note, NoteKind};
use super::prepare::{EntityVerdict, Facts};
use super::record::RowChange;
use super::repeats;
use super::unfit::CONFIG;
use crate::document::{self, Hole};
use crate::model::{
    Change, Changes, ConflictKind, Digest, DocPath, DocumentKey, DocumentVersion, Field, Fields, NewConflict, Role,
};
use crate::reconcile::{Collision, Content as _, FileAction, Report, RowAction, Said, Writing, fields};

pub(super) fn kinds(verdict: &EntityVerdict) -> Vec<ConflictKind> {
    let mut kinds: Vec<ConflictKind> = verdict.collisions.iter().map(|collision| collision.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The typed fields that change, in the row or in the files.
pub(super) fn changes(gathered: &Gathered, verdict: &EntityVerdict, row: &RowChange) -> Changes {
    let none = Fields::new();
    let record = gathered.candidate.record.as_ref().map(|record| &record.fields);
    let mut told = in_files(gathered, verdict);
    if let Some(change) = &row.change {
        told.extend(differences(record.unwrap_or(&none), &change.fields));
    }
    told
}

/// What the row of an entity that stays takes over and what no field tells: other attachments, and documents that are
/// gone.
pub(super) fn documents(gathered: &Gathered, row: &RowChange) -> BTreeMap<String, DocumentChange> {
    let (Some(record), Some(change)) = (&gathered.candidate.record, &row.change) else { return BTreeMap::new() };
    if record.deleted || change.deleted {
        return BTreeMap::new();
    }
    let of = |all: &[DocumentVersion]| -> BTreeMap<DocumentKey, Digest> {
        all.iter().map(|version| (version.key.clone(), version.canonical)).collect()
    };
    let (before, after) = (of(&record.documents), of(&change.documents));
    let lost = before.keys().filter(|key| !after.contains_key(key)).map(|key| (key, DocumentChange::Removed));
    let attached = after.iter().filter(|(key, _)| key.role == Role::Attachment);
    let taken = attached.filter_map(|(key, text)| match before.get(key) {
        None => Some((key, DocumentChange::Made)),
        Some(old) => (old != text).then_some((key, DocumentChange::Changed)),
    });
    lost.chain(taken).map(|(key, change)| (key.name.clone(), change)).collect()
}

/// The typed fields that change in the files that are written.
fn in_files(gathered: &Gathered, verdict: &EntityVerdict) -> Changes {
    let written: BTreeMap<DocumentKey, Writing> = verdict
        .files
        .iter()
        .filter_map(|(key, file)| match &file.action {
            FileAction::Write(content) => Some((key.clone(), content.clone())),
            _ => None,
        })
        .collect();
    let before: BTreeMap<DocumentKey, Writing> =
        written.keys().filter_map(|key| Some((key.clone(), gathered.files.get(key)?.content.clone()?))).collect();
    if before.is_empty() {
        return Changes::new();
    }
    differences(&fields(&before, None), &fields(&written, None))
}

/// What differs between two sets of fields.
fn differences(from: &Fields, to: &Fields) -> Changes {
    let value = |fields: &Fields, field: Field| fields.get(&field).cloned().unwrap_or_default();
    let named = from.keys().chain(to.keys()).copied();
    named
        .map(|field| (field, Change { from: value(from, field), to: value(to, field) }))
        .filter(|(_, change)| change.from != change.to)
        .map(|(field, change)| (field.word().to_owned(), change))
        .collect()
}

pub(super) fn notes(gathered: &Gathered, verdict: &EntityVerdict, facts: &Facts) -> Vec<Note> {
    let home = gathered.candidate.files.first().map(|seen| seen.path.to_string()).unwrap_or_default();
    let path = |key: &DocumentKey| gathered.files.get(key).map_or_else(|| key.name.clone(), |f| f.path.to_string());
    let note = |kind, path, message: &str| Note { kind, path, message: message.into(), count: 1 };
    let said = |report: &Report<DocumentKey>| match report {
        // Nothing of it can be read: that is told, and there is no edit that could count.
        Report::Pending if gathered.files.values().all(|file| file.content.is_none()) && !gathered.files.is_empty() => {
            None
        }
        Report::Pending => Some(note(NoteKind::Pending, home.clone(), "the edit does not count on this branch")),
        Report::MissingHere(_) => {
            Some(note(NoteKind::MissingHere, home.clone(), "missing on this branch, which is no deletion"))
        }
        Report::Behind(key) => Some(note(NoteKind::Behind, path(key), "older than the database")),
        Report::PlacesDiffer(key) => Some(note(NoteKind::Problem, path(key), &repeats::told(key, &gathered.files))),
        Report::LeftBehind(key) => {
            Some(note(NoteKind::Unmanaged, path(key), "stays although its entity is deleted: it is stored nowhere"))
        }
        Report::Overruled(key) => Some(note(NoteKind::Pending, path(key), "files only follow the database here")),
        Report::Quarantined(_) | Report::Unreadable(_) => None,
    };
    let unfit = facts.unfit.iter().map(|why| {
        let place = if home.is_empty() { facts.reference.clone() } else { home.clone() };
        note(NoteKind::RowInvalid, place, &format!("no file can hold row {}: {why}", gathered.candidate.id))
    });
    let is_said = |(_, value): &(&Field, &Value)| facts.source.is_some() && !value.is_null();
    let alone = facts.row_alone.iter().filter(is_said).map(|(field, _)| {
        let place = if home.is_empty() { facts.reference.clone() } else { home.clone() };
        note(NoteKind::RowAlone, place, &format!("`{field}` is in the database alone: no place here holds it"))
    });
    let reports = verdict.reports.iter().filter_map(said);
    reports.chain(unfit).chain(alone).chain(misread(gathered, verdict)).collect()
}

/// Values of fields that a row is about to take over from a file although nobody can tell what they mean.
fn misread(gathered: &Gathered, verdict: &EntityVerdict) -> Vec<Note> {
    let RowAction::Write { parts, .. } = &verdict.row else { return Vec::new() };
    let mut notes = Vec::new();
    for (key, part) in parts {
        let known = gathered.head.get(key).map(Writing::values);
        let is_news = |(hole, said): (&Hole, &Said)| {
            let before = known.and_then(|known| known.get(hole));
            said.typed.is_none() && before.is_none_or(|before| before.raw != said.raw)
        };
        let news: BTreeSet<&str> =
            part.values().iter().filter(|value| is_news(*value)).map(|(_, said)| said.raw.as_str()).collect();
        let Some(file) = gathered.files.get(key).filter(|_| !news.is_empty()) else { continue };
        let text = String::from_utf8_lossy(part.bytes());
        let problems = document::parse(key.role, &*text).1.into_iter();
        let of_news = problems.filter(|problem| news.contains(&text[problem.span.clone()]));
        notes.extend(of_news.map(|problem| Note {
            kind: NoteKind::Problem,
            path: format!("{}:{}:{}", file.path, problem.position.line, problem.position.column),
            message: problem.message,
            count: 1,
        }));
    }
    notes
}

pub(super) fn conflicts(gathered: &Gathered, verdict: &EntityVerdict, facts: &Facts) -> Vec<NewConflict> {
    verdict.collisions.iter().map(|collision| conflict(gathered, collision, facts)).collect()
}

fn conflict(gathered: &Gathered, collision: &Collision<DocumentKey, Writing>, facts: &Facts) -> NewConflict {
    let main = gathered.files.keys().next().cloned();
    let document = collision.part.clone().or(main);
    let file = document.as_ref().and_then(|key| gathered.files.get(key));
    let raw = |said: &Option<crate::reconcile::Said>| said.as_ref().map(|said| said.raw.clone());
    let path = |path: Option<&DocPath>| path.map(DocPath::to_string);
    let [base, of_file, of_row] = match collision.kind {
        ConflictKind::Path => [path(facts.left_at.as_ref()), path(facts.lies_at.as_ref()), path(Some(&facts.home))],
        _ => [raw(&collision.base), raw(&collision.file), raw(&collision.row)],
    };
    NewConflict {
        kind: collision.kind,
        entity: Some(gathered.candidate.id),
        path: file.map_or_else(|| facts.home.clone(), |file| file.path.clone()),
        document,
        field: collision.key.as_ref().map(|hole| hole.key.to_string()).or_else(|| whole_part(gathered, collision)),
        base,
        file: of_file,
        row: of_row,
        kept: file.map(|file| file.blob),
    }
}

/// A document by its name, AGENT.yml by its column, where that alone is away on one side and not on the other: that is no
/// conflict about the whole task.
fn whole_part(gathered: &Gathered, collision: &Collision<DocumentKey, Writing>) -> Option<String> {
    let is_about_being_there = matches!(collision.kind, ConflictKind::DeleteEdit | ConflictKind::EditDelete);
    let part = collision.part.as_ref().filter(|_| is_about_being_there)?;
    let outlives = |key: &DocumentKey| key.role.is_managed() && key != part;
    match part.role {
        Role::AgentConfig => Some(CONFIG.to_owned()),
        Role::Attachment => Some(part.name.clone()),
        _ => gathered.files.keys().any(outlives).then(|| part.name.clone()),
    }
}
