//! Keeps the planning files of a repository in step with a database.

pub mod model;
pub mod store;
