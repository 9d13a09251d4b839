//! The block of YAML that a Markdown text may begin with.

use crate::model::Span;

/// Front matter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FrontMatter {
    /// The YAML between the two fences.
    pub(super) inner: Span,
    /// Where the text after the closing fence begins.
    pub(super) end: usize,
}

/// Finds the front matter; blank lines may stand before it. A thematic break at the top is not one.
pub(super) fn find(text: &str) -> Option<FrontMatter> {
    let body = text.trim_start_matches(['\u{feff}', ' ', '\t', '\n', '\r']);
    let mut at = text.len() - body.len();
    let mut lines = body.split_inclusive('\n');
    let open = lines.next().filter(|line| line.trim_end() == "---")?;
    at += open.len();
    let start = at;
    let mut is_yaml = false;
    for line in lines {
        let said = line.trim_end();
        if matches!(said, "---" | "...") {
            return is_yaml.then_some(FrontMatter { inner: start..at, end: at + line.len() });
        }
        is_yaml = is_yaml || is_key(said);
        if !is_yaml && !said.is_empty() && !said.starts_with('#') {
            return None;
        }
        at += line.len();
    }
    None
}

/// Whether `line` begins with a key.
fn is_key(line: &str) -> bool {
    let Some((key, rest)) = line.split_once(':') else { return false };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.' | '"' | '\'');
    let starts_well = key.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '\''));
    starts_well && key.chars().all(is_word) && (rest.is_empty() || rest.starts_with([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inner(text: &str) -> Option<&str> {
        find(text).map(|front| &text[front.inner])
    }

    #[test]
    fn front_matter_is_found_at_the_top_only() {
        assert_eq!(inner("---\na: b\n---\n# T\n"), Some("a: b\n"));
        assert_eq!(inner("\u{feff}\r\n---\r\n# c\r\na: b\r\n---\r\n"), Some("# c\r\na: b\r\n"));
        assert_eq!(inner("---\nassignee: @me\n---"), Some("assignee: @me\n"));
        assert_eq!(inner("---\n\n**Status**: x\n\n---\n"), None);
        assert_eq!(inner("---\na: b\n"), None);
        assert_eq!(inner("x\n---\na: b\n---\n"), None);
        assert_eq!(inner("---\n---\n"), None);
    }
}
