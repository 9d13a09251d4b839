//! Writes documents: the new file is complete and durable before it changes places with the old one.

use std::sync::Arc;

use crate::model::{Digest, DocPath};

use super::{Stat, Trashed, Tree, TreeError};

/// One document as it shall be.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// Which file; missing folders are made.
    pub path: DocPath,
    /// The new bytes, in pieces that follow each other, so that a stamp can be added to a text without copying it.
    pub pieces: Vec<Arc<[u8]>>,
    /// What must be there.
    pub expected: Expected,
}

/// What must be at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Nothing.
    Absent,
    /// A file with these bytes, which are stored elsewhere.
    Raw(Digest),
}

/// What became of one document.
#[derive(Debug)]
pub enum Outcome {
    /// It is as it shall be.
    Done(Left),
    /// Something else was there; it is there still, or in the trash if it moved again meanwhile.
    Moved {
        /// The bytes that were found; `None` when there was no readable file.
        found: Option<Digest>,
        /// What had to be put into the trash.
        trashed: Option<Trashed>,
    },
    /// It could not be done; the file is as it was.
    Failed(TreeError),
}

/// How a file looks that was just written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// How it looks now.
    pub stat: Stat,
    /// Digest of its bytes.
    pub raw: Digest,
    /// Whether any later change must show in how it looks.
    pub is_settled: bool,
}

impl Tree {
    /// Replaces many files durably, each of them in one step; answers in the order of `batch`.
    ///
    /// The displaced files stay in the temporary folder until the next run has looked at its [`leftovers`](Tree::leftovers).
    ///
    /// # Errors
    /// When nothing more can be written (no space, a failed sync); every file is as it was, or as its last step left
    /// it, and the next run clears up.
    pub fn replace(&self, batch: &[Replacement]) -> Result<Vec<Outcome>, TreeError> {
        todo!("{batch:?}")
    }
}
