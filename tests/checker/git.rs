//! Git: commits with their parents, branches of clones and of the remote, and what can be asked of them.
//!
//! Only what git itself knows; what it means for a document is in [`git_facts`](super::git_facts), and what people do
//! with it in [`git_steps`](super::git_steps).

use super::world::{File, Parts};

/// The branch where edits count with a shared database.
pub(crate) const MAIN: usize = 0;
/// Another branch.
pub(crate) const FEATURE: usize = 1;

/// Everything that was committed or pushed anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Git {
    pub(crate) commits: Vec<Commit>,
    pub(crate) remote: [Option<usize>; 2],
}

/// A commit: its parents, and the files of each entity.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Commit {
    pub(crate) parents: Vec<usize>,
    pub(crate) tree: Vec<Parts<File>>,
}

/// Where HEAD was at one time: the commit, and the length of its reflog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Position {
    pub(crate) commit: usize,
    pub(crate) moves: u16,
}

/// What one clone has checked out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Checkout {
    pub(crate) branches: [Option<usize>; 2],
    pub(crate) on: usize,
    /// How many entries HEAD's reflog has.
    pub(crate) moves: u16,
}

impl Checkout {
    /// On the first commit of the main branch.
    pub(crate) const FIRST: Self = Self { branches: [Some(0), None], on: MAIN, moves: 0 };

    /// Where HEAD is.
    pub(crate) fn position(&self) -> Position {
        Position { commit: self.branches[self.on].expect("HEAD is on a branch that has a commit"), moves: self.moves }
    }
}

impl Git {
    /// One commit with `tree`, which everybody has.
    pub(crate) fn first(tree: Vec<Parts<File>>) -> Self {
        Self { commits: vec![Commit { parents: Vec::new(), tree }], remote: [Some(0), None] }
    }

    /// A file of a commit.
    pub(crate) fn file(&self, commit: usize, (entity, part): (usize, usize)) -> Option<&File> {
        self.commits[commit].tree[entity][part].as_ref()
    }

    /// By commit, whether it is in the history of `commit`, which it is itself.
    pub(crate) fn history(&self, commit: usize) -> Vec<bool> {
        let mut is_in = vec![false; self.commits.len()];
        is_in[commit] = true;
        for at in (0..=commit).rev().filter(|at| *at < self.commits.len()) {
            if is_in[at] {
                self.commits[at].parents.iter().for_each(|parent| is_in[*parent] = true);
            }
        }
        is_in
    }

    /// Every version of a file in the history of `commit`, the newest first.
    pub(crate) fn versions(&self, commit: usize, of: (usize, usize)) -> impl Iterator<Item = &File> {
        let is_in = self.history(commit);
        (0..=commit).rev().filter(move |at| is_in[*at]).filter_map(move |at| self.file(at, of))
    }

    /// Every text that some commit in the history of `commit` deleted.
    pub(crate) fn deleted(&self, commit: usize, of: (usize, usize)) -> impl Iterator<Item = &File> {
        let is_in = self.history(commit);
        let without = (0..=commit).filter(move |at| is_in[*at] && self.file(*at, of).is_none());
        without.flat_map(|at| &self.commits[at].parents).filter_map(move |parent| self.file(*parent, of))
    }

    /// Whether `of` has `old` in its history.
    pub(crate) fn is_ancestor(&self, old: usize, of: usize) -> bool {
        old <= of && self.history(of)[old]
    }

    /// The best common ancestors of two commits.
    pub(crate) fn merge_bases(&self, one: usize, other: usize) -> Vec<usize> {
        let (ours, theirs) = (self.history(one), self.history(other));
        let common: Vec<usize> = (0..self.commits.len()).filter(|at| ours[*at] && theirs[*at]).collect();
        let is_best = |at: &&usize| !common.iter().any(|other| other != *at && self.is_ancestor(**at, *other));
        common.iter().filter(is_best).copied().collect()
    }

    /// Whether a commit that only one of two histories has changed a file: `git log -1 one...other -- file`.
    pub(crate) fn touches(&self, one: usize, other: usize, of: (usize, usize)) -> bool {
        let (ours, theirs) = (self.history(one), self.history(other));
        let changes = |at: usize| self.commits[at].parents.iter().any(|p| self.file(*p, of) != self.file(at, of));
        (0..self.commits.len()).any(|at| ours[at] != theirs[at] && changes(at))
    }
}
