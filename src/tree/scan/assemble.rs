//! Makes the new ledger out of the old one and the visits to its folders.

use super::listing::Listing;
use super::visit::{Seen, Visit};
use crate::model::DocPath;
use crate::tree::ledger::{FileRow, FolderRow, Ledger, RemarkRow, Rows, small};
use crate::tree::{Known, Stat};

/// The documents that the old ledger had and no visit found, with what was known of them.
pub(super) type Gone = Vec<(DocPath, Option<Known>)>;

/// Lays the visits down in order; those to folders that are gone must not be among them.
pub(super) fn assemble(old: &Ledger, visits: &[Visit<'_>]) -> (Ledger, Gone) {
    let mut new = Ledger::default();
    let mut found = Found::nothing_of(old);
    for (number, visit) in visits.iter().enumerate() {
        let path = new.add_text(&visit.stop.path);
        let row = FolderRow {
            path,
            stat: visit.stat,
            is_settled: false,
            folders: Rows::default(),
            files: Rows::empty_at(new.files.len()),
            remarks: Rows::empty_at(new.remarks.len()),
        };
        new.folders.push(row);
        match (&visit.seen, visit.stop.row) {
            (Seen::AsBefore(changed), Some(row)) => {
                found.all_in(&old.folders[row as usize]);
                new.copy_folder(old, &old.folders[row as usize], changed);
            }
            (Seen::Listed(listing, is_settled), row) => {
                found.listed(old, row, listing);
                new.add_listing(listing, *is_settled);
            }
            _ => {}
        }
        if number > 0 {
            let parent = &mut new.folders[visit.stop.parent as usize].folders;
            parent.start = if parent.end == 0 { small(number) } else { parent.start };
            parent.end = small(number + 1);
        }
    }
    (new, found.missing(old))
}

impl Ledger {
    /// Fills the last folder with the rows of `row`, a folder of `old`.
    fn copy_folder(&mut self, old: &Self, row: &FolderRow, changed: &[(u32, Stat)]) {
        for number in row.files.start..row.files.end {
            let file = &old.files[number as usize];
            let name = self.add_text(old.text(file.name));
            let now = changed.iter().find(|(n, _)| *n == number).map(|(_, stat)| *stat);
            let is_settled = file.is_settled && now.is_none();
            self.add_file(FileRow { name, is_settled, stat: now.unwrap_or(file.stat), ..*file });
        }
        for remark in &old.remarks[row.remarks.range()] {
            let first = self.add_text(old.text(remark.first));
            self.add_remark(RemarkRow { first, ..*remark });
        }
        self.settle_last(true);
    }

    /// Fills the last folder with what was found in it.
    fn add_listing(&mut self, listing: &Listing, is_settled: bool) {
        for file in &listing.files {
            let (name, role) = (self.add_text(&file.name), file.role);
            let (stat, is_settled, known) = (file.stat, file.is_settled, file.known);
            self.add_file(FileRow { folder: 0, name, role, stat, is_settled, known });
        }
        for (reason, count, first) in &listing.remarks {
            let first = self.add_text(first);
            self.add_remark(RemarkRow { reason: *reason, count: *count, first });
        }
        self.settle_last(is_settled);
    }

    fn add_file(&mut self, file: FileRow) {
        let folder = small(self.folders.len() - 1);
        self.files.push(FileRow { folder, ..file });
        self.last_folder().files.end += 1;
    }

    fn add_remark(&mut self, remark: RemarkRow) {
        self.remarks.push(remark);
        self.last_folder().remarks.end += 1;
    }

    fn settle_last(&mut self, is_settled: bool) {
        self.last_folder().is_settled = is_settled;
    }

    fn last_folder(&mut self) -> &mut FolderRow {
        self.folders.last_mut().expect("a folder was begun")
    }
}

impl Rows {
    fn empty_at(number: usize) -> Self {
        Self { start: small(number), end: small(number) }
    }
}

/// Which documents of the old ledger are still there.
struct Found(Vec<bool>);

impl Found {
    fn nothing_of(old: &Ledger) -> Self {
        Self(vec![false; old.files.len()])
    }

    fn all_in(&mut self, folder: &FolderRow) {
        self.0[folder.files.range()].fill(true);
    }

    fn listed(&mut self, old: &Ledger, row: Option<u32>, listing: &Listing) {
        let Some(row) = row else { return };
        for file in &listing.files {
            if let Some(number) = old.file_in(&old.folders[row as usize], &file.name) {
                self.0[number as usize] = true;
            }
        }
    }

    fn missing(self, old: &Ledger) -> Gone {
        let missing = old.files.iter().zip(self.0).filter(|(_, is_found)| !is_found);
        missing.filter_map(|(file, _)| Some((old.path_of(file)?, file.known))).collect()
    }
}
