//! What a person decided of what collided. It counts for that alone: everything else is merged as it always is.

use super::Content;

/// Whose word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The file's.
    File,
    /// The row's.
    Row,
}

/// A decision about one thing that collided.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice<P, K> {
    /// In which part.
    pub part: P,
    /// Which value; `None` for the text around the values, or the part as a whole.
    pub key: Option<K>,
    /// Whose word counts.
    pub side: Side,
}

/// Everything that was decided of one entity.
#[derive(Debug)]
pub(super) struct Choices<'a, P, C: Content>(pub(super) &'a [Choice<P, C::Key>]);

impl<P, C: Content> Clone for Choices<'_, P, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, C: Content> Copy for Choices<'_, P, C> {}

impl<'a, P: PartialEq, C: Content> Choices<'a, P, C> {
    /// Nobody decided anything.
    pub(super) const NONE: Self = Self(&[]);

    /// Whose word counts for a value of a part, or for its text.
    pub(super) fn of(&self, part: &P, key: Option<&C::Key>) -> Option<Side> {
        let decided = self.0.iter().find(|choice| choice.part == *part && choice.key.as_ref() == key);
        decided.map(|choice| choice.side)
    }

    /// Whose word counts for which values of a part.
    pub(super) fn in_part(&self, part: &P) -> Vec<(&'a C::Key, Side)> {
        let ours = self.0.iter().filter(|choice| choice.part == *part);
        ours.filter_map(|choice| Some((choice.key.as_ref()?, choice.side))).collect()
    }

    /// What was decided of one thing that several places speak of: that is one decision, in whichever place it was made.
    pub(super) fn of_topic(&self, topic: &C::Topic) -> Option<&'a Choice<P, C::Key>> {
        let is_of = |choice: &&Choice<P, C::Key>| choice.key.as_ref().is_some_and(|key| C::topic(key) == *topic);
        self.0.iter().find(is_of)
    }
}
