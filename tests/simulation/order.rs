//! What this program is asked to do, and what whoever asks has seen.

use std::collections::BTreeSet;

use instep::model::{Conflict, ConflictState, EntityId, EntityKind, Field, Record};
use instep::ops::{OpError, Relocate, Remove, Set, SetStatus, TakeDatabase, TakeFile};
use instep::store::Selection;
use instep::sync::SyncReport;

use crate::course::Run;
use crate::values::{Value, Values, values_in, word};
use crate::world::{World, text_of};

const STATUSES: [&str; 3] = ["in_progress", "blocked", "completed"];

const CODES: [&str; 3] = ["one", "uno", "tre"];

/// One command, with everything in it that had to be looked up.
pub(crate) struct Order {
    command: Command,
    /// The entity that it is about.
    entity: Option<EntityId>,
    /// What whoever asks has seen of that.
    seen: BTreeSet<Value>,
}

enum Command {
    Sync,
    Assign(String, Value),
    Status(String, &'static str),
    Move(String, Option<String>, Option<String>),
    Remove(String),
    Decide(String, bool),
}

impl Order {
    /// `run`, as it means something now; `None` where there is nothing to do it to.
    pub(crate) fn of(world: &World, values: &mut Values, run: Run) -> Option<Self> {
        let number = match run {
            Run::Sync => return Some(Self { command: Command::Sync, entity: None, seen: BTreeSet::new() }),
            Run::Decide(number, is_file) => return Self::decision(world, number, is_file),
            Run::Assign(number) | Run::Status(number, _) | Run::Move(number, _) | Run::Remove(number) => number,
        };
        let records = world.store.look_at(|tables| tables.records(Selection::All));
        let live = |kind| records.iter().filter(move |record| record.kind == kind && !record.deleted);
        let tasks: Vec<&Record> = live(EntityKind::Task).collect();
        let task = *tasks.get(number % tasks.len().max(1))?;
        let home = match task.sprint {
            None => "backlog",
            Some(id) => records.iter().find(|record| record.id == id)?.code.as_str(),
        };
        let reference = format!("T:{home}/{}", task.code);
        let (command, seen) = match run {
            Run::Assign(_) => {
                let row = task.fields.get(&Field::Assignee).map(ToString::to_string).unwrap_or_default();
                let seen = values_in(&row).into_iter().chain(assigned(world, task)).collect();
                (Command::Assign(reference, values.asked()), seen)
            }
            Run::Status(_, status) => (Command::Status(reference, STATUSES[status]), BTreeSet::new()),
            Run::Move(_, to) => {
                let sprints: Vec<&Record> = live(EntityKind::Sprint).collect();
                let to_home = sprints.get(to % 3).map_or("backlog", |sprint| sprint.code.as_str());
                let code = (to >= 3).then(|| CODES[to % CODES.len()].to_owned());
                (Command::Move(reference, code.is_none().then(|| to_home.to_owned()), code), BTreeSet::new())
            }
            _ => (Command::Remove(reference), said(world, task)),
        };
        Some(Self { command, entity: Some(task.id), seen })
    }

    fn decision(world: &World, number: usize, is_file: bool) -> Option<Self> {
        let open = world.store.look_at(|tables| tables.conflicts(Some(ConflictState::Open)));
        let conflict: &Conflict = open.get(number % open.len().max(1))?;
        let records = world.store.look_at(|tables| tables.records(Selection::All));
        let of_row = records.iter().filter(|record| Some(record.id) == conflict.what.entity);
        let mut seen: BTreeSet<Value> = of_row.flat_map(|record| said(world, record)).collect();
        seen.extend(values_in(&format!("{:?}", conflict.what)));
        let command = Command::Decide(conflict.id.to_string(), is_file);
        Some(Self { command, entity: conflict.what.entity, seen })
    }

    /// Does it.
    pub(crate) fn carry_out(&self, world: &World) -> Result<SyncReport, OpError> {
        let named = |reference: &String| reference.parse().expect("a row's reference");
        match &self.command {
            Command::Sync => world.sync().map_err(OpError::from),
            Command::Assign(reference, value) => {
                let set = Set { reference: named(reference), changes: vec![format!("assignee={}", word(*value))] };
                world.run(async |workspace| set.run(workspace).await)
            }
            Command::Status(reference, status) => {
                let set = SetStatus { references: vec![named(reference)], status: (*status).to_owned() };
                world.run(async |workspace| set.run(workspace).await)
            }
            Command::Move(reference, to, code) => {
                let relocate = Relocate { reference: named(reference), to: to.clone(), code: code.clone() };
                world.run(async |workspace| relocate.run(workspace).await)
            }
            Command::Remove(reference) => {
                let remove = Remove { references: vec![named(reference)], with_tasks: false };
                world.run(async |workspace| remove.run(workspace).await)
            }
            Command::Decide(id, true) => {
                let take = TakeFile { ids: vec![id.clone()], of: None };
                world.run(async |workspace| take.run(workspace).await)
            }
            Command::Decide(id, false) => {
                let take = TakeDatabase { ids: vec![id.clone()] };
                world.run(async |workspace| take.run(workspace).await)
            }
        }
    }

    /// What came of the values that whoever asked had seen. One that failed, or that a crash cut off, may have come
    /// through all the same.
    pub(crate) fn remember(&self, world: &World, values: &mut Values, is_done: bool) {
        let records = world.store.look_at(|tables| tables.records(Selection::All));
        let record = records.iter().find(|record| Some(record.id) == self.entity);
        let Some(record) = record else { return self.forget(values) };
        match &self.command {
            Command::Assign(_, value) => {
                let told = world.store.look_at(|tables| tables.events.clone());
                let changes = told.iter().map(|event| &event.payload["changes"]["assignee"]);
                let mut set = changes.filter(|change| values_in(&change["to"].to_string()).contains(value)).peekable();
                if set.peek().is_none() {
                    return values.forget(|other| other == *value);
                }
                // Whoever gives a value gives it whatever there is at that moment.
                let seen = set.flat_map(|change| values_in(&change["from"].to_string()));
                values.wrote(*value, &seen.chain(self.seen.iter().copied()).collect(), &BTreeSet::from([*value]));
            }
            Command::Remove(_) if record.deleted => {
                values.took_away(&said(world, record).into_iter().chain(self.seen.iter().copied()).collect());
            }
            Command::Decide(id, _) if is_done || is_decided(world, id) => {
                let now = world.store.look_at(|tables| text_of(tables, record));
                let now = if record.deleted { BTreeSet::new() } else { values_in(&now) };
                values.took_away(&self.seen.difference(&now).copied().collect());
            }
            _ => {}
        }
    }

    /// Forgets the value that was asked for and never written.
    fn forget(&self, values: &mut Values) {
        if let Command::Assign(_, value) = self.command {
            values.forget(|other| other == value);
        }
    }

    /// Whether somebody decides what happened to an entity.
    pub(crate) fn is_decision(&self) -> bool {
        matches!(self.command, Command::Decide(..))
    }
}

/// Whether somebody decided the conflict of that id.
fn is_decided(world: &World, id: &str) -> bool {
    let resolved = world.store.look_at(|tables| tables.conflicts(Some(ConflictState::Resolved)));
    resolved.iter().any(|conflict| conflict.id.to_string() == *id)
}

/// The values of a row and of its documents on both sides.
fn said(world: &World, record: &Record) -> BTreeSet<Value> {
    let row = values_in(&world.store.look_at(|tables| text_of(tables, record)));
    row.into_iter().chain(files(world, record).iter().flat_map(|text| values_in(text))).collect()
}

/// The assignee that the file of a task names.
fn assigned(world: &World, record: &Record) -> BTreeSet<Value> {
    let files = files(world, record);
    let lines = files.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("**Assignee**"));
    lines.flat_map(values_in).collect()
}

/// The texts of an entity, wherever they lie just now.
fn files(world: &World, record: &Record) -> Vec<String> {
    let texts = world.documents().into_iter().filter_map(|(path, bytes)| Some((path, String::from_utf8(bytes).ok()?)));
    let is_of_it = |path: &String, text: &String| {
        text.contains(&record.id.to_string()) || record.documents.iter().any(|document| document.path.as_str() == path)
    };
    texts.filter(|(path, text)| is_of_it(path, text)).map(|(_, text)| text).collect()
}
