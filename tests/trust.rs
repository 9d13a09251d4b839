//! The catalogue of scenarios names the tests that tell them, and knows every id that a test bears.
//!
//! `UPDATE=1 cargo test --test trust` writes its last column anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The kinds of scenarios.
const KINDS: [&str; 8] = ["ed", "gt", "cc", "cp", "db", "fs", "hx", "sc"];

/// So many tests of one scenario are named; more are counted.
const NAMED: usize = 2;

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Every test whose name bears the id of a scenario, by id.
fn tests() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let sources = ["src", "tests"].into_iter().flat_map(|folder| WalkDir::new(home().join(folder)));
    for source in sources.map(|entry| entry.expect("sources can be read").into_path()) {
        if source.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&source).expect("a source is text");
            for name in text.lines().filter_map(function) {
                for id in name.split('_').filter(|word| is_id(word)) {
                    found.entry(id.to_uppercase()).or_default().insert(name.to_owned());
                }
            }
        }
    }
    found
}

/// The name of the function that begins on this line, or of the story that a list names there.
fn function(line: &str) -> Option<&str> {
    let line = line.trim();
    let line = line.strip_prefix("async ").unwrap_or(line);
    let name = line.strip_prefix("fn ").map_or(line, |rest| rest.split(['(', '<']).next().unwrap_or(rest));
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_').then_some(name)
}

fn is_id(word: &str) -> bool {
    word.len() == 4 && KINDS.contains(&&word[..2]) && word[2..].bytes().all(|byte| byte.is_ascii_digit())
}

/// What stands in the last column.
fn told(tests: Option<&BTreeSet<String>>) -> String {
    let Some(tests) = tests else { return "*open*".into() };
    let named = tests.iter().take(NAMED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match tests.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[test]
fn every_scenario_names_its_tests() {
    let (path, tests) = (home().join("docs/scenarios.md"), tests());
    let catalogue = fs::read_to_string(&path).expect("there is a catalogue");
    let mut unknown: BTreeSet<&str> = tests.keys().map(String::as_str).collect();
    let mut renewed = String::new();
    for line in catalogue.lines() {
        let mut cells: Vec<&str> = line.split(" | ").collect();
        let id = cells[0].trim_start_matches("| ");
        if is_id(&id.to_lowercase()) && id == id.to_uppercase() {
            unknown.remove(id);
            let told = format!("{} |", told(tests.get(id)));
            cells.pop();
            cells.push(&told);
            renewed += &cells.join(" | ");
        } else {
            renewed += line;
        }
        renewed.push('\n');
    }
    assert!(unknown.is_empty(), "no scenario is called {unknown:?}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &renewed).expect("the catalogue can be written");
    }
    let catalogue = fs::read_to_string(&path).expect("there is a catalogue");
    assert!(catalogue == renewed, "{} is outdated: UPDATE=1 cargo test --test trust", path.display());
}
