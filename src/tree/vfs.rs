//! The narrow door to the disk.

mod disk;

use std::path::PathBuf;
use std::{fmt, io};

pub use disk::Disk;

/// Which folder a path is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// The project's root.
    Project,
    /// The state that all worktrees of a clone share: database, trash, temporary files.
    Shared,
    /// The state of this worktree: clone id, lock, stat cache.
    Private,
}

/// A path below one of the three folders; parts are parted by `/`, and `""` is the folder itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At<'a> {
    /// The folder.
    pub base: Base,
    /// The path below it.
    pub path: &'a str,
}

/// A moment as the file system tells it: nanoseconds since 1970.
///
/// It is compared for equality, or with other times of the same file system; it is never a wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

/// What the file system says about one path, never about what a link points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stat {
    /// What it is.
    pub kind: FileKind,
    /// Permission bits.
    pub mode: u32,
    /// Size in bytes.
    pub size: u64,
    /// When the content last changed.
    pub mtime: Time,
    /// When anything about it last changed.
    pub ctime: Time,
    /// Number of the inode.
    pub inode: u64,
    /// Number of the device.
    pub device: u64,
    /// How many names it has.
    pub links: u64,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Symlink,
    /// A FIFO.
    Fifo,
    /// A socket.
    Socket,
    /// A device.
    Device,
}

/// One name in a folder; it may not be UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The name.
    pub name: Box<[u8]>,
    /// What it is.
    pub kind: FileKind,
}

/// The bytes of a file and how it looked before the first of them was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFile {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How the file looked.
    pub stat: Stat,
    /// Whether it looked the same afterwards; if not, somebody is writing it.
    pub is_steady: bool,
}

/// A lock that is held until this is dropped.
pub trait Held: Send + Sync {}

/// Everything that this room asks of a file system; each call is one step that a crash can follow.
///
/// No call follows a symbolic link, in no part of a path, and none leaves its [`Base`]; a state folder is made when
/// something is written to it. Errors are the system's own, so that callers can tell `ENOSPC` from `EACCES`.
pub trait Vfs: Send + Sync {
    /// Where a path is, for messages and for the identity of a working copy.
    fn show(&self, at: At<'_>) -> PathBuf;

    /// Looks at a path. This one call does not check that the folders above it are real: whoever walks down has.
    fn stat(&self, at: At<'_>) -> io::Result<Stat>;

    /// Whether the file system of a folder is known to date every folder anew whenever its list changes.
    fn dates_folders(&self, folder: At<'_>) -> bool;

    /// Lists a folder without `.` and `..`, in any order.
    fn list(&self, folder: At<'_>) -> io::Result<Vec<Entry>>;

    /// Lists everything below a folder, folders before what they hold; a name is the path from there.
    fn walk(&self, folder: At<'_>) -> io::Result<Vec<Entry>>;

    /// Reads a regular file of at most `limit` bytes.
    ///
    /// # Errors
    /// `EFBIG` beyond the limit; `EINVAL` on what is no regular file, without opening that.
    fn read(&self, file: At<'_>, limit: u64) -> io::Result<ReadFile>;

    /// Makes a file that must not exist; what is left of one that failed is for the caller to remove.
    fn create(&self, file: At<'_>, pieces: &[&[u8]], make: Make) -> io::Result<Stat>;

    /// Makes a folder that must not exist.
    fn create_folder(&self, folder: At<'_>) -> io::Result<()>;

    /// Asks whether names can be made in a folder; tells nothing of room or quotas.
    fn check_writable(&self, folder: At<'_>) -> io::Result<()>;

    /// Swaps two paths in one step.
    ///
    /// # Errors
    /// `EINVAL`, `ENOSYS` or `EOPNOTSUPP` where the file system cannot.
    fn exchange(&self, a: At<'_>, b: At<'_>) -> io::Result<()>;

    /// Renames, never over something.
    ///
    /// # Errors
    /// `EEXIST` when the place is taken; `EINVAL`, `ENOSYS` or `EOPNOTSUPP` where the file system cannot tell.
    fn rename_new(&self, from: At<'_>, to: At<'_>) -> io::Result<()>;

    /// Renames, over what is there.
    fn rename_over(&self, from: At<'_>, to: At<'_>) -> io::Result<()>;

    /// Gives a file a second name that must not exist.
    fn link(&self, from: At<'_>, to: At<'_>) -> io::Result<()>;

    /// Removes a name of a file.
    fn remove(&self, file: At<'_>) -> io::Result<()>;

    /// Removes an empty folder.
    fn remove_folder(&self, folder: At<'_>) -> io::Result<()>;

    /// Makes everything durable that was done on the file system that `folder` is on.
    fn sync(&self, folder: At<'_>) -> io::Result<()>;

    /// Makes one file or folder durable, whatever else waits to be written on its file system.
    fn sync_one(&self, at: At<'_>) -> io::Result<()>;

    /// The time that a change gets which happens now.
    fn tick(&self) -> io::Result<Time>;

    /// Locks a file, made if need be, and leaves `note` in it for people; `None` when another process holds it.
    fn lock(&self, file: At<'_>, note: &str) -> io::Result<Option<Box<dyn Held>>>;
}

/// How a new file shall be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Make {
    /// Permission bits; `None` leaves them to the system and its umask.
    pub mode: Option<u32>,
    /// Owner; `None` leaves it to the system.
    pub uid: Option<u32>,
    /// Group; `None` leaves it to the system.
    pub gid: Option<u32>,
}

impl Make {
    /// A file that only its owner reads.
    pub const PRIVATE: Self = Self { mode: Some(0o600), uid: None, gid: None };
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Symlink => "a symbolic link",
            Self::Fifo => "a FIFO",
            Self::Socket => "a socket",
            Self::Device => "a device",
        })
    }
}

impl<'a> At<'a> {
    /// A path below the project's root.
    pub const fn project(path: &'a str) -> Self {
        Self { base: Base::Project, path }
    }

    /// The folder that the path is in; the base's own folder is in itself.
    pub(super) fn folder(self) -> Self {
        Self { base: self.base, path: self.path.rsplit_once('/').map_or("", |(folder, _)| folder) }
    }

    /// The last part of the path.
    pub(super) fn name(self) -> &'a str {
        self.path.rsplit_once('/').map_or(self.path, |(_, name)| name)
    }

    /// A path in the state that worktrees share.
    pub const fn shared(path: &'a str) -> Self {
        Self { base: Base::Shared, path }
    }

    /// A path in the state of this worktree.
    pub const fn private(path: &'a str) -> Self {
        Self { base: Base::Private, path }
    }
}
