//! The decision table.

use super::{Case, Content, PlaceAction, RowAction, Rule, Verdict};

/// Decides one entity.
pub fn decide<P: Ord + Clone, C: Content, L: PartialEq>(case: &Case<P, C, L>) -> Verdict<P, C> {
    let _ = case;
    Verdict {
        rule: Rule::Nothing,
        row: RowAction::Keep,
        files: Default::default(),
        place: PlaceAction::Keep,
        collisions: Vec::new(),
        reports: Vec::new(),
    }
}

/// HEAD's text of each part that git changed under an edited file: this is to be decided and stored before the case
/// itself, which is then gathered again. `None` where nothing comes first.
pub fn comes_first<P: Ord + Clone, C: Content, L: Clone>(case: &Case<P, C, L>) -> Option<Case<P, C, L>> {
    let _ = case;
    None
}
