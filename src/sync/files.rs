//! The files' half of a batch: folders that move, files that are written or removed, `.hash` files.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::Candidates;
use super::plan::{Note, NoteKind};
use super::prepare::{Prepared, Write};
use super::shift::move_folders;
use super::survey::{Seen, Survey};
use super::{SyncError, Workspace};
use crate::document::{self, Stamps};
use crate::model::{Digest, DocPath, EntityId, EntityKind, NewEvent, Role, Stamp};
use crate::store::{Acknowledged, SyncState};
use crate::tree::{Address, Expected, HashFile, Known, Outcome, Removal, Removed, Replacement, TreeError};

/// What became of the files of a batch.
#[derive(Default)]
pub(super) struct Written {
    /// What is on disk now.
    pub(super) left: Acknowledged,
    /// Entities whose files somebody else changed meanwhile.
    pub(super) postponed: Vec<EntityId>,
    /// What the feed has to say of that.
    pub(super) events: Vec<NewEvent>,
    /// What is worth knowing.
    pub(super) notes: Vec<Note>,
    /// Places that folders should have come to and did not: nothing is to be written there.
    pub(super) stuck: Vec<DocPath>,
}

/// Moves, writes and removes the files of a batch whose rows are committed.
///
/// `tracking` holds the tracking hashes of the revisions that were just made; `stuck` the places that folders of
/// earlier batches should have come to. Whose folder is not where it belongs is not touched any further.
pub(super) fn write(
    ws: &Workspace,
    survey: Option<&mut Survey>,
    mut batch: Vec<Prepared>,
    tracking: &BTreeMap<EntityId, Digest>,
    stuck: &[DocPath],
) -> Result<Written, SyncError> {
    let mut written = Written { stuck: stuck.to_vec(), ..Written::default() };
    move_folders(ws, &batch, &mut written)?;
    let is_lost = |prepared: &Prepared| prepared.writes.iter().any(|write| written.is_stuck(&write.state.path));
    let lost: Vec<EntityId> = batch.iter().filter(|p| is_lost(p)).map(|p| p.step.entity).collect();
    written.postponed.extend(lost);
    batch.retain(|prepared| !written.postponed.contains(&prepared.step.entity));
    let writes: Vec<&Write> = batch.iter().flat_map(|prepared| &prepared.writes).collect();
    replace(ws, survey, &writes, &mut written)?;
    remove(ws, &batch, &mut written)?;
    batch.retain(|prepared| !written.postponed.contains(&prepared.step.entity));
    let hashes: Vec<HashFile> = batch.into_iter().filter_map(|prepared| hash_file(prepared, tracking)).collect();
    written.notes.extend(write_hashes(ws, &hashes));
    Ok(written)
}

/// Writes the `.hash` files that differ; tells of those that cannot be written.
pub(super) fn write_hashes(ws: &Workspace, hashes: &[HashFile]) -> Vec<Note> {
    let note =
        |error: TreeError| Note { kind: NoteKind::Problem, path: String::new(), message: error.words(), count: 1 };
    ws.tree.write_hashes(hashes).into_iter().map(note).collect()
}

/// What the `.hash` of each folder says that is in step.
pub(super) fn hashes_in_step(ws: &Workspace, survey: &Survey, found: &Candidates) -> Vec<HashFile> {
    let in_step: BTreeSet<&EntityId> = found.in_step.iter().collect();
    let owned = found.owners.iter().filter(|(address, id)| {
        address.kind() != EntityKind::Agent && in_step.contains(id) && survey.folders.contains_key(address)
    });
    let hash = |(address, id): (&Address, &EntityId)| {
        let files = &survey.folders[address].files;
        let raw = |seen: &Seen| Some((seen.path.name().to_owned(), seen.raw()?));
        Some(HashFile {
            folder: ws.tree.layout().path(address),
            tracking: found.records.get(id).filter(|record| !record.deleted)?.tracking?,
            documents: files.iter().map(raw).collect::<Option<BTreeMap<_, _>>>()?.into_iter().collect(),
        })
    };
    owned.filter_map(hash).collect()
}

/// Writes files.
///
/// # Errors
/// When nothing more can be written.
pub(super) fn replace(
    ws: &Workspace,
    mut survey: Option<&mut Survey>,
    writes: &[&Write],
    written: &mut Written,
) -> Result<(), SyncError> {
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
    for (write, outcome) in writes.iter().zip(ws.tree.replace(&replacements)?) {
        match outcome {
            Outcome::Done(left) => {
                if let Some(survey) = &mut survey {
                    learn(survey, &write.state, &left);
                }
                written.left.left.push(write.state.clone());
                written.events.extend(write.event.clone());
            }
            Outcome::Moved { .. } => written.give_way(write.state.entity, &write.state.path),
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
        if matches!(outcome, Removed::Done(_)) {
            written.events.extend(removal.event.clone());
        }
        match outcome {
            Removed::Done(_) | Removed::Absent if removal.is_missed => written.left.left.push(removal.state.clone()),
            Removed::Done(_) | Removed::Absent => {
                written.left.dropped.push((removal.state.entity, removal.state.key.clone()));
            }
            Removed::Failed(error) => written.postpone(removal.state.entity, &removal.state.path, &error),
            Removed::Moved { .. } => written.give_way(removal.state.entity, &removal.state.path),
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
    /// Whether `path` is where a folder should have come to and did not.
    pub(super) fn is_stuck(&self, path: &DocPath) -> bool {
        self.stuck.iter().any(|folder| path.is_within(folder))
    }

    /// Leaves to the next run what the system refused.
    pub(super) fn postpone(&mut self, id: EntityId, path: &DocPath, error: &TreeError) {
        self.leave(id, NoteKind::Unwritten, path, error.words());
    }

    /// Leaves to the next run what somebody else was quicker with.
    fn give_way(&mut self, id: EntityId, path: &DocPath) {
        self.leave(id, NoteKind::Busy, path, "changed while this ran; the next run looks at it again".into());
    }

    fn leave(&mut self, id: EntityId, kind: NoteKind, path: &DocPath, message: String) {
        self.postponed.push(id);
        self.notes.push(Note { kind, path: path.to_string(), message, count: 1 });
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
