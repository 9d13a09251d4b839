//! Lists, shows and checks templates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shelf::{Shelf, offered};
use super::{OpError, Workspace, made};
use crate::model::{TemplateKind, nearest};
use crate::template::{Catalog, Checked, Entry, Limits, Place, Template, Trial, Variable, VariableType, check};

/// List the templates.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
pub struct TemplateList {}

/// Show what a template is for and which variables it takes.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct TemplateShow {
    /// Which one, as KIND/NAME; `default` where no name is given
    #[arg(value_name = "KIND[/NAME]")]
    pub template: String,
}

/// Check that templates are sound and render.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TemplateCheck {
    /// Which one, as KIND/NAME; all where none is given
    #[arg(value_name = "KIND[/NAME]")]
    pub template: Option<String>,
}

/// One template.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TemplateView {
    /// `KIND/NAME`.
    pub template: String,
    /// `built-in`, or where it lies.
    pub place: String,
    /// What it is for.
    pub help: String,
    /// What it takes.
    pub variables: Vec<VariableView>,
    /// The files that it makes.
    pub files: Vec<String>,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One variable of a template.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct VariableView {
    /// Its name.
    pub name: String,
    /// Whether a value must be given.
    pub required: bool,
    /// What it is where none is given.
    pub default: Option<Value>,
    /// What it is for.
    pub help: String,
    /// What kind of value it takes.
    #[serde(rename = "type")]
    #[schemars(with = "String")]
    pub kind: VariableType,
    /// The only values that it takes; empty where every value is good.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// A value that shows how it is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

/// What a check of one template found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TemplateVerdict {
    /// `KIND/NAME`.
    pub template: String,
    /// Whether it renders, and what comes out can be kept in step.
    pub is_sound: bool,
    /// What is wrong.
    pub findings: Vec<String>,
    /// What is strange and hinders nobody.
    pub remarks: Vec<String>,
}

impl TemplateList {
    /// Reads them.
    ///
    /// # Errors
    /// The folder of the workspace's templates cannot be read.
    pub async fn run(self, ws: &Workspace) -> Result<Vec<TemplateView>, OpError> {
        let shelf = Shelf::read(ws)?;
        let strays = shelf.strays.iter().map(|(path, why)| stray(path, why));
        Ok(shelf.catalog.list().map(view).chain(strays).collect())
    }
}

impl TemplateShow {
    /// Reads it.
    ///
    /// # Errors
    /// There is none of that name, or it is broken.
    pub async fn run(self, ws: &Workspace) -> Result<TemplateView, OpError> {
        let catalog = Shelf::read(ws)?.catalog;
        let (kind, name) = named(&self.template, &catalog)?;
        catalog.get(kind, &name)?;
        let entry = catalog.list().find(|entry| entry.kind == kind && entry.name == name);
        Ok(view(entry.expect("what can be got is listed")))
    }
}

impl TemplateCheck {
    /// Renders each with made-up values.
    ///
    /// # Errors
    /// There is none of that name; the folder of the workspace's templates cannot be read.
    pub async fn run(self, ws: &Workspace) -> Result<Vec<TemplateVerdict>, OpError> {
        let Shelf { catalog, strays } = Shelf::read(ws)?;
        let wanted = self.template.as_deref().map(|template| named(template, &catalog)).transpose()?;
        if let Some((kind, name)) = &wanted {
            catalog.get(*kind, name)?;
        }
        let is_wanted = |checked: &Checked| {
            wanted.as_ref().is_none_or(|(kind, name)| checked.kind == *kind && checked.name == *name)
        };
        let judge = |kind, files: &[_]| made::faults(ws.tree.layout(), kind, files);
        let named = ["code", "title"].map(|name| (name.to_owned(), Value::from(format!("some-{name}"))));
        let offered = offered(ws).into_iter().chain(named).collect();
        let trial = Trial { offered, limits: Limits::default(), judge: &judge };
        let strays = strays.into_iter().filter(|_| wanted.is_none());
        let strays = strays.map(|(template, why)| TemplateVerdict {
            template,
            is_sound: false,
            findings: vec![why],
            remarks: Vec::new(),
        });
        Ok(check(&catalog, &trial).into_iter().filter(is_wanted).map(verdict).chain(strays).collect())
    }
}

fn named(text: &str, catalog: &Catalog) -> Result<(TemplateKind, String), OpError> {
    let (kind, name) = text.split_once('/').unwrap_or((text, crate::template::DEFAULT));
    match TemplateKind::from_word(kind) {
        Some(kind) => Ok((kind, name.to_owned())),
        None => Err(unknown_kind(text, kind, catalog)),
    }
}

/// Whoever writes a name alone is told where it is.
fn unknown_kind(text: &str, kind: &str, catalog: &Catalog) -> OpError {
    let known: Vec<String> = TemplateKind::ALL.iter().map(ToString::to_string).collect();
    let named = catalog.list().filter(|entry| entry.name.eq_ignore_ascii_case(text));
    let mut offered: Vec<String> = named.map(|entry| format!("{}/{}", entry.kind, entry.name)).collect();
    if offered.is_empty() {
        offered.extend(nearest(kind, known.iter().map(String::as_str)).into_iter().map(str::to_owned));
    }
    OpError::Unknown { what: "kind of template".into(), value: kind.to_owned(), known, nearest: offered }
}

/// Something that lies among the templates and is none.
fn stray(path: &str, why: &str) -> TemplateView {
    TemplateView {
        template: path.to_owned(),
        place: "workspace".to_owned(),
        help: String::new(),
        variables: Vec::new(),
        files: Vec::new(),
        error: Some(why.to_owned()),
    }
}

fn view(entry: &Entry) -> TemplateView {
    let template = format!("{}/{}", entry.kind, entry.name);
    let place = match entry.place {
        Place::BuiltIn => "built-in".to_owned(),
        Place::Workspace => "workspace".to_owned(),
    };
    match &entry.template {
        Ok(sound) => TemplateView { template, place, error: None, ..sound_view(sound) },
        Err(error) => {
            let error = Some(error.to_string());
            TemplateView { template, place, help: String::new(), variables: Vec::new(), files: Vec::new(), error }
        }
    }
}

fn sound_view(template: &Template) -> TemplateView {
    let variable = |variable: &Variable| VariableView {
        name: variable.name.clone(),
        required: variable.required,
        default: variable.default.clone(),
        help: variable.help.clone(),
        kind: variable.kind,
        choices: variable.choices.clone(),
        example: variable.example.clone(),
    };
    TemplateView {
        template: String::new(),
        place: String::new(),
        help: template.manifest.help.clone(),
        variables: template.manifest.variables.iter().map(variable).collect(),
        files: template.manifest.files.iter().map(|file| file.to.clone()).collect(),
        error: None,
    }
}

fn verdict(checked: Checked) -> TemplateVerdict {
    let template = format!("{}/{}", checked.kind, checked.name);
    let Checked { problems, remarks, .. } = checked;
    TemplateVerdict { template, is_sound: problems.is_empty(), findings: problems, remarks }
}
