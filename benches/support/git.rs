//! A git repository as a yardstick, with everything off that spares `git status` a look at the disk.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A repository in which everything is committed.
pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// Makes a repository of a folder and commits all of it.
    pub fn of_all(root: &Path) -> Self {
        let repository = Self::empty(root);
        repository.commit_all();
        repository
    }

    /// Makes a repository in which nothing is committed yet.
    pub fn empty(root: &Path) -> Self {
        let repository = Self::at(root);
        repository.git(&["init", "--quiet"]);
        repository
    }

    /// The repository that is there.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Commits everything.
    pub fn commit_all(&self) {
        self.git(&["add", "--all"]);
        let author = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
        self.git(&[&author[..], &["commit", "--quiet", "-m", "all"]].concat());
    }

    /// Runs `git status`.
    pub fn status(&self) {
        self.git(&["-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false", "status", "--porcelain"]);
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.arg("-C").arg(&self.root).args(arguments).stdout(Stdio::null());
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_OPTIONAL_LOCKS", "0");
        assert!(git.status().expect("git is installed").success(), "git {arguments:?}");
    }
}
