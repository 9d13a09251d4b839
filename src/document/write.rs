//! Values of rows, written as the document writes such values.

use serde_json::Value;

use super::read::LARGEST;
use super::slot::Shape;
use super::values::{self, Manner};
use super::{Body, Document, EditError, Slot, SlotKey, yaml};
use crate::model::{Field, Typed};

/// How many bytes of text `value` holds.
fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(length).sum(),
        _ => 0,
    }
}

impl Document {
    /// Makes the document say `value` of `field`, spelled in its own style: sets, inserts, or removes for `null`;
    /// mirrors that said the same follow. A value that the document says already changes no byte.
    ///
    /// # Errors
    /// Refuses a value that does not fit the field, and what would change anything else.
    pub fn write(&self, field: Field, value: &Value) -> Result<Self, EditError> {
        let typed = match value {
            Value::Null => None,
            _ if length(value) > LARGEST => return Err(EditError::TooLong),
            _ => Some(values::from_json(self.role(), field, value).ok_or(EditError::WrongType)?),
        };
        let wanted = typed.as_ref().map_or(Value::Null, |typed| self.read_back(field, typed));
        if self.said(field) == wanted {
            return Ok(self.clone());
        }
        let key = SlotKey::Field(field);
        let edited = match (&typed, self.slot(&key)) {
            (None, _) => self.remove(&key)?,
            (Some(typed), Some(speaker)) => self.rewrite(speaker, typed)?,
            (Some(typed), None) => self.insert(field, &self.spelled_new(typed))?,
        };
        if edited.said(field) == wanted { Ok(edited) } else { Err(EditError::WrongType) }
    }

    fn said(&self, field: Field) -> Value {
        self.get(field).map_or(Value::Null, Typed::to_json)
    }

    /// What a reader of the document makes of a value: of a text without its decoration, and nothing of `TBD`.
    fn read_back(&self, field: Field, value: &Typed) -> Value {
        match value {
            Typed::Text(text) => {
                values::read(self.role(), field, text).typed.map_or(Value::Null, |read| read.to_json())
            }
            other => other.to_json(),
        }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::parse;
    use super::*;
    use crate::model::Role;

    fn written(role: Role, text: &str, field: Field, value: Value) -> Result<String, EditError> {
        parse(role, text).0.write(field, &value).map(|document| document.text().to_owned())
    }

    #[test]
    fn markdown_is_written_as_it_is_written() {
        let table = [
            ("**Status**: Pending  \n", Field::Status, json!("in_progress"), "**Status**: In Progress  \n"),
            ("**Status**: `todo`\n", Field::Status, json!("in_progress"), "**Status**: `in_progress`\n"),
            ("Status: ✅ **COMPLETE** - shipped\n", Field::Status, json!("pending"), "Status: Pending\n"),
            ("**Priority**: HIGH\n", Field::Priority, json!("P0"), "**Priority**: CRITICAL\n"),
            ("**Estimated**: 1 week\n", Field::EstimateHours, json!(80), "**Estimated**: 2 weeks\n"),
            ("**Start Date**: TBD\n", Field::StartsOn, json!("2026-01-02"), "**Start Date**: 2026-01-02\n"),
            ("**Tags**: a, b\n", Field::Tags, json!(["c"]), "**Tags**: c\n"),
            ("**Dependencies**: `a-1`\n", Field::DependsOn, json!(["b-2", "c-3"]), "**Dependencies**: `b-2`, `c-3`\n"),
            ("**Dependencies**: a-1\n", Field::DependsOn, json!([]), "**Dependencies**: None\n"),
            ("# Task: A\n", Field::Title, json!("B # c"), "# Task: B # c\n"),
            ("**Phase**: 1\n", Field::Owner, json!("me"), "**Phase**: 1\n**Owner**: me\n"),
            ("**Owner**: you\n", Field::Owner, json!(" 🤖 `me` "), "**Owner**: 🤖 `me`\n"),
            ("**Owner**: `you`\n", Field::Owner, json!("[Owner]"), "**Owner**: `[Owner]`\n"),
            ("**Owner**: `you`\n", Field::Owner, json!("**you**"), "**Owner**: `you`\n"),
            ("**Phase**: 1\n**Owner**: me\n", Field::Owner, json!(null), "**Phase**: 1\n"),
        ];
        for (text, field, value, expected) in table {
            assert_eq!(written(Role::Task, text, field, value), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn yaml_is_written_as_it_is_written() {
        let table = [
            (
                "task:\n  status: \"todo\" # c\n",
                Field::Status,
                json!("in_progress"),
                "task:\n  status: \"in_progress\" # c\n",
            ),
            ("task:\n  status:\n", Field::Status, json!("completed"), "task:\n  status: completed\n"),
            ("parent:\n  phase: 1\n", Field::Phase, json!("2"), "parent:\n  phase: 2\n"),
            ("task: {title: A}\n", Field::Title, json!("a: b\nc"), "task: {title: \"a: b\\nc\"}\n"),
            ("task:\n  title: 'A'\n", Field::Priority, json!("P1"), "task:\n  title: 'A'\n  priority: 'P1'\n"),
        ];
        for (text, field, value, expected) in table {
            assert_eq!(written(Role::AgentConfig, text, field, value), Ok(expected.to_owned()));
        }
        let skills = |text| written(Role::AgentProfile, text, Field::Skills, json!(["x y", "2"]));
        assert_eq!(skills("skills: [a]\n"), Ok("skills: [x y, \"2\"]\n".into()));
        assert_eq!(skills("skills:\n  - 'a'\n  - 'b'\nz: 1\n"), Ok("skills:\n  - 'x y'\n  - '2'\nz: 1\n".into()));
        assert_eq!(skills("skills:\n  - a\n  # c\n  - b\n"), Err(EditError::Shared));
        assert_eq!(skills("name: A\n"), Ok("name: A\nskills: [x y, \"2\"]\n".into()));
    }

    #[test]
    fn what_is_said_already_changes_nothing() {
        for (text, field, value) in [
            ("**Status**: ✅ **COMPLETE** - shipped\n", Field::Status, json!("completed")),
            ("**Status**: a bit of both\n", Field::Status, json!(null)),
            ("**Estimated**: 3-4 hours\n", Field::EstimateHours, json!(4)),
            ("**Owner**: TBD\n", Field::Owner, json!(null)),
        ] {
            assert_eq!(written(Role::Task, text, field, value), Ok(text.to_owned()));
        }
    }

    #[test]
    fn every_mirror_keeps_its_own_style() {
        let text =
            "---\nstatus: planned\n---\n# A\n\n**Status**: `draft`\n\n## B\n\n---\n**Sprint Status**: Planning\n";
        let expected =
            "---\nstatus: on_hold\n---\n# A\n\n**Status**: `on_hold`\n\n## B\n\n---\n**Sprint Status**: On Hold\n";
        assert_eq!(written(Role::Sprint, text, Field::Status, json!("on_hold")), Ok(expected.to_owned()));
    }

    #[test]
    fn hx10_a_value_that_does_not_fit_is_refused() {
        let text = "# Task: A\n\n**Status**: Done\n**Owner**: me\n";
        for (field, value, why) in [
            (Field::Title, json!("a\n**Status**: Pending"), EditError::NotOneLine),
            (Field::Title, json!("a\r\n---"), EditError::NotOneLine),
            (Field::Status, json!("sideways"), EditError::WrongType),
            (Field::Progress, json!(50), EditError::NoHeader),
            (Field::Title, json!(null), EditError::Shared),
        ] {
            assert_eq!(written(Role::Task, text, field, value.clone()), Err(why), "{field} {value}");
        }
    }
}
