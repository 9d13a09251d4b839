//! The code that ships, on a disk in memory and under a power supply that fails where a test wants it to.
//!
//! ```text
//! layers      what programs see, and what is durable
//! disk        the calls of `Vfs` over it, each of them a step that a crash can follow
//! database    the embedded database under the same power supply
//! world       a working copy on both
//! conformance the same scripts on the real disk and on this one
//! workloads   what people do before a sync
//! crashes     every step of the sync that follows is its last one, and every loss of what was not durable is tried
//! ```

mod conformance;
mod crashes;
mod database;
#[path = "../support/dice.rs"]
mod dice;
mod disk;
mod layers;
mod workloads;
mod world;
