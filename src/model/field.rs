//! The fields that documents and rows have in common, and their typed values.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AgentStatus, Priority, SprintStatus, TaskStatus};

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        /// One thing that can be said of a sprint, a task or an agent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Field {
            $($(#[$doc])* #[serde(rename = $word)] $variant),+
        }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in JSON, SQL and on the command line.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The field of exactly that name.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

fields! {
    /// Text: the code that the document claims; an alias where it differs from the folder.
    Code = "code",
    /// Text: the code of the sprint that the document claims to belong to.
    Sprint = "sprint",
    /// Text.
    Title = "title",
    /// [`TaskStatus`], [`SprintStatus`] or [`AgentStatus`].
    Status = "status",
    /// [`Priority`].
    Priority = "priority",
    /// Text.
    Phase = "phase",
    /// Number: the place among its siblings.
    Position = "position",
    /// Text: who works on a task.
    Assignee = "assignee",
    /// Text: who answers for a sprint.
    Owner = "owner",
    /// Date.
    StartsOn = "starts_on",
    /// Date.
    EndsOn = "ends_on",
    /// Date.
    CompletedOn = "completed_on",
    /// Hours, as a range.
    EstimateHours = "estimate_hours",
    /// Hours, as a range.
    ActualHours = "actual_hours",
    /// Number: per cent done, as written.
    Progress = "progress",
    /// List.
    Tags = "tags",
    /// List of codes or references.
    DependsOn = "depends_on",
    /// List of codes or references.
    Blocks = "blocks",
    /// Text.
    Goal = "goal",
    /// Text.
    Category = "category",
    /// Text.
    Component = "component",
    /// Text: a digest that some tool wrote; never trusted.
    TrackingHash = "tracking_hash",
    /// Text: the display name of an agent.
    Name = "name",
    /// Text: what an agent is for.
    AgentRole = "role",
    /// List.
    Skills = "skills",
    /// List.
    Capabilities = "capabilities",
    /// List.
    Constraints = "constraints",
    /// List.
    Tools = "tools",
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The typed values of an entity's fields, as its row holds them; a field without a value is left out.
pub type Fields = BTreeMap<Field, Value>;

/// What a raw spelling means.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed {
    /// Any text.
    Text(String),
    /// A task's status.
    Task(TaskStatus),
    /// A sprint's status.
    Sprint(SprintStatus),
    /// An agent's status.
    Agent(AgentStatus),
    /// A priority.
    Priority(Priority),
    /// A calendar date.
    Date(Date),
    /// Working hours: a day has 8, a week has 5 days.
    Hours {
        /// The least.
        low: f64,
        /// The most; equal to `low` where one number was given.
        high: f64,
    },
    /// A number.
    Number(f64),
    /// Several texts; empty for `None` and its kin.
    List(Vec<String>),
}

impl Typed {
    /// The value as rows and events hold it; of a range of hours, the higher end.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Task(status) => Value::from(status.word()),
            Self::Sprint(status) => Value::from(status.word()),
            Self::Agent(status) => Value::from(status.word()),
            Self::Priority(priority) => Value::from(priority.word()),
            Self::Date(date) => Value::from(date.to_string()),
            Self::Hours { high, .. } => number(*high),
            Self::Number(n) => number(*n),
            Self::List(items) => Value::from(items.clone()),
        }
    }
}

/// A JSON number that is an integer where it can be, so that `3` and `3.0` are one value.
fn number(n: f64) -> Value {
    if n.fract() == 0.0 && n.abs() < 9e15 { Value::from(n as i64) } else { Value::from(n) }
}
