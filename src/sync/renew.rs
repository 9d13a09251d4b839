//! Gives a copy of documents an identity of its own.

use super::apply::{commit_surely, new_change_set, recover};
use super::run::run_locked;
use super::{SyncError, SyncOptions, SyncReport, Workspace};
use crate::document;
use crate::model::{Digest, DocPath};
use crate::store::ChangeSet;
use crate::tree::{Expected, Place, Replacement};

/// Takes the stamps off the documents at or below `path`, which are a copy, and syncs: they get an id of their own.
///
/// # Errors
/// A side that could not be read or written.
pub async fn renew_id(ws: &Workspace, path: &DocPath) -> Result<SyncReport, SyncError> {
    let lock = ws.tree.lock(ws.actor.as_str())?;
    recover(ws).await?;
    let files = match ws.tree.read(path) {
        Ok(read) => vec![(path.clone(), read)],
        Err(_) => ws.tree.read_below(path)?,
    };
    let mut replacements = Vec::new();
    for (path, read) in files {
        let Place::Document(_, role) = ws.tree.layout().place(&path) else { continue };
        let Ok(text) = std::str::from_utf8(&read.bytes) else { continue };
        let unstamped = document::split(role, text).text.into_owned();
        if role.is_managed() && unstamped != text {
            replacements.push(Replacement {
                path,
                pieces: vec![unstamped.into_bytes().into()],
                expected: Expected::Raw(Digest::of(&read.bytes)),
            });
        }
    }
    let blobs = replacements.iter().flat_map(|r| &r.pieces).map(|bytes| (Digest::of(bytes), bytes.clone()));
    commit_surely(ws, &ChangeSet { blobs: blobs.collect(), ..new_change_set(ws) }).await?;
    ws.tree.replace(&replacements)?;
    run_locked(ws, SyncOptions::default(), Some(&lock)).await
}
