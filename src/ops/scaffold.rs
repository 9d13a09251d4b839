//! Makes the folders of tasks that SPRINT.md lists and that do not exist.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::new::{Entry, creations};
use super::resolve::resolve_kind;
use super::{OpError, Workspace};
use crate::document::{ListedTask, parse};
use crate::model::{EntityKind, Reference, Role, TemplateKind};
use crate::store::ListQuery;
use crate::sync::{Order, SyncReport, carry_out};

/// Make the tasks that SPRINT.md lists and that do not exist.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct Scaffold {
    /// Which sprint
    #[arg(value_name = "SPRINT")]
    #[schemars(with = "String")]
    pub sprint: Reference,
    /// Which template of the kind `task`
    #[arg(long, value_name = "NAME")]
    #[serde(default)]
    pub template: Option<String>,
}

impl Scaffold {
    /// Makes them, all or none.
    ///
    /// # Errors
    /// A sprint that does not exist, a template that does not render, a side that
    /// cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let sprint = resolve_kind(ws, &self.sprint, EntityKind::Sprint).await?.record;
        let query = ListQuery { kind: Some(EntityKind::Task), sprint: Some(sprint.id), ..ListQuery::default() };
        let there = ws.store.list(&query).await?.items;
        let exists = |code: &str| there.iter().any(|task| task.code.eq_ignore_ascii_case(code));
        let listed = listed_tasks(ws, &sprint).await?;
        let missing = listed.into_iter().filter(|task| !exists(task.code.as_str()));
        let entries: Vec<Entry> = missing.map(|task| entry(task, &sprint.code)).collect();
        if entries.is_empty() {
            return Ok(SyncReport { applied: true, ..SyncReport::default() });
        }
        let creations = creations(ws, TemplateKind::Task, entries, self.template.as_deref()).await?;
        Ok(carry_out(ws, Order { creations, ..Order::default() }).await?)
    }
}

async fn listed_tasks(ws: &Workspace, sprint: &crate::model::Record) -> Result<Vec<ListedTask>, OpError> {
    let document = sprint.documents.iter().find(|version| version.key.role == Role::Sprint);
    let Some(version) = document else { return Ok(Vec::new()) };
    let blobs = ws.store.blobs(&[version.blob]).await?;
    let text = blobs.get(&version.blob).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
    Ok(parse(Role::Sprint, text).0.listed_tasks())
}

fn entry(task: ListedTask, sprint: &str) -> Entry {
    let mut variables: BTreeMap<String, Value> = BTreeMap::new();
    variables.extend(task.title.map(|title| ("title".to_owned(), title.into())));
    variables.extend(task.phase.map(|phase| ("phase".to_owned(), phase.into())));
    Entry { code: task.code.to_string(), sprint: Some(format!("S:{sprint}")), template: None, variables }
}
