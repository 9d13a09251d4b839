//! What is known of one entity before anything is decided: from a world to a [`Case`].
//!
//! This is the whole of what a sync has to find out, said in the shortest way.

use instep::model::ThreeWay;
use instep::reconcile::{
    Ancestry, Case, Circumstances, FileState, FileText, GitFacts, Later, Left, Part, PartKind, RowState,
};

use super::value::{Author, Page};
use super::world::{Desk, File, Folder, PARTS, Place, Row};

/// The case of one tiny entity.
pub(crate) type TinyCase = Case<usize, Page, Place>;

/// What a sync rests its decision on: the files as it scanned them, and the row as it read it.
pub(crate) struct Evidence<'a> {
    pub(crate) clone: usize,
    pub(crate) desk: &'a Desk,
    pub(crate) folder: &'a Folder,
    pub(crate) row: &'a Row,
    pub(crate) circumstances: Circumstances,
}

impl Evidence<'_> {
    /// The case.
    pub(crate) fn case(&self) -> TinyCase {
        let is_known = |part: &usize| {
            let (file, row) = (&self.folder.files[*part], &self.row.parts[*part]);
            file.is_some() || row.is_some() || self.desk.memory[*part].is_some()
        };
        Case {
            parts: (0..PARTS).filter(is_known).map(|part| (part, self.part(part))).collect(),
            row: self.row.state,
            place: ThreeWay {
                base: self
                    .desk
                    .left_at
                    .filter(|_| self.desk.memory.iter().flatten().any(|memory| memory.left.is_some())),
                file: (!self.folder.is_empty()).then_some(self.folder.place),
                row: (self.row.state != RowState::Never).then_some(self.row.place),
            },
            circumstances: self.circumstances,
        }
    }

    fn part(&self, part: usize) -> Part<Page> {
        let file = self.folder.files[part].as_ref();
        Part {
            kind: PartKind::Managed,
            file: file.map_or(FileState::Absent, |file| FileState::Present(self.text(part, file))),
            row: self.row.parts[part].clone(),
            left: self.left(part),
            git: GitFacts::default(),
        }
    }

    fn left(&self, part: usize) -> Left<Page> {
        match &self.desk.memory[part] {
            None => Left::Unknown,
            Some(memory) => memory.left.as_ref().map_or(Left::Nothing, |file| Left::Text(file.page.clone())),
        }
    }

    /// A text, judged as the file of `part`.
    fn text(&self, part: usize, file: &File) -> FileText<Page> {
        let left = self.desk.memory[part].as_ref().and_then(|memory| memory.left.as_ref());
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
            return Ancestry::Unknown { is_own: *stamp == file.page, named: None };
        };
        let since = revisions[at + 1..].iter().map(|revision| Later {
            content: revision.parts[part].clone(),
            is_own: revision.author == Author::Clone(self.clone),
        });
        Ancestry::Known { content: stamp.clone(), since: since.collect() }
    }
}
