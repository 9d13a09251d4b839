//! What the last line of a managed document says.

use super::{EntityId, ShortDigest};

/// The entity that a text belongs to, and the revision that the text derives from.
///
/// A stamp that the database does not know gives no authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// The entity.
    pub id: EntityId,
    /// Start of the canonical hash of this document in the revision that the text derives from.
    pub hash: ShortDigest,
}
