//! The examples in the help of each command are run as they stand there, by somebody who begins with the demo.

#[path = "support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;

use std::process::Command;

use project::Project;

/// The id that stands for a conflict in the examples.
const SOME_CONFLICT: &str = "1f3a";

#[test]
fn every_example_of_the_help_works_in_the_demo() {
    let demo = Project::empty();
    demo.ok(&["init", "--demo"]);
    let examples = examples(&[]);
    assert!(examples.len() > 30, "{examples:?}");
    for example in examples.iter().filter(|example| !needs_more_than_the_demo(example)) {
        run(&demo, example, 0);
    }
}

#[test]
fn every_example_of_init_begins_a_project() {
    for example in examples(&["init"]) {
        let folder = Project::empty();
        run(&folder, &example, 0);
        assert!(folder.at("instep.toml").exists(), "{example}");
    }
}

#[test]
fn every_example_of_conflict_decides_one() {
    for example in examples(&["conflict"]).iter().filter(|example| example.contains(SOME_CONFLICT)) {
        let project = Project::empty();
        project.ok(&["init", "--demo"]);
        project.edit("delegation/sprints/first-release/publish/TASK.md", "P2", "P0");
        project.sql("UPDATE orchestration_tasks SET priority = 'P3' WHERE task_code = 'publish'");
        project.exits(3, &["sync"]);
        let id = project.json(&["conflict", "list"])[0]["id"].as_str().expect("a conflict has an id").to_owned();
        run(&project, &example.replace(SOME_CONFLICT, &id), 0);
        let left = if example.contains(" show ") { 1 } else { 0 };
        assert_eq!(project.json(&["conflict", "list"]).as_array().map(Vec::len), Some(left), "{example}");
    }
}

#[test]
fn the_example_of_new_id_parts_a_copy_from_its_origin() {
    let project = Project::empty();
    project.ok(&["init", "--demo"]);
    let bug = project.read("delegation/backlog/empty-input/TASK.md");
    project.write("delegation/backlog/copy/TASK.md", &bug);
    project.exits(3, &["sync"]);
    run(&project, "instep conflict new-id delegation/backlog/copy", 0);
    project.ok(&["sync"]);
    project.ok(&["task", "show", "backlog/copy"]);
}

fn needs_more_than_the_demo(example: &str) -> bool {
    ["instep init", "instep db push"].iter().any(|command| example.starts_with(command))
        || example.contains(SOME_CONFLICT)
        || example.contains("new-id")
}

/// The examples of a command and of all commands below it.
fn examples(command: &[&str]) -> Vec<String> {
    let help = Project::empty().ok(&[command, &["--help"]].concat());
    let (above, example) = help.split_once("\nExample:\n").unwrap_or_else(|| panic!("no example in\n{help}"));
    let mut found: Vec<String> = example.lines().map(|line| line.trim().to_owned()).collect();
    let listed = above.split("\nOptions:\n").next().unwrap_or_default().lines();
    let names =
        listed.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with([' ', '[', '<', '-']));
    for name in names.filter_map(|line| line.split_whitespace().next()) {
        found.extend(examples(&[command, &[name]].concat()));
    }
    found
}

/// Runs a line as a shell does.
fn run(project: &Project, line: &str, code: i32) {
    let program = project.command(&[]).get_program().to_owned();
    let folder = std::path::Path::new(&program).parent().expect("programs lie in folders").to_owned();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(project.root()).env_clear().env("PATH", path);
    let output = shell
        .env("HOME", project.root())
        .env("EDITOR", "sed -i 's/Priority.*: P[0-9]/Priority**: P1/'")
        .output()
        .expect("a shell");
    let said = [output.stdout, output.stderr].concat();
    assert_eq!(output.status.code(), Some(code), "{line} said:\n{}", String::from_utf8_lossy(&said));
}
