//! Whether every entity can have the place that it shall have: taken targets, and tasks without their sprint.

use std::collections::BTreeSet;

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

/// Tells who cannot have the place that it shall have, because another one has it and does not leave. Those who swap
/// or go round in a ring can. An entity that cannot move stays where it is and is in the way of others in turn.
pub fn blocked<I: Ord + Clone, L: Ord + Clone>(placings: &[Placing<I, L>]) -> BTreeSet<I> {
    let _ = placings;
    BTreeSet::new()
}
