//! The embedded database as a back end of the stories.

use std::path::PathBuf;

use async_trait::async_trait;
use instep::model::{Epoch, ProjectId};
use instep::store::sqlite::{Place, SqliteStore};
use instep::store::{NewProject, Store};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row, ValueRef};
use tempfile::TempDir;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::backend::{Backend, Words};

pub(crate) struct Sqlite {
    folder: TempDir,
    store: SqliteStore,
    outside: Mutex<SqliteConnection>,
}

impl Sqlite {
    pub(crate) async fn fresh() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the database");
        let file = folder.path().join("instep.db");
        let store = SqliteStore::create(Place::new(&file), &project()).await.expect("it is made");
        let outside = Mutex::new(outside(file).await);
        Self { folder, store, outside }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("instep.db")
    }
}

pub(crate) fn project() -> NewProject {
    let id = ProjectId::new(Uuid::from_u128(0xabc));
    NewProject { id, name: "stories".into(), epoch: Epoch::new(Uuid::from_u128(0xdef)) }
}

/// A connection as other programs have it: the defaults of SQLite, nothing of ours.
pub(crate) async fn outside(file: PathBuf) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
    options.connect().await.expect("the file can be opened")
}

#[async_trait]
impl Backend for Sqlite {
    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn again(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(Place::new(self.file())).await.expect("it opens"))
    }

    async fn sql(&self, sql: &str) -> Result<(), String> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        self.outside.lock().await.execute(sql).await.map(drop).map_err(|error| error.to_string())
    }

    fn outsider(&self) -> String {
        "sql".into()
    }

    fn words(&self) -> &'static Words {
        &Words {
            list: "json_array('x', 'y')",
            longer_list: "json_insert(tags, '$[#]', 'z')",
            larger_config: "json_set(agent_config, '$.b', json('[2]'))",
            by_importer: "UPDATE orchestration_context SET actor = 'importer'",
            by_nobody: "UPDATE orchestration_context SET actor = NULL",
        }
    }

    async fn ask(&self, sql: &str) -> String {
        let query = sqlx::query(AssertSqlSafe(format!("SELECT CAST(({sql}) AS TEXT)")));
        let row = self.outside.lock().await.fetch_one(query).await.expect("the query is good");
        match row.try_get_raw(0).expect("there is a column").is_null() {
            true => String::new(),
            false => row.get(0),
        }
    }
}
