//! Reads what is: rows with their documents, stored bytes, what was left on disk.

use std::collections::{BTreeMap, HashSet};

use serde::de::DeserializeSeed;
use sqlx::postgres::PgRow;

use super::connections::Connections;
use super::script::{Answers, Literal, Place, Script};
use super::server::Server;
use crate::model::{CloneId, Cursor, Digest, EntityId, Field, Record, RevisionId};
use crate::store::answer::{Answer as _, digest, document, nonsense, parsed, patch, some_text};
use crate::store::column::{Shape, TABLES, Table, column, shape, sprint_column};
use crate::store::packed::{PackedRecord, RowRecord};
use crate::store::reading::{STATE, state};
use crate::store::{Bytes, Head, Selection, StoreError, SyncState};

/// Which project this is, and how far its feed is.
pub(super) const HEAD: &str = "SELECT id, epoch, next_event_seq - 1 FROM orchestration_projects ORDER BY id LIMIT 1";

/// How many live rows there are.
pub(super) const LIVE: &str = "SELECT (SELECT count(*) FROM orchestration_sprints WHERE deleted_at IS NULL) \
     + (SELECT count(*) FROM orchestration_tasks WHERE deleted_at IS NULL) \
     + (SELECT count(*) FROM agent_profiles WHERE deleted_at IS NULL)";

/// Bytes by their digests.
pub(super) const BLOBS: &str =
    "SELECT sha256, bytes FROM orchestration_blobs WHERE sha256 = ANY($1::bytea[]) ORDER BY sha256";

/// Which digests have their bytes stored.
pub(super) const STORED: &str =
    "SELECT sha256 FROM orchestration_blobs WHERE sha256 = ANY($1::bytea[]) ORDER BY sha256";

/// Which project this is and how far its feed is.
pub(super) async fn head(connections: &Connections) -> Result<Head, StoreError> {
    let mut script = Script::default();
    let place = script.add(HEAD, &[]);
    let rows = connections.ask("read the head", script).await?.take(place);
    head_of(connections.server(), &rows)
}

/// From the answer to [`HEAD`].
pub(super) fn head_of(server: &Server, rows: &[PgRow]) -> Result<Head, StoreError> {
    let row = rows.first().ok_or_else(|| StoreError::Missing { location: server.location() })?;
    let read = |row: &PgRow| {
        let cursor = Cursor { epoch: parsed(row, 1)?, seq: row.number(2)? };
        Ok(Head { project: parsed(row, 0)?, cursor })
    };
    read(row).map_err(server.failed("read the head"))
}

/// How many live rows there are.
pub(super) async fn count_live(connections: &Connections) -> Result<usize, StoreError> {
    let mut script = Script::default();
    let place = script.add(LIVE, &[]);
    let rows = connections.ask("count rows", script).await?.take(place);
    let count = rows.first().map_or(Ok(0), |row| row.number(0)).map_err(connections.server().failed("count rows"))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// A JSON array of one row's columns, as [`crate::store::packed`] reads it; without its closing bracket, and without the
/// values of fields that are left out. Numbers travel as text, because JSON has none for infinity.
pub(super) fn columns(table: &Table, left_out: &[Field]) -> String {
    let value = |field: &Field| match (column(*field), shape(*field)) {
        _ if left_out.contains(field) => ", NULL".to_owned(),
        (column, Shape::Number | Shape::List) => format!(", {column}::text"),
        (column, Shape::Text) => format!(", {column}"),
    };
    format!(
        "json_build_array(id, {code}, {sprint}, file_path, row_version, created_at, updated_at{fields}",
        code = table.code,
        sprint = sprint_column(table),
        fields = table.fields.iter().map(value).collect::<String>(),
    )
}

/// Reads a JSON value that stands in a column.
pub(super) fn packed<S, T>(seed: S, row: &PgRow, index: usize) -> sqlx::Result<T>
where
    S: for<'de> DeserializeSeed<'de, Value = T>,
{
    let json = some_text(row, index)?;
    seed.deserialize(&mut serde_json::Deserializer::from_str(&json)).map_err(|error| nonsense(index, error))
}

/// Which rows of a table are meant, as a condition on the entity in `column`; `$1` is what they are known by.
fn condition(which: Selection<'_>, column: &str, tables: &[&Table]) -> (String, Vec<Literal>) {
    match which {
        Selection::All => ("true".into(), Vec::new()),
        Selection::Ids(ids) => (format!("{column} = ANY($1::uuid[])"), vec![Literal::texts(ids)]),
        Selection::Codes(codes) => {
            let ids: Vec<String> = tables.iter().map(|table| ids_by_code(table)).collect();
            (format!("{column} IN ({})", ids.join(" UNION ALL ")), vec![Literal::texts(codes)])
        }
    }
}

/// Three indexes, each for the rows of one condition, written here as they are there; `$1` are the codes.
pub(super) fn ids_by_code(Table { name, code, .. }: &Table) -> String {
    let wanted = "ANY($1::text[])";
    format!(
        "SELECT id FROM {name} WHERE deleted_at IS NULL AND lower({code}) = {wanted} \
         UNION ALL SELECT id FROM {name} WHERE deleted_at IS NOT NULL AND lower({code}) = {wanted} \
         UNION ALL SELECT id FROM {name} WHERE lower(claimed_code) <> lower({code}) AND lower(claimed_code) = {wanted}"
    )
}

/// Rows with their documents and what was patched since, all as of one moment, ordered by kind and id.
pub(super) async fn records(connections: &Connections, which: Selection<'_>) -> Result<Vec<Record>, StoreError> {
    if matches!(which, Selection::Ids([]) | Selection::Codes([])) {
        return Ok(Vec::new());
    }
    let mut script = Script::default();
    let asked = RecordsAsked::of(&mut script, |column, tables| condition(which, column, tables));
    let mut answers = connections.ask("read rows", script).await?;
    asked.take(&mut answers).map_err(connections.server().failed("read rows"))
}

/// Where the answers stand that rows with their documents are made of.
pub(super) struct RecordsAsked {
    rows: [Place; 3],
    documents: Place,
    patches: [Place; 3],
}

impl RecordsAsked {
    /// Asks for rows; `condition` says which, given the column of the entity and the tables that it may be in.
    pub(super) fn of(script: &mut Script, condition: impl Fn(&str, &[&Table]) -> (String, Vec<Literal>)) -> Self {
        let rows = TABLES.map(|table| {
            let (condition, values) = condition("id", &[table]);
            let columns = columns(table, &[]);
            let name = table.name;
            script.add(
                &format!(
                    "SELECT {columns}, documents_version, head_revision, hash, (deleted_at IS NOT NULL)::integer) \
                     FROM {name} WHERE {condition} ORDER BY id"
                ),
                &values,
            )
        });
        let documents = {
            let (condition, values) = condition("entity_id", &TABLES);
            let select = "SELECT role, name, file_path, blob, canonical, entity_id FROM orchestration_documents WHERE";
            script.add(&format!("{select} {condition} ORDER BY entity_id"), &values)
        };
        let patches = TABLES.map(|table| {
            let (condition, values) = condition("t.id", &[table]);
            script.add(
                &format!(
                    "SELECT r.entity_id, r.id, r.patch FROM {name} t \
                     JOIN orchestration_revisions r ON r.entity_id = t.id AND r.n > t.documents_version \
                     WHERE t.documents_version < t.row_version AND r.patch IS NOT NULL AND {condition} \
                     ORDER BY r.entity_id, r.n",
                    name = table.name,
                ),
                &values,
            )
        });
        Self { rows, documents, patches }
    }

    /// Makes rows of what was answered.
    pub(super) fn take(self, answers: &mut Answers) -> sqlx::Result<Vec<Record>> {
        let rows = self.rows.map(|place| answers.take(place));
        let documents = answers.take(self.documents);
        let patches: Vec<PgRow> = self.patches.into_iter().flat_map(|place| answers.take(place)).collect();
        assemble(rows, &documents, &patches)
    }
}

fn assemble(rows: [Vec<PgRow>; 3], documents: &[PgRow], patches: &[PgRow]) -> sqlx::Result<Vec<Record>> {
    let mut found: Vec<RowRecord> = Vec::new();
    for (table, rows) in TABLES.into_iter().zip(&rows) {
        for row in rows {
            found.push(packed(PackedRecord(table), row, 0)?);
        }
    }
    let places: BTreeMap<EntityId, usize> = found.iter().enumerate().map(|(at, row)| (row.record.id, at)).collect();
    for row in documents {
        if let Some(at) = places.get(&parsed(row, 5)?) {
            found[*at].record.documents.push(document(row, 0)?);
        }
    }
    for row in patches {
        if let Some(at) = places.get(&parsed(row, 0)?) {
            found[*at].record.patches.push((parsed::<RevisionId>(row, 1)?, patch(row, 2)?));
        }
    }
    found.iter_mut().for_each(|found| found.record.documents.sort_unstable_by(|a, b| a.key.cmp(&b.key)));
    Ok(found.into_iter().map(|found| found.record).collect())
}

/// Stored bytes by their digests.
pub(super) async fn blobs(
    connections: &Connections,
    digests: &[Digest],
) -> Result<BTreeMap<Digest, Bytes>, StoreError> {
    let rows = of_digests(connections, BLOBS, digests).await?;
    texts(&rows).map_err(connections.server().failed("read texts"))
}

/// From the answer to [`BLOBS`].
pub(super) fn texts(rows: &[PgRow]) -> sqlx::Result<BTreeMap<Digest, Bytes>> {
    let read = |row: &PgRow| Ok((digest(row, 0)?, Bytes::from(row.bytes(1)?.unwrap_or_default().into_owned())));
    rows.iter().map(read).collect()
}

/// Those of `digests` whose bytes are stored, in the order asked.
pub(super) async fn stored(connections: &Connections, digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
    let rows = of_digests(connections, STORED, digests).await?;
    let found = rows.iter().map(|row| digest(row, 0)).collect::<sqlx::Result<HashSet<_>>>();
    let found = found.map_err(connections.server().failed("look up texts"))?;
    Ok(digests.iter().filter(|digest| found.contains(digest)).copied().collect())
}

async fn of_digests(connections: &Connections, statement: &str, digests: &[Digest]) -> Result<Vec<PgRow>, StoreError> {
    if digests.is_empty() {
        return Ok(Vec::new());
    }
    let mut script = Script::default();
    let digests = digests.iter().map(|digest| &digest.as_bytes()[..]);
    let place = script.add(statement, &[Literal::byte_strings(digests)]);
    Ok(connections.ask("read texts", script).await?.take(place))
}

/// What a clone last left on disk, ordered by path.
pub(super) async fn sync_state(
    connections: &Connections,
    clone: CloneId,
    which: Selection<'_>,
) -> Result<Vec<SyncState>, StoreError> {
    let (condition, mut values) = condition(which, "entity_id", &TABLES);
    values.push(Literal::text(clone));
    let mut script = Script::default();
    let place = script.add(
        &format!(
            "SELECT {STATE} FROM orchestration_sync_state WHERE clone_id = ${clone}::uuid AND {condition} \
             ORDER BY file_path, entity_id",
            clone = values.len(),
        ),
        &values,
    );
    let rows = connections.ask("read what was left on disk", script).await?.take(place);
    let read = rows.iter().map(state).collect::<sqlx::Result<_>>();
    read.map_err(connections.server().failed("read what was left on disk"))
}
