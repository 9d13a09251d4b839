//! `instep db push`: the plan moves from the embedded database to the shared one that the settings name.

use serde::Serialize;

use super::confirm::confirm;
use super::database::put_aside;
use super::desk::{Desk, project_id, tree_on};
use super::failure::{Effect, Exit, Failure};
use super::screen::{Line, Role, Screen, counted};
use super::settings::{self, Settled};
use super::stores;
use super::surroundings::{self, SystemClock};
use super::table::{Column, Table};
use crate::config::{Database, Origin};
use crate::store::Moved;
use crate::sync::take_turn;
use crate::tree::{Disk, is_there};

/// What was moved, and what became of the embedded database.
#[derive(Serialize)]
struct Pushed {
    #[serde(flatten)]
    moved: Moved,
    /// Where the plan lies now.
    location: String,
    /// Where the embedded database lies now.
    old: Option<String>,
}

/// Moves project, rows, history and events, compares both, and puts the embedded database aside.
pub(super) fn push(yes: bool, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let Settled { project, config, environment, .. } = settings::settle(desk.global, desk.screen)?;
    let located = project?;
    let Database::Shared { url, .. } = &config.database.value else {
        let message = "the settings name no shared database to move the plan to";
        return Err(Failure::new("not-shared", Exit::Usage, message)
            .hint("name one: `INSTEP_DATABASE_URL`, or `database` in `instep.toml`"));
    };
    let file = stores::embedded_file(&located.state);
    if !is_there(&file) {
        let message = format!("there is no embedded database at {} to move", file.display());
        return Err(Failure::new("nothing-to-push", Exit::Failed, message)
            .hint("`instep sync` fills the shared one from the files"));
    }
    let question =
        format!("The plan, its history and its events move to {url}, and the embedded database is put aside. Go on?");
    confirm(desk.screen, &question.into(), yes)?;
    let disk = Disk::open(&located)?;
    disk.make_state()?;
    let tree = tree_on(disk, config.root.value.clone());
    let actor = surroundings::actor(&environment);
    let turn = desk.wait(async { take_turn(&tree, &actor, &SystemClock).await })?;
    let moved = desk.wait(stores::hand_over(&file, url, project_id(&config)?))?;
    let old = put_aside(&file).map_err(|error| Failure::from(error).effect(Effect::Applied))?;
    drop(turn);
    let old = old.map(|path| path.display().to_string());
    if matches!(config.database.origin, Origin::Environment(_)) {
        let hint = "every command needs that variable from now on; a `database` in `instep.toml` and in your own config.toml stays";
        desk.screen.say(hint);
    }
    desk.answer("db.push", &Pushed { moved, location: url.to_string(), old }, print);
    Ok(Exit::Done)
}

fn print(pushed: &Pushed, screen: &mut Screen) {
    let mut table = Table::new([Column::whole("TABLE"), Column::number("ROWS"), Column::whole("CHECKSUM OF BOTH")]);
    for sum in &pushed.moved.tables {
        let digest: String = sum.checksum.to_string().chars().take(16).collect();
        table.row([(Role::Code, sum.table.to_owned()), (Role::Plain, sum.rows.to_string()), (Role::Plain, digest)]);
    }
    table.print(screen);
    let rows = counted(
        usize::try_from(pushed.moved.tables.iter().map(|sum| sum.rows).sum::<u64>()).unwrap_or(usize::MAX),
        "row",
    );
    let done = if pushed.moved.was_there { "was there already" } else { "moved" };
    screen.data(Line::new().with(Role::Success, done).plain(format!(": {rows} in ")).code(&pushed.location));
    if let Some(old) = &pushed.old {
        screen.say(format!("the embedded database is {old} now; delete it when you need it no more"));
    }
}
