//! Brings both sides in step: reads them, asks [`reconcile`](crate::reconcile) what to do, checks the brakes, and does it.
//!
//! ```text
//! survey ─▶ candidates ─▶ gather ─▶ case ─▶ decide ─▶ prepare ─▶ brakes ─▶ apply
//!  tree, feed  whose is it    texts     (pure, reconcile)   row, files       one transaction, then files
//! ```
//!
//! [`apply`] is the one door for writes. Nothing here decides what wins, and nothing here knows what a file or a row
//! looks like inside.

mod apply;
pub mod brakes;
mod candidates;
mod case;
mod choose;
mod codes;
mod decide;
mod edit;
mod error;
mod files;
mod finish;
mod first;
mod gather;
mod hold;
mod load;
mod make;
mod memory;
mod open;
mod owners;
mod part;
mod places;
pub mod plan;
mod prepare;
mod put_back;
mod record;
mod recover;
mod renew;
mod repeats;
mod report;
mod respell;
mod rows;
mod run;
mod shift;
mod sides;
mod survey;
mod texts;
mod told;
mod touched;
mod turn;
mod unfit;
mod view;
mod whole;
mod workspace;

pub use choose::{Decision, Given};
pub use edit::{Creation, Deed, Edit, Order, carry_out};
pub use error::SyncError;
pub use put_back::put_back;
pub use renew::renew_id;
pub use report::{SyncReport, Totals};
pub use run::{Scope, SyncOptions, sync};
pub use sides::check_project;
pub use turn::take_turn;
pub use view::borne;
pub use workspace::Workspace;
