//! Changes fields of sprints, tasks and agents: row and file at once.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::resolve::{resolve, resolve_each, resolve_kind};
use super::{OpError, Workspace};
use crate::model::{
    AgentStatus, EntityId, EntityKind, Field, Fields, Priority, Record, Reference, ReferenceError, Role, SprintStatus,
    TaskStatus, nearest,
};
use crate::sync::plan::{Note, NoteKind};
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
        let fields = self.changes.iter().map(|change| assignment(found.kind, change)).collect::<Result<Fields, _>>()?;
        let strangers = strangers(ws, &found, &fields).await?;
        let mut report = change(ws, vec![(found.id, fields)]).await?;
        report.notes.extend(strangers);
        Ok(report)
    }
}

impl SetStatus {
    /// Changes it.
    ///
    /// # Errors
    /// A reference that names none or several, a status that does not exist, a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let mut changes = BTreeMap::new();
        let mut asked = Vec::new();
        for found in resolve_each(ws, &self.references).await? {
            let status = value(found.kind, Field::Status, &self.status)?;
            asked.push(found.id);
            changes.insert(found.id, Fields::from([(Field::Status, status)]));
        }
        let mut report = change(ws, changes.into_iter().collect()).await?;
        report.steps.sort_by_key(|step| asked.iter().position(|id| *id == step.entity));
        Ok(report)
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
    if raw.trim().is_empty() && !matches!(field, Field::Title | Field::Name) {
        return Ok((field, Value::Null));
    }
    Ok((field, given(kind, field, raw)?))
}

/// What a person gives for a value: within its bounds, of one line, with nothing in it that nobody sees.
fn given(kind: EntityKind, field: Field, raw: &str) -> Result<Value, OpError> {
    let bad = |why: String| OpError::BadValue { field, value: raw.to_owned(), why };
    if raw.chars().any(char::is_control) {
        return Err(bad("a value is one line without control characters".into()));
    }
    if matches!(field, Field::DependsOn | Field::Blocks) {
        return tasks(raw).map_err(|error| bad(error.to_string()));
    }
    let value = match in_hours(field, raw) {
        Some(hours) => value(kind, field, &hours).map_err(|_| bad(expected(field).into()))?,
        None => value(kind, field, raw)?,
    };
    let is_beyond = value.as_f64().is_some_and(|n| n < 0.0 || field == Field::Progress && n > 100.0);
    if is_beyond {
        return Err(bad(if field == Field::Progress { "it goes from 0 to 100" } else { "it begins at 0" }.into()));
    }
    Ok(value)
}

/// A number of hours may stand alone where it is given, since that is how it is shown.
fn in_hours(field: Field, raw: &str) -> Option<String> {
    let number = raw.trim();
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (matches!(field, Field::EstimateHours | Field::ActualHours) && is_number).then(|| format!("{number}h"))
}

/// Names of tasks between commas, each of them a reference; `none` is the empty list.
fn tasks(raw: &str) -> Result<Value, ReferenceError> {
    if raw.trim().eq_ignore_ascii_case("none") {
        return Ok(Value::Array(Vec::new()));
    }
    let names = raw.split([',', ';']).map(|name| name.trim().trim_matches('`')).filter(|name| !name.is_empty());
    names.map(|name| name.parse::<Reference>().map(|_| Value::from(name))).collect()
}

/// Tells of tasks that others shall wait for and that nobody knows.
async fn strangers(ws: &Workspace, task: &Record, fields: &Fields) -> Result<Vec<Note>, OpError> {
    let mut notes = Vec::new();
    for (field, value) in fields.iter().filter(|(field, _)| matches!(field, Field::DependsOn | Field::Blocks)) {
        for name in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
            if let Err(OpError::NotFound { .. }) = resolve_kind(ws, &name.parse()?, EntityKind::Task).await {
                let path = task.path.as_ref().map_or_else(|| task.code.clone(), ToString::to_string);
                let message = format!("{field} names `{name}`, but no task is called so");
                notes.push(Note { kind: NoteKind::Problem, path, message, count: 1 });
            }
        }
    }
    Ok(notes)
}

/// The fields that a command may change.
pub const fn settable(kind: EntityKind) -> &'static [Field] {
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
            Field::Owner,
            Field::Phase,
            Field::Position,
            Field::EstimateHours,
            Field::ActualHours,
            Field::Progress,
            Field::StartsOn,
            Field::EndsOn,
            Field::CompletedOn,
            Field::Goal,
            Field::Tags,
            Field::DependsOn,
            Field::Blocks,
            Field::Category,
            Field::Component,
        ],
        EntityKind::Agent => &[
            Field::Name,
            Field::AgentRole,
            Field::Status,
            Field::Skills,
            Field::Capabilities,
            Field::Constraints,
            Field::Tools,
        ],
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
            (Field::Status, kind) => statuses(kind),
            (Field::Priority, _) => words(Priority::ALL),
            _ => return OpError::BadValue { field, value: raw.to_owned(), why: expected(field).to_owned() },
        };
        let spoken: Vec<&str> = crate::document::spoken_statuses(role).filter(|_| field == Field::Status).collect();
        let near = nearest(raw, known.iter().map(String::as_str).chain(spoken.iter().copied()));
        let nearest: Vec<String> = near.into_iter().map(str::to_owned).collect();
        OpError::Unknown { what: field.to_string(), value: raw.to_owned(), known, nearest }
    })
}

/// Every status that something of `kind` can have.
pub fn statuses(kind: EntityKind) -> Vec<String> {
    match kind {
        EntityKind::Sprint => words(SprintStatus::ALL),
        EntityKind::Task => words(TaskStatus::ALL),
        EntityKind::Agent => words(AgentStatus::ALL),
    }
}

/// What a value of a field without a vocabulary looks like.
fn expected(field: Field) -> &'static str {
    match field {
        Field::StartsOn | Field::EndsOn | Field::CompletedOn => "a date is written like 2026-01-31",
        Field::EstimateHours | Field::ActualHours => "an amount of work is written like `3h` or `2 days`",
        Field::Position | Field::Progress => "it is a number",
        _ => "a reader would take it for a placeholder or for nothing",
    }
}

fn words<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}
