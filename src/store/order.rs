//! Which rows a list shows and in which order, on what a back end has read: the same for every back end.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Direction, ListQuery, Page, SortKey};
use crate::model::{AgentStatus, EntityKind, Field, Row, SprintStatus, TaskStatus};

/// Filters and sorts rows and takes out the page that was asked for.
pub(super) fn page(query: &ListQuery, mut rows: Vec<Row>) -> Page<Row> {
    rows.retain(|row| is_wanted(query, row));
    rows.sort_by(|a, b| compare(&query.sort, a, b));
    let total = rows.len();
    let items = rows.into_iter().skip(query.offset).take(query.limit.unwrap_or(usize::MAX));
    Page { items: items.collect(), total }
}

fn is_wanted(query: &ListQuery, row: &Row) -> bool {
    let has_one_of = |(field, words): &(Field, Vec<String>)| {
        row.fields.get(field).is_some_and(|value| words.iter().any(|word| says(value, word)))
    };
    let titles = [Field::Title, Field::Name].into_iter().filter_map(|field| row.fields.get(&field)?.as_str());
    let has_text = |text: &String| {
        let text = text.to_lowercase();
        titles.chain([row.code.as_str()]).any(|place| place.to_lowercase().contains(&text))
    };
    query.any_of.iter().all(has_one_of) && query.text.as_ref().is_none_or(has_text)
}

fn says(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text.to_lowercase() == word.to_lowercase(),
        Value::Array(items) => items.iter().any(|item| says(item, word)),
        Value::Number(number) => number.to_string() == word,
        Value::Null | Value::Bool(_) | Value::Object(_) => false,
    }
}

fn compare(sort: &[(SortKey, Direction)], a: &Row, b: &Row) -> Ordering {
    let by_keys = sort.iter().map(|(key, direction)| by_key(*key, *direction, a, b));
    by_keys
        .fold(Ordering::Equal, Ordering::then)
        .then_with(|| natural(&a.code, &b.code))
        .then_with(|| (a.kind, a.id).cmp(&(b.kind, b.id)))
}

fn by_key(key: SortKey, direction: Direction, a: &Row, b: &Row) -> Ordering {
    let turned = |order: Ordering| match direction {
        Direction::Ascending => order,
        Direction::Descending => order.reverse(),
    };
    match key {
        SortKey::Code => turned(natural(&a.code, &b.code)),
        SortKey::CreatedAt => turned(a.created_at.cmp(&b.created_at)),
        SortKey::UpdatedAt => turned(a.updated_at.cmp(&b.updated_at)),
        SortKey::Field(field) => match (a.fields.get(&field), b.fields.get(&field)) {
            (Some(x), Some(y)) => turned(by_value(field, (a.kind, x), (b.kind, y))),
            (x, y) => x.is_none().cmp(&y.is_none()),
        },
    }
}

fn by_value(field: Field, (a_kind, a): (EntityKind, &Value), (b_kind, b): (EntityKind, &Value)) -> Ordering {
    match (a, b) {
        (Value::String(a), Value::String(b)) if field == Field::Status => rank(a_kind, a).cmp(&rank(b_kind, b)),
        (Value::String(a), Value::String(b)) => natural(a, b),
        (Value::Number(a), Value::Number(b)) => {
            a.as_f64().unwrap_or(f64::NAN).total_cmp(&b.as_f64().unwrap_or(f64::NAN))
        }
        (a, b) => natural(&a.to_string(), &b.to_string()),
    }
}

/// The place of a status in the life of its kind; an unknown word comes last.
fn rank(kind: EntityKind, word: &str) -> usize {
    fn place<T: Copy>(all: &[T], word: &str, of: impl Fn(T) -> &'static str) -> usize {
        all.iter().position(|one| of(*one) == word).unwrap_or(all.len())
    }
    match kind {
        EntityKind::Agent => place(AgentStatus::ALL, word, AgentStatus::word),
        EntityKind::Sprint => place(SprintStatus::ALL, word, SprintStatus::word),
        EntityKind::Task => place(TaskStatus::ALL, word, TaskStatus::word),
    }
}

/// Compares as people do: numbers by value, letters without case; equal so, by bytes.
fn natural(a: &str, b: &str) -> Ordering {
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
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
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
