//! Writes the `.hash` beside the documents of an entity: a convenience for people and scripts, never read to decide.
//!
//! It is written with the documents, and where everything is compared anew: a run that has nothing to do reads none.

use std::fmt::Write;
use std::io;

use rustix::io::Errno;

use super::leftover::{FOLDER, hash_name};
use super::site::{Site, is};
use super::{Make, Tree, TreeError, spread};
use crate::model::{Digest, DocPath};

/// The `.hash` of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashFile {
    /// The folder.
    pub folder: DocPath,
    /// The tracking hash of the current revision.
    pub tracking: Digest,
    /// Name and raw digest of each document.
    pub documents: Vec<(String, Digest)>,
}

impl Tree {
    /// Writes `.hash` files where they differ; returns what could not be written, which is never more than a warning.
    ///
    /// One that another program made goes into the trash first.
    pub fn write_hashes(&self, files: &[HashFile]) -> Vec<TreeError> {
        if files.is_empty() {
            return Vec::new();
        }
        match self.make_state_folder(FOLDER) {
            Ok(()) => {
                spread(files.iter().collect(), |_, file| self.write_hash(file).err()).into_iter().flatten().collect()
            }
            Err(error) => vec![error],
        }
    }

    fn write_hash(&self, file: &HashFile) -> Result<(), TreeError> {
        let path = hash_of(&file.folder);
        let (at, text) = (path.at(), text_of(file));
        match self.vfs.read(at, Self::MAX_FILE) {
            Ok(old) if old.bytes == text.as_bytes() => return Ok(()),
            Ok(old) if is_ours(&old.bytes) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => drop(self.throw_away(&path, DocPath::new(&path.path).ok().as_ref())?),
        }
        let new = Site::shared(hash_name(self.ids.fresh()));
        let make = |at| self.vfs.create(at, &[text.as_bytes()], Make::default());
        let written = match make(new.at()).and_then(|_| self.put_lazily(new.at(), at)) {
            Err(error) if is(&error, Errno::XDEV) => self.vfs.remove(new.at()).and_then(|()| make(at).map(drop)),
            other => other,
        };
        written.map_err(|source| self.failed("write", at, source))
    }

    /// Removes the `.hash` of a folder, if it is one of ours; answers whether there is none now.
    pub(super) fn drop_hash(&self, folder: &DocPath) -> bool {
        let path = hash_of(folder);
        let old = self.vfs.read(path.at(), Self::MAX_FILE);
        old.is_ok_and(|old| is_ours(&old.bytes)) && self.vfs.remove(path.at()).is_ok()
    }
}

fn hash_of(folder: &DocPath) -> Site {
    Site::project(format!("{folder}/.hash"))
}

/// The tracking hash, then what `sha256sum` would print.
fn text_of(file: &HashFile) -> String {
    let mut text = format!("{}\n", file.tracking);
    for (name, digest) in &file.documents {
        writeln!(text, "{digest}  {name}").expect("a string takes everything");
    }
    text
}

/// Other programs write a bare digest; ours names the documents as well.
fn is_ours(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    let is_digest = |text: &str| text.parse::<Digest>().is_ok();
    let mut lines = text.lines();
    let has_tracking = lines.next().is_some_and(is_digest);
    let mut documents = lines.map(|line| line.split_once("  ").is_some_and(|(digest, _)| is_digest(digest))).peekable();
    has_tracking && documents.peek().is_some() && documents.all(|is_document| is_document)
}
