//! Lists sprints, tasks or agents: filter, sort, page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::resolve::{resolve_kind, sprints_of};
use super::set::value;
use super::view::EntityView;
use super::{OpError, Workspace};
use crate::model::{EntityKind, Field, Reference};
use crate::store::{Direction, ListQuery, SortKey};

/// List tasks.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskList {
    /// Only tasks with this status; may be given several times
    #[arg(long, short, value_name = "STATUS", value_delimiter = ',')]
    pub status: Vec<String>,
    /// Only tasks with this priority; may be given several times
    #[arg(long, short, value_name = "P0..P3", value_delimiter = ',')]
    pub priority: Vec<String>,
    /// Only tasks of this assignee; may be given several times
    #[arg(long, short, value_name = "NAME", value_delimiter = ',')]
    pub assignee: Vec<String>,
    /// Only tasks of this sprint
    #[arg(long, value_name = "SPRINT", conflicts_with = "backlog")]
    #[schemars(with = "Option<String>")]
    pub sprint: Option<Reference>,
    /// Only tasks of no sprint
    #[arg(long)]
    pub backlog: bool,
    /// Order, sorting and page
    #[command(flatten)]
    #[serde(flatten)]
    pub page: PageOptions,
}

/// List sprints.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SprintList {
    /// Only sprints with this status; may be given several times
    #[arg(long, short, value_name = "STATUS", value_delimiter = ',')]
    pub status: Vec<String>,
    /// Only sprints of this owner; may be given several times
    #[arg(long, short, value_name = "NAME", value_delimiter = ',')]
    pub owner: Vec<String>,
    /// Order, sorting and page
    #[command(flatten)]
    #[serde(flatten)]
    pub page: PageOptions,
}

/// List agents.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AgentList {
    /// Only agents with this status; may be given several times
    #[arg(long, short, value_name = "STATUS", value_delimiter = ',')]
    pub status: Vec<String>,
    /// Order, sorting and page
    #[command(flatten)]
    #[serde(flatten)]
    pub page: PageOptions,
}

/// Text, order and page of a list.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PageOptions {
    /// Only rows with this text in their code or title
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,
    /// Order by these fields; `-` before a field turns it round (such as `priority,-updated`)
    #[arg(long, value_name = "FIELD", value_delimiter = ',', allow_hyphen_values = true)]
    pub sort: Vec<String>,
    /// Show at most so many rows
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    /// Show page N of pages of `--limit` rows
    #[arg(long, value_name = "N", requires = "limit", value_parser = clap::value_parser!(u32).range(1..))]
    pub page: Option<u32>,
}

/// A page of sprints, tasks or agents.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Listing {
    /// What is listed.
    pub kind: EntityKind,
    /// The rows of this page.
    pub items: Vec<EntityView>,
    /// How many rows there are in all pages.
    pub total: usize,
    /// How many rows stand on earlier pages.
    pub offset: usize,
}

impl TaskList {
    /// Reads the rows.
    ///
    /// # Errors
    /// A status, priority or sort field that does not exist; a sprint that does not exist; the database.
    pub async fn run(self, ws: &Workspace) -> Result<Listing, OpError> {
        let sprint = match &self.sprint {
            Some(wanted) => Some(resolve_kind(ws, wanted, EntityKind::Sprint).await?.record.id),
            None => None,
        };
        let statuses = self.status.iter().map(|word| task_status(word)).collect::<Result<_, _>>()?;
        let priorities = self.priority.iter().map(|word| priority(word)).collect::<Result<_, _>>()?;
        let any_of =
            vec![(Field::Status, statuses), (Field::Priority, priorities), (Field::Assignee, self.assignee.clone())];
        let query = ListQuery { any_of, sprint, backlog: self.backlog, ..ListQuery::default() };
        list(ws, EntityKind::Task, query, self.page).await
    }
}

impl SprintList {
    /// Reads the rows.
    ///
    /// # Errors
    /// A status or sort field that does not exist; the database.
    pub async fn run(self, ws: &Workspace) -> Result<Listing, OpError> {
        let statuses = self.status.iter().map(|word| sprint_status(word)).collect::<Result<_, _>>()?;
        let any_of = vec![(Field::Status, statuses), (Field::Owner, self.owner.clone())];
        list(ws, EntityKind::Sprint, ListQuery { any_of, ..ListQuery::default() }, self.page).await
    }
}

impl AgentList {
    /// Reads the rows.
    ///
    /// # Errors
    /// A sort field that does not exist; the database.
    pub async fn run(self, ws: &Workspace) -> Result<Listing, OpError> {
        let any_of = vec![(Field::Status, self.status.clone())];
        list(ws, EntityKind::Agent, ListQuery { any_of, ..ListQuery::default() }, self.page).await
    }
}

async fn list(ws: &Workspace, kind: EntityKind, query: ListQuery, page: PageOptions) -> Result<Listing, OpError> {
    let sort = page.sort.iter().map(|word| sort_key(word)).collect::<Result<_, _>>()?;
    let offset = page.limit.unwrap_or(0) * (page.page.unwrap_or(1).max(1) as usize - 1);
    let any_of = query.any_of.iter().filter(|(_, words)| !words.is_empty()).cloned().collect();
    let query = ListQuery { kind: Some(kind), any_of, text: page.text, sort, offset, limit: page.limit, ..query };
    let found = ws.store.list(&query).await?;
    let sprints = sprints_of(ws, found.items.iter()).await?;
    let items = found.items.into_iter().map(|row| EntityView::of(row, &sprints)).collect();
    Ok(Listing { kind, items, total: found.total, offset })
}

fn task_status(word: &str) -> Result<String, OpError> {
    stored(EntityKind::Task, Field::Status, word)
}

fn sprint_status(word: &str) -> Result<String, OpError> {
    stored(EntityKind::Sprint, Field::Status, word)
}

fn priority(word: &str) -> Result<String, OpError> {
    stored(EntityKind::Task, Field::Priority, word)
}

/// The word under which rows hold what people write.
fn stored(kind: EntityKind, field: Field, word: &str) -> Result<String, OpError> {
    let value = value(kind, field, word)?;
    Ok(value.as_str().unwrap_or(word).to_owned())
}

fn sort_key(word: &str) -> Result<(SortKey, Direction), OpError> {
    let (direction, name) = match word.strip_prefix('-') {
        Some(name) => (Direction::Descending, name),
        None => (Direction::Ascending, word),
    };
    let key = match name {
        "code" => Some(SortKey::Code),
        "updated" | "updated_at" => Some(SortKey::UpdatedAt),
        "created" | "created_at" => Some(SortKey::CreatedAt),
        other => Field::from_word(other).map(SortKey::Field),
    };
    key.map(|key| (key, direction)).ok_or_else(|| {
        let fields = Field::ALL.iter().map(|field| field.word());
        let known: Vec<String> = ["updated", "created"].into_iter().chain(fields).map(str::to_owned).collect();
        OpError::unknown("sort field", name, known)
    })
}
