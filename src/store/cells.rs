//! What a row gives to the columns that it is written into, in their order: the same for every back end.

use crate::model::{CloneId, ConflictState, Digest, DocumentVersion, EntityId, EntityKind, NewConflict, RevisionId};

use super::column::{Cell, Table, cell, column};
use super::entry::{Entry, conflict_key};
use super::event::{conflict_id, event_id, payload};
use super::reading::state_word;
use super::{Bytes, ChangeSet, KnownQuestion, SyncState};
use crate::model::NewEvent;

/// The values of one row of a statement, handed in one after the other.
pub(super) trait Cells: Sized {
    /// Adds the text of a value that is shown the way it is stored.
    fn text(self, value: impl ToString) -> Self;

    /// Adds such a text, or nothing.
    fn maybe(self, value: Option<impl ToString>) -> Self;

    /// Adds a whole number.
    fn number(self, value: i64) -> Self;

    /// Adds a number.
    fn real(self, value: f64) -> Self;

    /// Adds bytes, or nothing.
    fn maybe_bytes(self, value: Option<&[u8]>) -> Self;

    /// Adds the bytes of a digest.
    fn digest(self, digest: &Digest) -> Self {
        self.maybe_bytes(Some(digest.as_bytes()))
    }

    /// Adds the bytes of a digest, or nothing.
    fn maybe_digest(self, digest: Option<Digest>) -> Self {
        self.maybe_bytes(digest.as_ref().map(|digest| &digest.as_bytes()[..]))
    }
}

/// Columns of a table.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) table: &'static str,
    pub(super) names: &'static [&'static str],
}

/// Stored bytes.
pub(super) const BLOBS: Columns = Columns { table: "orchestration_blobs", names: &["sha256", "bytes"] };

pub(super) fn blob<C: Cells>((digest, bytes): &(Digest, Bytes), cells: C) -> C {
    cells.digest(digest).maybe_bytes(Some(bytes))
}

/// What a row keeps that exists already.
pub(super) const KEPT: [&str; 3] = ["id", "project_id", "created_at"];

/// Every column of a table of rows.
pub(super) fn row_columns(table: &Table) -> Vec<&'static str> {
    let mut columns = vec![
        "id",
        "project_id",
        table.code,
        "file_path",
        "row_version",
        "documents_version",
        "head_revision",
        "hash",
        "content_hash",
        "created_at",
        "updated_at",
        "deleted_at",
        "metadata",
    ];
    if table.kind == EntityKind::Task {
        columns.extend(["sprint_id", "agent_config"]);
    }
    columns.extend(table.fields.iter().map(|field| column(*field)));
    columns
}

pub(super) fn row<C: Cells>(project: &str, table: &Table, entry: &Entry<'_>, at: &str, cells: C) -> C {
    let Entry { change, n, content, tracking, .. } = entry;
    let mut cells = cells.text(change.id).text(project).text(&change.code).text(&change.path).number(*n).number(*n);
    cells = cells.text(change.revision).text(tracking).text(content).text(at).text(at);
    cells = cells.maybe(change.deleted.then_some(at)).text(&change.metadata);
    if table.kind == EntityKind::Task {
        cells = cells.maybe(change.sprint).maybe(change.agent_config.as_ref());
    }
    table.fields.iter().fold(cells, |cells, field| match cell(*field, &change.fields) {
        Cell::Empty => cells.maybe(None::<String>),
        Cell::Text(text) => cells.text(text),
        Cell::Number(number) => cells.real(number),
    })
}

/// New revisions.
pub(super) const REVISIONS: Columns = Columns {
    table: "orchestration_revisions",
    names: &[
        "entity_id",
        "n",
        "id",
        "parent",
        "tracking_hash",
        "author",
        "source",
        "clone_id",
        "correlation_id",
        "created_at",
    ],
};

pub(super) fn revision<C: Cells>(changes: &ChangeSet, entry: &Entry<'_>, at: &str, cells: C) -> C {
    let Entry { change, n, parent, tracking, .. } = entry;
    let cells = cells.text(change.id).number(*n).text(change.revision).maybe(*parent).text(tracking);
    let cells = cells.text(&changes.actor).text(change.source.word()).text(changes.clone);
    cells.text(changes.correlation).text(at)
}

/// Documents of revisions.
pub(super) const REVISION_DOCUMENTS: Columns = Columns {
    table: "orchestration_revision_documents",
    names: &["entity_id", "role", "name", "canonical", "n", "blob", "file_path"],
};

/// A document of a revision, which has an entity and a number.
pub(super) type Laid<'a> = (EntityId, i64, &'a DocumentVersion);

pub(super) fn revision_document<C: Cells>((id, n, document): &Laid<'_>, cells: C) -> C {
    let cells = cells.text(id).text(document.key.role.word()).text(&document.key.name);
    cells.digest(&document.canonical).number(*n).digest(&document.blob).text(&document.path)
}

/// The newest documents.
pub(super) const DOCUMENTS: Columns = Columns {
    table: "orchestration_documents",
    names: &["entity_id", "role", "name", "head_revision", "blob", "canonical", "file_path"],
};

/// A document of the newest revision of an entity.
pub(super) type Newest<'a> = (EntityId, RevisionId, &'a DocumentVersion);

pub(super) fn document<C: Cells>((id, revision, document): &Newest<'_>, cells: C) -> C {
    let cells = cells.text(id).text(document.key.role.word()).text(&document.key.name).text(revision);
    cells.digest(&document.blob).digest(&document.canonical).text(&document.path)
}

/// What was left on disk.
pub(super) const STATE: Columns = Columns {
    table: "orchestration_sync_state",
    names: &[
        "clone_id",
        "entity_id",
        "role",
        "name",
        "revision",
        "raw",
        "blob",
        "canonical",
        "head",
        "file_path",
        "sprint_id",
    ],
};

/// Ends the statement that writes [`STATE`]: what was left before is replaced.
pub(super) const REPLACE_STATE: &str = " ON CONFLICT (clone_id, entity_id, role, name) DO UPDATE SET \
     revision = excluded.revision, raw = excluded.raw, blob = excluded.blob, canonical = excluded.canonical, \
     head = excluded.head, file_path = excluded.file_path, sprint_id = excluded.sprint_id";

pub(super) fn state<C: Cells>(clone: CloneId, state: &SyncState, cells: C) -> C {
    let SyncState { entity, key, path, sprint, revision, left, head } = state;
    let cells = cells.text(clone).text(entity).text(key.role.word()).text(&key.name).text(revision);
    let cells = cells.maybe_digest(left.map(|left| left.raw)).maybe_digest(left.map(|left| left.blob));
    cells.maybe_digest(left.map(|left| left.canonical)).maybe(head.as_ref()).text(path).maybe(*sprint)
}

/// New conflicts.
pub(super) const CONFLICTS: Columns = Columns {
    table: "orchestration_conflicts",
    names: &[
        "id",
        "content_key",
        "kind",
        "entity_id",
        "role",
        "name",
        "file_path",
        "field",
        "base_value",
        "file_value",
        "row_value",
        "kept",
        "state",
        "created_at",
        "resolved_at",
        "elsewhere",
        "clone_id",
    ],
};

pub(super) fn conflict<C: Cells>(
    changes: &ChangeSet,
    (index, conflict): &(usize, &NewConflict),
    at: &str,
    cells: C,
) -> C {
    let NewConflict { kind, entity, document, path, field, base, file, row, elsewhere, kept } = conflict;
    let elsewhere = serde_json::to_string(elsewhere).ok().filter(|_| !elsewhere.is_empty());
    let is_closed = kind.is_closed_at_birth();
    let state = if is_closed { ConflictState::Resolved } else { ConflictState::Open };
    let cells = cells.text(conflict_id(changes.run, *index)).digest(&conflict_key(conflict)).text(kind.word());
    let cells = cells.maybe(*entity).maybe(document.as_ref().map(|key| key.role.word()));
    let cells = cells.maybe(document.as_ref().map(|key| &key.name)).text(path).maybe(field.as_ref());
    let cells = cells.maybe(base.as_ref()).maybe(file.as_ref()).maybe(row.as_ref()).maybe_digest(*kept);
    cells.text(state_word(state)).text(at).maybe(is_closed.then_some(at)).maybe(elsewhere).text(changes.clone)
}

/// Events, beside their number and what is said of the project.
pub(super) const EVENTS: Columns = Columns {
    table: "orchestration_events",
    names: &["event_id", "event_type", "entity_type", "entity_id", "correlation_id", "actor", "emitted_at", "payload"],
};

pub(super) fn event<C: Cells>(changes: &ChangeSet, (index, event): &(usize, &NewEvent), at: &str, cells: C) -> C {
    let cells = cells.text(event_id(changes.run, *index)).text(event.event_type.word());
    let cells = cells.maybe(event.entity.map(|entity| entity.kind.word())).maybe(event.entity.map(|entity| entity.id));
    cells.text(changes.correlation).text(&changes.actor).text(at).text(payload(event))
}

/// One half of a question about what is known: a range of digests.
pub(super) struct Half<'a> {
    pub(super) question: &'a KnownQuestion,
    pub(super) at: i64,
    pub(super) range: std::ops::RangeInclusive<Digest>,
}

/// `at, entity_id, role, name, low, high`.
pub(super) fn half<C: Cells>(Half { question, at, range }: &Half<'_>, cells: C) -> C {
    let cells = cells.number(*at).text(question.entity).text(question.key.role.word()).text(&question.key.name);
    cells.digest(range.start()).digest(range.end())
}
