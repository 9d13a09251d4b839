//! What lies in the trash, and for how long.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use instep::tree::Removal;
use rustix::io::Errno;

use crate::ground::{AGENT, BUG, Ground, SPRINT, TASK, Verdict, digest, path};

const ALL: [&str; 4] = [SPRINT, TASK, AGENT, BUG];

/// Everything is in the trash since `day`.
fn thrown_away(day: &str) -> Ground {
    let ground = Ground::planted();
    ground.tree().remove(&ALL.map(|at| Removal { path: path(at), expected: digest(at) })).unwrap();
    fs::rename(ground.path(".instep/trash/2026-03-04"), ground.path(".instep/trash").join(day)).unwrap();
    ground
}

#[test]
fn the_trash_knows_where_everything_came_from() {
    let ground = thrown_away("2026-03-01");
    let mut origins: Vec<_> =
        ground.tree().trash().unwrap().into_iter().map(|t| t.origin.unwrap().to_string()).collect();
    origins.sort();
    let mut expected = ALL.map(str::to_owned);
    expected.sort();
    assert_eq!(origins, expected);
}

#[test]
fn only_what_lay_for_more_than_30_days_is_purged() {
    // It is the fourth of March.
    for (day, purged) in [("2026-02-02", 0), ("2026-02-01", 4), ("2020-01-01", 4), ("2030-01-01", 0), ("never", 0)] {
        let ground = thrown_away(day);
        assert_eq!(ground.tree().purge().unwrap(), purged, "{day}");
        assert_eq!(ground.tree().trash().unwrap().len(), 4 - purged, "{day}");
        assert_eq!(ground.path(".instep/trash").join(day).exists(), purged == 0, "{day}");
    }
}

#[test]
fn cp11_a_purge_that_dies_goes_on_the_next_time() {
    for number in 0.. {
        let ground = thrown_away("2026-01-01");
        let died = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&died);
        let tree = ground.meddled(move |call| {
            if call.number < number {
                return Verdict::Pass;
            }
            flag.store(true, Ordering::Relaxed);
            Verdict::Fail(Errno::IO)
        });
        let _ = tree.purge();
        ground.tree().purge().unwrap();
        assert_eq!(ground.tree().trash().unwrap(), [], "call {number}");
        assert!(!ground.path(".instep/trash/2026-01-01").exists(), "call {number}");
        if !died.load(Ordering::Relaxed) {
            assert!(number > 10, "{number} calls");
            break;
        }
    }
}
