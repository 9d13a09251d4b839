//! Text to fields and back, losslessly.
//!
//! A document is a **skeleton** (text with holes) and **slots** (the values in the holes). Parsing never fails and
//! never panics: what is not understood stays text, and a [`Problem`] says where. An edit replaces the bytes of one
//! slot and nothing else; the result is parsed again and must say the same as before everywhere else.
//!
//! ```text
//! bytes ─load─▶ stamp + Document ─set, insert, remove, write─▶ Document ─stamped─▶ text
//!                        │
//!                        └─skeleton─▶ holes + text ─fill─▶ text
//! ```
//!
//! Each language has a folder: [`markdown`] finds labels, [`yaml`] finds keys, and both give the same drafts of slots.
//! [`values`] knows what a spelling means and is the only place that does.
//!
//! This room does not touch files, does not decide what a change means, and does not compare documents.

mod canonical;
mod checkbox;
mod config;
mod dependencies;
mod edit;
mod line_ends;
mod listed;
mod markdown;
mod positions;
mod projection;
mod read;
mod skeleton;
mod slot;
mod splice;
mod stamp;
mod values;
mod write;
mod yaml;

pub use canonical::{canonical, canonical_digest, in_style_of};
pub use checkbox::Checkbox;
pub use config::{place, value_of};
pub use dependencies::tasks_named;
pub use edit::EditError;
pub use listed::{ListedTask, PassedBy, TaskList};
pub use projection::DEPENDENCIES;
pub use read::{Loaded, Quarantine, Reason, decode, load, read};
pub use skeleton::{Hole, Skeleton, fill, is_beginning, without_lines};
pub use slot::{Slot, SlotKey};
pub use stamp::{Stamped, Stamps, split, stamp_line, stamped};

use std::sync::OnceLock;

use markdown::Outline;
use positions::Positions;
use serde_json::Value;

use crate::model::{Field, Fields, Problem, Role, Severity, Span, Typed};

/// A parsed text: what it says, and where it says it.
#[derive(Debug, Clone)]
pub struct Document {
    role: Role,
    text: String,
    slots: Vec<Slot>,
    body: Body,
}

/// What a text is besides its slots.
#[derive(Debug, Clone)]
enum Body {
    /// Markdown, with the YAML of its front matter, and what is wrong with the text as a whole.
    Markdown { outline: Outline, front: Option<Span>, troubles: Vec<Problem> },
    /// YAML, and what it is as JSON, once somebody asked.
    Yaml(OnceLock<Option<Value>>),
    /// YAML that is refused.
    Refused(Quarantine),
    /// Not interpreted.
    Opaque,
}

/// What `raw` means as a value of `field` in a document of `role`; `None` where it means nothing that the field can hold.
pub fn typed(role: Role, field: Field, raw: &str) -> Option<Typed> {
    values::read(role, field, raw).typed
}

/// What people often write for a status in a document of `role` in place of its own word.
pub fn spoken_statuses(role: Role) -> impl Iterator<Item = &'static str> {
    values::spoken_statuses(role)
}

/// The JSON pointer at which a YAML document of `role` repeats `field`.
pub fn pointer_of(role: Role, field: Field) -> Option<&'static str> {
    yaml::pointer_of(role, field)
}

/// Reads `text`, which bears no stamp any more; what is not understood stays text, and problems say where.
///
/// Takes time linear in the length of the text.
pub fn parse(role: Role, text: impl Into<String>) -> (Document, Vec<Problem>) {
    let text = text.into();
    let (slots, problems, body) = match role {
        Role::Attachment => (Vec::new(), Vec::new(), Body::Opaque),
        Role::AgentConfig | Role::AgentProfile => parse_yaml(role, &text),
        Role::Sprint | Role::Task => parse_markdown(role, &text),
    };
    (Document { role, text, slots, body }, problems)
}

impl Document {
    /// What the document is to its entity.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The whole text, without stamp, with its byte-order mark and line ends.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every value that can be changed in place, in the order of the text; no two overlap.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The bytes of `slot`, as written.
    pub fn raw(&self, slot: &Slot) -> &str {
        &self.text[slot.span.clone()]
    }

    /// The slot that speaks for `key`.
    pub fn slot(&self, key: &SlotKey) -> Option<&Slot> {
        self.slots.iter().find(|slot| !slot.is_mirror && slot.key == *key)
    }

    /// What the document says of `field`; `None` where it says nothing that fits the field's type.
    pub fn get(&self, field: Field) -> Option<&Typed> {
        self.slot(&SlotKey::Field(field))?.typed.as_ref()
    }

    /// The title without its `Task:` or `Sprint:`.
    pub fn title(&self) -> Option<&str> {
        match self.get(Field::Title)? {
            Typed::Text(title) => Some(title),
            _ => None,
        }
    }

    /// The typed values, as a row holds them; a field without a typed value is left out.
    pub fn fields(&self) -> Fields {
        let speakers = self.slots.iter().filter(|slot| !slot.is_mirror);
        speakers.filter_map(|slot| Some((slot.field()?, slot.typed.as_ref()?.to_json()))).collect()
    }

    /// A YAML document as JSON, aliases expanded; `None` for Markdown and for YAML that is refused.
    pub fn to_json(&self) -> Option<&Value> {
        match &self.body {
            Body::Yaml(json) => json.get_or_init(|| yaml::to_json(&self.text)).as_ref(),
            Body::Markdown { .. } | Body::Refused(_) | Body::Opaque => None,
        }
    }

    /// What is wrong with the text as a whole and not with one value; the rest of it counts all the same.
    pub fn troubles(&self) -> &[Problem] {
        match &self.body {
            Body::Markdown { troubles, .. } => troubles,
            Body::Yaml(_) | Body::Refused(_) | Body::Opaque => &[],
        }
    }

    /// Why the text as a whole cannot be understood; only YAML is refused.
    pub fn quarantine(&self) -> Option<&Quarantine> {
        match &self.body {
            Body::Refused(quarantine) => Some(quarantine),
            _ => None,
        }
    }
}

fn parse_yaml(role: Role, text: &str) -> (Vec<Slot>, Vec<Problem>, Body) {
    match yaml::places_of(role, text) {
        Ok(places) => {
            let drafts = places.into_iter().map(|place| place.into_draft(0, (0, 0))).collect();
            let (slots, problems) = slot::settle(role, text, drafts);
            (slots, problems, Body::Yaml(OnceLock::new()))
        }
        Err(refusal) => {
            let rule = refusal.reason.word();
            let problem = problem(text, rule, Severity::Error, refusal.offset, &refusal.message);
            (Vec::new(), vec![problem], Body::Refused(Quarantine::of(text, refusal)))
        }
    }
}

fn parse_markdown(role: Role, text: &str) -> (Vec<Slot>, Vec<Problem>, Body) {
    let parsed = markdown::parse(role, text);
    let (slots, mut problems) = slot::settle(role, text, parsed.drafts);
    let mut troubles = Vec::new();
    if let Some(refusal) = parsed.broken {
        let message = format!("the front matter is left alone: {}", refusal.message);
        troubles.push(problem(text, "broken-front-matter", Severity::Warning, refusal.offset, &message));
    }
    if let Some(fence) = parsed.outline.unclosed {
        let message = "this code fence is never closed; all text below it counts as code";
        troubles.push(problem(text, "unclosed-fence", Severity::Warning, fence, message));
    }
    problems.extend_from_slice(&troubles);
    (slots, problems, Body::Markdown { outline: parsed.outline, front: parsed.front, troubles })
}

fn problem(text: &str, rule: &'static str, severity: Severity, at: usize, message: &str) -> Problem {
    let position = Positions::new(text).at(at);
    Problem { rule, severity, span: at..at, position, message: message.to_owned() }
}
