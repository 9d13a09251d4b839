//! The labels and values on one line of Markdown.
//!
//! ```text
//! - **Status**: Done | **Owner**: me
//! ╰──╮╰─────╯╰─╯╰──╯
//!  head label   value        what is between label and value is the style
//! ```

use crate::model::Span;

/// A label and its value, as bytes of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Labelled {
    /// The label, without marks.
    pub(super) label: Span,
    /// The value, without the blanks around it; empty where there is none.
    pub(super) value: Span,
    /// Whether the label stands out, so that any word counts as one.
    pub(super) is_bold: bool,
    /// Whether it is a row of a table.
    pub(super) is_row: bool,
}

/// Finds the labels on the line `line` of `text`. `is_known` says which words are labels without standing out.
pub(super) fn labels(text: &str, line: Span, is_known: &dyn Fn(&str) -> bool) -> Vec<Labelled> {
    let start = content_start(text, line.clone());
    if text[start..line.end].starts_with('|') {
        return row(text, start..line.end, is_known).into_iter().collect();
    }
    let mut found = Vec::new();
    let end = value_end(text, start..line.end);
    let mut next = label_at(text, start..end, is_known);
    let is_label = |word: &str| is_known(word) || is_like_a_label(word);
    while let Some((mut labelled, after)) = next {
        let separator = separator(text, after..end, &is_label);
        let value_end = separator.as_ref().map_or(end, |at| at.start);
        labelled.value = trimmed(text, after..value_end);
        found.push(labelled);
        next = separator.and_then(|at| label_at(text, at.end..end, &is_label));
    }
    found
}

/// Where a line's text begins behind indentation, quote marks and a list marker.
pub(super) fn content_start(text: &str, line: Span) -> usize {
    let said = text[line.clone()].trim_start_matches([' ', '\t', '>', '\u{feff}']);
    let bullet = said.strip_prefix(['-', '*', '+']).or_else(|| {
        let digits = said.trim_start_matches(|c: char| c.is_ascii_digit());
        if digits.len() < said.len() { digits.strip_prefix(['.', ')']) } else { None }
    });
    let said = bullet.filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(said);
    line.end - said.trim_start_matches([' ', '\t']).len()
}

/// The label at the start of `at`, and where its value may begin.
fn label_at(text: &str, at: Span, is_known: &dyn Fn(&str) -> bool) -> Option<(Labelled, usize)> {
    let said = &text[at.clone()];
    let (label, after, is_bold) = match ["**", "__"].into_iter().find(|mark| said.starts_with(mark)) {
        Some(mark) => bold_label(said, mark).map(|(label, after)| (label, after, true))?,
        None => plain_label(said, is_known).map(|(label, after)| (label, after, false))?,
    };
    let label = trimmed(text, at.start + label.start..at.start + label.end);
    if label.is_empty() {
        return None;
    }
    let after = at.start + after;
    Some((Labelled { label, value: after..after, is_bold, is_row: false }, after))
}

/// `**L**:` and `**L:**`.
fn bold_label(said: &str, mark: &str) -> Option<(Span, usize)> {
    let inner = &said[mark.len()..];
    let close = inner.find(mark)?;
    let (label, rest) = (&inner[..close], &inner[close + mark.len()..]);
    let after = 2 * mark.len() + close;
    let is_label = |label: &str| !label.contains(['\n', '`', '|']);
    if let Some(bare) = label.strip_suffix([':', '：']) {
        return is_label(bare).then_some((mark.len()..mark.len() + bare.len(), after));
    }
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    let colon = rest[blanks..].chars().next().filter(|c| matches!(c, ':' | '：'))?;
    is_label(label).then_some((mark.len()..mark.len() + close, after + blanks + colon.len_utf8()))
}

/// `L: v`, of a known label.
fn plain_label(said: &str, is_known: &dyn Fn(&str) -> bool) -> Option<(Span, usize)> {
    const LONGEST: usize = 40;
    let (close, colon) = said.char_indices().take(LONGEST).find(|(_, c)| matches!(c, ':' | '：'))?;
    let after = close + colon.len_utf8();
    let is_free = colon == '：' || said[after..].is_empty() || said[after..].starts_with([' ', '\t']);
    (is_free && is_known(&said[..close])).then_some((0..close, after))
}

/// Whether `word` would be a label where labels are expected: a few words, the first one with a capital.
fn is_like_a_label(word: &str) -> bool {
    const MOST: usize = 3;
    let is_word = |word: &str| word.chars().all(|c| c.is_alphabetic() || c == '-');
    word.starts_with(char::is_uppercase) && word.split(' ').count() <= MOST && word.split(' ').all(is_word)
}

/// `| L | v |`.
fn row(text: &str, at: Span, is_known: &dyn Fn(&str) -> bool) -> Option<Labelled> {
    let said = text[at.clone()].trim_end();
    let inner = said.strip_prefix('|')?;
    let inner = inner.strip_suffix('|').filter(|rest| !rest.ends_with('\\')).unwrap_or(inner);
    let mut bars = inner.match_indices('|').filter(|(bar, _)| !inner[..*bar].ends_with('\\'));
    let (Some((bar, _)), None) = (bars.next(), bars.next()) else { return None };
    let start = at.start + 1;
    let mut label = trimmed(text, start..start + bar);
    let mut is_bold = false;
    for mark in ["**", "__", "`"] {
        let said = &text[label.clone()];
        let bare = said.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
        if bare.is_some_and(|bare| !bare.is_empty()) {
            label = label.start + mark.len()..label.end - mark.len();
            is_bold = is_bold || mark != "`";
        }
    }
    let bare = text[label.clone()].trim_end_matches([':', '：']).trim_end();
    label.end = label.start + bare.len();
    let value = trimmed(text, start + bar + 1..start + inner.len());
    is_known(bare).then_some(Labelled { label, value, is_bold, is_row: true })
}

/// Where the next label on the line is set off, ` | ` or ` · `; a bar inside a value is none.
fn separator(text: &str, at: Span, is_known: &dyn Fn(&str) -> bool) -> Option<Span> {
    let said = &text[at.clone()];
    let marks = said.match_indices(['|', '·']);
    let mut gaps = marks.map(|(bar, mark)| at.start + bar..at.start + bar + mark.len());
    gaps.find_map(|mark| {
        let is_set_off = text[..mark.start].ends_with(' ') && text[mark.end..].starts_with(' ');
        let rest = &text[mark.end..at.end];
        let next = at.end - rest.trim_start().len();
        (is_set_off && label_at(text, next..at.end, is_known).is_some()).then_some(mark.start..next)
    })
}

/// Where the line's values end: before a comment and before a hard break.
fn value_end(text: &str, at: Span) -> usize {
    let said = &text[at.clone()];
    let said = said.find("<!--").map_or(said, |comment| &said[..comment]).trim_end();
    let breaks = ["<br>", "<br/>", "<br />", "\\"];
    let said = breaks.into_iter().find_map(|end| said.strip_suffix(end)).unwrap_or(said).trim_end();
    at.start + said.len()
}

/// `at` without the blanks around it; an empty one stays at its start, behind one blank.
fn trimmed(text: &str, at: Span) -> Span {
    let said = &text[at.clone()];
    let bare = said.trim();
    if bare.is_empty() {
        let start = at.start + usize::from(text[at.start..].starts_with(' '));
        return start..start;
    }
    let start = at.end - said.trim_start().len();
    start..start + bare.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<(&str, &str)> {
        let known = |label: &str| ["status", "owner"].contains(&label.trim().to_lowercase().as_str());
        labels(line, 0..line.len(), &known).into_iter().map(|l| (&line[l.label], &line[l.value])).collect()
    }

    #[test]
    fn every_label_style_is_read() {
        for line in [
            "**Status**: In Progress  ",
            "**Status:** In Progress",
            "Status: In Progress",
            "- **Status**: In Progress",
            "* **Status:** In Progress\\",
            "  3. Status: In Progress<br>",
            "> **Status:** In Progress",
            "**Status**：In Progress",
            "Status：In Progress",
            "**Status** : In Progress <!-- soon -->",
            "| **Status** | In Progress |",
            "| Status: | In Progress",
            "__Status__: In Progress",
        ] {
            assert_eq!(found(line), [("Status", "In Progress")], "{line}");
        }
    }

    #[test]
    fn several_stand_on_one_line() {
        assert_eq!(found("**Status**: Done | **Owner**: me"), [("Status", "Done"), ("Owner", "me")]);
        assert_eq!(found("Status: Done · Owner: me"), [("Status", "Done"), ("Owner", "me")]);
        assert_eq!(found("**Status**: Planning | Active | Completed"), [("Status", "Planning | Active | Completed")]);
        assert_eq!(found("**Status:** a | **Other:** b · c"), [("Status", "a"), ("Other", "b · c")]);
        assert_eq!(found("Status: a | Plan: b | Owner: c"), [("Status", "a"), ("Plan", "b"), ("Owner", "c")]);
        assert_eq!(found("Status: a | see: b | http://c"), [("Status", "a | see: b | http://c")]);
    }

    #[test]
    fn other_lines_have_no_labels() {
        for line in [
            "**Status** is good",
            "Note: x",
            "Status:x",
            "| Status | a | b |",
            "| Note | a |",
            "- [ ] Status: x",
            "",
            "**:** x",
        ] {
            assert_eq!(found(line), [], "{line}");
        }
    }

    #[test]
    fn an_empty_value_stays_behind_its_label() {
        let known = |_: &str| true;
        for (line, at) in [("**Status**:", 11), ("**Status**:  ", 12), ("| Status |  |", 11)] {
            assert_eq!(labels(line, 0..line.len(), &known)[0].value, at..at);
        }
    }
}
