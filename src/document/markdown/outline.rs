//! The structure of a Markdown text, in one pass over the offsets of its blocks.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};

use crate::model::Span;

/// Where the blocks of a text are.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in super::super) struct Outline {
    /// The headings.
    pub(in super::super) headings: Vec<Heading>,
    /// Code blocks and comments; ascending, disjoint.
    pub(in super::super) opaque: Vec<Span>,
    /// Where thematic breaks begin.
    pub(in super::super) rules: Vec<usize>,
    /// Where the list items begin, at their marker.
    pub(in super::super) items: Vec<usize>,
    /// Where a code fence begins that is never closed.
    pub(in super::super) unclosed: Option<usize>,
}

/// A heading.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Heading {
    /// 1 to 6.
    pub(in super::super) level: u8,
    /// Its bytes, with the marks.
    pub(in super::super) span: Span,
    /// The bytes of what it says.
    pub(in super::super) title: Span,
}

/// Finds the blocks of `text` from byte `start` on.
pub(super) fn outline(text: &str, start: usize) -> Outline {
    let mut outline = Outline::default();
    for (event, range) in Parser::new_ext(&text[start..], Options::empty()).into_offset_iter() {
        let span = range.start + start..range.end + start;
        match event {
            Event::Start(Tag::Heading { level, .. }) => outline.heading(text, level, span),
            Event::Start(Tag::Item) => outline.items.push(span.start),
            Event::Start(Tag::CodeBlock(kind)) => outline.code(text, &kind, span),
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) if text[span.clone()].starts_with("<!--") => {
                outline.opaque.push(span);
            }
            Event::Rule => outline.rules.push(span.start),
            _ => {}
        }
    }
    outline
}

impl Outline {
    /// A paragraph of labels right above `---` is no heading, though Markdown takes it for one.
    fn heading(&mut self, text: &str, level: HeadingLevel, span: Span) {
        let source = text[span.clone()].trim_end();
        let span = span.start..span.start + source.len();
        let title = if source.starts_with('#') { atx_title(source) } else { setext_title(source) };
        match title {
            Some(title) => {
                let title = span.start + title.start..span.start + title.end;
                self.headings.push(Heading { level: level as u8, span, title });
            }
            None => self.rules.push(span.start + source.rfind(['\n', '\r']).map_or(0, |at| at + 1)),
        }
    }

    fn code(&mut self, text: &str, kind: &CodeBlockKind<'_>, span: Span) {
        let is_fenced = matches!(kind, CodeBlockKind::Fenced(_));
        if is_fenced && !is_closed(&text[span.clone()]) {
            self.unclosed.get_or_insert(span.start);
        }
        self.opaque.push(span);
    }

    /// The kind and bytes of each block, for telling whether an edit left them alone.
    pub(in super::super) fn landmarks(&self) -> impl Iterator<Item = (u8, Span)> + '_ {
        let headings = self.headings.iter().map(|heading| (heading.level, heading.span.clone()));
        let opaque = self.opaque.iter().map(|span| (7, span.clone()));
        let points = self.rules.iter().map(|&at| (8, at..at)).chain(self.items.iter().map(|&at| (9, at..at)));
        headings.chain(opaque).chain(points).chain(self.unclosed.map(|at| (10, at..at)))
    }

    /// Whether byte `at` lies in code or a comment.
    pub(in super::super) fn is_opaque(&self, at: usize) -> bool {
        let after = self.opaque.partition_point(|span| span.start <= at);
        after > 0 && self.opaque[after - 1].contains(&at)
    }
}

/// What a heading of `#`s says, without closing `#`s.
fn atx_title(source: &str) -> Option<Range<usize>> {
    let said = source.trim_start_matches('#').trim_start_matches([' ', '\t']);
    let start = source.len() - said.len();
    let open = said.trim_end_matches('#');
    let is_closed = open.is_empty() || open.ends_with([' ', '\t']);
    let said = if is_closed { open.trim_end() } else { said };
    Some(start..start + said.len())
}

/// What an underlined heading says: its one line, unless that is a label, a table row or a list item.
fn setext_title(source: &str) -> Option<Range<usize>> {
    let (said, _) = source.rsplit_once(['\n', '\r'])?;
    let said = said.trim_end();
    let is_field = said.starts_with(['|', '>']) || said.starts_with("**") && said.contains(':');
    let is_title = !is_field && !said.contains(['\n', '\r']);
    is_title.then_some(0..said.len())
}

/// Whether a fenced block ends with a fence like the one it begins with.
fn is_closed(block: &str) -> bool {
    let fence = |line: &str| {
        let line = line.trim_start_matches([' ', '\t', '>']);
        let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        Some((mark, line.len() - line.trim_start_matches(mark).len(), line.trim_start_matches(mark).trim().is_empty()))
    };
    let mut lines = block.trim_end().lines();
    let (Some(open), Some(last)) = (lines.next().and_then(fence), lines.next_back()) else { return false };
    fence(last).is_some_and(|(mark, length, is_bare)| mark == open.0 && length >= open.1 && is_bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(text: &str) -> Vec<(u8, &str)> {
        outline(text, 0).headings.into_iter().map(|h| (h.level, &text[h.title])).collect()
    }

    #[test]
    fn headings_say_what_stands_between_the_marks() {
        let text = "# One ##\n\nTwo\n---\n\n### C#\n\n```\n# no\n```\n#\n";
        assert_eq!(titles(text), [(1, "One"), (2, "Two"), (3, "C#"), (1, "")]);
    }

    #[test]
    fn labels_above_a_break_are_no_heading() {
        let text = "# T\n\n**Status**: Done\n**Owner**: x\n---\n";
        let outline = outline(text, 0);
        assert_eq!(outline.headings.len(), 1);
        assert_eq!(outline.rules.iter().map(|&at| &text[at..]).collect::<Vec<_>>(), ["---\n"]);
    }

    #[test]
    fn code_and_comments_are_opaque() {
        let text = "a <!-- b --> c\n\n<!--\nd\n-->\n\n```\ne\n```\n\n    f\n";
        let outline = outline(text, 0);
        let opaque: Vec<&str> = outline.opaque.iter().map(|span| text[span.clone()].trim()).collect();
        assert_eq!(opaque, ["<!-- b -->", "<!--\nd\n-->", "```\ne\n```", "f"]);
        assert!(outline.is_opaque(3) && !outline.is_opaque(0) && outline.unclosed.is_none());
    }

    #[test]
    fn a_fence_that_is_never_closed_is_seen() {
        for (text, at) in
            [("a\n\n```rust\nb\n", Some(3)), ("~~~\n```\n", Some(0)), ("````\n```\n````\n", None), ("```", Some(0))]
        {
            assert_eq!(outline(text, 0).unclosed, at, "{text:?}");
        }
    }
}
