//! `instep completions`: the script that teaches a shell the commands.

use clap_complete::Shell;
use serde::Serialize;

use super::args;
use super::desk::Desk;
use super::failure::{Exit, Failure};

/// Print the script that teaches a shell to complete commands
#[derive(Debug, clap::Args)]
#[command(after_help = example!("instep completions bash > instep.bash"))]
pub(super) struct Completions {
    /// Which shell
    shell: Shell,
}

/// The script, as JSON has it.
#[derive(Serialize)]
struct Script {
    shell: String,
    script: String,
}

impl Completions {
    pub(super) fn run(&self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        let script = Script { shell: self.shell.to_string(), script: script(self.shell) };
        desk.answer("completions", &script, |script, screen| screen.verbatim(&script.script));
        Ok(Exit::Done)
    }
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::tree(), "instep", &mut script);
    String::from_utf8(script).expect("completion scripts are text")
}
