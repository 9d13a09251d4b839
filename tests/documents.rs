//! Every document that there is, read and edited: nothing panics, and no edit touches a byte outside its value.
//!
//! What an edit may touch is worked out here from the slots of the old text alone, by cutting the new text into pieces;
//! this shares nothing with the editor.

#[path = "support/corpus.rs"]
mod corpus;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use instep::document::{self, Document, Slot, SlotKey};
use instep::model::{Field, Position, Role, Typed};
use rayon::prelude::*;

use corpus::Corpus;

#[test]
fn own_documents_are_edited_in_place_only() {
    assert!(edit_all(&own_documents()) > 80);
}

#[test]
fn own_documents_say_what_they_say() {
    let told: Vec<String> = own_documents().iter().map(|file| told(file)).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn hx07_hx08_hostile_texts_take_linear_time() {
    let pieces = [
        "- [ ] a\n",
        "[",
        "`",
        "<!-- ",
        "> ",
        "- ",
        "a\r",
        "|Status|b|\n",
        "**Status**: x\n",
        "**Status**: x | ",
        "**Owner**: x\n",
        "Status: a · Owner: b | ",
        "## Status\n\nDone\n\n",
        "<!-- instep 0198c3a1-0000-7000-8000-0000000000e1 ab12cd34ef56 -->\n",
    ];
    pieces.par_iter().for_each(|piece| {
        let start = Instant::now();
        let text = piece.repeat((1 << 19) / piece.len());
        document::parse(Role::Task, document::split(Role::Task, &text).text);
        let text = format!("# T\n\n**Status**: Done\n\n## B\n\n---\n{text}");
        let (headed, _) = document::parse(Role::Task, document::split(Role::Task, &text).text);
        let edited = headed.write(Field::Status, &"blocked".into()).expect(piece);
        assert_eq!(edited.skeleton().checkboxes.len(), headed.checkboxes().len());
        // Quadratic work on half a megabyte takes minutes.
        assert!(start.elapsed() < Duration::from_secs(30), "{piece:?} took {:?}", start.elapsed());
    });
}

#[test]
fn real_documents_are_edited_in_place_only() {
    let Some(corpus) = Corpus::find("edits of real documents") else { return };
    let folders = ["seeds", "seer-head", "encoding-dev", "dev/"];
    let files: Vec<PathBuf> = folders.iter().flat_map(|folder| files(&corpus.at(folder))).collect();
    assert!(files.len() > 5_000, "only {} documents", files.len());
    assert!(edit_all(&files) > 10_000);
}

#[test]
fn own_configurations_say_every_other_value() {
    let files: Vec<PathBuf> = own_documents().into_iter().filter(|file| role_of(file) == Role::AgentConfig).collect();
    assert!(conform_all(&files) > 20);
}

#[test]
fn real_configurations_say_every_other_value() {
    let Some(corpus) = Corpus::find("values of real configurations") else { return };
    let files: Vec<PathBuf> =
        ["seeds", "seer-head", "dev/"].iter().flat_map(|folder| files(&corpus.at(folder))).collect();
    let is_config = |file: &PathBuf| role_of(file) == Role::AgentConfig;
    assert!(conform_all(&files.into_iter().filter(is_config).collect::<Vec<_>>()) > 300);
}

/// Changes each value of each configuration, takes it away and puts something beside it; how often.
fn conform_all(files: &[PathBuf]) -> usize {
    let outcomes: Vec<Result<(), String>> = files.par_iter().flat_map(|file| conform_file(file)).collect();
    let wrong: Vec<&String> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).take(20).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    outcomes.len()
}

fn conform_file(file: &Path) -> Vec<Result<(), String>> {
    let bytes = fs::read(file).expect("a readable file");
    let Ok(loaded) = document::load(Role::AgentConfig, &bytes) else { return Vec::new() };
    let document = loaded.document;
    let Some(said) = document.to_json().filter(|_| !document.text().contains(['&', '*'])) else { return Vec::new() };
    let mut pointers = Vec::new();
    collect_pointers(said, "", &mut pointers);
    let spread = pointers.len() / 15 + 1;
    let changes = [
        serde_json::json!("another"),
        serde_json::json!(7),
        serde_json::json!([1, {"k": "v"}]),
        serde_json::json!({"k": ["v"]}),
    ];
    let mut outcomes = Vec::new();
    for (at, pointer) in pointers.iter().enumerate().step_by(spread) {
        let mut wanted = said.clone();
        *wanted.pointer_mut(pointer).expect("it is there") = changes[at % changes.len()].clone();
        let told = |why: String| format!("{}: {pointer} to {}: {why}", file.display(), changes[at % changes.len()]);
        outcomes.push(document.conform(&wanted).map(drop).map_err(|why| told(why.to_string())));
        let mut wanted = said.clone();
        document::place(&mut wanted, pointer, None);
        outcomes.push(document.conform(&wanted).map(drop).map_err(|why| told(format!("without it, {why}"))));
    }
    outcomes
}

/// Every place of a value, those in lists as well.
fn collect_pointers(value: &serde_json::Value, pointer: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(map) => {
            map.iter().map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v)).collect()
        }
        serde_json::Value::Array(items) => items.iter().enumerate().map(|(n, v)| (n.to_string(), v)).collect(),
        _ => return,
    };
    for (key, value) in inner {
        let pointer = format!("{pointer}/{key}");
        collect_pointers(value, &pointer, found);
        found.push(pointer);
    }
}

/// Documents made for this test.
fn own_documents() -> Vec<PathBuf> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/documents"))
}

/// What is recognised in a file, a line each.
fn told(file: &Path) -> String {
    let bytes = fs::read(file).expect("a readable file");
    let name = file.file_name().expect("a name").to_string_lossy();
    let loaded = match document::load(role_of(file), &bytes) {
        Ok(loaded) => loaded,
        Err(quarantine) => return format!("{name}\n    {}: {quarantine}\n", quarantine.reason.word()),
    };
    let document = loaded.document;
    let mut lines = vec![format!("{name}")];
    for slot in document.slots() {
        let key = match &slot.key {
            SlotKey::Field(field) => field.to_string(),
            SlotKey::Pointer(pointer) => pointer.clone(),
        };
        let line = Position::of(document.text(), slot.span.start).line;
        let typed = slot.typed.as_ref().map_or("-".to_owned(), |typed| format!("{typed:?}"));
        let mirror = if slot.is_mirror { " (mirror)" } else { "" };
        lines.push(format!("{line:4} {key}: {:?} = {typed}{mirror}", document.raw(slot)));
    }
    let boxes = document.checkboxes();
    lines.extend(boxes.iter().map(|b| format!("{:4} [{}] {} / {}", b.line, b.mark, b.heading, b.label)));
    lines.extend(
        loaded
            .problems
            .iter()
            .map(|p| format!("{:4}:{} {}: {}", p.position.line, p.position.column, p.rule, p.message)),
    );
    lines.extend(
        document
            .listed_tasks()
            .tasks
            .iter()
            .map(|task| format!("{:4} lists {} {:?}", task.line, task.code, task.title)),
    );
    if !document.role().is_yaml() {
        lines.push(format!("     {}", document.metadata()));
    }
    lines.join("\n") + "\n"
}

/// Edits every value of every file and returns how many there were; shows the first few that went wrong.
fn edit_all(files: &[PathBuf]) -> usize {
    let outcomes: Vec<Result<(), String>> = files.par_iter().flat_map(|file| edit_file(file)).collect();
    let wrong: Vec<&String> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    let shown: Vec<&str> = wrong.iter().take(20).map(|told| told.as_str()).collect();
    assert!(wrong.is_empty(), "{} of {} edits went wrong:\n{}", wrong.len(), outcomes.len(), shown.join("\n"));
    outcomes.len()
}

/// Every Markdown and YAML file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let is_document = |path: &Path| {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        ["md", "yml", "yaml"].contains(&extension.to_lowercase().as_str())
    };
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.expect("a folder"));
    files.map(walkdir::DirEntry::into_path).filter(|path| path.is_file() && is_document(path)).collect()
}

/// Sets each field of a file to another value and back, and some of the keys that are no fields.
fn edit_file(file: &Path) -> Vec<Result<(), String>> {
    let bytes = fs::read(file).expect("a readable file");
    let role = role_of(file);
    let Ok(text) = document::read(role, &bytes) else {
        let (refused, _) = document::parse(role, String::from_utf8_lossy(&bytes));
        check_slots(&refused, file);
        return Vec::new();
    };
    let (document, problems) = document::parse(role, document::split(role, text).text);
    assert!(problems.iter().all(|problem| document.text().get(problem.span.clone()).is_some()), "{}", file.display());
    check_slots(&document, file);
    check_skeleton(&document, file);
    let (fields, others): (Vec<&Slot>, Vec<&Slot>) =
        document.slots().iter().filter(|slot| !slot.is_mirror).partition(|slot| slot.field().is_some());
    // A list is a value that is taken as a whole, and has no spelling to be set to.
    let is_list = |slot: &&&Slot| matches!(&slot.key, SlotKey::Pointer(pointer) if document.is_structure(pointer));
    let spread = others.iter().filter(|slot| !is_list(slot)).step_by(others.len() / 6 + 1);
    let told = |slot: &Slot, why| format!("{}: {:?} {:?}: {why}", file.display(), slot.key, document.raw(slot));
    let edit = |slot: &&Slot| set_and_set_back(&document, slot).map_err(|why| told(slot, why));
    fields.iter().chain(spread).map(edit).collect()
}

/// What the file would be if it lay in a project.
fn role_of(file: &Path) -> Role {
    let mut parts = file.iter().rev().map(|part| part.to_string_lossy().to_lowercase());
    let (name, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match name.ends_with(".md") {
        true if name.contains("sprint") => Role::Sprint,
        true => Role::Task,
        false if folder == "agents" => Role::AgentProfile,
        false => Role::AgentConfig,
    }
}

/// Slots lie in the text, in order and apart, and other rooms may slice with them.
fn check_slots(document: &Document, file: &Path) {
    let mut end = 0;
    for slot in document.slots() {
        assert!(
            end <= slot.span.start && document.text().get(slot.span.clone()).is_some(),
            "{}: {slot:?}",
            file.display()
        );
        end = slot.span.end;
    }
    for checkbox in document.checkboxes() {
        assert_eq!(document.text()[checkbox.mark_span].chars().collect::<Vec<_>>(), [checkbox.mark]);
    }
}

fn check_skeleton(document: &Document, file: &Path) {
    let skeleton = document.skeleton();
    assert_eq!(skeleton.text.matches('\n').count() + broken_lines(document), document.text().matches('\n').count());
    assert_eq!(document::fill(&skeleton.text, &skeleton.values).as_deref(), Ok(document.text()), "{}", file.display());
    for (old, new) in document.checkboxes().iter().zip(&skeleton.checkboxes) {
        let filled = document::fill(&skeleton.text[new.span.clone()], &skeleton.values);
        assert_eq!(filled.as_deref(), Ok(&document.text()[old.span.clone()]), "{}", file.display());
    }
}

/// Line ends inside values.
fn broken_lines(document: &Document) -> usize {
    document.slots().iter().map(|slot| document.raw(slot).matches('\n').count()).sum()
}

fn set_and_set_back(document: &Document, slot: &Slot) -> Result<(), String> {
    let old = document.raw(slot);
    let new = another(slot, old);
    let edited = document.set(&slot.key, &new).map_err(|error| format!("to {new:?}: {error}"))?;
    outside(document, &edited, slot, &new)?;
    let found =
        edited.slot(&slot.key).filter(|found| edited.raw(found) == new).ok_or("the new value is not read back")?;
    let back = edited.set(&slot.key, old).map_err(|error| format!("and back: {error}"))?;
    match old {
        // The blank behind the colon stays.
        "" => outside(&edited, &back, found, ""),
        _ if back.text() == document.text() => Ok(()),
        _ => Err("not the same after setting it back".to_owned()),
    }
}

/// A raw value like `old` in kind that no document has.
fn another(slot: &Slot, old: &str) -> String {
    // One person may be written as a list.
    let may_be_list =
        matches!(slot.typed, Some(Typed::List(_))) || matches!(slot.field(), Some(Field::Assignee | Field::Owner));
    match (&slot.key, &slot.typed) {
        _ if may_be_list && old.starts_with('[') => "[zebra-9, 'yak']".into(),
        _ if may_be_list && (old.starts_with("- ") || old.starts_with("-\n")) => "- zebra-9".into(),
        (SlotKey::Field(Field::Title), _) => "Zebra nine".into(),
        (SlotKey::Pointer(_), _) if old.starts_with('"') => "\"zebra\\n9\"".into(),
        _ => "zebra-9".into(),
    }
}

/// Whether `new` is `old` with `raw` in the place of `slot` and of the mirrors that said the same, and nothing else.
fn outside(old: &Document, new: &Document, slot: &Slot, raw: &str) -> Result<(), String> {
    let said = old.raw(slot);
    let changed = old.slots().iter().filter(|other| other.key == slot.key && old.raw(other) == said);
    let mut rest = new.text();
    let mut done = 0;
    for other in changed {
        let before = &old.text()[done..other.span.start];
        rest = rest.strip_prefix(before).ok_or_else(|| format!("other bytes before {:?}", other.span))?;
        // A label without a value may lack the blank behind its colon.
        let value =
            rest.strip_prefix(raw).or_else(|| rest.strip_prefix(' ').filter(|_| said.is_empty())?.strip_prefix(raw));
        rest = value.ok_or_else(|| format!("another value at {:?}", other.span))?;
        done = other.span.end;
    }
    if rest == &old.text()[done..] { Ok(()) } else { Err("other bytes at the end".to_owned()) }
}
