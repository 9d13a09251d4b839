//! Documents and attachments as the core sees them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Class, Content, Invalid, TextMerge};
use crate::document::{Document, Hole, SlotKey};
use crate::model::{Digest, Problem, Role, ThreeWay, Typed};

/// The canonical content of one document or attachment, without its stamp.
#[derive(Debug, Clone)]
pub struct Writing {
    document: Option<Document>,
    text: Text,
    values: BTreeMap<Hole, Said>,
}

/// The text around the values, or bytes that nobody looks into.
#[derive(Debug, Clone, PartialEq)]
pub enum Text {
    /// A document's, with holes.
    Skeleton(Role, Arc<str>),
    /// An attachment's.
    Bytes(Arc<[u8]>),
}

/// A value as written, and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The raw spelling.
    pub raw: String,
    /// The meaning; `None` where it fits no value of the field's type.
    pub typed: Option<Typed>,
}

impl Writing {
    /// Parses a managed document from its text without a stamp.
    pub fn document(role: Role, unstamped: &str) -> (Self, Vec<Problem>) {
        let text = crate::document::canonical(unstamped);
        let (document, problems) = crate::document::parse(role, text.as_ref());
        let text = Text::Skeleton(role, document.text().into());
        (Self { document: Some(document), text, values: BTreeMap::new() }, problems)
    }

    /// Takes an attachment's bytes as they are.
    pub fn attachment(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { document: None, text: Text::Bytes(bytes.into()), values: BTreeMap::new() }
    }

    /// The parsed document; `None` of an attachment.
    pub fn parsed(&self) -> Option<&Document> {
        self.document.as_ref()
    }

    /// The canonical bytes.
    pub fn bytes(&self) -> &[u8] {
        match (&self.document, &self.text) {
            (Some(document), _) => document.text().as_bytes(),
            (None, Text::Bytes(bytes)) => bytes,
            (None, Text::Skeleton(_, text)) => text.as_bytes(),
        }
    }

    /// The canonical digest.
    pub fn digest(&self) -> Digest {
        Digest::of(self.bytes())
    }
}

impl PartialEq for Writing {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Content for Writing {
    type Key = Hole;
    type Topic = SlotKey;
    type Value = Said;
    type Text = Text;

    fn values(&self) -> &BTreeMap<Hole, Said> {
        &self.values
    }

    fn text(&self) -> &Text {
        &self.text
    }

    fn topic(key: &Hole) -> SlotKey {
        key.key.clone()
    }

    fn class(_: &Hole) -> Class {
        Class::Shared
    }

    fn whole(_: &Hole) -> Option<Hole> {
        None
    }

    fn same_meaning(a: &Said, b: &Said) -> bool {
        a == b
    }

    fn merge_values(_: ThreeWay<&Said>) -> Option<Said> {
        None
    }

    fn merge_text(texts: ThreeWay<&Text>) -> TextMerge<Text> {
        TextMerge::Overlapping(texts.file.clone())
    }

    fn respelled(&self, _: &Hole, value: &Said) -> Option<Said> {
        Some(value.clone())
    }

    fn is_akin(&self, _: &Self) -> bool {
        true
    }

    fn assemble(_: &Text, _: &BTreeMap<Hole, Said>) -> Result<Self, Invalid> {
        Err(Invalid)
    }
}
