//! Moves folders of entities.

use std::io;

use super::site::is_unsupported;
use super::{At, FileKind, Tree, TreeError};
use crate::model::DocPath;

/// A folder, or the file of an agent, and where it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderMove {
    /// Where it is.
    pub from: DocPath,
    /// Where it shall be; nothing may be there.
    pub to: DocPath,
}

impl Tree {
    /// Moves folders (or the files of agents) in the order given, never over anything, and makes it durable.
    ///
    /// # Errors
    /// When it cannot be made durable; what each move met is in the answer.
    pub fn move_folders(&self, moves: &[FolderMove]) -> Result<Vec<Result<(), TreeError>>, TreeError> {
        if moves.is_empty() {
            return Ok(Vec::new());
        }
        let moved = moves.iter().map(|step| self.move_folder(step)).collect();
        self.make_durable(At::project(self.layout.root().as_str()))?;
        Ok(moved)
    }

    /// Lets two folders change places in one step, durably.
    ///
    /// # Errors
    /// When either is missing or the file system cannot do it; then both are as they were.
    pub fn swap_folders(&self, a: &DocPath, b: &DocPath) -> Result<(), TreeError> {
        let (at, other) = (At::project(a.as_str()), At::project(b.as_str()));
        self.vfs.exchange(at, other).map_err(|source| self.failed("swap", at, source))?;
        self.make_durable(At::project(self.layout.root().as_str()))
    }

    /// Whether a folder can come to `path`: nothing is there, or an empty folder.
    pub fn is_free(&self, path: &DocPath) -> bool {
        let at = At::project(path.as_str());
        self.vfs.stat(at).is_err() || self.is_empty_folder(at)
    }

    fn is_empty_folder(&self, at: At<'_>) -> bool {
        self.is_folder(at) && self.vfs.list(at).is_ok_and(|names| names.is_empty())
    }

    fn is_folder(&self, at: At<'_>) -> bool {
        self.vfs.stat(at).is_ok_and(|stat| stat.kind == FileKind::Folder)
    }

    fn move_folder(&self, FolderMove { from, to }: &FolderMove) -> Result<(), TreeError> {
        let (from, to) = (At::project(from.as_str()), At::project(to.as_str()));
        let moved = self.make_folders(to).and_then(|()| match self.vfs.rename_new(from, to) {
            Err(error) if is_unsupported(&error) => self.move_in_two_steps(from, to),
            // Nothing can come into an empty folder unseen: the system replaces one only while it is empty.
            Err(error)
                if error.kind() == io::ErrorKind::AlreadyExists && self.is_folder(from) && self.is_empty_folder(to) =>
            {
                self.vfs.rename_over(from, to)
            }
            other => other,
        });
        moved.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
                TreeError::Taken { path: self.vfs.show(to) }
            }
            _ => self.failed("move", from, source),
        })
    }

    /// An empty folder that we made is the only one that a rename may replace.
    fn move_in_two_steps(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        if self.vfs.stat(from)?.kind != FileKind::Folder {
            return self.move_new(from, to);
        }
        self.vfs.create_folder(to)?;
        self.vfs.rename_over(from, to).inspect_err(|_| drop(self.vfs.remove_folder(to)))
    }
}
