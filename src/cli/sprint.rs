//! `instep sprint`: make, find and change sprints.

use clap::{Arg, Subcommand};

use super::desk::{Desk, Purpose};
use super::entity::{self, Removal};
use super::failure::{Exit, Failure};
use super::report;
use super::screen::{Line, Screen, counted};
use crate::document::PassedBy;
use crate::model::EntityKind;
use crate::ops::{Relocate, Scaffold, Scaffolded, Set, SetStatus, Show, SprintList, SprintNew};

/// What the references here mean where they do not say it.
const KIND: EntityKind = EntityKind::Sprint;

/// How many lines that name no task are shown.
const PASSED_BY: usize = 5;

/// How SPRINT.md says what its tasks are.
const LOOKED_FOR: &str = "looked under headings such as `## Tasks`, `## Phases & Tasks` or `## Sprint Backlog` for \
    `- **code**: Title`, `` - `code/` ``, `` - [ ] `code` Title ``, `- [ ] **Task 1.1**: Title`, `- T:sprint/code`, \
    headings `### T01: Title` and tables with a column `Task ID`";

/// How people name a sprint.
fn named(argument: Arg) -> Arg {
    entity::fit(argument, KIND, ("SPRINT", "Which sprint, by its code"), &["to"])
}

fn listed(argument: Arg) -> Arg {
    entity::fit_list(argument, KIND)
}

/// Make, find and change sprints
#[derive(Debug, Subcommand)]
pub(super) enum Sprint {
    /// Make a sprint from a template, or many from a list
    #[command(after_help = concat!(
        list_help!("- {code: winter-release, title: Winter release, owner: ann}"),
        example!("instep sprint new autumn --title 'Autumn release'"),
    ))]
    New(SprintNew),
    /// List sprints: filter, sort, page
    #[command(mut_args(listed), after_help = example!("instep sprint list --status active"))]
    List(SprintList),
    /// Show one sprint and its tasks
    #[command(mut_args(named), after_help = example!("instep sprint show first-release"))]
    Show(Show),
    /// Change fields of a sprint
    #[command(mut_args(named), after_help = example!("instep sprint set first-release owner=ann"))]
    Set(Set),
    /// Change the status of sprints
    #[command(mut_args(named), after_help = example!("instep sprint status first-release active"))]
    Status(SetStatus),
    /// Give a sprint another code
    #[command(mut_args(named), after_help = example!("instep sprint move autumn --code winter"))]
    Move(Relocate),
    /// Delete sprints on both sides; the history keeps them
    #[command(mut_args(named), after_help = example!("instep sprint rm winter --yes"))]
    Rm(Removal),
    /// Make the tasks that SPRINT.md lists and that do not exist
    #[command(after_help = example!("instep sprint scaffold first-release"))]
    Scaffold(Scaffold),
}

impl Sprint {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        match self {
            Self::New(op) => desk.change("sprint.new", async |ws| op.run(ws).await),
            Self::List(op) => desk.look("sprint.list", async |ws| op.run(ws).await, entity::print_list),
            Self::Show(op) => entity::show(op, KIND, desk),
            Self::Set(op) => entity::set(op, KIND, desk),
            Self::Status(op) => entity::set_status(op, KIND, desk),
            Self::Move(op) => entity::relocate(op, KIND, desk),
            Self::Rm(op) => op.run(KIND, desk),
            Self::Scaffold(op) => scaffold(op, desk),
        }
    }
}

fn scaffold(op: Scaffold, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let workspace = desk.open(Purpose::Change)?;
    let done = desk.wait(op.run(&workspace))?;
    desk.answer("sprint.scaffold", &done, print_scaffolded);
    Ok(Exit::Done)
}

/// Where nothing is recognised nobody shall take that for a plan that is complete.
fn print_scaffolded(Scaffolded { report, path, listed, passed_by }: &Scaffolded, screen: &mut Screen) {
    let path = path.as_ref().map_or("SPRINT.md", |path| path.as_str());
    match (report.steps.as_slice(), listed) {
        ([], 0) => {
            screen.say(Line::new().plain("no task is recognised in ").code(path));
            screen.say(LOOKED_FOR);
        }
        ([], _) => screen.say("every task that SPRINT.md lists is there"),
        _ => report::print_change(report, screen),
    }
    for PassedBy { line, text } in passed_by.iter().take(PASSED_BY) {
        screen.say(Line::new().plain("passed by: ").code(format!("{path}:{line}")).plain(format!(": {text}")));
    }
    if passed_by.len() > PASSED_BY {
        screen.say(format!("… and {} more that name no task", counted(passed_by.len() - PASSED_BY, "line")));
    }
}
