//! The values of a YAML mapping that can be changed in place.

use std::collections::{HashMap, HashSet};

use granit_parser::ScalarStyle;

use super::super::slot::{Draft, Said, SlotKey};
use super::super::{slot, values};
use super::extent::Extents;
use super::nodes::{Node, What};
use crate::model::{Field, Span};

/// A value, by its JSON pointer.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Place {
    pub(in super::super) pointer: String,
    pub(in super::super) field: Option<Field>,
    pub(in super::super) span: Span,
    pub(in super::super) shape: Shape,
    /// What a scalar says; `None` for null.
    pub(in super::super) text: Option<String>,
    /// What the items of a sequence say.
    pub(in super::super) items: Vec<String>,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Shape {
    /// A scalar in one of the three styles that end on their own.
    Scalar { style: ScalarStyle, is_in_flow: bool },
    /// Nothing after the colon.
    Nothing { is_in_flow: bool },
    /// `[a, b]`.
    FlowSequence,
    /// Lines with dashes.
    BlockSequence,
    /// A sequence or block scalar that is only ever taken as a whole.
    Whole,
    /// A block scalar that is the value of a field.
    Block,
    /// What an alias stands for, or what one stands for elsewhere: it can be read and not be changed here.
    Shared,
}

impl Place {
    /// The place as a draft of a text in which the YAML begins at byte `start`.
    pub(in super::super) fn into_draft(self, start: usize, order: (u8, u8)) -> Draft {
        let said = match (self.shape, self.text) {
            (Shape::FlowSequence | Shape::BlockSequence, _) => Said::Items(self.items),
            (Shape::Shared, None) if !self.items.is_empty() => Said::Items(self.items),
            (_, Some(text)) => Said::Text(text),
            (_, None) => Said::Null,
        };
        let key = self.field.map_or(SlotKey::Pointer(self.pointer), SlotKey::Field);
        let span = self.span.start + start..self.span.end + start;
        Draft { key, order, span, shape: slot::Shape::Yaml(self.shape), said }
    }
}

/// Finds every such value. `field_of` names the fields among the pointers.
///
/// Sequences are atomic and stay text, except those of scalars that a field has for its value which may be listed. What is an alias,
/// has an anchor or is a block scalar stays text as well, unless it is a field. With `takes_all`, sequences and block
/// scalars that are no field and share nothing are values too, each as a whole.
pub(super) fn find(
    source: &str,
    nodes: &[Node<'_>],
    field_of: &dyn Fn(&str) -> Option<Field>,
    takes_all: bool,
) -> Vec<Place> {
    let named = nodes.iter().enumerate().filter(|(_, node)| node.anchor != 0).map(|(at, node)| (node.anchor, at));
    let anchored = named.collect();
    let mut finder = Finder { source, nodes, field_of, takes_all, anchored, bound: bound(nodes), places: Vec::new() };
    finder.mapping(0, "", Around::default());
    finder.places
}

/// The anchors of nodes that some alias stands for.
pub(super) fn bound(nodes: &[Node<'_>]) -> HashSet<usize> {
    let alias = |node: &Node<'_>| match node.what {
        What::Alias(anchor) => Some(anchor),
        _ => None,
    };
    nodes.iter().filter_map(alias).collect()
}

/// What the mappings are that a value stands in.
#[derive(Debug, Clone, Copy, Default)]
struct Around {
    /// One of them has an anchor: only fields are values.
    has_anchor: bool,
    /// An alias stands for one of them.
    is_shared: bool,
}

/// Where the node after the one at `at` begins, its content skipped.
pub(super) fn after(nodes: &[Node<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (next, node) in nodes.iter().enumerate().skip(at) {
        match node.what {
            What::Mapping { .. } | What::Sequence { .. } => depth += 1,
            What::End => depth = depth.saturating_sub(1),
            What::Scalar { .. } | What::Alias(_) => {}
        }
        if depth == 0 {
            return next + 1;
        }
    }
    nodes.len()
}

/// `pointer` with one more key (RFC 6901).
pub(super) fn child(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

struct Finder<'a> {
    source: &'a str,
    nodes: &'a [Node<'a>],
    field_of: &'a dyn Fn(&str) -> Option<Field>,
    takes_all: bool,
    /// Where the node with each anchor is.
    anchored: HashMap<usize, usize>,
    bound: HashSet<usize>,
    places: Vec<Place>,
}

impl Finder<'_> {
    /// Walks the mapping whose start is at `at`.
    fn mapping(&mut self, at: usize, pointer: &str, around: Around) {
        let is_in_flow = self.nodes[at].what == What::Mapping { is_flow: true };
        let mut at = at + 1;
        while self.nodes[at].what != What::End {
            let value = after(self.nodes, at);
            if let What::Scalar { text, .. } = &self.nodes[at].what {
                self.entry(at, value, &child(pointer, text), is_in_flow, around);
            }
            at = after(self.nodes, value);
        }
    }

    fn entry(&mut self, key: usize, value: usize, pointer: &str, is_in_flow: bool, around: Around) {
        let node = &self.nodes[value];
        let is_field = (self.field_of)(pointer).is_some();
        let has_anchor = around.has_anchor || node.anchor != 0;
        let is_shared = around.is_shared || self.bound.contains(&node.anchor);
        if let What::Mapping { .. } = node.what {
            return self.mapping(value, pointer, Around { has_anchor, is_shared });
        }
        if has_anchor && !is_field {
            return;
        }
        match &node.what {
            What::Sequence { .. } if self.is_whole(pointer) => self.whole(key, value, pointer, None),
            What::Sequence { is_flow } => self.sequence(value, pointer, *is_flow, is_shared),
            What::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, text } => {
                if is_field {
                    self.block(key, value, pointer, text, is_shared);
                } else if self.is_whole(pointer) {
                    self.whole(key, value, pointer, Some(text.clone().into_owned()));
                }
            }
            What::Scalar { style, text } => {
                let is_nothing = node.span.is_empty() && *style == ScalarStyle::Plain;
                let shape = match is_nothing {
                    _ if is_shared => Shape::Shared,
                    true => Shape::Nothing { is_in_flow },
                    false => Shape::Scalar { style: *style, is_in_flow },
                };
                let span = if is_nothing { self.after_colon(key, node) } else { Some(node.span.clone()) };
                if let Some(span) = span {
                    self.push(pointer, span, shape, said(*style, text), Vec::new());
                }
            }
            What::Alias(anchor) if is_field => self.alias(value, *anchor, pointer),
            What::Alias(_) | What::Mapping { .. } | What::End => {}
        }
    }

    /// The scalar that an alias stands for.
    fn alias(&mut self, at: usize, anchor: usize, pointer: &str) {
        let named = self.anchored.get(&anchor).map(|at| &self.nodes[*at].what);
        if let Some(What::Scalar { style, text }) = named {
            self.push(pointer, self.nodes[at].span.clone(), Shape::Shared, said(*style, text), Vec::new());
        }
    }

    /// A block scalar that is the value of a field.
    fn block(&mut self, key: usize, value: usize, pointer: &str, text: &str, is_shared: bool) {
        let extents = Extents { source: self.source, nodes: self.nodes };
        let span = extents.span(value, extents.colon(key));
        if self.source[span.clone()].starts_with(['|', '>']) {
            let shape = if is_shared { Shape::Shared } else { Shape::Block };
            self.push(pointer, span, shape, Some(text.to_owned()), Vec::new());
        }
    }

    fn is_whole(&self, pointer: &str) -> bool {
        self.takes_all && (self.field_of)(pointer).is_none()
    }

    /// A value that is taken as a whole, unless it shares something or has a tag, which stands before it.
    fn whole(&mut self, key: usize, value: usize, pointer: &str, text: Option<String>) {
        let extents = Extents { source: self.source, nodes: self.nodes };
        let inside = &self.nodes[value..after(self.nodes, value)];
        let is_shared = inside.iter().any(|node| node.anchor != 0 || matches!(node.what, What::Alias(_)));
        let span = extents.span(value, extents.colon(key));
        let begins_well = self.source[span.clone()].starts_with(['-', '[', '|', '>']);
        if !is_shared && !inside[0].is_tagged && begins_well {
            self.push(pointer, span, Shape::Whole, text, Vec::new());
        }
    }

    /// The place for a value that is not there: behind the colon, which the parser's span stands before, and one blank.
    fn after_colon(&self, key: usize, value: &Node<'_>) -> Option<Span> {
        let from = self.nodes[key].span.end;
        let rest = self.source.get(from..)?;
        let colon = from + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let is_bare = !value.is_tagged && value.anchor == 0;
        let after = self.source[colon..].strip_prefix(':').filter(|_| is_bare)?;
        let at = colon + 1 + usize::from(after.starts_with(' '));
        Some(at..at)
    }

    fn sequence(&mut self, at: usize, pointer: &str, is_flow: bool, is_shared: bool) {
        if !(self.field_of)(pointer).is_some_and(values::may_be_listed) {
            return;
        }
        let items = &self.nodes[at + 1..after(self.nodes, at) - 1];
        let text = |item: &Node<'_>| match &item.what {
            What::Scalar { style, text }
                if item.anchor == 0 && !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) =>
            {
                Some(text.clone().into_owned())
            }
            _ => None,
        };
        let Some(texts) = items.iter().map(text).collect::<Option<Vec<_>>>() else { return };
        let (span, shape) = match (is_flow, items.first(), items.last()) {
            (true, ..) => (self.nodes[at].span.start..self.nodes[at + 1 + items.len()].span.end, Shape::FlowSequence),
            (false, Some(first), Some(last)) => {
                let Some(dash) = self.source[..first.span.start].trim_end_matches([' ', '\t']).strip_suffix('-') else {
                    return;
                };
                (dash.len()..last.span.end, Shape::BlockSequence)
            }
            _ => return,
        };
        self.push(pointer, span, if is_shared { Shape::Shared } else { shape }, None, texts);
    }

    fn push(&mut self, pointer: &str, span: Span, shape: Shape, text: Option<String>, items: Vec<String>) {
        let field = (self.field_of)(pointer);
        self.places.push(Place { pointer: pointer.to_owned(), field, span, shape, text, items });
    }
}

/// What a scalar says; `None` for null.
fn said(style: ScalarStyle, text: &str) -> Option<String> {
    let is_null = style == ScalarStyle::Plain && matches!(text, "~" | "null" | "Null" | "NULL" | "");
    (!is_null).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::nodes::scan;
    use super::*;

    fn found(source: &str) -> Vec<(String, String)> {
        let nodes = scan(source).expect("good YAML");
        let field = |pointer: &str| match pointer {
            "/tags" => Some(Field::Tags),
            "/assignee" => Some(Field::Assignee),
            "/title" => Some(Field::Title),
            _ => None,
        };
        find(source, &nodes, &field, false).into_iter().map(|p| (p.pointer, source[p.span].to_owned())).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(p, raw)| ((*p).to_owned(), (*raw).to_owned())).collect()
    }

    #[test]
    fn every_scalar_value_of_a_mapping_is_a_place() {
        let source = "a:   x   # c\nb: 'q'\nc: {d: \"e\", f: 1}\ng/h~:\n  i: two\n    lines\nj: !!str k\n";
        let expected = [
            ("/a", "x"),
            ("/b", "'q'"),
            ("/c/d", "\"e\""),
            ("/c/f", "1"),
            ("/g~1h~0/i", "two\n    lines"),
            ("/j", "k"),
        ];
        assert_eq!(found(source), pairs(&expected));
    }

    #[test]
    fn shared_and_nested_values_stay_text() {
        assert_eq!(found("a: &x y\nb: *x\nc: |\n  z\nd: [1, 2]\ne:\n  - f: g\n? [k]\n: v\n"), []);
    }

    #[test]
    fn a_field_is_read_behind_its_anchor_or_tag_and_out_of_its_block() {
        let title = |source: &str| {
            let nodes = scan(source).expect("good YAML");
            let field = |pointer: &str| (pointer == "/task/title").then_some(Field::Title);
            let place = find(source, &nodes, &field, true).into_iter().find(|place| place.field.is_some())?;
            Some((source[place.span].to_owned(), place.text?, place.shape == Shape::Shared))
        };
        let table = [
            ("task:\n  title: &t One # c\n", "One", "One", false),
            ("task:\n  title: &t One\nx: *t\n", "One", "One", true),
            ("task:\n  title: !!str 'One'\n", "'One'", "One", false),
            ("task: {title: &t !x One}\n", "One", "One", false),
            ("task:\n  title: |\n    One\nx: 1\n", "|\n    One", "One\n", false),
            ("task:\n  title: &t >- # c\n    One\n    more\n\nx: 1\n", ">- # c\n    One\n    more", "One more", false),
            ("x: &t One\ntask:\n  title: *t\n", "*t", "One", true),
            ("task: &t\n  title: One\n  more: x\n", "One", "One", false),
            ("task: &t\n  title: One\nx: *t\n", "One", "One", true),
        ];
        for (source, raw, text, is_shared) in table {
            assert_eq!(title(source), Some((raw.to_owned(), text.to_owned(), is_shared)), "{source:?}");
        }
    }

    #[test]
    fn an_empty_value_has_its_place_behind_the_colon() {
        let source = "a:\nb:   # c\nc : \n";
        let nodes = scan(source).expect("good YAML");
        let spans: Vec<_> = find(source, &nodes, &|_| None, false).into_iter().map(|p| p.span).collect();
        assert_eq!(spans, [2..2, 6..6, 16..16]);
        assert_eq!(found("{x: , y}"), pairs(&[("/x", "")]));
    }

    #[test]
    fn the_sequence_of_a_list_field_is_one_value() {
        assert_eq!(found("tags: [a, 'b']\n"), pairs(&[("/tags", "[a, 'b']")]));
        assert_eq!(found("tags:\n- a\n# c\n- b # d\n"), pairs(&[("/tags", "- a\n# c\n- b")]));
        assert_eq!(found("tags:\n  - a\n  - &x b\n"), []);
        assert_eq!(found("tags: []\n"), pairs(&[("/tags", "[]")]));
        assert_eq!(found("title: [a]\nassignee:\n  - '@me'\n"), pairs(&[("/assignee", "- '@me'")]));
    }

    #[test]
    fn sequences_and_blocks_are_values_as_a_whole_where_all_is_taken() {
        let source = "a:   # c\n- x\n- y: z # d\n  w: |\n    v\n\nb: [1, [2]]\nc: >-\n  t\n  u\n\nd: |+\n  s\n\ne: [&q r]\nf: !t [s]\ng: []\n";
        let nodes = scan(source).expect("good YAML");
        let found = find(source, &nodes, &|_| None, true).into_iter().map(|p| (p.pointer, source[p.span].to_owned()));
        let expected = [
            ("/a", "- x\n- y: z # d\n  w: |\n    v"),
            ("/b", "[1, [2]]"),
            ("/c", ">-\n  t\n  u"),
            ("/d", "|+\n  s\n"),
            ("/g", "[]"),
        ];
        assert_eq!(found.collect::<Vec<_>>(), pairs(&expected));
    }
}
