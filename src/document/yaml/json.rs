//! YAML as JSON: scalars by the core schema of YAML 1.2, aliases expanded within the bounds of the scan.

use std::collections::HashMap;

use granit_parser::ScalarStyle;
use serde_json::{Map, Value};

use super::nodes::{Node, What};

/// The value of the mapping that `nodes` are. `<<` is a key like any other, tags are not acted upon.
pub(super) fn value(nodes: &[Node<'_>]) -> Value {
    Reader::of(nodes).value(0).0
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

/// Reads nodes as JSON.
pub(super) struct Reader<'a, 't> {
    nodes: &'a [Node<'t>],
    anchors: HashMap<usize, usize>,
}

impl<'a, 't> Reader<'a, 't> {
    pub(super) fn of(nodes: &'a [Node<'t>]) -> Self {
        let anchors = nodes.iter().enumerate().filter(|(_, node)| node.anchor != 0).map(|(at, node)| (node.anchor, at));
        Self { nodes, anchors: anchors.collect() }
    }

    /// The value of the node at `at`, and where the next node is.
    pub(super) fn value(&self, at: usize) -> (Value, usize) {
        match &self.nodes[at].what {
            What::Mapping { .. } => self.mapping(at + 1),
            What::Sequence { .. } => self.sequence(at + 1),
            What::Scalar { style, text } => (scalar(*style, text, &self.nodes[at]), at + 1),
            What::Alias(anchor) => (self.anchors.get(anchor).map_or(Value::Null, |&at| self.value(at).0), at + 1),
            What::End => (Value::Null, at + 1),
        }
    }

    fn mapping(&self, mut at: usize) -> (Value, usize) {
        let mut map = Map::new();
        while self.nodes[at].what != What::End {
            let (key, value_at) = self.key(at);
            let (value, next) = self.value(value_at);
            map.insert(key, value);
            at = next;
        }
        (Value::Object(map), at + 1)
    }

    fn sequence(&self, mut at: usize) -> (Value, usize) {
        let mut items = Vec::new();
        while self.nodes[at].what != What::End {
            let (item, next) = self.value(at);
            items.push(item);
            at = next;
        }
        (Value::Array(items), at + 1)
    }

    /// A key as text; one that is a collection, as its JSON.
    pub(super) fn key(&self, at: usize) -> (String, usize) {
        match &self.nodes[at].what {
            What::Scalar { text, .. } => (text.clone().into_owned(), at + 1),
            _ => {
                let (value, next) = self.value(at);
                (value.to_string(), next)
            }
        }
    }
}

fn scalar(style: ScalarStyle, text: &str, node: &Node<'_>) -> Value {
    if style != ScalarStyle::Plain || node.is_tagged { Value::from(text) } else { plain(text) }
}

/// What a plain scalar means under the core schema; `.inf` and `.nan`, which JSON lacks, stay text.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => integer(text).or_else(|| float(text)).unwrap_or_else(|| Value::from(text)),
    }
}

fn integer(text: &str) -> Option<Value> {
    if let Some(hex) = text.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with(['+', '-'])).map(Value::from);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return i64::from_str_radix(octal, 8).ok().filter(|_| !octal.starts_with(['+', '-'])).map(Value::from);
    }
    text.parse::<i64>().ok().map(Value::from)
}

fn float(text: &str) -> Option<Value> {
    let has_digit = text.bytes().any(|b| b.is_ascii_digit());
    let is_numeral = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E'));
    let number = if has_digit && is_numeral { text.parse::<f64>().ok() } else { None };
    number.and_then(serde_json::Number::from_f64).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::nodes::scan;
    use super::*;

    #[test]
    fn hx06_scalars_follow_the_core_schema() {
        let text = "a: no\nb: 1e3\nc: 012\nd: 0o14\ne: ~\nf: 'null'\ng: 2026-01-02\nh: .inf\ni: 1.10\nj: !!python/object:os.system x\n\
                    k: TRUE\nl:\n<<: {m: 1}\n";
        let value = scan(text).map(|nodes| value(&nodes));
        let expected = json!({"a": "no", "b": 1000.0, "c": 12, "d": 12, "e": null, "f": "null", "g": "2026-01-02", "h": ".inf",
            "i": 1.1, "j": "x", "k": true, "l": null, "<<": {"m": 1}});
        assert_eq!(value, Ok(expected));
    }

    #[test]
    fn aliases_are_expanded() {
        let value = scan("a: &x {b: [1, two]}\nc: *x\n? [k, 1]\n: v\n").map(|nodes| value(&nodes));
        assert_eq!(value, Ok(json!({"a": {"b": [1, "two"]}, "c": {"b": [1, "two"]}, "[\"k\",1]": "v"})));
    }
}
