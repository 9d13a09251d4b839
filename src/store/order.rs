//! Which rows a list shows and in which order, on what a back end has read: the same for every back end.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::Value;

use super::{Direction, ListQuery, Page, SortKey, SprintCodes};
use crate::model::{AgentStatus, EntityKind, Field, Row, SprintStatus, TaskStatus, natural};

/// Filters and sorts rows and takes out the page that was asked for; `sprints` has the codes of the sprints of tasks.
pub(super) fn page(query: &ListQuery, sprints: SprintCodes, mut rows: Vec<Row>) -> Page {
    let filter = Filter::of(query);
    rows.retain(|row| filter.takes(row));
    let mut order = placed(&rows, &sprints);
    order.sort_by(|a, b| compare(&query.sort, a, b));
    let page = order.iter().skip(query.offset).take(query.limit.unwrap_or(usize::MAX));
    let page: Vec<usize> = page.map(|placed| placed.at).collect();
    let total = rows.len();
    let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    Page { items: page.into_iter().filter_map(|at| rows[at].take()).collect(), total, sprints }
}

/// What is wanted, in lower case.
struct Filter {
    any_of: Vec<(Field, Vec<String>)>,
    text: Option<String>,
}

impl Filter {
    fn of(query: &ListQuery) -> Self {
        let lower = |words: &Vec<String>| words.iter().map(|word| word.to_lowercase()).collect();
        Self {
            any_of: query.any_of.iter().map(|(field, words)| (*field, lower(words))).collect(),
            text: query.text.as_ref().map(|text| text.to_lowercase()),
        }
    }

    fn takes(&self, row: &Row) -> bool {
        let has_one_of = |(field, words): &(Field, Vec<String>)| {
            row.fields.get(field).is_some_and(|value| words.iter().any(|word| says(value, word)))
        };
        let titles = [Field::Title, Field::Name].into_iter().filter_map(|field| row.fields.get(&field)?.as_str());
        let has_text =
            |text: &String| titles.chain([row.code.as_str()]).any(|place| place.to_lowercase().contains(text));
        self.any_of.iter().all(has_one_of) && self.text.as_ref().is_none_or(has_text)
    }
}

fn says(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text == word || text.to_lowercase() == word,
        Value::Array(items) => items.iter().any(|item| says(item, word)),
        Value::Number(number) => number.to_string() == word,
        Value::Null | Value::Bool(_) | Value::Object(_) => false,
    }
}

/// A row in the list to be sorted.
struct Placed<'r> {
    row: &'r Row,
    /// Where the row was read.
    at: usize,
    /// The place of its sprint among all sprints.
    sprint: Option<usize>,
}

fn placed<'r>(rows: &'r [Row], sprints: &SprintCodes) -> Vec<Placed<'r>> {
    let mut in_order: Vec<_> = sprints.iter().collect();
    in_order.sort_by(|(_, a), (_, b)| natural(a, b));
    let mut ranks = HashMap::with_capacity(in_order.len());
    for same in in_order.chunk_by(|(_, a), (_, b)| natural(a, b).is_eq()) {
        let rank = ranks.len();
        ranks.extend(same.iter().map(|(id, _)| (**id, rank)));
    }
    let rank = |row: &Row| ranks.get(&row.sprint?).copied();
    rows.iter().enumerate().map(|(at, row)| Placed { row, at, sprint: rank(row) }).collect()
}

fn compare(sort: &[(SortKey, Direction)], a: &Placed<'_>, b: &Placed<'_>) -> Ordering {
    let by_keys = sort.iter().map(|(key, direction)| by_key(*key, *direction, a, b));
    by_keys
        .fold(Ordering::Equal, Ordering::then)
        .then_with(|| by_sprint(Direction::Ascending, a, b))
        .then_with(|| natural(&a.row.code, &b.row.code))
        .then_with(|| (a.row.kind, a.row.id).cmp(&(b.row.kind, b.row.id)))
}

/// By the sprint's code; tasks of none come last in either direction.
fn by_sprint(direction: Direction, a: &Placed<'_>, b: &Placed<'_>) -> Ordering {
    match [a.sprint, b.sprint] {
        [Some(a), Some(b)] if direction == Direction::Descending => b.cmp(&a),
        [Some(a), Some(b)] => a.cmp(&b),
        [a, b] => a.is_none().cmp(&b.is_none()),
    }
}

fn by_key(key: SortKey, direction: Direction, a: &Placed<'_>, b: &Placed<'_>) -> Ordering {
    let turned = |order: Ordering| match direction {
        Direction::Ascending => order,
        Direction::Descending => order.reverse(),
    };
    let (x, y) = (a.row, b.row);
    match key {
        SortKey::Code => turned(natural(&x.code, &y.code)),
        SortKey::Sprint => by_sprint(direction, a, b),
        SortKey::CreatedAt => turned(x.created_at.cmp(&y.created_at)),
        SortKey::UpdatedAt => turned(x.updated_at.cmp(&y.updated_at)),
        SortKey::Field(field) => match (x.fields.get(&field), y.fields.get(&field)) {
            (Some(v), Some(w)) => turned(by_value(field, (x.kind, v), (y.kind, w))),
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
