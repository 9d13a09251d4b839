//! The kinds of histories of which all short ones are played, and from where.

use super::exhaust::Short;
use super::steps::Step::{
    self, Advance, Branch, Commit, CommitElse, Copy, Delete, Edit, Move, Open, Push, Sql, SqlDelete, SqlMove, Sync,
};
use super::steps::at;
use super::stories::{COPIES, EMBEDDED, MOVES, ONE_DATABASE, SHARED_WITH_GIT};
use super::value::Facet::{Text, Value};
use super::value::Field::{Owner, Status};

/// All of them.
pub(crate) const SHORT: &[Short] = &[
    Short {
        what: "one database",
        deepest: 4,
        story: ONE_DATABASE,
        openings: &[
            &[],
            // A sync is about to store what one side changed and the other did not.
            &[
                Edit(at(0, 0, 0), Value(Owner)),
                Sql(at(0, 0, 0), Value(Status)),
                Advance(at(0, 0, 0)),
                Advance(at(0, 0, 0)),
            ],
            // A sync has stored what collided, and has to write both files.
            &[
                Edit(at(0, 0, 1), Value(Status)),
                Sql(at(0, 0, 0), Value(Status)),
                Advance(at(0, 0, 0)),
                Advance(at(0, 0, 0)),
                Advance(at(0, 0, 0)),
            ],
            // A text waits for a person, and editors hold older ones.
            &[
                Open(at(0, 0, 0)),
                Open(at(1, 0, 1)),
                Edit(at(0, 0, 0), Text),
                Sync(at(0, 0, 0)),
                Edit(at(1, 0, 0), Text),
                Sync(at(1, 0, 0)),
            ],
            // What is deleted here was changed there.
            &[Edit(at(1, 0, 0), Value(Owner)), Delete(at(0, 0, 0)), Sync(at(0, 0, 0))],
            &[SqlDelete(at(0, 0, 0)), Edit(at(1, 0, 1), Value(Status)), Sync(at(0, 0, 0))],
        ],
    },
    Short {
        what: "with moves",
        deepest: 4,
        story: MOVES,
        openings: &[
            &[],
            &[Move(at(0, 0, 0), 1), SqlMove(at(0, 0, 0), 2)],
            // A sync is about to move a folder and to write into it.
            &[
                SqlMove(at(0, 0, 0), 1),
                Sql(at(0, 0, 0), Value(Status)),
                Advance(at(0, 0, 0)),
                Advance(at(0, 0, 0)),
                Advance(at(0, 0, 0)),
            ],
        ],
    },
    Short {
        what: "two tasks and copies",
        deepest: 3,
        story: COPIES,
        openings: &[
            &[],
            // Each clone has a copy, and one of them a place that is free.
            &[Copy(at(0, 0, 0), 2), Sync(at(0, 0, 0)), Copy(at(1, 1, 0), 2)],
            &[Copy(at(0, 1, 0), 2), Move(at(0, 1, 0), 3), Copy(at(1, 0, 0), 2), Move(at(1, 0, 0), 3)],
            &[Sql(at(0, 0, 0), Value(Status)), Advance(at(0, 0, 0)), Advance(at(0, 0, 0)), Advance(at(0, 0, 0))],
        ],
    },
    Short { what: "embedded, with git", deepest: 4, story: EMBEDDED, openings: WITH_GIT },
    Short { what: "shared, with git", deepest: 4, story: SHARED_WITH_GIT, openings: WITH_GIT },
];

const WITH_GIT: &[&[Step]] = &[
    &[],
    // A sync has to put a folder back that somebody deleted, and git can go elsewhere meanwhile.
    &[
        Sql(at(0, 0, 0), Value(Owner)),
        Delete(at(0, 0, 0)),
        Advance(at(0, 0, 0)),
        Advance(at(0, 0, 0)),
        Advance(at(0, 0, 0)),
    ],
    // Two clones committed the same values and the same text, each another one.
    &[
        Edit(at(0, 0, 0), Value(Status)),
        Edit(at(0, 0, 0), Text),
        Sync(at(0, 0, 0)),
        Commit(at(0, 0, 0)),
        Push(at(0, 0, 0)),
        Edit(at(1, 0, 0), Value(Status)),
        Edit(at(1, 0, 0), Text),
        Commit(at(1, 0, 0)),
    ],
    // A branch has something that the main one does not have, and the other way round.
    &[
        Branch(at(0, 0, 0)),
        Edit(at(0, 0, 0), Value(Owner)),
        Commit(at(0, 0, 0)),
        Push(at(0, 0, 0)),
        CommitElse(at(1, 0, 0)),
        Edit(at(1, 0, 1), Value(Status)),
        Commit(at(1, 0, 0)),
        Push(at(1, 0, 0)),
    ],
];
