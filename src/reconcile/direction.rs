//! Which side may be written at all.

use super::{Case, Content, Verdict};

/// Which side a sync writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// Both.
    #[default]
    TwoWay,
    /// Files only follow rows.
    Mirror,
    /// Neither.
    Check,
}

/// Decides one entity under `direction`.
pub fn decide_towards<P: Ord + Clone, C: Content, L: PartialEq>(
    direction: Direction,
    case: &Case<P, C, L>,
) -> Verdict<P, C> {
    let _ = direction;
    super::decide(case)
}
