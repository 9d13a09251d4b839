//! Shows line by line how the files differ from the database.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::TextDiff;

use super::{OpError, Workspace};
use crate::document;
use crate::model::{DocPath, DocumentKey, Field, Record, Role};
use crate::reconcile::{Layers, Unsaid, Writing, Writings};
use crate::store::Selection;
use crate::sync::plan::{FileDeed, Step};
use crate::tree::Place;

/// Show line by line how the files differ from the database.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Diff {
    /// Only what lies at or below these paths
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
}

/// How the files of one entity differ from its row.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct EntityDiff {
    /// The whole reference.
    pub reference: String,
    /// Fields of the row that no document has a place for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldDiff>,
    /// The documents.
    pub files: Vec<FileDiff>,
}

/// A field that stands in the row alone.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FieldDiff {
    /// The field.
    pub field: Field,
    /// What the files say.
    pub file: Value,
    /// What the database says.
    pub database: Value,
}

/// How one file differs from what the database says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileDiff {
    /// The file.
    pub path: String,
    /// Where the database has it, if that is elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<String>,
    /// A unified diff: `-` is what the database has, `+` what the file has; empty for a file that only moved.
    pub diff: String,
}

impl Diff {
    /// Compares both sides; writes nothing.
    ///
    /// # Errors
    /// A path at which nothing lies, a side that could not be read.
    pub async fn run(self, ws: &Workspace) -> Result<Vec<EntityDiff>, OpError> {
        let report = super::Status { paths: self.paths }.run(ws).await?;
        let ids: Vec<_> = report.steps.iter().map(|step| step.entity).collect();
        let records = ws.store.records(Selection::Ids(&ids)).await?;
        let mut diffs = Vec::new();
        for step in &report.steps {
            let record = records.iter().find(|record| record.id == step.entity && !record.deleted);
            diffs.push(of_step(ws, step, record).await?);
        }
        diffs.retain(|diff| !diff.files.is_empty() || !diff.fields.is_empty());
        Ok(diffs)
    }
}

async fn of_step(ws: &Workspace, step: &Step, record: Option<&Record>) -> Result<EntityDiff, OpError> {
    let Layers { documents, last: Unsaid { in_row_alone, refused, .. }, .. } = match record {
        Some(record) => said_by_row(ws, record).await?,
        None => Layers::on(Writings::new()),
    };
    let on_disk: BTreeMap<DocumentKey, DocPath> = step
        .files
        .iter()
        .filter(|file| file.deed != FileDeed::Move)
        .map(|file| (key(ws, &file.path), file.path.clone()))
        .collect();
    let in_row: BTreeMap<&DocumentKey, &DocPath> =
        record.into_iter().flat_map(|record| &record.documents).map(|version| (&version.key, &version.path)).collect();
    let keys: BTreeSet<&DocumentKey> = on_disk.keys().chain(in_row.keys().copied()).collect();
    let mut files = Vec::new();
    for key in keys {
        let Some(path) = on_disk.get(key).or(in_row.get(key).copied()) else { continue };
        let file = ws.tree.read(path).ok().map(|read| text(key.role, &read.bytes));
        let moved_from = in_row.get(key).filter(|other| file.is_some() && **other != path).map(ToString::to_string);
        let before = documents.get(key).map(|writing| text(key.role, writing.bytes())).unwrap_or_default();
        let after = file.unwrap_or_default();
        if before != after || moved_from.is_some() {
            let diff = unified(&before, &after, moved_from.as_deref().unwrap_or(path.as_str()), path);
            files.push(FileDiff { path: path.to_string(), moved_from, diff });
        }
    }
    let field = |field: Field| {
        let database = record.and_then(|record| record.fields.get(&field)).cloned().unwrap_or_default();
        FieldDiff { field, file: said_by(&documents, field), database }
    };
    let unsaid = in_row_alone.into_iter().chain(refused.into_iter().map(|(field, _)| field));
    let fields = unsaid.map(field).filter(|field| field.file != field.database).collect();
    Ok(EntityDiff { reference: step.reference.clone(), fields, files })
}

/// The documents as the database has them: those of the last revision, with what other programs changed since then.
async fn said_by_row(ws: &Workspace, record: &Record) -> Result<Layers, OpError> {
    let wanted: Vec<_> = record.documents.iter().map(|version| version.blob).collect();
    let blobs = ws.store.blobs(&wanted).await?;
    let stored = record.documents.iter().filter_map(|version| Some((&version.key, blobs.get(&version.blob)?)));
    let writing = |(key, bytes): (&DocumentKey, &crate::store::Bytes)| {
        let content = match std::str::from_utf8(bytes) {
            Ok(text) if key.role.is_managed() => Writing::document(key.role, text).0,
            _ => Writing::attachment(bytes.clone()),
        };
        (key.clone(), content)
    };
    let documents: Writings = stored.map(writing).collect();
    let mut layers = Layers::on(documents);
    record.patches.iter().for_each(|(_, patch)| layers.lay(patch));
    Ok(layers)
}

/// What the first document that speaks of a field says.
fn said_by(documents: &Writings, field: Field) -> Value {
    let said = |writing: &Writing| writing.parsed()?.fields().remove(&field);
    documents.values().find_map(said).unwrap_or_default()
}

fn unified(before: &str, after: &str, from: &str, to: &DocPath) -> String {
    if before == after {
        return String::new();
    }
    format!("--- database {from}\n+++ file {to}\n{}", difference(before, after))
}

/// How one text becomes another, line by line, without saying what they are; empty where they are the same.
pub fn difference(before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after).unified_diff().context_radius(3).to_string()
}

/// Which document of its entity the file at `path` is.
fn key(ws: &Workspace, path: &DocPath) -> DocumentKey {
    let role = match ws.tree.layout().place(path) {
        Place::Document(_, role) => role,
        Place::Foreign(_) => Role::Attachment,
    };
    let name = if role == Role::AgentProfile { "agent.yml" } else { path.name() };
    DocumentKey { role, name: name.to_owned() }
}

/// What people compare: of a document the text without stamp, byte-order mark and style of line ends.
pub(super) fn text(role: Role, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if !role.is_managed() {
        return text.into_owned();
    }
    document::canonical(&document::split(role, &text).text).into_owned()
}
