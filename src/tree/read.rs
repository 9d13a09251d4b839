//! Reads documents.

use crate::model::DocPath;

use super::{Stat, Tree, TreeError};

/// The bytes of a file and how it looked before the first of them was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFile {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How the file looked.
    pub stat: Stat,
    /// Whether it looked the same afterwards; if not, somebody is writing it.
    pub is_steady: bool,
}

impl Tree {
    /// The largest file that is read, in bytes.
    pub const MAX_FILE: u64 = 1 << 20;

    /// Reads one file.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or is no regular file.
    pub fn read(&self, path: &DocPath) -> Result<ReadFile, TreeError> {
        todo!("{path}")
    }

    /// Reads many files with all cores and hands each to `each`; answers in the order asked.
    pub fn read_all<T: Send>(
        &self,
        paths: &[DocPath],
        each: impl Fn(usize, Result<ReadFile, TreeError>) -> T + Sync,
    ) -> Vec<T> {
        paths.iter().enumerate().map(|(i, path)| each(i, self.read(path))).collect()
    }

    /// Reads every file below `folder`, in the order of their paths; an absent folder is empty.
    ///
    /// # Errors
    /// When any of them cannot be read.
    pub fn read_below(&self, folder: &DocPath) -> Result<Vec<(DocPath, ReadFile)>, TreeError> {
        todo!("{folder}")
    }
}
