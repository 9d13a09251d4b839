//! What a text says beside its fields: read-only, for other programs to query.

use serde_json::Value;

use super::Document;

/// A task that a SPRINT.md lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTask {
    /// Its code, as written.
    pub code: String,
    /// Its title, where one stands beside the code.
    pub title: Option<String>,
    /// The phase whose heading it stands under.
    pub phase: Option<String>,
    /// The line, from 1.
    pub line: usize,
}

impl Document {
    /// The `metadata` of the row: objectives, deliverables, criteria, dependencies, tags, goal, counted checkboxes.
    pub fn metadata(&self) -> Value {
        Value::Object(serde_json::Map::new())
    }

    /// The tasks that a SPRINT.md lists in its phases.
    pub fn listed_tasks(&self) -> Vec<ListedTask> {
        Vec::new()
    }

    /// A YAML document as JSON, aliases expanded; `None` for Markdown and for YAML that is refused.
    pub fn to_json(&self) -> Option<Value> {
        None
    }
}
