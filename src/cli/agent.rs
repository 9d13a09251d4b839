//! `instep agent`: make, find and change agents.

use clap::Subcommand;

use super::desk::Desk;
use super::entity;
use super::failure::{Exit, Failure};
use crate::model::EntityKind;
use crate::ops::{AgentList, Show};

/// Make, find and change agents
#[derive(Debug, Subcommand)]
pub(super) enum Agent {
    /// List agents: filter, sort, page
    #[command(after_help = example!("instep agent list --sort name"))]
    List(AgentList),
    /// Show one agent
    #[command(after_help = example!("instep agent show core-engineer"))]
    Show(Show),
}

impl Agent {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        match self {
            Self::List(op) => _ = desk.work("agent.list", async |ws| op.run(ws).await, entity::print_list)?,
            Self::Show(op) => {
                let op = entity::of_kind(op, EntityKind::Agent);
                _ = desk.work("agent.show", async |ws| op.run(ws).await, entity::print_one)?;
            }
        }
        Ok(Exit::Done)
    }
}
