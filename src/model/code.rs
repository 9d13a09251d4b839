//! The short names of sprints, tasks and agents, which are also the names of their folders.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest code, in bytes.
const MAX_LEN: usize = 64;

/// Names that Windows reserves for devices, whatever their extension.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A name that is safe as a folder name on every file system: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`.
///
/// Case is kept, but two codes that differ only in case are equal.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(Box<str>);

/// Why a text is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// The text is empty.
    #[error("a code cannot be empty")]
    Empty,
    /// The text has more than 64 bytes.
    #[error("a code has at most {MAX_LEN} characters")]
    TooLong,
    /// A character that is not allowed at its place.
    #[error("a code starts with a letter or digit and holds only letters, digits, `.`, `_` and `-`")]
    BadCharacter,
    /// A trailing dot or two dots in a row.
    #[error("a code holds no `..` and does not end with a dot")]
    Dots,
    /// A name that an operating system or this tool keeps for itself.
    #[error("this name is reserved")]
    Reserved,
}

impl Code {
    /// Checks `text` and makes a code of it.
    ///
    /// # Errors
    /// Says which rule the text breaks.
    pub fn new(text: &str) -> Result<Self, CodeError> {
        if text.is_empty() {
            return Err(CodeError::Empty);
        }
        if text.len() > MAX_LEN {
            return Err(CodeError::TooLong);
        }
        let allowed = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-');
        if !text.as_bytes()[0].is_ascii_alphanumeric() || !text.bytes().all(allowed) {
            return Err(CodeError::BadCharacter);
        }
        if text.ends_with('.') || text.contains("..") {
            return Err(CodeError::Dots);
        }
        let stem = text.split('.').next().unwrap_or(text);
        let reserved = |name: &str| stem.eq_ignore_ascii_case(name);
        if DEVICES.into_iter().any(reserved) || text.eq_ignore_ascii_case("backlog") {
            return Err(CodeError::Reserved);
        }
        Ok(Self(text.into()))
    }

    /// The code as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which codes are unique: lower case.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Code {}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        let mut pairs = self.0.bytes().zip(other.0.bytes());
        let differing = pairs.find(|(one, other)| !one.eq_ignore_ascii_case(other));
        match differing {
            Some((one, other)) => one.to_ascii_lowercase().cmp(&other.to_ascii_lowercase()),
            None => self.0.len().cmp(&other.0.len()),
        }
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({})", self.0)
    }
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Code {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::new(&text)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_codes_are_accepted() {
        for good in ["phase-1", "UI-00-terminology_migration", "1.2", "a", "v2.0-rc.1"] {
            assert!(Code::new(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn hx01_dangerous_names_are_refused() {
        let long = "a".repeat(65);
        for bad in [
            "",
            ".",
            "..",
            "a..b",
            "a.",
            ".git",
            ".GIT",
            "git~1",
            "../../.ssh/x",
            "/etc",
            "a/b",
            "a\\b",
            "a\0b",
            "CON",
            "nul.txt",
            "LPT9",
            "backlog",
            "Backlog",
            "-rf",
            "a b",
            "ta\u{200c}sk",
            "é",
            &long,
        ] {
            assert!(Code::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn codes_that_differ_in_case_are_one() {
        let (a, b) = (Code::new("Phase-1"), Code::new("phase-1"));
        assert_eq!(a, b);
        assert_eq!(a.map(|c| c.to_string()), Ok("Phase-1".into()));
    }
}
