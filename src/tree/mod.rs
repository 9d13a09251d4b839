//! The side of the files: the only room that touches them.
//!
//! [`discover()`] finds the project and its state folders, [`Tree`] scans, reads and writes below them, [`Layout`] says
//! what a path means. Every access goes through a [`Vfs`], so that a simulator can take the disk's place.
//! It never decides what a sync does, never interprets a document and never asks git.

mod cache;
mod discover;
mod error;
mod folders;
mod hashes;
mod identity;
mod layout;
mod ledger;
mod leftover;
mod lock;
mod new_folders;
mod outside;
mod read;
mod remove;
mod replace;
mod scan;
mod seen;
mod site;
mod spread;
mod trash;
mod vfs;

use std::sync::Arc;

use crate::model::{Clock, Ids};

pub use cache::{CacheHead, Known, StatCache};
pub use discover::{GitDirs, Located, StateDirs, Trust, discover, locate};
pub use error::TreeError;
pub use folders::FolderMove;
pub use hashes::HashFile;
pub use layout::{Address, Layout, Place, Reason};
pub use leftover::{Fate, Leftover};
pub use lock::Lock;
pub use outside::{Copies, copies, is_there, read_named, read_outside, set_aside, write_anew, write_outside};
pub use read::Below;
pub use remove::{Removal, Removed};
pub use replace::{Expected, Left, Outcome, Replacement};
pub use scan::{Blocked, FileId, Notice, Scan, ScannedFile};
pub use spread::spread;
pub use trash::Trashed;
pub use vfs::{At, Base, Disk, Entry, FileKind, Held, Make, ReadFile, Stat, Time, Vfs};

/// The files of one project: what lies below its root and in its state folders.
///
/// Nothing here waits for another task, so calls block; long ones use rayon's current pool. A simulator that needs
/// one order of events runs them in a pool of one thread.
pub struct Tree {
    layout: Layout,
    vfs: Box<dyn Vfs>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Tree {
    /// Opens the tree of a project; `clock` dates the trash, `ids` make names that nobody can guess.
    pub fn new(layout: Layout, vfs: Box<dyn Vfs>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { layout, vfs, clock, ids }
    }

    /// What the paths of this tree mean.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }
}
