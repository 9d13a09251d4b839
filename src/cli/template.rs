//! `instep template`: what new things are made from.

use clap::Subcommand;

use super::desk::{Desk, Purpose};
use super::failure::{Exit, Failure};
use super::screen::{Line, Role, Screen};
use super::table::{Column, Table, pairs};
use crate::ops::{TemplateCheck, TemplateList, TemplateShow, TemplateVerdict, TemplateView, VariableView};

/// Find and check templates
#[derive(Debug, Subcommand)]
pub(super) enum Template {
    /// List the templates: built-in ones and those of this project
    #[command(after_help = example!("instep template list"))]
    List(TemplateList),
    /// Show what a template is for and which variables it takes
    #[command(after_help = example!("instep template show task"))]
    Show(TemplateShow),
    /// Check that templates are sound and render
    #[command(after_help = example!("instep template check"))]
    Check(TemplateCheck),
}

impl Template {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        match self {
            Self::List(op) => {
                desk.look("template.list", async |ws| op.run(ws).await, |all, screen| print_list(all, screen))
            }
            Self::Show(op) => desk.look("template.show", async |ws| op.run(ws).await, print_one),
            Self::Check(op) => check(op, desk),
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

fn print_list(all: &[TemplateView], screen: &mut Screen) {
    let mut table = Table::new([Column::whole("TEMPLATE"), Column::whole("FROM"), Column::cut_first("WHAT FOR")]);
    for view in all {
        let help = match &view.error {
            Some(error) => (Role::Error, format!("broken: {error}")),
            None => (Role::Plain, view.help.lines().next().unwrap_or_default().to_owned()),
        };
        table.row([(Role::Code, view.template.clone()), (Role::Dim, view.place.clone()), help]);
    }
    table.print(screen);
}

fn print_one(view: &TemplateView, screen: &mut Screen) {
    screen.data(Line::new().code(&view.template));
    screen.text(&format!("{}\n\n", view.help.trim_end()));
    pairs(&[("from", view.place.as_str().into()), ("makes", view.files.join(", ").into())], screen);
    screen.data("");
    let mut table = Table::new([Column::whole("VARIABLE"), Column::cut_then("DEFAULT"), Column::cut_first("WHAT FOR")]);
    for variable in &view.variables {
        table.row([(Role::Code, variable.name.clone()), default(variable), (Role::Plain, variable.help.clone())]);
    }
    table.print(screen);
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
        let (role, word) = if verdict.is_sound { (Role::Success, "sound ") } else { (Role::Error, "broken") };
        screen.data(Line::new().with(role, word).plain("  ").code(&verdict.template));
        for finding in &verdict.findings {
            screen.data(format!("        {finding}"));
        }
    }
}
