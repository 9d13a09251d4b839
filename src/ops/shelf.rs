//! The templates that there are: the built-in ones, and what lies in the folder of the workspace's own.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{OpError, Workspace};
use crate::model::TemplateKind;
use crate::template::{Catalog, MANIFEST, TemplateFolder};
use crate::tree::Below;

/// The workspace's templates by kind and name.
type Folders = BTreeMap<(TemplateKind, String), TemplateFolder>;

/// Every template, and what lies among them and is none.
pub(super) struct Shelf {
    /// The templates; one that could not be read is broken and hinders no other.
    pub(super) catalog: Catalog,
    /// Where the others lie, and why they are none.
    pub(super) strays: Vec<(String, String)>,
}

impl Shelf {
    /// Reads the workspace's own templates.
    ///
    /// # Errors
    /// Their folder cannot be listed.
    pub(super) fn read(ws: &Workspace) -> Result<Self, OpError> {
        let mut folders = Folders::new();
        let mut strays = Vec::new();
        for below in ws.tree.look_below(&ws.tree.layout().templates())? {
            if let Some(why) = put(below.name.clone(), below, &mut folders) {
                strays.push(why);
            }
        }
        strays.dedup();
        Ok(Self { catalog: Catalog::new(folders.into_values()), strays })
    }
}

/// Puts a file or folder into the template that it is part of; says why where there is none.
fn put(path: String, below: Below, folders: &mut Folders) -> Option<(String, String)> {
    let parts: Vec<&str> = path.split('/').collect();
    let stray = |why: String| Some((path.clone(), why));
    let (kind, name, file) = match parts.as_slice() {
        [kind] => match (TemplateKind::from_word(kind), below.read) {
            (_, Ok(_)) => return None,
            (_, Err(error)) => return stray(error.to_string()),
        },
        // People keep other things there as well; only what is made like a template was meant to be one.
        [kind, .., file] if TemplateKind::from_word(kind).is_none() => {
            let is_meant = file.ends_with(".tera") || *file == MANIFEST;
            return is_meant.then(|| ((*kind).to_owned(), format!("`{kind}` is no kind of template")));
        }
        [_, file] if matches!(below.read, Ok(Some(_))) => {
            return if file.ends_with(".tera") { stray("it lies in no folder of a template".into()) } else { None };
        }
        [kind, name, file @ ..] => (TemplateKind::from_word(kind)?, (*name).to_owned(), file.join("/")),
        [] => return None,
    };
    let fresh = || TemplateFolder { kind, name: name.clone(), files: BTreeMap::new(), fault: None };
    let folder = folders.entry((kind, name.clone())).or_insert_with(fresh);
    let text = match below.read {
        Ok(None) => return None,
        Ok(Some(bytes)) => String::from_utf8(bytes).map_err(|_| format!("{file} is not UTF-8")),
        Err(error) => Err(error.to_string()),
    };
    match text {
        Ok(text) => drop(folder.files.insert(file, text)),
        Err(fault) => drop(folder.fault.get_or_insert(fault)),
    }
    None
}

/// What every template may use: the day, the project, and the settings of it.
pub(super) fn offered(ws: &Workspace) -> BTreeMap<String, Value> {
    let settings = ws.config.variables.iter().map(|(name, setting)| (name.clone(), setting.value.clone()));
    let mut offered: BTreeMap<String, Value> = settings.collect();
    offered.insert("today".into(), today(ws).into());
    offered.insert("project".into(), ws.config.name.as_ref().map_or(Value::Null, |name| name.value.clone().into()));
    offered
}

/// The day, as templates and documents write it.
fn today(ws: &Workspace) -> String {
    ws.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_all(all: &[(&str, Option<&[u8]>)]) -> (Folders, Vec<(String, String)>) {
        let mut folders = Folders::new();
        let below = |(name, bytes): &(&str, Option<&[u8]>)| Below {
            name: (*name).to_owned(),
            read: Ok(bytes.map(<[u8]>::to_vec)),
        };
        let strays = all.iter().filter_map(|one| put(one.0.to_owned(), below(one), &mut folders)).collect();
        (folders, strays)
    }

    #[test]
    fn folders_and_files_become_templates_and_what_is_none_is_told() {
        let (folders, strays) = put_all(&[
            ("GUIDE.md", Some(b"how")),
            ("nokind", None),
            ("nokind/x", None),
            ("nokind/x/TASK.md.tera", Some(b"x")),
            ("task", None),
            ("task/lost.tera", Some(b"x")),
            ("task/empty", None),
            ("task/odd", None),
            ("task/odd/TASK.md.tera", Some(b"\xff")),
        ]);
        let names: Vec<_> = folders.values().map(|folder| (folder.name.as_str(), folder.fault.as_deref())).collect();
        assert_eq!(names, [("empty", None), ("odd", Some("TASK.md.tera is not UTF-8"))]);
        let strays: Vec<_> = strays.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(strays, ["nokind", "task/lost.tera"]);
    }
}
