//! Makes sprints, tasks and agents from templates: row, folder, files and stamp in one step, or nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::resolve::resolve_kind;
use super::templates::{catalog, today};
use super::{OpError, Workspace};
use crate::model::{Code, EntityId, EntityKind, Reference, Role, TemplateKind};
use crate::sync::{Creation, Order, SyncReport, carry_out};
use crate::template::{DEFAULT, Limits, RenderedFile, Variables, render};
use crate::tree::read_outside;

/// The largest list of things to make, in bytes.
const MAX_LIST: u64 = 4 << 20;

/// Make a sprint.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SprintNew {
    /// Its code, which becomes the name of its folder
    #[arg(value_name = "CODE", required_unless_present = "from")]
    pub code: Option<String>,
    /// Its title; the code in words where none is given
    #[arg(long, short, value_name = "TEXT")]
    pub title: Option<String>,
    /// How to make it
    #[command(flatten)]
    #[serde(flatten)]
    pub how: TemplateOptions,
}

/// Make a task.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskNew {
    /// Its code, which becomes the name of its folder
    #[arg(value_name = "CODE", required_unless_present = "from")]
    pub code: Option<String>,
    /// The sprint that it belongs to; the backlog where none is given
    #[arg(long, short, value_name = "SPRINT")]
    #[schemars(with = "Option<String>")]
    pub sprint: Option<Reference>,
    /// Its title; the code in words where none is given
    #[arg(long, short, value_name = "TEXT")]
    pub title: Option<String>,
    /// Its priority
    #[arg(long, short, value_name = "P0..P3")]
    pub priority: Option<String>,
    /// Make it from a template of another kind: `bug` or `embedded`
    #[arg(long, value_name = "KIND", value_parser = ["task", "bug", "embedded"])]
    pub kind: Option<String>,
    /// How to make it
    #[command(flatten)]
    #[serde(flatten)]
    pub how: TemplateOptions,
}

/// Make an agent.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AgentNew {
    /// Its code, which becomes the name of its file
    #[arg(value_name = "CODE", required_unless_present = "from")]
    pub code: Option<String>,
    /// Its name for people
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// How to make it
    #[command(flatten)]
    #[serde(flatten)]
    pub how: TemplateOptions,
}

/// Which template, and what goes into it.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TemplateOptions {
    /// Which template of the kind
    #[arg(long, value_name = "NAME")]
    pub template: Option<String>,
    /// Give a variable of the template a value; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// Make everything that a YAML or JSON file lists, all of it or nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["code", "var"])]
    pub from: Option<PathBuf>,
}

/// One thing to make, as a list in a file has it.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Entry {
    /// Its code.
    pub(super) code: String,
    /// Its sprint.
    #[serde(default)]
    pub(super) sprint: Option<String>,
    /// Its template.
    #[serde(default)]
    pub(super) template: Option<String>,
    /// The values of the template's variables.
    #[serde(default, flatten)]
    pub(super) variables: BTreeMap<String, Value>,
}

impl SprintNew {
    /// Makes it.
    ///
    /// # Errors
    /// A code that is none or taken, a template that does not render, a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let entries = entries(self.code, &self.how, [("title", self.title)])?;
        make(ws, TemplateKind::Sprint, entries, &self.how).await
    }
}

impl TaskNew {
    /// Makes it.
    ///
    /// # Errors
    /// A code that is none or taken, a sprint that does not exist, a template that does not render, a side that cannot
    /// be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let mut entries = entries(self.code, &self.how, [("title", self.title), ("priority", self.priority)])?;
        let sprint = self.sprint.map(|sprint| sprint.to_string());
        entries.iter_mut().filter(|entry| entry.sprint.is_none()).for_each(|entry| entry.sprint.clone_from(&sprint));
        let kind = match self.kind.as_deref() {
            Some("bug") => TemplateKind::Bug,
            Some("embedded") => TemplateKind::Embedded,
            _ => TemplateKind::Task,
        };
        make(ws, kind, entries, &self.how).await
    }
}

impl AgentNew {
    /// Makes it.
    ///
    /// # Errors
    /// A code that is none or taken, a template that does not render, a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let entries = entries(self.code, &self.how, [("name", self.name)])?;
        make(ws, TemplateKind::Agent, entries, &self.how).await
    }
}

/// What to make: the one thing of the command line, or everything that a file lists.
fn entries<const N: usize>(
    code: Option<String>,
    how: &TemplateOptions,
    named: [(&str, Option<String>); N],
) -> Result<Vec<Entry>, OpError> {
    let said = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))));
    let said: BTreeMap<String, Value> = said.collect();
    let Some(path) = &how.from else {
        let mut variables = said;
        variables.extend(variables_of(&how.var)?);
        return Ok(vec![Entry { code: code.unwrap_or_default(), variables, ..Entry::default() }]);
    };
    let bytes = read_outside(path, MAX_LIST)?.ok_or_else(|| OpError::NoFile { path: path.clone() })?;
    let bad = |error: serde_yaml::Error| OpError::BadList { path: path.clone(), message: error.to_string() };
    let listed: Vec<Entry> = serde_yaml::from_slice(&bytes).map_err(bad)?;
    let with_said = |mut entry: Entry| {
        for (name, value) in &said {
            entry.variables.entry(name.clone()).or_insert_with(|| value.clone());
        }
        entry
    };
    Ok(listed.into_iter().map(with_said).collect())
}

fn variables_of(pairs: &[String]) -> Result<BTreeMap<String, Value>, OpError> {
    let pair = |pair: &String| match pair.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), Value::from(value))),
        _ => Err(OpError::BadAssignment { text: pair.clone() }),
    };
    pairs.iter().map(pair).collect()
}

async fn make(
    ws: &Workspace,
    kind: TemplateKind,
    entries: Vec<Entry>,
    how: &TemplateOptions,
) -> Result<SyncReport, OpError> {
    let creations = creations(ws, kind, entries, how.template.as_deref()).await?;
    Ok(carry_out(ws, Order { creations, ..Order::default() }).await?)
}

/// Renders everything that is to be made; nothing is written yet.
pub(super) async fn creations(
    ws: &Workspace,
    kind: TemplateKind,
    entries: Vec<Entry>,
    template: Option<&str>,
) -> Result<Vec<Creation>, OpError> {
    let catalog = catalog(ws)?;
    let usual = ws.config.templates.get(&kind).map(|setting| setting.value.clone());
    let mut creations: Vec<Creation> = Vec::with_capacity(entries.len());
    let mut sprints: BTreeMap<String, (EntityId, String)> = BTreeMap::new();
    for entry in entries {
        let code = Code::new(&entry.code).map_err(|source| OpError::BadCode { code: entry.code.clone(), source })?;
        let sprint = match &entry.sprint {
            None => None,
            Some(name) => Some(find_sprint(ws, name, &mut sprints).await?),
        };
        let name = entry.template.as_deref().or(template).or(usual.as_deref()).unwrap_or(DEFAULT);
        let template = catalog.get(kind, name)?;
        let variables = variables(ws, &code, sprint.as_ref(), entry.variables);
        let files = render(template, &variables, Limits::default())?;
        let kind = entity_kind(kind);
        let documents = files.into_iter().map(|file| document(kind, file)).collect::<Result<_, _>>()?;
        if creations.iter().any(|other| other.code == code && other.sprint == sprint.as_ref().map(|(id, _)| *id)) {
            return Err(OpError::Repeated { code: code.to_string() });
        }
        creations.push(Creation { kind, sprint: sprint.map(|(id, _)| id), code, documents });
    }
    Ok(creations)
}

async fn find_sprint(
    ws: &Workspace,
    name: &str,
    known: &mut BTreeMap<String, (EntityId, String)>,
) -> Result<(EntityId, String), OpError> {
    if let Some(found) = known.get(name) {
        return Ok(found.clone());
    }
    let wanted: Reference = name.parse()?;
    let found = resolve_kind(ws, &wanted, EntityKind::Sprint).await?.record;
    known.insert(name.to_owned(), (found.id, found.code.clone()));
    Ok((found.id, found.row.code))
}

fn variables(
    ws: &Workspace,
    code: &Code,
    sprint: Option<&(EntityId, String)>,
    mut given: BTreeMap<String, Value>,
) -> Variables {
    given.insert("code".into(), code.as_str().into());
    let mut offered: BTreeMap<String, Value> =
        ws.config.variables.iter().map(|(name, setting)| (name.clone(), setting.value.clone())).collect();
    offered.insert("title".into(), in_words(code.as_str()).into());
    offered.insert("today".into(), today(ws).into());
    offered.insert("project".into(), ws.config.name.as_ref().map_or(Value::Null, |name| name.value.clone().into()));
    if let Some((_, sprint)) = sprint {
        offered.insert("sprint".into(), sprint.as_str().into());
    }
    Variables { given, offered }
}

/// `phase-1-api` as `Phase 1 api`.
fn in_words(code: &str) -> String {
    let words = code.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn entity_kind(kind: TemplateKind) -> EntityKind {
    match kind {
        TemplateKind::Sprint => EntityKind::Sprint,
        TemplateKind::Agent => EntityKind::Agent,
        _ => EntityKind::Task,
    }
}

/// The role of a rendered file in what is made.
fn document(kind: EntityKind, file: RenderedFile) -> Result<(Role, String, String), OpError> {
    let role = match (kind, file.name.as_str()) {
        (EntityKind::Sprint, "SPRINT.md") => Role::Sprint,
        (EntityKind::Task, "TASK.md") => Role::Task,
        (EntityKind::Task, "AGENT.yml") => Role::AgentConfig,
        (EntityKind::Agent, name) if name.ends_with(".yml") => Role::AgentProfile,
        (EntityKind::Sprint | EntityKind::Task, name) if is_attachment(name) => Role::Attachment,
        _ => return Err(OpError::BadOutput { name: file.name }),
    };
    Ok((role, file.name, file.text))
}

fn is_attachment(name: &str) -> bool {
    !name.contains('/') && [".md", ".yml", ".yaml"].iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_makes_a_title_in_words() {
        assert_eq!(in_words("phase-1_api"), "Phase 1 api");
    }

    #[test]
    fn a_variable_needs_a_name_and_a_value() {
        assert!(variables_of(&["goal=a=b".into()]).is_ok_and(|v| v["goal"] == "a=b"));
        assert!(variables_of(&["goal".into()]).is_err());
        assert!(variables_of(&["=x".into()]).is_err());
    }
}
