//! Plays many short histories of tiny documents through the real decision and asks the laws.
//!
//! ```text
//! steps ─▶ world ─ facts ─▶ Case ─ instep::reconcile::decide ─▶ Verdict ─ commit, sync ─▶ world ─▶ laws
//! ```
//!
//! Only the documents, the database, the disk and git are models here; what is decided is decided by the code that
//! users run. `INSTEP_CHECK_HISTORIES` sets how many histories of each kind are played, and `INSTEP_CHECK_DEPTH` how
//! long those are of which all are played.

#![expect(clippy::print_stdout, reason = "the volumes are the point")]

mod alphabet;
mod commit;
#[path = "../support/cores.rs"]
mod cores;
#[path = "../support/dice.rs"]
mod dice;
mod exhaust;
mod facts;
mod git;
mod git_facts;
mod git_steps;
mod killers;
mod laws;
mod mutants;
mod owners;
mod search;
mod short;
mod steps;
mod stories;
mod sync;
mod value;
mod world;

use std::thread;

use exhaust::Exhausted;
use instep::reconcile::Rule;
use killers::{KILLERS, Killer};
use mutants::{Mutant, OF_GIT, OF_PROTOCOL};
use search::Story;
use short::SHORT;
use steps::{Step, at, take};
use stories::{
    ALONE, COPIES, EMBEDDED, MOVES, NEW_DATABASES, NOTHING_DELETED, ONE_DATABASE, SHARED_WITH_GIT, WITHOUT_DRIVER,
    WITHOUT_STAMPS,
};
use value::{Facet, digest};
use world::{Tally, World};

/// The rules that no history here can reach, and why.
const OUT_OF_REACH: &[Rule] = &[
    // A row that goes leaves its tombstone.
    Rule::RowMissing,
    // Every file can be read and understood.
    Rule::Quarantine,
    Rule::Unstable,
    Rule::Unreadable,
    // No two places are one on other systems.
    Rule::CaseCollision,
    // There is no sprint, and no part is copied without the others.
    Rule::Orphan,
    Rule::SprintDeleted,
    Rule::Mismatch,
    // Every row can be written down.
    Rule::BrokenRow,
    // What follows from them is another rule.
    Rule::ForeignColumns,
    Rule::UnknownStamp,
    // Nobody asks for files that only follow.
    Rule::Overruled,
];

/// How many histories to play where nobody says how many.
fn histories(unless_told: u64) -> u64 {
    std::env::var("INSTEP_CHECK_HISTORIES").ok().and_then(|told| told.parse().ok()).unwrap_or(unless_told)
}

/// Every kind of history, and how many of it a build plays.
const STORIES: [(&str, Story, u64); 9] = [
    ("one database", ONE_DATABASE, 4_000),
    ("without stamps", WITHOUT_STAMPS, 6_000),
    ("new databases", NEW_DATABASES, 7_000),
    ("with moves", MOVES, 3_000),
    ("two tasks and copies", COPIES, 8_000),
    ("alone", ALONE, 3_000),
    ("embedded, with git", EMBEDDED, 3_000),
    ("shared, with git", SHARED_WITH_GIT, 3_000),
    ("embedded, without our merge driver", WITHOUT_DRIVER, 3_000),
];

#[test]
fn all_histories_keep_the_laws_and_try_every_rule() {
    let check = |(what, story, count): &(&str, Story, u64)| {
        let found = story.search(histories(*count)).unwrap_or_else(|violation| panic!("{what}: {violation:?}"));
        println!("{what}: {} histories, {} steps", found.histories, found.steps);
        found.tally
    };
    let mut all = Tally::default();
    thread::scope(|scope| {
        let running = STORIES.each_ref().map(|story| scope.spawn(move || check(story)));
        running.into_iter().for_each(|story| all.add(&story.join().expect("the laws are kept")));
    });
    Rule::ALL.iter().for_each(|rule| println!("{:>10} {rule}", all.of(*rule)));
    let is_rare = |rule: &&Rule| all.of(**rule) < 1_000 && !OUT_OF_REACH.contains(rule);
    assert_eq!(Rule::ALL.iter().filter(is_rare).collect::<Vec<_>>(), [] as [&Rule; 0]);
}

/// Everything that people and programs can do in so many steps, whoever does it; then everybody syncs.
#[test]
fn no_short_history_breaks_a_law() {
    let depth = std::env::var("INSTEP_CHECK_DEPTH").ok().and_then(|told| told.parse().ok()).unwrap_or(2);
    for short in SHORT {
        let Exhausted { states, ends, transitions, idle } =
            short.exhaust(depth).unwrap_or_else(|violation| panic!("{}: {violation:?}", short.what));
        let (what, openings, depth) = (short.what, short.openings.len(), depth.min(short.deepest));
        println!(
            "{what}: all of {depth} steps after {openings} openings: {transitions} transitions, {states} states, {ends} ends"
        );
        assert_eq!(idle, [], "{what}: what never changes anything is no step");
    }
}

/// Who was first of two that had not seen each other is no difference; what they wrote is one.
#[test]
fn worlds_that_differ_in_order_alone_are_one() {
    let after = |steps: [Step; 2]| {
        let mut world = World::new(ONE_DATABASE.scope);
        steps.iter().try_for_each(|step| take(&mut world, *step)).expect("edits break nothing");
        digest(&world)
    };
    let edits = [Step::Edit(at(0, 0, 0), Facet::Text), Step::Edit(at(1, 0, 0), Facet::Text)];
    let [first, second] = edits;
    assert_eq!(after([first, second]), after([second, first]));
    let other = [Step::Edit(at(1, 0, 1), Facet::Text), first].map(|step| after([first, step]));
    assert!(!other.contains(&after(edits)), "another file, or twice the same");
}

#[test]
fn every_mutant_of_the_protocol_is_found() {
    assert_eq!(survivors(ONE_DATABASE, &OF_PROTOCOL, 10_000), []);
}

/// The memory of a clone says what was deleted. What a text derives from its stamp says, and the memory may err.
#[test]
fn where_nothing_is_deleted_a_wrong_memory_does_no_harm() {
    let of_memory =
        [Mutant::MemoryBeforeCommit, Mutant::MemoryFromDisk, Mutant::MemoryOfAborted, Mutant::MemoryFromRow];
    assert_eq!(survivors(NOTHING_DELETED, &of_memory, 1_000), of_memory);
    assert_eq!(survivors(WITHOUT_STAMPS, &of_memory, 10_000), [], "without stamps there is nothing else to ask");
}

#[test]
fn two_files_of_one_thing_need_a_decision_for_both() {
    assert_eq!(survivors(ONE_DATABASE, &[Mutant::D13], 1_000), []);
}

#[test]
fn every_missing_rule_for_git_is_found() {
    let is_known = |mutant: &Mutant| KILLERS.iter().any(|killer| killer.mutant == *mutant);
    assert!(OF_GIT.iter().all(is_known), "each has a history that finds it");
    for Killer { mutant, story, seed, steps } in KILLERS {
        let broken = story.tells(*mutant, steps, *seed);
        println!("{mutant:?}: {broken:?}");
        assert!(broken.is_some(), "{mutant:?} is not found any more");
    }
}

/// The mutants that no history tells from the original.
fn survivors(story: Story, mutants: &[Mutant], unless_told: u64) -> Vec<Mutant> {
    let survives = |mutant: &&Mutant| {
        let found = story.hunt(**mutant, histories(unless_told));
        println!("{mutant:?}: {found:?}");
        found.is_none()
    };
    mutants.iter().filter(survives).copied().collect()
}
