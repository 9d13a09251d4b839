//! The kinds of histories that are played: who there is, and what happens how often.

use super::search::Story;
use super::steps::Step;
use super::world::Scope;

/// Clones of one database, editors, other programs and crashes; nobody uses git.
pub(crate) const ONE_DATABASE: Story = Story {
    scope: Scope { entities: 1, clones: 2, mutant: None },
    length: 60,
    steps: &[
        (14, Step::Edit),
        (5, |at, _| Step::Open(at)),
        (9, Step::SaveStale),
        (3, |at, _| Step::PutBack(at)),
        (1, |at, _| Step::DeletePart(at)),
        (2, |at, _| Step::Delete(at)),
        (2, Step::Command),
        (8, Step::Sql),
        (1, |at, _| Step::SqlDelete(at)),
        (1, |at, _| Step::Forget(at)),
        (36, |at, _| Step::Advance(at)),
        (4, |at, _| Step::Crash(at)),
        (14, |at, _| Step::Sync(at)),
    ],
};

/// The same with people who write files anew without their stamps.
pub(crate) const WITHOUT_STAMPS: Story = Story {
    steps: &[
        (14, Step::Edit),
        (6, |at, _| Step::DropStamp(at)),
        (3, |at, _| Step::Replace(at)),
        (5, |at, _| Step::Open(at)),
        (9, Step::SaveStale),
        (3, |at, _| Step::PutBack(at)),
        (1, |at, _| Step::DeletePart(at)),
        (2, |at, _| Step::Delete(at)),
        (8, Step::Sql),
        (1, |at, _| Step::SqlDelete(at)),
        (2, |at, _| Step::Forget(at)),
        (36, |at, _| Step::Advance(at)),
        (4, |at, _| Step::Crash(at)),
        (14, |at, _| Step::Sync(at)),
    ],
    ..ONE_DATABASE
};

/// Nobody deletes a file.
pub(crate) const NOTHING_DELETED: Story = Story {
    steps: &[
        (14, Step::Edit),
        (5, |at, _| Step::Open(at)),
        (9, Step::SaveStale),
        (3, |at, _| Step::PutBack(at)),
        (2, Step::Command),
        (8, Step::Sql),
        (1, |at, _| Step::Forget(at)),
        (36, |at, _| Step::Advance(at)),
        (4, |at, _| Step::Crash(at)),
        (14, |at, _| Step::Sync(at)),
    ],
    ..ONE_DATABASE
};
