//! What the first heading of a document says: a kind, a code, a title.

use super::label;
use crate::model::{Field, Role, Span};

/// `Task: Core`, `Sprint 64: Core` and `UI-03: Core` as code and title.
pub(super) fn split(role: Role, text: &str, heading: Span) -> (Option<Span>, Option<Span>) {
    let heading = without_comments(text, heading);
    let said = &text[heading.clone()];
    let whole = (!said.is_empty()).then_some(heading.clone());
    let Some((before, colon)) = said.char_indices().find(|(_, c)| matches!(c, ':' | '：')) else {
        return (None, whole);
    };
    let rest = &said[before + colon.len_utf8()..];
    let title = rest.trim();
    let start = heading.end - rest.trim_start().len();
    if title.is_empty() {
        return (None, whole);
    }
    let title = start..start + title.len();
    let prefix = said[..before].trim();
    if matches!(label::field(role, prefix), Some((Field::Code, 0 | 1))) {
        return (Some(title), None);
    }
    match kind_of_prefix(prefix) {
        Prefix::Kind => (None, Some(title)),
        Prefix::Code => (Some(heading.start..heading.start + prefix.len()), Some(title)),
        Prefix::Other => (None, whole),
    }
}

/// A heading without the comments at its ends, which nobody sees.
fn without_comments(text: &str, mut heading: Span) -> Span {
    loop {
        let said = &text[heading.clone()];
        if let Some(end) = said.strip_prefix("<!--").and_then(|rest| rest.find("-->")) {
            let after = &said["<!--".len() + end + "-->".len()..];
            heading.start = heading.end - after.trim_start().len();
        } else if let Some(start) = said.strip_suffix("-->").and_then(|rest| rest.rfind("<!--")) {
            heading.end = heading.start + said[..start].trim_end().len();
        } else {
            return heading;
        }
    }
}

/// What stands before the colon of a title.
enum Prefix {
    Kind,
    Code,
    Other,
}

fn kind_of_prefix(prefix: &str) -> Prefix {
    let lower = prefix.to_lowercase();
    let number = lower.strip_prefix("sprint").map(str::trim_start);
    let is_number = number.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'#')));
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let is_code = prefix.bytes().all(is_part) && prefix.bytes().any(|b| b.is_ascii_digit());
    if lower == "task" || is_number {
        Prefix::Kind
    } else if is_code {
        Prefix::Code
    } else {
        Prefix::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_what_is_no_title() {
        let table = [
            ("Task: Core", None, Some("Core")),
            ("TASK：Core", None, Some("Core")),
            ("Sprint 64: Agents", None, Some("Agents")),
            ("UI-03: Editor", Some("UI-03"), Some("Editor")),
            ("Phase 1: Core", None, Some("Phase 1: Core")),
            ("Task ID: 160", Some("160"), None),
            ("Sprint 17 — Polish", None, Some("Sprint 17 — Polish")),
            ("Task:", None, Some("Task:")),
            ("Task: T <!-- c -->", None, Some("T")),
            ("<!-- a --> Task: T <!-- b --><!-- c -->", None, Some("T")),
            ("A <!-- in --> B", None, Some("A <!-- in --> B")),
            ("<!-- c -->", None, None),
            ("", None, None),
        ];
        for (heading, code, title) in table {
            let said = split(Role::Task, heading, 0..heading.len());
            let raw = |span: Option<Span>| span.map(|span| &heading[span]);
            assert_eq!((raw(said.0), raw(said.1)), (code, title), "{heading}");
        }
    }
}
