//! Changes that a command asks for: row and files at once, through the same door as a sync.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::{commit_surely, new_change_set, recover};
use super::choose::{Decision, chosen};
use super::decide::{SprintCodes, address, reference};
use super::files;
use super::gather::{Candidate, Gathered, Place, gather, is_head};
use super::open::OpenConflicts;
use super::prepare::{EntityVerdict, Facts, Prepared, prepare};
use super::run::run_locked;
use super::survey::{Seen, Sight, digests, document_key};
use super::take_back::take_back;
use super::unfit::check_spelling;
use super::{Scope, SyncError, SyncOptions, SyncReport, Totals, Workspace};
use crate::model::{
    Code, ConflictId, DocPath, DocumentKey, EntityId, EntityKind, Fields, Record, RevisionId, Role, Source,
};
use crate::reconcile::{
    FileAction, FileVerdict, How, PlaceAction, RowAction, Rule, Verdict, Writing, Writings, overlay,
};
use crate::store::{ChangeSet, Committed, EntityChange, Expected, Selection};
use crate::tree::Removal;

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
    fn destination(&self) -> Option<EntityId> {
        match self.deed {
            Deed::Move { sprint, .. } => sprint,
            _ => None,
        }
    }
}

/// What is done to an entity.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Fields get these values, each spelled in its document's style; `null` takes a field away.
    Set(Fields),
    /// It moves: to a sprint or the backlog, under a code.
    Move {
        /// The sprint of a task.
        sprint: Option<EntityId>,
        /// The code.
        code: Code,
        /// Fields that repeat where it is.
        follow: Fields,
    },
    /// It is deleted on both sides.
    Delete,
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
    let lock = ws.tree.lock(ws.actor.as_str())?;
    recover(ws).await?;
    let ids: Vec<EntityId> = order.edits.iter().map(|edit| edit.entity).collect();
    let mut view = View::read(ws, &ids, &order).await?;
    let unsettled = view.out_of_step(&order.edits);
    if !unsettled.is_empty() {
        let scope = Scope { paths: unsettled, everything: false };
        run_locked(ws, SyncOptions { scope, ..SyncOptions::default() }, Some(&lock)).await?;
        view = View::read(ws, &ids, &order).await?;
        if let Some(held) = view.out_of_step(&order.edits).into_iter().next() {
            return Err(SyncError::Held { path: held });
        }
    }
    let prepared = view.prepare(ws, &order).await?;
    let mut changes = change_set(ws, &prepared);
    if !order.resolved.is_empty() {
        settle(&mut changes, &prepared, order.resolved, &OpenConflicts::read(ws).await?);
    }
    let committed = commit_surely(ws, &changes).await?;
    write_files(ws, prepared, &changes, committed).await
}

/// The entities that an order is about.
struct View {
    candidates: Vec<Candidate>,
    sprints: SprintCodes,
    /// Places that have an entity.
    taken: BTreeMap<(EntityKind, Option<EntityId>, String), EntityId>,
}

impl View {
    async fn read(ws: &Workspace, ids: &[EntityId], order: &Order) -> Result<Self, SyncError> {
        let creations = &order.creations;
        let mut records = ws.store.records(Selection::Ids(ids)).await?;
        let wanted: BTreeSet<EntityId> = ids.iter().copied().collect();
        let codes: Vec<String> = creations.iter().map(|creation| creation.code.folded()).collect();
        let neighbours = ws.store.records(Selection::Codes(&codes)).await?;
        let mut sprints: BTreeSet<EntityId> = records.iter().chain(&neighbours).filter_map(|r| r.sprint).collect();
        sprints.extend(creations.iter().filter_map(|creation| creation.sprint));
        sprints.extend(order.edits.iter().filter_map(Edit::destination));
        sprints.extend(ids.iter().copied());
        let sprints: Vec<EntityId> = sprints.into_iter().collect();
        let sprints = ws.store.records(Selection::Ids(&sprints)).await?;
        let codes = sprints.iter().filter(|record| record.kind == EntityKind::Sprint);
        let place = |record: &Record| (record.kind, record.sprint, record.code.to_lowercase());
        let taken = records.iter().chain(&neighbours).filter(|r| !r.deleted).map(|r| (place(r), r.id)).collect();
        records.retain(|record| wanted.contains(&record.id));
        Ok(Self {
            candidates: see(ws, records),
            sprints: SprintCodes {
                now: codes.map(|record| (record.id, record.code.clone())).collect(),
                ..SprintCodes::default()
            },
            taken,
        })
    }

    /// Where the entities lie whose files are not what their rows say, unless that is what is to be decided.
    fn out_of_step(&self, edits: &[Edit]) -> Vec<DocPath> {
        let decides = |id: EntityId| edits.iter().any(|edit| edit.entity == id && matches!(edit.deed, Deed::Decide(_)));
        let is_off = |candidate: &&Candidate| {
            let Some(record) = &candidate.record else { return false };
            let differs = record.documents.len() != candidate.files.len()
                || !candidate.files.iter().all(|seen| is_head(seen, record));
            !record.deleted && !decides(record.id) && (differs || !record.patches.is_empty())
        };
        let path = |candidate: &Candidate| candidate.record.as_ref().and_then(|record| record.path.clone());
        self.candidates.iter().filter(is_off).filter_map(path).collect()
    }

    async fn prepare(self, ws: &Workspace, order: &Order) -> Result<Vec<Prepared>, SyncError> {
        let harvest = gather(ws, self.candidates).await?;
        let mut sprints = self.sprints;
        let mut prepared = Vec::with_capacity(harvest.gathered.len() + order.creations.len());
        for gathered in &harvest.gathered {
            for edit in order.edits.iter().filter(|edit| edit.entity == gathered.candidate.id) {
                check_spelling(gathered, &edit.deed)?;
                prepared.push(prepare_edit(ws, gathered, &edit.deed, &sprints));
            }
        }
        for creation in &order.creations {
            let key = (creation.kind, creation.sprint, creation.code.folded());
            let id = EntityId::new(ws.ids.fresh());
            let made = prepare_creation(ws, creation, id, &sprints);
            if self.taken.contains_key(&key) {
                let path = made.writes.first().map(|write| write.state.path.clone());
                return Err(SyncError::Taken { path: path.unwrap_or_else(|| ws.root.clone()) });
            }
            if creation.kind == EntityKind::Sprint {
                sprints.now.insert(id, creation.code.to_string());
            }
            prepared.push(made);
        }
        Ok(prepared)
    }
}

/// Looks at the files of `records` where they should be.
fn see(ws: &Workspace, records: Vec<Record>) -> Vec<Candidate> {
    let candidate = |record: Record| {
        let paths: Vec<DocPath> = record.documents.iter().map(|version| version.path.clone()).collect();
        let looked = ws
            .tree
            .read_all(&paths, |index, read| read.map(|read| digests(record.documents[index].key.role, &read.bytes)));
        let files: Vec<Seen> = record
            .documents
            .iter()
            .zip(looked)
            .filter_map(|(version, looked)| {
                let sight = match looked {
                    Ok((known, None)) => Sight::Read(known),
                    Ok((known, Some(_))) => Sight::Quarantined(known),
                    Err(error) if error.is_absence() => return None,
                    Err(_) => Sight::Unreadable,
                };
                Some(Seen { key: version.key.clone(), path: version.path.clone(), changed: false, sight })
            })
            .collect();
        let place = (!files.is_empty()).then(|| Place::of_row(&record));
        Candidate { id: record.id, kind: record.kind, files, place, record: Some(record), is_orphan: false }
    };
    records.into_iter().map(candidate).collect()
}

fn prepare_edit(ws: &Workspace, gathered: &Gathered, deed: &Deed, sprints: &SprintCodes) -> Prepared {
    let record = gathered.candidate.record.as_ref().expect("edits are made of rows that were read");
    let mut facts = facts(ws, Place::of_row(record), sprints);
    facts.lies_at = record.path.clone();
    let verdict = match deed {
        Deed::Delete => deletion(gathered),
        Deed::Decide(decisions) => chosen(gathered, decisions, &mut facts),
        Deed::Set(fields) => {
            let laid = overlay(&gathered.head, fields);
            facts.row_alone =
                fields.iter().filter(|(f, _)| laid.in_row_alone.contains(f)).map(|(f, v)| (*f, v.clone())).collect();
            written(gathered, laid.documents)
        }
        Deed::Move { sprint, code, follow } => {
            let laid = overlay(&gathered.head, follow);
            let place = Place::new(gathered.candidate.kind, *sprint, code.as_str());
            facts = Facts { lies_at: facts.lies_at, ..self::facts(ws, place, sprints) };
            EntityVerdict { place: PlaceAction::FilesFollowRow, ..written(gathered, laid.documents) }
        }
    };
    prepare(gathered, verdict, &facts)
}

fn prepare_creation(ws: &Workspace, creation: &Creation, id: EntityId, sprints: &SprintCodes) -> Prepared {
    let place = Place::new(creation.kind, creation.sprint, creation.code.as_str());
    let documents: Writings = creation
        .documents
        .iter()
        .map(|(role, name, text)| (document_key(*role, name), Writing::document(*role, text).0))
        .collect();
    let candidate =
        Candidate { id, kind: creation.kind, files: Vec::new(), place: None, record: None, is_orphan: false };
    let gathered = Gathered::nothing(candidate);
    let row = RowAction::Write { parts: documents.clone(), how: How::Created, by_git: false };
    prepare(&gathered, rewrite(&documents, row), &facts(ws, place, sprints))
}

fn facts(ws: &Workspace, place: Place, sprints: &SprintCodes) -> Facts {
    let layout = ws.tree.layout();
    Facts {
        reference: reference(&place, sprints),
        home: address(&place, sprints).map_or_else(|| layout.root().clone(), |address| layout.path(&address)),
        lies_at: None,
        place,
        revision: RevisionId::new(ws.ids.fresh()),
        source: Some(Source::Cli),
        row_alone: Fields::new(),
        unfit: None,
    }
}

/// A verdict that writes `documents` to row and files where they differ from the row's.
fn written(gathered: &Gathered, documents: Writings) -> EntityVerdict {
    let unchanged = |key: &DocumentKey, content: &Writing| gathered.head.get(key) == Some(content);
    let files = documents.iter().map(|(key, content)| {
        let action = if unchanged(key, content) { FileAction::Keep } else { FileAction::Write(content.clone()) };
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

fn change_set(ws: &Workspace, prepared: &[Prepared]) -> ChangeSet {
    let mut changes = new_change_set(ws);
    for prepared in prepared {
        changes.entities.extend(prepared.change.clone().filter(|change| !is_idle(prepared, change)));
        changes.materialised.extend(prepared.materialised.iter().cloned());
        changes.events.extend(prepared.events.iter().filter(|_| prepared.change.is_none()).cloned());
        changes.sync_state.left.extend(prepared.found.left.iter().cloned());
        changes.sync_state.dropped.extend(prepared.found.dropped.iter().cloned());
        changes.blobs.extend(prepared.blobs.iter().map(|(digest, bytes)| (*digest, bytes.clone())));
    }
    changes
}

/// Closes what is decided and what is over with it, and records what collides beside it.
fn settle(changes: &mut ChangeSet, prepared: &[Prepared], resolved: Vec<(ConflictId, String)>, open: &OpenConflicts) {
    let is_decided = |id: ConflictId| resolved.iter().any(|(other, _)| *other == id);
    let over = prepared.iter().flat_map(|prepared| open.overtaken(prepared)).filter(|(id, _)| !is_decided(*id));
    changes.resolved = over.collect();
    changes.resolved.extend(resolved);
    changes.conflicts = prepared.iter().flat_map(|prepared| open.unrecorded(&prepared.conflicts)).collect();
}

/// Whether the row would be written only to say the same again.
fn is_idle(prepared: &Prepared, change: &EntityChange) -> bool {
    change.events.is_empty() && !change.deleted && prepared.writes.is_empty() && prepared.folder_move.is_none()
}

/// Writes the files of a committed order; what was to be made is taken back where that fails.
async fn write_files(
    ws: &Workspace,
    prepared: Vec<Prepared>,
    changes: &ChangeSet,
    committed: Committed,
) -> Result<SyncReport, SyncError> {
    let is_done = |prepared: &&Prepared| prepared.change.as_ref().is_none_or(|change| !is_idle(prepared, change));
    let steps: Vec<_> = prepared.iter().filter(is_done).map(|prepared| prepared.step.clone()).collect();
    let created: BTreeSet<EntityId> =
        changes.entities.iter().filter(|change| change.expect == Expected::Absent).map(|change| change.id).collect();
    let made: Vec<Removal> = prepared
        .iter()
        .filter(|prepared| created.contains(&prepared.step.entity))
        .flat_map(|prepared| &prepared.writes)
        .filter_map(|write| Some(Removal { path: write.state.path.clone(), expected: write.state.left?.raw }))
        .collect();
    let tracking = committed.tracking.iter().copied().collect();
    let written = files::write(ws, None, prepared, &tracking);
    let failure = match written {
        Err(error) => Some(error),
        Ok(written) => {
            ws.store.acknowledge(ws.clone, &written.left).await?;
            let failed = written.postponed.iter().any(|id| created.contains(id));
            let what = steps.iter().find(|step| written.postponed.contains(&step.entity));
            what.filter(|_| failed).map(|step| SyncError::Blocked {
                what: step.reference.clone(),
                why: written
                    .notes
                    .first()
                    .map_or_else(|| "something else is there".into(), |note| note.message.clone()),
            })
        }
    };
    match failure {
        Some(error) if !created.is_empty() => {
            take_back(ws, changes, &committed, &created, &made).await?;
            Err(error)
        }
        Some(error) => Err(error),
        None => {
            let totals = Totals { documents: 0, ..Totals::of(&steps) };
            Ok(SyncReport { applied: true, steps, totals, recorded: committed.conflicts, ..SyncReport::default() })
        }
    }
}
