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
            Value::String(text) if text.trim().is_empty() => None,
            _ => Some(values::from_json(self.role(), field, value).ok_or(EditError::WrongType)?),
        };
        let wanted = typed.as_ref().map_or(Some(Value::Null), |typed| values::meaning(self.role(), field, typed));
        if wanted.as_ref() == Some(&self.said(field)) {
            return Ok(self.clone());
        }
        let key = SlotKey::Field(field);
        let edited = match (&typed, self.slot(&key)) {
            (None, _) => self.remove(&key)?,
            (Some(typed), Some(speaker)) => self.rewrite(speaker, typed)?,
            (Some(typed), None) => self.insert(field, &self.spelled_new(field, typed))?,
        };
        if wanted == Some(edited.said(field)) { Ok(edited) } else { Err(EditError::Misread) }
    }

    fn said(&self, field: Field) -> Value {
        self.get(field).map_or(Value::Null, Typed::to_json)
    }

    fn rewrite(&self, speaker: &Slot, typed: &Typed) -> Result<Self, EditError> {
        let follows = |slot: &Slot| {
            let says_same = slot.typed.is_some() && slot.typed == speaker.typed || self.raw(slot) == self.raw(speaker);
            slot.key == speaker.key && says_same
        };
        let is_block = |slot: &Slot| slot.shape == Shape::Yaml(yaml::Shape::BlockSequence);
        let field = speaker.field().ok_or(EditError::NoSlot)?;
        let edited =
            self.replace(|slot| (follows(slot) && !is_block(slot)).then(|| self.spelled(slot, field, typed)))?;
        let blocks = (0..self.slots().len()).filter(|at| follows(&self.slots()[*at]) && is_block(&self.slots()[*at]));
        let items = self.items(field, typed);
        blocks.into_iter().try_fold(edited, |edited, at| edited.with_items(at, &items))
    }

    /// `typed` as the items of a list.
    fn items(&self, field: Field, typed: &Typed) -> Vec<String> {
        match typed {
            Typed::List(items) => items.clone(),
            _ => vec![values::spell(self.role(), field, typed, "", Manner::Snake)],
        }
    }

    /// `typed` in the style of the value that `slot` holds.
    fn spelled(&self, slot: &Slot, field: Field, typed: &Typed) -> String {
        let raw = self.raw(slot);
        let words = |old, manner| values::spell(self.role(), field, typed, old, manner);
        match (slot.shape, typed) {
            (Shape::Line, _) => words(raw, Manner::Title),
            (Shape::Yaml(yaml::Shape::FlowSequence), _)
            | (Shape::Yaml(yaml::Shape::Nothing { .. }), Typed::List(_)) => {
                yaml::flow_sequence(&self.items(field, typed), raw)
            }
            (Shape::Yaml(yaml::Shape::Block), _) => {
                let body = raw.split_once('\n').map_or("", |(_, body)| body.trim());
                yaml::block_like(&words(body, Manner::Snake), raw)
            }
            (Shape::Yaml(shape), _) => yaml::scalar_like(&words(yaml::unquoted(raw), Manner::Snake), raw, shape),
        }
    }

    /// `typed` for a document that has no such field yet.
    fn spelled_new(&self, field: Field, typed: &Typed) -> String {
        let words = |manner| values::spell(self.role(), field, typed, "", manner);
        let has_labels =
            || self.slots().iter().any(|slot| slot.shape == Shape::Line && slot.key != SlotKey::Field(Field::Title));
        if matches!(self.body, Body::Markdown { .. }) && has_labels() {
            return words(Manner::Title);
        }
        let example = self.slots().iter().find_map(|slot| match slot.shape {
            Shape::Yaml(yaml::Shape::Scalar { .. }) => Some(self.raw(slot)),
            _ => None,
        });
        match typed {
            Typed::List(items) => yaml::flow_sequence(items, example.unwrap_or_default()),
            _ => {
                let shape = yaml::Shape::Nothing { is_in_flow: true };
                yaml::scalar_like(&words(Manner::Snake), example.unwrap_or_default(), shape)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
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
            ("**Owner**: `you`\n", Field::Owner, json!("**you**"), "**Owner**: `you`\n"),
            ("**Goal**: x\n", Field::Goal, json!("*a* and `b`"), "**Goal**: *a* and `b`\n"),
            ("**Phase**: 1\n**Owner**: me\n", Field::Owner, json!(null), "**Phase**: 1\n"),
            ("**Phase**: 1\n**Owner**: me\n", Field::Owner, json!(" "), "**Phase**: 1\n"),
            ("**Depends On**: None\n", Field::DependsOn, json!(["b", "c"]), "**Depends On**: `b`, `c`\n"),
            ("**Phase**: 1\n", Field::DependsOn, json!(["publish"]), "**Phase**: 1\n**Dependencies**: `publish`\n"),
            ("**Tags**: x\n", Field::Tags, json!(["c", "d, e"]), "**Tags**: `c`, `d, e`\n"),
            ("**Estimated**: 1 day\n", Field::EstimateHours, json!(0), "**Estimated**: 0 hours\n"),
            ("# Task: `x`\n", Field::Title, json!("Plain"), "# Task: Plain\n"),
            ("# Task: A\n", Field::Title, json!("null"), "# Task: null\n"),
            ("# Task: A\n", Field::Title, json!("  a | `b`  "), "# Task: a | `b`\n"),
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
            ("task:\n  title: A\n", Field::Title, json!("null"), "task:\n  title: \"null\"\n"),
            ("task: {title: A}\n", Field::Title, json!("a: b\nc"), "task: {title: \"a: b\\nc\"}\n"),
            ("task:\n  title: 'A'\n", Field::Priority, json!("P1"), "task:\n  title: 'A'\n  priority: 'P1'\n"),
        ];
        for (text, field, value, expected) in table {
            assert_eq!(written(Role::AgentConfig, text, field, value), Ok(expected.to_owned()));
        }
        let skills = |text| written(Role::AgentProfile, text, Field::Skills, json!(["x y", "2"]));
        assert_eq!(skills("skills: [a]\n"), Ok("skills: [x y, \"2\"]\n".into()));
        assert_eq!(skills("skills:\n  - 'a'\n  - 'b'\nz: 1\n"), Ok("skills:\n  - 'x y'\n  - '2'\nz: 1\n".into()));
        assert_eq!(skills("skills:\n  - a\n  # c\n  - b # d\n"), Ok("skills:\n  - x y\n  # c\n  - \"2\" # d\n".into()));
        assert_eq!(skills("name: A\n"), Ok("name: A\nskills: [x y, \"2\"]\n".into()));
    }

    #[test]
    fn a_value_keeps_its_anchor_its_tag_and_its_block() {
        let table = [
            ("task:\n  title: &t One # c\n", "task:\n  title: &t Two: x # c\n"),
            ("task:\n  title: !!str 'One'\n", "task:\n  title: !!str 'Two: x'\n"),
            ("task: {title: &t !x One, y: 1}\n", "task: {title: &t !x \"Two: x\", y: 1}\n"),
            ("task:\n  title: |\n    One\n  # c\nx: 1\n", "task:\n  title: |\n    Two: x\n  # c\nx: 1\n"),
            (
                "task:\r\n  title: >- # c\r\n     One\r\n     more\r\n\r\nx: 1\r\n",
                "task:\r\n  title: >- # c\r\n     Two: x\r\n\r\nx: 1\r\n",
            ),
            ("task: &t\n  title: One\n", "task: &t\n  title: \"Two: x\"\n"),
        ];
        for (text, expected) in table {
            let expected = expected.replace("&t Two: x #", "&t \"Two: x\" #");
            assert_eq!(written(Role::AgentConfig, text, Field::Title, json!("Two: x")), Ok(expected));
        }
        let shared = ["title: &t One\n  x: *t\n", "x: &t One\n  title: *t\n", "title: &t |\n    One\n  x: *t\n"];
        for text in
            shared.map(|text| format!("task:\n  {text}")).iter().chain([&"task: &t {title: One}\nx: *t\n".into()])
        {
            assert_eq!(parse(Role::AgentConfig, text.as_str()).0.title(), Some("One"), "{text}");
            for value in [json!("Two"), json!(null)] {
                assert_eq!(written(Role::AgentConfig, text, Field::Title, value), Err(EditError::Shared), "{text}");
            }
        }
    }

    #[test]
    fn a_list_that_stands_in_lines_is_emptied_and_filled_again() {
        let table = [
            (
                Role::AgentProfile,
                "name: A\ntools:\n  - a\n  # c\n  - b\nz: 1\n",
                Field::Tools,
                "tools: []\n  # c\n",
                "tools: [x]\n  # c\n",
            ),
            (Role::AgentProfile, "tools:\r\n- a", Field::Tools, "tools: []", "tools: [x]"),
            (Role::Task, "---\ntags:\n  - a\n---\n\n# A\n", Field::Tags, "tags: []\n", "tags: [x]\n"),
            (
                Role::Task,
                "---\nx:\n  - a\ntags: # c\n- a\n- b\n---\n\n**Tags**: a, b\n",
                Field::Tags,
                "tags: [] # c\n",
                "tags: [x] # c\n",
            ),
        ];
        for (role, text, field, emptied, filled) in table {
            let nothing = written(role, text, field, json!([])).expect(text);
            assert!(nothing.contains(emptied), "{nothing:?}");
            let something = written(role, &nothing, field, json!(["x"])).expect(text);
            assert!(something.contains(filled), "{something:?}");
        }
    }

    #[test]
    fn one_person_may_be_written_as_a_list() {
        let table = [
            ("assignee: ['@me']", json!("@you"), "assignee: ['@you']"),
            ("assignee: []", json!("you"), "assignee: [you]"),
            ("assignee:\n  - '@me'", json!("@you"), "assignee:\n  - '@you'"),
            ("assignee:\n  - a\n  - b", json!("c"), "assignee:\n  - c"),
        ];
        for (old, value, new) in table {
            let text = |said: &str| format!("---\nid: 1\n{said}\nz: 1\n---\n\n# A\n");
            assert_eq!(written(Role::Task, &text(old), Field::Assignee, value), Ok(text(new)));
        }
        let said = |list: &str| {
            let (document, problems) = parse(Role::Task, format!("---\nassignee: {list}\n---\n"));
            (document.get(Field::Assignee).map(Typed::to_json), problems.first().map(|problem| problem.rule))
        };
        assert_eq!(said("['@me']"), (Some(json!("@me")), None));
        assert_eq!(said("[]"), (None, None));
        assert_eq!(said("[a, b]"), (None, Some("several-values")));
        let text = "---\nid: 1\nassignee: [a]\n---\n";
        assert_eq!(written(Role::Task, text, Field::Assignee, json!(null)), Ok("---\nid: 1\n---\n".into()));
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

    proptest! {
        #[test]
        fn hx10_a_value_is_read_back_or_refused_and_nothing_else_is_said(
            value in "[ -~]{0,12}|[a-c`*|,:#<!\"' \n-]{0,12}",
            list in proptest::collection::vec("[a-c`,;#\"' 1-]{1,6}", 0..4),
            field in 0..7_usize,
            text in 0..5_usize,
        ) {
            let field = [Field::Title, Field::Owner, Field::Goal, Field::Phase, Field::Tags, Field::DependsOn, Field::Assignee][field];
            let text = [
                "# Task: A\n\n**Status**: Done\n**Owner**: `me` <!-- c -->\n**Tags**: x\n\n## B\n- [ ] c\n",
                "# A\n\n- **Owner:** me | **Phase:** 1\n- **Depends On:** None\n",
                "# `A`\n\n| **Owner** | me |\n| **Status** | Done |\n| **Tags** | `x` |\n",
                "---\ntitle: \"A\"\ntags: [a]\nassignee:\n  - 'b'\ndepends_on:\n  - a\n---\n\n# A\n\nx\n",
                "---\nid: 1\ntags: a, b\nphase: 1\n---\n\n**Owner**: me\n",
            ][text];
            let before = parse(Role::Task, text).0;
            let value = if matches!(field, Field::Tags | Field::DependsOn) { json!(list) } else { json!(value) };
            let Ok(after) = before.write(field, &value) else { return Ok(()) };
            let others = |document: &Document| {
                let mut fields = document.fields();
                fields.remove(&field);
                fields
            };
            prop_assert_eq!(others(&after), others(&before));
            let said = after.get(field).map_or(Value::Null, Typed::to_json);
            match (&value, said) {
                (Value::Array(items), said) => prop_assert_eq!(said, json!(items)),
                (Value::String(text), Value::String(said)) => prop_assert!(text.contains(&said) && !said.is_empty()),
                (Value::String(text), said) => prop_assert!(said.is_null() && text.trim().is_empty()),
                _ => unreachable!("values are texts and lists"),
            }
            let again = after.write(field, &value);
            prop_assert_eq!(again.map(|again| again.text().to_owned()), Ok(after.text().to_owned()));
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
            (Field::Owner, json!("[Owner]"), EditError::Misread),
            (Field::Owner, json!("None"), EditError::Misread),
            (Field::Owner, json!("a | b"), EditError::Misread),
            (Field::Title, json!("TBD"), EditError::Misread),
            (Field::Title, json!("x <!-- c -->"), EditError::Spills),
            (Field::Tags, json!(["a", ""]), EditError::WrongType),
            (Field::DependsOn, json!(["all of it"]), EditError::Misread),
            (Field::Status, json!("sideways"), EditError::WrongType),
            (Field::Progress, json!(50), EditError::NoHeader),
            (Field::Title, json!(null), EditError::Inseparable),
            (Field::Title, json!(" "), EditError::Inseparable),
        ] {
            assert_eq!(written(Role::Task, text, field, value.clone()), Err(why), "{field} {value}");
        }
    }
}
