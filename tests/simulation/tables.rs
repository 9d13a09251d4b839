//! What a database holds, as plain data, and what it answers of that: what is read from a real one, without any SQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use instep::model::{
    CloneId, Conflict, ConflictState, Cursor, Digest, DocumentKey, DocumentVersion, EntityId, EntityKind, Epoch, Event,
    Field, Patch, ProjectId, Record, Revision, RunId, ShortDigest, natural,
};
use instep::store::{
    Bytes, Committed, KnownAnswer, KnownQuestion, KnownRevision, ListQuery, Page, Selection, SprintCodes, SyncState,
};
use serde_json::Value;

/// Everything in one database. A copy is a snapshot, or a backup.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(crate) project: ProjectId,
    pub(crate) epoch: Epoch,
    pub(crate) lines: BTreeMap<EntityId, Arc<Line>>,
    pub(crate) revisions: BTreeMap<(EntityId, i64), Arc<Revision>>,
    pub(crate) blobs: BTreeMap<Digest, Bytes>,
    pub(crate) events: Vec<Arc<Event>>,
    /// In the order in which they were recorded.
    pub(crate) conflicts: Vec<Arc<Conflict>>,
    pub(crate) left: BTreeMap<(CloneId, EntityId, DocumentKey), Arc<SyncState>>,
    pub(crate) runs: BTreeMap<RunId, Committed>,
    /// How many ids triggers have made.
    pub(crate) made: u128,
}

/// One row with what the database alone may say of it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// The row and its newest documents; its patches are found in the history.
    pub(crate) record: Record,
    /// The number of the newest revision that has documents.
    pub(crate) documents_version: i64,
    pub(crate) metadata: Value,
    /// What a task's configuration says, as the database alone hands it out.
    pub(crate) agent_config: Option<Value>,
}

/// Agents, sprints, tasks: the order in which rows are read and written.
pub(crate) fn rank(kind: EntityKind) -> usize {
    EntityKind::ALL.iter().position(|other| *other == kind).expect("every kind is one of all")
}

impl Tables {
    /// A database with nothing in it.
    pub(crate) fn empty(project: ProjectId, epoch: Epoch) -> Self {
        Self {
            project,
            epoch,
            lines: BTreeMap::new(),
            revisions: BTreeMap::new(),
            blobs: BTreeMap::new(),
            events: Vec::new(),
            conflicts: Vec::new(),
            left: BTreeMap::new(),
            runs: BTreeMap::new(),
            made: 0,
        }
    }

    /// Where the feed ends.
    pub(crate) fn cursor(&self) -> Cursor {
        Cursor { epoch: self.epoch, seq: self.events.len() as i64 }
    }

    /// The configuration that the row of a task holds; an empty one where it holds none.
    pub(crate) fn config(&self, id: EntityId) -> Value {
        let config = self.lines.get(&id).and_then(|line| line.agent_config.clone());
        config.unwrap_or_else(|| Value::Object(serde_json::Map::new()))
    }

    /// The ids of a selection, in any order.
    fn selected(&self, which: Selection<'_>) -> Vec<EntityId> {
        match which {
            Selection::All => self.lines.keys().copied().collect(),
            Selection::Ids(ids) => ids.iter().filter(|id| self.lines.contains_key(id)).copied().collect(),
            Selection::Codes(codes) => {
                let is_named = |line: &&Arc<Line>| {
                    let code = line.record.code.to_ascii_lowercase();
                    let claimed = line.record.fields.get(&Field::Code).and_then(Value::as_str);
                    let claimed = claimed.filter(|_| !code.is_empty()).map(str::to_ascii_lowercase);
                    codes.contains(&code) || claimed.is_some_and(|claimed| codes.contains(&claimed))
                };
                self.lines.values().filter(is_named).map(|line| line.record.id).collect()
            }
        }
    }

    pub(crate) fn records(&self, which: Selection<'_>) -> Vec<Record> {
        let mut ids = self.selected(which);
        ids.sort_unstable_by_key(|id| (rank(self.lines[id].record.kind), *id));
        ids.dedup();
        ids.into_iter().map(|id| self.record(id)).collect()
    }

    fn record(&self, id: EntityId) -> Record {
        let line = &self.lines[&id];
        let later = self.revisions.range((id, line.documents_version + 1)..=(id, i64::MAX));
        let patch = |revision: &Arc<Revision>| revision.patch.clone().map(|patch| (revision.id, patch));
        let patches: Vec<(_, Patch)> = later.filter_map(|(_, revision)| patch(revision)).collect();
        Record { patches, ..line.record.clone() }
    }

    pub(crate) fn count_live(&self) -> usize {
        self.lines.values().filter(|line| !line.record.deleted).count()
    }

    /// Lists in the order of a list that nobody sorted otherwise.
    pub(crate) fn list(&self, query: &ListQuery) -> Page {
        let live = self.lines.values().map(|line| &line.record).filter(|record| !record.deleted);
        let mut found: Vec<&Record> = live.filter(|record| is_wanted(query, record)).collect();
        let asks_tasks = query.kind.is_none_or(|kind| kind == EntityKind::Task);
        let sprints = self.lines.values().filter(|line| asks_tasks && line.record.kind == EntityKind::Sprint);
        let sprints: SprintCodes = sprints.map(|line| (line.record.id, line.record.code.clone())).collect();
        let sprint = |record: &Record| record.sprint.and_then(|id| sprints.get(&id));
        found.sort_by(|a, b| {
            let by_sprint = match [sprint(a), sprint(b)] {
                [Some(a), Some(b)] => natural(a, b),
                [a, b] => a.is_none().cmp(&b.is_none()),
            };
            by_sprint.then_with(|| natural(&a.code, &b.code)).then_with(|| (a.kind, a.id).cmp(&(b.kind, b.id)))
        });
        let page = found.iter().skip(query.offset).take(query.limit.unwrap_or(usize::MAX));
        Page { items: page.map(|record| record.row.clone()).collect(), total: found.len(), sprints }
    }

    pub(crate) fn told(&self, kind: EntityKind, name: &str) -> BTreeMap<EntityId, Value> {
        let live = self.lines.values().filter(|line| !line.record.deleted && line.record.kind == kind);
        live.filter_map(|line| Some((line.record.id, line.metadata.get(name)?.clone()))).collect()
    }

    pub(crate) fn known(&self, question: &KnownQuestion) -> KnownAnswer {
        KnownAnswer {
            by_stamp: question.stamp.and_then(|short| self.newest(question, |digest| begins(digest, short))),
            by_text: question.canonical.and_then(|whole| self.newest(question, |digest| *digest == whole)),
        }
    }

    fn newest(&self, question: &KnownQuestion, is_meant: impl Fn(&Digest) -> bool) -> Option<KnownRevision> {
        let named = |revision: &Arc<Revision>| {
            let document = |document: &&DocumentVersion| document.key == question.key && is_meant(&document.canonical);
            let DocumentVersion { blob, canonical, .. } = revision.documents.iter().flatten().find(document)?;
            Some(KnownRevision { revision: revision.id, n: revision.n, blob: *blob, canonical: *canonical })
        };
        self.history(question.entity, 0).rev().find_map(named)
    }

    /// The revisions of an entity after a number.
    pub(crate) fn history(&self, id: EntityId, after: i64) -> impl DoubleEndedIterator<Item = &Arc<Revision>> {
        self.revisions.range((id, after + 1)..=(id, i64::MAX)).map(|(_, revision)| revision)
    }

    pub(crate) fn revisions(&self, after: &[(EntityId, i64)]) -> Vec<Revision> {
        let mut found: Vec<Revision> =
            after.iter().flat_map(|(id, n)| self.history(*id, *n)).map(|revision| Revision::clone(revision)).collect();
        found.sort_by_key(|revision| (revision.entity, revision.n));
        found
    }

    pub(crate) fn blobs(&self, digests: &[Digest]) -> BTreeMap<Digest, Bytes> {
        digests.iter().filter_map(|digest| Some((*digest, self.blobs.get(digest)?.clone()))).collect()
    }

    pub(crate) fn sync_state(&self, clone: CloneId, which: Selection<'_>) -> Vec<SyncState> {
        let ids = match which {
            Selection::Ids(ids) => ids.to_vec(),
            which => self.selected(which),
        };
        let is_meant = |state: &SyncState| matches!(which, Selection::All) || ids.contains(&state.entity);
        let own = self.left.iter().filter(|((owner, ..), state)| *owner == clone && is_meant(state));
        let mut found: Vec<SyncState> = own.map(|(_, state)| SyncState::clone(state)).collect();
        found.sort_by(|a, b| (a.path.as_str(), a.entity).cmp(&(b.path.as_str(), b.entity)));
        found
    }

    pub(crate) fn events(&self, after: Cursor, limit: usize) -> Vec<Event> {
        let later = self.events.iter().filter(|event| event.epoch == after.epoch && event.seq > after.seq);
        later.take(limit).map(|event| Event::clone(event)).collect()
    }

    pub(crate) fn conflicts(&self, state: Option<ConflictState>) -> Vec<Conflict> {
        let meant = self.conflicts.iter().rev().filter(|conflict| state.is_none_or(|state| conflict.state == state));
        meant.map(|conflict| Conflict::clone(conflict)).collect()
    }
}

fn is_wanted(query: &ListQuery, record: &Record) -> bool {
    let says_one = |(field, words): &(Field, Vec<String>)| {
        let value = record.fields.get(field).and_then(Value::as_str);
        value.is_some_and(|value| words.iter().any(|word| word.to_lowercase() == value.to_lowercase()))
    };
    query.kind.is_none_or(|kind| kind == record.kind)
        && query.sprint.is_none_or(|sprint| record.sprint == Some(sprint))
        && (!query.backlog || record.kind == EntityKind::Task && record.sprint.is_none())
        && query.any_of.iter().all(says_one)
}

fn begins(digest: &Digest, short: ShortDigest) -> bool {
    digest.short() == short
}
