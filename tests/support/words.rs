//! Documents without their stamps.

use instep::model::Role;

/// A document without its stamp; what is no text stays as it is.
pub(crate) fn words(path: &str, bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = str::from_utf8(bytes) else { return bytes.to_vec() };
    instep::document::split(role(path), text).text.as_bytes().to_vec()
}

/// What the document at `path` is, as far as its stamp is concerned.
pub(crate) fn role(path: &str) -> Role {
    if path.ends_with(".yml") { Role::AgentConfig } else { Role::Task }
}
