//! `instep sprint`: make, find and change sprints.

use clap::Subcommand;

use super::desk::Desk;
use super::entity;
use super::failure::{Exit, Failure};
use crate::model::EntityKind;
use crate::ops::{Show, SprintList};

/// Make, find and change sprints
#[derive(Debug, Subcommand)]
pub(super) enum Sprint {
    /// List sprints: filter, sort, page
    #[command(after_help = example!("instep sprint list --status active"))]
    List(SprintList),
    /// Show one sprint and its tasks
    #[command(after_help = example!("instep sprint show welcome"))]
    Show(Show),
}

impl Sprint {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        match self {
            Self::List(op) => _ = desk.work("sprint.list", async |ws| op.run(ws).await, entity::print_list)?,
            Self::Show(op) => {
                let op = entity::of_kind(op, EntityKind::Sprint);
                _ = desk.work("sprint.show", async |ws| op.run(ws).await, entity::print_one)?;
            }
        }
        Ok(Exit::Done)
    }
}
