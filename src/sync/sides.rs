//! Whether the database is the one that this working copy knows: of its project, and no older copy of itself.

use super::brakes::{Allowance, Brake, check_identity, check_regression};
use super::survey::Survey;
use super::{SyncError, Workspace};
use crate::model::Cursor;
use crate::store::Head;

/// Refuses to read the rows of another project (B1).
///
/// # Errors
/// It is one; the database.
pub async fn check_project(ws: &Workspace) -> Result<(), SyncError> {
    check_identity(ws.project, ws.store.head().await?.project).map_err(refused)
}

/// Refuses the database of another project, and one that went back in time or was replaced (B1, B5); `last` is the end
/// of the feed that this working copy saw.
pub(super) fn check(ws: &Workspace, head: &Head, last: Option<Cursor>, allowed: Allowance) -> Result<(), SyncError> {
    // A fresh database is filled from the tree: it can delete nothing.
    let last = last.filter(|_| head.cursor.seq != 0);
    let identity = check_identity(ws.project, head.project);
    identity.and_then(|()| check_regression(last, head.cursor, allowed)).map_err(refused)
}

/// Refuses a database whose feed has another event in the place of one that this working copy saw (B5).
pub(super) fn check_fork(survey: &Survey) -> Result<(), SyncError> {
    let seen = survey.last.as_ref().and_then(|last| last.cursor).filter(|_| survey.is_forked);
    let brake = |seen: Cursor| Brake::Regressed { expected: seen.seq, found: survey.head.cursor.seq, replaced: true };
    seen.map_or(Ok(()), |seen| Err(refused(brake(seen))))
}

/// Remembers where the feed ends now. Where that fails, the brake only knows an older end.
pub(super) fn remember(ws: &Workspace, cursor: Cursor) {
    let _ = ws.tree.remember_seen(ws.clone, cursor);
}

fn refused(brake: Brake) -> SyncError {
    SyncError::Refused { brake, plan: Box::default() }
}
