//! What the benches share: trees to measure on, yardsticks, and medians.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::print_stdout,
    reason = "each bench uses its own part"
)]

pub mod forest;
pub mod git;
pub mod race;
pub mod surroundings;
