//! Folders that are made for new documents: they are noted first, so that none stays that got nothing.

use std::collections::BTreeSet;
use std::io;

use super::leftover::{END, FOLDER, FOLDERS, MAX_LIST};
use super::site::Site;
use super::{At, Make, Tree, TreeError};
use crate::model::DocPath;

impl Tree {
    /// Notes which folders of new documents are not there yet, before they are made.
    pub(super) fn note_folders(&self, documents: &[&DocPath]) -> Result<Option<Site>, TreeError> {
        let is_absent = |folder: &DocPath| {
            let stat = self.vfs.stat(At::project(folder.as_str()));
            stat.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        };
        let mut absent = BTreeSet::new();
        for document in documents {
            let around = std::iter::successors(document.parent(), DocPath::parent);
            absent.extend(around.take_while(is_absent));
        }
        if absent.is_empty() {
            return Ok(None);
        }
        let list = Site::shared(format!("{FOLDER}/{}{FOLDERS}", self.ids.fresh().simple()));
        let text: Vec<&str> = absent.iter().map(DocPath::as_str).collect();
        let made = self.vfs.create(list.at(), &[(text.join("\0") + END).as_bytes()], Make::PRIVATE);
        made.map(|_| Some(list.clone())).map_err(|source| self.failed("write", list.at(), source))
    }

    /// Removes those of the noted folders that are empty, inner ones first, and the note.
    pub(super) fn drop_folders(&self, list: &Site) {
        let read = self.vfs.read(list.at(), MAX_LIST).ok();
        let text = read.and_then(|file| String::from_utf8(file.bytes).ok()).unwrap_or_default();
        let noted = text.strip_suffix(END).unwrap_or_default().split('\0');
        for folder in noted.filter_map(|path| DocPath::new(path).ok()).collect::<BTreeSet<_>>().iter().rev() {
            // One that holds anything stays.
            let _ = self.vfs.remove_folder(At::project(folder.as_str()));
        }
        let _ = self.vfs.remove(list.at());
    }
}
