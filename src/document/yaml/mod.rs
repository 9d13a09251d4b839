//! AGENT.yml, agent profiles and front matter: every scalar that is a mapping's value is a slot.
//!
//! Aliases are never expanded while editing, and what is shared stays text; so do sequences and block scalars, except in
//! AGENT.yml, where each is one value. A field is read wherever its value stands, and changed where nothing shares it. A
//! whole text can be made to say another JSON value, see [`conform()`].

mod change;
mod conform;
mod emit;
mod extent;
mod json;
mod nodes;
mod places;
mod quote;

pub(super) use change::{Difference, Run, difference, has, has_mapping, insertion, lines_of};
pub(super) use conform::{Misfit, conform, conform_sequence};
pub(super) use emit::written;
pub(super) use json::is_same;
pub(super) use nodes::Refusal;
pub(super) use places::{Place, Shape};
pub(super) use quote::{block_like, flow_sequence, scalar_like, unquoted};

use serde_json::Value;

use crate::model::{Field, Role};

/// The places of `source`, which must be one mapping within the bounds.
pub(super) fn places(source: &str, field_of: &dyn Fn(&str) -> Option<Field>) -> Result<Vec<Place>, Refusal> {
    Ok(places::find(source, &nodes::scan(source)?, field_of, false))
}

/// The places of an AGENT.yml or agent profile; of the first, sequences and block scalars are places too.
pub(super) fn places_of(role: Role, source: &str) -> Result<Vec<Place>, Refusal> {
    let field_of = |pointer: &str| field_at(role, pointer);
    Ok(places::find(source, &nodes::scan(source)?, &field_of, role == Role::AgentConfig))
}

/// Checks that `source` is one mapping within the bounds.
pub(super) fn check(source: &str) -> Result<(), Refusal> {
    nodes::scan(source).map(drop)
}

/// `source` as JSON; `None` where it is refused.
pub(super) fn to_json(source: &str) -> Option<Value> {
    nodes::scan(source).ok().map(|nodes| json::value(&nodes))
}

/// The field that a pointer of an AGENT.yml or agent profile holds.
pub(super) fn field_at(role: Role, pointer: &str) -> Option<Field> {
    table(role).iter().find(|(at, _)| *at == pointer).map(|(_, field)| *field)
}

/// Where an AGENT.yml or agent profile keeps `field`.
pub(super) fn pointer_of(role: Role, field: Field) -> Option<&'static str> {
    table(role).iter().find(|(_, at)| *at == field).map(|(pointer, _)| *pointer)
}

/// Every pointer that holds a field.
pub(super) fn known_pointers(role: Role) -> Vec<&'static str> {
    table(role).iter().map(|(pointer, _)| *pointer).collect()
}

fn table(role: Role) -> &'static [(&'static str, Field)] {
    if role == Role::AgentProfile { PROFILE } else { CONFIG }
}

/// What AGENT.yml repeats of its task.
const CONFIG: &[(&str, Field)] = &[
    ("/task_id", Field::Code),
    ("/task_hash", Field::TrackingHash),
    ("/parent/sprint", Field::Sprint),
    ("/parent/phase", Field::Phase),
    ("/task/title", Field::Title),
    ("/task/status", Field::Status),
    ("/task/priority", Field::Priority),
    ("/task/estimated_duration", Field::EstimateHours),
];

const PROFILE: &[(&str, Field)] = &[
    ("/agent_code", Field::Code),
    ("/name", Field::Name),
    ("/role", Field::AgentRole),
    ("/status", Field::Status),
    ("/skills", Field::Skills),
    ("/capabilities", Field::Capabilities),
    ("/constraints", Field::Constraints),
    ("/tools", Field::Tools),
];
