//! Both back ends carry the same columns.

use std::collections::BTreeMap;

use sqlx::Row as _;
use sqlx::{AssertSqlSafe, Executor as _};

use super::postgres::{Postgres, outside};
use super::sqlite::{self, Sqlite};

/// A column: its name, how it holds its value, and whether it always has one.
type Column = (String, &'static str, bool);

/// What only one back end has, because it does it otherwise.
const ALONE: [&str; 2] = ["orchestration_context", "orchestration_schema"];

#[tokio::test]
async fn both_schemas_have_the_same_columns() {
    let Some(postgres) = Postgres::fresh().await else { return };
    let (shared, embedded) = (of_postgres(&postgres).await, of_sqlite(&Sqlite::fresh().await).await);
    assert_eq!(shared.keys().collect::<Vec<_>>(), embedded.keys().collect::<Vec<_>>());
    assert_eq!(shared.len(), 13);
    for (table, columns) in &shared {
        let pairs = columns.iter().zip(&embedded[table]);
        assert_eq!(columns.len(), embedded[table].len(), "{table}");
        for ((name, of, always), (their_name, theirs, their_always)) in pairs {
            assert_eq!((name, always), (their_name, their_always), "{table}");
            assert!(holds(theirs).contains(of), "{table}.{name}: {of} in one, {theirs} in the other");
        }
    }
}

/// What PostgreSQL holds in place of a type of SQLite.
fn holds(sqlite: &str) -> &'static [&'static str] {
    match sqlite {
        "TEXT" => &["text", "uuid", "timestamp with time zone", "jsonb"],
        "INTEGER" => &["bigint"],
        "REAL" => &["double precision"],
        "BLOB" => &["bytea"],
        other => panic!("no column is {other}"),
    }
}

async fn of_postgres(backend: &Postgres) -> BTreeMap<String, Vec<Column>> {
    let rows = outside(backend.url())
        .await
        .fetch_all(
            "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'NO' \
             FROM information_schema.columns WHERE table_schema = current_schema() \
             ORDER BY table_name, ordinal_position",
        )
        .await
        .expect("the schema can be read");
    collect(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))))
}

async fn of_sqlite(backend: &Sqlite) -> BTreeMap<String, Vec<Column>> {
    let sql = "SELECT t.name, c.name, c.type, c.\"notnull\" FROM sqlite_schema t, pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid";
    let query = sqlx::query(AssertSqlSafe(sql));
    let rows = sqlite::outside(backend.file()).await.fetch_all(query).await.expect("the schema can be read");
    collect(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))))
}

fn collect(columns: impl Iterator<Item = (String, String, String, bool)>) -> BTreeMap<String, Vec<Column>> {
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for (table, name, of, always) in columns {
        if !ALONE.contains(&table.as_str()) {
            tables.entry(table).or_default().push((name, of.leak(), always));
        }
    }
    tables
}
