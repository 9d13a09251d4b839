//! `instep conflict`: what waits for a person, and how they decide it.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use clap::Subcommand;

use super::both;
use super::desk::{Desk, Purpose};
use super::failure::{Exit, Failure};
use super::report;
use super::screen::{Line, Role, Screen, Talk, counted};
use super::table::{Column, Table, pairs};
use crate::model::{ConflictKind, ConflictState};
use crate::ops::{
    ConflictList, ConflictShow, ConflictView, Diff, NewId, OpError, TakeDatabase, TakeEdited, TakeFile, Workspace,
    difference,
};
use crate::sync::SyncReport;
use crate::tree::read_outside;

/// How many lines of a text are shown where nobody asked for details.
const SHOWN: usize = 20;

/// The largest file that is looked at before and after it was edited, in bytes; no document is larger.
const MAX_EDITED: u64 = 16 << 20;

/// List and decide what both sides changed differently
#[derive(Debug, Subcommand)]
pub(super) enum Conflict {
    /// List what waits for a decision
    #[command(after_help = concat!(
        "\x1b[1mKinds:\x1b[0m\n",
        "  field          both changed one value; the database's\n",
        "                 counts, the file's is kept\n",
        "  body           both changed the same lines; neither\n",
        "                 side is touched\n",
        "  no-base        the text derives from nothing that the\n",
        "                 database knows\n",
        "  invalid        the database has a value that the\n",
        "                 document cannot say\n",
        "  two-places     two places of one field changed\n",
        "                 differently\n",
        "  superseded     a later value took its place; nobody\n",
        "                 has to decide that\n",
        "  edit-delete    one side changed it, the other deleted\n",
        "  delete-edit    it, and the other way round\n",
        "  create-create  both made something in one place\n",
        "  path           both moved it, to different places\n",
        "  path-taken     something else is where it belongs\n",
        "  duplicate-id   two documents bear one id\n",
        "  id-replaced    the document that was there bears\n",
        "                 another id\n",
        "  orphan         its sprint does not exist\n",
        "  row-missing    the database lost it, and nobody\n",
        "                 deleted it\n\n",
        example!("instep conflict list")
    ))]
    List(ConflictList),
    /// Show one conflict: what both sides had, and what each made of it
    #[command(after_help = example!("instep conflict show 1f3a"))]
    Show(ConflictShow),
    /// Decide conflicts: what the file said counts
    ///
    /// Where two files of a task say different things of one field, TASK.md's counts in both, or that of the file which
    /// `--of` names. Of `id-replaced`, the document that lies there now stays, and the one that was there before is deleted. Of
    /// `delete-edit`, what was removed is deleted, a sprint with all its tasks.
    #[command(after_help = example!("instep conflict take-file 1f3a"))]
    TakeFile(TakeFile),
    /// Decide conflicts: what the database says counts
    ///
    /// Of `id-replaced`, the document that lies there now goes back to where the database has it, and the one that was there
    /// before is written again. Of the `orphan` of a sprint, its SPRINT.md is written again.
    #[command(after_help = example!("instep conflict take-db 1f3a"))]
    TakeDb(TakeDatabase),
    /// Decide a conflict by hand: edit the file; what it says then counts
    #[command(after_help = example!("instep conflict edit 1f3a"))]
    Edit(ConflictShow),
    /// Give a copied document an id of its own
    #[command(after_help = example!("instep conflict new-id delegation/backlog/copy"))]
    NewId(NewId),
}

impl Conflict {
    pub(super) fn run(self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        match self {
            Self::List(op) => {
                desk.look("conflict.list", async |ws| op.run(ws).await, |all, screen| print_list(all, screen))
            }
            Self::Show(op) => desk.look("conflict.show", async |ws| op.run(ws).await, print_one),
            Self::TakeFile(op) => decide("conflict.take-file", desk, async |ws| op.run(ws).await),
            Self::TakeDb(op) => decide("conflict.take-db", desk, async |ws| op.run(ws).await),
            Self::Edit(op) => edit(op, desk),
            Self::NewId(op) => new_id(op, desk),
        }
    }
}

fn decide(
    kind: &str,
    desk: &mut Desk<'_>,
    work: impl AsyncFnOnce(&Workspace) -> Result<SyncReport, OpError>,
) -> Result<Exit, Failure> {
    let workspace = desk.open(Purpose::Change)?;
    let report = desk.wait(work(&workspace))?;
    desk.answer(kind, &report, report::print_decision);
    Ok(Exit::Done)
}

fn print_list(all: &[ConflictView], screen: &mut Screen) {
    if all.is_empty() {
        return screen.say(Line::new().with(Role::Success, "in step").plain(": nothing waits for a decision"));
    }
    let columns = ["ID", "KIND", "REF", "FIELD", "FILE", "DATABASE", "DECIDED"].map(|heading| match heading {
        "FILE" | "DATABASE" => Column::cut_first(heading),
        "REF" => Column::reference(heading),
        _ => Column::whole(heading),
    });
    // Where only those are listed that wait, none is decided.
    let shown = if all.iter().all(|view| view.state == ConflictState::Open) { 6 } else { 7 };
    let mut table = Table::new(&columns[..shown]);
    for view in all {
        let [file, row] = sides(view);
        let kind = if view.state == ConflictState::Open { Role::Warning } else { Role::Dim };
        let cells = [
            (Role::Code, view.short.clone()),
            (kind, view.kind.word().into()),
            (Role::Code, view.reference.clone().unwrap_or_else(|| view.path.clone())),
            (Role::Plain, view.field.clone().unwrap_or_default()),
            (Role::Plain, with_elsewhere(view, file)),
            (Role::Plain, row.to_owned()),
            (Role::Dim, decided(view).to_owned()),
        ];
        table.row(cells.into_iter().take(shown));
    }
    table.print(screen);
}

/// What the file and the database say; where one of them is gone, what each of them did.
fn sides(view: &ConflictView) -> [&str; 2] {
    match view.kind {
        ConflictKind::EditDelete => ["changed it", "deleted it"],
        ConflictKind::DeleteEdit => ["deleted it", "changed it"],
        _ if view.file.is_none() && view.row.is_none() => [&view.sides[0], &view.sides[1]],
        _ => [&view.file, &view.row].map(|value| value.as_deref().unwrap_or_default()),
    }
}

/// What the file says, and what other files say otherwise.
fn with_elsewhere(view: &ConflictView, file: &str) -> String {
    let others = view.elsewhere.iter().filter(|_| view.kind == ConflictKind::TwoPlaces);
    let others = others.map(|place| format!("; {}: {}", place.document, place.value.as_deref().unwrap_or("nothing")));
    file.to_owned() + &others.collect::<String>()
}

/// How a conflict ended; what is only on record never waited.
fn decided(view: &ConflictView) -> &str {
    match (&view.resolution, view.state) {
        (Some(how), _) => how,
        (None, ConflictState::Open) => "waits",
        (None, ConflictState::Resolved) => "for the record",
    }
}

fn print_one(view: &ConflictView, screen: &mut Screen) {
    screen.data(Line::new().code(&view.short).plain("  ").with(Role::Heading, view.kind.word()));
    screen.data("");
    let value = |value: &Option<String>| match value {
        Some(text) => text.as_str().into(),
        None => Line::new().with(Role::Dim, "none"),
    };
    let is_deletion = matches!(view.kind, ConflictKind::EditDelete | ConflictKind::DeleteEdit);
    let values = match sides(view) {
        [file, row] if is_deletion => vec![("file", file.into()), ("database", row.into())],
        _ => {
            let name = view.path.rsplit('/').next().filter(|_| !view.elsewhere.is_empty()).unwrap_or("file");
            let others = view.elsewhere.iter().map(|place| (place.document.as_str(), value(&place.value)));
            let files = std::iter::once((name, value(&view.file))).chain(others);
            let before = std::iter::once(("before", value(&view.base)));
            before.chain(files).chain([("database", value(&view.row))]).collect()
        }
    };
    let mut rows: Vec<(&str, Line)> = Vec::new();
    rows.extend(view.reference.as_ref().map(|reference| ("of", Line::new().code(reference))));
    rows.push(("path", Line::new().code(&view.path)));
    rows.extend(view.field.as_ref().map(|field| ("field", field.into())));
    rows.extend(values.into_iter().filter(|_| !view.is_about_text()));
    rows.extend(view.row_author.as_ref().map(|author| ("written by", author.into())));
    rows.push(("since", view.created_at.strftime("%Y-%m-%d %H:%M UTC").to_string().into()));
    rows.extend(view.resolution.as_ref().map(|how| ("decided", how.into())));
    pairs(&rows, screen);
    let is_asked_for =
        view.is_about_text() || is_deletion || view.kind == ConflictKind::IdReplaced || screen.talk() == Talk::Verbose;
    for texts in view.texts.iter().filter(|_| is_asked_for) {
        // What the side that deleted it said before is nothing to choose.
        let file = texts.file.as_deref().filter(|_| view.kind != ConflictKind::DeleteEdit);
        let row = texts.row.as_deref().filter(|_| view.kind != ConflictKind::EditDelete);
        // The file came back as it is, and derives from itself since then.
        let base = texts.base.as_deref().filter(|base| !(is_deletion && Some(*base) == file.or(row)));
        print_texts([base, file, row], screen);
    }
}

/// What each side made of what both had; where that is not known, how they differ; else the one text that is left.
fn print_texts([base, file, row]: [Option<&str>; 3], screen: &mut Screen) {
    match (base, file, row) {
        (Some(base), Some(file), None) => print_part("what the file changed", &difference(base, file), screen),
        (Some(base), None, Some(row)) => print_part("what the database changed", &difference(base, row), screen),
        (Some(base), Some(file), Some(row)) => {
            print_part("what the file changed", &difference(base, file), screen);
            print_part("what the database changed", &difference(base, row), screen);
        }
        (None, Some(file), Some(row)) => {
            print_part("- in the database, + in the file", &difference(row, file), screen);
        }
        (_, Some(file), None) => print_part("the file said", file, screen),
        (_, None, Some(row)) => print_part("the database says", row, screen),
        (_, None, None) => {}
    }
}

/// Prints as much of a text as a screen can show beside another one, unless everything is asked for.
fn print_part(heading: &str, text: &str, screen: &mut Screen) {
    let most = if screen.talk() == Talk::Verbose { usize::MAX } else { SHOWN };
    screen.data("");
    screen.data(Line::new().with(Role::Heading, heading));
    let text = if text.is_empty() { "nothing" } else { text };
    text.lines().take(most).for_each(|line| screen.content(both::diff_line(line)));
    let rest = text.lines().count().saturating_sub(most);
    if rest > 0 {
        screen.say(format!("… and {}; `-v` shows all", counted(rest, "more line")));
    }
}

fn new_id(mut op: NewId, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let workspace = desk.open(Purpose::Change)?;
    op.path = desk.below_root(vec![op.path])?.pop().unwrap_or_default();
    let report = desk.wait(op.run(&workspace))?;
    desk.answer("conflict.new-id", &report, report::print_change);
    Ok(Exit::Done)
}

/// Lets a person write what shall count; the editor is theirs, never one that a repository names.
fn edit(op: ConflictShow, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let workspace = desk.open(Purpose::Change)?;
    let id = op.id.clone();
    let view = desk.wait(op.run(&workspace))?;
    let differences = Diff { paths: vec![view.path.clone()] };
    let differences = desk.wait(differences.run(&workspace))?;
    if !desk.global.json {
        differences.iter().for_each(|diff| both::print(diff, desk.screen));
    }
    let file = desk.root.join(&view.path);
    let before = read_outside(&file, MAX_EDITED)?;
    run_editor(&file)?;
    if read_outside(&file, MAX_EDITED)? == before {
        return Err(Failure::new(
            "not-edited",
            Exit::Conflicts,
            format!("{} was not edited, so nothing is decided", view.path),
        )
        .hint("`instep conflict take-file` lets it count as it is"));
    }
    let report = desk.wait(TakeEdited { id }.run(&workspace))?;
    desk.answer("conflict.edit", &report, report::print_change);
    Ok(Exit::Done)
}

fn run_editor(file: &Path) -> Result<(), Failure> {
    let named = ["VISUAL", "EDITOR"].into_iter().filter_map(std::env::var_os).find(|editor| !editor.is_empty());
    let no_editor =
        || Failure::new("no-editor", Exit::Usage, "no editor is named").hint("set `EDITOR` to the one that you use");
    let editor = named.ok_or_else(no_editor)?;
    let failed = || {
        Failure::new("editor-failed", Exit::Failed, format!("the editor did not end well on {}", file.display()))
            .hint("`EDITOR` names it; `instep conflict take-file` decides without it, once the file is edited")
    };
    let mut command = OsString::from(&editor);
    command.push(" \"$1\"");
    let status = Command::new("sh").arg("-c").arg(command).arg("sh").arg(file).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(failed()),
        Err(error) => Err(failed().caused_by(&error)),
    }
}
