//! Texts without what is drawn anew each time: documents without their stamps, and texts without the ids in them.

use instep::model::Role;
use uuid::Uuid;

/// A document without its stamp; what is no text stays as it is.
pub(crate) fn words(path: &str, bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = str::from_utf8(bytes) else { return bytes.to_vec() };
    instep::document::split(role(path), text).text.as_bytes().to_vec()
}

/// What the document at `path` is, as far as its stamp is concerned.
pub(crate) fn role(path: &str) -> Role {
    if path.ends_with(".yml") { Role::AgentConfig } else { Role::Task }
}

/// A text without the ids in it that stand between quotes or blanks.
pub(crate) fn without_ids(text: &str) -> String {
    let parts = text.split_inclusive(['"', ' ']);
    parts.map(|part| if part.trim_end_matches(['"', ' ']).parse::<Uuid>().is_ok() { "… " } else { part }).collect()
}
