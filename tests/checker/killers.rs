//! For each rule about git a history that breaks a law without it: the shortest that a long search found.
//!
//! Some of these need luck that the few histories of a build do not have; so they are kept here.

use super::mutants::Mutant::{self, R1, R3};
use super::search::Story;
use super::steps::Step::{self, Commit, Edit, Revert, Sql, Sync};
use super::steps::at;
use super::stories::EMBEDDED;
use super::value::Facet::{Text, Value};
use super::value::Field::Status;

/// What finds a mutant.
pub(crate) struct Killer {
    pub(crate) mutant: Mutant,
    pub(crate) story: Story,
    /// Of the dice that people throw in the end.
    pub(crate) seed: u64,
    pub(crate) steps: &'static [Step],
}

/// A history for each mutant that can be found.
pub(crate) const KILLERS: &[Killer] = &[
    Killer {
        mutant: R1,
        story: EMBEDDED,
        seed: 408,
        steps: &[
            Sql(at(1, 0, 0), Text),
            Sync(at(1, 0, 1)),
            Sql(at(1, 0, 1), Text),
            Commit(at(1, 0, 1)),
            Revert(at(1, 0, 0)),
            Sync(at(1, 0, 0)),
        ],
    },
    Killer {
        mutant: R3,
        story: EMBEDDED,
        seed: 4906,
        steps: &[
            Edit(at(0, 0, 1), Value(Status)),
            Commit(at(0, 0, 0)),
            Edit(at(0, 0, 1), Value(Status)),
            Sync(at(0, 0, 0)),
            Commit(at(0, 0, 1)),
            Revert(at(0, 0, 0)),
            Sync(at(0, 0, 0)),
        ],
    },
];
