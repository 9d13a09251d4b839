//! The hashes that a row and a revision bear, in one place.

use jiff::Timestamp;

use crate::model::{Digest, DocumentVersion, EntityId, Patch};

/// The digest of what documents say, whatever their order, places and line ends.
pub fn content_hash(documents: &[DocumentVersion]) -> Digest {
    let mut sorted: Vec<_> = documents.iter().collect();
    sorted.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Digest::of_parts(sorted.into_iter().flat_map(|document| {
        let DocumentVersion { key, canonical, .. } = document;
        [key.role.word().as_bytes(), b"\0", key.name.as_bytes(), b"\0", canonical.as_bytes().as_slice()]
    }))
}

/// The hash that people follow an entity's history by: `sha256(entity id + timestamp + content)`.
///
/// The content stands there by its digest, so that the hash can be computed again from the database's rows alone.
pub fn tracking_hash(entity: EntityId, at: Timestamp, content: Digest) -> Digest {
    let parts = [entity.to_string(), written(at), content.to_string()];
    Digest::of_parts(parts.iter().map(String::as_bytes))
}

/// The content of a revision that another program's SQL made, for its tracking hash.
pub(super) fn patch_hash(patch: &Patch) -> Digest {
    let text = |result: serde_json::Result<Vec<u8>>| result.expect("a map with text keys is JSON");
    let mut parts = vec![text(serde_json::to_vec(&patch.fields))];
    parts.extend(patch.config.as_ref().map(|config| text(serde_json::to_vec(config))));
    Digest::of_parts(parts.iter().map(Vec::as_slice))
}

/// A time as it is stored: RFC 3339 in UTC with six digits, so that the order of texts is that of times.
pub(super) fn written(at: Timestamp) -> String {
    format!("{at:.6}")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{DocPath, DocumentKey, Role};

    fn document(role: Role, name: &str, text: &str) -> DocumentVersion {
        DocumentVersion {
            key: DocumentKey { role, name: name.into() },
            path: DocPath::new(name).expect("a good path"),
            blob: Digest::of(b"anything"),
            canonical: Digest::of(text.as_bytes()),
        }
    }

    #[test]
    fn the_hash_is_that_of_id_timestamp_and_content() {
        let at = Timestamp::from_microsecond(1_760_000_000_123_456).expect("a good time");
        let id = EntityId::new(Uuid::from_u128(7));
        let content = Digest::of(b"content");
        let by_hand = format!("00000000-0000-0000-0000-0000000000072025-10-09T08:53:20.123456Z{content}");
        assert_eq!(tracking_hash(id, at, content), Digest::of(by_hand.as_bytes()));
    }

    #[test]
    fn times_have_one_width_so_that_their_texts_sort() {
        let text = |micros| written(Timestamp::from_microsecond(micros).expect("a good time"));
        assert_eq!(text(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(text(1_500_000), "1970-01-01T00:00:01.500000Z");
        let fine = Timestamp::from_nanosecond(1_999).expect("a good time");
        assert_eq!(written(fine), "1970-01-01T00:00:00.000001Z");
    }

    #[test]
    fn the_content_does_not_depend_on_order_but_on_which_document_says_what() {
        let (a, b) = (document(Role::Task, "TASK.md", "1"), document(Role::AgentConfig, "AGENT.yml", "2"));
        let swapped = [document(Role::Task, "TASK.md", "2"), document(Role::AgentConfig, "AGENT.yml", "1")];
        assert_eq!(content_hash(&[a.clone(), b.clone()]), content_hash(&[b.clone(), a.clone()]));
        assert_ne!(content_hash(&[a, b]), content_hash(&swapped));
    }
}
