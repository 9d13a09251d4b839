//! `instep doctor`: what may be wrong where this program runs, and what it makes of a folder of documents.

use std::io;
use std::path::{Path, PathBuf};

use super::desk::{Desk, Purpose};
use super::failure::{Exit, Failure};
use super::screen::{Line, Role, Screen, counted};
use super::table::{Column, Table};
use crate::ops::{Checkup, FieldsOptions, FieldsReport, FolderFields, RawValue, role_by_name};
use crate::tree::{At, Disk, FileKind, Located, StateDirs, Tree, TreeError, Vfs as _};

/// Find out what may be wrong where instep runs
#[derive(Debug, clap::Args)]
#[command(after_help = example!("instep doctor", "instep doctor --fields delegation"))]
pub(super) struct Doctor {
    /// Report which fields are recognised in the documents below PATH
    #[arg(long, value_name = "PATH")]
    fields: Option<PathBuf>,
    #[command(flatten)]
    options: FieldsOptions,
}

/// The documents below a folder.
#[derive(Default)]
struct Found {
    documents: Vec<(String, Vec<u8>)>,
    unread: Vec<TreeError>,
}

impl Doctor {
    pub(super) fn run(&self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        let Some(folder) = &self.fields else { return checkup(desk) };
        let found = documents(folder)?;
        let report = self.options.report(found.documents.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
        desk.answer("doctor.fields", &report, print);
        for error in &found.unread {
            desk.screen.alarm(Line::new().with(Role::Warning, "warning").plain(format!(": {error}")));
        }
        Ok(if found.unread.is_empty() { Exit::Done } else { Exit::Files })
    }
}

/// Looks at the whole project.
fn checkup(desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let workspace = desk.open(Purpose::Look)?;
    let findings = desk.wait(Checkup::default().run(&workspace))?;
    desk.answer("doctor", &findings, |findings, screen| {
        let mut table = Table::new([Column::whole("WHAT"), Column::whole("IS"), Column::cut_first("FOUND")]);
        for finding in findings {
            let (role, word, detail) = if finding.is_well {
                (Role::Success, "well", Role::Dim)
            } else {
                (Role::Error, "not well", Role::Plain)
            };
            table.row([(Role::Plain, finding.what.clone()), (role, word.into()), (detail, finding.detail.clone())]);
        }
        table.print(screen);
    });
    Ok(if findings.iter().all(|finding| finding.is_well) { Exit::Done } else { Exit::Failed })
}

fn print(report: &FieldsReport, screen: &mut Screen) {
    print_folder(&report.whole, screen);
    if report.folders.len() > 1 {
        for folder in &report.folders {
            screen.data("");
            print_folder(folder, screen);
        }
    }
    if !report.refused.is_empty() {
        screen.data("");
        screen.data(Line::new().with(Role::Heading, "Not understood"));
    }
    for refused in &report.refused {
        let place = format!("{}:{}:{}", refused.path, refused.line, refused.column);
        screen.data(Line::new().code(place).plain(format!(": {}", refused.message)));
    }
}

fn print_folder(folder: &FolderFields, screen: &mut Screen) {
    let counts = format!(": {}, {} without fields", counted(folder.documents, "document"), folder.bare);
    screen.data(Line::new().with(Role::Heading, &folder.folder).plain(counts));
    let mut table = Table::new([
        Column::whole("FIELD"),
        Column::number("FOUND"),
        Column::number("TYPED"),
        Column::number("RAW"),
        Column::cut_first("RAW VALUES, MOST FREQUENT FIRST"),
    ]);
    for count in &folder.fields {
        let values: Vec<String> = count.values.iter().map(shown).collect();
        table.row([
            (Role::Code, count.field.to_string()),
            (Role::Plain, count.found.to_string()),
            (Role::Plain, count.typed.to_string()),
            (if count.raw > 0 { Role::Warning } else { Role::Dim }, count.raw.to_string()),
            (Role::Plain, values.join(", ")),
        ]);
    }
    table.print(screen);
}

/// `soon (3, first in a/TASK.md:4)`
fn shown(value: &RawValue) -> String {
    format!("`{}` ({}, first in {})", value.raw, value.count, value.first)
}

/// Reads every document below `path`, which need not belong to a project; nothing is passed by in silence.
fn documents(path: &Path) -> Result<Found, Failure> {
    let nowhere = StateDirs { shared: path.to_owned(), private: path.to_owned() };
    let disk = Disk::open(&Located { root: path.to_owned(), git: None, state: nowhere })?;
    let mut found = Found::default();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        folders.extend(found.read_folder(&disk, &folder));
    }
    found.documents.sort();
    Ok(found)
}

impl Found {
    /// Reads the documents of one folder and returns the folders in it.
    fn read_folder(&mut self, disk: &Disk, folder: &str) -> Vec<String> {
        let entries = disk.list(At::project(folder)).unwrap_or_else(|error| self.lost("list", disk, folder, error));
        let mut folders = Vec::new();
        for entry in entries {
            let name = String::from_utf8_lossy(&entry.name);
            let path = if folder.is_empty() { name.clone().into_owned() } else { format!("{folder}/{name}") };
            match entry.kind {
                FileKind::Folder if name != ".git" => folders.push(path),
                FileKind::File if role_by_name(&path).is_some() => self.read(disk, path),
                _ => {}
            }
        }
        folders
    }

    fn read(&mut self, disk: &Disk, path: String) {
        match disk.read(At::project(&path), Tree::MAX_FILE) {
            Ok(file) => self.documents.push((path, file.bytes)),
            Err(error) => self.lost("read", disk, &path, error),
        }
    }

    fn lost<T: Default>(&mut self, deed: &'static str, disk: &Disk, path: &str, source: io::Error) -> T {
        self.unread.push(TreeError::Io { deed, path: disk.show(At::project(path)), source });
        T::default()
    }
}
