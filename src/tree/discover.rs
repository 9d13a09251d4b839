//! Finds the project, its git directory and the folders for local state, by looking at files; git is not run.

use std::path::{Path, PathBuf};

use super::TreeError;

/// Where a project and its local state lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The folder that holds `instep.toml`.
    pub root: PathBuf,
    /// The git directories, if the project is in a repository.
    pub git: Option<GitDirs>,
    /// The folders for local state; they need not exist yet.
    pub state: StateDirs,
}

/// The git directories of a working tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitDirs {
    /// The folder that holds `.git`.
    pub worktree: PathBuf,
    /// The directory of this working tree.
    pub dir: PathBuf,
    /// The directory that all working trees share.
    pub common: PathBuf,
}

/// The folders for local state; both are the same outside git and in a repository without further working trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDirs {
    /// Database, trash and temporary files.
    pub shared: PathBuf,
    /// Clone id, lock and stat cache.
    pub private: PathBuf,
}

/// Whose repositories are worked in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The user who runs this.
    pub user: u32,
    /// Roots that may belong to anybody; from the user's own settings only.
    pub also: Vec<PathBuf>,
}

impl Trust {
    /// Trusts the user who runs this process, and the given roots.
    pub fn current(also: Vec<PathBuf>) -> Self {
        Self { user: rustix::process::geteuid().as_raw(), also }
    }
}

/// Finds the project that `start` is in.
///
/// # Errors
/// When no `instep.toml` is found upward, or what is found belongs to somebody else.
pub fn discover(start: &Path, trust: &Trust) -> Result<Located, TreeError> {
    todo!("{start:?}{trust:?}")
}

/// Says where the state of a project with the root `root` lies, whether or not there is an `instep.toml` yet.
///
/// # Errors
/// When the folder, its repository or its state folder belongs to somebody else.
pub fn locate(root: &Path, trust: &Trust) -> Result<Located, TreeError> {
    todo!("{root:?}{trust:?}")
}
