//! Real documents through the real decision.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use crate::model::{
    Code, ConflictKind as Kind, DocumentKey, EntityId, EntityKind, EntityRef, EventType, Field, Fields, Role, ThreeWay,
};
use crate::reconcile::*;

const TASK: &str = "\
# Task: Lay the water pipe

**Task ID**: `water-pipe`  
**Status**: Pending  
**Priority**: P1  
**Assigned To**: Mira

---

## Objective

Bring water from the spring to the house.

## Tasks

- [ ] Dig the trench
- [ ] Lay the pipe
- [ ] Cover the trench

## Notes

The ground is stony on the north side.
Ask the neighbour for the excavator.

---

**Task Status**: Pending
";

const AGENT: &str = "\
# who lays pipes
task_id: water-pipe
task:
  title: Lay the water pipe
  status: pending   # as TASK.md says
  priority: P1
capabilities:
  - digging
  - welding
steps:
  - measure
  - cut
context: {depth: 80, unit: cm}
";

fn key(role: Role, name: &str) -> DocumentKey {
    DocumentKey { role, name: name.to_owned() }
}

fn task_key() -> DocumentKey {
    key(Role::Task, "TASK.md")
}

pub(super) fn agent_key() -> DocumentKey {
    key(Role::AgentConfig, "AGENT.yml")
}

fn task(text: &str) -> Writing {
    Writing::document(Role::Task, text).0
}

pub(super) fn agent(text: &str) -> Writing {
    Writing::document(Role::AgentConfig, text).0
}

pub(super) fn text(writing: &Writing) -> &str {
    std::str::from_utf8(writing.bytes()).expect("documents are UTF-8")
}

/// One document on three sides.
pub(super) type Sides<'a> = (DocumentKey, ThreeWay<&'a Writing>);

/// The case of documents whose files and rows derive from one base; what changed in the row was changed by others.
pub(super) fn case(sides: &[Sides<'_>]) -> Case<DocumentKey, Writing, ()> {
    let part = |(key, sides): &Sides<'_>| {
        let since = if sides.row == sides.base {
            vec![]
        } else {
            vec![Later { content: Some(sides.row.clone()), is_own: false }]
        };
        let ancestry = match key.role.is_managed() {
            true => Ancestry::Known { content: sides.base.clone(), since },
            false => Ancestry::Unstamped,
        };
        let is_known = sides.file == sides.base || sides.file == sides.row;
        let part = Part {
            kind: if key.role.is_managed() { PartKind::Managed } else { PartKind::Attachment },
            file: FileState::Present(FileText {
                content: sides.file.clone(),
                ancestry,
                is_known,
                is_as_left: sides.file == sides.base,
            }),
            row: Some(sides.row.clone()),
            left: Left::Text(sides.base.clone()),
            git: GitFacts::default(),
        };
        (key.clone(), part)
    };
    Case {
        parts: sides.iter().map(part).collect(),
        row: RowState::Live,
        place: ThreeWay { base: None, file: None, row: None },
        circumstances: Circumstances::default(),
    }
}

pub(super) fn sides<'a>(base: &'a Writing, file: &'a Writing, row: &'a Writing) -> Sides<'a> {
    let role = base.parsed().map_or(Role::Attachment, |document| document.role());
    let name = match role {
        Role::Task => "TASK.md",
        Role::AgentConfig => "AGENT.yml",
        _ => "notes.md",
    };
    (key(role, name), ThreeWay { base, file, row })
}

/// What the row says of a document after the verdict.
pub(super) fn row_after(
    case: &Case<DocumentKey, Writing, ()>,
    verdict: &Verdict<DocumentKey, Writing>,
    key: &DocumentKey,
) -> Writing {
    match &verdict.row {
        RowAction::Write { parts, .. } => parts[key].clone(),
        _ => case.parts[key].row.clone().expect("the row has it"),
    }
}

/// The merged text of one document.
pub(super) fn merged(base: &Writing, file: &Writing, row: &Writing) -> (String, Verdict<DocumentKey, Writing>) {
    let sides = sides(base, file, row);
    let case = case(std::slice::from_ref(&sides));
    let verdict = decide(&case);
    (text(&row_after(&case, &verdict, &sides.0)).to_owned(), verdict)
}

pub(super) fn kinds(verdict: &Verdict<DocumentKey, Writing>) -> Vec<Kind> {
    verdict.collisions.iter().map(|collision| collision.kind).collect()
}

/// The task with columns that another program changed.
fn with_columns(text: &str, patch: &[(Field, serde_json::Value)]) -> Writing {
    let documents = BTreeMap::from([(task_key(), task(text))]);
    let patch: Fields = patch.iter().cloned().collect();
    overlay(&documents, &patch).documents.remove(&task_key()).expect("the document stays")
}

#[test]
fn cc05_sql_changes_the_status_and_the_file_its_text() {
    let base = task(TASK);
    let file = task(&TASK.replace("stony", "soft"));
    let row = with_columns(TASK, &[(Field::Status, json!("in_progress"))]);
    let (text, verdict) = merged(&base, &file, &row);
    assert!(verdict.collisions.is_empty(), "{:?}", verdict.collisions);
    assert_eq!(text, text_of(TASK, &[("stony", "soft"), ("Status**: Pending", "Status**: In Progress")]));
}

fn text_of(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[test]
fn neighbouring_header_fields_do_not_collide() {
    let file = task(&TASK.replace("**Status**: Pending", "**Status**: Blocked"));
    let row = with_columns(TASK, &[(Field::Priority, json!("P0")), (Field::Assignee, json!("Noor"))]);
    let (text, verdict) = merged(&task(TASK), &file, &row);
    assert!(verdict.collisions.is_empty(), "{:?}", verdict.collisions);
    assert!(text.contains("**Status**: Blocked  \n**Priority**: P0  \n**Assigned To**: Noor\n"), "{text}");
    assert!(text.ends_with("**Task Status**: Blocked\n"), "the mirror follows: {text}");
}

#[test]
fn ed18_a_box_ticked_in_the_file_and_renamed_in_the_row_is_both() {
    let file = task(&TASK.replace("- [ ] Lay the pipe", "- [x] Lay the pipe"));
    let row = task(&TASK.replace("Lay the pipe\n", "Lay the copper pipe\n"));
    let (text, verdict) = merged(&task(TASK), &file, &row);
    assert!(verdict.collisions.is_empty() && text.contains("- [x] Lay the copper pipe\n"), "{text}");
}

#[test]
fn ed19_a_status_from_the_database_changes_no_other_byte() {
    let odd =
        "---\n# by hand\nzeta: [1,  2]\nstatus:   pending   # soon\nalpha: {b: 1}\n---\n\n# Task: Odd\n\ntext\u{a0}\n";
    let row = with_columns(odd, &[(Field::Status, json!("completed"))]);
    assert_eq!(text(&row), odd.replace("pending", "completed"));
}

#[test]
fn cc03_one_field_changed_on_both_sides_is_the_rows() {
    let file = task(&TASK.replace("**Priority**: P1", "**Priority**: P3"));
    let row = with_columns(TASK, &[(Field::Priority, json!("P0"))]);
    let (text, verdict) = merged(&task(TASK), &file, &row);
    assert!(text.contains("**Priority**: P0"));
    let collision = &verdict.collisions[0];
    let raw = |said: &Option<Said>| said.as_ref().map(|said| said.raw.clone());
    assert_eq!(
        (collision.kind, raw(&collision.file), raw(&collision.row)),
        (Kind::Field, Some("P3".into()), Some("P0".into()))
    );
}

#[test]
fn two_titles_are_held() {
    let [file, row] = ["Lay a pipe", "Lay all pipes"].map(|title| task(&TASK.replace("Lay the water pipe", title)));
    let (text, verdict) = merged(&task(TASK), &file, &row);
    assert_eq!((text.as_bytes(), kinds(&verdict)), (row.bytes(), vec![Kind::Body]));
}

#[test]
fn a_field_that_one_side_takes_out_and_the_other_changes_is_put_back() {
    let file = task(&TASK.replace("**Assigned To**: Mira\n", ""));
    let row = with_columns(TASK, &[(Field::Assignee, json!("Noor"))]);
    let (text, verdict) = merged(&task(TASK), &file, &row);
    assert!(text.contains("**Assigned To**: Noor") || verdict.is_held(), "{text}");
    assert!(!kinds(&verdict).is_empty());
}

#[test]
fn scalars_of_a_yaml_text_are_merged_by_their_place() {
    let file = agent(&AGENT.replace("depth: 80", "depth: 90"));
    let row = agent(&AGENT.replace("unit: cm", "unit: mm").replace("priority: P1", "priority: P0"));
    let (text, verdict) = merged(&agent(AGENT), &file, &row);
    assert!(verdict.collisions.is_empty(), "{:?}", verdict.collisions);
    assert_eq!(
        text,
        text_of(AGENT, &[("depth: 80", "depth: 90"), ("unit: cm", "unit: mm"), ("priority: P1", "priority: P0")])
    );
}

#[test]
fn a_list_is_one_value_and_held_where_both_changed_it() {
    let file = agent(&AGENT.replace("  - measure\n", "  - ask\n  - measure\n"));
    let row = agent(&AGENT.replace("- welding", "- soldering"));
    let (text, verdict) = merged(&agent(AGENT), &file, &row);
    assert!(verdict.collisions.is_empty() && text.contains("- soldering\nsteps:\n  - ask\n  - measure\n"), "{text}");
    let (_, verdict) = merged(&agent(AGENT), &file, &agent(&AGENT.replace("- cut", "- saw")));
    assert_eq!(kinds(&verdict), [Kind::Body]);
}

#[test]
fn a_merge_that_is_no_yaml_is_held() {
    let base = format!("tools: &t {{saw: 1}}\n{AGENT}");
    let row = agent(&format!("{base}again: *t\n"));
    let (text, verdict) = merged(&agent(&base), &agent(AGENT), &row);
    assert_eq!((text.as_bytes(), kinds(&verdict).contains(&Kind::Invalid)), (row.bytes(), true));
}

#[test]
fn tags_are_a_set() {
    let tagged = |tags: &str| {
        task(&TASK.replace("**Assigned To**: Mira\n", &format!("**Assigned To**: Mira  \n**Tags**: {tags}\n")))
    };
    let (text, verdict) = merged(&tagged("water, summer"), &tagged("water, summer, garden"), &tagged("water, urgent"));
    assert!(verdict.collisions.is_empty() && text.contains("**Tags**: water, urgent, garden\n"), "{text}");
}

#[test]
fn one_opinion_on_the_status_reaches_both_documents_in_their_own_style() {
    let (task_base, agent_base) = (task(TASK), agent(AGENT));
    let file = task(&TASK.replacen("**Status**: Pending", "**Status**: In Progress", 1));
    let case = case(&[sides(&task_base, &file, &task_base), sides(&agent_base, &agent_base, &agent_base)]);
    let verdict = decide(&case);
    let agent_now = row_after(&case, &verdict, &agent_key());
    assert_eq!(text(&agent_now), AGENT.replace("status: pending", "status: in_progress"));
    assert_eq!(verdict.files[&agent_key()].action, FileAction::Write(agent_now));
    assert!(text(&row_after(&case, &verdict, &task_key())).ends_with("**Task Status**: In Progress\n"));
}

#[test]
fn attachments_are_merged_by_lines_and_other_bytes_as_a_whole() {
    let task = task(TASK);
    let decided = |base: &Writing, file: &Writing, row: &Writing| {
        let sides = sides(base, file, row);
        let case = case(&[self::sides(&task, &task, &task), sides.clone()]);
        let verdict = decide(&case);
        (row_after(&case, &verdict, &sides.0), verdict.is_held())
    };
    let [base, file, row] = ["a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n"].map(|text| Writing::attachment(text.as_bytes()));
    assert_eq!(decided(&base, &file, &row), (Writing::attachment(&b"A\nb\nC\n"[..]), false));
    let [base, file, row] =
        [b"\xff1\n2\n3", b"\xffX\n2\n3", b"\xff1\n2\nY"].map(|bytes| Writing::attachment(&bytes[..]));
    assert_eq!(decided(&base, &file, &row), (row, true));
}

#[test]
fn ed11_line_ends_are_no_change() {
    assert_eq!(task(TASK), task(&format!("\u{feff}{}", TASK.replace('\n', "\r\n"))));
}

#[test]
fn overlay_keeps_to_the_row_what_no_document_has_a_place_for() {
    let documents = BTreeMap::from([(task_key(), task("just a line\n"))]);
    let laid = overlay(&documents, &Fields::from([(Field::Assignee, json!("Mira"))]));
    assert_eq!((laid.documents == documents, laid.in_row_alone), (true, vec![Field::Assignee]));
}

#[test]
fn overlay_puts_a_new_field_into_the_header_and_follows_in_every_place_that_said_the_same() {
    let documents = BTreeMap::from([(task_key(), task(TASK)), (agent_key(), agent(AGENT))]);
    let patch = Fields::from([(Field::Owner, json!("Noor")), (Field::Priority, json!("P2"))]);
    let laid = overlay(&documents, &patch);
    assert!(text(&laid.documents[&task_key()]).contains("**Priority**: P2"));
    assert!(text(&laid.documents[&agent_key()]).contains("priority: P2"));
    assert!(
        text(&laid.documents[&task_key()]).contains("Noor") && !text(&laid.documents[&agent_key()]).contains("Noor")
    );
}

#[test]
fn columns_come_from_the_first_document_that_says_them() {
    let before = BTreeMap::from([(task_key(), task(TASK)), (agent_key(), agent(&AGENT.replace("P1", "P3")))]);
    let old = columns(&before, None);
    assert_eq!((&old.fields[&Field::Status], &old.fields[&Field::Priority]), (&json!("pending"), &json!("P1")));
    assert_eq!(old.agent_config.as_ref().expect("there is an AGENT.yml")["task"]["priority"], "P3");
    let row = Fields::from([(Field::Position, json!(4)), (Field::Assignee, json!("Mira"))]);
    let after = BTreeMap::from([(task_key(), task(&TASK.replace("**Assigned To**: Mira\n", "")))]);
    let new = columns(&after, Some(Before { documents: &before, fields: &row }));
    assert_eq!(new.fields.get(&Field::Position), Some(&json!(4)), "no document speaks of it");
    assert_eq!(new.fields.get(&Field::Assignee), None, "it was taken out of the document");
    assert_eq!(new.agent_config, None);
}

/// The types of the events that tell of a change of the task's text, with the columns they tell of.
fn told(before: &str, after: &str, how: How) -> Vec<(EventType, Vec<String>)> {
    let documents = |text| BTreeMap::from([(task_key(), task(text))]);
    let (before, after) = (documents(before), documents(after));
    let (old, new) = (columns(&before, None), columns(&after, None));
    let code = Code::new("water-pipe").expect("a good code");
    let told = |columns, documents| Told { columns, sprint: None, code: &code, documents };
    let id = EntityId::new(uuid::Uuid::from_u128(7));
    let happening = Happening::Written { how, before: Some(told(&old, &before)), after: told(&new, &after) };
    let events = events(EntityRef { kind: EntityKind::Task, id }, &happening);
    events.into_iter().map(|event| (event.event_type, event.changes.into_keys().collect())).collect()
}

#[test]
fn each_effective_change_is_one_event() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let changed = TASK.replace("Status**: Pending", "Status**: Done").replace("P1", "P0").replace("stony", "soft");
    assert_eq!(
        told(TASK, &changed, How::Updated),
        [
            (EventType::TaskUpdated, names(&["body"])),
            (EventType::TaskStatusUpdated, names(&["status"])),
            (EventType::TaskPriorityChanged, names(&["priority"])),
        ]
    );
    assert_eq!(told(TASK, TASK, How::Updated), []);
    assert_eq!(
        told(TASK, &TASK.replace("Pending", "Blocked"), How::Updated),
        [(EventType::TaskBlocked, names(&["status"]))]
    );
    assert_eq!(
        told(TASK, &TASK.replace("Pending", "⏳ Pending"), How::Updated),
        [(EventType::TaskUpdated, names(&["body"]))]
    );
    let reverted = told(TASK, &changed, How::Reverted);
    assert_eq!(reverted, [(EventType::TaskReverted, names(&["body", "priority", "status"]))]);
    assert_eq!(told(TASK, TASK, How::Restored), [(EventType::TaskRestored, names(&["deleted"]))]);
}

#[test]
fn a_field_that_is_put_into_the_header_is_one_event() {
    let with_owner = text(&with_columns(TASK, &[(Field::Owner, json!("Noor"))])).to_owned();
    assert_eq!(told(TASK, &with_owner, How::Updated), [(EventType::TaskUpdated, vec!["owner".to_owned()])]);
}

/// One edit of the task's text, by somebody who knows nothing of documents.
#[derive(Debug, Clone)]
enum Edit {
    Status(usize),
    Priority(usize),
    Assignee(u8),
    Title(u8),
    Tick(usize),
    Reword(usize, u8),
    Insert(usize, u8),
    Delete(usize),
}

/// Lines of the text below the header that are no boxes and no rules.
const BODY: [&str; 3] = ["Bring water from", "The ground is", "Ask the neighbour"];
const BOXES: [&str; 3] = ["Dig the trench", "Lay the pipe", "Cover the trench"];

impl Edit {
    /// What the edit is about: edits of different topics are disjoint.
    fn topic(&self) -> String {
        match self {
            Self::Status(_) => "status".into(),
            Self::Priority(_) => "priority".into(),
            Self::Assignee(_) => "assignee".into(),
            Self::Title(_) => "title".into(),
            Self::Tick(at) => format!("box {at}"),
            Self::Reword(at, _) | Self::Insert(at, _) | Self::Delete(at) => format!("line {}", at / 2),
        }
    }

    /// The text that the edit puts there, where it is one that nobody else writes.
    fn mark(&self, side: &str) -> Option<String> {
        match self {
            Self::Assignee(n) | Self::Title(n) | Self::Reword(_, n) | Self::Insert(_, n) => Some(format!("{side}{n}")),
            Self::Status(_) | Self::Priority(_) | Self::Tick(_) | Self::Delete(_) => None,
        }
    }

    fn apply(&self, text: &str, side: &str) -> String {
        let mark = self.mark(side).unwrap_or_default();
        let value = |label: &str, value: &str| {
            let line = |line: &str| if line.starts_with(label) { format!("{label}{value}") } else { line.to_owned() };
            text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
        };
        let at_line = |start: &str, edit: &dyn Fn(&str) -> String| {
            let line = |line: &str| if line.contains(start) { edit(line) } else { format!("{line}\n") };
            text.lines().map(line).collect::<String>()
        };
        match self {
            Self::Status(n) => {
                let word = ["Blocked", "In Progress", "Done"][n % 3];
                let line = |line: &str| match line.split_once("Status**: ") {
                    Some((label, _)) => format!("{label}Status**: {word}"),
                    None => line.to_owned(),
                };
                text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
            }
            Self::Priority(n) => value("**Priority**: ", ["P0  ", "P2  ", "P3  "][n % 3]),
            Self::Assignee(_) => value("**Assigned To**: ", &mark),
            Self::Title(_) => value("# Task: ", &mark),
            Self::Tick(at) => at_line(BOXES[at % 3], &|line| format!("{}\n", line.replace("[ ]", "[x]"))),
            Self::Reword(at, _) => at_line(BODY[at % 3], &|line| format!("{line} {mark}\n")),
            Self::Insert(at, _) => at_line(BODY[at % 3], &|line| format!("{line}\n{mark}\n")),
            Self::Delete(at) => at_line(BODY[at % 3], &|_| String::new()),
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0usize..3).prop_map(Edit::Status),
        (0usize..3).prop_map(Edit::Priority),
        any::<u8>().prop_map(Edit::Assignee),
        any::<u8>().prop_map(Edit::Title),
        (0usize..3).prop_map(Edit::Tick),
        (0usize..3, any::<u8>()).prop_map(|(at, n)| Edit::Reword(at, n)),
        (0usize..3, any::<u8>()).prop_map(|(at, n)| Edit::Insert(at, n)),
        (0usize..3).prop_map(Edit::Delete),
    ]
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    proptest::collection::vec(edit(), 0..4)
}

fn edited(edits: &[Edit], side: &str) -> Writing {
    task(&edits.iter().fold(TASK.to_owned(), |text, edit| edit.apply(&text, side)))
}

/// The case once the verdict on it was carried out.
fn carried_out(
    mut case: Case<DocumentKey, Writing, ()>,
    verdict: &Verdict<DocumentKey, Writing>,
) -> Case<DocumentKey, Writing, ()> {
    for (key, part) in &mut case.parts {
        let before = part.row.clone();
        if let RowAction::Write { parts, .. } = &verdict.row {
            part.row = parts.get(key).cloned();
        }
        let FileState::Present(file) = &mut part.file else { continue };
        if let FileAction::Write(content) = &verdict.files[key].action {
            file.content = content.clone();
        }
        if verdict.files[key].action == FileAction::Pass {
            if let (Ancestry::Known { since, .. }, true) = (&mut file.ancestry, before != part.row) {
                since.push(Later { content: part.row.clone(), is_own: true });
            }
        } else {
            file.ancestry = Ancestry::Known { content: file.content.clone(), since: vec![] };
            (file.is_known, file.is_as_left) = (true, true);
            part.left = Left::Text(file.content.clone());
        }
    }
    case
}

/// A crash between the row and the file: only the row was written.
fn crashed(
    case: &Case<DocumentKey, Writing, ()>,
    verdict: &Verdict<DocumentKey, Writing>,
) -> Case<DocumentKey, Writing, ()> {
    let mut verdict = verdict.clone();
    verdict.files.values_mut().for_each(|file| file.action = FileAction::Pass);
    carried_out(case.clone(), &verdict)
}

#[test]
fn a_line_of_a_value_that_came_or_went_is_no_change_of_words() {
    let base = task(TASK);
    let differs = |from: &str, to: &str| {
        let other = task(&TASK.replace(from, to));
        assert_ne!(other.text(), base.text(), "{to}");
        assert_eq!(base.has_same_words(&other), other.has_same_words(&base));
        !base.has_same_words(&other)
    };
    assert!(!differs("**Priority**: P1  \n", "**Priority**: P1  \n**Owner**: Kim  \n"));
    assert!(!differs("**Priority**: P1  \n", ""));
    assert!(differs("**Priority**: P1  \n", "**Prio**: P1  \n"), "another label of the same value");
    assert!(differs("Bring water", "Carry water"));
    assert!(differs("**Priority**: P1  \n", "**Priority**: P1  \n\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn p4_p11_a_second_sync_does_nothing_also_after_a_crash(of_file in edits(), of_row in edits()) {
        let (base, file, row) = (task(TASK), edited(&of_file, "file"), edited(&of_row, "row"));
        let case = case(&[sides(&base, &file, &row)]);
        let verdict = decide(&case);
        let after = carried_out(case.clone(), &verdict);
        let again = decide(&after);
        prop_assert_eq!(&again.row, &RowAction::Keep);
        prop_assert!(matches!(again.files[&task_key()].action, FileAction::Keep | FileAction::Pass), "{:?}", again);
        let crashed = crashed(&case, &verdict);
        let healed = carried_out(crashed.clone(), &decide(&crashed));
        prop_assert_eq!(&healed.parts[&task_key()].row, &after.parts[&task_key()].row);
        if !verdict.is_held() {
            prop_assert_eq!(&healed.parts[&task_key()].file, &after.parts[&task_key()].file);
        }
    }

    #[test]
    fn p2_no_edit_is_lost(of_file in edits(), of_row in edits()) {
        let (base, file, row) = (task(TASK), edited(&of_file, "file"), edited(&of_row, "row"));
        let (text, verdict) = merged(&base, &file, &row);
        let on_record = |mark: &str| {
            verdict.is_held() || verdict.collisions.iter().any(|c| [&c.file, &c.row].into_iter().flatten().any(|said| said.raw.contains(mark)))
        };
        for (edits, side, writing) in [(&of_file, "file", &file), (&of_row, "row", &row)] {
            for mark in edits.iter().filter_map(|edit| edit.mark(side)) {
                let was_there = self::text(writing).contains(&mark);
                prop_assert!(!was_there || text.contains(&mark) || on_record(&mark), "{} of\n{}", mark, text);
            }
        }
    }

    #[test]
    fn p7_a_change_of_one_side_is_verbatim(edits in edits()) {
        let (base, changed) = (task(TASK), edited(&edits, "x"));
        let (pushed, verdict) = merged(&base, &changed, &base);
        prop_assert!(verdict.collisions.is_empty());
        prop_assert_eq!(pushed.as_bytes(), changed.bytes());
        let (pulled, verdict) = merged(&base, &base, &changed);
        prop_assert_eq!(pulled.as_bytes(), changed.bytes());
        let action = &verdict.files[&task_key()].action;
        prop_assert!(changed == base || *action == FileAction::Write(changed.clone()), "{:?}", action);
    }

    #[test]
    fn p8_disjoint_edits_commute(of_file in edits(), of_row in edits()) {
        let disjoint = of_file.iter().all(|a| of_row.iter().all(|b| a.topic() != b.topic()));
        prop_assume!(disjoint);
        let (base, a, b) = (task(TASK), edited(&of_file, "a"), edited(&of_row, "b"));
        let ((one, first), (other, second)) = (merged(&base, &a, &b), merged(&base, &b, &a));
        prop_assume!(!first.is_held() && !second.is_held());
        prop_assert!(first.collisions.is_empty() && second.collisions.is_empty());
        prop_assert_eq!(one, other);
    }

    #[test]
    fn p9_the_same_case_gives_the_same_bytes(of_file in edits(), of_row in edits()) {
        let (base, file, row) = (task(TASK), edited(&of_file, "file"), edited(&of_row, "row"));
        prop_assert_eq!(merged(&base, &file, &row), merged(&task(TASK), &edited(&of_file, "file"), &edited(&of_row, "row")));
    }

    #[test]
    fn p15_forgetting_what_was_left_only_adds_conflicts(of_file in edits(), of_row in edits()) {
        let (base, file, row) = (task(TASK), edited(&of_file, "file"), edited(&of_row, "row"));
        let mut case = case(&[sides(&base, &file, &row)]);
        let before = decide(&case);
        case.parts.values_mut().for_each(|part| part.left = Left::Unknown);
        let after = decide(&case);
        prop_assert!(after.row == before.row || after.collisions.len() > before.collisions.len());
    }
}
