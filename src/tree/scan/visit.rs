//! Looks at one folder: is it as the ledger has it, and if not, what is in it now?

use std::borrow::Cow;
use std::io;

use super::listing::Listing;
use super::{Blocked, Since};
use crate::model::DocPath;
use crate::tree::ledger::{FolderRow, Ledger, UNSEEN};
use crate::tree::{At, FileKind, Layout, Reason, Stat, TreeError, Vfs};

/// A folder that is to be looked at.
pub(super) struct Stop<'a> {
    pub(super) path: Cow<'a, str>,
    /// Its row in the ledger.
    pub(super) row: Option<u32>,
    /// The number of the visit to the folder that it is in.
    pub(super) parent: u32,
}

/// What a look at a folder found.
pub(super) struct Visit<'a> {
    pub(super) stop: Stop<'a>,
    pub(super) stat: Stat,
    pub(super) seen: Seen,
}

pub(super) enum Seen {
    /// The same names as in its row; the documents that look different now.
    AsBefore(Vec<(u32, Stat)>),
    /// Other names, or unknown before; whether any later change of them must show in the folder's stat.
    Listed(Listing, bool),
    /// It is there, and nothing can be said about what is in it.
    Blocked(TreeError),
    /// It is not there.
    Gone,
}

/// What all visits of a scan have in common.
pub(super) struct Visitor<'a> {
    pub(super) vfs: &'a dyn Vfs,
    pub(super) layout: &'a Layout,
    pub(super) ledger: &'a Ledger,
    pub(super) since: Since,
    /// The device on which a folder that looks the same has the same list.
    pub(super) dated_device: Option<u64>,
}

impl<'a> Visit<'a> {
    pub(super) fn is_as_before(&self) -> bool {
        matches!(self.seen, Seen::AsBefore(_))
    }

    pub(super) fn changed(self) -> Vec<(u32, Stat)> {
        if let Seen::AsBefore(changed) = self.seen { changed } else { Vec::new() }
    }

    /// What cannot be looked into: the folder itself, or documents in it.
    pub(super) fn blocked(self) -> Vec<Blocked> {
        let path = self.stop.path;
        let found = match self.seen {
            Seen::Blocked(error) => vec![(path.into_owned(), error)],
            Seen::Listed(listing, _) => {
                listing.blocked.into_iter().map(|(name, error)| (format!("{path}/{name}"), error)).collect()
            }
            _ => Vec::new(),
        };
        found.into_iter().filter_map(|(path, error)| Some(Blocked { path: DocPath::new(&path).ok()?, error })).collect()
    }

    /// The folders in this one; `number` is its own.
    pub(super) fn stops(&self, ledger: &'a Ledger, number: u32) -> Vec<Stop<'a>> {
        let row = self.stop.row.map(|row| &ledger.folders[row as usize]);
        match (&self.seen, row) {
            (Seen::AsBefore(_), Some(row)) => {
                let numbered = (row.folders.start..).zip(&ledger.folders[row.folders.range()]);
                let stop =
                    |(n, folder)| Stop { path: Cow::Borrowed(ledger.path(folder)), row: Some(n), parent: number };
                numbered.map(stop).collect()
            }
            (Seen::Listed(listing, _), row) => {
                let stop = |name: &String| Stop {
                    path: Cow::Owned(format!("{}/{name}", self.stop.path)),
                    row: row.and_then(|row| ledger.subfolder(row, name)),
                    parent: number,
                };
                listing.folders.iter().map(stop).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl<'a> Visitor<'a> {
    pub(super) fn visit(&self, stop: Stop<'a>) -> Visit<'a> {
        let stat = match self.vfs.stat(At::project(&stop.path)) {
            Ok(stat) => stat,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Visit { stop, stat: UNSEEN, seen: Seen::Gone };
            }
            Err(error) => {
                let seen = Seen::Blocked(self.failed("look at", &stop.path, error));
                return Visit { stop, stat: UNSEEN, seen };
            }
        };
        let seen = match stat.kind {
            FileKind::Folder => self.look_into(&stop, &stat),
            kind => {
                let (path, reason) = (self.vfs.show(At::project(&stop.path)), Reason::refusing(kind));
                Seen::Blocked(TreeError::Refused { path, reason })
            }
        };
        Visit { stop, stat, seen }
    }

    fn look_into(&self, stop: &Stop<'_>, stat: &Stat) -> Seen {
        let row = stop.row.map(|row| &self.ledger.folders[row as usize]);
        let is_dated = self.dated_device == Some(stat.device);
        if let Some(row) = row.filter(|row| is_dated && row.is_settled && row.stat == *stat)
            && let Some(changed) = self.changed_files(&stop.path, row)
        {
            return Seen::AsBefore(changed);
        }
        match self.vfs.list(At::project(&stop.path)) {
            Ok(entries) => {
                let listing = self.sort(&stop.path, row, entries);
                let is_settled = listing.blocked.is_empty() && self.since.settles(stat);
                Seen::Listed(listing, is_settled)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Seen::Gone,
            Err(error) => Seen::Blocked(self.failed("list", &stop.path, error)),
        }
    }

    /// The documents of a known folder that look different; `None` when one of them is no file any more.
    fn changed_files(&self, folder: &str, row: &FolderRow) -> Option<Vec<(u32, Stat)>> {
        let mut changed = Vec::new();
        let mut path = String::with_capacity(folder.len() + 16);
        path.push_str(folder);
        path.push('/');
        for number in row.files.start..row.files.end {
            let file = &self.ledger.files[number as usize];
            path.truncate(folder.len() + 1);
            path.push_str(self.ledger.text(file.name));
            let stat = self.vfs.stat(At::project(&path)).ok().filter(|stat| stat.kind == FileKind::File)?;
            if stat != file.stat {
                changed.push((number, stat));
            }
        }
        Some(changed)
    }

    pub(super) fn failed(&self, deed: &'static str, path: &str, source: io::Error) -> TreeError {
        TreeError::Io { deed, path: self.vfs.show(At::project(path)), source }
    }
}
