//! Ends the engine as `kill -9` does: at the deeds that it asks of disk and database, and at random moments.
//!
//! Whatever was cut off, the next sync ends as one would that was never disturbed.
//!
//! ```text
//! INSTEP_KILLS=100 cargo test --test kill -- --nocapture    every deed, and more moments
//! ```

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

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many of a hundred deeds and moments are tried, as `INSTEP_KILLS` has it.
fn share() -> usize {
    std::env::var("INSTEP_KILLS").ok().and_then(|share| share.parse().ok()).unwrap_or(3)
}

/// Does `work` with each of `items`, on all cores.
fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let worker = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(item);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
    });
}
