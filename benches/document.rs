//! How fast documents are read and edited, beside SHA-256 of the same bytes in the same run.
//!
//! `cargo bench --bench document -- 1000` takes the documents of that many tasks, in memory.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

mod support;

use std::hint::black_box;

use instep::document::{self, Document};
use instep::model::{Digest, Field, Role};
use support::forest::Forest;
use support::race::{Runner, Times, print, race};

/// How often each thing is measured.
const ROUNDS: usize = 9;

fn main() {
    let tasks = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000);
    let documents: Vec<(String, String)> = Forest::of(tasks).documents().collect();
    for (name, role) in [("TASK.md", Role::Task), ("SPRINT.md", Role::Sprint), ("AGENT.yml", Role::AgentConfig)] {
        let of_role = documents.iter().filter(|(path, _)| path.ends_with(name));
        measure(name, role, &of_role.map(|(_, text)| text.as_str()).collect::<Vec<_>>());
    }
}

fn measure(name: &str, role: Role, texts: &[&str]) {
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let parsed: Vec<Document> = texts.iter().map(|text| document::parse(role, *text).0).collect();
    let few = &parsed[..parsed.len().min(100)];
    let times = race(
        ROUNDS,
        &mut [
            each("SHA-256 of the bytes", texts, |text| Digest::of(text.as_bytes())),
            each("taking a stamp off", texts, |text| document::split(role, text).is_last),
            each("parsing", texts, |text| document::parse(role, *text)),
            each("checking, taking off, parsing", texts, |text| document::load(role, text.as_bytes()).is_ok()),
            each("making the skeleton", &parsed, Document::skeleton),
            each("making the metadata", &parsed, Document::metadata),
            each("one edit in each of 100", few, |document| document.write(Field::Status, &"completed".into())),
        ],
    );
    print(&format!("{} {name}, {:.1} MB", texts.len(), bytes as f64 / 1e6), &times);
    speed(&times[0], bytes);
    speed(&times[2], bytes);
}

fn each<'a, T, U>(name: &'static str, things: &'a [T], deed: impl Fn(&T) -> U + 'a) -> Runner<'a> {
    Runner::new(name, move || things.iter().for_each(|thing| drop(black_box(deed(thing)))))
}

fn speed(times: &Times, bytes: usize) {
    println!("{}: {:.0} MB/s", times.name, bytes as f64 / 1e6 / times.median().as_secs_f64());
}
