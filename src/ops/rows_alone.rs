//! What rows say that no file tells, so that a new database can be told it after the files.

use std::collections::BTreeMap;

use super::{OpError, Workspace};
use crate::model::{Digest, DocumentVersion, EntityId, Fields, Record};
use crate::reconcile::{Writing, Writings, overlay};
use crate::store::{Bytes, Selection};
use crate::sync::{Deed, Edit, Order, carry_out};

/// Of how many rows the documents are read at once.
const BATCH: usize = 256;

/// Fields that no document has a place for, by the entity whose row has them.
#[derive(Debug, Default)]
pub struct RowsAlone(Vec<(EntityId, Fields)>);

impl RowsAlone {
    /// Reads them.
    ///
    /// # Errors
    /// The database.
    pub async fn read(ws: &Workspace) -> Result<Self, OpError> {
        let mut all = Vec::new();
        let records = ws.store.records(Selection::All).await?;
        for some in records.chunks(BATCH) {
            let live = || some.iter().filter(|record| !record.deleted);
            let wanted: Vec<Digest> = live().flat_map(documents).map(|version| version.blob).collect();
            let blobs = ws.store.blobs(&wanted).await?;
            let told = live().map(|record| (record.id, alone(record, &writings(record, &blobs))));
            all.extend(told.filter(|(_, fields)| !fields.is_empty()));
        }
        Ok(Self(all))
    }

    /// Tells them to a database that was filled from the files; how many rows were told something.
    ///
    /// # Errors
    /// The database.
    pub async fn restore(self, ws: &Workspace) -> Result<usize, OpError> {
        let ids: Vec<EntityId> = self.0.iter().map(|(id, _)| *id).collect();
        let there = ws.store.records(Selection::Ids(&ids)).await?;
        let is_there = |id: &EntityId| there.iter().any(|record| record.id == *id && !record.deleted);
        let known = self.0.into_iter().filter(|(id, _)| is_there(id));
        let edits: Vec<Edit> = known.map(|(entity, fields)| Edit { entity, deed: Deed::Set(fields) }).collect();
        let count = edits.len();
        if count > 0 {
            carry_out(ws, Order { edits, ..Order::default() }).await?;
        }
        Ok(count)
    }
}

fn documents(record: &Record) -> impl Iterator<Item = &DocumentVersion> {
    record.documents.iter().filter(|version| version.key.role.is_managed())
}

fn writings(record: &Record, blobs: &BTreeMap<Digest, Bytes>) -> Writings {
    let text = |version: &DocumentVersion| std::str::from_utf8(blobs.get(&version.blob)?).ok();
    let writing = |version: &DocumentVersion| Some(Writing::document(version.key.role, text(version)?).0);
    documents(record).filter_map(|version| Some((version.key.clone(), writing(version)?))).collect()
}

/// What would be said in the row alone if it were said anew.
fn alone(record: &Record, documents: &Writings) -> Fields {
    let placeless = overlay(documents, &record.fields).in_row_alone;
    record.fields.iter().filter(|(field, _)| placeless.contains(field)).map(|(f, value)| (*f, value.clone())).collect()
}
