//! Rows under headings, as wide as the terminal and no wider; for a pipe, as wide as they are.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, TableStyle, Width};

use super::safe;
use super::screen::{Line, Look, Role, Screen};

/// Blanks between two columns.
const GAP: usize = 2;

/// The most that a cell takes where nothing limits a line: nobody reads further, and a row may hold megabytes.
const WIDEST: usize = 1 << 14;

/// Blanks before what stands under a row.
const INDENT: usize = 4;

/// What is cut to which width, one after the other, until a table fits.
const SQUEEZES: &[(&[Cut], usize)] = &[
    (&[Cut::Wrap, Cut::First], 16),
    (&[Cut::Then], 12),
    (&[Cut::First, Cut::Then], 8),
    (&[Cut::Last], 10),
    (&[Cut::Wrap], 8),
    (&[Cut::Wrap, Cut::First, Cut::Then, Cut::Never], 4),
    (&[Cut::Wrap, Cut::First, Cut::Then, Cut::Never, Cut::Last], 1),
];

/// What happens to a column that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cut {
    /// It is cut before any other.
    First,
    /// It is cut when that was not enough.
    Then,
    /// When nothing else is left, it goes on in the next line: half a reference is none.
    Last,
    /// It is cut only where the terminal is too narrow for anything.
    Never,
    /// It goes on in the next line.
    Wrap,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// What stands over it.
    pub(super) heading: &'static str,
    /// What happens to it where room is short.
    pub(super) cut: Cut,
    /// Whether its cells are numbers, which end under each other.
    pub(super) is_number: bool,
}

/// Rows under headings.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<(Role, String)>>,
    /// Lines below a row, across all columns.
    under: BTreeMap<usize, Vec<String>>,
}

impl Column {
    /// A column that is never cut.
    pub(super) const fn whole(heading: &'static str) -> Self {
        Self { heading, cut: Cut::Never, is_number: false }
    }

    /// A column that is cut first.
    pub(super) const fn cut_first(heading: &'static str) -> Self {
        Self { heading, cut: Cut::First, is_number: false }
    }

    /// A column that is cut after those.
    pub(super) const fn cut_then(heading: &'static str) -> Self {
        Self { heading, cut: Cut::Then, is_number: false }
    }

    /// A column of references, which give way last.
    pub(super) const fn reference(heading: &'static str) -> Self {
        Self { heading, cut: Cut::Last, is_number: false }
    }

    /// A column of sentences, which go on in the next line.
    pub(super) const fn wrapped(heading: &'static str) -> Self {
        Self { heading, cut: Cut::Wrap, is_number: false }
    }

    /// A column of numbers.
    pub(super) const fn number(heading: &'static str) -> Self {
        Self { heading, cut: Cut::Never, is_number: true }
    }
}

impl Table {
    /// A table without rows.
    pub(super) fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), rows: Vec::new(), under: BTreeMap::new() }
    }

    /// Adds a row; it has a cell for each column.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = (Role, String)>) {
        let harmless = |(role, text): (Role, String)| (role, safe::line(&text).into_owned());
        self.rows.push(cells.into_iter().map(harmless).collect());
    }

    /// Adds a line below the last row, across all columns.
    pub(super) fn under(&mut self, text: &str) {
        let row = self.rows.len().saturating_sub(1);
        self.under.entry(row).or_default().push(format!("{:INDENT$}{}", "", safe::line(text)));
    }

    /// Prints the table as data.
    pub(super) fn print(&self, screen: &mut Screen) {
        if !self.rows.is_empty() {
            screen.verbatim(&self.show(screen.look()));
        }
    }

    fn show(&self, look: Look) -> String {
        let room = look.columns.unwrap_or(usize::MAX);
        let (columns, widths) = self.fit(room);
        let headings: Vec<(Role, String)> =
            self.columns.iter().map(|column| (Role::Heading, column.heading.to_owned())).collect();
        let rows: Vec<&Vec<(Role, String)>> = std::iter::once(&headings).chain(&self.rows).collect();
        let cut = |cells: &&Vec<(Role, String)>| self.cut(cells, &columns, &widths);
        let cut: Vec<Vec<Vec<String>>> = rows.iter().map(cut).collect();
        let laid_out = self.lay_out(&cut, &columns, &widths);
        let mut lines = laid_out.lines();
        let mut text = String::new();
        for (index, (row, cut)) in rows.iter().zip(&cut).enumerate() {
            let roles: Vec<Role> = columns.iter().map(|&column| row[column].0).collect();
            let height = cut.iter().map(Vec::len).max().unwrap_or(1);
            for line in lines.by_ref().take(height) {
                text += &if look.colour { paint(&line, &roles, &widths) } else { line.trim_end().to_owned() };
                text.push('\n');
            }
            for under in index.checked_sub(1).and_then(|row| self.under.get(&row)).into_iter().flatten() {
                wrapped(under, room, INDENT + 2).iter().for_each(|line| text += &format!("{line}\n"));
            }
        }
        text
    }

    /// The lines of each cell of a row, cut to the widths of their columns.
    fn cut(&self, cells: &[(Role, String)], columns: &[usize], widths: &[usize]) -> Vec<Vec<String>> {
        let cell = |(&column, &width): (&usize, &usize)| self.columns[column].cut.lay(&cells[column].1, width);
        columns.iter().zip(widths).map(cell).collect()
    }

    /// Headings and rows, as many lines each as their longest cell goes on.
    fn lay_out(&self, rows: &[Vec<Vec<String>>], columns: &[usize], widths: &[usize]) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
        table.add_rows(rows.iter().map(|row| row.iter().map(|lines| lines.join("\n")).collect::<Vec<_>>()));
        for ((laid, &column), width) in table.column_iter_mut().zip(columns).zip(widths) {
            laid.set_padding((0, GAP as u16));
            let width = u16::try_from(width + GAP).unwrap_or(u16::MAX);
            laid.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
            if self.columns[column].is_number {
                laid.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }

    /// The columns that are shown, and the width of each; never more together than `room`.
    fn fit(&self, room: usize) -> (Vec<usize>, Vec<usize>) {
        let all: Vec<usize> = (0..self.columns.len()).collect();
        let full: Vec<usize> = all.iter().copied().filter(|&column| !self.is_empty(column)).collect();
        let excess = |columns: &[usize], widths: &[usize]| {
            (widths.iter().sum::<usize>() + GAP * columns.len().saturating_sub(1)).saturating_sub(room)
        };
        let natural = |columns: &[usize]| columns.iter().map(|&column| self.natural_width(column)).collect::<Vec<_>>();
        let widths = natural(&all);
        if excess(&all, &widths) == 0 {
            return (all, widths);
        }
        // A column in which nothing stands gives way before anything is cut.
        let columns = if full.is_empty() { all } else { full };
        let mut widths = natural(&columns);
        for (cuts, floor) in SQUEEZES {
            for (width, &column) in widths.clone().iter().zip(&columns).rev() {
                let place = columns.iter().position(|&other| other == column).unwrap_or_default();
                let over = excess(&columns, &widths);
                if cuts.contains(&self.columns[column].cut) {
                    widths[place] = width - over.min(width.saturating_sub(*floor));
                }
            }
        }
        (columns, widths)
    }

    fn is_empty(&self, column: usize) -> bool {
        self.rows.iter().all(|row| row.get(column).is_none_or(|(_, text)| text.is_empty()))
    }

    fn natural_width(&self, index: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(index)).map(|(_, text)| safe::width(text));
        cells.chain([self.columns[index].heading.len()]).max().unwrap_or(0).min(WIDEST)
    }
}

impl Cut {
    /// The lines of a cell in a column of that width.
    fn lay(self, text: &str, width: usize) -> Vec<String> {
        match self {
            Self::Wrap => wrapped(text, width, 0),
            Self::Last => reference_lines(text, width),
            _ => vec![shorter(text, width)],
        }
    }
}

/// The text, or as much of it as fits and a mark that there is more.
fn shorter(text: &str, width: usize) -> String {
    if safe::width(text) <= width {
        return text.to_owned();
    }
    let mut end = safe::at_column(text, width.saturating_sub(1));
    while safe::width(&text[..end]) + 1 > width && end > 0 {
        end = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
    }
    format!("{}…", text[..end].trim_end())
}

/// A reference or path, whole: broken after a slash, else after a joint, else anywhere.
fn reference_lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while safe::width(rest) > width {
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let most = safe::at_column(rest, width.max(1));
        let is_over = safe::width(&rest[..most]) > width;
        let most = if is_over { rest[..most].char_indices().next_back().map_or(most, |(at, _)| at) } else { most };
        let most = most.max(first);
        let after = |joints: &[char]| rest[..most].rfind(joints).map(|at| at + 1);
        let end = after(&['/']).or_else(|| after(&['-', '_', '.'])).unwrap_or(most);
        lines.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    lines.push(rest.to_owned());
    lines
}

/// The text in lines of at most `width` columns, broken between words where that is possible; all but the first begin
/// with `indent` blanks.
pub(super) fn wrapped(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut rest, mut before) = (text, String::new());
    while safe::width(rest) + before.len() > width {
        let room = width.saturating_sub(before.len()).max(1);
        let mut most = safe::at_column(rest, room);
        if safe::width(&rest[..most]) > room {
            most = rest[..most].char_indices().next_back().map_or(most, |(at, _)| at);
        }
        let most = most.max(rest.chars().next().map_or(0, char::len_utf8));
        let is_break = |at: &usize| *at > 0 && !rest[..*at].trim().is_empty();
        let end =
            if rest[most..].starts_with(' ') { most } else { rest[..most].rfind(' ').filter(is_break).unwrap_or(most) };
        lines.push(before + rest[..end].trim_end());
        before = " ".repeat(if indent < width { indent } else { 0 });
        rest = rest[end..].trim_start();
    }
    lines.push(before + rest);
    lines
}

/// Prints names and values under each other.
pub(super) fn pairs(pairs: &[(&str, Line)], screen: &mut Screen) {
    let widest = pairs.iter().map(|(name, _)| safe::width(name)).max().unwrap_or(0);
    let room = screen.look().columns.unwrap_or(usize::MAX).saturating_sub(widest + GAP).max(1);
    for (name, value) in pairs {
        let plain = value.show(false);
        if safe::width(&plain) > room {
            for (index, line) in wrapped(&plain, room, 0).iter().enumerate() {
                let name = if index == 0 { name } else { &"" };
                screen.data(Line::new().with(Role::Dim, format!("{name:widest$}")).plain("  ").plain(line));
            }
            continue;
        }
        screen.data(Line::new().with(Role::Dim, format!("{name:widest$}")).plain("  ").and(value));
    }
}

/// Gives each cell of a laid out line the colour of its role.
fn paint(line: &str, roles: &[Role], widths: &[usize]) -> String {
    let (mut rest, mut painted) = (line, Line::new());
    for (role, width) in roles.iter().zip(widths) {
        let (cell, after) = rest.split_at(safe::at_column(rest, width + GAP));
        let text = cell.trim();
        let (before, behind) = cell.split_at(cell.find(text).unwrap_or(0));
        painted = painted.plain(before).with(*role, text).plain(&behind[text.len()..]);
        rest = after;
    }
    painted.show(true).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::screen::Talk;
    use super::super::screen::tests::on_paper;
    use super::*;

    fn tasks() -> Table {
        let mut table = Table::new([
            Column::reference("REF"),
            Column::cut_first("TITLE"),
            Column::cut_then("WHO"),
            Column::number("HOURS"),
        ]);
        table.row([
            (Role::Code, "T:alpha/phase-1".into()),
            (Role::Plain, "Create the migrations and 完成 the rest".into()),
            (Role::Plain, "somebody-with-a-long-name".into()),
            (Role::Plain, "8".into()),
        ]);
        table.row([
            (Role::Code, "T:backlog/b".into()),
            (Role::Plain, "Short".into()),
            (Role::Plain, "me".into()),
            (Role::Plain, "12.5".into()),
        ]);
        table
    }

    #[test]
    fn a_pipe_gets_whole_aligned_columns() {
        assert_eq!(
            tasks().show(Look::default()),
            "\
REF              TITLE                                    WHO                        HOURS
T:alpha/phase-1  Create the migrations and 完成 the rest  somebody-with-a-long-name      8
T:backlog/b      Short                                    me                          12.5
"
        );
    }

    #[test]
    fn a_terminal_cuts_the_title_first() {
        let look = Look { columns: Some(80), colour: false };
        assert_eq!(
            tasks().show(look),
            "\
REF              TITLE                          WHO                        HOURS
T:alpha/phase-1  Create the migrations and 完…  somebody-with-a-long-name      8
T:backlog/b      Short                          me                          12.5
"
        );
    }

    #[test]
    fn a_narrow_terminal_cuts_the_next_column_and_a_reference_last() {
        let look = |columns| Look { columns: Some(columns), colour: false };
        assert_eq!(
            tasks().show(look(54)),
            "\
REF              TITLE             WHO           HOURS
T:alpha/phase-1  Create the migr…  somebody-wi…      8
T:backlog/b      Short             me             12.5
"
        );
        assert_eq!(
            tasks().show(look(40)),
            "\
REF            TITLE     WHO       HOURS
T:alpha/       Create…   somebod…      8
phase-1
T:backlog/b    Short     me         12.5
"
        );
    }

    #[test]
    fn a_reference_is_broken_and_never_cut() {
        for (text, width, lines) in [
            ("T:alpha/phase-1", 15, &["T:alpha/phase-1"][..]),
            ("T:alpha/phase-1", 14, &["T:alpha/", "phase-1"]),
            ("T:fe3-migration/fe3-phase-12", 12, &["T:fe3-", "migration/", "fe3-phase-12"]),
            ("abcdefgh", 3, &["abc", "def", "gh"]),
        ] {
            assert_eq!(reference_lines(text, width), lines, "{text}");
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in 20..120 {
            for colour in [false, true] {
                let shown = tasks().show(Look { columns: Some(columns), colour });
                let plain = anstyle_free(&shown);
                assert!(plain.lines().all(|line| safe::width(line) <= columns), "{columns}:\n{plain}");
                assert!(plain.lines().count() >= 3 && !plain.contains("T:alp…"));
            }
        }
    }

    fn anstyle_free(shown: &str) -> String {
        ["\x1b[36m", "\x1b[1m", "\x1b[0m"].iter().fold(shown.to_owned(), |text, code| text.replace(code, ""))
    }

    #[test]
    fn an_empty_column_gives_way_and_sentences_go_on_below() {
        let mut table = Table::new([Column::reference("REF"), Column::whole("NOBODY"), Column::wrapped("WHY")]);
        table.row([
            (Role::Code, "T:a-long-sprint/UI-01".into()),
            (Role::Plain, String::new()),
            (Role::Plain, "it goes on and on".into()),
        ]);
        table.under("more of it");
        assert_eq!(
            table.show(Look { columns: Some(36), colour: false }),
            "REF                 WHY\nT:a-long-sprint/    it goes on and\nUI-01               on\n    more of it\n"
        );
        assert!(table.show(Look::default()).starts_with("REF                    NOBODY  WHY\n"));
    }

    #[test]
    fn what_was_done_is_never_cut() {
        let mut table = Table::new([Column::whole("WHAT"), Column::reference("REF"), Column::wrapped("CHANGES")]);
        table.row([
            (Role::Plain, "changed".into()),
            (Role::Code, "T:sprint-64-agent-ui/UI-04-crud-integration".into()),
            (Role::Plain, "status: in_progress → completed".into()),
        ]);
        let shown = table.show(Look { columns: Some(60), colour: false });
        let words: Vec<&str> = shown.split_whitespace().collect();
        assert!(["status:", "in_progress", "→", "completed"].iter().all(|word| words.contains(word)), "{shown}");
        assert!(shown.lines().all(|line| safe::width(line) <= 60), "{shown}");
    }

    #[test]
    fn what_is_cut_ends_with_a_mark() {
        assert_eq!(shorter("Agent Mini-Map", 12), "Agent Mini-…");
    }

    #[test]
    fn hx09_a_cell_is_harmless_in_every_look() {
        for columns in [None, Some(30), Some(80)] {
            for colour in [false, true] {
                let mut table = Table::new([Column::whole("REF"), Column::cut_first("TITLE")]);
                table.row([(Role::Code, "a\x1b[2J".into()), (Role::Plain, "x\u{202e}\n\u{9b}31my\ttab".into())]);
                let (mut screen, out, _) = on_paper(Look { columns, colour }, Talk::Normal);
                table.print(&mut screen);
                let shown = out.text();
                let own = shown.replace("\x1b[36m", "").replace("\x1b[1m", "").replace("\x1b[0m", "");
                assert!(!own.contains(|c| c != '\n' && safe::is_unsafe(c)), "{own:?}");
                assert_eq!(shown.lines().count(), 2, "{shown}");
            }
        }
    }

    #[test]
    fn a_cell_of_any_size_leaves_the_other_rows_in_sight() {
        let mut table = Table::new([Column::whole("REF"), Column::cut_first("TITLE")]);
        table.row([(Role::Code, "a".into()), (Role::Plain, "x".repeat(200_000))]);
        table.row([(Role::Code, "b".into()), (Role::Plain, "short".into())]);
        let shown = table.show(Look::default());
        assert_eq!(shown.lines().map(|line| &line[..1]).collect::<Vec<_>>(), ["R", "a", "b"]);
    }

    #[test]
    fn an_empty_table_prints_nothing() {
        let (mut screen, out, _) = on_paper(Look::default(), Talk::Normal);
        Table::new([Column::whole("REF")]).print(&mut screen);
        assert_eq!(out.text(), "");
    }
}
