//! From what people write to the one row that they mean.

use std::collections::BTreeSet;

use super::view::{reference, sprint_codes};
use super::{OpError, Workspace};
use crate::model::{EntityKind, Field, Home, Record, Reference, Row, nearest};
use crate::store::{ListQuery, Selection, SprintCodes};

/// A row, and the codes that its reference is written with.
pub(crate) struct Resolved {
    /// The row.
    pub(crate) record: Record,
    /// The codes of the sprints that were read on the way.
    pub(crate) sprints: SprintCodes,
}

/// The rows that some references and codes may mean, and the sprints of all of them.
pub(super) struct Named {
    records: Vec<Record>,
    sprints: SprintCodes,
}

impl Named {
    /// Reads them, whatever their number, at once.
    pub(super) async fn read(ws: &Workspace, codes: impl IntoIterator<Item = String>) -> Result<Self, OpError> {
        let codes: BTreeSet<String> = codes.into_iter().collect();
        let records = ws.store.records(Selection::Codes(&codes.into_iter().collect::<Vec<_>>())).await?;
        let sprints = sprints_of(ws, records.iter().map(|record| &record.row)).await?;
        Ok(Self { records, sprints })
    }

    /// All of them.
    pub(super) fn records(&self) -> &[Record] {
        &self.records
    }

    /// Finds the one live row that `wanted` names, whose codes were read.
    pub(super) async fn resolve(&self, ws: &Workspace, wanted: &Reference) -> Result<Resolved, OpError> {
        let fitting = self.records.iter().filter(|record| fits(record, wanted, &self.sprints));
        let has_code = |record: &&Record| record.code.eq_ignore_ascii_case(wanted.code.as_str());
        // What documents claim counts where no folder is called so.
        let (mut fitting, claiming): (Vec<&Record>, Vec<&Record>) = fitting.partition(has_code);
        if fitting.is_empty() {
            fitting = claiming.into_iter().filter(|record| claims(record, wanted)).collect();
        }
        match fitting.as_slice() {
            [] => Err(not_found(ws, wanted).await?),
            [only] => Ok(Resolved { record: (*only).clone(), sprints: self.sprints.clone() }),
            several => Err(OpError::Ambiguous {
                reference: wanted.to_string(),
                candidates: several.iter().map(|record| reference(record, &self.sprints)).collect(),
            }),
        }
    }

    /// Finds the one live row of `kind` that `wanted` names.
    pub(super) async fn resolve_kind(
        &self,
        ws: &Workspace,
        wanted: &Reference,
        kind: EntityKind,
    ) -> Result<Resolved, OpError> {
        self.resolve(ws, &of_kind(wanted, kind)?).await
    }
}

/// The codes by which a reference is looked up.
pub(super) fn codes_of(wanted: &Reference) -> impl Iterator<Item = String> {
    let sprint = match &wanted.home {
        Some(Home::Sprint(sprint)) => Some(sprint.folded()),
        _ => None,
    };
    [wanted.code.folded()].into_iter().chain(sprint)
}

/// Finds the one live row that `wanted` names.
///
/// # Errors
/// [`OpError::NotFound`] with the nearest names, [`OpError::Ambiguous`] with all that fit.
pub(crate) async fn resolve(ws: &Workspace, wanted: &Reference) -> Result<Resolved, OpError> {
    Named::read(ws, codes_of(wanted)).await?.resolve(ws, wanted).await
}

/// Finds the one live row that each of `wanted` names, in their order.
///
/// # Errors
/// As [`resolve`].
pub(super) async fn resolve_each(ws: &Workspace, wanted: &[Reference]) -> Result<Vec<Record>, OpError> {
    let named = Named::read(ws, wanted.iter().flat_map(codes_of)).await?;
    let mut found = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        found.push(named.resolve(ws, wanted).await?.record);
    }
    Ok(found)
}

/// Finds the one live row of `kind` that `wanted` names.
///
/// # Errors
/// As [`resolve`], and [`OpError::WrongKind`] for a reference that says another kind.
pub(crate) async fn resolve_kind(ws: &Workspace, wanted: &Reference, kind: EntityKind) -> Result<Resolved, OpError> {
    resolve(ws, &of_kind(wanted, kind)?).await
}

fn of_kind(wanted: &Reference, kind: EntityKind) -> Result<Reference, OpError> {
    match wanted.kind {
        Some(said) if said != kind => {
            Err(OpError::WrongKind { reference: wanted.to_string(), expected: kind, found: said })
        }
        _ => Ok(wanted.clone().or_kind(kind)),
    }
}

fn fits(record: &Record, wanted: &Reference, sprints: &SprintCodes) -> bool {
    !record.deleted && wanted.kind.is_none_or(|kind| kind == record.kind) && lies_there(record, wanted, sprints)
}

/// Whether a row lies where `wanted` says, if it says so.
pub(super) fn lies_there(row: &Row, wanted: &Reference, sprints: &SprintCodes) -> bool {
    let sprint = || row.sprint.and_then(|id| sprints.get(&id));
    match &wanted.home {
        None => true,
        Some(Home::Backlog) => row.sprint.is_none(),
        Some(Home::Sprint(code)) => sprint().is_some_and(|sprint| sprint.eq_ignore_ascii_case(code.as_str())),
    }
}

fn claims(record: &Record, wanted: &Reference) -> bool {
    claimed(record).is_some_and(|code| code.eq_ignore_ascii_case(wanted.code.as_str()))
}

/// The code that its document claims.
fn claimed(row: &Row) -> Option<&str> {
    row.fields.get(&Field::Code).and_then(serde_json::Value::as_str)
}

/// The codes of the sprints that `rows` are or belong to.
pub(crate) async fn sprints_of<'a>(
    ws: &Workspace,
    rows: impl Iterator<Item = &'a Row> + Clone,
) -> Result<SprintCodes, OpError> {
    let mut codes = sprint_codes(rows.clone());
    let missing: BTreeSet<_> = rows.filter_map(|row| row.sprint).filter(|id| !codes.contains_key(id)).collect();
    let missing: Vec<_> = missing.into_iter().collect();
    if !missing.is_empty() {
        let found = ws.store.records(Selection::Ids(&missing)).await?;
        codes.extend(sprint_codes(found.iter().map(|record| &record.row)));
    }
    Ok(codes)
}

async fn not_found(ws: &Workspace, wanted: &Reference) -> Result<OpError, OpError> {
    let page = ws.store.list(&ListQuery { kind: wanted.kind, ..ListQuery::default() }).await?;
    let names: Vec<String> = page.items.iter().map(|row| reference(row, &page.sprints)).collect();
    let by_code = nearest(wanted.code.as_str(), page.items.iter().map(|row| row.code.as_str()));
    let mut offered: Vec<String> =
        nearest(&wanted.to_string(), names.iter().map(String::as_str)).into_iter().map(str::to_owned).collect();
    let by_claim = nearest(wanted.code.as_str(), page.items.iter().filter_map(|row| claimed(row)));
    let is_near = |row: &Row| {
        by_code.contains(&row.code.as_str()) || claimed(row).is_some_and(|claimed| by_claim.contains(&claimed))
    };
    for (row, name) in page.items.iter().zip(&names) {
        if is_near(row) && !offered.contains(name) {
            offered.push(name.clone());
        }
    }
    offered.truncate(3);
    Ok(OpError::NotFound { reference: wanted.to_string(), kind: wanted.kind, nearest: offered })
}
