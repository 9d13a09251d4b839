//! Spreads work over all cores, where there is enough of it to be worth waking them.

use rayon::prelude::*;

/// So many items are done sooner by the thread that has them: waking the others takes as long as a few files.
const FEW: usize = 16;

/// Applies `work` to each of `items` and its number, with all cores if they are many; answers in their order.
pub fn spread<I: Send, T: Send>(items: Vec<I>, work: impl Fn(usize, I) -> T + Sync) -> Vec<T> {
    if items.len() <= FEW {
        return items.into_iter().enumerate().map(|(number, item)| work(number, item)).collect();
    }
    items.into_par_iter().enumerate().with_min_len(FEW).map(|(number, item)| work(number, item)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_answered_in_their_order() {
        for count in [0, 1, FEW, FEW + 1, 40 * FEW] {
            let answers = spread((0..count).collect(), |number, item| (number == item).then_some(item));
            assert_eq!(answers, (0..count).map(Some).collect::<Vec<_>>());
        }
    }
}
