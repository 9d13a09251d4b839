//! Takes back what a command made, where its files could not be written.

use std::collections::BTreeSet;

use super::apply::{commit_surely, new_change_set};
use super::{SyncError, Workspace, sides};
use crate::model::{EntityId, RevisionId};
use crate::store::{ChangeSet, Committed, EntityChange, Expected, StoreError};
use crate::tree::Removal;

/// Takes back what was made: no file and no live row is left.
pub(super) async fn take_back(
    ws: &Workspace,
    changes: &ChangeSet,
    committed: &Committed,
    created: &BTreeSet<EntityId>,
    made: &[Removal],
) -> Result<(), SyncError> {
    ws.tree.remove(made)?;
    let version = |id: EntityId| committed.versions.iter().find(|(other, _)| *other == id).map(|(_, version)| *version);
    let undo = changes.entities.iter().rev().filter(|change| created.contains(&change.id)).filter_map(|change| {
        Some(EntityChange {
            expect: Expected::Version(version(change.id)?),
            deleted: true,
            revision: RevisionId::new(ws.ids.fresh()),
            events: Vec::new(),
            ..change.clone()
        })
    });
    let changes = ChangeSet { entities: undo.collect(), ..new_change_set(ws) };
    match commit_surely(ws, &changes).await {
        Ok(committed) => {
            sides::remember(ws, committed.cursor);
            Ok(())
        }
        Err(StoreError::Stale(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
