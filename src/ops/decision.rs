//! Carries out what a person decided of conflicts.

use std::collections::BTreeMap;

use super::collided::file_value;
use super::conflict::{Seen, find, read, short};
use super::relocate::{back_to, refuse_taken};
use super::{OpError, Workspace};
use crate::model::{
    Conflict, ConflictKind, DocPath, DocumentKey, Elsewhere, EntityId, EntityKind, NewConflict, Record,
};
use crate::reconcile::Side;
use crate::store::{ListQuery, Selection};
use crate::sync::{Decision, Deed, Edit, Order, Scope, SyncError, SyncOptions, SyncReport, carry_out, put_back, sync};

/// Whose word counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Word<'a> {
    /// What the file said when it collided; of several files, this one.
    File { of: Option<&'a str> },
    /// What the file says now.
    Edited,
    /// What the database says.
    Row,
}

impl Word<'_> {
    const fn side(self) -> Side {
        match self {
            Self::File { .. } | Self::Edited => Side::File,
            Self::Row => Side::Row,
        }
    }

    /// What is recorded of the decision.
    const fn resolution(self) -> &'static str {
        match self {
            Self::File { .. } => "take-file",
            Self::Edited => "edit",
            Self::Row => "take-db",
        }
    }
}

/// Decides several conflicts at once; those of one entity are one change of it.
pub(super) async fn decide(ws: &Workspace, ids: &[String], word: Word<'_>) -> Result<SyncReport, OpError> {
    let side = word.side();
    let Seen { conflicts: open, records } = read(ws, false).await?;
    let chosen = ids.iter().map(|id| find(&open, id)).collect::<Result<Vec<_>, _>>()?;
    refuse_contradiction(&chosen, side)?;
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
            (ConflictKind::Orphan, ..) if is_buried_sprint(record) => of_buried(ws, record, side, &mut deeds).await?,
            _ => deed(conflict, record, word)?,
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
        order.resolved.extend(decided.map(|decided| (decided.id, word.resolution().to_owned())));
    }
    order.resolved.sort_unstable();
    order.resolved.dedup();
    order.edits = deeds.into_iter().map(|(entity, deed)| Edit { entity, deed }).collect();
    if order.resolved.is_empty() {
        return Ok(report.unwrap_or_default());
    }
    let done = carry_out(ws, order).await.map_err(|error| match report {
        Some(_) => SyncError::Begun { source: Box::new(error) },
        None => error,
    })?;
    let report = report.map_or(done.clone(), |report| report.then(done));
    Ok(match let_go(ws, &chosen, side).await? {
        Some(gone) => report.then(gone),
        None => report,
    })
}

/// Lets folders go their way that were held until now.
async fn let_go(ws: &Workspace, decided: &[Conflict], side: Side) -> Result<Option<SyncReport>, OpError> {
    let is_freed = |conflict: &&Conflict| match conflict.what.kind {
        ConflictKind::IdReplaced => side == Side::File,
        ConflictKind::Orphan => side == Side::Row,
        _ => false,
    };
    let paths: Vec<DocPath> = decided.iter().filter(is_freed).map(|conflict| conflict.what.path.clone()).collect();
    if paths.is_empty() {
        return Ok(None);
    }
    let options = SyncOptions { scope: Scope { paths, everything: false }, ..SyncOptions::default() };
    let gone = sync(ws, options).await.map_err(|error| SyncError::Done { source: Box::new(error) })?;
    Ok(Some(gone))
}

fn is_buried_sprint(record: &Record) -> bool {
    record.kind == EntityKind::Sprint && record.deleted
}

/// What becomes of a sprint that the database deleted although it has tasks: it lives again as its file is, or it goes
/// and leaves its tasks in the backlog.
async fn of_buried(
    ws: &Workspace,
    record: &Record,
    side: Side,
    deeds: &mut BTreeMap<EntityId, Deed>,
) -> Result<Option<Deed>, OpError> {
    if side == Side::File {
        refuse_taken(ws, record, None, &record.code).await?;
        return Ok(Some(Deed::Restore));
    }
    let tasks = tasks_of(ws, record).await?;
    for task in ws.store.records(Selection::Ids(&tasks)).await? {
        refuse_taken(ws, &task, None, &task.code).await?;
        add(deeds, task.id, Some(Deed::Move { sprint: Some(None), code: None }));
    }
    Ok(None)
}

/// Whether the files are gone of a row that is there, and something else keeps them from being made again.
fn is_lost(conflict: &Conflict, record: &Record) -> bool {
    let is_sprint = record.kind == EntityKind::Sprint;
    !record.deleted
        && (conflict.what.kind == ConflictKind::IdReplaced || is_sprint && conflict.what.kind == ConflictKind::Orphan)
}

/// What a decision does to the entity; nothing where both sides are as they shall be, or it was deleted meanwhile.
fn deed(conflict: &Conflict, record: &Record, word: Word<'_>) -> Result<Option<Deed>, OpError> {
    let side = word.side();
    // A file without a base and a folder that waits for its place are there, whatever became of the row.
    let outlives_the_row = matches!(
        conflict.what.kind,
        ConflictKind::NoBase | ConflictKind::DuplicateId | ConflictKind::PathTaken | ConflictKind::Orphan
    );
    if record.deleted && !outlives_the_row {
        return Ok(None);
    }
    let of = match word {
        Word::File { of } => of.map(|of| said_in(conflict, of)).transpose()?,
        Word::Edited | Word::Row => None,
    };
    let decision = |value| {
        let (what, of) = (conflict.what.clone(), of.as_ref().map(|place| place.document.clone()));
        Some(Deed::Decide(vec![Decision { what, side, value, of }]))
    };
    let said = of.as_ref().map_or(&conflict.what.file, |place| &place.value);
    if takes_part_away(conflict, side) {
        return Ok(conflict.what.document.clone().map(Deed::Drop));
    }
    match (conflict.what.kind, side) {
        (ConflictKind::Field | ConflictKind::Superseded, Side::File) if !matches!(word, Word::Edited) => {
            file_value(conflict, said, record).map(|value| decision(Some(value)))
        }
        (ConflictKind::Body | ConflictKind::NoBase | ConflictKind::TwoPlaces, Side::File) => {
            Ok(decision(file_value(conflict, said, record).ok()))
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

/// What the document `of` says of the field.
fn said_in(conflict: &Conflict, of: &str) -> Result<Elsewhere, OpError> {
    let is_main = conflict.what.document.as_ref().is_some_and(|key| key.name == of);
    let main = is_main.then(|| Elsewhere { document: of.to_owned(), value: conflict.what.file.clone() });
    let other = || conflict.what.elsewhere.iter().find(|place| place.document == of).cloned();
    main.or_else(other).ok_or_else(|| OpError::NotDecidable {
        kind: conflict.what.kind.word(),
        why: format!("{of} says nothing of it; `conflict show` says which files do"),
    })
}

/// Whether the side that counts has one of the documents no more; the task stays.
fn takes_part_away(conflict: &Conflict, side: Side) -> bool {
    let decided = (conflict.what.kind, side);
    let is_away = matches!(decided, (ConflictKind::DeleteEdit, Side::File) | (ConflictKind::EditDelete, Side::Row));
    let names = |key: &DocumentKey| conflict.what.field.as_ref() == Some(&key.name);
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

/// Whether two records are about one field of which both sides said the same before: that is one decision.
fn is_same_decision(a: &Conflict, b: &Conflict) -> bool {
    let (a, b) = (&a.what, &b.what);
    let said = |what: &NewConflict| (what.entity, what.field.clone(), what.file.clone(), what.row.clone());
    a.kind == ConflictKind::Field && b.kind == a.kind && a.field.is_some() && said(a) == said(b)
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
        ConflictKind::Orphan => "give its folder a SPRINT.md, or move its tasks elsewhere with `task move`",
        _ => "change the files or the row, then sync",
    };
    OpError::NotDecidable { kind: kind.word(), why: why.into() }
}
