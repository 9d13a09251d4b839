//! What git says of one part: every answer as a plain sentence about commits.
//!
//! *HEAD then* is where HEAD was when something was last done for the part; it is remembered beside what was left, and
//! a run that only reports does not move it.

use instep::reconcile::{FileText, GitFacts, Movement};

use super::git::{Checkout, Git, Position};
use super::value::Page;
use super::world::{File, Memory};

/// One part of one entity in one clone, and what there is to ask about.
pub(crate) struct Question<'a> {
    pub(crate) git: &'a Git,
    pub(crate) checkout: &'a Checkout,
    /// HEAD when the files were scanned.
    pub(crate) head: Position,
    /// Entity and part.
    pub(crate) of: (usize, usize),
    pub(crate) file: Option<&'a File>,
    pub(crate) memory: Option<&'a Memory>,
}

impl Question<'_> {
    /// All answers; `judge` tells what a text would be if it were the file.
    pub(crate) fn answers(&self, judge: impl Fn(&File) -> FileText<Page>) -> GitFacts<Page> {
        let head = self.heads_file();
        let movement = self.movement();
        GitFacts {
            movement,
            head: head.map(judge),
            is_heads_text: self.file.is_some() && self.file == head,
            bears_heads_stamp: self.bears_heads_stamp(),
            was_touched: self.memory.is_some_and(|then| self.git.touches(then.seen.commit, self.head.commit, self.of)),
            head_then: self.file_then().map(|file| file.page.clone()),
            merge_base: if movement == Movement::Sideways { self.merge_base() } else { None },
            left_is_in_history: self.left_is_in_history(),
            history_had_it: self.git.versions(self.head.commit, self.of).next().is_some(),
            is_gone_from_all_tips: self.is_gone_from_all_tips(),
            history: self.history(),
        }
    }

    /// The text that an unknown stamp names: one of HEAD's history, else HEAD's if it bears the same stamp.
    pub(crate) fn named(&self, stamp: &Page) -> Option<Page> {
        let in_history = self.git.versions(self.head.commit, self.of).any(|version| version.page == *stamp);
        let heads = || self.heads_file().filter(|head| head.stamp.as_ref() == Some(stamp));
        if in_history { Some(stamp.clone()) } else { heads().map(|head| head.page.clone()) }
    }

    fn heads_file(&self) -> Option<&File> {
        self.git.file(self.head.commit, self.of)
    }

    fn file_then(&self) -> Option<&File> {
        self.git.file(self.memory?.seen.commit, self.of)
    }

    /// The same commit and no new entry in the reflog; or to a descendant; or anywhere else, there and back as well.
    fn movement(&self) -> Movement {
        match self.memory.map(|memory| memory.seen) {
            None => Movement::Unmoved,
            Some(then) if then == self.head => Movement::Unmoved,
            Some(then) if then.commit != self.head.commit && self.git.is_ancestor(then.commit, self.head.commit) => {
                Movement::Forward
            }
            Some(_) => Movement::Sideways,
        }
    }

    fn bears_heads_stamp(&self) -> bool {
        let stamp = |file: Option<&File>| file.and_then(|file| file.stamp.clone());
        stamp(self.file).is_some() && stamp(self.file) == stamp(self.heads_file())
    }

    /// What the one merge base of HEAD then and HEAD has; nothing where there are several.
    fn merge_base(&self) -> Option<Page> {
        match self.git.merge_bases(self.memory?.seen.commit, self.head.commit)[..] {
            [base] => self.git.file(base, self.of).map(|file| file.page.clone()),
            _ => None,
        }
    }

    /// Whether git has what was left: in the history of HEAD, of HEAD then, or of a branch of this clone.
    fn left_is_in_history(&self) -> bool {
        let Some(Memory { left: Some(left), seen }) = self.memory else { return false };
        let tips = self.checkout.branches.iter().flatten().copied();
        [self.head.commit, seen.commit].into_iter().chain(tips).any(|tip| self.had(tip, &left.page))
    }

    fn had(&self, tip: usize, page: &Page) -> bool {
        self.git.versions(tip, self.of).any(|version| version.page == *page)
    }

    /// Of the branches that this clone knows: its own and those of the remote.
    fn is_gone_from_all_tips(&self) -> bool {
        let mut tips = self.checkout.branches.iter().chain(&self.git.remote).flatten();
        tips.all(|tip| self.git.file(*tip, self.of).is_none())
    }

    /// Texts of HEAD's history, and those that their stamps name.
    fn history(&self) -> Vec<Page> {
        let texts = |version: &File| [Some(version.page.clone()), version.stamp.clone()];
        self.git.versions(self.head.commit, self.of).flat_map(texts).flatten().collect()
    }
}
