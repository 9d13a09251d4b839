//! A command line that cannot be understood, as the parser found it.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{Exit, Failure};

impl Failure {
    /// What is wrong with a command line, and how it is written.
    pub(in super::super) fn usage(error: &clap::Error) -> Self {
        let failure = Self::new("usage", Exit::Usage, message(error));
        match offered(error) {
            names if names.is_empty() => failure.hint(form(error)),
            names => failure.did_you_mean(&names),
        }
    }
}

/// What the parser says about `kind`, as text.
fn said(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(all) => Some(all.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn message(error: &clap::Error) -> String {
    let said = |kind| said(error, kind).unwrap_or_default();
    let (argument, value) = (said(ContextKind::InvalidArg), said(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("a value is required for `{argument}`{}", known(error)),
        ErrorKind::InvalidValue => format!("invalid value `{value}` for `{argument}`{}", known(error)),
        ErrorKind::ValueValidation => {
            let why = error.source().map(|why| format!(": {why}")).unwrap_or_default();
            format!("invalid value `{value}` for `{argument}`{why}")
        }
        ErrorKind::UnknownArgument => format!("unexpected argument `{argument}` found"),
        ErrorKind::InvalidSubcommand => format!("unrecognized subcommand `{}`", said(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("what is needed was not given: {}", missing(error)),
        ErrorKind::MissingSubcommand => format!("`{}` needs a subcommand", said(ContextKind::InvalidSubcommand)),
        ErrorKind::ArgumentConflict => {
            let prior = said(ContextKind::PriorArg);
            let same = prior.is_empty() || prior == argument;
            let why = if same { "more than once".to_owned() } else { format!("with `{prior}`") };
            format!("the argument `{argument}` cannot be used {why}")
        }
        ErrorKind::TooManyValues => format!("unexpected value `{value}` for `{argument}`; no more were expected"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("too few or too many values for `{argument}`")
        }
        ErrorKind::NoEquals => format!("an equal sign is needed to give `{argument}` a value"),
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".to_owned(),
        _ => error.kind().to_string(),
    }
}

/// The values that there are, where the parser has a list of them.
fn known(error: &clap::Error) -> String {
    let values = said(error, ContextKind::ValidValue).filter(|values| !values.is_empty());
    values.map(|values| format!(" [possible values: {values}]")).unwrap_or_default()
}

/// What was not given. Where one word is there for several and a last one, the parser takes it for the last; a person
/// writes from the front.
fn missing(error: &clap::Error) -> String {
    let named = said(error, ContextKind::InvalidArg).unwrap_or_default();
    let usage = said(error, ContextKind::Usage).unwrap_or_default();
    let behind = usage.split_once(&format!("{named} <")).filter(|_| named.ends_with("..."));
    behind.map_or(named, |(_, rest)| format!("<{}", rest.split_inclusive('>').next().unwrap_or_default()))
}

/// What was probably meant.
fn offered(error: &clap::Error) -> Vec<String> {
    let is_field = is_field(error);
    let kinds = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let names = kinds.into_iter().filter(|_| !is_field).filter_map(|kind| error.get(kind));
    names
        .flat_map(|name| match name {
            ContextValue::String(one) => vec![one.clone()],
            ContextValue::Strings(all) => all.clone(),
            _ => Vec::new(),
        })
        .collect()
}

/// Whether a field may have been written as an option.
fn is_field(error: &clap::Error) -> bool {
    let takes_fields = said(error, ContextKind::Usage).is_some_and(|usage| usage.contains("FIELD=VALUE"));
    let argument = said(error, ContextKind::InvalidArg).unwrap_or_default();
    error.kind() == ErrorKind::UnknownArgument && takes_fields && argument.starts_with("--")
}

/// How the command is written.
fn form(error: &clap::Error) -> String {
    let argument = said(error, ContextKind::InvalidArg).unwrap_or_default();
    if is_field(error) {
        let name = argument.trim_start_matches("--").split('=').next().unwrap_or_default();
        return format!("write `{}=VALUE`", name.replace('-', "_"));
    }
    match said(error, ContextKind::Usage) {
        Some(usage) => {
            let usage = usage.split_whitespace().skip_while(|word| *word == "Usage:").collect::<Vec<_>>().join(" ");
            format!("write `{usage}`; `--help` says more")
        }
        None => "`--help` says what can be written here".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::*;

    /// What is said about `words`, and what to do next.
    fn told(words: &[&str]) -> (String, String) {
        let status = Command::new("status")
            .arg(Arg::new("tasks").value_name("TASK").num_args(1..).required(true))
            .arg(Arg::new("status").value_name("STATUS").required(true))
            .arg(Arg::new("limit").long("limit").value_parser(clap::value_parser!(u8)))
            .arg(Arg::new("kind").long("kind").value_parser(["one", "two"]));
        let set = Command::new("set").arg(Arg::new("fields").value_name("FIELD=VALUE").num_args(1..).required(true));
        let command = Command::new("instep").subcommand_required(true).subcommands([status, set]);
        let error = command.try_get_matches_from(words).expect_err("wrong usage");
        let failure = Failure::usage(&error);
        (failure.message, failure.hint.unwrap_or_default())
    }

    #[test]
    fn wrong_usage_is_told_with_what_was_meant() {
        let usage = "write `instep status [OPTIONS] <TASK>... <STATUS>`; `--help` says more";
        let table: [(&[&str], &str, &str); 7] = [
            (&["instep", "statsu"], "unrecognized subcommand `statsu`", "did you mean `status`?"),
            (
                &["instep", "status", "publish"],
                "what is needed was not given: <STATUS>",
                "write `instep status <TASK>... <STATUS>`; `--help` says more",
            ),
            (
                &["instep", "status", "a", "b", "--limti", "1"],
                "unexpected argument `--limti` found",
                "did you mean `--limit`?",
            ),
            (
                &["instep", "status", "a", "b", "--limit", "x"],
                "invalid value `x` for `--limit <limit>`: invalid digit found in string",
                "",
            ),
            (
                &["instep", "status", "a", "b", "--kind", "twoo"],
                "invalid value `twoo` for `--kind <kind>` [possible values: one, two]",
                "did you mean `two`?",
            ),
            (&["instep", "set", "--due-date=x"], "unexpected argument `--due-date` found", "write `due_date=VALUE`"),
            (
                &["instep", "status", "a", "b", "--limit", "1", "--limit", "2"],
                "the argument `--limit <limit>` cannot be used more than once",
                usage,
            ),
        ];
        for (words, message, hint) in table {
            let (said, next) = told(words);
            assert_eq!(said, message, "{words:?}");
            assert!(next == hint || hint.is_empty(), "{words:?}: {next}");
        }
    }
}
