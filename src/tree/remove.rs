//! Removes documents: the file itself goes into the trash, so that a late write to it is kept as well.

use crate::model::{Digest, DocPath};

use super::{Trashed, Tree, TreeError};

/// One file that shall go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Which.
    pub path: DocPath,
    /// The bytes that must be there.
    pub expected: Digest,
}

/// What became of a removal.
#[derive(Debug)]
pub enum Removed {
    /// It is in the trash.
    Done(Trashed),
    /// There was nothing.
    Absent,
    /// Other bytes were there; they are there still, or in the trash if the place was taken meanwhile.
    Moved {
        /// The bytes that were found; `None` when there was no readable file.
        found: Option<Digest>,
        /// What had to be put into the trash.
        trashed: Option<Trashed>,
    },
    /// It could not be done; the file is where it was.
    Failed(TreeError),
}

impl Tree {
    /// Moves many files into the trash, durably, and removes the folders that become empty.
    ///
    /// # Errors
    /// When nothing more can be written.
    pub fn remove(&self, batch: &[Removal]) -> Result<Vec<Removed>, TreeError> {
        todo!("{batch:?}")
    }
}
