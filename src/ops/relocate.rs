//! Moves tasks between sprints and the backlog, and gives sprints, tasks and agents another code.

use schemars::JsonSchema;
use serde::Deserialize;

use super::resolve::{resolve, resolve_kind, sprints_of};
use super::{OpError, Workspace};
use crate::model::{Code, DocPath, EntityKind, Field, Fields, Home, Record, Reference};
use crate::store::Selection;
use crate::sync::{Deed, Edit, Order, SyncReport, carry_out};
use crate::tree::Address;

/// Move a task to another sprint, or give something another code.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct Relocate {
    /// Which one
    #[arg(value_name = "REF")]
    #[schemars(with = "String")]
    pub reference: Reference,
    /// The sprint that a task goes to; `backlog` for none
    #[arg(long, value_name = "SPRINT")]
    pub to: Option<String>,
    /// Its new code, which becomes the name of its folder
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
}

impl Relocate {
    /// Moves row and folder.
    ///
    /// # Errors
    /// A reference that names none or several, a place that is taken, a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let found = resolve(ws, &self.reference).await?;
        let record = &found.record;
        if self.to.is_some() && record.kind != EntityKind::Task {
            let (expected, found) = (EntityKind::Task, record.kind);
            return Err(OpError::WrongKind { reference: self.reference.to_string(), expected, found });
        }
        let code = self.code.as_deref().unwrap_or(&record.code);
        let code = Code::new(code).map_err(|source| OpError::BadCode { code: code.to_owned(), source })?;
        let target = match self.to.as_deref() {
            None => None,
            Some(to) if to.eq_ignore_ascii_case("backlog") => Some(None),
            Some(to) => Some(Some(resolve_kind(ws, &to.parse()?, EntityKind::Sprint).await?.record)),
        };
        let sprint = match &target {
            None => record.sprint,
            Some(sprint) => sprint.as_ref().map(|sprint| sprint.id),
        };
        refuse_taken(ws, record, sprint, &code).await?;
        let old = record.sprint.and_then(|id| found.sprints.get(&id).cloned());
        let new = target.as_ref().map(|sprint| sprint.as_ref().map(|sprint| sprint.code.clone()));
        let follow = follow(record, &code, old.as_deref(), new);
        let edit = Edit { entity: record.id, deed: Deed::Move { sprint, code, follow } };
        Ok(carry_out(ws, Order { edits: vec![edit], ..Order::default() }).await?)
    }
}

/// The move of `record` to the folder (or file of an agent) at `path`.
pub(super) async fn back_to(ws: &Workspace, record: &Record, path: &str) -> Result<Deed, OpError> {
    let address = DocPath::new(path).ok().and_then(|path| ws.tree.layout().address(&path));
    let address = address.filter(|address| address.kind() == record.kind);
    let address = address.ok_or_else(|| OpError::BadPath { path: path.to_owned() })?;
    let (home, code) = match address {
        Address::Sprint(code) | Address::Agent(code) => (None, code),
        Address::Task(home, code) => (Some(home), code),
    };
    let target = match home {
        Some(Home::Sprint(code)) => {
            let wanted = Reference { kind: Some(EntityKind::Sprint), home: None, code };
            Some(resolve_kind(ws, &wanted, EntityKind::Sprint).await?.record)
        }
        Some(Home::Backlog) | None => None,
    };
    let sprint = target.as_ref().map(|sprint| sprint.id);
    refuse_taken(ws, record, sprint, &code).await?;
    let sprints = sprints_of(ws, std::iter::once(&record.row)).await?;
    let old = record.sprint.and_then(|id| sprints.get(&id).cloned());
    let follow = follow(record, &code, old.as_deref(), Some(target.map(|sprint| sprint.code.clone())));
    Ok(Deed::Move { sprint, code, follow })
}

async fn refuse_taken(
    ws: &Workspace,
    record: &Record,
    sprint: Option<crate::model::EntityId>,
    code: &Code,
) -> Result<(), OpError> {
    let named = ws.store.records(Selection::Codes(&[code.folded()])).await?;
    let is_there = |other: &Record| {
        !other.deleted
            && other.id != record.id
            && other.kind == record.kind
            && other.sprint == sprint
            && other.code.eq_ignore_ascii_case(code.as_str())
    };
    if named.iter().any(is_there) { Err(OpError::Taken { code: code.to_string() }) } else { Ok(()) }
}

/// The fields that say where the entity is, where its documents say so now.
fn follow(record: &Record, code: &Code, old: Option<&str>, new: Option<Option<String>>) -> Fields {
    let says = |field: Field, value: &str| record.fields.get(&field).and_then(|said| said.as_str()) == Some(value);
    let mut follow = Fields::new();
    if says(Field::Code, &record.code) && record.code != code.as_str() {
        follow.insert(Field::Code, code.as_str().into());
    }
    if let (Some(new), Some(old)) = (new, old)
        && says(Field::Sprint, old)
    {
        follow.insert(Field::Sprint, new.unwrap_or_else(|| "backlog".into()).into());
    }
    follow
}
