//! What a conflict is about, as far as it can still be had: the whole texts, and the file's value.

use schemars::JsonSchema;
use serde::Serialize;

use super::diff::text;
use super::set::value;
use super::{OpError, Workspace};
use crate::document::{self, Stamps};
use crate::model::{Conflict, ConflictKind, ConflictState, Digest, DocumentKey, EntityId, Field, Record, Role};
use crate::store::{KnownQuestion, Selection};
use crate::sync::Given;

/// Three versions of a document, without their stamps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Texts {
    /// What both derive from, while the file says so.
    pub base: Option<String>,
    /// What the file said then.
    pub file: Option<String>,
    /// What the database says now, while nobody has decided.
    pub row: Option<String>,
}

/// The value of the field that `said` is, as a file wrote it.
pub(super) fn file_value(conflict: &Conflict, said: &Option<String>, record: &Record) -> Result<Given, OpError> {
    let place = conflict.what.field.as_deref().zip(conflict.what.document.as_ref());
    if let Some((pointer, key)) = place.filter(|(field, key)| field.starts_with('/') && key.role == Role::AgentConfig) {
        return Ok(Given::Place(key.clone(), pointer.to_owned(), said.clone()));
    }
    let field = conflict.what.field.as_deref().and_then(Field::from_word);
    let field = field.ok_or_else(|| OpError::NotDecidable {
        kind: conflict.what.kind.word(),
        why: "the value is no field; edit the file instead, then sync".into(),
    })?;
    let value = match said {
        None => serde_json::Value::Null,
        Some(raw) => value(record.kind, field, raw)?,
    };
    Ok(Given::Field(field, value))
}

/// Reads them.
pub(super) async fn texts(ws: &Workspace, conflict: &Conflict) -> Result<Texts, OpError> {
    let what = &conflict.what;
    let is_open = conflict.state == ConflictState::Open;
    let entity = what.entity.filter(|_| is_open);
    let own = match entity {
        Some(entity) if what.kind == ConflictKind::DeleteEdit => main_document(ws, entity).await?,
        _ => None,
    };
    let key = what.document.as_ref().or(own.as_ref());
    let [mut base, mut row] = [None, None];
    if let (Some(entity), Some(key)) = (entity, key) {
        base = base_of(ws, conflict, entity, key).await?;
        row = row_of(ws, entity, key).await?;
    }
    let digests: Vec<Digest> = [base, what.kept, row].into_iter().flatten().collect();
    let blobs = ws.store.blobs(&digests).await?;
    let said = |digest: Option<Digest>| {
        let bytes = blobs.get(&digest?)?;
        Some(key.map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |key| text(key.role, bytes)))
    };
    // What lies in another one's place is its own and kept nowhere else.
    let there = || Some(text(key?.role, &ws.tree.read(&what.path).ok()?.bytes));
    let is_replaced = is_open && what.kind == ConflictKind::IdReplaced;
    let file = if is_replaced { there() } else { said(what.kept) };
    Ok(Texts { base: said(base), file, row: said(row) })
}

/// What file and database have of what each conflict is about, in a word: a text by its length.
pub(super) async fn sizes<'a>(
    ws: &Workspace,
    conflicts: impl Iterator<Item = (&'a Conflict, Option<&'a Record>)> + Clone,
) -> Result<Vec<[String; 2]>, OpError> {
    let wanted: Vec<Digest> =
        conflicts.clone().flat_map(|(conflict, record)| both(conflict, record)).flatten().collect();
    let blobs = ws.store.blobs(&wanted).await?;
    let size = |text: Option<Digest>| blobs.get(&text?).map(|bytes| in_lines(bytes));
    let told = |(conflict, record): (&Conflict, Option<&Record>)| {
        let [file, row] = both(conflict, record).map(size);
        let deleted = record.filter(|record| record.deleted).map(|_| "deleted".to_owned());
        [file, deleted.or(row)].map(Option::unwrap_or_default)
    };
    Ok(conflicts.map(told).collect())
}

/// The texts of file and database; where the conflict is about no document, the row's first one.
fn both(conflict: &Conflict, record: Option<&Record>) -> [Option<Digest>; 2] {
    let documents = || record.into_iter().flat_map(|record| &record.documents);
    let same = documents().find(|version| Some(&version.key) == conflict.what.document.as_ref());
    [conflict.what.kept, same.or_else(|| documents().next()).map(|version| version.blob)]
}

fn in_lines(bytes: &[u8]) -> String {
    let lines = bytes.split(|byte| *byte == b'\n').count() - usize::from(bytes.ends_with(b"\n"));
    format!("text, {lines} line{}", if lines == 1 { "" } else { "s" })
}

/// The document that says most of what was deleted with all its files.
async fn main_document(ws: &Workspace, entity: EntityId) -> Result<Option<DocumentKey>, OpError> {
    let records = ws.store.records(Selection::Ids(&[entity])).await?;
    let keys = records.iter().flat_map(|record| &record.documents).map(|version| &version.key);
    Ok(keys.filter(|key| key.role.is_managed()).min_by_key(|key| key.role == Role::AgentConfig).cloned())
}

/// The text that the file's stamp names.
async fn base_of(
    ws: &Workspace,
    conflict: &Conflict,
    entity: EntityId,
    key: &DocumentKey,
) -> Result<Option<Digest>, OpError> {
    let Ok(file) = ws.tree.read(&conflict.what.path) else { return Ok(None) };
    let Stamps::One(stamp) = document::split(key.role, &String::from_utf8_lossy(&file.bytes)).stamps else {
        return Ok(None);
    };
    let question = KnownQuestion { entity, key: key.clone(), stamp: Some(stamp.hash), canonical: None };
    let answers = ws.store.known(&[question]).await?;
    let named = answers.into_iter().next().and_then(|answer| answer.by_stamp);
    Ok(named.filter(|_| stamp.id == entity).map(|named| named.blob))
}

async fn row_of(ws: &Workspace, entity: EntityId, key: &DocumentKey) -> Result<Option<Digest>, OpError> {
    let records = ws.store.records(Selection::Ids(&[entity])).await?;
    let mut documents = records.iter().flat_map(|record| &record.documents);
    Ok(documents.find(|version| version.key == *key).map(|version| version.blob))
}
