//! What it means that a file is not there.
//!
//! Absence is a deletion only where a deletion counts and git cannot have made the absence by going elsewhere. A row
//! that changed since wins over a deletion, unless git's history had that very change and deleted it too.

use std::collections::BTreeMap;

use super::{Case, Circumstances, Content, Left, Movement, Part, PartKind};

/// What the absence of one part's file means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Absence {
    /// It was never here: it is to be made from the row.
    New,
    /// It was deleted here, and the row is as it was.
    Deleted,
    /// It was deleted here, and the row changed: the row wins.
    Outlived,
    /// It is only missing on this branch.
    MissingHere,
}

/// Judges the absence of `part`, which the row has as `row`.
pub(super) fn of_part<C: Content>(part: &Part<C>, row: &C, circumstances: &Circumstances) -> Absence {
    match &part.left {
        Left::Unknown | Left::Nothing => {
            let may_write = circumstances.designated && !circumstances.quiet;
            if may_write && !part.git.history_had_it { Absence::New } else { Absence::MissingHere }
        }
        Left::Text(_) if !(circumstances.designated && is_users(part)) => Absence::MissingHere,
        Left::Text(left) if left == row || is_gits_own_deletion(part, left, row) => Absence::Deleted,
        Left::Text(_) => Absence::Outlived,
    }
}

/// Judges an entity of which nothing is there; `None` where its row has no parts.
pub(super) fn of_entity<P, C: Content, L: PartialEq>(case: &Case<P, C, L>) -> Option<Absence> {
    let judged = |part: &Part<C>| Some((part.kind, of_part(part, part.row.as_ref()?, &case.circumstances)));
    let (managed, beside): (Vec<_>, Vec<_>) =
        case.parts.values().filter_map(judged).partition(|(kind, _)| *kind == PartKind::Managed);
    let of = |judged: &[(PartKind, Absence)], what: Absence| judged.iter().any(|(_, absence)| *absence == what);
    // A row that went elsewhere changed as well.
    let went = case.place.base.is_some() && case.place.row.is_some() && case.place.base != case.place.row;
    let changed = went || of(&managed, Absence::Outlived) || of(&managed, Absence::New);
    let was_left = of(&managed, Absence::Deleted) || of(&managed, Absence::Outlived);
    match managed.len() {
        0 => None,
        _ if of(&managed, Absence::MissingHere) => Some(Absence::MissingHere),
        _ if !was_left => Some(Absence::New),
        _ if changed || of(&beside, Absence::Outlived) || of(&beside, Absence::New) => Some(Absence::Outlived),
        _ => Some(Absence::Deleted),
    }
}

/// Whether a person deleted the file: HEAD moved on with it, or git cannot have taken it away.
fn is_users<C>(part: &Part<C>) -> bool {
    let git = &part.git;
    let was_shared = git.merge_base.is_some() || git.is_gone_from_all_tips;
    git.movement != Movement::Sideways || was_shared || git.head.is_some() || git.head_then.is_none()
}

/// Whether git deleted the row's very content: HEAD lacks the part, and its history has every word that the row has
/// and that was not left.
fn is_gits_own_deletion<C: Content>(part: &Part<C>, left: &C, row: &C) -> bool {
    let knows_text = || part.git.history.iter().any(|old| old.text() == row.text());
    let knows = |key: &C::Key, said: &C::Value| part.git.history.iter().any(|old| old.values().get(key) == Some(said));
    let values: BTreeMap<_, _> =
        row.values().iter().filter(|(key, said)| left.values().get(key) != Some(said)).collect();
    part.git.head.is_none()
        && (row.text() == left.text() || knows_text())
        && values.into_iter().all(|(key, said)| knows(key, said))
}
