//! Paths of this room's own making, and the few steps that every deed there is made of.

use std::collections::BTreeMap;
use std::io;

use rustix::io::Errno;

use super::{At, Base, Tree, TreeError};
use crate::model::{Digest, DocPath};

/// A path of this room's own making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) base: Base,
    pub(super) path: String,
}

/// One folder of each device that was written to.
pub(super) type Devices = BTreeMap<u64, Site>;

/// What the name of a displaced file ends with while its document is absent.
const OLD: &str = ".old";

impl Site {
    pub(super) fn shared(path: String) -> Self {
        Self { base: Base::Shared, path }
    }

    pub(super) fn project(path: String) -> Self {
        Self { base: Base::Project, path }
    }

    pub(super) fn at(&self) -> At<'_> {
        At { base: self.base, path: &self.path }
    }

    /// Where a displaced file lies while its document is absent.
    pub(super) fn old(&self) -> Self {
        Self { base: self.base, path: format!("{}{OLD}", self.path) }
    }

    pub(super) fn is_old(&self) -> bool {
        self.path.ends_with(OLD)
    }
}

impl Tree {
    /// The digest of a file; `None` when there is none that could be a document.
    ///
    /// # Errors
    /// When there may be one that cannot be read.
    pub(super) fn look_at(&self, at: At<'_>) -> io::Result<Option<Digest>> {
        match self.vfs.read(at, Self::MAX_FILE) {
            Ok(file) => Ok(Some(Digest::of(&file.bytes))),
            Err(error) if [Errno::NOENT, Errno::FBIG, Errno::INVAL].iter().any(|errno| is(&error, *errno)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The digest of a file; `None` when there is none, or it cannot be told.
    pub(super) fn digest_at(&self, at: At<'_>) -> Option<Digest> {
        self.vfs.read(at, Self::MAX_FILE).ok().map(|file| Digest::of(&file.bytes))
    }

    /// Makes the folders that `at` is in.
    pub(super) fn make_folders(&self, at: At<'_>) -> io::Result<()> {
        let folder = at.folder();
        let make = || match self.vfs.create_folder(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        };
        if folder.path.is_empty() {
            return Ok(());
        }
        match make() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.make_folders(folder).and_then(|()| make()),
            other => other,
        }
    }

    /// Whether a new file can be made at `path`, as far as that can be told without trying.
    ///
    /// # Errors
    /// [`TreeError::Taken`] where something is there; the system's word where its folder takes nothing new.
    pub fn check_place(&self, path: &DocPath) -> Result<(), TreeError> {
        let mut at = At::project(path.as_str());
        if self.vfs.stat(at).is_ok() {
            return Err(TreeError::Taken { path: self.vfs.show(at) });
        }
        while !at.path.is_empty() {
            at = at.folder();
            match self.vfs.check_writable(at) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                checked => return checked.map_err(|source| self.failed("write in", at, source)),
            }
        }
        Ok(())
    }

    /// Folders that the program writes in, and cannot: the project's, that of the planning files, and local state.
    pub fn unwritable(&self) -> Vec<TreeError> {
        let places = [At::project(""), At::project(self.layout.root().as_str()), At::shared(""), At::private("")];
        let refused = places.into_iter().filter_map(|at| match self.vfs.check_writable(at) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Some(self.failed("write in", at, error)),
            _ => None,
        });
        refused.collect()
    }

    /// Removes a file whose bytes are kept elsewhere, if it still has them; answers whether it is gone.
    pub(super) fn remove_kept(&self, at: At<'_>, kept: Digest) -> io::Result<bool> {
        if self.digest_at(at) != Some(kept) {
            return Ok(false);
        }
        self.vfs.remove(at).map(|()| true)
    }

    /// Makes a folder in the state that worktrees share.
    pub(super) fn make_state_folder(&self, name: &str) -> Result<(), TreeError> {
        let folder = At::shared(name);
        match self.vfs.create_folder(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(self.failed("make", folder, error)),
            _ => Ok(()),
        }
    }

    /// Renames a file, never over something, on any file system that can do this in some way.
    pub(super) fn move_new(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        match self.vfs.rename_new(from, to) {
            Err(error) if is_unsupported(&error) => self.vfs.link(from, to).and_then(|()| self.vfs.remove(from)),
            other => other,
        }
    }

    /// Puts a file in its place that nobody misses for a moment: a file system may write one to the disk at once that
    /// is renamed over another.
    pub(super) fn put_lazily(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        let _ = self.vfs.remove(to);
        self.vfs.rename_over(from, to)
    }

    pub(super) fn make_durable(&self, folder: At<'_>) -> Result<(), TreeError> {
        self.vfs.sync(folder).map_err(|source| self.failed("make durable", folder, source))
    }

    pub(super) fn make_one_durable(&self, at: At<'_>) -> Result<(), TreeError> {
        self.vfs.sync_one(at).map_err(|source| self.failed("make durable", at, source))
    }

    /// Makes everything durable that was done on these devices.
    pub(super) fn make_all_durable(&self, devices: &Devices) -> Result<(), TreeError> {
        devices.values().try_for_each(|folder| self.make_durable(folder.at()))
    }
}

pub(super) fn is(error: &io::Error, errno: Errno) -> bool {
    error.raw_os_error() == Some(errno.raw_os_error())
}

/// Whether the file system does not know this way of renaming.
pub(super) fn is_unsupported(error: &io::Error) -> bool {
    [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP].iter().any(|errno| is(error, *errno))
}
