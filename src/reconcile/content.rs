//! What the decision and the merges ask of a document: a text with holes, and the values that stand in them.
//!
//! The core of this room knows nothing else of a document, so that a checker can run the same code on values of one
//! byte. Documents themselves are plugged in by [`Writing`](super::Writing).

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::Side;
use crate::model::ThreeWay;

/// The content of one part of an entity.
///
/// Two contents are equal when their canonical texts are.
pub trait Content: Clone + Debug + PartialEq {
    /// A place that holds a value.
    type Key: Ord + Clone + Debug;
    /// The one thing that several places, also of several parts, may speak of.
    type Topic: Ord + Clone;
    /// What stands in a place.
    type Value: Clone + Debug + PartialEq;
    /// Everything else.
    type Text: Clone + PartialEq;

    /// The values, by their places.
    fn values(&self) -> &BTreeMap<Self::Key, Self::Value>;

    /// The text around the values.
    fn text(&self) -> &Self::Text;

    /// Whether the texts are the same but for lines that hold a value which only one of both has.
    fn has_same_words(&self, other: &Self) -> bool {
        self.text() == other.text()
    }

    /// Whether this text is the first part of the other one, as a writer leaves it who is not done yet.
    fn is_beginning_of(&self, _other: &Self) -> bool {
        false
    }

    /// What `key` speaks of.
    fn topic(key: &Self::Key) -> Self::Topic;

    /// Whose word counts where both sides changed `key`.
    fn class(key: &Self::Key) -> Class;

    /// Whose word counts where both sides changed `key` from what it was: as [`class`](Self::class), unless what stands
    /// there is more than one value.
    fn class_between(key: &Self::Key, _sides: ThreeWay<Option<&Self>>) -> Class {
        Self::class(key)
    }

    /// Whether two spellings say the same.
    fn same_meaning(a: &Self::Value, b: &Self::Value) -> bool;

    /// Merges two changed values into one that holds both changes, where the value is a set.
    fn merge_values(values: ThreeWay<&Self::Value>) -> Option<Self::Value>;

    /// Merges two changed texts by lines, in time linear in all but hopeless cases, which overlap.
    fn merge_text(texts: ThreeWay<&Self::Text>) -> TextMerge<Self::Text>;

    /// Spells `value` as the place `key` of this content would.
    fn respelled(&self, key: &Self::Key, value: &Self::Value) -> Option<Self::Value>;

    /// Whether two contents without a common ancestor are plainly two versions of one text.
    fn is_akin(&self, other: &Self) -> bool;

    /// Puts `values` into the holes of `text`; a value without a hole is inserted where its style wants it.
    ///
    /// # Errors
    /// Refuses what would not be a valid document that says exactly `values`.
    fn assemble(text: &Self::Text, values: &BTreeMap<Self::Key, Self::Value>) -> Result<Self, Invalid>;

    /// Merges by structure what cannot be merged by lines, with these values and what was `chosen` of some; `None` where
    /// that does not settle everything or would lose a word of one side.
    fn rebuilt(
        _sides: ThreeWay<&Self>,
        _values: &BTreeMap<Self::Key, Self::Value>,
        _chosen: &[(&Self::Key, Side)],
    ) -> Option<Self> {
        None
    }
}

/// Whose word counts where both sides changed a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nobody's: both stay as they are until a person decides.
    FileFirst,
    /// The row's; the file's value is recorded and waits for a person.
    Shared,
    /// The row's; the file's value is recorded for the log.
    DbFirst,
}

/// How a merge of two texts ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextMerge<T> {
    /// No line was changed differently by both.
    Clean(T),
    /// As clean, but a line that one side took away was ticked by the other and has stayed.
    Kept(T),
    /// Some lines were; the text has the file's version of those.
    Overlapping(T),
}

impl<T> TextMerge<T> {
    /// Applies `f` to the text.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> TextMerge<U> {
        match self {
            Self::Clean(text) => TextMerge::Clean(f(text)),
            Self::Kept(text) => TextMerge::Kept(f(text)),
            Self::Overlapping(text) => TextMerge::Overlapping(f(text)),
        }
    }
}

/// The values and the text do not make a valid document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invalid;
