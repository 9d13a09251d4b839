//! The order in which people expect codes and references.

use std::cmp::Ordering;

/// Compares as people do: numbers by value, letters without case; equal so, by bytes.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a, b);
    loop {
        let order = match (x.as_bytes().first(), y.as_bytes().first()) {
            (None, None) => return a.cmp(b),
            (None, _) => Ordering::Less,
            (_, None) => Ordering::Greater,
            (Some(c), Some(d)) if c.is_ascii_digit() && d.is_ascii_digit() => {
                let (m, n) = (number(&mut x), number(&mut y));
                m.len().cmp(&n.len()).then(m.cmp(n))
            }
            (Some(c), Some(d)) if c.is_ascii() && d.is_ascii() => {
                (x, y) = (&x[1..], &y[1..]);
                c.to_ascii_lowercase().cmp(&d.to_ascii_lowercase())
            }
            _ => letter(&mut x).cmp(letter(&mut y)),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Takes the first letter of `text`, without its case.
fn letter(text: &mut &str) -> impl Iterator<Item = char> + use<> {
    let mut rest = text.chars();
    let first = rest.next();
    *text = rest.as_str();
    first.into_iter().flat_map(char::to_lowercase)
}

/// Takes the digits at the beginning of `text`, without leading zeros.
fn number<'a>(text: &mut &'a str) -> &'a str {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    *text = rest;
    digits.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_in_codes_count_by_value() {
        let mut codes = ["phase-10", "Phase-2", "phase-1", "phase-02b", "phase", "a"];
        codes.sort_by(|a, b| natural(a, b));
        assert_eq!(codes, ["a", "phase", "phase-1", "Phase-2", "phase-02b", "phase-10"]);
    }

    proptest! {
        #[test]
        fn the_natural_order_is_total(a in "[a-zA-Z0-9é-]{0,6}", b in "[a-zA-Z0-9é-]{0,6}", c in "[a-zA-Z0-9é-]{0,6}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            prop_assert_eq!(natural(&a, &b) == Ordering::Equal, a == b);
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                prop_assert!(natural(&a, &c).is_le());
            }
        }
    }
}
