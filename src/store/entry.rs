//! From a change set and what the rows are now to what a transaction writes: the same for every back end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::News;
use super::{ChangeSet, Committed, EntityChange, Expected, content_hash, tracking_hash};
use crate::model::{ConflictId, Cursor, Digest, DocPath, DocumentVersion, EntityId, NewConflict, RevisionId, Role};

/// What the database has of an entity before a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    /// The version of its row, which is the number of its newest revision.
    pub(super) row_version: i64,
    /// Its newest revision.
    pub(super) head: Option<RevisionId>,
    /// Where its code counts, if the row is live.
    pub(super) place: Option<Place>,
    /// Where its folder or file lies.
    pub(super) path: Option<String>,
}

/// What is unique among live rows: a code in lower case, and the sprint in which it counts.
pub(super) type Place = (Option<EntityId>, String);

/// One new revision of an entity.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The change.
    pub(super) change: &'a EntityChange,
    /// The number of the revision, and the version of the row from now on.
    pub(super) n: i64,
    /// The revision before it.
    pub(super) parent: Option<RevisionId>,
    /// The digest of what its documents say.
    pub(super) content: Digest,
    /// The tracking hash.
    pub(super) tracking: Digest,
    /// Whether there was no row.
    pub(super) is_new: bool,
    /// Whether the row gives up its code, which another one may take in the same transaction.
    pub(super) leaves_place: bool,
    /// Where its folder or file lay, if elsewhere.
    pub(super) moved_from: Option<String>,
}

/// Lays the changes beside what stands, ordered by id, so that sorted tables are written from front to back.
///
/// # Errors
/// The entities whose row is not what the change expects.
pub(super) fn entries<'a>(
    changes: &'a ChangeSet,
    standing: &BTreeMap<EntityId, Standing>,
) -> Result<Vec<Entry<'a>>, Vec<EntityId>> {
    let stale = |change: &&EntityChange| {
        let version = standing.get(&change.id).map(|row| row.row_version);
        version
            != match change.expect {
                Expected::Absent => None,
                Expected::Version(version) => Some(version),
            }
    };
    let stale: Vec<EntityId> = changes.entities.iter().filter(stale).map(|change| change.id).collect();
    if !stale.is_empty() {
        return Err(stale);
    }
    let mut entries: Vec<Entry<'a>> =
        changes.entities.iter().map(|change| entry(changes, change, standing.get(&change.id))).collect();
    entries.sort_unstable_by_key(|entry| entry.change.id);
    Ok(entries)
}

fn entry<'a>(changes: &ChangeSet, change: &'a EntityChange, before: Option<&Standing>) -> Entry<'a> {
    let content = content_hash(&change.documents);
    let left = before.and_then(|row| row.place.as_ref()).filter(|place| place_of(change).as_ref() != Some(place));
    let moved = before.and_then(|row| row.path.clone()).filter(|path| path != change.path.as_str());
    Entry {
        change,
        n: before.map_or(0, |row| row.row_version) + 1,
        parent: before.and_then(|row| row.head),
        content,
        tracking: tracking_hash(change.id, changes.at, content),
        is_new: before.is_none(),
        leaves_place: left.is_some(),
        moved_from: moved,
    }
}

/// The place that a change wants for its row.
pub(super) fn place_of(change: &EntityChange) -> Option<Place> {
    (!change.deleted).then(|| (change.sprint, change.code.to_ascii_lowercase()))
}

/// The folder of a sprint or task, or the file of an agent, to go by its documents.
pub(super) fn home(documents: &[DocumentVersion]) -> Option<DocPath> {
    let main = documents.iter().filter(|document| document.key.role.is_managed()).min_by_key(|d| d.key.role)?;
    match main.key.role {
        Role::AgentProfile => Some(main.path.clone()),
        _ => main.path.parent(),
    }
}

/// What a commit left behind, once its events are numbered.
pub(super) fn committed(cursor: Cursor, entries: &[Entry<'_>], changes: &ChangeSet, news: &News) -> Committed {
    let told: usize = changes.entities.iter().map(|change| change.events.len()).sum();
    Committed {
        cursor,
        versions: entries.iter().map(|entry| (entry.change.id, entry.n)).collect(),
        tracking: entries.iter().map(|entry| (entry.change.id, entry.tracking)).collect(),
        events: told + changes.events.len() + news.len(),
        conflicts: news.recorded(),
    }
}

/// What makes a conflict the same as another one.
pub(super) fn conflict_key(conflict: &NewConflict) -> Digest {
    Digest::of(&serde_json::to_vec(conflict).expect("a conflict is JSON"))
}

/// What a finished attempt leaves for whoever lost its answer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    cursor: Cursor,
    versions: Vec<(EntityId, i64)>,
    events: usize,
    conflicts: Vec<ConflictId>,
}

impl Outcome {
    /// What is written down of `committed`; its tracking hashes stand in the revisions.
    pub(super) fn of(committed: &Committed) -> Self {
        let Committed { cursor, versions, events, conflicts, .. } = committed.clone();
        Self { cursor, versions, events, conflicts }
    }

    /// The revisions that the attempt made, each by entity and number.
    pub(super) fn revisions(&self) -> &[(EntityId, i64)] {
        &self.versions
    }

    /// The answer that was lost, with the tracking hashes of its revisions.
    pub(super) fn with_tracking(self, tracking: Vec<(EntityId, Digest)>) -> Committed {
        let Self { cursor, versions, events, conflicts } = self;
        Committed { cursor, versions, tracking, events, conflicts }
    }
}
