//! Making things from templates: refused before anything is written, or kept in step ever after.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use crate::project::Project;

/// A project with a workspace template `task/mine` of these files.
fn with_template(files: &[(&str, &str)]) -> Project {
    let project = Project::new();
    for (name, text) in files {
        project.write(&format!("delegation/.templates/task/mine/{name}"), text);
    }
    project
}

/// The answer to `task new` with `list` on standard input.
fn new_from(project: &Project, list: &str) -> (Option<i32>, String) {
    let mut command = project.command(&["task", "new", "--from", "-"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a start");
    child.stdin.take().expect("a pipe").write_all(list.as_bytes()).expect("it is read");
    let output = child.wait_with_output().expect("an end");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("text"))
}

#[test]
fn what_the_next_sync_would_refuse_is_neither_made_nor_sound() {
    let stamp = "# T\n<!-- instep 01a1f906-c5f0-747d-a6fd-d8e48dda1fd0 a0dd72c0c215 -->\n";
    for (files, why) in [
        (&[("TASK.md.tera", "# T\n<<<<<<< a\n=======\n>>>>>>> b\n")][..], "`TASK.md`: "),
        (&[("TASK.md.tera", "# T\n"), ("AGENT.yml.tera", "a: 1\na: 2\n")], "`AGENT.yml`: "),
        (&[("NOTES.md.tera", "x\n")], "it makes no TASK.md or AGENT.yml"),
        (&[("TASK.md.tera", "# T\n"), ("SPRINT.md.tera", "# S\n")], "`SPRINT.md`: has no place here"),
        (&[("TASK.md.tera", stamp)], "added by itself"),
        (&[("TASK.md.tera", "\n")], "`TASK.md`: it is empty"),
    ] {
        let project = with_template(files);
        let before = project.files();
        let said = project.exits(1, &["task", "new", "x", "--template", "mine"]);
        assert!(said.contains(why), "{said}");
        assert_eq!((project.files(), project.json(&["task", "list"])["total"].as_u64()), (before, Some(0)));
        let said = project.exits(4, &["template", "check", "task/mine"]);
        assert!(said.starts_with("not well  task/mine") && said.contains(why), "{said}");
    }
}

#[test]
fn what_the_program_knows_itself_needs_no_declaration() {
    let declared = "help = \"\"\n[[variable]]\nname = \"title\"\n";
    for (files, words) in [
        (&[("TASK.md.tera", "# Task: {{ title }}\n")][..], &[][..]),
        (&[("template.toml", "help = \"\"\n"), ("TASK.md.tera", "# Task: {{ title }} of {{ code }}\n")], &[]),
        (&[("template.toml", declared), ("TASK.md.tera", "# Task: {{ title }}\n")], &["--var", "title=Given"]),
    ] {
        let project = with_template(files);
        let said = project.ok(&["template", "check", "task/mine"]);
        assert!(said.starts_with("well      task/mine"), "{said}");
        project.ok(&[&["task", "new", "x", "--template", "mine"], words].concat());
        let said = project.exits(2, &["task", "new", "y", "--template", "mine", "--var", "colour=red"]);
        assert!(
            said.contains("takes no variable `colour`") && said.contains("`instep template show task/mine`"),
            "{said}"
        );
    }
}

#[test]
fn one_bad_template_breaks_only_itself() {
    let project = with_template(&[("TASK.md.tera", &"x".repeat(2 << 20))]);
    project.write("delegation/.templates/nokind/x/TASK.md.tera", "x");
    std::fs::create_dir_all(project.at("delegation/.templates/task/empty")).expect("a folder");
    std::fs::create_dir_all(project.at("delegation/.templates/task/odd")).expect("a folder");
    std::fs::write(project.at("delegation/.templates/task/odd/TASK.md.tera"), b"\xff").expect("a file");
    project.ok(&["task", "new", "x"]);
    project.ok(&["template", "show", "sprint"]);
    let said = project.ok(&["template", "list"]);
    for broken in ["task/mine", "task/empty", "task/odd", "nokind"] {
        let line = said.lines().find(|line| line.starts_with(&format!("{broken} "))).unwrap_or_default();
        assert!(line.contains("not well: "), "{broken}:\n{said}");
    }
    let said = project.exits(4, &["template", "check"]);
    assert_eq!(said.matches("not well  ").count(), 4, "{said}");
    assert!(project.exits(1, &["task", "new", "y", "--template", "odd"]).contains("is not UTF-8"));
}

#[test]
fn a_template_that_is_a_link_is_told_by_who_uses_it_and_by_nobody_else() {
    let project = with_template(&[]);
    let at = |path: &str| project.at(&format!("delegation/.templates/{path}"));
    project.write("elsewhere/TASK.md.tera", "# Task: {{ title }}\n");
    project.write("delegation/.templates/task/cloned/.git", "gitdir: elsewhere\n");
    std::fs::create_dir_all(at("task/linked")).expect("a folder");
    std::os::unix::fs::symlink(project.at("elsewhere/TASK.md.tera"), at("task/linked/TASK.md.tera")).expect("a link");
    std::os::unix::fs::symlink(project.at("elsewhere"), at("task/folder")).expect("a link");
    for words in [&["sync"][..], &["status"], &["sync"]] {
        assert!(!project.ok(words).contains("link"), "{words:?}");
    }
    assert!(project.exits(4, &["template", "check"]).contains("link"));
    project.exits(1, &["task", "new", "x", "--template", "linked"]);
    std::fs::rename(at(""), project.at("templates")).expect("moved away");
    std::os::unix::fs::symlink(project.at("templates"), project.at("delegation/.templates")).expect("a link");
    project.ok(&["sync"]);
}

#[test]
fn an_unused_variable_is_a_remark() {
    let project = with_template(&[
        ("template.toml", "help = \"\"\n[[variable]]\nname = \"team\"\nchoices = [\"red\", \"blue\"]\n"),
        ("TASK.md.tera", "# Task: x\n"),
    ]);
    let said = project.ok(&["template", "check", "task/mine"]);
    assert!(said.contains("note: declares `team` and does not use it"), "{said}");
    assert!(project.ok(&["template", "show", "task/mine"]).contains("(red, blue)"));
    let shown = project.json(&["template", "show", "task/mine"]);
    assert_eq!(
        (&shown["variables"][0]["choices"], &shown["variables"][0]["type"]),
        (&json!(["red", "blue"]), &json!("text"))
    );
    let said = project.exits(2, &["template", "show", "mine"]);
    assert!(said.contains("did you mean `task/mine`?"), "{said}");
}

#[test]
fn a_list_makes_everything_or_names_the_entry_that_it_cannot_make() {
    let project = Project::new();
    let (code, said) = new_from(&project, "- code: a\n  priority: P9\n");
    assert!(code == Some(2) && said.starts_with("error: -: entry 1 (`a`): the template"), "{said}");
    let (code, said) = new_from(&project, "[]");
    assert!(code == Some(2) && said.contains("it lists nothing"), "{said}");
    let (code, said) = new_from(&project, "- 1");
    assert!(code == Some(2) && said.contains("entry 1: it must have the form `code: …`"), "{said}");
    let (code, said) = new_from(&project, "- code: a5\n  code: a6\n");
    assert!(code == Some(2) && said.contains("a name is given twice: "), "{said}");
    let (code, said) = new_from(&project, "- code: a\n- code: b\n  status: foo\n");
    assert!(code == Some(2) && said.starts_with("error: -: entry 2 (`b`): `foo` is no status"), "{said}");
    assert_eq!(project.json(&["task", "list"])["total"], 0);
    let (code, said) = new_from(&project, "- {code: a, kind: bug}\n- {code: b, title: The second}\n");
    assert_eq!(code, Some(0), "{said}");
    assert!(project.read("delegation/backlog/a/TASK.md").contains("Steps to Reproduce"));
    assert!(project.read("delegation/backlog/b/TASK.md").contains("# Task: The second"));
    let (code, said) = new_from(&project, "- code: c\n- code: b\n");
    assert!(code == Some(1) && said.starts_with("error: -: entry 2 (`b`): there is a `T:backlog/b` already"), "{said}");
    assert_eq!(project.json(&["task", "list"])["total"], 2);
}

#[test]
fn what_was_given_is_kept_or_refused_and_never_dropped() {
    let project = Project::new();
    for words in [
        &["--var", "title=a", "--title", "b"][..],
        &["--var", "code=zzz"],
        &["--var", "notes=a", "--var", "notes=b"],
        &["--title", " "],
        &["--title", "\u{1b}[31mX"],
        &["--title", "a <!-- b -->"],
    ] {
        project.exits(2, &[&["task", "new", "x"], words].concat());
    }
    assert_eq!(project.json(&["task", "list"])["total"], 0);
    project.ok(&["task", "new", "x", "--priority", "high"]);
    assert_eq!(project.json(&["task", "show", "x"])["entity"]["priority"], "P1");
    let said = project.exits(2, &["task", "new", "y", "--var", "status=nonsense"]);
    assert!(said.starts_with("error: `nonsense` is no status; it is one of pending, "), "{said}");
    let said = project.ok(&["task", "new", "y", "--var", "estimate=nonsense"]);
    assert!(said.contains("note: delegation/backlog/y/TASK.md: ") && said.contains("nonsense"), "{said}");
}

#[test]
fn where_something_lies_its_path_is_told() {
    let project = Project::new();
    project.ok(&["task", "new", "m1"]);
    assert!(project.exits(1, &["task", "new", "M1"]).starts_with("error: there is a `T:backlog/m1` already"));
    std::fs::create_dir_all(project.at("delegation/backlog/e1/AGENT.yml")).expect("a folder");
    project.write("delegation/backlog/e2/TASK.md", "");
    project.write("delegation/backlog/e3", "a file");
    for (code, what) in [
        ("e1", "delegation/backlog/e1/AGENT.yml is there already, and is a folder"),
        ("e2", "delegation/backlog/e2/TASK.md is there already, and is a file"),
        ("e3", "delegation/backlog/e3 is there already, and is a file"),
    ] {
        let said = project.exits(6, &["task", "new", code]);
        assert!(said.starts_with(&format!("error: {what}")), "{said}");
    }
}

#[test]
fn scaffold_knows_the_names_that_tasks_claim_and_reads_the_file() {
    let project = Project::new();
    let list = "# Sprint: Two\n\n**Status**: Active\n\n## Phases & Tasks\n\n- **UI-04**: The fourth\n";
    project.write("delegation/sprints/two/SPRINT.md", list);
    project.write(
        "delegation/sprints/two/UI-04-crud/TASK.md",
        "# Task: CRUD\n\n**Task Code**: `UI-04`\n**Status**: Pending\n",
    );
    project.ok(&["sync"]);
    let said = project.ok(&["sprint", "scaffold", "two"]);
    assert!(said.contains("every task that SPRINT.md lists is there"), "{said}");
    assert!(!project.at("delegation/sprints/two/UI-04").exists());
    project.edit("delegation/sprints/two/SPRINT.md", "The fourth\n", "The fourth\n- **UI-05**: The fifth\n");
    project.ok(&["sprint", "scaffold", "two"]);
    assert!(project.read("delegation/sprints/two/UI-05/TASK.md").contains("# Task: The fifth"));
}

#[test]
fn scaffold_makes_what_the_list_of_the_example_names() {
    let project = Project::empty();
    project.ok(&["init", "--demo", "--yes"]);
    let before = project.read("delegation/sprints/first-release/publish/TASK.md");
    project.ok(&["task", "rm", "publish", "choose-format", "--yes"]);
    project.edit(
        "delegation/sprints/first-release/SPRINT.md",
        "## Dependencies",
        "| Task | Priority |\n|---|---|\n| publish | P0 |\n| T:elsewhere/far-1 | P0 |\n\n## Dependencies",
    );
    let said = project.ok(&["sprint", "scaffold", "first-release"]);
    assert!(said.contains("T:first-release/publish") && said.contains("T:first-release/choose-format"), "{said}");
    let after = project.read("delegation/sprints/first-release/publish/TASK.md");
    assert!(
        before.contains("# Task: Publish the first version") && after.contains("# Task: Publish the first version")
    );
    assert!(after.contains("**Priority**: P0"), "{after}");
    assert!(!project.at("delegation/sprints/first-release/far-1").exists());
    let said = project.ok(&["sprint", "scaffold", "first-release"]);
    assert!(said.contains("every task that SPRINT.md lists is there"), "{said}");
}

#[test]
fn scaffold_reads_the_lists_that_people_write() {
    let project = Project::new();
    let list = "# Sprint: Plan\n\n**Status**: Active\n\n## Sprint Backlog\n\n### Week 1\n- [ ] **Task 1.1**: Set it up\n  - Docker\n\
                - [ ] `new-one` Do the first thing\n- **new-two**: Second thing (P0)\n- Buy cake\n\n## Questions\n\n- Why?\n\n\
                ### Additional Tasks (Added for Compliance)\n\n#### T11: Security\n- Limit it\n";
    project.write("delegation/sprints/plan/SPRINT.md", list);
    project.ok(&["sync"]);
    let said = project.ok(&["sprint", "scaffold", "plan"]);
    assert!(said.contains("passed by: delegation/sprints/plan/SPRINT.md:12: Buy cake\n"), "{said}");
    assert_eq!(said.matches("passed by").count(), 1, "{said}");
    for (code, title) in
        [("task-1.1", "Set it up"), ("new-one", "Do the first thing"), ("new-two", "Second thing"), ("T11", "Security")]
    {
        let text = project.read(&format!("delegation/sprints/plan/{code}/TASK.md"));
        assert!(text.contains(&format!("# Task: {title}\n")), "{text}");
        assert_eq!(text.contains("**Priority**: P0"), code == "new-two", "{text}");
    }
    assert!(project.ok(&["sprint", "scaffold", "plan"]).contains("every task that SPRINT.md lists is there"));
}

#[test]
fn scaffold_that_recognises_nothing_says_what_it_looked_for() {
    let project = Project::new();
    project.write("delegation/sprints/odd/SPRINT.md", "# Sprint: Odd\n\n## Tasks\n\n- Do this\n- Do that\n");
    project.ok(&["sync"]);
    let said = project.ok(&["sprint", "scaffold", "odd"]);
    assert!(said.starts_with("no task is recognised in delegation/sprints/odd/SPRINT.md\nlooked under "), "{said}");
    assert!(said.contains("SPRINT.md:5: Do this\n") && said.contains("SPRINT.md:6: Do that\n"), "{said}");
    assert!(!said.contains("is there"), "{said}");
    let told = project.json(&["sprint", "scaffold", "odd"]);
    assert_eq!((&told["listed"], &told["passed_by"][1]["line"]), (&0.into(), &6.into()), "{told}");
}

#[test]
fn a_decision_record_gets_the_number_that_people_agree_on() {
    let project = Project::new();
    let said = project.exits(2, &["template", "new", "adr", "--title", "Use SQLite"]);
    assert!(said.contains("the next one that is free here is 001"), "{said}");
    project.ok(&["template", "new", "adr", "--title", "Use SQLite", "--number", "7"]);
    assert!(project.read("docs/adr/ADR-007-use-sqlite.md").starts_with("# ADR-007: Use SQLite\n"));
    let said = project.exits(1, &["template", "new", "adr", "--title", "Another", "--number", "7"]);
    assert!(said.contains("there is a record with the number 007 already"), "{said}");
    assert!(project.exits(2, &["template", "new", "adr", "--title", "Another"]).contains("008"));
}

#[test]
fn hx12_a_template_that_would_eat_all_memory_is_an_error_and_no_abort() {
    let project = Project::new();
    let text = format!("# Task: x\n{{% set s = 'aaaaaaaaaaaaaaaa' %}}{}", "{% set s = s ~ s %}".repeat(30));
    project.write("delegation/.templates/task/greedy/TASK.md.tera", &text);
    let program = project.command(&["task", "new", "big", "--template", "greedy"]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -v 900000; exec \"$0\" \"$@\""]).arg(program.get_program()).args(program.get_args());
    let output = limited.current_dir(project.root()).output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code().is_some_and(|code| code != 134), "{said}");
    assert!(said.starts_with("error: the template `task/greedy` failed: TASK.md.tera:2:"), "{said}");
    assert!(said.contains("a variable holds more than 262144 bytes"), "{said}");
    assert!(!project.at("delegation/backlog/big").exists());
}
