//! Lists sprints, tasks or agents: filter, sort, page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::resolve::resolve_kind;
use super::set::{settable, value};
use super::view::{EntityView, TOLD_ELSEWHERE};
use super::{OpError, Workspace};
use crate::model::{EntityKind, Field, Reference};
use crate::store::{Direction, ListQuery, SortKey};
use crate::tree::{Place, ScannedFile, StatCache};

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
    /// Only those with this text in their code, title or name
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,
    /// Order by these; `-` before one turns it round (such as `status,-updated`)
    #[arg(long, value_name = "FIELD", value_delimiter = ',', allow_hyphen_values = true)]
    pub sort: Vec<String>,
    /// Show at most so many
    #[arg(long, short = 'n', value_name = "N", value_parser = from_one, allow_negative_numbers = true)]
    pub limit: Option<usize>,
    /// Show page N of pages of `--limit`
    #[arg(long, value_name = "N", requires = "limit", value_parser = from_one, allow_negative_numbers = true)]
    pub page: Option<usize>,
}

/// A page of sprints, tasks or agents.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Listing {
    /// What is listed; in JSON the envelope says so.
    #[serde(skip)]
    pub kind: EntityKind,
    /// The sprints, tasks or agents of this page.
    pub items: Vec<EntityView>,
    /// How many there are in all pages.
    pub total: usize,
    /// How many stand on earlier pages.
    pub offset: usize,
    /// Whether some were left out by a filter.
    #[serde(skip)]
    pub is_filtered: bool,
    /// Where the database knows of none: how many documents of them lie in the tree.
    #[serde(skip)]
    pub in_files: usize,
}

/// A number from 1 on, as people write it.
pub(super) fn from_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "it must be a whole number from 1 on".to_owned())
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
    /// A status or sort field that does not exist; the database.
    pub async fn run(self, ws: &Workspace) -> Result<Listing, OpError> {
        let status = |word: &String| stored(EntityKind::Agent, Field::Status, word);
        let statuses = self.status.iter().map(status).collect::<Result<_, _>>()?;
        let any_of = vec![(Field::Status, statuses)];
        list(ws, EntityKind::Agent, ListQuery { any_of, ..ListQuery::default() }, self.page).await
    }
}

async fn list(ws: &Workspace, kind: EntityKind, query: ListQuery, page: PageOptions) -> Result<Listing, OpError> {
    let sort = page.sort.iter().map(|word| sort_key(kind, word)).collect::<Result<_, _>>()?;
    let offset = page.limit.unwrap_or(0) * (page.page.unwrap_or(1).max(1) - 1);
    let any_of: Vec<_> = query.any_of.iter().filter(|(_, words)| !words.is_empty()).cloned().collect();
    let is_filtered = !any_of.is_empty() || page.text.is_some() || query.sprint.is_some() || query.backlog;
    let left_out = TOLD_ELSEWHERE.to_vec();
    let query =
        ListQuery { kind: Some(kind), any_of, text: page.text, sort, left_out, offset, limit: page.limit, ..query };
    let found = ws.store.list(&query).await?;
    let items = found.items.into_iter().map(|row| EntityView::of(row, &found.sprints)).collect();
    let in_files = if found.total == 0 && !is_filtered { in_files(ws, kind) } else { 0 };
    Ok(Listing { kind, items, total: found.total, offset, is_filtered, in_files })
}

/// How many documents of that kind lie in the tree.
fn in_files(ws: &Workspace, kind: EntityKind) -> usize {
    let scan = ws.tree.scan(StatCache::empty(), None);
    let is_one = |file: &ScannedFile<'_>| match file.place(ws.tree.layout()) {
        Place::Document(address, role) => role.is_managed() && address.kind() == kind,
        Place::Foreign(_) => false,
    };
    scan.files().filter(is_one).count()
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

/// What a list of `kind` can be ordered by.
pub fn sort_words(kind: EntityKind) -> Vec<&'static str> {
    let of_kind: &[&str] = if kind == EntityKind::Task { &["code", "sprint"] } else { &["code"] };
    let fields = settable(kind).iter().map(|field| field.word());
    of_kind.iter().copied().chain(fields).chain(["updated", "created"]).collect()
}

fn sort_key(kind: EntityKind, word: &str) -> Result<(SortKey, Direction), OpError> {
    let (direction, name) = match word.strip_prefix('-') {
        Some(name) => (Direction::Descending, name),
        None => (Direction::Ascending, word),
    };
    let key = match name {
        "code" => Some(SortKey::Code),
        "sprint" if kind == EntityKind::Task => Some(SortKey::Sprint),
        "updated" | "updated_at" => Some(SortKey::UpdatedAt),
        "created" | "created_at" => Some(SortKey::CreatedAt),
        other => Field::from_word(other).filter(|field| settable(kind).contains(field)).map(SortKey::Field),
    };
    key.map(|key| (key, direction)).ok_or_else(|| {
        let known = sort_words(kind).into_iter().map(str::to_owned).collect();
        OpError::unknown("field to order by", name, known)
    })
}
