//! Changes that a command asks for: row and files at once, through the same door as a sync.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::commit_surely;
use super::choose::{Decision, chosen, with_places};
use super::codes::{SprintHomes, address, reference};
use super::finish::{change_set, settle, write_files};
use super::gather::{Candidate, Gathered, Place};
use super::make::make;
use super::plan::{Note, NoteKind};
use super::prepare::{EntityVerdict, Facts, Prepared, Relocation, prepare};
use super::rows::Rows;
use super::run::run_locked;
use super::survey::document_key;
use super::turn::begin;
use super::unfit::{check_given, check_spelling};
use super::view::View;
use super::{Scope, SyncError, SyncOptions, SyncReport, Workspace, sides};
use crate::model::{
    Code, ConflictId, ConflictKind, DocumentKey, EntityId, EntityKind, Field, Fields, Record, RevisionId, Role, Source,
};
use crate::reconcile::{
    Collision, FileAction, FileVerdict, How, PlaceAction, RowAction, Rule, Side, Verdict, Writing, Writings, overlay,
};
use crate::tree::TreeError;

/// A change of one entity.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Which.
    pub entity: EntityId,
    /// What is done to it.
    pub deed: Deed,
}

impl Edit {
    /// The sprint that a task moves to.
    pub(super) fn destination(&self) -> Option<EntityId> {
        match self.deed {
            Deed::Move { sprint, .. } => sprint.flatten(),
            _ => None,
        }
    }

    /// The fields that it gives another value.
    fn mended(&self) -> Option<(EntityId, BTreeSet<Field>)> {
        match &self.deed {
            Deed::Set(fields) => Some((self.entity, fields.keys().copied().collect())),
            _ => None,
        }
    }
}

/// What is done to an entity.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Fields get these values, each spelled in its document's style; `null` takes a field away.
    Set(Fields),
    /// It moves, and the fields that repeat where it is follow; what is not given stays as it is when this is done.
    Move {
        /// The sprint that a task goes to; the inner `None` is the backlog.
        sprint: Option<Option<EntityId>>,
        /// The code.
        code: Option<Code>,
    },
    /// One of its documents is taken away on both sides.
    Drop(DocumentKey),
    /// It is deleted on both sides.
    Delete,
    /// It was deleted in the database and lives again as its files are.
    Restore,
    /// Its files and its row are merged with these decisions about what collides.
    Decide(Vec<Decision>),
}

/// Something that is made by a command.
#[derive(Debug, Clone)]
pub struct Creation {
    /// What it is.
    pub kind: EntityKind,
    /// The sprint of a task.
    pub sprint: Option<EntityId>,
    /// Its code.
    pub code: Code,
    /// The texts of its documents.
    pub documents: Vec<(Role, String, String)>,
}

/// Changes and creations that are carried out together or not at all, and the conflicts that they decide.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Changes.
    pub edits: Vec<Edit>,
    /// Creations; a sprint before its tasks.
    pub creations: Vec<Creation>,
    /// Conflicts that are decided by this, and how.
    pub resolved: Vec<(ConflictId, String)>,
}

/// Carries `order` out.
///
/// # Errors
/// An entity that waits for a decision, a place that is taken, a side that could not be read or written.
pub async fn carry_out(ws: &Workspace, order: Order) -> Result<SyncReport, SyncError> {
    let ids: BTreeSet<EntityId> = order.edits.iter().map(|edit| edit.entity).collect();
    let (lock, rows, notes) = begin(ws, View::about(&ids, &order)).await?;
    let view = View::of(ws, rows, &ids, &order).await?;
    view.check_understood()?;
    view.check_sprints(ws)?;
    let unsettled = view.out_of_step(ws, &order.edits);
    if unsettled.is_empty() {
        return Ok(change(ws, view, order).await?.after(notes));
    }
    view.check_each(ws, &order.edits, check_given).await?;
    let scope = Scope { paths: unsettled, everything: false };
    // The command says what becomes of its entities: on the way, no absence of files means anything.
    let mended = order.edits.iter().filter_map(Edit::mended).collect();
    let options = SyncOptions { scope, spared: ids.clone(), mended, ..SyncOptions::default() };
    let settled = run_locked(ws, options, Some(&lock)).await.map_err(only_settled)?;
    let done = match check_written(&settled) {
        Ok(()) => change_settled(ws, &settled, &ids, order).await,
        unwritten => unwritten.map(|()| SyncReport::default()),
    };
    match done {
        Ok(done) => Ok(settled.without_held(&ids).then(done).after(notes)),
        Err(error) if settled.wrote && !error.is_past_the_commit() => {
            Err(SyncError::OnlySettled { source: Box::new(error) })
        }
        Err(error) => Err(error),
    }
}

/// What began to bring both sides into step did nothing of the command.
fn only_settled(error: SyncError) -> SyncError {
    match error {
        SyncError::Begun { source } | SyncError::Done { source } => SyncError::OnlySettled { source },
        other => other,
    }
}

/// Refuses to go on where files stayed as they were: what is asked for would leave them behind, too.
fn check_written(settled: &SyncReport) -> Result<(), SyncError> {
    match settled.notes.iter().find(|note| note.kind == NoteKind::Unwritten) {
        None => Ok(()),
        Some(Note { path, message, .. }) => Err(SyncError::NotSettled { path: path.clone(), why: message.clone() }),
    }
}

/// Carries out what was asked for after its entities were brought into step.
async fn change_settled(
    ws: &Workspace,
    settled: &SyncReport,
    ids: &BTreeSet<EntityId>,
    order: Order,
) -> Result<SyncReport, SyncError> {
    let rows = Rows::look(ws, View::about(ids, &order)).await?;
    let view = View::of(ws, rows, ids, &order).await?;
    view.check_at_home(&settled.steps, &order.edits)?;
    view.check_claimed(ws, &order.edits)?;
    view.check_each(ws, &order.edits, check_spelling).await?;
    match view.held(ws, &order.edits) {
        Some(path) => Err(SyncError::Held { path }),
        None => change(ws, view, order).await,
    }
}

async fn change(ws: &Workspace, view: View, order: Order) -> Result<SyncReport, SyncError> {
    view.check_there(&order.edits)?;
    view.check_live(&order.edits)?;
    let (mut prepared, mut open) = view.prepare(ws, &order).await?;
    let mut changes = change_set(ws, &prepared);
    settle(&open, &mut changes, &prepared, order.resolved);
    check_places(ws, &prepared)?;
    let made = make(ws, &mut prepared)?;
    changes.sync_state.left.extend(made.left.iter().cloned());
    let committed = commit_surely(ws, &changes).await.map_err(|error| made.unless_stored(ws, error))?;
    sides::remember(ws, committed.cursor);
    open.note(&changes, &committed);
    write_files(ws, prepared, committed, &open).await
}

/// Refuses to make or move what could not be written, before anything is stored.
fn check_places(ws: &Workspace, prepared: &[Prepared]) -> Result<(), SyncError> {
    let is_new = |prepared: &&Prepared| prepared.step.row_version.is_none();
    for Relocation { from, to, .. } in prepared.iter().filter_map(|prepared| prepared.relocation.as_ref()) {
        let is_only_case = from.to_string().eq_ignore_ascii_case(&to.to_string());
        match ws.tree.check_place(to) {
            Err(TreeError::Taken { .. }) if is_only_case || ws.tree.is_free(to) => {}
            Err(TreeError::Taken { .. }) => return Err(SyncError::Taken { path: to.clone() }),
            checked => checked?,
        }
    }
    for made in prepared.iter().filter(is_new) {
        for write in &made.writes {
            ws.tree
                .check_place(&write.state.path)
                .map_err(|error| SyncError::Blocked { what: made.step.reference.clone(), why: error.words() })?;
        }
    }
    Ok(())
}

pub(super) fn prepare_edit(ws: &Workspace, gathered: &Gathered, deed: &Deed, sprints: &SprintHomes) -> Prepared {
    let record = gathered.candidate.record.as_ref().expect("edits are made of rows that were read");
    let mut facts = facts(ws, Place::of_row(record), sprints);
    let is_gone = !gathered.candidate.has_managed_files();
    facts.lies_at = record.path.clone().filter(|_| !is_gone);
    let verdict = match deed {
        Deed::Delete => {
            // What waits for its place goes from where it lies.
            facts.home = gathered.candidate.lies_at().unwrap_or(facts.home);
            deletion(gathered)
        }
        Deed::Decide(decisions) if is_gone => {
            let taken = || decisions.iter().filter(|decision| decision.side == Side::File);
            let fields = taken().filter_map(Decision::field).collect();
            let places: Vec<_> = taken().filter_map(Decision::place).collect();
            written(gathered, with_places(facts.lay(&gathered.head, &fields), &places))
        }
        Deed::Decide(decisions) => chosen(gathered, decisions, &mut facts),
        Deed::Restore => restored(gathered),
        Deed::Set(fields) => set(gathered, fields, &mut facts),
        Deed::Drop(key) => without(gathered, key),
        Deed::Move { sprint, code } => {
            let code = code.as_ref().map_or(record.code.as_str(), Code::as_str);
            let place = Place::new(record.kind, sprint.unwrap_or(record.sprint), code);
            let laid = overlay(&gathered.head, &follow(record, &place, sprints));
            let there = self::facts(ws, place, sprints);
            let moved_from = Some(facts.reference).filter(|reference| *reference != there.reference);
            facts = Facts { lies_at: facts.lies_at, moved_from, ..there };
            EntityVerdict { place: PlaceAction::FilesFollowRow, ..written(gathered, laid.documents) }
        }
    };
    let verdict = if is_gone && !matches!(deed, Deed::Delete) { remade(gathered, verdict) } else { verdict };
    prepare(gathered, verdict, &facts)
}

/// The fields that say where `record` is, as they are at another place.
fn follow(record: &Record, place: &Place, sprints: &SprintHomes) -> Fields {
    let says = |field: Field, value: &str| record.fields.get(&field).and_then(|said| said.as_str()) == Some(value);
    let called = |sprint: Option<EntityId>| sprint.and_then(|id| sprints.now.get(&id)).map(String::as_str);
    let mut follow = Fields::new();
    if says(Field::Code, &record.code) && record.code != place.code {
        follow.insert(Field::Code, place.code.as_str().into());
    }
    if place.sprint != record.sprint && called(record.sprint).is_some_and(|old| says(Field::Sprint, old)) {
        follow.insert(Field::Sprint, called(place.sprint).unwrap_or("backlog").into());
    }
    follow
}

/// A verdict that gives fields these values.
fn set(gathered: &Gathered, fields: &Fields, facts: &mut Facts) -> EntityVerdict {
    written(gathered, facts.lay(&gathered.head, fields))
}

/// A verdict that brings back what the database deleted.
fn restored(gathered: &Gathered) -> EntityVerdict {
    let said = gathered.files.iter().filter_map(|(key, file)| Some((key.clone(), file.content.clone()?)));
    let mut parts = gathered.head.clone();
    parts.extend(said);
    let verdict = written(gathered, parts.clone());
    EntityVerdict { row: RowAction::Write { parts, how: How::Restored, by_git: false }, ..verdict }
}

/// A verdict that takes one document away; with the last one goes the entity.
fn without(gathered: &Gathered, key: &DocumentKey) -> EntityVerdict {
    let mut documents = gathered.head.clone();
    documents.remove(key);
    if !documents.keys().any(|key| key.role.is_managed()) {
        return deletion(gathered);
    }
    let mut verdict = written(gathered, documents);
    let gone = FileVerdict { rule: Rule::PartDeleted, action: FileAction::Remove };
    verdict.files.extend(gathered.files.contains_key(key).then(|| (key.clone(), gone)));
    verdict
}

/// Row 8: the files were deleted, and a command changes the row after that. The row wins: its files are made anew, and
/// that somebody deleted them is recorded.
fn remade(gathered: &Gathered, mut verdict: EntityVerdict) -> EntityVerdict {
    if let RowAction::Write { parts, .. } = &verdict.row {
        verdict.files = rewrite(parts, RowAction::Keep).files;
    }
    let was_here = gathered.left.values().any(|left| left.state.left.is_some());
    let deleted =
        Collision { kind: ConflictKind::DeleteEdit, part: None, key: None, base: None, file: None, row: None };
    verdict.collisions.extend(was_here.then_some(deleted));
    verdict
}

pub(super) fn prepare_creation(ws: &Workspace, creation: &Creation, id: EntityId, sprints: &SprintHomes) -> Prepared {
    let place = Place::new(creation.kind, creation.sprint, creation.code.as_str());
    let documents: Writings = creation
        .documents
        .iter()
        .map(|(role, name, text)| (document_key(*role, name), Writing::document(*role, text).0))
        .collect();
    let candidate = Candidate {
        id,
        kind: creation.kind,
        files: Vec::new(),
        place: None,
        record: None,
        left: Vec::new(),
        is_orphan: false,
    };
    let gathered = Gathered::nothing(candidate);
    let row = RowAction::Write { parts: documents.clone(), how: How::Created, by_git: false };
    prepare(&gathered, rewrite(&documents, row), &facts(ws, place, sprints))
}

fn facts(ws: &Workspace, place: Place, sprints: &SprintHomes) -> Facts {
    let layout = ws.tree.layout();
    Facts {
        reference: reference(&place, sprints),
        home: address(&place, sprints).map_or_else(|| layout.root().clone(), |address| layout.path(&address)),
        home_sprint: place.sprint,
        moved_from: None,
        lies_at: None,
        left_at: None,
        place,
        revision: RevisionId::new(ws.ids.fresh()),
        source: Some(Source::Cli),
        row_alone: Fields::new(),
        unfit: None,
    }
}

/// A verdict that writes `documents` to row and files where they differ from the row's.
fn written(gathered: &Gathered, documents: Writings) -> EntityVerdict {
    let says_it = |key: &DocumentKey, content: &Writing| {
        let file = gathered.files.get(key).and_then(|file| file.content.as_ref());
        file == Some(content) || file.is_none() && gathered.head.get(key) == Some(content)
    };
    let files = documents.iter().map(|(key, content)| {
        let action = if says_it(key, content) { FileAction::Keep } else { FileAction::Write(content.clone()) };
        (key.clone(), FileVerdict { rule: Rule::Push, action })
    });
    let files = files.collect();
    EntityVerdict { files, ..verdict(RowAction::Write { parts: documents, how: How::Updated, by_git: false }) }
}

/// A verdict that makes the files say `documents`.
fn rewrite(documents: &Writings, row: RowAction<DocumentKey, Writing>) -> EntityVerdict {
    let write = |(key, content): (&DocumentKey, &Writing)| {
        (key.clone(), FileVerdict { rule: Rule::Pull, action: FileAction::Write(content.clone()) })
    };
    EntityVerdict { files: documents.iter().map(write).collect(), ..verdict(row) }
}

fn deletion(gathered: &Gathered) -> EntityVerdict {
    let remove = |key: &DocumentKey| (key.clone(), FileVerdict { rule: Rule::Delete, action: FileAction::Remove });
    let files = gathered.files.keys().map(remove).collect();
    EntityVerdict { files, ..verdict(RowAction::Delete { by_git: false }) }
}

fn verdict(row: RowAction<DocumentKey, Writing>) -> EntityVerdict {
    Verdict {
        rule: Rule::Push,
        row,
        files: BTreeMap::new(),
        place: PlaceAction::Keep,
        collisions: Vec::new(),
        reports: Vec::new(),
    }
}
