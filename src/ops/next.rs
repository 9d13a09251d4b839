//! Says which task to take up next.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::resolve::{resolve_kind, sprints_of};
use super::view::{EntityView, reference};
use super::{OpError, Workspace};
use crate::document::parse;
use crate::model::{EntityKind, Field, Record, Reference, Role};
use crate::store::{Direction, ListQuery, SortKey};

/// Say which task to take up next: the most urgent pending one whose dependencies are done.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskNext {
    /// Only tasks of this sprint
    #[arg(long, short, value_name = "SPRINT")]
    #[schemars(with = "Option<String>")]
    pub sprint: Option<Reference>,
    /// Only tasks of this assignee, or of nobody
    #[arg(long, short, value_name = "NAME")]
    pub assignee: Option<String>,
    /// Show so many
    #[arg(long, short = 'n', value_name = "N", default_value_t = 1)]
    pub limit: usize,
}

/// The tasks to take up next, the most urgent first.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NextTasks {
    /// The tasks.
    pub items: Vec<EntityView>,
    /// More urgent tasks that wait for others, and for which.
    pub waiting: Vec<Waiting>,
}

/// A task that waits for others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Waiting {
    /// Which.
    pub reference: String,
    /// The codes of the open tasks that it depends on.
    pub waits_for: Vec<String>,
}

/// How many tasks are looked into at once.
const CHUNK: usize = 64;

impl TaskNext {
    /// Reads them.
    ///
    /// # Errors
    /// A sprint that does not exist; the database.
    pub async fn run(self, ws: &Workspace) -> Result<NextTasks, OpError> {
        let sprint = match &self.sprint {
            Some(wanted) => Some(resolve_kind(ws, wanted, EntityKind::Sprint).await?.record.id),
            None => None,
        };
        let open = ws.store.list(&open_tasks()).await?.items;
        let codes: BTreeSet<String> = open.iter().map(|task| task.code.to_lowercase()).collect();
        let is_wanted = |task: &&Record| {
            text(task, Field::Status).is_none_or(|status| status == "pending")
                && sprint.is_none_or(|sprint| task.sprint == Some(sprint))
                && self.assignee.as_deref().is_none_or(|name| text(task, Field::Assignee).is_none_or(|who| who == name))
        };
        let pending: Vec<&Record> = open.iter().filter(is_wanted).collect();
        let sprints = sprints_of(ws, &open).await?;
        let mut next = NextTasks { items: Vec::new(), waiting: Vec::new() };
        for chunk in pending.chunks(CHUNK) {
            for (task, dependencies) in chunk.iter().zip(dependencies(ws, chunk).await?) {
                let waits_for: Vec<String> =
                    dependencies.into_iter().filter(|code| codes.contains(&code.to_lowercase())).collect();
                if waits_for.is_empty() {
                    next.items.push(EntityView::of(task, &sprints));
                } else {
                    next.waiting.push(Waiting { reference: reference(task, &sprints), waits_for });
                }
                if next.items.len() >= self.limit.max(1) {
                    return Ok(next);
                }
            }
        }
        Ok(next)
    }
}

/// Tasks that are neither done nor dropped, the most urgent first.
fn open_tasks() -> ListQuery {
    let open = ["pending", "in_progress", "review", "blocked"].map(str::to_owned).to_vec();
    let ascending = |key| (key, Direction::Ascending);
    ListQuery {
        kind: Some(EntityKind::Task),
        any_of: vec![(Field::Status, open)],
        sort: vec![ascending(SortKey::Field(Field::Priority)), ascending(SortKey::Field(Field::Position))],
        ..ListQuery::default()
    }
}

fn text(task: &Record, field: Field) -> Option<&str> {
    task.fields.get(&field).and_then(serde_json::Value::as_str)
}

/// The codes that each task says it depends on.
async fn dependencies(ws: &Workspace, tasks: &[&Record]) -> Result<Vec<Vec<String>>, OpError> {
    let document = |task: &Record| task.documents.iter().find(|version| version.key.role == Role::Task).cloned();
    let versions: Vec<_> = tasks.iter().map(|task| document(task)).collect();
    let wanted: Vec<_> = versions.iter().flatten().map(|version| version.blob).collect();
    let blobs = ws.store.blobs(&wanted).await?;
    let said = |version: Option<crate::model::DocumentVersion>| {
        let bytes = version.and_then(|version| blobs.get(&version.blob).cloned())?;
        let (document, _) = parse(Role::Task, String::from_utf8_lossy(&bytes).into_owned());
        let listed = document.metadata().get("dependencies")?.as_array()?.clone();
        Some(listed.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect())
    };
    Ok(versions.into_iter().map(|version| said(version).unwrap_or_default()).collect())
}
