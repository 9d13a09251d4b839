//! Who this working copy is.

use crate::model::CloneId;

use super::{Tree, TreeError};

impl Tree {
    /// The id of this working copy; a new one if it has none, or if it is a copy of another one.
    ///
    /// `host` names the machine. The answer says whether the id is new.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn clone_id(&self, host: &str) -> Result<(CloneId, bool), TreeError> {
        todo!("{host}")
    }

    /// The id of this working copy, if it has one; writes nothing.
    pub fn known_clone_id(&self, host: &str) -> Option<CloneId> {
        todo!("{host}")
    }
}
