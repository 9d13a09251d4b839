//! The items and tables of a section, as the Markdown parser sees them: none in code, none in comments.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::model::Span;

/// What a section lists.
#[derive(Debug, Default)]
pub(in super::super) struct Listing {
    /// Its list items, in the order of the text.
    pub(in super::super) items: Vec<Item>,
    /// The rows of its tables that stand below a head, in the order of the text.
    pub(in super::super) rows: Vec<Row>,
    /// The heads of its tables.
    pub(in super::super) heads: Vec<Vec<Span>>,
}

/// A list item.
#[derive(Debug)]
pub(in super::super) struct Item {
    /// Where it begins, at its marker.
    pub(in super::super) start: usize,
    /// The item that it stands below, as an index.
    pub(in super::super) parent: Option<usize>,
}

/// A row of a table.
#[derive(Debug)]
pub(in super::super) struct Row {
    /// Where it begins.
    pub(in super::super) start: usize,
    /// The head of its table, as an index.
    pub(in super::super) head: usize,
    /// The bytes of its cells.
    pub(in super::super) cells: Vec<Span>,
}

/// Finds what the section at `section` of `text` lists.
pub(in super::super) fn listing(text: &str, section: Span) -> Listing {
    let (mut listing, mut open, mut cells) = (Listing::default(), Vec::new(), Vec::new());
    let start = section.start;
    for (event, range) in Parser::new_ext(&text[section], Options::ENABLE_TABLES).into_offset_iter() {
        let span = range.start + start..range.end + start;
        match event {
            Event::Start(Tag::Item) => {
                listing.items.push(Item { start: span.start, parent: open.last().copied() });
                open.push(listing.items.len() - 1);
            }
            Event::End(TagEnd::Item) => drop(open.pop()),
            Event::Start(Tag::TableCell) => cells.push(span),
            Event::End(TagEnd::TableHead) => listing.heads.push(std::mem::take(&mut cells)),
            Event::End(TagEnd::TableRow) => {
                let head = listing.heads.len().saturating_sub(1);
                listing.rows.push(Row { start: span.start, head, cells: std::mem::take(&mut cells) });
            }
            _ => {}
        }
    }
    listing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_know_what_they_stand_below_and_rows_their_head() {
        let text = "x\n- a\n  - b\n- c\n\nSaid:\n| H | I |\n|---|---|\n| a \\| b | c |\n\n```\n- no\n| no | no |\n|--|--|\n```\n";
        let listing = listing(text, 2..text.len());
        let at = |start: usize| text[start..].lines().next().unwrap_or_default();
        let items: Vec<_> = listing.items.iter().map(|item| (at(item.start), item.parent)).collect();
        assert_eq!(items, [("- a", None), ("- b", Some(0)), ("- c", None)]);
        let cells = |cells: &[Span]| cells.iter().map(|cell| text[cell.clone()].trim()).collect::<Vec<_>>();
        assert_eq!((cells(&listing.heads[0]), listing.heads.len()), (vec!["H", "I"], 1));
        let rows: Vec<_> = listing.rows.iter().map(|row| (at(row.start), row.head, cells(&row.cells))).collect();
        assert_eq!(rows, [("| a \\| b | c |", 0, vec!["a \\| b", "c"])]);
    }
}
