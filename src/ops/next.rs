//! Says which task to take up next.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resolve::{resolve_kind, sprints_of};
use super::view::{EntityView, reference};
use super::{OpError, Workspace};
use crate::model::{EntityKind, Field, Reference, Row};
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
    /// Pending tasks that wait for others, and for which.
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
        let codes: BTreeSet<String> = open.iter().flat_map(names).collect();
        let is_wanted = |task: &&Row| {
            text(task, Field::Status).is_none_or(|status| status == "pending")
                && sprint.is_none_or(|sprint| task.sprint == Some(sprint))
                && self.assignee.as_deref().is_none_or(|name| text(task, Field::Assignee).is_none_or(|who| who == name))
        };
        let sprints = sprints_of(ws, open.iter()).await?;
        let mut next = NextTasks { items: Vec::new(), waiting: Vec::new() };
        for task in open.iter().filter(is_wanted) {
            let waits_for: Vec<String> =
                dependencies(task).filter(|code| codes.contains(&code.to_lowercase())).map(str::to_owned).collect();
            if !waits_for.is_empty() {
                next.waiting.push(Waiting { reference: reference(task, &sprints), waits_for });
            } else if next.items.len() < self.limit.max(1) {
                next.items.push(EntityView::of(task.clone(), &sprints));
            }
        }
        Ok(next)
    }
}

/// The names under which others may depend on a task: its code, and the one that its text claims.
fn names(task: &Row) -> impl Iterator<Item = String> {
    [Some(task.code.as_str()), text(task, Field::Code)].into_iter().flatten().map(str::to_lowercase)
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

fn text(task: &Row, field: Field) -> Option<&str> {
    task.fields.get(&field).and_then(Value::as_str)
}

/// The codes that a task says it depends on.
fn dependencies(task: &Row) -> impl Iterator<Item = &str> {
    let listed = task.fields.get(&Field::DependsOn).and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(Value::as_str)
}
