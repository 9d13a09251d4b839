//! Waits for its turn on a working copy, and begins.

use std::collections::BTreeSet;
use std::time::Duration;

use super::brakes::Allowance;
use super::plan::Note;
use super::recover::{Leftovers, recover};
use super::rows::Rows;
use super::{SyncError, Workspace, sides};
use crate::model::{Actor, Clock, Digest};
use crate::store::Look;
use crate::tree::{Lock, Tree, TreeError};

/// How long it waits between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// How often it looks again: for 5 seconds, as long as it waits for the database.
const LOOKS: usize = 200;

/// Begins a command that changes something: it has its turn, the database is the right one and no older copy of itself,
/// as the look tells that it begins with, and what earlier runs left is cleared up, which the notes tell of.
///
/// # Errors
/// [`TreeError::Locked`], a brake that refused; a side that could not be read or written.
pub(super) async fn begin(ws: &Workspace, at: Look) -> Result<(Lock, Rows, Vec<Note>), SyncError> {
    let lock = take_turn(&ws.tree, &ws.actor, &*ws.clock).await?;
    let leftovers = Leftovers::read(ws)?;
    let rows = Rows::look(ws, Look { texts: leftovers.texts(), ..at }).await?;
    sides::check(ws, &rows.head, ws.tree.seen(ws.clone), Allowance::default())?;
    let notes = clear(ws, leftovers, &rows.stored)?;
    Ok((lock, rows, notes))
}

/// Clears up after earlier runs, which the notes tell of, and takes out of the trash what has been there for long enough.
///
/// # Errors
/// What the interrupted run left cannot be dealt with.
pub(super) async fn clear_up(ws: &Workspace) -> Result<Vec<Note>, SyncError> {
    let leftovers = Leftovers::read(ws)?;
    let wanted: Vec<Digest> = leftovers.texts().into_iter().collect();
    let stored = ws.store.stored(&wanted).await?;
    clear(ws, leftovers, &stored.into_iter().collect())
}

fn clear(ws: &Workspace, leftovers: Leftovers, stored: &BTreeSet<Digest>) -> Result<Vec<Note>, SyncError> {
    let notes = recover(ws, leftovers, stored)?;
    // What cannot be removed today hinders nobody; the next run tries again.
    let _ = ws.tree.purge();
    Ok(notes)
}

/// Takes the lock of a working copy; where another process has it, waits a while.
///
/// # Errors
/// [`TreeError::Locked`] names the holder where that one does not end in time.
pub async fn take_turn(tree: &Tree, actor: &Actor, clock: &dyn Clock) -> Result<Lock, TreeError> {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let note = format!("{actor}, process {} on {host}, since {}", std::process::id(), clock.now());
    for _ in 0..LOOKS {
        match tree.lock(&note) {
            Err(TreeError::Locked { .. }) => tokio::time::sleep(PAUSE).await,
            taken => return taken,
        }
    }
    tree.lock(&note)
}
