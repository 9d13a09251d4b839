//! Whose word counts for one facet of a part: one value, or the text around the values.
//!
//! ```text
//! file = row ─────────────▶ agree                row = base ──▶ the file's
//! file = base ────────────▶ the row's            no base ─────▶ they differ
//! both changed: own later words give way to newer own words; git's own word counts; else they collide
//! ```
//!
//! Never decided by a time. That the row is as it was when this clone last wrote it proves nothing: only a row that
//! is as the file saw it may be overwritten.

use super::{Ancestry, Content, FileText, Movement, Part};

/// One part that is on both sides, and what it derives from.
pub(super) struct Ground<'a, C> {
    pub(super) part: &'a Part<C>,
    pub(super) file: &'a FileText<C>,
    pub(super) base: Option<&'a C>,
    pub(super) row: &'a C,
}

impl<C> Clone for Ground<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Ground<'_, C> {}

/// Whose word counts, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Both say the same.
    Agree,
    /// Only the row changed.
    Row,
    /// Only the file changed.
    File,
    /// Both changed, and every word that the file did not see was this clone's own: the file is the newer one.
    Supersedes,
    /// The file and HEAD derive from one outdated revision and the row has HEAD's word: whoever edited saw it.
    SeenInGit,
    /// Git brought a word for one that the row has from the text that was left: git's word counts.
    GitsWord,
    /// Both changed.
    Collide,
    /// They differ, and nothing tells what they derive from.
    Unrelated,
}

impl Standing {
    /// Whether the file's word counts.
    pub(super) const fn is_for_file(self) -> bool {
        matches!(self, Self::File | Self::Supersedes | Self::SeenInGit | Self::GitsWord)
    }
}

impl<'a, C: Content> Ground<'a, C> {
    /// Judges the text around the values.
    pub(super) fn standing_of_text(&self) -> Standing {
        self.judge(|content| content.text(), || self.has_own_words_since())
    }

    /// Whether every change of the text since the file's revision was this clone's own, as
    /// [`is_own_since`](Self::is_own_since): that somebody else's value got a line of its own, or lost it, changes no
    /// word of the text.
    pub(super) fn has_own_words_since(&self) -> bool {
        self.is_own_where(|before, now| match (before, now) {
            (Some(before), Some(now)) => before.has_same_words(now),
            (before, now) => before.is_none() && now.is_none(),
        })
    }

    /// Whether the row has what this clone read of the file while somebody was still writing it: that something is not
    /// in it yet deletes nothing.
    pub(super) fn was_read_half(&self) -> bool {
        let (row, file) = (self.row, &self.file.content);
        let both_changed = |base: &C| base != file && !base.has_same_words(row);
        let is_half = || row.text() != file.text() && row.is_beginning_of(file);
        self.base.is_some_and(both_changed) && is_half() && self.has_own_words_since()
    }
}

impl<'a, C: PartialEq> Ground<'a, C> {
    /// Whether git put the file's text there.
    pub(super) fn is_by_git(&self) -> bool {
        self.part.is_by_git(self.file)
    }

    /// Judges the facet that `of` takes out of a content.
    pub(super) fn standing<F: PartialEq>(&self, of: impl Fn(&'a C) -> F) -> Standing {
        self.judge(&of, || self.is_own_since(&of))
    }

    fn judge<F: PartialEq>(&self, of: impl Fn(&'a C) -> F, is_own: impl Fn() -> bool) -> Standing {
        let (file, row) = (of(&self.file.content), of(self.row));
        let base = self.base.map(&of);
        if file == row {
            Standing::Agree
        } else if base.as_ref() == Some(&file) {
            Standing::Row
        } else if base.as_ref() == Some(&row) {
            Standing::File
        } else if is_own() {
            Standing::Supersedes
        } else if self.is_seen_in_git(&of) {
            Standing::SeenInGit
        } else if self.is_gits_word(&of) {
            Standing::GitsWord
        } else if base.is_some() {
            Standing::Collide
        } else {
            Standing::Unrelated
        }
    }

    /// Whether every change of the facet since the file's revision was this clone's own, with HEAD where it was: one
    /// foreign word anywhere in that chain, even one that was overwritten since, and it is not.
    pub(super) fn is_own_since<F: PartialEq>(&self, of: impl Fn(&'a C) -> F) -> bool {
        self.is_own_where(|before, now| before.map(&of) == now.map(&of))
    }

    fn is_own_where(&self, is_same: impl Fn(Option<&'a C>, Option<&'a C>) -> bool) -> bool {
        let Ancestry::Known { content, since } = &self.file.ancestry else { return false };
        let mut before = Some(content);
        self.part.movement() == Some(Movement::Unmoved)
            && since.iter().all(|later| {
                let now = later.content.as_ref();
                let stands = later.is_own || is_same(before, now);
                before = now;
                stands
            })
    }

    fn is_seen_in_git<F: PartialEq>(&self, of: impl Fn(&'a C) -> F) -> bool {
        let Some(head) = &self.part.git.head else { return false };
        let is_outdated = match &head.ancestry {
            Ancestry::Known { content, .. } => *content != head.content,
            Ancestry::Unknown { is_own, .. } => !is_own,
            Ancestry::Unstamped | Ancestry::Foreign => false,
        };
        let bears_its_stamp = self.part.git.bears_heads_stamp && !self.part.git.is_heads_text;
        self.base.is_some() && bears_its_stamp && is_outdated && of(&head.content) == of(self.row)
    }

    fn is_gits_word<F: PartialEq>(&self, of: impl Fn(&'a C) -> F) -> bool {
        self.is_by_git() && self.part.left_text().is_some_and(|left| of(left) == of(self.row))
    }
}
