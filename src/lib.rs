//! Keeps the planning files of a repository in step with a database.
//!
//! Two sides hold documents: the **tree** (files) and the **store** (database). A pure function compares base, file
//! and row and returns a plan. One function carries plans out. What happened comes back as events. Everything else
//! only makes edits or plans and goes through that one door.
//!
//! ```text
//! bytes ──parse──▶ Document ─▶ Snapshot ┐
//!                                       ├─ reconcile (pure) ─▶ Plan ─ apply ─▶ Vec<Event> ─▶ screen, feed
//! rows  ──read────────────────▶ Snapshot ┘
//! ```
//!
//! # The map of the house
//!
//! A room imports lower floors only; rooms on one floor do not know each other. `tests/floors.rs` holds this.
//!
//! | floor | room | its one job |
//! |---:|---|---|
//! | 8 | `main.rs` | start, call [`cli::main`], return its exit code |
//! | 7 | [`cli`] | parse arguments, settle the configuration, open the workspace, call one op, print |
//! | 5 | [`ops`] | one use case per file: an input, an outcome, `run` |
//! | 4 | [`sync`] | read both sides, brakes, and the one door for writes |
//! | 3 | [`tree`] | the only room that touches files |
//! | 3 | [`store`] | the only room that speaks SQL |
//! | 2 | [`reconcile`] | the decision table and the merges: pure |
//! | 2 | [`template`] | names and variables to text |
//! | 1 | [`document`] | text to fields and back, losslessly |
//! | 1 | [`config`] | text and overrides to settings |
//! | 0 | [`model`] | the words that everybody shares |
//!
//! What is *not* here is part of the design: no daemon, no command that runs something from the repository, no
//! decision that reads a clock, no second way to write.

pub mod cli;
pub mod config;
pub mod document;
pub mod model;
pub mod ops;
pub mod reconcile;
pub mod store;
pub mod sync;
pub mod template;
pub mod tree;
