//! The columns of a row, as its documents have them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::overlay::Writings;
use crate::model::{Field, Fields, Role};

/// What a row says for those who read no documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// The typed fields.
    pub fields: Fields,
    /// Read-only projections of the text.
    pub metadata: Value,
    /// AGENT.yml as JSON.
    pub agent_config: Option<Value>,
}

/// What the row said before.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The documents of the revision before.
    pub documents: &'a Writings,
    /// The columns of the row, those included that no document mentions.
    pub fields: &'a Fields,
}

/// Reads the columns of a row from its documents; its fields as [`fields`] does.
pub fn columns(documents: &Writings, before: Option<Before<'_>>) -> Columns {
    Columns { fields: fields(documents, before), metadata: metadata(documents), agent_config: agent_config(documents) }
}

/// Reads AGENT.yml as JSON, where there is one.
pub fn agent_config(documents: &Writings) -> Option<Value> {
    let (_, config) = documents.iter().find(|(key, _)| key.role == Role::AgentConfig)?;
    config.parsed()?.to_json().cloned()
}

/// Reads the fields of a row from its documents. What neither the new nor the old documents mention stays as the row
/// has it; what only the old ones mention is cleared.
///
/// Of several documents that speak of a field the first counts that says something of the field's type: TASK.md
/// before AGENT.yml.
pub fn fields(documents: &Writings, before: Option<Before<'_>>) -> Fields {
    let parsed = documents.values().rev().filter_map(|writing| writing.parsed());
    let mut fields: Fields = parsed.flat_map(|document| document.fields()).collect();
    if let Some(before) = before {
        let mentioned: BTreeSet<Field> = mentioned(documents).chain(mentioned(before.documents)).collect();
        let alone = before.fields.iter().filter(|(field, _)| !mentioned.contains(field));
        fields.extend(alone.map(|(field, value)| (*field, value.clone())));
    }
    fields
}

/// The fields that the documents speak of, whether or not they say something that fits.
fn mentioned(documents: &Writings) -> impl Iterator<Item = Field> {
    let parsed = documents.values().filter_map(|writing| writing.parsed());
    parsed.flat_map(|document| document.slots().iter().filter_map(|slot| slot.field()))
}

/// The projections of all documents; of one that several have, the first document's.
fn metadata(documents: &Writings) -> Value {
    let mut metadata = serde_json::Map::new();
    for document in documents.values().filter_map(|writing| writing.parsed()) {
        let Value::Object(told) = document.metadata() else { continue };
        for (name, value) in told {
            metadata.entry(name).or_insert(value);
        }
    }
    Value::Object(metadata)
}
