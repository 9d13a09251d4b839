//! Removes documents: the file itself goes into the trash, so that a late write to it is kept as well.

use std::collections::BTreeSet;
use std::io;

use super::site::Site;
use super::{At, Trashed, Tree, TreeError, trash};
use crate::model::{Digest, DocPath};

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
        /// The bytes that were found; `None` when there was no file that could be a document.
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
    /// When what was done cannot be made durable.
    pub fn remove(&self, batch: &[Removal]) -> Result<Vec<Removed>, TreeError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        self.make_state_folder(trash::FOLDER)?;
        let removed: Vec<Removed> = batch.iter().map(|removal| self.remove_one(removal)).collect();
        // What is absent may be the work of a run that died before it came to the folders.
        let is_away = |removed: &Removed| matches!(removed, Removed::Done(_) | Removed::Absent);
        let away = batch.iter().zip(&removed).filter(|(_, removed)| is_away(removed));
        let folders: BTreeSet<DocPath> = away.filter_map(|(removal, _)| removal.path.parent()).collect();
        // Inner folders come after outer ones.
        folders.into_iter().rev().for_each(|folder| self.prune(folder));
        self.make_durable(At::shared(""))?;
        let top = At::project(self.layout.root().as_str());
        if self.vfs.stat(top).is_ok() {
            self.make_durable(top)?;
        }
        Ok(removed)
    }

    fn remove_one(&self, Removal { path, expected }: &Removal) -> Removed {
        let at = At::project(path.as_str());
        match self.look_at(at) {
            Ok(Some(found)) if found == *expected => {}
            Ok(None) if self.vfs.stat(at).is_err() => return Removed::Absent,
            Ok(found) => return Removed::Moved { found, trashed: None },
            Err(source) => return Removed::Failed(self.failed("read", at, source)),
        }
        let trashed = match self.throw_away(&Site::project(path.to_string()), Some(path)) {
            Ok(trashed) => trashed,
            Err(error) => return Removed::Failed(error),
        };
        let place = At::shared(trashed.place.as_str());
        match self.digest_at(place) {
            found if found == Some(*expected) => Removed::Done(trashed),
            found => match self.move_new(place, at) {
                Ok(()) => Removed::Moved { found, trashed: None },
                Err(_) => Removed::Moved { found, trashed: Some(trashed) },
            },
        }
    }

    /// Removes the folder that the files of a deleted entity lay in, where a run died before it came to that.
    pub fn prune_left(&self, folder: &DocPath) {
        if self.vfs.stat(At::project(folder.as_str())).is_ok() {
            self.prune(folder.clone());
        }
    }

    /// Removes a folder in which nothing of value is left, and the folders around it, up to those of the layout.
    fn prune(&self, mut folder: DocPath) {
        let top = self.layout.root().parts().count() + 1;
        while folder.parts().count() > top && self.is_bare(&folder) {
            let at = At::project(folder.as_str());
            match self.vfs.remove_folder(at) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return,
                _ => {}
            }
            let Some(parent) = folder.parent() else { return };
            folder = parent;
        }
    }

    /// Whether a folder has nothing in it; a `.hash` that can be written again is removed for that.
    fn is_bare(&self, folder: &DocPath) -> bool {
        let names = self.vfs.list(At::project(folder.as_str())).unwrap_or_default();
        match names.as_slice() {
            [] => true,
            [only] if *only.name == *b".hash" => self.drop_hash(folder),
            _ => false,
        }
    }
}
