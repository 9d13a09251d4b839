//! A file system in two layers: how programs see it, and what of it the disk has for certain.
//!
//! What was done since it was last made durable waits in order. A crash keeps some of that and loses the rest, under
//! two rules that journalling file systems keep: the list of a folder changes in order, and nothing lies in a folder
//! that is not there. The bytes of a file follow no order: a name may outlive a crash whose bytes do not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The number of an inode.
pub(crate) type Inode = u64;

/// A file or a folder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) body: Body,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) changed: i64,
    pub(crate) touched: i64,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    File(Vec<u8>),
    Folder(BTreeMap<String, Inode>),
}

/// Everything that is reachable or open.
pub(crate) type Nodes = BTreeMap<Inode, Node>;

/// A name in a folder, and what it means from now on.
pub(crate) type Rename = (Inode, String, Option<Inode>);

/// Something that is not durable yet.
#[derive(Debug, Clone)]
enum Deed {
    /// Names that change in one step, and when.
    Names(Vec<Rename>, i64),
    /// A file's bytes, and when they were written.
    Bytes(Inode, Vec<u8>, i64),
}

/// What becomes of a deed that was not durable when the power went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Kept,
    Lost,
    /// Only the first half of the bytes came through.
    Torn,
}

/// The file system.
#[derive(Debug, Clone)]
pub(crate) struct Layers {
    now: Nodes,
    durable: Nodes,
    waiting: Vec<Deed>,
    /// How each node began: a folder without names, a file without bytes.
    born: HashMap<Inode, Node>,
}

impl Layers {
    /// An empty folder for each of `roots`, durable.
    pub(crate) fn new(roots: impl Iterator<Item = Inode>) -> Self {
        let folder = Node { body: Body::Folder(BTreeMap::new()), mode: 0o755, uid: 0, gid: 0, changed: 1, touched: 1 };
        let now: Nodes = roots.map(|root| (root, folder.clone())).collect();
        Self { durable: now.clone(), now, waiting: Vec::new(), born: HashMap::new() }
    }

    /// How programs see a node.
    pub(crate) fn node(&self, inode: Inode) -> &Node {
        &self.now[&inode]
    }

    /// How many names a node has.
    pub(crate) fn links(&self, inode: Inode) -> u64 {
        let names = |node: &Node| match &node.body {
            Body::Folder(names) => names.values().filter(|other| **other == inode).count(),
            Body::File(_) => 0,
        };
        self.now.values().map(names).sum::<usize>() as u64
    }

    /// Makes a node that has no name yet.
    pub(crate) fn bear(&mut self, node: Node) -> Inode {
        let inode = self.born.len() as Inode + 1_000;
        let empty = match node.body {
            Body::File(_) => Body::File(Vec::new()),
            Body::Folder(_) => Body::Folder(BTreeMap::new()),
        };
        self.born.insert(inode, Node { body: empty, ..node.clone() });
        self.now.insert(inode, node);
        inode
    }

    /// Changes names in one step at some time; the folders and what was moved show that.
    pub(crate) fn rename(&mut self, names: Vec<Rename>, time: i64) {
        put_names(&mut self.now, &names, &self.born, time);
        self.waiting.push(Deed::Names(names, time));
    }

    /// Gives a file other bytes at some time.
    pub(crate) fn write(&mut self, file: Inode, bytes: Vec<u8>, time: i64) {
        put_bytes(&mut self.now, file, &bytes, time);
        self.waiting.push(Deed::Bytes(file, bytes, time));
    }

    /// Makes everything durable.
    pub(crate) fn sync(&mut self) {
        self.durable.clone_from(&self.now);
        self.waiting.clear();
    }

    /// Makes a file's bytes durable, or a folder's list and whatever that list cannot be without.
    pub(crate) fn sync_one(&mut self, inode: Inode) {
        let mut wanted: BTreeSet<usize> =
            (0..self.waiting.len()).filter(|at| self.waiting[*at].touches().any(|other| other == inode)).collect();
        if matches!(self.now[&inode].body, Body::Folder(_)) {
            for at in wanted.clone().into_iter().rev() {
                self.add_needed(at, &mut wanted);
            }
        }
        for (at, deed) in std::mem::take(&mut self.waiting).into_iter().enumerate() {
            if wanted.contains(&at) {
                deed.put(&mut self.durable, &self.born);
            } else {
                self.waiting.push(deed);
            }
        }
    }

    /// How many deeds a crash would decide about.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// What is left after a crash; a deed that needs one that is lost is lost as well.
    pub(crate) fn crash(mut self, fates: &[Fate]) -> Self {
        let mut kept = BTreeSet::new();
        let waiting = std::mem::take(&mut self.waiting);
        for (at, (deed, fate)) in waiting.iter().zip(fates).enumerate() {
            let is_possible = needed(&waiting, at).iter().all(|before| kept.contains(before));
            match (deed, fate) {
                (_, Fate::Lost) => {}
                (Deed::Bytes(file, bytes, time), Fate::Torn) => {
                    Deed::Bytes(*file, bytes[..bytes.len() / 2].to_vec(), *time).put(&mut self.durable, &self.born);
                }
                _ if is_possible => {
                    kept.insert(at);
                    deed.put(&mut self.durable, &self.born);
                }
                _ => {}
            }
        }
        Self { now: self.durable.clone(), ..self }
    }

    fn add_needed(&self, at: usize, wanted: &mut BTreeSet<usize>) {
        for before in needed(&self.waiting, at) {
            if wanted.insert(before) {
                self.add_needed(before, wanted);
            }
        }
    }
}

/// The earlier deeds without which the one at `at` cannot be: those on the same folders, and what made the folders.
fn needed(waiting: &[Deed], at: usize) -> Vec<usize> {
    let Deed::Names(names, _) = &waiting[at] else { return Vec::new() };
    let folders: Vec<Inode> = names.iter().map(|(folder, ..)| *folder).collect();
    let is_needed = |deed: &Deed| match deed {
        Deed::Names(earlier, _) => earlier
            .iter()
            .any(|(folder, _, node)| folders.contains(folder) || node.is_some_and(|n| folders.contains(&n))),
        Deed::Bytes(..) => false,
    };
    (0..at).filter(|before| is_needed(&waiting[*before])).collect()
}

impl Deed {
    /// The files and folders that it changes.
    fn touches(&self) -> impl Iterator<Item = Inode> {
        let (folders, file) = match self {
            Self::Names(names, _) => (names.as_slice(), None),
            Self::Bytes(file, ..) => (&[][..], Some(*file)),
        };
        folders.iter().map(|(folder, ..)| *folder).chain(file)
    }

    fn put(&self, nodes: &mut Nodes, born: &HashMap<Inode, Node>) {
        match self {
            Self::Names(names, time) => put_names(nodes, names, born, *time),
            Self::Bytes(file, bytes, time) => {
                nodes.entry(*file).or_insert_with(|| born[file].clone());
                put_bytes(nodes, *file, bytes, *time);
            }
        }
    }
}

fn put_names(nodes: &mut Nodes, names: &[Rename], born: &HashMap<Inode, Node>, time: i64) {
    for (folder, name, node) in names {
        let Some(Node { body: Body::Folder(list), changed, touched, .. }) = nodes.get_mut(folder) else {
            unreachable!("names stand in folders")
        };
        (*changed, *touched) = (time, time);
        match node {
            Some(node) => list.insert(name.clone(), *node),
            None => list.remove(name),
        };
        for node in node.iter().filter(|node| !nodes.contains_key(node)).copied().collect::<Vec<_>>() {
            nodes.insert(node, born[&node].clone());
        }
        if let Some(node) = node.and_then(|node| nodes.get_mut(&node)) {
            node.touched = time;
        }
    }
}

fn put_bytes(nodes: &mut Nodes, file: Inode, bytes: &[u8], time: i64) {
    if let Some(node) = nodes.get_mut(&file) {
        node.body = Body::File(bytes.to_vec());
        (node.changed, node.touched) = (time, time);
    }
}
