//! What is wrong with a document, and where.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A range of bytes in a text.
pub type Span = Range<usize>;

/// A place in a text, as editors show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// The place of byte `offset` in `text`; past the end, the end.
    pub fn of(text: &str, offset: usize) -> Self {
        let offset = (0..=offset.min(text.len())).rev().find(|&o| text.is_char_boundary(o)).unwrap_or(0);
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.bytes().filter(|&b| b == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not meant.
    Warning,
    /// The document cannot be understood at this place.
    Error,
}

/// Something wrong in a document: bad input is told, never thrown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// A stable name, such as `unknown-status`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Which bytes; empty at the place where something is missing.
    pub span: Span,
    /// Where the span begins.
    pub position: Position,
    /// A lower-case sentence.
    pub message: String,
}
