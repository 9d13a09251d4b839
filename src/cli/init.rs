//! `instep init`: makes a project of a folder, or gets a clone of one ready.

use std::path::Path;
use std::sync::Arc;

use super::confirm::confirm;
use super::desk::{Desk, Purpose};
use super::failure::{Exit, Failure};
use super::report;
use super::screen::{Line, Role, Screen, Talk, counted};
use super::settings;
use super::surroundings::{SystemClock, SystemIds};
use crate::ops::{Init, Initialised};
use crate::sync::plan::FileDeed;
use crate::sync::{SyncReport, Workspace};
use crate::tree::{Disk, Layout, Located, Tree, locate};

/// Make a project of this folder, or get a clone of one ready
#[derive(Debug, clap::Args)]
#[command(after_help = example!("instep init --demo", "instep init --yes"))]
pub(super) struct Start {
    #[command(flatten)]
    op: Init,
    /// Do not ask before files get their stamp
    #[arg(long, short)]
    yes: bool,
}

impl Start {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        let Self { mut op, yes } = self;
        let settled = settings::settle(desk.global, desk.screen)?;
        if settled.project.is_err() {
            lay_out(&op, &locate(Path::new("."), &settled.trust())?)?;
        }
        let workspace = desk.open(Purpose::Begin)?;
        if !op.no_sync && !agreed(&op, yes, &workspace, desk)? {
            op.no_sync = true;
        }
        let done = desk.wait(op.run(&workspace))?;
        desk.answer("init", &done, print);
        Ok(report::exit(&done.report))
    }
}

/// Makes the files that mark a project.
fn lay_out(op: &Init, place: &Located) -> Result<(), Failure> {
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let tree = Tree::new(Layout::new(op.root()?), Box::new(Disk::open(place)?), clock, ids);
    let folder = place.root.file_name().unwrap_or_default().to_string_lossy();
    op.lay_out(&tree, &SystemIds, &folder)?;
    Ok(())
}

/// Whether the documents that are there may get a line at their end.
fn agreed(op: &Init, yes: bool, workspace: &Workspace, desk: &mut Desk<'_>) -> Result<bool, Failure> {
    let preview = desk.wait(op.preview(workspace))?;
    let files = stamped(&preview);
    if files == 0 {
        return Ok(true);
    }
    let question = format!("{} get one line at the end, which says whose they are. Go on?", counted(files, "file"));
    match confirm(desk.screen, &question.into(), yes) {
        Err(declined) if declined.exit != Exit::Usage => Ok(false),
        other => other.map(|()| true),
    }
}

fn stamped(preview: &SyncReport) -> usize {
    let files = preview.steps.iter().flat_map(|step| &step.files);
    files.filter(|file| matches!(file.deed, FileDeed::Stamp | FileDeed::Write)).count()
}

fn print(done: &Initialised, screen: &mut Screen) {
    report::print(&done.report, screen);
    if screen.talk() > Talk::Quiet {
        screen.data(Line::new().with(Role::Success, "ready").plain(": the plan lies in ").code(&done.root));
    }
    screen.say(Line::new().with(Role::Success, "hint").plain(": `instep task list` shows the tasks"));
}
