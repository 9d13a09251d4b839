//! Every step of a sync is its last one, every loss of what was not durable is tried, and the next sync makes it good.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cores::in_parallel;
use crate::dice::Dice;
use crate::layers::Fate;
use crate::power::Failure;
use crate::workloads::{self, Deed};
use crate::world::{Outcome, World};

/// With so few deeds that are not durable, every loss is tried; else all, none, and some that are drawn.
const FEW: usize = 3;

/// How many losses are drawn where there are many.
const DRAWN: usize = 4;

/// A sync of a workload that was not interrupted, and the world before it.
struct Story {
    name: String,
    start: World,
    before: BTreeMap<String, Vec<u8>>,
    expected: Outcome,
    steps: Vec<&'static str>,
}

impl Story {
    fn of(project: &World, deeds: &[Deed]) -> Self {
        let start = project.copy();
        deeds.iter().for_each(|deed| deed.of(&start));
        start.disk.settle();
        let whole = start.copy();
        whole.power.arm(None);
        whole.sync().unwrap_or_else(|error| panic!("{deeds:?}: {error}"));
        let steps = whole.power.log();
        whole.sync().unwrap_or_else(|error| panic!("{deeds:?}, again: {error}"));
        let expected = whole.outcome();
        Self { name: format!("{deeds:?}"), before: start.documents(), start, expected, steps }
    }

    /// Where the power can go.
    fn failures(&self) -> Vec<(usize, Failure)> {
        let inside = |(at, kind): (usize, &&'static str)| (*kind == "create").then_some((at, Failure::Inside));
        let before = (0..self.steps.len()).map(|at| (at, Failure::Before));
        let last = self.steps.len().checked_sub(1).map(|at| (at, Failure::After));
        before.chain(self.steps.iter().enumerate().filter_map(inside)).chain(last).collect()
    }

    /// Lets the power go, tries the losses, and recovers from each; how many there were.
    fn crash(&self, failure: (usize, Failure), dice: &mut Dice) -> usize {
        let interrupted = self.start.copy();
        interrupted.sync_until(failure);
        let mut states = 0;
        for fates in losses(interrupted.disk.waiting(), dice) {
            let kinds: &[bool] = if interrupted.store.is_unacknowledged() { &[true, false] } else { &[true] };
            for is_acknowledged in kinds {
                let kind = self.steps.get(failure.0).copied().unwrap_or_default();
                let told = format!("{}, {:?} step {} ({kind}), {fates:?}", self.name, failure.1, failure.0);
                let found = recovered(&self.before, &interrupted.crashed(&fates, *is_acknowledged), &told);
                found.assert_is(&self.expected, &told);
                states += 1;
            }
        }
        states
    }
}

/// What two syncs after a crash make of a world; nothing of `before` may be lost on the way.
fn recovered(before: &BTreeMap<String, Vec<u8>>, world: &World, told: &str) -> Outcome {
    world.assert_keeps(before);
    for round in 1..=2 {
        world.sync().unwrap_or_else(|error| panic!("{told}: sync {round} after the crash: {error}"));
    }
    world.assert_keeps(before);
    world.assert_history();
    world.outcome()
}

impl Outcome {
    /// P11, P12: a crash shows in nothing.
    pub(crate) fn assert_is(&self, expected: &Self, told: &str) {
        let files = |outcome: &Self| -> Vec<String> { outcome.files.iter().map(|file| format!("{file:?}")).collect() };
        same("P11", "files", told, &files(self), &files(expected));
        same("P11", "rows", told, &self.rows, &expected.rows);
        same("P11", "conflicts", told, &self.conflicts, &expected.conflicts);
        same("P12", "events", told, &self.events, &expected.events);
    }
}

fn same(law: &str, what: &str, told: &str, found: &[String], expected: &[String]) {
    let not_in = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|line| !other.contains(line)).cloned().collect()
    };
    let (more, less) = (not_in(found, expected), not_in(expected, found));
    assert!(found == expected, "{law}, {what}: {told}\nfound    {more:#?}\nexpected {less:#?}");
}

/// The losses to try of so many deeds.
fn losses(waiting: usize, dice: &mut Dice) -> Vec<Vec<Fate>> {
    let by_bits =
        |bits: usize| (0..waiting).map(|at| if bits >> at & 1 == 1 { Fate::Kept } else { Fate::Lost }).collect();
    if waiting <= FEW {
        return (0..1_usize << waiting).map(by_bits).collect();
    }
    let drawn = |dice: &mut Dice| {
        (0..waiting).map(|_| [Fate::Kept, Fate::Kept, Fate::Lost, Fate::Torn][dice.roll(4)]).collect()
    };
    let certain = [vec![Fate::Kept; waiting], vec![Fate::Lost; waiting]];
    certain.into_iter().chain((0..DRAWN).map(|_| drawn(dice)).collect::<Vec<_>>()).collect()
}

/// How many of a hundred places are tried, as `INSTEP_CRASHES` has it.
fn share() -> usize {
    std::env::var("INSTEP_CRASHES").ok().and_then(|share| share.parse().ok()).unwrap_or(3)
}

#[test]
fn cp04_a_commit_whose_answer_is_lost_is_not_made_twice() {
    let project = workloads::project();
    for deeds in workloads::all().iter().take(20) {
        let story = Story::of(&project, deeds);
        for commit in 0..story.steps.iter().filter(|kind| **kind == "commit").count() {
            for failure in [Failure::Unheard, Failure::Unsent] {
                let world = story.start.copy();
                world.power.arm(Some((commit, failure)));
                world.sync().unwrap_or_else(|error| panic!("{}, commit {commit}: {error}", story.name));
                assert_eq!(world.outcome(), story.expected, "{}, {failure:?} commit {commit}", story.name);
            }
        }
    }
}

#[test]
fn cp14_what_somebody_edits_after_a_crash_is_merged_without_a_conflict() {
    const EDITED: &str = "delegation/sprints/beta/SPRINT.md";
    let project = workloads::project();
    let edit = |world: &World| world.disk.edit(EDITED, "Ship Beta.", "Ship Beta soon.");
    for (number, deeds) in workloads::all().iter().enumerate().filter(|(number, _)| number % 14 == 0) {
        let mut story = Story::of(&project, deeds);
        let edited = story.start.copy();
        edited.sync().expect("it syncs");
        edit(&edited);
        edited.sync().expect("it syncs");
        story.expected = edited.outcome();
        story.expected.events.sort();
        let mut dice = Dice::of(number as u64 + 77);
        for step in [dice.roll(story.steps.len()), dice.roll(story.steps.len())] {
            let interrupted = story.start.copy();
            interrupted.sync_until((step, Failure::Before));
            for fates in losses(interrupted.disk.waiting(), &mut dice) {
                let world = interrupted.crashed(&fates, true);
                edit(&world);
                let told = format!("{deeds:?}, edited after step {step}, {fates:?}");
                let mut found = recovered(&story.before, &world, &told);
                // What was edited later is told together with the rest, or after it.
                found.events.sort();
                found.assert_is(&story.expected, &told);
            }
        }
    }
}

#[test]
fn cc24_a_clock_that_is_a_year_off_changes_no_result() {
    let project = workloads::project();
    for deeds in workloads::all().iter().take(30) {
        let story = Story::of(&project, deeds);
        for noon in ["2025-03-04T12:00:00Z", "2027-03-04T12:00:00Z"] {
            let mut world = story.start.copy();
            world.noon = noon;
            world.sync().unwrap_or_else(|error| panic!("{deeds:?} in {noon}: {error}"));
            assert_eq!(world.outcome(), story.expected, "{deeds:?} in {noon}");
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "volumes are worth knowing")]
fn cp02_cp03_cp05_cp06_cp07_cp08_cp09_cp16_a_sync_that_is_cut_off_anywhere_is_finished_by_the_next_one() {
    let (project, share) = (workloads::project(), share());
    let (places, states) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let workloads = workloads::all();
    in_parallel(&workloads, |deeds| {
        let story = Story::of(&project, deeds);
        let mut dice = Dice::of(story.steps.len() as u64 + deeds.len() as u64 * 1_000);
        for failure in story.failures() {
            if dice.roll(100) < share {
                places.fetch_add(1, Ordering::Relaxed);
                states.fetch_add(story.crash(failure, &mut dice), Ordering::Relaxed);
            }
        }
    });
    println!("{} workloads, {places:?} places, {states:?} crash states", workloads.len());
    assert!(states.into_inner() > 100, "too few crash states to tell anything");
}
