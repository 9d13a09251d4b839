//! How often a command waits for the server, whatever the number of tasks.

use std::time::{Duration, Instant};

use crate::project::{Project, sprint, task};
use crate::proxy::Proxy;
use crate::{colleague, said, sql, team};

/// No command waits more often for the server, once it was let in, but for those below.
const MOST: usize = 8;

/// Two commands in one: a file that was edited is brought in step before its task is changed, and the change rests on what
/// that made of it.
const AFTER_AN_EDIT: (&str, usize) = ("task set after an edit", 15);

/// What leaves, what moves and what is written follow each other, each with its rows before its files and what is told of
/// them after; and that a sprint moved leads to its tasks.
const IN_TURNS: (&str, usize) = ("sync of what a colleague moved and deleted", 10);

/// A project behind a proxy, and what its commands cost.
struct Measured {
    project: Project,
    proxy: Proxy,
    costs: Vec<Cost>,
}

/// What a command cost.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cost {
    what: String,
    connecting: usize,
    asking: usize,
}

impl Measured {
    /// Runs a command that may end in any way but one: with a conflict there is one to decide.
    fn run(&mut self, what: &str, args: &[&str]) -> String {
        self.proxy.take_round_trips();
        let output = self.project.command(args).env("INSTEP_DATABASE_URL", self.proxy.url()).output();
        let output = output.expect("it starts");
        let (connecting, asking) = self.proxy.take_round_trips();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{args:?}: {}", said(&output));
        self.costs.push(Cost { what: what.to_owned(), connecting, asking });
        said(&output)
    }
}

fn path(n: usize) -> String {
    format!("delegation/backlog/t-{n}/TASK.md")
}

/// What commands cost in a project of so many tasks.
fn costs(tasks: usize) -> Option<Vec<Cost>> {
    let (project, url) = team()?;
    let proxy = Proxy::to(&url, Duration::ZERO);
    let mut on = Measured { project, proxy, costs: Vec::new() };
    on.project.write("delegation/sprints/alpha/SPRINT.md", &sprint("Alpha", "Active"));
    (0..tasks).for_each(|n| on.project.write(&path(n), &task(&format!("T{n}"), "Pending", "P1")));
    on.run("first sync", &["sync"]);
    on.run("sync of nothing", &["sync"]);
    // Fewer than half of them, or a brake asks back.
    let changed = || 0..tasks.div_ceil(3);
    changed().for_each(|n| on.project.edit(&path(n), "Pending", "Blocked"));
    on.run("sync of changed files", &["sync"]);
    sql(&url, "UPDATE orchestration_tasks SET assignee = 'eve' WHERE status = 'blocked'");
    on.run("sync of rows that SQL changed", &["sync"]);
    let theirs = colleague(&on.project, &url);
    theirs.ok(&["sync"]);
    changed().for_each(|n| theirs.edit(&path(n), "Blocked", "In Progress"));
    theirs.ok(&["sync"]);
    on.run("sync of rows that a colleague changed", &["sync"]);
    theirs.ok(&["sync"]);
    changed().for_each(|n| theirs.edit(&path(n), "**Priority**: P1", "**Priority**: P0"));
    theirs.ok(&["sync"]);
    changed().for_each(|n| on.project.edit(&path(n), "In Progress", "Review"));
    on.run("sync of changes on both sides", &["sync"]);
    on.run("status", &["status"]);
    on.run("task list", &["task", "list"]);
    on.run("task show", &["task", "show", "t-1"]);
    on.run("sprint show", &["sprint", "show", "alpha"]);
    on.run("task set", &["task", "set", "t-1", "assignee=ada"]);
    on.run("task status", &["task", "status", "t-1", "completed"]);
    on.run("task new", &["task", "new", "made"]);
    on.run("task new in a sprint", &["task", "new", "inside", "--sprint", "alpha"]);
    on.run("task set in a sprint", &["task", "set", "inside", "assignee=ada"]);
    on.run("task move", &["task", "move", "made", "--to", "alpha"]);
    on.run("task rm", &["task", "rm", "made", "--yes"]);
    on.project.edit(&path(1), "# Task: T1", "# Task: T1, renamed");
    on.run(AFTER_AN_EDIT.0, &["task", "set", "t-1", "assignee=bob"]);
    std::fs::remove_dir_all(on.project.at("delegation/backlog/t-0")).expect("it is there");
    on.run("sync of a deleted file", &["sync"]);
    theirs.ok(&["sync"]);
    theirs.ok(&["task", "rm", "t-1", "--yes"]);
    theirs.ok(&["sprint", "move", "alpha", "--code", "omega"]);
    on.run(IN_TURNS.0, &["sync"]);
    decide(&mut on, &theirs);
    Some(on.costs)
}

/// Lets both sides say different things of some tasks, and takes one of the files at its word.
fn decide(on: &mut Measured, theirs: &Project) {
    theirs.ok(&["sync"]);
    for (clone, who) in [(theirs, "bob"), (&on.project, "ann")] {
        for n in 2..4 {
            clone.edit(&path(n), "**Status**", &format!("**Owner**: {who}  \n**Status**"));
        }
    }
    theirs.ok(&["sync"]);
    on.run("sync of conflicts", &["sync"]);
    let list = on.run("conflict list", &["conflict", "list", "--json"]);
    let short = list.split("\"short\":").nth(1).and_then(|rest| rest.split('"').nth(1)).expect("there is a conflict");
    on.run("conflict take-file", &["conflict", "take-file", short]);
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are what one wants to see")]
fn a_command_costs_the_same_round_trips_whatever_the_number_of_tasks() {
    let (Some(few), Some(many)) = (costs(4), costs(180)) else { return };
    for Cost { what, connecting, asking } in &many {
        println!("{asking:>3} round trips, and {connecting} to connect: {what}");
    }
    assert_eq!(few, many);
    let dearer = [AFTER_AN_EDIT, IN_TURNS];
    let most = |cost: &Cost| dearer.iter().find(|(what, _)| *what == cost.what).map_or(MOST, |(_, most)| *most);
    let dear: Vec<&Cost> = many.iter().filter(|cost| cost.asking > most(cost)).collect();
    assert!(dear.is_empty(), "{dear:?}");
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are what one wants to see")]
fn a_server_that_is_far_away_is_asked_as_seldom() {
    let Some((project, url)) = team() else { return };
    let proxy = Proxy::to(&url, Duration::from_millis(25));
    let mut on = Measured { project, proxy, costs: Vec::new() };
    (0..200).for_each(|n| on.project.write(&path(n), &task(&format!("T{n}"), "Pending", "P1")));
    let timed = |on: &mut Measured, what: &str| {
        let began = Instant::now();
        on.run(what, &["sync"]);
        println!("{:>4} ms through 25 ms each way: {what}", began.elapsed().as_millis());
    };
    timed(&mut on, "first sync of 200 tasks");
    timed(&mut on, "sync of nothing");
    (0..50).for_each(|n| on.project.edit(&path(n), "Pending", "Blocked"));
    timed(&mut on, "sync of 50 changed tasks");
    assert!(on.costs.iter().all(|cost| cost.asking <= MOST), "{:?}", on.costs);
}
