//! Says which task to take up next.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resolve::{lies_there, resolve_kind};
use super::view::{EntityView, reference};
use super::{OpError, Workspace};
use crate::document::{DEPENDENCIES, tasks_named};
use crate::model::{EntityKind, Field, Reference, Row};
use crate::store::{Direction, ListQuery, Page, SortKey};

/// Say which task to take up next: the most urgent pending one whose dependencies are done.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskNext {
    /// Only tasks of this sprint
    #[arg(long, value_name = "SPRINT")]
    #[schemars(with = "Option<String>")]
    pub sprint: Option<Reference>,
    /// Only tasks of this assignee, or of nobody
    #[arg(long, short, value_name = "NAME")]
    pub assignee: Option<String>,
    /// Show so many
    #[arg(long, short = 'n', value_name = "N", default_value_t = 1, value_parser = super::list::from_one, allow_negative_numbers = true)]
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
        let Page { items: open, sprints, .. } = ws.store.list(&open_tasks()).await?;
        let told = ws.store.told(EntityKind::Task, DEPENDENCIES).await?;
        let is_wanted = |task: &&Row| {
            text(task, Field::Status).is_none_or(|status| status == "pending")
                && sprint.is_none_or(|sprint| task.sprint == Some(sprint))
                && self.assignee.as_deref().is_none_or(|name| text(task, Field::Assignee).is_none_or(|who| who == name))
        };
        let mut next = NextTasks { items: Vec::new(), waiting: Vec::new() };
        let called = by_name(&open);
        let is_open = |name: &String, task: &Row| {
            let Ok(named) = name.parse::<Reference>() else { return false };
            let mut others = called.get(&named.code.folded()).into_iter().flatten();
            others.any(|other| other.id != task.id && lies_there(other, &named, &sprints))
        };
        for task in open.iter().filter(is_wanted) {
            let mut waits_for = dependencies(task, told.get(&task.id));
            waits_for.retain(|name| is_open(name, task));
            if !waits_for.is_empty() {
                next.waiting.push(Waiting { reference: reference(task, &sprints), waits_for });
            } else if next.items.len() < self.limit.max(1) {
                next.items.push(EntityView::of(task.clone(), &sprints));
            }
        }
        Ok(next)
    }
}

/// Tasks by the names under which others may depend on them: the code, and the one that the text claims.
fn by_name(tasks: &[Row]) -> BTreeMap<String, Vec<&Row>> {
    let mut called: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for task in tasks {
        for name in [Some(task.code.as_str()), text(task, Field::Code)].into_iter().flatten() {
            called.entry(name.to_lowercase()).or_default().push(task);
        }
    }
    called
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

/// The names of tasks that a task says it depends on: in its header, and only where that does not say in a section of
/// its text, which is a guess.
fn dependencies(task: &Row, told: Option<&Value>) -> Vec<String> {
    let texts = |list: Option<&Value>| -> Vec<String> {
        let items = list.and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut names = match task.fields.get(&Field::DependsOn) {
        Some(header) => texts(Some(header)),
        None => texts(told).iter().flat_map(|item| tasks_named(item)).collect(),
    };
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.to_lowercase()));
    names
}
