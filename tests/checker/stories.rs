//! The kinds of histories that are played: who there is, and what happens how often.

use super::search::Kind::{self, Merging, OfFacet, OfField, Plain, ToBranch, ToPlace};
use super::search::Story;
use super::steps::{At, Step};
use super::world::Scope;

/// Clones of one database, editors, other programs and crashes; nobody uses git.
pub(crate) const ONE_DATABASE: Story = Story {
    scope: Scope { entities: 1, clones: 2, is_shared: true, has_git: false, has_driver: true, mutant: None },
    length: 60,
    steps: &[
        (14, OfFacet(Step::Edit)),
        (5, Plain(Step::Open)),
        (9, OfFacet(Step::SaveStale)),
        (3, Plain(Step::PutBack)),
        (1, Plain(Step::DeletePart)),
        (2, Plain(Step::Delete)),
        (2, OfField(Step::Command)),
        (8, OfFacet(Step::Sql)),
        (1, Plain(Step::SqlDelete)),
        (1, Plain(Step::Forget)),
        (36, Plain(Step::Advance)),
        (4, Plain(Step::Crash)),
        (14, Plain(Step::Sync)),
    ],
};

/// The same with people who write files anew without their stamps, and with databases and memories that are lost.
pub(crate) const WITHOUT_STAMPS: Story = Story {
    steps: &[
        (14, OfFacet(Step::Edit)),
        (6, Plain(Step::DropStamp)),
        (6, Plain(Step::Replace)),
        (5, Plain(Step::Open)),
        (9, OfFacet(Step::SaveStale)),
        (3, Plain(Step::PutBack)),
        (1, Plain(Step::DeletePart)),
        (2, Plain(Step::Delete)),
        (8, OfFacet(Step::Sql)),
        (2, Plain(Step::SqlDelete)),
        (4, Plain(Step::Forget)),
        (1, Plain(Step::LoseDatabase)),
        (30, Plain(Step::Advance)),
        (4, Plain(Step::Crash)),
        (14, Plain(Step::Sync)),
    ],
    ..ONE_DATABASE
};

/// Databases that begin empty beside files that never had stamps, or lost them.
pub(crate) const NEW_DATABASES: Story = Story {
    length: 30,
    steps: &[
        (10, OfFacet(Step::Edit)),
        (60, Plain(Step::DropStamp)),
        (8, Plain(Step::Replace)),
        (6, OfFacet(Step::Sql)),
        (2, Plain(Step::Delete)),
        (4, Plain(Step::Forget)),
        (18, Plain(Step::LoseDatabase)),
        (10, Plain(Step::Advance)),
        (4, Plain(Step::Crash)),
        (20, Plain(Step::Sync)),
    ],
    ..ONE_DATABASE
};

/// Folders are moved as well.
pub(crate) const MOVES: Story = Story {
    steps: &[
        (12, OfFacet(Step::Edit)),
        (12, ToPlace(Step::Move)),
        (8, ToPlace(Step::SqlMove)),
        (4, Plain(Step::Open)),
        (6, OfFacet(Step::SaveStale)),
        (1, Plain(Step::DeletePart)),
        (2, Plain(Step::Delete)),
        (6, OfFacet(Step::Sql)),
        (1, Plain(Step::SqlDelete)),
        (1, Plain(Step::Forget)),
        (36, Plain(Step::Advance)),
        (4, Plain(Step::Crash)),
        (14, Plain(Step::Sync)),
    ],
    ..ONE_DATABASE
};

/// Two tasks, whose folders people move into each other's place and copy with their stamps.
pub(crate) const COPIES: Story = Story {
    scope: Scope { entities: 2, ..ONE_DATABASE.scope },
    length: 30,
    steps: &[
        (8, OfFacet(Step::Edit)),
        (12, ToPlace(Step::Move)),
        (4, Plain(Step::Swap)),
        (2, Plain(Step::TakePlace)),
        (8, ToPlace(Step::SqlMove)),
        (6, ToPlace(Step::Copy)),
        (4, OfFacet(Step::EditCopy)),
        (3, ToPlace(Step::MoveCopy)),
        (3, Plain(Step::DeleteCopy)),
        (3, Plain(Step::Open)),
        (4, OfFacet(Step::SaveStale)),
        (4, Plain(Step::Delete)),
        (5, OfFacet(Step::Sql)),
        (1, Plain(Step::SqlDelete)),
        (1, Plain(Step::Forget)),
        (30, Plain(Step::Advance)),
        (3, Plain(Step::Crash)),
        (14, Plain(Step::Sync)),
    ],
};

/// Nobody deletes a file.
pub(crate) const NOTHING_DELETED: Story = Story {
    steps: &[
        (14, OfFacet(Step::Edit)),
        (5, Plain(Step::Open)),
        (9, OfFacet(Step::SaveStale)),
        (3, Plain(Step::PutBack)),
        (2, OfField(Step::Command)),
        (8, OfFacet(Step::Sql)),
        (1, Plain(Step::Forget)),
        (36, Plain(Step::Advance)),
        (4, Plain(Step::Crash)),
        (14, Plain(Step::Sync)),
    ],
    ..ONE_DATABASE
};

/// A database for each clone; git is the only way between them.
pub(crate) const EMBEDDED: Story =
    Story { scope: Scope { is_shared: false, has_git: true, ..ONE_DATABASE.scope }, length: 30, steps: WITH_GIT };

/// One database for all clones, and git beside it.
pub(crate) const SHARED_WITH_GIT: Story = Story { scope: Scope { is_shared: true, ..EMBEDDED.scope }, ..EMBEDDED };

/// The same where git merges the stamp like any other line.
pub(crate) const WITHOUT_DRIVER: Story = Story { scope: Scope { has_driver: false, ..EMBEDDED.scope }, ..EMBEDDED };

/// Somebody alone with git and one branch, who takes nothing back and edits one file, but not while a sync is running:
/// what he has not synced he may then find waiting.
pub(crate) const ALONE: Story = Story {
    scope: Scope { clones: 1, ..EMBEDDED.scope },
    length: 20,
    steps: &[
        (20, OfFacet(|at, facet| Step::Edit(At { part: 0, ..at }, facet))),
        (20, Plain(Step::Sync)),
        (14, Plain(Step::Commit)),
        (4, Plain(Step::CommitElse)),
        (2, Plain(Step::LoseDatabase)),
    ],
};

/// Somebody alone who has a branch beside the main one. What two branches changed may collide then, so that nothing can
/// be asked of just any history; but many of them bring no conflict, and must not begin to.
pub(crate) const ALONE_ON_BRANCHES: Story = Story { scope: Scope { clones: 1, ..EMBEDDED.scope }, ..EMBEDDED };

/// The same with a shared database, where edits count on the main branch only.
pub(crate) const ALONE_ON_BRANCHES_SHARED: Story =
    Story { scope: Scope { is_shared: true, ..ALONE_ON_BRANCHES.scope }, ..ALONE_ON_BRANCHES };

const WITH_GIT: &[(usize, Kind)] = &[
    (16, OfFacet(Step::Edit)),
    (3, OfField(Step::Command)),
    (3, Plain(Step::Delete)),
    (4, Plain(Step::Open)),
    (4, OfFacet(Step::SaveStale)),
    (2, Plain(Step::PutBack)),
    (12, Plain(Step::Sync)),
    (2, Plain(Step::SyncPull)),
    (24, Plain(Step::Advance)),
    (3, Plain(Step::Crash)),
    (10, Plain(Step::Commit)),
    (2, Plain(Step::CommitElse)),
    (8, Merging(Step::PullGit)),
    (8, Plain(Step::Push)),
    (2, Merging(Step::Rebase)),
    (2, Plain(Step::Branch)),
    (6, ToBranch(Step::Switch)),
    (2, Merging(Step::Merge)),
    (2, Plain(Step::Revert)),
    (5, OfFacet(Step::Sql)),
    (1, Plain(Step::LoseDatabase)),
];
