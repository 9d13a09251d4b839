//! `template.toml`: what a template is for, which variables it takes, and what it makes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Position;

/// Name of the file in a template's folder.
pub const MANIFEST: &str = "template.toml";

/// Ending of the files that are rendered.
pub(super) const ENDING: &str = ".tera";

/// What a template says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What the template is for.
    pub help: String,
    /// The variables that it takes, in the order in which people are told of them.
    #[serde(default, rename = "variable")]
    pub variables: Vec<Variable>,
    /// What it makes; each `.tera` file makes one where nothing is said.
    #[serde(default, rename = "file")]
    pub files: Vec<OutputFile>,
    /// Whether the folder has no manifest, and this one was guessed from its files.
    #[serde(skip_deserializing)]
    pub is_guessed: bool,
}

/// One variable of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What to write into it.
    #[serde(default)]
    pub help: String,
    /// What kind of value it takes.
    #[serde(default, rename = "type")]
    pub kind: VariableType,
    /// Whether there is no text without it.
    #[serde(default)]
    pub required: bool,
    /// Its value where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The only values that it takes; empty where every value is good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// A value that shows how it is meant; `check` renders with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

/// What kind of value a variable takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableType {
    /// A text of one or more lines.
    #[default]
    Text,
    /// Several texts; a single text gives one for each of its lines.
    List,
    /// A number.
    Number,
    /// True or false.
    Flag,
}

/// One file that a template makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputFile {
    /// The `.tera` file that it is made from.
    pub from: String,
    /// Its name; a template itself.
    pub to: String,
    /// The flag without which it is not made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}

impl Manifest {
    /// Reads the text of a manifest for a folder with these files.
    ///
    /// # Errors
    /// Says what is wrong, with line and column.
    pub(super) fn read(text: &str, files: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut manifest: Self = toml::from_str(text).map_err(|error| {
            let at = Position::of(text, error.span().map_or(0, |span| span.start));
            format!("{MANIFEST}:{}:{}: {}", at.line, at.column, error.message())
        })?;
        if manifest.files.is_empty() {
            manifest.files = output_files(files);
        }
        manifest.contradiction(files).map_or(Ok(manifest), |message| Err(format!("{MANIFEST}: {message}")))
    }

    /// A manifest for a folder that has none, from the variables that its files use.
    pub(super) fn guess(files: &BTreeMap<String, String>, used: impl IntoIterator<Item = String>) -> Self {
        let variable = |name| Variable {
            name,
            help: String::new(),
            kind: VariableType::Text,
            required: false,
            default: None,
            choices: Vec::new(),
            example: None,
        };
        Self {
            help: String::new(),
            variables: used.into_iter().map(variable).collect(),
            files: output_files(files),
            is_guessed: true,
        }
    }

    /// The first thing that cannot be meant.
    fn contradiction(&self, files: &BTreeMap<String, String>) -> Option<String> {
        let declared = |name: &str| self.variables.iter().filter(|variable| variable.name == name).count();
        let twice = self.variables.iter().find(|variable| declared(&variable.name) > 1);
        let both = self.variables.iter().find(|variable| variable.required && variable.default.is_some());
        let missing = self.files.iter().find(|file| !file.from.ends_with(ENDING) || !files.contains_key(&file.from));
        let flag = self.files.iter().filter_map(|file| file.when.as_deref()).find(|when| declared(when) == 0);
        None.or_else(|| twice.map(|v| format!("the variable `{}` is declared twice", v.name)))
            .or_else(|| both.map(|v| format!("the variable `{}` is required and has a default", v.name)))
            .or_else(|| missing.map(|file| format!("there is no `{}` to make a file from", file.from)))
            .or_else(|| flag.map(|when| format!("the variable `{when}` is not declared")))
            .or_else(|| self.files.is_empty().then(|| format!("there is no file that ends in `{ENDING}`")))
    }
}

/// Each `.tera` file makes the file without that ending; those that begin with `_` are only there to be included.
fn output_files(files: &BTreeMap<String, String>) -> Vec<OutputFile> {
    let output = |from: &String| {
        let to = from.strip_suffix(ENDING).filter(|to| !to.is_empty() && !to.starts_with('_'))?;
        Some(OutputFile { from: from.clone(), to: to.to_owned(), when: None })
    };
    files.keys().filter_map(output).collect()
}
