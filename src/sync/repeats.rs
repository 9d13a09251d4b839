//! Fields that an entity says in several places, and not the same in all: where, and what.

use std::collections::BTreeMap;

use crate::document::{Document, Slot};
use crate::model::{DocumentKey, Field, Position};

/// The documents of an entity.
type Documents<'a> = BTreeMap<&'a DocumentKey, &'a Document>;

/// What the document `key` says otherwise than the main place; one sentence for all of it.
pub(super) fn told(key: &DocumentKey, files: &Documents<'_>) -> String {
    let differing: Vec<String> = files
        .get(key)
        .into_iter()
        .flat_map(|document| document.slots().iter().map(move |slot| (document, slot)))
        .filter_map(|(document, slot)| difference(key, document, slot, files))
        .collect();
    match differing.as_slice() {
        [] => "repeats a field with another value; the main place counts".to_owned(),
        _ => differing.join("; "),
    }
}

fn difference(key: &DocumentKey, document: &Document, slot: &Slot, files: &Documents<'_>) -> Option<String> {
    let field = slot.field()?;
    let (main_key, main, speaker) = speaker(field, files)?;
    let is_itself = main_key == key && main.raw(speaker) == document.raw(slot) && speaker.span == slot.span;
    let is_same = slot.typed == speaker.typed && (slot.typed.is_some() || main.raw(speaker) == document.raw(slot));
    if is_itself || is_same {
        return None;
    }
    let at = Position::of(document.text(), slot.span.start);
    let there = Position::of(main.text(), speaker.span.start).line;
    let (said, other) = (document.raw(slot).trim(), main.raw(speaker).trim());
    let counts = match speaker.typed {
        Some(_) => "the main place counts",
        None => "the first that can be understood counts",
    };
    Some(format!(
        "line {}, column {}: {field} is `{said}`, and in {}:{there} `{other}`; {counts}",
        at.line, at.column, main_key.name
    ))
}

/// The main place of a field: the first that speaks of it, in the order of the documents.
fn speaker<'a>(field: Field, files: &Documents<'a>) -> Option<(&'a DocumentKey, &'a Document, &'a Slot)> {
    files.iter().find_map(|(key, document)| {
        let slot = document.slots().iter().find(|slot| !slot.is_mirror && slot.field() == Some(field))?;
        Some((*key, *document, slot))
    })
}
