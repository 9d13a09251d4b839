//! How sprints, tasks and agents look on a screen: lists, one of them, and what a change did to one.

use super::screen::{Line, Role, Screen, counted};
use super::table::{Column, Table, pairs};
use crate::model::{EntityKind, Field};
use crate::ops::{EntityView, Listing, Show, Shown};

/// The same question, about an entity of this kind where it does not say another.
pub(super) fn of_kind(show: Show, kind: EntityKind) -> Show {
    Show { reference: show.reference.or_kind(kind), ..show }
}

/// Prints a page of a list; what is on other pages is told.
pub(super) fn print_list(list: &Listing, screen: &mut Screen) {
    if list.items.is_empty() {
        let hint = format!(": nothing fits; `instep {} new` makes one", list.kind);
        return screen.say(Line::new().with(Role::Success, "hint").plain(hint));
    }
    table(list.kind, &list.items).print(screen);
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
    let said = told.map(|field| field.word()).filter(|word| entity.fields.contains_key(*word));
    let mut rows: Vec<(&str, Line)> = said.map(|word| (word, value(word, &entity.text(word)))).collect();
    let documents: Vec<&str> = shown.documents.iter().map(|document| document.path.as_str()).collect();
    rows.push(("documents", documents.join(", ").into()));
    rows.push(("revisions", shown.revisions.to_string().into()));
    rows.push(("id", Line::new().with(Role::Dim, entity.id.to_string())));
    pairs(&rows, screen);
    if !shown.tasks.is_empty() {
        screen.data("");
        table(EntityKind::Task, &shown.tasks).print(screen);
    }
    for document in &shown.documents {
        if let Some(text) = &document.text {
            screen.data("");
            screen.data(Line::new().with(Role::Heading, &document.path));
            screen.text(text);
        }
    }
    if !shown.conflicts.is_empty() {
        let waiting = format!(": {} wait; see `instep conflict list`", counted(shown.conflicts.len(), "conflict"));
        screen.say(Line::new().with(Role::Warning, "warning").plain(waiting));
    }
}

/// The columns of each kind.
pub(super) fn table(kind: EntityKind, items: &[EntityView]) -> Table {
    let fields: &[(&str, Column)] = match kind {
        EntityKind::Sprint => &[
            ("title", Column::cut_first("TITLE")),
            ("status", Column::whole("STATUS")),
            ("owner", Column::cut_then("OWNER")),
            ("ends_on", Column::whole("ENDS")),
        ],
        EntityKind::Task => &[
            ("title", Column::cut_first("TITLE")),
            ("status", Column::whole("STATUS")),
            ("priority", Column::whole("PRIORITY")),
            ("assignee", Column::cut_then("ASSIGNEE")),
        ],
        EntityKind::Agent => &[
            ("name", Column::cut_first("NAME")),
            ("role", Column::cut_then("ROLE")),
            ("status", Column::whole("STATUS")),
        ],
    };
    let columns: Vec<Column> =
        [Column::whole("REF")].into_iter().chain(fields.iter().map(|(_, column)| *column)).collect();
    let mut table = Table::new(columns);
    for item in items {
        let cell = |field: &str| (role(field, &item.text(field)), item.text(field));
        let reference = (Role::Code, item.reference.clone());
        table.row([reference].into_iter().chain(fields.iter().map(|(field, _)| cell(field))));
    }
    table
}

fn value(field: &str, text: &str) -> Line {
    Line::new().with(role(field, text), text)
}

fn headline(entity: &EntityView) -> String {
    let field = if entity.kind == EntityKind::Agent { "name" } else { "title" };
    entity.text(field)
}

/// Colour repeats what the word says.
fn role(field: &str, value: &str) -> Role {
    match (field, value) {
        ("status", "completed") => Role::Success,
        ("status", "blocked" | "on_hold") | ("priority", "P1") => Role::Warning,
        ("status", "cancelled" | "archived" | "inactive") => Role::Dim,
        ("priority", "P0") => Role::Error,
        _ => Role::Plain,
    }
}
