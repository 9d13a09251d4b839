//! Why a deed on the tree failed.

use std::io;
use std::path::PathBuf;

use super::Reason;

/// Why the tree could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// No folder from there upward holds `instep.toml`.
    #[error("no `instep.toml` in {} or above it", .start.display())]
    NoProject {
        /// Where the search began.
        start: PathBuf,
    },
    /// The repository or its state folder belongs to somebody else.
    #[error("{} belongs to user {owner}, not to you", .path.display())]
    Untrusted {
        /// What belongs to somebody else.
        path: PathBuf,
        /// The user id of the owner.
        owner: u32,
    },
    /// The state folder is a link, or open to others.
    #[error("refused {}: it must be a folder that is closed to everybody else", .path.display())]
    NotPrivate {
        /// The state folder.
        path: PathBuf,
    },
    /// A file is where the state folder belongs.
    #[error("refused {}: it must be a folder, and a file is there", .path.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
    },
    /// A `.git` that leads to no git directory.
    #[error("{} does not lead to a git directory", .path.display())]
    NotGit {
        /// The `.git` in question.
        path: PathBuf,
    },
    /// Something else than a file or folder is in the place of one; it was not opened.
    #[error("refused {}: {reason}", .path.display())]
    Refused {
        /// Where.
        path: PathBuf,
        /// What it is.
        reason: Reason,
    },
    /// The file is larger than any document may be.
    #[error("refused {}: {size} bytes, at most {limit} are read", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// Another run holds the lock.
    #[error("another run holds {}: {holder}", .path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// What the other run says about itself.
        holder: String,
    },
    /// The place is taken; nothing was overwritten.
    #[error("{} exists already", .path.display())]
    Taken {
        /// The place.
        path: PathBuf,
    },
    /// The owner of a file cannot be kept, so the file was left alone.
    #[error("cannot keep the owner of {}", .path.display())]
    Owner {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system said no.
    #[error("cannot {deed} {}", .path.display())]
    Io {
        /// What was tried, such as `read`.
        deed: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl TreeError {
    /// What it says, and what the system said, on one line.
    pub fn words(&self) -> String {
        match self {
            Self::Io { source, .. } | Self::Owner { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        }
    }

    /// Why, for those who have named the path already.
    pub fn why(&self) -> String {
        match self {
            Self::Refused { reason, .. } => format!("refused: {reason}"),
            Self::TooLarge { size, limit, .. } => format!("refused: {size} bytes, at most {limit} are read"),
            Self::Io { deed, source, .. } => format!("cannot {deed} it: {source}"),
            other => other.to_string(),
        }
    }

    /// Whether it says that there is nothing at the path.
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}
