//! What is done with one part where its file and the row meet: rows 10 to 19, 23, 25 and 33 of the table.

use super::absence::{self, Absence};
use super::facet::Ground;
use super::{
    Ancestry, Circumstances, Content, FileAction, FileState, FileText, Left, Movement, Part, PartKind, Report, Rule,
};

/// What is done with one part.
pub(super) enum Course<'a, C> {
    /// File and row are merged.
    Merge(Ground<'a, C>),
    /// The file, an unedited older copy, counts in full.
    Undo(Ground<'a, C>),
    /// The file joins the row.
    Join(&'a FileText<C>, Rule),
    /// The row's part goes, as the file did.
    Drop,
    /// The file becomes what the row says.
    Follow(Rule),
    /// The file goes, as the row's part did.
    Remove,
    /// Nothing is done with the file; the row's part may still follow other parts.
    Leave(Rule),
    /// There is nothing to do on either side.
    Nothing,
}

/// The course of one part of a live row.
pub(super) fn of<'a, C: Content>(part: &'a Part<C>, circumstances: &Circumstances) -> Course<'a, C> {
    match (&part.file, &part.row) {
        (FileState::Unreadable, _) => Course::Leave(Rule::Unreadable),
        (FileState::Invalid, _) => Course::Leave(Rule::Quarantine),
        (FileState::Absent, None) => Course::Nothing,
        (FileState::Absent, Some(row)) => match absence::of_part(part, row, circumstances) {
            Absence::New => Course::Follow(Rule::Materialise),
            Absence::Deleted => Course::Drop,
            Absence::Outlived => Course::Follow(Rule::DeleteEdit),
            Absence::MissingHere => Course::Leave(Rule::Pending),
        },
        (FileState::Present(text), None) => of_joiner(part, text),
        (FileState::Present(text), Some(row)) => of_pair(part, text, row, circumstances),
    }
}

/// The course of one part where there is no row: its file joins under `rule`.
pub(super) fn of_new<C>(part: &Part<C>, rule: Rule) -> Course<'_, C> {
    match &part.file {
        FileState::Absent => Course::Nothing,
        FileState::Unreadable => Course::Leave(Rule::Unreadable),
        FileState::Invalid => Course::Leave(Rule::Quarantine),
        FileState::Present(text) => Course::Join(text, rule),
    }
}

/// A file that the row lacks: new, or one whose part was taken out of the row.
fn of_joiner<'a, C: Content>(part: &'a Part<C>, text: &'a FileText<C>) -> Course<'a, C> {
    let was_left = part.left_text();
    let had_it = was_left.is_some() || text.is_known || matches!(text.ancestry, Ancestry::Known { .. });
    if !had_it || part.is_by_git(text) {
        Course::Join(text, Rule::Push)
    } else if is_put_back(part) {
        Course::Join(text, Rule::Revert)
    } else if !text.is_known && was_left != Some(&text.content) {
        Course::Join(text, Rule::EditDelete)
    } else if part.git.is_heads_text && !text.is_as_left {
        Course::Leave(Rule::DeleteWins)
    } else {
        Course::Remove
    }
}

/// Whether somebody put back what this clone knows to have been away. An attachment bears no stamp that would tell a
/// copy from a text that is meant, so only git can have brought it otherwise.
fn is_put_back<C: PartialEq>(part: &Part<C>) -> bool {
    part.kind == PartKind::Attachment
        && matches!(part.left, Left::Nothing)
        && part.movement() == Some(Movement::Unmoved)
}

fn of_pair<'a, C: Content>(
    part: &'a Part<C>,
    file: &'a FileText<C>,
    row: &'a C,
    circumstances: &Circumstances,
) -> Course<'a, C> {
    let base = part.base(file, circumstances.shared);
    let ground = Ground { part, file, base, row };
    if file.content == *row {
        Course::Merge(ground)
    } else if base == Some(&file.content) {
        of_copy(ground, circumstances)
    } else if base.is_none() && matches!(file.ancestry, Ancestry::Unstamped) && !file.content.is_akin(row) {
        Course::Leave(Rule::CreateCreate)
    } else {
        Course::Merge(ground)
    }
}

/// An unedited copy of an older revision carries no news. It is an undo where only own words came after it; else it
/// is brought up to date, except that what git put there waits for `--pull`.
fn of_copy<'a, C: Content>(ground: Ground<'a, C>, circumstances: &Circumstances) -> Course<'a, C> {
    let moved = matches!(ground.part.movement(), Some(Movement::Forward | Movement::Sideways));
    let is_here = !ground.is_by_git() && !moved;
    if is_undo(&ground) {
        Course::Undo(Ground { base: Some(ground.row), ..ground })
    } else if !circumstances.quiet && (ground.file.is_as_left || circumstances.pull || is_here) {
        Course::Merge(ground)
    } else {
        Course::Leave(Rule::Stale)
    }
}

/// Whether somebody put an older text back and only this clone had changed it since.
fn is_undo<C: Content>(ground: &Ground<'_, C>) -> bool {
    let (file, row) = (&ground.file.content, ground.row);
    let is_copy = matches!(&ground.file.ancestry, Ancestry::Known { content, .. } if content == file);
    let differs = |key: &&C::Key| file.values().get(*key) != row.values().get(*key);
    let mut keys = file.values().keys().chain(row.values().keys()).filter(differs);
    is_copy
        && !ground.file.is_as_left
        && (file.text() == row.text() || ground.has_own_words_since())
        && keys.all(|key| ground.is_own_since(|content| content.values().get(key)))
}

/// What is done with one part of a branch on which edits do not count.
pub(super) fn aside<P: Clone, C: Content>(
    name: &P,
    part: &Part<C>,
    row: Option<&C>,
    circumstances: &Circumstances,
) -> (Rule, FileAction<C>, Option<Report<P>>) {
    let (rule, action) = match (&part.file, row) {
        (FileState::Unreadable, _) => (Rule::Unreadable, FileAction::Pass),
        (FileState::Invalid, _) => (Rule::Quarantine, FileAction::Pass),
        (FileState::Absent, None) => (Rule::Nothing, FileAction::Pass),
        (FileState::Present(text), Some(row)) if text.content == *row => (Rule::InStep, FileAction::Pass),
        (FileState::Present(text), Some(row)) if part.base(text, circumstances.shared) == Some(&text.content) => {
            if circumstances.pull {
                (Rule::Pull, FileAction::Write(row.clone()))
            } else {
                (Rule::Stale, FileAction::Pass)
            }
        }
        (FileState::Present(_) | FileState::Absent, _) => (Rule::Pending, FileAction::Pass),
    };
    let report = if action == FileAction::Pass { report(name, part, rule) } else { None };
    (rule, action, report)
}

/// What there is to say of a part that is left alone under `rule`.
pub(super) fn report<P: Clone, C>(name: &P, part: &Part<C>, rule: Rule) -> Option<Report<P>> {
    let name = name.clone();
    match rule {
        Rule::Unreadable => Some(Report::Unreadable(name)),
        Rule::Quarantine => Some(Report::Quarantined(name)),
        Rule::Stale | Rule::DeleteWins => Some(Report::Behind(name)),
        Rule::Pending if matches!(part.file, FileState::Absent) => Some(Report::MissingHere(Some(name))),
        Rule::Pending => Some(Report::Pending),
        _ => None,
    }
}

impl<C: PartialEq> Part<C> {
    /// What makes `text` bear the hash of its own content.
    pub(super) fn stamp_action(&self, text: &FileText<C>) -> FileAction<C> {
        let is_own = match &text.ancestry {
            _ if self.kind == PartKind::Attachment => true,
            Ancestry::Unstamped | Ancestry::Foreign => false,
            Ancestry::Unknown { is_own, .. } => *is_own,
            Ancestry::Known { content, .. } => *content == text.content,
        };
        if is_own { FileAction::Keep } else { FileAction::Restamp }
    }

    /// Whether file and row say the same.
    pub(super) fn is_in_step(&self) -> bool {
        matches!(&self.file, FileState::Present(text) if Some(&text.content) == self.row.as_ref())
    }

    /// Whether this clone ever left or missed the part.
    pub(super) fn is_remembered(&self) -> bool {
        !matches!(self.left, Left::Unknown)
    }
}
