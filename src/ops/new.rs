//! Makes sprints, tasks and agents from templates: row, folder, files and stamp in one step, or nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::listed::{self, Entry};
use super::made::{self, entity_kind};
use super::resolve::resolve_kind;
use super::shelf::{Shelf, offered};
use super::{MakeError, OpError, Workspace, room};
use crate::model::{Code, EntityId, EntityKind, Field, Reference, TemplateKind};
use crate::sync::plan::{Note, NoteKind};
use crate::sync::{Creation, Order, SyncReport, carry_out};
use crate::template::{DEFAULT, Limits, Template, Variables, render};

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
    #[arg(long, value_name = "SPRINT")]
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
    /// Which template, as `instep template list` names it
    #[arg(long, value_name = "NAME")]
    pub template: Option<String>,
    /// Give a variable of the template a value, to a list one line for each item; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// Make everything that a YAML or JSON file lists, all of it or nothing; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["code", "var"])]
    pub from: Option<PathBuf>,
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
        let priority = self.priority.as_deref().map(priority).transpose()?;
        let mut entries = entries(self.code, &self.how, [("title", self.title), ("priority", priority)])?;
        let sprint = self.sprint.map(|sprint| sprint.to_string());
        entries.iter_mut().filter(|entry| entry.sprint.is_none()).for_each(|entry| entry.sprint.clone_from(&sprint));
        let kind = self.kind.as_deref().and_then(listed::task_kind).unwrap_or(TemplateKind::Task);
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
    said.iter().try_for_each(|(name, value)| refuse_unreadable(name, value))?;
    let Some(path) = &how.from else {
        let mut variables = said;
        for (name, value) in variables_of(&how.var)? {
            let told_elsewhere = name == "code" || (name == "sprint" && code.is_some());
            if told_elsewhere || variables.insert(name.clone(), value).is_some() {
                return Err(OpError::from(MakeError::GivenTwice { name }));
            }
        }
        return Ok(vec![Entry { code: code.unwrap_or_default(), variables, ..Entry::default() }]);
    };
    let with_said = |mut entry: Entry| {
        for (name, value) in &said {
            entry.variables.entry(name.clone()).or_insert_with(|| value.clone());
        }
        entry
    };
    Ok(listed::read(path)?.into_iter().map(with_said).collect())
}

pub(super) fn variables_of(pairs: &[String]) -> Result<BTreeMap<String, Value>, OpError> {
    let mut variables = BTreeMap::new();
    for pair in pairs {
        match pair.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                if variables.insert(name.to_owned(), Value::from(value)).is_some() {
                    return Err(OpError::from(MakeError::GivenTwice { name: name.to_owned() }));
                }
            }
            _ => return Err(OpError::BadAssignment { text: pair.clone() }),
        }
    }
    Ok(variables)
}

/// A priority as templates write it, from any of its spellings.
fn priority(word: &str) -> Result<String, OpError> {
    let value = super::set::value(EntityKind::Task, Field::Priority, word)?;
    Ok(value.as_str().unwrap_or(word).to_owned())
}

/// Refuses what a document would not show as it was given.
pub(super) fn refuse_unreadable(name: &str, value: &Value) -> Result<(), OpError> {
    let text = value.as_str().unwrap_or_default();
    let is_one_line = ["title", "name"].contains(&name);
    let why = if is_one_line && text.trim().is_empty() {
        "is empty"
    } else if text.contains(|c: char| is_invisible(c) && (is_one_line || !"\n\r\t".contains(c))) {
        "holds a character that cannot be seen, such as a line end or a control character"
    } else if is_one_line && (text.contains("<!--") || text.contains("-->")) {
        "holds the mark of a comment, which hides text"
    } else {
        return Ok(());
    };
    Err(OpError::from(MakeError::BadText { name: name.to_owned(), why }))
}

/// Refuses a status that its row could not have.
fn refuse_no_status(kind: EntityKind, variables: &BTreeMap<String, Value>) -> Result<(), OpError> {
    let said = variables.get(Field::Status.word()).and_then(Value::as_str).filter(|said| !said.trim().is_empty());
    said.map_or(Ok(()), |said| super::set::value(kind, Field::Status, said).map(drop))
}

/// Controls, and those marks that turn the direction of a text round.
fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

async fn make(
    ws: &Workspace,
    kind: TemplateKind,
    entries: Vec<Entry>,
    how: &TemplateOptions,
) -> Result<SyncReport, OpError> {
    let plan = creations(ws, kind, entries, how).await?;
    let mut report = carry_out(ws, Order { creations: plan.creations, ..Order::default() }).await?;
    report.notes.extend(plan.remarks);
    Ok(report)
}

/// What is to be made.
#[derive(Default)]
pub(super) struct ToMake {
    /// It, rendered.
    pub(super) creations: Vec<Creation>,
    /// What its documents say that is not understood.
    remarks: Vec<Note>,
}

/// Renders everything that is to be made; nothing is written yet.
///
/// # Errors
/// The first entry that cannot be made, named where there is a list.
pub(super) async fn creations(
    ws: &Workspace,
    kind: TemplateKind,
    entries: Vec<Entry>,
    how: &TemplateOptions,
) -> Result<ToMake, OpError> {
    let mut maker = Maker { ws, kind, how, shelf: Shelf::read(ws)?, sprints: BTreeMap::new() };
    let mut plan = ToMake::default();
    let in_list = |index: usize, code: String, error: OpError| match &how.from {
        Some(path) => {
            OpError::from(MakeError::InList { path: path.clone(), entry: index + 1, code, source: Box::new(error) })
        }
        None => error,
    };
    for (index, entry) in entries.into_iter().enumerate() {
        let code = entry.code.clone();
        maker.make(entry, &mut plan).await.map_err(|error| in_list(index, code, error))?;
    }
    let rows = room::rows(ws, &plan.creations).await?;
    for (index, creation) in plan.creations.iter().enumerate() {
        room::refuse_taken(ws, creation, &rows, &maker.sprints)
            .map_err(|error| in_list(index, creation.code.to_string(), error))?;
    }
    Ok(plan)
}

/// Makes entries into creations, one after the other.
struct Maker<'a> {
    ws: &'a Workspace,
    kind: TemplateKind,
    how: &'a TemplateOptions,
    shelf: Shelf,
    /// The sprints that were asked for, by the name that they were asked for with.
    sprints: BTreeMap<String, (EntityId, String)>,
}

impl Maker<'_> {
    async fn make(&mut self, entry: Entry, plan: &mut ToMake) -> Result<(), OpError> {
        let code = Code::new(&entry.code).map_err(|source| OpError::BadCode { code: entry.code.clone(), source })?;
        let template_kind = self.kind_of(&entry)?;
        let kind = entity_kind(template_kind).unwrap_or(EntityKind::Task);
        entry.variables.iter().try_for_each(|(name, value)| refuse_unreadable(name, value))?;
        refuse_no_status(kind, &entry.variables)?;
        let sprint = match &entry.sprint {
            Some(name) if kind == EntityKind::Task => Some(self.sprint(name).await?),
            Some(_) => return Err(OpError::from(MakeError::HasNoSprint { kind })),
            None => None,
        };
        let template = self.template(template_kind, entry.template.as_deref())?;
        let variables = variables(self.ws, &code, sprint.as_ref(), entry);
        let files = render(template, &variables, Limits::default())?;
        let made = made::read(self.ws.tree.layout(), kind, &files)
            .map_err(|faults| MakeError::BadOutput { template: template.to_string(), faults })?;
        let sprint_code = sprint.as_ref().map(|(_, code)| code.as_str());
        let place = room::place(self.ws.tree.layout(), kind, &code, sprint_code);
        let sprint = sprint.as_ref().map(|(id, _)| *id);
        if plan.creations.iter().any(|other| other.code == code && other.sprint == sprint && other.kind == kind) {
            return Err(OpError::from(MakeError::Repeated { code: code.to_string() }));
        }
        plan.remarks.extend(made.remarks.into_iter().map(|(name, message)| {
            let path = if kind == EntityKind::Agent { place.clone() } else { format!("{place}/{name}") };
            Note { kind: NoteKind::Problem, path, message, count: 1 }
        }));
        plan.creations.push(Creation { kind, sprint, code, documents: made.documents });
        Ok(())
    }

    /// An entry of a list of tasks may say another kind of task.
    fn kind_of(&self, entry: &Entry) -> Result<TemplateKind, OpError> {
        match entry.kind {
            Some(_) if entity_kind(self.kind) != Some(EntityKind::Task) => {
                let known = vec![self.kind.to_string()];
                Err(OpError::unknown("kind", entry.kind.map(TemplateKind::word).unwrap_or_default(), known))
            }
            other => Ok(other.unwrap_or(self.kind)),
        }
    }

    fn template(&self, kind: TemplateKind, said: Option<&str>) -> Result<&Template, OpError> {
        let usual = self.ws.config.templates.get(&kind).map(|setting| setting.value.as_str());
        let name = said.or(self.how.template.as_deref()).or(usual).unwrap_or(DEFAULT);
        Ok(self.shelf.catalog.get(kind, name)?)
    }

    async fn sprint(&mut self, name: &str) -> Result<(EntityId, String), OpError> {
        if let Some(found) = self.sprints.get(name) {
            return Ok(found.clone());
        }
        let wanted: Reference = name.parse()?;
        let found = resolve_kind(self.ws, &wanted, EntityKind::Sprint).await?.record;
        self.sprints.insert(name.to_owned(), (found.id, found.code.clone()));
        Ok((found.id, found.row.code))
    }
}

/// What was asked for, and what a template may use besides.
fn variables(ws: &Workspace, code: &Code, sprint: Option<&(EntityId, String)>, entry: Entry) -> Variables {
    let mut offered = offered(ws);
    offered.insert("code".into(), code.as_str().into());
    offered.insert("title".into(), in_words(code.as_str()).into());
    if let Some((_, sprint)) = sprint {
        offered.insert("sprint".into(), sprint.as_str().into());
    }
    offered.extend(entry.offered);
    Variables { given: entry.variables, offered }
}

/// `phase-1-api` as `Phase 1 api`.
fn in_words(code: &str) -> String {
    let words = code.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_makes_a_title_in_words() {
        assert_eq!(in_words("phase-1_api"), "Phase 1 api");
    }

    #[test]
    fn a_variable_needs_a_name_and_one_value() {
        assert!(variables_of(&["goal=a=b".into()]).is_ok_and(|v| v["goal"] == "a=b"));
        assert!(variables_of(&["goal".into()]).is_err());
        assert!(variables_of(&["=x".into()]).is_err());
        assert!(variables_of(&["a=1".into(), "a=2".into()]).is_err());
    }

    #[test]
    fn a_text_that_would_not_be_shown_as_it_was_given_is_refused() {
        let refused = |name: &str, text: &str| refuse_unreadable(name, &text.into()).is_err();
        assert!(
            ["", " ", "a\nb", "\u{1b}[31mX", "a\u{202e}b", "a <!-- b -->"].iter().all(|text| refused("title", text))
        );
        assert!(!refused("title", "Ä title: with \"marks\" & ✅ 👩‍💻"));
        assert!(!refused("notes", "two\nlines\tand <!-- a comment -->") && refused("notes", "\u{1b}[2J"));
    }
}
