//! A run dies at each of its steps: what is on disk then, and what the next run makes of it.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use instep::model::Digest;
use instep::tree::{Expected, Fate, HashFile, Removal, Replacement, Tree};
use rustix::io::Errno;

use crate::ground::{AGENT, BUG, Ground, SPRINT, TASK, Verdict, creation, digest, path, replacement};

const FRESH: &str = "delegation/backlog/bug-8/TASK.md";

/// The disk answers nothing from call `number` on; `died` tells whether it came to that.
fn dying(ground: &Ground, number: usize, has_exchange: bool, died: &Arc<AtomicBool>) -> Tree {
    let died = Arc::clone(died);
    ground.meddled(move |call| {
        if call.number >= number {
            died.store(true, Ordering::Relaxed);
            // The last call may have come half way.
            return if call.number == number && call.deed == "create" {
                Verdict::Tear(3)
            } else {
                Verdict::Fail(Errno::IO)
            };
        }
        match call.deed {
            "exchange" | "rename_new" if !has_exchange => Verdict::Fail(Errno::INVAL),
            _ => Verdict::Pass,
        }
    })
}

fn batch() -> Vec<Replacement> {
    let new = |at| format!("new {at}");
    let old = [SPRINT, TASK, AGENT, BUG].map(|at| replacement(at, at, &new(at)));
    old.into_iter().chain([creation(FRESH, &new(FRESH))]).collect()
}

/// The next run: clears up, then replaces what is not replaced yet.
fn next_run(ground: &Ground) {
    let tree = ground.tree();
    let stored: BTreeSet<Digest> = [SPRINT, TASK, AGENT, BUG].into_iter().map(digest).collect();
    let leftovers = tree.leftovers().unwrap().into_iter();
    let fates: Vec<_> = leftovers
        .map(|leftover| {
            let raw = digest(tree.read_leftover(&leftover).unwrap().bytes);
            let fate = if stored.contains(&raw) { Fate::Stored(raw) } else { Fate::Unknown };
            (leftover, fate)
        })
        .collect();
    for trashed in tree.clear(&fates).unwrap() {
        let bytes = fs::read_to_string(ground.path(".instep").join(trashed.place.as_str())).unwrap();
        assert!(bytes.is_empty() || bytes.starts_with("new"), "{trashed:?}: {bytes}");
    }
    let is_old = |replacement: &Replacement| match replacement.expected {
        Expected::Absent => !ground.path(replacement.path.as_str()).exists(),
        Expected::Raw(raw) => digest(ground.text(replacement.path.as_str())) == raw,
    };
    let rest: Vec<Replacement> = batch().into_iter().filter(is_old).collect();
    tree.replace(&rest).unwrap();
}

#[test]
fn cp06_cp07_cp08_a_replacement_that_dies_anywhere_loses_nothing_and_is_completed() {
    for has_exchange in [true, false] {
        let mut steps = 0;
        for number in 0.. {
            let ground = Ground::planted();
            let died = Arc::new(AtomicBool::new(false));
            let outcomes = dying(&ground, number, has_exchange, &died).replace(&batch());
            if !died.load(Ordering::Relaxed) {
                assert!(outcomes.is_ok());
                break;
            }
            steps += 1;
            for at in [SPRINT, TASK, AGENT, BUG] {
                let now = fs::read_to_string(ground.path(at)).ok();
                let is_whole = now.as_ref().is_some_and(|now| now == at || *now == format!("new {at}"));
                // Where nothing can be exchanged a document may be away, but not for longer than until the next run.
                assert!(is_whole || (!has_exchange && now.is_none()), "call {number}: {at}: {now:?}");
                assert!(ground.holds(at.as_bytes()), "call {number}: the old {at} is lost");
            }
            let fresh = fs::read_to_string(ground.path(FRESH)).ok();
            assert!(fresh.is_none_or(|now| now == format!("new {FRESH}")), "call {number}");
            next_run(&ground);
            for replacement in batch() {
                let at = replacement.path.as_str();
                assert_eq!(ground.text(at), format!("new {at}"), "call {number}");
            }
        }
        assert!(steps > 30, "{steps} steps");
    }
}

#[test]
fn cp07_new_documents_come_together_or_not_at_all() {
    let news = [FRESH, "delegation/backlog/bug-8/AGENT.yml", "delegation/backlog/bug-9/TASK.md"];
    for has_exchange in [true, false] {
        let mut counts = BTreeSet::new();
        for number in 0.. {
            let ground = Ground::planted();
            let died = Arc::new(AtomicBool::new(false));
            let batch = news.map(|at| creation(at, &format!("new {at}")));
            let _ = dying(&ground, number, has_exchange, &died).replace(&batch);
            let count = |ground: &Ground| news.iter().filter(|at| ground.path(at).exists()).count();
            counts.insert(count(&ground));
            ground.tree().leftovers().unwrap();
            let found = count(&ground);
            assert!(found == 0 || found == news.len(), "call {number}: {found} of {}", news.len());
            news.iter().filter(|_| found > 0).for_each(|at| assert_eq!(ground.text(at), format!("new {at}")));
            if !died.load(Ordering::Relaxed) {
                break;
            }
        }
        assert_eq!(counts, BTreeSet::from([0, 1, 2, 3]), "each of them was the last one once");
    }
}

#[test]
fn fs15_a_document_that_a_crash_took_away_is_put_back_before_the_next_scan() {
    let ground = Ground::planted();
    let gone = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&gone);
    let tree = ground.meddled(move |call| match call.deed {
        _ if flag.load(Ordering::Relaxed) => Verdict::Fail(Errno::IO),
        "exchange" => Verdict::Fail(Errno::OPNOTSUPP),
        "rename_over" if call.path.ends_with(TASK) => {
            flag.store(true, Ordering::Relaxed);
            Verdict::Pass
        }
        _ => Verdict::Pass,
    });
    let _ = tree.replace(&[replacement(TASK, TASK, "new")]);
    assert!(!ground.path(TASK).exists());
    ground.tree().leftovers().unwrap();
    assert_eq!(ground.text(TASK), TASK);
}

#[test]
fn fs15_the_list_that_says_whose_place_is_empty_is_durable_before_it_is() {
    let order = |has_exchange: bool| {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&calls);
        let tree = Ground::planted();
        let meddled = tree.meddled(move |call| {
            let name = call.path.extension().map(|end| end.to_string_lossy().into_owned()).unwrap_or_default();
            log.lock().unwrap().push(format!("{} {name}", call.deed));
            let is_refused = call.deed == "exchange" && !has_exchange;
            if is_refused { Verdict::Fail(Errno::OPNOTSUPP) } else { Verdict::Pass }
        });
        meddled.replace(&[replacement(TASK, TASK, "new")]).unwrap();
        let calls = calls.lock().unwrap().clone();
        ["sync list", "rename_over md"].map(|wanted| calls.iter().position(|call| call == wanted))
    };
    let [listed, away] = order(false);
    assert!(listed.is_some() && listed < away, "{listed:?} {away:?}");
    assert_eq!(order(true), [None, None]);
}

#[test]
fn cp15_clearing_up_may_die_as_well() {
    for number in 0.. {
        let ground = Ground::planted();
        let died = Arc::new(AtomicBool::new(false));
        let _ = dying(&ground, 25, true, &died).replace(&batch());
        assert!(died.load(Ordering::Relaxed));
        let died = Arc::new(AtomicBool::new(false));
        let tree = dying(&ground, number, true, &died);
        if let Ok(leftovers) = tree.leftovers() {
            let fates: Vec<_> = leftovers.into_iter().map(|leftover| (leftover, Fate::Unknown)).collect();
            let _ = tree.clear(&fates);
        }
        for at in [SPRINT, TASK, AGENT, BUG] {
            assert!(ground.holds(at.as_bytes()), "call {number}: the old {at} is lost");
        }
        if !died.load(Ordering::Relaxed) {
            assert!(number > 5, "{number} calls");
            break;
        }
    }
}

#[test]
fn a_removal_that_dies_anywhere_loses_nothing() {
    for number in 0.. {
        let ground = Ground::planted();
        let died = Arc::new(AtomicBool::new(false));
        let removals = [SPRINT, TASK, AGENT, BUG].map(|at| Removal { path: path(at), expected: digest(at) });
        let _ = dying(&ground, number, true, &died).remove(&removals);
        for at in [SPRINT, TASK, AGENT, BUG] {
            assert!(ground.holds(at.as_bytes()), "call {number}: {at} is lost");
        }
        if !died.load(Ordering::Relaxed) {
            assert!(number > 20, "{number} calls");
            break;
        }
        ground.tree().remove(&removals).unwrap();
        assert!(!ground.path("delegation/sprints/alpha").exists(), "call {number}");
    }
}

#[test]
fn cp10_a_hash_file_is_whole_or_not_there() {
    let file = HashFile {
        folder: path("delegation/sprints/alpha/phase-1"),
        tracking: digest("tracking"),
        documents: vec![("TASK.md".into(), digest(TASK))],
    };
    for number in 0.. {
        let ground = Ground::planted();
        let died = Arc::new(AtomicBool::new(false));
        dying(&ground, number, true, &died).write_hashes(std::slice::from_ref(&file));
        let text = fs::read_to_string(ground.path("delegation/sprints/alpha/phase-1/.hash")).unwrap_or_default();
        assert!(text.is_empty() || text.ends_with("TASK.md\n"), "call {number}: {text}");
        assert!(ground.tree().write_hashes(std::slice::from_ref(&file)).is_empty());
        assert!(ground.text("delegation/sprints/alpha/phase-1/.hash").ends_with("TASK.md\n"));
        assert!(ground.tree().leftovers().unwrap().is_empty());
        assert!(!ground.names().iter().any(|name| name.contains("tmp/") || name.contains(".hash.")), "call {number}");
        if !died.load(Ordering::Relaxed) {
            assert!(number > 2, "{number} calls");
            break;
        }
    }
}

#[test]
fn cp09_a_cache_that_was_not_written_costs_only_time() {
    let ground = Ground::planted();
    drop(crate::ground::learn(&ground.tree()));
    for number in 0.. {
        let died = Arc::new(AtomicBool::new(false));
        let tree = dying(&ground, number, true, &died);
        let scan = tree.scan(tree.load_cache(crate::ground::CLONE), None);
        let _ = tree.save_cache(&scan, &crate::ground::head());
        let tree = ground.tree();
        assert_eq!(crate::ground::paths(&tree.scan(tree.load_cache(crate::ground::CLONE), None)).len(), 5);
        if !died.load(Ordering::Relaxed) {
            break;
        }
    }
}
