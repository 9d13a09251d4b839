//! The side of the rows, as far as a run has looked at it: one look tells everything that is named from the start, and
//! further ones only what that led to.

use std::collections::{BTreeMap, BTreeSet};

use super::open::OpenConflicts;
use super::{SyncError, Workspace};
use crate::model::{Digest, EntityId, Event, EventId, Record};
use crate::store::{Head, Look, SyncState};

/// What a clone last left on disk, by entity.
pub(super) type LeftStates = BTreeMap<EntityId, Vec<SyncState>>;

/// What was seen of the rows.
pub(super) struct Rows {
    /// The database, as it was at the first look.
    pub(super) head: Head,
    /// The event that was named, if it is there.
    pub(super) since: Option<EventId>,
    /// The events after the one that was named.
    pub(super) events: Vec<Event>,
    /// Every row that was read, by id.
    pub(super) records: BTreeMap<EntityId, Record>,
    /// What this clone last left of those.
    pub(super) left: LeftStates,
    /// What waits for a decision, or was decided of those.
    pub(super) open: OpenConflicts,
    /// How many live rows there are, where they were counted.
    pub(super) live: Option<usize>,
    /// Which texts are stored of those that were asked for.
    pub(super) stored: BTreeSet<Digest>,
    asked: Look,
}

impl Rows {
    /// The first look.
    pub(super) async fn look(ws: &Workspace, at: Look) -> Result<Self, SyncError> {
        let looked = ws.store.look(ws.clone, &at).await?;
        Ok(Self {
            head: looked.head,
            since: looked.since,
            events: looked.events,
            records: by_id(looked.records),
            left: by_entity(looked.left),
            open: OpenConflicts::seen(ws, looked.conflicts),
            live: looked.live,
            stored: looked.stored,
            asked: at,
        })
    }

    /// Looks at those of `more` that were not looked at; tells whether there was any.
    pub(super) async fn look_further(&mut self, ws: &Workspace, more: Look) -> Result<bool, SyncError> {
        let Look { everything, ids, codes, tasks_of, .. } = more;
        let is_new = |id: &EntityId| !self.asked.ids.contains(id) && !self.records.contains_key(id);
        let more = Look {
            everything,
            ids: ids.into_iter().filter(is_new).collect(),
            codes: codes.difference(&self.asked.codes).cloned().collect(),
            tasks_of: tasks_of.difference(&self.asked.tasks_of).copied().collect(),
            ..Look::default()
        };
        if self.asked.everything || more.names_nobody() {
            return Ok(false);
        }
        let looked = ws.store.look(ws.clone, &more).await?;
        self.records.extend(by_id(looked.records));
        self.left.extend(by_entity(looked.left));
        self.open.see(looked.conflicts);
        self.live = looked.live.or(self.live);
        self.asked.everything |= more.everything;
        self.asked.ids.extend(more.ids);
        self.asked.codes.extend(more.codes);
        self.asked.tasks_of.extend(more.tasks_of);
        Ok(true)
    }
}

fn by_id(records: Vec<Record>) -> BTreeMap<EntityId, Record> {
    records.into_iter().map(|record| (record.id, record)).collect()
}

fn by_entity(states: Vec<SyncState>) -> LeftStates {
    let mut left = LeftStates::new();
    for state in states {
        left.entry(state.entity).or_default().push(state);
    }
    left
}

/// A look at those ids.
pub(super) fn those(ids: impl IntoIterator<Item = EntityId>) -> Look {
    Look { ids: ids.into_iter().collect::<BTreeSet<_>>(), ..Look::default() }
}
