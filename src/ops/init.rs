//! Makes a project of a folder, or gets a clone of one ready.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::listed::Entry;
use super::new::{TemplateOptions, creations};
use super::{MakeError, OpError, Workspace};
use crate::config::{Config, FILE_NAME};
use crate::document::{self, Stamps};
use crate::model::{DocPath, ProjectId, Role, TemplateKind};
use crate::sync::{Order, SyncError, SyncOptions, SyncReport, carry_out, sync};
use crate::tree::{Expected, FileKind, Outcome, Place, ReadFile, Replacement, ScannedFile, StatCache, Tree, TreeError};

/// What git shall not see below the root folder.
const IGNORED: &str = ".hash\n";

/// Make a project of this folder, or get a clone of one ready.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Init {
    /// The project's name; the folder's where none is given
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// The folder for the planning files; `delegation` where none is given
    #[arg(long, value_name = "FOLDER")]
    pub root: Option<String>,
    /// Fill it with a small example
    #[arg(long)]
    pub demo: bool,
    /// Leave planning files that are there already to a later `sync`
    #[arg(long)]
    pub no_sync: bool,
}

/// What an initialisation did.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Initialised {
    /// The project's id.
    #[schemars(with = "String")]
    pub project: ProjectId,
    /// The folder for the planning files.
    pub root: String,
    /// What was adopted or made.
    pub report: SyncReport,
    /// How many sprints, tasks and agents there are now.
    pub rows: usize,
}

impl Init {
    /// Writes `instep.toml` and the folder for the planning files, unless they are there; `database` is the name under which
    /// everybody's own settings know the database.
    ///
    /// # Errors
    /// A root that can be no folder below the project, or files that cannot be written.
    pub fn lay_out(
        &self,
        tree: &Tree,
        project: ProjectId,
        folder: &str,
        database: Option<&str>,
    ) -> Result<(), OpError> {
        let name = self.name.as_deref().unwrap_or(folder);
        let root = self.root()?;
        let mut settings = Config::render_new(project, name, database);
        if root.as_str() != "delegation" {
            settings += &format!("\n[tree]\nroot = {}\n", json!(root.as_str()));
        }
        let ignore = root.join(".gitignore").map_err(|_| OpError::BadPath { path: root.to_string() })?;
        let settings_path = DocPath::new(FILE_NAME).expect("a file name is a path");
        check_free(tree, &root, &settings_path)?;
        let file = |path: DocPath, text: String| Replacement {
            path,
            pieces: vec![text.into_bytes().into()],
            expected: Expected::Absent,
        };
        // One after the other: without its folder there shall be no project.
        for one in [file(ignore, IGNORED.to_owned()), file(settings_path, settings)] {
            if let Some(Outcome::Failed(error)) = tree.replace(&[one])?.pop() {
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// The folder for the planning files.
    ///
    /// # Errors
    /// There can be no such setting.
    pub fn root(&self) -> Result<DocPath, OpError> {
        let root = self.root.as_deref().unwrap_or("delegation");
        Config::root_of(root).map_err(|why| OpError::BadRoot { root: root.to_owned(), why })
    }

    /// How many documents are there that bear no stamp yet; writes nothing.
    pub fn unstamped(&self, tree: &Tree) -> usize {
        let scan = tree.scan(StatCache::empty(), None);
        let document = |file: ScannedFile<'_>| match file.place(tree.layout()) {
            Place::Document(_, role) if role.is_managed() => Some((file.path(), role)),
            _ => None,
        };
        let (paths, roles): (Vec<DocPath>, Vec<Role>) = scan.files().filter_map(document).unzip();
        let is_unstamped = |number: usize, read: Result<ReadFile, TreeError>| {
            let bytes = read.map(|read| read.bytes).unwrap_or_default();
            let text = document::read(roles[number], &bytes);
            text.is_ok_and(|text| matches!(document::split(roles[number], text).stamps, Stamps::None))
        };
        tree.read_all(&paths, is_unstamped).into_iter().filter(|unstamped| *unstamped).count()
    }

    /// Adopts the files that are there, and makes the example where it is wanted.
    ///
    /// # Errors
    /// A side that could not be read or written.
    pub async fn run(self, ws: &Workspace) -> Result<Initialised, OpError> {
        let mut report = SyncReport { applied: true, ..SyncReport::default() };
        if self.demo {
            report = demo(ws).await.map_err(|error| match error {
                OpError::Taken { code } => OpError::from(MakeError::DemoThere { code }),
                other => other,
            })?;
        }
        if !self.no_sync {
            let adopted = sync(ws, SyncOptions::default()).await?;
            report = if self.demo { SyncReport { notes: adopted.notes, ..report } } else { adopted };
        }
        let counted = ws.store.count_live().await;
        let rows = counted.map_err(|error| SyncError::Done { source: Box::new(error.into()) })?;
        Ok(Initialised { project: ws.project, root: ws.root.to_string(), report, rows })
    }
}

/// Refuses to begin where something else is in the place of a folder, or the settings could not be written.
fn check_free(tree: &Tree, root: &DocPath, settings: &DocPath) -> Result<(), OpError> {
    let mut folder = String::new();
    for part in root.parts() {
        folder += part;
        let path = DocPath::new(&folder).map_err(|_| OpError::BadPath { path: folder.clone() })?;
        match tree.kind(&path) {
            None => break,
            Some(FileKind::Folder) => folder.push('/'),
            Some(kind) => return Err(OpError::from(MakeError::Occupied { path, kind })),
        }
    }
    match tree.check_place(settings) {
        Err(TreeError::Taken { .. }) => Ok(()),
        checked => Ok(checked?),
    }
}

/// A small example: one agent, one sprint, three tasks of it, one bug.
async fn demo(ws: &Workspace) -> Result<SyncReport, OpError> {
    let mut order = Order::default();
    for (kind, entries) in [(TemplateKind::Agent, agents()), (TemplateKind::Sprint, sprints())] {
        order.creations.extend(creations(ws, kind, entries, &TemplateOptions::default()).await?.creations);
    }
    let first = carry_out(ws, order).await?;
    let mut order = Order::default();
    for (kind, entries) in [(TemplateKind::Task, tasks()), (TemplateKind::Bug, bugs())] {
        order.creations.extend(creations(ws, kind, entries, &TemplateOptions::default()).await?.creations);
    }
    let second = carry_out(ws, order).await?;
    let steps = [first.steps, second.steps].concat();
    let totals = crate::sync::Totals::of(&steps);
    Ok(SyncReport { applied: true, steps, totals, ..SyncReport::default() })
}

fn entry(code: &str, sprint: Option<&str>, variables: Value) -> Entry {
    let variables: BTreeMap<String, Value> = match variables {
        Value::Object(map) => map.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    Entry { code: code.to_owned(), sprint: sprint.map(str::to_owned), variables, ..Entry::default() }
}

fn agents() -> Vec<Entry> {
    vec![entry("builder", None, json!({ "name": "Builder", "role": "Software engineer" }))]
}

fn sprints() -> Vec<Entry> {
    let tasks =
        ["choose-format: Choose the format", "write-parser: Write the parser", "publish: Publish the first version"];
    vec![entry(
        "first-release",
        None,
        json!({
            "title": "First release",
            "status": "Active",
            "owner": "Core",
            "goal": "Somebody outside the team can use it.",
            "tasks": tasks,
            "metrics": ["The tour in the README works as written"],
        }),
    )]
}

fn tasks() -> Vec<Entry> {
    let sprint = Some("S:first-release");
    vec![
        entry(
            "choose-format",
            sprint,
            json!({
                "title": "Choose the format",
                "status": "Completed",
                "priority": "P0",
                "objective": "Decide how the data is written down.",
                "tasks": ["Compare three formats", "Write the decision down"],
            }),
        ),
        entry(
            "write-parser",
            sprint,
            json!({
                "title": "Write the parser",
                "status": "In Progress",
                "priority": "P1",
                "assignee": "builder",
                "estimate": "3-5 days",
                "objective": "Read every file of the format, and say what is wrong with those that are none.",
                "tasks": ["Read the header", "Read the body", "Tell errors with line and column"],
                "dependencies": ["choose-format"],
            }),
        ),
        entry(
            "publish",
            sprint,
            json!({
                "title": "Publish the first version",
                "priority": "P2",
                "estimate": "1 day",
                "objective": "Make it installable with one command.",
                "tasks": ["Write the README", "Tag the version"],
                "dependencies": ["write-parser"],
            }),
        ),
    ]
}

fn bugs() -> Vec<Entry> {
    vec![entry(
        "empty-input",
        None,
        json!({
            "title": "Empty input ends without a message",
            "priority": "P1",
            "description": "An empty file is read as if all were well.",
            "steps": ["Make an empty file", "Run the parser on it"],
            "expected": "An error that names the file.",
            "actual": "Nothing is printed.",
        }),
    )]
}
