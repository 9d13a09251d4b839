//! Looks at the whole tree: which documents there are, and which of them differ from what the cache remembers.
//!
//! It stats every document and every folder, lists only folders that changed, and reads no document.

use super::{Known, Layout, Left, Lock, Place, Reason, Stat, StatCache, Tree, TreeError};
use crate::model::{DocPath, Role};

/// A file of a [`Scan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// What a look at the tree found. It takes the cache in and becomes the next one.
#[derive(Debug)]
pub struct Scan {}

/// One document on disk.
#[derive(Debug, Clone, Copy)]
pub struct ScannedFile<'a> {
    /// Its number in this scan.
    pub id: FileId,
    /// The folder, as text.
    pub folder: &'a str,
    /// The file's name.
    pub name: &'a str,
    /// What it is to its entity.
    pub role: Role,
    /// How it looks.
    pub stat: &'a Stat,
    /// What reading it told, the last time it was read.
    pub known: Option<&'a Known>,
    /// Whether the bytes must be read: they may differ from what is known.
    pub changed: bool,
}

/// Something that is there but cannot be looked into. It is never taken for absent.
#[derive(Debug)]
pub struct Blocked {
    /// The file or folder; everything below it is blocked too.
    pub path: DocPath,
    /// Why.
    pub error: TreeError,
}

/// Things that are left alone, counted by folder and reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// The folder.
    pub folder: DocPath,
    /// Why they are left alone.
    pub reason: Reason,
    /// How many there are.
    pub count: u32,
    /// The name of the first of them, with what is not UTF-8 replaced.
    pub first: String,
}

impl Tree {
    /// Looks at every folder and document below the layout's root; what cannot be looked into is [`Scan::blocked`].
    ///
    /// A scan without the lock writes nothing, and is not worth saving.
    pub fn scan(&self, cache: StatCache, lock: Option<&Lock>) -> Scan {
        todo!("{cache:?}{}", lock.is_some())
    }
}

impl Scan {
    /// Whether every file and folder is as the cache had it, and nothing is blocked.
    pub fn is_unchanged(&self) -> bool {
        todo!()
    }

    /// Whether a new cache would save the next scan some work.
    pub fn is_worth_saving(&self) -> bool {
        todo!()
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        todo!()
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every document, folder by folder; parents first, names in byte order.
    pub fn files(&self) -> impl Iterator<Item = ScannedFile<'_>> {
        std::iter::empty()
    }

    /// The documents that must be read.
    pub fn changed(&self) -> impl Iterator<Item = ScannedFile<'_>> {
        self.files().filter(|file| file.changed)
    }

    /// One document by its number.
    pub fn file(&self, id: FileId) -> ScannedFile<'_> {
        todo!("{id:?}")
    }

    /// One document by its path.
    pub fn find(&self, path: &DocPath) -> Option<ScannedFile<'_>> {
        todo!("{path}")
    }

    /// Documents that the cache had and that are not there any more, nor blocked.
    pub fn gone(&self) -> &[(DocPath, Option<Known>)] {
        todo!()
    }

    /// What cannot be looked into.
    pub fn blocked(&self) -> &[Blocked] {
        todo!()
    }

    /// Whether nothing can be said about `path`, because it or a folder above it is blocked.
    pub fn is_blocked(&self, path: &DocPath) -> bool {
        todo!("{path}")
    }

    /// What is left alone, ordered by folder and reason.
    pub fn notices(&self) -> Vec<Notice> {
        todo!()
    }

    /// Remembers what reading a file told; `stat` is how it looked before its first byte was read.
    pub fn learn(&mut self, file: FileId, stat: &Stat, known: Known) {
        todo!("{file:?}{stat:?}{known:?}")
    }

    /// Remembers what a file holds that was just written.
    pub fn learn_left(&mut self, file: FileId, left: &Left, known: Known) {
        todo!("{file:?}{left:?}{known:?}")
    }
}

impl ScannedFile<'_> {
    /// The whole path.
    pub fn path(&self) -> DocPath {
        todo!()
    }

    /// What it is to the project.
    pub fn place(&self, layout: &Layout) -> Place {
        layout.place(&self.path())
    }
}
