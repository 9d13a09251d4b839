//! One run from beginning to end.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::{Applied, apply};
use super::brakes::{self, Allowance, Brake};
use super::candidates::candidates;
use super::decide::{Decided, decide};
use super::files;
use super::gather::Candidate;
use super::load::load;
use super::plan::{Plan, Step};
use super::survey::{Survey, Surveyed, survey};
use super::turn::{clear_up, take_turn};
use super::{SyncError, SyncReport, Totals, Workspace, sides};
use crate::model::{DocPath, EntityId, Field, natural};
use crate::reconcile::Direction;
use crate::tree::{GitDirs, Lock};

/// How a run goes about it.
#[derive(Debug, Clone, Default)]
pub struct SyncOptions {
    /// What it looks at.
    pub scope: Scope,
    /// Which side it writes.
    pub direction: Direction,
    /// Whether it only plans.
    pub dry_run: bool,
    /// Whether files that are older than their row may be brought up.
    pub pull: bool,
    /// Entities of which nothing is done where their files are gone.
    pub spared: BTreeSet<EntityId>,
    /// Fields that a command is about to give another value, whatever their rows say: that nobody can write them down
    /// keeps nothing else waiting.
    pub mended: BTreeMap<EntityId, BTreeSet<Field>>,
    /// Entities that are made again with all that belongs to them where their files are gone.
    pub restored: BTreeSet<EntityId>,
    /// What the brakes let pass.
    pub allowed: Allowance,
    /// The plan that must be exactly what is done.
    pub exactly: Option<Plan>,
}

impl SyncOptions {
    /// Whether nothing is done of the entity, since its files are gone.
    pub(super) fn spares(&self, candidate: &Candidate) -> bool {
        !candidate.has_managed_files() && self.spared.contains(&candidate.id)
    }
}

/// What a run looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only entities that lie at or below these paths; empty means all.
    pub paths: Vec<DocPath>,
    /// Look at everything, whatever the cache says.
    pub everything: bool,
}

impl Scope {
    pub(super) fn covers(&self, candidate: &Candidate) -> bool {
        let lies_within = |path: &DocPath| self.paths.iter().any(|wanted| path.is_within(wanted));
        self.paths.is_empty()
            || candidate.files.iter().any(|seen| lies_within(&seen.path))
            || candidate.record.as_ref().and_then(|record| record.path.as_ref()).is_some_and(lies_within)
    }
}

/// Brings both sides in step.
///
/// # Errors
/// A brake that refused, a plan that is stale, or a side that could not be read or written.
pub async fn sync(ws: &Workspace, options: SyncOptions) -> Result<SyncReport, SyncError> {
    if options.dry_run {
        return run_locked(ws, options, None).await;
    }
    check_git(ws)?;
    let lock = take_turn(&ws.tree, &ws.actor, &*ws.clock).await?;
    let notes = clear_up(ws).await?;
    Ok(run_locked(ws, options, Some(&lock)).await?.after(notes))
}

/// Refuses to bring anything in step while git is at work (B7).
pub(super) fn check_git(ws: &Workspace) -> Result<(), SyncError> {
    busy(ws).map_or(Ok(()), |brake| Err(SyncError::Refused { brake, plan: Box::default() }))
}

fn busy(ws: &Workspace) -> Option<Brake> {
    ws.git.as_ref().and_then(GitDirs::at_work).map(|what| Brake::GitBusy(what.to_owned()))
}

/// Why a run would be refused that is only planned.
fn refusal(ws: &Workspace, load: Result<(), Brake>) -> Option<String> {
    load.err().or_else(|| busy(ws)).map(|brake| brake.to_string())
}

/// A run under a lock that the caller has, or without one where nothing is written.
pub(super) async fn run_locked(
    ws: &Workspace,
    options: SyncOptions,
    lock: Option<&Lock>,
) -> Result<SyncReport, SyncError> {
    let scope = Scope { everything: options.scope.everything || options.allowed.rebase, ..options.scope.clone() };
    let (survey, rows) = match survey(ws, lock, scope.everything).await? {
        Surveyed::InStep { notes, documents, open_conflicts } => {
            let refused_by = if options.dry_run { refusal(ws, Ok(())) } else { None };
            let totals = Totals { documents, ..Totals::default() };
            return Ok(SyncReport {
                applied: true,
                totals,
                notes,
                open_conflicts,
                refused_by,
                ..SyncReport::default()
            });
        }
        Surveyed::Changed(survey, rows) => (*survey, *rows),
    };
    let last = survey.seen.or_else(|| survey.last.as_ref()?.cursor);
    sides::check(ws, &survey.head, last, options.allowed)?;
    sides::check_fork(&survey)?;
    let found = candidates(ws, &survey, rows).await?;
    let decided = decide(ws, &survey, &found, &options).await?;
    let plan = plan(&survey, &decided);
    check_plan(&plan, &options)?;
    let live = match found.live {
        Some(live) => live,
        None => ws.store.count_live().await?,
    };
    let load = load(&survey, live, &found, &decided);
    if options.dry_run {
        let mut report = SyncReport::planned(plan, survey.scan.len());
        report.open_conflicts = found.open.count();
        report.refused_by = refusal(ws, brakes::check_load(&load, options.allowed));
        return Ok(report);
    }
    if let Err(brake) = brakes::check_load(&load, options.allowed) {
        return Err(SyncError::Refused { brake, plan: Box::new(plan) });
    }
    let documents = survey.scan.len();
    // To read each of them is worth it only where everything is compared.
    let hashes = if options.allowed.rebase { files::hashes_in_step(ws, &survey, &found) } else { Vec::new() };
    let mut applied = apply(ws, survey, found, decided, &options).await?;
    applied.notes.extend(files::write_hashes(ws, &hashes));
    Ok(report(plan, applied, documents))
}

fn check_plan(plan: &Plan, options: &SyncOptions) -> Result<(), SyncError> {
    match &options.exactly {
        Some(wanted) if !wanted.does_the_same_as(plan) => Err(SyncError::StalePlan),
        _ => Ok(()),
    }
}

fn plan(survey: &Survey, decided: &Decided) -> Plan {
    let mut notes = [survey.notes.as_slice(), &decided.notes].concat();
    notes.sort();
    let strays = decided.strays.iter().map(|(step, _)| step);
    let steps = decided.work.iter().map(|work| &work.step).chain(strays);
    let mut steps: Vec<Step> = steps.filter(|step| !step.is_idle() || step.held).cloned().collect();
    // As lists are ordered, whatever order the work is done in.
    steps.sort_by(|a, b| {
        let is_homeless = |step: &Step| step.reference.starts_with("T:backlog/");
        (a.kind, is_homeless(a)).cmp(&(b.kind, is_homeless(b))).then_with(|| natural(&a.reference, &b.reference))
    });
    Plan { steps, notes, cursor: Some(survey.head.cursor) }
}

fn report(plan: Plan, applied: Applied, documents: usize) -> SyncReport {
    let postponed = applied.postponed.len();
    let done = |step: Step| match (applied.postponed.contains(&step.entity), applied.stored.contains(&step.entity)) {
        (false, _) => Some(step),
        (true, true) => Some(step.of_row_alone()),
        (true, false) => None,
    };
    let steps: Vec<_> = plan.steps.into_iter().filter_map(done).collect();
    SyncReport {
        applied: true,
        totals: Totals { documents, postponed, ..Totals::of(&steps) },
        steps,
        notes: [plan.notes, applied.notes].concat(),
        recorded: applied.conflicts,
        open_conflicts: applied.open_conflicts,
        refused_by: None,
        wrote: applied.wrote,
    }
}
