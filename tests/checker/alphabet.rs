//! Everything that can happen next in a short history: each kind of step with everything that there is to say of one.

use std::collections::HashSet;

use super::git::{FEATURE, MAIN};
use super::git_steps::Picks;
use super::search::{Kind, Story};
use super::short::SHORT;
use super::steps::{At, Reach, Step, at};
use super::value::{Facet, Field};
use super::world::{PARTS, Place, World};

/// Where folders go: the places that two tasks have at first, and two that nobody has.
pub(crate) const PLACES: [Place; 4] = [0, 1, 2, 3];

/// The branches that there are.
pub(crate) const BRANCHES: [usize; 2] = [MAIN, FEATURE];

/// How the collisions of a merge are decided: all for ours, all for theirs, and for theirs only in the values, only in
/// the texts, or only in the first file. The bits are those of status, owner and text: 0 to 2 in the first file, 5 to 7
/// in the second.
pub(crate) const PICKS: [Picks; 5] = [0, !0, 0b0110_0011, 0b1000_0100, 0b0000_0111];

impl Story {
    /// Each kind of step, with everything that there is to say of one.
    pub(crate) fn alphabet(&self) -> Vec<Step> {
        let world = World::new(self.scope);
        let says = |at: At, facet: Facet| {
            world.row(at.clone, at.entity).parts[at.part].as_ref().is_some_and(|page| page.said(facet).is_some())
        };
        let parts = (0..self.scope.clones)
            .flat_map(|clone| (0..self.scope.entities).map(move |entity| (clone, entity)))
            .flat_map(|(clone, entity)| (0..PARTS).map(move |part| at(clone, entity, part)))
            .filter(|at| says(*at, Facet::Text));
        let steps = parts.flat_map(|at| {
            let steps = self.steps.iter().flat_map(move |(_, kind)| kind.every(at, says));
            steps.filter(move |step| self.is_its_own(at, *step))
        });
        let mut named = HashSet::new();
        steps.filter(|step| named.insert(*step)).collect()
    }

    /// Whether the same step with another part, entity or clone is another one.
    fn is_its_own(&self, at: At, step: Step) -> bool {
        let reach = step.reach();
        let of_all_parts = at.part == 0 || reach == Reach::Part;
        let of_all_entities = at.entity == 0 || !matches!(reach, Reach::Clone | Reach::Database);
        let of_all_clones = at.clone == 0 || !self.scope.is_shared || !matches!(reach, Reach::Row | Reach::Database);
        of_all_parts && of_all_entities && of_all_clones
    }
}

impl Kind {
    /// All of its steps at one part, which has a place for some facets.
    fn every(self, at: At, says: impl Fn(At, Facet) -> bool) -> Vec<Step> {
        match self {
            Self::Plain(step) => vec![step(at)],
            Self::OfFacet(step) => {
                Facet::ALL.into_iter().filter(|facet| says(at, *facet)).map(|facet| step(at, facet)).collect()
            }
            Self::OfField(step) => Field::ALL.into_iter().map(|field| step(at, field)).collect(),
            Self::ToPlace(step) => PLACES.into_iter().map(|place| step(at, place)).collect(),
            Self::ToBranch(step) => BRANCHES.into_iter().map(|branch| step(at, branch)).collect(),
            Self::Merging(step) => PICKS.into_iter().map(|picks| step(at, picks)).collect(),
        }
    }
}

/// Written down by hand, so that a kind of step that names less than it should is noticed.
#[test]
fn the_alphabet_names_every_facet_place_copy_document_branch_and_way_to_merge() {
    let facets = [Facet::Value(Field::Status), Facet::Value(Field::Owner), Facet::Text];
    let of_second = [Facet::Value(Field::Status), Facet::Text];
    let mut expected: [HashSet<Step>; 5] = Default::default();
    let [one, moves, copies, embedded, shared] = &mut expected;
    for clone in [0, 1] {
        let (first, second) = (at(clone, 0, 0), at(clone, 0, 1));
        for steps in [&mut *one, moves, embedded, shared] {
            steps.extend(
                of_second.into_iter().flat_map(|facet| [Step::Edit(second, facet), Step::SaveStale(second, facet)]),
            );
            steps
                .extend(facets.into_iter().flat_map(|facet| [Step::Edit(first, facet), Step::SaveStale(first, facet)]));
            steps.extend([Step::Open(first), Step::Open(second), Step::Delete(first)]);
            steps.extend([Step::Advance(first), Step::Crash(first), Step::Sync(first)]);
        }
        for steps in [&mut *one, embedded, shared] {
            steps.extend([Step::PutBack(first), Step::PutBack(second)]);
            steps.extend([Step::Command(first, Field::Status), Step::Command(first, Field::Owner)]);
        }
        for steps in [&mut *one, moves] {
            steps.extend([Step::DeletePart(first), Step::DeletePart(second), Step::Forget(first)]);
        }
        moves.extend([0, 1, 2, 3].map(|place| Step::Move(first, place)));
        for (entity, part, facet) in [(0, 0, 3), (0, 1, 2), (1, 0, 3)].into_iter().flat_map(|(entity, part, says)| {
            let facets = if says == 3 { facets.to_vec() } else { of_second.to_vec() };
            facets.into_iter().map(move |facet| (entity, part, facet))
        }) {
            let at = at(clone, entity, part);
            copies.extend([
                Step::Edit(at, facet),
                Step::SaveStale(at, facet),
                Step::EditCopy(at, facet),
                Step::Open(at),
            ]);
        }
        for at in [at(clone, 0, 0), at(clone, 1, 0)] {
            copies.extend([0, 1, 2, 3].map(|place| Step::Move(at, place)));
            copies.extend([0, 1, 2, 3].map(|place| Step::Copy(at, place)));
            copies.extend([0, 1, 2, 3].map(|place| Step::MoveCopy(at, place)));
            copies.extend([Step::TakePlace(at), Step::DeleteCopy(at), Step::Delete(at)]);
        }
        copies.extend([
            Step::Swap(first),
            Step::Forget(first),
            Step::Advance(first),
            Step::Crash(first),
            Step::Sync(first),
        ]);
        for steps in [&mut *embedded, shared] {
            for picks in [0, 0b1111_1111, 0b0110_0011, 0b1000_0100, 0b0000_0111] {
                steps.extend([Step::Merge(first, picks), Step::PullGit(first, picks), Step::Rebase(first, picks)]);
            }
            steps.extend([Step::Switch(first, 0), Step::Switch(first, 1), Step::Branch(first), Step::SyncPull(first)]);
            steps.extend([Step::Commit(first), Step::CommitElse(first), Step::Push(first), Step::Revert(first)]);
        }
        embedded.extend(facets.map(|facet| Step::Sql(first, facet)));
        embedded.insert(Step::LoseDatabase(first));
    }
    for steps in [&mut *one, moves, copies, shared] {
        steps.extend(facets.map(|facet| Step::Sql(at(0, 0, 0), facet)));
    }
    for steps in [&mut *one, moves, copies] {
        steps.insert(Step::SqlDelete(at(0, 0, 0)));
    }
    moves.extend([0, 1, 2, 3].map(|place| Step::SqlMove(at(0, 0, 0), place)));
    copies.extend(facets.map(|facet| Step::Sql(at(0, 1, 0), facet)));
    copies.insert(Step::SqlDelete(at(0, 1, 0)));
    copies
        .extend([0, 1].into_iter().flat_map(|entity| [0, 1, 2, 3].map(|place| Step::SqlMove(at(0, entity, 0), place))));
    shared.insert(Step::LoseDatabase(at(0, 0, 0)));
    assert_eq!(SHORT.len(), expected.len());
    for (short, expected) in SHORT.iter().zip(expected) {
        let named: HashSet<Step> = short.story.alphabet().into_iter().collect();
        let differs: Vec<_> = named.symmetric_difference(&expected).collect();
        assert!(differs.is_empty(), "{}: {differs:?}", short.what);
    }
}
