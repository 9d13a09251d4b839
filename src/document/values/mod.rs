//! What a raw spelling means: the vocabulary of statuses, priorities, hours, dates and lists.
//!
//! Nothing is guessed: a spelling that is in no table keeps its raw text and has no typed value, and [`Reading`] says
//! why. This room knows no documents; it is given the bare value.

mod date;
mod fold;
mod foreign;
mod hours;
mod list;
mod placeholder;
mod priority;
mod spell;
mod status;

pub(super) use fold::bare;
pub(super) use list::is_none;
pub(super) use spell::{Manner, from_json, meaning, spell};

use crate::model::{AgentStatus, Field, Role, Severity, Typed};

/// What became of one raw value.
#[derive(Debug, PartialEq)]
pub(super) struct Reading {
    /// The meaning; `None` where there is none that fits the field's type.
    pub(super) typed: Option<Typed>,
    /// Why there is none, if somebody should know.
    pub(super) complaint: Option<Complaint>,
}

/// What is wrong with a value, before it has a place.
#[derive(Debug, PartialEq)]
pub(super) struct Complaint {
    /// A stable name.
    pub(super) rule: &'static str,
    /// How bad it is.
    pub(super) severity: Severity,
    /// A lower-case sentence.
    pub(super) message: String,
}

/// How a field's values are typed.
enum Kind {
    Status,
    Priority,
    Date,
    Hours,
    Number,
    List,
    Text,
}

/// Reads `raw` as a value of `field` in a document of `role`.
pub(super) fn read(role: Role, field: Field, raw: &str) -> Reading {
    let kind = kind(field);
    let plain = bare(raw);
    if plain.is_empty() && fold::symbol(raw).is_none() {
        return Reading { typed: None, complaint: None };
    }
    if is_placeholder(field, raw) {
        return complain("placeholder", Severity::Note, format!("`{}` is a placeholder, not a value", shown(raw)));
    }
    let typed = match kind {
        Kind::Status => read_status(role, raw),
        Kind::Priority => priority::read(raw).map(Typed::Priority),
        Kind::Date => date::read(raw).map(Typed::Date),
        Kind::Hours => hours::read(raw).map(|(low, high)| Typed::Hours { low, high }),
        Kind::Number => {
            plain.trim_end_matches(['%', ' ']).parse().ok().filter(|n: &f64| n.is_finite()).map(Typed::Number)
        }
        Kind::List => list::read(field, raw).map(Typed::List),
        Kind::Text if field != Field::Title && list::is_none(raw) => return Reading { typed: None, complaint: None },
        Kind::Text => Some(Typed::Text(text(field, raw))),
    };
    match typed {
        Some(_) => Reading { typed, complaint: None },
        None => unknown(&kind, raw),
    }
}

/// What people often write for a status in a document of `role` in place of its own word.
pub(super) fn spoken_statuses(role: Role) -> impl Iterator<Item = &'static str> {
    status::SPOKEN.iter().copied().filter(move |word| read_status(role, word).is_some())
}

/// Whether `raw` only says what kind of value belongs here.
pub(super) fn is_placeholder(field: Field, raw: &str) -> bool {
    if field == Field::Title { placeholder::is_title(raw) } else { placeholder::is_one(raw, is_list(field)) }
}

/// Whether values of `field` are lists.
pub(super) fn is_list(field: Field) -> bool {
    matches!(kind(field), Kind::List)
}

/// Whether the value of `field` may be written as a list: that of a list, and of one person.
pub(super) fn may_be_listed(field: Field) -> bool {
    is_list(field) || matches!(field, Field::Assignee | Field::Owner)
}

/// Reads the items of a list as a value of `field`; of several, a field that is no list has none.
pub(super) fn read_items(role: Role, field: Field, items: &[String]) -> Reading {
    match items {
        _ if is_list(field) => Reading { typed: Some(Typed::List(items.to_owned())), complaint: None },
        [] => Reading { typed: None, complaint: None },
        [item] => read(role, field, item),
        _ => {
            let message = format!("`{}` are several; the {field} is one", shown(&items.join(", ")));
            complain("several-values", Severity::Note, message)
        }
    }
}

/// Whether only some words are values of `field`, so that a value gives it away.
pub(super) fn is_closed(field: Field) -> bool {
    !matches!(kind(field), Kind::Text | Kind::List)
}

fn kind(field: Field) -> Kind {
    match field {
        Field::Status => Kind::Status,
        Field::Priority => Kind::Priority,
        Field::StartsOn | Field::EndsOn | Field::CompletedOn => Kind::Date,
        Field::EstimateHours | Field::ActualHours => Kind::Hours,
        Field::Position | Field::Progress => Kind::Number,
        Field::Tags
        | Field::DependsOn
        | Field::Blocks
        | Field::Skills
        | Field::Capabilities
        | Field::Constraints
        | Field::Tools => Kind::List,
        Field::Code
        | Field::Sprint
        | Field::Title
        | Field::Phase
        | Field::Assignee
        | Field::Owner
        | Field::Goal
        | Field::Category
        | Field::Component
        | Field::TrackingHash
        | Field::Name
        | Field::AgentRole => Kind::Text,
    }
}

fn read_status(role: Role, raw: &str) -> Option<Typed> {
    match role {
        Role::Sprint => status::sprint(raw).map(Typed::Sprint),
        Role::AgentProfile => AgentStatus::from_word(&fold::folded(raw)).map(Typed::Agent),
        Role::Task | Role::AgentConfig | Role::Attachment => status::task(raw).map(Typed::Task),
    }
}

/// A title is what the heading says; other texts lose the backticks and stars around them.
fn text(field: Field, raw: &str) -> String {
    if field == Field::Title { raw.trim().to_owned() } else { fold::unwrapped(raw).to_owned() }
}

fn unknown(kind: &Kind, raw: &str) -> Reading {
    let (rule, severity, what) = match kind {
        Kind::Status => ("unknown-status", Severity::Warning, "status"),
        Kind::Priority => ("unknown-priority", Severity::Warning, "priority"),
        Kind::Date => ("unknown-date", Severity::Note, "date"),
        Kind::Hours => ("unknown-hours", Severity::Note, "amount of work"),
        Kind::List => ("unknown-list", Severity::Note, "list of names"),
        Kind::Number | Kind::Text => ("unknown-number", Severity::Note, "number"),
    };
    complain(rule, severity, format!("`{}` is no {what} that is known", shown(raw)))
}

fn complain(rule: &'static str, severity: Severity, message: String) -> Reading {
    Reading { typed: None, complaint: Some(Complaint { rule, severity, message }) }
}

/// The start of a raw value, short enough for a message.
fn shown(raw: &str) -> &str {
    const MOST: usize = 60;
    raw.char_indices().nth(MOST).map_or(raw, |(at, _)| &raw[..at])
}
