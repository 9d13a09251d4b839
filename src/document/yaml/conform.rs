//! Changes a YAML text so that it says another value, with as few bytes as that takes.
//!
//! What says the same already stays as it is, with its comments, its order and its spelling. What stands behind an
//! anchor or is an alias is never changed: a change of it would be one of everything that shares it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::splice::Splice;
use super::change::pairs;
use super::emit::{Manner, column, key_text, pad};
use super::extent::Extents;
use super::json::Reader;
use super::nodes::{Node, What, scan};
use super::places::after;
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
    let fitter = Fitter { text, reader: Reader::of(&nodes), manner: Manner::of(text) };
    match wanted.is_empty() {
        true => fitter.emptied(),
        false => fitter.mapping(0, wanted),
    }
}

/// A text that says `wanted` and nothing else.
pub(in super::super) fn written(wanted: &Map<String, Value>) -> String {
    let entry = |(key, value): (&String, &Value)| Manner::plain().entry(key, value, 0, 0) + "\n";
    if wanted.is_empty() { "{}\n".to_owned() } else { wanted.iter().map(entry).collect() }
}

/// Whether both are the same, numbers as far as they can be told apart once they were written.
pub(in super::super) fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() && b.is_f64() => {
            let (a, b) = (a.as_f64().unwrap_or_default(), b.as_f64().unwrap_or_default());
            a == b || (a - b).abs() <= f64::EPSILON * a.abs()
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        _ => a == b,
    }
}

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
enum Spot {
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
}

type Made = Result<Vec<Splice>, Misfit>;

impl<'a> Fitter<'a> {
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
        if node.anchor != 0 || matches!(node.what, What::Alias(_)) {
            return Err(Misfit::Shared);
        }
        let inside = match (&node.what, wanted) {
            (What::Mapping { .. }, Value::Object(map)) if !map.is_empty() => self.mapping(at, map),
            (What::Sequence { .. }, Value::Array(items)) if !items.is_empty() => self.sequence(spot, at, items),
            _ => Err(Misfit::Awkward),
        };
        match inside {
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
            made.extend(in_braces(self.nodes()[at].span.end, &parts, new.iter().map(text).collect()));
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
            return Ok(in_braces(self.nodes()[0].span.end, &parts, Vec::new()));
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
            _ => in_braces(self.nodes()[at].span.end, parts, texts),
        }
    }

    /// Puts `wanted` in the place of a whole value.
    fn replace(&self, spot: Spot, at: usize, wanted: &Value) -> Made {
        let (source, node) = (self.text.source, &self.nodes()[at]);
        let old = self.text.span(at, spot.from());
        let is_nothing = old.is_empty();
        let is_block = matches!(node.what, What::Mapping { is_flow: false } | What::Sequence { is_flow: false });
        let is_inline = !is_block && (is_single(wanted) || matches!(spot, Spot::Flow { .. }));
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
                let text = self.manner.item(wanted, column(source, dash));
                Ok(vec![Splice { span: dash..self.text.end(at, dash + 1), text }])
            }
            Spot::Entry { colon, indent } => {
                let text = self.manner.behind_colon(wanted, indent);
                let first_line = self.text.first_line(at, colon).filter(|_| is_block);
                let Some(start) = first_line else { return Ok(vec![Splice { span: colon..old.end.max(colon), text }]) };
                let lines = start..self.text.next_line(old.end);
                match text.strip_prefix(self.manner.eol) {
                    Some(text) => Ok(vec![Splice { span: lines, text: text.to_owned() + self.manner.eol }]),
                    None => Ok(vec![Splice { span: colon..colon, text }, cut(lines)]),
                }
            }
        }
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

impl Spot {
    /// From where the value is searched for.
    const fn from(self) -> usize {
        match self {
            Self::Flow { from } => from,
            Self::Entry { colon, .. } => colon,
            Self::Item { dash } => dash + 1,
        }
    }
}

const fn is_single(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

const fn cut(span: Span) -> Splice {
    Splice { span, text: String::new() }
}

/// Takes those parts away that do not stay, with their commas, and puts new ones behind the last.
fn in_braces(open: usize, parts: &[(Span, bool)], new: Vec<String>) -> Vec<Splice> {
    let Some(last_kept) = parts.iter().rposition(|(_, stays)| *stays) else {
        let start = parts.first().map_or(open, |(span, _)| span.start);
        let end = parts.last().map_or(open, |(span, _)| span.end);
        return vec![Splice { span: start..end, text: new.join(", ") }];
    };
    let gone = parts.iter().zip(&parts[1..]).take(last_kept).filter(|((_, stays), _)| !stays);
    let mut made: Vec<Splice> = gone.map(|((span, _), (next, _))| cut(span.start..next.start)).collect();
    let tail = parts[last_kept].0.end..parts[parts.len() - 1].0.end;
    let text: String = new.iter().map(|text| format!(", {text}")).collect();
    if !tail.is_empty() || !text.is_empty() {
        made.push(Splice { span: tail, text });
    }
    made
}
