//! Moves tasks between sprints and the backlog, and gives sprints, tasks and agents another code.

use schemars::JsonSchema;
use serde::Deserialize;

use super::resolve::{Named, codes_of, resolve_kind};
use super::{OpError, Workspace};
use crate::model::{Code, DocPath, EntityId, EntityKind, Home, Record, Reference};
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
        let to = match self.to.as_deref() {
            None => None,
            Some(to) if to.eq_ignore_ascii_case("backlog") => Some(None),
            Some(to) => Some(Some(to.parse::<Reference>())),
        };
        let sprint = to.iter().flatten().flatten().flat_map(codes_of);
        let new = self.code.as_deref().map(str::to_ascii_lowercase);
        let named = Named::read(ws, codes_of(&self.reference).chain(sprint).chain(new)).await?;
        let found = named.resolve(ws, &self.reference).await?;
        let record = &found.record;
        if self.to.is_some() && record.kind != EntityKind::Task {
            let (expected, found) = (EntityKind::Task, record.kind);
            return Err(OpError::WrongKind { reference: self.reference.to_string(), expected, found });
        }
        let code = self
            .code
            .as_deref()
            .map(|code| Code::new(code).map_err(|source| OpError::BadCode { code: code.to_owned(), source }));
        let code = code.transpose()?;
        let sprint = match to {
            None => None,
            Some(None) => Some(None),
            Some(Some(wanted)) => Some(Some(named.resolve_kind(ws, &wanted?, EntityKind::Sprint).await?.record.id)),
        };
        let (wanted, there) =
            (code.as_ref().map_or(record.code.as_str(), Code::as_str), sprint.unwrap_or(record.sprint));
        // Of a task that is named by what its document claims, who else has its code was not asked yet.
        if wanted.eq_ignore_ascii_case(self.reference.code.as_str()) || code.is_some() {
            refuse_among(named.records(), record, there, wanted)?;
        } else {
            refuse_taken(ws, record, there, wanted).await?;
        }
        let edit = Edit { entity: record.id, deed: Deed::Move { sprint, code } };
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
    let sprint = match home {
        Some(Home::Sprint(code)) => {
            let wanted = Reference { kind: Some(EntityKind::Sprint), home: None, code };
            Some(resolve_kind(ws, &wanted, EntityKind::Sprint).await?.record.id)
        }
        Some(Home::Backlog) | None => None,
    };
    refuse_taken(ws, record, sprint, code.as_str()).await?;
    Ok(Deed::Move { sprint: Some(sprint), code: Some(code) })
}

/// Refuses a place that another row has.
pub(super) async fn refuse_taken(
    ws: &Workspace,
    record: &Record,
    sprint: Option<EntityId>,
    code: &str,
) -> Result<(), OpError> {
    refuse_among(&ws.store.records(Selection::Codes(&[code.to_ascii_lowercase()])).await?, record, sprint, code)
}

fn refuse_among(named: &[Record], record: &Record, sprint: Option<EntityId>, code: &str) -> Result<(), OpError> {
    let is_there = |other: &Record| {
        !other.deleted
            && other.id != record.id
            && other.kind == record.kind
            && other.sprint == sprint
            && other.code.eq_ignore_ascii_case(code)
    };
    if named.iter().any(is_there) { Err(OpError::Taken { code: code.to_owned() }) } else { Ok(()) }
}
