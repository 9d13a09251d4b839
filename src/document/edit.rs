//! Changes of one value that leave every other byte alone.

use serde_json::Value;

use super::{Document, SlotKey};
use crate::model::Field;

/// Why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The document has no such slot.
    #[error("the document has no place for this value")]
    NoSlot,
    /// The document has no header that could take the field; the row alone keeps it.
    #[error("the document has no header to put the field in")]
    NoHeader,
    /// The value is an alias, has an anchor, or is no single scalar.
    #[error("the value is shared or nested and cannot be changed in place")]
    Shared,
    /// The value does not fit the field.
    #[error("the value does not fit the field")]
    WrongType,
    /// The new text would say something else somewhere else.
    #[error("the change would not stay in its place")]
    Spills,
}

impl Document {
    /// Replaces the raw value of `key`; mirrors that said the same follow.
    ///
    /// # Errors
    /// Refuses what would change anything beside that value.
    pub fn set(&self, _key: &SlotKey, _raw: &str) -> Result<Self, EditError> {
        Err(EditError::NoSlot)
    }

    /// Puts `field` after the last header field, in the header's style, with the raw value `raw`.
    ///
    /// # Errors
    /// Refuses where the document has no header, and what would change anything else.
    pub fn insert(&self, _field: Field, _raw: &str) -> Result<Self, EditError> {
        Err(EditError::NoHeader)
    }

    /// Takes `key` away: its line, where it stands alone on it.
    ///
    /// # Errors
    /// Refuses what would change anything else.
    pub fn remove(&self, _key: &SlotKey) -> Result<Self, EditError> {
        Err(EditError::NoSlot)
    }

    /// Makes the document say `value` of `field`, spelled in its own style: sets, inserts, or removes for `null`.
    /// A value that the document says already changes no byte.
    ///
    /// # Errors
    /// Refuses a value that does not fit the field, and what would change anything else.
    pub fn write(&self, _field: Field, _value: &Value) -> Result<Self, EditError> {
        Err(EditError::NoSlot)
    }
}
