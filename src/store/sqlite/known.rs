//! Tells which stored revisions a text or its stamp names; how long the history is does not matter.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::bulk::Bulk;
use super::row::{digest, get, parsed};
use crate::model::{Digest, ShortDigest};
use crate::store::{KnownAnswer, KnownQuestion, KnownRevision};

/// A stamp bears the beginning of a digest, so it asks for a range of them; a whole digest is a range of one. Beside
/// `max`, SQLite answers with what stands in the row that has it.
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

/// One half of a question.
struct Half<'a> {
    question: &'a KnownQuestion,
    at: i64,
    range: RangeInclusive<Digest>,
}

/// Answers in the order asked; of several revisions, the newest.
pub(super) async fn known(
    connection: &mut SqliteConnection,
    questions: &[KnownQuestion],
) -> sqlx::Result<Vec<KnownAnswer>> {
    let halves: Vec<Half<'_>> = questions.iter().enumerate().flat_map(halves).collect();
    let rows = KNOWN
        .fetch(connection, &halves, |Half { question, at, range }, binds| {
            let binds = binds.push(*at).text(question.entity).push(question.key.role.word()).text(&question.key.name);
            binds.digest(range.start()).digest(range.end())
        })
        .await?;
    let mut answers = vec![KnownAnswer::default(); questions.len()];
    for row in rows {
        let at: usize = usize::try_from(get::<i64>(&row, 0)?).expect("it was asked from 0 on");
        let answer = &mut answers[at / 2];
        let slot = if at.is_multiple_of(2) { &mut answer.by_stamp } else { &mut answer.by_text };
        *slot = Some(revision(&row)?);
    }
    Ok(answers)
}

/// The stamp's half bears an even number, the text's the odd one after it.
fn halves((index, question): (usize, &KnownQuestion)) -> impl Iterator<Item = Half<'_>> {
    let at = 2 * i64::try_from(index).expect("so many questions fit no memory");
    let stamp = question.stamp.map(|short| Half { question, at, range: beginning_with(short) });
    let text = question.canonical.map(|whole| Half { question, at: at + 1, range: whole..=whole });
    stamp.into_iter().chain(text)
}

fn beginning_with(short: ShortDigest) -> RangeInclusive<Digest> {
    let filled = |rest| {
        let mut bytes = [rest; 32];
        bytes[..6].copy_from_slice(short.as_bytes());
        Digest::from_bytes(bytes)
    };
    filled(0x00)..=filled(0xff)
}

fn revision(row: &SqliteRow) -> sqlx::Result<KnownRevision> {
    Ok(KnownRevision { n: get(row, 1)?, revision: parsed(row, 2)?, blob: digest(row, 3)?, canonical: digest(row, 4)? })
}
