//! `instep agent`: make, find and change agents.

use clap::{Arg, Subcommand};

use super::desk::Desk;
use super::entity::{self, Removal};
use super::failure::{Exit, Failure};
use crate::model::EntityKind;
use crate::ops::{AgentList, AgentNew, Relocate, Set, SetStatus, Show};

/// What the references here mean where they do not say it.
const KIND: EntityKind = EntityKind::Agent;

/// How people name an agent.
fn named(argument: Arg) -> Arg {
    entity::fit(argument, KIND, ("AGENT", "Which agent, by its code"), &["with_tasks", "to"])
}

fn listed(argument: Arg) -> Arg {
    entity::fit_list(argument, KIND)
}

/// Make, find and change the profiles of agents
#[derive(Debug, Subcommand)]
pub(super) enum Agent {
    /// Make an agent from a template, or many from a list
    #[command(after_help = concat!(
        list_help!("- {code: tester, name: Tester, skills: [Finds what others miss]}"),
        example!("instep agent new reviewer --name 'Careful reviewer'"),
    ))]
    New(AgentNew),
    /// List agents: filter, sort, page
    #[command(mut_args(listed), after_help = example!("instep agent list --sort name"))]
    List(AgentList),
    /// Show one agent
    #[command(mut_args(named), after_help = example!("instep agent show builder"))]
    Show(Show),
    /// Change fields of an agent
    #[command(mut_args(named), after_help = example!("instep agent set builder role=mentor"))]
    Set(Set),
    /// Change the status of agents
    #[command(mut_args(named), after_help = example!("instep agent status builder inactive"))]
    Status(SetStatus),
    /// Give an agent another code
    #[command(mut_args(named), after_help = example!("instep agent move reviewer --code auditor"))]
    Move(Relocate),
    /// Delete agents on both sides; the history keeps them
    #[command(mut_args(named), after_help = example!("instep agent rm auditor --yes"))]
    Rm(Removal),
}

impl Agent {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        match self {
            Self::New(op) => desk.change("agent.new", async |ws| op.run(ws).await),
            Self::List(op) => desk.look("agent.list", async |ws| op.run(ws).await, entity::print_list),
            Self::Show(op) => entity::show(op, KIND, desk),
            Self::Set(op) => entity::set(op, KIND, desk),
            Self::Status(op) => entity::set_status(op, KIND, desk),
            Self::Move(op) => entity::relocate(op, KIND, desk),
            Self::Rm(op) => op.run(KIND, desk),
        }
    }
}
