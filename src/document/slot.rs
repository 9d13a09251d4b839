//! The places of a text that hold a value.

use std::collections::BTreeMap;

use super::positions::Positions;
use super::values::{self, Complaint, Reading};
use super::yaml;
use crate::model::{Field, Problem, Role, Span, Typed};

/// Which value a slot holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotKey {
    /// A field that rows have too.
    Field(Field),
    /// Any other value of a YAML text or front matter, by its JSON pointer (RFC 6901).
    Pointer(String),
}

impl std::fmt::Display for SlotKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Field(field) => field.fmt(f),
            Self::Pointer(pointer) => f.pad(pointer),
        }
    }
}

/// A place of a text that holds a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Which value.
    pub key: SlotKey,
    /// The whole raw value, quotes and decoration included; empty where there is a label without a value.
    pub span: Span,
    /// What the raw value means; `None` where it fits no value of the field's type.
    pub typed: Option<Typed>,
    /// Whether another slot speaks for the key and this one only repeats it.
    pub is_mirror: bool,
    /// How the value is written.
    pub(super) shape: Shape,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Words on a line of Markdown.
    Line,
    /// A value of YAML.
    Yaml(yaml::Shape),
}

/// A place before it is known what it means and whether it is a mirror.
pub(super) struct Draft {
    pub(super) key: SlotKey,
    /// The least of a key's drafts speaks for it.
    pub(super) order: (u8, u8),
    pub(super) span: Span,
    pub(super) shape: Shape,
    pub(super) said: Said,
}

/// What a place says, before it is typed.
pub(super) enum Said {
    /// Its raw bytes.
    AsWritten,
    /// Nothing.
    Null,
    /// This text, out of its quotes.
    Text(String),
    /// These texts.
    Items(Vec<String>),
}

impl Slot {
    /// The field, where the slot holds one.
    pub fn field(&self) -> Option<Field> {
        match self.key {
            SlotKey::Field(field) => Some(field),
            SlotKey::Pointer(_) => None,
        }
    }
}

/// Types the places, puts them in the order of the text and tells which of each key speaks for it.
pub(super) fn settle(role: Role, text: &str, mut drafts: Vec<Draft>) -> (Vec<Slot>, Vec<Problem>) {
    drafts.sort_by_key(|draft| (draft.span.start, draft.span.end));
    drop_overlaps(&mut drafts);
    let mut speakers: BTreeMap<SlotKey, (u8, u8, usize)> = BTreeMap::new();
    for draft in &drafts {
        let place = (draft.order.0, draft.order.1, draft.span.start);
        speakers.entry(draft.key.clone()).and_modify(|best| *best = place.min(*best)).or_insert(place);
    }
    let mut positions = Positions::new(text);
    let mut problems = Vec::new();
    let slot = |draft: Draft| {
        let Reading { typed, complaint } = read(role, text, &draft);
        if let Some(Complaint { rule, severity, message }) = complaint {
            let position = positions.at(draft.span.start);
            problems.push(Problem { rule, severity, span: draft.span.clone(), position, message });
        }
        let is_mirror = speakers.get(&draft.key).is_some_and(|&(.., at)| at != draft.span.start);
        Slot { key: draft.key, span: draft.span, typed, is_mirror, shape: draft.shape }
    };
    let slots = drafts.into_iter().map(slot).collect();
    (slots, problems)
}

/// Of two places that share bytes the first one stays.
fn drop_overlaps(drafts: &mut Vec<Draft>) {
    let mut end = 0;
    let mut is_first = true;
    drafts.retain(|draft| {
        let is_free = is_first || draft.span.start >= end;
        if is_free {
            (end, is_first) = (draft.span.end, false);
        }
        is_free
    });
}

fn read(role: Role, text: &str, draft: &Draft) -> Reading {
    let typed = |typed| Reading { typed, complaint: None };
    match (&draft.key, &draft.said) {
        (SlotKey::Field(field), Said::AsWritten) => values::read(role, *field, &text[draft.span.clone()]),
        (SlotKey::Field(field), Said::Text(said)) => values::read(role, *field, said),
        (SlotKey::Pointer(_), Said::Text(said)) => typed(Some(Typed::Text(said.clone()))),
        (SlotKey::Field(field), Said::Items(items)) => values::read_items(role, *field, items),
        (SlotKey::Pointer(_), Said::Items(items)) => typed(Some(Typed::List(items.clone()))),
        (_, Said::Null | Said::AsWritten) => typed(None),
    }
}
