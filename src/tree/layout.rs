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
//!
//! Names of folders here, names of programs' litter in `litter`.

mod litter;

use std::fmt;

use crate::model::{Code, DocPath, EntityKind, Home, Role};

use super::FileKind;
use litter::{is_conflict_copy, is_litter};

const SPRINTS: &str = "sprints";
const BACKLOG: &str = "backlog";
const AGENTS: &str = "agents";
const TEMPLATES: &str = ".templates";
const SPRINT_FILE: &str = "SPRINT.md";
const TASK_FILE: &str = "TASK.md";
const AGENT_FILE: &str = "AGENT.yml";

/// How the names of temporary files beside their targets begin.
pub(super) const TEMPORARY: &str = ".instep-tmp.";

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
    /// A swap file or a backup that some program left.
    Litter,
    /// What a file synchroniser could not bring together with the file beside it.
    ConflictCopy,
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

/// What a folder is for; it decides what its files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shelf {
    /// The folder of a sprint or task, if it holds the right document.
    Entity(Address),
    /// The folder of the agents' files.
    Agents,
    /// Documents in it are not synced.
    Foreign(Reason),
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
        let folder = path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
        self.shelf(folder).place(path.name())
    }

    /// The entity that the document at `path` is of; `None` where this layout has no document.
    pub fn entity_of(&self, path: &DocPath) -> Option<Address> {
        match self.place(path) {
            Place::Document(address, _) => Some(address),
            Place::Foreign(_) => None,
        }
    }

    /// The entity whose folder (sprint, task) or file (agent) lies at `path`, if one could lie there.
    pub fn address(&self, path: &DocPath) -> Option<Address> {
        if let Shelf::Entity(address) = self.shelf(path.as_str()) {
            return Some(address);
        }
        self.entity_of(path).filter(|address| matches!(address, Address::Agent(_)))
    }

    /// Where the entity lies: the folder of a sprint or task, the file of an agent.
    pub fn path(&self, address: &Address) -> DocPath {
        let path = match address {
            Address::Sprint(sprint) => format!("{}/{SPRINTS}/{sprint}", self.root),
            Address::Task(Home::Sprint(sprint), task) => format!("{}/{SPRINTS}/{sprint}/{task}", self.root),
            Address::Task(Home::Backlog, task) => format!("{}/{BACKLOG}/{task}", self.root),
            Address::Agent(agent) => format!("{}/{AGENTS}/{agent}.yml", self.root),
        };
        DocPath::new(&path).expect("codes are good names")
    }

    /// Where the document of `role` of the entity lies; `None` for attachments and for roles that it cannot have.
    pub fn document(&self, address: &Address, role: Role) -> Option<DocPath> {
        let name = match (address, role) {
            (Address::Agent(_), Role::AgentProfile) => return Some(self.path(address)),
            (Address::Sprint(_), Role::Sprint) => SPRINT_FILE,
            (Address::Task(..), Role::Task) => TASK_FILE,
            (Address::Task(..), Role::AgentConfig) => AGENT_FILE,
            _ => return None,
        };
        Some(self.path(address).join(name).expect("a good name"))
    }

    /// Where the templates of the workspace lie.
    pub fn templates(&self) -> DocPath {
        self.root.join(TEMPLATES).expect("a good name")
    }

    /// Whether `path` is that folder or lies in it.
    pub(super) fn holds_templates(&self, path: &str) -> bool {
        matches!(self.shelf(path), Shelf::Foreign(Reason::Template))
    }

    /// Says what the folder at `path` is for.
    pub(super) fn shelf(&self, path: &str) -> Shelf {
        let Some(below) = path.strip_prefix(self.root.as_str()).and_then(|rest| rest.strip_prefix('/')) else {
            return Shelf::Foreign(Reason::OtherLayout);
        };
        let mut parts = below.split('/');
        let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
        let address = match parts {
            [Some(TEMPLATES), ..] => return Shelf::Foreign(Reason::Template),
            [Some(AGENTS), None, ..] => return Shelf::Agents,
            [Some(SPRINTS), Some(sprint), None, _] => Code::new(sprint).map(Address::Sprint),
            [Some(SPRINTS), Some(sprint), Some(task), None] => {
                Code::new(sprint).and_then(|s| Ok(Address::Task(Home::Sprint(s), Code::new(task)?)))
            }
            [Some(BACKLOG), Some(task), None, _] => Code::new(task).map(|t| Address::Task(Home::Backlog, t)),
            [Some(SPRINTS | BACKLOG | AGENTS), Some(_), ..] => return Shelf::Foreign(Reason::TooDeep),
            _ => return Shelf::Foreign(Reason::OtherLayout),
        };
        address.map_or(Shelf::Foreign(Reason::BadCode), Shelf::Entity)
    }
}

impl Shelf {
    /// Says what the file `name` in this folder is.
    fn place(self, name: &str) -> Place {
        match self.role(name) {
            Err(reason) => Place::Foreign(reason),
            Ok(role) => match self {
                Self::Entity(address) => Place::Document(address, role),
                _ => agent_of(name)
                    .map_or(Place::Foreign(Reason::BadCode), |code| Place::Document(Address::Agent(code), role)),
            },
        }
    }

    /// The role of the file `name` in this folder, or why it is not synced.
    pub(super) fn role(&self, name: &str) -> Result<Role, Reason> {
        if name.starts_with(TEMPORARY) {
            return Err(Reason::Leftover);
        }
        if is_conflict_copy(name) {
            return Err(Reason::ConflictCopy);
        }
        if is_litter(name) {
            return Err(Reason::Litter);
        }
        if let Self::Foreign(reason @ Reason::Template) = self {
            return Err(*reason);
        }
        if ![".md", ".yml", ".yaml"].iter().any(|extension| name.ends_with(extension)) {
            return Err(Reason::NotADocument);
        }
        match self {
            Self::Foreign(Reason::TooDeep) if name == SPRINT_FILE => Err(Reason::NestedSprint),
            Self::Foreign(reason) => Err(*reason),
            Self::Agents if !name.ends_with(".yml") => Err(Reason::OtherLayout),
            Self::Agents => agent_of(name).map(|_| Role::AgentProfile).ok_or(Reason::BadCode),
            Self::Entity(Address::Sprint(_)) => named(name, &[(SPRINT_FILE, Role::Sprint)]),
            Self::Entity(_) if name == SPRINT_FILE => Err(Reason::NestedSprint),
            Self::Entity(_) => named(name, &[(TASK_FILE, Role::Task), (AGENT_FILE, Role::AgentConfig)]),
        }
    }
}

/// The role of a file in an entity's folder whose documents are `own`.
fn named(name: &str, own: &[(&str, Role)]) -> Result<Role, Reason> {
    match own.iter().find(|(file, _)| file.eq_ignore_ascii_case(name)) {
        Some((file, role)) if *file == name => Ok(*role),
        Some(_) => Err(Reason::WrongCase),
        None => Ok(Role::Attachment),
    }
}

/// Whether a file is called as what makes a folder a sprint or a task, in whatever case.
pub(super) fn is_main_document(name: &str) -> bool {
    [SPRINT_FILE, TASK_FILE, AGENT_FILE].iter().any(|file| file.eq_ignore_ascii_case(name))
}

fn agent_of(name: &str) -> Option<Code> {
    Code::new(name.strip_suffix(".yml")?).ok()
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
    /// Every reason, in the order in which a cache numbers them.
    pub(super) const ALL: &[Self] = &[
        Self::OtherLayout,
        Self::NoEntity,
        Self::TooDeep,
        Self::NestedSprint,
        Self::WrongCase,
        Self::BadCode,
        Self::Template,
        Self::Litter,
        Self::NotADocument,
        Self::BadName,
        Self::Leftover,
        Self::Symlink,
        Self::Special,
        Self::NestedRepository,
        Self::Collision,
        Self::HardLink,
        Self::ConflictCopy,
    ];

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OtherLayout => "other_layout",
            Self::NoEntity => "no_entity",
            Self::TooDeep => "too_deep",
            Self::NestedSprint => "nested_sprint",
            Self::WrongCase => "wrong_case",
            Self::BadCode => "bad_code",
            Self::Template => "template",
            Self::Litter => "litter",
            Self::ConflictCopy => "conflict_copy",
            Self::NotADocument => "not_a_document",
            Self::BadName => "bad_name",
            Self::Leftover => "leftover",
            Self::Symlink => "symlink",
            Self::Special => "special",
            Self::NestedRepository => "nested_repository",
            Self::Collision => "collision",
            Self::HardLink => "hard_link",
        }
    }

    /// Why something of this kind is not opened.
    pub(super) const fn refusing(kind: FileKind) -> Self {
        match kind {
            FileKind::Symlink => Self::Symlink,
            _ => Self::Special,
        }
    }

    /// Whether nothing can be said about what lies behind it, so that it must not be taken for absent.
    pub const fn is_blocking(self) -> bool {
        matches!(self, Self::Symlink | Self::Special | Self::NestedRepository | Self::Collision)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherLayout => "in another layout",
            Self::NoEntity => "in a folder without SPRINT.md, TASK.md or AGENT.yml",
            Self::TooDeep => "deeper than a sprint, task or agent lies",
            Self::NestedSprint => "a SPRINT.md that is not directly below `sprints`",
            Self::WrongCase => "a document's name in the wrong case",
            Self::BadCode => "in a folder whose name is not a code",
            Self::Template => "part of a template",
            Self::Litter => "left by an editor or a file synchroniser",
            Self::ConflictCopy => {
                "a conflict copy of a file synchroniser; bring it together with its file, then remove it"
            }
            Self::NotADocument => "neither Markdown nor YAML",
            Self::BadName => "a name that cannot be kept",
            Self::Leftover => "a temporary file of an interrupted run",
            Self::Symlink => "a symbolic link",
            Self::Special => "not a regular file",
            Self::NestedRepository => "a git repository of its own",
            Self::Collision => "differs from another name only in case or Unicode form",
            Self::HardLink => "a file with a second name",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout::new(path("delegation"))
    }

    fn path(text: &str) -> DocPath {
        DocPath::new(text).expect("a good path")
    }

    fn code(text: &str) -> Code {
        Code::new(text).expect("a good code")
    }

    fn place(text: &str) -> Place {
        layout().place(&path(text))
    }

    #[test]
    fn every_document_has_its_place() {
        let sprint = Address::Sprint(code("alpha"));
        let task = Address::Task(Home::Sprint(code("alpha")), code("phase-1"));
        let bug = Address::Task(Home::Backlog, code("bug-7"));
        for (at, address, role) in [
            ("delegation/sprints/alpha/SPRINT.md", &sprint, Role::Sprint),
            ("delegation/sprints/alpha/README.md", &sprint, Role::Attachment),
            ("delegation/sprints/alpha/TASK_TEMPLATE.md", &sprint, Role::Attachment),
            ("delegation/sprints/alpha/AGENT_TEMPLATE.yml", &sprint, Role::Attachment),
            ("delegation/sprints/alpha/phase-1/TASK.md", &task, Role::Task),
            ("delegation/sprints/alpha/phase-1/AGENT.yml", &task, Role::AgentConfig),
            ("delegation/sprints/alpha/phase-1/notes.yaml", &task, Role::Attachment),
            ("delegation/backlog/bug-7/TASK.md", &bug, Role::Task),
            ("delegation/agents/ada.yml", &Address::Agent(code("ada")), Role::AgentProfile),
        ] {
            assert_eq!(place(at), Place::Document(address.clone(), role), "{at}");
        }
    }

    #[test]
    fn everything_else_has_a_reason() {
        for (at, reason) in [
            ("delegation/TOMORROW.md", Reason::OtherLayout),
            ("delegation/sprints/SPRINT-51.md", Reason::OtherLayout),
            ("delegation/archived/sprint-40/TASK.md", Reason::OtherLayout),
            ("delegation/agents/ada.yaml", Reason::OtherLayout),
            ("delegation/agents/active/ada.md", Reason::TooDeep),
            ("delegation/sprints/alpha/phase-1/notes/x.md", Reason::TooDeep),
            ("delegation/sprints/alpha/phase-1/SPRINT.md", Reason::NestedSprint),
            ("delegation/sprints/alpha/phase-1/x/SPRINT.md", Reason::NestedSprint),
            ("delegation/backlog/bug-7/SPRINT.md", Reason::NestedSprint),
            ("delegation/sprints/alpha/Sprint.md", Reason::WrongCase),
            ("delegation/backlog/bug-7/task.md", Reason::WrongCase),
            ("delegation/.templates/task/default/TASK.md", Reason::Template),
            ("delegation/sprints/alpha/logo.png", Reason::NotADocument),
            ("delegation/sprints/alpha/.hash", Reason::NotADocument),
            ("delegation/sprints/alpha/.instep-tmp.12.0", Reason::Leftover),
            ("src/main.md", Reason::OtherLayout),
            ("delegation2/sprints/alpha/SPRINT.md", Reason::OtherLayout),
        ] {
            assert_eq!(place(at), Place::Foreign(reason), "{at}");
        }
    }

    #[test]
    fn fs13_a_folder_whose_name_is_no_code_is_reported() {
        for at in ["sprints/a b/SPRINT.md", "sprints/CON/SPRINT.md", "sprints/a./SPRINT.md", "backlog/-x/TASK.md"] {
            assert_eq!(place(&format!("delegation/{at}")), Place::Foreign(Reason::BadCode), "{at}");
        }
        assert_eq!(place("delegation/agents/a b.yml"), Place::Foreign(Reason::BadCode));
        let long = format!("delegation/sprints/{}/SPRINT.md", "x".repeat(65));
        assert_eq!(place(&long), Place::Foreign(Reason::BadCode));
    }

    #[test]
    fn hx02_codes_lead_to_their_place_and_back() {
        let layout = layout();
        for (address, at) in [
            (Address::Sprint(code("alpha")), "delegation/sprints/alpha"),
            (Address::Task(Home::Sprint(code("alpha")), code("p.1")), "delegation/sprints/alpha/p.1"),
            (Address::Task(Home::Backlog, code("bug-7")), "delegation/backlog/bug-7"),
            (Address::Agent(code("ada")), "delegation/agents/ada.yml"),
        ] {
            assert_eq!(layout.path(&address).as_str(), at);
            assert_eq!(layout.address(&path(at)), Some(address));
        }
        for none in ["delegation", "delegation/sprints", "delegation/sprints/a/b/c", "delegation/agents/x.md"] {
            assert_eq!(layout.address(&path(none)), None, "{none}");
        }
    }

    #[test]
    fn the_documents_of_an_entity_follow_from_its_kind() {
        let task = Address::Task(Home::Backlog, code("bug-7"));
        let at = |role| layout().document(&task, role).map(String::from);
        assert_eq!(at(Role::Task).as_deref(), Some("delegation/backlog/bug-7/TASK.md"));
        assert_eq!(at(Role::AgentConfig).as_deref(), Some("delegation/backlog/bug-7/AGENT.yml"));
        assert_eq!(at(Role::Sprint), None);
        assert_eq!(at(Role::Attachment), None);
    }
}
