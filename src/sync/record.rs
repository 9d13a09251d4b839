//! The row of one entity as a verdict wants it: documents, columns and events.

use std::collections::BTreeMap;

use super::gather::Gathered;
use super::prepare::{EntityVerdict, Facts, document_path};
use crate::model::{Code, Digest, DocumentKey, DocumentVersion, Source};
use crate::reconcile::{
    Before, Columns, Happening, How, RowAction, Told, Writing, Writings, agent_config, columns, config_events, events,
};
use crate::store::{Bytes, EntityChange, Expected, Materialised};

/// What is stored for one entity.
#[derive(Default)]
pub(super) struct RowChange {
    /// The row.
    pub(super) change: Option<EntityChange>,
    /// Revisions that had no documents.
    pub(super) materialised: Vec<Materialised>,
    /// The texts of new documents.
    pub(super) blobs: BTreeMap<Digest, Bytes>,
}

/// Lays out the row's side of `verdict`.
pub(super) fn row_change(gathered: &Gathered, verdict: &EntityVerdict, facts: &Facts) -> RowChange {
    let mut stored = RowChange::default();
    let mut known = head_versions(gathered);
    for (revision, documents) in &gathered.materialised {
        let versions = versions(gathered, documents, &known, facts, &mut stored.blobs);
        known.extend(versions.iter().map(|version| (version.key.clone(), version.clone())));
        let entity = gathered.candidate.id;
        let agent_config = agent_config(documents);
        let is_last = gathered.materialised.last().is_some_and(|(last, _)| last == revision);
        let told = gathered.config_told.as_ref().filter(|told| !told.is_null());
        let events = if is_last { config_events(gathered.entity(), told, agent_config.as_ref()) } else { Vec::new() };
        let laid = Materialised { entity, revision: *revision, documents: versions, agent_config, events };
        stored.materialised.push(laid);
    }
    stored.change = match &verdict.row {
        RowAction::Keep => None,
        RowAction::Delete { .. } => deletion(gathered, facts, known.into_values().collect()),
        RowAction::Write { parts, how, .. } => {
            let documents = versions(gathered, parts, &known, facts, &mut stored.blobs);
            Some(written(gathered, facts, parts, *how, documents))
        }
    };
    stored
}

fn head_versions(gathered: &Gathered) -> BTreeMap<DocumentKey, DocumentVersion> {
    let record = gathered.candidate.record.as_ref();
    let stored = record.into_iter().flat_map(|record| &record.documents);
    stored.map(|version| (version.key.clone(), version.clone())).collect()
}

/// The stored form of `documents`: what is stored already is named again, new text is added to `blobs`.
fn versions(
    gathered: &Gathered,
    documents: &Writings,
    known: &BTreeMap<DocumentKey, DocumentVersion>,
    facts: &Facts,
    blobs: &mut BTreeMap<Digest, Bytes>,
) -> Vec<DocumentVersion> {
    let version = |(key, content): (&DocumentKey, &Writing)| {
        let path = document_path(&facts.home, key);
        let canonical = content.digest();
        if let Some(same) = known.get(key).filter(|version| version.canonical == canonical) {
            return DocumentVersion { path, ..same.clone() };
        }
        let (blob, text) = text_to_store(gathered, key, content);
        blobs.insert(blob, text);
        DocumentVersion { key: key.clone(), path, blob, canonical }
    };
    documents.iter().map(version).collect()
}

/// The file's own bytes where it says the same, so that its line ends and byte-order mark are kept as well.
fn text_to_store(gathered: &Gathered, key: &DocumentKey, content: &Writing) -> (Digest, Bytes) {
    match gathered.files.get(key) {
        Some(file) if file.content.as_ref() == Some(content) => (file.blob, file.unstamped.clone()),
        _ => (content.digest(), content.bytes().into()),
    }
}

fn written(
    gathered: &Gathered,
    facts: &Facts,
    parts: &Writings,
    how: How,
    documents: Vec<DocumentVersion>,
) -> EntityChange {
    let record = gathered.candidate.record.as_ref();
    let before = record.map(|record| Before { documents: &gathered.head, fields: &record.fields });
    let mut after = columns(parts, before);
    for (field, value) in &facts.row_alone {
        if value.is_null() {
            after.fields.remove(field);
        } else {
            after.fields.insert(*field, value.clone());
        }
    }
    let code = Code::new(&facts.place.code).ok();
    let told_after =
        code.as_ref().map(|code| Told { columns: &after, sprint: facts.place.sprint, code, documents: parts });
    let told_before = Previous::of(gathered);
    let happened =
        told_after.map(|after| Happening::Written { how, before: told_before.as_ref().map(Previous::told), after });
    EntityChange {
        events: happened.map(|happening| events(gathered.entity(), &happening)).unwrap_or_default(),
        source: facts.source.unwrap_or(if how == How::Merged { Source::Merge } else { Source::File }),
        deleted: false,
        fields: after.fields,
        agent_config: after.agent_config,
        metadata: after.metadata,
        documents,
        ..empty_change(gathered, facts)
    }
}

fn deletion(gathered: &Gathered, facts: &Facts, documents: Vec<DocumentVersion>) -> Option<EntityChange> {
    let previous = Previous::of(gathered)?;
    Some(EntityChange {
        events: events(gathered.entity(), &Happening::Deleted),
        deleted: true,
        fields: previous.columns.fields.clone(),
        agent_config: previous.columns.agent_config.clone(),
        metadata: previous.columns.metadata.clone(),
        documents,
        ..empty_change(gathered, facts)
    })
}

/// A change that says who and where, and nothing else yet.
fn empty_change(gathered: &Gathered, facts: &Facts) -> EntityChange {
    let record = gathered.candidate.record.as_ref();
    EntityChange {
        id: gathered.candidate.id,
        kind: gathered.candidate.kind,
        expect: record.map_or(Expected::Absent, |record| Expected::Version(record.row_version)),
        code: facts.place.code.clone(),
        sprint: facts.place.sprint,
        fields: Default::default(),
        agent_config: None,
        metadata: Default::default(),
        deleted: false,
        path: facts.home.clone(),
        revision: facts.revision,
        source: facts.source.unwrap_or(Source::File),
        documents: Vec::new(),
        events: Vec::new(),
    }
}

/// What the row said before.
struct Previous<'a> {
    columns: Columns,
    code: Code,
    sprint: Option<crate::model::EntityId>,
    documents: &'a Writings,
}

impl<'a> Previous<'a> {
    fn of(gathered: &'a Gathered) -> Option<Self> {
        let record = gathered.candidate.record.as_ref()?;
        let said = columns(&gathered.head, Some(Before { documents: &gathered.head, fields: &record.fields }));
        Some(Self {
            columns: Columns { fields: record.fields.clone(), ..said },
            code: Code::new(&record.code).ok()?,
            sprint: record.sprint,
            documents: &gathered.head,
        })
    }

    fn told(&self) -> Told<'_> {
        Told { columns: &self.columns, sprint: self.sprint, code: &self.code, documents: self.documents }
    }
}
