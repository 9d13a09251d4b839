//! Lists and shows conflicts, and takes what a person decides of them.

use super::collided::{Texts, sizes, texts};
use super::decision::{Word, decide};
use super::view::{reference, sprint_codes};
use super::{OpError, Workspace};
use crate::model::{Conflict, ConflictKind, ConflictState, DocPath, Elsewhere, EntityId, Record};
use crate::store::{Look, Looked, Selection};
use crate::sync::{SyncReport, borne, renew_id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// List what waits for a decision.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ConflictList {
    /// List decided ones too
    #[arg(long)]
    pub all: bool,
}

/// Show one conflict: what both sides had, and what each made of it.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct ConflictShow {
    /// Which one, by the id that `conflict list` shows; its first letters are enough
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Decide conflicts: what the file said counts.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct TakeFile {
    /// Which ones, by the ids that `conflict list` shows; their first letters are enough
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
    /// Whose value counts where two files of a task say different ones, such as AGENT.yml; that of TASK.md without it
    #[arg(long, value_name = "FILE")]
    #[serde(default)]
    pub of: Option<String>,
}

/// Decide a conflict: what the file says now counts, after somebody edited it.
#[derive(Debug, Clone)]
pub struct TakeEdited {
    /// Which one.
    pub id: String,
}

/// Decide conflicts: what the database says counts.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct TakeDatabase {
    /// Which ones, by the ids that `conflict list` shows; their first letters are enough
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
}

/// Give a copied document an id of its own.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct NewId {
    /// The folder or file that is the copy
    #[arg(value_name = "PATH")]
    pub path: String,
}

/// One conflict as people see it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ConflictView {
    /// Its id.
    pub id: String,
    /// The end of it, which is enough to name it by.
    pub short: String,
    /// In what way two sides collided.
    pub kind: ConflictKind,
    /// Whose, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Where the file lies.
    pub path: String,
    /// The field, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What both derive from.
    pub base: Option<String>,
    /// What the file said.
    pub file: Option<String>,
    /// What the database said.
    pub row: Option<String>,
    /// What the other files of the task said of the same field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<Elsewhere>,
    /// Who set the database's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row_author: Option<String>,
    /// Whether somebody still has to decide.
    pub state: ConflictState,
    /// How it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// When it was recorded.
    #[schemars(with = "String")]
    pub created_at: jiff::Timestamp,
    /// The whole texts, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<Texts>,
    /// What file and database have, in a word, where no value says it.
    #[serde(skip)]
    pub sides: [String; 2],
}

impl ConflictView {
    /// Whether it is about a text as a whole: not about one value or place of it, nor about whether it is there.
    pub fn is_about_text(&self) -> bool {
        let values = [&self.field, &self.base, &self.file, &self.row];
        self.kind.is_hold() && values.iter().all(|value| value.is_none())
    }
}

impl ConflictList {
    /// Reads them, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn run(self, ws: &Workspace) -> Result<Vec<ConflictView>, OpError> {
        views(ws, read(ws, self.all).await?).await
    }
}

impl ConflictShow {
    /// Reads it.
    ///
    /// # Errors
    /// No conflict or several begin so; the database.
    pub async fn run(self, ws: &Workspace) -> Result<ConflictView, OpError> {
        let Seen { conflicts, records } = read(ws, true).await?;
        let conflict = find(&conflicts, &self.id)?;
        let texts = Some(texts(ws, &conflict).await?);
        Ok(ConflictView { texts, ..views(ws, Seen { conflicts: vec![conflict], records }).await?.remove(0) })
    }
}

impl TakeFile {
    /// Decides them.
    ///
    /// # Errors
    /// No conflict or several begin so; one that cannot be decided in this way; a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        decide(ws, &self.ids, Word::File { of: self.of.as_deref() }).await
    }
}

impl TakeEdited {
    /// Decides it.
    ///
    /// # Errors
    /// As [`TakeFile::run`].
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        decide(ws, &[self.id], Word::Edited).await
    }
}

impl TakeDatabase {
    /// Decides them.
    ///
    /// # Errors
    /// No conflict or several begin so; one that cannot be decided in this way; a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        decide(ws, &self.ids, Word::Row).await
    }
}

impl NewId {
    /// Takes the stamps of the copy away; the next sync gives it an id of its own.
    ///
    /// # Errors
    /// A path at which nothing lies, or whose files cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let path = DocPath::new(self.path.trim_start_matches("./").trim_end_matches('/'));
        let path = path.map_err(|_| OpError::BadPath { path: self.path.clone() })?;
        Ok(renew_id(ws, &path).await?)
    }
}

/// Conflicts, newest first, and the rows that they are about with the sprints of those.
pub(super) struct Seen {
    pub(super) conflicts: Vec<Conflict>,
    pub(super) records: Vec<Record>,
}

/// Reads conflicts: those that are open, or all; a document that went elsewhere since its conflict was recorded is named
/// where it lies.
pub(super) async fn read(ws: &Workspace, all: bool) -> Result<Seen, OpError> {
    let mut look = Look { in_conflict: !all, ..Look::default() };
    let decided = if all { ws.store.conflicts(None).await? } else { Vec::new() };
    look.ids = decided.iter().filter_map(|conflict| conflict.what.entity).collect();
    let Looked { conflicts, records, left, .. } = ws.store.look(ws.clone, &look).await?;
    let open = conflicts.into_iter().filter(|conflict| conflict.state == ConflictState::Open);
    let mut conflicts: Vec<Conflict> = if all { decided } else { open.collect() };
    // A folder that is nobody's for certain is known by its place.
    let has_left = |conflict: &Conflict| {
        let is_here = conflict.state == ConflictState::Open && conflict.is_seen_by(ws.clone);
        is_here && !conflict.what.kind.is_of_folders() && ws.tree.is_free(&conflict.what.path)
    };
    let by_row = records.iter().flat_map(|row| row.documents.iter().map(|held| (row.id, &held.key, &held.path)));
    let places: Vec<_> = left.iter().map(|state| (state.entity, &state.key, &state.path)).chain(by_row).collect();
    for what in conflicts.iter_mut().filter(|conflict| has_left(conflict)).map(|conflict| &mut conflict.what) {
        let is_of_it = |(id, key, _): &&_| (Some(*id), Some(*key)) == (what.entity, what.document.as_ref());
        let mut others = places.iter().filter(is_of_it).map(|(.., path)| *path);
        if let Some(path) = others.find(|path| !ws.tree.is_free(path)) {
            what.path = path.clone();
        }
    }
    Ok(Seen { conflicts, records })
}

pub(super) fn find(conflicts: &[Conflict], id: &str) -> Result<Conflict, OpError> {
    let wanted = id.to_lowercase();
    let fitting: Vec<&Conflict> = conflicts
        .iter()
        .filter(|conflict| short(conflict).starts_with(&wanted) || conflict.id.to_string().starts_with(&wanted))
        .collect();
    match fitting.as_slice() {
        [only] if !wanted.is_empty() => Ok((*only).clone()),
        several => {
            let candidates = several.iter().map(|conflict| short(conflict)).collect();
            Err(OpError::NoConflict { id: id.to_owned(), candidates })
        }
    }
}

/// The end of an id, which is the part that differs between ids of one moment.
pub(super) fn short(conflict: &Conflict) -> String {
    let id = conflict.id.uuid().simple().to_string();
    id[id.len() - 8..].to_owned()
}

/// Who lies where somebody else did: both have the same place, so that only this tells them apart.
fn replaces(ws: &Workspace, conflict: &Conflict) -> Option<EntityId> {
    let is_there = conflict.what.kind == ConflictKind::IdReplaced && conflict.state == ConflictState::Open;
    is_there.then(|| borne(ws, conflict))?
}

/// The rows of `ids` and of the sprints of those; nothing is asked for nobody.
async fn with_sprints(ws: &Workspace, ids: &[EntityId]) -> Result<Vec<Record>, OpError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut records = ws.store.records(Selection::Ids(ids)).await?;
    let sprints: Vec<EntityId> = records.iter().filter_map(|record| record.sprint).collect();
    records.extend(ws.store.records(Selection::Ids(&sprints)).await?);
    Ok(records)
}

async fn views(ws: &Workspace, Seen { conflicts, records }: Seen) -> Result<Vec<ConflictView>, OpError> {
    let sprints = sprint_codes(records.iter().map(|record| &record.row));
    let record_of = |conflict: &Conflict| records.iter().find(|record| Some(record.id) == conflict.what.entity);
    let mut sizes = sizes(ws, conflicts.iter().map(|conflict| (conflict, record_of(conflict)))).await?.into_iter();
    let replacing: Vec<Option<EntityId>> = conflicts.iter().map(|conflict| replaces(ws, conflict)).collect();
    let others: Vec<EntityId> = replacing.iter().flatten().copied().collect();
    let others = with_sprints(ws, &others).await?;
    let homes = sprint_codes(others.iter().map(|record| &record.row));
    let mut replacing = replacing.into_iter();
    let mut view = |mut conflict: Conflict| {
        if let Some(id) = replacing.next().flatten() {
            let other = others.iter().find(|record| record.id == id);
            conflict.what.file = Some(other.map_or_else(|| id.to_string(), |record| reference(record, &homes)));
            conflict.what.row = record_of(&conflict).map(|record| reference(record, &sprints));
        }
        let record = record_of(&conflict);
        let is_orphan = conflict.what.kind == ConflictKind::Orphan;
        let is_buried = is_orphan && record.is_some_and(|record| record.deleted);
        let word = |word: &str| is_buried.then(|| word.to_owned());
        ConflictView {
            sides: sizes.next().unwrap_or_default(),
            id: conflict.id.to_string(),
            short: short(&conflict),
            kind: conflict.what.kind,
            reference: record.map(|record| reference(record, &sprints)),
            path: conflict.what.path.to_string(),
            field: conflict.what.field,
            base: conflict.what.base,
            file: conflict.what.file.or_else(|| word("there, with tasks")),
            row: conflict.what.row.or_else(|| word("deleted")),
            elsewhere: conflict.what.elsewhere,
            row_author: conflict.row_author.map(|author| author.to_string()),
            state: conflict.state,
            resolution: conflict.resolution,
            created_at: conflict.created_at,
            texts: None,
        }
    };
    Ok(conflicts.into_iter().map(&mut view).collect())
}
