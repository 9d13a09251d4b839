//! What was seen of the tree: one row per folder and per document, in few allocations.
//!
//! Folders stand breadth first, so that the folders in a folder follow each other; documents stand folder by folder,
//! by name. The same table is the result of a scan and the content of the stat cache.

use std::ops::Range;

use super::{FileKind, Known, Reason, Stat, Time};
use crate::model::{DocPath, Role};

/// Every folder and document of a tree.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) text: String,
    pub(super) folders: Vec<FolderRow>,
    pub(super) files: Vec<FileRow>,
    pub(super) remarks: Vec<RemarkRow>,
}

/// A piece of the ledger's text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) at: u32,
    pub(super) len: u32,
}

/// Rows that follow each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct FolderRow {
    /// The path below the project's root.
    pub(super) path: Text,
    pub(super) stat: Stat,
    /// Whether a later change of its list must show in `stat`.
    pub(super) is_settled: bool,
    pub(super) folders: Rows,
    pub(super) files: Rows,
    pub(super) remarks: Rows,
}

/// A document.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileRow {
    /// The number of its folder.
    pub(super) folder: u32,
    pub(super) name: Text,
    pub(super) role: Role,
    pub(super) stat: Stat,
    /// Whether `known` was told by the bytes that `stat` is of, and any later change must show in `stat`.
    pub(super) is_settled: bool,
    pub(super) known: Option<Known>,
}

/// Things in a folder that are left alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct RemarkRow {
    pub(super) reason: Reason,
    pub(super) count: u32,
    /// The name of the first; empty where the folder itself is meant.
    pub(super) first: Text,
}

impl Ledger {
    pub(super) fn text(&self, text: Text) -> &str {
        &self.text[text.at as usize..(text.at + text.len) as usize]
    }

    pub(super) fn add_text(&mut self, text: &str) -> Text {
        let at = small(self.text.len());
        self.text.push_str(text);
        Text { at, len: small(text.len()) }
    }

    pub(super) fn path(&self, folder: &FolderRow) -> &str {
        self.text(folder.path)
    }

    /// The whole path of a document; `None` only in a damaged cache.
    pub(super) fn path_of(&self, file: &FileRow) -> Option<DocPath> {
        let folder = self.path(&self.folders[file.folder as usize]);
        DocPath::new(&format!("{folder}/{}", self.text(file.name))).ok()
    }

    /// The last part of a folder's path.
    pub(super) fn folder_name(&self, folder: &FolderRow) -> &str {
        let path = self.path(folder);
        path.rsplit_once('/').map_or(path, |(_, name)| name)
    }

    /// The folder in `folder` that is called `name`.
    pub(super) fn subfolder(&self, folder: &FolderRow, name: &str) -> Option<u32> {
        let rows = &self.folders[folder.folders.range()];
        let found = rows.binary_search_by(|row| self.folder_name(row).cmp(name)).ok()?;
        Some(folder.folders.start + small(found))
    }

    /// The document in `folder` that is called `name`.
    pub(super) fn file_in(&self, folder: &FolderRow, name: &str) -> Option<u32> {
        let rows = &self.files[folder.files.range()];
        let found = rows.binary_search_by(|row| self.text(row.name).cmp(name)).ok()?;
        Some(folder.files.start + small(found))
    }

    /// The folder at `path`.
    pub(super) fn folder_at(&self, path: &str) -> Option<&FolderRow> {
        let root = self.folders.first()?;
        let below = path.strip_prefix(self.path(root))?;
        let mut folder = root;
        for name in below.split('/').skip(1) {
            folder = &self.folders[self.subfolder(folder, name)? as usize];
        }
        (self.path(folder) == path).then_some(folder)
    }

    /// Where what a remark is about lies; `None` when its name cannot be a path.
    pub(super) fn remarked(&self, folder: &FolderRow, remark: &RemarkRow) -> Option<DocPath> {
        let path = DocPath::new(self.path(folder)).ok()?;
        match self.text(remark.first) {
            "" => Some(path),
            name => path.join(name).ok(),
        }
    }
}

impl Rows {
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A row's number or a place in the text; a tree with more than four thousand million of either does not exist.
pub(super) fn small(number: usize) -> u32 {
    u32::try_from(number).expect("a tree has fewer than 2^32 names")
}

/// Stands for the look of a folder that could not be looked at.
pub(super) const UNSEEN: Stat = Stat {
    kind: FileKind::Folder,
    mode: 0,
    size: 0,
    mtime: Time(0),
    ctime: Time(0),
    inode: 0,
    device: 0,
    links: 0,
    uid: 0,
    gid: 0,
};
