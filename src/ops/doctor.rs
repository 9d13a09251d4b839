//! Finds out what may be wrong with a project: its database, its documents, what waits and what was left behind.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OpError, Status, Workspace};
use crate::sync::SyncReport;
use crate::sync::plan::NoteKind;

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
}

impl Checkup {
    /// Looks at everything; writes nothing.
    ///
    /// # Errors
    /// A side that could not be read at all.
    pub async fn run(self, ws: &Workspace) -> Result<Vec<Finding>, OpError> {
        let mut findings = vec![database(ws).await?];
        let report = Status::default().run(ws).await?;
        findings.push(in_step(&report));
        findings.push(noted(&report, NoteKind::Quarantined, "documents", "cannot be understood"));
        findings.push(noted(&report, NoteKind::Unreadable, "readable", "cannot be read"));
        findings.push(noted(&report, NoteKind::RowInvalid, "rows", "hold what no file can hold"));
        findings.push(conflicts(&report));
        findings.push(trash(ws)?);
        Ok(findings)
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
    let kept = ws.tree.trash()?.len();
    Ok(finding("trash", true, format!("{kept} files kept for 30 days")))
}

fn finding(what: &str, is_well: bool, detail: String) -> Finding {
    Finding { what: what.to_owned(), is_well, detail }
}
