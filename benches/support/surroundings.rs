//! Time and ids that are the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use instep::model::{Clock, Ids};
use jiff::Timestamp;
use uuid::Uuid;

/// It is always the same moment.
pub struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_770_000_000).expect("a good moment")
    }
}

/// Counts, beginning anew in every process.
#[derive(Default)]
pub struct CountingIds(AtomicU64);

impl Ids for CountingIds {
    fn fresh(&self) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | count)
    }
}
