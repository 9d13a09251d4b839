//! What `instep.toml` says, and what it may not say.
//!
//! Everybody who can write to the repository writes this file. It can therefore neither send credentials anywhere nor
//! make anything run: such keys are refused with the reason, wherever they stand, so that nobody believes they count.

use std::collections::BTreeMap;

use serde_json::Value;

use super::reader::{Leftover, Reader, Table, to_json};
use super::{Direction, Finding, Origin, Setting};
use crate::model::{
    AgentStatus, Code, DocPath, ProjectId, Severity, SprintStatus, TaskStatus, TemplateKind, did_you_mean,
};

/// Keys that say where a database is, or who may use it.
const CONNECTION: [&str; 16] = [
    "databases",
    "default_database",
    "dsn",
    "host",
    "hostaddr",
    "hostname",
    "passfile",
    "password",
    "port",
    "service",
    "sslkey",
    "sslrootcert",
    "trust",
    "url",
    "user",
    "username",
];

/// Keys that make something run, or change the surroundings of what runs.
const EXECUTION: [&str; 14] = [
    "cmd",
    "command",
    "commands",
    "editor",
    "env",
    "environment",
    "exec",
    "hook",
    "hooks",
    "pager",
    "run",
    "script",
    "scripts",
    "shell",
];

/// The repository's settings.
pub(super) struct RepositoryFile {
    pub(super) project: Option<Setting<ProjectId>>,
    pub(super) name: Option<Setting<String>>,
    pub(super) root: Option<Setting<DocPath>>,
    pub(super) branches: Option<Setting<Vec<String>>>,
    pub(super) direction: Option<Setting<Direction>>,
    pub(super) statuses: BTreeMap<String, Setting<String>>,
    pub(super) templates: BTreeMap<TemplateKind, Setting<String>>,
    pub(super) variables: BTreeMap<String, Setting<Value>>,
    pub(super) database: Option<Setting<String>>,
}

/// Reads the text of `instep.toml`.
pub(super) fn read(text: &str, findings: &mut Vec<Finding>) -> RepositoryFile {
    let (mut reader, mut top) = Reader::new(text, Origin::Repository);
    let [mut project, mut tree, mut sync] = ["project", "tree", "sync"].map(|name| reader.table(&mut top, name));
    let [statuses, mut templates, check] = ["statuses", "templates", "check"].map(|name| reader.table(&mut top, name));
    let variables = reader.table(&mut templates, "variables");
    let file = RepositoryFile {
        project: reader.parsed(&mut project, "id", |text| text.parse().map_err(|_| "not the id of a project (a UUID)")),
        name: reader.text(&mut project, "name").map(|(name, _)| name),
        root: reader.parsed(&mut tree, "root", root),
        branches: reader.list(&mut sync, "branches", |item| item.as_str().map(str::to_owned)),
        direction: reader.parsed(&mut sync, "direction", Direction::parse),
        statuses: status_names(&mut reader, statuses),
        templates: template_names(&mut reader, &mut templates),
        variables: template_variables(&mut reader, variables),
        database: reader.parsed(&mut top, "database", alias),
    };
    for table in [top, project, tree, sync, templates] {
        judge_rest(&mut reader, table);
    }
    for leftover in check.finish().0 {
        refuse_trust(&mut reader, leftover, |reader, leftover| {
            let message = format!("`{}` is not used by this version", leftover.path);
            reader.report(Severity::Note, "unused-setting", leftover.span.clone(), message);
        });
    }
    reader.finish(findings);
    file
}

/// A folder below the repository's root that nobody keeps for local state.
pub(super) fn root(text: &str) -> Result<DocPath, String> {
    let path = DocPath::new(text.trim_end_matches('/')).map_err(|error| format!("`{text}` is {error}"))?;
    let goes_through = |folder: &str| path.parts().any(|part| part.eq_ignore_ascii_case(folder));
    match path {
        _ if goes_through(".git") => Err("git keeps this folder for itself".into()),
        _ if goes_through(".instep") => Err("local state lies in this folder".into()),
        path => Ok(path),
    }
}

/// The name under which the user's own file knows a database.
fn alias(text: &str) -> Result<String, String> {
    match Code::new(text) {
        Ok(name) => Ok(name.to_string()),
        Err(_) => {
            Err("refused: a repository may name a database that your own `config.toml` knows, never the host of \
                       one, because credentials would be sent there"
                .into())
        }
    }
}

/// `[statuses] in_progress = "Doing"`.
fn status_names<'t>(reader: &mut Reader<'t>, mut table: Table<'t>) -> BTreeMap<String, Setting<String>> {
    let tasks = TaskStatus::ALL.iter().map(|status| status.word());
    let sprints = SprintStatus::ALL.iter().map(|status| status.word());
    let agents = AgentStatus::ALL.iter().map(|status| status.word());
    let words: Vec<&str> = tasks.chain(sprints).chain(agents).collect();
    let mut found = BTreeMap::new();
    for (key, value) in table.take_all() {
        let word = key.get_ref().to_string();
        if !words.contains(&word.as_str()) {
            let message = format!("`{word}` is no status{}", did_you_mean(&word, words.iter().copied()));
            reader.error("bad-setting", key.span(), message);
        } else if let Some((shown, _)) = reader.expect_text(&format!("statuses.{word}"), value) {
            found.insert(word, shown);
        }
    }
    found
}

/// `[templates] task = "compact"`.
fn template_names<'t>(reader: &mut Reader<'t>, table: &mut Table<'t>) -> BTreeMap<TemplateKind, Setting<String>> {
    let mut found = BTreeMap::new();
    for &kind in TemplateKind::ALL {
        let name = reader.parsed(table, kind.word(), |text| Code::new(text).map(|code| code.to_string()));
        found.extend(name.map(|name| (kind, name)));
    }
    found
}

/// `[templates.variables] owner = "Platform team"`.
fn template_variables<'t>(reader: &mut Reader<'t>, mut table: Table<'t>) -> BTreeMap<String, Setting<Value>> {
    let mut found = BTreeMap::new();
    for (key, value) in table.take_all() {
        let name = key.get_ref().to_string();
        match to_json(value.get_ref()) {
            Some(json) => {
                found.insert(name, Setting { value: json, origin: reader.origin(&value.span()) });
            }
            None => reader.error("bad-setting", value.span(), format!("the variable `{name}` is no plain value")),
        }
    }
    found
}

/// Refuses what would grant trust, and warns of what means nothing.
fn judge_rest<'t>(reader: &mut Reader<'t>, table: Table<'t>) {
    let (rest, known) = table.finish();
    for leftover in rest {
        refuse_trust(reader, leftover, |reader, leftover| reader.unknown(leftover, &known));
    }
}

/// Refuses `leftover` and what is in it where it would grant trust; hands it to `otherwise` where nothing of it does.
fn refuse_trust<'t>(
    reader: &mut Reader<'t>,
    leftover: Leftover<'t>,
    otherwise: impl FnOnce(&mut Reader<'t>, &Leftover<'t>),
) {
    let before = reader.count();
    refuse(reader, &leftover);
    let mut inside = leftover.inner();
    while let Some(next) = inside.pop() {
        refuse(reader, &next);
        inside.extend(next.inner());
    }
    if reader.count() == before {
        otherwise(reader, &leftover);
    }
}

fn refuse(reader: &mut Reader<'_>, leftover: &Leftover<'_>) {
    let key = leftover.key.to_ascii_lowercase().replace('-', "_");
    let reason = if CONNECTION.contains(&key.as_str()) {
        "whoever can write to a repository could have credentials sent to a host of their own; write it into your own \
         `config.toml`"
    } else if EXECUTION.contains(&key.as_str()) {
        "nothing in a repository may run a command or change the environment"
    } else {
        return;
    };
    reader.error("refused-setting", leftover.span.clone(), format!("`{}` is refused here: {reason}", leftover.path));
}
