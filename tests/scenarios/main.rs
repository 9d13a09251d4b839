//! Scenarios of hostile, careless and unlucky use, each from the user's act to what both sides are afterwards.

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;
#[path = "../support/small.rs"]
mod small;

#[path = "../support/dice.rs"]
mod dice;

#[path = "../tree/ground.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "other tests need more of it, and their own rules hold there")]
mod ground;

mod agent_config;
mod agreement;
mod editors;
mod filesystem;
mod folding;
mod hostile;
mod outside_sql;
mod talk;
mod terminal;
