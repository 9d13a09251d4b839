//! Lists, shows and decides conflicts.

use std::collections::BTreeMap;

use super::collided::{Texts, file_value, texts};
use super::relocate::back_to;
use super::resolve::sprints_of;
use super::view::reference;
use super::{OpError, Workspace};
use crate::model::{Conflict, ConflictKind, ConflictState, DocPath, DocumentKey, EntityId, EntityKind, Record};
use crate::reconcile::Side;
use crate::store::{ListQuery, Selection};
use crate::sync::{Decision, Deed, Edit, Order, Scope, SyncOptions, SyncReport, carry_out, put_back, renew_id, sync};
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
        let state = (!self.all).then_some(ConflictState::Open);
        let conflicts = ws.store.conflicts(state).await?;
        views(ws, conflicts).await
    }
}

impl ConflictShow {
    /// Reads it.
    ///
    /// # Errors
    /// No conflict or several begin so; the database.
    pub async fn run(self, ws: &Workspace) -> Result<ConflictView, OpError> {
        let conflict = find(&ws.store.conflicts(None).await?, &self.id)?;
        let texts = Some(texts(ws, &conflict).await?);
        Ok(ConflictView { texts, ..views(ws, vec![conflict]).await?.remove(0) })
    }
}

impl TakeFile {
    /// Decides them.
    ///
    /// # Errors
    /// No conflict or several begin so; one that cannot be decided in this way; a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        decide(ws, &self.ids, Side::File).await
    }
}

impl TakeDatabase {
    /// Decides them.
    ///
    /// # Errors
    /// No conflict or several begin so; one that cannot be decided in this way; a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        decide(ws, &self.ids, Side::Row).await
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

/// Decides several conflicts at once; those of one entity are one change of it.
async fn decide(ws: &Workspace, ids: &[String], side: Side) -> Result<SyncReport, OpError> {
    let open = ws.store.conflicts(Some(ConflictState::Open)).await?;
    let chosen = ids.iter().map(|id| find(&open, id)).collect::<Result<Vec<_>, _>>()?;
    refuse_contradiction(&chosen, side)?;
    let entities: Vec<EntityId> = chosen.iter().filter_map(|conflict| conflict.what.entity).collect();
    let records = ws.store.records(Selection::Ids(&entities)).await?;
    let mut deeds: BTreeMap<EntityId, Deed> = BTreeMap::new();
    let mut order = Order::default();
    let mut report = None;
    for conflict in &chosen {
        let record = records.iter().find(|record| Some(record.id) == conflict.what.entity);
        let record = record.ok_or_else(|| not_decidable(conflict.what.kind))?;
        let is_elsewhere = conflict.what.kind.is_hold() && !conflict.is_seen_by(ws.clone);
        if side == Side::Row && !is_elsewhere && is_lost(conflict, record) {
            let done = put_back(ws, record, conflict).await?;
            report = Some(report.map_or(done.clone(), |report: SyncReport| report.then(done)));
            continue;
        }
        let deed = match (conflict.what.kind, side, &conflict.what.file) {
            (_, Side::Row, _) if is_elsewhere => None,
            (kind, Side::File, _) if is_elsewhere => {
                let why = "the file lies in another working copy; decide it there".into();
                return Err(OpError::NotDecidable { kind: kind.word(), why });
            }
            (ConflictKind::Path, Side::File, Some(place)) => Some(back_to(ws, record, place).await?),
            _ => deed(conflict, record, side)?,
        };
        let tasks = if matches!(deed, Some(Deed::Delete)) { tasks_of(ws, record).await? } else { Vec::new() };
        let is_of_task = |other: &Conflict| {
            let is_deletion = other.what.kind == ConflictKind::DeleteEdit;
            is_deletion && tasks.iter().any(|task| Some(*task) == other.what.entity)
        };
        add(&mut deeds, record.id, deed);
        tasks.iter().for_each(|task| add(&mut deeds, *task, Some(Deed::Delete)));
        let is_decided =
            |other: &&Conflict| other.id == conflict.id || is_same_decision(conflict, other) || is_of_task(other);
        let decided = open.iter().filter(is_decided);
        order.resolved.extend(decided.map(|decided| (decided.id, word(side).to_owned())));
    }
    order.resolved.sort_unstable();
    order.resolved.dedup();
    order.edits = deeds.into_iter().map(|(entity, deed)| Edit { entity, deed }).collect();
    if order.resolved.is_empty() {
        return Ok(report.unwrap_or_default());
    }
    let done = carry_out(ws, order).await?;
    let report = report.map_or(done.clone(), |report| report.then(done));
    // The folder that was held can go its way now.
    let freed = chosen.iter().filter(|conflict| conflict.what.kind == ConflictKind::IdReplaced);
    let paths: Vec<DocPath> = freed.map(|conflict| conflict.what.path.clone()).collect();
    if paths.is_empty() || side == Side::Row {
        return Ok(report);
    }
    let options = SyncOptions { scope: Scope { paths, everything: false }, ..SyncOptions::default() };
    Ok(report.then(sync(ws, options).await?))
}

/// Whether the files are gone of a row that is there, and something else keeps them from being made again.
fn is_lost(conflict: &Conflict, record: &Record) -> bool {
    let is_sprint = record.kind == EntityKind::Sprint;
    !record.deleted
        && (conflict.what.kind == ConflictKind::IdReplaced || is_sprint && conflict.what.kind == ConflictKind::Orphan)
}

const fn word(side: Side) -> &'static str {
    match side {
        Side::File => "take-file",
        Side::Row => "take-db",
    }
}

/// What a decision does to the entity; nothing where both sides are as they shall be, or it was deleted meanwhile.
fn deed(conflict: &Conflict, record: &Record, side: Side) -> Result<Option<Deed>, OpError> {
    // A file without a base and a folder that waits for its place are there, whatever became of the row.
    let outlives_the_row = matches!(
        conflict.what.kind,
        ConflictKind::NoBase | ConflictKind::DuplicateId | ConflictKind::PathTaken | ConflictKind::Orphan
    );
    if record.deleted && !outlives_the_row {
        return Ok(None);
    }
    let decision = |value| Some(Deed::Decide(vec![Decision { what: conflict.what.clone(), side, value }]));
    if takes_part_away(conflict, side) {
        return Ok(conflict.what.document.clone().map(Deed::Drop));
    }
    match (conflict.what.kind, side) {
        (ConflictKind::Field | ConflictKind::Superseded, Side::File) => {
            file_value(conflict, record).map(|value| decision(Some(value)))
        }
        (ConflictKind::Body | ConflictKind::NoBase | ConflictKind::TwoPlaces, Side::File) => {
            Ok(decision(file_value(conflict, record).ok()))
        }
        (
            ConflictKind::Field
            | ConflictKind::Superseded
            | ConflictKind::Body
            | ConflictKind::NoBase
            | ConflictKind::Invalid
            | ConflictKind::CreateCreate
            | ConflictKind::TwoPlaces,
            _,
        ) => Ok(decision(None)),
        (ConflictKind::DeleteEdit, Side::Row) | (ConflictKind::EditDelete, Side::File) => Ok(None),
        (ConflictKind::DeleteEdit | ConflictKind::IdReplaced, Side::File) | (ConflictKind::EditDelete, Side::Row) => {
            Ok(Some(Deed::Delete))
        }
        (ConflictKind::Path, Side::Row) => Ok(None),
        (kind, _) => Err(not_decidable(kind)),
    }
}

/// Whether the side that counts has one of the documents no more; the task stays.
fn takes_part_away(conflict: &Conflict, side: Side) -> bool {
    let decided = (conflict.what.kind, side);
    let is_away = matches!(decided, (ConflictKind::DeleteEdit, Side::File) | (ConflictKind::EditDelete, Side::Row));
    let names =
        |key: &DocumentKey| [key.name.as_str(), key.role.word()].map(Some).contains(&conflict.what.field.as_deref());
    is_away && conflict.what.document.as_ref().is_some_and(names)
}

/// Adds a deed to those of the same entity: whoever deletes it has decided everything else.
fn add(deeds: &mut BTreeMap<EntityId, Deed>, entity: EntityId, deed: Option<Deed>) {
    match (deeds.get_mut(&entity), deed) {
        (_, None) => {}
        (Some(Deed::Decide(all)), Some(Deed::Decide(more))) => all.extend(more),
        (Some(Deed::Delete), _) => {}
        (_, Some(deed)) => drop(deeds.insert(entity, deed)),
    }
}

/// The live tasks of a sprint, which go with it.
async fn tasks_of(ws: &Workspace, record: &Record) -> Result<Vec<EntityId>, OpError> {
    if record.kind != EntityKind::Sprint {
        return Ok(Vec::new());
    }
    let query = ListQuery { kind: Some(EntityKind::Task), sprint: Some(record.id), ..ListQuery::default() };
    Ok(ws.store.list(&query).await?.items.iter().map(|task| task.id).collect())
}

/// Whether two records are about one field, told in two places: that is one decision.
fn is_same_decision(a: &Conflict, b: &Conflict) -> bool {
    let (a, b) = (&a.what, &b.what);
    let is_one = a.field.is_some() && (a.kind, a.entity, &a.field, &a.row) == (b.kind, b.entity, &b.field, &b.row);
    match a.kind {
        ConflictKind::TwoPlaces => is_one,
        ConflictKind::Field => is_one && a.file == b.file,
        _ => false,
    }
}

/// Refuses to take two values of the files for one field, and to move what is changed otherwise at once.
fn refuse_contradiction(chosen: &[Conflict], side: Side) -> Result<(), OpError> {
    let field = |conflict: &Conflict| {
        let is_value = matches!(conflict.what.kind, ConflictKind::Field | ConflictKind::TwoPlaces);
        conflict.what.entity.zip(conflict.what.field.clone()).filter(|_| is_value && side == Side::File)
    };
    let moves = |conflict: &&Conflict| {
        conflict.what.kind == ConflictKind::Path && side == Side::File || takes_part_away(conflict, side)
    };
    for path in chosen.iter().filter(moves) {
        if chosen.iter().any(|other| other.id != path.id && other.what.entity == path.what.entity) {
            let why = format!("decide {} alone, since it takes away or moves what the others are about", short(path));
            return Err(OpError::NotDecidable { kind: path.what.kind.word(), why });
        }
    }
    for (at, a) in chosen.iter().enumerate() {
        let contradicts = |b: &&Conflict| field(b).is_some() && field(b) == field(a) && b.what.file != a.what.file;
        if let Some(b) = chosen[..at].iter().find(contradicts) {
            return Err(OpError::NotDecidable {
                kind: a.what.kind.word(),
                why: format!("{} and {} are two values of one field; take one of them", short(b), short(a)),
            });
        }
    }
    Ok(())
}

fn not_decidable(kind: ConflictKind) -> OpError {
    let why = match kind {
        ConflictKind::DuplicateId => "give the copy an id of its own with `conflict new-id`, or remove it",
        ConflictKind::PathTaken => "rename one of the two folders",
        ConflictKind::Orphan => "make the sprint, or move the tasks out of it",
        _ => "change the files or the row, then sync",
    };
    OpError::NotDecidable { kind: kind.word(), why: why.into() }
}

fn find(conflicts: &[Conflict], id: &str) -> Result<Conflict, OpError> {
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
fn short(conflict: &Conflict) -> String {
    let id = conflict.id.uuid().simple().to_string();
    id[id.len() - 8..].to_owned()
}

async fn views(ws: &Workspace, conflicts: Vec<Conflict>) -> Result<Vec<ConflictView>, OpError> {
    let entities: Vec<EntityId> = conflicts.iter().filter_map(|conflict| conflict.what.entity).collect();
    let records = ws.store.records(Selection::Ids(&entities)).await?;
    let sprints = sprints_of(ws, records.iter().map(|record| &record.row)).await?;
    let view = |conflict: Conflict| {
        let record = records.iter().find(|record| Some(record.id) == conflict.what.entity);
        ConflictView {
            id: conflict.id.to_string(),
            short: short(&conflict),
            kind: conflict.what.kind,
            reference: record.map(|record| reference(record, &sprints)),
            path: conflict.what.path.to_string(),
            field: conflict.what.field,
            base: conflict.what.base,
            file: conflict.what.file,
            row: conflict.what.row,
            row_author: conflict.row_author.map(|author| author.to_string()),
            state: conflict.state,
            resolution: conflict.resolution,
            created_at: conflict.created_at,
            texts: None,
        }
    };
    Ok(conflicts.into_iter().map(view).collect())
}
