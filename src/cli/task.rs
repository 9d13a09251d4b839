//! `instep task`: make, find and change tasks.

use clap::Subcommand;

use super::desk::Desk;
use super::entity;
use super::failure::{Exit, Failure};
use crate::model::EntityKind;
use crate::ops::{Show, TaskList};

/// Make, find and change tasks
#[derive(Debug, Subcommand)]
pub(super) enum Task {
    /// List tasks: filter, sort, page
    #[command(after_help = example!("instep task list --status pending,blocked --sort priority"))]
    List(TaskList),
    /// Show one task
    #[command(after_help = example!("instep task show welcome/first-steps"))]
    Show(Show),
}

impl Task {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        match self {
            Self::List(op) => _ = desk.work("task.list", async |ws| op.run(ws).await, entity::print_list)?,
            Self::Show(op) => {
                let op = entity::of_kind(op, EntityKind::Task);
                _ = desk.work("task.show", async |ws| op.run(ws).await, entity::print_one)?;
            }
        }
        Ok(Exit::Done)
    }
}
