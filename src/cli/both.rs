//! `instep sync`, `status` and `diff`: both sides at once.

use super::desk::{Desk, Purpose};
use super::failure::{Exit, Failure};
use super::report;
use super::screen::{Line, Role, Screen};
use crate::ops::{Diff, FileDiff, Status, Sync};

/// Brings both sides in step.
pub(super) fn sync(op: Sync, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let only_looks = op.dry_run || op.plan.is_some();
    let workspace = desk.open(if only_looks { Purpose::Look } else { Purpose::Begin })?;
    let report = desk.wait(op.run(&workspace))?;
    desk.answer("sync", &report, report::print);
    Ok(report::exit(&report))
}

/// Says what differs.
pub(super) fn status(op: Status, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    desk.look("status", async |ws| op.run(ws).await, report::print)
}

/// Shows what differs, line by line.
pub(super) fn diff(op: Diff, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    desk.look("diff", async |ws| op.run(ws).await, |diffs, screen| diffs.iter().for_each(|diff| print(diff, screen)))
}

/// Prints a unified diff; its signs say what its colours say.
pub(super) fn print(diff: &FileDiff, screen: &mut Screen) {
    for line in diff.diff.lines() {
        let role = match line.get(..1) {
            Some("+") => Role::Success,
            Some("-") => Role::Error,
            Some("@") => Role::Code,
            _ => Role::Plain,
        };
        screen.data(Line::new().with(role, line));
    }
}
