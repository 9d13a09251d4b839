//! What can be asked of a database, and what it answers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::{
    Cursor, Digest, DocumentKey, EntityId, EntityKind, Epoch, Field, ProjectId, RevisionId, Row, ShortDigest,
};

/// Which entities a read is about.
#[derive(Debug, Clone, Copy)]
pub enum Selection<'a> {
    /// All of the project.
    All,
    /// These; an id that has no row is left out.
    Ids(&'a [EntityId]),
    /// Those whose code, or the alias that their document claims, is any of these in lower case; of any kind.
    Codes(&'a [String]),
}

/// Which project a database holds, and where its feed ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The project.
    pub project: ProjectId,
    /// Epoch and number of the newest event.
    pub cursor: Cursor,
}

/// Filters, order and page of a list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// What to list; `None` lists every kind.
    pub kind: Option<EntityKind>,
    /// Each field must have one of its words; compared without case.
    pub any_of: Vec<(Field, Vec<String>)>,
    /// Only tasks of this sprint.
    pub sprint: Option<EntityId>,
    /// Only tasks of the backlog.
    pub backlog: bool,
    /// Only rows whose code or title has this text in it, without case.
    pub text: Option<String>,
    /// Order; the sprint and then the code decide between equals.
    pub sort: Vec<(SortKey, Direction)>,
    /// Fields that nobody asks for: they are left out of the rows.
    pub left_out: Vec<Field>,
    /// How many rows to skip.
    pub offset: usize,
    /// How many rows to return; `None` returns all.
    pub limit: Option<usize>,
}

/// What a list is ordered by; an empty value comes last in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKey {
    /// The code, numbers in it by value (`phase-2` before `phase-10`).
    Code,
    /// The code of a task's sprint; tasks of none come last.
    Sprint,
    /// A typed field; statuses and priorities in their natural order.
    Field(Field),
    /// When the row was last changed.
    UpdatedAt,
    /// When the row was made.
    CreatedAt,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// The codes of sprints by id, to write references with.
pub type SprintCodes = BTreeMap<EntityId, String>;

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The rows of this page.
    pub items: Vec<Row>,
    /// How many rows there are in all pages.
    pub total: usize,
    /// The codes of all sprints; empty where no tasks were asked for.
    pub sprints: SprintCodes,
}

/// Asks what the history knows of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownQuestion {
    /// Whose history.
    pub entity: EntityId,
    /// Which document.
    pub key: DocumentKey,
    /// The hash that its stamp bears.
    pub stamp: Option<ShortDigest>,
    /// Its canonical digest.
    pub canonical: Option<Digest>,
}

/// What the history knows of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownAnswer {
    /// The newest revision that the stamp names.
    pub by_stamp: Option<KnownRevision>,
    /// The newest revision with the same canonical text.
    pub by_text: Option<KnownRevision>,
}

/// One document in one stored revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRevision {
    /// The revision.
    pub revision: RevisionId,
    /// Its number in this database.
    pub n: i64,
    /// Its stored bytes.
    pub blob: Digest,
    /// Its canonical text's digest.
    pub canonical: Digest,
}

/// A database as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Which program and version.
    pub server: String,
    /// Where, without any password.
    pub location: String,
    /// The file that an embedded one is.
    pub file: Option<PathBuf>,
    /// Version of the schema.
    pub schema: i64,
    /// The life of this database.
    pub epoch: Epoch,
    /// Size in bytes.
    pub bytes: u64,
    /// By how much a standby is behind: this one, or the slowest that follows it; `None` where there is none.
    pub lag: Option<Duration>,
    /// Rows per table, in a fixed order.
    pub tables: Vec<(String, u64)>,
}

/// Every table that holds something of the project, in the order in which people want to see them.
pub(super) const SHOWN: [&str; 12] = [
    "orchestration_sprints",
    "orchestration_tasks",
    "agent_profiles",
    "orchestration_documents",
    "orchestration_revisions",
    "orchestration_revision_documents",
    "orchestration_blobs",
    "orchestration_events",
    "orchestration_conflicts",
    "orchestration_clones",
    "orchestration_sync_state",
    "sync_runs",
];
