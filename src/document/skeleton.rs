//! The text with holes in the places of its values: what a merge of texts may touch.
//!
//! A marker stands in one line, names its slot, and cannot be mistaken for text: where a text has the marker's first
//! character already, that is written as a marker as well. So [`fill`] gives back exactly the text that the skeleton
//! was made of, and a merged skeleton still says which value belongs where.

use std::collections::BTreeMap;

use super::{Checkbox, Document, Slot, SlotKey};
use crate::model::{Field, Span};

/// One hole: the `ordinal`th slot of that key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hole {
    /// The slot's key.
    pub key: SlotKey,
    /// The how-manyeth slot of that key, from 0; mirrors count.
    pub ordinal: usize,
}

/// A document's text with a marker in the place of each value.
#[derive(Debug, Clone, PartialEq)]
pub struct Skeleton {
    /// The text with markers; only [`fill`] reads them.
    pub text: String,
    /// The raw values.
    pub values: BTreeMap<Hole, String>,
    /// The checkboxes, with spans in this text.
    pub checkboxes: Vec<Checkbox>,
}

/// Two characters for private use, between which a marker says what it stands for.
const OPEN: char = '\u{f8f0}';
const CLOSE: char = '\u{f8f1}';

/// What a marker says that stands for its own first character.
const LITERAL: &str = "!";

impl Document {
    /// The document as a text with holes, and the values in them.
    pub fn skeleton(&self) -> Skeleton {
        let mut carver = Carver { source: self.text(), done: 0, text: String::with_capacity(self.text().len()) };
        let mut ordinals: BTreeMap<&SlotKey, usize> = BTreeMap::new();
        let mut values = BTreeMap::new();
        let mut checkboxes = self.checkboxes();
        let mut boxes = checkboxes.iter_mut().peekable();
        for slot in self.slots() {
            while let Some(checkbox) = boxes.next_if(|checkbox| checkbox.mark_span.start < slot.span.start) {
                carver.move_box(checkbox);
            }
            let hole = Hole { key: slot.key.clone(), ordinal: next(&mut ordinals, slot) };
            carver.carve(&slot.span, &hole);
            values.insert(hole, self.raw(slot).to_owned());
        }
        boxes.for_each(|checkbox| carver.move_box(checkbox));
        carver.copy_to(self.text().len());
        Skeleton { text: carver.text, values, checkboxes }
    }
}

/// Puts values into the holes of a skeleton's text, also of a merged one.
///
/// # Errors
/// Names a hole that has no value.
pub fn fill(text: &str, values: &BTreeMap<Hole, String>) -> Result<String, Hole> {
    let mut filled = String::with_capacity(text.len());
    let mut parts = text.split(OPEN);
    filled.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (said, rest) = part.split_once(CLOSE).unwrap_or((LITERAL, part));
        match hole(said) {
            Some(hole) => filled.push_str(values.get(&hole).ok_or(hole)?),
            None => filled.push(OPEN),
        }
        filled.push_str(rest);
    }
    Ok(filled)
}

/// The text of a skeleton without the lines that have a hole which `is_unwanted`.
pub fn without_lines(text: &str, is_unwanted: impl Fn(&Hole) -> bool) -> String {
    let has_unwanted =
        |part: &str| part.split_once(CLOSE).and_then(|(said, _)| hole(said)).is_some_and(|h| is_unwanted(&h));
    let is_kept = |line: &&str| !line.split(OPEN).skip(1).any(has_unwanted);
    text.split_inclusive('\n').filter(is_kept).collect()
}

/// Whether the text of a skeleton goes on as `whole` does; what stands in a hole at its end may not be all yet.
pub fn is_beginning(text: &str, whole: &str) -> bool {
    let text = text.trim_end();
    let before = text.strip_suffix(CLOSE).and_then(|text| text.rsplit_once(OPEN)).map(|(before, _)| before.trim_end());
    [Some(text), before].into_iter().flatten().any(|text| whole.starts_with(text))
}

/// Copies a text and puts markers in it.
struct Carver<'t> {
    source: &'t str,
    /// How much of the source is copied.
    done: usize,
    text: String,
}

impl Carver<'_> {
    fn copy_to(&mut self, end: usize) {
        let mut parts = self.source[self.done..end].split(OPEN);
        self.text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            self.text.extend([OPEN, '!', CLOSE]);
            self.text.push_str(part);
        }
        self.done = end;
    }

    fn carve(&mut self, span: &Span, hole: &Hole) {
        self.copy_to(span.start);
        self.text.push(OPEN);
        self.text.push_str(&said(hole));
        self.text.push(CLOSE);
        self.done = span.end;
    }

    /// Copies a checkbox's line and tells it where it stands now.
    fn move_box(&mut self, checkbox: &mut Checkbox) {
        let mut moved = |span: &Span| {
            self.copy_to(span.start.max(self.done));
            let start = self.text.len();
            self.copy_to(span.end.max(self.done));
            start..self.text.len()
        };
        let head = moved(&(checkbox.span.start..checkbox.mark_span.start));
        let mark = moved(&checkbox.mark_span);
        let tail = moved(&(checkbox.mark_span.end..checkbox.span.end));
        checkbox.span = head.start..tail.end;
        checkbox.mark_span = mark;
    }
}

fn next<'a>(ordinals: &mut BTreeMap<&'a SlotKey, usize>, slot: &'a Slot) -> usize {
    let count = ordinals.entry(&slot.key).or_default();
    *count += 1;
    *count - 1
}

/// `status#0` or `/task/title#0`; in a pointer, what would break the marker or its line is escaped.
fn said(hole: &Hole) -> String {
    let key = match &hole.key {
        SlotKey::Field(field) => field.word().to_owned(),
        SlotKey::Pointer(pointer) => pointer.chars().map(escaped).collect(),
    };
    format!("{key}#{}", hole.ordinal)
}

fn escaped(c: char) -> String {
    match c {
        OPEN | CLOSE | '%' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => format!("%{:x};", u32::from(c)),
        c => c.to_string(),
    }
}

fn hole(said: &str) -> Option<Hole> {
    let (key, ordinal) = said.rsplit_once('#')?;
    let key = match key.starts_with('/') {
        true => SlotKey::Pointer(unescaped(key)?),
        false => SlotKey::Field(Field::from_word(key)?),
    };
    Some(Hole { key, ordinal: ordinal.parse().ok()? })
}

fn unescaped(key: &str) -> Option<String> {
    let mut parts = key.split('%');
    let mut pointer = parts.next()?.to_owned();
    for part in parts {
        let (code, rest) = part.split_once(';')?;
        pointer.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        pointer.push_str(rest);
    }
    Some(pointer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parse;
    use super::*;
    use crate::model::Role;

    #[test]
    fn values_become_holes_and_text_stays() {
        let text = "# Task: Core\n\n**Status**: Done  \n\n## Tasks\n- [x] a\n\n---\n**Status**: Done\n";
        let skeleton = parse(Role::Task, text).0.skeleton();
        let shown = skeleton.text.replace(OPEN, "<").replace(CLOSE, ">");
        let expected =
            "# Task: <title#0>\n\n**Status**: <status#0>  \n\n## Tasks\n- [x] a\n\n---\n**Status**: <status#1>\n";
        assert_eq!(shown, expected);
        assert_eq!(&skeleton.text[skeleton.checkboxes[0].span.clone()], "- [x] a");
        assert_eq!(&skeleton.text[skeleton.checkboxes[0].mark_span.clone()], "x");
        assert_eq!(fill(&skeleton.text, &skeleton.values).as_deref(), Ok(text));
    }

    #[test]
    fn a_marker_stands_on_one_line_and_cannot_be_forged() {
        let text = format!("\"a\\nb{OPEN}%\": x\nc: two\n  lines\nd: {OPEN}status#0{CLOSE}\n");
        let skeleton = parse(Role::AgentConfig, text.as_str()).0.skeleton();
        assert_eq!(skeleton.text.lines().count(), 3);
        assert_eq!(fill(&skeleton.text, &skeleton.values), Ok(text));
        let missing = fill(&skeleton.text, &BTreeMap::new());
        assert!(missing.is_err());
    }

    proptest! {
        #[test]
        fn fill_undoes_skeleton(text in "(# |\\*\\*Status\\*\\*: |- \\[ \\] |a: |\u{f8f0}|\u{f8f1}|[a-z#!:]|'|\n|\r\n|---\n|```\n){0,30}") {
            for role in Role::ALL {
                let skeleton = parse(*role, text.as_str()).0.skeleton();
                prop_assert_eq!(fill(&skeleton.text, &skeleton.values), Ok(text.clone()));
            }
        }
    }
}
