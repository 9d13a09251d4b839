//! Every short history: breadth first, with states that are equal taken for one.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use instep::reconcile::Side;

use super::dice::Dice;
use super::laws;
use super::search::{Story, Violation};
use super::steps::{Step, at, take};
use super::world::{Broken, World, parts_of};

/// How much was looked at.
#[derive(Debug, Default)]
pub(crate) struct Exhausted {
    pub(crate) states: usize,
    pub(crate) transitions: usize,
}

impl Story {
    /// Plays every history of at most `depth` of its kinds of steps to its end, once with every choice for the file and
    /// once with every choice for the row.
    pub(crate) fn exhaust(&self, depth: usize) -> Result<Exhausted, Violation> {
        let alphabet = self.alphabet();
        let mut found = Exhausted::default();
        let mut seen = HashSet::new();
        let mut frontier = vec![(World::new(self.scope), Vec::new())];
        for left in (0..depth).rev() {
            let mut next = Vec::new();
            for (world, steps) in &frontier {
                for step in &alphabet {
                    found.transitions += 1;
                    let steps: Vec<Step> = steps.iter().copied().chain([*step]).collect();
                    match try_step(world, *step, &mut seen) {
                        Ok(Some(world)) if left > 0 => next.push((world, steps)),
                        Ok(_) => {}
                        Err(broken) => return Err(Violation { seed: 0, broken, steps }),
                    }
                }
            }
            frontier = next;
        }
        found.states = seen.len();
        Ok(found)
    }

    /// Each kind of step for each clone and part; what else there is to say of one, a few throws of the dice say.
    fn alphabet(&self) -> Vec<Step> {
        let files = (0..self.scope.entities).flat_map(|entity| (0..parts_of(entity)).map(move |part| (entity, part)));
        let in_clone = |clone| files.clone().map(move |(entity, part)| at(clone, entity, part));
        let everywhere = (0..self.scope.clones).flat_map(in_clone);
        let mut alphabet = Vec::new();
        for at in everywhere {
            for (_, kind) in self.steps {
                let throws = (1..=4).map(|seed| kind(at, &mut Dice::of(seed)));
                for step in throws.filter(|step| at.part == 0 || !step.is_of_whole()) {
                    if !alphabet.contains(&step) {
                        alphabet.push(step);
                    }
                }
            }
        }
        alphabet
    }
}

/// The world after a step; `None` where that was seen before.
fn try_step(world: &World, step: Step, seen: &mut HashSet<u64>) -> Result<Option<World>, Broken> {
    let mut after = world.clone();
    take(&mut after, step)?;
    if !seen.insert(BuildHasherDefault::<DefaultHasher>::default().hash_one(&after)) {
        return Ok(None);
    }
    for side in [Side::File, Side::Row] {
        laws::finish(&mut after.clone(), &mut || side)?;
    }
    Ok(Some(after))
}
