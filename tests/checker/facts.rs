//! What is known of one entity before anything is decided: from a world to a [`Case`].
//!
//! This is the whole of what a sync has to find out, said in the shortest way.

use instep::model::ThreeWay;
use instep::reconcile::{
    Ancestry, Case, Circumstances, FileState, FileText, GitFacts, Later, Left, Part, PartKind, RowState,
};

use super::git::{MAIN, Position};
use super::git_facts::Question;
use super::mutants;
use super::value::Page;
use super::world::{File, Folder, Memory, PARTS, Place, Row, World};

/// The case of one tiny entity.
pub(crate) type TinyCase = Case<usize, Page, Place>;

/// What a sync rests its decision on: the files as it scanned them, and the row as it read it.
pub(crate) struct Evidence<'a> {
    pub(crate) world: &'a World,
    pub(crate) clone: usize,
    pub(crate) entity: usize,
    pub(crate) sight: &'a Sight,
    pub(crate) row: &'a Row,
    /// `--pull`.
    pub(crate) pull: bool,
}

/// What a sync saw in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Sight {
    pub(crate) folder: Folder,
    pub(crate) head: Position,
    pub(crate) branch: usize,
}

impl Evidence<'_> {
    /// The case.
    pub(crate) fn case(&self) -> TinyCase {
        let is_known = |part: &usize| {
            let in_head = || self.world.git.file(self.sight.head.commit, (self.entity, *part)).is_some();
            let (file, row) = (&self.sight.folder.files[*part], &self.row.parts[*part]);
            file.is_some() || row.is_some() || self.memory(*part).is_some() || self.world.scope.has_git && in_head()
        };
        let desk = self.world.desk(self.clone, self.entity);
        let was_left = desk.memory.iter().flatten().any(|memory| memory.left.is_some());
        let folder = &self.sight.folder;
        Case {
            parts: (0..PARTS).filter(is_known).map(|part| (part, self.part(part))).collect(),
            row: self.row.state,
            place: ThreeWay {
                base: desk.left_at.filter(|_| was_left),
                file: (!folder.is_empty()).then_some(folder.place),
                row: (self.row.state != RowState::Never).then_some(self.row.place),
            },
            circumstances: self.circumstances(),
        }
    }

    /// Edits count on every branch of an embedded database, and on one of a shared one.
    fn circumstances(&self) -> Circumstances {
        let shared = self.world.scope.is_shared;
        let designated = !shared || self.sight.branch == MAIN;
        Circumstances { designated, shared, pull: self.pull, ..Circumstances::default() }
    }

    /// What the clone remembers of a part.
    pub(crate) fn memory(&self, part: usize) -> Option<&Memory> {
        self.world.desk(self.clone, self.entity).memory[part].as_ref()
    }

    fn file(&self, part: usize) -> Option<&File> {
        self.sight.folder.files[part].as_ref()
    }

    fn question(&self, part: usize) -> Question<'_> {
        Question {
            git: &self.world.git,
            checkout: &self.world.clones[self.clone].checkout,
            head: self.sight.head,
            of: (self.entity, part),
            file: self.file(part),
            memory: self.memory(part),
        }
    }

    fn part(&self, part: usize) -> Part<Page> {
        let file = self.file(part);
        let git = || self.question(part).answers(|head| self.text(part, head));
        Part {
            kind: PartKind::Managed,
            file: file.map_or(FileState::Absent, |file| FileState::Present(self.text(part, file))),
            row: self.row.parts[part].clone(),
            left: self.left(part),
            git: if self.world.scope.has_git { git() } else { GitFacts::default() },
        }
    }

    fn left(&self, part: usize) -> Left<Page> {
        match self.memory(part) {
            None => Left::Unknown,
            Some(memory) => memory.left.as_ref().map_or(Left::Nothing, |file| Left::Text(file.page.clone())),
        }
    }

    /// A text, judged as the file of `part`.
    fn text(&self, part: usize, file: &File) -> FileText<Page> {
        let left = self.memory(part).and_then(|memory| memory.left.as_ref());
        FileText {
            content: file.page.clone(),
            ancestry: self.ancestry(part, file),
            is_known: self.row.knows(part, &file.page),
            is_as_left: left == Some(file),
        }
    }

    /// Which revision a text derives from: the newest one that has what its stamp names.
    fn ancestry(&self, part: usize, file: &File) -> Ancestry<Page> {
        let Some(stamp) = &file.stamp else { return Ancestry::Unstamped };
        let revisions = &self.row.revisions;
        let Some(at) = revisions.iter().rposition(|revision| revision.parts[part].as_ref() == Some(stamp)) else {
            let named = if self.world.scope.has_git { self.question(part).named(stamp) } else { None };
            return Ancestry::Unknown { is_own: *stamp == file.page, named };
        };
        let since = revisions[at + 1..].iter().map(|revision| Later {
            content: revision.parts[part].clone(),
            is_own: mutants::is_own(self.world, revision.author, self.clone),
        });
        Ancestry::Known { content: stamp.clone(), since: since.collect() }
    }
}
