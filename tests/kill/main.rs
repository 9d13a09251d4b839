//! Ends the engine as `kill -9` does: at the deeds that it asks of disk and database, and at random moments.
//!
//! Whatever was cut off, the next sync ends as one would that was never disturbed.
//!
//! ```text
//! INSTEP_KILLS=100 cargo test --test kill -- --nocapture    every deed, and more moments
//! ```

#[path = "../support/cores.rs"]
mod cores;
#[path = "../support/dice.rs"]
mod dice;
mod moments;
mod mortal;
#[path = "../support/outcome.rs"]
mod outcome;
mod places;
#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;
mod recovery;
#[path = "../support/small.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod small;
mod stories;
mod victim;
#[path = "../support/words.rs"]
mod words;

/// How many of a hundred deeds and moments are tried, as `INSTEP_KILLS` has it.
fn share() -> usize {
    std::env::var("INSTEP_KILLS").ok().and_then(|share| share.parse().ok()).unwrap_or(3)
}
