//! From where to where the values of a YAML text reach, dashes, headers and line ends included.

use granit_parser::ScalarStyle;

use super::change::end_of_line;
use super::nodes::{Node, What};
use super::places::after;
use crate::model::Span;

/// A text with its nodes.
#[derive(Clone, Copy)]
pub(super) struct Extents<'a> {
    pub(super) source: &'a str,
    pub(super) nodes: &'a [Node<'a>],
}

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spot {
    /// In brackets or braces.
    Flow {
        /// Where the blank before it may go.
        from: usize,
    },
    /// Behind the colon that ends at this byte, of a key that stands so far in.
    Entry { colon: usize, indent: usize },
    /// Behind the dash at this byte.
    Item { dash: usize },
}

impl Spot {
    /// From where the value is searched for.
    pub(super) const fn from(self) -> usize {
        match self {
            Self::Flow { from } => from,
            Self::Entry { colon, .. } => colon,
            Self::Item { dash } => dash + 1,
        }
    }
}

impl<'a> Extents<'a> {
    /// Behind the colon of the key at `key`; behind the key itself, where a flow mapping has it without one.
    pub(super) fn colon(&self, key: usize) -> usize {
        let nodes = &self.nodes[key..after(self.nodes, key)];
        self.behind_colon(nodes.iter().map(|node| node.span.end).max().unwrap_or_default())
    }

    /// Where the value at `at` ends, which stands behind byte `from`.
    pub(super) fn end(&self, at: usize, from: usize) -> usize {
        let is_real = |index: &usize| self.nodes[*index].what != What::End || !self.nodes[*index].span.is_empty();
        match (at..after(self.nodes, at)).rev().find(is_real) {
            Some(last) => self.end_of_node(last).max(from),
            None => from,
        }
    }

    fn end_of_node(&self, at: usize) -> usize {
        let Node { what, span, .. } = &self.nodes[at];
        match what {
            What::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. } => {
                let text = &self.source[span.clone()];
                match self.keeps_line_ends(at) {
                    true => span.end - usize::from(text.ends_with('\n')),
                    false => span.start + text.trim_end().len(),
                }
            }
            What::Scalar { .. } if span.is_empty() => self.behind_colon(span.end),
            _ => span.end,
        }
    }

    /// Whether all line ends at the end of a block scalar belong to it.
    fn keeps_line_ends(&self, at: usize) -> bool {
        let header = self.header(at).and_then(|header| self.source[header..].lines().next());
        header.and_then(|header| header.split('#').next()).is_some_and(|header| header.contains('+'))
    }

    /// Behind the colon that may follow at `end`, else there.
    fn behind_colon(&self, end: usize) -> usize {
        let rest = &self.source[end..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest[blank..].starts_with(':') { end + blank + 1 } else { end }
    }

    /// Where the `|` or `>` of a block scalar stands.
    fn header(&self, at: usize) -> Option<usize> {
        let from = at.checked_sub(1).map_or(0, |before| self.nodes[before].span.end);
        let between = self.source.get(from..self.nodes[at].span.start)?;
        between.find(['|', '>']).map(|found| from + found)
    }

    /// The bytes of the value at `at`, which stands behind byte `from`; of a block collection, those from its first
    /// dash or key.
    pub(super) fn span(&self, at: usize, from: usize) -> Span {
        let Node { what, span, .. } = &self.nodes[at];
        match what {
            What::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. } => {
                self.header(at).unwrap_or(span.start)..self.end_of_node(at)
            }
            What::Scalar { .. } if span.is_empty() => {
                let has_blank = self.source[from..].starts_with(' ');
                let at = from + usize::from(has_blank);
                at..at
            }
            What::Sequence { is_flow: false } => self.skip(from)..self.end(at, from),
            _ => span.start..self.end(at, from),
        }
    }

    /// The dashes of the items of a block sequence that stands behind byte `from`.
    pub(super) fn dashes(&self, from: usize, items: &[usize]) -> Option<Vec<usize>> {
        let mut from = from;
        let mut dashes = Vec::with_capacity(items.len());
        for item in items {
            let dash = self.skip(from);
            if !self.source[dash..].starts_with('-') || self.nodes[*item].span.end < dash {
                return None;
            }
            dashes.push(dash);
            from = self.end(*item, dash + 1);
        }
        Some(dashes)
    }

    /// The next byte that is no blank, no line end and no comment.
    pub(super) fn skip(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = &self.source[at..];
            at += rest.len() - rest.trim_start().len();
            if !self.source[at..].starts_with('#') {
                return at;
            }
            at = end_of_line(self.source, at);
        }
    }

    /// The line on which a block collection begins that stands behind the colon at `colon`, if it is a later one.
    pub(super) fn first_line(&self, at: usize, colon: usize) -> Option<usize> {
        let start = self.span(at, colon).start;
        let line = self.line_start(start);
        (line > colon).then_some(line)
    }

    fn line_start(&self, at: usize) -> usize {
        self.source[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
    }

    /// Where the line after the one with byte `at` begins; the end of the text where there is none.
    pub(super) fn next_line(&self, at: usize) -> usize {
        let end = end_of_line(self.source, at);
        let eol = ["\r\n", "\n", "\r"].into_iter().find(|eol| self.source[end..].starts_with(eol));
        end + eol.map_or(0, str::len)
    }

    /// The whole lines of `span`; `None` where something else stands before it on its first one.
    pub(super) fn lines(&self, span: &Span) -> Option<Span> {
        let start = self.line_start(span.start);
        let is_alone = self.source[start..span.start].trim_start_matches('\u{feff}').bytes().all(|b| b == b' ');
        is_alone.then(|| start..self.next_line(span.end))
    }

    /// The lines within `span`, which is part of the value at `at`, that are comments and nothing else.
    pub(super) fn comments(&self, at: usize, span: &Span) -> Vec<&'a str> {
        let nodes = &self.nodes[at..after(self.nodes, at)];
        let is_text =
            |at: usize| nodes.iter().any(|node| matches!(node.what, What::Scalar { .. }) && node.span.contains(&at));
        let mut comments = Vec::new();
        let mut start = span.start;
        while start < span.end {
            let line = &self.source[start..end_of_line(self.source, start).min(span.end)];
            let sign = start + line.len() - line.trim_start_matches([' ', '\t']).len();
            if self.source[sign..].starts_with('#') && !is_text(sign) {
                comments.push(line);
            }
            start = self.next_line(start);
        }
        comments
    }

    /// What takes the place of the whole lines `old`, so that these are `new` instead: the text ends with a line end if
    /// it did before.
    pub(super) fn lines_for(&self, old: Span, new: &[&str], eol: &str) -> (Span, String) {
        if old.end < self.source.len() || self.source.ends_with(['\n', '\r']) {
            return (old, new.iter().flat_map(|line| [*line, eol]).collect());
        }
        let before = self.source[..old.start].strip_suffix(eol).map_or(old.start, str::len);
        (before..old.end, new.iter().flat_map(|line| [eol, *line]).collect())
    }

    /// Those comments, on lines of their own in a flow collection out of which `span` is taken.
    pub(super) fn comments_in_flow(&self, at: usize, span: &Span, eol: &str) -> String {
        let comments = self.comments(at, span);
        let Some(last) = comments.last() else { return String::new() };
        let indent = &last[..last.len() - last.trim_start_matches([' ', '\t']).len()];
        let goes_on = !self.source[span.end..].trim_start_matches([' ', '\t']).starts_with(['\n', '\r']);
        let lines: String = comments.iter().flat_map(|line| [eol, *line]).collect();
        if goes_on { lines + eol + indent } else { lines }
    }
}
