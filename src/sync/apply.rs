//! The one door for writes: rows first, in one durable transaction, then files, then what is remembered of them.
//!
//! Killed anywhere, the next run ends as some uninterrupted run would: before the commit nothing happened, after it
//! the files are older than their rows, which the decision table heals. Bytes are stored before they are displaced.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::Candidates;
use super::codes::SprintHomes;
use super::decide::{Decided, Grounds, MEMORY, Work, decide_batch};
use super::files;
use super::finish::tell;
use super::gather::Candidate;
use super::memory::Memory;
use super::open::OpenConflicts;
use super::plan::{Note, RowDeed};
use super::prepare::Prepared;
use super::survey::{Folder, Survey};
use super::{SyncError, SyncOptions, Workspace, sides};
use crate::model::{ConflictId, Cursor, Digest, DocPath, EntityId, EntityKind, EventId, NewConflict, Record, RunId};
use crate::store::{Acknowledged, ChangeSet, Committed, Selection, StoreError, last_event};
use crate::tree::CacheHead;

/// How often an entity is decided again whose row changed meanwhile.
const ROUNDS: usize = 5;

/// What was carried out.
#[derive(Default)]
pub(super) struct Applied {
    /// Entities that the next run has to look at again.
    pub(super) postponed: BTreeSet<EntityId>,
    /// What is worth knowing.
    pub(super) notes: Vec<Note>,
    /// Whether anything was stored or written.
    pub(super) wrote: bool,
    /// Entities whose rows were changed.
    pub(super) stored: BTreeSet<EntityId>,
    /// Conflicts that were recorded.
    pub(super) conflicts: Vec<ConflictId>,
    /// How many conflicts wait for a decision now.
    pub(super) open_conflicts: usize,
    /// Entities that wait for a person, or for a run that lets count what does not count here.
    held: BTreeSet<EntityId>,
    /// Entities with files where the survey saw none: what becomes of those is not seen by comparing with it.
    displaced: BTreeSet<EntityId>,
    /// How many events this run stored.
    events: i64,
    /// Where the feed ended after the last commit.
    cursor: Option<Cursor>,
    /// The last event that this run stored.
    event: Option<EventId>,
}

/// Carries out what was decided and remembers how the tree looks now.
pub(super) async fn apply(
    ws: &Workspace,
    survey: Survey,
    found: Candidates,
    decided: Decided,
    options: &SyncOptions,
) -> Result<Applied, SyncError> {
    let settled = settled(&found, &decided, options);
    let unread = found.entities.iter().filter(|candidate| Folder::has_unread(&candidate.files));
    let unread: Vec<EntityId> = unread.map(|candidate| candidate.id).collect();
    let in_doubt = found.in_doubt();
    let mut run = Run {
        ws,
        survey,
        options,
        sprints: decided.sprints,
        applied: Applied::default(),
        open: found.open,
        tracking: BTreeMap::new(),
        stuck: Vec::new(),
    };
    run.applied.postponed.extend(decided.restless);
    run.applied.held.extend(decided.waiting);
    run.applied.held.extend(unread);
    run.applied.held.extend(in_doubt);
    ws.progress.started(decided.work.len(), "writing");
    let strays = decided.strays.into_iter().map(|(_, conflict)| conflict).collect();
    match run.all(batches(decided.work), strays, settled).await {
        Ok(()) => Ok(Applied { open_conflicts: run.open.count(), ..run.applied }),
        Err(error) if run.applied.wrote => Err(SyncError::Begun { source: Box::new(error) }),
        Err(error) => Err(error),
    }
}

/// Entities that were looked at and need nothing.
fn settled(found: &Candidates, decided: &Decided, options: &SyncOptions) -> BTreeSet<EntityId> {
    let is_seen = |candidate: &&Candidate| {
        options.scope.covers(candidate) && !Folder::has_unread(&candidate.files) && !options.spares(candidate)
    };
    let seen = found.entities.iter().filter(is_seen).map(|candidate| candidate.id);
    let busy = decided.work.iter().map(|work| work.candidate.id).chain(decided.restless.iter().copied());
    let busy: BTreeSet<EntityId> = busy.collect();
    found.in_step.iter().copied().chain(seen).filter(|id| !busy.contains(id)).collect()
}

/// What follows its row out of the tree, children first, since it makes room; then moves of folders together, then
/// everything else, then deletions together, children first.
fn batches(work: Vec<Work>) -> Vec<Vec<Work>> {
    let (mut deletions, rest): (Vec<_>, Vec<_>) = work.into_iter().partition(|work| work.step.row == RowDeed::Delete);
    let (mut leaving, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|work| work.lying.to.is_none());
    let moves = |work: &Work| work.ready.as_ref().is_some_and(|ready| ready.relocation.is_some());
    let (moves, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(moves);
    for children_first in [&mut deletions, &mut leaving] {
        children_first.sort_by_key(|work| std::cmp::Reverse((work.candidate.kind, work.candidate.id)));
    }
    let mut batches = vec![leaving, moves];
    let mut room = 0;
    for work in rest {
        if room < work.weight {
            batches.last_mut().expect("two stand first").shrink_to_fit();
            batches.push(Vec::new());
            room = MEMORY;
        }
        room = room.saturating_sub(work.weight);
        batches.last_mut().expect("two stand first").push(work);
    }
    batches.push(deletions);
    batches.retain(|batch| !batch.is_empty());
    batches
}

struct Run<'a> {
    ws: &'a Workspace,
    survey: Survey,
    options: &'a SyncOptions,
    sprints: SprintHomes,
    applied: Applied,
    open: OpenConflicts,
    /// The tracking hashes of the revisions of the last commit.
    tracking: BTreeMap<EntityId, Digest>,
    /// Places that folders should have come to and did not.
    stuck: Vec<DocPath>,
}

impl Run<'_> {
    /// Carries out everything, batch by batch.
    async fn all(
        &mut self,
        batches: Vec<Vec<Work>>,
        strays: Vec<NewConflict>,
        settled: BTreeSet<EntityId>,
    ) -> Result<(), SyncError> {
        self.record_strays(strays, settled).await?;
        let mut stale = Vec::new();
        for batch in batches {
            stale.extend(self.carry_out(batch).await?);
        }
        self.again(stale).await?;
        self.ws.progress.finished();
        self.remember()
    }

    /// Carries out one batch; returns the candidates whose rows changed meanwhile.
    async fn carry_out(&mut self, batch: Vec<Work>) -> Result<Vec<Candidate>, SyncError> {
        let count = batch.len();
        let mut ready = self.make_ready(batch).await?;
        let stale = self.commit(&mut ready).await?;
        let stored = ready.iter().filter(|(prepared, _)| prepared.change.is_some());
        self.applied.stored.extend(stored.map(|(prepared, _)| prepared.step.entity));
        ready.iter().filter_map(|(prepared, candidate)| folder_left(prepared, candidate)).for_each(|folder| {
            self.ws.tree.prune_left(folder);
        });
        let prepared: Vec<Prepared> = ready.into_iter().map(|(prepared, _)| prepared).collect();
        self.applied.held.extend(prepared.iter().filter(|p| p.step.held).map(|p| p.step.entity));
        self.applied.displaced.extend(prepared.iter().filter(|p| puts_files_elsewhere(p)).map(|p| p.step.entity));
        let tracking = std::mem::take(&mut self.tracking);
        let written = files::write(self.ws, Some(&mut self.survey), prepared, &tracking, &self.stuck)?;
        self.stuck = written.stuck;
        self.applied.postponed.extend(written.postponed);
        self.applied.notes.extend(written.notes);
        self.applied.wrote |= written.left != Acknowledged::default();
        if let Some((run, committed)) = tell(self.ws, &written.events, &written.left).await? {
            self.note_commit(run, committed);
        }
        self.ws.progress.advanced(count);
        Ok(stale)
    }

    /// Prepares again what was not kept in memory.
    async fn make_ready(&mut self, batch: Vec<Work>) -> Result<Vec<(Prepared, Candidate)>, SyncError> {
        let mut ready = Vec::with_capacity(batch.len());
        let mut again = Vec::new();
        for work in batch {
            match work.ready {
                Some(prepared) => ready.push((prepared, work.candidate)),
                None => again.push(work.candidate),
            }
        }
        if !again.is_empty() {
            let (work, restless) = self.decide(again).await?;
            self.applied.postponed.extend(restless);
            ready.extend(work.into_iter().filter_map(|work| Some((work.ready?, work.candidate))));
        }
        Ok(ready)
    }

    /// Decides anew what is not in memory, or what is not as it was.
    async fn decide(&self, batch: Vec<Candidate>) -> Result<(Vec<Work>, Vec<EntityId>), SyncError> {
        let memory = Memory::of(self.ws, &batch.iter().collect::<Vec<_>>()).await?;
        let on = Grounds { ws: self.ws, survey: &self.survey, memory: &memory, options: self.options };
        decide_batch(on, &self.sprints, batch).await
    }

    /// Commits `ready`; what turns out stale is taken out and returned.
    async fn commit(&mut self, ready: &mut Vec<(Prepared, Candidate)>) -> Result<Vec<Candidate>, SyncError> {
        let mut stale = Vec::new();
        loop {
            let changes = self.change_set(ready);
            if is_empty(&changes) || self.is_only_kept_bytes(&changes).await? {
                return Ok(stale);
            }
            match commit_surely(self.ws, &changes).await {
                Ok(committed) => {
                    self.open.note(&changes, &committed);
                    self.note_commit(changes.run, committed);
                    return Ok(stale);
                }
                Err(StoreError::Stale(ids)) if !ids.is_empty() => {
                    let (gone, kept): (Vec<_>, Vec<_>) =
                        std::mem::take(ready).into_iter().partition(|(p, _)| ids.contains(&p.step.entity));
                    *ready = kept;
                    if gone.is_empty() {
                        return Err(StoreError::Stale(ids).into());
                    }
                    stale.extend(gone.into_iter().map(|(_, candidate)| candidate));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether it would only store bytes for safety's sake that are stored: an earlier run came no further.
    async fn is_only_kept_bytes(&self, changes: &ChangeSet) -> Result<bool, SyncError> {
        if !stores_only_bytes(changes) {
            return Ok(false);
        }
        let kept: Vec<Digest> = changes.blobs.iter().map(|(digest, _)| *digest).collect();
        Ok(self.ws.store.stored(&kept).await?.len() == kept.len())
    }

    fn note_commit(&mut self, run: RunId, committed: Committed) {
        self.applied.wrote = true;
        self.applied.event = last_event(run, &committed).or(self.applied.event);
        self.applied.events += committed.events as i64;
        self.applied.cursor = Some(committed.cursor);
        self.applied.conflicts.extend(committed.conflicts);
        self.tracking.extend(committed.tracking);
    }

    fn change_set(&self, ready: &[(Prepared, Candidate)]) -> ChangeSet {
        let ws = self.ws;
        let mut changes = new_change_set(ws);
        let mut blobs = BTreeMap::new();
        for (prepared, _) in ready {
            changes.entities.extend(prepared.change.clone());
            changes.materialised.extend(prepared.materialised.iter().cloned());
            changes.conflicts.extend(self.open.unrecorded(&prepared.conflicts));
            changes.sync_state.left.extend(prepared.found.left.iter().cloned());
            changes.sync_state.dropped.extend(prepared.found.dropped.iter().cloned());
            changes.resolved.extend(self.open.overtaken(prepared));
            blobs.extend(prepared.blobs.iter().map(|(digest, bytes)| (*digest, bytes.clone())));
        }
        changes.blobs = blobs.into_iter().collect();
        changes
    }

    async fn record_strays(&mut self, strays: Vec<NewConflict>, settled: BTreeSet<EntityId>) -> Result<(), SyncError> {
        self.applied.held.extend(strays.iter().filter_map(|conflict| conflict.entity));
        let scan = &self.survey.scan;
        let is_gone = |path: &DocPath| scan.find(path).is_none() && !scan.is_blocked(path);
        let resolved = [self.open.overtaken_strays(&strays), self.open.overtaken_holds(&settled, is_gone)].concat();
        let changes = ChangeSet { conflicts: self.open.unrecorded(&strays), resolved, ..new_change_set(self.ws) };
        if !is_empty(&changes) {
            let committed = commit_surely(self.ws, &changes).await?;
            self.open.note(&changes, &committed);
            self.note_commit(changes.run, committed);
        }
        Ok(())
    }

    /// Decides and carries out again what was stale; what stays stale is left to the next run.
    async fn again(&mut self, mut stale: Vec<Candidate>) -> Result<(), SyncError> {
        for _ in 0..ROUNDS {
            if stale.is_empty() {
                return Ok(());
            }
            let ids: Vec<EntityId> = stale.iter().map(|candidate| candidate.id).collect();
            let fresh: BTreeMap<EntityId, Record> = self
                .ws
                .store
                .records(Selection::Ids(&ids))
                .await?
                .into_iter()
                .map(|record| (record.id, record))
                .collect();
            for candidate in &mut stale {
                candidate.record = fresh.get(&candidate.id).cloned();
            }
            let (work, restless) = self.decide(std::mem::take(&mut stale)).await?;
            self.applied.postponed.extend(restless);
            stale = self.carry_out(work).await?;
        }
        self.applied.postponed.extend(stale.into_iter().map(|candidate| candidate.id));
        Ok(())
    }

    /// Saves the stat cache. A feed that others wrote to meanwhile is read again by the next run.
    fn remember(&mut self) -> Result<(), SyncError> {
        let seen = self.survey.head.cursor;
        let ours = Cursor { seq: seen.seq + self.applied.events, ..seen };
        let (cursor, event) = match self.applied.cursor {
            Some(cursor) if cursor == ours => (cursor, self.applied.event.or(self.survey.event)),
            _ => (seen, self.survey.event),
        };
        let newest = self.applied.cursor.unwrap_or(seen);
        if self.survey.seen != Some(newest) {
            sides::remember(self.ws, newest);
        }
        let partial = !self.options.scope.paths.is_empty();
        let Applied { postponed, held, displaced, .. } = &self.applied;
        let pending: BTreeSet<EntityId> = postponed.iter().chain(held).chain(displaced).copied().collect();
        let pending = pending.into_iter().collect();
        // What cannot be looked into may be gone by the next run, which would miss nothing there that it knew.
        let is_whole = !partial && self.survey.scan.blocked().is_empty();
        let head = CacheHead { clone: self.ws.clone, cursor: is_whole.then_some(cursor), event, pending };
        if !partial {
            self.ws.tree.save_cache(&self.survey.scan, &head)?;
        }
        Ok(())
    }
}

/// The folder of what is deleted on both sides: its files are gone, and this clone learns so only now.
fn folder_left<'a>(prepared: &Prepared, candidate: &'a Candidate) -> Option<&'a DocPath> {
    let record = candidate.record.as_ref().filter(|record| record.deleted && record.kind != EntityKind::Agent)?;
    let is_gone = candidate.files.is_empty() && !prepared.found.dropped.is_empty();
    record.path.as_ref().filter(|_| is_gone)
}

fn puts_files_elsewhere(prepared: &Prepared) -> bool {
    prepared.relocation.is_some() || prepared.writes.iter().any(|write| write.expected.is_none())
}

/// An attempt that changes nothing yet.
pub(super) fn new_change_set(ws: &Workspace) -> ChangeSet {
    ChangeSet {
        run: RunId::new(ws.ids.fresh()),
        correlation: ws.correlation,
        actor: ws.actor.clone(),
        clone: ws.clone,
        at: ws.clock.now(),
        entities: Vec::new(),
        materialised: Vec::new(),
        blobs: Vec::new(),
        conflicts: Vec::new(),
        resolved: Vec::new(),
        events: Vec::new(),
        sync_state: Acknowledged::default(),
    }
}

fn is_empty(changes: &ChangeSet) -> bool {
    changes.blobs.is_empty() && stores_only_bytes(changes)
}

fn stores_only_bytes(changes: &ChangeSet) -> bool {
    changes.entities.is_empty()
        && changes.materialised.is_empty()
        && changes.conflicts.is_empty()
        && changes.resolved.is_empty()
        && changes.events.is_empty()
        && changes.sync_state == Acknowledged::default()
}

/// Commits, and finds out what became of it where the answer was lost.
pub(super) async fn commit_surely(ws: &Workspace, changes: &ChangeSet) -> Result<Committed, StoreError> {
    match ws.store.commit(changes).await {
        Err(StoreError::Unknown { run, location }) => match ws.store.committed(run).await {
            Ok(Some(committed)) => Ok(committed),
            // The server may still be at work on it: that one has an end only when the next attempt gets through.
            Ok(None) => ws.store.commit(changes).await.map_err(|error| match error {
                StoreError::Unreachable { .. } | StoreError::Busy { .. } | StoreError::ReadOnly { .. } => {
                    StoreError::Unknown { run, location }
                }
                error => error,
            }),
            Err(_) => Err(StoreError::Unknown { run, location }),
        },
        outcome => outcome,
    }
}
