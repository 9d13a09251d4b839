//! What the inner floors need from outside and never fetch themselves: the time and fresh ids.

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time; only shown to people and stored, never used to decide.
pub trait Clock: Send + Sync {
    /// Now, in whole microseconds, so that every back end stores the same.
    fn now(&self) -> Timestamp;
}

/// Makes ids that nobody else makes.
pub trait Ids: Send + Sync {
    /// A fresh id; later ones sort after earlier ones.
    fn fresh(&self) -> Uuid;
}
