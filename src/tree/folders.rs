//! Moves folders of entities, and writes the `.hash` beside their documents.

use crate::model::{Digest, DocPath};

use super::{Tree, TreeError};

/// A folder and where it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderMove {
    /// Where it is.
    pub from: DocPath,
    /// Where it shall be; nothing may be there.
    pub to: DocPath,
}

/// The `.hash` of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashFile {
    /// The folder.
    pub folder: DocPath,
    /// The tracking hash of the current revision.
    pub tracking: Digest,
    /// Name and raw digest of each document.
    pub documents: Vec<(String, Digest)>,
}

impl Tree {
    /// Moves folders (or the files of agents) in the order given, never over anything, and makes it durable.
    ///
    /// # Errors
    /// When it cannot be made durable; what each move met is in the answer.
    pub fn move_folders(&self, moves: &[FolderMove]) -> Result<Vec<Result<(), TreeError>>, TreeError> {
        todo!("{moves:?}")
    }

    /// Lets two folders change places.
    ///
    /// # Errors
    /// When either is missing or the system says no; then both are as they were.
    pub fn swap_folders(&self, a: &DocPath, b: &DocPath) -> Result<(), TreeError> {
        todo!("{a}{b}")
    }

    /// Writes `.hash` files where they differ; returns what could not be written, which is never more than a warning.
    ///
    /// One that another program made goes into the trash first.
    pub fn write_hashes(&self, files: &[HashFile]) -> Vec<TreeError> {
        todo!("{files:?}")
    }
}
