//! Bytes that can be understood, or the reason why not.

use super::{Document, Stamps};
use crate::model::{Position, Problem, Role};

/// Why a file is left alone on both sides until somebody mends it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {}, column {})", position.line, position.column)]
pub struct Quarantine {
    /// The kind of reason.
    pub reason: Reason,
    /// Where.
    pub position: Position,
    /// A lower-case sentence.
    pub message: String,
}

/// The kinds of reasons why a file cannot be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// There are no bytes.
    Empty,
    /// Over 1 MiB, or over 256 KiB of YAML.
    TooLarge,
    /// Not UTF-8.
    NotUtf8,
    /// A NUL byte.
    Nul,
    /// A merge left its markers.
    ConflictMarkers,
    /// A pointer of git LFS instead of the text.
    LfsPointer,
    /// Not YAML, or no mapping.
    BrokenYaml,
    /// YAML nested more than 32 deep.
    TooDeep,
    /// A key that occurs twice in one mapping.
    DuplicateKey,
    /// Aliases that expand beyond all measure.
    AliasBomb,
}

impl Reason {
    /// The word in JSON and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
            Self::NotUtf8 => "not-utf8",
            Self::Nul => "nul",
            Self::ConflictMarkers => "conflict-markers",
            Self::LfsPointer => "lfs-pointer",
            Self::BrokenYaml => "broken-yaml",
            Self::TooDeep => "too-deep",
            Self::DuplicateKey => "duplicate-key",
            Self::AliasBomb => "alias-bomb",
        }
    }
}

/// A file's content, understood.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The text without its stamp.
    pub document: Document,
    /// The stamps that the file bore.
    pub stamps: Stamps,
    /// Whether nothing but blank lines follows the stamp.
    pub stamp_is_last: bool,
    /// What is wrong with stamp and text.
    pub problems: Vec<Problem>,
}

/// Checks that `bytes` can be understood as a document of `role`.
///
/// # Errors
/// Says what is wrong and where.
pub fn read(_role: Role, bytes: &[u8]) -> Result<&str, Quarantine> {
    std::str::from_utf8(bytes).map_err(|error| Quarantine {
        reason: Reason::NotUtf8,
        position: Position { line: 1, column: 1 },
        message: error.to_string(),
    })
}

/// Reads a whole file: checks the bytes, takes the stamp off and parses the rest, in one pass.
///
/// # Errors
/// Those of [`read`].
pub fn load(role: Role, bytes: &[u8]) -> Result<Loaded, Quarantine> {
    let stamped = super::split(role, read(role, bytes)?);
    let (document, mut problems) = super::parse(role, stamped.text);
    problems.extend(stamped.problems);
    Ok(Loaded { document, stamps: stamped.stamps, stamp_is_last: stamped.is_last, problems })
}
