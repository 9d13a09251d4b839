//! The smallest content that has everything: values of every class, a set, a mirror, and a text.

use std::collections::BTreeMap;

use crate::model::ThreeWay;
use crate::reconcile::*;

/// A status: the row wins. Every part that has it speaks of the same thing.
pub(super) const STATUS: u8 = 0;
/// A second value for which the row wins.
pub(super) const OWNER: u8 = 1;
/// A title: nobody wins.
pub(super) const TITLE: u8 = 2;
/// A value that the row wins without a word.
pub(super) const HASH: u8 = 3;
/// A set of bits.
pub(super) const TAGS: u8 = 4;
/// A mirror of the status below it.
pub(super) const MIRROR: u8 = 10;

/// A text that makes no document together with a title of the same number.
pub(super) const BREAKS: u8 = 9;

/// Values of one byte, and a text of one byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Tiny {
    pub(super) values: BTreeMap<u8, u8>,
    pub(super) text: u8,
}

/// A content that says `values` and has the text `text`.
pub(super) fn tiny(values: &[(u8, u8)], text: u8) -> Tiny {
    Tiny { values: values.iter().copied().collect(), text }
}

impl Content for Tiny {
    type Key = u8;
    type Topic = u8;
    type Value = u8;
    type Text = u8;

    fn values(&self) -> &BTreeMap<u8, u8> {
        &self.values
    }

    fn text(&self) -> &u8 {
        &self.text
    }

    fn topic(key: &u8) -> u8 {
        key % 10
    }

    fn class(key: &u8) -> Class {
        match *key {
            TITLE => Class::FileFirst,
            HASH => Class::DbFirst,
            _ => Class::Shared,
        }
    }

    /// Spellings come in pairs: an odd one means what the even one above it means, from 100 on.
    fn same_meaning(a: &u8, b: &u8) -> bool {
        a == b || (*a.min(b) >= 100 && a / 2 == b / 2)
    }

    fn merge_values(values: ThreeWay<&u8>) -> Option<u8> {
        let ThreeWay { base, file, row } = values;
        let are_sets = [base, file, row].into_iter().all(|set| (32..64).contains(set));
        are_sets.then(|| (row & (file | !base)) | (file & !base) | 32)
    }

    fn merge_text(texts: ThreeWay<&u8>) -> TextMerge<u8> {
        TextMerge::Overlapping(*texts.file)
    }

    fn respelled(&self, _: &u8, value: &u8) -> Option<u8> {
        Some(*value)
    }

    fn is_akin(&self, other: &Self) -> bool {
        self.text.abs_diff(other.text) < 50
    }

    fn assemble(text: &u8, values: &BTreeMap<u8, u8>) -> Result<Self, Invalid> {
        let breaks = *text == BREAKS && values.get(&TITLE) == Some(&BREAKS);
        if breaks { Err(Invalid) } else { Ok(Self { values: values.clone(), text: *text }) }
    }
}

/// A case in the making: part 0 is what TASK.md is, part 1 what AGENT.yml is, part 9 an attachment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene(pub(super) Case<u8, Tiny, u8>);

impl Scene {
    /// A live row with one part, and nothing in the tree.
    pub(super) fn live(row: Tiny) -> Self {
        Self::of(RowState::Live).part(0, Some(row))
    }

    /// A tombstone whose last content was `row`.
    pub(super) fn tombstone(row: Tiny) -> Self {
        Self::of(RowState::Tombstone).part(0, Some(row))
    }

    /// No row.
    pub(super) fn never() -> Self {
        Self::of(RowState::Never).part(0, None)
    }

    pub(super) fn of(row: RowState) -> Self {
        let place = ThreeWay { base: Some(0), file: Some(0), row: Some(0) };
        Self(Case { parts: BTreeMap::new(), row, place, circumstances: Circumstances::default() })
    }

    /// Adds a part that the row has as `row`.
    pub(super) fn part(mut self, name: u8, row: Option<Tiny>) -> Self {
        let kind = if name == 9 { PartKind::Attachment } else { PartKind::Managed };
        let part = Part { kind, file: FileState::Absent, row, left: Left::Unknown, git: GitFacts::default() };
        self.0.parts.insert(name, part);
        self
    }

    /// Puts a file there whose stamp names `base`, with `since` in the row's history after it.
    pub(super) fn file(self, name: u8, content: &Tiny, base: &Tiny, since: &[(&Tiny, bool)]) -> Self {
        let later = |(content, is_own): &(&Tiny, bool)| Later { content: Some((*content).clone()), is_own: *is_own };
        let since = since.iter().map(later).collect();
        self.text(name, content, Ancestry::Known { content: base.clone(), since })
    }

    /// Puts a file there.
    pub(super) fn text(mut self, name: u8, content: &Tiny, ancestry: Ancestry<Tiny>) -> Self {
        let part = self.0.parts.get_mut(&name).expect("the part was added");
        let is_known = matches!(&ancestry, Ancestry::Known { content: base, .. } if base == content);
        let file = FileText { content: content.clone(), ancestry, is_known, is_as_left: false };
        part.file = FileState::Present(file);
        self
    }

    /// Puts a file there that this clone left exactly so, in step with `content`.
    pub(super) fn untouched(self, name: u8, content: &Tiny, since: &[(&Tiny, bool)]) -> Self {
        self.file(name, content, content, since).left(name, content).edit_text(name, |text| text.is_as_left = true)
    }

    /// This clone last left `content`.
    pub(super) fn left(self, name: u8, content: &Tiny) -> Self {
        self.edit(name, |part| part.left = Left::Text(content.clone()))
    }

    /// The text is one of the row's history.
    pub(super) fn known(self, name: u8) -> Self {
        self.edit_text(name, |text| text.is_known = true)
    }

    pub(super) fn edit(mut self, name: u8, change: impl FnOnce(&mut Part<Tiny>)) -> Self {
        change(self.0.parts.get_mut(&name).expect("the part was added"));
        self
    }

    pub(super) fn edit_text(self, name: u8, change: impl FnOnce(&mut FileText<Tiny>)) -> Self {
        self.edit(name, |part| {
            if let FileState::Present(text) = &mut part.file {
                change(text);
            }
        })
    }

    /// Git's facts about a part.
    pub(super) fn git(self, name: u8, change: impl FnOnce(&mut GitFacts<Tiny>)) -> Self {
        self.edit(name, |part| change(&mut part.git))
    }

    pub(super) fn at(mut self, base: Option<u8>, file: Option<u8>, row: Option<u8>) -> Self {
        self.0.place = ThreeWay { base, file, row };
        self
    }

    pub(super) fn under(mut self, change: impl FnOnce(&mut Circumstances)) -> Self {
        change(&mut self.0.circumstances);
        self
    }

    pub(super) fn decide(&self) -> Decided {
        Decided(decide(&self.0))
    }
}

/// A verdict that is easy to ask.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decided(pub(super) Verdict<u8, Tiny>);

impl Decided {
    pub(super) fn rule(&self, name: u8) -> Rule {
        self.0.files[&name].rule
    }

    pub(super) fn action(&self, name: u8) -> &FileAction<Tiny> {
        &self.0.files[&name].action
    }

    /// What the row's part becomes; `None` where the row is not written.
    pub(super) fn row(&self, name: u8) -> Option<&Tiny> {
        match &self.0.row {
            RowAction::Write { parts, .. } => parts.get(&name),
            RowAction::Keep | RowAction::Delete { .. } => None,
        }
    }

    pub(super) fn how(&self) -> Option<How> {
        match &self.0.row {
            RowAction::Write { how, .. } => Some(*how),
            RowAction::Keep | RowAction::Delete { .. } => None,
        }
    }

    /// The kinds and keys of all collisions.
    pub(super) fn collisions(&self) -> Vec<(crate::model::ConflictKind, Option<u8>)> {
        self.0.collisions.iter().map(|collision| (collision.kind, collision.key)).collect()
    }

    /// Whether nothing is done on either side.
    pub(super) fn is_idle(&self) -> bool {
        let is_idle = |file: &FileVerdict<Tiny>| matches!(file.action, FileAction::Pass | FileAction::Keep);
        self.0.row == RowAction::Keep && self.0.place == PlaceAction::Keep && self.0.files.values().all(is_idle)
    }
}
