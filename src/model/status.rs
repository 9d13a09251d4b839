//! The closed vocabularies: statuses, priorities, kinds of templates.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value, in its natural order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word under which the value is stored.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value that is stored as exactly `word`.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

vocabulary!(
    /// How far a task is.
    TaskStatus {
        /// Not begun.
        Pending = "pending",
        /// Somebody works on it.
        InProgress = "in_progress",
        /// Waits for a reviewer.
        Review = "review",
        /// Waits for something else.
        Blocked = "blocked",
        /// Done.
        Completed = "completed",
        /// Will not be done.
        Cancelled = "cancelled",
    }
);

vocabulary!(
    /// How far a sprint is.
    SprintStatus {
        /// Being planned.
        Planning = "planning",
        /// Under way.
        Active = "active",
        /// Paused.
        OnHold = "on_hold",
        /// Done.
        Completed = "completed",
        /// Will not be done.
        Cancelled = "cancelled",
    }
);

vocabulary!(
    /// Whether an agent takes work.
    AgentStatus {
        /// Takes work.
        Active = "active",
        /// Takes none for now.
        Inactive = "inactive",
        /// Kept for the record.
        Archived = "archived",
    }
);

vocabulary!(
    /// How urgent a task is; P0 comes first.
    Priority {
        /// Drop everything.
        P0 = "P0",
        /// Next.
        P1 = "P1",
        /// In its turn.
        P2 = "P2",
        /// Some day.
        P3 = "P3",
    }
);

vocabulary!(
    /// What a template makes.
    TemplateKind {
        /// The folder of a sprint.
        Sprint = "sprint",
        /// The folder of a task.
        Task = "task",
        /// The profile of an agent.
        Agent = "agent",
        /// A decision record.
        Adr = "adr",
        /// A task of the backlog that reports a bug.
        Bug = "bug",
        /// A small task within a piece of work that is under way.
        Embedded = "embedded",
    }
);
