//! One field that several places tell: a header, its mirror below, another part.
//!
//! A place that equals its own base has no opinion. Two opinions that differ collide. One opinion counts for all: every
//! other place that said the same as the field did before follows, spelled in its own style. A place that always said
//! something else stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use super::Content;
use super::facet::Ground;

/// One part of the row, with its file where that takes part in the merge.
pub(super) struct Seat<'a, P, C> {
    pub(super) name: &'a P,
    pub(super) row: &'a C,
    pub(super) ground: Option<Ground<'a, C>>,
}

/// By topic: what the field said before, and what it says now.
type Moved<C> = BTreeMap<<C as Content>::Topic, (<C as Content>::Value, <C as Content>::Value)>;

/// The keys of each seat whose files say different new things of one topic; `waits` tells whose file waits for a
/// person.
pub(super) fn contested<P, C: Content>(seats: &[Seat<'_, P, C>], waits: &[bool]) -> Vec<BTreeSet<C::Key>> {
    let mut first: BTreeMap<C::Topic, &C::Value> = BTreeMap::new();
    let mut disputed = BTreeSet::new();
    for (key, said) in seats.iter().zip(waits).flat_map(|(seat, waits)| opinions(seat, *waits)) {
        let topic = C::topic(key);
        if !C::same_meaning(first.entry(topic.clone()).or_insert(said), said) {
            disputed.insert(topic);
        }
    }
    let of_seat = |seat| {
        let contested = opinions(seat, false).map(|(key, _)| key).filter(|key| disputed.contains(&C::topic(key)));
        contested.cloned().collect()
    };
    seats.iter().map(of_seat).collect()
}

/// What the file of a seat says anew. What the row says already is no news, unless the file waits for a person: then it
/// is not told that the row knows, and goes on saying it.
fn opinions<'s, P, C: Content>(
    seat: &'s Seat<'_, P, C>,
    waits: bool,
) -> impl Iterator<Item = (&'s C::Key, &'s C::Value)> {
    let grounded = seat.ground.as_ref().and_then(|ground| Some((ground, ground.base?)));
    grounded.into_iter().flat_map(move |(ground, base)| {
        ground.file.content.values().iter().filter(move |(key, said)| {
            let is_news = waits || differs::<C>(said, ground.row.values().get(key));
            is_news && differs::<C>(said, base.values().get(key))
        })
    })
}

fn differs<C: Content>(said: &C::Value, other: Option<&C::Value>) -> bool {
    other.is_none_or(|other| !C::same_meaning(said, other))
}

/// Lets the other places of each topic follow: `values` are those of each seat, as far as they are settled.
pub(super) fn follow<P, C: Content>(seats: &[Seat<'_, P, C>], values: &mut [BTreeMap<C::Key, C::Value>]) {
    let moved = moved(seats, values);
    if moved.is_empty() {
        return;
    }
    for (seat, settled) in seats.iter().zip(values) {
        for (key, said) in seat.row.values() {
            let Some((before, now)) = moved.get(&C::topic(key)) else { continue };
            let stays = settled.get(key) != Some(said) || !C::same_meaning(said, before) || has_opinion(seat, key);
            if let (false, Some(respelled)) = (stays, seat.row.respelled(key, now)) {
                settled.insert(key.clone(), respelled);
            }
        }
    }
}

/// For each topic that some file moved: what the field said before, and what it says now.
fn moved<P, C: Content>(seats: &[Seat<'_, P, C>], values: &[BTreeMap<C::Key, C::Value>]) -> Moved<C> {
    let mut moved = BTreeMap::new();
    for (seat, settled) in seats.iter().zip(values) {
        for (key, now) in settled {
            let before = seat.row.values().get(key);
            if before == Some(now) {
                continue;
            }
            let topic = C::topic(key);
            if let Some(before) = before.or_else(|| leading(seats, &topic)).filter(|said| !C::same_meaning(said, now)) {
                moved.entry(topic).or_insert_with(|| (before.clone(), now.clone()));
            }
        }
    }
    moved
}

/// What the first place that the row has says of `topic`.
fn leading<'s, P, C: Content>(seats: &[Seat<'s, P, C>], topic: &C::Topic) -> Option<&'s C::Value> {
    let said = |seat: &Seat<'s, P, C>| seat.row.values().iter().find(|(key, _)| C::topic(key) == *topic);
    seats.iter().find_map(said).map(|(_, value)| value)
}

/// The parts that say something else of a topic than the first part that speaks of it.
pub(super) fn differing<P: Ord + Clone, C: Content>(parts: &BTreeMap<P, C>) -> BTreeSet<P> {
    let mut first: BTreeMap<C::Topic, &C::Value> = BTreeMap::new();
    let mut differing = BTreeSet::new();
    for (name, content) in parts {
        for (key, said) in content.values() {
            if !C::same_meaning(first.entry(C::topic(key)).or_insert(said), said) {
                differing.insert(name.clone());
            }
        }
    }
    differing
}

/// Whether the file of a seat says of `key` something else than the row and than what it derives from.
fn has_opinion<P, C: Content>(seat: &Seat<'_, P, C>, key: &C::Key) -> bool {
    seat.ground.as_ref().is_some_and(|ground| {
        let said = ground.file.content.values().get(key);
        said != ground.row.values().get(key) && ground.base.is_none_or(|base| said != base.values().get(key))
    })
}
