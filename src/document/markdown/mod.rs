//! SPRINT.md and TASK.md: fields are found by their labels, in every dialect that people write.
//!
//! Structure comes from the offsets of the Markdown parser; labels and values are read from the source lines, because
//! the parser's texts break at `_`, `*`, `&` and `\`.

mod change;
mod front_matter;
mod header;
mod label;
mod line;
mod listing;
mod outline;
mod title;

pub(super) use change::{Gap, gap, lines_of};
pub(super) use label::field as labelled;
pub(super) use listing::listing;
pub(super) use outline::Outline;

use std::collections::BTreeSet;

use front_matter::FrontMatter;
use header::{Page, Zone};

use super::slot::{Draft, Said, Shape, SlotKey};
use super::yaml;
use crate::model::{Field, Role, Span};

/// What a Markdown text consists of.
pub(super) struct Parsed {
    pub(super) outline: Outline,
    pub(super) drafts: Vec<Draft>,
    /// The YAML of the front matter, where there is one that can be read.
    pub(super) front: Option<Span>,
    /// Why the front matter stays opaque, if it does; with an offset in the whole text.
    pub(super) broken: Option<yaml::Refusal>,
}

/// Finds structure and fields of `text`.
pub(super) fn parse(role: Role, text: &str) -> Parsed {
    let front = front_matter::find(text);
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let outline = outline::outline(text, front.as_ref().map_or(mark, |front| front.end));
    let (mut drafts, broken) = front_drafts(role, text, front.as_ref());
    let page = Page { role, text, outline: &outline, front: front.as_ref() };
    let mut said: BTreeSet<SlotKey> = drafts.iter().map(|draft| draft.key.clone()).collect();
    for found in page.candidates() {
        let key = SlotKey::Field(found.field);
        if found.zone != Zone::Trailer || stands_last(found.field) || said.contains(&key) {
            let order = (found.zone as u8, found.rank);
            said.insert(key.clone());
            drafts.push(Draft { key, order, span: found.value, shape: Shape::Line, said: Said::AsWritten });
        }
    }
    let front = front.filter(|_| broken.is_none()).map(|front| front.inner);
    Parsed { outline, drafts, front, broken }
}

/// Whether the trailing block may say `field` alone; all else it repeats.
fn stands_last(field: Field) -> bool {
    field == Field::TrackingHash
}

/// The keys of the front matter; those at its root may be fields.
fn front_drafts(role: Role, text: &str, front: Option<&FrontMatter>) -> (Vec<Draft>, Option<yaml::Refusal>) {
    let Some(front) = front else { return (Vec::new(), None) };
    let field_of = |pointer: &str| root_field(role, pointer).map(|(field, _)| field);
    match yaml::places(&text[front.inner.clone()], &field_of) {
        Ok(places) => {
            let draft = |place: yaml::Place| {
                let rank = root_field(role, &place.pointer).map_or(0, |(_, rank)| rank);
                place.into_draft(front.inner.start, (Zone::FrontMatter as u8, rank))
            };
            (places.into_iter().map(draft).collect(), None)
        }
        Err(refusal) => (Vec::new(), Some(yaml::Refusal { offset: refusal.offset + front.inner.start, ..refusal })),
    }
}

fn root_field(role: Role, pointer: &str) -> Option<(Field, u8)> {
    let key = pointer.strip_prefix('/').filter(|key| !key.contains('/'))?;
    label::field(role, key).filter(|found| *found != (Field::Code, 2))
}

/// The key under which front matter writes `field`.
pub(super) fn front_key(role: Role, field: Field) -> Option<String> {
    label::name(role, field).map(|name| name.to_lowercase().replace(' ', "_"))
}

#[cfg(test)]
mod tests {
    use super::super::{Document, parse};
    use super::*;

    fn said(text: &str) -> Vec<(Field, &str, bool)> {
        let (document, _): (Document, _) = parse(Role::Task, text);
        let raw = |span: &Span| &text[span.clone()];
        document.slots().iter().filter_map(|slot| Some((slot.field()?, raw(&slot.span), slot.is_mirror))).collect()
    }

    #[test]
    fn a_byte_order_mark_hides_no_title() {
        assert_eq!(said("\u{feff}# Core\n"), [(Field::Title, "Core", false)]);
    }

    #[test]
    fn a_labelled_title_speaks_before_the_heading() {
        let front = "---\ntitle: Core\n---\n# Notes\n";
        assert_eq!(said(front), [(Field::Title, "Core", false), (Field::Title, "Notes", true)]);
        assert_eq!(said("# T\n\n**Title:** Core\n")[1], (Field::Title, "Core", false));
    }

    #[test]
    fn the_trailing_block_says_nothing_alone_but_the_hash() {
        let text =
            "# T\n\n**Status**: Done\n\n## A\n\nx\n\n---\n\n**Status**: Done\n**Owner**: me\n**Task Hash**: `ab`\n";
        let expected = [(Field::Status, "Done", true), (Field::TrackingHash, "`ab`", false)];
        assert_eq!(said(text)[2..], expected);
    }
}
