//! The templates that are part of the program; their texts lie in `templates/` beside the sources.

use std::collections::BTreeMap;

use super::TemplateFolder;
use crate::model::TemplateKind;

/// The texts of one folder below `templates/`, by their names.
macro_rules! folder {
    ($kind:ident, $path:literal: $($file:literal),+) => {
        Folder {
            kind: TemplateKind::$kind,
            files: &[$(($file, include_str!(concat!("../../templates/", $path, "/", $file)))),+],
        }
    };
}

struct Folder {
    kind: TemplateKind,
    files: &'static [(&'static str, &'static str)],
}

const FOLDERS: &[Folder] = &[
    folder!(Sprint, "sprint/default": "template.toml", "SPRINT.md.tera"),
    folder!(Task, "task/default": "template.toml", "TASK.md.tera", "AGENT.yml.tera"),
    folder!(Agent, "agent/default": "template.toml", "agent.yml.tera"),
    folder!(Adr, "adr/default": "template.toml", "ADR.md.tera"),
    folder!(Bug, "bug/default": "template.toml", "TASK.md.tera"),
    folder!(Embedded, "embedded/default": "template.toml", "TASK.md.tera"),
];

/// Name of the built-in template of every kind.
pub const DEFAULT: &str = "default";

/// The built-in templates, one of each kind.
pub(super) fn folders() -> impl Iterator<Item = TemplateFolder> {
    FOLDERS.iter().map(|folder| {
        let files = folder.files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        TemplateFolder { kind: folder.kind, name: DEFAULT.to_owned(), files: BTreeMap::from_iter(files), fault: None }
    })
}
