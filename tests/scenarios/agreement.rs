//! A field that is written in two files: whatever is edited, both places and the row say the same afterwards.

use crate::project::Project;
use crate::small::{nothing_left_to_do, of_task, settle, small};

const TASK: &str = "delegation/sprints/alpha/one/TASK.md";
const AGENT: &str = "delegation/sprints/alpha/one/AGENT.yml";

/// One field, how each place writes it, and values as the row, TASK.md and AGENT.yml spell them.
struct Shared {
    field: &'static str,
    task: &'static str,
    agent: &'static str,
    values: [[&'static str; 3]; 4],
}

const SHARED: [Shared; 4] = [
    Shared {
        field: "title",
        task: "# Task: ",
        agent: "  title: ",
        values: [["One"; 3], ["Another title"; 3], ["Third"; 3], ["Fourth one"; 3]],
    },
    Shared {
        field: "status",
        task: "**Status**: ",
        agent: "  status: ",
        values: [
            ["pending", "Pending", "pending"],
            ["in_progress", "In Progress", "in_progress"],
            ["blocked", "Blocked", "blocked"],
            ["completed", "Completed", "completed"],
        ],
    },
    Shared {
        field: "priority",
        task: "**Priority**: ",
        agent: "  priority: ",
        values: [["P1"; 3], ["P0"; 3], ["P2"; 3], ["P3"; 3]],
    },
    Shared {
        field: "phase",
        task: "**Phase**: ",
        agent: "  phase: ",
        values: [["1"; 3], ["2"; 3], ["3"; 3], ["4"; 3]],
    },
];

/// A way to change a field from one value to another.
type Way = fn(&Project, &Shared, [usize; 2]);

const WAYS: [(&str, Way); 5] = [
    ("TASK.md", |project, shared, [from, to]| edit_task(project, shared, from, to)),
    ("AGENT.yml", |project, shared, [from, to]| edit_agent(project, shared, from, to)),
    ("both files", |project, shared, [from, to]| {
        edit_task(project, shared, from, to);
        edit_agent(project, shared, from, to);
    }),
    ("SQL", |project, shared, [_, to]| {
        let (field, value) = (shared.field, shared.values[to][0]);
        project.sql(&format!("UPDATE orchestration_tasks SET {field} = '{value}' WHERE task_code = 'one'"));
    }),
    ("command", |project, shared, [_, to]| {
        project.ok(&["task", "set", "T:alpha/one", &format!("{}={}", shared.field, shared.values[to][0])]);
    }),
];

fn edit_task(project: &Project, shared: &Shared, from: usize, to: usize) {
    project.edit(TASK, &line(shared.task, shared.values[from][1]), &line(shared.task, shared.values[to][1]));
}

fn edit_agent(project: &Project, shared: &Shared, from: usize, to: usize) {
    project.edit(AGENT, &line(shared.agent, shared.values[from][2]), &line(shared.agent, shared.values[to][2]));
}

fn line(label: &str, value: &str) -> String {
    format!("{label}{value}")
}

/// A task that says each of the fields in both files.
fn shared() -> Project {
    let project = small();
    let text = project.read(TASK);
    let text = text
        .replace("# Task: one", "# Task: One")
        .replace("**Priority**: P1  \n", "**Priority**: P1  \n**Phase**: 1  \n");
    project.write(TASK, &text);
    let stamp = project.read(AGENT).lines().last().expect("a stamp").to_owned();
    let agent =
        "task:\n  title: One\n  status: pending # as above\n  priority: P1\nparent:\n  sprint: alpha\n  phase: 1\n";
    project.write(AGENT, &format!("{agent}{stamp}\n"));
    settle(&project);
    project
}

fn assert_agreed(project: &Project, shared: &Shared, value: usize, way: &str) {
    let [row, task, agent] = shared.values[value];
    let (at, text, yaml) = (shared.field, project.read(TASK), project.read(AGENT));
    assert_eq!(of_task(project, "one", at), row, "{at} by {way}");
    assert!(text.contains(&line(shared.task, task)), "{at} by {way}: {text}");
    assert!(yaml.contains(&line(shared.agent, agent)), "{at} by {way}: {yaml}");
}

#[test]
fn an_edit_by_any_way_reaches_every_place() {
    let project = shared();
    for shared in &SHARED {
        let mut now = 0;
        for (round, (way, change)) in WAYS.iter().enumerate() {
            let next = (round + 1) % shared.values.len();
            let next = if next == now { (next + 1) % shared.values.len() } else { next };
            change(&project, shared, [now, next]);
            settle(&project);
            assert_agreed(&project, shared, next, way);
            now = next;
        }
    }
}

#[test]
fn edits_of_different_fields_in_different_places_all_count() {
    let project = shared();
    let [title, status, priority, phase] = &SHARED;
    edit_task(&project, title, 0, 1);
    edit_agent(&project, status, 0, 1);
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'one'");
    edit_agent(&project, phase, 0, 1);
    settle(&project);
    for shared in [title, status, priority, phase] {
        assert_agreed(&project, shared, 1, "three writers");
    }
}

#[test]
fn places_that_were_edited_apart_wait_and_agree_whatever_is_decided() {
    for shared_field in &SHARED {
        let ways = [
            (&["take-file"][..], 1),
            (&["take-file", "--of", "TASK.md"], 1),
            (&["take-file", "--of", "AGENT.yml"], 2),
            (&["take-db"], 0),
        ];
        for (how, expected) in ways {
            let project = shared();
            edit_task(&project, shared_field, 0, 1);
            edit_agent(&project, shared_field, 0, 2);
            let before = (project.read(TASK), project.read(AGENT));
            project.exits(3, &["sync"]);
            assert_eq!((project.read(TASK), project.read(AGENT)), before, "both wait");
            assert_eq!(of_task(&project, "one", shared_field.field), shared_field.values[0][0]);
            let open = project.json(&["conflict", "list"]);
            assert_eq!(open.as_array().map(Vec::len), Some(1), "one field is one conflict: {open}");
            project.ok(&[&["conflict"], how, &[open[0]["id"].as_str().expect("an id")]].concat());
            assert_agreed(&project, shared_field, expected, how[0]);
            assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]), "one decision is enough");
            nothing_left_to_do(&project);
        }
    }
}

#[test]
fn several_conflicts_of_one_task_are_decided_at_once() {
    let project = shared();
    project.sql("UPDATE orchestration_tasks SET priority = 'P2', status = 'review' WHERE task_code = 'one'");
    edit_task(&project, &SHARED[2], 0, 1);
    edit_task(&project, &SHARED[1], 0, 2);
    project.exits(3, &["sync"]);
    let conflicts = project.json(&["conflict", "list"]);
    let ids: Vec<&str> =
        conflicts.as_array().into_iter().flatten().filter_map(|conflict| conflict["id"].as_str()).collect();
    assert_eq!(ids.len(), 2, "{conflicts}");
    project.ok(&[&["conflict", "take-file"], ids.as_slice()].concat());
    assert_agreed(&project, &SHARED[2], 1, "take-file");
    assert_agreed(&project, &SHARED[1], 2, "take-file");
    settle(&project);
}

#[test]
fn a_task_that_moves_says_so_in_both_files() {
    let project = shared();
    project.ok(&["sprint", "new", "beta"]);
    project.edit(TASK, "**Phase**: 1  \n", "**Phase**: 1  \n**Sprint**: alpha  \n");
    settle(&project);
    project.ok(&["task", "move", "T:alpha/one", "--to", "beta"]);
    nothing_left_to_do(&project);
    let (text, yaml) =
        (project.read("delegation/sprints/beta/one/TASK.md"), project.read("delegation/sprints/beta/one/AGENT.yml"));
    assert!(text.contains("**Sprint**: beta") && yaml.contains("  sprint: beta\n"), "{text}{yaml}");
}

#[test]
fn with_nothing_known_of_either_the_task_counts_and_the_other_place_stays() {
    let project = small();
    let agent = "delegation/backlog/new/AGENT.yml";
    project.write("delegation/backlog/new/TASK.md", &crate::project::task("new", "Blocked", "P0"));
    project.write(agent, "task:\n  status: pending\n  priority: P3\n");
    let said = project.ok(&["sync"]);
    assert!(said.contains("status is `pending`, and in TASK.md:3 `Blocked`"), "{said}");
    assert_eq!(of_task(&project, "new", "status || ' ' || priority"), "blocked P0");
    assert!(project.read(agent).contains("status: pending\n  priority: P3\n"));
    project.sql("UPDATE orchestration_tasks SET status = 'review' WHERE task_code = 'new'");
    settle(&project);
    assert!(project.read("delegation/backlog/new/TASK.md").contains("**Status**: Review"));
    assert!(project.read(agent).contains("status: pending"), "a place that never agreed is left to its writer");
}
