//! Documents that are laid under what another program's SQL wrote: the same for every back end.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Answer, parsed, patch};
use super::cells::Cells;
use super::entry::home;
use super::tracking::{patch_hash, tracking_hash};
use super::{Materialised, content_hash};
use crate::model::{Digest, DocumentVersion, EntityId, RevisionId};

/// A revision by plain SQL, and the documents that are laid under it.
pub(super) struct Laid<'a> {
    pub(super) one: &'a Materialised,
    n: i64,
    tracking: Digest,
    is_newest: bool,
}

/// Why changes are not stored.
pub(super) enum Refused {
    /// The rows are not what the changes expect.
    Stale(Vec<EntityId>),
    /// The database refused, or its answer makes no sense.
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

/// Finds each revision among `entity_id, id, n, created_at, patch` and whether a later one has documents.
pub(super) fn laid<'a, R: Answer>(materialised: &'a [Materialised], rows: &[R]) -> Result<Vec<Laid<'a>>, Refused> {
    let mut wanted: BTreeMap<_, &Materialised> = materialised.iter().map(|m| ((m.entity, m.revision), m)).collect();
    let mut laid = Vec::with_capacity(rows.len());
    for row in rows {
        let (entity, revision): (EntityId, RevisionId) = (parsed(row, 0)?, parsed(row, 1)?);
        if let Some(one) = wanted.remove(&(entity, revision)) {
            laid.push(lay(one, row)?);
        }
    }
    match wanted.is_empty() {
        true => Ok(laid),
        false => Err(Refused::Stale(wanted.into_keys().map(|(entity, _)| entity).collect())),
    }
}

fn lay<'a>(one: &'a Materialised, row: &impl Answer) -> sqlx::Result<Laid<'a>> {
    let tracking = tracking_hash(one.entity, parsed(row, 3)?, patch_hash(&patch(row, 4)?));
    Ok(Laid { one, n: row.number(2)?, tracking, is_newest: row.number(5)? == 0 })
}

/// Says that later revisions of these entities are made in the same transaction.
pub(super) fn overtake(laid: &mut [Laid<'_>], entities: &BTreeSet<EntityId>) {
    laid.iter_mut().filter(|laid| entities.contains(&laid.one.entity)).for_each(|laid| laid.is_newest = false);
}

/// Every document with its entity and the number of its revision.
pub(super) fn history<'l>(laid: &'l [Laid<'_>]) -> Vec<(EntityId, i64, &'l DocumentVersion)> {
    laid.iter().flat_map(|l| l.one.documents.iter().map(|d| (l.one.entity, l.n, d))).collect()
}

/// Of several patches of one entity, the last one's documents are the newest.
pub(super) fn newest<'l, 'a>(laid: &'l [Laid<'a>]) -> Vec<&'l Laid<'a>> {
    let newest: BTreeMap<EntityId, &Laid<'_>> =
        laid.iter().filter(|l| l.is_newest).map(|l| (l.one.entity, l)).collect();
    newest.into_values().collect()
}

/// `id, n, tracking, content, path, config`.
pub(super) fn newest_cells<C: Cells>(Laid { one, n, tracking, .. }: &Laid<'_>, cells: C) -> C {
    let cells = cells.text(one.entity).number(*n).text(tracking).text(content_hash(&one.documents));
    cells.maybe(home(&one.documents)).maybe(one.agent_config.as_ref())
}
