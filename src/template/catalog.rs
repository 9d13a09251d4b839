//! Which templates there are.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::manifest::ENDING;
use super::{MANIFEST, Manifest, TemplateError, builtin, engine};
use crate::model::{TemplateKind, did_you_mean};

/// A folder with a template, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFolder {
    /// What it makes: the name of the folder around it.
    pub kind: TemplateKind,
    /// Its name.
    pub name: String,
    /// The texts of its files by their names.
    pub files: BTreeMap<String, String>,
    /// What of it could not be read, and why.
    pub fault: Option<String>,
}

/// Where a template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// It is part of the program.
    BuiltIn,
    /// It lies in the workspace.
    Workspace,
}

/// A template that can be rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// What it makes.
    pub kind: TemplateKind,
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The texts of its `.tera` files by their names.
    pub(super) sources: BTreeMap<String, String>,
}

/// One template of a catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What it makes.
    pub kind: TemplateKind,
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub place: Place,
    /// The template, or why its folder is none.
    pub template: Result<Template, TemplateError>,
}

/// All templates, built-in ones and those of the workspace.
#[derive(Debug, Clone)]
pub struct Catalog {
    entries: BTreeMap<(TemplateKind, String), Entry>,
}

impl Catalog {
    /// Takes the built-in templates, and `workspace` folders in the place of those of the same kind and name.
    ///
    /// A folder that is no template stays in its place: the built-in one would be a silent surprise.
    pub fn new(workspace: impl IntoIterator<Item = TemplateFolder>) -> Self {
        let built_in = builtin::folders().map(|folder| (Place::BuiltIn, folder));
        let own = workspace.into_iter().map(|folder| (Place::Workspace, folder));
        let entry = |(place, folder): (Place, TemplateFolder)| {
            let (kind, name) = (folder.kind, folder.name.clone());
            ((kind, name.clone()), Entry { kind, name, place, template: Template::new(folder) })
        };
        Self { entries: built_in.chain(own).map(entry).collect() }
    }

    /// Every template, by kind and name.
    pub fn list(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The template of that kind and name.
    ///
    /// # Errors
    /// Where there is none, or its folder is no template.
    pub fn get(&self, kind: TemplateKind, name: &str) -> Result<&Template, TemplateError> {
        match self.entries.get(&(kind, name.to_owned())) {
            Some(entry) => entry.template.as_ref().map_err(Clone::clone),
            None => Err(self.unknown(kind, name)),
        }
    }

    fn unknown(&self, kind: TemplateKind, name: &str) -> TemplateError {
        let known: Vec<&str> =
            self.list().filter(|entry| entry.kind == kind).map(|entry| entry.name.as_str()).collect();
        let hint = did_you_mean(name, known.iter().copied());
        TemplateError::Unknown { kind, name: name.into(), known: known.join(", "), hint }
    }
}

impl Template {
    fn new(folder: TemplateFolder) -> Result<Self, TemplateError> {
        let label = format!("{}/{}", folder.kind, folder.name);
        let broken = |message| TemplateError::Broken { template: label.clone(), message };
        if let Some(fault) = folder.fault {
            return Err(broken(fault));
        }
        let sources: BTreeMap<String, String> = folder
            .files
            .iter()
            .filter(|(name, _)| name.ends_with(ENDING))
            .map(|(n, t)| (n.clone(), t.clone()))
            .collect();
        let manifest = match folder.files.get(MANIFEST) {
            Some(text) => Manifest::read(text, &folder.files).map_err(broken)?,
            None => {
                let tera = engine::load(&sources, &Arc::default()).map_err(broken)?;
                Manifest::guess(&sources, engine::used(&tera, &sources))
            }
        };
        if manifest.files.is_empty() {
            return Err(broken(format!("it has no file that ends in `{ENDING}`")));
        }
        Ok(Self { kind: folder.kind, name: folder.name, manifest, sources })
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(kind: TemplateKind, name: &str, files: &[(&str, &str)]) -> TemplateFolder {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        TemplateFolder { kind, name: name.into(), files, fault: None }
    }

    #[test]
    fn a_folder_that_could_not_be_read_is_told_and_hinders_no_other() {
        let fault = Some("TASK.md.tera: is not UTF-8".to_owned());
        let unread = TemplateFolder { fault, ..folder(TemplateKind::Task, "odd", &[]) };
        let catalog = Catalog::new([unread, folder(TemplateKind::Task, "small", &[("TASK.md.tera", "small")])]);
        let error = catalog.get(TemplateKind::Task, "odd").expect_err("it was not read").to_string();
        assert_eq!(error, "the template `task/odd` cannot be used: TASK.md.tera: is not UTF-8");
        assert!(catalog.get(TemplateKind::Task, "small").is_ok() && catalog.get(TemplateKind::Task, "default").is_ok());
    }

    #[test]
    fn there_is_a_built_in_template_of_every_kind() {
        let catalog = Catalog::new([]);
        for &kind in TemplateKind::ALL {
            let template = catalog.get(kind, "default").expect("a built-in template");
            assert!(!template.manifest.help.is_empty() && !template.manifest.is_guessed, "{template}");
        }
    }

    #[test]
    fn a_folder_of_the_workspace_takes_the_place_of_a_built_in_one_as_a_whole() {
        let own = folder(TemplateKind::Task, "default", &[("TASK.md.tera", "mine"), ("README.md", "not rendered")]);
        let catalog = Catalog::new([own, folder(TemplateKind::Task, "small", &[("TASK.md.tera", "small")])]);
        let tasks: Vec<(&str, Place)> = catalog
            .list()
            .filter(|entry| entry.kind == TemplateKind::Task)
            .map(|entry| (entry.name.as_str(), entry.place))
            .collect();
        assert_eq!(tasks, [("default", Place::Workspace), ("small", Place::Workspace)]);
        let template = catalog.get(TemplateKind::Task, "default").expect("a good template");
        assert_eq!(template.manifest.files.len(), 1);
    }

    #[test]
    fn a_broken_folder_is_told_and_does_not_fall_back_to_the_built_in_one() {
        for (files, message) in [
            (&[("template.toml", "help = 1\n"), ("a.tera", "")][..], "template.toml:1:8: invalid type"),
            (
                &[("template.toml", "help = \"\"\nhlep = \"\"\n"), ("a.tera", "")],
                "template.toml:2:1: unknown field `hlep`",
            ),
            (&[("template.toml", "help = \"\"\n")], "there is no file that ends in `.tera`"),
            (&[("README.md", "x")], "it has no file that ends in `.tera`"),
            (&[("a.tera", "x\n{{ a | nofilter }}")], "a.tera:2:8: Unknown filter `nofilter`"),
            (&[("a.tera", "x\n{% for %}")], "a.tera:2:8: "),
            (
                &[("template.toml", "help = \"\"\n[[file]]\nfrom = \"b.tera\"\nto = \"b\"\n"), ("a.tera", "")],
                "there is no `b.tera`",
            ),
        ] {
            let catalog = Catalog::new([folder(TemplateKind::Adr, "default", files)]);
            let error = catalog.get(TemplateKind::Adr, "default").expect_err(message).to_string();
            assert!(error.starts_with("the template `adr/default` cannot be used: "), "{error}");
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_those_that_there_are() {
        let error = Catalog::new([]).get(TemplateKind::Task, "defualt").expect_err("no such template");
        assert_eq!(
            error.to_string(),
            "there is no template `task/defualt`; there are default; did you mean `default`?"
        );
    }

    #[test]
    fn too_large_a_folder_is_refused() {
        let large = "x".repeat(300 * 1024);
        let catalog = Catalog::new([folder(TemplateKind::Task, "default", &[("a.tera", &large)])]);
        assert!(catalog.get(TemplateKind::Task, "default").is_err());
    }
}
