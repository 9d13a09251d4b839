//! Where a server is, and how a connection to it is made.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};

use crate::config::DatabaseUrl;
use crate::store::StoreError;

/// How long a server may take to let somebody in.
const PATIENCE: Duration = Duration::from_secs(10);

/// A database on a server; shows itself without its password.
#[derive(Clone)]
pub struct Server {
    options: PgConnectOptions,
    location: String,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({})", self.location)
    }
}

impl Server {
    /// The database at `url`.
    ///
    /// A server that is not on this machine has to prove who it is, unless the address itself says otherwise.
    ///
    /// # Errors
    /// The address has an option that cannot be understood.
    pub fn at(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let (location, secret) = (url.to_string(), url.secret().expose());
        let parsed: Result<PgConnectOptions, _> = secret.parse();
        let mut options = parsed.map_err(|error| StoreError::Failed {
            deed: format!("understand the address of the database {location}"),
            source: error.into(),
        })?;
        if !says_how_to_encrypt(secret) {
            let is_local = options.get_socket().is_some() || is_this_machine(options.get_host());
            options = options.ssl_mode(if is_local { PgSslMode::Prefer } else { PgSslMode::VerifyFull });
        }
        if options.get_application_name().is_none() {
            options = options.application_name("instep");
        }
        // Poolers refuse settings that they do not know, and every number travels as text.
        let options = options.extra_float_digits(None).disable_statement_logging();
        Ok(Self { options, location })
    }

    /// The address for people.
    pub(super) fn location(&self) -> String {
        self.location.clone()
    }

    /// Opens a connection.
    pub(super) async fn connect(&self) -> Result<PgConnection, StoreError> {
        match tokio::time::timeout(PATIENCE, self.options.connect()).await {
            Ok(connected) => connected.map_err(|error| self.refusal(error)),
            Err(elapsed) => Err(StoreError::Unreachable { location: self.location(), source: elapsed.into() }),
        }
    }
}

fn says_how_to_encrypt(url: &str) -> bool {
    let options = url.split_once('?').map_or("", |(_, options)| options);
    options.split('&').any(|option| option.starts_with("sslmode=") || option.starts_with("ssl-mode="))
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Server {
        Server::at(&DatabaseUrl::new(url).expect("an address")).expect("a good one")
    }

    #[test]
    fn hx28_a_server_elsewhere_has_to_prove_who_it_is() {
        let mode = |url| format!("{:?}", server(url).options.get_ssl_mode());
        for url in ["postgres://u@db.example/x", "postgres://u@192.0.2.1/x", "postgres://u@[2001:db8::1]:5432/x"] {
            assert_eq!(mode(url), "VerifyFull", "{url}");
        }
        for url in ["postgres://u@localhost/x", "postgres://u@127.0.0.1/x", "postgres://u@[::1]/x"] {
            assert_eq!(mode(url), "Prefer", "{url}");
        }
        assert_eq!(mode("postgres://u@localhost/x?host=/var/run"), "Prefer");
        assert_eq!(mode("postgres://u@localhost/x?host=db.example"), "VerifyFull");
        assert_eq!(mode("postgres://u@db.example/x?sslmode=require"), "Require", "who says so is obeyed");
    }

    #[test]
    fn hx22_a_server_shows_no_password() {
        let server = server("postgres://ann:canary@localhost/plan?password=canary");
        assert_eq!(format!("{server:?} {}", server.location()).matches("canary").count(), 0);
    }
}
