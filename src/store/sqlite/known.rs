//! Tells which stored revisions a text or its stamp names; how long the history is does not matter.

use std::sync::LazyLock;

use sqlx::sqlite::SqliteConnection;

use super::bulk::Bulk;
use crate::store::cells::half;
use crate::store::reading::{answers, halves};
use crate::store::{KnownAnswer, KnownQuestion};

/// Beside `max`, SQLite answers with what stands in the row that has it.
static KNOWN: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::around(
        "WITH question (at, entity_id, role, name, low, high) AS (",
        6,
        "), newest AS (SELECT q.at, d.entity_id, max(d.n) AS n, d.blob, d.canonical FROM question q \
         CROSS JOIN orchestration_revision_documents d ON d.entity_id = q.entity_id AND d.role = q.role \
         AND d.name = q.name AND d.canonical BETWEEN q.low AND q.high GROUP BY q.at) \
         SELECT d.at, d.n, r.id, d.blob, d.canonical FROM newest d \
         CROSS JOIN orchestration_revisions r ON r.entity_id = d.entity_id AND r.n = d.n ORDER BY d.at",
    )
});

/// Answers in the order asked; of several revisions, the newest.
pub(super) async fn known(
    connection: &mut SqliteConnection,
    questions: &[KnownQuestion],
) -> sqlx::Result<Vec<KnownAnswer>> {
    let rows = KNOWN.fetch(connection, &halves(questions), half).await?;
    answers(questions, &rows)
}
