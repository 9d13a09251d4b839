//! Values as text, in the manner in which the document writes such values already.

use serde_json::Value;

use super::{Kind, fold, hours, priority, read, status};
use crate::model::{AgentStatus, Field, Priority, Role, SprintStatus, TaskStatus, Typed};

/// How a document writes words of which it has no example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Manner {
    /// `In Progress`.
    Title,
    /// `in_progress`.
    Snake,
}

/// How an example is written.
#[derive(Clone, Copy)]
enum Case {
    Title,
    Upper,
    Lower,
    Snake,
    Kebab,
}

/// What a row's `value` of `field` means; `None` where it does not fit the field.
pub(in super::super) fn from_json(role: Role, field: Field, value: &Value) -> Option<Typed> {
    match (value, super::is_list(field)) {
        (Value::Array(items), true) => {
            let name = |item: &Value| item.as_str().filter(|name| !name.trim().is_empty()).map(str::to_owned);
            items.iter().map(name).collect::<Option<_>>().map(Typed::List)
        }
        (Value::Number(number), false) => from_number(field, number.as_f64()?),
        (Value::String(text), false) => from_text(role, field, text),
        _ => None,
    }
}

/// `value` of `field` as text, written as `old` is and, where `old` is no example, in the given manner; in a plainer way
/// where that would not be read back as `value`.
pub(in super::super) fn spell(role: Role, field: Field, value: &Typed, old: &str, manner: Manner) -> String {
    let meant = meaning(role, field, value);
    let mut spellings = match value {
        Typed::List(items) => lists(items, old),
        _ => vec![one(value, old, manner), one(value, "", manner)],
    };
    let is_read_back = |raw: &String| read(role, field, raw).typed.map(|read| read.to_json()) == meant;
    let at = spellings.iter().position(is_read_back).unwrap_or_default();
    spellings.swap_remove(at)
}

/// What a reader shall find, as rows have it: of a text, what it says without its decoration; `None` where that is
/// nothing.
pub(in super::super) fn meaning(role: Role, field: Field, value: &Typed) -> Option<Value> {
    match value {
        Typed::Text(text) => read(role, field, text).typed.map(|read| read.to_json()),
        other => Some(other.to_json()),
    }
}

fn one(value: &Typed, old: &str, manner: Manner) -> String {
    let (around, core) = wrapping(old);
    let word = |word: &str| cased(word, example(core, !around.is_empty()), manner);
    let worded = |status: TaskStatus, own: &str| {
        let foreign = status::likewise(core, status).filter(|_| fold::bare(core) == core);
        foreign.map_or_else(|| word(own), |foreign| sentence_case(foreign, case_of(core)))
    };
    let core = match value {
        Typed::Text(text) => text.clone(),
        Typed::Task(status) => worded(*status, status.word()),
        Typed::Sprint(status) => worded(status::as_task(*status), status.word()),
        Typed::Agent(status) => word(status.word()),
        Typed::Priority(p) if is_worded_priority(core) => worded_priority(*p, core),
        Typed::Priority(p) => p.word().to_owned(),
        Typed::Date(date) => date.to_string(),
        Typed::Hours { high, .. } => amount(*high, core),
        Typed::Number(n) if core.ends_with('%') => format!("{n}%"),
        Typed::Number(n) => n.to_string(),
        Typed::List(items) => items.join(", "),
    };
    format!("{around}{core}{around}")
}

/// The ways to write several names: as `old` does, in backticks, in quotes.
fn lists(items: &[String], old: &str) -> Vec<String> {
    if items.is_empty() {
        return vec!["None".to_owned()];
    }
    let marks = [if old.contains('`') { "`" } else { "" }, "`", "\""];
    let listed = |mark| items.iter().map(|item| format!("{mark}{item}{mark}")).collect::<Vec<_>>().join(", ");
    marks.map(listed).into()
}

fn from_number(field: Field, number: f64) -> Option<Typed> {
    match field {
        Field::EstimateHours | Field::ActualHours => Some(Typed::Hours { low: number, high: number }),
        Field::Position | Field::Progress => Some(Typed::Number(number)),
        _ => None,
    }
}

/// A text is taken as it is; for other fields it must be a value.
fn from_text(role: Role, field: Field, text: &str) -> Option<Typed> {
    let word = match (field, role) {
        (Field::Status, Role::Sprint) => SprintStatus::from_word(text).map(Typed::Sprint),
        (Field::Status, Role::AgentProfile) => AgentStatus::from_word(text).map(Typed::Agent),
        (Field::Status, _) => TaskStatus::from_word(text).map(Typed::Task),
        (Field::Priority, _) => Priority::from_word(text).map(Typed::Priority),
        _ => None,
    };
    match super::kind(field) {
        Kind::Text => Some(Typed::Text(text.trim().to_owned())),
        _ => word.or_else(|| read(role, field, text).typed),
    }
}

/// The backticks or stars around the whole of `raw`, and what is between them.
fn wrapping(raw: &str) -> (&'static str, &str) {
    for around in ["`", "**"] {
        let inner = raw.strip_prefix(around).and_then(|rest| rest.strip_suffix(around));
        if let Some(inner) = inner.filter(|inner| !inner.is_empty() && !inner.contains(around)) {
            return (around, inner);
        }
    }
    ("", raw)
}

/// The case of `core`, if it is nothing but a known word.
fn example(core: &str, is_wrapped: bool) -> Option<Case> {
    let is_bare = fold::bare(core) == core && !core.contains(['(', '%']);
    let is_known = is_bare && (status::task(core).is_some() || status::sprint(core).is_some());
    let case = case_of(core).filter(|_| is_known)?;
    if matches!(case, Case::Lower) && is_wrapped { Some(Case::Snake) } else { Some(case) }
}

/// How `core` is written; what has letters without case only is an example of nothing but the plain word.
fn case_of(core: &str) -> Option<Case> {
    let first = core.chars().find(|c| c.is_alphabetic())?;
    Some(if core.contains('_') || !core.chars().any(|c| c.is_lowercase() || c.is_uppercase()) {
        Case::Snake
    } else if !core.chars().any(char::is_lowercase) {
        Case::Upper
    } else if first.is_uppercase() {
        Case::Title
    } else if core.contains('-') {
        Case::Kebab
    } else {
        Case::Lower
    })
}

fn cased(word: &str, case: Option<Case>, manner: Manner) -> String {
    match (case, manner) {
        (None | Some(Case::Title), Manner::Title) | (Some(Case::Title), Manner::Snake) => title_case(word),
        (Some(Case::Upper), _) => word.replace('_', " ").to_uppercase(),
        (Some(Case::Kebab), _) => word.replace('_', "-"),
        (Some(Case::Lower), Manner::Title) => word.replace('_', " "),
        (Some(Case::Lower | Case::Snake), _) | (None, Manner::Snake) => word.to_owned(),
    }
}

/// A word of another language, with the capitals of the old one.
fn sentence_case(word: &str, case: Option<Case>) -> String {
    let mut chars = word.chars();
    match case {
        Some(Case::Upper) => word.to_uppercase(),
        Some(Case::Title) => chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default(),
        _ => word.to_owned(),
    }
}

/// As a word, where the old one is a word; where that is of letters without case and the language's word is not known,
/// by its letter.
fn worded_priority(priority: Priority, old: &str) -> String {
    match (priority::likewise(old, priority), case_of(old)) {
        (Some(foreign), case) => sentence_case(foreign, case),
        (None, Some(Case::Snake)) => priority.word().to_owned(),
        (None, case) => cased(priority_word(priority), case, Manner::Title),
    }
}

fn title_case(word: &str) -> String {
    let capital = |part: &str| {
        let mut chars = part.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    word.split('_').map(capital).collect::<Vec<_>>().join(" ")
}

fn is_worded_priority(core: &str) -> bool {
    priority::read(core).is_some() && !core.trim_start().starts_with(['p', 'P']) && fold::bare(core) == core
}

fn priority_word(priority: Priority) -> &'static str {
    match priority {
        Priority::P0 => "critical",
        Priority::P1 => "high",
        Priority::P2 => "medium",
        Priority::P3 => "low",
    }
}

/// In the unit of the old value where that gives a whole number.
fn amount(hours: f64, old: &str) -> String {
    let units = [(40.0, "week"), (8.0, "day"), (1.0, "hour")];
    let fits = |size: f64| hours >= size && (hours / size).fract() == 0.0;
    let old_unit = old.split(|c: char| !c.is_alphabetic()).find_map(|word| Some((hours::unit(word)?, word)));
    if let Some((size, word)) = old_unit.filter(|(size, word)| fits(*size) && word.len() == 1) {
        return format!("{}{word}", hours / size);
    }
    let same_size = units.into_iter().find(|(size, _)| old_unit.is_some_and(|(old, _)| old == *size) && fits(*size));
    let largest = || units.into_iter().find(|(size, _)| old_unit.is_none() && fits(*size));
    let (size, word) = same_size.or_else(largest).unwrap_or((1.0, "hour"));
    let count = hours / size;
    format!("{count} {word}{}", if count == 1.0 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_value_is_written_as_the_old_one_was() {
        let spell = |value: &Typed, old, manner| spell(Role::Task, Field::Status, value, old, manner);
        let progress = Typed::Task(TaskStatus::InProgress);
        let table = [
            ("Pending", "In Progress"),
            ("`todo`", "`in_progress`"),
            ("**TODO**", "**IN PROGRESS**"),
            ("not-started", "in-progress"),
            ("done", "in progress"),
            ("✅ **COMPLETE** - shipped", "In Progress"),
            ("[Status]", "In Progress"),
            ("待处理", "进行中"),
            ("`已完成`", "`进行中`"),
            ("مكتمل", "قيد التنفيذ"),
            ("PENDIENTE", "EN CURSO"),
            ("**Erledigt**", "**In Arbeit**"),
            ("hecha", "en curso"),
            ("cancelado", "in progress"),
            ("", "In Progress"),
        ];
        for (old, new) in table {
            assert_eq!(spell(&progress, old, Manner::Title), new, "{old}");
        }
        assert_eq!(spell(&progress, "", Manner::Snake), "in_progress");
        let review = Typed::Task(TaskStatus::Review);
        assert_eq!(spell(&review, "未着手", Manner::Title), "review", "letters without case are no capitals");
        let on_hold = Typed::Sprint(SprintStatus::OnHold);
        assert_eq!(super::spell(Role::Sprint, Field::Status, &on_hold, "进行中", Manner::Title), "阻塞");
        for (priority, old, new) in [
            (Priority::P2, "高", "中"),
            (Priority::P0, "높음", "P0"),
            (Priority::P3, "Hoch", "Niedrig"),
            (Priority::P2, "Alta", "Medium"),
            (Priority::P1, "LOW", "HIGH"),
        ] {
            let value = Typed::Priority(priority);
            assert_eq!(super::spell(Role::Task, Field::Priority, &value, old, Manner::Title), new, "{old}");
        }
    }

    #[test]
    fn priorities_keep_their_kind_of_word() {
        let p0 = Typed::Priority(Priority::P0);
        let spell = |value: &Typed, old, manner| spell(Role::Task, Field::Priority, value, old, manner);
        for (old, new) in
            [("P2", "P0"), ("HIGH", "CRITICAL"), ("`medium`", "`critical`"), ("P1-HIGH", "P0"), ("", "P0")]
        {
            assert_eq!(spell(&p0, old, Manner::Title), new, "{old}");
        }
    }

    #[test]
    fn amounts_keep_their_unit() {
        let hours = |n: f64| Typed::Hours { low: n, high: n };
        let spell = |value: &Typed, old, manner| spell(Role::Task, Field::EstimateHours, value, old, manner);
        for (n, old, new) in [
            (80.0, "1 week", "2 weeks"),
            (16.0, "3-5 days", "2 days"),
            (9.0, "1 day", "9 hours"),
            (6.0, "8h", "6h"),
            (40.0, "", "1 week"),
            (1.5, "", "1.5 hours"),
        ] {
            assert_eq!(spell(&hours(n), old, Manner::Title), new, "{old}");
        }
    }

    #[test]
    fn a_list_is_written_so_that_it_reads_back() {
        let table: [(Field, &[&str], &str, &str); 8] = [
            (Field::DependsOn, &["b-1"], "a-1", "b-1"),
            (Field::DependsOn, &["publish", "b-1"], "None", "`publish`, `b-1`"),
            (Field::DependsOn, &["b-1"], "`a-1`", "`b-1`"),
            (Field::DependsOn, &[], "`a-1`", "None"),
            (Field::Tags, &["a", "b c"], "x", "a, b c"),
            (Field::Tags, &["a", "b, c"], "x", "`a`, `b, c`"),
            (Field::Tags, &["`a`", "b, c"], "x", "\"`a`\", \"b, c\""),
            (Field::Tags, &["#a"], "x", "\"#a\""),
        ];
        for (field, items, old, new) in table {
            let list = Typed::List(items.iter().map(|&item| item.to_owned()).collect());
            assert_eq!(spell(Role::Task, field, &list, old, Manner::Title), new, "{items:?}");
        }
    }

    #[test]
    fn a_text_loses_the_decoration_of_the_old_one_where_that_would_be_read() {
        let text = |text: &str| Typed::Text(text.to_owned());
        let title = |new, old| spell(Role::Task, Field::Title, &text(new), old, Manner::Title);
        let owner = |new, old| spell(Role::Task, Field::Owner, &text(new), old, Manner::Title);
        assert_eq!((title("Plain", "`x`"), title("`y`", "Plain")), ("Plain".into(), "`y`".into()));
        assert_eq!((owner("me", "`you`"), owner("`me`", "you")), ("`me`".into(), "`me`".into()));
    }

    #[test]
    fn rows_hold_only_values_that_fit() {
        let read = |field, value: Value| from_json(Role::Task, field, &value);
        assert_eq!(read(Field::Status, "review".into()), Some(Typed::Task(TaskStatus::Review)));
        assert_eq!(read(Field::Status, "sideways".into()), None);
        assert_eq!(read(Field::EstimateHours, 4.into()), Some(Typed::Hours { low: 4.0, high: 4.0 }));
        assert_eq!(read(Field::Tags, vec!["a"].into()), Some(Typed::List(vec!["a".into()])));
        assert_eq!(read(Field::Tags, "a".into()), None);
    }
}
