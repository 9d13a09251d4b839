//! Keeps two runs on one working copy apart.

use std::fmt;

use super::{At, Held, Tree, TreeError};

/// The lock of a working copy; dropping it, or dying, frees it.
pub struct Lock {
    _held: Box<dyn Held>,
}

const FILE: At<'_> = At::private("lock");

/// What a lock file may hold, in bytes; more was not written by us.
const MAX_NOTE: u64 = 4096;

impl Tree {
    /// Takes the lock without waiting; `note` tells people who holds it (process, host, start).
    ///
    /// # Errors
    /// [`TreeError::Locked`] when another process holds it.
    pub fn lock(&self, note: &str) -> Result<Lock, TreeError> {
        match self.vfs.lock(FILE, note) {
            Ok(Some(held)) => Ok(Lock { _held: held }),
            Ok(None) => Err(TreeError::Locked { path: self.vfs.show(FILE), holder: self.holder() }),
            Err(source) => Err(self.failed("lock", FILE, source)),
        }
    }

    fn holder(&self) -> String {
        let note = self.vfs.read(FILE, MAX_NOTE).map(|file| String::from_utf8_lossy(&file.bytes).trim().to_owned());
        note.ok().filter(|note| !note.is_empty()).unwrap_or_else(|| "it does not say who it is".into())
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lock")
    }
}
