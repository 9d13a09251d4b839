//! The stories, and what they are told with.

pub(crate) mod backend;
pub(crate) mod build;
pub(crate) mod commits;
pub(crate) mod looking;
pub(crate) mod outside;
pub(crate) mod postgres;
mod postgres_alone;
pub(crate) mod reading;
mod schemas;
pub(crate) mod sqlite;
mod sqlite_alone;
pub(crate) mod together;
