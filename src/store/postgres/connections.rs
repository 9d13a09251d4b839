//! Connections that wait for their next use.
//!
//! Whoever works takes one out and puts it back only when all is well: one that was given up in the middle of a
//! transaction, by an error or because nobody waited for the end, is closed, and the server rolls back.

use std::sync::{Mutex, PoisonError};

use sqlx::postgres::PgConnection;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::is_lost;
use super::script::{Answers, Script};
use super::server::Server;
use crate::store::StoreError;

/// How many of one program work at once; others wait.
const MOST: usize = 4;

/// The connections of one program to one server.
#[derive(Debug)]
pub(super) struct Connections {
    server: Server,
    idle: Mutex<Vec<PgConnection>>,
    free: Semaphore,
}

/// A connection that is in use.
pub(super) struct Lease<'c> {
    pub(super) connection: PgConnection,
    /// Whether it lay idle before: then it may have ended meanwhile, and that is no error.
    pub(super) was_idle: bool,
    owner: &'c Connections,
    _permit: SemaphorePermit<'c>,
}

impl Connections {
    /// None yet.
    pub(super) fn to(server: Server) -> Self {
        Self { server, idle: Mutex::default(), free: Semaphore::new(MOST) }
    }

    /// Where they lead.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// Takes one that is idle, or makes one.
    pub(super) async fn lease(&self) -> Result<Lease<'_>, StoreError> {
        let permit = self.free.acquire().await.expect("it is never closed");
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let was_idle = idle.is_some();
        let connection = match idle {
            Some(connection) => connection,
            None => self.server.connect().await?,
        };
        Ok(Lease { connection, was_idle, owner: self, _permit: permit })
    }

    /// Asks questions, all of which are answered as of one moment; nothing can be written with them.
    pub(super) async fn ask(&self, deed: &str, questions: Script) -> Result<Answers, StoreError> {
        let script = questions.at_one_moment();
        loop {
            let mut lease = self.lease().await?;
            match script.clone().run(&mut lease.connection).await {
                Ok(answers) => {
                    lease.give_back();
                    return Ok(answers);
                }
                Err(error) if lease.was_idle && is_lost(&error) => {}
                Err(error) => return Err(self.server.error(deed, error)),
            }
        }
    }
}

impl Lease<'_> {
    /// Puts it back for the next one: no transaction is open in it.
    pub(super) fn give_back(self) {
        self.owner.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.connection);
    }

    /// Rolls back and puts it back; one that cannot even do that is closed.
    pub(super) async fn roll_back(mut self) {
        let mut script = Script::default();
        script.add("ROLLBACK", &[]);
        if script.run(&mut self.connection).await.is_ok() {
            self.give_back();
        }
    }
}
