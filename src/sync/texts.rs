//! Texts that the database has, each fetched and parsed once however many revisions and files are about it.

use std::collections::{BTreeMap, BTreeSet};

use super::gather::{Candidate, Files};
use super::memory::Memory;
use super::{SyncError, Workspace};
use crate::model::{Digest, DocumentKey, DocumentVersion, Role};
use crate::reconcile::{Writing, Writings};
use crate::store::Bytes;
use crate::tree::spread;

/// Stored texts, each parsed once: by what they are to their entity, and by the digest of their bytes.
pub(super) struct Texts(BTreeMap<(Role, Digest), Writing>);

impl Texts {
    /// Fetches those of `wanted` that do not lie on disk as they are stored.
    pub(super) async fn fetch(
        ws: &Workspace,
        wanted: impl Iterator<Item = (Role, Digest)>,
        files: &Files,
        memory: &Memory,
    ) -> Result<Self, SyncError> {
        // What lies on disk as it is stored was parsed there.
        let on_disk =
            files.values().flatten().filter_map(|(key, file)| Some((key.role, file.blob, file.content.clone()?)));
        let mut texts: BTreeMap<(Role, Digest), Writing> =
            on_disk.map(|(role, blob, content)| ((role, blob), content)).collect();
        let missing: BTreeSet<(Role, Digest)> = wanted.filter(|wanted| !texts.contains_key(wanted)).collect();
        let absent = missing.iter().map(|(_, digest)| *digest).filter(|digest| !memory.texts.contains_key(digest));
        let absent: BTreeSet<Digest> = absent.collect();
        let blobs = ws.store.blobs(&absent.into_iter().collect::<Vec<_>>()).await?;
        let stored = |digest: &Digest| memory.texts.get(digest).or_else(|| blobs.get(digest));
        let parsed = spread(missing.into_iter().collect(), |_, (role, digest)| {
            stored(&digest).and_then(|bytes| writing(role, bytes)).map(|writing| ((role, digest), writing))
        });
        texts.extend(parsed.into_iter().flatten());
        Ok(Self(texts))
    }

    /// The text of a document; `None` where it is not stored or not to be understood.
    pub(super) fn writing(&self, key: &DocumentKey, blob: &Digest) -> Option<Writing> {
        self.0.get(&(key.role, *blob)).cloned()
    }

    /// The texts of the documents of a revision.
    pub(super) fn writings(&self, versions: &[DocumentVersion]) -> Writings {
        versions.iter().filter_map(|v| Some((v.key.clone(), self.writing(&v.key, &v.blob)?))).collect()
    }
}

/// Every stored text that something says of the candidates.
pub(super) fn wanted_texts<'a>(
    candidates: &'a [Candidate],
    files: &'a Files,
    memory: &'a Memory,
) -> impl Iterator<Item = (Role, Digest)> {
    let heads = candidates.iter().filter_map(|c| c.record.as_ref()).flat_map(|record| &record.documents);
    let chains = candidates.iter().filter_map(|candidate| memory.later.get(&candidate.id)).flatten();
    let chained = chains.filter_map(|revision| revision.documents.as_ref()).flatten();
    let versions = heads.chain(chained).map(|version| (version.key.role, version.blob));
    let keys = files.iter().flat_map(|(id, files)| files.keys().map(|key| (*id, key.clone())));
    let named = keys.filter_map(|of| Some((of.1.role, memory.known.get(&of)?.by_stamp.as_ref()?.blob)));
    let left = candidates.iter().flat_map(|candidate| &candidate.left);
    let left = left.filter_map(|state| Some((state.key.role, state.left?.blob)));
    versions.chain(named).chain(left)
}

fn writing(role: Role, bytes: &Bytes) -> Option<Writing> {
    if role.is_managed() {
        Some(Writing::document(role, std::str::from_utf8(bytes).ok()?).0)
    } else {
        Some(Writing::attachment(bytes.clone()))
    }
}
