//! Where a field goes that a header lacks, and which bytes are one field of it.

use super::front_matter;
use super::header::{Candidate, Page, Zone};
use super::label;
use super::line::{self, Labelled};
use super::outline::Outline;
use crate::model::{Field, Role, Span};

/// A gap between two lines of a header that can take a new field.
#[derive(Debug, PartialEq)]
pub(in super::super) struct Gap {
    /// Where the new bytes go.
    pub(in super::super) at: usize,
    /// What stands before the value: line end, marks, label, colon.
    pub(in super::super) before: String,
    /// What stands behind it.
    pub(in super::super) behind: String,
}

/// The gap behind the last field of the header, in that field's style; `None` where there is no header.
pub(in super::super) fn gap(role: Role, text: &str, outline: &Outline, field: Field) -> Option<Gap> {
    let front = front_matter::find(text);
    let page = Page { role, text, outline, front: front.as_ref() };
    let fields = page.header_fields();
    let (line, model) = fields.last()?.label.clone()?;
    let (_, first) = fields.iter().filter_map(|field| field.label.clone()).find(|(other, _)| *other == line)?;
    let open = &text[line.start..first.label.start];
    let mut colon = text[model.label.end..model.value.start].to_owned();
    if !colon.ends_with([' ', '\t']) && !colon.ends_with('：') {
        colon.push(' ');
    }
    let behind = if model.is_row { " |" } else { hard_break(text, &line) };
    let (line_ends, needs_break) = spacing(text, &line, &fields);
    let broken = if needs_break { "  " } else { "" };
    let name = label::name(role, field)?;
    let head = page.delimiter(&line).filter(|_| model.is_row);
    Some(Gap {
        at: head.map_or(line.end, |delimiter| delimiter.end),
        before: format!("{broken}{line_ends}{open}{name}{colon}"),
        behind: behind.to_owned(),
    })
}

/// The bytes that hold the value at `value` with its label: its lines, or its part of a line; `None` for values without
/// a label, and for the head of a table, without which it would be none.
pub(in super::super) fn lines_of(role: Role, text: &str, outline: &Outline, value: &Span) -> Option<Span> {
    let front = front_matter::find(text);
    let page = Page { role, text, outline, front: front.as_ref() };
    let found = page.candidates().into_iter().find(|candidate| candidate.value == *value)?;
    let (line, labelled) = found.label?;
    if labelled.is_row && page.delimiter(&line).is_some() {
        return None;
    }
    let is_known = |word: &str| label::field(role, word).is_some();
    let all = line::labels(text, line.clone(), &is_known);
    let at = all.iter().position(|other| *other == labelled)?;
    Some(match (at, all.get(at + 1)) {
        (0, None) => whole_line(text, line),
        (0, Some(next)) => open_of(&labelled)..open_of(next),
        _ => all[at - 1].value.end..labelled.value.end,
    })
}

impl Page<'_> {
    fn header_fields(&self) -> Vec<Candidate> {
        self.candidates().into_iter().filter(|candidate| candidate.zone == Zone::Header).collect()
    }
}

/// Where a label begins, with its marks.
fn open_of(labelled: &Labelled) -> usize {
    labelled.label.start - if labelled.is_bold { 2 } else { 0 }
}

/// The blanks or backslash at the end of `line` that break it.
fn hard_break<'t>(text: &'t str, line: &Span) -> &'t str {
    let said = &text[line.clone()];
    let bare = said.trim_end_matches([' ', '\\']);
    let tail = &said[bare.len()..];
    if tail == "\\" || tail.ends_with("  ") { tail } else { "" }
}

/// The line ends between two fields, and whether the last line needs a hard break that its neighbours have.
fn spacing(text: &str, last: &Span, fields: &[Candidate]) -> (String, bool) {
    let lines = || fields.iter().filter_map(|field| field.label.as_ref()).map(|(line, _)| line);
    let before = lines().rfind(|line| line.end < last.start);
    let eol = end_of_line_at(text, last.end)
        .unwrap_or_else(|| before.and_then(|b| end_of_line_at(text, b.end)).unwrap_or("\n"));
    let gap = before.map(|before| &text[before.end..last.start]);
    let is_spaced = gap.is_some_and(|gap| gap.trim().is_empty() && gap.matches('\n').count() > 1);
    let is_broken = before.is_some_and(|before| hard_break(text, before).starts_with("  "));
    let needs_break = is_broken && hard_break(text, last).is_empty() && !is_spaced;
    (if is_spaced { eol.repeat(2) } else { eol.to_owned() }, needs_break)
}

/// The line with its line end, and the blank line below where one stands above as well.
fn whole_line(text: &str, line: Span) -> Span {
    let eol = |at| end_of_line_at(text, at).map_or(0, str::len);
    let mut end = line.end + eol(line.end);
    let is_blank_above = ["\n\n", "\r\n\r\n"].iter().any(|blank| text[..line.start].ends_with(blank));
    if is_blank_above && eol(end) > 0 {
        end += eol(end);
    }
    line.start..end
}

fn end_of_line_at(text: &str, at: usize) -> Option<&'static str> {
    ["\r\n", "\n", "\r"].into_iter().find(|eol| text[at..].starts_with(eol))
}

#[cfg(test)]
mod tests {
    use super::super::outline::outline;
    use super::*;

    fn inserted(text: &str) -> Option<String> {
        let Gap { at, before, behind } = gap(Role::Task, text, &outline(text, 0), Field::Owner)?;
        Some(format!("{}{before}me{behind}{}", &text[..at], &text[at..]))
    }

    #[test]
    fn a_field_is_added_in_the_style_of_the_header() {
        let table = [
            ("**Status**: Done\n\nx\n", "**Status**: Done\n**Owner**: me\n\nx\n"),
            ("**Phase**: 1  \n**Status**: Done\n", "**Phase**: 1  \n**Status**: Done  \n**Owner**: me\n"),
            ("**Phase**: 1  \r\n**Status**: Done  \r\n", "**Phase**: 1  \r\n**Status**: Done  \r\n**Owner**: me  \r\n"),
            ("**Phase:** 1\n\n**Status:** Done\n\nx", "**Phase:** 1\n\n**Status:** Done\n\n**Owner:** me\n\nx"),
            ("- **Status**:", "- **Status**:\n- **Owner**: me"),
            ("> Status：Done\n", "> Status：Done\n> Owner：me\n"),
            ("| **Status** | Done |\n", "| **Status** | Done |\n| **Owner** | me |\n"),
            ("| Status | Done |\n|---|---|\n\nx\n", "| Status | Done |\n|---|---|\n| Owner | me |\n\nx\n"),
            (
                "| Status | Done |\n|---|---|\n| Phase | 1 |\n",
                "| Status | Done |\n|---|---|\n| Phase | 1 |\n| Owner | me |\n",
            ),
            ("**Status**: Done | **Phase**: 1\n", "**Status**: Done | **Phase**: 1\n**Owner**: me\n"),
        ];
        for (before, after) in table {
            assert_eq!(inserted(before).as_deref(), Some(after));
        }
        assert_eq!(inserted("# T\n\ntext\n"), None);
    }

    #[test]
    fn a_field_is_taken_away_with_its_line() {
        let left = |text: &str, value: &str| {
            let start = text.find(value)?;
            let span = lines_of(Role::Task, text, &outline(text, 0), &(start..start + value.len()))?;
            Some(format!("{}{}", &text[..span.start], &text[span.end..]))
        };
        assert_eq!(left("**Phase**: 1  \n**Status**: Done\nx", "1").as_deref(), Some("**Status**: Done\nx"));
        assert_eq!(left("a\n\n**Status:** Done\n\nb", "Done").as_deref(), Some("a\n\nb"));
        assert_eq!(left("- **Phase**: 1 | **Status**: Done", "1").as_deref(), Some("- **Status**: Done"));
        assert_eq!(left("- **Phase**: 1 | **Status**: Done", "Done").as_deref(), Some("- **Phase**: 1"));
        assert_eq!(left("# Core\n", "Core"), None);
        assert_eq!(left("| Status | Done |\n|---|---|\n| Phase | 1 |\n", "Done"), None);
    }
}
