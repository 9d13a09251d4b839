//! Changes a YAML text so that it says another value, with as few bytes as that takes.
//!
//! What says the same already stays as it is, with its comments, its order and its spelling. What stands behind an
//! anchor or is an alias is never changed: a change of it would be one of everything that shares it.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::super::splice::{Splice, Splices};
use super::change::{is_same_node, pairs};
use super::emit::{Manner, column, is_single, key_text, pad};
use super::extent::{Extents, Spot};
use super::json::{Reader, is_same};
use super::nodes::{Node, What, scan};
use super::places::{after, bound};
use super::quote::{quoted, style_of};
use crate::model::Span;

/// Why a text cannot say a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Misfit {
    /// What would have to change is shared by an anchor.
    Shared,
    /// It has no form that could be changed here; something around it has to be.
    Awkward,
}

/// The splices that make the mapping `source` say `wanted`.
pub(in super::super) fn conform(source: &str, wanted: &Map<String, Value>) -> Result<Vec<Splice>, Misfit> {
    let nodes = scan(source).map_err(|_| Misfit::Awkward)?;
    let text = Extents { source, nodes: &nodes };
    let fitter = Fitter::of(text);
    match wanted.is_empty() {
        true => fitter.emptied(),
        false => fitter.mapping(0, wanted),
    }
}

/// The splices that make the block sequence at `span` say `items`; all around it is read as before.
pub(in super::super) fn conform_sequence(source: &str, span: &Span, items: &[String]) -> Result<Vec<Splice>, Misfit> {
    let nodes = scan(source).map_err(|_| Misfit::Awkward)?;
    let text = Extents { source, nodes: &nodes };
    let fitter = Fitter::of(text);
    let (spot, at) = fitter.sequence_at(span).ok_or(Misfit::Awkward)?;
    let splices = fitter.value(spot, at, &Value::from(items))?;
    let edited = Splices::new(splices.clone()).apply(source);
    let new = scan(&edited).map_err(|_| Misfit::Awkward)?;
    let behind = &nodes[after(&nodes, at)..];
    let is_same = |(a, b): (&Node<'_>, &Node<'_>)| is_same_node(a, b);
    let is_untouched = new.len() >= at + behind.len()
        && nodes[..at].iter().zip(&new).all(is_same)
        && behind.iter().rev().zip(new.iter().rev()).all(is_same);
    if is_untouched { Ok(splices) } else { Err(Misfit::Awkward) }
}

/// One entry of a mapping.
struct Entry {
    key: String,
    span: Span,
    value: usize,
    spot: Spot,
}

struct Fitter<'a> {
    text: Extents<'a>,
    reader: Reader<'a, 'a>,
    manner: Manner,
    /// The anchors that aliases stand for.
    bound: HashSet<usize>,
}

type Made = Result<Vec<Splice>, Misfit>;

impl<'a> Fitter<'a> {
    fn of(text: Extents<'a>) -> Self {
        Self { text, reader: Reader::of(text.nodes), manner: Manner::of(text), bound: bound(text.nodes) }
    }

    fn nodes(&self) -> &'a [Node<'a>] {
        self.text.nodes
    }

    fn said(&self, at: usize) -> Value {
        self.reader.value(at).0
    }

    fn value(&self, spot: Spot, at: usize, wanted: &Value) -> Made {
        if is_same(&self.said(at), wanted) {
            return Ok(Vec::new());
        }
        let node = &self.nodes()[at];
        if self.bound.contains(&node.anchor) || matches!(node.what, What::Alias(_)) {
            return Err(Misfit::Shared);
        }
        let inside = match (&node.what, wanted) {
            (What::Mapping { .. }, Value::Object(map)) if !map.is_empty() => self.mapping(at, map),
            (What::Sequence { .. }, Value::Array(items)) if !items.is_empty() => self.sequence(spot, at, items),
            _ => Err(Misfit::Awkward),
        };
        match inside {
            // Its anchor would go with it.
            Err(Misfit::Awkward) if node.anchor != 0 && !matches!(node.what, What::Scalar { .. }) => {
                Err(Misfit::Shared)
            }
            Err(Misfit::Awkward) => self.replace(spot, at, wanted),
            made => made,
        }
    }

    fn entries(&self, at: usize) -> Vec<Entry> {
        let is_flow = self.nodes()[at].what == What::Mapping { is_flow: true };
        let entry = |(key, value): (usize, usize)| {
            let colon = self.text.colon(key);
            let start = self.nodes()[key].span.start;
            let spot = match is_flow {
                true => Spot::Flow { from: colon },
                false => Spot::Entry { colon, indent: column(self.text.source, start) },
            };
            Entry { key: self.reader.key(key).0, span: start..self.text.end(value, colon), value, spot }
        };
        pairs(self.nodes(), at).map(entry).collect()
    }

    /// The block sequence that is a key's value and has these bytes.
    fn sequence_at(&self, span: &Span) -> Option<(Spot, usize)> {
        let block = What::Sequence { is_flow: false };
        let is_meant = |entry: &Entry| {
            self.nodes()[entry.value].what == block && self.text.span(entry.value, entry.spot.from()) == *span
        };
        let mappings = (0..self.nodes().len()).filter(|at| matches!(self.nodes()[*at].what, What::Mapping { .. }));
        mappings.flat_map(|at| self.entries(at)).find(is_meant).map(|entry| (entry.spot, entry.value))
    }

    fn mapping(&self, at: usize, wanted: &Map<String, Value>) -> Made {
        let entries = self.entries(at);
        let mut made = Vec::new();
        for entry in &entries {
            if let Some(wanted) = wanted.get(&entry.key) {
                made.extend(self.value(entry.spot, entry.value, wanted)?);
            }
        }
        let known: BTreeSet<&String> = entries.iter().map(|entry| &entry.key).collect();
        let is_new = |(key, _): &(&String, &Value)| !known.contains(key);
        let new: Vec<(&String, &Value)> = wanted.iter().filter(is_new).collect();
        let parts: Vec<(Span, bool)> =
            entries.iter().map(|entry| (entry.span.clone(), wanted.contains_key(&entry.key))).collect();
        if self.nodes()[at].what == (What::Mapping { is_flow: true }) {
            let style =
                entries.first().map_or(self.manner.style, |first| style_of(&self.text.source[first.span.start..]));
            let text = |(key, value): &(&String, &Value)| {
                format!("{}: {}", key_text(key, style, true), self.manner.inline(value, self.manner.style, true))
            };
            made.extend(self.in_braces(at, &parts, new.iter().map(text).collect()));
            return Ok(made);
        }
        made.extend(self.without(&parts)?);
        let Some(Spot::Entry { indent, .. }) = entries.first().map(|entry| entry.spot) else {
            return Err(Misfit::Awkward);
        };
        let lines: Vec<String> = new.iter().map(|(key, value)| self.manner.entry(key, value, indent, indent)).collect();
        made.extend(self.behind(&parts, parts.len(), &lines)?);
        Ok(made)
    }

    /// The root without any entry.
    fn emptied(&self) -> Made {
        let entries = self.entries(0);
        let parts: Vec<(Span, bool)> = entries.iter().map(|entry| (entry.span.clone(), false)).collect();
        if self.nodes()[0].what == (What::Mapping { is_flow: true }) {
            return Ok(self.in_braces(0, &parts, Vec::new()));
        }
        let mut made = self.without(&parts)?;
        made.extend(self.behind(&parts, parts.len(), &["{}".to_owned()])?);
        Ok(made)
    }

    /// Takes the lines of those parts away that do not stay.
    fn without(&self, parts: &[(Span, bool)]) -> Made {
        let mut made = Vec::new();
        let first_kept = parts.iter().position(|(_, stays)| *stays);
        for (at, (span, _)) in parts.iter().enumerate().filter(|(_, (_, stays))| !stays) {
            match (self.text.lines(span), first_kept) {
                (Some(lines), _) => made.push(cut(lines)),
                // Behind a dash: what comes next moves up to it.
                (None, Some(kept)) if at == 0 => {
                    made.push(cut(span.start..parts[kept].0.start));
                    let rest = self.without(&parts[kept..])?;
                    made.extend(rest);
                    return Ok(made);
                }
                (None, _) => return Err(Misfit::Awkward),
            }
        }
        Ok(made)
    }

    /// Puts lines behind the first `count` of the parts.
    fn behind(&self, parts: &[(Span, bool)], count: usize, lines: &[String]) -> Made {
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let eol = self.manner.eol;
        let source = self.text.source;
        let joined = lines.join(eol);
        let Some((before, stays)) = count.checked_sub(1).and_then(|last| parts.get(last)) else {
            let first = parts.first().and_then(|(span, _)| self.text.lines(span)).ok_or(Misfit::Awkward)?;
            return Ok(vec![Splice { span: first.start..first.start, text: joined + eol }]);
        };
        let at = self.text.next_line(before.end);
        let is_open = at == source.len() && !source.ends_with(['\n', '\r']);
        let text = match (is_open, stays) {
            (true, true) => format!("{eol}{joined}"),
            (true, false) => joined,
            (false, _) => joined + eol,
        };
        Ok(vec![Splice { span: at..at, text }])
    }

    fn sequence(&self, spot: Spot, at: usize, wanted: &[Value]) -> Made {
        let items = self.items(at);
        let said: Vec<Value> = items.iter().map(|item| self.said(*item)).collect();
        let shorter = said.len().min(wanted.len());
        let same = |(a, b): &(&Value, &Value)| is_same(a, b);
        let head = said.iter().zip(wanted).take_while(same).count();
        let tail = said.iter().rev().zip(wanted.iter().rev()).take(shorter - head).take_while(same).count();
        let paired = shorter - tail;
        let dashes = match self.nodes()[at].what {
            What::Sequence { is_flow: false } => Some(self.text.dashes(spot.from(), &items).ok_or(Misfit::Awkward)?),
            _ => None,
        };
        let mut made = Vec::new();
        let mut parts = Vec::new();
        for (number, item) in items.iter().enumerate() {
            let dash = dashes.as_ref().map(|dashes| dashes[number]);
            let start = dash.unwrap_or(self.nodes()[*item].span.start);
            let spot = dash.map_or(Spot::Flow { from: start }, |dash| Spot::Item { dash });
            if (head..paired).contains(&number) {
                made.extend(self.value(spot, *item, &wanted[number])?);
            }
            let stays = number < paired || number >= said.len() - tail;
            let is_bound = self.nodes()[*item].anchor != 0 || self.nodes()[*item].is_tagged;
            if !stays && dash.is_none() && is_bound {
                return Err(Misfit::Awkward);
            }
            parts.push((start..self.text.end(*item, dash.map_or(start, |dash| dash + 1)), stays));
        }
        let new = &wanted[paired..wanted.len() - tail];
        match dashes {
            None => made.extend(self.in_brackets(at, &parts, paired, new)),
            Some(dashes) => {
                let indent = column(self.text.source, *dashes.first().ok_or(Misfit::Awkward)?);
                let line = |value| pad(indent) + &self.manner.item(value, indent);
                made.extend(self.without(&parts)?);
                made.extend(self.behind(&parts, paired, &new.iter().map(line).collect::<Vec<_>>())?);
            }
        }
        Ok(made)
    }

    fn items(&self, at: usize) -> Vec<usize> {
        let mut items = Vec::new();
        let mut next = at + 1;
        while self.nodes()[next].what != What::End {
            items.push(next);
            next = after(self.nodes(), next);
        }
        items
    }

    /// Puts new items behind the first `count`, and takes those away that do not stay.
    fn in_brackets(&self, at: usize, parts: &[(Span, bool)], count: usize, new: &[Value]) -> Vec<Splice> {
        let style = match parts.last() {
            Some((span, _)) => style_of(&self.text.source[span.clone()]),
            None => self.manner.style,
        };
        let texts: Vec<String> = new.iter().map(|value| self.manner.inline(value, style, true)).collect();
        match parts.get(count) {
            Some((next, true)) if !texts.is_empty() => {
                vec![Splice { span: next.start..next.start, text: texts.join(", ") + ", " }]
            }
            _ => self.in_braces(at, parts, texts),
        }
    }

    /// Takes those parts of the value at `at` away that do not stay, with their commas, and puts new ones behind the
    /// last. Comments between them stay.
    fn in_braces(&self, at: usize, parts: &[(Span, bool)], new: Vec<String>) -> Vec<Splice> {
        let kept = |span: &Span| self.text.comments_in_flow(at, span, self.manner.eol);
        let Some(last_kept) = parts.iter().rposition(|(_, stays)| *stays) else {
            let open = self.nodes()[at].span.end;
            let start = parts.first().map_or(open, |(span, _)| span.start);
            let span = start..parts.last().map_or(open, |(span, _)| span.end);
            return vec![Splice { text: new.join(", ") + &kept(&span), span }];
        };
        let gone = parts.iter().zip(&parts[1..]).take(last_kept).filter(|((_, stays), _)| !stays);
        let spans = gone.map(|((span, _), (next, _))| span.start..next.start);
        let mut made: Vec<Splice> = spans.map(|span| Splice { text: kept(&span), span }).collect();
        let tail = parts[last_kept].0.end..parts[parts.len() - 1].0.end;
        let text: String = new.iter().map(|text| format!(", {text}")).collect();
        if !tail.is_empty() || !text.is_empty() {
            made.push(Splice { text: text + &kept(&tail), span: tail });
        }
        made
    }

    /// Puts `wanted` in the place of a whole value.
    fn replace(&self, spot: Spot, at: usize, wanted: &Value) -> Made {
        let (source, node) = (self.text.source, &self.nodes()[at]);
        let old = self.text.span(at, spot.from());
        let is_nothing = old.is_empty();
        let is_block = matches!(node.what, What::Mapping { is_flow: false } | What::Sequence { is_flow: false });
        let is_emptied = is_empty_like(&node.what, wanted);
        let is_inline = !is_block && (is_emptied || is_single(wanted) || matches!(spot, Spot::Flow { .. }));
        let inner = node.span.end..old.end.saturating_sub(1).max(node.span.end);
        let comments = self.text.comments_in_flow(at, &inner, self.manner.eol);
        if is_inline && is_emptied && !comments.is_empty() {
            return Ok(vec![Splice { span: inner, text: comments }]);
        }
        if is_inline {
            let lead = if is_nothing && !source[..old.start].ends_with([' ', '\t']) { " " } else { "" };
            return Ok(vec![Splice {
                text: format!("{lead}{}", self.spelled(spot, &source[old.clone()], wanted)),
                span: old,
            }]);
        }
        match spot {
            Spot::Flow { .. } => Err(Misfit::Shared),
            Spot::Item { dash } => {
                let end = self.text.end(at, dash + 1);
                let text = self.manner.item(wanted, column(source, dash));
                let made = vec![Splice { span: dash..end, text }];
                Ok(made.into_iter().chain(self.comments_below(at, dash..end)).collect())
            }
            Spot::Entry { colon, indent } => {
                let text = self.manner.behind_colon(wanted, indent);
                let first_line = self.text.first_line(at, colon).filter(|_| is_block);
                let Some(start) = first_line else { return Ok(vec![Splice { span: colon..old.end.max(colon), text }]) };
                let lines = start..self.text.next_line(old.end);
                let comments = self.text.comments(at, &lines);
                match text.strip_prefix(self.manner.eol) {
                    Some(text) => Ok(vec![self.lines_for(lines, &[&[text], &*comments].concat())]),
                    None => Ok(vec![Splice { span: colon..colon, text }, self.lines_for(lines, &comments)]),
                }
            }
        }
    }

    /// Keeps the comments of a value that is replaced on the line of its dash, below that line.
    fn comments_below(&self, at: usize, old: Span) -> Option<Splice> {
        let behind = self.text.next_line(old.end);
        let comments = self.text.comments(at, &(self.text.next_line(old.start).min(old.end)..old.end));
        (!comments.is_empty()).then(|| self.lines_for(behind..behind, &comments))
    }

    fn lines_for(&self, old: Span, new: &[&str]) -> Splice {
        let (span, text) = self.text.lines_for(old, new, self.manner.eol);
        Splice { span, text }
    }

    /// A value that stands on the line of its key or dash, with the quotes that `old` has.
    fn spelled(&self, spot: Spot, old: &str, wanted: &Value) -> String {
        let is_text = old.starts_with(['"', '\'']) || !old.is_empty() && super::json::plain(old).is_string();
        let style = if is_text { style_of(old) } else { self.manner.style };
        let Value::String(text) = wanted else {
            return self.manner.inline(wanted, style, matches!(spot, Spot::Flow { .. }));
        };
        let indent = match spot {
            Spot::Flow { .. } => return quoted(text, style, true),
            Spot::Item { dash } => column(self.text.source, dash) + 2,
            Spot::Entry { indent, .. } => indent + 2,
        };
        let old_indent =
            old.lines().skip(1).find(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len());
        let literal =
            || self.manner.literal(text, old_indent.unwrap_or(indent)).filter(|_| old.starts_with(['|', '>']));
        literal().unwrap_or_else(|| quoted(text, style, false))
    }
}

/// Whether `wanted` is what stands there, with nothing in it.
fn is_empty_like(what: &What<'_>, wanted: &Value) -> bool {
    match (what, wanted) {
        (What::Sequence { .. }, Value::Array(items)) => items.is_empty(),
        (What::Mapping { .. }, Value::Object(map)) => map.is_empty(),
        _ => false,
    }
}

const fn cut(span: Span) -> Splice {
    Splice { span, text: String::new() }
}
