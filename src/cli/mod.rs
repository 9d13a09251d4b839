//! The face in the terminal: parses arguments, settles the configuration, opens the workspace, calls one op, prints.
//!
//! One file per family of commands. `screen`, `table`, `progress` and `json` are the only places that print;
//! `failure` turns every error into a kind, a hint and an exit code. Nothing is decided here that an op could decide.

/// The last part of a command's help: lines to copy, each of which a test runs.
macro_rules! example {
    ($($line:literal),+ $(,)?) => {
        concat!("\x1b[1mExample:\x1b[0m" $(, "\n  ", $line)+)
    };
}

/// What the list looks like that `--from` takes.
macro_rules! list_help {
    ($($line:literal),+ $(,)?) => {
        concat!(
            "\x1b[1mList:\x1b[0m", $("\n  ", $line,)+
            "\n  Each entry has a `code`; `template` and the variables of its template may\n  \
             follow (`instep template show` tells them). JSON of that form does as well.\n\n"
        )
    };
}

mod agent;
mod args;
mod both;
mod completions;
mod confirm;
mod conflict;
mod database;
mod desk;
mod doctor;
mod entity;
mod failure;
mod init;
mod json;
mod progress;
mod push;
mod report;
mod safe;
mod screen;
mod settings;
mod sprint;
mod stores;
mod surroundings;
mod table;
mod task;
mod template;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;

use args::{Arguments, Command};
use desk::Desk;
pub use failure::Exit;
use failure::{Effect, Failure};
use screen::{Screen, Talk};

/// Runs the command line of this process and says how it ended.
pub fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    if args::only_ask_the_version(&words) {
        let mut screen = Screen::of_process(None, Talk::Normal);
        screen.data(concat!("instep ", env!("CARGO_PKG_VERSION")));
        return close(&mut screen, Exit::Done, Effect::None).into();
    }
    match args::parse(&words) {
        Ok(arguments) => run(arguments),
        Err(stopped) => stop(&stopped, &words),
    }
    .into()
}

fn run(arguments: Arguments) -> Exit {
    let Arguments { global, command } = arguments;
    let mut screen = Screen::of_process(global.color, global.talk());
    let (exit, effect) = match dispatch(command, &mut Desk::new(&global, &mut screen)) {
        Ok(exit) => (exit, Effect::Applied),
        Err(failure) => {
            failure.print(&mut screen, global.json);
            (failure.exit, failure.effect)
        }
    };
    close(&mut screen, exit, effect)
}

fn dispatch(command: Command, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    if let Some(directory) = &desk.global.directory {
        std::env::set_current_dir(directory).map_err(|error| {
            let message = format!("cannot work in {}", directory.display());
            Failure::new("bad-directory", Exit::Files, message).hint("name a folder that is there").caused_by(&error)
        })?;
    }
    match command {
        Command::Sprint(sprint) => sprint.run(desk),
        Command::Task(task) => task.run(desk),
        Command::Agent(agent) => agent.run(desk),
        Command::Template(template) => template.run(desk),
        Command::Init(start) => start.run(desk),
        Command::Sync(op) => both::sync(op, desk),
        Command::Status(op) => both::status(op, desk),
        Command::Diff(op) => both::diff(op, desk),
        Command::Conflict(conflict) => conflict.run(desk),
        Command::Database(database) => database.run(desk),
        Command::Config(show) => show.run(desk),
        Command::Doctor(doctor) => doctor.run(desk),
        Command::Completions(completions) => completions.run(desk),
    }
}

/// Help and version are data; anything else that stops the parser is wrong usage.
fn stop(stopped: &clap::Error, words: &[OsString]) -> Exit {
    let (colour, as_json) = args::peek(words);
    let mut screen = Screen::of_process(colour, Talk::Normal);
    if stopped.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && as_json {
        let failure = Failure::new("usage", Exit::Usage, "no command is given");
        failure.hint("`--help` without `--json` shows what there is").print(&mut screen, true);
        return close(&mut screen, Exit::Usage, Effect::None);
    }
    if stopped.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        stopped.render().to_string().lines().for_each(|line| screen.alarm(line));
        return close(&mut screen, Exit::Usage, Effect::None);
    }
    if stopped.use_stderr() {
        Failure::usage(stopped).print(&mut screen, as_json);
        return close(&mut screen, Exit::Usage, Effect::None);
    }
    let text = stopped.render();
    screen.verbatim(&if screen.look().colour { text.ansi().to_string() } else { text.to_string() });
    close(&mut screen, Exit::Done, Effect::None)
}

/// A reader who went away has seen enough; data that did not arrive is a failure.
fn close(screen: &mut Screen, exit: Exit, effect: Effect) -> Exit {
    match screen.close() {
        Ok(()) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            let failure = Failure::new("output-lost", Exit::Files, "cannot print the result");
            failure.effect(effect).caused_by(&error).print(screen, false);
            Exit::Files
        }
    }
}
