//! Which file belongs to which entity: identity is the id in the stamp, never the path.
//!
//! This needs the whole tree at once. What lies in one folder is one entity; a [`Found`] is such a folder (or the
//! file of an agent). What cannot be told for certain is held, never guessed.

use std::collections::{BTreeMap, BTreeSet};

/// A folder (or an agent's file) of the tree that makes an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<I, L> {
    /// Where it lies.
    pub place: L,
    /// The ids that its stamps bear, the most telling file first: TASK.md before AGENT.yml.
    pub stamps: Vec<I>,
    /// The live entity that was last left at this place, or else whose row has it.
    pub known_here: Option<I>,
}

/// Whom a folder belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity<I> {
    /// To this entity; known to the database or not. Stamps of other ids in the same folder have no authority.
    Belongs(I),
    /// To nobody yet, and no stamp says otherwise: it may be adopted.
    New,
    /// It repeats an id whose own place is elsewhere, or nobody can tell which of them is the copy: held.
    Duplicate(I),
    /// Another entity was here, is nowhere else, and this one is new here: held.
    Replaced {
        /// Who was here.
        was: I,
        /// Whose id is here now.
        is: I,
    },
}

impl<I> Identity<I> {
    /// Whose the folder is, where that can be told.
    pub const fn owner(&self) -> Option<&I> {
        match self {
            Self::Belongs(id) => Some(id),
            Self::New | Self::Duplicate(_) | Self::Replaced { .. } => None,
        }
    }
}

/// Where an entity should be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seats<L> {
    /// Where this clone left it, the most telling place first.
    pub left: Vec<L>,
    /// Where its row has it; of one that is deleted, where it was last.
    pub of_row: Option<L>,
    /// Whether it was deleted while nobody had decided what its copies are: none of them is taken for itself, not even
    /// where its row was last.
    pub is_left_to_copies: bool,
}

impl<L> Seats<L> {
    /// The places, the most telling one first.
    fn places(self) -> Vec<L> {
        let of_row = self.of_row.filter(|_| !self.is_left_to_copies);
        self.left.into_iter().chain(of_row).collect()
    }
}

/// Tells for each of `found` whom it belongs to, in the same order.
pub fn identities<I: Ord + Clone, L: PartialEq>(
    found: &[Found<I, L>],
    seats: impl Fn(&I) -> Seats<L>,
) -> Vec<Identity<I>> {
    let mut claims: BTreeMap<&I, Vec<&Found<I, L>>> = BTreeMap::new();
    for folder in found {
        if let Some(id) = claim(folder) {
            claims.entry(id).or_default().push(folder);
        }
    }
    found.iter().map(|folder| identity(folder, &claims, &seats)).collect()
}

/// Entities of which nobody can tell whether they are gone: their place is taken by what is held, and no folder bears
/// their id. They are neither to be deleted nor to be made again while that lasts.
pub fn hidden<I: Ord + Clone, L>(found: &[Found<I, L>], told: &[Identity<I>]) -> BTreeSet<I> {
    let held = |identity: &Identity<I>| matches!(identity, Identity::Duplicate(_) | Identity::Replaced { .. });
    let mut hidden: BTreeSet<I> = BTreeSet::new();
    for (folder, identity) in found.iter().zip(told).filter(|(_, identity)| held(identity)) {
        hidden.extend(folder.known_here.clone());
        hidden.extend(match identity {
            Identity::Duplicate(id) | Identity::Replaced { is: id, .. } => Some(id.clone()),
            Identity::Belongs(_) | Identity::New => None,
        });
    }
    for identity in told {
        if let Identity::Belongs(id) = identity {
            hidden.remove(id);
        }
    }
    hidden
}

/// The id that a folder bears: of several, the one that is known here, else the most telling.
fn claim<I: PartialEq, L>(folder: &Found<I, L>) -> Option<&I> {
    let known = folder.known_here.as_ref().filter(|known| folder.stamps.contains(known));
    known.or_else(|| folder.stamps.first())
}

fn identity<I: Ord + Clone, L: PartialEq>(
    folder: &Found<I, L>,
    claims: &BTreeMap<&I, Vec<&Found<I, L>>>,
    seats: impl Fn(&I) -> Seats<L>,
) -> Identity<I> {
    let gone = folder.known_here.as_ref().filter(|known| !claims.contains_key(known));
    let Some(id) = claim(folder) else {
        return gone.map_or(Identity::New, |known| Identity::Belongs(known.clone()));
    };
    let seats = seats(id);
    let (is_left_to_copies, places) = (seats.is_left_to_copies, seats.places());
    let is_claimed = |place: &&L| claims[id].iter().any(|claim| claim.place == **place);
    let is_original = match places.iter().find(is_claimed) {
        Some(seat) => *seat == folder.place,
        None => claims[id].len() == 1 && !is_left_to_copies,
    };
    match gone {
        _ if !is_original => Identity::Duplicate(id.clone()),
        Some(was) if !places.contains(&folder.place) => Identity::Replaced { was: was.clone(), is: id.clone() },
        _ => Identity::Belongs(id.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder at `place` that bears `stamps` and where `known` was last left.
    fn at(place: u8, stamps: &[char], known: Option<char>) -> Found<char, u8> {
        Found { place, stamps: stamps.to_vec(), known_here: known }
    }

    /// The rows of `a` and `b` have the places 1 and 2; `m` was left at 9, and its row has moved to 8; `d` was left at 4
    /// and deleted when its row was at 5, and its copies are undecided.
    fn told(found: &[Found<char, u8>]) -> Vec<Identity<char>> {
        identities(found, |id| {
            let (left, of_row) = match id {
                'a' => (vec![], Some(1)),
                'b' => (vec![], Some(2)),
                'm' => (vec![9], Some(8)),
                'd' => (vec![4], Some(5)),
                _ => (vec![], None),
            };
            Seats { left, of_row, is_left_to_copies: *id == 'd' }
        })
    }

    #[test]
    fn a_folder_belongs_to_the_id_it_bears_wherever_it_lies() {
        assert_eq!(told(&[at(1, &['a', 'a'], Some('a'))]), [Identity::Belongs('a')]);
        assert_eq!(told(&[at(7, &['a'], None)]), [Identity::Belongs('a')]);
        assert_eq!(told(&[at(7, &['x'], None)]), [Identity::Belongs('x')], "an id that the database does not know");
    }

    #[test]
    fn row_04_a_folder_without_a_stamp_may_be_adopted() {
        assert_eq!(told(&[at(7, &[], None)]), [Identity::New]);
    }

    #[test]
    fn row_05_a_folder_that_lost_its_stamps_belongs_to_whom_it_belonged() {
        assert_eq!(told(&[at(1, &[], Some('a'))]), [Identity::Belongs('a')]);
    }

    #[test]
    fn a_new_folder_at_the_place_of_one_that_moved_away_is_new() {
        assert_eq!(told(&[at(1, &[], Some('a')), at(7, &['a'], None)]), [Identity::New, Identity::Belongs('a')]);
    }

    #[test]
    fn row_29_gt14_the_copy_is_held_and_the_original_keeps_its_identity() {
        let found = [at(7, &['a'], None), at(1, &['a'], Some('a'))];
        assert_eq!(told(&found), [Identity::Duplicate('a'), Identity::Belongs('a')]);
        assert_eq!(hidden(&found, &told(&found)), BTreeSet::new());
    }

    #[test]
    fn row_29_where_no_copy_is_at_home_all_are_held() {
        let found = [at(7, &['a'], None), at(8, &['a'], None)];
        assert_eq!(told(&found), [Identity::Duplicate('a'), Identity::Duplicate('a')]);
        assert_eq!(hidden(&found, &told(&found)), BTreeSet::from(['a']), "and nobody takes it for deleted");
    }

    #[test]
    fn row_29_the_place_where_it_was_left_tells_where_the_row_has_moved_it() {
        let found = [at(7, &['m'], None), at(9, &['m'], Some('m'))];
        assert_eq!(told(&found), [Identity::Duplicate('m'), Identity::Belongs('m')]);
        let copied_to_where_the_row_went = [at(8, &['m'], None), at(9, &['m'], Some('m'))];
        assert_eq!(told(&copied_to_where_the_row_went), [Identity::Duplicate('m'), Identity::Belongs('m')]);
    }

    #[test]
    fn row_20_a_copy_that_nobody_decided_about_is_not_taken_for_the_deleted_original() {
        assert_eq!(told(&[at(7, &['d'], None)]), [Identity::Duplicate('d')]);
        assert_eq!(told(&[at(5, &['d'], None)]), [Identity::Duplicate('d')], "nor one where its row was last");
        let found = [at(4, &['d'], Some('d')), at(7, &['d'], None)];
        assert_eq!(told(&found), [Identity::Belongs('d'), Identity::Duplicate('d')]);
        assert_eq!(told(&[at(4, &['d'], Some('d'))]), [Identity::Belongs('d')]);
    }

    #[test]
    fn row_36_a_part_copied_from_another_folder_does_not_change_whose_folder_it_is() {
        let found = [at(1, &['b', 'a'], Some('a')), at(2, &['b'], Some('b'))];
        assert_eq!(told(&found), [Identity::Belongs('a'), Identity::Belongs('b')]);
    }

    #[test]
    fn row_38_an_id_in_the_place_of_one_that_is_nowhere_is_held() {
        let found = [at(1, &['x'], Some('a'))];
        assert_eq!(told(&found), [Identity::Replaced { was: 'a', is: 'x' }]);
        assert_eq!(hidden(&found, &told(&found)), BTreeSet::from(['a', 'x']));
    }

    #[test]
    fn cc20_two_folders_that_swapped_names_are_two_moves() {
        let found = [at(1, &['b'], Some('a')), at(2, &['a'], Some('b'))];
        assert_eq!(told(&found), [Identity::Belongs('b'), Identity::Belongs('a')]);
    }

    #[test]
    fn a_copy_over_another_folder_hides_whom_it_replaced() {
        let found = [at(1, &['a'], Some('a')), at(2, &['a'], Some('b'))];
        assert_eq!(told(&found), [Identity::Belongs('a'), Identity::Duplicate('a')]);
        assert_eq!(hidden(&found, &told(&found)), BTreeSet::from(['b']));
    }
}
