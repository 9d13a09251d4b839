//! Rows under headings, as wide as the terminal and no wider; for a pipe, as wide as they are.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Row, TableStyle, Width};

use super::safe;
use super::screen::{Line, Look, Role, Screen};

/// Columns between two columns.
const GAP: u16 = 2;

/// How narrow a column may become.
const NARROWEST: usize = 12;

/// What happens to a column that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cut {
    /// It is cut before any other.
    First,
    /// It is cut when that was not enough.
    Then,
    /// It is never cut: half a code is no code.
    Never,
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

    /// A column of numbers.
    pub(super) const fn number(heading: &'static str) -> Self {
        Self { heading, cut: Cut::Never, is_number: true }
    }
}

impl Table {
    /// A table without rows.
    pub(super) fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), rows: Vec::new() }
    }

    /// Adds a row; it has a cell for each column.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = (Role, String)>) {
        let harmless = |(role, text): (Role, String)| (role, safe::line(&text).into_owned());
        self.rows.push(cells.into_iter().map(harmless).collect());
    }

    /// Prints the table as data.
    pub(super) fn print(&self, screen: &mut Screen) {
        if !self.rows.is_empty() {
            screen.verbatim(&self.show(screen.look()));
        }
    }

    fn show(&self, look: Look) -> String {
        let widths = self.fit(look.columns.unwrap_or(usize::MAX));
        let headings = vec![Role::Heading; self.columns.len()];
        let roles = self.rows.iter().map(|row| row.iter().map(|(role, _)| *role).collect());
        let lines = self.lay_out(&widths);
        let painted = lines
            .lines()
            .zip(std::iter::once(headings).chain(roles))
            .map(|(line, roles)| if look.colour { paint(&line, &roles, &widths) } else { line.trim_end().to_owned() });
        painted.map(|line| line + "\n").collect()
    }

    /// One line for the headings and one for each row.
    fn lay_out(&self, widths: &[usize]) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(self.columns.iter().map(|column| column.heading));
        table.add_rows(self.rows.iter().map(|row| {
            let mut row = Row::from(row.iter().map(|(_, text)| text).collect::<Vec<_>>());
            row.max_height(1);
            row
        }));
        for ((laid, column), width) in table.column_iter_mut().zip(&self.columns).zip(widths) {
            laid.set_padding((0, GAP));
            let width = u16::try_from(*width).unwrap_or(u16::MAX).saturating_add(GAP);
            laid.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
            if column.is_number {
                laid.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }

    /// The width of each column.
    fn fit(&self, columns: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = (0..self.columns.len()).map(|index| self.natural_width(index)).collect();
        let gaps = usize::from(GAP) * (widths.len() - 1);
        let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(columns);
        for cut in [Cut::First, Cut::Then] {
            for (width, _) in widths.iter_mut().zip(&self.columns).filter(|(_, column)| column.cut == cut) {
                let saved = excess.min(width.saturating_sub(NARROWEST));
                *width -= saved;
                excess -= saved;
            }
        }
        widths
    }

    fn natural_width(&self, index: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(index)).map(|(_, text)| safe::width(text));
        cells.chain([self.columns[index].heading.len()]).max().unwrap_or(0)
    }
}

/// Prints names and values under each other.
pub(super) fn pairs(pairs: &[(&str, Line)], screen: &mut Screen) {
    let widest = pairs.iter().map(|(name, _)| safe::width(name)).max().unwrap_or(0);
    for (name, value) in pairs {
        screen.data(Line::new().with(Role::Dim, format!("{name:widest$}")).plain("  ").and(value));
    }
}

/// Gives each cell of a laid out line the colour of its role.
fn paint(line: &str, roles: &[Role], widths: &[usize]) -> String {
    let (mut rest, mut painted) = (line, Line::new());
    for (role, width) in roles.iter().zip(widths) {
        let (cell, after) = rest.split_at(safe::at_column(rest, width + usize::from(GAP)));
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
            Column::whole("REF"),
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
T:alpha/phase-1  Create the migrations and…     somebody-with-a-long-name      8
T:backlog/b      Short                          me                          12.5
"
        );
    }

    #[test]
    fn a_narrow_terminal_cuts_the_next_column_and_never_a_code() {
        let look = Look { columns: Some(50), colour: false };
        assert_eq!(
            tasks().show(look),
            "\
REF              TITLE         WHO           HOURS
T:alpha/phase-1  Create the…   somebody-wi…      8
T:backlog/b      Short         me             12.5
"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_where_cutting_can_help() {
        for columns in 52..120 {
            let shown = tasks().show(Look { columns: Some(columns), colour: false });
            assert!(shown.lines().all(|line| safe::width(line) <= columns), "{columns}:\n{shown}");
            assert_eq!(shown.lines().count(), 3);
        }
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
    fn an_empty_table_prints_nothing() {
        let (mut screen, out, _) = on_paper(Look::default(), Talk::Normal);
        Table::new([Column::whole("REF")]).print(&mut screen);
        assert_eq!(out.text(), "");
    }
}
