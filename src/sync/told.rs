//! What reports and conflict records tell of one entity.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::gather::{FileRead, Gathered};
use super::plan::{DocumentChange, Note, NoteKind};
use super::prepare::{EntityVerdict, Facts};
use super::record::RowChange;
use super::repeats;
use crate::document::{self, Document, Hole, pointer_of};
use crate::model::{
    Change, Changes, ConflictKind, Digest, DocPath, DocumentKey, DocumentVersion, Elsewhere, Field, Fields,
    NewConflict, Problem, Role,
};
use crate::reconcile::{
    Collision, Content, FileAction, Report, RowAction, Said, Writing, agent_config, config_change, fields,
};

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
        let before = record.and_then(|_| agent_config(&gathered.head));
        told.extend(members(before.as_ref(), change.agent_config.as_ref()));
    }
    told
}

/// What differs between two agent configurations, place by place, without what repeats a field; nothing where there is
/// one alone.
fn members(from: Option<&Value>, to: Option<&Value>) -> Changes {
    let (Some(_), Some(_), Some(change)) = (from, to, config_change(from, to)) else { return Changes::new() };
    let (from, to) = (change.from.as_object(), change.to.as_object());
    let repeated: Vec<&str> = Field::ALL.iter().filter_map(|field| pointer_of(Role::AgentConfig, *field)).collect();
    let pointers = from.into_iter().chain(to).flat_map(|told| told.keys());
    let value = |told: Option<&Map<String, Value>>, pointer| told.and_then(|told| told.get(pointer)).cloned();
    pointers
        .filter(|pointer| !repeated.contains(&pointer.as_str()))
        .map(|pointer| {
            let (from, to) = (value(from, pointer), value(to, pointer));
            (pointer.clone(), Change { from: from.unwrap_or_default(), to: to.unwrap_or_default() })
        })
        .collect()
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
    let mut told = differences(&fields(&before, None), &fields(&written, None));
    told.extend(members(agent_config(&before).as_ref(), agent_config(&written).as_ref()));
    told
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
        Report::Pending => Some(note(NoteKind::Pending, home.clone(), "the edit does not count on this branch")),
        Report::MissingHere(_) => {
            Some(note(NoteKind::MissingHere, home.clone(), "missing on this branch, which is no deletion"))
        }
        Report::Behind(key) => Some(note(NoteKind::Behind, path(key), "older than the database")),
        Report::PlacesDiffer(key) => {
            Some(note(NoteKind::Problem, path(key), &repeats::told(key, &afterwards(gathered, verdict))))
        }
        Report::LeftBehind(key) => {
            Some(note(NoteKind::Unmanaged, path(key), "stays although its entity is deleted: it is stored nowhere"))
        }
        Report::Overruled(key) => Some(note(NoteKind::Pending, path(key), "files only follow the database here")),
        Report::Quarantined(_) | Report::Unreadable(_) => None,
    };
    let unfit = facts.unfit.iter().map(|why| {
        let place = if home.is_empty() { facts.reference.clone() } else { home.clone() };
        note(NoteKind::RowInvalid, place, &format!("no file can hold row {}: {why}", facts.reference))
    });
    let is_said = |(_, value): &(&Field, &Value)| facts.source.is_some() && !value.is_null();
    let alone = facts.row_alone.iter().filter(is_said).map(|(field, _)| {
        let place = if home.is_empty() { facts.reference.clone() } else { home.clone() };
        note(NoteKind::RowAlone, place, &format!("`{field}` is in the database alone: no place here holds it"))
    });
    let reports = verdict.reports.iter().filter_map(said);
    reports.chain(unfit).chain(alone).chain(misread(gathered, verdict)).chain(stampless(gathered, verdict)).collect()
}

/// What the files say once the verdict is carried out.
fn afterwards<'a>(gathered: &'a Gathered, verdict: &'a EntityVerdict) -> BTreeMap<&'a DocumentKey, &'a Document> {
    let said = |key| match verdict.files.get(key).map(|file| &file.action) {
        Some(FileAction::Write(content)) => content.parsed(),
        _ => gathered.files.get(key)?.content.as_ref()?.parsed(),
    };
    let keys = gathered.files.keys().chain(verdict.files.keys());
    keys.filter_map(|key| Some((key, said(key)?))).collect()
}

/// Documents that this clone left with a stamp and that get one again.
fn stampless<'a>(gathered: &'a Gathered, verdict: &'a EntityVerdict) -> impl Iterator<Item = Note> + 'a {
    let is_mended = |key: &DocumentKey| {
        verdict.files.get(key).is_some_and(|file| matches!(file.action, FileAction::Restamp | FileAction::Write(_)))
    };
    let was_left = |key: &DocumentKey| gathered.left.get(key).is_some_and(|left| left.content.is_some());
    let lost_it = move |(key, file): &(&DocumentKey, &FileRead)| {
        let has_none = key.role.is_managed() && file.content.is_some() && file.stamp.is_none();
        has_none && was_left(key) && is_mended(key)
    };
    gathered.files.iter().filter(lost_it).map(|(_, file)| Note {
        kind: NoteKind::Problem,
        path: file.path.to_string(),
        message: "its last line, the stamp, was gone or damaged: what it says counts as an edit of what was last there"
            .into(),
        count: 1,
    })
}

/// What nobody can tell the meaning of in a text that a row is about to take over from a file: values of fields, and what
/// is wrong with the text as a whole. What the row knew before is not told again.
fn misread(gathered: &Gathered, verdict: &EntityVerdict) -> Vec<Note> {
    let RowAction::Write { parts, .. } = &verdict.row else { return Vec::new() };
    let mut notes = Vec::new();
    for (key, part) in parts {
        let Some(file) = gathered.files.get(key) else { continue };
        let known = gathered.head.get(key);
        let problems = [news_of_values(key.role, part, known), news_of_whole(part, known)].concat();
        notes.extend(problems.into_iter().map(|problem| Note {
            kind: NoteKind::Problem,
            path: format!("{}:{}:{}", file.path, problem.position.line, problem.position.column),
            message: problem.message,
            count: 1,
        }));
    }
    notes
}

fn news_of_values(role: Role, part: &Writing, known: Option<&Writing>) -> Vec<Problem> {
    let known = known.map(Writing::values);
    let is_news = |(hole, said): (&Hole, &Said)| {
        let before = known.and_then(|known| known.get(hole));
        said.typed.is_none() && before.is_none_or(|before| before.raw != said.raw)
    };
    let news: BTreeSet<&str> =
        part.values().iter().filter(|value| is_news(*value)).map(|(_, said)| said.raw.as_str()).collect();
    if news.is_empty() {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(part.bytes());
    let problems = document::parse(role, &*text).1.into_iter();
    problems.filter(|problem| !problem.span.is_empty() && news.contains(&text[problem.span.clone()])).collect()
}

fn news_of_whole(part: &Writing, known: Option<&Writing>) -> Vec<Problem> {
    let of = |writing: &Writing| writing.parsed().map_or_else(Vec::new, |document| document.troubles().to_vec());
    let before = known.map(of).unwrap_or_default();
    of(part).into_iter().filter(|trouble| before.iter().all(|known| known.rule != trouble.rule)).collect()
}

pub(super) fn conflicts(gathered: &Gathered, verdict: &EntityVerdict, facts: &Facts) -> Vec<NewConflict> {
    by_field(&verdict.collisions).iter().map(|places| conflict(gathered, places, facts)).collect()
}

/// The collisions; those of one field, in whichever places, are one thing to decide. What is only on record is not told
/// with what waits.
pub(super) fn by_field<C>(collisions: &[Collision<DocumentKey, C>]) -> Vec<Vec<&Collision<DocumentKey, C>>>
where
    C: Content<Key = Hole>,
{
    let mut fields: Vec<Vec<&Collision<DocumentKey, C>>> = Vec::new();
    for collision in collisions {
        let is_same = |places: &&mut Vec<&Collision<DocumentKey, C>>| {
            let topic = |one: &Collision<DocumentKey, C>| one.key.as_ref().map(|hole| hole.key.clone());
            let is_on_record = |one: &Collision<DocumentKey, C>| one.kind.is_closed_at_birth();
            collision.key.is_some()
                && topic(places[0]) == topic(collision)
                && is_on_record(places[0]) == is_on_record(collision)
        };
        match fields.iter_mut().find(is_same) {
            Some(places) => places.push(collision),
            None => fields.push(vec![collision]),
        }
    }
    fields
}

/// `places` are those of one field, the main one first.
fn conflict(gathered: &Gathered, places: &[&Collision<DocumentKey, Writing>], facts: &Facts) -> NewConflict {
    let (collision, others) = places.split_first().expect("somewhere it collides");
    let kind = places.iter().map(|place| place.kind).find(|kind| kind.is_hold()).unwrap_or(collision.kind);
    let main = gathered.files.keys().next().cloned();
    let document = collision.part.clone().or(main);
    let file = document.as_ref().and_then(|key| gathered.files.get(key));
    let path = |path: Option<&DocPath>| path.map(DocPath::to_string);
    let [base, of_file, of_row] = match collision.kind {
        ConflictKind::Path => [path(facts.left_at.as_ref()), path(facts.lies_at.as_ref()), path(Some(&facts.home))],
        _ => [raw(&collision.base), raw(&collision.file), raw(&collision.row)],
    };
    NewConflict {
        kind,
        entity: Some(gathered.candidate.id),
        path: file.map_or_else(|| facts.home.clone(), |file| file.path.clone()),
        document,
        field: collision.key.as_ref().map(|hole| hole.key.to_string()).or_else(|| whole_part(gathered, collision)),
        base,
        file: of_file,
        row: of_row,
        elsewhere: others.iter().filter_map(|place| elsewhere(collision, place)).collect(),
        kept: file.map(|file| file.blob),
    }
}

/// A value as it is spelled.
fn raw(said: &Option<Said>) -> Option<String> {
    said.as_ref().map(|said| said.raw.clone())
}

/// What a place says beside the main one; nothing where it is a mirror of that in the same document.
fn elsewhere(main: &Collision<DocumentKey, Writing>, place: &Collision<DocumentKey, Writing>) -> Option<Elsewhere> {
    let part = place.part.as_ref()?;
    let is_mirror = main.part.as_ref() == Some(part) && raw(&main.file) == raw(&place.file);
    (!is_mirror).then(|| Elsewhere { document: part.name.clone(), value: raw(&place.file) })
}

/// A document by its name, where that alone is away on one side and not on the other: that is no conflict about the
/// whole task.
fn whole_part(gathered: &Gathered, collision: &Collision<DocumentKey, Writing>) -> Option<String> {
    let is_about_being_there = matches!(collision.kind, ConflictKind::DeleteEdit | ConflictKind::EditDelete);
    let part = collision.part.as_ref().filter(|_| is_about_being_there)?;
    let outlives = |key: &DocumentKey| key.role.is_managed() && key != part;
    match part.role {
        Role::AgentConfig | Role::Attachment => Some(part.name.clone()),
        _ => gathered.files.keys().any(outlives).then(|| part.name.clone()),
    }
}
