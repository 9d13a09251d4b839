//! How far the feed of the database had come when this working copy last wrote or compared: one small file.
//!
//! It tells an older copy of a database from the database, and decides nothing else. Damaged, foreign or missing, it
//! tells nothing.

use super::{At, Make, Tree, TreeError};
use crate::model::{CloneId, Cursor};

const FILE: At<'_> = At::private("seen");
const NEW: At<'_> = At::private("seen.new");

/// A longer file is none of ours, in bytes.
const MAX_SIZE: u64 = 256;

impl Tree {
    /// Where the feed ended that `clone` last saw; nothing where another working copy wrote it.
    pub fn seen(&self, clone: CloneId) -> Option<Cursor> {
        let file = self.vfs.read(FILE, MAX_SIZE).ok()?;
        let mut words = str::from_utf8(&file.bytes).ok()?.split_whitespace();
        let is_ours = words.next()?.parse() == Ok(clone);
        let cursor = Cursor { epoch: words.next()?.parse().ok()?, seq: words.next()?.parse().ok()? };
        is_ours.then_some(cursor)
    }

    /// Remembers where the feed ends; only the holder of the lock may. It waits for no disk.
    ///
    /// # Errors
    /// When it cannot be written; then only an older copy of the database may go unnoticed.
    pub fn remember_seen(&self, clone: CloneId, Cursor { epoch, seq }: Cursor) -> Result<(), TreeError> {
        // One may be left from a crash.
        let _ = self.vfs.remove(NEW);
        let line = format!("{clone} {epoch} {seq}\n");
        let written = self.vfs.create(NEW, &[line.as_bytes()], Make::PRIVATE);
        let written = written.and_then(|_| self.put_lazily(NEW, FILE));
        written.map_err(|source| self.failed("write", FILE, source))
    }
}
