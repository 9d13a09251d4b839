//! JSON values as YAML, written as the document around them is written.

use granit_parser::ScalarStyle;
use serde_json::{Map, Value};

use super::change::line_end;
use super::extent::Extents;
use super::json;
use super::nodes::{Node, What};
use super::quote::{is_safe_plain, is_special, quoted};

/// A text that says `wanted` and nothing else.
pub(in super::super) fn written(wanted: &Map<String, Value>) -> String {
    let entry = |(key, value): (&String, &Value)| Manner::plain().entry(key, value, 0, 0) + "\n";
    if wanted.is_empty() { "{}\n".to_owned() } else { wanted.iter().map(entry).collect() }
}

/// How a document writes what it lacks yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// The end of a line.
    pub(super) eol: &'static str,
    /// The quotes of most texts.
    pub(super) style: ScalarStyle,
    /// How far a mapping stands in from its key.
    step: usize,
    /// How far the dashes of a sequence stand in from its key.
    dash: usize,
    /// Whether sequences of scalars stand in brackets.
    has_brackets: bool,
}

impl Manner {
    /// The manner of a text that says nothing yet.
    pub(super) const fn plain() -> Self {
        Self { eol: "\n", style: ScalarStyle::Plain, step: 2, dash: 2, has_brackets: false }
    }

    /// The manner of a text.
    pub(super) fn of(text: Extents<'_>) -> Self {
        let (plain, Extents { source, nodes }) = (Self::plain(), text);
        let flows = |wanted: bool| nodes.iter().any(|node| node.what == What::Sequence { is_flow: wanted });
        Self {
            eol: line_end(source),
            style: style(source, nodes),
            step: inset(text, &What::Mapping { is_flow: false }).filter(|step| *step > 0).unwrap_or(plain.step),
            dash: inset(text, &What::Sequence { is_flow: false }).unwrap_or(plain.dash),
            has_brackets: flows(true) && !flows(false),
        }
    }

    /// What stands behind the colon of a key that stands `indent` in.
    pub(super) fn behind_colon(&self, value: &Value, indent: usize) -> String {
        match value {
            Value::Object(map) if !map.is_empty() => {
                let inner = indent + self.step;
                map.iter().map(|(key, value)| self.eol.to_owned() + &self.entry(key, value, inner, inner)).collect()
            }
            Value::Array(items) if self.is_in_lines(items) => {
                let dash = indent + self.dash;
                items.iter().map(|item| format!("{}{}{}", self.eol, pad(dash), self.item(item, dash))).collect()
            }
            Value::String(text) => match self.literal(text, indent + self.step) {
                Some(literal) => format!(" {literal}"),
                None => format!(" {}", quoted(text, self.style, false)),
            },
            other => format!(" {}", self.inline(other, self.style, false)),
        }
    }

    /// Whether a sequence stands below its key.
    fn is_in_lines(&self, items: &[Value]) -> bool {
        let is_flat = self.has_brackets && items.iter().all(is_single);
        !items.is_empty() && !is_flat
    }

    /// A key with its value; `lead` blanks stand before it, and its lines stand `indent` in.
    pub(super) fn entry(&self, key: &str, value: &Value, lead: usize, indent: usize) -> String {
        format!("{}{}:{}", pad(lead), key_text(key, ScalarStyle::Plain, false), self.behind_colon(value, indent))
    }

    /// An item with its dash, which stands `dash` in.
    pub(super) fn item(&self, value: &Value, dash: usize) -> String {
        let inner = dash + 2;
        match value {
            Value::Object(map) if !map.is_empty() => {
                let entries = map.iter().enumerate();
                let lines =
                    entries.map(|(at, (key, value))| self.entry(key, value, if at == 0 { 0 } else { inner }, inner));
                format!("- {}", lines.collect::<Vec<_>>().join(self.eol))
            }
            Value::String(text) => match self.literal(text, inner) {
                Some(literal) => format!("- {literal}"),
                None => format!("- {}", quoted(text, self.style, false)),
            },
            other => format!("- {}", self.inline(other, self.style, false)),
        }
    }

    /// A value without a line end in it.
    pub(super) fn inline(&self, value: &Value, style: ScalarStyle, in_flow: bool) -> String {
        match value {
            Value::String(text) => quoted(text, style, in_flow),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.inline(item, style, true)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Object(map) => {
                let entry = |(key, value): (&String, &Value)| {
                    format!("{}: {}", key_text(key, style, true), self.inline(value, style, true))
                };
                format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            other => other.to_string(),
        }
    }

    /// A text of several lines as a block that stands `indent` in, where one can hold it.
    pub(super) fn literal(&self, text: &str, indent: usize) -> Option<String> {
        let body = text.strip_suffix('\n').unwrap_or(text);
        let is_odd = |c: char| c != '\n' && (c.is_control() || is_special(c) || c == '\u{85}');
        // Nobody sees blanks at the end of a line.
        let is_open = body.split('\n').any(|line| line.ends_with(' '));
        let is_framed = !body.starts_with([' ', '\n']) && !body.ends_with('\n');
        let fits = body.contains('\n') && is_framed && !is_open && !body.contains(is_odd);
        fits.then(|| {
            let header = if body.len() < text.len() { "|" } else { "|-" };
            let line = |line: &str| if line.is_empty() { String::new() } else { pad(indent) + line };
            let lines: Vec<String> = body.split('\n').map(line).collect();
            format!("{header}{}{}", self.eol, lines.join(self.eol))
        })
    }
}

/// `key` as a key, in quotes where its neighbours have some or where it needs them.
pub(super) fn key_text(key: &str, style: ScalarStyle, in_flow: bool) -> String {
    let style =
        if style == ScalarStyle::Plain || is_safe_plain(key, in_flow) { style } else { ScalarStyle::DoubleQuoted };
    quoted(key, style, in_flow)
}

pub(super) fn pad(width: usize) -> String {
    " ".repeat(width)
}

pub(super) const fn is_single(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

/// The quotes that most texts have which are values.
fn style(source: &str, nodes: &[Node<'_>]) -> ScalarStyle {
    let (mut plain, mut single, mut double) = (0, 0, 0);
    for node in nodes {
        let What::Scalar { style, text } = &node.what else { continue };
        if source[node.span.end..].trim_start_matches([' ', '\t']).starts_with(':') {
            continue;
        }
        match style {
            ScalarStyle::SingleQuoted => single += 1,
            ScalarStyle::DoubleQuoted => double += 1,
            ScalarStyle::Plain if json::plain(text).is_string() => plain += 1,
            _ => {}
        }
    }
    match () {
        () if double > plain && double >= single => ScalarStyle::DoubleQuoted,
        () if single > plain => ScalarStyle::SingleQuoted,
        () => ScalarStyle::Plain,
    }
}

/// How far the first collection of that kind that is a key's value stands in from its key.
fn inset(text: Extents<'_>, wanted: &What<'_>) -> Option<usize> {
    let Extents { source, nodes } = text;
    let below_key = |at: usize| {
        let key = nodes.get(at).filter(|key| matches!(key.what, What::Scalar { .. }))?;
        nodes.get(at + 1).filter(|value| value.what == *wanted && !value.is_tagged && value.anchor == 0)?;
        let colon = text.colon(at);
        let first = text.skip(colon);
        let is_below = colon > key.span.end && source[colon..first].contains('\n');
        is_below.then(|| column(source, first).checked_sub(column(source, key.span.start)))?
    };
    (0..nodes.len()).find_map(below_key)
}

/// How many characters stand before `at` on its line.
pub(super) fn column(source: &str, at: usize) -> usize {
    let start = source[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    source[start..at].trim_start_matches('\u{feff}').chars().count()
}
