//! What a path in the tree means: pure text, no look at the disk.
//!
//! ```text
//! delegation/
//!   .templates/…                    templates, not synced
//!   agents/<agent>.yml              an agent
//!   backlog/<task>/TASK.md          a task of no sprint
//!   sprints/<sprint>/SPRINT.md      a sprint
//!   sprints/<sprint>/<task>/…       a task: TASK.md, AGENT.yml or both, and attachments
//! ```

use std::fmt;

use crate::model::{Code, DocPath, EntityKind, Home, Role};

/// Where the entities of a tree lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    root: DocPath,
}

/// The codes that lead to an entity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// A sprint.
    Sprint(Code),
    /// A task and where it lives.
    Task(Home, Code),
    /// An agent.
    Agent(Code),
}

/// What a file is to the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A document of an entity.
    ///
    /// An [`Attachment`](Role::Attachment) is one only if its folder also holds a document that makes it an entity.
    Document(Address, Role),
    /// Not synced, and why.
    Foreign(Reason),
}

/// Why something in the tree is not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A document where this layout has none.
    OtherLayout,
    /// A document in a folder that holds no SPRINT.md, TASK.md or AGENT.yml.
    NoEntity,
    /// A document below the folder of an entity.
    TooDeep,
    /// A SPRINT.md below a sprint.
    NestedSprint,
    /// `Task.md` and the like: the right name in the wrong case.
    WrongCase,
    /// The folder's name is no code.
    BadCode,
    /// Part of a template.
    Template,
    /// A swap file, a backup or a conflict copy that some program left.
    Litter,
    /// Neither Markdown nor YAML.
    NotADocument,
    /// The name is not UTF-8, or has a backslash in it.
    BadName,
    /// A temporary file of an interrupted run.
    Leftover,
    /// A symbolic link; never followed.
    Symlink,
    /// A FIFO, a socket or a device; never opened.
    Special,
    /// A git repository of its own; never entered.
    NestedRepository,
    /// The same name as another here, but for case or Unicode form.
    Collision,
    /// A file with a second name; writing it parts the two.
    HardLink,
}

impl Layout {
    /// The layout below the root folder `root`, such as `delegation`.
    pub fn new(root: DocPath) -> Self {
        Self { root }
    }

    /// The root folder.
    pub fn root(&self) -> &DocPath {
        &self.root
    }

    /// Says what the file at `path` is.
    pub fn place(&self, path: &DocPath) -> Place {
        todo!("{path}")
    }

    /// The entity whose folder (sprint, task) or file (agent) lies at `path`, if an entity could lie there.
    pub fn address(&self, path: &DocPath) -> Option<Address> {
        todo!("{path}")
    }

    /// Where the entity lies: the folder of a sprint or task, the file of an agent.
    pub fn path(&self, address: &Address) -> DocPath {
        todo!("{address:?}")
    }

    /// Where the document of `role` of the entity lies; `None` for attachments and for roles that it cannot have.
    pub fn document(&self, address: &Address, role: Role) -> Option<DocPath> {
        todo!("{address:?}{role:?}")
    }

    /// Where the templates of the workspace lie.
    pub fn templates(&self) -> DocPath {
        todo!()
    }
}

impl Address {
    /// What the entity is.
    pub fn kind(&self) -> EntityKind {
        match self {
            Self::Sprint(_) => EntityKind::Sprint,
            Self::Task(..) => EntityKind::Task,
            Self::Agent(_) => EntityKind::Agent,
        }
    }

    /// The entity's own code.
    pub fn code(&self) -> &Code {
        match self {
            Self::Sprint(code) | Self::Task(_, code) | Self::Agent(code) => code,
        }
    }
}

impl Reason {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        todo!()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
