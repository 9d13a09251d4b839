//! Changes fields of sprints, tasks and agents: row and file at once.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::resolve::resolve;
use super::{OpError, Workspace};
use crate::model::{EntityId, EntityKind, Field, Fields, Priority, Record, Reference, Role, SprintStatus, TaskStatus};
use crate::sync::{Deed, Edit, Order, SyncReport, carry_out};

/// Change fields of one sprint, task or agent.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct Set {
    /// Which one
    #[arg(value_name = "REF")]
    #[schemars(with = "String")]
    pub reference: Reference,
    /// What to change; an empty value takes the field away
    #[arg(value_name = "FIELD=VALUE", required = true)]
    pub changes: Vec<String>,
}

/// Change the status of sprints or tasks.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct SetStatus {
    /// Which ones
    #[arg(value_name = "REF", required = true, num_args = 1..)]
    #[schemars(with = "Vec<String>")]
    pub references: Vec<Reference>,
    /// The new status
    #[arg(value_name = "STATUS")]
    pub status: String,
}

impl Set {
    /// Changes them.
    ///
    /// # Errors
    /// A reference that names none or several, a field or value that does not exist, a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let found = resolve(ws, &self.reference).await?.record;
        let fields = self.changes.iter().map(|change| assignment(found.kind, change)).collect::<Result<_, _>>()?;
        change(ws, vec![(found.id, fields)]).await
    }
}

impl SetStatus {
    /// Changes it.
    ///
    /// # Errors
    /// A reference that names none or several, a status that does not exist, a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let mut changes = BTreeMap::new();
        for reference in &self.references {
            let found: Record = resolve(ws, reference).await?.record;
            let status = value(found.kind, Field::Status, &self.status)?;
            changes.insert(found.id, Fields::from([(Field::Status, status)]));
        }
        change(ws, changes.into_iter().collect()).await
    }
}

async fn change(ws: &Workspace, changes: Vec<(EntityId, Fields)>) -> Result<SyncReport, OpError> {
    let edit = |(entity, fields)| Edit { entity, deed: Deed::Set(fields) };
    let edits = changes.into_iter().map(edit).collect();
    Ok(carry_out(ws, Order { edits, ..Order::default() }).await?)
}

/// `field=value`, typed; an empty value is `null`.
fn assignment(kind: EntityKind, text: &str) -> Result<(Field, Value), OpError> {
    let (name, raw) = text.split_once('=').ok_or_else(|| OpError::BadAssignment { text: text.to_owned() })?;
    let settable = || settable(kind).iter().map(|field| field.word().to_owned()).collect::<Vec<_>>();
    let field = Field::from_word(&name.replace('-', "_"))
        .filter(|field| self::settable(kind).contains(field))
        .ok_or_else(|| OpError::unknown("field", name, settable()))?;
    if raw.trim().is_empty() && field != Field::Title {
        return Ok((field, Value::Null));
    }
    Ok((field, value(kind, field, raw)?))
}

/// The fields that a command may change.
const fn settable(kind: EntityKind) -> &'static [Field] {
    match kind {
        EntityKind::Sprint => &[
            Field::Title,
            Field::Status,
            Field::Owner,
            Field::StartsOn,
            Field::EndsOn,
            Field::Goal,
            Field::Tags,
            Field::EstimateHours,
            Field::Progress,
        ],
        EntityKind::Task => &[
            Field::Title,
            Field::Status,
            Field::Priority,
            Field::Assignee,
            Field::Phase,
            Field::Position,
            Field::EstimateHours,
            Field::ActualHours,
            Field::Progress,
            Field::StartsOn,
            Field::EndsOn,
            Field::CompletedOn,
            Field::Tags,
            Field::DependsOn,
            Field::Blocks,
            Field::Category,
            Field::Component,
        ],
        EntityKind::Agent => &[Field::Name, Field::AgentRole, Field::Status],
    }
}

/// What people write for a value, as rows hold it.
pub(super) fn value(kind: EntityKind, field: Field, raw: &str) -> Result<Value, OpError> {
    let role = match kind {
        EntityKind::Sprint => Role::Sprint,
        EntityKind::Task => Role::Task,
        EntityKind::Agent => Role::AgentProfile,
    };
    crate::document::typed(role, field, raw).map(|typed| typed.to_json()).ok_or_else(|| {
        let known = match (field, kind) {
            (Field::Status, EntityKind::Sprint) => words(SprintStatus::ALL),
            (Field::Status, EntityKind::Task) => words(TaskStatus::ALL),
            (Field::Status, EntityKind::Agent) => words(crate::model::AgentStatus::ALL),
            (Field::Priority, _) => words(Priority::ALL),
            _ => Vec::new(),
        };
        OpError::unknown(field.word(), raw, known)
    })
}

fn words<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}
