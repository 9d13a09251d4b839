//! The words that every room shares: codes, ids, paths, digests, fields, stamps, revisions, events.
//!
//! Values only. Nothing here does I/O, reads a clock, makes up randomness or decides what a sync does.
//! A type in this room cannot hold a bad value: whoever has a [`Code`] or a [`DocPath`] may build a path from it.

mod actor;
mod code;
mod conflict;
mod digest;
mod entity;
mod event;
mod field;
mod id;
mod natural;
mod nearest;
mod path;
mod problem;
mod progress;
mod reference;
mod revision;
mod stamp;
mod status;
mod surroundings;
mod three_way;

pub use actor::{Actor, Source};
pub use code::{Code, CodeError};
pub use conflict::{Conflict, ConflictKind, ConflictState, Elsewhere, NewConflict};
pub use digest::{Digest, ShortDigest};
pub use entity::{EntityKind, Record, Role, Row};
pub use event::{Change, Changes, Cursor, EntityRef, Event, EventType, NewEvent};
pub use field::{Field, Fields, Typed};
pub use id::{CloneId, ConflictId, CorrelationId, EntityId, Epoch, EventId, ProjectId, RevisionId, RunId};
pub use natural::natural;
pub use nearest::{did_you_mean, nearest};
pub use path::{DocPath, DocPathError};
pub use problem::{Position, Problem, Severity, Span};
pub use progress::{Progress, Silent};
pub use reference::{Home, Reference, ReferenceError};
pub use revision::{DocumentKey, DocumentVersion, Patch, Revision};
pub use stamp::Stamp;
pub use status::{AgentStatus, Priority, SprintStatus, TaskStatus, TemplateKind};
pub use surroundings::{Clock, Ids};
pub use three_way::ThreeWay;
