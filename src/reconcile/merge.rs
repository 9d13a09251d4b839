//! What the parts of one entity become that both sides have: values first, then what follows them, then the text.

use std::collections::BTreeMap;

use super::facet::{Ground, Standing};
use super::opinions::{self, Seat};
use super::values::{self, Settled};
use super::{Collision, Content, Invalid, TextMerge};
use crate::model::{ConflictKind, ThreeWay};

/// What one part becomes.
pub(super) struct Merged<C> {
    /// The row's content from now on.
    pub(super) row: C,
    /// Whether the file waits for a person and stays as it is; else it takes the row's content.
    pub(super) is_held: bool,
}

/// Merges the parts that sit round the table; those whose file takes no part only follow.
///
/// A part that is held goes on saying what it said, which can put other parts at odds with it: so it is asked again
/// until no more are held.
pub(super) fn merge<P: Ord + Clone, C: Content>(
    seats: &[Seat<'_, P, C>],
    collisions: &mut Vec<Collision<P, C>>,
) -> BTreeMap<P, Merged<C>> {
    let mut waits = vec![false; seats.len()];
    loop {
        let mut clashes = Vec::new();
        let merged = attempt(seats, &waits, &mut clashes);
        let held: Vec<bool> = merged.iter().zip(&waits).map(|(part, waits)| part.is_held || *waits).collect();
        if held == waits {
            collisions.extend(clashes);
            return seats.iter().map(|seat| seat.name.clone()).zip(merged).collect();
        }
        waits = held;
    }
}

fn attempt<P: Ord + Clone, C: Content>(
    seats: &[Seat<'_, P, C>],
    waits: &[bool],
    collisions: &mut Vec<Collision<P, C>>,
) -> Vec<Merged<C>> {
    let contested = opinions::contested(seats, waits);
    let mut settled: Vec<_> = Vec::with_capacity(seats.len());
    for (seat, contested) in seats.iter().zip(&contested) {
        let Some(ground) = &seat.ground else {
            settled.push(seat.row.values().clone());
            continue;
        };
        let Settled { values, collisions: clashes } = values::settle(seat.name, ground, contested);
        collisions.extend(clashes);
        let two_places = |key| values::collision_at(seat.name, ground, key, ConflictKind::TwoPlaces);
        collisions.extend(contested.iter().map(two_places));
        settled.push(values);
    }
    opinions::follow(seats, &mut settled);
    seats.iter().zip(settled).map(|(seat, values)| finish(seat, values, collisions)).collect()
}

/// Merges the text of one part and puts the settled values into it.
fn finish<P: Ord + Clone, C: Content>(
    seat: &Seat<'_, P, C>,
    values: BTreeMap<C::Key, C::Value>,
    collisions: &mut Vec<Collision<P, C>>,
) -> Merged<C> {
    let Some(ground) = &seat.ground else {
        return Merged { row: keep_text(seat.row, &values), is_held: false };
    };
    let (text, clash) = text(ground);
    collisions.extend(clash.map(|kind| Collision::of_part(kind, seat.name)));
    let is_held = collisions.iter().any(|c| c.kind.is_hold() && c.part.as_ref() == Some(seat.name));
    if is_held {
        return Merged { row: keep_text(seat.row, &values), is_held };
    }
    match compose(ground, &text, &values) {
        Ok(row) => Merged { row, is_held },
        Err(Invalid) => {
            collisions.push(Collision::of_part(ConflictKind::Invalid, seat.name));
            Merged { row: keep_text(seat.row, &values), is_held: true }
        }
    }
}

/// The merged text; where nobody can tell what it should be, the row's, and the part is held.
fn text<C: Content>(ground: &Ground<'_, C>) -> (C::Text, Option<ConflictKind>) {
    let (file, row) = (ground.file.content.text(), ground.row.text());
    let standing = ground.standing(|content| content.text());
    let base = match (standing, ground.base) {
        (Standing::Agree | Standing::Row, _) => return (row.clone(), None),
        (Standing::File, _) => return (file.clone(), None),
        (Standing::GitsWord, None) => return (file.clone(), Some(ConflictKind::Superseded)),
        (_, None) => return (row.clone(), Some(ConflictKind::NoBase)),
        (_, Some(base)) => base.text(),
    };
    match C::merge_text(ThreeWay { base, file, row }) {
        TextMerge::Clean(text) => (text, None),
        TextMerge::Kept(text) => (text, Some(ConflictKind::Superseded)),
        TextMerge::Overlapping(text) if standing.is_for_file() => (text, Some(ConflictKind::Superseded)),
        TextMerge::Overlapping(_) => (row.clone(), Some(ConflictKind::Body)),
    }
}

/// What is written already is taken as it is, byte for byte; only what is new on both sides is put together.
fn compose<C: Content>(
    ground: &Ground<'_, C>,
    text: &C::Text,
    values: &BTreeMap<C::Key, C::Value>,
) -> Result<C, Invalid> {
    let written = [&ground.file.content, ground.row].into_iter().find(|c| c.text() == text && c.values() == values);
    written.map_or_else(|| C::assemble(text, values), |content| Ok(content.clone()))
}

/// The row with its own text and those of `values` that have a place in it; unchanged where that makes no document.
fn keep_text<C: Content>(row: &C, values: &BTreeMap<C::Key, C::Value>) -> C {
    let said = row.values().iter().map(|(key, said)| (key.clone(), values.get(key).unwrap_or(said).clone()));
    let kept: BTreeMap<_, _> = said.collect();
    if kept == *row.values() {
        row.clone()
    } else {
        C::assemble(row.text(), &kept).unwrap_or_else(|Invalid| row.clone())
    }
}
