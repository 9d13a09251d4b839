//! Measures whole commands of the built program beside yardsticks of the same run, which do only what cannot be spared.
//!
//! After `cargo build --profile measure`, `cargo run --profile measure --example bench -- 10000` grows a forest of that
//! many tasks and drives the `instep` that was built with it; another one may be named after the number. Every figure
//! is the median of runs in turns, so that a busy machine slows both sides alike; what misses its figure is marked.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

mod program;
#[path = "../../benches/support/mod.rs"]
mod support;
mod yardstick;

use std::path::{Path, PathBuf};
use std::time::Duration;

use program::{Program, Project};
use support::forest::Forest;
use support::race::{Runner, Times, print, race};
use yardstick::Ground;

/// How often each thing is measured.
const ROUNDS: usize = 9;

/// How often something is measured that takes seconds.
const FEW_ROUNDS: usize = 7;

/// How often something is measured that takes minutes, which the first sync of so many tasks does.
const FEWEST_ROUNDS: usize = 3;
const MANY_TASKS: usize = 50_000;

/// Files of one pull.
const PULLED: usize = 500;

/// The most that a first sync may have in memory, in MiB.
const MEMORY: f64 = 300.0;

/// The most instructions that `--version` may take, in millions.
const START: f64 = 1.2;

/// The longest that a list may take, in milliseconds.
const LIST: f64 = 30.0;

/// The longest that a pull may take, in milliseconds.
const PULL: f64 = 1_000.0;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "yardstick") {
        return yardstick::of_a_command(Path::new(&words[1]));
    }
    let tasks = words.first().and_then(|word| word.parse().ok()).unwrap_or(1_000);
    let program = Program(words.get(1).map_or_else(|| home().join("instep"), PathBuf::from));
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(home());
    let folder = folder.expect("a folder for the forest");
    let grown = Forest::of(tasks).grow(&folder.path().join("pristine")).expect("the forest grows");
    println!("{tasks} tasks: {} folders, {} documents, {} MB", grown.folders, grown.files, grown.bytes / 1_000_000);
    first_sync(&program, folder.path(), if tasks < MANY_TASKS { FEW_ROUNDS } else { FEWEST_ROUNDS });
    let project = Project::in_step(&program, folder.path());
    looks(&project);
    one_field(&project, folder.path());
    list(&project);
    pull(&project, PULLED.min(tasks / 4), folder.path());
    start(&program);
}

/// Where the programs lie that were built like this one.
fn home() -> PathBuf {
    let own = std::env::current_exe().expect("this program lies somewhere");
    own.ancestors().nth(2).expect("examples lie in a folder of their own").to_owned()
}

fn first_sync(program: &Program, folder: &Path, rounds: usize) {
    let pristine = folder.join("pristine");
    let mut peak = 0;
    let times = race(
        rounds,
        &mut [
            Runner::timed("read, hash, insert, rewrite durably", || {
                let ground = Ground::fresh(&pristine, &folder.join("yardstick"));
                yardstick::first_sync(&ground)
            }),
            Runner::timed("first sync", || {
                let project = Project::fresh(program, &pristine, &folder.join("first"));
                let (time, memory) = project.measured(&["init", "--yes", "--quiet"]);
                peak = peak.max(memory);
                time
            }),
        ],
    );
    print("first sync", &times);
    share(&times[1], &times[0], 3.0);
    verdict("its memory", peak as f64 / 1024.0, MEMORY, "MiB");
}

fn looks(project: &Project<'_>) {
    let git = project.repository();
    let times = race(
        2 * ROUNDS,
        &mut [
            Runner::new("git status", || git.status()),
            Runner::new("status", || project.run(&["status"])),
            Runner::new("sync", || project.run(&["sync"])),
        ],
    );
    print("nothing to do", &times);
    share(&times[1], &times[0], 1.0);
    share(&times[2], &times[0], 1.0);
}

fn one_field(project: &Project<'_>, folder: &Path) {
    let ground = Ground::fresh(&folder.join("pristine"), &folder.join("yardstick"));
    ground.prepare();
    let mut is_begun = false;
    let times = race(
        2 * ROUNDS,
        &mut [
            Runner::new("a process, a commit, a replacement", || yardstick::run_command(&ground)),
            Runner::new("task status", || {
                is_begun = !is_begun;
                let status = if is_begun { "in_progress" } else { "blocked" };
                project.run(&["task", "status", &project.task, status]);
            }),
        ],
    );
    print("one field", &times);
    share(&times[1], &times[0], 1.5);
}

fn list(project: &Project<'_>) {
    let mut runners = [Runner::new("task list", || project.run(&["task", "list", "--status", "pending", "--json"]))];
    let times = race(2 * ROUNDS, &mut runners);
    print("a list", &times);
    verdict("task list", milliseconds(times[0].median()), LIST, "ms");
}

fn pull(project: &Project<'_>, count: usize, folder: &Path) {
    let ground = Ground::fresh(&folder.join("pristine"), &folder.join("yardstick"));
    let mut round = 0;
    let times = race(
        FEW_ROUNDS,
        &mut [
            Runner::timed("rewrite as many files durably", || yardstick::rewrite(&ground, count)),
            Runner::timed("sync", || {
                round += 1;
                project.change_rows(count, round);
                project.measured(&["sync", "--quiet"]).0
            }),
        ],
    );
    print(&format!("pull of {count} rows"), &times);
    verdict("pull", milliseconds(times[1].median()), PULL, "ms");
}

fn start(program: &Program) {
    match program.instructions(&["--version"]) {
        Some(count) => verdict("--version", count as f64 / 1e6, START, "million instructions"),
        None => println!("  no valgrind: the instructions of `--version` are not counted"),
    }
}

fn share(times: &Times, yardstick: &Times, limit: f64) {
    verdict(times.name, times.median().as_secs_f64() / yardstick.median().as_secs_f64(), limit, "x");
}

fn verdict(name: &str, figure: f64, limit: f64, unit: &str) {
    let sign = if figure <= limit { "ok" } else { "MISSED" };
    println!("  {sign:<6} {name}: {figure:.2} of {limit:.2} {unit}");
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
