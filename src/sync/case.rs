//! From what was gathered to what [`reconcile`](crate::reconcile) decides on.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{FileRead, Gathered, History, Place};
use super::prepare::document_path;
use super::survey::Sight;
use crate::model::{DocPath, DocumentKey, ThreeWay};
use crate::reconcile::{
    Ancestry, Case, Circumstances, FileState, FileText, GitFacts, Later, Left, Part, PartKind, RowState, Writing,
};

/// One real entity, ready to be decided.
pub(super) type EntityCase = Case<DocumentKey, Writing, Place>;

/// What a case needs beside what was gathered for its entity.
pub(super) struct Surroundings<'a> {
    /// What holds for the whole run.
    pub(super) circumstances: Circumstances,
    /// Where this clone last left the entity.
    pub(super) left_at: Option<Place>,
    /// Whether the row says what no file can hold.
    pub(super) is_unfit: bool,
    /// Where the entity may be at home by now.
    pub(super) homes: Vec<DocPath>,
    /// Whether nothing can be said about a path.
    pub(super) is_blocked: &'a dyn Fn(&DocPath) -> bool,
}

/// Builds the case of one entity.
pub(super) fn case(gathered: &Gathered, around: &Surroundings<'_>) -> EntityCase {
    let keys: BTreeSet<&DocumentKey> = gathered
        .candidate
        .files
        .iter()
        .map(|seen| &seen.key)
        .chain(gathered.head.keys())
        .chain(gathered.left.iter().filter(|(_, left)| left.state.left.is_some()).map(|(key, _)| key))
        .collect();
    let parts: BTreeMap<DocumentKey, Part<Writing>> =
        keys.into_iter().map(|key| (key.clone(), part(gathered, key, around))).collect();
    Case {
        parts,
        row: row_state(gathered, around),
        place: places(gathered, around),
        circumstances: around.circumstances,
    }
}

fn part(gathered: &Gathered, key: &DocumentKey, around: &Surroundings<'_>) -> Part<Writing> {
    Part {
        kind: if key.role.is_managed() { PartKind::Managed } else { PartKind::Attachment },
        file: file_state(gathered, key, around),
        row: gathered.head.get(key).cloned(),
        left: left(gathered, key),
        git: GitFacts::default(),
    }
}

fn file_state(gathered: &Gathered, key: &DocumentKey, around: &Surroundings<'_>) -> FileState<Writing> {
    let Some(seen) = gathered.candidate.files.iter().find(|seen| seen.key == *key) else {
        let now = around.homes.iter().map(|home| document_path(home, key));
        let mut paths = known_paths(gathered, key).cloned().chain(now);
        return if paths.any(|path| (around.is_blocked)(&path)) { FileState::Unreadable } else { FileState::Absent };
    };
    match (&seen.sight, gathered.files.get(key)) {
        (Sight::Unreadable, _) => FileState::Unreadable,
        (_, Some(file)) => match &file.content {
            Some(content) => FileState::Present(file_text(gathered, key, file, content)),
            None => FileState::Invalid,
        },
        (_, None) => FileState::Unreadable,
    }
}

/// Where the document lay when anybody last knew.
fn known_paths<'a>(gathered: &'a Gathered, key: &'a DocumentKey) -> impl Iterator<Item = &'a DocPath> {
    let record = gathered.candidate.record.as_ref();
    let stored = record.into_iter().flat_map(|record| &record.documents).filter(move |version| version.key == *key);
    stored.map(|version| &version.path).chain(gathered.left.get(key).map(|left| &left.state.path))
}

fn file_text(gathered: &Gathered, key: &DocumentKey, file: &FileRead, content: &Writing) -> FileText<Writing> {
    let history = gathered.ancestry.get(key);
    let left_raw = gathered.left.get(key).and_then(|left| left.state.left).map(|left| left.raw);
    FileText {
        content: content.clone(),
        ancestry: ancestry(gathered, file, content, history),
        is_known: history.is_some_and(|history| history.is_known),
        is_as_left: left_raw == Some(file.raw),
    }
}

fn ancestry(gathered: &Gathered, file: &FileRead, content: &Writing, history: Option<&History>) -> Ancestry<Writing> {
    let Some(stamp) = file.stamp else { return Ancestry::Unstamped };
    if stamp.id != gathered.candidate.id {
        return Ancestry::Foreign;
    }
    match history.and_then(|history| history.named.as_ref()) {
        None => Ancestry::Unknown { is_own: content.digest().short() == stamp.hash, named: None },
        Some(named) => Ancestry::Known {
            content: named.content.clone(),
            since: named
                .since
                .iter()
                .map(|(content, is_own)| Later { content: content.clone(), is_own: *is_own })
                .collect(),
        },
    }
}

fn left(gathered: &Gathered, key: &DocumentKey) -> Left<Writing> {
    match gathered.left.get(key) {
        None => Left::Unknown,
        Some(left) if left.state.left.is_none() => Left::Nothing,
        Some(left) => left.content.clone().map_or(Left::Unknown, Left::Text),
    }
}

fn row_state(gathered: &Gathered, around: &Surroundings<'_>) -> RowState {
    match &gathered.candidate.record {
        None if gathered.left.values().any(|left| left.state.left.is_some()) => RowState::Vanished,
        None => RowState::Never,
        Some(record) if record.deleted => RowState::Tombstone,
        Some(_) if around.is_unfit => RowState::Broken,
        Some(_) => RowState::Live,
    }
}

fn places(gathered: &Gathered, around: &Surroundings<'_>) -> ThreeWay<Option<Place>> {
    ThreeWay {
        base: around.left_at.clone(),
        file: gathered.candidate.place.clone(),
        row: gathered.candidate.record.as_ref().map(Place::of_row),
    }
}
