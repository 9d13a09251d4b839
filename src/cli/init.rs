//! `instep init`: makes a project of a folder, or gets a clone of one ready.

use std::path::Path;

use super::confirm::confirm;
use super::desk::{Desk, Purpose, tree_on};
use super::failure::{Effect, Exit, Failure};
use super::report;
use super::screen::{Line, Role, Screen, Talk, counted};
use super::settings;
use super::surroundings::SystemIds;
use crate::config::Config;
use crate::model::{DocPath, Ids as _, ProjectId};
use crate::ops::{Init, Initialised};
use crate::tree::{Disk, Located, Tree, locate};

/// Make a project of this folder, or get a clone of one ready
#[derive(Debug, clap::Args)]
#[command(after_help = example!("instep init --demo", "instep init --yes"))]
pub(super) struct Start {
    #[command(flatten)]
    op: Init,
    /// Do not ask before files get their stamp
    #[arg(long, short)]
    yes: bool,
    /// Use the database that everybody's own `config.toml` knows under this name
    #[arg(long, value_name = "NAME")]
    database: Option<String>,
}

impl Start {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        let Self { mut op, yes, database } = self;
        let settled = settings::settle(desk.global, desk.screen)?;
        let is_new = settled.project.is_err();
        if !is_new {
            refuse_other(&op, database.as_deref(), &settled.config)?;
        }
        // A name that nobody knows is refused before anything is written.
        let config = settings::settle_with(desk.global, desk.screen, database.as_deref())?.config;
        let (place, root) = match &settled.project {
            Ok(place) => (place.clone(), settled.config.root.value.clone()),
            Err(_) => (locate(Path::new("."), &settled.trust())?, op.root()?),
        };
        let tree = tree(&place, root)?;
        if !op.no_sync && !agreed(yes, op.unstamped(&tree), desk)? {
            op.no_sync = true;
        }
        if is_new {
            let folder = place.root.file_name().unwrap_or_default().to_string_lossy();
            // Whoever lost the settings goes on with the rows that are there.
            let known = desk.project_there(&place, &config)?;
            let project = known.unwrap_or_else(|| ProjectId::new(SystemIds.fresh()));
            op.lay_out(&tree, project, &folder, database.as_deref())?;
        }
        begin(op, desk).map_err(|failure| if is_new { failure.after(Effect::Begun) } else { failure })
    }
}

/// Adopts what is there, now that there is a project.
fn begin(op: Init, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let workspace = desk.open(Purpose::Begin)?;
    let is_left = op.no_sync && !op.demo;
    let done = desk.wait(op.run(&workspace))?;
    desk.answer("init", &done, |done, screen| print(done, is_left, screen));
    Ok(report::exit(&done.report))
}

/// The files, as they are before there is a project.
fn tree(place: &Located, root: DocPath) -> Result<Tree, Failure> {
    Ok(tree_on(Disk::open(place)?, root))
}

/// What a project is called and where its plan and its rows lie is in its settings: nothing that says otherwise is passed
/// over.
fn refuse_other(op: &Init, database: Option<&str>, config: &Config) -> Result<(), Failure> {
    if let Some(other) = database.filter(|name| !config.database.value.is_called(name)) {
        let message = format!("this project keeps its rows elsewhere: `{}`, not `{other}`", config.database.value);
        return Err(Failure::new("project-there", Exit::Usage, message)
            .hint("leave `--database` out, or change `database` in `instep.toml`"));
    }
    let name = config.name.as_ref().map(|name| name.value.as_str()).unwrap_or_default();
    let is_other =
        op.name.as_deref().is_some_and(|other| other != name) || (op.root.is_some() && op.root()? != config.root.value);
    if !is_other {
        return Ok(());
    }
    let message = format!("this is a project already: `{name}`, whose plan lies in `{}`", config.root.value);
    Err(Failure::new("project-there", Exit::Usage, message).hint("leave the options out, or change `instep.toml`"))
}

/// Whether the documents that are there may get a line at their end; asked before anything is written.
fn agreed(yes: bool, files: usize, desk: &mut Desk<'_>) -> Result<bool, Failure> {
    if files == 0 {
        return Ok(true);
    }
    let gets = if files == 1 { "gets" } else { "get" };
    let question = format!("{} {gets} one line at the end, which says whose they are. Go on?", counted(files, "file"));
    match confirm(desk.screen, &question.into(), yes) {
        Err(declined) if declined.exit != Exit::Usage => Ok(false),
        other => other.map(|()| true),
    }
}

fn print(done: &Initialised, is_left: bool, screen: &mut Screen) {
    if is_left {
        screen.data(Line::new().plain("nothing was adopted: `instep sync` does that later"));
    } else {
        report::print(&done.report, screen);
    }
    if screen.talk() > Talk::Quiet {
        screen.data(Line::new().with(Role::Success, "ready").plain(": the plan lies in ").code(&done.root));
    }
    let hint = match done.rows {
        0 => ": `instep sprint new` makes a sprint, `instep task new` a task",
        _ => ": `instep task list` shows the tasks",
    };
    screen.say(Line::new().with(Role::Success, "hint").plain(hint));
}
