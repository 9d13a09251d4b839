//! Statements with many rows of values, and what is bound to them.
//!
//! A statement per row costs a trip to the thread that owns the connection each time; a few hundred rows in one
//! statement cost one. Three sizes of each statement are enough for any number of rows, so that each is prepared once.

use std::sync::{Arc, OnceLock};

use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Encode, Executor, Sqlite, Type};

use crate::store::cells::{Cells, Columns};

/// How many rows one statement takes; the largest number of columns times this stays below SQLite's 32,766.
const SIZES: [usize; 3] = [128, 16, 1];

/// A statement around `VALUES (?, …), (?, …), …`.
#[derive(Debug)]
pub(super) struct Bulk {
    head: String,
    row: String,
    tail: String,
    /// The statement of each size, once it was wanted.
    sizes: [OnceLock<Arc<str>>; SIZES.len()],
}

impl Bulk {
    /// An `INSERT` of what those columns get; `tail` follows the values.
    pub(super) fn into(columns: &Columns, tail: &str) -> Self {
        Self::insert(columns.table, columns.names, tail)
    }

    /// An `INSERT` into these columns; `tail` follows the values.
    pub(super) fn insert(table: &str, columns: &[&str], tail: &str) -> Self {
        Self::around(&format!("INSERT INTO {table} ({}) ", columns.join(", ")), columns.len(), tail)
    }

    /// Any statement around rows of `width` values.
    pub(super) fn around(head: &str, width: usize, tail: &str) -> Self {
        let row = format!("({})", vec!["?"; width].join(", "));
        Self { head: head.to_owned(), row, tail: tail.to_owned(), sizes: Default::default() }
    }

    /// Runs the statement over all `rows`; `bind` hands in the values of one.
    pub(super) async fn run<T>(
        &self,
        connection: &mut SqliteConnection,
        rows: &[T],
        bind: impl Fn(&T, Binds) -> Binds,
    ) -> sqlx::Result<()> {
        for (sql, chunk) in self.chunks(rows) {
            connection.execute(query(sql, chunk, &bind)).await?;
        }
        Ok(())
    }

    /// Runs the statement over all `rows` and returns what it answers.
    pub(super) async fn fetch<T>(
        &self,
        connection: &mut SqliteConnection,
        rows: &[T],
        bind: impl Fn(&T, Binds) -> Binds,
    ) -> sqlx::Result<Vec<SqliteRow>> {
        let mut answers = Vec::new();
        for (sql, chunk) in self.chunks(rows) {
            answers.append(&mut connection.fetch_all(query(sql, chunk, &bind)).await?);
        }
        Ok(answers)
    }

    fn chunks<'a, T>(&'a self, mut rows: &'a [T]) -> impl Iterator<Item = (&'a Arc<str>, &'a [T])> {
        std::iter::from_fn(move || {
            let at = SIZES.iter().position(|size| *size <= rows.len())?;
            let (chunk, rest) = rows.split_at(SIZES[at]);
            rows = rest;
            Some((self.sizes[at].get_or_init(|| self.statement(SIZES[at])), chunk))
        })
    }

    fn statement(&self, size: usize) -> Arc<str> {
        let Self { head, row, tail, .. } = self;
        format!("{head}VALUES {}{tail}", vec![&**row; size].join(", ")).into()
    }
}

fn query<T>(
    sql: &Arc<str>,
    rows: &[T],
    bind: impl Fn(&T, Binds) -> Binds,
) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
    let binds = rows.iter().fold(Binds::default(), |binds, row| bind(row, binds));
    // Safe: the text is made of constants of this room; values are only ever bound.
    sqlx::query_with(AssertSqlSafe(Arc::clone(sql)), binds.0)
}

/// The values of a statement, in order.
#[derive(Debug, Default)]
pub(super) struct Binds(pub(super) SqliteArguments);

impl Binds {
    /// Adds a value; an owned text or vector of bytes is not copied.
    pub(super) fn push<'v, T: Encode<'v, Sqlite> + Type<Sqlite>>(mut self, value: T) -> Self {
        self.0.add(value).expect("numbers, texts and bytes can always be bound");
        self
    }
}

impl Cells for Binds {
    fn text(self, value: impl ToString) -> Self {
        self.push(value.to_string())
    }

    fn maybe(self, value: Option<impl ToString>) -> Self {
        self.push(value.map(|value| value.to_string()))
    }

    fn number(self, value: i64) -> Self {
        self.push(value)
    }

    fn real(self, value: f64) -> Self {
        self.push(value)
    }

    fn maybe_bytes(self, value: Option<&[u8]>) -> Self {
        self.push(value.map(<[u8]>::to_vec))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_rows_is_cut_into_known_sizes() {
        let bulk = Bulk::insert("t", &["a", "b"], " ON CONFLICT DO NOTHING");
        for n in [0, 1, 15, 16, 127, 128, 300] {
            let rows = vec![(); n];
            let sizes: Vec<usize> = bulk.chunks(&rows).map(|(_, chunk)| chunk.len()).collect();
            assert_eq!(sizes.iter().sum::<usize>(), n);
            assert!(sizes.iter().all(|size| SIZES.contains(size)), "{sizes:?}");
        }
        assert_eq!(&*bulk.statement(1), "INSERT INTO t (a, b) VALUES (?, ?) ON CONFLICT DO NOTHING");
    }
}
