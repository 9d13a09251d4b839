//! Several statements in one message.
//!
//! A statement with parameters of its own costs two round trips, because the driver has the server describe it first, and
//! leaves a prepared statement behind that a pooler cannot hand on. One message of plain text may hold any number of
//! statements and costs one. So values are written into the text here, and nowhere else: every one of them passes
//! [`quoted`], and many rows travel as one array for each column.

use std::borrow::Cow;
use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use futures_core::Stream as _;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Either, Executor};
use tokio::time::timeout;

use crate::store::cells::{Cells, Columns};

/// How long a server may say nothing. Whoever holds a lock is waited for not nearly as long, and no statement but those
/// that change the schema has that much to do; but a machine that froze, or a way that swallows everything, would
/// otherwise be waited for without end.
const SILENCE: Duration = Duration::from_secs(60);

/// The text of a message.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    sql: String,
    statements: usize,
    /// How many statements before them nobody asks for.
    first: usize,
}

/// Which statement of a script it was, by the order in which they were added.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(usize);

/// What the statements of a script answered.
#[derive(Debug, Default)]
pub(super) struct Answers(Vec<Vec<PgRow>>);

impl Answers {
    /// Takes out what the statement at `place` answered.
    pub(super) fn take(&mut self, place: Place) -> Vec<PgRow> {
        self.0.get_mut(place.0).map(std::mem::take).unwrap_or_default()
    }

    /// The same of a statement that was added only where there was something to ask.
    pub(super) fn maybe_take(&mut self, place: Option<Place>) -> Vec<PgRow> {
        place.map(|place| self.take(place)).unwrap_or_default()
    }
}

/// A value as it stands in a statement.
#[derive(Debug, Clone)]
pub(super) struct Literal(String);

impl Literal {
    /// A text, or nothing.
    pub(super) fn maybe(value: Option<impl ToString>) -> Self {
        Self(value.map_or_else(|| "NULL".to_owned(), |value| quoted(&value.to_string())))
    }

    /// A text.
    pub(super) fn text(value: impl ToString) -> Self {
        Self(quoted(&value.to_string()))
    }

    /// A whole number.
    pub(super) fn number(value: i64) -> Self {
        Self(format!("{value}::bigint"))
    }

    /// Many texts, as an array.
    pub(super) fn texts(values: impl IntoIterator<Item = impl ToString>) -> Self {
        let mut array = Array::default();
        values.into_iter().for_each(|value| array.push(Some(&value.to_string())));
        array.literal()
    }

    /// Many byte strings, as an array.
    pub(super) fn byte_strings<'b>(values: impl IntoIterator<Item = &'b [u8]>) -> Self {
        let mut array = Array::default();
        values.into_iter().for_each(|value| array.push_bytes(Some(value)));
        array.literal()
    }
}

impl Script {
    /// Adds a statement; `$1` in it stands for the first of `values`, and so on.
    pub(super) fn add(&mut self, statement: &str, values: &[Literal]) -> Place {
        let mut parts = statement.split('$');
        self.sql += parts.next().unwrap_or_default();
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let number: usize = part[..digits].parse().expect("a statement of this room numbers its values");
            self.sql += &values[number - 1].0;
            self.sql += &part[digits..];
        }
        self.sql += ";\n";
        self.statements += 1;
        Place(self.statements - 1)
    }

    /// Adds statements as they are; nobody asks what they answer, nor anything after them.
    pub(super) fn add_verbatim(&mut self, statements: &str) {
        self.sql += statements;
        self.sql += ";\n";
    }

    /// Adds a statement over many rows, unless there are none; `bind` hands in the values of one.
    pub(super) fn over<T>(&mut self, bulk: &Bulk, rows: &[T], bind: impl Fn(&T, Row) -> Row) -> Option<Place> {
        (!rows.is_empty()).then(|| self.over_all(bulk, rows, &[], bind))
    }

    /// Adds a statement over rows, even over none; `others` are values beside them, numbered after their columns.
    pub(super) fn over_all<T>(
        &mut self,
        bulk: &Bulk,
        rows: &[T],
        others: &[Literal],
        bind: impl Fn(&T, Row) -> Row,
    ) -> Place {
        let empty = bulk.types.iter().map(|of| Array { is_json: *of == "jsonb", ..Array::default() }).collect();
        let columns: Vec<Array> = rows.iter().fold(empty, |columns, row| bind(row, Row { columns, next: 0 }).columns);
        let values: Vec<Literal> = columns.into_iter().map(Array::literal).chain(others.iter().cloned()).collect();
        self.add(&bulk.statement, &values)
    }

    /// The same questions in a transaction of their own that only reads; each keeps its place.
    pub(super) fn at_one_moment(self) -> Self {
        let sql = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n{}COMMIT", self.sql);
        Self { sql, first: 1, ..self }
    }

    /// Sends it and returns what each statement answers; a server that says nothing for too long is given up.
    pub(super) async fn run(self, connection: &mut PgConnection) -> sqlx::Result<Answers> {
        self.run_within(connection, SILENCE).await
    }

    /// The same where each word of an answer may take so long.
    pub(super) async fn run_within(self, connection: &mut PgConnection, silence: Duration) -> sqlx::Result<Answers> {
        // Safe: statements are made of constants of this room; values are written by `quoted`.
        let answers = connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(self.sql)));
        let mut answers = pin!(answers);
        let (mut all, mut rows) = (Vec::with_capacity(self.first + self.statements), Vec::new());
        let mut next = async || {
            let next = poll_fn(|context| answers.as_mut().poll_next(context));
            timeout(silence, next).await.map_err(|elapsed| sqlx::Error::Io(elapsed.into()))
        };
        while let Some(answer) = next().await? {
            match answer? {
                Either::Left(_) => all.push(std::mem::take(&mut rows)),
                Either::Right(row) => rows.push(row),
            }
        }
        Ok(Answers(all.split_off(self.first)))
    }
}

/// A statement over many rows, each a row of `unnest`.
#[derive(Debug)]
pub(super) struct Bulk {
    statement: String,
    types: Vec<&'static str>,
}

impl Bulk {
    /// An `INSERT` of what those columns get; `tail` follows.
    pub(super) fn into(columns: &Columns, tail: &str) -> Self {
        Self::insert(columns.table, columns.names, tail)
    }

    /// An `INSERT` into these columns; `tail` follows.
    pub(super) fn insert(table: &str, columns: &[&str], tail: &str) -> Self {
        let names = columns.join(", ");
        Self::around(&format!("INSERT INTO {table} ({names}) SELECT * FROM "), columns, tail)
    }

    /// Any statement around rows of `columns`, which are called `w`; `tail` follows.
    pub(super) fn around(head: &str, columns: &[&str], tail: &str) -> Self {
        let types: Vec<&str> = columns.iter().map(|column| type_of(column)).collect();
        let arrays = types.iter().enumerate().map(|(at, of)| format!("${}::{of}[]", at + 1)).collect::<Vec<_>>();
        let statement = format!("{head}unnest({}) AS w ({}){tail}", arrays.join(", "), columns.join(", "));
        Self { statement, types }
    }
}

/// The type of every column of that name.
pub(super) fn type_of(column: &str) -> &'static str {
    match column {
        "id" | "project_id" | "epoch" | "sprint_id" | "entity_id" | "head_revision" | "parent" | "revision"
        | "clone_id" | "correlation_id" | "causation_id" | "event_id" => "uuid",
        "n" | "at" | "place" | "seq" | "row_version" | "documents_version" | "next_event_seq" => "bigint",
        "sha256" | "bytes" | "canonical" | "blob" | "raw" | "content_key" | "kept" | "low" | "high" => "bytea",
        "created_at" | "updated_at" | "deleted_at" | "emitted_at" | "resolved_at" | "first_seen_at"
        | "last_seen_at" | "committed_at" => "timestamptz",
        "metadata" | "agent_config" | "payload" | "patch" | "outcome" | "tags" | "depends_on" | "blocks" | "skills"
        | "capabilities" | "constraints" | "tools" => "jsonb",
        "position" | "estimate_hours" | "actual_hours" | "progress" => "double precision",
        _ => "text",
    }
}

/// The values of one row, each at the end of its column.
#[derive(Debug)]
pub(super) struct Row {
    columns: Vec<Array>,
    next: usize,
}

impl Row {
    fn push(mut self, push: impl FnOnce(&mut Array)) -> Self {
        push(&mut self.columns[self.next]);
        self.next += 1;
        self
    }
}

impl Cells for Row {
    fn text(self, value: impl ToString) -> Self {
        self.push(|column| column.push(Some(&value.to_string())))
    }

    fn maybe(self, value: Option<impl ToString>) -> Self {
        self.push(|column| column.push(value.map(|value| value.to_string()).as_deref()))
    }

    fn number(self, value: i64) -> Self {
        self.text(value)
    }

    fn real(self, value: f64) -> Self {
        self.text(value)
    }

    fn maybe_bytes(self, value: Option<&[u8]>) -> Self {
        self.push(|column| column.push_bytes(value))
    }
}

/// An array as PostgreSQL writes it, without its brackets.
#[derive(Debug, Clone, Default)]
struct Array {
    text: String,
    is_json: bool,
}

impl Array {
    fn push(&mut self, value: Option<&str>) {
        self.separate();
        let Some(value) = value else { return self.text.push_str("NULL") };
        let value = if self.is_json { whole_json(value) } else { whole(value) };
        self.text.push('"');
        for c in value.chars() {
            if matches!(c, '"' | '\\') {
                self.text.push('\\');
            }
            self.text.push(c);
        }
        self.text.push('"');
    }

    fn push_bytes(&mut self, value: Option<&[u8]>) {
        const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
        self.separate();
        let Some(value) = value else { return self.text.push_str("NULL") };
        self.text.push_str("\"\\\\x");
        self.text
            .extend(value.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]));
        self.text.push('"');
    }

    fn separate(&mut self) {
        if !self.text.is_empty() {
            self.text.push(',');
        }
    }

    fn literal(self) -> Literal {
        Literal(quoted(&format!("{{{}}}", self.text)))
    }
}

/// A text without NUL, which PostgreSQL does not know: `�` stands in its place.
fn whole(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// JSON without NUL in a text.
fn whole_json(json: &str) -> Cow<'_, str> {
    const NUL: &str = "\\u0000";
    if !json.contains(NUL) {
        return json.into();
    }
    let mut whole = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        let length =
            if escape.starts_with(NUL) { NUL.len() } else { 1 + escape[1..].chars().next().map_or(0, char::len_utf8) };
        whole.push_str(before);
        whole.push_str(if escape.starts_with(NUL) { "\u{fffd}" } else { &escape[..length] });
        rest = &escape[length..];
    }
    (whole + rest).into()
}

/// A text as a literal that means the same whatever the server's settings: where it has a backslash, it says so.
fn quoted(text: &str) -> String {
    let text = whole(text);
    let escapes = text.contains('\\');
    let mut literal = String::with_capacity(text.len() + 3);
    literal.push_str(if escapes { " E'" } else { "'" });
    for c in text.chars() {
        if c == '\'' || c == '\\' {
            literal.push(c);
        }
        literal.push(c);
    }
    literal.push('\'');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hx13_no_text_leaves_its_quotes() {
        for (text, literal) in [
            ("a", "'a'"),
            ("it's", "'it''s'"),
            ("\\'; DROP TABLE x; --", " E'\\\\''; DROP TABLE x; --'"),
            ("nul\0", "'nul\u{fffd}'"),
        ] {
            assert_eq!(quoted(text), literal);
        }
    }

    #[test]
    fn values_stand_where_their_numbers_are() {
        let mut script = Script::default();
        script.add("SELECT $2, $1::text[], $1", &[Literal::texts(["a", "\"\\"]), Literal::maybe(None::<&str>)]);
        let array = " E'{\"a\",\"\\\\\"\\\\\\\\\"}'";
        assert_eq!(script.sql, format!("SELECT NULL, {array}::text[], {array};\n"));
    }

    #[test]
    fn a_value_that_looks_like_a_place_is_no_place() {
        let mut script = Script::default();
        script.add("SELECT $1, $2", &[Literal::text("$2"), Literal::number(-7)]);
        assert_eq!(script.sql, "SELECT '$2', -7::bigint;\n");
    }

    #[test]
    fn json_loses_its_nuls_and_nothing_beside_them() {
        for (json, expected) in [
            (r#"{"a": "\u0000x", "b": "\\u0000"}"#, "{\"a\": \"\u{fffd}x\", \"b\": \"\\\\u0000\"}"),
            (r#""\n\\\u0000""#, "\"\\n\\\\\u{fffd}\""),
        ] {
            assert_eq!(whole_json(json), expected);
        }
    }

    #[test]
    fn rows_become_columns() {
        let bulk = Bulk::insert("t", &["id", "n", "blob"], " ON CONFLICT DO NOTHING");
        let mut script = Script::default();
        script.over(&bulk, &[1_i64, 2], |n, row| row.text("x").number(*n).maybe_bytes((*n == 1).then_some(&[255])));
        assert_eq!(
            script.sql,
            "INSERT INTO t (id, n, blob) SELECT * FROM unnest('{\"x\",\"x\"}'::uuid[], '{\"1\",\"2\"}'::bigint[],  \
             E'{\"\\\\\\\\xff\",NULL}'::bytea[]) AS w (id, n, blob) ON CONFLICT DO NOTHING;\n"
        );
        script.over(&bulk, &[0_i64; 0], |_, row| row);
        assert_eq!(script.statements, 1, "no rows, no statement");
    }
}
