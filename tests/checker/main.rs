//! Plays many short histories of tiny documents through the real decision and asks the laws.
//!
//! ```text
//! steps ─▶ world ─ facts ─▶ Case ─ instep::reconcile::decide ─▶ Verdict ─ commit, sync ─▶ world ─▶ laws
//! ```
//!
//! Only the documents, the database, the disk and git are models here; what is decided is decided by the code that
//! users run. `INSTEP_CHECK_HISTORIES` sets how many histories of each kind are played.

#![expect(clippy::print_stdout, reason = "the volumes are the point")]

mod commit;
mod facts;
mod git;
mod git_facts;
mod git_steps;
mod killers;
mod laws;
mod mutants;
mod search;
mod steps;
mod stories;
mod sync;
mod value;
mod world;

use killers::{KILLERS, Killer};
use mutants::{Mutant, OF_GIT, OF_PROTOCOL};
use search::{Found, Story};
use stories::{EMBEDDED, NOTHING_DELETED, ONE_DATABASE, SHARED_WITH_GIT, WITHOUT_STAMPS};

/// How many histories to play where nobody says how many.
fn histories(unless_told: u64) -> u64 {
    std::env::var("INSTEP_CHECK_HISTORIES").ok().and_then(|told| told.parse().ok()).unwrap_or(unless_told)
}

#[test]
fn clones_of_one_database_keep_the_laws() {
    check("one database", ONE_DATABASE, histories(4_000));
}

#[test]
fn texts_that_lost_their_stamps_keep_the_laws() {
    check("without stamps", WITHOUT_STAMPS, histories(4_000));
}

#[test]
fn clones_with_databases_of_their_own_keep_the_laws_through_git() {
    check("embedded, with git", EMBEDDED, histories(4_000));
}

#[test]
fn clones_of_one_database_keep_the_laws_beside_git() {
    check("shared, with git", SHARED_WITH_GIT, histories(4_000));
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
    for Killer { mutant, story, seed, steps } in KILLERS {
        let broken = story.tells(*mutant, steps, *seed);
        println!("{mutant:?}: {broken:?}");
        assert!(broken.is_some(), "{mutant:?} is not found any more");
    }
}

/// Some rules only spare people idle writes and false conflicts, and some are needed once in many thousand histories.
#[test]
fn the_other_missing_rules_for_git_are_not_found_soon() {
    let has_killer = |mutant: &&Mutant| KILLERS.iter().any(|killer| killer.mutant == **mutant);
    let others: Vec<Mutant> = OF_GIT.iter().filter(|mutant| !has_killer(mutant)).copied().collect();
    assert_eq!(survivors(EMBEDDED, &others, 20), others);
    assert_eq!(survivors(SHARED_WITH_GIT, &others, 20), others);
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

fn check(what: &str, story: Story, histories: u64) {
    let found = story.search(histories).unwrap_or_else(|violation| panic!("{violation:?}"));
    report(what, &found);
}

fn report(what: &str, found: &Found) {
    println!("{what}: {} histories, {} steps", found.histories, found.steps);
    for rule in instep::reconcile::Rule::ALL {
        println!("{:>10} {rule}", found.tally.of(*rule));
    }
}
