//! Finds the project, its git directory and the folders for local state, by looking at files; git is not run.

use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::TreeError;
use crate::model::Digest;

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
    /// The users whose repositories are: the one who runs this, and others from the user's own settings only.
    pub owners: Vec<u32>,
    /// Roots that may belong to anybody; from the user's own settings only.
    pub also: Vec<PathBuf>,
}

impl Trust {
    /// Trusts the user who runs this process, and the given users and roots.
    pub fn current(owners: &[u32], also: Vec<PathBuf>) -> Self {
        Self { owners: [&[rustix::process::geteuid().as_raw()], owners].concat(), also }
    }
}

/// The file that marks the root of a project.
const MARK: &str = "instep.toml";

/// The state folder of a project that is in no repository.
const OUTSIDE_GIT: &str = ".instep";

/// The longest `.git` or `commondir` file that is read, in bytes.
const MAX_POINTER: u64 = 64 * 1024;

/// What lies in a git directory while git is in the middle of something, and what that is.
const AT_WORK: &[(&str, &str)] = &[
    ("index.lock", "another git command is running, or one crashed and left `index.lock`"),
    ("MERGE_HEAD", "a merge is not concluded"),
    ("rebase-merge", "a rebase is not concluded"),
    ("rebase-apply", "a rebase is not concluded"),
    ("CHERRY_PICK_HEAD", "a cherry-pick is not concluded"),
    ("REVERT_HEAD", "a revert is not concluded"),
    ("BISECT_START", "a bisection is not concluded"),
];

impl GitDirs {
    /// Says what git is in the middle of, if it is: then files come and go that nobody wrote or deleted.
    pub fn at_work(&self) -> Option<&'static str> {
        let lies_there = |name: &str| self.dir.join(name).symlink_metadata().is_ok();
        AT_WORK.iter().find(|(name, _)| lies_there(name)).map(|(_, what)| *what)
    }
}

/// Finds the project that `start` is in; a repository that lies inside another project is no part of it.
///
/// # Errors
/// When no `instep.toml` is found upward, or what is found belongs to somebody else.
pub fn discover(start: &Path, trust: &Trust) -> Result<Located, TreeError> {
    let start = real(start)?;
    let border = git_dirs(&start)?.and_then(|git| git.worktree.parent().map(Path::to_owned));
    let mut inside = start.ancestors().take_while(|folder| Some(*folder) != border.as_deref());
    match inside.find(|folder| folder.join(MARK).symlink_metadata().is_ok()) {
        Some(root) => locate(root, trust),
        None => Err(TreeError::NoProject { start }),
    }
}

/// Says where the state of a project with the root `root` lies, whether or not there is an `instep.toml` yet.
///
/// # Errors
/// When the folder, its repository or its state folder belongs to somebody else.
pub fn locate(root: &Path, trust: &Trust) -> Result<Located, TreeError> {
    let root = real(root)?;
    let git = git_dirs(&root)?;
    let top = git.as_ref().map_or(&root, |git| &git.worktree);
    let is_excepted = [&root, top].iter().any(|path| trust.also.iter().any(|also| also == *path));
    let owners = if is_excepted { None } else { Some(trust.owners.as_slice()) };
    let dirs = git.iter().flat_map(|git| [&git.worktree, &git.dir, &git.common]);
    for path in dirs.chain([&root]) {
        expect_owner(path, owners)?;
    }
    let state = state_dirs(&root, git.as_ref());
    for path in [&state.shared, &state.private] {
        expect_private(path, owners)?;
    }
    Ok(Located { root, git, state })
}

/// Follows `.git` upward from `root`, as git does.
fn git_dirs(root: &Path) -> Result<Option<GitDirs>, TreeError> {
    for worktree in root.ancestors() {
        let mark = worktree.join(".git");
        let Ok(stat) = fs::metadata(&mark) else { continue };
        let dir = if stat.is_dir() { mark.clone() } else { pointed(&mark, "gitdir: ")? };
        let common = match pointed(&dir.join("commondir"), "") {
            Err(TreeError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => dir.clone(),
            other => other?,
        };
        let is_git = dir.join("HEAD").symlink_metadata().is_ok()
            && ["objects", "refs"].iter().all(|name| common.join(name).is_dir());
        match (is_git, stat.is_dir()) {
            (true, _) => {
                let (dir, common) = (real(&dir)?, real(&common)?);
                return Ok(Some(GitDirs { worktree: worktree.to_owned(), dir, common }));
            }
            // Git passes by a folder that only has the name.
            (false, true) => {}
            (false, false) => return Err(TreeError::NotGit { path: mark }),
        }
    }
    Ok(None)
}

/// Reads a file that holds a path, relative to the file's own folder.
fn pointed(file: &Path, prefix: &str) -> Result<PathBuf, TreeError> {
    let failed = |source| TreeError::Io { deed: "read", path: file.to_owned(), source };
    let mut text = String::new();
    fs::File::open(file).and_then(|f| f.take(MAX_POINTER).read_to_string(&mut text)).map_err(failed)?;
    let target = text.strip_prefix(prefix).map(|rest| rest.trim_end_matches(['\n', '\r']));
    let folder = file.parent().unwrap_or(file);
    match target {
        Some(target) if !target.is_empty() => Ok(folder.join(target)),
        _ => Err(TreeError::NotGit { path: file.to_owned() }),
    }
}

/// In git's own folders, so that `git clean -fdx` cannot take it; a project that is older than its repository keeps
/// the place that it has.
fn state_dirs(root: &Path, git: Option<&GitDirs>) -> StateDirs {
    let outside = root.join(OUTSIDE_GIT);
    let is_ours = |stat: &Metadata| stat.is_dir() && stat.mode() & 0o777 == 0o700;
    match git {
        Some(git) if !outside.symlink_metadata().is_ok_and(|stat| is_ours(&stat)) => {
            let name = state_name(root, git);
            StateDirs { shared: git.common.join(&name), private: git.dir.join(&name) }
        }
        _ => StateDirs { shared: outside.clone(), private: outside },
    }
}

/// Two projects in one repository must not share their state.
fn state_name(root: &Path, git: &GitDirs) -> PathBuf {
    let name = PathBuf::from("instep");
    match root.strip_prefix(&git.worktree) {
        Ok(below) if below != Path::new("") => {
            name.join(Digest::of(below.as_os_str().as_encoded_bytes()).short().to_string())
        }
        _ => name,
    }
}

fn expect_owner(path: &Path, owners: Option<&[u32]>) -> Result<(), TreeError> {
    let stat = look(path)?;
    match owners {
        Some(owners) if !owners.contains(&stat.uid()) => {
            Err(TreeError::Untrusted { path: path.to_owned(), owner: stat.uid() })
        }
        _ => Ok(()),
    }
}

/// A state folder that exists must be a real folder that is closed to everybody else.
fn expect_private(path: &Path, owners: Option<&[u32]>) -> Result<(), TreeError> {
    match look(path) {
        Err(TreeError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(stat) if stat.is_file() => Err(TreeError::NoFolder { path: path.to_owned() }),
        Ok(stat) if !stat.is_dir() || stat.mode() & 0o077 != 0 => Err(TreeError::NotPrivate { path: path.to_owned() }),
        Ok(_) => expect_owner(path, owners),
    }
}

fn look(path: &Path) -> Result<Metadata, TreeError> {
    path.symlink_metadata().map_err(|source| TreeError::Io { deed: "look at", path: path.to_owned(), source })
}

fn real(path: &Path) -> Result<PathBuf, TreeError> {
    path.canonicalize().map_err(|source| TreeError::Io { deed: "find", path: path.to_owned(), source })
}
