//! A shared database as a back end of the stories.

use async_trait::async_trait;
use instep::config::DatabaseUrl;
use instep::store::Store;
use instep::store::postgres::{PostgresStore, Server, migrate};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row};
use tokio::sync::{Mutex, OnceCell};

use super::backend::{Backend, Words};
use super::sqlite::project;
use crate::cluster::Cluster;

pub(crate) struct Postgres {
    url: String,
    store: PostgresStore,
    outside: Mutex<PgConnection>,
}

/// The server at an address.
pub(crate) fn server(url: &str) -> Server {
    Server::at(&DatabaseUrl::new(url).expect("an address")).expect("a good one")
}

/// A connection as another program has it, under the name of `outsider`.
pub(crate) async fn outside(url: &str) -> PgConnection {
    let options: PgConnectOptions = url.parse().expect("an address");
    options.application_name("outsider").connect().await.expect("the server answers")
}

impl Postgres {
    /// A copy of a database that is made once; `None` where there is no server.
    pub(crate) async fn fresh() -> Option<Self> {
        static MADE: OnceCell<String> = OnceCell::const_new();
        let cluster = Cluster::get()?;
        let made = MADE.get_or_init(async || {
            let url = cluster.database(None).await;
            migrate(&server(&url)).await.expect("the tables are made");
            PostgresStore::create(server(&url), &project()).await.expect("a project is begun");
            url
        });
        let url = cluster.database(Some(made.await)).await;
        let store = PostgresStore::open(server(&url)).await.expect("it opens");
        let outside = Mutex::new(outside(&url).await);
        Some(Self { url, store, outside })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

#[async_trait]
impl Backend for Postgres {
    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn again(&self) -> Box<dyn Store> {
        Box::new(PostgresStore::open(server(&self.url)).await.expect("it opens"))
    }

    async fn sql(&self, sql: &str) -> Result<(), String> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        self.outside.lock().await.execute(sql).await.map(drop).map_err(|error| error.to_string())
    }

    fn outsider(&self) -> String {
        let options: PgConnectOptions = self.url.parse().expect("an address");
        format!("{} (outsider)", options.get_username())
    }

    fn words(&self) -> &'static Words {
        &Words {
            list: "jsonb_build_array('x', 'y')",
            longer_list: "tags || '[\"z\"]'",
            larger_config: "jsonb_set(agent_config, '{b}', '[2]')",
            by_importer: "SET LOCAL instep.actor = 'importer'",
            by_nobody: "SET LOCAL instep.actor = ''",
        }
    }

    async fn ask(&self, sql: &str) -> String {
        let query =
            sqlx::query(AssertSqlSafe(format!("SELECT CAST(one AS TEXT) FROM ({sql}) AS answer (one) LIMIT 1")));
        let row = self.outside.lock().await.fetch_one(query).await.expect("the query is good");
        row.get::<Option<String>, _>(0).unwrap_or_default()
    }
}
