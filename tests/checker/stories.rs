//! The kinds of histories that are played: who there is, and what happens how often.

use super::search::{Kind, Story};
use super::steps::{At, Step};
use super::world::{Place, Scope};

/// Clones of one database, editors, other programs and crashes; nobody uses git.
pub(crate) const ONE_DATABASE: Story = Story {
    scope: Scope { entities: 1, clones: 2, is_shared: true, has_git: false, has_driver: true, mutant: None },
    length: 60,
    steps: &[
        (14, |at, dice| Step::Edit(at, dice.facet())),
        (5, |at, _| Step::Open(at)),
        (9, |at, dice| Step::SaveStale(at, dice.facet())),
        (3, |at, _| Step::PutBack(at)),
        (1, |at, _| Step::DeletePart(at)),
        (2, |at, _| Step::Delete(at)),
        (2, |at, dice| Step::Command(at, dice.facet())),
        (8, |at, dice| Step::Sql(at, dice.facet())),
        (1, |at, _| Step::SqlDelete(at)),
        (1, |at, _| Step::Forget(at)),
        (36, |at, _| Step::Advance(at)),
        (4, |at, _| Step::Crash(at)),
        (14, |at, _| Step::Sync(at)),
    ],
};

/// The same with people who write files anew without their stamps, and with databases and memories that are lost.
pub(crate) const WITHOUT_STAMPS: Story = Story {
    steps: &[
        (14, |at, dice| Step::Edit(at, dice.facet())),
        (6, |at, _| Step::DropStamp(at)),
        (6, |at, _| Step::Replace(at)),
        (5, |at, _| Step::Open(at)),
        (9, |at, dice| Step::SaveStale(at, dice.facet())),
        (3, |at, _| Step::PutBack(at)),
        (1, |at, _| Step::DeletePart(at)),
        (2, |at, _| Step::Delete(at)),
        (8, |at, dice| Step::Sql(at, dice.facet())),
        (2, |at, _| Step::SqlDelete(at)),
        (4, |at, _| Step::Forget(at)),
        (1, |at, _| Step::LoseDatabase(at)),
        (30, |at, _| Step::Advance(at)),
        (4, |at, _| Step::Crash(at)),
        (14, |at, _| Step::Sync(at)),
    ],
    ..ONE_DATABASE
};

/// Databases that begin empty beside files that never had stamps, or lost them.
pub(crate) const NEW_DATABASES: Story = Story {
    length: 30,
    steps: &[
        (10, |at, dice| Step::Edit(at, dice.facet())),
        (60, |at, _| Step::DropStamp(at)),
        (8, |at, _| Step::Replace(at)),
        (6, |at, dice| Step::Sql(at, dice.facet())),
        (2, |at, _| Step::Delete(at)),
        (4, |at, _| Step::Forget(at)),
        (18, |at, _| Step::LoseDatabase(at)),
        (10, |at, _| Step::Advance(at)),
        (4, |at, _| Step::Crash(at)),
        (20, |at, _| Step::Sync(at)),
    ],
    ..ONE_DATABASE
};

/// Folders are moved as well.
pub(crate) const MOVES: Story = Story {
    steps: &[
        (12, |at, dice| Step::Edit(at, dice.facet())),
        (12, |at, dice| Step::Move(at, dice.roll(4) as Place)),
        (8, |at, dice| Step::SqlMove(at, dice.roll(4) as Place)),
        (4, |at, _| Step::Open(at)),
        (6, |at, dice| Step::SaveStale(at, dice.facet())),
        (1, |at, _| Step::DeletePart(at)),
        (2, |at, _| Step::Delete(at)),
        (6, |at, dice| Step::Sql(at, dice.facet())),
        (1, |at, _| Step::SqlDelete(at)),
        (1, |at, _| Step::Forget(at)),
        (36, |at, _| Step::Advance(at)),
        (4, |at, _| Step::Crash(at)),
        (14, |at, _| Step::Sync(at)),
    ],
    ..ONE_DATABASE
};

/// Two tasks, whose folders people move into each other's place and copy with their stamps.
pub(crate) const COPIES: Story = Story {
    scope: Scope { entities: 2, ..ONE_DATABASE.scope },
    length: 30,
    steps: &[
        (8, |at, dice| Step::Edit(at, dice.facet())),
        (12, |at, dice| Step::Move(at, dice.roll(4) as Place)),
        (4, |at, _| Step::Swap(at)),
        (2, |at, _| Step::TakePlace(at)),
        (8, |at, dice| Step::SqlMove(at, dice.roll(4) as Place)),
        (6, |at, dice| Step::Copy(at, dice.roll(4) as Place)),
        (4, |at, dice| Step::EditCopy(at, dice.facet())),
        (3, |at, dice| Step::MoveCopy(at, dice.roll(4) as Place)),
        (3, |at, _| Step::DeleteCopy(at)),
        (3, |at, _| Step::Open(at)),
        (4, |at, dice| Step::SaveStale(at, dice.facet())),
        (4, |at, _| Step::Delete(at)),
        (5, |at, dice| Step::Sql(at, dice.facet())),
        (1, |at, _| Step::SqlDelete(at)),
        (1, |at, _| Step::Forget(at)),
        (30, |at, _| Step::Advance(at)),
        (3, |at, _| Step::Crash(at)),
        (14, |at, _| Step::Sync(at)),
    ],
};

/// Nobody deletes a file.
pub(crate) const NOTHING_DELETED: Story = Story {
    steps: &[
        (14, |at, dice| Step::Edit(at, dice.facet())),
        (5, |at, _| Step::Open(at)),
        (9, |at, dice| Step::SaveStale(at, dice.facet())),
        (3, |at, _| Step::PutBack(at)),
        (2, |at, dice| Step::Command(at, dice.facet())),
        (8, |at, dice| Step::Sql(at, dice.facet())),
        (1, |at, _| Step::Forget(at)),
        (36, |at, _| Step::Advance(at)),
        (4, |at, _| Step::Crash(at)),
        (14, |at, _| Step::Sync(at)),
    ],
    ..ONE_DATABASE
};

/// A database for each clone; git is the only way between them.
pub(crate) const EMBEDDED: Story =
    Story { scope: Scope { is_shared: false, has_git: true, ..ONE_DATABASE.scope }, length: 30, steps: WITH_GIT };

/// One database for all clones, and git beside it.
pub(crate) const SHARED_WITH_GIT: Story = Story { scope: Scope { is_shared: true, ..EMBEDDED.scope }, ..EMBEDDED };

/// Somebody alone with git and one branch, who takes nothing back and edits one file.
pub(crate) const ALONE: Story = Story {
    scope: Scope { clones: 1, ..EMBEDDED.scope },
    length: 20,
    steps: &[
        (20, |at, dice| Step::Edit(At { part: 0, ..at }, dice.facet())),
        (20, |at, _| Step::Sync(at)),
        (14, |at, _| Step::Commit(at)),
        (4, |at, _| Step::CommitElse(at)),
        (2, |at, _| Step::LoseDatabase(at)),
    ],
};

/// Somebody alone who has a branch beside the main one. What two branches changed may collide then, so that nothing can
/// be asked of just any history; but many of them bring no conflict, and must not begin to.
pub(crate) const ALONE_ON_BRANCHES: Story = Story { scope: Scope { clones: 1, ..EMBEDDED.scope }, ..EMBEDDED };

/// The same with a shared database, where edits count on the main branch only.
pub(crate) const ALONE_ON_BRANCHES_SHARED: Story =
    Story { scope: Scope { is_shared: true, ..ALONE_ON_BRANCHES.scope }, ..ALONE_ON_BRANCHES };

const WITH_GIT: &[(usize, Kind)] = &[
    (16, |at, dice| Step::Edit(at, dice.facet())),
    (3, |at, dice| Step::Command(at, dice.facet())),
    (3, |at, _| Step::Delete(at)),
    (4, |at, _| Step::Open(at)),
    (4, |at, dice| Step::SaveStale(at, dice.facet())),
    (2, |at, _| Step::PutBack(at)),
    (18, |at, _| Step::Sync(at)),
    (2, |at, _| Step::SyncPull(at)),
    (10, |at, _| Step::Commit(at)),
    (2, |at, _| Step::CommitElse(at)),
    (8, |at, dice| Step::PullGit(at, dice.picks())),
    (8, |at, _| Step::Push(at)),
    (2, |at, dice| Step::Rebase(at, dice.picks())),
    (2, |at, _| Step::Branch(at)),
    (6, |at, dice| Step::Switch(at, dice.roll(2))),
    (2, |at, dice| Step::Merge(at, dice.picks())),
    (2, |at, _| Step::Revert(at)),
    (5, |at, dice| Step::Sql(at, dice.facet())),
    (1, |at, _| Step::LoseDatabase(at)),
];
