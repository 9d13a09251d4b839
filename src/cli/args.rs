//! What can be written on the command line, and how its help looks.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Style};
use clap::builder::{PossibleValuesParser, Styles, TypedValueParser};
use clap::{CommandFactory as _, Parser, Subcommand};

use super::completions::Completions;
use super::screen::Talk;
use crate::config::Color;

/// How help looks: as quiet as the rest.
const STYLES: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(Style::new())
    .valid(AnsiColor::Green.on_default())
    .invalid(AnsiColor::Yellow.on_default())
    .error(AnsiColor::Red.on_default().bold());

/// Keep sprints, tasks and agents in step between Markdown files and a database
#[derive(Debug, Parser)]
#[command(
    name = "instep",
    version,
    styles = STYLES,
    max_term_width = 80,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    help_template = "{about}\n\n{usage-heading} {usage}\n\n{all-args}{after-help}",
    after_help = example!("instep init --demo", "instep task list --status pending", "instep sync --dry-run"),
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options that every command takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Print JSON instead of text
    #[arg(long, global = true, display_order = 900)]
    pub(super) json: bool,
    /// Use colour: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", value_parser = color(), hide_possible_values = true, display_order = 901)]
    pub(super) color: Option<Color>,
    /// Tell errors only
    #[arg(long, short, global = true, conflicts_with = "verbose", display_order = 902)]
    pub(super) quiet: bool,
    /// Tell details
    #[arg(long, short, global = true, display_order = 903)]
    pub(super) verbose: bool,
    /// Work as if started in DIR
    #[arg(long = "directory", short = 'C', global = true, value_name = "DIR", display_order = 904)]
    pub(super) directory: Option<PathBuf>,
}

/// The commands, in the order of their help.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Completions(Completions),
}

impl Global {
    /// How much to talk.
    pub(super) const fn talk(&self) -> Talk {
        match (self.quiet, self.verbose) {
            (true, _) => Talk::Quiet,
            (_, true) => Talk::Verbose,
            _ => Talk::Normal,
        }
    }
}

/// Reads the command line.
///
/// # Errors
/// What clap found wrong, or the help or version that was asked for.
pub(super) fn parse(words: &[OsString]) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(words)
}

/// The whole tree of commands.
pub(super) fn tree() -> clap::Command {
    Arguments::command()
}

fn color() -> impl TypedValueParser<Value = Color> {
    PossibleValuesParser::new(["auto", "always", "never"]).try_map(|word| Color::parse(&word))
}

/// What a command line that cannot be parsed asked for nevertheless: colour and JSON.
pub(super) fn peek(words: &[OsString]) -> (Option<Color>, bool) {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let apart = words.windows(2).find(|pair| pair[0] == "--color").map(|pair| pair[1]);
    let color = words.iter().find_map(|word| word.strip_prefix("--color=")).or(apart);
    (color.and_then(|word| Color::parse(word).ok()), words.contains(&"--json"))
}
