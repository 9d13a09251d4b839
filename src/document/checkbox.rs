//! Boxes that people tick.

use std::collections::HashMap;
use std::sync::Arc;

use super::positions::Positions;
use super::{Body, Document};
use crate::model::Span;

/// A list item with a box, outside code and comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkbox {
    /// The character between the brackets.
    pub mark: char,
    /// The bytes of the mark.
    pub mark_span: Span,
    /// The bytes of the line, without its line end.
    pub span: Span,
    /// The line, from 1.
    pub line: usize,
    /// The titles of the headings above, below the document's own, joined by ` / `.
    pub heading: Arc<str>,
    /// The text after the box: case and blanks folded, emphasis taken off.
    pub label: String,
    /// The how-manyeth of that label under that heading, from 0.
    pub ordinal: usize,
    /// Whether a star behind the box says that it need not be ticked.
    pub is_optional: bool,
}

impl Document {
    /// Every checkbox, in the order of the text.
    pub fn checkboxes(&self) -> Vec<Checkbox> {
        let Body::Markdown { outline, .. } = &self.body else { return Vec::new() };
        let text = self.text();
        let mut positions = Positions::new(text);
        let mut headings = outline.headings.iter().peekable();
        let mut path = Path::default();
        let mut boxes = Vec::new();
        for &item in &outline.items {
            while let Some(heading) = headings.next_if(|heading| heading.span.start < item) {
                path.enter(heading.level, &text[heading.title.clone()]);
            }
            if let Some(mark_span) = mark_of(text, item) {
                let start = memchr::memrchr2(b'\n', b'\r', &text.as_bytes()[..item]).map_or(0, |at| at + 1);
                boxes.push(checkbox(text, start, mark_span, (positions.at(start).line, path.joined.clone())));
            }
        }
        number(&mut boxes);
        boxes
    }
}

/// The checkbox with its mark at `mark_span`, on the line that begins at `start`.
fn checkbox(text: &str, start: usize, mark_span: Span, (line, heading): (usize, Arc<str>)) -> Checkbox {
    let end = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[mark_span.end..]);
    let end = end.map_or(text.len(), |end| mark_span.end + end);
    let after = &text[mark_span.end + 1..end];
    Checkbox {
        mark: text[mark_span.clone()].chars().next().unwrap_or(' '),
        span: start..end,
        label: folded(after),
        is_optional: after.starts_with('*'),
        ordinal: 0,
        mark_span,
        line,
        heading,
    }
}

/// Counts the boxes that only their place tells apart.
fn number(boxes: &mut [Checkbox]) {
    let mut seen: HashMap<(&str, &str), usize> = HashMap::with_capacity(boxes.len());
    let mut ordinals = Vec::with_capacity(boxes.len());
    for checkbox in &*boxes {
        let count = seen.entry((&checkbox.heading, &checkbox.label)).or_default();
        ordinals.push(*count);
        *count += 1;
    }
    boxes.iter_mut().zip(ordinals).for_each(|(checkbox, ordinal)| checkbox.ordinal = ordinal);
}

/// The headings above a place.
struct Path {
    open: Vec<(u8, String)>,
    joined: Arc<str>,
}

impl Default for Path {
    fn default() -> Self {
        Self { open: Vec::new(), joined: "".into() }
    }
}

impl Path {
    /// The document's own title is no part of the path: a box stays itself when the title changes.
    fn enter(&mut self, level: u8, title: &str) {
        self.open.retain(|(above, _)| *above < level);
        if level > 1 {
            self.open.push((level, title.trim().to_owned()));
        }
        self.joined = self.open.iter().map(|(_, title)| title.as_str()).collect::<Vec<_>>().join(" / ").into();
    }
}

/// The bytes of the mark in the box that the item at `item` begins with.
pub(super) fn mark_of(text: &str, item: usize) -> Option<Span> {
    let said = text[item..].trim_start_matches([' ', '\t']);
    let bullet = said.strip_prefix(['-', '*', '+']);
    let said = bullet.or_else(|| said.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(['.', ')']))?;
    let inner = said.trim_start_matches([' ', '\t']).strip_prefix('[')?;
    let mark =
        inner.chars().next().filter(|c| matches!(c, 'x' | 'X') || !c.is_alphanumeric() && !"[]\r\n".contains(*c))?;
    let rest = inner[mark.len_utf8()..].strip_prefix(']')?;
    let is_box = rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r', '*']);
    let start = text.len() - inner.len();
    is_box.then(|| start..start + mark.len_utf8())
}

fn folded(label: &str) -> String {
    let mut folded = String::with_capacity(label.len());
    for word in label.split_whitespace() {
        let length = folded.len();
        folded.extend(word.chars().filter(|c| !matches!(c, '*' | '`')).flat_map(char::to_lowercase));
        if folded.len() > length {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::model::Role;

    #[test]
    fn boxes_are_known_by_heading_label_and_number() {
        let text =
            "# Task: A\n\n## Tasks\n- [ ] **Do** it\n  * [X] do it\n### Sub\n1. [~] do it\n## More\n- [-]* Other\n";
        let (document, _) = parse(Role::Task, text);
        let boxes = document.checkboxes();
        let told: Vec<_> = boxes.iter().map(|b| (b.mark, &*b.heading, b.label.as_str(), b.ordinal, b.line)).collect();
        let expected = [
            (' ', "Tasks", "do it", 0, 4),
            ('X', "Tasks", "do it", 1, 5),
            ('~', "Tasks / Sub", "do it", 0, 7),
            ('-', "More", "other", 0, 9),
        ];
        assert_eq!(told, expected);
        assert_eq!(boxes.iter().map(|b| &text[b.mark_span.clone()]).collect::<String>(), " X~-");
        assert!(boxes[3].is_optional && &text[boxes[0].span.clone()] == "- [ ] **Do** it");
    }

    #[test]
    fn not_every_bracket_is_a_box() {
        let text = "- [link](x)\n- [1] note\n- [ ](x)\n- []\n```\n- [ ] code\n```\n<!--\n- [ ] no\n-->\n[ ] text\n";
        assert_eq!(parse(Role::Task, text).0.checkboxes(), []);
        assert_eq!(parse(Role::AgentConfig, "a:\n- [ ]\n").0.checkboxes(), []);
    }
}
