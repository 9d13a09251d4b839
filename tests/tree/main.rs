//! The tree on a real disk: what is seen, what is written, what a fault or a crash leaves behind.

#![expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]

mod ground;
mod scan;
mod state;
mod trash;
mod write;
mod write_crash;
mod write_race;
