//! Keeps two runs on one working copy apart.

use super::{Held, Tree, TreeError};

/// The lock of a working copy; dropping it, or dying, frees it.
pub struct Lock {
    _held: Box<dyn Held>,
}

impl Tree {
    /// Takes the lock without waiting; `note` tells people who holds it (process, host, start).
    ///
    /// # Errors
    /// [`TreeError::Locked`] when another process holds it.
    pub fn lock(&self, note: &str) -> Result<Lock, TreeError> {
        todo!("{note}")
    }
}
