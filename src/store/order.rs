//! Which rows a list shows and in which order, on what a back end has read: the same for every back end.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::Value;

use super::{Direction, ListQuery, Page, SortKey};
use crate::model::{AgentStatus, EntityId, EntityKind, Field, Row, SprintStatus, TaskStatus, natural};

/// The codes of sprints.
pub(super) type Codes = BTreeMap<EntityId, String>;

/// Filters and sorts rows and takes out the page that was asked for; `sprints` has the codes of the sprints of tasks.
pub(super) fn page(query: &ListQuery, sprints: &Codes, mut rows: Vec<Row>) -> Page<Row> {
    rows.retain(|row| is_wanted(query, row));
    rows.sort_by(|a, b| compare(&query.sort, sprints, a, b));
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

fn compare(sort: &[(SortKey, Direction)], sprints: &Codes, a: &Row, b: &Row) -> Ordering {
    let by_keys = sort.iter().map(|(key, direction)| by_key(*key, *direction, sprints, a, b));
    by_keys
        .fold(Ordering::Equal, Ordering::then)
        .then_with(|| by_sprint(Direction::Ascending, sprints, a, b))
        .then_with(|| natural(&a.code, &b.code))
        .then_with(|| (a.kind, a.id).cmp(&(b.kind, b.id)))
}

/// By the sprint's code; tasks of none come last in either direction.
fn by_sprint(direction: Direction, sprints: &Codes, a: &Row, b: &Row) -> Ordering {
    match [a, b].map(|row| row.sprint.and_then(|id| sprints.get(&id))) {
        [Some(a), Some(b)] if direction == Direction::Descending => natural(b, a),
        [Some(a), Some(b)] => natural(a, b),
        [a, b] => a.is_none().cmp(&b.is_none()),
    }
}

fn by_key(key: SortKey, direction: Direction, sprints: &Codes, a: &Row, b: &Row) -> Ordering {
    let turned = |order: Ordering| match direction {
        Direction::Ascending => order,
        Direction::Descending => order.reverse(),
    };
    match key {
        SortKey::Code => turned(natural(&a.code, &b.code)),
        SortKey::Sprint => by_sprint(direction, sprints, a, b),
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
