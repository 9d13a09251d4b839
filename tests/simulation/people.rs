//! What people and other programs do to files and rows, at any moment.

use std::collections::BTreeSet;

use instep::model::{EntityKind, Field, Record};
use instep::store::Selection;
use instep::tree::{At, Vfs as _};
use serde_json::json;

use crate::outside::{Outside, OutsideDeed, Written};
use crate::values::{Value, Values, values_in, word};
use crate::world::{World, text_of};

/// Something that is done outside of this program. Numbers choose among what there is then, so that each deed means
/// something after any others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// A document is changed in place.
    Edit(usize, Edit),
    /// An editor reads a document.
    Open(usize),
    /// It writes what it read, changed, whatever happened to the file meanwhile.
    Save(Edit),
    /// It writes what it read, unchanged.
    WriteBack,
    /// A task's folder goes elsewhere.
    Move(usize, usize),
    /// A sprint's folder is called otherwise.
    MoveSprint(usize),
    /// A task's folder is deleted.
    Delete(usize),
    /// The agent's part of a task is deleted.
    DeleteConfig(usize),
    /// A new task.
    Create(usize),
    /// Another program writes columns of a task's row.
    Write(usize, Column),
    /// Another program deletes a task's row.
    DeleteRow(usize),
    /// Another program makes a tombstone live again.
    Undelete(usize),
}

/// How a document is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    /// The assignee, or the model in a configuration.
    Assign,
    /// The priority, to one that others choose as well.
    Priority(usize),
    /// A paragraph more.
    Add,
    /// Another paragraph instead of the first one.
    Replace,
    /// A box is ticked or not any more.
    Toggle,
}

/// Which columns another program writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Assignee,
    /// The model in the configuration as a whole.
    Model,
    Priority(usize),
    Code(usize),
    Sprint(usize),
}

const PRIORITIES: [&str; 3] = ["P0", "P1", "P2"];

/// The folders that tasks move to.
const HOMES: [&str; 3] = ["sprints/alpha", "sprints/beta", "backlog"];

/// A text as an editor holds it.
struct Buffer {
    path: String,
    text: String,
}

/// Everybody who works on one working copy.
#[derive(Default)]
pub(crate) struct People {
    buffer: Option<Buffer>,
    /// Documents that were written since somebody last asked, so that what was there before is theirs to answer for.
    written: BTreeSet<String>,
}

impl People {
    /// The paths that they wrote to since this was last asked.
    pub(crate) fn take_written(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.written)
    }

    /// Does `deed`, if there is anything to do it to.
    pub(crate) fn act(&mut self, world: &World, values: &mut Values, deed: &Deed) {
        match *deed {
            Deed::Edit(number, edit) => {
                if let Some(path) = pick(&documents(world, ""), number) {
                    let text = world.disk.text(&path);
                    self.change(world, values, &path, &text, edit);
                }
            }
            Deed::Open(number) => {
                let path = pick(&documents(world, ""), number);
                self.buffer = path.map(|path| Buffer { text: world.disk.text(&path), path });
            }
            Deed::Save(edit) => {
                if let Some(Buffer { path, text }) = self.buffer.take() {
                    forget_unseen(world, values, &path, &values_in(&text));
                    let saved = self.change(world, values, &path, &text, edit);
                    self.buffer = Some(Buffer { path, text: saved });
                }
            }
            Deed::WriteBack => {
                if let Some(Buffer { path, text }) = &self.buffer {
                    forget_unseen(world, values, path, &values_in(text));
                    // Who brings an old text back has seen the one before.
                    let seen = lying(world, path);
                    values.took_away(&seen.difference(&values_in(text)).copied().collect());
                    self.written.insert(path.clone());
                    world.disk.save(path, text);
                }
            }
            Deed::Move(number, to) => {
                let tasks = documents(world, "/TASK.md");
                if let Some(from) = pick(&tasks, number).and_then(|path| Some(folder(&path)?.to_owned())) {
                    let name = from.rsplit_once('/').map_or("", |(_, name)| name);
                    rename(world, &from, &format!("delegation/{}/{name}", HOMES[to % HOMES.len()]));
                }
            }
            Deed::MoveSprint(number) => {
                let sprints = documents(world, "/SPRINT.md");
                if let Some(from) = pick(&sprints, number).and_then(|path| Some(folder(&path)?.to_owned())) {
                    rename(world, &from, &format!("delegation/sprints/{}", ["gamma", "alpha"][number % 2]));
                }
            }
            Deed::Delete(number) => {
                if let Some(path) = pick(&documents(world, "/TASK.md"), number) {
                    self.delete(world, values, folder(&path).expect("it lies in one"));
                }
            }
            Deed::DeleteConfig(number) => {
                if let Some(path) = pick(&documents(world, "/AGENT.yml"), number) {
                    values.took_away(&lying(world, &path).into_iter().chain(world.left_at(&path)).collect());
                    self.remove(world, &path);
                    world.disk.settle();
                }
            }
            Deed::Create(to) => {
                let path = format!("delegation/{}/new-{}/TASK.md", HOMES[to % HOMES.len()], to / HOMES.len() % 2);
                if world.disk.stat(At::project(&path)).is_err() {
                    let new = values.fresh();
                    let text =
                        format!("# Task: New\n\n**Status**: Pending  \n\n---\n\n## Notes\n\nNote {}.\n", word(new));
                    values.wrote(new, &BTreeSet::new(), &values_in(&text));
                    self.written.insert(path.clone());
                    world.disk.save(&path, &text);
                }
            }
            Deed::Write(..) | Deed::DeleteRow(_) | Deed::Undelete(_) => write_row(world, values, deed),
        }
    }

    /// Writes `text`, changed, to `path`; what was written.
    fn change(&mut self, world: &World, values: &mut Values, path: &str, text: &str, edit: Edit) -> String {
        let new = values.fresh();
        let changed = edited(text, edit, new);
        if values_in(&changed).contains(&new) {
            values.wrote(new, &values_in(text), &values_in(&changed));
        }
        self.written.insert(path.to_owned());
        world.disk.save(path, &changed);
        changed
    }

    fn delete(&mut self, world: &World, values: &mut Values, folder: &str) {
        for entry in world.disk.list(At::project(folder)).expect("the folder is there") {
            let path = format!("{folder}/{}", String::from_utf8_lossy(&entry.name));
            values.took_away(&lying(world, &path).into_iter().chain(world.left_at(&path)).collect());
            self.remove(world, &path);
        }
        world.disk.take(folder);
        world.disk.settle();
    }

    fn remove(&mut self, world: &World, path: &str) {
        self.written.insert(path.to_owned());
        world.disk.take(path);
    }
}

/// The documents whose path ends so, in order.
fn documents(world: &World, end: &str) -> Vec<String> {
    let is_document = |path: &&String| path.ends_with(".md") || path.ends_with(".yml");
    world.documents().into_keys().filter(|path| path.ends_with(end)).filter(|path| is_document(&path)).collect()
}

fn pick<T: Clone>(all: &[T], number: usize) -> Option<T> {
    all.get(number % all.len().max(1)).cloned()
}

fn folder(path: &str) -> Option<&str> {
    Some(path.rsplit_once('/')?.0)
}

/// The values in the file at `path`, if there is one.
fn lying(world: &World, path: &str) -> BTreeSet<Value> {
    let read = world.disk.read(At::project(path), 1 << 20);
    read.map(|read| values_in(&String::from_utf8_lossy(&read.bytes))).unwrap_or_default()
}

fn rename(world: &World, from: &str, to: &str) {
    if world.disk.carry(from, to) {
        world.disk.settle();
    }
}

/// Forgets what an editor is about to overwrite without having seen it, and nothing else has.
fn forget_unseen(world: &World, values: &mut Values, path: &str, kept: &BTreeSet<Value>) {
    let here = lying(world, path);
    let elsewhere = world.held_except(path);
    values.forget(|value| here.contains(&value) && !kept.contains(&value) && !elsewhere.contains(&value));
}

fn edited(text: &str, edit: Edit, new: Value) -> String {
    let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or("\0");
    let note = || format!("Note {}.", word(new));
    match edit {
        Edit::Assign if text.contains("**Assignee**") => {
            text.replacen(line("**Assignee**"), &format!("**Assignee**: {}  ", word(new)), 1)
        }
        Edit::Assign => text.replacen(line("  model:"), &format!("  model: {}", word(new)), 1),
        Edit::Priority(to) => {
            let to = PRIORITIES[to % PRIORITIES.len()];
            text.replacen(line("**Priority**"), &format!("**Priority**: {to}  "), 1)
        }
        Edit::Add => text.replacen("## Notes\n", &format!("## Notes\n\n{}\n", note()), 1),
        Edit::Replace => text.replacen(line("Note "), &note(), 1),
        Edit::Toggle if text.contains("- [ ] Plan") => text.replacen("- [ ] Plan", "- [x] Plan", 1),
        Edit::Toggle => text.replacen("- [x] Plan", "- [ ] Plan", 1),
    }
}

fn rows(world: &World, deleted: bool) -> Vec<Record> {
    let mut records = world.store.look_at(|tables| tables.records(Selection::All));
    records.retain(|record| record.kind == EntityKind::Task && record.deleted == deleted);
    records
}

fn write_row(world: &World, values: &mut Values, deed: &Deed) {
    let (Deed::Write(number, _) | Deed::DeleteRow(number) | Deed::Undelete(number)) = deed else { return };
    let Some(row) = pick(&rows(world, matches!(deed, Deed::Undelete(_))), *number) else { return };
    let seen = values_in(&world.store.look_at(|tables| text_of(tables, &row)));
    let outside = |deed| world.outside(&Outside { kind: row.kind, id: row.id, deed });
    let set = |written| outside(OutsideDeed::Set(vec![written]));
    match deed {
        Deed::DeleteRow(_) => {
            values.took_away(&seen);
            outside(OutsideDeed::Delete);
        }
        Deed::Write(_, Column::Assignee) => {
            let (new, old) = (values.fresh(), row.fields.get(&Field::Assignee).map(ToString::to_string));
            let old = values_in(&old.unwrap_or_default());
            values.wrote(new, &old, &BTreeSet::from([new]));
            set(Written::Field(Field::Assignee, json!(word(new))));
        }
        Deed::Write(_, Column::Model) => {
            let (new, mut config) = (values.fresh(), world.store.look_at(|tables| tables.config(row.id)));
            let old = values_in(&config.to_string());
            config["agent"]["model"] = json!(word(new));
            values.wrote(new, &old, &values_in(&config.to_string()));
            set(Written::Config(Some(config)));
        }
        Deed::Write(_, Column::Priority(to)) => {
            set(Written::Field(Field::Priority, json!(PRIORITIES[to % PRIORITIES.len()])));
        }
        Deed::Write(_, Column::Code(to)) => {
            set(Written::Code(["one", "two", "uno", "due"][to % 4].into()));
        }
        Deed::Write(_, Column::Sprint(to)) => {
            let sprints = world.store.look_at(|tables| tables.records(Selection::All));
            let sprints = sprints.into_iter().filter(|r| r.kind == EntityKind::Sprint && !r.deleted);
            let homes: Vec<_> = sprints.map(|sprint| Some(sprint.id)).chain([None]).collect();
            set(Written::Sprint(homes[to % homes.len()]));
        }
        _ => drop(set(Written::Deleted(false))),
    }
}
