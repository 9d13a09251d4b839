//! `instep doctor`: what may be wrong where this program runs, and what it makes of a folder of documents.

use std::io;
use std::path::{Path, PathBuf};

use super::desk::{Desk, Purpose};
use super::failure::{Exit, Failure};
use super::screen::{Line, Role, Screen, counted};
use super::settings::{self, Settled};
use super::table::{Column, Table};
use crate::ops::{
    Checkup, DocumentTrouble, FieldsOptions, FieldsReport, Finding, FolderFields, RawValue, role_by_name,
};
use crate::tree::{At, Disk, FileKind, Located, StateDirs, Tree, TreeError, Vfs as _};

/// Find out what may be wrong where instep runs
#[derive(Debug, clap::Args)]
#[command(after_help = example!("instep doctor", "instep doctor --fields delegation"))]
pub(super) struct Doctor {
    /// Report which fields are recognised in the document PATH, or in those below it
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
        let Some(path) = &self.fields else { return checkup(desk) };
        let found = documents(path)?;
        let report = self.options.report(found.documents.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
        desk.answer("doctor.fields", &report, print);
        for error in &found.unread {
            desk.screen.alarm(Line::new().with(Role::Warning, "warning").plain(format!(": {error}")));
        }
        Ok(if found.unread.is_empty() { Exit::Done } else { Exit::Files })
    }
}

/// Looks at the whole project; what cannot be opened is the first finding, and what needs it is left out.
fn checkup(desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let findings = match desk.open(Purpose::Look) {
        Ok(workspace) => {
            let mut findings = vec![Finding::well("settings", "they can be used")];
            findings.extend(desk.wait(Checkup::default().run(&workspace))?);
            findings
        }
        Err(failure) if failure.exit == Exit::Unreachable => without_database(&failure, desk)?,
        Err(failure) if failure.code == "bad-settings" => vec![not_well("settings", &failure)],
        Err(failure) => return Err(failure),
    };
    desk.answer("doctor", &findings, |findings, screen| {
        let mut table = Table::new([Column::whole("WHAT"), Column::whole("IS"), Column::wrapped("FOUND")]);
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
    Ok(if findings.iter().all(|finding| finding.is_well) { Exit::Done } else { Exit::Problems })
}

fn not_well(what: &str, failure: &Failure) -> Finding {
    let parts = std::iter::once(&failure.message).chain(&failure.causes).chain(&failure.hint);
    let detail = parts.map(String::as_str).collect::<Vec<_>>().join(": ");
    Finding::not_well(what, detail)
}

/// What can be said of the files alone.
fn without_database(failure: &Failure, desk: &mut Desk<'_>) -> Result<Vec<Finding>, Failure> {
    let Settled { project, config, .. } = settings::settle(desk.global, desk.screen)?;
    let project = project?;
    let found = documents(&project.root.join(config.root.value.as_str()))?;
    let all = found.documents.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    let refused = FieldsOptions::default().report(all).refused;
    let counted = counted(found.documents.len(), "document");
    let documents = match refused.as_slice() {
        [] => Finding::well("documents", format!("{counted}, all understood")),
        [first, ..] => {
            let such = format!("such as {}: {}", first.path, first.message);
            Finding::not_well("documents", format!("{} cannot be understood, {such}", refused.len()))
        }
    };
    let readable = match found.unread.as_slice() {
        [] => Finding::well("readable", "no trouble"),
        [first, ..] => Finding::of("readable", first),
    };
    let old = Finding::of_old_databases(&super::stores::embedded_file(&project.state));
    Ok(vec![Finding::well("settings", "they can be used"), not_well("database", failure), documents, readable, old])
}

fn print(report: &FieldsReport, screen: &mut Screen) {
    print_folder(&report.whole, screen);
    if report.folders.len() > 1 {
        for folder in &report.folders {
            screen.data("");
            print_folder(folder, screen);
        }
    }
    print_troubles("Not understood", &report.refused, screen);
    print_troubles("Understood in part", &report.troubles, screen);
}

fn print_troubles(heading: &str, troubles: &[DocumentTrouble], screen: &mut Screen) {
    if troubles.is_empty() {
        return;
    }
    screen.data("");
    screen.data(Line::new().with(Role::Heading, heading));
    for trouble in troubles {
        let place = format!("{}:{}:{}", trouble.path, trouble.line, trouble.column);
        screen.data(Line::new().code(place).plain(format!(": {}", trouble.message)));
    }
}

fn print_folder(folder: &FolderFields, screen: &mut Screen) {
    let counts = format!(": {}, {} without header fields", counted(folder.documents, "document"), folder.bare);
    let name = if folder.folder == "." { "right here" } else { &folder.folder };
    screen.data(Line::new().with(Role::Heading, name).plain(counts));
    let mut table =
        Table::new([Column::whole("FIELD"), Column::number("FOUND"), Column::number("TYPED"), Column::number("RAW")]);
    for count in &folder.fields {
        table.row([
            (Role::Code, count.field.to_string()),
            (Role::Plain, count.found.to_string()),
            (Role::Plain, count.typed.to_string()),
            (if count.raw > 0 { Role::Warning } else { Role::Dim }, count.raw.to_string()),
        ]);
        count.values.iter().for_each(|value| table.under(&shown(value)));
    }
    table.print(screen);
}

/// `3× soon   a/TASK.md:4`, where it was found first.
fn shown(value: &RawValue) -> String {
    format!("{}× {}   {}", value.count, value.raw, value.first)
}

/// Reads the document at `path`, or every one below it, which need not belong to a project; nothing is passed by in
/// silence.
fn documents(path: &Path) -> Result<Found, Failure> {
    let (folder, name) = match path.is_file() {
        true => (path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")), path.file_name()),
        false => (path, None),
    };
    let nowhere = StateDirs { shared: folder.to_owned(), private: folder.to_owned() };
    let disk = Disk::open(&Located { root: folder.to_owned(), git: None, state: nowhere })?;
    let mut found = Found::default();
    if let Some(name) = name {
        found.read(&disk, name.to_string_lossy().into_owned());
        return Ok(found);
    }
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
