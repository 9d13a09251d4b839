//! Random histories of the code that ships: many of them, the same each time, and short ones where a law is broken.
//!
//! `INSTEP_HISTORIES` sets how many are played, and `INSTEP_SEED` plays one alone. A history that broke a law is written
//! down by its seed in `seeds`, and played first for ever.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, Once};

use crate::cores::in_parallel_until;
use crate::course::{Step, course};
use crate::history::play;
use crate::world::World;

/// How many are played where nobody says how many.
const HISTORIES: u64 = 400;

/// So many complaints are enough at once.
const ENOUGH: usize = 3;

/// The seeds of histories that broke a law once.
const SEEDS: &str = include_str!("seeds");

/// Two working copies of a small project, in step.
fn start() -> [World; 2] {
    let task = |title: &str| {
        format!(
            "# Task: {title}\n\n**Status**: Pending  \n**Priority**: P1  \n**Assignee**: nobody  \n\n---\n\n\
             ## Tasks\n\n- [ ] Plan\n- [ ] Build\n\n## Notes\n\nNote one.\n\nNote two.\n"
        )
    };
    let sprint = |title: &str| {
        format!("# Sprint: {title}\n\n**Status**: Active  \n\n---\n\n## Sprint Goal\n\nShip it.\n\n## Notes\n\nNote.\n")
    };
    let config = "task:\n  title: One\n  status: pending # as above\nagent:\n  model: small\n";
    let one = World::in_step(&[
        ("delegation/sprints/alpha/SPRINT.md", sprint("Alpha")),
        ("delegation/sprints/alpha/one/TASK.md", task("One")),
        ("delegation/sprints/alpha/one/AGENT.yml", config.into()),
        ("delegation/sprints/alpha/two/TASK.md", task("Two")),
        ("delegation/sprints/beta/SPRINT.md", sprint("Beta")),
        ("delegation/backlog/later/TASK.md", task("Later")),
    ]);
    let other = one.beside();
    other.sync().expect("it syncs");
    other.disk.settle();
    [one, other]
}

/// Plays a history; what it says about itself, or which law it broke.
fn outcome(start: &[World; 2], course: &[Step]) -> Result<u64, String> {
    QUIET.set(true);
    let _loud = Loud;
    catch_unwind(AssertUnwindSafe(|| play(start, course))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
    })
}

thread_local! {
    /// Whether a panic on this thread is caught and told by somebody else.
    static QUIET: Cell<bool> = const { Cell::new(false) };

    /// A pool of one.
    static ALONE: rayon::ThreadPool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
}

/// Lets panics on this thread be heard again.
struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        QUIET.set(false);
    }
}

/// Keeps panics quiet that are caught.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                loud(panic)
            }
        }));
    });
}

/// The law that a complaint begins with.
fn law(complaint: &str) -> &str {
    let at = complaint.find(": P").map_or(0, |at| at + 2);
    complaint[at..].split([':', '\n']).next().unwrap_or_default()
}

/// Leaves out whatever is not needed to break the same law.
fn shortest(start: &[World; 2], mut course: Vec<Step>, complaint: String) -> (Vec<Step>, String) {
    let mut last = complaint;
    let mut at = course.len();
    while at > 0 {
        at -= 1;
        let mut shorter = course.clone();
        shorter.remove(at);
        if let Err(complaint) = outcome(start, &shorter)
            && law(&complaint) == law(&last)
        {
            (course, last) = (shorter, complaint);
            at = at.min(course.len());
        }
    }
    (course, last)
}

/// What whoever has to mend it wants to know.
fn told(start: &[World; 2], seed: u64, complaint: String) -> String {
    let (course, complaint) = shortest(start, course(seed), complaint);
    let steps: Vec<String> = course.iter().map(|step| format!("  {step:?}")).collect();
    format!("seed {seed} breaks a law; add it to tests/simulation/seeds\n{}\n{complaint}", steps.join("\n"))
}

/// Plays the histories of `seeds` on every core; how many, and the complaints about the first few.
fn play_all(seeds: impl Iterator<Item = u64> + Send) -> (usize, Vec<String>) {
    hush();
    let (start, played, complaints) = (start(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    in_parallel_until(seeds, |seed| {
        let complaint = alone(|| outcome(&start, &course(seed)).err().map(|complaint| told(&start, seed, complaint)));
        played.fetch_add(1, Ordering::Relaxed);
        let mut complaints = complaints.lock().expect("nobody panics here");
        complaints.extend(complaint);
        if complaints.len() < ENOUGH { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    (played.into_inner(), complaints.into_inner().expect("nobody panics here"))
}

/// Does `work` where nothing of it runs beside it.
fn alone<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    ALONE.with(|pool| pool.install(work))
}

/// Seeds of histories that broke a law once.
fn known() -> impl Iterator<Item = u64> + Send {
    SEEDS.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok())
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
#[expect(clippy::print_stdout, reason = "volumes are worth knowing")]
fn every_history_keeps_the_laws() {
    let begun = std::time::Instant::now();
    let (played, complaints) = match number("INSTEP_SEED") {
        Some(seed) => play_all(std::iter::once(seed)),
        None => play_all(known().chain(1..=number("INSTEP_HISTORIES").unwrap_or(HISTORIES))),
    };
    println!("{played} histories in {:.1} s", begun.elapsed().as_secs_f64());
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[test]
fn the_same_seed_is_the_same_history() {
    hush();
    let start = start();
    let hashes = AtomicU64::new(0);
    alone(|| {
        for seed in 1..=20 {
            let [once, again] = [(); 2].map(|()| outcome(&start, &course(seed)));
            assert_eq!(once, again, "seed {seed}");
            hashes.fetch_xor(once.unwrap_or_default(), Ordering::Relaxed);
        }
    });
    assert_ne!(hashes.into_inner(), 0);
}
