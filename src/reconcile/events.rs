//! What the feed says of a change of one row.

use super::{Columns, How};
use crate::model::{Code, Digest, EntityId, EntityRef, NewEvent};

/// One state of an entity, as far as the feed tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its columns.
    pub columns: &'a Columns,
    /// The sprint of a task.
    pub sprint: Option<EntityId>,
    /// Its code.
    pub code: &'a Code,
    /// A digest of all its canonical texts.
    pub body: Digest,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy)]
pub enum Happening<'a> {
    /// It was written.
    Written {
        /// In what way.
        how: How,
        /// What it was; `None` where there was no row.
        before: Option<Told<'a>>,
        /// What it is.
        after: Told<'a>,
    },
    /// It was deleted.
    Deleted {
        /// What it was.
        before: Told<'a>,
    },
}

/// The events of one change, one per kind of effective change; none where nothing differs.
pub fn events(entity: EntityRef, happening: &Happening<'_>) -> Vec<NewEvent> {
    let _ = (entity, happening);
    Vec::new()
}
