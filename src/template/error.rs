//! What can go wrong between a template and its text.

use std::time::Duration;

use crate::model::TemplateKind;

/// Why there is no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// No template of that name.
    #[error("there is no template `{kind}/{name}`; there are {known}{hint}")]
    Unknown {
        /// What it would make.
        kind: TemplateKind,
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
        /// `; did you mean …?` or nothing.
        hint: String,
    },
    /// The folder is no template.
    #[error("the template `{template}` cannot be used: {message}")]
    Broken {
        /// Kind and name.
        template: String,
        /// What is wrong, with file, line and column.
        message: String,
    },
    /// The variables are not those that the template takes.
    #[error("the template `{template}` {}", faults.join("; "))]
    Variables {
        /// Kind and name.
        template: String,
        /// Everything that is wrong with them.
        faults: Vec<String>,
    },
    /// The template failed.
    #[error("the template `{template}` failed: {message}")]
    Failed {
        /// Kind and name.
        template: String,
        /// What is wrong, with file, line and column.
        message: String,
    },
    /// It took too long.
    #[error("the template `{template}` did not end within {} s and was stopped", deadline.as_secs_f64())]
    Deadline {
        /// Kind and name.
        template: String,
        /// The time it had.
        deadline: Duration,
    },
    /// It wrote too much.
    #[error("the template `{template}` wrote more than {limit} bytes and was stopped")]
    TooLong {
        /// Kind and name.
        template: String,
        /// The bytes it had.
        limit: usize,
    },
}
