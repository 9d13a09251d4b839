//! The real disk, through system calls that follow no link and leave no base.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{Access, AtFlags, FileType, Gid, Mode, OFlags, RawDir, RenameFlags, ResolveFlags, Uid};
use rustix::io::Errno;
use walkdir::WalkDir;

use super::{At, Base, Entry, FileKind, Held, Make, ReadFile, Stat, Time, Vfs};
use crate::tree::{Located, TreeError};

/// File systems that give a folder a new time whenever its list changes: ext4, XFS, Btrfs, tmpfs, ZFS, F2FS, bcachefs
/// and overlays of them. Network and FAT file systems may answer with an old time, or keep none.
const DATING: [u32; 8] =
    [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x2fc1_2fc1, 0xf2f5_2010, 0xca45_1a4e, 0x794c_7630];

/// The file system of this machine, seen from a project's root and its state folders.
#[derive(Debug)]
pub struct Disk {
    project: PathBuf,
    root: OwnedFd,
    shared: StateFolder,
    private: StateFolder,
    can_resolve: bool,
}

/// A state folder is opened when it is needed and made when it is written to.
#[derive(Debug)]
struct StateFolder {
    path: PathBuf,
    fd: OnceLock<OwnedFd>,
    hides_from_git: bool,
}

/// A folder, open, and a name in it.
struct Spot<'a> {
    folder: Folder<'a>,
    name: &'a str,
}

enum Folder<'a> {
    Base(BorrowedFd<'a>),
    Below(OwnedFd),
}

/// The open file is the lock.
struct FileLock {
    _file: File,
}

impl Held for FileLock {}

impl Disk {
    /// Opens the root of a project; its state folders need not exist.
    ///
    /// # Errors
    /// When the root cannot be opened.
    pub fn open(project: &Located) -> Result<Self, TreeError> {
        let path = project.root.clone();
        let root = open_base(&path).map_err(|source| TreeError::Io { deed: "open", path: path.clone(), source })?;
        let state = |path: &PathBuf| StateFolder {
            path: path.clone(),
            fd: OnceLock::new(),
            hides_from_git: path.starts_with(&project.root) && path.parent() == Some(&project.root),
        };
        let (shared, private) = (state(&project.state.shared), state(&project.state.private));
        Ok(Self { project: path, root, shared, private, can_resolve: true })
    }

    /// Makes the folders for local state, closed to everybody else, where they are not there yet.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn make_state(&self) -> Result<(), TreeError> {
        for folder in [&self.shared, &self.private] {
            folder.make().map_err(|source| TreeError::Io { deed: "make", path: folder.path.clone(), source })?;
        }
        Ok(())
    }

    /// The same, on a kernel without `openat2`.
    #[cfg(test)]
    pub(in crate::tree) fn without_openat2(mut self) -> Self {
        self.can_resolve = false;
        self
    }

    fn base(&self, base: Base) -> io::Result<BorrowedFd<'_>> {
        match base {
            Base::Project => Ok(self.root.as_fd()),
            Base::Shared => self.shared.open(),
            Base::Private => self.private.open(),
        }
    }

    fn base_for_writing(&self, base: Base) -> io::Result<BorrowedFd<'_>> {
        match base {
            Base::Project => Ok(self.root.as_fd()),
            Base::Shared => self.shared.make(),
            Base::Private => self.private.make(),
        }
    }

    /// Opens what is at a path without following any link in it.
    fn open_at(&self, base: BorrowedFd<'_>, path: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        if self.can_resolve {
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
            match rustix::fs::openat2(base, path, flags, Mode::empty(), resolve) {
                // Old sandboxes answer EPERM to calls that they do not know.
                Err(Errno::NOSYS | Errno::PERM) => {}
                other => return Ok(other?),
            }
        }
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut folder: Option<OwnedFd> = None;
        for part in parent.split('/').filter(|part| !part.is_empty()) {
            let at = folder.as_ref().map_or(base, AsFd::as_fd);
            let step = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            folder = Some(rustix::fs::openat(at, part, step, Mode::empty())?);
        }
        let at = folder.as_ref().map_or(base, AsFd::as_fd);
        Ok(rustix::fs::openat(at, name, flags, Mode::empty())?)
    }

    fn open_folder(&self, folder: At<'_>) -> io::Result<OwnedFd> {
        let path = if folder.path.is_empty() { "." } else { folder.path };
        self.open_at(self.base(folder.base)?, path, OFlags::RDONLY | OFlags::DIRECTORY)
    }

    /// Opens the folder that a name is in, to change something there.
    fn spot<'a>(&'a self, at: At<'a>) -> io::Result<Spot<'a>> {
        let base = self.base_for_writing(at.base)?;
        Ok(match at.path.rsplit_once('/') {
            None => Spot { folder: Folder::Base(base), name: at.path },
            Some((parent, name)) => {
                let fd = self.open_at(base, parent, OFlags::PATH | OFlags::DIRECTORY)?;
                Spot { folder: Folder::Below(fd), name }
            }
        })
    }

    fn rename(&self, from: At<'_>, to: At<'_>, flags: RenameFlags) -> io::Result<()> {
        let folder = self.spot(from)?;
        if from.folder() == to.folder() {
            return Ok(rustix::fs::renameat_with(&folder.folder, folder.name, &folder.folder, to.name(), flags)?);
        }
        let other = self.spot(to)?;
        Ok(rustix::fs::renameat_with(folder.folder, folder.name, other.folder, other.name, flags)?)
    }
}

impl Vfs for Disk {
    fn show(&self, at: At<'_>) -> PathBuf {
        let base = match at.base {
            Base::Project => &self.project,
            Base::Shared => &self.shared.path,
            Base::Private => &self.private.path,
        };
        if at.path.is_empty() { base.clone() } else { base.join(at.path) }
    }

    fn stat(&self, at: At<'_>) -> io::Result<Stat> {
        let base = self.base(at.base)?;
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::EMPTY_PATH;
        Ok(stat_of(&rustix::fs::statat(base, at.path, flags)?))
    }

    fn dates_folders(&self, folder: At<'_>) -> bool {
        let kind = self.open_folder(folder).and_then(|fd| Ok(rustix::fs::fstatfs(fd)?.f_type));
        kind.is_ok_and(|kind| DATING.contains(&(kind as u32)))
    }

    fn list(&self, folder: At<'_>) -> io::Result<Vec<Entry>> {
        let fd = self.open_folder(folder)?;
        let mut buffer = [MaybeUninit::uninit(); 16 * 1024];
        let mut names = RawDir::new(&fd, &mut buffer);
        let mut entries = Vec::new();
        while let Some(entry) = names.next() {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => stat_of(&rustix::fs::statat(&fd, name, AtFlags::SYMLINK_NOFOLLOW)?).kind,
                known => kind_of(known),
            };
            entries.push(Entry { name: name.to_bytes().into(), kind });
        }
        Ok(entries)
    }

    fn walk(&self, folder: At<'_>) -> io::Result<Vec<Entry>> {
        let top = self.show(folder);
        let inside = |path: &Path| path.strip_prefix(&top).map(|p| p.as_os_str().as_bytes().into()).ok();
        let mut entries = Vec::new();
        for entry in WalkDir::new(&top).follow_root_links(false).min_depth(1).sort_by_file_name() {
            let entry = entry?;
            let kind = kind_of(FileType::from_raw_mode(entry.metadata()?.mode()));
            entries.extend(inside(entry.path()).map(|name| Entry { name, kind }));
        }
        Ok(entries)
    }

    fn read(&self, file: At<'_>, limit: u64) -> io::Result<ReadFile> {
        // Opening a FIFO or a device can do things; looking cannot.
        expect_file(&self.stat(file)?, limit)?;
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let fd = self.open_at(self.base(file.base)?, file.path, flags)?;
        let stat = stat_of(&rustix::fs::fstat(&fd)?);
        expect_file(&stat, limit)?;
        let mut bytes = Vec::with_capacity(stat.size as usize + 1);
        let mut file = File::from(fd);
        (&mut file).take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(Errno::FBIG.into());
        }
        let is_steady = stat_of(&rustix::fs::fstat(&file)?) == stat && bytes.len() as u64 == stat.size;
        Ok(ReadFile { bytes, stat, is_steady })
    }

    fn create(&self, file: At<'_>, pieces: &[&[u8]], make: Make) -> io::Result<Stat> {
        let spot = self.spot(file)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let first = if make.mode.is_some() { 0o600 } else { 0o666 };
        let fd = rustix::fs::openat(spot.folder, spot.name, flags, Mode::from_raw_mode(first))?;
        let mut file = File::from(fd);
        for piece in pieces {
            file.write_all(piece)?;
        }
        let made = stat_of(&rustix::fs::fstat(&file)?);
        let uid = make.uid.filter(|uid| *uid != made.uid).map(Uid::from_raw);
        let gid = make.gid.filter(|gid| *gid != made.gid).map(Gid::from_raw);
        if uid.is_some() || gid.is_some() {
            rustix::fs::fchown(&file, uid, gid)?;
        }
        if let Some(mode) = make.mode.filter(|mode| *mode != made.mode) {
            rustix::fs::fchmod(&file, Mode::from_raw_mode(mode))?;
        }
        Ok(stat_of(&rustix::fs::fstat(&file)?))
    }

    fn create_folder(&self, folder: At<'_>) -> io::Result<()> {
        let spot = self.spot(folder)?;
        let mode = if folder.base == Base::Project { 0o777 } else { 0o700 };
        Ok(rustix::fs::mkdirat(spot.folder, spot.name, Mode::from_raw_mode(mode))?)
    }

    fn check_writable(&self, folder: At<'_>) -> io::Result<()> {
        let fd = self.open_folder(folder)?;
        let access = Access::WRITE_OK | Access::EXEC_OK;
        Ok(rustix::fs::accessat(fd, ".", access, AtFlags::EACCESS)?)
    }

    fn exchange(&self, a: At<'_>, b: At<'_>) -> io::Result<()> {
        self.rename(a, b, RenameFlags::EXCHANGE)
    }

    fn rename_new(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.rename(from, to, RenameFlags::NOREPLACE)
    }

    fn rename_over(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.rename(from, to, RenameFlags::empty())
    }

    fn link(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        let (from, to) = (self.spot(from)?, self.spot(to)?);
        Ok(rustix::fs::linkat(from.folder, from.name, to.folder, to.name, AtFlags::empty())?)
    }

    fn remove(&self, file: At<'_>) -> io::Result<()> {
        let spot = self.spot(file)?;
        Ok(rustix::fs::unlinkat(spot.folder, spot.name, AtFlags::empty())?)
    }

    fn remove_folder(&self, folder: At<'_>) -> io::Result<()> {
        let spot = self.spot(folder)?;
        Ok(rustix::fs::unlinkat(spot.folder, spot.name, AtFlags::REMOVEDIR)?)
    }

    fn sync(&self, folder: At<'_>) -> io::Result<()> {
        Ok(rustix::fs::syncfs(self.open_folder(folder)?)?)
    }

    fn sync_one(&self, at: At<'_>) -> io::Result<()> {
        let path = if at.path.is_empty() { "." } else { at.path };
        Ok(rustix::fs::fsync(self.open_at(self.base(at.base)?, path, OFlags::RDONLY | OFlags::NONBLOCK)?)?)
    }

    fn tick(&self) -> io::Result<Time> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(self.private.make()?, "tick", flags, Mode::from_raw_mode(0o600))?;
        let mut file = File::from(fd);
        file.write_all(b"\n")?;
        Ok(stat_of(&rustix::fs::fstat(&file)?).mtime)
    }

    fn lock(&self, file: At<'_>, note: &str) -> io::Result<Option<Box<dyn Held>>> {
        let spot = self.spot(file)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::openat(spot.folder, spot.name, flags, Mode::from_raw_mode(0o600))?);
        expect_file(&stat_of(&rustix::fs::fstat(&file)?), u64::MAX)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
            Ok(()) => {}
        }
        // Emptied first, it would be written to the disk as soon as it is closed.
        file.write_all(note.as_bytes())?;
        file.set_len(note.len() as u64)?;
        Ok(Some(Box::new(FileLock { _file: file })))
    }
}

impl StateFolder {
    fn open(&self) -> io::Result<BorrowedFd<'_>> {
        if self.fd.get().is_none() {
            let fd = open_base(&self.path)?;
            // Another thread may have been first; either will do.
            let _ = self.fd.set(fd);
        }
        Ok(self.fd.get().expect("it was set just now").as_fd())
    }

    fn make(&self) -> io::Result<BorrowedFd<'_>> {
        match self.open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.path)?;
        if self.hides_from_git {
            fs::write(self.path.join(".gitignore"), "*\n")?;
        }
        self.open()
    }
}

impl AsFd for Folder<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Base(fd) => *fd,
            Self::Below(fd) => fd.as_fd(),
        }
    }
}

/// The path to a base is the user's own and may lead over links; only the base itself may not be one.
fn open_base(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

fn expect_file(stat: &Stat, limit: u64) -> io::Result<()> {
    match stat.kind {
        FileKind::File if stat.size <= limit => Ok(()),
        FileKind::File => Err(Errno::FBIG.into()),
        _ => Err(Errno::INVAL.into()),
    }
}

#[expect(clippy::unnecessary_cast, reason = "the widths differ between architectures")]
fn stat_of(raw: &rustix::fs::Stat) -> Stat {
    let time = |seconds: i64, nanos: u64| Time(seconds.saturating_mul(1_000_000_000).saturating_add_unsigned(nanos));
    Stat {
        kind: kind_of(FileType::from_raw_mode(raw.st_mode)),
        mode: raw.st_mode & 0o7777,
        size: raw.st_size as u64,
        mtime: time(raw.st_mtime as i64, raw.st_mtime_nsec as u64),
        ctime: time(raw.st_ctime as i64, raw.st_ctime_nsec as u64),
        inode: raw.st_ino,
        device: raw.st_dev,
        links: raw.st_nlink as u64,
        uid: raw.st_uid,
        gid: raw.st_gid,
    }
}

fn kind_of(raw: FileType) -> FileKind {
    match raw {
        FileType::RegularFile => FileKind::File,
        FileType::Directory => FileKind::Folder,
        FileType::Symlink => FileKind::Symlink,
        FileType::Fifo => FileKind::Fifo,
        FileType::Socket => FileKind::Socket,
        FileType::CharacterDevice | FileType::BlockDevice | FileType::Unknown => FileKind::Device,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::tree::{Trust, locate};

    /// A disk on a folder with `in/file`, and `link`, which leads to `in`.
    fn disk() -> (tempfile::TempDir, Disk) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("in/file"), "text").unwrap();
        symlink("in", folder.path().join("link")).unwrap();
        let disk = Disk::open(&locate(folder.path(), &Trust::current(&[], Vec::new())).unwrap()).unwrap();
        (folder, disk)
    }

    fn refuses_links(disk: &Disk) {
        assert_eq!(disk.read(At::project("in/file"), 10).unwrap().bytes, b"text");
        assert_eq!(disk.list(At::project("in")).unwrap().len(), 1);
        assert!(disk.read(At::project("link/file"), 10).is_err());
        assert!(disk.list(At::project("link")).is_err());
        assert!(disk.create(At::project("link/new"), &[b"x"], Make::default()).is_err());
        assert!(disk.create_folder(At::project("link/new")).is_err());
        assert!(disk.rename_over(At::project("in/file"), At::project("link/new")).is_err());
        assert!(disk.remove(At::project("link/file")).is_err());
    }

    #[test]
    fn fs07_no_call_follows_a_link() {
        refuses_links(&disk().1);
    }

    #[test]
    fn fs07_nor_on_a_kernel_without_openat2() {
        let (_folder, disk) = disk();
        refuses_links(&disk.without_openat2());
    }

    #[test]
    fn reading_makes_no_state_folder() {
        let (folder, disk) = disk();
        assert!(disk.read(At::private("stat"), 10).is_err());
        assert!(disk.list(At::shared("")).is_err());
        assert!(!folder.path().join(".instep").exists());
    }

    #[test]
    fn hx07_a_file_beyond_the_limit_is_refused_before_it_is_read() {
        let (_folder, disk) = disk();
        assert!(disk.read(At::project("in/file"), 4).unwrap().is_steady);
        let error = disk.read(At::project("in/file"), 3).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(Errno::FBIG.raw_os_error()));
    }
}
