//! Whether every entity can have the place that it shall have: rule 28 of the table.

use std::collections::{BTreeMap, BTreeSet};

/// One entity that has or shall have a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placing<I, L> {
    /// Who.
    pub id: I,
    /// Where it is.
    pub from: Option<L>,
    /// Where it shall be; `None` when it goes away.
    pub to: Option<L>,
}

/// Tells who cannot have the place that it shall have, because another one has it and does not leave, or wants it too.
/// Those who swap or go round in a ring can. An entity that cannot move stays where it is and is in the way of others
/// in turn. Nobody is ever put anywhere else instead.
pub fn blocked<I: Ord + Clone, L: Ord + Clone>(placings: &[Placing<I, L>]) -> BTreeSet<I> {
    let mut coming: BTreeMap<&L, Vec<&Placing<I, L>>> = BTreeMap::new();
    for placing in placings.iter().filter(|placing| is_moving(placing)) {
        if let Some(to) = &placing.to {
            coming.entry(to).or_default().push(placing);
        }
    }
    let contested = coming.values().filter(|there| there.len() > 1).flatten().copied();
    let staying = placings.iter().filter(|placing| !is_moving(placing)).filter_map(|placing| placing.from.as_ref());
    let in_the_way = |place: &L| coming.get(place).into_iter().flatten().copied();
    let mut stuck: Vec<&Placing<I, L>> = contested.chain(staying.flat_map(in_the_way)).collect();
    let mut blocked = BTreeSet::new();
    while let Some(placing) = stuck.pop() {
        if blocked.insert(placing.id.clone()) {
            stuck.extend(placing.from.iter().flat_map(in_the_way));
        }
    }
    blocked
}

fn is_moving<I, L: PartialEq>(placing: &Placing<I, L>) -> bool {
    placing.from != placing.to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stuck(moves: &[(char, Option<u8>, Option<u8>)]) -> String {
        let placings: Vec<_> = moves.iter().map(|&(id, from, to)| Placing { id, from, to }).collect();
        blocked(&placings).into_iter().collect()
    }

    #[test]
    fn row_28_nobody_moves_to_a_place_that_is_taken() {
        assert_eq!(stuck(&[('a', Some(1), Some(2)), ('b', Some(2), Some(2))]), "a");
        assert_eq!(stuck(&[('a', Some(1), Some(2)), ('b', Some(2), Some(3))]), "");
        assert_eq!(stuck(&[('a', Some(1), Some(2)), ('b', Some(2), None)]), "", "who goes away is not in the way");
        assert_eq!(stuck(&[('a', None, Some(2)), ('b', Some(2), Some(2))]), "a", "nor is anybody made there");
    }

    #[test]
    fn row_28_who_cannot_move_is_in_the_way_of_others() {
        assert_eq!(
            stuck(&[
                ('a', Some(1), Some(2)),
                ('b', Some(2), Some(3)),
                ('c', Some(3), Some(3)),
                ('d', Some(4), Some(5))
            ]),
            "ab"
        );
    }

    #[test]
    fn row_28_two_who_want_one_place_both_wait() {
        assert_eq!(stuck(&[('a', Some(1), Some(3)), ('b', Some(2), Some(3))]), "ab");
    }

    #[test]
    fn cc20_a_swap_and_a_ring_are_possible() {
        assert_eq!(stuck(&[('a', Some(1), Some(2)), ('b', Some(2), Some(1))]), "");
        assert_eq!(stuck(&[('a', Some(1), Some(2)), ('b', Some(2), Some(3)), ('c', Some(3), Some(1))]), "");
    }
}
