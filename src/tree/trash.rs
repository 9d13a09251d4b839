//! The trash, and what an interrupted run left behind.

use crate::model::{Digest, DocPath};

use super::{ReadFile, Tree, TreeError};

/// Something in the trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trashed {
    /// Where it came from, if that is known.
    pub origin: Option<DocPath>,
    /// Where it is now, below the shared state folder.
    pub place: DocPath,
    /// Its bytes; `None` when it is too large to be a document.
    pub raw: Option<Digest>,
}

/// A file in the temporary folder: what an exchange displaced, or what an interrupted run had begun to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The document that it belongs to, if that is known.
    pub origin: Option<DocPath>,
    /// Where it is, below the shared state folder or beside its document.
    place: String,
}

/// What shall become of a leftover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its bytes have this digest and are stored elsewhere: it is dropped, if it still has them.
    Stored(Digest),
    /// Its bytes are stored nowhere, or nobody can tell: it goes into the trash.
    Unknown,
}

impl Tree {
    /// Lists what earlier runs left; call it under the lock and before a scan.
    ///
    /// A document that a crash had taken from its place (only where the file system cannot exchange) is put back first.
    ///
    /// # Errors
    /// When the temporary folder cannot be read.
    pub fn leftovers(&self) -> Result<Vec<Leftover>, TreeError> {
        todo!()
    }

    /// Reads one leftover.
    ///
    /// # Errors
    /// When it cannot be read or is too large to be a document; its fate is then [`Fate::Unknown`].
    pub fn read_leftover(&self, leftover: &Leftover) -> Result<ReadFile, TreeError> {
        todo!("{leftover:?}")
    }

    /// Drops or trashes leftovers; answers with what is in the trash now.
    ///
    /// # Errors
    /// When the trash cannot be written.
    pub fn clear(&self, leftovers: &[(Leftover, Fate)]) -> Result<Vec<Trashed>, TreeError> {
        todo!("{leftovers:?}")
    }

    /// Removes what has been in the trash for more than 30 days; returns how many files that were.
    ///
    /// # Errors
    /// When the trash cannot be read or written.
    pub fn purge(&self) -> Result<usize, TreeError> {
        todo!()
    }

    /// What is in the trash, oldest first.
    ///
    /// # Errors
    /// When the trash cannot be read.
    pub fn trash(&self) -> Result<Vec<Trashed>, TreeError> {
        todo!()
    }
}
