//! Sorts the names in a folder: folders, documents, and what is left alone with the reason why.

use std::collections::BTreeMap;
use std::io;

use unicode_normalization::UnicodeNormalization;

use super::visit::Visitor;
use crate::model::Role;
use crate::tree::layout::{Shelf, is_main_document};
use crate::tree::ledger::FolderRow;
use crate::tree::{At, Entry, FileKind, Known, Reason, Stat, TreeError};

/// Files that this tool makes and that are not worth a word.
const OWN: &[&str] = &[".hash", ".gitignore"];

/// The names in a folder, parted by what they are.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) folders: Vec<String>,
    pub(super) files: Vec<Listed>,
    /// Reason, count and first name.
    pub(super) remarks: Vec<(Reason, u32, String)>,
    /// Documents that are there and cannot be looked at.
    pub(super) blocked: Vec<(String, TreeError)>,
}

/// A document in a folder that was listed.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) stat: Stat,
    pub(super) is_settled: bool,
    pub(super) known: Option<Known>,
}

/// A listing in the making.
struct Sorting<'a> {
    visitor: &'a Visitor<'a>,
    folder: &'a str,
    row: Option<&'a FolderRow>,
    shelf: Shelf,
    listing: Listing,
    counts: BTreeMap<Reason, (u32, String)>,
    /// Whether there is a document that makes this the folder of an entity, readable or not.
    has_entity: bool,
}

impl Visitor<'_> {
    /// Sorts what was found in `folder`, which has the row `row` if it was known before.
    pub(super) fn sort(&self, folder: &str, row: Option<&FolderRow>, mut entries: Vec<Entry>) -> Listing {
        let is_top = folder == self.layout.root().as_str();
        if !is_top && entries.iter().any(|entry| *entry.name == *b".git") {
            let reason = if self.layout.holds_templates(folder) { Reason::Template } else { Reason::NestedRepository };
            let remarks = vec![(reason, 1, String::new())];
            return Listing { remarks, ..Listing::default() };
        }
        entries.sort_unstable();
        let shelf = self.layout.shelf(folder);
        let (listing, counts) = (Listing::default(), BTreeMap::new());
        let mut sorting = Sorting { visitor: self, folder, row, shelf, listing, counts, has_entity: false };
        for entry in &entries {
            match str::from_utf8(&entry.name) {
                Ok(name) if !name.contains('\\') => sorting.take(name, entry.kind),
                _ => sorting.leave(Reason::BadName, &String::from_utf8_lossy(&entry.name)),
            }
        }
        sorting.finish()
    }
}

impl Sorting<'_> {
    fn take(&mut self, name: &str, kind: FileKind) {
        let role = self.shelf.role(name);
        // A folder in the place of a document does not say that the document is gone.
        if kind == FileKind::Folder && !role.is_ok_and(Role::is_managed) {
            return self.listing.folders.push(name.into());
        }
        self.has_entity |= role.is_ok_and(|role| role != Role::Attachment);
        match (kind, role) {
            (FileKind::File, Ok(role)) => self.take_document(name, role),
            (FileKind::File, Err(_)) if OWN.contains(&name) => {}
            (FileKind::File, Err(reason)) => self.leave(reason, name),
            // Templates are no documents: what hinders one is told by the commands that use it.
            _ if self.visitor.layout.holds_templates(&format!("{}/{name}", self.folder)) => {
                self.leave(Reason::Template, name);
            }
            _ => self.listing.remarks.push((Reason::refusing(kind), 1, name.into())),
        }
    }

    fn take_document(&mut self, name: &str, role: Role) {
        let (visitor, path) = (self.visitor, format!("{}/{name}", self.folder));
        let stat = match visitor.vfs.stat(At::project(&path)) {
            Ok(stat) => stat,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                let error = visitor.failed("look at", &path, error);
                return self.listing.blocked.push((name.into(), error));
            }
        };
        let before = self.row.and_then(|row| visitor.ledger.file_in(row, name));
        let before = before.map(|number| &visitor.ledger.files[number as usize]);
        self.listing.files.push(Listed {
            name: name.into(),
            role,
            stat,
            is_settled: before.is_some_and(|before| before.is_settled && before.stat == stat),
            known: before.and_then(|before| before.known),
        });
    }

    fn leave(&mut self, reason: Reason, name: &str) {
        // Whoever wrote a sprint or a task wants to know that it is none.
        if reason != Reason::Template && is_main_document(name) {
            return self.listing.remarks.push((reason, 1, name.into()));
        }
        self.counts.entry(reason).or_insert_with(|| (0, name.to_owned())).0 += 1;
    }

    fn finish(mut self) -> Listing {
        // Attachments belong to an entity; in a folder that holds none they are other people's files.
        if !self.has_entity && matches!(self.shelf, Shelf::Entity(_)) {
            let files = std::mem::take(&mut self.listing.files);
            files.iter().for_each(|file| self.leave(Reason::NoEntity, &file.name));
        }
        let collisions = self.listing.collisions().into_iter().map(|name| (Reason::Collision, 1, name));
        self.listing.remarks.extend(collisions);
        self.listing.remarks.extend(self.counts.into_iter().map(|(reason, (count, first))| (reason, count, first)));
        self.listing
    }
}

impl Listing {
    /// The names that are one name on a Mac or on Windows: nobody can tell which of them is meant.
    fn collisions(&self) -> Vec<String> {
        let names = self.folders.iter().chain(self.files.iter().map(|file| &file.name));
        let mut folded: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        names.for_each(|name| folded.entry(fold(name)).or_default().push(name));
        folded.into_values().filter(|same| same.len() > 1).flatten().cloned().collect()
    }
}

fn fold(name: &str) -> String {
    if name.is_ascii() { name.to_ascii_lowercase() } else { name.nfc().collect::<String>().to_lowercase() }
}
