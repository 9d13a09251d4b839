//! Gives a copy of documents an identity of its own.

use super::apply::{commit_surely, new_change_set};
use super::run::{check_git, run_locked};
use super::turn::begin;
use super::{Scope, SyncError, SyncOptions, SyncReport, Workspace};
use crate::document::{self, Stamps};
use crate::model::{Digest, DocPath, EntityId, Record};
use crate::store::{ChangeSet, ListQuery, Look, Selection};
use crate::tree::{Expected, Place, Replacement};

/// Takes the stamps off the documents of a copy, which lies at `path` or has a document there, and brings it in step:
/// it gets an id of its own.
///
/// # Errors
/// [`SyncError::NoCopy`]; a brake that refused; a side that could not be read or written.
pub async fn renew_id(ws: &Workspace, path: &DocPath) -> Result<SyncReport, SyncError> {
    check_git(ws)?;
    let (lock, _, notes) = begin(ws, Look::default()).await?;
    // Whoever names a document means all that lie in its folder.
    let layout = ws.tree.layout();
    let path = &layout.entity_of(path).map_or_else(|| path.clone(), |address| layout.path(&address));
    let files = match ws.tree.read(path) {
        Ok(read) => vec![(path.clone(), read)],
        Err(_) => ws.tree.read_below(path)?,
    };
    let mut replacements = Vec::new();
    let mut ids = Vec::new();
    for (path, read) in files {
        let Place::Document(_, role) = ws.tree.layout().place(&path) else { continue };
        let Ok(text) = std::str::from_utf8(&read.bytes) else { continue };
        let stamped = document::split(role, text);
        if let Stamps::One(stamp) = stamped.stamps {
            ids.push(stamp.id);
        }
        let unstamped = stamped.text.into_owned();
        if role.is_managed() && unstamped != text {
            replacements.push(Replacement {
                path,
                pieces: vec![unstamped.into_bytes().into()],
                expected: Expected::Raw(Digest::of(&read.bytes)),
            });
        }
    }
    if replacements.is_empty() {
        return Err(SyncError::NoCopy { path: path.clone(), why: "no document there bears an id" });
    }
    check_is_copy(ws, path, &ids).await?;
    let blobs = replacements.iter().flat_map(|r| &r.pieces).map(|bytes| (Digest::of(bytes), bytes.clone()));
    commit_surely(ws, &ChangeSet { blobs: blobs.collect(), ..new_change_set(ws) }).await?;
    ws.tree.replace(&replacements)?;
    let scope = Scope { paths: vec![path.clone()], everything: false };
    Ok(run_locked(ws, SyncOptions { scope, ..SyncOptions::default() }, Some(&lock)).await?.after(notes))
}

/// Refuses what lies where the row of its id has it, which is the original, and what lies where another one belongs.
async fn check_is_copy(ws: &Workspace, path: &DocPath, ids: &[EntityId]) -> Result<(), SyncError> {
    let records = ws.store.records(Selection::Ids(ids)).await?;
    let is_there = |home: &DocPath| home.is_within(path) || path.is_within(home);
    let is_original = |record: &Record| !record.deleted && record.path.as_ref().is_some_and(is_there);
    if records.iter().any(is_original) {
        return Err(SyncError::NoCopy { path: path.clone(), why: "it lies where its row has it" });
    }
    let rows = ws.store.list(&ListQuery::default()).await?.items;
    if rows.iter().filter_map(|row| row.path.as_ref()).any(|home| home.is_within(path)) {
        let why = "another one is at home there; rename this folder, or delete that one first";
        return Err(SyncError::NoCopy { path: path.clone(), why });
    }
    Ok(())
}
