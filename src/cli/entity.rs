//! What sprints, tasks and agents have in common: how they are shown and changed.

use clap::Arg;
use serde_json::Value;

use super::confirm::confirm;
use super::desk::{Desk, Purpose};
use super::failure::{Exit, Failure};
use super::report;
use super::screen::{Line, Role, Screen, counted};
use super::table::{Column, Table, pairs};
use crate::model::{EntityKind, Field, Reference};
use crate::ops::{
    EntityView, Listing, OpError, Relocate, Remove, Set, SetStatus, Show, Shown, settable, sort_words, statuses,
};

/// What is to be deleted, and whether that was thought over.
#[derive(Debug, clap::Args)]
pub(super) struct Removal {
    #[command(flatten)]
    op: Remove,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

/// Fits an argument of an op for all kinds to `kind`: how its references are called, what it has no use for, and which
/// fields there are.
pub(super) fn fit(
    argument: Arg,
    kind: EntityKind,
    (name, help): (&'static str, &'static str),
    useless: &[&str],
) -> Arg {
    match argument.get_id().as_str() {
        "reference" | "references" => argument.value_name(name).help(help),
        "changes" => {
            let words: Vec<&str> = settable(kind).iter().map(|field| field.word()).collect();
            argument.help(format!("What to change; an empty value takes the field away. Fields: {}", words.join(", ")))
        }
        "status" => argument.help(format!("The new status: {}", statuses(kind).join(", "))),
        // Whoever cannot go elsewhere can only be called otherwise.
        "code" if useless.contains(&"to") => argument.required(true),
        "to" if !useless.contains(&"to") => argument.required_unless_present("code"),
        id if useless.contains(&id) => argument.hide(true),
        _ => argument,
    }
}

/// Says of a list of `kind` what it can be ordered by.
pub(super) fn fit_list(argument: Arg, kind: EntityKind) -> Arg {
    match argument.get_id().as_str() {
        "sort" => argument.help(format!(
            "Order by these; `-` before one turns it round (such as `status,-updated`): {}",
            sort_words(kind).join(", ")
        )),
        _ => argument,
    }
}

/// Shows one entity of `kind`.
pub(super) fn show(mut op: Show, kind: EntityKind, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    op.reference = one_of_kind(op.reference, kind)?;
    desk.look(&format!("{kind}.show"), async |ws| op.run(ws).await, print_one)
}

/// Changes fields of an entity of `kind`.
pub(super) fn set(mut op: Set, kind: EntityKind, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    op.reference = one_of_kind(op.reference, kind)?;
    desk.change(&format!("{kind}.set"), async |ws| op.run(ws).await)
}

/// Changes the status of entities of `kind`.
pub(super) fn set_status(mut op: SetStatus, kind: EntityKind, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    op.references = of_kind(op.references, kind)?;
    desk.change(&format!("{kind}.status"), async |ws| op.run(ws).await)
}

/// Moves an entity of `kind`.
pub(super) fn relocate(mut op: Relocate, kind: EntityKind, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    op.reference = one_of_kind(op.reference, kind)?;
    desk.change(&format!("{kind}.move"), async |ws| op.run(ws).await)
}

impl Removal {
    /// Deletes entities of `kind`, after a question that names them.
    pub(super) fn run(self, kind: EntityKind, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        let op = Remove { references: of_kind(self.op.references, kind)?, ..self.op };
        let workspace = desk.open(Purpose::Change)?;
        if !self.yes {
            let victims = desk.wait(op.victims(&workspace))?;
            let names: Vec<&str> = victims.iter().map(|victim| victim.code.as_str()).collect();
            let question = format!("Delete {} in the files and in the database?", names.join(", "));
            confirm(desk.screen, &question.into(), false)?;
        }
        let report = desk.wait(op.run(&workspace))?;
        desk.answer(&format!("{kind}.rm"), &report, report::print_change);
        Ok(Exit::Done)
    }
}

fn of_kind(references: Vec<Reference>, kind: EntityKind) -> Result<Vec<Reference>, Failure> {
    references.into_iter().map(|reference| one_of_kind(reference, kind)).collect()
}

/// A reference that says no other kind.
fn one_of_kind(reference: Reference, kind: EntityKind) -> Result<Reference, Failure> {
    match reference.kind {
        Some(found) if found != kind => {
            Err(OpError::WrongKind { reference: reference.to_string(), expected: kind, found }.into())
        }
        _ => Ok(reference.or_kind(kind)),
    }
}

/// Prints a page of a list; what is on other pages is told.
pub(super) fn print_list(list: &Listing, screen: &mut Screen) {
    if list.items.is_empty() {
        let (kind, total) = (list.kind, counted(list.total, list.kind.word()));
        let hint = match (list.total, list.is_filtered) {
            (0, false) if list.in_files > 0 => {
                let files = counted(list.in_files, "document");
                format!("the database knows no {kind} yet, but {files} of {kind}s lie there; `instep sync` reads them")
            }
            (0, false) => format!("there are no {kind}s; `instep {kind} new` makes one"),
            (0, true) => format!("no {kind} fits; leave out a filter"),
            _ => format!("this page is past the end: {total} in all"),
        };
        return screen.say(Line::new().with(Role::Success, "hint").plain(format!(": {hint}")));
    }
    table(list.kind, &list.items, screen).print(screen);
    if list.items.len() < list.total {
        let shown = format!("{} to {}", list.offset + 1, list.offset + list.items.len());
        screen.say(format!("{shown} of {}", counted(list.total, list.kind.word())));
    }
}

/// Prints one entity with what belongs to it.
pub(super) fn print_one(shown: &Shown, screen: &mut Screen) {
    let entity = &shown.entity;
    screen.data(Line::new().code(&entity.reference).plain("  ").with(Role::Heading, headline(entity)));
    screen.data("");
    let told = Field::ALL.iter().filter(|field| !matches!(field, Field::Title | Field::Name));
    let told = told.map(|field| (field, text(entity, *field))).filter(|(_, text)| !text.is_empty());
    let mut rows: Vec<(&str, Line)> = told
        .map(|(field, text)| (field.word(), Line::new().with(role(*field, &text), named(*field, text, screen))))
        .collect();
    rows.extend(body(shown, screen).into_iter().map(|(label, text)| (label, text.into())));
    let labels = std::iter::once("documents").chain(std::iter::repeat(""));
    rows.extend(labels.zip(shown.documents.iter().map(|document| Line::new().code(&document.path))));
    let day = |time: jiff::Timestamp| time.strftime("%Y-%m-%d %H:%M UTC").to_string();
    rows.push(("created", day(shown.created_at).into()));
    rows.push(("updated", day(shown.updated_at).into()));
    rows.push(("revisions", shown.revisions.to_string().into()));
    rows.push(("id", Line::new().with(Role::Dim, entity.id.to_string())));
    pairs(&rows, screen);
    if !shown.tasks.is_empty() {
        screen.data("");
        table(EntityKind::Task, &shown.tasks, screen).print(screen);
    }
    for document in &shown.documents {
        if let Some(text) = &document.text {
            screen.data("");
            screen.data(Line::new().with(Role::Heading, &document.path));
            screen.text(text);
        }
    }
    if !shown.conflicts.is_empty() {
        let waiting = format!(": {}; see `instep conflict list`", report::waiting(shown.conflicts.len()));
        screen.say(Line::new().with(Role::Warning, "warning").plain(waiting));
    }
}

/// What the text says beside its fields: boxes ticked, what must be done before; of a sprint how far its tasks are.
fn body(shown: &Shown, screen: &Screen) -> Vec<(&'static str, String)> {
    let mut told = Vec::new();
    if let Some(boxes) = shown.body.get("checkboxes") {
        let count = |name: &str| boxes.get(name).and_then(Value::as_u64).unwrap_or_default();
        told.push(("checkboxes", format!("{} of {} ticked", count("done"), count("total"))));
    }
    let listed = shown.body.get("dependencies").map(report::plain).unwrap_or_default();
    if !shown.entity.fields.contains_key(&Field::DependsOn) && !["", "None"].contains(&listed.as_str()) {
        told.push(("dependencies", listed));
    }
    if !shown.by_status.is_empty() {
        let counts = shown.by_status.iter().map(|(status, count)| format!("{count} {}", screen.status(status)));
        told.push(("tasks", counts.collect::<Vec<_>>().join(", ")));
    }
    told
}

/// The columns of each kind.
pub(super) fn table(kind: EntityKind, items: &[EntityView], screen: &Screen) -> Table {
    let fields: &[(Field, Column)] = match kind {
        EntityKind::Sprint => &[
            (Field::Title, Column::cut_first("TITLE")),
            (Field::Status, Column::whole("STATUS")),
            (Field::Owner, Column::cut_then("OWNER")),
            (Field::EndsOn, Column::whole("ENDS")),
        ],
        EntityKind::Task => &[
            (Field::Title, Column::cut_first("TITLE")),
            (Field::Status, Column::whole("STATUS")),
            (Field::Priority, Column::whole("PRIO")),
            (Field::Assignee, Column::cut_then("ASSIGNEE")),
        ],
        EntityKind::Agent => &[
            (Field::Name, Column::cut_first("NAME")),
            (Field::AgentRole, Column::cut_then("ROLE")),
            (Field::Status, Column::whole("STATUS")),
        ],
    };
    let columns: Vec<Column> =
        [Column::reference("REF")].into_iter().chain(fields.iter().map(|(_, column)| *column)).collect();
    let mut table = Table::new(columns);
    for item in items {
        let cell = |field: Field| {
            let text = text(item, field);
            (role(field, &text), named(field, text, screen))
        };
        let reference = (Role::Code, item.reference.clone());
        table.row([reference].into_iter().chain(fields.iter().map(|(field, _)| cell(*field))));
    }
    table
}

fn headline(entity: &EntityView) -> String {
    text(entity, if entity.kind == EntityKind::Agent { Field::Name } else { Field::Title })
}

fn text(entity: &EntityView, field: Field) -> String {
    entity.fields.get(&field).map(report::plain).unwrap_or_default()
}

/// A status by the name that the project gives it.
fn named(field: Field, text: String, screen: &Screen) -> String {
    if field == Field::Status { screen.status(&text).to_owned() } else { text }
}

/// Colour repeats what the word says.
fn role(field: Field, value: &str) -> Role {
    match (field, value) {
        (Field::Status, "completed") => Role::Success,
        (Field::Status, "blocked" | "on_hold") | (Field::Priority, "P1") => Role::Warning,
        (Field::Status, "cancelled" | "archived" | "inactive") => Role::Dim,
        (Field::Priority, "P0") => Role::Error,
        _ => Role::Plain,
    }
}
