//! The places of a text that hold a value.

use crate::model::{Field, Span, Typed};

/// Which value a slot holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotKey {
    /// A field that rows have too.
    Field(Field),
    /// Any other scalar of a YAML text, by its JSON pointer (RFC 6901).
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
}
