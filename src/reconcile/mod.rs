//! What two sides that both changed become: the decision table, the merges, and who is who.
//!
//! Pure: no clock, no randomness, no file, no row. Everything is plain data in and plain data out, and the same data
//! gives the same bytes. The core ([`decide`]) is generic over what a document is, so that a checker can run this very
//! code on tiny values; [`Writing`] plugs real documents in.
//!
//! ```text
//! identities ─▶ who lies where ─▶ Case ─ decide ─▶ Verdict ─▶ columns, events
//!                     overlay ─────┘
//! ```
//!
//! Not here: gathering a [`Case`], brakes, order between entities, carrying a [`Verdict`] out.

mod absence;
mod base;
mod carry;
mod case;
mod choice;
mod columns;
mod content;
mod course;
mod decide;
mod direction;
mod events;
mod facet;
mod first;
mod graves;
mod identity;
mod layers;
mod lines;
mod members;
mod merge;
mod moves;
mod opinions;
mod overlay;
mod place;
mod rebuild;
mod rule;
mod text;
mod values;
mod verdict;
mod writing;

pub use case::{
    Ancestry, Case, Circumstances, Deletion, FileState, FileText, GitFacts, Later, Left, Movement, Part, PartKind,
    RowState,
};
pub use choice::{Choice, Side};
pub use columns::{Before, Columns, agent_config, columns, fields};
pub use content::{Class, Content, Invalid, TextMerge};
pub use decide::{decide, decide_with};
pub use direction::{Direction, decide_towards};
pub use events::{Happening, Told, config_events, events};
pub use first::{comes_first, keeps_waiting};
pub use identity::{Found, Identity, Seats, hidden, identities};
pub use layers::{Layers, Unsaid};
pub use members::config_change;
pub use overlay::{Overlaid, Writings, overlay};
pub use place::{Placing, blocked};
pub use rule::Rule;
pub use verdict::{Collision, FileAction, FileVerdict, How, PlaceAction, Report, RowAction, Verdict};
pub use writing::{Said, Text, Writing};

#[cfg(test)]
mod tests;
