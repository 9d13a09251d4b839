//! Where a Markdown text keeps its fields: front matter, header, `## Status` headings and the trailing block.

use super::super::values;
use super::front_matter::FrontMatter;
use super::label;
use super::line::{self, Labelled};
use super::outline::{Heading, Outline};
use super::title;
use crate::model::{Field, Role, Span};

/// Where a field was found; the earlier zone speaks for it, the others repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Zone {
    FrontMatter,
    Header,
    Title,
    Section,
    Trailer,
}

/// A place that holds a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) field: Field,
    pub(super) zone: Zone,
    /// How many labels are better names for the field than the one it has.
    pub(super) rank: u8,
    pub(super) value: Span,
    /// The whole line, and the label on it, where there is one.
    pub(super) label: Option<(Span, Labelled)>,
}

/// What the parts of a text are told apart by.
pub(super) struct Page<'a> {
    pub(super) role: Role,
    pub(super) text: &'a str,
    pub(super) outline: &'a Outline,
    pub(super) front: Option<&'a FrontMatter>,
}

impl Page<'_> {
    /// Every field outside the front matter, in the order of the text.
    pub(super) fn candidates(&self) -> Vec<Candidate> {
        let mut found = self.title();
        found.extend(self.labels(self.header(), Zone::Header));
        found.extend(self.sections());
        if let Some(trailer) = self.trailer() {
            found.extend(self.labels(trailer, Zone::Trailer));
        }
        found.sort_by_key(|candidate| (candidate.value.start, candidate.value.end));
        found
    }

    /// The text before the first heading below the title.
    pub(super) fn header(&self) -> Span {
        let start = self.front.map_or(0, |front| front.end);
        let headings = &self.outline.headings;
        let first = if self.title_heading().is_some() { headings.get(1) } else { headings.first() };
        start..first.map_or(self.text.len(), |heading| heading.span.start)
    }

    fn title_heading(&self) -> Option<&Heading> {
        self.outline.headings.first().filter(|heading| heading.level == 1)
    }

    /// The title of the H1, and the code that may stand before it.
    fn title(&self) -> Vec<Candidate> {
        let Some(heading) = self.title_heading() else { return Vec::new() };
        let candidate = |field, value| Candidate { field, zone: Zone::Title, rank: 0, value, label: None };
        let (code, title) = title::split(self.role, self.text, heading.title.clone());
        let code = code.map(|code| candidate(Field::Code, code));
        let title = title.map(|title| candidate(Field::Title, title));
        code.into_iter().chain(title).collect()
    }

    /// The labelled values in `region`, outside code and comments.
    fn labels(&self, region: Span, zone: Zone) -> Vec<Candidate> {
        let is_known = |word: &str| label::field(self.role, word).is_some();
        let mut found = Vec::new();
        for line in lines(self.text, region) {
            if self.outline.is_opaque(line::content_start(self.text, line.clone())) || self.is_heading(&line) {
                continue;
            }
            for labelled in line::labels(self.text, line.clone(), &is_known) {
                if labelled.is_row
                    && !labelled.is_bold
                    && self.delimiter(&line).is_some_and(|below| !self.is_first_row(&labelled, &below))
                {
                    continue;
                }
                let Some((field, rank)) = label::field(self.role, &self.text[labelled.label.clone()]) else { continue };
                let value = labelled.value.clone();
                if is_plausible(field, rank, &self.text[value.clone()]) {
                    found.push(Candidate { field, zone, rank, value, label: Some((line.clone(), labelled)) });
                }
            }
        }
        found
    }

    /// Values that stand alone under a heading like `## Status`.
    fn sections(&self) -> Vec<Candidate> {
        let headings = &self.outline.headings;
        let ends = headings.iter().skip(1).map(|next| next.span.start).chain([self.text.len()]);
        let pairs = headings.iter().zip(ends).filter(|(heading, _)| heading.level == 2);
        let value = |(heading, end): (&Heading, usize)| {
            let named = label::field(self.role, &self.text[heading.title.clone()]);
            let (field, rank) = named.filter(|(field, _)| matches!(field, Field::Status | Field::Priority))?;
            let value = self.lone_line(heading.span.end..end)?;
            Some(Candidate { field, zone: Zone::Section, rank, value, label: None })
        };
        pairs.filter_map(value).collect()
    }

    /// The only line with text in `region`, up to a thematic break, if it is plain text.
    fn lone_line(&self, region: Span) -> Option<Span> {
        let after = self.outline.rules.partition_point(|&rule| rule < region.start);
        let rule = self.outline.rules.get(after).copied().unwrap_or(region.end);
        let said = &self.text[region.start..region.end.min(rule)];
        let value = said.trim();
        let start = region.start + (said.len() - said.trim_start().len());
        let is_plain = !value.is_empty()
            && !value.contains(['\n', '\r'])
            && !value.starts_with(['-', '|', '>', '<', '#', '+', '!', '[']);
        let is_list =
            value.starts_with("* ") || value.starts_with(|c: char| c.is_ascii_digit()) && value.contains(". ");
        (is_plain && !is_list && !self.outline.is_opaque(start)).then(|| start..start + value.len())
    }

    /// The block of labels after the last thematic break.
    fn trailer(&self) -> Option<Span> {
        let start = *self.outline.rules.last()?;
        let last_heading = self.outline.headings.last().map_or(0, |heading| heading.span.start);
        let body = start + self.text[start..].find(['\n', '\r'])?;
        let region = body..self.text.len();
        let is_label = |word: &str| label::field(self.role, word).is_some();
        let mut said = lines(self.text, region.clone()).filter(|line| !self.text[line.clone()].trim().is_empty());
        let is_footer = |line: Span| {
            let start = line::content_start(self.text, line.clone());
            let is_slanted = self.text[start..line.end].starts_with(['*', '_']);
            is_slanted || self.outline.is_opaque(start) || !line::labels(self.text, line, &is_label).is_empty()
        };
        (start >= self.header().end && last_heading < start && said.all(is_footer)).then_some(region)
    }

    fn is_heading(&self, line: &Span) -> bool {
        let headings = &self.outline.headings;
        let at = headings.partition_point(|heading| heading.span.end <= line.start);
        headings.get(at).is_some_and(|heading| heading.span.start < line.end)
    }

    /// The `|---|---|` below `line`, where that is the head of a table.
    pub(super) fn delimiter(&self, line: &Span) -> Option<Span> {
        let below = lines(self.text, line.end..self.text.len()).find(|below| !below.is_empty())?;
        let said = self.text[below.clone()].trim();
        let is_delimiter =
            said.starts_with('|') && said.contains('-') && said.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
        is_delimiter.then_some(below)
    }

    /// Whether the head of a table is not its head but the first of its fields: a Markdown table cannot do without one.
    ///
    /// It is where the value is one that only this field has, or where every row below is a field, too.
    fn is_first_row(&self, head: &Labelled, delimiter: &Span) -> bool {
        let is_known = |word: &str| label::field(self.role, word).is_some();
        let value = &self.text[head.value.clone()];
        let Some((field, _)) = label::field(self.role, &self.text[head.label.clone()]) else { return false };
        if values::is_closed(field) {
            return values::read(self.role, field, value).typed.is_some();
        }
        let rows = lines(self.text, delimiter.end..self.text.len()).skip_while(Span::is_empty);
        let mut rows = rows.take_while(|row| self.text[row.clone()].trim_start().starts_with('|')).peekable();
        !is_known(value) && rows.peek().is_some() && rows.all(|row| !line::labels(self.text, row, &is_known).is_empty())
    }
}

/// The lines of `region`, without line ends.
fn lines(text: &str, region: Span) -> impl Iterator<Item = Span> + '_ {
    let mut at = region.start;
    std::iter::from_fn(move || {
        if at >= region.end {
            return None;
        }
        let end = text[at..region.end].find(['\n', '\r']).map_or(region.end, |end| at + end);
        let line = at..end;
        at = end + 1;
        Some(line)
    })
}

/// The bare label `Task` begins sentences, too: a code has no blank in it.
fn is_plausible(field: Field, rank: u8, value: &str) -> bool {
    field != Field::Code || rank < 2 || !value.trim_matches('`').contains(' ')
}

#[cfg(test)]
mod tests {
    use super::super::{front_matter, outline::outline};
    use super::*;

    fn found(role: Role, text: &str) -> Vec<(Field, Zone, &str)> {
        let front = front_matter::find(text);
        let outline = outline(text, front.as_ref().map_or(0, |front| front.end));
        let page = Page { role, text, outline: &outline, front: front.as_ref() };
        page.candidates().into_iter().map(|c| (c.field, c.zone, &text[c.value])).collect()
    }

    #[test]
    fn fields_stand_before_the_first_section() {
        let text = "# Task: Core\n\n**Status**: Done\n```\n**Priority**: P0\n```\n<!-- **Owner**: x -->\n\n## Tasks\n\n**Phase**: 1\n";
        let expected = [(Field::Title, Zone::Title, "Core"), (Field::Status, Zone::Header, "Done")];
        assert_eq!(found(Role::Task, text), expected);
    }

    #[test]
    fn a_value_may_stand_alone_under_its_heading() {
        let section = |text| found(Role::Task, text).pop();
        assert_eq!(section("# T\n\n## Status\n\nDone\n\n## Next\n"), Some((Field::Status, Zone::Section, "Done")));
        assert_eq!(section("## Estado\nDone\n\n---\nx\n"), Some((Field::Status, Zone::Section, "Done")));
        for text in
            ["## Status\n\n- a\n", "## Status\n\na\nb\n", "## Status\n\n## Next\n", "## Status\n\n```\na\n```\n"]
        {
            assert_eq!(section(text), None, "{text}");
        }
    }

    #[test]
    fn the_trailing_block_repeats_the_header() {
        let text = "# Sprint: A\n\n**Status**: Done\n\n---\n\n## B\n\nx\n\n---\n\n**Sprint Hash**: `ab`  \n**Sprint Status**: Done\n";
        let tail = found(Role::Sprint, text).split_off(2);
        assert_eq!(tail, [(Field::TrackingHash, Zone::Trailer, "`ab`"), (Field::Status, Zone::Trailer, "Done")]);
        assert_eq!(found(Role::Task, "# A\n\n## B\n\n---\n\nprose\n**Status**: Done\n").len(), 1);
        assert_eq!(found(Role::Task, "# A\n\n---\n\n## B\n**Status**: Done\n").len(), 1);
    }

    #[test]
    fn a_table_is_read_but_not_its_head() {
        let text = "# T\n\n| Status | Count |\n|---|---|\n| Priority | P1 |\n";
        assert_eq!(found(Role::Task, text)[1..], [(Field::Priority, Zone::Header, "P1")]);
    }

    #[test]
    fn the_head_of_a_table_may_be_the_first_of_its_fields() {
        let fields =
            |text| found(Role::Task, text).into_iter().map(|(field, _, value)| (field, value)).collect::<Vec<_>>();
        let (status, owner) = ((Field::Status, "pending"), (Field::Owner, "me"));
        let priority = (Field::Priority, "P2");
        for (text, expected) in [
            ("| Status | pending |\n|---|---|\n| Priority | P2 |\n", vec![status, priority]),
            ("| Status | pending |\r\n|:--|--:|\r\n", vec![status]),
            ("| Owner | me |\n|---|---|\n| Status | pending |\n", vec![owner, status]),
            ("| Owner | Tasks |\n|---|---|\n| me | 3 |\n", vec![]),
            ("| Owner | me |\n|---|---|\n", vec![]),
            ("| Owner | Status |\n|---|---|\n| Status | pending |\n", vec![status]),
            ("| Status | Description |\n|---|---|\n| Priority | P2 |\n", vec![priority]),
        ] {
            assert_eq!(fields(text), expected, "{text}");
        }
    }
}
