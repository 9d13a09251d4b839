//! Values of rows, written as the document writes such values.

use serde_json::Value;

use super::slot::Shape;
use super::values::{self, Manner};
use super::{Body, Document, EditError, Slot, SlotKey, yaml};
use crate::model::{Field, Typed};

impl Document {
    /// Makes the document say `value` of `field`, spelled in its own style: sets, inserts, or removes for `null`;
    /// mirrors that said the same follow. A value that the document says already changes no byte.
    ///
    /// # Errors
    /// Refuses a value that does not fit the field, and what would change anything else.
    pub fn write(&self, field: Field, value: &Value) -> Result<Self, EditError> {
        if self.said(field) == *value {
            return Ok(self.clone());
        }
        let key = SlotKey::Field(field);
        let typed = match value {
            Value::Null => None,
            _ => Some(values::from_json(self.role(), field, value).ok_or(EditError::WrongType)?),
        };
        let edited = match (&typed, self.slot(&key)) {
            (None, _) => self.remove(&key)?,
            (Some(typed), Some(speaker)) => self.rewrite(speaker, typed)?,
            (Some(typed), None) => self.insert(field, &self.spelled_new(typed))?,
        };
        let wanted = typed.map_or(Value::Null, |typed| typed.to_json());
        if edited.said(field) == wanted { Ok(edited) } else { Err(EditError::WrongType) }
    }

    fn said(&self, field: Field) -> Value {
        self.get(field).map_or(Value::Null, Typed::to_json)
    }

    fn rewrite(&self, speaker: &Slot, typed: &Typed) -> Result<Self, EditError> {
        let follows = |slot: &Slot| {
            let says_same = slot.typed.is_some() && slot.typed == speaker.typed || self.raw(slot) == self.raw(speaker);
            slot.key == speaker.key && says_same
        };
        let is_commented =
            |slot: &Slot| slot.shape == Shape::Yaml(yaml::Shape::BlockSequence) && self.raw(slot).contains('#');
        if self.slots().iter().any(|slot| follows(slot) && is_commented(slot)) {
            return Err(EditError::Shared);
        }
        self.replace(|slot| follows(slot).then(|| self.spelled(slot, typed)))
    }

    /// `typed` in the style of the value that `slot` holds.
    fn spelled(&self, slot: &Slot, typed: &Typed) -> String {
        let raw = self.raw(slot);
        match (slot.shape, typed) {
            (Shape::Line, _) => values::spell(typed, raw, Manner::Title),
            (Shape::Yaml(yaml::Shape::BlockSequence), Typed::List(items)) => {
                let line_start = self.text()[..slot.span.start].rfind('\n').map_or(0, |at| at + 1);
                let eol = if self.text()[..line_start].ends_with("\r\n") { "\r\n" } else { "\n" };
                let between = format!("{eol}{}", &self.text()[line_start..slot.span.start]);
                yaml::block_sequence(items, raw, &between)
            }
            (Shape::Yaml(yaml::Shape::FlowSequence | yaml::Shape::Nothing { .. }), Typed::List(items)) => {
                yaml::flow_sequence(items, raw)
            }
            (Shape::Yaml(shape), _) => {
                let old = yaml::unquoted(raw);
                yaml::scalar_like(&values::spell(typed, old, Manner::Snake), raw, shape)
            }
        }
    }

    /// `typed` for a document that has no such field yet.
    fn spelled_new(&self, typed: &Typed) -> String {
        let has_labels =
            || self.slots().iter().any(|slot| slot.shape == Shape::Line && slot.key != SlotKey::Field(Field::Title));
        if matches!(self.body, Body::Markdown { .. }) && has_labels() {
            return values::spell(typed, "", Manner::Title);
        }
        let example = self.slots().iter().find_map(|slot| match slot.shape {
            Shape::Yaml(yaml::Shape::Scalar { .. }) => Some(self.raw(slot)),
            _ => None,
        });
        match typed {
            Typed::List(items) => yaml::flow_sequence(items, example.unwrap_or_default()),
            _ => {
                let shape = yaml::Shape::Nothing { is_in_flow: true };
                yaml::scalar_like(&values::spell(typed, "", Manner::Snake), example.unwrap_or_default(), shape)
            }
        }
    }
}
