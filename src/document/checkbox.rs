//! Boxes that people tick.

use std::sync::Arc;

use super::Document;
use crate::model::Span;

/// A list item with a box, outside code and comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkbox {
    /// The character between the brackets.
    pub mark: char,
    /// The bytes of the mark.
    pub mark_span: Span,
    /// The bytes of the line, without its line end.
    pub span: Span,
    /// The line, from 1.
    pub line: usize,
    /// The titles of the headings above, joined by ` / `.
    pub heading: Arc<str>,
    /// The text after the box: case and blanks folded, emphasis taken off.
    pub label: String,
    /// The how-manyeth of that label under that heading, from 0.
    pub ordinal: usize,
}

impl Document {
    /// Every checkbox, in the order of the text.
    pub fn checkboxes(&self) -> Vec<Checkbox> {
        Vec::new()
    }
}
