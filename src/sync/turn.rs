//! Waits for its turn on a working copy.

use std::time::Duration;

use crate::model::{Actor, Clock};
use crate::tree::{Lock, Tree, TreeError};

/// How long it waits between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// How often it looks again: for 5 seconds, as long as it waits for the database.
const LOOKS: usize = 200;

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
