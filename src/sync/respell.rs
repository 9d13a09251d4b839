//! What another program wrote, as the documents say it: blanks around a text, or nothing but blanks.
//!
//! A file holds its meaning, and the next edit would push that over the row as if somebody had changed it. So both
//! sides say the same from the start.

use serde_json::Value;

use super::gather::Gathered;
use super::prepare::EntityVerdict;
use super::unfit::patched;
use crate::document::pointer_of;
use crate::model::{Field, Fields, Role};
use crate::reconcile::{Before, How, RowAction, fields};

/// The verdict that also lets the row say what its documents make of it, where nothing else is done with the row; with
/// it the columns that no document speaks of.
pub(super) fn respelled(gathered: &Gathered, verdict: EntityVerdict) -> (EntityVerdict, Fields) {
    let record = gathered.candidate.record.as_ref().filter(|record| !record.deleted);
    let Some(record) = record.filter(|_| verdict.row == RowAction::Keep && !verdict.is_held()) else {
        return (verdict, Fields::new());
    };
    let before = Before { documents: &gathered.head, fields: &record.fields };
    let said = fields(&gathered.head, Some(before));
    let is_text = |value: &Value| value.is_string() || value.is_array();
    let written = patched(record).into_iter().filter(|(_, value)| is_text(value));
    let (blank, full): (Fields, Fields) =
        written.partition(|(_, value)| value.as_str().is_some_and(|text| text.trim().is_empty()));
    // A write of the configuration can move a field that AGENT.yml repeats.
    let repeated = Field::ALL.iter().filter(|field| pointer_of(Role::AgentConfig, **field).is_some());
    let is_written = record.patches.iter().any(|(_, patch)| patch.config.is_some());
    let has_moved = is_written && repeated.into_iter().any(|field| said.get(field) != record.fields.get(field));
    if !has_moved && blank.is_empty() && full.iter().all(|(field, value)| said.get(field) == Some(value)) {
        return (verdict, Fields::new());
    }
    let row = RowAction::Write { parts: gathered.head.clone(), how: How::Updated, by_git: false };
    let nothing = blank.into_keys().map(|field| (field, Value::Null)).collect();
    (EntityVerdict { row, ..verdict }, nothing)
}
