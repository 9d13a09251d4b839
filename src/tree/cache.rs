//! The stat cache: what was seen of each file when its bytes were last read, in one small checksummed file.
//!
//! It saves reading and decides nothing. Damaged, foreign or missing, it is empty.

mod bytes;

use super::ledger::Ledger;
use super::{At, Make, Scan, Tree, TreeError};
use crate::model::{CloneId, Cursor, Digest, EntityId, EventId, Stamp};

/// What reading a file told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Digest of the exact bytes.
    pub raw: Digest,
    /// Digest of the canonical text.
    pub canonical: Digest,
    /// The stamp, if it bears one.
    pub stamp: Option<Stamp>,
    /// For the caller's own use.
    pub flags: u8,
}

/// What a whole cache is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheHead {
    /// The working copy that wrote it.
    pub clone: CloneId,
    /// How far the database's feed was read.
    pub cursor: Option<Cursor>,
    /// The event that it was read up to, where that is known.
    pub event: Option<EventId>,
    /// Entities that need a look even if nothing changes.
    pub pending: Vec<EntityId>,
}

/// What is remembered of the last scan.
#[derive(Debug, Default)]
pub struct StatCache {
    pub(super) head: Option<CacheHead>,
    pub(super) ledger: Ledger,
}

/// The file, and the name under which it is written.
const FILE: At<'_> = At::private("stat");
const NEW: At<'_> = At::private("stat.new");

/// Beyond this size in bytes a cache is not worth reading: over a million documents.
const MAX_SIZE: u64 = 1 << 28;

impl StatCache {
    /// A cache that remembers nothing.
    pub fn empty() -> Self {
        Self::default()
    }

    /// What the cache is about; `None` when it is empty.
    pub fn head(&self) -> Option<&CacheHead> {
        self.head.as_ref()
    }
}

impl Tree {
    /// Reads the stat cache; a damaged one, or one of another working copy than `clone`, is empty.
    pub fn load_cache(&self, clone: CloneId) -> StatCache {
        let file = self.vfs.read(FILE, MAX_SIZE).ok();
        let cache = file.and_then(|file| bytes::decode(&file.bytes)).unwrap_or_default();
        if cache.head.as_ref().is_some_and(|head| head.clone == clone) { cache } else { StatCache::empty() }
    }

    /// Writes what `scan` saw and learned, for the next run; only the holder of the lock may.
    ///
    /// It waits for no disk: a cache that a crash tears fails its checksum.
    ///
    /// # Errors
    /// When it cannot be written; then nothing but speed is lost.
    pub fn save_cache(&self, scan: &Scan, head: &CacheHead) -> Result<(), TreeError> {
        let bytes = bytes::encode(head, &scan.ledger);
        // One may be left from a crash.
        let _ = self.vfs.remove(NEW);
        let written = self.vfs.create(NEW, &[&bytes], Make::PRIVATE).and_then(|_| self.vfs.rename_over(NEW, FILE));
        written.map_err(|source| self.failed("write", FILE, source))
    }
}
