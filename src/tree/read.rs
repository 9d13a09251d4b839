//! Reads documents and folders of documents.

use std::io;

use rustix::io::Errno;

use super::{At, FileKind, ReadFile, Reason, Tree, TreeError, spread};
use crate::model::DocPath;

/// One name below a folder, and what reading it gave.
#[derive(Debug)]
pub struct Below {
    /// The path from that folder; what is not UTF-8 in it is replaced.
    pub name: String,
    /// The bytes of a file, nothing for a folder, or why neither could be had.
    pub read: Result<Option<Vec<u8>>, TreeError>,
}

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

    /// What lies at `path`; `None` for nothing, and for what cannot be looked at.
    pub fn kind(&self, path: &DocPath) -> Option<FileKind> {
        self.vfs.stat(At::project(path.as_str())).ok().map(|stat| stat.kind)
    }

    /// Reads many files with all cores and hands each to `each`; answers in the order asked.
    pub fn read_all<T: Send>(
        &self,
        paths: &[DocPath],
        each: impl Fn(usize, Result<ReadFile, TreeError>) -> T + Sync,
    ) -> Vec<T> {
        spread(paths.iter().collect(), |number, path| each(number, self.read(path)))
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

    /// Looks at everything below `folder`, by names; what cannot be read says so and hinders nothing else.
    ///
    /// # Errors
    /// When the folder itself cannot be listed; an absent one is empty.
    pub fn look_below(&self, folder: &DocPath) -> Result<Vec<Below>, TreeError> {
        let mut found = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(below) = folders.pop() {
            match self.look_into(folder, &below, &mut folders, &mut found) {
                Err(error) if !below.is_empty() => found.push(Below { name: below, read: Err(error) }),
                Err(error) if !error.is_absence() => return Err(error),
                _ => {}
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn look_into(
        &self,
        folder: &DocPath,
        below: &str,
        folders: &mut Vec<String>,
        found: &mut Vec<Below>,
    ) -> Result<(), TreeError> {
        let inside = |top: &str, name: &str| if top.is_empty() { name.to_owned() } else { format!("{top}/{name}") };
        let place = inside(folder.as_str(), below).trim_end_matches('/').to_owned();
        let listed =
            self.vfs.list(At::project(&place)).map_err(|source| self.failed("list", At::project(&place), source))?;
        for entry in listed {
            let name = String::from_utf8_lossy(&entry.name);
            let path = inside(&place, &name);
            let read = match entry.kind {
                FileKind::Folder => {
                    folders.push(inside(below, &name));
                    Ok(None)
                }
                _ => self.read_at(At::project(&path)).map(|file| Some(file.bytes)),
            };
            found.push(Below { name: inside(below, &name), read });
        }
        Ok(())
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
