//! What a back end hands to the stories.

use async_trait::async_trait;
use instep::store::Store;

/// One fresh database of a back end, with a project in it.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// The store.
    fn store(&self) -> &dyn Store;

    /// The same database, as another process opens it.
    async fn again(&self) -> Box<dyn Store>;

    /// Runs SQL as another program would, and says why it was refused.
    async fn sql(&self, sql: &str) -> Result<(), String>;

    /// Whom the feed names for what [`Self::sql`] writes.
    fn outsider(&self) -> String;

    /// What its SQL has words of its own for.
    fn words(&self) -> &'static Words;

    /// The first column of the first row that a query of another program returns, as text.
    async fn ask(&self, sql: &str) -> String;
}

/// What no standard says, in the words of one server.
pub(crate) struct Words {
    /// A list of `x` and `y`.
    pub(crate) list: &'static str,
    /// The column `tags` with `z` at its end.
    pub(crate) longer_list: &'static str,
    /// The column `agent_config` with `[2]` under `b`.
    pub(crate) larger_config: &'static str,
    /// Says that `importer` does what follows in this transaction.
    pub(crate) by_importer: &'static str,
    /// Says that it does no more.
    pub(crate) by_nobody: &'static str,
}

/// Runs SQL that nothing stands against.
pub(crate) async fn sql(backend: &dyn Backend, sql: &str) {
    backend.sql(sql).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
}

/// Makes sure that SQL is refused, for a reason that has `why` in it.
pub(crate) async fn refused(backend: &dyn Backend, sql: &str, why: &str) {
    match backend.sql(sql).await {
        Ok(()) => panic!("was not refused: {sql}"),
        Err(said) => assert!(said.contains(why), "{sql}: refused because of `{said}`, not `{why}`"),
    }
}
