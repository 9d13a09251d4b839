//! Random histories of one task of two parts, two clones and outside SQL, through the real decision.
//!
//! Every value that somebody writes is a fresh token that knows the value its author saw. At the end everybody syncs;
//! then each token that a sync ever saw must be an ancestor of what the row says, or on record, or still in a file
//! that waits for a person, or in something that a person deleted.

use std::collections::{BTreeMap, BTreeSet};

use super::tiny::*;
use crate::model::{ConflictKind, ThreeWay};
use crate::reconcile::*;

/// A file: its content, and the content that its stamp names.
#[derive(Debug, Clone, PartialEq)]
struct File {
    content: Tiny,
    stamp: Option<Tiny>,
}

#[derive(Debug, Clone, Default)]
struct Clone_ {
    files: BTreeMap<u8, File>,
    buffers: BTreeMap<u8, File>,
    /// What was left of each part; a part that is not there is not remembered.
    left: BTreeMap<u8, Option<File>>,
}

/// Who wrote a revision: a clone, or anybody else.
type Author = Option<usize>;

#[derive(Debug, Clone)]
struct World {
    state: RowState,
    parts: BTreeMap<u8, Tiny>,
    revisions: Vec<(BTreeMap<u8, Tiny>, Author)>,
    clones: [Clone_; 2],
    /// For each token what its author saw, and who that was.
    tokens: Vec<(u8, Author)>,
    /// Tokens that a sync saw, that are on record, and that somebody deleted.
    seen: BTreeSet<u8>,
    recorded: BTreeSet<u8>,
    deleted: BTreeSet<u8>,
}

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
enum Step {
    Edit(usize, u8, Facet),
    /// Only a file with a stamp: nothing tells how old the text of a buffer without one is.
    Open(usize, u8),
    SaveStale(usize, u8, Facet),
    PutBack(usize, u8),
    /// Only a file that is as it was left: somebody reads it and writes it anew.
    Unstamp(usize, u8),
    DeletePart(usize, u8),
    Delete(usize),
    Forget(usize),
    Sync(usize),
    Sql(Facet),
    SqlDelete,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Facet {
    Value(u8),
    Text,
}

impl World {
    /// A task that everybody has in step.
    fn new() -> Self {
        let parts = BTreeMap::from([(0, tiny(&[(STATUS, 1), (OWNER, 2)], 3)), (1, tiny(&[(STATUS, 1)], 4))]);
        let file =
            |(name, content): (&u8, &Tiny)| (*name, File { content: content.clone(), stamp: Some(content.clone()) });
        let files: BTreeMap<u8, File> = parts.iter().map(file).collect();
        let left = files.iter().map(|(name, file)| (*name, Some(file.clone()))).collect();
        let clone = Clone_ { files, buffers: BTreeMap::new(), left };
        Self {
            state: RowState::Live,
            revisions: vec![(parts.clone(), None)],
            parts,
            clones: [clone.clone(), clone],
            tokens: (0..5).map(|token| (token, None)).collect(),
            seen: BTreeSet::new(),
            recorded: BTreeSet::new(),
            deleted: BTreeSet::new(),
        }
    }

    fn token(&mut self, saw: u8, author: Author) -> u8 {
        self.tokens.push((saw, author));
        (self.tokens.len() - 1) as u8
    }

    /// Puts a fresh token into `content`.
    fn write(&mut self, content: &mut Tiny, facet: Facet, author: Author) {
        match facet {
            Facet::Text => content.text = self.token(content.text, author),
            Facet::Value(key) => {
                if let Some(saw) = content.values.get(&key).copied() {
                    content.values.insert(key, self.token(saw, author));
                }
            }
        }
    }

    fn is_ancestor(&self, old: u8, mut of: u8) -> bool {
        while of != old && self.tokens[of as usize].0 != of {
            of = self.tokens[of as usize].0;
        }
        of == old
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Edit(at, name, facet) => {
                if let Some(mut file) = self.clones[at].files.get(&name).cloned() {
                    self.write(&mut file.content, facet, Some(at));
                    self.clones[at].files.insert(name, file);
                }
            }
            Step::Open(at, name) => {
                let clone = &mut self.clones[at];
                let stamped = clone.files.get(&name).filter(|file| file.stamp.is_some());
                clone.buffers.extend(stamped.map(|file| (name, file.clone())));
            }
            Step::SaveStale(at, name, facet) => {
                if let Some(mut file) = self.clones[at].buffers.get(&name).cloned() {
                    self.write(&mut file.content, facet, Some(at));
                    self.clones[at].buffers.insert(name, file.clone());
                    self.clones[at].files.insert(name, file);
                }
            }
            Step::PutBack(at, name) => {
                let clone = &mut self.clones[at];
                clone.files.extend(clone.buffers.get(&name).map(|file| (name, file.clone())));
            }
            Step::Unstamp(at, name) => {
                let clone = &mut self.clones[at];
                let left = clone.left.get(&name).and_then(Option::as_ref);
                clone
                    .files
                    .get_mut(&name)
                    .filter(|file| left == Some(*file))
                    .into_iter()
                    .for_each(|file| file.stamp = None);
            }
            Step::DeletePart(at, name) => self.remove(at, &[name]),
            Step::Delete(at) => self.remove(at, &[0, 1]),
            Step::Forget(at) => self.clones[at].left.clear(),
            Step::Sync(at) => self.sync_twice(at),
            Step::Sql(facet) => self.sql(facet),
            Step::SqlDelete => {
                self.state = RowState::Tombstone;
                self.deleted.extend(self.parts.values().flat_map(tokens_of));
            }
        }
    }

    fn remove(&mut self, at: usize, names: &[u8]) {
        for name in names {
            if let Some(file) = self.clones[at].files.remove(name) {
                self.deleted.extend(tokens_of(&file.content));
            }
            self.clones[at].buffers.remove(name);
        }
    }

    /// Another program changes a column: every place that says the same follows, as the overlay does it.
    fn sql(&mut self, facet: Facet) {
        if self.state != RowState::Live {
            return;
        }
        let mut parts = self.parts.clone();
        let Some(mut first) = parts.get(&0).cloned() else { return };
        let before = first.clone();
        self.write(&mut first, facet, None);
        if let Facet::Value(key) = facet {
            let follows = parts.values_mut().filter(|part| part.values.get(&key) == before.values.get(&key));
            for part in follows {
                part.values.insert(key, first.values[&key]);
            }
        }
        parts.insert(0, first);
        self.seen.extend(parts.values().flat_map(tokens_of));
        self.commit(parts, None);
    }

    fn commit(&mut self, parts: BTreeMap<u8, Tiny>, author: Author) {
        self.parts = parts;
        self.revisions.push((self.parts.clone(), author));
    }

    fn case(&self, at: usize) -> Case<u8, Tiny, u8> {
        let clone = &self.clones[at];
        let names: BTreeSet<u8> = [0, 1].into_iter().chain(self.parts.keys().copied()).collect();
        let place = self.parts.keys().next().map(|_| 0);
        Case {
            parts: names.into_iter().map(|name| (name, self.part(clone, at, name))).collect(),
            row: self.state,
            place: ThreeWay { base: place, file: place, row: place },
            circumstances: Circumstances { shared: true, ..Circumstances::default() },
        }
    }

    fn part(&self, clone: &Clone_, at: usize, name: u8) -> Part<Tiny> {
        let left = clone.left.get(&name).map(Option::as_ref);
        let file = clone.files.get(&name).map(|file| {
            let is_known = self.revisions.iter().any(|(parts, _)| parts.get(&name) == Some(&file.content));
            let is_as_left = left.flatten() == Some(file);
            FileText { content: file.content.clone(), ancestry: self.ancestry(at, name, file), is_known, is_as_left }
        });
        Part {
            kind: PartKind::Managed,
            file: file.map_or(FileState::Absent, FileState::Present),
            row: self.parts.get(&name).cloned(),
            left: match left {
                None => Left::Unknown,
                Some(None) => Left::Nothing,
                Some(Some(file)) => Left::Text(file.content.clone()),
            },
            git: GitFacts::default(),
        }
    }

    fn ancestry(&self, at: usize, name: u8, file: &File) -> Ancestry<Tiny> {
        let Some(stamp) = &file.stamp else { return Ancestry::Unstamped };
        let named = self.revisions.iter().rposition(|(parts, _)| parts.get(&name) == Some(stamp));
        let Some(named) = named else { return Ancestry::Unknown { is_own: *stamp == file.content, named: None } };
        let later = |(parts, author): &(BTreeMap<u8, Tiny>, Author)| Later {
            content: parts.get(&name).cloned(),
            is_own: *author == Some(at),
        };
        Ancestry::Known { content: stamp.clone(), since: self.revisions[named + 1..].iter().map(later).collect() }
    }

    /// P4: the second sync does nothing.
    fn sync_twice(&mut self, at: usize) {
        self.sync(at);
        let mut again = self.clone();
        again.sync(at);
        assert_eq!((&again.parts, again.state), (&self.parts, self.state), "P4 row");
        assert_eq!(again.clones[at].files, self.clones[at].files, "P4 files");
        assert_eq!(again.recorded, self.recorded, "P4 records");
    }

    fn sync(&mut self, at: usize) {
        let case = self.case(at);
        let verdict = decide(&case);
        self.seen.extend(self.clones[at].files.values().flat_map(|file| tokens_of(&file.content)));
        let after = match &verdict.row {
            RowAction::Write { parts, .. } => parts.clone(),
            RowAction::Keep | RowAction::Delete { .. } => self.parts.clone(),
        };
        for collision in &verdict.collisions {
            self.record(at, collision, &after);
        }
        if self.state == RowState::Tombstone && matches!(verdict.row, RowAction::Write { .. }) {
            let is_news = |part: &Part<Tiny>| matches!(&part.file, FileState::Present(text) if !text.is_known);
            assert!(case.parts.values().any(is_news), "P3: known bytes brought a deleted task back");
        }
        let dropped = verdict.files.iter().filter(|(_, file)| matches!(file.rule, Rule::Delete | Rule::PartDeleted));
        self.deleted.extend(dropped.filter_map(|(name, _)| self.parts.get(name)).flat_map(tokens_of));
        match &verdict.row {
            RowAction::Keep => {}
            RowAction::Write { .. } => {
                self.state = RowState::Live;
                self.commit(after, Some(at));
            }
            RowAction::Delete { .. } => self.state = RowState::Tombstone,
        }
        for (name, file) in &verdict.files {
            self.act(at, *name, &file.action);
        }
    }

    fn act(&mut self, at: usize, name: u8, action: &FileAction<Tiny>) {
        let clone = &mut self.clones[at];
        match action {
            FileAction::Pass => return,
            FileAction::Keep => {}
            FileAction::Restamp => {
                clone.files.get_mut(&name).into_iter().for_each(|file| file.stamp = Some(file.content.clone()));
            }
            FileAction::Write(content) => {
                clone.files.insert(name, File { content: content.clone(), stamp: Some(content.clone()) });
            }
            FileAction::Remove => drop(clone.files.remove(&name)),
        }
        clone.left.insert(name, clone.files.get(&name).cloned());
    }

    /// Takes note of the value that gave way.
    fn record(&mut self, at: usize, collision: &Collision<u8, Tiny>, after: &BTreeMap<u8, Tiny>) {
        let Some(name) = collision.part else { return };
        let file = self.clones[at].files.get(&name);
        let is_stamped = file.is_some_and(|file| file.stamp.is_some());
        let file = file.map(|file| &file.content);
        let facet = |content: &Tiny| match collision.key {
            Some(key) => content.values.get(&key).copied(),
            None => Some(content.text),
        };
        let said = [file, self.parts.get(&name)].map(|content| content.and_then(facet));
        let stands = after.get(&name).and_then(facet);
        if collision.kind.is_hold() {
            self.recorded.extend(file.into_iter().flat_map(tokens_of));
        }
        for loser in said.into_iter().flatten().filter(|said| Some(*said) != stands) {
            let is_past = stands.is_some_and(|stands| self.is_ancestor(loser, stands));
            if collision.kind == ConflictKind::Superseded && is_stamped && !is_past {
                assert_eq!(
                    self.tokens[loser as usize].1,
                    Some(at),
                    "P2: a foreign value was superseded as if it were own"
                );
            }
            self.recorded.insert(loser);
        }
    }

    /// Everybody syncs until nothing moves; then P5 and P2.
    fn finish(mut self) {
        for at in [0, 1, 0, 1, 0, 1] {
            self.sync(at);
        }
        for at in [0, 1] {
            let case = self.case(at);
            let verdict = decide(&case);
            let is_settled = |name: &u8| verdict.files[name].action != FileAction::Pass;
            for (name, part) in case.parts.iter().filter(|(name, _)| is_settled(name)) {
                let row = part.row.as_ref().filter(|_| self.state == RowState::Live);
                let file = self.clones[at].files.get(name).map(|file| &file.content);
                assert_eq!(file, row, "P5: clone {at}, part {name}");
            }
            assert_eq!(verdict.row, RowAction::Keep, "P5: nothing is left to push");
        }
        let in_files =
            self.clones.iter().flat_map(|clone| clone.files.values()).flat_map(|file| tokens_of(&file.content));
        let kept: BTreeSet<u8> = self
            .parts
            .values()
            .flat_map(tokens_of)
            .chain(in_files)
            .chain(self.recorded.iter().copied())
            .chain(self.deleted.iter().copied())
            .collect();
        for seen in &self.seen {
            assert!(kept.iter().any(|token| self.is_ancestor(*seen, *token)), "P2: {seen} is lost silently: {self:?}");
        }
    }
}

fn tokens_of(content: &Tiny) -> Vec<u8> {
    content.values.values().copied().chain([content.text]).collect()
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides
    }

    fn step(&mut self) -> Step {
        let (at, name) = (self.roll(2) as usize, self.roll(2) as u8);
        let facet = [Facet::Value(STATUS), Facet::Value(OWNER), Facet::Text][self.roll(3) as usize];
        match self.roll(100) {
            0..=19 => Step::Edit(at, name, facet),
            20..=26 => Step::Open(at, name),
            27..=36 => Step::SaveStale(at, name, facet),
            37..=40 => Step::PutBack(at, name),
            41..=42 => Step::Unstamp(at, name),
            43..=44 => Step::DeletePart(at, 1),
            45..=46 => Step::Delete(at),
            47..=48 => Step::Forget(at),
            49..=56 => Step::Sql(facet),
            57 => Step::SqlDelete,
            _ => Step::Sync(at),
        }
    }
}

/// Whether a history of these steps breaks a law.
fn breaks(steps: &[Step]) -> bool {
    let history = || {
        let mut world = World::new();
        steps.iter().for_each(|step| world.take(*step));
        world.finish();
    };
    std::panic::catch_unwind(history).is_err()
}

/// The same without the steps that do not matter.
fn shortest(mut steps: Vec<Step>) -> Vec<Step> {
    let mut at = 0;
    while at < steps.len() {
        let mut fewer = steps.clone();
        fewer.remove(at);
        if breaks(&fewer) {
            (steps, at) = (fewer, 0);
        } else {
            at += 1;
        }
    }
    steps
}

#[test]
fn random_histories_keep_the_laws() {
    for seed in 1..=4_000_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let length = 4 + dice.roll(40);
        let steps: Vec<Step> = (0..length).map(|_| dice.step()).collect();
        if breaks(&steps) {
            panic!("history {seed}: {:?}", shortest(steps));
        }
    }
}
