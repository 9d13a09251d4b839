//! A disk in memory: the calls of [`Vfs`] over [`Layers`].

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use instep::tree::{At, Base, Entry, FileKind, Held, Make, ReadFile, Stat, Time, Vfs};
use rustix::io::Errno;

use crate::layers::{Body, Fate, Inode, Layers, Node, Rename};
use crate::power::{Power, Turn};

/// The device that everything is on.
const DEVICE: u64 = 1;

/// A disk; clones share it.
#[derive(Clone)]
pub(crate) struct SimDisk(Arc<Mutex<Inner>>);

struct Inner {
    layers: Layers,
    /// Every document that somebody could have seen since the power was switched on, by folder and name.
    sights: Vec<Sight>,
    /// The time, which passes with every change.
    time: i64,
    /// Which files are locked.
    locked: Vec<Inode>,
    power: Arc<Power>,
}

/// A lock that is given back when this is dropped.
struct SimLock {
    disk: SimDisk,
    file: Inode,
}

impl Held for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        let mut inner = self.disk.inner();
        inner.locked.retain(|file| *file != self.file);
    }
}

impl SimDisk {
    /// An empty disk.
    pub(crate) fn new(power: Arc<Power>) -> Self {
        let layers = Layers::new([Base::Project, Base::Shared, Base::Private].into_iter().map(root));
        Self(Arc::new(Mutex::new(Inner::new(layers, 1_000, power))))
    }

    /// A disk of its own that is as this one, under another supply.
    pub(crate) fn copy(&self, power: Arc<Power>) -> Self {
        let inner = self.inner();
        Self(Arc::new(Mutex::new(Inner::new(inner.layers.clone(), inner.time, power))))
    }

    /// How many deeds a crash would decide about.
    pub(crate) fn waiting(&self) -> usize {
        self.inner().layers.waiting()
    }

    /// The disk as a crash leaves it.
    pub(crate) fn crash(&self, fates: &[Fate], power: Arc<Power>) -> Self {
        let inner = self.inner();
        let layers = inner.layers.clone().crash(fates);
        Self(Arc::new(Mutex::new(Inner::new(layers, inner.time + 1_000, power))))
    }

    /// Everything below a base: files with their bytes, folders without.
    pub(crate) fn everything(&self, base: Base) -> BTreeMap<String, Option<Vec<u8>>> {
        let inner = self.inner();
        let mut found = BTreeMap::new();
        let mut folders = vec![(String::new(), root(base))];
        while let Some((path, folder)) = folders.pop() {
            let Body::Folder(names) = &inner.layers.node(folder).body else { continue };
            for (name, node) in names {
                let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
                match &inner.layers.node(*node).body {
                    Body::File(bytes) => drop(found.insert(path, Some(bytes.clone()))),
                    Body::Folder(_) => {
                        found.insert(path.clone(), None);
                        folders.push((path, *node));
                    }
                }
            }
        }
        found
    }

    /// Gives a file these bytes in place, or makes it and its folders; no power is asked for.
    /// It lasts, so what is lost in a crash was not lost by people.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        let mut inner = self.inner();
        inner.time += 1;
        let (folders, _) = path.rsplit_once('/').unwrap_or(("", path));
        for (end, _) in folders.match_indices('/').chain([(folders.len(), "")]).filter(|(end, _)| *end > 0) {
            let _ = inner.make(At::project(&folders[..end]), Body::Folder(BTreeMap::new()), 0o755);
        }
        let at = At::project(path);
        let file = inner.find(at).or_else(|_| inner.make(at, Body::File(Vec::new()), 0o644)).expect("a place for it");
        inner.write(file, bytes.to_vec());
        let (folder, name) = inner.place(at).expect("it is there");
        inner.layers.sync_one(file);
        inner.layers.sync_one(folder);
        inner.sights.push(((folder, name), Some(bytes.to_vec())));
    }

    /// Loses everything that a working copy remembers by itself.
    pub(crate) fn lose_caches(&self) {
        let names = self.everything(Base::Private).into_keys();
        for name in names.filter(|name| !name.ends_with("lock")) {
            let _ = self.quietly(|inner| inner.remove(At::private(&name)));
        }
        self.settle();
    }

    /// What could be seen of documents since the last time this was asked.
    pub(crate) fn take_sights(&self) -> Vec<Sight> {
        std::mem::take(&mut self.inner().sights)
    }

    /// Every document that lies somewhere in the project.
    pub(crate) fn places(&self) -> Places {
        let inner = self.inner();
        let mut found = Places::new();
        let mut folders = vec![root(Base::Project)];
        while let Some(folder) = folders.pop() {
            for (name, node) in inner.names(folder).into_iter().flatten() {
                match &inner.layers.node(*node).body {
                    Body::Folder(_) => folders.push(*node),
                    Body::File(bytes) if is_document(name) => drop(found.insert((folder, name.clone()), bytes.clone())),
                    Body::File(_) => {}
                }
            }
        }
        found
    }

    /// Makes everything durable, as time does.
    pub(crate) fn settle(&self) {
        self.inner().layers.sync();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("nobody panics here")
    }

    /// Does one step that changes something.
    fn change<T>(&self, kind: &'static str, work: impl FnOnce(&mut Inner, Turn) -> io::Result<T>) -> io::Result<T> {
        let power = Arc::clone(&self.inner().power);
        let turn = power.step(kind)?;
        let mut inner = self.inner();
        inner.time += 1;
        let done = work(&mut inner, turn)?;
        if turn == Turn::Whole { Ok(done) } else { Err(Errno::IO.into()) }
    }

    fn look<T>(&self, work: impl FnOnce(&Inner) -> io::Result<T>) -> io::Result<T> {
        let inner = self.inner();
        inner.power.look()?;
        work(&inner)
    }

    /// Does what people do, for which no power supply is asked.
    fn quietly<T>(&self, work: impl FnOnce(&mut Inner) -> io::Result<T>) -> io::Result<T> {
        let mut inner = self.inner();
        inner.time += 1;
        work(&mut inner)
    }

    /// Takes a file or an empty folder away; no power is asked for.
    pub(crate) fn take(&self, path: &str) {
        let at = At::project(path);
        let taken = self.quietly(|inner| inner.remove(at).or_else(|_| inner.remove_folder(at)));
        taken.unwrap_or_else(|error| panic!("{path} cannot be removed: {error}"));
    }

    /// Moves a file or folder to a free place, if it is there and the place is; no power is asked for.
    pub(crate) fn carry(&self, from: &str, to: &str) -> bool {
        self.quietly(|inner| inner.carry(At::project(from), At::project(to), false)).is_ok()
    }
}

impl Vfs for SimDisk {
    fn show(&self, at: At<'_>) -> PathBuf {
        PathBuf::from(format!("/simulated/{:?}", at.base)).join(at.path)
    }

    fn stat(&self, at: At<'_>) -> io::Result<Stat> {
        self.look(|inner| Ok(inner.stat(inner.find(at)?)))
    }

    fn dates_folders(&self, _: At<'_>) -> bool {
        true
    }

    fn list(&self, folder: At<'_>) -> io::Result<Vec<Entry>> {
        self.look(|inner| {
            let names = inner.names(inner.find(folder)?)?;
            let entry =
                |(name, node): (&String, &Inode)| Entry { name: name.as_bytes().into(), kind: inner.kind(*node) };
            Ok(names.iter().map(entry).collect())
        })
    }

    fn walk(&self, folder: At<'_>) -> io::Result<Vec<Entry>> {
        self.look(|inner| {
            let mut found = Vec::new();
            inner.walk(inner.find(folder)?, "", &mut found)?;
            Ok(found)
        })
    }

    fn read(&self, file: At<'_>, limit: u64) -> io::Result<ReadFile> {
        self.look(|inner| {
            let node = inner.find(file)?;
            let Body::File(bytes) = &inner.layers.node(node).body else { return Err(Errno::INVAL.into()) };
            if bytes.len() as u64 > limit {
                return Err(Errno::FBIG.into());
            }
            Ok(ReadFile { bytes: bytes.clone(), stat: inner.stat(node), is_steady: true })
        })
    }

    fn create(&self, file: At<'_>, pieces: &[&[u8]], make: Make) -> io::Result<Stat> {
        self.change("create", |inner, turn| {
            let node = inner.make(file, Body::File(Vec::new()), make.mode.unwrap_or(0o644))?;
            let mut bytes = pieces.concat();
            if turn == Turn::Half {
                bytes.truncate(bytes.len() / 2);
            }
            inner.write(node, bytes);
            Ok(inner.stat(node))
        })
    }

    fn create_folder(&self, folder: At<'_>) -> io::Result<()> {
        self.change("create_folder", |inner, _| inner.make(folder, Body::Folder(BTreeMap::new()), 0o755).map(drop))
    }

    fn check_writable(&self, folder: At<'_>) -> io::Result<()> {
        self.look(|inner| inner.names(inner.find(folder)?).map(drop))
    }

    fn exchange(&self, a: At<'_>, b: At<'_>) -> io::Result<()> {
        self.change("exchange", |inner, turn| {
            let (first, second) = (inner.place(a)?, inner.place(b)?);
            let one = inner.named(&first).ok_or(Errno::NOENT)?;
            let other = inner.named(&second).ok_or(Errno::NOENT)?;
            inner.check_not_within(one, second.0)?;
            inner.check_not_within(other, first.0)?;
            if turn != Turn::Half && first != second {
                inner.rename(vec![(first.0, first.1, Some(other)), (second.0, second.1, Some(one))]);
            }
            Ok(())
        })
    }

    fn rename_new(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.change("rename", |inner, turn| if turn == Turn::Half { Ok(()) } else { inner.carry(from, to, false) })
    }

    fn rename_over(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.change("rename", |inner, turn| if turn == Turn::Half { Ok(()) } else { inner.carry(from, to, true) })
    }

    fn link(&self, from: At<'_>, to: At<'_>) -> io::Result<()> {
        self.change("link", |inner, _| {
            let (from, place) = (inner.place(from)?, inner.place(to)?);
            let node = inner.named(&from).ok_or(Errno::NOENT)?;
            if inner.named(&place).is_some() {
                return Err(Errno::EXIST.into());
            }
            if inner.kind(node) == FileKind::Folder {
                return Err(Errno::PERM.into());
            }
            inner.rename(vec![(place.0, place.1, Some(node))]);
            Ok(())
        })
    }

    fn remove(&self, file: At<'_>) -> io::Result<()> {
        self.change("remove", |inner, _| inner.remove(file))
    }

    fn remove_folder(&self, folder: At<'_>) -> io::Result<()> {
        self.change("remove_folder", |inner, _| inner.remove_folder(folder))
    }

    fn sync(&self, folder: At<'_>) -> io::Result<()> {
        self.change("sync", |inner, turn| {
            inner.names(inner.find(folder)?)?;
            if turn != Turn::Half {
                inner.layers.sync();
            }
            Ok(())
        })
    }

    fn sync_one(&self, at: At<'_>) -> io::Result<()> {
        self.change("sync_one", |inner, turn| {
            let node = inner.find(at)?;
            if turn != Turn::Half {
                inner.layers.sync_one(node);
            }
            Ok(())
        })
    }

    fn tick(&self) -> io::Result<Time> {
        let mut inner = self.inner();
        inner.power.look()?;
        inner.time += 1;
        Ok(Time(inner.time))
    }

    fn lock(&self, file: At<'_>, note: &str) -> io::Result<Option<Box<dyn Held>>> {
        let locked = self.change("lock", |inner, _| {
            let place = inner.place(file)?;
            let node = match inner.named(&place) {
                Some(node) => node,
                None => inner.make(file, Body::File(Vec::new()), 0o600)?,
            };
            if inner.locked.contains(&node) {
                return Ok(None);
            }
            inner.write(node, note.as_bytes().to_vec());
            inner.locked.push(node);
            Ok(Some(node))
        })?;
        Ok(locked.map(|file| Box::new(SimLock { disk: self.clone(), file }) as Box<dyn Held>))
    }
}

/// A name in a folder, whatever the folder is called.
pub(crate) type Place = (Inode, String);

/// What could be seen at a place from some moment on.
pub(crate) type Sight = (Place, Option<Vec<u8>>);

/// What lies where.
pub(crate) type Places = BTreeMap<Place, Vec<u8>>;

impl Inner {
    fn new(layers: Layers, time: i64, power: Arc<Power>) -> Self {
        Self { layers, sights: Vec::new(), time, locked: Vec::new(), power }
    }

    fn find(&self, at: At<'_>) -> io::Result<Inode> {
        let mut node = root(at.base);
        for part in at.path.split('/').filter(|part| !part.is_empty()) {
            node = *self.names(node)?.get(part).ok_or(Errno::NOENT)?;
        }
        Ok(node)
    }

    fn place(&self, at: At<'_>) -> io::Result<Place> {
        let (folder, name) = at.path.rsplit_once('/').unwrap_or(("", at.path));
        let folder = self.find(At { base: at.base, path: folder })?;
        self.names(folder)?;
        Ok((folder, name.to_owned()))
    }

    fn named(&self, (folder, name): &Place) -> Option<Inode> {
        self.names(*folder).ok()?.get(name).copied()
    }

    fn names(&self, folder: Inode) -> io::Result<&BTreeMap<String, Inode>> {
        match &self.layers.node(folder).body {
            Body::Folder(names) => Ok(names),
            Body::File(_) => Err(Errno::NOTDIR.into()),
        }
    }

    fn kind(&self, node: Inode) -> FileKind {
        match self.layers.node(node).body {
            Body::File(_) => FileKind::File,
            Body::Folder(_) => FileKind::Folder,
        }
    }

    fn stat(&self, inode: Inode) -> Stat {
        let Node { body, mode, uid, gid, changed, touched } = self.layers.node(inode);
        let (size, links) = match body {
            Body::File(bytes) => (bytes.len() as u64, self.layers.links(inode)),
            Body::Folder(names) => (names.len() as u64, 2),
        };
        Stat {
            kind: self.kind(inode),
            mode: *mode,
            size,
            mtime: Time(*changed),
            ctime: Time(*touched),
            inode,
            device: DEVICE,
            links,
            uid: *uid,
            gid: *gid,
        }
    }

    fn walk(&self, folder: Inode, path: &str, found: &mut Vec<Entry>) -> io::Result<()> {
        for (name, node) in self.names(folder)? {
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            let kind = self.kind(*node);
            found.push(Entry { name: path.as_bytes().into(), kind });
            if kind == FileKind::Folder {
                self.walk(*node, &path, found)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, file: Inode, bytes: Vec<u8>) {
        self.layers.write(file, bytes, self.time);
    }

    fn make(&mut self, at: At<'_>, body: Body, mode: u32) -> io::Result<Inode> {
        let place = self.place(at)?;
        if self.named(&place).is_some() {
            return Err(Errno::EXIST.into());
        }
        let node = self.layers.bear(Node { body, mode, uid: 0, gid: 0, changed: self.time, touched: self.time });
        self.rename(vec![(place.0, place.1, Some(node))]);
        Ok(node)
    }

    fn remove(&mut self, file: At<'_>) -> io::Result<()> {
        let place = self.place(file)?;
        let node = self.named(&place).ok_or(Errno::NOENT)?;
        if self.kind(node) == FileKind::Folder {
            return Err(Errno::ISDIR.into());
        }
        self.rename(vec![(place.0, place.1, None)]);
        Ok(())
    }

    fn remove_folder(&mut self, folder: At<'_>) -> io::Result<()> {
        let place = self.place(folder)?;
        let node = self.named(&place).ok_or(Errno::NOENT)?;
        if !self.names(node)?.is_empty() {
            return Err(Errno::NOTEMPTY.into());
        }
        self.rename(vec![(place.0, place.1, None)]);
        Ok(())
    }

    /// Renames, over what is there if that is wanted.
    fn carry(&mut self, from: At<'_>, to: At<'_>, over: bool) -> io::Result<()> {
        let (source, target) = (self.place(from)?, self.place(to)?);
        let moved = self.named(&source).ok_or(Errno::NOENT)?;
        let there = self.named(&target);
        if there.is_some() && !over {
            return Err(Errno::EXIST.into());
        }
        self.check_not_within(moved, target.0)?;
        if let Some(there) = there {
            self.check_replaceable(moved, (there, source.0))?;
            if there == moved {
                return Ok(());
            }
        }
        self.rename(vec![(source.0, source.1, None), (target.0, target.1, Some(moved))]);
        Ok(())
    }

    /// Changes names; the folders and what was moved show that.
    fn rename(&mut self, names: Vec<Rename>) {
        for (folder, name, node) in names.iter().filter(|(_, name, _)| is_document(name)) {
            let bytes = node.and_then(|node| match &self.layers.node(node).body {
                Body::File(bytes) => Some(bytes.clone()),
                Body::Folder(_) => None,
            });
            self.sights.push(((*folder, name.clone()), bytes));
        }
        self.layers.rename(names, self.time);
    }

    /// Whether `moved`, out of a folder, can take the place of `there`.
    fn check_replaceable(&self, moved: Inode, (there, from): (Inode, Inode)) -> io::Result<()> {
        if there == from || self.holds(there, from) {
            return Err(Errno::NOTEMPTY.into());
        }
        match (self.kind(moved), self.kind(there)) {
            _ if moved == there => Ok(()),
            (FileKind::Folder, FileKind::Folder) if !self.names(there)?.is_empty() => Err(Errno::NOTEMPTY.into()),
            (FileKind::Folder, FileKind::File) => Err(Errno::NOTDIR.into()),
            (FileKind::File, FileKind::Folder) => Err(Errno::ISDIR.into()),
            _ => Ok(()),
        }
    }

    /// A folder cannot move into itself.
    fn check_not_within(&self, moved: Inode, folder: Inode) -> io::Result<()> {
        if moved == folder || self.kind(moved) == FileKind::Folder && self.holds(moved, folder) {
            return Err(Errno::INVAL.into());
        }
        Ok(())
    }

    fn holds(&self, folder: Inode, node: Inode) -> bool {
        let Ok(names) = self.names(folder) else { return false };
        names.values().any(|inner| *inner == node || self.holds(*inner, node))
    }
}

/// Whether a file of that name is kept in step.
fn is_document(name: &str) -> bool {
    ["TASK.md", "SPRINT.md", "AGENT.yml"].contains(&name)
}

/// The folder of a base.
fn root(base: Base) -> Inode {
    match base {
        Base::Project => 1,
        Base::Shared => 2,
        Base::Private => 3,
    }
}
