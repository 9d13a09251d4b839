//! `instep template`: what new things are made from.

use clap::Subcommand;

use super::desk::{Desk, Purpose};
use super::failure::{Exit, Failure};
use super::screen::{Line, Role, Screen};
use super::table::{Column, Table, pairs, wrapped};
use crate::ops::{AdrNew, TemplateCheck, TemplateList, TemplateShow, TemplateVerdict, TemplateView, VariableView};
use crate::template::VariableType;

/// Find and check templates
#[derive(Debug, Subcommand)]
pub(super) enum Template {
    /// List the templates: built-in ones and those of this project
    #[command(after_help = example!("instep template list"))]
    List(TemplateList),
    /// Show what a template is for and which variables it takes
    #[command(after_help = example!("instep template show task"))]
    Show(TemplateShow),
    /// Check that templates render, and that what they make can be kept in step
    #[command(after_help = example!("instep template check"))]
    Check(TemplateCheck),
    /// Make a file that is kept in step with nothing: a decision record
    #[command(after_help = example!("instep template new adr --number 1 --title 'Use SQLite'"))]
    New {
        /// What to make
        #[arg(value_parser = ["adr"])]
        kind: String,
        #[command(flatten)]
        op: AdrNew,
    },
}

impl Template {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        match self {
            Self::List(op) => {
                desk.look("template.list", async |ws| op.run(ws).await, |all, screen| print_list(all, screen))
            }
            Self::Show(op) => desk.look("template.show", async |ws| op.run(ws).await, print_one),
            Self::Check(op) => check(op, desk),
            Self::New { op, .. } => new(op, desk),
        }
    }
}

/// A template that does not render is a problem that a check found.
fn check(op: TemplateCheck, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let workspace = desk.open(Purpose::Look)?;
    let verdicts = desk.wait(op.run(&workspace))?;
    desk.answer("template.check", &verdicts, |verdicts, screen| print_verdicts(verdicts, screen));
    Ok(if verdicts.iter().all(|verdict| verdict.is_sound) { Exit::Done } else { Exit::Problems })
}

fn new(op: AdrNew, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let workspace = desk.open(Purpose::Look)?;
    let made = desk.wait(op.run(&workspace))?;
    desk.answer("template.new", &made, |made, screen| {
        screen.data(Line::new().with(Role::Success, "created").plain("  ").code(&made.path));
    });
    Ok(Exit::Done)
}

fn print_list(all: &[TemplateView], screen: &mut Screen) {
    let mut table = Table::new([Column::whole("TEMPLATE"), Column::whole("FROM"), Column::wrapped("WHAT FOR")]);
    for view in all {
        let help = match &view.error {
            Some(error) => (Role::Error, format!("not well: {error}")),
            None => (Role::Plain, view.help.lines().next().unwrap_or_default().to_owned()),
        };
        table.row([(Role::Code, view.template.clone()), (Role::Dim, view.place.clone()), help]);
    }
    table.print(screen);
}

fn print_one(view: &TemplateView, screen: &mut Screen) {
    screen.data(Line::new().code(&view.template));
    let room = screen.look().columns.unwrap_or(usize::MAX);
    for line in view.help.trim_end().lines().flat_map(|line| wrapped(line, room, 0)) {
        screen.data(line);
    }
    screen.data("");
    pairs(&[("from", view.place.as_str().into()), ("makes", view.files.join(", ").into())], screen);
    screen.data("");
    let mut table = Table::new([Column::whole("VARIABLE"), Column::cut_then("DEFAULT"), Column::wrapped("WHAT FOR")]);
    for variable in &view.variables {
        let help = [variable.help.clone(), takes(variable)].into_iter().filter(|text| !text.is_empty());
        let help: Vec<String> = help.collect();
        table.row([(Role::Code, variable.name.clone()), default(variable), (Role::Plain, help.join(" "))]);
    }
    table.print(screen);
}

/// What a value must be, and what one looks like.
fn takes(variable: &VariableView) -> String {
    let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (&variable.kind, variable.choices.as_slice(), &variable.example) {
        (_, [_, ..], _) => format!("({})", variable.choices.join(", ")),
        (VariableType::Text, _, Some(example)) => format!("(such as {})", plain(example)),
        (VariableType::Text, _, None) => String::new(),
        (VariableType::List, ..) => "(a list of texts, one per line)".to_owned(),
        (kind, ..) => format!("({})", kind.noun()),
    }
}

fn default(variable: &VariableView) -> (Role, String) {
    match &variable.default {
        _ if variable.required => (Role::Warning, "must be given".into()),
        None => (Role::Dim, "none".into()),
        Some(serde_json::Value::String(text)) => (Role::Plain, text.clone()),
        Some(other) => (Role::Plain, other.to_string()),
    }
}

fn print_verdicts(verdicts: &[TemplateVerdict], screen: &mut Screen) {
    for verdict in verdicts {
        let (role, word) = if verdict.is_sound { (Role::Success, "well    ") } else { (Role::Error, "not well") };
        screen.data(Line::new().with(role, word).plain("  ").code(&verdict.template));
        for finding in &verdict.findings {
            screen.data(format!("          {finding}"));
        }
        for remark in &verdict.remarks {
            screen.data(Line::new().with(Role::Dim, "          note").plain(format!(": {remark}")));
        }
    }
}
