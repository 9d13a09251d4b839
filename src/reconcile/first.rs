//! What has to be decided before an edited file: HEAD's own text under it.
//!
//! When git moved HEAD over a file that somebody has edited since, two things happened to that file. HEAD's text is
//! reconciled first, without writing any file, as if it were there; then the edit is one on top of it.

use super::{Ancestry, Case, Collision, Content, FileState, FileText, Part, RowState, Verdict};

/// HEAD's text of each part that git changed under an edited file: this is to be decided and stored before the case
/// itself. Then the case is gathered again, and again as long as that changes something; it has its turn itself once it
/// does not, unless what came first [`keeps_waiting`]. `None` where nothing comes first.
pub fn comes_first<P: Ord + Clone, C: Content, L: Clone>(case: &Case<P, C, L>) -> Option<Case<P, C, L>> {
    let is_first_contact = case.row == RowState::Never && case.circumstances.designated;
    let comes_first = |part: &Part<C>| match part.is_remembered() {
        true => is_edited_over(part),
        false => is_first_contact && is_edit_of_heads_text(part),
    };
    if !case.parts.values().any(comes_first) {
        return None;
    }
    let mut first = case.clone();
    first.circumstances.quiet = true;
    for part in first.parts.values_mut().filter(|part| comes_first(part)) {
        part.file = part.git.head.clone().map_or(FileState::Absent, FileState::Present);
        part.git.is_heads_text = true;
        part.git.bears_heads_stamp = true;
    }
    Some(first)
}

/// Whether the `verdict` on what came `first` holds some of HEAD's text: then the edit on top of it waits as well.
pub fn keeps_waiting<P: Ord, C: Content, L>(
    case: &Case<P, C, L>,
    first: &Case<P, C, L>,
    verdict: &Verdict<P, C>,
) -> bool {
    let came_first = |part: &P| first.parts[part].file != case.parts[part].file;
    let holds =
        |collision: &Collision<P, C>| collision.kind.is_hold() && collision.part.as_ref().is_none_or(came_first);
    verdict.collisions.iter().any(holds)
}

/// Whether git changed what the file had been, and the file is neither that nor was that left.
fn is_edited_over<C>(part: &Part<C>) -> bool {
    let (git, file) = (&part.git, &part.file);
    let is_heads = match (file, &git.head) {
        (FileState::Absent, None) => true,
        _ => git.is_heads_text,
    };
    let was_left = match &git.head {
        Some(head) => head.is_as_left,
        None => matches!(part.left, super::Left::Nothing),
    };
    git.was_touched && !is_heads && !was_left && (git.head.is_some() || git.head_then.is_some())
}

/// Whether the file is an edit of the text that HEAD has, by its stamp.
fn is_edit_of_heads_text<C: PartialEq>(part: &Part<C>) -> bool {
    let (Some(head), FileState::Present(file)) = (&part.git.head, &part.file) else { return false };
    head.content != file.content && (part.git.bears_heads_stamp || derives_from(file, &head.content))
}

fn derives_from<C: PartialEq>(file: &FileText<C>, content: &C) -> bool {
    match &file.ancestry {
        Ancestry::Known { content: base, .. } => base == content,
        Ancestry::Unknown { named, .. } => named.as_ref() == Some(content),
        Ancestry::Unstamped | Ancestry::Foreign => false,
    }
}
