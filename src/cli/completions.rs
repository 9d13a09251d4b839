//! `instep completions`: the script that teaches a shell the commands.

use clap_complete::Shell;

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

impl Completions {
    pub(super) fn run(&self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        desk.screen.verbatim(&script(self.shell));
        Ok(Exit::Done)
    }
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::tree(), "instep", &mut script);
    String::from_utf8(script).expect("completion scripts are text")
}
