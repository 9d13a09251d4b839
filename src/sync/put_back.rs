//! Puts back what was removed from the tree, where a person decided that the database is right.

use std::collections::BTreeSet;

use super::apply::{commit_surely, new_change_set};
use super::open::TAKE_ROW;
use super::run::run_locked;
use super::turn::begin;
use super::view::borne;
use super::{Scope, SyncError, SyncOptions, SyncReport, Workspace};
use crate::model::{Conflict, ConflictKind, DocPath, Record};
use crate::store::{ChangeSet, Look, Selection};
use crate::tree::FolderMove;

/// Makes the files of `record` again, which `conflict` is about. A folder of another one that lies in its place goes
/// back first to where its own row has it.
///
/// # Errors
/// [`SyncError::NoWayBack`]; a side that could not be read or written.
pub async fn put_back(ws: &Workspace, record: &Record, conflict: &Conflict) -> Result<SyncReport, SyncError> {
    let (lock, _, notes) = begin(ws, Look::default()).await?;
    let mut paths: Vec<DocPath> = record.path.iter().cloned().collect();
    if conflict.what.kind == ConflictKind::IdReplaced {
        let step = way_back(ws, conflict).await?;
        paths.extend([step.from.clone(), step.to.clone()]);
        ws.tree.move_folders(&[step])?.into_iter().collect::<Result<(), _>>()?;
    }
    let resolved = vec![(conflict.id, TAKE_ROW.to_owned())];
    commit_surely(ws, &ChangeSet { resolved, ..new_change_set(ws) }).await?;
    let scope = Scope { paths, everything: false };
    let restored = BTreeSet::from([record.id]);
    Ok(run_locked(ws, SyncOptions { scope, restored, ..SyncOptions::default() }, Some(&lock)).await?.after(notes))
}

/// The move of a folder that lies in another one's place to where its own row has it.
async fn way_back(ws: &Workspace, conflict: &Conflict) -> Result<FolderMove, SyncError> {
    let path = conflict.what.file.as_deref().and_then(|path| DocPath::new(path).ok());
    let from = path.unwrap_or_else(|| conflict.what.path.clone());
    let no_way = |why| SyncError::NoWayBack { path: from.clone(), why };
    let id = borne(ws, conflict).ok_or_else(|| no_way("it does not say whose it is"))?;
    let records = ws.store.records(Selection::Ids(&[id])).await?;
    let home = records.into_iter().find(|record| !record.deleted).and_then(|record| record.row.path);
    let to = home.filter(|home| *home != from).ok_or_else(|| no_way("no row has another place for it"))?;
    if !ws.tree.is_free(&to) {
        return Err(no_way("something else lies where its row has it"));
    }
    Ok(FolderMove { from, to })
}
