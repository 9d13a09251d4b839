//! What a person decided of conflicts, carried out as the merge that those conflicts stopped.

use super::case::{Surroundings, case};
use super::gather::{Gathered, Place};
use super::prepare::{EntityVerdict, Facts};
use super::told::{by_field, conflicts};
use crate::document::Hole;
use crate::model::{ConflictKind, DocumentKey, Field, Fields, NewConflict};
use crate::reconcile::{
    Choice, Circumstances, Collision, FileAction, How, RowAction, Side, Writing, Writings, decide, decide_with,
};

/// One decision.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What collided, as it was recorded.
    pub what: NewConflict,
    /// Whose word counts.
    pub side: Side,
    /// What the file said, where the file does not say it any more: the row won, or the file is gone.
    pub value: Option<Given>,
    /// The document whose word counts, where several say different things; the main one without it.
    pub of: Option<String>,
}

/// A value that somebody decided for.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// The value of a field.
    Field(Field, serde_json::Value),
    /// What stands at a pointer of a document, as it was written; `None` takes it away.
    Place(DocumentKey, String, Option<String>),
}

impl Decision {
    /// The field that gets a value, and which.
    pub(super) fn field(&self) -> Option<(Field, serde_json::Value)> {
        match &self.value {
            Some(Given::Field(field, value)) => Some((*field, value.clone())),
            _ => None,
        }
    }

    /// The pointer that gets a value, with its document, and the value.
    pub(super) fn place(&self) -> Option<(&DocumentKey, &str, Option<&str>)> {
        match &self.value {
            Some(Given::Place(key, pointer, raw)) => Some((key, pointer, raw.as_deref())),
            _ => None,
        }
    }
}

/// The merge of one entity with what was decided; what else collides goes on waiting.
pub(super) fn chosen(gathered: &Gathered, decisions: &[Decision], facts: &mut Facts) -> EntityVerdict {
    let around = Surroundings {
        circumstances: Circumstances::default(),
        left_at: gathered.candidate.record.as_ref().map(Place::of_row),
        is_unfit: false,
        homes: Vec::new(),
        is_blocked: &|_| false,
    };
    let case = case(gathered, &around);
    let waiting = decide(&case);
    let told = conflicts(gathered, &waiting, facts);
    let places = by_field(&waiting.collisions);
    let mut choices = Vec::new();
    let mut fields = Fields::new();
    let mut given = Vec::new();
    for decision in decisions {
        let fits = |conflict: &&NewConflict| is_same_place(&decision.what, conflict);
        let exact = told.iter().position(|conflict| *conflict == decision.what);
        let found = exact.or_else(|| told.iter().position(|conflict| fits(&conflict)));
        match found.map(|at| &places[at]) {
            Some(places) => choices.extend(choices_of(decision, places)),
            // What both sides agree on by now needs no decision, except that the row won a field.
            None if decision.what.kind == ConflictKind::Field => {
                fields.extend(decision.field());
                given.extend(decision.place());
            }
            None => {}
        }
    }
    let verdict = decide_with(&case, &choices);
    if fields.is_empty() && given.is_empty() {
        return verdict;
    }
    with_values(gathered, verdict, (&fields, &given), facts)
}

/// What was decided, in each place of what collided. Where the files say different things, one place counts for all.
fn choices_of(decision: &Decision, places: &[&Collision<DocumentKey, Writing>]) -> Vec<Choice<DocumentKey, Hole>> {
    let is_named = |place: &&&Collision<DocumentKey, Writing>| {
        place.part.as_ref().is_some_and(|part| Some(&part.name) == decision.of.as_ref())
    };
    let differ = places.iter().any(|place| place.kind == ConflictKind::TwoPlaces) && decision.side == Side::File;
    let counting: Vec<_> = match places.iter().find(is_named).or(places.first()) {
        Some(one) if differ => vec![*one],
        _ => places.to_vec(),
    };
    let choice = |place: &Collision<DocumentKey, Writing>| {
        Some(Choice { part: place.part.clone()?, key: place.key.clone(), side: decision.side })
    };
    counting.into_iter().filter_map(choice).collect()
}

/// Whether two records are about the same thing, whatever it says by now.
fn is_same_place(a: &NewConflict, b: &NewConflict) -> bool {
    (a.kind, &a.document, &a.field) == (b.kind, &b.document, &b.field)
}

/// A pointer of a document, and what shall stand there.
type Placed<'a> = (&'a DocumentKey, &'a str, Option<&'a str>);

/// Puts values into documents; a document that cannot hold one stays as it is.
pub(super) fn with_places(mut documents: Writings, places: &[Placed<'_>]) -> Writings {
    for (key, pointer, raw) in places {
        let now = documents.get(*key).and_then(|document| document.with_value_at(pointer, *raw));
        documents.extend(now.map(|now| ((*key).clone(), now)));
    }
    documents
}

/// Lays values over what the verdict makes of the row and of the files that follow it.
fn with_values(
    gathered: &Gathered,
    verdict: EntityVerdict,
    (fields, places): (&Fields, &[Placed<'_>]),
    facts: &mut Facts,
) -> EntityVerdict {
    let (parts, how, by_git): (Writings, How, bool) = match verdict.row {
        RowAction::Write { parts, how, by_git } => (parts, how, by_git),
        RowAction::Keep | RowAction::Delete { .. } => (gathered.head.clone(), How::Updated, false),
    };
    let documents = with_places(facts.lay(&parts, fields), places);
    let mut files = verdict.files;
    for (key, file) in &mut files {
        let changed = documents.get(key).filter(|now| parts.get(key) != Some(now));
        if let (Some(now), true) = (changed, file.action != FileAction::Pass) {
            file.action = FileAction::Write(now.clone());
        }
    }
    EntityVerdict { row: RowAction::Write { parts: documents, how, by_git }, files, ..verdict }
}
