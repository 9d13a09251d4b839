//! What a run did, or would do, on one screen.

use std::collections::BTreeMap;

use serde_json::Value;

use super::failure::Exit;
use super::screen::{Line, Role, Screen, Talk, counted};
use super::table::{Column, Table};
use crate::model::{Change, Field};
use crate::sync::plan::{DocumentChange, FileDeed, FileStep, Note, NoteKind, RowDeed, Step};
use crate::sync::{SyncReport, Totals};
use crate::tree::Reason;

/// How many lines of each sort are shown where nobody asked for details.
const SHOWN: usize = 15;

/// How many misplaced documents are named where nobody asked for details.
const MISPLACED: usize = 5;

/// How the program ends after a run that was not stopped; where it was only planned, as that run would end.
pub(super) fn exit(report: &SyncReport) -> Exit {
    match report {
        _ if report.refused_by.is_some() => Exit::Brake,
        _ if report.open_conflicts > 0 || would_ask(report) => Exit::Conflicts,
        _ if left_out(report) > 0 => Exit::Files,
        _ => Exit::Done,
    }
}

/// Whether a run that is planned would find something to decide.
fn would_ask(report: &SyncReport) -> bool {
    !report.applied && report.steps.iter().any(|step| !step.conflicts.is_empty())
}

/// How many documents and rows took no part in the run.
fn left_out(report: &SyncReport) -> usize {
    let is_left_out = |note: &&Note| {
        use NoteKind::{Quarantined, Refused, RowInvalid, Unreadable, Unwritten};
        matches!(note.kind, Quarantined | Unreadable | Unwritten | Refused | RowInvalid)
    };
    report.notes.iter().filter(is_left_out).count()
}

/// Prints the steps, the notes and the sum.
pub(super) fn print(report: &SyncReport, screen: &mut Screen) {
    if is_success_unwanted(report, screen) {
        return print_trouble(report, screen);
    }
    let is_told = |step: &&Step| is_told(step, screen);
    let told: Vec<&Step> = report.steps.iter().filter(is_told).collect();
    // Where nothing but stamps is renewed, they are what there is to tell.
    let steps = if told.is_empty() { report.steps.iter().collect() } else { told };
    let mut table = Table::new([Column::whole("WHAT"), Column::reference("REF"), Column::wrapped("CHANGES")]);
    for step in shown(&steps, screen) {
        let Deed { role, to_do, done } = Deed::of(step);
        let word = if report.applied { done } else { to_do };
        table.row([(role, word.into()), (Role::Code, step.reference.clone()), (Role::Plain, changes(step, screen))]);
    }
    table.print(screen);
    tell_rest(steps.len(), screen);
    let notes: Vec<&Note> = report.notes.iter().filter(|note| !note.kind.is_left_alone()).collect();
    shown(&notes, screen).iter().for_each(|note| print_note(note, screen));
    tell_rest(notes.len(), screen);
    print_sum(report, screen);
}

/// Prints what a command changed.
pub(super) fn print_change(report: &SyncReport, screen: &mut Screen) {
    print_changes(report, "nothing changed: it was so already", screen);
}

/// Prints what a decision changed; where both sides were as they shall be, it is made all the same.
pub(super) fn print_decision(report: &SyncReport, screen: &mut Screen) {
    print_changes(report, "decided: both sides were so already", screen);
}

fn print_changes(report: &SyncReport, idle: &str, screen: &mut Screen) {
    if is_success_unwanted(report, screen) {
        return print_trouble(report, screen);
    }
    let mut table = Table::new([Column::whole("WHAT"), Column::reference("REF"), Column::wrapped("CHANGES")]);
    let steps: Vec<&Step> = report.steps.iter().filter(|step| !step.is_idle()).collect();
    for step in shown(&steps, screen) {
        let (role, word) = match step.row {
            RowDeed::Create => (Role::Success, "created"),
            RowDeed::Delete => (Role::Error, "deleted"),
            _ => (Role::Plain, "changed"),
        };
        table.row([(role, word.into()), (Role::Code, step.reference.clone()), (Role::Plain, changes(step, screen))]);
    }
    table.print(screen);
    tell_rest(steps.len(), screen);
    if steps.is_empty() {
        screen.say(idle);
    }
    report.notes.iter().for_each(|note| print_note(note, screen));
    tell_conflicts(report, screen);
}

/// A value as a person reads it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Renewed stamps are many and mean nothing to most people.
fn is_told(step: &Step, screen: &Screen) -> bool {
    step.held || !step.conflicts.is_empty() || !step.is_only_stamps() || screen.talk() == Talk::Verbose
}

fn shown<'a, T>(all: &'a [T], screen: &Screen) -> &'a [T] {
    let most = if screen.talk() == Talk::Verbose { all.len() } else { SHOWN };
    &all[..all.len().min(most)]
}

fn tell_rest(all: usize, screen: &mut Screen) {
    if all > SHOWN && screen.talk() != Talk::Verbose {
        screen.say(format!("… and {} more; `-v` shows all", all - SHOWN));
    }
}

/// What is done to an entity, as it is told before and after.
struct Deed {
    role: Role,
    to_do: &'static str,
    done: &'static str,
}

const fn deed(role: Role, to_do: &'static str, done: &'static str) -> Deed {
    Deed { role, to_do, done }
}

impl Deed {
    fn of(step: &Step) -> Self {
        let does = |deeds: &[FileDeed]| step.files.iter().any(|file| deeds.contains(&file.deed));
        let writes = does(&[FileDeed::Write, FileDeed::Create, FileDeed::Move]);
        match step.row {
            _ if step.held => deed(Role::Warning, "held", "held"),
            RowDeed::Create => deed(Role::Success, "create", "created"),
            RowDeed::Restore => deed(Role::Success, "restore", "restored"),
            RowDeed::Delete => deed(Role::Error, "delete", "deleted"),
            RowDeed::Update if writes && step.is_merge() => deed(Role::Plain, "merge", "merged"),
            RowDeed::Update => deed(Role::Plain, "push", "pushed"),
            RowDeed::Keep if does(&[FileDeed::Remove]) => deed(Role::Error, "trash", "trashed"),
            RowDeed::Keep if writes => deed(Role::Plain, "pull", "pulled"),
            RowDeed::Keep => deed(Role::Dim, "stamp", "stamped"),
        }
    }
}

/// The fields that change, of what is made its title alone; where none does, the files; conflicts always.
fn changes(step: &Step, screen: &Screen) -> String {
    let conflicts = step.conflicts.iter().map(|kind| format!("conflict ({})", kind.word()));
    let headline = |field: &str| step.row != RowDeed::Create || ["title", "name"].contains(&field);
    let fields = step
        .changes
        .iter()
        .filter(|(field, _)| headline(field))
        .map(|(field, change)| format!("{field}{}: {}", in_file(step), arrow(field, change, screen)));
    let moved = step.moved_from.iter().map(|from| format!("moved from {from}"));
    let documents = step.documents.iter().map(|(name, change)| match change {
        DocumentChange::Removed => format!("{name} removed"),
        DocumentChange::Made | DocumentChange::Changed => name.clone(),
    });
    let mut told: Vec<String> = conflicts.chain(moved).chain(fields).chain(documents).collect();
    if told.is_empty() {
        let touched = step.files.iter().filter(|file| file.deed != FileDeed::Keep);
        told.extend(touched.map(place));
    }
    told.join(", ")
}

/// Which file it is that lacks a value, where others of the entity have it.
fn in_file(step: &Step) -> String {
    let has_it = |file: &&FileStep| matches!(file.deed, FileDeed::Keep | FileDeed::Stamp);
    let written: Vec<&FileStep> = step.files.iter().filter(|file| file.deed == FileDeed::Write).collect();
    match written.as_slice() {
        [only] if step.row == RowDeed::Keep && step.files.iter().any(|file| has_it(&file)) => {
            format!(" in {}", place(only))
        }
        _ => String::new(),
    }
}

/// The name of a file, since its entity says where it lies; where it goes to, the whole path.
fn place(file: &FileStep) -> String {
    let path = file.path.to_string();
    match path.rsplit_once('/') {
        Some((_, name)) if file.deed != FileDeed::Move => name.to_owned(),
        _ => path,
    }
}

/// A value of a field as a person reads it, a status by the name that people have for it here.
pub(super) fn plain_of(field: &str, value: &Value, screen: &Screen) -> String {
    match plain(value) {
        word if field == Field::Status.word() => screen.status(&word).to_owned(),
        other => other,
    }
}

fn arrow(field: &str, change: &Change, screen: &Screen) -> String {
    let shown = |value: &Value| plain_of(field, value, screen);
    match (&change.from, &change.to) {
        (Value::Null, to) => shown(to),
        (from, Value::Null) => format!("{} removed", shown(from)),
        (from, to) => format!("{} → {}", shown(from), shown(to)),
    }
}

/// Who wants errors only need not hear of what was done; a plan or a comparison is what they asked for.
fn is_success_unwanted(report: &SyncReport, screen: &Screen) -> bool {
    report.applied && screen.talk() == Talk::Quiet
}

/// Prints what was left alone because something is wrong with it.
fn print_trouble(report: &SyncReport, screen: &mut Screen) {
    report.notes.iter().filter(|note| is_trouble(note.kind)).for_each(|note| print_note(note, screen));
}

fn is_trouble(kind: NoteKind) -> bool {
    !kind.is_left_alone() && !kind.is_waiting()
}

fn print_note(note: &Note, screen: &mut Screen) {
    let role = if is_trouble(note.kind) { Role::Warning } else { Role::Dim };
    screen.data(Line::new().with(role, "note").plain(": ").code(&note.path).plain(format!(": {}", note.message)));
}

fn print_sum(report: &SyncReport, screen: &mut Screen) {
    let (sum, left_out) = (sum(&report.totals).join(", "), left_out(report));
    screen.data(match (report.applied, sum.is_empty()) {
        (_, true) if left_out > 0 => {
            let told = if left_out == 1 { "the one above is left out" } else { "those above are left out" };
            Line::new().with(Role::Warning, told).plain(": nothing to do elsewhere")
        }
        (_, true) if report.notes.iter().any(|note| note.kind.is_waiting()) => {
            Line::new().with(Role::Warning, "not in step").plain(": nothing to do but what is told above")
        }
        (_, true) => Line::new().with(Role::Success, "in step").plain(": nothing to do"),
        (true, false) => Line::new().with(Role::Success, "done").plain(format!(": {sum}")),
        (false, false) => Line::new().with(Role::Warning, "not in step").plain(format!(": {sum} by the next sync")),
    });
    if let Some(why) = &report.refused_by {
        screen.alarm(
            Line::new().with(Role::Warning, "warning").plain(format!(": the next sync would refuse this: {why}")),
        );
    }
    tell_left_alone(report, screen);
    tell_conflicts(report, screen);
}

/// What was left alone: counted by reason in one line, with places for those who ask for details. Of what looks like a
/// sprint or a task, the first that are nearly in their places have lines of their own.
fn tell_left_alone(report: &SyncReport, screen: &mut Screen) {
    let left: Vec<&Note> = report.notes.iter().filter(|note| note.kind.is_left_alone()).collect();
    let is_detailed = screen.talk() == Talk::Verbose;
    let misplaced: Vec<&&Note> = left.iter().filter(|note| note.kind == NoteKind::Misplaced).collect();
    // Whole trees of another layout are there on purpose; what is nearly in its place is not.
    let is_near = |note: &&&&Note| note.message != Reason::OtherLayout.to_string();
    let near = misplaced.iter().filter(is_near).take(MISPLACED).copied();
    let told: Vec<&&Note> = if is_detailed { left.iter().collect() } else { near.collect() };
    for note in &told {
        let count = if note.count == 1 { String::new() } else { format!(": {}", counted(note.count, "file")) };
        screen.say(format!("left alone: {}: {}{count}", note.path, note.message));
    }
    let rest = misplaced.len().saturating_sub(told.len());
    if rest > 0 {
        let thing = if told.is_empty() { "document" } else { "more document" };
        screen.say(format!("left alone: {} that may be of a sprint or a task", counted(rest, thing)));
    }
    if left.is_empty() {
        return;
    }
    let all = counted(left.iter().map(|note| note.count).sum(), "file");
    let more = if is_detailed { "" } else { "; `-v` says which" };
    screen.say(format!("left alone: {all} of no sprint, task or agent ({}){more}", reasons(&left).join(", ")));
}

/// `2 in another layout`, the most first.
fn reasons(left: &[&Note]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    left.iter().for_each(|note| *counts.entry(&note.message).or_default() += note.count);
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect()
}

fn tell_conflicts(report: &SyncReport, screen: &mut Screen) {
    if report.open_conflicts > 0 {
        let wait = format!(": {} for a decision; see ", waiting(report.open_conflicts));
        screen.say(Line::new().with(Role::Warning, "warning").plain(wait).code("instep conflict list"));
    }
}

/// How many conflicts wait.
pub(super) fn waiting(conflicts: usize) -> String {
    format!("{} {}", counted(conflicts, "conflict"), if conflicts == 1 { "waits" } else { "wait" })
}

fn sum(totals: &Totals) -> Vec<String> {
    let counts = [
        (totals.created, "created"),
        (totals.restored, "restored"),
        (totals.pushed, "pushed"),
        (totals.pulled, "pulled"),
        (totals.merged, "merged"),
        (totals.deleted, "deleted"),
        (totals.removed, "trashed"),
        (totals.stamped, "stamped"),
        (totals.held, "held"),
        (totals.postponed, "postponed"),
    ];
    counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::screen::Look;
    use super::super::screen::tests::on_paper;
    use super::*;
    use crate::model::{Changes, ConflictKind, DocPath, EntityId, EntityKind};

    fn step(reference: &str, row: RowDeed, deed: FileDeed, changes: &[(&str, Value, Value)]) -> Step {
        let changed = |(field, from, to): &(&str, Value, Value)| {
            ((*field).to_owned(), Change { from: from.clone(), to: to.clone() })
        };
        let path = DocPath::new("delegation/backlog/x/TASK.md").expect("a good path");
        Step {
            entity: EntityId::new(uuid::Uuid::nil()),
            kind: EntityKind::Task,
            reference: reference.to_owned(),
            moved_from: None,
            rule: "push".to_owned(),
            row,
            files: vec![FileStep { path, deed, raw: None }],
            changes: changes.iter().map(changed).collect::<Changes>(),
            documents: Default::default(),
            conflicts: Vec::new(),
            held: false,
            row_version: Some(1),
        }
    }

    fn report(steps: Vec<Step>) -> SyncReport {
        SyncReport { applied: true, totals: Totals::of(&steps), steps, ..SyncReport::default() }
    }

    fn printed(report: &SyncReport, talk: Talk) -> (String, String) {
        let (mut screen, out, err) = on_paper(Look::default(), talk);
        print(report, &mut screen);
        (out.text(), err.text())
    }

    #[test]
    fn a_run_is_told_on_one_screen() {
        let mut held = step("T:alpha/c", RowDeed::Keep, FileDeed::Keep, &[]);
        (held.held, held.conflicts) = (true, vec![ConflictKind::Body]);
        let mut report = report(vec![
            step("T:alpha/a", RowDeed::Update, FileDeed::Stamp, &[("status", "pending".into(), "completed".into())]),
            step("T:alpha/b", RowDeed::Keep, FileDeed::Write, &[("assignee", Value::Null, "ann\x1b[2J".into())]),
            held,
            step("T:alpha/d", RowDeed::Create, FileDeed::Stamp, &[]),
        ]);
        report.open_conflicts = 1;
        let (out, err) = printed(&report, Talk::Normal);
        assert_eq!(
            out,
            "\
WHAT     REF        CHANGES
pushed   T:alpha/a  status: pending → completed
pulled   T:alpha/b  assignee: ann\\x1b[2J
held     T:alpha/c  conflict (body)
created  T:alpha/d  TASK.md
done: 1 created, 1 pushed, 1 pulled, 2 stamped, 1 held
"
        );
        assert_eq!(err, "warning: 1 conflict waits for a decision; see instep conflict list\n");
        assert_eq!(exit(&report), Exit::Conflicts);
    }

    #[test]
    fn a_long_run_is_cut_and_details_are_for_who_asks() {
        let long = report((0..40).map(|_| step("T:a/b", RowDeed::Create, FileDeed::Stamp, &[])).collect());
        let (out, err) = printed(&long, Talk::Normal);
        assert_eq!((out.lines().count(), err.as_str()), (SHOWN + 2, "… and 25 more; `-v` shows all\n"));
        assert_eq!(printed(&long, Talk::Verbose).0.lines().count(), 42);
    }

    #[test]
    fn who_wants_quiet_hears_only_of_trouble() {
        let note = |kind, message: &str| Note { kind, path: "a/TASK.md".into(), message: message.into(), count: 1 };
        let notes = vec![note(NoteKind::Quarantined, "conflict markers"), note(NoteKind::Behind, "older")];
        let done = SyncReport { notes, ..report(vec![step("T:a/b", RowDeed::Create, FileDeed::Stamp, &[])]) };
        let (out, err) = printed(&done, Talk::Quiet);
        assert_eq!((out.as_str(), err.as_str()), ("note: a/TASK.md: conflict markers\n", ""));
        let planned = SyncReport { applied: false, ..done };
        assert!(printed(&planned, Talk::Quiet).0.contains("T:a/b"), "what is asked for is told");
    }

    #[test]
    fn nothing_to_do_is_one_line() {
        let idle = SyncReport { applied: true, ..SyncReport::default() };
        assert_eq!(printed(&idle, Talk::Normal).0, "in step: nothing to do\n");
        assert_eq!(exit(&idle), Exit::Done);
    }

    #[test]
    fn a_file_that_was_not_read_shows_in_the_exit_code() {
        let note = |kind| Note { kind, path: "a/TASK.md".into(), message: "conflict markers".into(), count: 1 };
        for (kind, expected) in [(NoteKind::Quarantined, Exit::Files), (NoteKind::Unmanaged, Exit::Done)] {
            let report = SyncReport { notes: vec![note(kind)], ..SyncReport::default() };
            assert_eq!(exit(&report), expected);
        }
    }
}
