//! The truth of an entity: its documents with the columns laid over them that another program changed.

use std::collections::BTreeMap;

use super::Writing;
use crate::model::{DocumentKey, Field, Patch, Role};

/// The documents of one revision of one entity.
pub type Writings = BTreeMap<DocumentKey, Writing>;

/// Documents with changed columns laid over them.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlaid {
    /// The documents; those that say nothing of a changed column are as before.
    pub documents: Writings,
    /// The columns that no document has a place for; the row alone keeps them.
    pub in_row_alone: Vec<Field>,
}

/// Edits the fields of `patch` in `documents`, each in the style of its document; every other byte stays.
///
/// The first document that speaks of a field is changed, and with it those that said the same. A field that none
/// speaks of is put into the header of the first document that takes it.
pub fn overlay(documents: &Writings, patch: &Patch) -> Overlaid {
    let mut laid = Overlaid { documents: documents.clone(), in_row_alone: Vec::new() };
    for (field, value) in patch {
        if !write(&mut laid.documents, *field, value) {
            laid.in_row_alone.push(*field);
        }
    }
    laid
}

/// Makes the documents say `value`; tells whether one does.
fn write(documents: &mut Writings, field: Field, value: &serde_json::Value) -> bool {
    let speakers: Vec<_> =
        documents.iter().filter_map(|(key, writing)| Some((key.clone(), writing.said(field)?))).collect();
    let Some((_, before)) = speakers.first() else {
        return value.is_null() || insert(documents, field, value);
    };
    let mut is_said = false;
    for (key, _) in speakers.iter().filter(|(_, said)| said == before) {
        let edited = documents[key].parsed().and_then(|document| document.write(field, value).ok());
        is_said |= edited.is_some();
        documents.extend(edited.map(|document| (key.clone(), Writing::edited(document))));
    }
    is_said
}

/// Puts a field into the first document with a header; never into an AGENT.yml, which only repeats.
fn insert(documents: &mut Writings, field: Field, value: &serde_json::Value) -> bool {
    let takes = |(key, writing): (&DocumentKey, &Writing)| {
        let document = writing.parsed().filter(|_| key.role != Role::AgentConfig)?;
        Some((key.clone(), Writing::edited(document.write(field, value).ok()?)))
    };
    let taken = documents.iter().find_map(takes);
    let is_said = taken.is_some();
    documents.extend(taken);
    is_said
}

impl Writing {
    /// What the document says of `field`, as a row holds it; `null` where it speaks of it and says nothing that fits.
    pub(super) fn said(&self, field: Field) -> Option<serde_json::Value> {
        let document = self.parsed()?;
        let slot = document.slot(&crate::document::SlotKey::Field(field))?;
        Some(slot.typed.as_ref().map_or(serde_json::Value::Null, |typed| typed.to_json()))
    }
}
