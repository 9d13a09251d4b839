//! The stat cache: what was seen of each file when its bytes were last read, in one small checksummed file.
//!
//! It saves reading and decides nothing. Damaged, foreign or missing, it is empty.

use crate::model::{CloneId, Cursor, Digest, EntityId, Stamp};

use super::{Scan, Tree, TreeError};

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
    /// Entities that need a look even if nothing changes.
    pub pending: Vec<EntityId>,
}

/// What is remembered of the last scan.
#[derive(Debug, Default)]
pub struct StatCache {}

impl StatCache {
    /// A cache that remembers nothing.
    pub fn empty() -> Self {
        Self::default()
    }

    /// What the cache is about; `None` when it is empty.
    pub fn head(&self) -> Option<&CacheHead> {
        todo!()
    }
}

impl Tree {
    /// Reads the stat cache; a damaged one, or one of another working copy than `clone`, is empty.
    pub fn load_cache(&self, clone: CloneId) -> StatCache {
        todo!("{clone}")
    }

    /// Writes what `scan` saw and learned.
    ///
    /// # Errors
    /// When it cannot be written; then nothing but speed is lost.
    pub fn save_cache(&self, scan: &Scan, head: &CacheHead) -> Result<(), TreeError> {
        todo!("{scan:?}{head:?}")
    }
}
