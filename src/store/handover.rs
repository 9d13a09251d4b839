//! What two databases have to agree on when a plan moves from one to the other: which tables there are, and what a table
//! says, however either of them writes it.

use std::num::ParseFloatError;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

use super::answer::{Answer, nonsense, without_halves};
use super::query::SHOWN;
use crate::model::Digest;

/// The table that everything belongs to; then every other one, each after those that it names.
pub(super) fn tables() -> impl Iterator<Item = &'static str> {
    std::iter::once(PROJECTS).chain(SHOWN)
}

/// The table of the project itself.
pub(super) const PROJECTS: &str = "orchestration_projects";

/// What one table holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableSum {
    /// Its name.
    pub table: &'static str,
    /// How many rows.
    pub rows: u64,
    /// Digest of them all, whatever their order.
    pub checksum: Digest,
}

/// A plan that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// What each table holds, in both databases alike.
    pub tables: Vec<TableSum>,
    /// Whether it was there already, and only compared.
    pub was_there: bool,
}

/// What kind of values a column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text, an id or a whole number: the same word on both sides.
    Word,
    /// A number with a fraction.
    Real,
    /// A moment.
    Moment,
    /// JSON.
    Json,
    /// Bytes.
    Bytes,
}

/// A table as it is read and written: its columns, in one order on both sides.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) table: &'static str,
    pub(super) columns: Vec<(String, Kind)>,
}

impl Shape {
    /// The names of the columns.
    pub(super) fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// A row of the table.
    pub(super) fn row(&self, row: &impl Answer) -> sqlx::Result<Vec<Value>> {
        let columns = self.columns.iter().enumerate();
        columns.map(|(index, (_, kind))| Value::read(row, index, *kind)).collect()
    }
}

/// A value as either side can write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Nothing,
    Text(String),
    Bytes(Vec<u8>),
}

impl Value {
    /// About how many bytes it has.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    fn read(row: &impl Answer, index: usize, kind: Kind) -> sqlx::Result<Self> {
        if kind == Kind::Bytes {
            return Ok(row.bytes(index)?.map_or(Self::Nothing, |bytes| Self::Bytes(bytes.into_owned())));
        }
        let Some(text) = row.text(index)? else { return Ok(Self::Nothing) };
        Ok(Self::Text(match kind {
            // Half a character in JSON is nothing that every database takes.
            Kind::Json if serde_json::from_str::<Json>(&text).is_err() => without_halves(&text),
            _ => text.into_owned(),
        }))
    }

    /// What it means, in one spelling; `index` is its column.
    fn meaning(&self, kind: Kind, index: usize) -> sqlx::Result<Vec<u8>> {
        let Self::Text(text) = self else {
            return Ok(if let Self::Bytes(bytes) = self { bytes.clone() } else { Vec::new() });
        };
        let text = match kind {
            Kind::Word | Kind::Bytes => text.replace('\0', "\u{fffd}"),
            Kind::Real => number(text.parse().map_err(|error: ParseFloatError| nonsense(index, error))?),
            Kind::Moment => {
                let moment: Timestamp = text.parse().map_err(|error: jiff::Error| nonsense(index, error))?;
                moment.as_microsecond().to_string()
            }
            Kind::Json => {
                let json: Json = serde_json::from_str(text).map_err(|error| nonsense(index, error))?;
                plain(json).to_string()
            }
        };
        Ok(text.into_bytes())
    }
}

/// A number in one spelling.
fn number(number: f64) -> String {
    number.to_string()
}

/// JSON in which what is the same number is spelled the same, and no text has a NUL.
fn plain(json: Json) -> Json {
    let text = |text: String| text.replace('\0', "\u{fffd}");
    match json {
        Json::Number(n) if n.is_f64() => Json::String(number(n.as_f64().unwrap_or_default())),
        Json::Number(n) => Json::String(n.to_string()),
        Json::String(other) => Json::String(format!("\"{}", text(other))),
        Json::Array(all) => all.into_iter().map(plain).collect(),
        Json::Object(members) => members.into_iter().map(|(name, member)| (text(name), plain(member))).collect(),
        other => other,
    }
}

/// Counts and digests the rows of one table.
#[derive(Debug, Default)]
pub(super) struct Tally {
    rows: Vec<Digest>,
}

impl Tally {
    /// Adds a row of `shape`.
    pub(super) fn add(&mut self, shape: &Shape, row: &[Value]) -> sqlx::Result<()> {
        let mut said = Vec::new();
        for (index, (value, (_, kind))) in row.iter().zip(&shape.columns).enumerate() {
            let meaning = value.meaning(*kind, index)?;
            said.push(u8::from(*value != Value::Nothing));
            said.extend(meaning.len().to_le_bytes());
            said.extend(meaning);
        }
        self.rows.push(Digest::of(&said));
        Ok(())
    }

    /// What the table holds.
    pub(super) fn sum(mut self, table: &'static str) -> TableSum {
        self.rows.sort_unstable();
        let all: Vec<u8> = self.rows.iter().flat_map(|digest| *digest.as_bytes()).collect();
        TableSum { table, rows: self.rows.len() as u64, checksum: Digest::of(&all) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(kind: Kind, values: &[&str]) -> Digest {
        let shape = Shape { table: PROJECTS, columns: vec![("x".into(), kind)] };
        let mut tally = Tally::default();
        for value in values {
            tally.add(&shape, &[Value::Text((*value).to_owned())]).expect("values of that kind");
        }
        tally.sum(PROJECTS).checksum
    }

    #[test]
    fn what_means_the_same_has_the_same_sum_and_nothing_else_has() {
        for (kind, same, other) in [
            (Kind::Word, ["a", "a"], "b"),
            (Kind::Real, ["1.50", "1.5"], "1.25"),
            (Kind::Moment, ["2026-03-04T12:00:00.5Z", "2026-03-04T12:00:00.500000Z"], "2026-03-04T12:00:01Z"),
            (Kind::Json, [r#"{"b":1e2,"a":"\u0000"}"#, r#"{"a": "�", "b": 100}"#], r#"{"a": "�", "b": "100"}"#),
        ] {
            assert_eq!(sum(kind, &same[..1]), sum(kind, &same[1..]), "{same:?}");
            assert_ne!(sum(kind, &same[..1]), sum(kind, &[other]), "{other}");
        }
        assert_eq!(sum(Kind::Word, &["a", "b"]), sum(Kind::Word, &["b", "a"]), "in whatever order");
        assert_ne!(sum(Kind::Word, &["a", "b"]), sum(Kind::Word, &["ab", ""]));
        assert_ne!(sum(Kind::Word, &["a", "a"]), sum(Kind::Word, &["a"]));
    }
}
