//! The entities that a command is about, as they are on both sides just now.

use std::collections::{BTreeMap, BTreeSet};

use super::choose::Decision;
use super::codes::{SprintHomes, address};
use super::edit::{Deed, Edit, Order, prepare_creation, prepare_edit};
use super::gather::{Candidate, Gathered, Place, gather, is_head};
use super::memory::Memory;
use super::open::OpenConflicts;
use super::plan::Step;
use super::prepare::Prepared;
use super::rows::{LeftStates, Rows, those};
use super::survey::{Seen, Sight, digests};
use super::unfit::check_spelling;
use super::{SyncError, Workspace};
use crate::model::{Conflict, ConflictKind, DocPath, EntityId, EntityKind, Record};
use crate::reconcile::Side;
use crate::store::{Look, StoreError};

/// The entities that an order is about.
pub(super) struct View {
    candidates: Vec<Candidate>,
    /// Documents of them that cannot be read or understood, and why.
    unread: Vec<(DocPath, String)>,
    sprints: SprintHomes,
    /// The sprints around the entities.
    around: Vec<Record>,
    /// Places that have an entity.
    taken: BTreeMap<(EntityKind, Option<EntityId>, String), EntityId>,
    /// What waits for a decision.
    open: OpenConflicts,
    /// What the database remembers of the entities' documents.
    memory: Memory,
}

impl View {
    /// What is looked at for `order`, which changes `ids`.
    pub(super) fn about(ids: &BTreeSet<EntityId>, order: &Order) -> Look {
        let homes = order.creations.iter().filter_map(|creation| creation.sprint);
        let destinations = order.edits.iter().filter_map(Edit::destination);
        Look {
            codes: order.creations.iter().map(|creation| creation.code.folded()).collect(),
            ..those(ids.iter().copied().chain(homes).chain(destinations))
        }
    }

    /// The entities of `order` as `rows` and their files are; such rows as [`Self::about`] asks for.
    pub(super) async fn of(
        ws: &Workspace,
        rows: Rows,
        ids: &BTreeSet<EntityId>,
        order: &Order,
    ) -> Result<Self, SyncError> {
        let Rows { records, mut left, open, .. } = rows;
        let mut around: BTreeSet<EntityId> = records.values().filter_map(|record| record.sprint).collect();
        around.extend(order.creations.iter().filter_map(|creation| creation.sprint));
        around.extend(order.edits.iter().filter_map(Edit::destination));
        let sprints = records.values().filter(|record| record.kind == EntityKind::Sprint);
        let now = sprints.map(|record| (record.id, record.code.clone())).collect();
        let place = |record: &Record| (record.kind, record.sprint, record.code.to_lowercase());
        let taken = records.values().filter(|r| !r.deleted).map(|r| (place(r), r.id)).collect();
        let (mut wanted, others): (Vec<_>, Vec<_>) = records.into_values().partition(|record| ids.contains(&record.id));
        // As the events of what is done to them are numbered.
        wanted.sort_by_key(|record| EntityKind::ALL.iter().position(|kind| *kind == record.kind));
        let mut unread = Vec::new();
        let candidates = see(ws, wanted, &mut left, &mut unread);
        Ok(Self {
            memory: Memory::of(ws, &candidates.iter().collect::<Vec<_>>()).await?,
            candidates,
            unread,
            sprints: SprintHomes { now, ..SprintHomes::default() },
            taken,
            around: others.into_iter().filter(|record| around.contains(&record.id)).collect(),
            open,
        })
    }

    /// Refuses to write into the folder of a sprint that lies elsewhere by one of the sides.
    pub(super) fn check_sprints(&self, ws: &Workspace) -> Result<(), SyncError> {
        let lies_there = |sprint: &&Record| {
            let is_called_so = sprint.path.as_ref().is_some_and(|path| path.name() == sprint.code);
            let mut documents = sprint.documents.iter().filter(|document| document.key.role.is_managed());
            is_called_so && documents.any(|document| ws.tree.kind(&document.path).is_some())
        };
        let sprints = self.around.iter().filter(|record| record.kind == EntityKind::Sprint && !record.deleted);
        let Some(sprint) = sprints.into_iter().find(|sprint| !lies_there(sprint)) else { return Ok(()) };
        let waits = |open: &&Conflict| open.what.kind == ConflictKind::PathTaken && open.what.entity == Some(sprint.id);
        Err(match self.open.own().find(waits) {
            Some(held) => SyncError::Held { path: held.what.path.clone() },
            None => SyncError::Adrift { code: sprint.code.clone() },
        })
    }

    /// Refuses to change what waits for the place that its row has: `steps` tell so. It may go somewhere else, or
    /// altogether, from where its files are known to lie.
    pub(super) fn check_at_home(&self, steps: &[Step], edits: &[Edit]) -> Result<(), SyncError> {
        let waits = |step: &&Step| step.held && step.conflicts.contains(&ConflictKind::PathTaken);
        let waiting: BTreeSet<EntityId> = steps.iter().filter(waits).map(|step| step.entity).collect();
        for edit in edits.iter().filter(|edit| waiting.contains(&edit.entity)) {
            let Some(candidate) = self.candidates.iter().find(|one| one.id == edit.entity) else { continue };
            let leaves = matches!(edit.deed, Deed::Move { .. } | Deed::Delete);
            let home = candidate.record.as_ref().and_then(|record| record.path.clone());
            if let Some(path) = candidate.lies_at().or(home).filter(|_| !leaves || !candidate.has_managed_files()) {
                return Err(SyncError::Held { path });
            }
        }
        Ok(())
    }

    /// Refuses to take an entity for gone whose id a folder bears that is held; and to make one again, whose place such
    /// a folder has. That one may be deleted.
    pub(super) fn check_claimed(&self, ws: &Workspace, edits: &[Edit]) -> Result<(), SyncError> {
        let gone: Vec<&Candidate> = self.candidates.iter().filter(|one| !one.has_managed_files()).collect();
        if gone.is_empty() {
            return Ok(());
        }
        for held in self.open.own().filter(|open| open.what.kind.is_of_folders()) {
            let borne = borne(ws, held);
            let folder = held.what.file.as_deref().and_then(|path| DocPath::new(path).ok());
            let is_claimed = |candidate: &&&Candidate| {
                let home = candidate.record.as_ref().and_then(|record| record.path.as_ref());
                let is_deleted = edits.iter().any(|e| e.entity == candidate.id && matches!(e.deed, Deed::Delete));
                let is_here = home.zip(folder.as_ref()).is_some_and(|(home, folder)| home.is_within(folder));
                let was_here = held.what.kind == ConflictKind::IdReplaced && held.what.entity == Some(candidate.id);
                borne == Some(candidate.id) || !is_deleted && (is_here || was_here)
            };
            if gone.iter().any(|candidate| is_claimed(&candidate)) {
                return Err(SyncError::Held { path: held.what.path.clone() });
            }
        }
        Ok(())
    }

    /// Refuses to change what cannot be read.
    pub(super) fn check_understood(&self) -> Result<(), SyncError> {
        match self.unread.first() {
            None => Ok(()),
            Some((path, why)) => Err(SyncError::Unread { path: path.clone(), why: why.clone() }),
        }
    }

    /// Refuses to change what somebody deleted since the command looked for it.
    pub(super) fn check_live(&self, edits: &[Edit]) -> Result<(), SyncError> {
        let changes = |edit: &&Edit| matches!(edit.deed, Deed::Set(_) | Deed::Move { .. });
        let changed = edits.iter().filter(changes).map(|edit| edit.entity);
        let buried: Vec<EntityId> = changed.filter(|id| self.is_buried(*id)).collect();
        if buried.is_empty() { Ok(()) } else { Err(StoreError::Stale(buried).into()) }
    }

    fn is_buried(&self, id: EntityId) -> bool {
        let is_buried = |candidate: &Candidate| candidate.record.as_ref().is_some_and(|record| record.deleted);
        self.candidates.iter().any(|candidate| candidate.id == id && is_buried(candidate))
    }

    /// Refuses to take what a file said that is gone, where nothing but the file said it.
    pub(super) fn check_there(&self, edits: &[Edit]) -> Result<(), SyncError> {
        let is_lost = |decision: &&Decision| decision.side == Side::File && decision.value.is_none();
        let wants_file = |edit: &&Edit| matches!(&edit.deed, Deed::Decide(all) if all.iter().any(|one| is_lost(&one)));
        for edit in edits.iter().filter(wants_file) {
            let gone = |candidate: &&Candidate| candidate.id == edit.entity && !candidate.has_managed_files();
            let record = self.candidates.iter().find(gone).and_then(|candidate| candidate.record.as_ref());
            if let Some(path) = record.and_then(|record| record.path.clone()) {
                return Err(SyncError::Unread { path, why: "its files were deleted".into() });
            }
        }
        Ok(())
    }

    /// Asks `check` of every entity that is changed.
    pub(super) async fn check_each(
        &self,
        ws: &Workspace,
        edits: &[Edit],
        check: impl Fn(&Gathered, &Deed) -> Result<(), SyncError>,
    ) -> Result<(), SyncError> {
        for gathered in &gather(ws, self.candidates.clone(), &self.memory).await?.gathered {
            let mut of_it = edits.iter().filter(|edit| edit.entity == gathered.candidate.id);
            of_it.try_for_each(|edit| check(gathered, &edit.deed))?;
        }
        Ok(())
    }

    /// Where one of the entities lies that waits for a decision even now. One whose files are gone does not, nor one
    /// whose row waits alone: it says what no file can hold.
    pub(super) fn held(&self, ws: &Workspace, edits: &[Edit]) -> Option<DocPath> {
        let waits = |candidate: &&Candidate| {
            candidate.has_managed_files() && candidate.record.as_ref().is_some_and(|record| differs(candidate, record))
        };
        let off = self.off(ws, edits).find(waits)?;
        off.record.as_ref().and_then(|record| record.path.clone())
    }

    /// Where the entities should lie whose files are not what their rows say. Where that is what is to be decided, only
    /// files count that are not where they should be: they may have moved.
    pub(super) fn out_of_step(&self, ws: &Workspace, edits: &[Edit]) -> Vec<DocPath> {
        let path = |candidate: &Candidate| candidate.record.as_ref().and_then(|record| record.path.clone());
        self.off(ws, edits).filter_map(path).collect()
    }

    /// Whether the files lie elsewhere than where the row has them.
    fn is_displaced(&self, ws: &Workspace, candidate: &Candidate, record: &Record) -> bool {
        let home = address(&Place::of_row(record), &self.sprints).map(|address| ws.tree.layout().path(&address));
        candidate.lies_at().is_some_and(|lies_at| Some(lies_at) != home)
    }

    fn off(&self, ws: &Workspace, edits: &[Edit]) -> impl Iterator<Item = &Candidate> {
        let decides = |id: EntityId| edits.iter().any(|edit| edit.entity == id && matches!(edit.deed, Deed::Decide(_)));
        let is_off = move |candidate: &&Candidate| {
            let Some(record) = candidate.record.as_ref().filter(|record| !record.deleted) else { return false };
            if decides(record.id) {
                !candidate.has_managed_files() || self.is_displaced(ws, candidate, record)
            } else {
                differs(candidate, record) || !record.patches.is_empty()
            }
        };
        self.candidates.iter().filter(is_off)
    }

    /// Prepares what the order asks for; what is deleted already is not deleted again.
    pub(super) async fn prepare(
        mut self,
        ws: &Workspace,
        order: &Order,
    ) -> Result<(Vec<Prepared>, OpenConflicts), SyncError> {
        let is_done = |edit: &Edit| matches!(edit.deed, Deed::Delete) && self.is_buried(edit.entity);
        let done: BTreeSet<EntityId> =
            order.edits.iter().filter(|edit| is_done(edit)).map(|edit| edit.entity).collect();
        self.candidates.retain(|candidate| !done.contains(&candidate.id));
        let harvest = gather(ws, self.candidates, &self.memory).await?;
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
        Ok((prepared, self.open))
    }
}

/// Whether the files are not what the row's documents are.
fn differs(candidate: &Candidate, record: &Record) -> bool {
    record.documents.len() != candidate.files.len() || !candidate.files.iter().all(|seen| is_head(seen, record))
}

/// Whether what lies there is somebody else's folder: its documents bear ids, and never this one.
fn bears_another_id(files: &[Seen], id: EntityId) -> bool {
    let mut borne = files.iter().filter(|seen| seen.key.role.is_managed()).filter_map(Seen::stamp_id).peekable();
    borne.peek().is_some() && borne.all(|other| other != id)
}

/// The id that the document of a held folder bears.
pub fn borne(ws: &Workspace, held: &Conflict) -> Option<EntityId> {
    let role = held.what.document.as_ref()?.role;
    let read = ws.tree.read(&held.what.path).ok()?;
    digests(role, &read.bytes).0.stamp.map(|stamp| stamp.id)
}

/// Looks at the files of `records` where they should be.
fn see(
    ws: &Workspace,
    records: Vec<Record>,
    left: &mut LeftStates,
    unread: &mut Vec<(DocPath, String)>,
) -> Vec<Candidate> {
    let mut candidate = |record: Record| {
        let paths: Vec<DocPath> = record.documents.iter().map(|version| version.path.clone()).collect();
        let looked = ws
            .tree
            .read_all(&paths, |index, read| read.map(|read| digests(record.documents[index].key.role, &read.bytes)));
        let files: Vec<Seen> = record
            .documents
            .iter()
            .zip(looked)
            .filter_map(|(version, looked)| {
                let (sight, why) = match looked {
                    Ok((known, None)) => (Sight::Read(known), None),
                    Ok((known, Some(reason))) => (Sight::Quarantined(known), Some(reason.to_string())),
                    Err(error) if error.is_absence() => return None,
                    Err(error) => (Sight::Unreadable, Some(error.why())),
                };
                unread.extend(why.map(|why| (version.path.clone(), why)));
                Some(Seen { key: version.key.clone(), path: version.path.clone(), changed: false, sight })
            })
            .collect();
        let files = if bears_another_id(&files, record.id) { Vec::new() } else { files };
        let place = (!files.is_empty()).then(|| Place::of_row(&record));
        let left = left.remove(&record.id).unwrap_or_default();
        Candidate { id: record.id, kind: record.kind, files, place, record: Some(record), left, is_orphan: false }
    };
    records.into_iter().map(&mut candidate).collect()
}
