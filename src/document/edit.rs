//! Changes of one value that leave every other byte alone.
//!
//! An edit is a few splices. The new text is parsed again, and unless it has the same structure and says the same
//! everywhere else, the edit is an error: a bug here costs an edit, never a file.

use super::markdown::{self, Gap};
use super::slot::Shape;
use super::splice::{Splice, Splices};
use super::{Body, Document, Slot, SlotKey, parse, yaml};
use crate::model::{Field, Span};

/// Why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The document has no such slot.
    #[error("the document has no place for this value")]
    NoSlot,
    /// The document has no header that could take the field; the row alone keeps it.
    #[error("the document has no header to put the field in")]
    NoHeader,
    /// The value is an alias, has an anchor, or is no single value.
    #[error("the value is shared or nested and cannot be changed in place")]
    Shared,
    /// A line of Markdown cannot hold the value.
    #[error("the value does not fit on one line")]
    NotOneLine,
    /// No document may be as long as the value is.
    #[error("the value is longer than a document may be")]
    TooLong,
    /// The value is none of the field's type.
    #[error("the value does not fit the field")]
    WrongType,
    /// A reader of the document would not find the value in it.
    #[error("a reader would take the value for something else")]
    Misread,
    /// The value has no label, so that it cannot go.
    #[error("the value cannot be taken out of the text around it")]
    Inseparable,
    /// The entity has no other document.
    #[error("the task has no other document that could stay")]
    Last,
    /// The new text would say something else somewhere else.
    #[error("the text around the value would be read differently")]
    Spills,
}

/// Why a text that cannot be made to say a value is not edited.
pub(super) const fn misfit(why: yaml::Misfit) -> EditError {
    match why {
        yaml::Misfit::Shared => EditError::Shared,
        yaml::Misfit::Awkward => EditError::Inseparable,
    }
}

/// What can be read and not be changed.
const SHARED: Shape = Shape::Yaml(yaml::Shape::Shared);

/// What an edit may do to the slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Change,
    Add,
    Remove,
}

impl Document {
    /// Replaces the raw value of `key`; mirrors with the same raw value follow.
    ///
    /// # Errors
    /// Refuses what would change anything beside that value.
    pub fn set(&self, key: &SlotKey, raw: &str) -> Result<Self, EditError> {
        let speaker = self.slot(key).ok_or_else(|| self.no_slot(key))?;
        let old = self.raw(speaker);
        self.replace(|slot| (slot.key == *key && self.raw(slot) == old).then(|| raw.to_owned()))
    }

    /// Puts `field` behind the last header field, in the header's style, with the raw value `raw`.
    ///
    /// # Errors
    /// Refuses where the field is there already or the document has no header, and what would change anything else.
    pub fn insert(&self, field: Field, raw: &str) -> Result<Self, EditError> {
        let key = SlotKey::Field(field);
        if self.slot(&key).is_some() {
            return Err(EditError::Spills);
        }
        if raw.contains(['\n', '\r']) || raw.trim() != raw {
            return Err(EditError::NotOneLine);
        }
        self.with_addition(&key, raw, self.addition(field, raw)?)
    }

    /// Puts the key that `pointer` names into its mapping, with the raw value `raw`.
    ///
    /// # Errors
    /// Refuses where the key is there already or its mapping is not, and what would change anything else.
    pub fn insert_at(&self, pointer: &str, raw: &str) -> Result<Self, EditError> {
        let source = self.yaml_source().filter(|source| source.len() == self.text.len()).ok_or(EditError::NoHeader)?;
        if yaml::has(source, pointer) {
            return Err(EditError::Shared);
        }
        if raw.contains(['\n', '\r']) {
            return Err(EditError::NotOneLine);
        }
        let (at, text) = yaml::insertion(source, pointer, raw, &[]).ok_or(EditError::NoSlot)?;
        self.with_addition(&SlotKey::Pointer(pointer.to_owned()), raw, Splice { span: at..at, text })
    }

    fn with_addition(&self, key: &SlotKey, raw: &str, addition: Splice) -> Result<Self, EditError> {
        let splices = Splices::new(vec![addition]);
        let edited = self.spliced(&splices);
        let is_new = |slot: &Slot| slot.key == *key && edited.raw(slot) == raw;
        let has_it = edited.slot(key).is_some_and(is_new);
        if has_it && self.agrees(&edited, &splices, Deed::Add) { Ok(edited) } else { Err(EditError::Spills) }
    }

    /// Takes `key` and the mirrors with the same raw value away: their lines, where they stand alone on them.
    ///
    /// # Errors
    /// Refuses values without a label, such as the title, and what would change anything else.
    pub fn remove(&self, key: &SlotKey) -> Result<Self, EditError> {
        let speaker = self.slot(key).ok_or_else(|| self.no_slot(key))?;
        let old = self.raw(speaker);
        let same = self.slots().iter().filter(|slot| slot.key == *key && self.raw(slot) == old);
        if same.clone().any(|slot| slot.shape == SHARED) {
            return Err(EditError::Shared);
        }
        let splice = |slot| Some(Splice { span: self.lines_of(slot)?, text: String::new() });
        let splices = Splices::new(same.map(splice).collect::<Option<_>>().ok_or(EditError::Inseparable)?);
        let edited = self.spliced(&splices);
        if self.agrees(&edited, &splices, Deed::Remove) { Ok(edited) } else { Err(EditError::Spills) }
    }

    /// Replaces the raw value of each slot for which `new` has one.
    pub(super) fn replace(&self, new: impl Fn(&Slot) -> Option<String>) -> Result<Self, EditError> {
        let news: Vec<Option<String>> = self.slots().iter().map(new).collect();
        let mut splices = Vec::new();
        for (slot, raw) in self.slots().iter().zip(&news) {
            let Some(raw) = raw.as_deref().filter(|raw| *raw != self.raw(slot)) else { continue };
            if slot.shape == SHARED {
                return Err(EditError::Shared);
            }
            if slot.shape == Shape::Line && (raw.contains(['\n', '\r']) || raw.trim() != raw) {
                return Err(EditError::NotOneLine);
            }
            splices.push(Splice { span: slot.span.clone(), text: self.blank_before(slot, raw).to_owned() + raw });
        }
        let splices = Splices::new(splices);
        let edited = self.spliced(&splices);
        let is_asked = |((old, new), raw): ((&Slot, &Slot), &Option<String>)| {
            let raw = raw.as_deref().unwrap_or(self.raw(old));
            old.key == new.key && old.is_mirror == new.is_mirror && edited.raw(new) == raw
        };
        let says_it =
            self.slots.len() == edited.slots.len() && self.slots.iter().zip(&edited.slots).zip(&news).all(is_asked);
        if says_it && self.agrees(&edited, &splices, Deed::Change) { Ok(edited) } else { Err(EditError::Spills) }
    }

    /// Makes the block sequence that slot number `index` holds say `items`, line by line: what stays keeps its line.
    pub(super) fn with_items(&self, index: usize, items: &[String]) -> Result<Self, EditError> {
        let span = &self.slots[index].span;
        let start = match &self.body {
            Body::Markdown { front, .. } => front.as_ref().ok_or(EditError::NoSlot)?.start,
            _ => 0,
        };
        let source = self.yaml_source().ok_or(EditError::NoSlot)?;
        let made = yaml::conform_sequence(source, &(span.start - start..span.end - start), items);
        let shifted = |splice: Splice| Splice { span: splice.span.start + start..splice.span.end + start, ..splice };
        let splices = Splices::new(made.map_err(misfit)?.into_iter().map(shifted).collect());
        let edited = self.spliced(&splices);
        let is_kept = |((at, old), new): ((usize, &Slot), &Slot)| {
            old.key == new.key && (at == index || self.raw(old) == edited.raw(new))
        };
        let keeps_slots =
            self.slots.len() == edited.slots.len() && self.slots.iter().enumerate().zip(&edited.slots).all(is_kept);
        let keeps_rest = keeps_slots && same_landmarks(self, &edited, &splices, Deed::Change);
        if keeps_rest { Ok(edited) } else { Err(EditError::Spills) }
    }

    /// Whether the key is there, though it cannot be changed in place.
    fn no_slot(&self, key: &SlotKey) -> EditError {
        let pointer = match key {
            SlotKey::Pointer(pointer) => Some(pointer.as_str()),
            SlotKey::Field(field) => yaml::pointer_of(self.role, *field),
        };
        let is_there = pointer.zip(self.yaml_source()).is_some_and(|(pointer, source)| yaml::has(source, pointer));
        if is_there { EditError::Shared } else { EditError::NoSlot }
    }

    /// The blank that an empty value lacks behind its colon.
    fn blank_before(&self, slot: &Slot, raw: &str) -> &'static str {
        let is_free = self.text[..slot.span.start].ends_with([' ', '\t', '：']);
        if slot.span.is_empty() && !raw.is_empty() && !is_free { " " } else { "" }
    }

    fn spliced(&self, splices: &Splices) -> Self {
        parse(self.role, splices.apply(&self.text)).0
    }

    /// Where and as what a new field is written.
    fn addition(&self, field: Field, raw: &str) -> Result<Splice, EditError> {
        let at = |offset: usize, text: String| Splice { span: offset..offset, text };
        match &self.body {
            Body::Markdown { outline, front, .. } => {
                if let Some(Gap { at: offset, before, behind }) = markdown::gap(self.role, &self.text, outline, field) {
                    return Ok(at(offset, format!("{before}{raw}{behind}")));
                }
                let front = front.clone().ok_or(EditError::NoHeader)?;
                let key = markdown::front_key(self.role, field).ok_or(EditError::NoHeader)?;
                let added = yaml::insertion(&self.text[front.clone()], &format!("/{key}"), raw, &[]);
                added.map(|(offset, text)| at(front.start + offset, text)).ok_or(EditError::NoHeader)
            }
            Body::Yaml(_) => {
                let pointer = yaml::pointer_of(self.role, field).ok_or(EditError::NoHeader)?;
                if yaml::has(&self.text, pointer) {
                    return Err(EditError::Shared);
                }
                let added = yaml::insertion(&self.text, pointer, raw, &yaml::known_pointers(self.role));
                added.map(|(offset, text)| at(offset, text)).ok_or(EditError::NoHeader)
            }
            Body::Refused(_) | Body::Opaque => Err(EditError::NoHeader),
        }
    }

    fn lines_of(&self, slot: &Slot) -> Option<Span> {
        match (&self.body, slot.shape) {
            (Body::Markdown { outline, .. }, Shape::Line) => {
                markdown::lines_of(self.role, &self.text, outline, &slot.span)
            }
            (Body::Markdown { front, .. }, Shape::Yaml(_)) => {
                let front = front.clone()?;
                let value = slot.span.start - front.start;
                let lines = yaml::lines_of(&self.text[front.clone()], value)?;
                Some(lines.start + front.start..lines.end + front.start)
            }
            _ => yaml::lines_of(&self.text, slot.span.start),
        }
    }

    fn yaml_source(&self) -> Option<&str> {
        match &self.body {
            Body::Markdown { front, .. } => front.clone().map(|front| &self.text[front]),
            Body::Yaml(_) => Some(&self.text),
            Body::Refused(_) | Body::Opaque => None,
        }
    }

    /// Whether `edited` has the same structure as this document, and the same slots outside the splices.
    fn agrees(&self, edited: &Self, splices: &Splices, deed: Deed) -> bool {
        let old = self.slots.iter().filter(|slot| deed != Deed::Remove || !splices.takes(&slot.span));
        let new = edited.slots.iter().filter(|slot| deed != Deed::Add || !splices.brings(&slot.span));
        let said = |slot: &Slot, document: &Self| (deed != Deed::Change).then(|| document.raw(slot).to_owned());
        let same_slots =
            old.map(|slot| (&slot.key, said(slot, self))).eq(new.map(|slot| (&slot.key, said(slot, edited))));
        let same_yaml = match (self.yaml_source(), edited.yaml_source()) {
            (Some(old), Some(new)) => old == new || is_meant(yaml::difference(old, new), deed),
            (None, None) => true,
            _ => false,
        };
        same_slots && same_yaml && same_landmarks(self, edited, splices, deed)
    }
}

fn is_meant(difference: Option<yaml::Difference>, deed: Deed) -> bool {
    use yaml::Run;
    difference.is_some_and(|yaml::Difference { gone, added }| match deed {
        Deed::Change => gone != Run::Anything && added != Run::Anything,
        Deed::Add => gone == Run::Nothing,
        Deed::Remove => added == Run::Nothing,
    })
}

/// Whether headings, code, comments, breaks and items are where they were, as far as the splices let them.
fn same_landmarks(old: &Document, new: &Document, splices: &Splices, deed: Deed) -> bool {
    let (Body::Markdown { outline: old, .. }, Body::Markdown { outline: new, .. }) = (&old.body, &new.body) else {
        return true;
    };
    let start = |span: &Span| span.start..span.start;
    let old = old.landmarks().filter(|(_, span)| deed != Deed::Remove || !splices.takes(&start(span)));
    let old = old.map(|(kind, span)| (kind, splices.moved(span.start, false)..splices.moved(span.end, true)));
    old.eq(new.landmarks().filter(|(_, span)| deed != Deed::Add || !splices.brings(&start(span))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Role;

    fn task(text: &str) -> Document {
        parse(Role::Task, text).0
    }

    fn config(text: &str) -> Document {
        parse(Role::AgentConfig, text).0
    }

    fn field(field: Field) -> SlotKey {
        SlotKey::Field(field)
    }

    fn texts(edited: Result<Document, EditError>) -> Result<String, EditError> {
        edited.map(|document| document.text().to_owned())
    }

    #[test]
    fn only_the_value_changes() {
        let text = "\u{feff}# Task: A\r\n\r\n**Status**: `todo`  \r\n- Owner：me <!-- c -->\r\n";
        let edited = task(text).set(&field(Field::Status), "✅ **DONE** - really");
        assert_eq!(texts(edited), Ok(text.replace("`todo`", "✅ **DONE** - really")));
        let edited = task(text).set(&field(Field::Owner), "");
        assert_eq!(texts(edited), Ok(text.replace("：me", "：")));
        let edited = task("**Owner**:\n").set(&field(Field::Owner), "me");
        assert_eq!(texts(edited), Ok("**Owner**: me\n".into()));
    }

    #[test]
    fn a_mirror_follows_if_it_said_the_same() {
        let text = "# A\n\n**Status**: Planning\n\n## B\n\n---\n\n**Status**: Planning\n";
        let edited = task(text).set(&field(Field::Status), "Active");
        assert_eq!(texts(edited), Ok(text.replace("Planning", "Active")));
        let other = text.replacen("Planning", "Done", 1);
        let edited = task(&other).set(&field(Field::Status), "Active");
        assert_eq!(texts(edited), Ok(other.replace("Done", "Active")));
    }

    #[test]
    fn ed19_comments_order_and_unknown_keys_survive() {
        let text = "---\n# why\nzeta: 1   # last\nstatus:   open   # now\nalpha: {x: \"y\"}\n---\n\n# A\n\n## B\n";
        let edited = task(text).set(&field(Field::Status), "done");
        assert_eq!(texts(edited), Ok(text.replace("open", "done")));
        let edited = task(text).set(&SlotKey::Pointer("/alpha/x".into()), "'z'");
        assert_eq!(texts(edited), Ok(text.replace("\"y\"", "'z'")));
    }

    #[test]
    fn what_would_spill_is_refused() {
        let text = "# Task: A\n\n**Status**: Done\n**Owner**: me\n\n## B\n- [ ] c\n\n-->\n";
        let refused = |key, raw| task(text).set(&field(key), raw).err();
        for raw in ["<!-- x", "a | **Priority**: P0", "x <!-- y --> z", "x <br>"] {
            assert_eq!(refused(Field::Status, raw), Some(EditError::Spills), "{raw}");
        }
        assert_eq!(refused(Field::Title, ""), Some(EditError::Spills));
        for raw in ["a\nb", "a\r**Owner**: you", " a"] {
            assert_eq!(refused(Field::Status, raw), Some(EditError::NotOneLine), "{raw:?}");
        }
        assert_eq!(refused(Field::Phase, "1"), Some(EditError::NoSlot));
    }

    #[test]
    fn hx10_no_line_is_forged_through_a_value() {
        let text = "task:\n  title: a\n  status: open\n";
        for raw in ["a\n  status: done", "a\nb: c", "a: b", "a #", "&x a", "*x", "[a]", "\"a"] {
            assert_eq!(texts(config(text).set(&field(Field::Title), raw)), Err(EditError::Spills), "{raw:?}");
        }
        let quoted = config(text).set(&field(Field::Title), "\"a\\n  status: done\"");
        assert_eq!(
            quoted.map(|document| document.get(Field::Status).cloned()),
            Ok(config(text).get(Field::Status).cloned())
        );
    }

    #[test]
    fn shared_values_are_refused() {
        let text = "task:\n  title: &t A\n  status: *t\n  priority: |\n    P0\nlist: [a]\n";
        for key in [field(Field::Title), field(Field::Status)] {
            assert_eq!(texts(config(text).set(&key, "x")), Err(EditError::Shared), "{key:?}");
        }
        assert_eq!(texts(config(text).set(&SlotKey::Pointer("/list".into()), "x")), Err(EditError::Spills));
        assert_eq!(texts(config(text).insert(Field::Status, "x")), Err(EditError::Spills));
        let priority = config(text).set(&field(Field::Priority), "P1");
        assert_eq!(texts(priority), Ok(text.replace("|\n    P0", "P1")));
        assert_eq!(texts(config(text).set(&field(Field::Code), "x")), Err(EditError::NoSlot));
    }

    #[test]
    fn a_field_is_put_in_and_taken_out_again() {
        let texts_of = [
            "# A\n\n**Status**: Done\n\n## B\n- [ ] c\n",
            "# A\n\n- **Status:** Done\n- **Phase:** 1\n",
            "# A\n\n**Status:** Done\n\n**Phase:** 1\n\ntext\n",
            "---\nstatus: open\n---\n# A\n",
            "| **Status** | Done |\r\n| **Phase** | 1 |\r\n\r\n## B\r\n",
        ];
        for text in texts_of {
            let added = task(text).insert(Field::Owner, "me").expect(text);
            assert_eq!(added.get(Field::Owner), parse(Role::Task, "Owner: me").0.get(Field::Owner), "{text}");
            assert_eq!(texts(added.remove(&field(Field::Owner))), Ok(text.to_owned()));
        }
        let text = "task_id: a\ntask:\n  title: A # c\n  steps: [b]\n";
        let added = config(text).insert(Field::Status, "open").expect("a place");
        assert_eq!(added.text(), text.replace("# c\n", "# c\n  status: open\n"));
        assert_eq!(texts(added.remove(&field(Field::Status))), Ok(text.to_owned()));
    }

    #[test]
    fn what_has_no_line_of_its_own_stays() {
        assert_eq!(texts(task("# Task: A\n").remove(&field(Field::Title))), Err(EditError::Inseparable));
        assert_eq!(texts(task("## Status\n\nDone\n").remove(&field(Field::Status))), Err(EditError::Inseparable));
        assert_eq!(texts(config("task: {status: a}\n").remove(&field(Field::Status))), Err(EditError::Inseparable));
        assert_eq!(texts(config("task:\n  status: a\n").remove(&field(Field::Status))), Err(EditError::Spills));
        assert_eq!(texts(task("# A\n\ntext\n").insert(Field::Owner, "me")), Err(EditError::NoHeader));
    }

    /// Pieces of which both languages are made, thrown together.
    fn soup() -> impl Strategy<Value = String> {
        let piece = "# |## Status\n\n|\\*\\*Status\\*\\*: |\\*\\*Owner:\\*\\* |- \\[ \\] |\\| Phase \\| |---\n|```\n|<!-- | -->|\
                     \n|\r\n|a|é| |task:\n|  title: |  status: |x: |- |\\[|\\]|\\{|\\}|\"|'|&a |\\*a|, |#|\\||>|: ";
        proptest::string::string_regex(&format!("({piece}){{0,24}}")).expect("a good pattern")
    }

    proptest! {
        #[test]
        fn no_edit_touches_what_is_outside(text in soup(), raw in soup()) {
            for role in [Role::Task, Role::Sprint, Role::AgentConfig] {
                let (document, _) = parse(role, text.as_str());
                for slot in document.slots().iter().filter(|slot| !slot.is_mirror) {
                    let Ok(edited) = document.set(&slot.key, &raw) else { continue };
                    let found = edited.slot(&slot.key).map(|slot| edited.raw(slot));
                    prop_assert_eq!(found, Some(raw.as_str()));
                    let old = document.raw(slot);
                    let follows = |other: &&Slot| other.key == slot.key && document.raw(other) == old;
                    let mut expected = text.clone();
                    for other in document.slots().iter().rev().filter(follows) {
                        expected.replace_range(other.span.clone(), &raw);
                    }
                    if !old.is_empty() {
                        prop_assert_eq!(edited.text(), expected);
                    }
                }
            }
        }

        #[test]
        fn what_is_put_in_comes_out_again(text in soup(), raw in "[a-zA-Z0-9 *`:#|-]{0,8}") {
            for role in [Role::Task, Role::AgentConfig] {
                let (document, _) = parse(role, text.as_str());
                let Ok(added) = document.insert(Field::Priority, &raw) else { continue };
                prop_assert!(added.text().len() > text.len());
                if let Ok(removed) = added.remove(&field(Field::Priority)) {
                    let (removed, text) = (removed.text().trim_end(), text.trim_end());
                    prop_assert!(removed == text || removed.starts_with(&text[..text.len().min(8)]));
                }
            }
        }
    }
}
