//! `instep task`: make, find and change tasks.

use clap::{Arg, Subcommand};

use super::desk::Desk;
use super::entity::{self, Removal};
use super::failure::{Exit, Failure};
use super::screen::{Line, Role, Screen};
use crate::model::EntityKind;
use crate::ops::{NextTasks, Relocate, Set, SetStatus, Show, TaskList, TaskNew, TaskNext};

/// What the references here mean where they do not say it.
const KIND: EntityKind = EntityKind::Task;

/// How people name a task.
fn named(argument: Arg) -> Arg {
    entity::fit(
        argument,
        KIND,
        ("TASK", "SPRINT/TASK or backlog/TASK; TASK alone where no other has that code"),
        &["with_tasks"],
    )
}

fn listed(argument: Arg) -> Arg {
    entity::fit_list(argument, KIND)
}

/// Make, find and change tasks
#[derive(Debug, Subcommand)]
pub(super) enum Task {
    /// Make a task from a template, or many from a list
    #[command(after_help = concat!(
        list_help!(
            "- code: fix-logout",
            "  sprint: first-release",
            "  kind: bug",
            "  title: Nobody can log out",
            "- {code: log-in-again, priority: P1, tasks: [Ask once, Remember it]}",
        ),
        example!(
            "instep task new fix-login --sprint first-release --priority P1",
            "echo '[{code: one}, {code: two, kind: bug}]' | instep task new --from -",
        ),
    ))]
    New(TaskNew),
    /// List tasks: filter, sort, page
    #[command(mut_args(listed), after_help = example!("instep task list --status pending,in_progress --sort priority"))]
    List(TaskList),
    /// Show one task
    #[command(mut_args(named), after_help = example!("instep task show first-release/write-parser"))]
    Show(Show),
    /// Change fields of a task
    #[command(mut_args(named), after_help = example!("instep task set first-release/publish assignee=ann priority=P0"))]
    Set(Set),
    /// Change the status of tasks
    #[command(mut_args(named), after_help = example!("instep task status first-release/publish in_progress"))]
    Status(SetStatus),
    /// Move a task to another sprint, or give it another code
    #[command(mut_args(named), after_help = example!("instep task move first-release/publish --to backlog"))]
    Move(Relocate),
    /// Delete tasks on both sides; the history keeps them
    #[command(mut_args(named), after_help = example!("instep task rm backlog/empty-input --yes"))]
    Rm(Removal),
    /// Say which task to take up next
    #[command(after_help = example!("instep task next --limit 3"))]
    Next(TaskNext),
}

impl Task {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        match self {
            Self::New(op) => desk.change("task.new", async |ws| op.run(ws).await),
            Self::List(op) => desk.look("task.list", async |ws| op.run(ws).await, entity::print_list),
            Self::Show(op) => entity::show(op, KIND, desk),
            Self::Set(op) => entity::set(op, KIND, desk),
            Self::Status(op) => entity::set_status(op, KIND, desk),
            Self::Move(op) => entity::relocate(op, KIND, desk),
            Self::Rm(op) => op.run(KIND, desk),
            Self::Next(op) => desk.look("task.next", async |ws| op.run(ws).await, print_next),
        }
    }
}

fn print_next(next: &NextTasks, screen: &mut Screen) {
    entity::table(KIND, &next.items, screen).print(screen);
    if next.items.is_empty() {
        screen.say("no task is ready to be taken up");
    }
    for waiting in &next.waiting {
        let waits = format!(" waits for {}", waiting.waits_for.join(", "));
        screen.say(Line::new().with(Role::Dim, "note").plain(": ").code(&waiting.reference).plain(waits));
    }
}
