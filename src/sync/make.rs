//! Makes the files of what is new, before its rows are stored.
//!
//! Nothing lies where they go, so they displace nothing. Where one of them cannot be made, all are taken back, and
//! nothing else has happened: no row, no event. Killed before the rows are stored, the next sync finds either none of
//! the files or all of them, and makes the rows of those.

use super::files::{self, Written};
use super::plan::RowDeed;
use super::prepare::Prepared;
use super::{SyncError, Workspace};
use crate::store::{StoreError, SyncState};
use crate::tree::Removal;

/// What was made.
pub(super) struct Made {
    files: Vec<Removal>,
    /// What is remembered of it.
    pub(super) left: Vec<SyncState>,
}

/// Makes the files of what is new among `prepared`; none of them is left to be written after that.
///
/// # Errors
/// [`SyncError::Blocked`] where one cannot be made; then none is.
pub(super) fn make(ws: &Workspace, prepared: &mut [Prepared]) -> Result<Made, SyncError> {
    let mut writes = Vec::new();
    let mut names = Vec::new();
    for new in prepared.iter_mut().filter(|prepared| prepared.step.row == RowDeed::Create) {
        names.push((new.step.entity, new.step.reference.clone()));
        writes.append(&mut new.writes);
    }
    let files = writes
        .iter()
        .filter_map(|write| Some(Removal { path: write.state.path.clone(), expected: write.state.left?.raw }));
    let made = Made { files: files.collect(), left: writes.iter().map(|write| write.state.clone()).collect() };
    let mut written = Written::default();
    let failure = match files::replace(ws, None, &writes.iter().collect::<Vec<_>>(), &mut written) {
        Err(error) => Some((names.first(), error.words())),
        Ok(()) => written.postponed.first().map(|late| {
            let why = written.notes.first().map_or("something else is there", |note| note.message.as_str());
            (names.iter().find(|(id, _)| id == late), why.to_owned())
        }),
    };
    let Some((what, why)) = failure else { return Ok(made) };
    let what = what.map(|(_, name)| name.clone()).unwrap_or_default();
    match made.take_back(ws) {
        Ok(()) => Err(SyncError::Blocked { what, why }),
        Err(error) => Err(SyncError::Blocked { what, why: format!("{why}; and it could not be taken back: {error}") }),
    }
}

impl Made {
    fn take_back(&self, ws: &Workspace) -> Result<(), SyncError> {
        ws.tree.remove(&self.files)?;
        Ok(())
    }

    /// The rows could not be stored for `error`: so there shall be no files either, unless the rows may be there.
    pub(super) fn unless_stored(&self, ws: &Workspace, error: StoreError) -> SyncError {
        let undone = if matches!(error, StoreError::Unknown { .. }) { Ok(()) } else { self.take_back(ws) };
        undone.err().unwrap_or_else(|| error.into())
    }
}
