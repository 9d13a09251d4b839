//! Shows one sprint, task or agent.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resolve::resolve;
use super::view::EntityView;
use super::{OpError, Workspace};
use crate::document::parse;
use crate::model::{Conflict, ConflictState, EntityKind, Field, Record, Reference, Role};
use crate::store::{ListQuery, SprintCodes};

/// Show one sprint, task or agent.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct Show {
    /// Which one
    #[arg(value_name = "REF")]
    #[schemars(with = "String")]
    pub reference: Reference,
    /// Show the whole text of its documents too
    #[arg(long)]
    #[serde(default)]
    pub text: bool,
}

/// One sprint, task or agent with what belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Shown {
    /// The row.
    pub entity: EntityView,
    /// Its documents.
    pub documents: Vec<DocumentView>,
    /// A sprint's tasks, by status.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<EntityView>,
    /// What waits for a decision.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<String>,
    /// How many revisions it has in this database.
    pub revisions: i64,
    /// What its documents say beside its fields: counted checkboxes, dependencies, acceptance criteria and the like.
    pub body: Value,
    /// When the row was made.
    #[schemars(with = "String")]
    pub created_at: jiff::Timestamp,
    /// When the row was last changed.
    #[schemars(with = "String")]
    pub updated_at: jiff::Timestamp,
    /// A sprint's tasks, counted by status.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_status: BTreeMap<String, usize>,
}

/// One document of an entity.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DocumentView {
    /// What it is to its entity.
    pub role: Role,
    /// Where it lies below the root.
    pub path: String,
    /// Its text, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Show {
    /// Reads the row and what belongs to it.
    ///
    /// # Errors
    /// A reference that names none or several; the database.
    pub async fn run(self, ws: &Workspace) -> Result<Shown, OpError> {
        let found = resolve(ws, &self.reference).await?;
        let record = &found.record;
        let tasks = tasks(ws, record, &found.sprints).await?;
        Ok(Shown {
            body: body(ws, record).await?,
            created_at: record.created_at,
            updated_at: record.updated_at,
            by_status: by_status(&tasks),
            entity: EntityView::of(record.row.clone(), &found.sprints),
            documents: documents(ws, record, self.text).await?,
            tasks,
            conflicts: conflicts(ws, record).await?,
            revisions: record.n,
        })
    }
}

/// What the main document says beside its fields.
async fn body(ws: &Workspace, record: &Record) -> Result<Value, OpError> {
    let main = record.documents.iter().find(|version| version.key.role.is_managed());
    let Some(version) = main else { return Ok(Value::Null) };
    let blobs = ws.store.blobs(&[version.blob]).await?;
    let text = blobs.get(&version.blob).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
    Ok(parse(version.key.role, text).0.metadata())
}

fn by_status(tasks: &[EntityView]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for task in tasks {
        let status = task.fields.get(&Field::Status).and_then(Value::as_str).unwrap_or("none");
        *counted.entry(status.to_owned()).or_default() += 1;
    }
    counted
}

async fn documents(ws: &Workspace, record: &Record, text: bool) -> Result<Vec<DocumentView>, OpError> {
    let wanted: Vec<_> = record.documents.iter().filter(|_| text).map(|document| document.blob).collect();
    let blobs = ws.store.blobs(&wanted).await?;
    let view = |document: &crate::model::DocumentVersion| DocumentView {
        role: document.key.role,
        path: document.path.to_string(),
        text: blobs.get(&document.blob).map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
    };
    Ok(record.documents.iter().map(view).collect())
}

async fn tasks(ws: &Workspace, record: &Record, sprints: &SprintCodes) -> Result<Vec<EntityView>, OpError> {
    if record.kind != EntityKind::Sprint {
        return Ok(Vec::new());
    }
    let query = ListQuery { kind: Some(EntityKind::Task), sprint: Some(record.id), ..ListQuery::default() };
    let page = ws.store.list(&query).await?;
    Ok(page.items.into_iter().map(|task| EntityView::of(task, sprints)).collect())
}

async fn conflicts(ws: &Workspace, record: &Record) -> Result<Vec<String>, OpError> {
    let open = ws.store.conflicts(Some(ConflictState::Open)).await?;
    let ours = |conflict: &Conflict| conflict.what.entity == Some(record.id);
    Ok(open.into_iter().filter(ours).map(|conflict| conflict.id.to_string()).collect())
}
