//! Every short history: breadth first, with states that are equal taken for one.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};

use instep::reconcile::Side;

use super::cores::in_parallel;
use super::laws;
use super::search::{Story, Violation};
use super::steps::{Step, take};
use super::value::digest;
use super::world::{Broken, World};

/// How a person decides one after the other of what waits.
const DECISIONS: [[Side; 2]; 4] =
    [[Side::File, Side::File], [Side::Row, Side::Row], [Side::File, Side::Row], [Side::Row, Side::File]];

/// A kind of history of which all short ones are played.
pub(crate) struct Short {
    pub(crate) what: &'static str,
    pub(crate) story: Story,
    /// What has happened before they begin: nothing, or what a few steps from nothing would not reach.
    pub(crate) openings: &'static [&'static [Step]],
    /// More steps than this are too many.
    pub(crate) deepest: usize,
}

/// How much was looked at.
#[derive(Debug, Default)]
pub(crate) struct Exhausted {
    pub(crate) states: usize,
    /// States that differ in more than how far a sync has come: from each of them everybody came to an end.
    pub(crate) ends: usize,
    pub(crate) transitions: usize,
    /// What never changed anything.
    pub(crate) idle: Vec<Step>,
}

/// A world, and how it came about.
type Reached = (World, Vec<Step>);

/// What was found so far.
#[derive(Default)]
struct Seen {
    states: HashSet<u64>,
    ends: HashSet<u64>,
    did_something: HashSet<Step>,
    next: Vec<Reached>,
    violation: Option<Violation>,
}

impl Short {
    /// Plays every history of at most `depth` steps, or the most that there is time for, after each opening to its end, with every way to decide.
    pub(crate) fn exhaust(&self, depth: usize) -> Result<Exhausted, Violation> {
        let alphabet = self.story.alphabet();
        let seen = Mutex::new(Seen::default());
        let mut found = Exhausted::default();
        in_parallel(self.openings, |opening| open(&self.story, opening, &seen));
        for left in (0..depth.min(self.deepest)).rev() {
            let frontier = std::mem::take(&mut lock(&seen).next);
            found.transitions += frontier.len() * alphabet.len();
            in_parallel(&frontier, |reached| {
                alphabet.iter().for_each(|step| try_step(reached, *step, left > 0, &seen))
            });
        }
        let seen = seen.into_inner().expect("nobody panics while it is open");
        if let Some(violation) = seen.violation {
            return Err(violation);
        }
        (found.states, found.ends) = (seen.states.len(), seen.ends.len());
        found.idle = alphabet.into_iter().filter(|step| !seen.did_something.contains(step)).collect();
        Ok(found)
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().expect("nobody panics while it is open")
}

fn open(story: &Story, opening: &[Step], seen: &Mutex<Seen>) {
    let mut world = World::new(story.scope);
    let opened = opening.iter().try_for_each(|step| take(&mut world, *step));
    let reached = opened.and_then(|()| reach(world, seen));
    note(reached, opening.to_vec(), true, seen);
}

fn try_step((world, steps): &Reached, step: Step, goes_on: bool, seen: &Mutex<Seen>) {
    let mut after = world.clone();
    let taken = take(&mut after, step);
    if *world != after {
        lock(seen).did_something.insert(step);
    }
    let reached = taken.and_then(|()| reach(after, seen));
    let steps = || steps.iter().copied().chain([step]).collect();
    if !matches!(reached, Ok(None)) {
        note(reached, steps(), goes_on, seen);
    }
}

fn note(reached: Result<Option<World>, Broken>, steps: Vec<Step>, goes_on: bool, seen: &Mutex<Seen>) {
    let mut seen = lock(seen);
    match reached {
        Ok(Some(world)) if goes_on => seen.next.push((world, steps)),
        Ok(_) => {}
        Err(broken) => drop(seen.violation.get_or_insert(Violation { seed: 0, broken, steps })),
    }
}

/// A world that nobody has seen, once it came to its end; `None` of one that was seen before.
fn reach(world: World, seen: &Mutex<Seen>) -> Result<Option<World>, Broken> {
    if !lock(seen).states.insert(digest(&world)) {
        return Ok(None);
    }
    let mut quiet = world.clone();
    quiet.clones.iter_mut().for_each(|clone| clone.run = None);
    if lock(seen).ends.insert(digest(&quiet)) {
        for decisions in DECISIONS {
            let (mut end, mut sides) = (quiet.clone(), decisions.into_iter().cycle());
            laws::finish(&mut end, &mut || sides.next().expect("it begins anew"))?;
            if end.tally.decisions == world.tally.decisions {
                break;
            }
        }
    }
    Ok(Some(world))
}
