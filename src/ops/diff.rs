//! Shows line by line how the files differ from the database.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use similar::TextDiff;

use super::{OpError, Workspace};
use crate::document;
use crate::model::{DocPath, Record, Role};
use crate::store::Selection;
use crate::sync::plan::{FileDeed, Step};

/// Show line by line how the files differ from the database.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Diff {
    /// Only what lies at or below these paths
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
}

/// How one file differs from its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileDiff {
    /// The file.
    pub path: String,
    /// The whole reference of its entity.
    pub reference: String,
    /// A unified diff: `-` is what the database has, `+` what the file has.
    pub diff: String,
}

impl Diff {
    /// Compares both sides; writes nothing.
    ///
    /// # Errors
    /// A side that could not be read.
    pub async fn run(self, ws: &Workspace) -> Result<Vec<FileDiff>, OpError> {
        let report = super::Status { paths: self.paths }.run(ws).await?;
        let ids: Vec<_> = report.steps.iter().map(|step| step.entity).collect();
        let records = ws.store.records(Selection::Ids(&ids)).await?;
        let mut diffs = Vec::new();
        for step in &report.steps {
            let record = records.iter().find(|record| record.id == step.entity);
            diffs.extend(of_step(ws, step, record).await?);
        }
        Ok(diffs)
    }
}

async fn of_step(ws: &Workspace, step: &Step, record: Option<&Record>) -> Result<Vec<FileDiff>, OpError> {
    let mut diffs = Vec::new();
    for (path, role) in paths(ws, step, record) {
        let stored = record.and_then(|record| record.documents.iter().find(|version| version.path == path));
        let blob = stored.map(|version| version.blob);
        let blobs = ws.store.blobs(blob.as_slice()).await?;
        let before = blob.and_then(|blob| blobs.get(&blob)).map(|bytes| plain(role, bytes)).unwrap_or_default();
        let after = ws.tree.read(&path).map(|read| plain(role, &read.bytes)).unwrap_or_default();
        if before != after {
            let text = TextDiff::from_lines(&before, &after);
            let diff = text
                .unified_diff()
                .context_radius(3)
                .header(&format!("database {path}"), &format!("file {path}"))
                .to_string();
            diffs.push(FileDiff { path: path.to_string(), reference: step.reference.clone(), diff });
        }
    }
    Ok(diffs)
}

/// The documents of a step, on disk or in the row.
fn paths(ws: &Workspace, step: &Step, record: Option<&Record>) -> Vec<(DocPath, Role)> {
    let on_disk = step.files.iter().filter(|file| file.deed != FileDeed::Move).map(|file| file.path.clone());
    let in_row = record.into_iter().flat_map(|record| &record.documents).map(|version| version.path.clone());
    let mut paths: Vec<DocPath> = on_disk.chain(in_row).collect();
    paths.sort();
    paths.dedup();
    let layout = ws.tree.layout();
    let role = |path: &DocPath| match layout.place(path) {
        crate::tree::Place::Document(_, role) => role,
        crate::tree::Place::Foreign(_) => Role::Attachment,
    };
    paths
        .into_iter()
        .map(|path| {
            let role = role(&path);
            (path, role)
        })
        .collect()
}

/// The text without its stamp.
fn plain(role: Role, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if role.is_managed() { document::split(role, &text).text.into_owned() } else { text.into_owned() }
}
