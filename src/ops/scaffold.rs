//! Makes the folders of tasks that SPRINT.md lists and that do not exist.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::listed::Entry;
use super::new::{TemplateOptions, creations};
use super::resolve::resolve_kind;
use super::{MakeError, OpError, Workspace};
use crate::document::{ListedTask, PassedBy, TaskList, load};
use crate::model::{DocPath, EntityKind, Field, Home, Reference, Role, Row, TemplateKind};
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

/// What became of the list of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Scaffolded {
    /// What was made.
    #[serde(flatten)]
    pub report: SyncReport,
    /// The SPRINT.md that was read.
    #[schemars(with = "Option<String>")]
    pub path: Option<DocPath>,
    /// How many tasks it lists.
    pub listed: usize,
    /// The lines of its lists that name no task.
    pub passed_by: Vec<PassedBy>,
}

impl Scaffold {
    /// Makes them, all or none.
    ///
    /// # Errors
    /// A sprint that does not exist, a SPRINT.md that cannot be understood, a template that does not render, a side
    /// that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<Scaffolded, OpError> {
        let sprint = resolve_kind(ws, &self.sprint, EntityKind::Sprint).await?.record;
        let query = ListQuery { kind: Some(EntityKind::Task), sprint: Some(sprint.id), ..ListQuery::default() };
        let names: BTreeSet<String> = ws.store.list(&query).await?.items.iter().flat_map(names).collect();
        let document = sprint.documents.iter().find(|version| version.key.role == Role::Sprint);
        let path = document.map(|version| version.path.clone());
        let TaskList { tasks, passed_by } = path.as_ref().map_or_else(|| Ok(TaskList::default()), |at| list(ws, at))?;
        let listed = tasks.len();
        let is_missing = |task: &ListedTask| belongs(task, &sprint.code) && !names.contains(&task.code.folded());
        let missing = tasks.into_iter().filter(is_missing);
        let entries: Vec<Entry> = missing.map(|task| entry(task, &sprint.code)).collect();
        let report = match entries.as_slice() {
            [] => SyncReport { applied: true, ..SyncReport::default() },
            _ => {
                let how = TemplateOptions { template: self.template, ..TemplateOptions::default() };
                let creations = creations(ws, TemplateKind::Task, entries, &how).await?.creations;
                carry_out(ws, Order { creations, ..Order::default() }).await?
            }
        };
        Ok(Scaffolded { report, path, listed, passed_by })
    }
}

/// The names under which a task is listed: its code, and the one that its text claims.
fn names(task: &Row) -> impl Iterator<Item = String> {
    let claimed = task.fields.get(&Field::Code).and_then(Value::as_str);
    [Some(task.code.as_str()), claimed].into_iter().flatten().map(str::to_lowercase)
}

/// What the SPRINT.md at `path` lists as it is now, synced or not.
fn list(ws: &Workspace, path: &DocPath) -> Result<TaskList, OpError> {
    let bytes = ws.tree.read(path)?.bytes;
    let read = load(Role::Sprint, &bytes)
        .map_err(|why| MakeError::NotUnderstood { path: path.clone(), why: why.to_string() })?;
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
