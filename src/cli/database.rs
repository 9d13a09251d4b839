//! `instep db`: the database itself.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::confirm::confirm;
use super::desk::{Desk, Purpose};
use super::failure::{Effect, Exit, Failure};
use super::push::push;
use super::report;
use super::screen::{Line, Role, Screen, counted};
use super::settings::{self, Settled};
use super::stores;
use super::table::{Column, Table, pairs};
use crate::config;
use crate::ops::{BESIDE, DatabaseInfo, DatabaseView, RowsAlone, SET_ASIDE, Status, Sync};
use crate::tree::{TreeError, set_aside};

/// Look after the database
#[derive(Debug, Subcommand)]
pub(super) enum Database {
    /// Say which database is used, and what is in it
    #[command(after_help = example!("instep db info"))]
    Info(DatabaseInfo),
    /// Bring the database's schema forward; an embedded one is copied first, a shared one made where there is none
    #[command(after_help = example!("instep db migrate"))]
    Migrate,
    /// Move the plan with its whole history from the embedded database to the shared one that the settings name
    #[command(after_help = example!("instep db push --yes"))]
    Push {
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
    },
    /// Put the embedded database aside and fill a new one from the files; the history stays in the old one
    #[command(after_help = example!("instep db rebuild --yes"))]
    Rebuild {
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
    },
}

/// What became of the schema.
#[derive(Serialize)]
struct Schema {
    schema: i64,
}

impl Database {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        match self {
            Self::Info(op) => desk.look("db.info", async |ws| op.run(ws).await, print),
            Self::Migrate => {
                // To open it for this purpose brings it forward.
                let workspace = desk.open(Purpose::Migrate)?;
                let described = desk.wait(workspace.store.describe());
                let schema = described.map_err(|failure| failure.effect(Effect::Applied))?.schema;
                let said = |schema: &Schema, screen: &mut Screen| {
                    screen.say(format!("the schema is at version {}", schema.schema))
                };
                desk.answer("db.migrate", &Schema { schema }, said);
                Ok(Exit::Done)
            }
            Self::Push { yes } => push(yes, desk),
            Self::Rebuild { yes } => rebuild(yes, desk),
        }
    }
}

/// Fills a new database from the files.
fn rebuild(yes: bool, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let Settled { project, config, .. } = settings::settle(desk.global, desk.screen)?;
    let located = project?;
    if config.database.value != config::Database::Embedded {
        let message =
            format!("only an embedded database is made anew from the files, and this is {}", config.database.value);
        return Err(Failure::new("not-embedded", Exit::Usage, message).hint("restore a shared one from its own backup"));
    }
    let database = stores::embedded_file(&located.state);
    let alone = check_nothing_waits(desk)?;
    let stays = match alone {
        Some(_) => "The history and what was decided of conflicts stay",
        None => "The history, what was decided of conflicts and every value that no file tells (such as progress) stay",
    };
    confirm(desk.screen, &format!("{stays} behind in the old database. Go on?").into(), yes)?;
    if let Some(kept) = put_aside(&database)? {
        desk.screen.say(format!("the old database is {}", kept.display()));
    }
    let workspace = desk.open(Purpose::Begin)?;
    let report = desk.wait(Sync { rebase: true, ..Sync::default() }.run(&workspace))?;
    let told = desk.wait(alone.unwrap_or_default().restore(&workspace))?;
    if told > 0 {
        desk.screen.say(format!("kept what no file tells: of {}", counted(told, "row")));
    }
    desk.answer("db.rebuild", &report, report::print);
    Ok(report::exit(&report))
}

/// Gives an embedded database another name; the new path, unless there was none.
pub(super) fn put_aside(database: &Path) -> Result<Option<PathBuf>, TreeError> {
    let name = format!("{SET_ASIDE}{}", jiff::Zoned::now().strftime("%Y%m%dT%H%M%S"));
    match set_aside(database, BESIDE, &name) {
        Ok(kept) => Ok(Some(kept)),
        Err(error) if error.is_absence() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What other programs wrote must be in the files first, and what waits must be decided; a database that cannot be asked
/// has nothing more to give: `None`.
fn check_nothing_waits(desk: &mut Desk<'_>) -> Result<Option<RowsAlone>, Failure> {
    let Ok(workspace) = desk.open(Purpose::Look) else { return Ok(None) };
    let Ok(report) = desk.wait(Status::default().run(&workspace)) else { return Ok(None) };
    let waiting = report.steps.iter().filter(|step| step.is_rows_news()).count();
    let refused = |code, message: String, hint| Err(Failure::new(code, Exit::Brake, message).hint(hint));
    if waiting > 0 {
        let message =
            format!("{} not in step: a new database would know the files' side alone", counted(waiting, "entity"));
        let hint = "`instep status` says what differs, and `instep sync` brings it into step";
        return refused("not-in-step", message, hint);
    }
    if report.open_conflicts > 0 {
        let conflicts = counted(report.open_conflicts, "conflict");
        let message = format!("not decided: {conflicts}, of which a new database would know nothing");
        return refused("not-decided", message, "`instep conflict list` says what waits for a decision");
    }
    desk.wait(RowsAlone::read(&workspace)).map(Some).or_else(|failure| {
        desk.screen.say(format!("what no file tells cannot be kept: {}", failure.message));
        Ok(None)
    })
}

fn old(count: usize, bytes: u64) -> String {
    if count == 0 { "none".to_owned() } else { format!("{count} of {bytes} bytes; `instep doctor` says where") }
}

fn print(view: &DatabaseView, screen: &mut Screen) {
    let line = |text: &str| Line::new().plain(text);
    let mut told = vec![
        ("database", line(&view.location)),
        ("server", line(&view.server)),
        ("schema", line(&view.schema.to_string())),
        ("project", line(&view.project)),
        ("epoch", line(&view.epoch)),
        ("events", line(&view.events.to_string())),
        ("bytes", line(&view.bytes.to_string())),
        ("old databases", line(&old(view.old.count, view.old.bytes))),
    ];
    told.extend(view.lag_ms.map(|lag| ("lag", line(&format!("{lag} ms")))));
    pairs(&told, screen);
    screen.data("");
    let mut table = Table::new([Column::whole("TABLE"), Column::number("ROWS")]);
    for size in &view.tables {
        table.row([(Role::Code, size.table.clone()), (Role::Plain, size.rows.to_string())]);
    }
    table.print(screen);
}
