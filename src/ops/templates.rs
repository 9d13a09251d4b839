//! Lists, shows and checks templates.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{OpError, Workspace};
use crate::model::TemplateKind;
use crate::template::{Catalog, Checked, Entry, Limits, Place, Template, TemplateFolder, Variable, check};

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
}

/// What a check of one template found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TemplateVerdict {
    /// `KIND/NAME`.
    pub template: String,
    /// Whether it renders.
    pub is_sound: bool,
    /// What is wrong, or worth knowing.
    pub findings: Vec<String>,
}

impl TemplateList {
    /// Reads them.
    ///
    /// # Errors
    /// The folder of the workspace's templates cannot be read.
    pub async fn run(self, ws: &Workspace) -> Result<Vec<TemplateView>, OpError> {
        Ok(catalog(ws)?.list().map(view).collect())
    }
}

impl TemplateShow {
    /// Reads it.
    ///
    /// # Errors
    /// There is none of that name, or it is broken.
    pub async fn run(self, ws: &Workspace) -> Result<TemplateView, OpError> {
        let (kind, name) = named(&self.template)?;
        let catalog = catalog(ws)?;
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
        let wanted = self.template.as_deref().map(named).transpose()?;
        let catalog = catalog(ws)?;
        if let Some((kind, name)) = &wanted {
            catalog.get(*kind, name)?;
        }
        let is_wanted = |checked: &Checked| {
            wanted.as_ref().is_none_or(|(kind, name)| checked.kind == *kind && checked.name == *name)
        };
        Ok(check(&catalog, Limits::default()).into_iter().filter(is_wanted).map(verdict).collect())
    }
}

/// All templates: the built-in ones, and those of the workspace in their place or beside them.
///
/// # Errors
/// The folder of the workspace's templates cannot be read.
pub(super) fn catalog(ws: &Workspace) -> Result<Catalog, OpError> {
    let root = ws.tree.layout().templates();
    let mut folders: BTreeMap<(TemplateKind, String), BTreeMap<String, String>> = BTreeMap::new();
    for (path, read) in ws.tree.read_below(&root)? {
        let below: Vec<&str> = path.parts().skip(root.parts().count()).collect();
        let [kind, name, file @ ..] = below.as_slice() else { continue };
        let (Some(kind), Ok(text)) = (TemplateKind::from_word(kind), String::from_utf8(read.bytes)) else { continue };
        folders.entry((kind, (*name).to_owned())).or_default().insert(file.join("/"), text);
    }
    let folder = |((kind, name), files)| TemplateFolder { kind, name, files };
    Ok(Catalog::new(folders.into_iter().map(folder)))
}

/// The day, as templates and documents write it.
pub(super) fn today(ws: &Workspace) -> String {
    ws.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

fn named(text: &str) -> Result<(TemplateKind, String), OpError> {
    let (kind, name) = text.split_once('/').unwrap_or((text, crate::template::DEFAULT));
    let known = || TemplateKind::ALL.iter().map(ToString::to_string).collect::<Vec<_>>();
    let parsed = TemplateKind::from_word(kind).ok_or_else(|| OpError::unknown("kind of template", kind, known()))?;
    Ok((parsed, name.to_owned()))
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
    TemplateVerdict { template, is_sound: checked.problems.is_empty(), findings: checked.problems }
}
