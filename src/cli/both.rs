//! `instep sync`, `status` and `diff`: both sides at once.

use super::desk::{Desk, Purpose};
use super::failure::{Exit, Failure};
use super::report;
use super::screen::{Line, Role, Screen};
use crate::config::Direction;
use crate::ops::{Diff, EntityDiff, FileDiff, Status, Sync, Workspace};
use crate::sync::SyncReport;
use crate::tree::GitDirs;

/// Brings both sides in step.
pub(super) fn sync(mut op: Sync, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let only_looks = op.dry_run || op.plan.is_some();
    let workspace = desk.open(if only_looks { Purpose::Look } else { Purpose::Begin })?;
    op.paths = desk.below_root(op.paths)?;
    let is_plan = op.apply.is_some();
    let report = desk.wait(op.run(&workspace))?;
    desk.answer("sync", &report, report::print);
    if is_plan && report.applied && report.steps.is_empty() {
        desk.screen.say("note: nothing of the plan is left to do; what it had was carried out already");
    }
    tell_hindrance(&workspace, &report, desk.screen);
    Ok(report::exit(&report))
}

/// Says what differs.
pub(super) fn status(mut op: Status, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let workspace = desk.open(Purpose::Look)?;
    op.paths = desk.below_root(op.paths)?;
    let report = desk.wait(op.run(&workspace))?;
    desk.answer("status", &report, report::print);
    tell_hindrance(&workspace, &report, desk.screen);
    Ok(report::exit(&report))
}

/// Says why `sync` does not carry out what differs.
fn tell_hindrance(workspace: &Workspace, report: &SyncReport, screen: &mut Screen) {
    let why = match workspace.git.as_ref().and_then(GitDirs::at_work) {
        _ if report.applied || report.steps.is_empty() => return,
        _ if workspace.config.direction.value == Direction::Check => {
            "`sync.direction` is `check`, so nothing is written on either side".to_owned()
        }
        Some(what) => format!("{what}; nothing is carried out until that is over"),
        None => return,
    };
    screen.say(Line::new().with(Role::Warning, "warning").plain(format!(": {why}")));
}

/// Shows what differs, line by line.
pub(super) fn diff(mut op: Diff, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let workspace = desk.open(Purpose::Look)?;
    op.paths = desk.below_root(op.paths)?;
    let diffs = desk.wait(op.run(&workspace))?;
    desk.answer("diff", &diffs, |diffs, screen| diffs.iter().for_each(|diff| print(diff, screen)));
    Ok(Exit::Done)
}

/// Prints what differs of one entity.
pub(super) fn print(diff: &EntityDiff, screen: &mut Screen) {
    for field in &diff.fields {
        let said = |value: &serde_json::Value| match value {
            serde_json::Value::Null => "nothing".to_owned(),
            value => report::plain_of(field.field.word(), value, screen),
        };
        let (database, file) = (said(&field.database), said(&field.file));
        let told = format!("  {}: the database says {database}, the files {file}", field.field);
        screen.data(Line::new().code(&diff.reference).plain(told));
    }
    diff.files.iter().for_each(|file| print_file(file, screen));
}

/// Prints a unified diff; its signs say what its colours say.
fn print_file(diff: &FileDiff, screen: &mut Screen) {
    if let Some(from) = &diff.moved_from {
        screen.data(Line::new().code(&diff.path).plain(" moved from ").code(from));
    }
    diff.diff.lines().for_each(|line| screen.content(diff_line(line)));
}

/// A line of a unified diff.
pub(super) fn diff_line(line: &str) -> Line {
    let role = match line.get(..1) {
        Some("+") => Role::Success,
        Some("-") => Role::Error,
        Some("@") => Role::Code,
        _ => Role::Plain,
    };
    Line::new().with(role, line)
}
