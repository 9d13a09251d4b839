//! Brings tree and database in step, or says what that would do.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MakeError, OpError, Workspace};
use crate::config;
use crate::model::DocPath;
use crate::reconcile::Direction;
use crate::store::ListQuery;
use crate::sync::brakes::Allowance;
use crate::sync::plan::Plan;
use crate::sync::{Scope, SyncError, SyncOptions, SyncReport, sync};
use crate::tree::{read_outside, write_anew, write_outside};

/// The largest plan that is read, in bytes.
const MAX_PLAN: u64 = 256 << 20;

/// Bring the planning files and the database in step.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Sync {
    /// Only what lies at or below these paths
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// Say what would be done and do nothing
    #[arg(long, short = 'n', conflicts_with_all = ["plan", "apply"])]
    pub dry_run: bool,
    /// Write what would be done to a file and do nothing
    #[arg(long, value_name = "FILE", conflicts_with = "apply")]
    pub plan: Option<PathBuf>,
    /// Do exactly what the file says, or nothing
    #[arg(long, value_name = "FILE")]
    pub apply: Option<PathBuf>,
    /// Bring up files that git put there and that are older than the database
    #[arg(long)]
    pub pull: bool,
    /// Let edits count that are pending on this branch; in this version none are
    #[arg(long)]
    pub push_here: bool,
    /// Let exactly N deletions pass
    #[arg(long, value_name = "N")]
    pub allow_delete: Option<usize>,
    /// Let exactly N changed documents pass, where that is most of them
    #[arg(long, value_name = "N")]
    pub allow_change: Option<usize>,
    /// Compare everything anew with a database that was replaced or restored, and mend each `.hash`
    #[arg(long)]
    pub rebase: bool,
}

/// Say what differs between the files and the database.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Status {
    /// Only what lies at or below these paths
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
}

/// A plan as a file holds it.
#[derive(Debug, Serialize, Deserialize)]
struct PlanFile {
    schema_version: u32,
    kind: String,
    data: Plan,
}

impl Sync {
    /// Does it.
    ///
    /// # Errors
    /// A brake that refused (its plan is saved in the folder for local state), a stale plan, a side that could not be
    /// read or written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let exactly = self.apply.as_deref().map(read_plan).transpose()?;
        let dry_run = self.dry_run || self.plan.is_some() || ws.config.direction.value == config::Direction::Check;
        let options = SyncOptions {
            scope: Scope { paths: paths(ws, &self.paths).await?, everything: false },
            direction: direction(ws),
            dry_run,
            pull: self.pull,
            allowed: Allowance { deletions: self.allow_delete, changes: self.allow_change, rebase: self.rebase },
            exactly,
            ..SyncOptions::default()
        };
        let report = match sync(ws, options).await {
            Err(SyncError::Refused { brake, plan }) => return Err(refused(ws, brake, *plan)),
            outcome => outcome?,
        };
        let report = SyncReport { applied: report.applied && !dry_run, ..report };
        if let Some(file) = &self.plan {
            let plan = Plan { steps: report.steps.clone(), notes: report.notes.clone(), cursor: None };
            write_outside(file, &plan_text(plan))?;
        }
        Ok(report)
    }
}

impl Status {
    /// Compares both sides; writes nothing.
    ///
    /// # Errors
    /// A side that could not be read.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let scope = Scope { paths: paths(ws, &self.paths).await?, everything: false };
        let options = SyncOptions { scope, direction: direction(ws), dry_run: true, ..SyncOptions::default() };
        Ok(SyncReport { applied: false, ..sync(ws, options).await? })
    }
}

/// Who only checks sees what a sync of both sides would do; that nothing is written is said by `dry_run`.
fn direction(ws: &Workspace) -> Direction {
    match ws.config.direction.value {
        config::Direction::TwoWay | config::Direction::Check => Direction::TwoWay,
        config::Direction::Mirror => Direction::Mirror,
    }
}

/// The paths, at each of which something lies, or lay when the database last saw it.
async fn paths(ws: &Workspace, given: &[String]) -> Result<Vec<DocPath>, OpError> {
    let mut paths = Vec::with_capacity(given.len());
    for text in given {
        let plain = text.trim_start_matches("./").trim_end_matches('/');
        let path = DocPath::new(plain).map_err(|_| OpError::BadPath { path: text.clone() })?;
        let is_in_tree = path.is_within(&ws.root) || ws.root.is_within(&path);
        if !(is_in_tree && (ws.tree.kind(&path).is_some() || is_in_rows(ws, &path).await?)) {
            return Err(OpError::NothingThere { path, root: ws.root.clone() });
        }
        paths.push(path);
    }
    Ok(paths)
}

async fn is_in_rows(ws: &Workspace, path: &DocPath) -> Result<bool, OpError> {
    let rows = ws.store.list(&ListQuery::default()).await?.items;
    Ok(rows.iter().filter_map(|row| row.path.as_ref()).any(|lies| lies.is_within(path) || path.is_within(lies)))
}

fn read_plan(path: &std::path::Path) -> Result<Plan, OpError> {
    let bytes = read_outside(path, MAX_PLAN)?.ok_or_else(|| MakeError::NoFile { path: path.to_owned() })?;
    let read: Result<PlanFile, _> = serde_json::from_slice(&bytes);
    match read {
        Ok(file) if file.kind == "sync.plan" && file.schema_version == 1 => Ok(file.data),
        Ok(_) => Err(OpError::from(MakeError::BadPlan {
            path: path.to_owned(),
            message: "this is no plan of `sync --plan`".into(),
        })),
        Err(error) => Err(OpError::from(MakeError::BadPlan { path: path.to_owned(), message: error.to_string() })),
    }
}

fn plan_text(plan: Plan) -> Vec<u8> {
    let file = PlanFile { schema_version: 1, kind: "sync.plan".into(), data: plan };
    serde_json::to_vec_pretty(&file).expect("a plan is plain data")
}

/// A refusal, its plan saved where local state lies for people to read.
fn refused(ws: &Workspace, brake: crate::sync::brakes::Brake, plan: Plan) -> OpError {
    let path = ws.state.join("refused-plan.json");
    let saved = !plan.steps.is_empty() && write_anew(&path, &plan_text(plan)).is_ok();
    OpError::Refused { brake, plan: saved.then_some(path) }
}
