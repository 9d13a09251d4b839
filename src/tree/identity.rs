//! Who this working copy is.

use std::fmt::Write;

use super::{At, Make, Tree, TreeError};
use crate::model::CloneId;

const FILE: At<'_> = At::private("clone");
const NEW: At<'_> = At::private("clone.new");

/// A longer file is none of ours, in bytes.
const MAX_SIZE: u64 = 64 * 1024;

impl Tree {
    /// The id of this working copy; a new one if it has none, or if its state was copied from another one.
    ///
    /// `host` names the machine. The answer says whether the id is new. Call it under the lock.
    ///
    /// # Errors
    /// When the root cannot be looked at, or the state folder cannot be written.
    pub fn clone_id(&self, host: &str) -> Result<(CloneId, bool), TreeError> {
        let here = self.here(host)?;
        if let Some(id) = self.recorded_id(&here) {
            return Ok((id, false));
        }
        let id = CloneId::new(self.ids.fresh());
        let _ = self.vfs.remove(NEW);
        let written = self.vfs.create(NEW, &[format!("{id}\n{here}").as_bytes()], Make::PRIVATE);
        let written =
            written.and_then(|_| self.vfs.rename_over(NEW, FILE)).and_then(|()| self.vfs.sync(At::private("")));
        written.map_err(|source| self.failed("write", FILE, source))?;
        Ok((id, true))
    }

    /// The id of this working copy, if it has one; writes nothing.
    pub fn known_clone_id(&self, host: &str) -> Option<CloneId> {
        self.recorded_id(&self.here(host).ok()?)
    }

    fn recorded_id(&self, here: &str) -> Option<CloneId> {
        let file = self.vfs.read(FILE, MAX_SIZE).ok()?;
        let (id, place) = str::from_utf8(&file.bytes).ok()?.split_once('\n')?;
        (place == here).then(|| id.parse().ok())?
    }

    /// What a copy of this working copy, wherever it is, does not have in common with it.
    fn here(&self, host: &str) -> Result<String, TreeError> {
        let root = At::project("");
        let stat = self.vfs.stat(root).map_err(|source| self.failed("look at", root, source))?;
        let mut here = String::new();
        let path = self.vfs.show(root);
        writeln!(here, "host {host:?}\nroot {path:?}\ndevice {} inode {}", stat.device, stat.inode)
            .expect("a string takes everything");
        Ok(here)
    }
}
