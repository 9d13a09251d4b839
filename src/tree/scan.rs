//! Looks at the whole tree: which documents there are, and which of them differ from what the cache remembers.
//!
//! It stats every document and every folder, lists only folders that changed, and reads no document.

mod assemble;
mod listing;
mod visit;

use std::borrow::Cow;

use rayon::prelude::*;

use super::layout::is_main_document;
use super::ledger::{FileRow, FolderRow, Ledger, small};
use super::{At, Known, Layout, Left, Lock, Place, Reason, Stat, StatCache, Time, Tree, TreeError, Vfs};
use crate::model::{DocPath, Role};
use assemble::{Gone, assemble};
use visit::{Seen, Stop, Visit, Visitor};

/// A file of a [`Scan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// What a look at the tree found. It takes the cache in and becomes the next one.
#[derive(Debug)]
pub struct Scan {
    pub(super) ledger: Ledger,
    changed: Vec<FileId>,
    gone: Gone,
    blocked: Vec<Blocked>,
    since: Since,
    is_unchanged: bool,
    has_news: bool,
}

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

/// Things that are left alone, counted by folder and reason; each SPRINT.md, TASK.md and AGENT.yml is told alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// The folder.
    pub folder: DocPath,
    /// Why they are left alone.
    pub reason: Reason,
    /// How many there are.
    pub count: u32,
    /// The name of the first of them, with what is not UTF-8 replaced; empty when the folder itself is meant.
    pub first: String,
}

/// The moment after which every change shows in how a file looks, if there is one.
///
/// A file that changed in the same tick of the clock in which it was looked at may change again in that tick and look
/// the same (git's racy rule); so only what is older than a moment before the look is settled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since(pub(super) Option<Time>);

impl Tree {
    /// Looks at every folder and document below the layout's root; what cannot be looked into is [`Scan::blocked`].
    ///
    /// A scan without the lock writes nothing, and is not worth saving.
    pub fn scan(&self, cache: StatCache, lock: Option<&Lock>) -> Scan {
        let since = Since(lock.and_then(|_| self.vfs.tick().ok()));
        let ledger = cache.ledger;
        let dated_device = self.dated_device();
        let visits =
            visit_all(&Visitor { vfs: &*self.vfs, layout: &self.layout, ledger: &ledger, since, dated_device });
        let is_same = visits.len() == ledger.folders.len() && visits.iter().all(Visit::is_as_before);
        if is_same {
            let changed: Vec<_> = visits.into_iter().flat_map(Visit::changed).collect();
            return Scan::of_same(ledger, &changed, since).with_blocking_remarks(&*self.vfs);
        }
        let (ledger, gone) = assemble(&ledger, &visits);
        let blocked = visits.into_iter().flat_map(Visit::blocked).collect();
        Scan::of_new(ledger, gone, blocked, since).with_blocking_remarks(&*self.vfs)
    }

    /// The device on which a folder that looks the same has the same list, if there is one.
    fn dated_device(&self) -> Option<u64> {
        let top = At::project(self.layout.root().as_str());
        self.vfs.dates_folders(top).then(|| self.vfs.stat(top).ok())?.map(|stat| stat.device)
    }
}

/// Looks at all folders, level by level, so that a folder is known to be real before anything in it is looked at.
fn visit_all<'a>(visitor: &Visitor<'a>) -> Vec<Visit<'a>> {
    let (ledger, root) = (visitor.ledger, visitor.layout.root().as_str());
    let row = ledger.folders.first().filter(|row| ledger.path(row) == root).map(|_| 0);
    let mut visits = Vec::with_capacity(ledger.folders.len());
    let mut level = vec![Stop { path: Cow::Borrowed(root), row, parent: 0 }];
    while !level.is_empty() {
        let found: Vec<Visit<'a>> = level.into_par_iter().with_min_len(64).map(|stop| visitor.visit(stop)).collect();
        let first = visits.len();
        visits.extend(found.into_iter().filter(|visit| !matches!(visit.seen, Seen::Gone)));
        let numbered = visits[first..].iter().zip(small(first)..);
        level = numbered.flat_map(|(visit, number)| visit.stops(ledger, number)).collect();
    }
    visits
}

impl Scan {
    fn of_same(mut ledger: Ledger, changed: &[(u32, Stat)], since: Since) -> Self {
        for (number, stat) in changed {
            let file = &mut ledger.files[*number as usize];
            (file.stat, file.is_settled) = (*stat, false);
        }
        let scan = Self::of_new(ledger, Gone::new(), Vec::new(), since);
        Self { has_news: !changed.is_empty(), ..scan }
    }

    fn of_new(ledger: Ledger, gone: Gone, blocked: Vec<Blocked>, since: Since) -> Self {
        let numbered = (0..small(ledger.files.len())).zip(&ledger.files);
        let changed: Vec<_> = numbered.filter(|(_, file)| is_changed(file)).map(|(number, _)| FileId(number)).collect();
        let is_unchanged = changed.is_empty() && gone.is_empty() && blocked.is_empty();
        Self { ledger, changed, gone, blocked, since, is_unchanged, has_news: true }
    }

    /// Links and the like were met when their folder was listed, which may be long ago.
    fn with_blocking_remarks(mut self, vfs: &dyn Vfs) -> Self {
        let ledger = &self.ledger;
        for folder in &ledger.folders {
            let remarks = ledger.remarks[folder.remarks.range()].iter().filter(|remark| remark.reason.is_blocking());
            self.blocked.extend(remarks.filter_map(|remark| {
                let path = ledger.remarked(folder, remark)?;
                let error = TreeError::Refused { path: vfs.show(At::project(path.as_str())), reason: remark.reason };
                Some(Blocked { path, error })
            }));
        }
        self.blocked.sort_by(|a, b| a.path.cmp(&b.path));
        let blocked = std::mem::take(&mut self.blocked);
        self.gone.retain(|(path, _)| !is_below_any(&blocked, path));
        Self { blocked, ..self }
    }

    /// Whether every document is as the cache had it; what was blocked then may still be.
    pub fn is_unchanged(&self) -> bool {
        self.is_unchanged
    }

    /// Whether saving this as the new cache would spare the next scan some work.
    pub fn is_worth_saving(&self) -> bool {
        self.has_news && self.since.0.is_some()
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.ledger.files.len()
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every document, folder by folder; outer folders first, names in byte order.
    pub fn files(&self) -> impl Iterator<Item = ScannedFile<'_>> {
        (0..small(self.len())).map(|number| self.file(FileId(number)))
    }

    /// The documents that had to be read when this scan was made.
    pub fn changed(&self) -> impl Iterator<Item = ScannedFile<'_>> {
        self.changed.iter().map(|id| self.file(*id))
    }

    /// One document by its number.
    pub fn file(&self, id: FileId) -> ScannedFile<'_> {
        let file = &self.ledger.files[id.0 as usize];
        ScannedFile {
            id,
            folder: self.ledger.path(&self.ledger.folders[file.folder as usize]),
            name: self.ledger.text(file.name),
            role: file.role,
            stat: &file.stat,
            known: file.known.as_ref(),
            changed: is_changed(file),
        }
    }

    /// One document by its path.
    pub fn find(&self, path: &DocPath) -> Option<ScannedFile<'_>> {
        let (folder, name) = path.as_str().rsplit_once('/')?;
        let number = self.ledger.file_in(self.ledger.folder_at(folder)?, name)?;
        Some(self.file(FileId(number)))
    }

    /// Documents that the cache had and that are not there any more, nor blocked, with what was known of them.
    pub fn gone(&self) -> &[(DocPath, Option<Known>)] {
        &self.gone
    }

    /// What cannot be looked into, ordered by path.
    pub fn blocked(&self) -> &[Blocked] {
        &self.blocked
    }

    /// Whether nothing can be said about `path`, because it or a folder above it is blocked.
    pub fn is_blocked(&self, path: &DocPath) -> bool {
        is_below_any(&self.blocked, path)
    }

    /// What is left alone, ordered by folder and reason.
    pub fn notices(&self) -> Vec<Notice> {
        let ledger = &self.ledger;
        let mut notices: Vec<Notice> = ledger.folders.iter().flat_map(|folder| notices_in(ledger, folder)).collect();
        notices.sort();
        notices
    }

    /// Whether somebody's work may lie in a file that is left alone.
    pub fn has_conflict_copies(&self) -> bool {
        self.ledger.remarks.iter().any(|remark| remark.reason == Reason::ConflictCopy)
    }

    /// Remembers what reading a file told; `stat` is how it looked before its first byte was read.
    pub fn learn(&mut self, file: FileId, stat: &Stat, known: Known) {
        self.remember(file, stat, known, self.since.settles(stat));
    }

    /// Remembers what a file holds that was just written.
    pub fn learn_left(&mut self, file: FileId, left: &Left, known: Known) {
        self.remember(file, &left.stat, known, left.is_settled);
    }

    fn remember(&mut self, file: FileId, stat: &Stat, known: Known, is_settled: bool) {
        let row = &mut self.ledger.files[file.0 as usize];
        (row.stat, row.known, row.is_settled) = (*stat, Some(known), is_settled);
        self.has_news = true;
    }
}

impl Notice {
    /// Whether it is a SPRINT.md, TASK.md or AGENT.yml that is none in its place.
    pub fn is_misplaced(&self) -> bool {
        self.count == 1 && self.reason != Reason::Template && is_main_document(&self.first)
    }
}

impl Since {
    /// Whether every change after this look at a file shows in its next look.
    pub(super) fn settles(self, stat: &Stat) -> bool {
        // Whole seconds are what file systems with coarse clocks keep; FAT counts in steps of two.
        let step = if stat.mtime.0 % 1_000_000_000 == 0 { 2_000_000_000 } else { 0 };
        self.0.is_some_and(|since| stat.mtime.0.saturating_add(step) < since.0)
    }
}

impl ScannedFile<'_> {
    /// The whole path.
    pub fn path(&self) -> DocPath {
        DocPath::new(&format!("{}/{}", self.folder, self.name)).expect("only such names are listed")
    }

    /// What it is to the project.
    pub fn place(&self, layout: &Layout) -> Place {
        layout.place(&self.path())
    }
}

fn is_changed(file: &FileRow) -> bool {
    !file.is_settled || file.known.is_none()
}

fn is_below_any(blocked: &[Blocked], path: &DocPath) -> bool {
    blocked.iter().any(|blocked| path.is_within(&blocked.path))
}

fn notices_in<'a>(ledger: &'a Ledger, folder: &'a FolderRow) -> impl Iterator<Item = Notice> + 'a {
    let notice = |reason, count, first| {
        let folder = DocPath::new(ledger.path(folder)).ok()?;
        Some(Notice { folder, reason, count, first: ledger.text(first).to_owned() })
    };
    let remarks = &ledger.remarks[folder.remarks.range()];
    let linked = ledger.files[folder.files.range()].iter().filter(|file| file.stat.links > 1);
    let remarks = remarks.iter().map(|remark| (remark.reason, remark.count, remark.first));
    let linked = linked.map(|file| (Reason::HardLink, 1, file.name));
    remarks.chain(linked).filter_map(move |(reason, count, first)| notice(reason, count, first))
}
