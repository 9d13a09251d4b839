//! The trash: whatever this room takes away and nobody has stored lies here for 30 days.
//!
//! ```text
//! trash/2026-11-20/9f86d081884c-0198c3…/delegation/sprints/alpha/SPRINT.md
//!       when       which bytes  which    where it was
//! ```

use std::io;
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rustix::io::Errno;

use super::site::{Site, is};
use super::{At, Entry, FileKind, Make, Tree, TreeError};
use crate::model::{Digest, DocPath};

/// Something in the trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trashed {
    /// Where it came from, if that is known.
    pub origin: Option<DocPath>,
    /// Where it is now, below the shared state folder.
    pub place: DocPath,
}

/// How long something stays, in days.
const STAY: i64 = 30;

/// The folder of the trash.
pub(super) const FOLDER: &str = "trash";

/// Stands for the path of what came from nobody knows where.
const UNKNOWN: &str = "unknown-origin";

/// Stands for the digest of what is too large to be a document.
const LARGE: &str = "large";

impl Tree {
    /// What is in the trash, oldest first.
    ///
    /// # Errors
    /// When the trash cannot be read.
    pub fn trash(&self) -> Result<Vec<Trashed>, TreeError> {
        let trash = DocPath::new(FOLDER).expect("a good name");
        Ok(self
            .walk_below(&trash)?
            .into_iter()
            .filter(|(_, kind)| *kind != FileKind::Folder)
            .map(|(place, _)| trashed(place))
            .collect())
    }

    /// Where the trash lies, for people.
    pub fn trash_folder(&self) -> PathBuf {
        self.vfs.show(At::shared(FOLDER))
    }

    /// Removes what has been in the trash for more than 30 days; returns how many files that were.
    ///
    /// What somebody wrote into after it was thrown away stays for another 30 days.
    ///
    /// # Errors
    /// When the trash cannot be read or written; calling it again goes on where it stopped.
    pub fn purge(&self) -> Result<usize, TreeError> {
        let today = today(self.clock.now());
        let (mut folders, mut purged) = (self.old_days(today)?, 0);
        let old = folders.iter().map(|day| self.walk_below(day)).collect::<Result<Vec<_>, _>>()?;
        for (place, kind) in old.into_iter().flatten() {
            let at = At::shared(place.as_str());
            match kind {
                FileKind::Folder => folders.push(place),
                FileKind::File if self.was_written_into(&place) => {
                    self.throw_away(&Site::shared(place.to_string()), trashed(place).origin.as_ref())?;
                }
                _ => {
                    self.vfs.remove(at).map_err(|source| self.failed("remove", at, source))?;
                    purged += 1;
                }
            }
        }
        // Inner folders come after outer ones.
        for folder in folders.iter().rev() {
            let _ = self.vfs.remove_folder(At::shared(folder.as_str()));
        }
        Ok(purged)
    }

    /// Moves the file itself into the trash, so that whoever still writes to it writes to what is kept.
    pub(super) fn throw_away(&self, from: &Site, origin: Option<&DocPath>) -> Result<Trashed, TreeError> {
        let place = self.trash_place(from, origin);
        let to = At::shared(place.as_str());
        let moved = self.make_folders(to).and_then(|()| self.vfs.rename_over(from.at(), to));
        match moved {
            Err(error) if is(&error, Errno::XDEV) => self.copy_away(from.at(), to),
            other => other,
        }
        .map_err(|source| self.failed("move to the trash", from.at(), source))?;
        Ok(Trashed { origin: origin.cloned(), place })
    }

    fn trash_place(&self, from: &Site, origin: Option<&DocPath>) -> DocPath {
        let date = today(self.clock.now());
        let bytes = self.vfs.read(from.at(), Self::MAX_FILE).map(|file| Digest::of(&file.bytes).short().to_string());
        let bytes = bytes.unwrap_or_else(|_| LARGE.into());
        let origin = origin.map_or(UNKNOWN, DocPath::as_str);
        let place = format!("{FOLDER}/{date}/{bytes}-{}/{origin}", self.ids.fresh().simple());
        DocPath::new(&place).expect("made of good parts")
    }

    /// The file goes only when its bytes are durable in the trash, and if it has not got others meanwhile.
    fn copy_away(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        let bytes = self.vfs.read(from, u64::MAX - 1)?.bytes;
        self.vfs.create(to, &[&bytes], Make::PRIVATE)?;
        self.vfs.sync(to.folder())?;
        match self.vfs.read(from, u64::MAX - 1)?.bytes == bytes {
            true => self.vfs.remove(from),
            false => Err(Errno::BUSY.into()),
        }
    }

    fn was_written_into(&self, place: &DocPath) -> bool {
        let digest = place.parts().nth(2).and_then(|part| part.split('-').next()).unwrap_or(LARGE);
        let bytes = self.vfs.read(At::shared(place.as_str()), Self::MAX_FILE);
        digest != LARGE && bytes.is_ok_and(|file| Digest::of(&file.bytes).short().to_string() != digest)
    }

    /// The folders of the days that are over; asking costs one look where nothing was ever thrown away.
    fn old_days(&self, today: Date) -> Result<Vec<DocPath>, TreeError> {
        let days = self.listed(FOLDER, self.vfs.list(At::shared(FOLDER)))?.into_iter();
        Ok(days.filter(|(day, kind)| *kind == FileKind::Folder && is_old(day, today)).map(|(day, _)| day).collect())
    }

    fn walk_below(&self, folder: &DocPath) -> Result<Vec<(DocPath, FileKind)>, TreeError> {
        self.listed(folder.as_str(), self.vfs.walk(At::shared(folder.as_str())))
    }

    /// The whole paths of what is in `folder`; nothing is in one that is not there.
    fn listed(&self, folder: &str, entries: io::Result<Vec<Entry>>) -> Result<Vec<(DocPath, FileKind)>, TreeError> {
        let entries = match entries {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            other => other.map_err(|source| self.failed("list", At::shared(folder), source))?,
        };
        let placed = entries.into_iter().filter_map(|entry| {
            let name = str::from_utf8(&entry.name).ok()?;
            Some((DocPath::new(&format!("{folder}/{name}")).ok()?, entry.kind))
        });
        Ok(placed.collect())
    }
}

fn trashed(place: DocPath) -> Trashed {
    let origin = place.as_str().splitn(4, '/').nth(3).filter(|path| *path != UNKNOWN);
    Trashed { origin: origin.and_then(|path| DocPath::new(path).ok()), place }
}

fn is_old(place: &DocPath, today: Date) -> bool {
    let day = place.parts().nth(1).and_then(|day| day.parse::<Date>().ok());
    day.and_then(|day| day.checked_add(Span::new().days(STAY)).ok()).is_some_and(|end| end < today)
}

fn today(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}
