//! Makes the folders of tasks that SPRINT.md lists and that do not exist.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::listed::Entry;
use super::new::{TemplateOptions, creations};
use super::resolve::resolve_kind;
use super::{MakeError, OpError, Workspace};
use crate::document::{ListedTask, load};
use crate::model::{EntityKind, Field, Home, Record, Reference, Role, Row, TemplateKind};
use crate::store::ListQuery;
use crate::sync::{Order, SyncReport, carry_out};

/// Make the tasks that SPRINT.md lists and that do not exist.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct Scaffold {
    /// Which sprint, by its code
    #[arg(value_name = "SPRINT")]
    #[schemars(with = "String")]
    pub sprint: Reference,
    /// Which template of a task, as `instep template list` names it
    #[arg(long, value_name = "NAME")]
    #[serde(default)]
    pub template: Option<String>,
}

impl Scaffold {
    /// Makes them, all or none.
    ///
    /// # Errors
    /// A sprint that does not exist, a SPRINT.md that cannot be understood, a template that does not render, a side
    /// that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let sprint = resolve_kind(ws, &self.sprint, EntityKind::Sprint).await?.record;
        let query = ListQuery { kind: Some(EntityKind::Task), sprint: Some(sprint.id), ..ListQuery::default() };
        let names: BTreeSet<String> = ws.store.list(&query).await?.items.iter().flat_map(names).collect();
        let listed = listed_tasks(ws, &sprint)?;
        let is_missing = |task: &ListedTask| belongs(task, &sprint.code) && !names.contains(&task.code.folded());
        let missing = listed.into_iter().filter(is_missing);
        let entries: Vec<Entry> = missing.map(|task| entry(task, &sprint.code)).collect();
        if entries.is_empty() {
            return Ok(SyncReport { applied: true, ..SyncReport::default() });
        }
        let how = TemplateOptions { template: self.template, ..TemplateOptions::default() };
        let creations = creations(ws, TemplateKind::Task, entries, &how).await?.creations;
        Ok(carry_out(ws, Order { creations, ..Order::default() }).await?)
    }
}

/// The names under which a task is listed: its code, and the one that its text claims.
fn names(task: &Row) -> impl Iterator<Item = String> {
    let claimed = task.fields.get(&Field::Code).and_then(Value::as_str);
    [Some(task.code.as_str()), claimed].into_iter().flatten().map(str::to_lowercase)
}

/// The tasks that SPRINT.md lists as it is now, synced or not.
fn listed_tasks(ws: &Workspace, sprint: &Record) -> Result<Vec<ListedTask>, OpError> {
    let document = sprint.documents.iter().find(|version| version.key.role == Role::Sprint);
    let Some(version) = document else { return Ok(Vec::new()) };
    let bytes = ws.tree.read(&version.path)?.bytes;
    let read = load(Role::Sprint, &bytes)
        .map_err(|why| MakeError::NotUnderstood { path: version.path.clone(), why: why.to_string() })?;
    Ok(read.document.listed_tasks())
}

/// Whether the list does not say that the task lives elsewhere.
fn belongs(task: &ListedTask, sprint: &str) -> bool {
    match &task.home {
        None => true,
        Some(Home::Backlog) => false,
        Some(Home::Sprint(code)) => code.as_str().eq_ignore_ascii_case(sprint),
    }
}

/// What the list says is offered: a template that takes no phase need not.
fn entry(task: ListedTask, sprint: &str) -> Entry {
    let mut offered: BTreeMap<String, Value> = BTreeMap::new();
    offered.extend(task.title.map(|title| ("title".to_owned(), title.into())));
    offered.extend(task.priority.map(|priority| ("priority".to_owned(), priority.to_string().into())));
    offered.extend(task.phase.map(|phase| ("phase".to_owned(), phase.into())));
    Entry { code: task.code.to_string(), sprint: Some(format!("S:{sprint}")), offered, ..Entry::default() }
}
