//! What happened, as the feed tells it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Actor, CorrelationId, EntityId, EntityKind, Epoch, EventId};

macro_rules! event_types {
    ($($variant:ident = $word:literal),+ $(,)?) => {
        /// What kind of thing happened; the words are those of the published feed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "each variant is its word")]
        pub enum EventType {
            $(#[serde(rename = $word)] $variant),+
        }

        impl EventType {
            /// Every type.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in the feed.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The type of exactly that name.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

event_types! {
    SprintCreated = "orchestration.sprint.created",
    SprintGenerated = "orchestration.sprint.generated",
    SprintUpdated = "orchestration.sprint.updated",
    SprintStatusChanged = "orchestration.sprint.status_changed",
    SprintMetadataUpdated = "orchestration.sprint.metadata_updated",
    SprintMoved = "orchestration.sprint.moved",
    SprintDeleted = "orchestration.sprint.deleted",
    SprintRestored = "orchestration.sprint.restored",
    SprintReverted = "orchestration.sprint.reverted",
    TaskCreated = "orchestration.task.created",
    TaskGenerated = "orchestration.task.generated",
    TaskStarted = "orchestration.task.started",
    TaskUpdated = "orchestration.task.updated",
    TaskStatusUpdated = "orchestration.task.status_updated",
    TaskAssigned = "orchestration.task.assigned",
    TaskBlocked = "orchestration.task.blocked",
    TaskPriorityChanged = "orchestration.task.priority_changed",
    TaskProgressUpdated = "orchestration.task.progress_updated",
    TaskAgentConfigCleared = "orchestration.task.agent_config_cleared",
    TaskMoved = "orchestration.task.moved",
    TaskDeleted = "orchestration.task.deleted",
    TaskRestored = "orchestration.task.restored",
    TaskReverted = "orchestration.task.reverted",
    AgentCreated = "orchestration.agent.created",
    AgentGenerated = "orchestration.agent.generated",
    AgentUpdated = "orchestration.agent.updated",
    AgentStatusChanged = "orchestration.agent.status_changed",
    AgentMoved = "orchestration.agent.moved",
    AgentDeleted = "orchestration.agent.deleted",
    AgentRestored = "orchestration.agent.restored",
    AgentReverted = "orchestration.agent.reverted",
    FileSynced = "orchestration.file.synced",
    FileStale = "orchestration.file.stale",
    FileInvalid = "orchestration.file.invalid",
    FileRemoved = "orchestration.file.removed",
    SyncConflict = "orchestration.sync.conflict",
    SyncSuperseded = "orchestration.sync.superseded",
    SyncResolved = "orchestration.sync.resolved",
}

impl EventType {
    /// The event that tells that a row was made.
    pub const fn created(kind: EntityKind) -> Self {
        match kind {
            EntityKind::Agent => Self::AgentCreated,
            EntityKind::Sprint => Self::SprintCreated,
            EntityKind::Task => Self::TaskCreated,
        }
    }

    /// The event that tells that a row went back to what it was before.
    pub const fn reverted(kind: EntityKind) -> Self {
        match kind {
            EntityKind::Agent => Self::AgentReverted,
            EntityKind::Sprint => Self::SprintReverted,
            EntityKind::Task => Self::TaskReverted,
        }
    }

    /// The event that tells of one change of a row that was there before and is after; no change is told twice.
    ///
    /// `word` is that of a field; besides, `sprint_code`, `task_code`, `agent_code` and `sprint_id` say that the row
    /// moved, and `deleted` that it became a tombstone or came back.
    pub fn of_change(kind: EntityKind, word: &str, change: &Change) -> Self {
        let choose = |agent, sprint, task| match kind {
            EntityKind::Agent => agent,
            EntityKind::Sprint => sprint,
            EntityKind::Task => task,
        };
        match (word, change.to.as_str()) {
            ("deleted", _) if change.to == true => choose(Self::AgentDeleted, Self::SprintDeleted, Self::TaskDeleted),
            ("deleted", _) => choose(Self::AgentRestored, Self::SprintRestored, Self::TaskRestored),
            ("sprint_code" | "task_code" | "agent_code" | "sprint_id", _) => {
                choose(Self::AgentMoved, Self::SprintMoved, Self::TaskMoved)
            }
            ("agent_config", _) if change.to.is_null() => {
                choose(Self::AgentUpdated, Self::SprintUpdated, Self::TaskAgentConfigCleared)
            }
            ("status", Some("in_progress")) => {
                choose(Self::AgentStatusChanged, Self::SprintStatusChanged, Self::TaskStarted)
            }
            ("status", Some("blocked")) => {
                choose(Self::AgentStatusChanged, Self::SprintStatusChanged, Self::TaskBlocked)
            }
            ("status", _) => choose(Self::AgentStatusChanged, Self::SprintStatusChanged, Self::TaskStatusUpdated),
            ("assignee", _) => choose(Self::AgentUpdated, Self::SprintUpdated, Self::TaskAssigned),
            ("priority", _) => choose(Self::AgentUpdated, Self::SprintUpdated, Self::TaskPriorityChanged),
            ("progress", _) => choose(Self::AgentUpdated, Self::SprintUpdated, Self::TaskProgressUpdated),
            _ => choose(Self::AgentUpdated, Self::SprintUpdated, Self::TaskUpdated),
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// One value before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Before; `null` where there was none.
    pub from: Value,
    /// After; `null` where there is none.
    pub to: Value,
}

/// What changed, by the name of the field; document text never stands here.
pub type Changes = BTreeMap<String, Change>;

/// The entity that an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityRef {
    /// What it is.
    pub kind: EntityKind,
    /// Which.
    pub id: EntityId,
}

/// A place in the feed: a consumer that has seen it has seen everything before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    /// The life of the database; another one means: list everything again.
    pub epoch: Epoch,
    /// The sequence number of the last event seen; 0 before the first.
    pub seq: i64,
}

/// An event that is about to be stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewEvent {
    /// What happened.
    pub event_type: EventType,
    /// To whom; `None` for events of the project.
    pub entity: Option<EntityRef>,
    /// From what to what.
    pub changes: Changes,
    /// Anything else that a reader needs, small: a path, a reason, a conflict's id.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub details: serde_json::Map<String, Value>,
}

/// An event of the feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Dense number in the project, from 1.
    pub seq: i64,
    /// The life of the database.
    pub epoch: Epoch,
    /// Its own id.
    pub event_id: EventId,
    /// The word of its type; another program's database may know more than this one.
    pub event_type: String,
    /// To whom.
    pub entity: Option<EntityRef>,
    /// The command that caused it.
    pub correlation_id: Option<CorrelationId>,
    /// The event that caused it.
    pub causation_id: Option<EventId>,
    /// The session of an agent.
    pub session_key: Option<String>,
    /// Who.
    pub actor: Actor,
    /// `{"changes": {field: {"from", "to"}}, …}`.
    pub payload: Value,
    /// When the database stored it.
    pub emitted_at: Timestamp,
}
