//! The stamp, and which differences between two texts mean nothing.

use std::borrow::Cow;

use crate::model::{Digest, Problem, Role, Stamp};

/// A text apart from its stamp.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped<'a> {
    /// The text without any stamp line.
    pub text: Cow<'a, str>,
    /// What stamps it bore.
    pub stamps: Stamps,
    /// Whether nothing but blank lines follows the stamp; a stamped file without its last line may be half written.
    pub is_last: bool,
    /// What is wrong with the stamps, in terms of the raw text.
    pub problems: Vec<Problem>,
}

/// What stamps a text bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamps {
    /// None.
    None,
    /// One good stamp.
    One(Stamp),
    /// Several; none of them has authority.
    Several,
    /// Something that begins like a stamp and is none.
    Damaged,
}

/// Takes the stamp off `raw`; the inverse of [`stamped`].
pub fn split(_role: Role, raw: &str) -> Stamped<'_> {
    Stamped { text: raw.into(), stamps: Stamps::None, is_last: true, problems: Vec::new() }
}

/// Puts `stamp` on the last line of `unstamped`, in the text's own line ends.
pub fn stamped(_role: Role, unstamped: &str, _stamp: Stamp) -> String {
    unstamped.into()
}

/// The text as it is hashed: without byte-order mark and without the CR of CRLF. Takes an unstamped text.
pub fn canonical(unstamped: &str) -> Cow<'_, str> {
    unstamped.into()
}

/// The digest of the canonical text of an unstamped text.
pub fn canonical_digest(unstamped: &str) -> Digest {
    Digest::of(canonical(unstamped).as_bytes())
}

/// `text` with the line ends and byte-order mark that `local` has.
pub fn in_style_of(_local: &str, text: &str) -> String {
    text.into()
}
