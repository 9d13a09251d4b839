//! The truth of an entity: its documents with the columns laid over them that another program changed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Writing;
use crate::document::{Document, EditError, SlotKey};
use crate::model::{DocumentKey, Field, Fields, Role, Typed};

/// The documents of one revision of one entity.
pub type Writings = BTreeMap<DocumentKey, Writing>;

/// Documents with changed columns laid over them.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlaid {
    /// The documents; those that say nothing of a changed column are as before.
    pub documents: Writings,
    /// The columns that no document has a place for; the row alone keeps them.
    pub in_row_alone: Vec<Field>,
    /// The columns that a document speaks of and cannot say; no place of theirs is changed.
    pub refused: Vec<(Field, EditError)>,
}

/// Edits `fields` in `documents`, each in the style of its document; every other byte stays.
///
/// The first document that speaks of a field is changed, and with it those that said the same: all of them or none. A
/// field that none speaks of is put into the header of the first document that has one.
pub fn overlay(documents: &Writings, fields: &Fields) -> Overlaid {
    let mut laid = Overlaid { documents: documents.clone(), in_row_alone: Vec::new(), refused: Vec::new() };
    for (field, value) in fields {
        match edited(&laid.documents, *field, value) {
            Ok(Some(edited)) => laid.documents.extend(edited),
            Ok(None) => laid.in_row_alone.push(*field),
            Err(why) => laid.refused.push((*field, why)),
        }
    }
    laid
}

/// The documents that then say `value`; nothing where no document has a place for it.
pub(super) fn edited(documents: &Writings, field: Field, value: &Value) -> Result<Option<Writings>, EditError> {
    let parsed = || documents.iter().filter_map(|(key, writing)| Some((key, writing.parsed()?, writing.said(field))));
    let Some(before) = parsed().find_map(|(.., said)| said) else {
        let speakable = parsed().filter(|(key, ..)| key.role != Role::AgentConfig);
        return inserted(speakable.map(|(key, document, _)| (key, document)), field, value);
    };
    let same = parsed().filter(|(.., said)| said.as_ref() == Some(&before));
    let written = |(key, document, _): (&DocumentKey, &Document, _)| Ok((key.clone(), document.write(field, value)?));
    let written = same.map(written).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(written.into_iter().map(|(key, document)| (key, Writing::edited(document))).collect()))
}

/// Puts a field into the first document with a header. An AGENT.yml is never asked: it only repeats.
fn inserted<'a>(
    documents: impl Iterator<Item = (&'a DocumentKey, &'a Document)>,
    field: Field,
    value: &Value,
) -> Result<Option<Writings>, EditError> {
    if value.is_null() {
        return Ok(None);
    }
    for (key, document) in documents {
        match document.write(field, value) {
            Err(EditError::NoHeader | EditError::NoSlot) => {}
            written => return Ok(Some(Writings::from([(key.clone(), Writing::edited(written?))]))),
        }
    }
    Ok(None)
}

impl Writing {
    /// What the document says of `field`, as a row holds it; `null` where it speaks of it and says nothing that fits.
    pub(super) fn said(&self, field: Field) -> Option<Value> {
        let slot = self.parsed()?.slot(&SlotKey::Field(field))?;
        Some(slot.typed.as_ref().map_or(Value::Null, Typed::to_json))
    }
}
