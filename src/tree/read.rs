//! Reads documents and folders of documents.

use std::io;

use rayon::prelude::*;
use rustix::io::Errno;

use super::{At, FileKind, ReadFile, Reason, Tree, TreeError};
use crate::model::DocPath;

impl Tree {
    /// The largest file that is read, in bytes: 1 MiB and a stamp.
    pub const MAX_FILE: u64 = (1 << 20) + 128;

    /// Reads one file.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or is no regular file.
    pub fn read(&self, path: &DocPath) -> Result<ReadFile, TreeError> {
        self.read_at(At::project(path.as_str()))
    }

    /// Reads many files with all cores and hands each to `each`; answers in the order asked.
    pub fn read_all<T: Send>(
        &self,
        paths: &[DocPath],
        each: impl Fn(usize, Result<ReadFile, TreeError>) -> T + Sync,
    ) -> Vec<T> {
        paths.par_iter().enumerate().with_min_len(16).map(|(i, path)| each(i, self.read(path))).collect()
    }

    /// Reads every file below `folder`, in the order of their paths; an absent folder is empty.
    ///
    /// # Errors
    /// When any of them cannot be read, or one of them is a link.
    pub fn read_below(&self, folder: &DocPath) -> Result<Vec<(DocPath, ReadFile)>, TreeError> {
        let at = At::project(folder.as_str());
        let entries = match self.vfs.walk(at) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|source| self.failed("list", at, source))?,
        };
        let files = entries.into_iter().filter(|entry| entry.kind != FileKind::Folder);
        let paths = files.filter_map(|entry| folder.join(str::from_utf8(&entry.name).ok()?).ok());
        paths.map(|path| self.read(&path).map(|file| (path, file))).collect()
    }

    pub(super) fn read_at(&self, at: At<'_>) -> Result<ReadFile, TreeError> {
        self.vfs.read(at, Self::MAX_FILE).map_err(|source| self.failed("read", at, source))
    }

    /// Names a deed that the system refused; where something is not what it should be, says what it is.
    pub(super) fn failed(&self, deed: &'static str, at: At<'_>, source: io::Error) -> TreeError {
        let path = self.vfs.show(at);
        let is = |errno: Errno| source.raw_os_error() == Some(errno.raw_os_error());
        if is(Errno::LOOP) {
            return TreeError::Refused { path, reason: Reason::Symlink };
        }
        match self.vfs.stat(at) {
            Ok(stat) if is(Errno::FBIG) => TreeError::TooLarge { path, size: stat.size, limit: Self::MAX_FILE },
            Ok(stat) if is(Errno::INVAL) && deed == "read" => {
                TreeError::Refused { path, reason: Reason::refusing(stat.kind) }
            }
            _ => TreeError::Io { deed, path, source },
        }
    }
}
