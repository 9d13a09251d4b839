//! For each rule about git a history that breaks a law without it: the shortest that a long search found, or one that
//! was thought out where no search finds any.
//!
//! Some of these need luck that the few histories of a build do not have; so they are kept here.

use super::mutants::Mutant::{
    self, NoHeadCheck, NoHeadCompare, R1, R2, R3, R4, R4OfShared, R5, R6, R7, R8, R10, R11, R12, R13, R14, R15, R17,
    R17OfRows, R18, R19, R20, R21, R22,
};
use super::search::Story;
use super::steps::Step::{
    self, Advance, Branch, Command, Commit, CommitElse, Delete, Edit, Forget, LoseDatabase, Open, PullGit, Push,
    PutBack, Rebase, Revert, SaveStale, Sql, Switch, Sync, SyncPull,
};
use super::steps::at;
use super::stories::{ALONE, ALONE_ON_BRANCHES, ALONE_ON_BRANCHES_SHARED, EMBEDDED, SHARED_WITH_GIT};
use super::value::Facet::{Text, Value};
use super::value::Field::{Owner, Status};

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
    Killer {
        mutant: R2,
        story: SHARED_WITH_GIT,
        seed: 5891,
        steps: &[
            Branch(at(0, 0, 0)),
            Edit(at(1, 0, 1), Value(Status)),
            Sync(at(1, 0, 0)),
            SyncPull(at(0, 0, 1)),
            Delete(at(0, 0, 0)),
        ],
    },
    Killer {
        mutant: R7,
        story: EMBEDDED,
        seed: 41229,
        steps: &[
            Sql(at(0, 0, 1), Value(Status)),
            Sync(at(0, 0, 0)),
            Commit(at(0, 0, 1)),
            Push(at(0, 0, 0)),
            Open(at(1, 0, 0)),
            PullGit(at(1, 0, 0), 132),
            PutBack(at(1, 0, 0)),
        ],
    },
    Killer {
        mutant: R10,
        story: EMBEDDED,
        seed: 35501,
        steps: &[
            CommitElse(at(0, 0, 1)),
            Sync(at(0, 0, 0)),
            Edit(at(1, 0, 0), Value(Status)),
            Commit(at(1, 0, 0)),
            Delete(at(0, 0, 1)),
            Commit(at(0, 0, 0)),
            LoseDatabase(at(1, 0, 1)),
            Push(at(1, 0, 1)),
            Rebase(at(0, 0, 0), 10),
        ],
    },
    Killer {
        mutant: R11,
        story: EMBEDDED,
        seed: 1316,
        steps: &[
            Command(at(1, 0, 0), Owner),
            Commit(at(1, 0, 1)),
            Edit(at(0, 0, 0), Value(Status)),
            Push(at(1, 0, 0)),
            Commit(at(0, 0, 1)),
            Rebase(at(0, 0, 0), 14),
            Sync(at(0, 0, 0)),
        ],
    },
    Killer {
        mutant: R13,
        story: EMBEDDED,
        seed: 22388,
        steps: &[
            LoseDatabase(at(1, 0, 0)),
            Edit(at(1, 0, 0), Value(Status)),
            Commit(at(1, 0, 1)),
            Open(at(1, 0, 0)),
            Command(at(1, 0, 0), Owner),
            PutBack(at(1, 0, 0)),
        ],
    },
    Killer {
        mutant: R15,
        story: EMBEDDED,
        seed: 5746,
        steps: &[
            Edit(at(0, 0, 0), Text),
            Command(at(1, 0, 1), Owner),
            Commit(at(0, 0, 0)),
            Revert(at(0, 0, 1)),
            Push(at(0, 0, 0)),
            PullGit(at(1, 0, 0), 217),
        ],
    },
    Killer {
        mutant: NoHeadCompare,
        story: ALONE,
        seed: 71,
        steps: &[
            Edit(at(0, 0, 0), Value(Status)),
            Advance(at(0, 0, 0)),
            CommitElse(at(0, 0, 0)),
            Edit(at(0, 0, 0), Value(Status)),
            Sync(at(0, 0, 1)),
        ],
    },
    Killer {
        mutant: NoHeadCheck,
        story: EMBEDDED,
        seed: 27260,
        steps: &[
            Sql(at(1, 0, 0), Value(Owner)),
            Delete(at(1, 0, 1)),
            Advance(at(1, 0, 1)),
            Advance(at(1, 0, 1)),
            Advance(at(1, 0, 0)),
            Commit(at(1, 0, 1)),
            Sync(at(1, 0, 1)),
        ],
    },
    Killer { mutant: R5, story: EMBEDDED, seed: 2, steps: &[Branch(at(0, 0, 1)), Delete(at(0, 0, 1))] },
    Killer {
        mutant: R6,
        story: SHARED_WITH_GIT,
        seed: 298,
        steps: &[Delete(at(1, 0, 0)), Commit(at(1, 0, 0)), LoseDatabase(at(1, 0, 0))],
    },
    Killer {
        mutant: R18,
        story: EMBEDDED,
        seed: 15,
        steps: &[
            Sql(at(0, 0, 1), Value(Owner)),
            Branch(at(0, 0, 1)),
            Sync(at(0, 0, 0)),
            Commit(at(0, 0, 0)),
            Switch(at(0, 0, 0), 0),
            Sync(at(0, 0, 0)),
        ],
    },
    Killer {
        mutant: R20,
        story: SHARED_WITH_GIT,
        seed: 15,
        steps: &[
            Sql(at(0, 0, 1), Value(Owner)),
            Branch(at(0, 0, 1)),
            Sync(at(0, 0, 0)),
            Commit(at(0, 0, 0)),
            Switch(at(0, 0, 0), 0),
            Sync(at(0, 0, 0)),
        ],
    },
    Killer {
        mutant: R14,
        story: SHARED_WITH_GIT,
        seed: 4282,
        steps: &[Edit(at(1, 0, 1), Text), Commit(at(1, 0, 1)), Delete(at(1, 0, 0)), Edit(at(0, 0, 1), Text)],
    },
    Killer {
        mutant: R12,
        story: ALONE,
        seed: 2,
        steps: &[Edit(at(0, 0, 0), Text), Commit(at(0, 0, 1)), Edit(at(0, 0, 0), Text)],
    },
    Killer {
        mutant: R4,
        story: ALONE_ON_BRANCHES,
        seed: 1,
        steps: &[
            Branch(at(0, 0, 0)),
            Edit(at(0, 0, 0), Value(Status)),
            Sync(at(0, 0, 0)),
            Commit(at(0, 0, 0)),
            Switch(at(0, 0, 0), 0),
            Sync(at(0, 0, 0)),
            Edit(at(0, 0, 0), Value(Status)),
        ],
    },
    Killer {
        mutant: R4OfShared,
        story: ALONE_ON_BRANCHES_SHARED,
        seed: 2,
        steps: &[
            Edit(at(0, 0, 0), Value(Owner)),
            Command(at(0, 0, 0), Status),
            Branch(at(0, 0, 1)),
            Commit(at(0, 0, 1)),
            Delete(at(0, 0, 1)),
            Sql(at(0, 0, 1), Value(Owner)),
        ],
    },
    Killer {
        mutant: R8,
        story: EMBEDDED,
        seed: 1,
        steps: &[
            Edit(at(1, 0, 0), Value(Status)),
            Commit(at(1, 0, 0)),
            Push(at(1, 0, 0)),
            Open(at(0, 0, 0)),
            PullGit(at(0, 0, 0), 0),
            Edit(at(0, 0, 0), Value(Owner)),
            Sync(at(0, 0, 0)),
            Commit(at(0, 0, 0)),
            Sync(at(0, 0, 0)),
            SaveStale(at(0, 0, 0), Value(Status)),
        ],
    },
    Killer {
        mutant: R17,
        story: ALONE,
        seed: 1,
        steps: &[
            Open(at(0, 0, 0)),
            Edit(at(0, 0, 0), Value(Status)),
            LoseDatabase(at(0, 0, 0)),
            Sync(at(0, 0, 0)),
            SaveStale(at(0, 0, 0), Value(Status)),
        ],
    },
    Killer {
        mutant: R17OfRows,
        story: ALONE_ON_BRANCHES,
        seed: 1,
        steps: &[
            Branch(at(0, 0, 0)),
            Edit(at(0, 0, 0), Value(Status)),
            Sync(at(0, 0, 0)),
            Commit(at(0, 0, 0)),
            Switch(at(0, 0, 0), 0),
            LoseDatabase(at(0, 0, 0)),
            Sync(at(0, 0, 0)),
            Switch(at(0, 0, 0), 1),
            Forget(at(0, 0, 0)),
        ],
    },
    Killer {
        mutant: R19,
        story: SHARED_WITH_GIT,
        seed: 1,
        steps: &[
            Edit(at(0, 0, 0), Text),
            Sync(at(0, 0, 0)),
            Branch(at(0, 0, 0)),
            Edit(at(0, 0, 0), Text),
            Open(at(0, 0, 0)),
            LoseDatabase(at(1, 0, 0)),
            Sync(at(1, 0, 0)),
            Command(at(0, 0, 0), Status),
            PutBack(at(0, 0, 0)),
            Switch(at(0, 0, 0), 0),
        ],
    },
    Killer {
        mutant: R21,
        story: EMBEDDED,
        seed: 1,
        steps: &[
            Branch(at(0, 0, 0)),
            Switch(at(0, 0, 0), 0),
            Delete(at(0, 0, 0)),
            Commit(at(0, 0, 0)),
            Push(at(0, 0, 0)),
            PullGit(at(1, 0, 0), 0),
            Revert(at(1, 0, 0)),
            Push(at(1, 0, 0)),
            Revert(at(0, 0, 0)),
            Sync(at(0, 0, 0)),
            Rebase(at(0, 0, 0), 0),
            Delete(at(0, 0, 0)),
        ],
    },
    Killer {
        mutant: R22,
        story: ALONE_ON_BRANCHES_SHARED,
        seed: 1,
        steps: &[
            Branch(at(0, 0, 0)),
            Edit(at(0, 0, 0), Text),
            Command(at(0, 0, 0), Status),
            Edit(at(0, 0, 0), Value(Status)),
            Switch(at(0, 0, 0), 0),
        ],
    },
];
