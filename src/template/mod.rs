//! Names and variables to text.
//!
//! A template is a folder: `template.toml` says what it is for and which variables it takes, each `.tera` file makes
//! one document. The built-in ones are part of the program; a folder of the same kind and name in the workspace takes
//! the place of a built-in one as a whole.
//!
//! Templates of a workspace come with the repository, so they are not trusted: they reach no file, no environment and
//! no clock, and a deadline and a limit hold them. What users write goes in as values and is never read as a template.
//!
//! This room finds no folders, writes no files, and does not know what the text means to anybody.

mod builtin;
mod catalog;
mod check;
mod engine;
mod error;
mod filters;
mod guard;
mod manifest;
mod purse;
mod render;
mod variables;

pub use builtin::DEFAULT;
pub use catalog::{Catalog, Entry, Place, Template, TemplateFolder};
pub use check::{Checked, Trial, check};
pub use error::TemplateError;
pub use filters::slug;
pub use manifest::{MANIFEST, Manifest, OutputFile, Variable, VariableType};
pub use render::{Limits, RenderedFile, render};
pub use variables::Variables;
