//! Scenarios of hostile, careless and unlucky use, each from the user's act to what both sides are afterwards.

#[path = "../support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;
#[path = "../support/small.rs"]
mod small;

mod agreement;
mod editors;
mod hostile;
mod outside_sql;
mod talk;
mod terminal;
