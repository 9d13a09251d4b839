//! Paths of documents, relative to the root of the tree.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A normalised path below the project's root, with `/` between its parts; it cannot leave the root.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocPath(Box<str>);

/// The text is not a path that stays below the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a relative path below the project's root")]
pub struct DocPathError;

impl DocPath {
    /// Checks `text` and makes a path of it.
    ///
    /// # Errors
    /// Refuses the empty text, absolute paths, `.`, `..`, empty parts, backslashes and NUL.
    pub fn new(text: &str) -> Result<Self, DocPathError> {
        let is_good = |part: &[u8]| !matches!(part, b"" | b"." | b"..");
        let is_bad = |byte| matches!(byte, b'\0' | b'\\');
        if text.bytes().any(is_bad) || !text.as_bytes().split(|byte| *byte == b'/').all(is_good) {
            return Err(DocPathError);
        }
        Ok(Self(text.into()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The path without its last part; `None` when there is only one.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.into()))
    }

    /// The parts from the root down.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The path of `name` in this folder.
    ///
    /// # Errors
    /// Refuses a name that would leave the folder.
    pub fn join(&self, name: &str) -> Result<Self, DocPathError> {
        Self::new(&format!("{}/{name}", self.0))
    }

    /// Whether this path is `folder` or lies below it.
    pub fn is_within(&self, folder: &Self) -> bool {
        self.0.strip_prefix(&*folder.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for DocPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for DocPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocPath({})", self.0)
    }
}

impl FromStr for DocPath {
    type Err = DocPathError;

    fn from_str(text: &str) -> Result<Self, DocPathError> {
        Self::new(text)
    }
}

impl TryFrom<String> for DocPath {
    type Error = DocPathError;

    fn try_from(text: String) -> Result<Self, DocPathError> {
        Self::new(&text)
    }
}

impl From<DocPath> for String {
    fn from(path: DocPath) -> Self {
        path.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hx01_no_path_leaves_the_root() {
        for bad in ["", "/etc/passwd", "a//b", "a/../b", "..", "./a", "a/", "a\\b", "a\0b"] {
            assert_eq!(DocPath::new(bad), Err(DocPathError), "{bad:?}");
        }
        assert!(DocPath::new("delegation/sprints/a b/TASK.md").is_ok());
    }

    #[test]
    fn within_means_whole_parts() {
        let path = |t| DocPath::new(t).expect("a good path");
        assert!(path("a/bc/d").is_within(&path("a/bc")));
        assert!(!path("a/bcd").is_within(&path("a/bc")));
    }
}
