//! A YAML text as a flat list of nodes with their bytes, within bounds: depth, aliases, duplicate keys.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StructureStyle};

use super::super::Reason;
use crate::model::Span;

/// Deepest nesting, with aliases expanded.
const MAX_DEPTH: usize = 32;

/// What a text is told that is deeper.
const TOO_DEEP: &str = "nested more than 32 deep";

/// Most nodes that all aliases together may stand for.
const MAX_EXPANDED: usize = 100_000;

/// One event of the text; collections end with [`What::End`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node<'t> {
    pub(super) what: What<'t>,
    pub(super) span: Span,
    /// The number of its anchor; 0 without one.
    pub(super) anchor: usize,
    pub(super) is_tagged: bool,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What<'t> {
    Mapping { is_flow: bool },
    Sequence { is_flow: bool },
    Scalar { style: ScalarStyle, text: Cow<'t, str> },
    Alias(usize),
    End,
}

/// Why a text is not taken, and at which byte.
#[derive(Debug, PartialEq)]
pub(in super::super) struct Refusal {
    pub(in super::super) reason: Reason,
    pub(in super::super) offset: usize,
    pub(in super::super) message: String,
}

/// Lists the nodes of the one mapping that `text` is.
pub(super) fn scan(text: &str) -> Result<Vec<Node<'_>>, Refusal> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut bounds = Bounds::default();
    let mut nodes = Vec::new();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| unreadable(&error, text))?;
        let span = span.byte_range().unwrap_or(text.len()..text.len());
        if let Some(node) = node(event, span) {
            bounds.check(&node)?;
            nodes.push(node);
        }
    }
    match nodes.first() {
        Some(Node { what: What::Mapping { .. }, .. }) => Ok(nodes),
        _ => Err(refuse(Reason::BrokenYaml, 0, "the text is no mapping")),
    }
}

fn node(event: Event<'_>, span: Span) -> Option<Node<'_>> {
    let flow = |style| style == StructureStyle::Flow;
    let (what, anchor, is_tagged) = match event {
        Event::Scalar(text, style, anchor, tag) => (What::Scalar { style, text }, anchor, tag.is_some()),
        Event::SequenceStart(style, anchor, tag) => (What::Sequence { is_flow: flow(style) }, anchor, tag.is_some()),
        Event::MappingStart(style, anchor, tag) => (What::Mapping { is_flow: flow(style) }, anchor, tag.is_some()),
        Event::SequenceEnd | Event::MappingEnd => (What::End, 0, false),
        Event::Alias(anchor) => (What::Alias(anchor), 0, false),
        _ => return None,
    };
    Some(Node { what, span, anchor, is_tagged })
}

/// What is counted while the nodes go by.
#[derive(Default)]
struct Bounds<'t> {
    open: Vec<Frame<'t>>,
    /// Size and height of each anchored node that is complete.
    anchored: HashMap<usize, (usize, usize)>,
    expanded: usize,
    documents: usize,
}

/// A collection that is not closed yet.
struct Frame<'t> {
    anchor: usize,
    size: usize,
    height: usize,
    /// The keys so far, of a mapping.
    keys: Option<HashSet<Cow<'t, str>>>,
    is_key_next: bool,
}

impl<'t> Bounds<'t> {
    fn check(&mut self, node: &Node<'t>) -> Result<(), Refusal> {
        if self.open.is_empty() {
            self.documents += 1;
            if self.documents > 1 {
                return Err(refuse(Reason::BrokenYaml, node.span.start, "there is more than one document in the text"));
            }
        }
        match &node.what {
            What::End => {
                let frame = self.open.pop();
                frame.map_or(Ok(()), |frame| self.complete(frame.anchor, frame.size, frame.height))
            }
            What::Alias(anchor) => self.alias(*anchor, node),
            What::Scalar { text, .. } => {
                self.key(Some(text), node)?;
                self.complete(node.anchor, 1, 0)
            }
            What::Mapping { .. } | What::Sequence { .. } => self.enter(node),
        }
    }

    fn enter(&mut self, node: &Node<'t>) -> Result<(), Refusal> {
        self.key(None, node)?;
        if self.open.len() == MAX_DEPTH {
            return Err(refuse(Reason::TooDeep, node.span.start, TOO_DEEP));
        }
        let keys = matches!(node.what, What::Mapping { .. }).then(HashSet::new);
        self.open.push(Frame { anchor: node.anchor, size: 1, height: 0, keys, is_key_next: true });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, node: &Node<'t>) -> Result<(), Refusal> {
        self.key(None, node)?;
        let Some(&(size, height)) = self.anchored.get(&anchor) else {
            return Err(refuse(Reason::AliasBomb, node.span.start, "the alias stands inside what it stands for"));
        };
        self.expanded = self.expanded.saturating_add(size);
        if self.expanded > MAX_EXPANDED {
            return Err(refuse(Reason::AliasBomb, node.span.start, "the aliases stand for too many values"));
        }
        if self.open.len() + height > MAX_DEPTH {
            return Err(refuse(Reason::TooDeep, node.span.start, "nested more than 32 deep, aliases expanded"));
        }
        self.complete(0, size, height)
    }

    /// Counts a whole node into the collection that it stands in.
    fn complete(&mut self, anchor: usize, size: usize, height: usize) -> Result<(), Refusal> {
        if anchor != 0 {
            self.anchored.insert(anchor, (size, height));
        }
        if let Some(parent) = self.open.last_mut() {
            parent.size = parent.size.saturating_add(size);
            parent.height = parent.height.max(height + 1);
        }
        Ok(())
    }

    /// Every second node of a mapping is a key; a scalar one must be new.
    fn key(&mut self, text: Option<&Cow<'t, str>>, node: &Node<'t>) -> Result<(), Refusal> {
        let Some(Frame { keys: Some(keys), is_key_next, .. }) = self.open.last_mut() else { return Ok(()) };
        let is_new = match text {
            Some(text) if *is_key_next => keys.insert(text.clone()),
            _ => true,
        };
        *is_key_next = !*is_key_next;
        if is_new { Ok(()) } else { Err(refuse(Reason::DuplicateKey, node.span.start, "this key is there twice")) }
    }
}

fn unreadable(error: &ScanError, text: &str) -> Refusal {
    let offset = error.marker().byte_offset().unwrap_or(text.len());
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => refuse(Reason::TooDeep, offset, TOO_DEEP),
        _ => refuse(Reason::BrokenYaml, offset, &error.info()),
    }
}

fn refuse(reason: Reason, offset: usize, message: &str) -> Refusal {
    Refusal { reason, offset, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn reason(text: &str) -> Option<Reason> {
        scan(text).err().map(|refusal| refusal.reason)
    }

    #[test]
    fn only_one_mapping_is_taken() {
        assert_eq!(reason("a: b\n"), None);
        assert_eq!(reason("{a: [1, {b: c}]}"), None);
        for text in ["", "# nothing\n", "- a\n", "text\n", "a: b\n---\nc: d\n", "a: [1\n", "a: @name\n"] {
            assert_eq!(reason(text), Some(Reason::BrokenYaml), "{text:?}");
        }
    }

    #[test]
    fn hx04_alias_bomb_is_refused() {
        let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for level in 1..10 {
            let refs = vec![format!("*a{}", level - 1); 10].join(", ");
            text += &format!("a{level}: &a{level} [{refs}]\n");
        }
        let time = || {
            let start = Instant::now();
            assert_eq!(reason(&text), Some(Reason::AliasBomb));
            start.elapsed().as_millis()
        };
        assert!((0..5).map(|_| time()).min() < Some(50));
    }

    #[test]
    fn hx05_depth_and_self_alias_are_refused() {
        assert_eq!(reason(&format!("a: {}", "[".repeat(100_000))), Some(Reason::TooDeep));
        let ladder: String = (0..40).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        assert_eq!(reason(&ladder), Some(Reason::TooDeep));
        assert_eq!(reason(&format!("a: {}{}", "[".repeat(31), "]".repeat(31))), None);
        assert_eq!(reason("a: &x [*x]\n"), Some(Reason::AliasBomb));
        let chain: String = (1..60).map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1)).collect();
        assert_eq!(reason(&format!("a0: &a0 [x]\n{chain}")), Some(Reason::TooDeep));
    }

    #[test]
    fn hx06_duplicate_keys_are_refused() {
        let refusal = scan("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n").err();
        assert_eq!(refusal.map(|r| (r.reason, r.offset)), Some((Reason::DuplicateKey, 24)));
        assert_eq!(reason("a: 1\nb: {a: 1}\n"), None);
        assert_eq!(reason("{a: 1, 'a': 2}"), Some(Reason::DuplicateKey));
    }
}
