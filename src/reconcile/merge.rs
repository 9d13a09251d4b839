//! What the parts of one entity become that both sides have: values first, then what follows them, then the text.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::{Choices, Side};
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
/// until no more are held. Where only the file changed, it waits as a whole: if its stamp tells nothing, only a row that
/// stays as it is can be known again as what the file derives from.
pub(super) fn merge<P: Ord + Clone, C: Content>(
    seats: &[Seat<'_, P, C>],
    choices: Choices<'_, P, C>,
    collisions: &mut Vec<Collision<P, C>>,
) -> BTreeMap<P, Merged<C>> {
    let mut waits = vec![false; seats.len()];
    loop {
        let mut clashes = Vec::new();
        let merged = attempt(seats, &waits, choices, &mut clashes);
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
    choices: Choices<'_, P, C>,
    collisions: &mut Vec<Collision<P, C>>,
) -> Vec<Merged<C>> {
    let contested = opinions::contested(seats, waits);
    let mut settled: Vec<_> = Vec::with_capacity(seats.len());
    for (seat, contested) in seats.iter().zip(&contested) {
        let Some(ground) = &seat.ground else {
            settled.push(seat.row.values().clone());
            continue;
        };
        let is_open = |key: &&C::Key| choices.of_topic(&C::topic(key)).is_none();
        let waits = contested.iter().any(|key| is_open(&key)) && ground.base == Some(seat.row);
        let Settled { values, collisions: clashes } = match waits {
            true => Settled { values: seat.row.values().clone(), collisions: Vec::new() },
            false => values::settle(seat.name, ground, contested, choices),
        };
        collisions.extend(clashes);
        let two_places = |key| values::collision_at(seat.name, ground, key, ConflictKind::TwoPlaces);
        collisions.extend(contested.iter().filter(is_open).map(two_places));
        settled.push(values);
    }
    choose_places(seats, &contested, choices, &mut settled);
    opinions::follow(seats, &mut settled);
    seats.iter().zip(settled).map(|(seat, values)| finish(seat, values, choices, collisions)).collect()
}

/// Lets every place of a disputed topic say what was chosen, each in its own style; without a choice for the file the
/// row's value stays.
fn choose_places<P: Ord + Clone, C: Content>(
    seats: &[Seat<'_, P, C>],
    contested: &[BTreeSet<C::Key>],
    choices: Choices<'_, P, C>,
    settled: &mut [BTreeMap<C::Key, C::Value>],
) {
    let chosen = |topic: &C::Topic| {
        let choice = choices.of_topic(topic).filter(|choice| choice.side == Side::File)?;
        let seat = seats.iter().find(|seat| *seat.name == choice.part)?;
        seat.ground?.file.content.values().get(choice.key.as_ref()?)
    };
    for ((seat, keys), values) in seats.iter().zip(contested).zip(settled) {
        for key in keys {
            let Some(value) = chosen(&C::topic(key)) else { continue };
            let said = seat.ground.and_then(|ground| ground.file.content.values().get(key));
            let is_said = said.filter(|said| C::same_meaning(said, value)).cloned();
            values.extend(is_said.or_else(|| seat.row.respelled(key, value)).map(|said| (key.clone(), said)));
        }
    }
}

/// Merges the text of one part and puts the settled values into it.
fn finish<P: Ord + Clone, C: Content>(
    seat: &Seat<'_, P, C>,
    values: BTreeMap<C::Key, C::Value>,
    choices: Choices<'_, P, C>,
    collisions: &mut Vec<Collision<P, C>>,
) -> Merged<C> {
    let Some(ground) = &seat.ground else {
        return Merged { row: keep_text(seat.row, &values), is_held: false };
    };
    let choice = choices.of(seat.name, None);
    let (text, clash) = text(ground, choice);
    let holds = |c: &&Collision<P, C>| c.kind.is_hold() && c.part.as_ref() == Some(seat.name);
    let is_held = collisions.iter().any(|c| holds(&c));
    let held: Vec<C::Key> = collisions.iter().filter(holds).filter_map(|c| c.key.clone()).collect();
    let rebuilt = || {
        let sides = ThreeWay { base: ground.base?, file: &ground.file.content, row: ground.row };
        let waiting = held.iter().map(|key| (key, Side::Row));
        let chosen: Vec<_> = choices.in_part(seat.name).into_iter().chain(waiting).collect();
        C::rebuilt(sides, &values, &chosen).filter(|_| choice.is_none())
    };
    let is_overlap = matches!(clash, Some(ConflictKind::Body | ConflictKind::Superseded)) && !ground.was_read_half();
    let clash = match is_overlap.then(rebuilt).flatten() {
        Some(row) if !is_held => return Merged { row, is_held },
        // What is held already is all that stands against it.
        Some(_) => None,
        None => clash,
    };
    collisions.extend(clash.map(|kind| Collision::of_part(kind, seat.name)));
    let is_held = is_held || clash.is_some_and(ConflictKind::is_hold);
    if is_held {
        return Merged { row: keep_text(seat.row, &values), is_held };
    }
    match (compose(ground, &text, &values), choice) {
        (Ok(row), _) => Merged { row, is_held },
        (Err(Invalid), Some(Side::File)) => Merged { row: ground.file.content.clone(), is_held },
        (Err(Invalid), Some(Side::Row)) => Merged { row: ground.row.clone(), is_held },
        (Err(Invalid), None) => {
            if let Some(row) = rebuilt() {
                return Merged { row, is_held };
            }
            collisions.push(Collision::of_part(ConflictKind::Invalid, seat.name));
            Merged { row: keep_text(seat.row, &values), is_held: true }
        }
    }
}

/// The merged text; where nobody can tell or chose what it should be, the row's, and the part is held.
fn text<C: Content>(ground: &Ground<'_, C>, choice: Option<Side>) -> (C::Text, Option<ConflictKind>) {
    let (file, row) = (ground.file.content.text(), ground.row.text());
    if ground.was_read_half() {
        return (file.clone(), Some(ConflictKind::Superseded));
    }
    let standing = ground.standing_of_text();
    let base = match (standing, ground.base) {
        (Standing::Agree | Standing::Row, _) => return (row.clone(), None),
        (Standing::File, _) => return (file.clone(), None),
        (Standing::GitsWord, None) => return (file.clone(), Some(ConflictKind::Superseded)),
        (_, None) => {
            return match choice {
                Some(Side::File) => (file.clone(), None),
                Some(Side::Row) => (row.clone(), None),
                None => (row.clone(), Some(ConflictKind::NoBase)),
            };
        }
        (_, Some(base)) => base.text(),
    };
    match C::merge_text(ThreeWay { base, file, row }) {
        TextMerge::Clean(text) => (text, None),
        TextMerge::Kept(text) => (text, Some(ConflictKind::Superseded)),
        TextMerge::Overlapping(text) if standing.is_for_file() => (text, Some(ConflictKind::Superseded)),
        TextMerge::Overlapping(text) if choice == Some(Side::File) => (text, None),
        TextMerge::Overlapping(_) if choice == Some(Side::Row) => {
            let (TextMerge::Clean(text) | TextMerge::Kept(text) | TextMerge::Overlapping(text)) =
                C::merge_text(ThreeWay { base, file: row, row: file });
            (text, None)
        }
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
    let assembled = || C::assemble(text, values).or_else(|Invalid| in_style_of_file(ground, text, values));
    written.map_or_else(assembled, |content| Ok(content.clone()))
}

/// Puts values into the file's text as the file spells them: where it has brackets, lines of a list would break it.
fn in_style_of_file<C: Content>(
    ground: &Ground<'_, C>,
    text: &C::Text,
    values: &BTreeMap<C::Key, C::Value>,
) -> Result<C, Invalid> {
    let file = &ground.file.content;
    if file.text() != text {
        return Err(Invalid);
    }
    let spelled =
        |(key, value): (&C::Key, &C::Value)| (key.clone(), file.respelled(key, value).unwrap_or_else(|| value.clone()));
    C::assemble(text, &values.iter().map(spelled).collect())
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
