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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::config::DatabaseUrl;

    /// Lets one client in and says nothing after that.
    fn fall_silent(listener: &TcpListener) {
        let mut client = listener.accept().expect("somebody comes").0;
        let mut length = [0; 4];
        client.read_exact(&mut length).expect("it greets");
        let rest = u32::from_be_bytes(length) as usize - length.len();
        client.read_exact(&mut vec![0; rest]).expect("it says who it is");
        client.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").expect("it is let in");
        let _ = client.read_to_end(&mut Vec::new());
    }

    #[tokio::test]
    async fn db01_a_server_that_falls_silent_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has one");
        std::thread::spawn(move || fall_silent(&listener));
        let url = DatabaseUrl::new(&format!("postgres://ann@{address}/plan?sslmode=disable")).expect("an address");
        let connections = Connections::to(Server::at(&url).expect("a good one"));
        let mut lease = connections.lease().await.expect("it lets us in");
        let mut script = Script::default();
        script.add("SELECT 1", &[]);
        let answered = script.run_within(&mut lease.connection, Duration::from_millis(50)).await;
        assert!(answered.is_err_and(|error| is_lost(&error)), "nobody waits for it any longer");
    }
}
