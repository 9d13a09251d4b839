//! What other programs wrote into a row, laid over its documents one write after the other.
//!
//! A write of the agent configuration is a change of AGENT.yml: what it changed is changed there, and nothing that
//! only the column did not know of. Fields that AGENT.yml repeats are one field in two places: where the write changed
//! the column as well, the column counts; where it changed only the place in the configuration, the other places that
//! said the same follow. A write that AGENT.yml cannot say waits, and the next one is laid on top of it.

use serde_json::Value;

use super::Writing;
use super::overlay::{Overlaid, Writings, edited, overlay};
use crate::document::{Document, EditError, pointer_of};
use crate::model::{Change, DocumentKey, Field, Patch, Role, Typed};

/// Documents under the writes of other programs.
#[derive(Debug, Clone)]
pub struct Layers {
    /// The documents with all writes laid over them so far.
    pub documents: Writings,
    /// What the last write of each kind could not say or had no place for.
    pub last: Unsaid,
    /// What the configuration was before the first write of it that waits.
    before: Option<Value>,
}

/// What documents do not say of a write.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unsaid {
    /// The columns that no document has a place for; the row alone keeps them.
    pub in_row_alone: Vec<Field>,
    /// The columns that a document speaks of and cannot say.
    pub refused: Vec<(Field, EditError)>,
    /// Why AGENT.yml cannot say what the row says, if so.
    pub config: Option<EditError>,
}

impl Layers {
    /// Documents that nobody wrote over yet.
    pub fn on(documents: Writings) -> Self {
        Self { documents, last: Unsaid::default(), before: None }
    }

    /// Lays one write over them.
    pub fn lay(&mut self, patch: &Patch) {
        if let Some(change) = &patch.config {
            let from = self.before.take().unwrap_or_else(|| change.from.clone());
            let change = Change { from, to: change.to.clone() };
            self.last.config = match configured(&self.documents, &change, patch) {
                Ok(documents) => {
                    self.documents = documents;
                    None
                }
                Err(why) => {
                    self.before = Some(change.from);
                    Some(why)
                }
            };
        }
        let Overlaid { documents, in_row_alone, refused } = overlay(&self.documents, &patch.fields);
        self.documents = documents;
        let is_new = |field: &Field| patch.fields.contains_key(field);
        self.last.in_row_alone.retain(|field| !is_new(field));
        self.last.refused.retain(|(field, _)| !is_new(field));
        self.last.in_row_alone.extend(in_row_alone);
        self.last.refused.extend(refused);
    }
}

/// The documents after a change of the configuration.
fn configured(documents: &Writings, change: &Change, patch: &Patch) -> Result<Writings, EditError> {
    let mut documents = documents.clone();
    let key = DocumentKey { role: Role::AgentConfig, name: "AGENT.yml".into() };
    let before = documents.get(&key).and_then(Writing::parsed).cloned();
    if change.to.is_null() {
        documents.remove(&key);
        let has_another = documents.keys().any(|key| key.role.is_managed());
        return if has_another { Ok(documents) } else { Err(EditError::Last) };
    }
    let after = match &before {
        None => Document::of_value(Role::AgentConfig, &change.to)?,
        Some(before) => before.conform(&wanted(before, change, patch)?)?,
    };
    documents.insert(key, Writing::edited(after.clone()));
    for (field, value) in before.iter().flat_map(|before| moved(before, &after, patch)) {
        // Only what said the same as AGENT.yml did before follows it.
        let said = before.as_ref().and_then(|before| before.get(field)).map(Typed::to_json);
        let others = || documents.iter().filter(|(key, _)| key.role != Role::AgentConfig);
        let said_there = others().find_map(|(_, writing)| writing.said(field));
        if said.is_some() && said_there == said {
            let others = others().map(|(key, writing)| (key.clone(), writing.clone())).collect();
            documents.extend(edited(&others, field, &value)?.unwrap_or_default());
        }
    }
    Ok(documents)
}

/// What the document shall say: what it says, with what the write changed; a field that the write gave its column as
/// well stays for now, since the column counts.
fn wanted(document: &Document, change: &Change, patch: &Patch) -> Result<Value, EditError> {
    let said = document.to_json().ok_or(EditError::NoSlot)?;
    let mut wanted = applied(said, &change.from, &change.to);
    for pointer in patch.fields.keys().filter_map(|field| pointer_of(Role::AgentConfig, *field)) {
        if let (Some(said), Some(place)) = (said.pointer(pointer), wanted.pointer_mut(pointer)) {
            *place = said.clone();
        }
    }
    Ok(wanted)
}

/// `said` with what differs between `from` and `to`, key by key.
fn applied(said: &Value, from: &Value, to: &Value) -> Value {
    match (said, from, to) {
        _ if from == to => said.clone(),
        (Value::Object(said), Value::Object(from), Value::Object(to)) => {
            let mut map = said.clone();
            map.retain(|key, _| to.contains_key(key) || !from.contains_key(key));
            for (key, to) in to {
                match (map.get_mut(key), from.get(key)) {
                    (Some(said), Some(from)) => *said = applied(said, from, to),
                    (None, Some(from)) if from == to => {}
                    _ => drop(map.insert(key.clone(), to.clone())),
                }
            }
            Value::Object(map)
        }
        _ => to.clone(),
    }
}

/// The fields of which AGENT.yml says something else after the write, unless the write gave their columns a value.
fn moved(before: &Document, after: &Document, patch: &Patch) -> Vec<(Field, Value)> {
    let said = |document: &Document, field| document.get(field).map(Typed::to_json);
    let fields = after.slots().iter().filter_map(|slot| slot.field()).filter(|field| !patch.fields.contains_key(field));
    let changed = fields.filter(|field| said(before, *field) != said(after, *field));
    changed.filter_map(|field| Some((field, said(after, field)?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_a_write_changed_is_changed() {
        let said = json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [1]});
        let table = [
            (json!({"a": 0}), json!({"a": 0, "x": 1}), json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [1], "x": 1})),
            (json!({"b": {"c": 2}}), json!({"b": {"c": 5}}), json!({"a": 1, "b": {"c": 5, "d": 3}, "e": [1]})),
            (json!({"b": {"c": 2}}), json!({}), json!({"a": 1, "e": [1]})),
            (json!({"e": [1]}), json!({"e": [1, 2]}), json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [1, 2]})),
            (json!({"z": 1}), json!({"z": 1}), said.clone()),
            (json!(null), json!({"z": 1}), json!({"z": 1})),
        ];
        for (from, to, expected) in table {
            assert_eq!(applied(&said, &from, &to), expected, "{from} {to}");
        }
    }
}
