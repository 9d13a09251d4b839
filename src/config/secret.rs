//! Addresses of databases, which may hold a password and therefore never show themselves.

use std::fmt;

/// A text that must not be printed: it has neither `Debug` nor `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself; for the driver that needs it, and for nobody else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The address of a shared database; what is shown of it leaves out everything that might be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    secret: Secret,
    shown: String,
}

/// The text is not the address of a database that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the address of a database; write `postgres://user@host/name`")]
pub struct DatabaseUrlError;

impl DatabaseUrl {
    /// Schemes of databases that several clones can share.
    const SCHEMES: [&str; 2] = ["postgres", "postgresql"];

    /// Checks `text` and makes an address of it.
    ///
    /// # Errors
    /// Refuses other schemes and an address without anything behind the scheme; the error does not repeat the text.
    pub fn new(text: &str) -> Result<Self, DatabaseUrlError> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(DatabaseUrlError)?;
        if !Self::SCHEMES.contains(&scheme) || rest.is_empty() {
            return Err(DatabaseUrlError);
        }
        let shown = format!("{scheme}://{}", host_and_name(rest).unwrap_or("…"));
        Ok(Self { secret: Secret(text.trim().into()), shown })
    }

    /// The whole address with its password.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// What stands between the password and the options, where it is beyond doubt that no password is in it.
fn host_and_name(rest: &str) -> Option<&str> {
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (address, options) = rest.split_at(end);
    let shown = address.split_once('@').map_or(address, |(_, after)| after);
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-:/[]".contains(c);
    // A bare `@`, `/`, `?` or `#` within a password would move the borders that are looked for here.
    let doubtful = address.matches('@').count() > 1
        || options.contains('@')
        || address.split_once('@').is_some_and(|(before, _)| before.contains('/'));
    (!doubtful && has_good_port(shown) && shown.chars().all(plain)).then_some(shown)
}

/// Whether what follows the host is a number: otherwise it may be a password whose host is missing.
fn has_good_port(shown: &str) -> bool {
    let authority = shown.split('/').next().unwrap_or(shown);
    let after_host = authority.rsplit_once(']').map_or(authority, |(_, after)| after);
    after_host.split_once(':').is_none_or(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.shown)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hx22_no_part_of_a_password_is_shown() {
        for url in [
            "postgres://ann:canary@db.example/plan",
            "postgres://ann:can@canary@db.example/plan",
            "postgres://ann:x/canary@db.example/plan",
            "postgres://ann:x?canary@db.example/plan",
            "postgres://ann:x#canary@db.example/plan",
            "postgres://db.example/plan?password=canary",
            "postgres://db.example/plan?user=a@b&password=canary",
            "postgresql://canary@",
            "postgresql://ann:canary",
            "postgres://%63anary canary",
        ] {
            let url = DatabaseUrl::new(url).expect("a good address");
            let shown = format!("{url} {url:?}");
            assert!(!shown.contains("canary"), "{shown}");
        }
    }

    #[test]
    fn host_port_and_name_are_shown() {
        let url = DatabaseUrl::new("postgres://ann:secret@[::1]:5432/plan?sslmode=disable").expect("a good address");
        assert_eq!(url.to_string(), "postgres://[::1]:5432/plan");
        assert_eq!(url.secret().expose(), "postgres://ann:secret@[::1]:5432/plan?sslmode=disable");
    }

    #[test]
    fn hx22_a_refusal_does_not_repeat_the_text() {
        for bad in ["mysql://canary@host/db", "canary", "postgres://", ""] {
            let error = DatabaseUrl::new(bad).expect_err("not an address");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
}
