//! Looks for histories that break a law: at random, and the shortest of those that do.

use instep::reconcile::Side;

use super::alphabet::{BRANCHES, PLACES};
use super::dice::Dice;
use super::git_steps::Picks;
use super::laws;
use super::mutants::Mutant;
use super::steps::{At, Step, take};
use super::value::{Facet, Field};
use super::world::{Broken, Place, Scope, Tally, World, parts_of};

/// A kind of step, by what else there is to say of one.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Nothing.
    Plain(fn(At) -> Step),
    /// What is changed.
    OfFacet(fn(At, Facet) -> Step),
    /// Which value is set.
    OfField(fn(At, Field) -> Step),
    /// Where something goes.
    ToPlace(fn(At, Place) -> Step),
    /// Where somebody goes.
    ToBranch(fn(At, usize) -> Step),
    /// How collisions are decided.
    Merging(fn(At, Picks) -> Step),
}

impl Kind {
    /// One of its steps.
    fn draw(self, at: At, dice: &mut Dice) -> Step {
        match self {
            Self::Plain(step) => step(at),
            Self::OfFacet(step) => step(at, dice.one_of(&Facet::ALL)),
            Self::OfField(step) => step(at, dice.one_of(&Field::ALL)),
            Self::ToPlace(step) => step(at, dice.one_of(&PLACES)),
            Self::ToBranch(step) => step(at, dice.one_of(&BRANCHES)),
            Self::Merging(step) => step(at, dice.roll(256) as Picks),
        }
    }
}

impl Dice {
    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())]
    }

    fn side(&mut self) -> Side {
        self.one_of(&[Side::File, Side::Row])
    }
}

/// A kind of history: what there is, and how often which step is taken.
#[derive(Clone, Copy)]
pub(crate) struct Story {
    pub(crate) scope: Scope,
    /// How long it is at most.
    pub(crate) length: usize,
    /// Out of so many steps each kind is taken as often as it says.
    pub(crate) steps: &'static [(usize, Kind)],
}

impl Story {
    /// The steps of one history.
    pub(crate) fn steps(&self, dice: &mut Dice) -> Vec<Step> {
        let length = 3 + dice.roll(self.length - 2);
        (0..length).map(|_| self.step(dice)).collect()
    }

    fn step(&self, dice: &mut Dice) -> Step {
        let Scope { clones, entities, .. } = self.scope;
        let entity = dice.roll(entities);
        let at = At { clone: dice.roll(clones), entity, part: dice.roll(parts_of(entity)) };
        let all: usize = self.steps.iter().map(|(weight, _)| weight).sum();
        let mut point = dice.roll(all);
        let mut kinds = self.steps.iter();
        loop {
            let (weight, kind) = kinds.next().expect("the weights add up");
            match point.checked_sub(*weight) {
                None => return kind.draw(at, dice),
                Some(rest) => point = rest,
            }
        }
    }

    /// Plays a history to its end.
    pub(crate) fn play(&self, steps: &[Step], seed: u64) -> Result<Tally, Broken> {
        let mut world = World::new(self.scope);
        steps.iter().try_for_each(|step| take(&mut world, *step))?;
        let mut dice = Dice::of(!seed);
        laws::finish(&mut world, &mut || dice.side())?;
        Ok(world.tally)
    }

    /// The same without the steps that do not matter.
    fn shortest(&self, mut steps: Vec<Step>, is_wanted: impl Fn(&[Step]) -> bool) -> Vec<Step> {
        let mut at = 0;
        while at < steps.len() {
            let mut fewer = steps.clone();
            fewer.remove(at);
            if is_wanted(&fewer) {
                (steps, at) = (fewer, 0);
            } else {
                at += 1;
            }
        }
        steps
    }

    /// Plays histories until one breaks a law.
    pub(crate) fn search(&self, histories: u64) -> Result<Found, Violation> {
        let mut found = Found::default();
        for seed in 1..=histories {
            let steps = self.steps(&mut Dice::of(seed));
            match self.play(&steps, seed) {
                Ok(tally) => found.add(steps.len(), &tally),
                Err(broken) => {
                    let steps = self.shortest(steps, |steps| self.play(steps, seed).err() == Some(broken));
                    return Err(Violation { seed, broken, steps });
                }
            }
        }
        Ok(found)
    }

    /// What breaks with `mutant` and not without it.
    pub(crate) fn tells(&self, mutant: Mutant, steps: &[Step], seed: u64) -> Option<Broken> {
        let wrong = Self { scope: Scope { mutant: Some(mutant), ..self.scope }, ..*self };
        let broken = wrong.play(steps, seed).err()?;
        self.play(steps, seed).is_ok().then_some(broken)
    }

    /// Plays histories until one tells the mutant from the original.
    pub(crate) fn hunt(&self, mutant: Mutant, histories: u64) -> Option<Violation> {
        (1..=histories).find_map(|seed| {
            let steps = self.steps(&mut Dice::of(seed));
            let broken = self.tells(mutant, &steps, seed)?;
            let steps = self.shortest(steps, |steps| self.tells(mutant, steps, seed).is_some());
            Some(Violation { seed, broken, steps })
        })
    }
}

/// What was seen on the way.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) histories: u64,
    pub(crate) steps: usize,
    pub(crate) tally: Tally,
}

impl Found {
    fn add(&mut self, steps: usize, tally: &Tally) {
        self.histories += 1;
        self.steps += steps;
        self.tally.add(tally);
    }
}

/// A history that breaks a law.
#[derive(Debug)]
#[expect(dead_code, reason = "for those who read it")]
pub(crate) struct Violation {
    pub(crate) seed: u64,
    pub(crate) broken: Broken,
    pub(crate) steps: Vec<Step>,
}
