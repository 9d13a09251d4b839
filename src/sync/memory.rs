//! What the database remembers of some entities' documents: which revisions their files name, what came after those, and
//! texts. It is asked once, by what the survey knows of the files.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::Candidate;
use super::survey::Sight;
use super::{SyncError, Workspace};
use crate::model::{Digest, DocumentKey, EntityId, Record, Revision};
use crate::store::{Bytes, KnownAnswer, KnownQuestion, PastQuestion};

/// Of how many entities texts are kept in memory; those of others are read when their turn comes.
const AHEAD: usize = 1_024;

/// What is remembered.
#[derive(Default)]
pub(super) struct Memory {
    /// What the history knows of the files.
    pub(super) known: BTreeMap<(EntityId, DocumentKey), KnownAnswer>,
    /// The revisions of each entity since the oldest that one of its files names.
    pub(super) later: BTreeMap<EntityId, Vec<Revision>>,
    /// Texts by what their bytes are.
    pub(super) texts: BTreeMap<Digest, Bytes>,
}

impl Memory {
    /// Asks for what is remembered of `candidates`.
    pub(super) async fn of(ws: &Workspace, candidates: &[&Candidate]) -> Result<Self, SyncError> {
        let asked: Vec<(KnownQuestion, bool)> = candidates.iter().flat_map(|candidate| questions(candidate)).collect();
        let outdated = asked.iter().filter(|(_, is_outdated)| *is_outdated);
        let outdated: Vec<_> =
            outdated.map(|(question, _)| KnownQuestion { canonical: None, ..question.clone() }).collect();
        let documents: Vec<_> = asked.into_iter().map(|(question, _)| question).collect();
        let on_disk: BTreeSet<Digest> = candidates.iter().flat_map(|candidate| on_disk(candidate)).collect();
        let near = || candidates.iter().take(AHEAD);
        let wanted: BTreeSet<Digest> = near().flat_map(|one| of_row(one)).filter(|d| !on_disk.contains(d)).collect();
        let wanted: Vec<Digest> = wanted.into_iter().collect();
        let question = PastQuestion { documents: &documents, outdated: &outdated, texts: &wanted };
        let mut past = ws.store.past(question).await?;
        let is_near: BTreeSet<EntityId> = near().map(|candidate| candidate.id).collect();
        let named = documents.iter().zip(&past.known).filter(|(question, _)| is_near.contains(&question.entity));
        let named = named.filter_map(|(_, answer)| Some(answer.by_stamp.as_ref()?.blob));
        let laid = past.later.iter().filter(|revision| is_near.contains(&revision.entity));
        let laid = laid.flat_map(|revision| revision.documents.iter().flatten()).map(|document| document.blob);
        let is_missing = |digest: &Digest| !past.texts.contains_key(digest) && !on_disk.contains(digest);
        let missing: BTreeSet<Digest> = named.chain(laid).filter(is_missing).collect();
        if !missing.is_empty() {
            let missing: Vec<Digest> = missing.into_iter().collect();
            past.texts.extend(ws.store.blobs(&missing).await?);
        }
        let mut later: BTreeMap<EntityId, Vec<Revision>> = BTreeMap::new();
        for revision in past.later {
            later.entry(revision.entity).or_default().push(revision);
        }
        let known = documents.into_iter().zip(past.known);
        let known = known.map(|(question, answer)| ((question.entity, question.key), answer)).collect();
        Ok(Self { known, later, texts: past.texts })
    }
}

/// Asks of every file what the history knows of it, and tells whether its stamp names another revision than the row's.
fn questions(candidate: &Candidate) -> Vec<(KnownQuestion, bool)> {
    let Some(record) = &candidate.record else { return Vec::new() };
    let question = |(key, known): (&DocumentKey, &crate::tree::Known)| {
        let stamp = known.stamp.filter(|stamp| stamp.id == candidate.id).map(|stamp| stamp.hash);
        let (entity, key, canonical) = (candidate.id, key.clone(), Some(known.canonical));
        let is_outdated = stamp.is_some_and(|stamp| !names_newest(record, &key, stamp));
        (KnownQuestion { entity, key, stamp, canonical }, is_outdated)
    };
    read(candidate).map(question).collect()
}

/// Whether a stamp is that of the newest revision; one that lies in no document yet has none.
fn names_newest(record: &Record, key: &DocumentKey, stamp: crate::model::ShortDigest) -> bool {
    let document = record.documents.iter().find(|version| version.key == *key);
    record.tracking.is_some() && document.is_some_and(|version| version.canonical.short() == stamp)
}

/// The files that could be read.
fn read(candidate: &Candidate) -> impl Iterator<Item = (&DocumentKey, &crate::tree::Known)> {
    candidate.files.iter().filter_map(|seen| match &seen.sight {
        Sight::Read(known) => Some((&seen.key, known)),
        _ => None,
    })
}

/// The texts that lie on disk, but for such as are stored otherwise than they are compared.
fn on_disk(candidate: &Candidate) -> impl Iterator<Item = Digest> {
    read(candidate).map(|(_, known)| known.canonical)
}

/// The texts of the row, and what was left on disk of them.
fn of_row(candidate: &Candidate) -> impl Iterator<Item = Digest> {
    let documents = candidate.record.iter().flat_map(|record| &record.documents).map(|document| document.blob);
    documents.chain(candidate.left.iter().filter_map(|state| Some(state.left?.blob)))
}
