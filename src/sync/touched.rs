//! What is known to have changed since the last run: in the tree, as its files tell, and in the rows, as the feed tells.

use std::collections::{BTreeMap, BTreeSet};

use super::Workspace;
use super::survey::Folder;
use crate::model::{EntityId, Event, EventType, Home};
use crate::store::Look;
use crate::tree::{Address, CacheHead, Layout, Scan};

/// What changed.
pub(super) struct Touched {
    pub(super) addresses: BTreeSet<Address>,
    pub(super) ids: BTreeSet<EntityId>,
    /// Who moved since, or was moved by the last run: of a sprint, the tasks have another place without being touched.
    pub(super) moved: BTreeSet<EntityId>,
}

impl Touched {
    /// What changed in the tree, and what the `last` run left pending.
    pub(super) fn in_tree(layout: &Layout, scan: &Scan, folders: &BTreeMap<Address, Folder>, last: &CacheHead) -> Self {
        let mut ids: BTreeSet<EntityId> = last.pending.iter().copied().collect();
        let moved = ids.clone();
        let mut addresses = BTreeSet::new();
        for (address, folder) in folders {
            if folder.files.iter().any(|seen| seen.changed) {
                addresses.insert(address.clone());
                ids.extend(folder.managed().filter_map(|seen| seen.stamp_id()));
            }
        }
        for (path, known) in scan.gone() {
            addresses.extend(layout.entity_of(path));
            ids.extend(known.and_then(|known| known.stamp).map(|stamp| stamp.id));
        }
        ids.extend(repeated_ids(folders));
        Self { addresses, ids, moved }
    }

    /// Adds what the feed tells.
    pub(super) fn told(mut self, events: &[Event]) -> Self {
        self.ids.extend(events.iter().filter_map(|event| event.entity).map(|entity| entity.id));
        let sprints = events.iter().filter(|event| event.event_type == EventType::SprintMoved.word());
        self.moved.extend(sprints.filter_map(|event| event.entity).map(|entity| entity.id));
        self
    }

    /// By what the rows are known that this is about: a folder without an id has that of its adoption, if it was adopted.
    pub(super) fn names(&self, ws: &Workspace, folders: &BTreeMap<Address, Folder>) -> Look {
        let layout = ws.tree.layout();
        let in_folder = |address: &Address| {
            let adopted = || EntityId::adopted(ws.project, address.kind(), &layout.path(address));
            folders.get(address).map(|folder| folder.stamp_id().unwrap_or_else(adopted))
        };
        Look {
            ids: self.ids.iter().copied().chain(self.addresses.iter().filter_map(in_folder)).collect(),
            codes: self.addresses.iter().flat_map(codes_of).collect(),
            ..Look::default()
        }
    }
}

/// Ids that more than one folder bears.
fn repeated_ids(folders: &BTreeMap<Address, Folder>) -> Vec<EntityId> {
    let mut seen = BTreeSet::new();
    folders.values().filter_map(Folder::stamp_id).filter(|id| !seen.insert(*id)).collect()
}

/// The codes that an address is made of, folded.
fn codes_of(address: &Address) -> Vec<String> {
    match address {
        Address::Task(Home::Sprint(sprint), code) => vec![code.folded(), sprint.folded()],
        other => vec![other.code().folded()],
    }
}
