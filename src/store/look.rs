//! What several questions ask at once: a run begins with one look at the rows, and asks once what was before.
//!
//! The functions here say what such a question means in terms of the plain ones. A back end to which every question is a
//! long way answers in one message, and says the same.

use std::collections::{BTreeMap, BTreeSet};

use super::column::TABLES;
use super::{Bytes, Head, KnownAnswer, KnownQuestion, ListQuery, Selection, Store, StoreError, SyncState};
use crate::model::{
    CloneId, Conflict, ConflictState, Cursor, Digest, EntityId, EntityKind, Event, EventId, Record, Revision,
};

/// How many events one look reads; who gets so many does not know them all.
pub const MOST_EVENTS: usize = 5_000;

/// Which entities a look is about: those that are named in any of these ways, and the sprints of all tasks among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// All of the project.
    pub everything: bool,
    /// By an event after this one, of which at most [`MOST_EVENTS`] count.
    pub since: Option<Cursor>,
    /// By their ids.
    pub ids: BTreeSet<EntityId>,
    /// By their codes, as [`Selection::Codes`].
    pub codes: BTreeSet<String>,
    /// As live tasks of these sprints.
    pub tasks_of: BTreeSet<EntityId>,
    /// By an open conflict about them.
    pub in_conflict: bool,
    /// Besides: which of these texts are stored.
    pub texts: BTreeSet<Digest>,
}

impl Look {
    /// Whether it names nobody, unless an event does.
    pub fn names_nobody(&self) -> bool {
        let names = [!self.ids.is_empty(), !self.codes.is_empty(), !self.tasks_of.is_empty()];
        !self.everything && !self.in_conflict && !names.contains(&true)
    }
}

/// The rows as of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    /// Which project this is, and where its feed ends.
    pub head: Head,
    /// The event that was named, if it is there: another life of the database may have another one in its place.
    pub since: Option<EventId>,
    /// The events after the one that was named.
    pub events: Vec<Event>,
    /// The rows of the entities, as [`Store::records`].
    pub records: Vec<Record>,
    /// What the clone last left on disk of them, and of ids that have no row, as [`Store::sync_state`].
    pub left: Vec<SyncState>,
    /// Conflicts that are open, and all about the entities; newest first.
    pub conflicts: Vec<Conflict>,
    /// How many live rows there are in all; not counted where nobody is looked at.
    pub live: Option<usize>,
    /// Which of the texts are stored.
    pub stored: BTreeSet<Digest>,
}

/// What is asked of the past.
#[derive(Debug, Clone, Copy, Default)]
pub struct PastQuestion<'a> {
    /// Which stored revisions these name, as [`Store::known`].
    pub documents: &'a [KnownQuestion],
    /// What came after the revisions that the stamps of these name.
    pub outdated: &'a [KnownQuestion],
    /// Which bytes are wanted, as [`Store::blobs`].
    pub texts: &'a [Digest],
}

/// What was before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// What is known of the documents, in the order asked.
    pub known: Vec<KnownAnswer>,
    /// Every revision of an entity after the oldest one that a stamp of an outdated document names, ordered by entity
    /// and number.
    pub later: Vec<Revision>,
    /// The bytes.
    pub texts: BTreeMap<Digest, Bytes>,
}

/// Events after this one begin with the one that `cursor` names.
pub(super) fn before(cursor: Cursor) -> Cursor {
    Cursor { seq: cursor.seq - 1, ..cursor }
}

/// Its id, if it is the one that `cursor` names.
pub(super) fn is_at(cursor: Cursor, event: &Event) -> Option<EventId> {
    (event.seq == cursor.seq).then_some(event.event_id)
}

/// Looks at the rows with one plain question after the other.
///
/// # Errors
/// What the database says.
pub async fn look<S: Store + ?Sized>(store: &S, clone: CloneId, look: &Look) -> Result<Looked, StoreError> {
    let head = store.head().await?;
    let texts: Vec<Digest> = look.texts.iter().copied().collect();
    let stored: BTreeSet<Digest> = store.stored(&texts).await?.into_iter().collect();
    let events = match look.since {
        Some(since) if since != head.cursor => store.events(since, MOST_EVENTS).await?,
        _ => Vec::new(),
    };
    let since = match look.since {
        Some(since) => store.events(before(since), 1).await?.first().and_then(|event| is_at(since, event)),
        None => None,
    };
    if look.everything {
        let (records, left) = (store.records(Selection::All).await?, store.sync_state(clone, Selection::All).await?);
        let (conflicts, live) = (store.conflicts(None).await?, Some(store.count_live().await?));
        return Ok(Looked { head, since, events, records, left, conflicts, live, stored });
    }
    let mut ids = look.ids.clone();
    ids.extend(events.iter().filter_map(|event| event.entity).map(|entity| entity.id));
    if look.names_nobody() && ids.is_empty() {
        let conflicts = store.conflicts(Some(ConflictState::Open)).await?;
        return Ok(Looked {
            head,
            since,
            events,
            records: Vec::new(),
            left: Vec::new(),
            conflicts,
            live: None,
            stored,
        });
    }
    for sprint in &look.tasks_of {
        let query = ListQuery { kind: Some(EntityKind::Task), sprint: Some(*sprint), ..ListQuery::default() };
        ids.extend(store.list(&query).await?.items.iter().map(|task| task.id));
    }
    let mut conflicts = store.conflicts(None).await?;
    if look.in_conflict {
        let open = conflicts.iter().filter(|conflict| conflict.state == ConflictState::Open);
        ids.extend(open.filter_map(|conflict| conflict.what.entity));
    }
    let by_id = |records: Vec<Record>| records.into_iter().map(|record| (record.id, record));
    let named: Vec<EntityId> = ids.iter().copied().collect();
    let codes: Vec<String> = look.codes.iter().cloned().collect();
    let mut records: BTreeMap<EntityId, Record> = by_id(store.records(Selection::Ids(&named)).await?).collect();
    records.extend(by_id(store.records(Selection::Codes(&codes)).await?));
    let sprints: BTreeSet<EntityId> = records.values().filter_map(|record| record.sprint).collect();
    let missing: Vec<EntityId> = sprints.into_iter().filter(|id| !records.contains_key(id)).collect();
    records.extend(by_id(store.records(Selection::Ids(&missing)).await?));
    ids.extend(records.keys());
    let about: Vec<EntityId> = ids.iter().copied().collect();
    let left = store.sync_state(clone, Selection::Ids(&about)).await?;
    let is_about = |conflict: &Conflict| conflict.what.entity.is_some_and(|id| ids.contains(&id));
    conflicts.retain(|conflict| conflict.state == ConflictState::Open || is_about(conflict));
    let mut records: Vec<Record> = records.into_values().collect();
    records.sort_by_key(|record| (TABLES.iter().position(|table| table.kind == record.kind), record.id));
    Ok(Looked { head, since, events, records, left, conflicts, live: Some(store.count_live().await?), stored })
}

/// Asks what was before with one plain question after the other.
///
/// # Errors
/// What the database says.
pub async fn past<S: Store + ?Sized>(store: &S, question: PastQuestion<'_>) -> Result<Past, StoreError> {
    let known = store.known(question.documents).await?;
    let mut oldest: BTreeMap<EntityId, i64> = BTreeMap::new();
    for (question, answer) in question.outdated.iter().zip(store.known(question.outdated).await?) {
        if let Some(named) = answer.by_stamp {
            let n = oldest.entry(question.entity).or_insert(named.n);
            *n = (*n).min(named.n);
        }
    }
    let later = store.revisions(&oldest.into_iter().collect::<Vec<_>>()).await?;
    Ok(Past { known, later, texts: store.blobs(question.texts).await? })
}
