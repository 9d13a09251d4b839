//! Finds out what may be wrong with a project: its database, its documents, what waits and what was left behind.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::database::{BACKUP, OldDatabases, SET_ASIDE};
use super::{OpError, Status, TemplateCheck, Workspace};
use crate::document::load;
use crate::model::{Code, CodeError, DocPath, Problem, Role, Row};
use crate::store::ListQuery;
use crate::sync::SyncReport;
use crate::sync::plan::NoteKind;
use crate::tree::Place;

/// Find out what may be wrong with this project.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
pub struct Checkup {}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// A stable word for what was looked at, such as `database`.
    pub what: String,
    /// Whether all is well.
    pub is_well: bool,
    /// What was found, in words.
    pub detail: String,
    /// How many things that take room, where such were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// How many bytes they take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

impl Checkup {
    /// Looks at everything; writes nothing.
    ///
    /// # Errors
    /// A side that could not be read at all.
    pub async fn run(self, ws: &Workspace) -> Result<Vec<Finding>, OpError> {
        let mut findings = vec![database(ws).await?, writable(ws)];
        match Status::default().run(ws).await {
            Ok(report) => findings.extend(compared(&report)),
            Err(error) => findings.push(Finding::of("files and rows", &error)),
        }
        findings.push(troubles(ws));
        findings.push(codes(ws).await?);
        findings.push(templates(ws).await);
        findings.push(trash(ws)?);
        let file = ws.store.describe().await?.file;
        findings.extend(file.as_deref().map(Finding::of_old_databases));
        Ok(findings)
    }
}

impl Finding {
    /// Something that could not even be looked at.
    pub fn of(what: &str, error: &dyn std::error::Error) -> Self {
        let causes = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
        finding(what, false, causes.collect::<Vec<_>>().join(": "))
    }

    /// Something that is not as it should be.
    pub fn not_well(what: &str, detail: impl Into<String>) -> Self {
        finding(what, false, detail.into())
    }

    /// The databases from before the one at `path`.
    pub fn of_old_databases(path: &Path) -> Self {
        const WHAT: &str = "old databases";
        let OldDatabases { count, bytes } = match OldDatabases::of(path) {
            Ok(old) => old,
            Err(error) if error.is_absence() => OldDatabases::default(),
            Err(error) => return Self::of(WHAT, &error),
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let folder = path.parent().unwrap_or(path).display();
        let detail = match count {
            0 => "none".to_owned(),
            _ => format!(
                "{count} kept by `db rebuild` or `db migrate`, {bytes} bytes; once nobody misses their history, delete \
                 {name}{SET_ASIDE}* and {name}{BACKUP}* in {folder}"
            ),
        };
        Self { count: Some(count), bytes: Some(bytes), ..finding(WHAT, true, detail) }
    }

    /// Something that is as it should be.
    pub fn well(what: &str, detail: impl Into<String>) -> Self {
        finding(what, true, detail.into())
    }
}

/// What the comparison of both sides tells.
fn compared(report: &SyncReport) -> Vec<Finding> {
    vec![
        in_step(report),
        noted(report, NoteKind::Quarantined, "documents", "cannot be understood"),
        noted(report, NoteKind::Unreadable, "readable", "cannot be read"),
        noted(report, NoteKind::RowInvalid, "rows", "hold what no file can hold"),
        conflicts(report),
    ]
}

/// Documents of which one part as a whole is not read, whichever run took them over.
fn troubles(ws: &Workspace) -> Finding {
    let (tree, layout) = (&ws.tree, ws.tree.layout());
    let scan = tree.scan(tree.load_cache(ws.clone), None);
    let managed = scan.files().filter_map(|file| match file.place(layout) {
        Place::Document(_, role) if role.is_managed() => Some((file.path(), role)),
        _ => None,
    });
    let (paths, roles): (Vec<DocPath>, Vec<Role>) = managed.unzip();
    // What cannot be read or understood is told elsewhere.
    let read = tree.read_all(&paths, |index, read| Some(load(roles[index], &read.ok()?.bytes).ok()?.document));
    let found = paths.iter().zip(&read).filter_map(|(path, document)| Some((path, document.as_ref()?.troubles())));
    let told: Vec<String> =
        found.flat_map(|(path, all)| all.iter().map(|trouble| told_of(path.as_str(), trouble))).collect();
    let detail = match told.as_slice() {
        [] => "no trouble".to_owned(),
        [first] => first.clone(),
        [first, ..] => format!("{} found, such as {first}", told.len()),
    };
    finding("text", told.is_empty(), detail)
}

fn told_of(path: &str, Problem { position, message, .. }: &Problem) -> String {
    format!("{path}:{}:{}: {message}", position.line, position.column)
}

/// Rows whose codes can be no names of folders: they never get a file.
async fn codes(ws: &Workspace) -> Result<Finding, OpError> {
    let rows = ws.store.list(&ListQuery::default()).await?.items;
    let bad: Vec<String> = rows.iter().filter_map(|row| Some((row, Code::new(&row.code).err()?))).map(told).collect();
    let detail = if bad.is_empty() { "every code can be the name of a folder".into() } else { bad.join("; ") };
    Ok(finding("codes", bad.is_empty(), detail))
}

fn told((row, why): (&Row, CodeError)) -> String {
    format!("the {} with the id {} is called `{}`: {why}", row.kind, row.id, row.code)
}

async fn templates(ws: &Workspace) -> Finding {
    match TemplateCheck::default().run(ws).await {
        Err(error) => Finding::of("templates", &error),
        Ok(verdicts) => {
            let broken: Vec<&str> =
                verdicts.iter().filter(|one| !one.is_sound).map(|one| one.template.as_str()).collect();
            let detail = match broken.as_slice() {
                [] => format!("{} render", verdicts.len()),
                _ => format!("broken: {}; `template check` says why", broken.join(", ")),
            };
            finding("templates", broken.is_empty(), detail)
        }
    }
}

async fn database(ws: &Workspace) -> Result<Finding, OpError> {
    let described = ws.store.describe().await?;
    let verified = ws.store.verify().await;
    let detail = match &verified {
        Ok(()) => format!("{}, schema {}, {} bytes", described.location, described.schema, described.bytes),
        Err(error) => error.to_string(),
    };
    Ok(finding("database", verified.is_ok(), detail))
}

fn writable(ws: &Workspace) -> Finding {
    match ws.tree.unwritable().first() {
        None => Finding::well("writable", "files and local state can be written"),
        Some(refused) => Finding::of("writable", refused),
    }
}

fn in_step(report: &SyncReport) -> Finding {
    let waiting = report.steps.len();
    let detail = if waiting == 0 { "in step".into() } else { format!("{waiting} to bring in step by `sync`") };
    finding("files and rows", true, detail)
}

/// What the notes of one kind say, counted.
fn noted(report: &SyncReport, kind: NoteKind, what: &str, trouble: &str) -> Finding {
    let notes: Vec<_> = report.notes.iter().filter(|note| note.kind == kind).collect();
    let detail = match notes.as_slice() {
        [] => "no trouble".to_owned(),
        [first, ..] => format!("{} {trouble}, such as {}: {}", notes.len(), first.path, first.message),
    };
    finding(what, notes.is_empty(), detail)
}

fn conflicts(report: &SyncReport) -> Finding {
    let open = report.open_conflicts;
    let detail = if open == 0 { "none wait".into() } else { format!("{open} wait; `conflict list` shows them") };
    finding("conflicts", open == 0, detail)
}

fn trash(ws: &Workspace) -> Result<Finding, OpError> {
    let detail = match ws.tree.trash()?.len() {
        0 => "empty".to_owned(),
        kept => format!("{kept} kept for 30 days in {}", ws.tree.trash_folder().display()),
    };
    Ok(finding("trash", true, detail))
}

fn finding(what: &str, is_well: bool, detail: String) -> Finding {
    Finding { what: what.to_owned(), is_well, detail, count: None, bytes: None }
}
