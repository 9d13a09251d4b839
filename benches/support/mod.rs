//! What the benches share: trees to measure on, a yardstick beside each figure, and medians.
#![allow(dead_code, reason = "each bench uses its own part")]

pub mod forest;
pub mod race;
