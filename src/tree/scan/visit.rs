//! Looks at one folder: is it as the ledger has it, and if not, what is in it now?

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use unicode_normalization::UnicodeNormalization;

use super::{Blocked, Since};
use crate::model::{DocPath, Role};
use crate::tree::layout::Shelf;
use crate::tree::ledger::{FolderRow, Ledger, UNSEEN};
use crate::tree::{At, Entry, FileKind, Known, Layout, Reason, Stat, TreeError, Vfs};

/// Files that this tool makes and that are not worth a word.
const OWN: &[&str] = &[".hash", ".hash.new", ".gitignore"];

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
    /// Other names, or unknown before.
    Listed(Listing),
    /// It is there, and nothing can be said about what is in it.
    Blocked(TreeError),
    /// It is not there.
    Gone,
}

/// The names in a folder, parted by what they are.
#[derive(Default)]
pub(super) struct Listing {
    /// Whether a later change of the names must show in the folder's stat.
    pub(super) is_settled: bool,
    pub(super) folders: Vec<String>,
    pub(super) files: Vec<Listed>,
    /// Reason, count and first name.
    pub(super) remarks: Vec<(Reason, u32, String)>,
}

pub(super) struct Listed {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) stat: Stat,
    pub(super) is_settled: bool,
    pub(super) known: Option<Known>,
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

    pub(super) fn blocked(self) -> Option<Blocked> {
        let Seen::Blocked(error) = self.seen else { return None };
        Some(Blocked { path: DocPath::new(&self.stop.path).ok()?, error })
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
            (Seen::Listed(listing), row) => {
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
            Ok(entries) => Seen::Listed(self.sort_out(&stop.path, row, entries).settled(self.since.settles(stat))),
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

    fn sort_out(&self, folder: &str, row: Option<&FolderRow>, mut entries: Vec<Entry>) -> Listing {
        entries.sort_unstable();
        let mut listing = Listing::default();
        let is_top = folder == self.layout.root().as_str();
        if !is_top && entries.iter().any(|entry| *entry.name == *b".git") {
            listing.remarks.push((Reason::NestedRepository, 1, String::new()));
            return listing;
        }
        let shelf = self.layout.shelf(folder);
        let mut counts = BTreeMap::new();
        for entry in &entries {
            let name = match str::from_utf8(&entry.name) {
                Ok(name) if !name.contains('\\') => name,
                _ => {
                    count(&mut counts, Reason::BadName, &String::from_utf8_lossy(&entry.name));
                    continue;
                }
            };
            match entry.kind {
                FileKind::Folder => listing.folders.push(name.into()),
                FileKind::File => match shelf.role(name) {
                    Ok(role) => listing.files.extend(self.list_file(folder, row, name, role)),
                    Err(_) if OWN.contains(&name) => {}
                    Err(reason) => count(&mut counts, reason, name),
                },
                kind => listing.remarks.push((Reason::refusing(kind), 1, name.into())),
            }
        }
        listing.drop_attachments_of_nothing(&shelf, &mut counts);
        listing.note_collisions(&mut counts);
        listing.remarks.extend(counts.into_iter().map(|(reason, (n, first))| (reason, n, first)));
        listing
    }

    /// Looks at a document; `None` when it vanished meanwhile.
    fn list_file(&self, folder: &str, row: Option<&FolderRow>, name: &str, role: Role) -> Option<Listed> {
        let stat = self.vfs.stat(At::project(&format!("{folder}/{name}"))).ok()?;
        let before = row.and_then(|row| self.ledger.file_in(row, name)).map(|n| &self.ledger.files[n as usize]);
        Some(Listed {
            name: name.into(),
            role,
            stat,
            is_settled: before.is_some_and(|before| before.is_settled && before.stat == stat),
            known: before.and_then(|before| before.known),
        })
    }

    fn failed(&self, deed: &'static str, path: &str, source: io::Error) -> TreeError {
        TreeError::Io { deed, path: self.vfs.show(At::project(path)), source }
    }
}

impl Listing {
    fn settled(mut self, is_settled: bool) -> Self {
        self.is_settled = is_settled;
        self
    }

    /// Attachments belong to an entity; in a folder that holds none they are other people's files.
    fn drop_attachments_of_nothing(&mut self, shelf: &Shelf, counts: &mut BTreeMap<Reason, (u32, String)>) {
        if matches!(shelf, Shelf::Entity(_)) && self.files.iter().all(|file| file.role == Role::Attachment) {
            self.files.drain(..).for_each(|file| count(counts, Reason::NoEntity, &file.name));
        }
    }

    /// Two names that are one on a Mac or on Windows.
    fn note_collisions(&mut self, counts: &mut BTreeMap<Reason, (u32, String)>) {
        let names = self.folders.iter().chain(self.files.iter().map(|file| &file.name));
        let mut folded: Vec<(String, &String)> = names.map(|name| (fold(name), name)).collect();
        folded.sort_unstable();
        for pair in folded.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            count(counts, Reason::Collision, pair[1].1);
        }
    }
}

fn count(counts: &mut BTreeMap<Reason, (u32, String)>, reason: Reason, name: &str) {
    counts.entry(reason).or_insert_with(|| (0, name.to_owned())).0 += 1;
}

fn fold(name: &str) -> String {
    if name.is_ascii() { name.to_ascii_lowercase() } else { name.nfc().collect::<String>().to_lowercase() }
}
