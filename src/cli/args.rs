//! What can be written on the command line, and how its help looks.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Style};
use clap::builder::{PossibleValuesParser, Styles, TypedValueParser};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use super::agent::Agent;
use super::completions::Completions;
use super::conflict::Conflict;
use super::doctor::Doctor;
use super::init::Start;
use super::screen::Talk;
use super::settings;
use super::sprint::Sprint;
use super::table::wrapped;
use super::task::Task;
use super::template::Template;
use crate::config::Color;
use crate::ops;

/// How help looks: as quiet as the rest.
const STYLES: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(Style::new())
    .valid(AnsiColor::Green.on_default())
    .invalid(AnsiColor::Yellow.on_default())
    .error(AnsiColor::Red.on_default().bold());

/// The commands as the help of the program shows them.
const GROUPS: &[(&str, &[&str])] = &[
    ("Plan the work", &["sprint", "task", "agent", "template"]),
    ("Keep both sides in step", &["init", "sync", "status", "diff", "conflict"]),
    ("Look after the rest", &["db", "config", "doctor", "completions"]),
];

/// How the program ends, for scripts.
const EXIT_CODES: &str = concat!(
    "  0 done                          5 the database cannot be reached\n",
    "  1 failed                        6 a file cannot be read or written\n",
    "  2 wrong usage                   7 a safety brake refused\n",
    "  3 conflicts wait for a person   130 interrupted\n",
    "  4 a check found problems",
);

/// The same for a narrow terminal.
const EXIT_CODES_BELOW_EACH_OTHER: &str = concat!(
    "  0 done\n  1 failed\n  2 wrong usage\n  3 conflicts wait for a person\n  4 a check found problems\n",
    "  5 the database cannot be reached\n  6 a file cannot be read or written\n  7 a safety brake refused\n",
    "  130 interrupted",
);

/// Where the words begin that say what a command is for.
const ABOUT: usize = 15;

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
    after_help = concat!(
        "What a failure with --json left behind, its `effect`:\n",
        "  none      nothing was stored or written\n",
        "  settled   files and rows were brought into step, no more\n",
        "  begun     part of it was done, the rest was not\n",
        "  applied   it was done; something after it failed\n",
        "  unknown   nobody can tell yet whether it was done\n\n",
        example!("instep init --demo", "instep task list --status pending", "instep sync --dry-run"),
    ),
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
    /// Tell what is wrong, and nothing of success
    #[arg(long, short, global = true, conflicts_with = "verbose", display_order = 902)]
    pub(super) quiet: bool,
    /// Tell every step and note, and what is left alone
    #[arg(long, short, global = true, display_order = 903)]
    pub(super) verbose: bool,
    /// Work as if started in DIR
    #[arg(long = "directory", short = 'C', global = true, value_name = "DIR", display_order = 904)]
    pub(super) directory: Option<PathBuf>,
}

/// The commands, in the order of their help.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    #[command(subcommand, after_help = example!("instep sprint list"))]
    Sprint(Sprint),
    #[command(subcommand, after_help = example!("instep task list"))]
    Task(Task),
    #[command(subcommand, after_help = example!("instep agent list"))]
    Agent(Agent),
    #[command(subcommand, after_help = example!("instep template list"))]
    Template(Template),
    Init(Start),
    /// Bring the files and the database in step
    #[command(after_help = example!("instep sync --dry-run", "instep sync"))]
    Sync(ops::Sync),
    /// Say what differs between the files and the database
    #[command(after_help = example!("instep status"))]
    Status(ops::Status),
    /// Show line by line how the files differ from the database
    #[command(after_help = example!("instep diff"))]
    Diff(ops::Diff),
    #[command(subcommand, after_help = example!("instep conflict list"))]
    Conflict(Conflict),
    #[command(subcommand, name = "db", after_help = example!("instep db info"))]
    Database(super::database::Database),
    Config(settings::Show),
    Doctor(Doctor),
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

/// Whether the answer needs no command: scripts ask for the version often, and making the tree takes most of the time.
pub(super) fn only_ask_the_version(words: &[OsString]) -> bool {
    matches!(words, [_, flag] if flag == "--version" || flag == "-V")
}

/// Reads the command line; `help COMMAND` is another way to write `COMMAND --help`.
///
/// # Errors
/// What clap found wrong, or the help or version that was asked for.
pub(super) fn parse(words: &[OsString]) -> Result<Arguments, clap::Error> {
    let mut words = words.to_vec();
    if words.get(1).is_some_and(|word| word == "help") {
        words.remove(1);
        words.push("--help".into());
    }
    // `instep task help` is `instep task --help`, since a task cannot be meant there.
    if words.get(2).is_some_and(|word| word == "help") && words.get(1).is_some_and(|word| is_family(word)) {
        words[2] = "--help".into();
    }
    let mut matches = tree().try_get_matches_from(words)?;
    Arguments::from_arg_matches_mut(&mut matches)
}

/// Whether commands stand below this one.
fn is_family(word: &OsStr) -> bool {
    word.to_str().is_some_and(|word| ["sprint", "task", "agent", "template", "conflict", "db"].contains(&word))
}

/// The whole tree of commands.
pub(super) fn tree() -> clap::Command {
    let tree = Arguments::command();
    let (commands, heading) = (grouped(&tree), STYLES.get_header());
    let exit_codes = if columns() < 80 { EXIT_CODES_BELOW_EACH_OTHER } else { EXIT_CODES };
    tree.help_template(format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{commands}{heading}Options:{heading:#}\n{{options}}\n\n\
         {heading}Exit codes:{heading:#}\n{exit_codes}{{after-help}}"
    ))
}

/// The list of commands, in groups.
fn grouped(tree: &clap::Command) -> String {
    let (heading, name) = (STYLES.get_header(), STYLES.get_literal());
    let mut text = String::new();
    for (group, commands) in GROUPS {
        text += &format!("{heading}{group}:{heading:#}\n");
        for command in commands.iter().filter_map(|command| tree.find_subcommand(command)) {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let about =
                wrapped(&about, columns().saturating_sub(ABOUT).max(ABOUT), 0).join(&format!("\n{:ABOUT$}", ""));
            text += &format!("  {name}{:11}{name:#}  {about}\n", command.get_name());
        }
        text += "\n";
    }
    text
}

/// The width that help is made for.
fn columns() -> usize {
    terminal_size::terminal_size().map_or(80, |(terminal_size::Width(columns), _)| usize::from(columns).min(80))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_commands_is_sound() {
        tree().debug_assert();
    }

    #[test]
    fn every_command_stands_in_one_group() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, commands)| *commands).copied().collect();
        grouped.sort_unstable();
        let tree = tree();
        let mut commands: Vec<&str> = tree.get_subcommands().map(clap::Command::get_name).collect();
        commands.sort_unstable();
        assert_eq!(commands, grouped);
    }

    #[test]
    fn help_fits_80_columns_and_ends_with_an_example() {
        for mut command in all_commands(tree()) {
            let help = command.render_long_help().to_string();
            let wide = help.lines().find(|line| line.chars().count() > 80);
            assert_eq!(wide, None, "{}", command.get_name());
            let example = help.split("\nExample:\n").nth(1).unwrap_or_default();
            assert!(example.starts_with("  instep "), "{}:\n{help}", command.get_name());
        }
    }

    fn all_commands(mut tree: clap::Command) -> Vec<clap::Command> {
        tree.build();
        let below: Vec<_> = tree.get_subcommands().cloned().flat_map(all_commands).collect();
        std::iter::once(tree).chain(below).collect()
    }

    #[test]
    fn help_is_a_word_as_well() {
        let words = ["instep", "help", "task", "list"].map(OsString::from);
        let stopped = parse(&words).expect_err("help stops the parser");
        assert!(stopped.to_string().contains("Usage: instep task list"), "{stopped}");
        let words = ["instep", "task", "help"].map(OsString::from);
        assert!(parse(&words).expect_err("help stops the parser").to_string().contains("Usage: instep task"));
    }

    #[test]
    fn every_family_knows_help_as_a_word() {
        for command in tree().get_subcommands() {
            let has_commands = command.get_subcommands().next().is_some();
            assert_eq!(is_family(OsStr::new(command.get_name())), has_commands, "{}", command.get_name());
        }
    }

    #[test]
    fn colour_and_json_are_seen_where_the_rest_cannot_be_parsed() {
        let peeked = |words: &[&str]| peek(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(peeked(&["x", "--color", "never", "--json"]), (Some(Color::Never), true));
        assert_eq!(peeked(&["x", "--color=always"]), (Some(Color::Always), false));
        assert_eq!(peeked(&["x", "--", "--json", "--color=always"]), (None, false));
    }
}
