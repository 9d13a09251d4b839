//! Gives a whole plan away, row by row, while nobody can change it.

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::place::Place;
use super::schema;
use crate::store::StoreError;
use crate::store::answer::some_text;
use crate::store::handover::{Kind, Shape};

/// A database that nobody else can write to for as long as this lives.
#[derive(Debug)]
pub struct Giver {
    place: Place,
    connection: SqliteConnection,
}

impl Giver {
    /// Opens the database and keeps everybody else from writing to it.
    ///
    /// # Errors
    /// As [`super::SqliteStore::open`]; others who write to it for too long.
    pub async fn open(place: Place) -> Result<Self, StoreError> {
        let mut connection = schema::open(&place).await?;
        connection.execute("BEGIN IMMEDIATE").await.map_err(place.failed("keep others from writing"))?;
        Ok(Self { place, connection })
    }

    /// Lets others write again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn close(mut self) -> Result<(), StoreError> {
        let failed = self.place.failed("close");
        self.connection.execute("ROLLBACK").await.map_err(&failed)?;
        self.connection.close().await.map_err(failed)
    }

    /// The columns of a table.
    pub(in crate::store) async fn shape(
        &mut self,
        table: &'static str,
        kind: impl Fn(&str) -> Kind,
    ) -> Result<Shape, StoreError> {
        let failed = self.place.failed("read the columns");
        let sql = AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"));
        let rows = self.connection.fetch_all(sqlx::query(sql).persistent(false)).await.map_err(&failed)?;
        let names = rows.iter().map(|row| Ok(some_text(row, 0)?.into_owned())).collect::<sqlx::Result<Vec<_>>>();
        let columns = names.map_err(failed)?.into_iter().map(|name| (name.clone(), kind(&name))).collect();
        Ok(Shape { table, columns })
    }

    /// The rows of a table, one after the other.
    pub(in crate::store) fn rows(&mut self, shape: &Shape) -> Rows<'_> {
        let column = |(name, kind): &(String, Kind)| match kind {
            Kind::Bytes => name.clone(),
            // As many digits as tell it from every other number.
            Kind::Real => format!("CASE WHEN {name} IS NOT NULL THEN printf('%!.17g', {name}) END"),
            Kind::Word | Kind::Moment | Kind::Json => format!("CAST({name} AS TEXT)"),
        };
        let columns: Vec<String> = shape.columns.iter().map(column).collect();
        let sql = format!("SELECT {} FROM {}", columns.join(", "), shape.table);
        Rows { place: &self.place, stream: self.connection.fetch(sqlx::query(AssertSqlSafe(sql)).persistent(false)) }
    }
}

/// Rows that are still to come.
pub(in crate::store) struct Rows<'g> {
    place: &'g Place,
    stream: Pin<Box<dyn Stream<Item = sqlx::Result<SqliteRow>> + Send + 'g>>,
}

impl Rows<'_> {
    /// The next one, if there is any.
    pub(in crate::store) async fn next(&mut self) -> Result<Option<SqliteRow>, StoreError> {
        let next = poll_fn(|context| self.stream.as_mut().poll_next(context)).await;
        next.transpose().map_err(self.place.failed("read rows"))
    }

    /// What a row says of itself that cannot be read.
    pub(in crate::store) fn failed(&self, error: sqlx::Error) -> StoreError {
        self.place.error("read rows", error)
    }
}
