//! Identities: one new type per thing, so that they cannot be mixed up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an id that was made elsewhere.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare id.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::from_str(text).map(Self)
            }
        }
    };
}

id!(
    /// One project; the tree and the database must agree on it.
    ProjectId
);
id!(
    /// One sprint, task or agent, for ever: it survives renames and moves.
    EntityId
);
id!(
    /// One stored revision of an entity.
    RevisionId
);
id!(
    /// One working copy that syncs with the database.
    CloneId
);
id!(
    /// One command, sync run or request; all its events bear it.
    CorrelationId
);
id!(
    /// One attempt to commit, so that an unknown outcome can be looked up.
    RunId
);
id!(
    /// One event.
    EventId
);
id!(
    /// One life of a database; it changes when a backup is restored.
    Epoch
);
id!(
    /// One recorded conflict.
    ConflictId
);

impl EntityId {
    /// The id of an entity that is adopted from `path`: the same in every clone that adopts the same tree.
    pub fn adopted(project: ProjectId, kind: super::EntityKind, path: &super::DocPath) -> Self {
        Self(Uuid::new_v5(&project.uuid(), format!("{}:{path}", kind.word()).as_bytes()))
    }
}
