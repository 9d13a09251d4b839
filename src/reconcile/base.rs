//! Which revision a file's text derives from.
//!
//! **Local text** (somebody wrote it here) derives from the revision that its stamp names. **Git's text** is news even
//! if its bytes are known: it derives from what this clone last left. A stamp that the database does not know gives no
//! authority: only git's history can say what it means.

use super::{Ancestry, FileText, Left, Movement, Part};

impl<C: PartialEq> Part<C> {
    /// How HEAD moved since this clone last did something for the part; `None` where it never did.
    pub(super) fn movement(&self) -> Option<Movement> {
        match self.left {
            Left::Unknown => None,
            Left::Nothing | Left::Text(_) => Some(self.git.movement),
        }
    }

    /// The text that this clone last left.
    pub(super) fn left_text(&self) -> Option<&C> {
        match &self.left {
            Left::Text(content) => Some(content),
            Left::Unknown | Left::Nothing => None,
        }
    }

    /// Whether git put `text` there: it is HEAD's, not what was left, and HEAD's history moved over it.
    pub(super) fn is_by_git(&self, text: &FileText<C>) -> bool {
        let moved_over = match self.movement() {
            None => true,
            Some(Movement::Sideways) => self.git.was_touched || self.git.left_is_in_history,
            Some(_) => self.git.was_touched,
        };
        self.git.is_heads_text && !text.is_as_left && moved_over
    }

    /// The content that `text` derives from; `None` where nothing tells.
    pub(super) fn base<'a>(&'a self, text: &'a FileText<C>, is_shared: bool) -> Option<&'a C> {
        self.base_by_word(text, is_shared).or_else(|| self.base_by_text(text))
    }

    /// What the stamp, git or the memory of this clone says.
    fn base_by_word<'a>(&'a self, text: &'a FileText<C>, is_shared: bool) -> Option<&'a C> {
        let by_git = self.is_by_git(text);
        match &text.ancestry {
            Ancestry::Known { content, .. } if !(by_git && self.is_news(text, content)) => Some(content),
            Ancestry::Unknown { named, .. } if !by_git => named.as_ref(),
            Ancestry::Unstamped if !by_git => self.base_without_stamp(text),
            Ancestry::Foreign => None,
            _ => self.base_by_git(is_shared),
        }
    }

    /// Whether git's `text` counts as a change of what was left, whatever its stamp says: its bytes are as the stamp
    /// has them, so that only git can have chosen them. Who edited it on top of a known revision saw that one.
    fn is_news(&self, text: &FileText<C>, stamped: &C) -> bool {
        self.git.left_is_in_history && self.movement().is_some() && *stamped == text.content
    }

    /// Git's text: what was left, if git ever had it; else what git had when it was left.
    fn base_by_git(&self, is_shared: bool) -> Option<&C> {
        match self.movement()? {
            Movement::Sideways if is_shared => self.git.merge_base.as_ref(),
            _ if self.git.left_is_in_history => self.left_text(),
            _ => self.git.head_then.as_ref(),
        }
    }

    /// Local text without a stamp: what was left. An old copy that came with a move of HEAD is only a copy.
    fn base_without_stamp<'a>(&'a self, text: &'a FileText<C>) -> Option<&'a C> {
        let moved = matches!(self.movement(), Some(Movement::Forward | Movement::Sideways));
        if moved && text.is_known { Some(&text.content) } else { self.left_text() }
    }

    /// No word helps: a row that git's history has is older than git's text; known bytes are a copy of themselves.
    fn base_by_text<'a>(&'a self, text: &'a FileText<C>) -> Option<&'a C> {
        let row = self.row.as_ref().filter(|row| self.git.is_heads_text && self.git.history.contains(row));
        row.or_else(|| text.is_known.then_some(&text.content))
    }
}
