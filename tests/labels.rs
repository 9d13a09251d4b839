//! Measures the recognition of fields against labels that people made (`tests/fixtures/labels`).
//!
//! A field is right if its line, its raw value and its typed value are. The documents are real ones of other projects;
//! where they are absent a loud line says so, and only the labels themselves are checked.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;

use corpus::Corpus;
use instep::document::{Document, Slot, SlotKey, load};
use instep::model::{Field, Position, Role, Typed};

#[path = "support/corpus.rs"]
mod corpus;

const CANONICAL: &str = include_str!("fixtures/labels/canonical.tsv");
const OTHER: &str = include_str!("fixtures/labels/other.tsv");

/// A document and what is to be found in it.
struct Labelled {
    role: Role,
    path: &'static str,
    labels: Vec<(usize, Label)>,
}

/// What stands on a line.
enum Label {
    Field { field: Field, raw: &'static str, typed: &'static str },
    Mirror,
    Nothing { quote: &'static str },
    Free,
}

/// What recognition did on many documents.
#[derive(Default)]
struct Tally {
    documents: usize,
    labelled: usize,
    found: usize,
    right: usize,
    lookalikes: usize,
    mirrors: (usize, usize),
    mistakes: Vec<String>,
}

#[test]
fn canonical_documents_are_recognised() {
    let Some(tally) = measure("canonical", CANONICAL) else { return };
    assert!(tally.precision() >= 0.99, "precision {:.4}", tally.precision());
    assert!(tally.recall() >= 0.95, "recall {:.4}", tally.recall());
}

#[test]
fn little_is_recognised_wrongly_elsewhere() {
    let Some(tally) = measure("other", OTHER) else { return };
    assert!(tally.precision() >= 0.97, "precision {:.4}", tally.precision());
}

#[test]
fn labels_are_many_and_name_each_document_once() {
    let documents: Vec<Labelled> = [read_labels(CANONICAL), read_labels(OTHER)].into_iter().flatten().collect();
    let paths: BTreeSet<&str> = documents.iter().map(|document| document.path).collect();
    let labels = || documents.iter().flat_map(|document| &document.labels);
    assert_eq!(paths.len(), documents.len());
    assert!(paths.len() >= 120);
    assert!(labels().filter(|(_, label)| matches!(label, Label::Field { .. })).count() >= 300);
    assert!(labels().filter(|(_, label)| matches!(label, Label::Nothing { .. })).count() >= 150);
}

/// Recognises every labelled document, and prints how well.
#[expect(clippy::print_stdout, reason = "the measure is for people")]
fn measure(dialect: &str, labels: &'static str) -> Option<Tally> {
    let corpus = Corpus::find(&format!("recognition of {dialect} documents"))?;
    let mut tally = Tally::default();
    for labelled in read_labels(labels) {
        let bytes = fs::read(corpus.at(labelled.path)).expect("a labelled document is in the corpus");
        let loaded = load(labelled.role, &bytes).expect("a labelled document can be understood");
        tally.add(&labelled, &loaded.document);
    }
    println!("{dialect}\n{tally}");
    Some(tally)
}

impl Tally {
    fn add(&mut self, labelled: &Labelled, document: &Document) {
        self.documents += 1;
        let found: Vec<(usize, Field, &Slot)> =
            document.slots().iter().filter_map(|slot| placed(document, slot)).collect();
        for (line, field, slot) in &found {
            self.judge(labelled, document, (*line, *field, slot));
        }
        for (line, label) in &labelled.labels {
            let here = || found.iter().filter(|(at, ..)| at == line);
            match label {
                Label::Field { field, raw, typed } => {
                    self.labelled += 1;
                    if here().all(|(_, other, _)| other != field) {
                        self.mistakes
                            .push(format!("{}:{line} {field} expected {raw:?} {typed:?}, got nothing", labelled.path));
                    }
                }
                Label::Mirror => {
                    self.mirrors.0 += here().filter(|(.., slot)| slot.is_mirror).count().min(1);
                    self.mirrors.1 += 1;
                }
                Label::Nothing { quote } => {
                    let there = document.text().lines().nth(line - 1).unwrap_or_default();
                    assert!(there.contains(quote), "{}:{line} is {there:?}, not {quote:?}", labelled.path);
                    self.lookalikes += 1;
                }
                Label::Free => (),
            }
        }
    }

    fn judge(&mut self, labelled: &Labelled, document: &Document, (line, field, slot): (usize, Field, &Slot)) {
        let here = || labelled.labels.iter().filter(|(at, _)| *at == line).map(|(_, label)| label);
        let raw = document.raw(slot);
        let said = spelled(slot.typed.as_ref());
        let expected = here().find_map(|label| match label {
            Label::Field { field: of, raw, typed } if *of == field => Some((raw, typed)),
            _ => None,
        });
        if expected.is_none()
            && here().any(|label| matches!(label, Label::Free) || matches!(label, Label::Mirror) && slot.is_mirror)
        {
            return;
        }
        self.found += 1;
        if expected.is_some_and(|(r, t)| !slot.is_mirror && is_raw(r, raw) && is_typed(t, &said, raw)) {
            self.right += 1;
            return;
        }
        let expected = expected.map_or("nothing".to_owned(), |(raw, typed)| format!("{raw:?} {typed:?}"));
        let mirror = if slot.is_mirror { " as a mirror" } else { "" };
        self.mistakes
            .push(format!("{}:{line} {field} expected {expected}, got {raw:?} {said:?}{mirror}", labelled.path));
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / self.labelled.max(1) as f64
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.mistakes {
            writeln!(f, "  {mistake}")?;
        }
        let wrong = self.found - self.right;
        let missed = self.mistakes.len() - wrong;
        writeln!(
            f,
            "  documents {:5}   look-alikes {:5}   mirrors {} of {}",
            self.documents, self.lookalikes, self.mirrors.0, self.mirrors.1
        )?;
        writeln!(
            f,
            "  labelled  {:5}   found {:5}   right {:5}   wrong {wrong:3}   missed {missed:3}",
            self.labelled, self.found, self.right
        )?;
        write!(f, "  precision {:.4}  recall {:.4}", self.precision(), self.recall())
    }
}

/// The line of a field's value; nothing for the other values of a YAML text.
fn placed<'a>(document: &Document, slot: &'a Slot) -> Option<(usize, Field, &'a Slot)> {
    let SlotKey::Field(field) = slot.key else { return None };
    Some((Position::of(document.text(), slot.span.start).line, field, slot))
}

/// Whether `found` begins with the line that `label` quotes, which may be shortened: `Expand UI…116`.
fn is_raw(label: &str, found: &str) -> bool {
    let first = found.lines().next().unwrap_or_default();
    match label.rsplit_once('…').and_then(|(begin, count)| Some((begin, count.parse::<usize>().ok()?))) {
        Some((begin, count)) => first.starts_with(begin) && first.chars().count() == count,
        None => first == label,
    }
}

fn is_typed(label: &str, found: &str, raw: &str) -> bool {
    match label.strip_suffix('?') {
        Some(label) => found == "-" || found == label,
        None if label == "=" => found == bare(raw),
        None => found == label,
    }
}

/// The typed value as labels spell it.
fn spelled(typed: Option<&Typed>) -> String {
    match typed {
        None => "-".to_owned(),
        Some(Typed::Hours { low, high }) => format!("{low}..{high}"),
        Some(Typed::List(items)) => format!("[{}]", items.join(", ")),
        Some(Typed::Text(text)) => text.clone(),
        Some(other) => other.to_json().as_str().map_or_else(|| other.to_json().to_string(), str::to_owned),
    }
}

/// The text within quotes, backticks and bold marks.
fn bare(raw: &str) -> &str {
    let raw = raw.trim();
    ["**", "`", "\"", "'"].into_iter().find_map(|mark| raw.strip_prefix(mark)?.strip_suffix(mark)).map_or(raw, bare)
}

fn read_labels(text: &'static str) -> Vec<Labelled> {
    let mut documents: Vec<Labelled> = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        if let Some(role) = cells[0].strip_prefix('@') {
            let role = Role::from_word(role).expect("a role");
            documents.push(Labelled { role, path: cells[1], labels: Vec::new() });
            continue;
        }
        let label = match cells[1..] {
            ["mirror"] => Label::Mirror,
            ["free"] => Label::Free,
            ["-", quote] => Label::Nothing { quote },
            [field, raw, typed] => Label::Field { field: Field::from_word(field).expect("a field"), raw, typed },
            _ => panic!("no label: {line}"),
        };
        let number = cells[0].parse().expect("a line number");
        documents.last_mut().expect("a document comes first").labels.push((number, label));
    }
    documents
}
