//! Texts as YAML scalars that read back as the same text, under YAML 1.1 and 1.2 alike.

use granit_parser::ScalarStyle;
use serde_json::Value;

use super::json;
use super::places::Shape;

/// `text` in the style of the raw scalar `old`: quotes are kept, and a bare number or date may follow one.
pub(in super::super) fn scalar_like(text: &str, old: &str, shape: Shape) -> String {
    let is_in_flow = match shape {
        Shape::Scalar { is_in_flow, .. } | Shape::Nothing { is_in_flow } => is_in_flow,
        Shape::FlowSequence => true,
        Shape::BlockSequence | Shape::Whole | Shape::Block | Shape::Shared => false,
    };
    let style = style_of(old);
    let is_bare = style == ScalarStyle::Plain && !old.is_empty();
    if is_bare && kind_of(text) == kind_of(old) && kind_of(text) != Kind::Text && is_well_formed(text, is_in_flow) {
        return text.to_owned();
    }
    quoted(text, style, is_in_flow)
}

/// `text` as the block scalar that `old` is, with its header and as far in; in quotes where that cannot be.
pub(in super::super) fn block_like(text: &str, old: &str) -> String {
    let (header, body) = old.split_once('\n').unwrap_or((old, ""));
    let first = body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let indent = &first[..first.len() - first.trim_start_matches(' ').len()];
    let is_odd = |c: char| c != '\n' && (c.is_control() || is_special(c)) || c == '\n' && header.starts_with('>');
    if indent.is_empty() || text.trim() != text || text.contains(is_odd) {
        return quoted(text, ScalarStyle::Plain, false);
    }
    let eol = if header.ends_with('\r') { "\r\n" } else { "\n" };
    let lines = text.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") });
    format!("{header}\n{}", lines.collect::<Vec<_>>().join(eol))
}

/// `[a, b]`, with the quotes that `old` has.
pub(in super::super) fn flow_sequence(items: &[String], old: &str) -> String {
    let style = style_of(old.trim_start_matches(['[', ' ']));
    let items: Vec<String> = items.iter().map(|item| quoted(item, style, true)).collect();
    format!("[{}]", items.join(", "))
}

/// A raw scalar without its quotes; escapes stay.
pub(in super::super) fn unquoted(raw: &str) -> &str {
    let inside = |quote: char| raw.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(raw)
}

pub(super) fn style_of(raw: &str) -> ScalarStyle {
    match raw.as_bytes().first() {
        Some(b'"') => ScalarStyle::DoubleQuoted,
        Some(b'\'') => ScalarStyle::SingleQuoted,
        _ => ScalarStyle::Plain,
    }
}

/// `text` as a scalar in `style`; plain only where that is safe, single quotes only where no escape is needed.
pub(super) fn quoted(text: &str, style: ScalarStyle, in_flow: bool) -> String {
    let needs_escape = text.chars().any(|c| c.is_control() || is_special(c));
    match style {
        _ if needs_escape => double(text),
        ScalarStyle::DoubleQuoted => double(text),
        ScalarStyle::Plain if is_safe_plain(text, in_flow) => text.to_owned(),
        ScalarStyle::SingleQuoted => single(text),
        _ => double(text),
    }
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_special(c) => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters that YAML takes for line ends or not at all.
pub(super) fn is_special(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether the bare text is read back as this very text, and as a text.
pub(super) fn is_safe_plain(text: &str, in_flow: bool) -> bool {
    !text.is_empty() && kind_of(text) == Kind::Text && is_well_formed(text, in_flow)
}

/// What a reader takes a bare text for.
#[derive(PartialEq, Eq)]
enum Kind {
    Text,
    /// By YAML 1.2.
    Other(std::mem::Discriminant<Value>),
    /// By YAML 1.1 only.
    Old,
}

fn kind_of(text: &str) -> Kind {
    match json::plain(text) {
        Value::String(_) if is_yaml_1_1(text) => Kind::Old,
        Value::String(_) => Kind::Text,
        other => Kind::Other(std::mem::discriminant(&other)),
    }
}

/// Whether the bare text ends where it should.
fn is_well_formed(text: &str, in_flow: bool) -> bool {
    let is_signed = text.starts_with('-') && text[1..].starts_with(|c: char| c.is_ascii_digit());
    let opens_badly =
        !is_signed && text.starts_with(|c: char| "-?:,[]{}#&*!|>'\"%@`=".contains(c) || c.is_whitespace());
    let breaks_off = text.contains(": ") || text.contains(" #") || text.ends_with([':', ' ', '\t']);
    let breaks_flow = in_flow && text.contains([',', '[', ']', '{', '}']);
    let is_marker = matches!(text, "---" | "..." | "<<");
    !(opens_badly || breaks_off || breaks_flow || is_marker)
}

/// Whether YAML 1.1 takes the bare text for a boolean, a number, a time or a date.
fn is_yaml_1_1(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_word = matches!(lower.as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null");
    let is_number_like = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '.'))
        && lower.bytes().all(|b| {
            b.is_ascii_hexdigit() || matches!(b, b'_' | b':' | b'.' | b'-' | b'+' | b'x' | b'o' | b't' | b'z' | b' ')
        });
    is_word || is_number_like || lower.ends_with(".inf") || lower == ".nan"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::nodes::{What, scan};
    use super::*;

    #[test]
    fn only_harmless_texts_stay_bare() {
        for text in ["pending", "in_progress", "Phase 1 - Core", "v1.2-rc", "a:b", "naïve", "1st place"] {
            assert_eq!(quoted(text, ScalarStyle::Plain, false), text);
        }
        for text in [
            "",
            "no",
            "Yes",
            "on",
            "null",
            "~",
            "1",
            "1e3",
            "012",
            "1_000",
            "12:30:45",
            "2026-01-02",
            "a: b",
            "a #b",
            "- a",
            "@name",
            "*x",
            "true",
            ".inf",
            "0x1F",
            "a:",
            " a",
            "#a",
            "=",
            "---",
            "y",
        ] {
            assert_eq!(quoted(text, ScalarStyle::Plain, false), format!("\"{text}\""));
        }
        assert_eq!(quoted("a, b", ScalarStyle::Plain, true), "\"a, b\"");
        assert_eq!(quoted("it's", ScalarStyle::SingleQuoted, false), "'it''s'");
    }

    #[test]
    fn a_new_scalar_looks_like_the_old_one() {
        let shape = Shape::Scalar { style: ScalarStyle::Plain, is_in_flow: false };
        for (text, old, new) in [
            ("2", "1", "2"),
            ("2", "one", "\"2\""),
            ("2", "'1'", "'2'"),
            ("2026-02-03", "2026-01-02", "2026-02-03"),
            ("done", "\"todo\"", "\"done\""),
            ("done", "", "done"),
        ] {
            assert_eq!(scalar_like(text, old, shape), new, "{text} {old}");
        }
    }

    #[test]
    fn hx10_line_breaks_are_escaped() {
        assert_eq!(quoted("a\nb: c\r\u{1b}", ScalarStyle::Plain, false), "\"a\\nb: c\\r\\u001b\"");
        assert_eq!(quoted("a\nb", ScalarStyle::SingleQuoted, false), "\"a\\nb\"");
    }

    proptest! {
        #[test]
        fn every_text_reads_back(text in "\\PC{0,12}|[ -~\\n\\r\\t]{0,12}", style in 0..3_usize, in_flow: bool) {
            let style = [ScalarStyle::Plain, ScalarStyle::SingleQuoted, ScalarStyle::DoubleQuoted][style];
            let scalar = quoted(&text, style, in_flow);
            let source = if in_flow { format!("{{a: {scalar}, b: c}}") } else { format!("a: {scalar}\nb: c\n") };
            let nodes = scan(&source).map_err(|refusal| TestCaseError::fail(format!("{source:?}: {refusal:?}")))?;
            let said = nodes.iter().filter_map(|n| match &n.what { What::Scalar { text, .. } => Some(text.as_ref()), _ => None });
            prop_assert_eq!(said.collect::<Vec<_>>(), ["a", text.as_str(), "b", "c"]);
        }
    }
}
