//! The files' half of a batch: folders that move, files that are written or removed, `.hash` files.

use std::collections::BTreeMap;

use super::plan::{Note, NoteKind};
use super::prepare::Prepared;
use super::survey::Survey;
use super::{SyncError, Workspace};
use crate::document::{self, Stamps};
use crate::model::{Digest, DocPath, EntityId, Role, Stamp};
use crate::store::{Acknowledged, SyncState};
use crate::tree::{Expected, FolderMove, HashFile, Known, Outcome, Removal, Removed, Replacement, TreeError};

/// What became of the files of a batch.
#[derive(Default)]
pub(super) struct Written {
    /// What is on disk now.
    pub(super) left: Acknowledged,
    /// Entities whose files somebody else changed meanwhile.
    pub(super) postponed: Vec<EntityId>,
    /// What is worth knowing.
    pub(super) notes: Vec<Note>,
}

/// Moves, writes and removes the files of a batch whose rows are committed.
///
/// `tracking` holds the tracking hashes of the revisions that were just made.
pub(super) fn write(
    ws: &Workspace,
    survey: Option<&mut Survey>,
    batch: Vec<Prepared>,
    tracking: &BTreeMap<EntityId, Digest>,
) -> Result<Written, SyncError> {
    let mut written = Written::default();
    move_folders(ws, &batch, &mut written)?;
    replace(ws, survey, &batch, &mut written)?;
    remove(ws, &batch, &mut written)?;
    let hashes: Vec<HashFile> = batch.into_iter().filter_map(|prepared| hash_file(prepared, tracking)).collect();
    for error in ws.tree.write_hashes(&hashes) {
        written.notes.push(Note { kind: NoteKind::Problem, path: String::new(), message: error.to_string(), count: 1 });
    }
    Ok(written)
}

fn move_folders(ws: &Workspace, batch: &[Prepared], written: &mut Written) -> Result<(), SyncError> {
    let mut waiting: Vec<(EntityId, DocPath, DocPath)> =
        batch.iter().filter_map(|p| p.folder_move.clone().map(|(from, to)| (p.step.entity, from, to))).collect();
    while !waiting.is_empty() {
        let free = |to: &DocPath| !waiting.iter().any(|(_, from, _)| from == to);
        let next = waiting.iter().position(|(_, _, to)| free(to));
        let (id, from, to) = waiting.remove(next.unwrap_or(0));
        let outcome = match next {
            Some(_) => {
                let moved = ws.tree.move_folders(&[FolderMove { from: from.clone(), to: to.clone() }])?;
                moved.into_iter().next().unwrap_or(Ok(()))
            }
            None => {
                // A ring: two change places, and whoever lay at the target goes on from where it is now.
                let swapped = ws.tree.swap_folders(&from, &to);
                if swapped.is_ok() {
                    waiting
                        .iter_mut()
                        .filter(|(_, other, _)| *other == to)
                        .for_each(|(_, other, _)| *other = from.clone());
                    waiting.retain(|(_, from, to)| from != to);
                }
                swapped
            }
        };
        if let Err(error) = outcome {
            written.postpone(id, &from, &error);
        }
    }
    Ok(())
}

fn replace(
    ws: &Workspace,
    mut survey: Option<&mut Survey>,
    batch: &[Prepared],
    written: &mut Written,
) -> Result<(), SyncError> {
    let writes: Vec<_> = batch.iter().flat_map(|prepared| &prepared.writes).collect();
    if writes.is_empty() {
        return Ok(());
    }
    let replacements: Vec<Replacement> = writes
        .iter()
        .map(|write| Replacement {
            path: write.state.path.clone(),
            pieces: write.pieces.clone(),
            expected: write.expected.map_or(Expected::Absent, Expected::Raw),
        })
        .collect();
    for (write, outcome) in writes.into_iter().zip(ws.tree.replace(&replacements)?) {
        match outcome {
            Outcome::Done(left) => {
                if let Some(survey) = &mut survey {
                    learn(survey, &write.state, &left);
                }
                written.left.left.push(write.state.clone());
            }
            Outcome::Moved { .. } => written.postponed.push(write.state.entity),
            Outcome::Failed(error) => written.postpone(write.state.entity, &write.state.path, &error),
        }
    }
    Ok(())
}

fn remove(ws: &Workspace, batch: &[Prepared], written: &mut Written) -> Result<(), SyncError> {
    let wanted: Vec<_> = batch.iter().flat_map(|prepared| &prepared.removals).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let removals: Vec<Removal> =
        wanted.iter().map(|r| Removal { path: r.state.path.clone(), expected: r.expected }).collect();
    for (removal, outcome) in wanted.into_iter().zip(ws.tree.remove(&removals)?) {
        match outcome {
            Removed::Done(_) | Removed::Absent => {
                written.left.dropped.push((removal.state.entity, removal.state.key.clone()));
            }
            Removed::Failed(error) => written.postpone(removal.state.entity, &removal.state.path, &error),
            Removed::Moved { .. } => written.postponed.push(removal.state.entity),
        }
    }
    Ok(())
}

/// Lets the next scan know the file that was just written.
fn learn(survey: &mut Survey, state: &SyncState, written: &crate::tree::Left) {
    let Some(left) = state.left else { return };
    let Some(file) = survey.scan.find(&state.path).map(|file| file.id) else { return };
    let stamp = state.key.role.is_managed().then(|| Stamp { id: state.entity, hash: left.canonical.short() });
    survey.scan.learn_left(file, written, Known { raw: left.raw, canonical: left.canonical, stamp, flags: 0 });
}

impl Written {
    fn postpone(&mut self, id: EntityId, path: &DocPath, error: &TreeError) {
        self.postponed.push(id);
        self.notes.push(Note {
            kind: NoteKind::Unreadable,
            path: path.to_string(),
            message: error.to_string(),
            count: 1,
        });
    }
}

/// The digest under which the store would have the bytes of a displaced file: its text without its one stamp.
pub(super) fn stored_as(bytes: &[u8]) -> Digest {
    let Ok(text) = std::str::from_utf8(bytes) else { return Digest::of(bytes) };
    let unstamped = |role: Role| {
        let stamped = document::split(role, text);
        let Stamps::One(stamp) = stamped.stamps else { return None };
        (document::stamped(role, &stamped.text, stamp) == text).then(|| Digest::of(stamped.text.as_bytes()))
    };
    [Role::Task, Role::AgentConfig].into_iter().find_map(unstamped).unwrap_or_else(|| Digest::of(bytes))
}

/// The `.hash` of an entity's folder; none where the tracking hash is not known.
fn hash_file(prepared: Prepared, tracking: &BTreeMap<EntityId, Digest>) -> Option<HashFile> {
    let hash = prepared.hash?;
    let tracking = tracking.get(&prepared.step.entity).copied().or(hash.tracking)?;
    Some(HashFile { folder: hash.folder, tracking, documents: hash.documents.into_iter().collect() })
}
