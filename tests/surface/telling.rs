//! What commands tell: in one word per idea, with a place, and with something to do next.

use crate::project::{Project, sprint, task};

const PUBLISH: &str = "delegation/sprints/first-release/publish/TASK.md";

fn demo() -> Project {
    let project = Project::empty();
    project.ok(&["init", "--demo"]);
    project
}

#[test]
fn a_change_of_one_side_is_no_merge() {
    let project = demo();
    project.edit(PUBLISH, "Pending", "Blocked");
    let report = project.json(&["sync"]);
    let totals = &report["totals"];
    assert_eq!((&totals["pushed"], &totals["merged"]), (&1.into(), &0.into()), "AGENT.yml only follows");
    assert_eq!(report["steps"][0]["rule"], "push");
    project.edit(PUBLISH, "[ ] Write the README", "[x] Write the README");
    project.sql("UPDATE orchestration_tasks SET status = 'review' WHERE task_code = 'publish'");
    assert!(project.ok(&["sync"]).starts_with("WHAT    REF                      CHANGES\nmerged  "));
}

#[test]
fn a_value_that_nobody_understands_is_told_with_its_place_and_spreads_nowhere() {
    let project = demo();
    let agent = PUBLISH.replace("TASK.md", "AGENT.yml");
    project.edit(PUBLISH, "**Status**: Pending", "**Status**: Pendingg");
    for command in ["status", "sync"] {
        let said = project.ok(&[command]);
        assert!(said.contains("TASK.md:5:13: `Pendingg` is no status that is known"), "{command}: {said}");
        assert!(said.contains("the first that can be understood counts"), "{command}: {said}");
    }
    assert!(project.read(&agent).contains("status: \"pending\""));
    assert_eq!(project.select("SELECT status FROM orchestration_tasks WHERE task_code = 'publish'"), ["pending"]);
    assert_eq!(project.ok(&["sync"]), "in step: nothing to do\n");
    project.edit(PUBLISH, "Pendingg", "Pending");
    project.ok(&["sync"]);
    project.edit(&agent, "status: \"pending\"", "status: \"fooish\"");
    let said = project.ok(&["sync"]);
    assert!(said.contains("AGENT.yml:17:11: `fooish` is no status that is known"), "{said}");
    assert!(project.read(PUBLISH).contains("**Status**: Pending"));
}

#[test]
fn a_value_that_only_the_database_holds_is_told_as_such() {
    let project = demo();
    let said = project.ok(&["task", "set", "publish", "progress=40", "priority=P0"]);
    assert!(said.contains("TASK.md: `progress` is in the database alone"), "{said}");
    assert!(!said.contains("`priority` is in the database alone"), "{said}");
    let note = &project.json(&["task", "set", "publish", "progress=50"])["notes"][0];
    assert_eq!((&note["kind"], &note["path"]), (&"row_alone".into(), &PUBLISH.into()));
}

#[test]
fn what_is_left_alone_is_counted_by_reason_each_time_and_listed_for_who_asks() {
    let project = demo();
    for name in ["publish/a.txt", "publish/b.txt", "publish/deeper/c.md"] {
        project.write(&format!("delegation/sprints/first-release/{name}"), "x");
    }
    let counts = "left alone: 3 files of no sprint, task or agent \
                  (2 neither Markdown nor YAML, 1 deeper than a sprint, task or agent lies)";
    for command in ["sync", "status", "sync"] {
        let said = project.ok(&[command]);
        assert_eq!(said, format!("in step: nothing to do\n{counts}; `-v` says which\n"), "{command}");
        let said = project.ok(&[command, "-v"]);
        let folder = "left alone: delegation/sprints/first-release/publish/: neither Markdown nor YAML: 2 files\n";
        assert!(said.contains(folder) && said.ends_with(&format!("{counts}\n")), "{command}: {said}");
    }
}

#[test]
fn a_sprint_or_a_task_that_is_none_where_it_lies_has_a_line_of_its_own() {
    let project = demo();
    for (path, why) in [
        ("first-release/My Task/TASK.md", "in a folder whose name is not a code"),
        ("backlog/SPRINT.md", "in a folder whose name is not a code"),
        ("first-release/publish/SPRINT.md", "a SPRINT.md that is not directly below `sprints`"),
        ("first-release/publish/agent.yml", "a document's name in the wrong case"),
    ] {
        let path = format!("delegation/sprints/{path}");
        project.write(&path, "# x\n");
        for command in ["sync", "status"] {
            let said = project.run(&[command]);
            let said = String::from_utf8_lossy(&said.stderr);
            assert!(said.contains(&format!("left alone: {path}: {why}\n")), "{said}");
        }
    }
    for number in 0..20 {
        project.write(&format!("delegation/archived/{number}/TASK.md"), "# x\n");
    }
    let said = project.ok(&["status"]);
    assert!(said.contains("My Task/TASK.md") && said.contains("24 files") && said.lines().count() < 10, "{said}");
    assert!(said.contains("left alone: 20 more documents that may be of a sprint or a task\n"), "{said}");
    assert!(!said.contains("archived/"), "what lies in a tree of its own is there on purpose: {said}");
    assert!(project.ok(&["status", "-v"]).contains("left alone: delegation/archived/7/TASK.md: in another layout\n"));
}

#[test]
fn a_change_without_a_name_of_its_own_is_told_by_the_name_of_its_file() {
    let project = demo();
    let (folder, line) = (PUBLISH.trim_end_matches("TASK.md"), "pushed  T:first-release/publish  ");
    let (notes, task) = (format!("{folder}NOTES.md"), project.at(PUBLISH));
    let pushed = |told: &str| {
        let said = project.ok(&["sync"]);
        assert!(said.contains(&format!("{line}{told}\n")), "{told}: {said}");
    };
    project.write(&notes, "hi\n");
    pushed("NOTES.md");
    project.write(&notes, "hi there\n");
    pushed("NOTES.md");
    std::fs::remove_file(project.at(&notes)).expect("removed");
    pushed("NOTES.md removed");
    std::fs::remove_file(task).expect("removed");
    assert!(project.ok(&["sync"]).contains("TASK.md removed"));
}

#[test]
fn a_status_is_shown_by_the_name_that_the_project_gives_it() {
    let project = demo();
    let settings = project.read("instep.toml");
    project.write("instep.toml", &format!("{settings}\n[statuses]\npending = \"Offen\"\ncompleted = \"Fertig\"\n"));
    for words in
        [&["task", "list"][..], &["task", "show", "publish"], &["task", "next"], &["sprint", "show", "first-release"]]
    {
        let said = project.ok(words);
        assert!(said.contains("Offen") && !said.contains("pending"), "{words:?}: {said}");
    }
    assert!(project.ok(&["sprint", "show", "first-release"]).contains("1 Offen"));
    assert_eq!(project.json(&["task", "show", "publish"])["entity"]["status"], "pending");
    project.write("delegation/sprints/first-release/bare/TASK.md", "# Bare\n\nNo header.\n");
    project.ok(&["sync"]);
    project.sql("UPDATE orchestration_tasks SET status = 'completed' WHERE task_code = 'bare'");
    project.edit("delegation/sprints/first-release/bare/TASK.md", "No header.", "Still no header.");
    let said = project.ok(&["diff"]);
    assert!(said.contains("status: the database says Fertig, the files nothing"), "{said}");
    assert!(project.ok(&["task", "status", "publish", "blocked"]).contains("status: Offen → blocked"));
}

#[test]
fn the_task_for_which_all_others_wait_comes_next() {
    let project = demo();
    let path = "delegation/sprints/first-release/a-1/TASK.md";
    let first = "# a-1: Words\n\n**Dependencies**: None (comes first)\n**Priority**: P0\n**Status**: todo\n\n\
                 ## Dependencies\n\n**Before Starting:**\n- None\n\n**Blocks:**\n- publish, write-parser\n";
    project.write(path, first);
    // Whether the task comes next, or for what it waits.
    let next = || {
        project.ok(&["sync"]);
        let next = project.json(&["task", "next"]);
        let all = next["waiting"].as_array().expect("a list");
        let waiting = all.iter().find(|one| one["reference"] == "T:first-release/a-1");
        waiting.map_or_else(|| next["items"][0]["reference"].to_string(), |one| one["waits_for"].to_string())
    };
    assert_eq!(next(), "\"T:first-release/a-1\"");
    project.edit(path, "**Dependencies**: None (comes first)\n", "");
    assert_eq!(next(), "\"T:first-release/a-1\"", "the section names what waits for it");
    project.edit(path, "- None\n", "- publish\n");
    assert_eq!(next(), "[\"publish\"]");
    project.edit(path, "**Priority**", "**Dependencies**: None\n**Priority**");
    assert_eq!(next(), "\"T:first-release/a-1\"", "the header outweighs a guess");
}

#[test]
fn an_init_that_is_refused_leaves_nothing_behind() {
    let project = Project::empty();
    let there = || std::fs::read_dir(project.root()).expect("a folder").count();
    for root in [".git", ".instep", "..", "plan/.git"] {
        project.exits(2, &["init", "--root", root]);
        assert_eq!(there(), 0, "{root}");
    }
    project.write("delegation", "a file\n");
    for words in [&["init"][..], &["init", "--root", "delegation/plan"]] {
        let error = project.envelope(words)["error"].take();
        assert_eq!((&error["code"], &error["effect"]), (&"path-taken".into(), &"none".into()), "{error}");
        assert_eq!(there(), 1, "{words:?}");
    }
    std::fs::remove_file(project.at("delegation")).expect("removed");
    project.ok(&["init"]);
}

#[test]
fn an_init_that_fails_after_the_project_is_made_says_so() {
    let project = Project::empty();
    project.write("delegation/sprints/alpha/SPRINT.md", &sprint("Alpha", "Active"));
    project.write("delegation/agents/builder.yml", "name: Builder\n");
    let error = project.envelope(&["init", "--demo", "--yes"])["error"].take();
    assert_eq!((&error["code"], &error["effect"]), (&"path-taken".into(), &"begun".into()), "{error}");
    assert!(project.at("instep.toml").exists());
}

#[test]
fn who_lost_the_settings_goes_on_with_the_rows_that_are_there() {
    let project = demo();
    let (settings, files) = (project.read("instep.toml"), project.files());
    std::fs::remove_file(project.at("instep.toml")).expect("removed");
    project.ok(&["init", "--name", "other"]);
    let id = |text: &str| text.lines().find(|line| line.starts_with("id = ")).map(str::to_owned);
    assert_eq!(id(&project.read("instep.toml")), id(&settings));
    assert!(project.ok(&["status"]).starts_with("in step: nothing to do"));
    assert_eq!(project.files().len(), files.len());
}

#[test]
fn who_lists_before_the_first_sync_is_told_of_it() {
    let project = Project::empty();
    project.write("delegation/sprints/alpha/SPRINT.md", &sprint("Alpha", "Active"));
    project.write("delegation/sprints/alpha/one/TASK.md", &task("One", "Pending", "P1"));
    project.ok(&["init", "--no-sync"]);
    for kind in ["task", "sprint"] {
        let said = project.ok(&[kind, "list"]);
        assert!(said.contains(&format!("1 document of {kind}s")) && said.contains("`instep sync`"), "{said}");
    }
    assert!(project.ok(&["agent", "list"]).contains("`instep agent new` makes one"));
}

#[test]
fn a_database_without_its_project_is_not_offered_a_sync() {
    let project = demo();
    project.sql("PRAGMA foreign_keys = OFF; DELETE FROM orchestration_projects");
    let said = project.exits(5, &["sync"]);
    assert!(said.contains("the row of its project is gone") && !said.contains("`instep sync`"), "{said}");
}

#[test]
fn a_doctor_passes_by_what_people_keep_among_their_templates() {
    let project = demo();
    project.write("delegation/.templates/agent-base/GUIDE.md", "How we work.\n");
    assert!(project.ok(&["doctor"]).contains("templates"));
    project.write("delegation/.templates/taks/small/TASK.md.tera", "# Task: {{ title }}\n");
    assert!(project.exits(4, &["doctor"]).contains("broken: taks"));
}

#[test]
fn a_value_that_is_repeated_otherwise_is_told_with_both_places() {
    let project = Project::new();
    project.write("delegation/sprints/alpha/SPRINT.md", &sprint("Alpha", "Active"));
    project.write("delegation/sprints/alpha/one/TASK.md", &task("One", "Pending", "P1"));
    project.write("delegation/sprints/alpha/one/AGENT.yml", "task:\n  status: completed\n");
    let said = project.ok(&["sync"]);
    let told = "note: delegation/sprints/alpha/one/AGENT.yml: line 2, column 11: status is `completed`, and in TASK.md:3 `Pending`";
    assert!(said.contains(told), "{said}");
}

#[test]
fn a_file_that_cannot_be_read_is_named_once_and_its_edit_is_no_other_matter() {
    let project = demo();
    let broken = "delegation/sprints/first-release/bad/AGENT.yml";
    project.write(broken, "a: 1\na: 2\n");
    let said = project.exits(6, &["sync"]);
    assert_eq!(said.matches(broken).count(), 1, "{said}");
    project.write(PUBLISH, &"x".repeat(2 << 20));
    let said = project.exits(6, &["sync"]);
    assert!(said.contains(&format!("note: {PUBLISH}: refused: ")), "{said}");
    assert!(!said.contains(&project.root().display().to_string()), "{said}");
}

#[test]
fn init_in_a_project_refuses_what_it_would_not_do() {
    let project = demo();
    for words in [&["init", "--name", "other"][..], &["init", "--root", "plan"], &["init", "--root", ".."]] {
        project.exits(2, words);
    }
    assert!(project.exits(1, &["init", "--demo"]).contains("`A:builder` is there already"));
    project.ok(&["init", "--root", "delegation"]);
    assert!(Project::new().ok(&["init"]).contains("`instep sprint new` makes a sprint"));
}

#[test]
fn conflicts_say_whether_they_are_decided() {
    let project = demo();
    project.edit(PUBLISH, "P2", "P0");
    project.sql("UPDATE orchestration_tasks SET priority = 'P3' WHERE task_code = 'publish'");
    project.exits(3, &["sync"]);
    let conflict = &project.json(&["conflict", "list"])[0];
    let (id, short) = (conflict["id"].as_str().expect("an id"), conflict["short"].as_str().expect("its end"));
    assert!(id.len() == 36 && id.ends_with(short), "{id} {short}");
    assert!(!project.ok(&["conflict", "list"]).contains("DECIDED"));
    project.ok(&["conflict", "take-file", short]);
    let said = project.ok(&["conflict", "list", "--all"]);
    assert!(
        said.lines().next().is_some_and(|line| line.ends_with("DECIDED")) && said.ends_with("take-file\n"),
        "{said}"
    );
    project.exits(1, &["conflict", "take-file", short]);
}

#[test]
fn a_conflict_that_is_only_on_record_waits_for_nobody() {
    let project = demo();
    let buffer = project.read(PUBLISH);
    project.edit(PUBLISH, "P2", "P0");
    project.ok(&["sync"]);
    project.write(PUBLISH, &buffer.replace("P2", "P3"));
    project.ok(&["sync"]);
    let said = project.ok(&["conflict", "list", "--all"]);
    let line = said.lines().find(|line| line.contains("superseded")).expect("it is on record");
    assert!(line.ends_with("for the record") && !said.contains("waits"), "{said}");
}

/// The help of `words` and of every command below it.
fn help(project: &Project, words: &[&str]) -> String {
    let own = project.ok(&[words, &["--help"]].concat());
    let below = own.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let named = below.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|word| !word.is_empty());
    let of_them: String = named.map(|name| help(project, &[words, &[name]].concat())).collect();
    own + &of_them
}

#[test]
fn help_speaks_of_sprints_and_tasks_and_not_of_how_they_are_stored() {
    let project = Project::empty();
    let nouns = ["sprint", "task", "agent", "template", "conflict", "db", "sync", "status", "diff", "init", "config"];
    let all: String = nouns.iter().map(|noun| help(&project, &[noun])).collect();
    assert!(all.contains("Usage: instep conflict take-db") && all.contains("Usage: instep task next"));
    for line in all.lines() {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphabetic()).collect();
        let is_inside = |word: &&str| ["row", "rows", "entity", "entities", "tombstone", "blob"].contains(word);
        assert!(!words.iter().any(is_inside) || line.starts_with("  row-missing"), "{line}");
    }
    assert!(all.contains("The new status: pending, in_progress"));
}

#[test]
fn showing_tells_what_the_text_says_and_how_far_a_sprint_is() {
    let project = demo();
    project.edit(PUBLISH, "[ ] Write the README", "[x] Write the README");
    project.ok(&["sync"]);
    let said = project.ok(&["task", "show", "publish"]);
    assert!(said.contains("checkboxes      1 of 2 ticked\n"), "{said}");
    let shown = project.json(&["task", "show", "publish"]);
    assert_eq!(shown["body"]["checkboxes"]["done"], 1);
    assert!(shown["created_at"].is_string() && shown["updated_at"].is_string());
    let said = project.ok(&["sprint", "show", "first-release"]);
    assert!(said.contains("1 completed, 1 in_progress, 1 pending\n"), "{said}");
}

#[test]
fn a_setting_that_cannot_be_used_is_told_with_where_to_look() {
    let project = demo();
    let settings = project.read("instep.toml");
    project.write("instep.toml", &format!("{settings}\n[sync]\ndirection = \"up\"\n"));
    let said = project.exits(1, &["status"]);
    assert!(said.ends_with("hint: `instep config --help` lists the settings\n"), "{said}");
    assert!(project.exits(4, &["doctor"]).contains("settings  not well"));
}

#[test]
fn every_refusal_says_what_to_do_next() {
    let project = demo();
    for words in [
        &["conflict", "show", "zzz"][..],
        &["-C", "/nonexistent", "status"],
        &["task", "new", "x", "--priority", "P9"],
        &["task", "set", "publish", "foo=1"],
        &["task", "set", "publish", "estimate_hours=x"],
        &["task", "set", "publish", "title="],
        &["task", "list", "--status", ""],
        &["task", "show", "a/b/c"],
        &["task", "new", "con"],
        &["template", "show", "nothing"],
        &["task", "list", "-n", "-1"],
    ] {
        let output = project.run(words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("\nhint: "), "{words:?}: {said}");
        let next = project.envelope(words)["error"]["next"].clone();
        assert!(next.is_string(), "{words:?}");
    }
}

#[test]
fn hours_may_be_given_as_they_are_shown() {
    let project = demo();
    for (given, shown) in [("8", 8.0), ("3.5", 3.5), ("2 days", 16.0)] {
        project.ok(&["task", "set", "publish", &format!("estimate_hours={given}")]);
        assert_eq!(project.json(&["task", "show", "publish"])["entity"]["estimate_hours"].as_f64(), Some(shown));
    }
    for wrong in ["-3", "8.5.2", "many", "."] {
        let said = project.exits(2, &["task", "set", "publish", &format!("estimate_hours={wrong}")]);
        assert!(said.starts_with(&format!("error: `{wrong}` is no estimate_hours: ")), "{said}");
    }
}

#[test]
fn what_was_probably_meant_may_be_a_claimed_code_or_another_word_for_a_status() {
    let project = demo();
    project.write(
        "delegation/sprints/first-release/editor-crud/TASK.md",
        "# Task: CRUD\n\n**Task Code**: `UI-01`\n**Status**: Pending\n",
    );
    project.ok(&["sync"]);
    project.ok(&["task", "show", "UI-01"]);
    let said = project.exits(1, &["task", "show", "UI-1"]);
    assert!(said.contains("hint: did you mean `T:first-release/editor-crud`?"), "{said}");
    let said = project.exits(2, &["task", "status", "publish", "don"]);
    assert!(said.contains("hint: did you mean `done`"), "{said}");
    let said = project.exits(2, &["sprint", "status", "first-release", "archivd"]);
    assert!(said.contains("it is one of planning, "), "{said}");
}

#[test]
fn statuses_are_told_in_the_order_in_which_they_were_asked_for() {
    let project = demo();
    for codes in [["publish", "choose-format", "write-parser"], ["write-parser", "publish", "choose-format"]] {
        let status = if codes[0] == "publish" { "blocked" } else { "review" };
        let report = project.json(&[&["task", "status"][..], &codes, &[status]].concat());
        let told = report["steps"].as_array().expect("steps").iter().map(|step| step["reference"].to_string());
        let asked = codes.map(|code| format!("\"T:first-release/{code}\""));
        assert_eq!(told.collect::<Vec<_>>(), asked);
    }
}

#[test]
fn every_field_that_a_profile_and_a_task_have_can_be_set() {
    let project = demo();
    for (field, value) in
        [("skills", "rust,sql"), ("capabilities", "read"), ("constraints", "no network"), ("tools", "a,b")]
    {
        project.ok(&["agent", "set", "builder", &format!("{field}={value}")]);
        let shown = project.json(&["agent", "show", "builder"]);
        let items: Vec<&str> = value.split(',').collect();
        assert_eq!(shown["entity"][field], serde_json::json!(items), "{field}");
        assert!(project.read("delegation/agents/builder.yml").contains(items[0]), "{field}");
    }
    project.ok(&["agent", "list", "--sort", "skills"]);
    project.ok(&["task", "set", "publish", "owner=ann"]);
    assert_eq!(project.json(&["task", "show", "publish"])["entity"]["owner"], "ann");
    assert!(project.read(PUBLISH).contains("**Owner**: ann"));
    project.ok(&["task", "list", "--sort", "owner"]);
    assert_eq!(project.ok(&["sync"]), "in step: nothing to do\n");
}

#[test]
fn a_template_says_how_a_list_is_given() {
    let project = demo();
    assert!(project.ok(&["template", "show", "task"]).contains("(a list of texts, one per line)"));
    let help = project.ok(&["task", "new", "--help"]);
    let help: Vec<&str> = help.split_whitespace().collect();
    assert!(help.join(" ").contains("a value, to a list one line for each item;"), "{help:?}");
    project.ok(&["task", "new", "x", "--var", "tasks=a\nb"]);
    assert!(project.read("delegation/backlog/x/TASK.md").contains("- [ ] a\n- [ ] b\n"));
}

#[test]
fn a_hint_says_what_to_write() {
    let project = demo();
    project.write("plan.json", "{}");
    for (words, hint) in [
        (&["task", "list", "--sort", "foo"][..], "hint: write one of those, such as `code`"),
        (&["task", "list", "--priority", "P9"], "hint: write one of those, such as `P0`"),
        (&["task", "set", "publish", "zzzz=1"], "hint: write one of those, such as `title`"),
        (&["task", "set", "publish", "--priority", "P0"], "hint: write `priority=VALUE`"),
        (&["task", "set", "publish", "--estimate-hours=3"], "hint: write `estimate_hours=VALUE`"),
        (&["sync", "--apply", "plan.json"], "hint: `instep sync --plan FILE` writes one that `--apply` takes"),
        (&["template", "show", "zzzz"], "hint: write one of those, such as `sprint`"),
    ] {
        let said = project.exits(2, words);
        assert!(said.contains(hint), "{words:?}: {said}");
    }
}

#[test]
fn where_only_is_checked_a_comparison_says_that_nothing_is_written() {
    let project = demo();
    project.edit(PUBLISH, "Pending", "Blocked");
    project.edit("instep.toml", "[project]", "[sync]\ndirection = \"check\"\n\n[project]");
    let said = project.run(&["status"]);
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let told = "warning: `sync.direction` is `check`, so nothing is written on either side\n";
    assert!(said.contains(told), "{said}");
}

/// The one open conflict of that kind.
fn conflict(project: &Project, kind: &str) -> String {
    let all = project.json(&["conflict", "list"]);
    let found = all.as_array().expect("a list").iter().find(|conflict| conflict["kind"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {all}"))["short"].as_str().expect("an id").to_owned()
}

#[test]
fn a_conflict_with_a_deletion_shows_what_the_other_side_changed() {
    let project = demo();
    std::fs::remove_dir_all(project.at("delegation/sprints/first-release/publish")).expect("removed");
    project.sql("UPDATE orchestration_tasks SET title = 'Publish at once' WHERE task_code = 'publish'");
    project.edit("delegation/backlog/empty-input/TASK.md", "Pending", "Blocked");
    project.sql("UPDATE orchestration_tasks SET deleted_at = '2026-01-01T00:00:00Z' WHERE task_code = 'empty-input'");
    project.exits(3, &["sync"]);
    let listed = project.ok(&["conflict", "list"]);
    for (kind, sides) in [("delete-edit", ["deleted it", "changed it"]), ("edit-delete", ["changed it", "deleted it"])]
    {
        let line = listed.lines().find(|line| line.contains(kind)).unwrap_or_default();
        assert!(line.find(sides[0]) < line.find(sides[1]) && line.contains(sides[0]), "{listed}");
    }
    let shown = project.ok(&["conflict", "show", &conflict(&project, "delete-edit")]);
    assert!(shown.contains("Publish at once"), "{shown}");
    let edited = conflict(&project, "edit-delete");
    let shown = project.ok(&["conflict", "show", &edited]);
    assert!(shown.contains("**Status**: Blocked"), "{shown}");
    let said = project.ok(&["conflict", "take-file", &edited]);
    assert!(!said.contains("nothing changed") && said.contains("decided"), "{said}");
}

#[test]
fn an_editor_that_fails_is_told_with_what_helps() {
    let project = demo();
    project.edit(PUBLISH, "Pending", "Blocked");
    project.sql("UPDATE orchestration_tasks SET status = 'review' WHERE task_code = 'publish'");
    project.exits(3, &["sync"]);
    let id = conflict(&project, "field");
    let output = project.command(&["conflict", "edit", &id]).env("EDITOR", "false").output().expect("a start");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("error: the editor did not end well") && said.contains("hint: `EDITOR` names it"), "{said}");
    assert!(project.ok(&["conflict", "show", "--help"]).contains("by the id that `conflict list` shows"));
}

#[test]
fn a_comment_in_the_heading_is_no_title_and_stays_where_it_is() {
    let project = demo();
    project.edit(PUBLISH, "# Task: Publish the first version\n", "# Task: Publish <!-- soon -->\n");
    project.ok(&["sync"]);
    assert_eq!(project.json(&["task", "show", "publish"])["entity"]["title"], "Publish");
    project.ok(&["task", "set", "publish", "title=Publish it"]);
    assert!(project.read(PUBLISH).starts_with("# Task: Publish it <!-- soon -->\n"));
}

#[test]
fn no_line_of_the_help_is_folded_on_a_narrow_terminal() {
    let project = Project::empty();
    for words in [&["config", "--help"][..], &["conflict", "list", "--help"]] {
        let help = project.ok(words);
        let after = help.lines().skip_while(|line| !line.starts_with("Global options:"));
        let own = after.skip_while(|line| !line.is_empty());
        let wide: Vec<&str> = own.filter(|line| line.chars().count() > 58).collect();
        assert_eq!(wide, [""; 0], "{words:?}");
    }
}

#[test]
fn a_task_has_a_goal_as_a_sprint_has() {
    let project = demo();
    project.ok(&["task", "set", "publish", "goal=Everybody reads it"]);
    assert!(project.read(PUBLISH).contains("**Goal**: Everybody reads it"));
    assert_eq!(project.json(&["task", "show", "publish"])["entity"]["goal"], "Everybody reads it");
}

#[test]
fn what_is_wrong_is_told_with_what_to_do_about_it() {
    let project = demo();
    let said = project.exits(1, &["task", "show", "nope"]);
    assert!(said.ends_with("hint: `instep task list` shows all there are\n"), "{said}");
    let said = project.exits(1, &["task", "list", "--sprint", "nope"]);
    assert!(said.ends_with("hint: `instep sprint list` shows all there are\n"), "{said}");
    let said = project.exits(2, &["task", "status", "publish"]);
    assert!(said.contains("not given: <STATUS>\n"), "{said}");
    project.write("instep.toml", "[project\n");
    let said = project.exits(1, &["task", "list"]);
    assert!(said.contains("instep.toml") && !said.contains("config.toml"), "{said}");
}

#[test]
fn a_file_in_place_of_the_state_folder_is_told_as_such() {
    let project = Project::empty();
    project.ok(&["init", "--demo"]);
    std::fs::rename(project.at(".instep"), project.at("away")).expect("it moves");
    project.write(".instep", "a file");
    let said = project.exits(6, &["task", "list"]);
    assert!(said.contains("a file is there") && said.contains("hint: move that file away"), "{said}");
}

#[test]
fn a_plan_that_was_carried_out_says_so_the_second_time() {
    let project = demo();
    project.edit(PUBLISH, "**Status**: Pending", "**Status**: Blocked");
    project.ok(&["sync", "--plan", "p.json"]);
    assert!(!project.ok(&["sync", "--apply", "p.json"]).contains("already"));
    let said = project.exits(0, &["sync", "--apply", "p.json"]);
    assert!(said.contains("what it had was carried out already"), "{said}");
}

#[test]
fn a_document_in_place_of_another_one_is_shown_with_both_names_and_texts() {
    let project = demo();
    let folder = |code: &str| project.at(&format!("delegation/sprints/first-release/{code}"));
    std::fs::rename(folder("choose-format").join("TASK.md"), folder("publish").join("TASK.md")).expect("moved");
    std::fs::remove_dir_all(folder("choose-format")).expect("removed");
    std::fs::remove_file(folder("publish").join("AGENT.yml")).expect("removed");
    project.exits(3, &["sync"]);
    let shown = project.ok(&["conflict", "show", &conflict(&project, "id-replaced")]);
    assert!(shown.contains("file        T:first-release/choose-format\n"), "{shown}");
    assert!(shown.contains("database    T:first-release/publish\n"), "{shown}");
    assert!(
        shown.contains("# Task: Choose the format") && shown.contains("# Task: Publish the first version"),
        "{shown}"
    );
}

#[test]
fn a_file_that_is_too_large_is_told_once_and_no_branch_is_blamed() {
    let project = demo();
    project.write("delegation/sprints/first-release/big/TASK.md", &"a".repeat(1_200_000));
    let said = project.exits(6, &["sync"]);
    assert_eq!(said.matches("big/TASK.md").count(), 1, "{said}");
    assert_eq!(project.json(&["sync"])["notes"][0]["kind"], "unreadable");
}

#[test]
fn a_value_that_took_the_lead_is_not_told_as_one_that_differs() {
    let project = demo();
    let publish = "delegation/sprints/first-release/publish";
    let odd = "task: {status: no, priority: 1e3, title: 2026-01-01}\n";
    project.write(&format!("{publish}/AGENT.yml"), odd);
    let said = project.ok(&["sync"]);
    assert!(project.read(&format!("{publish}/TASK.md")).starts_with("# Task: 2026-01-01\n"));
    assert!(said.contains("status is `no`, and in TASK.md:5 `Pending`; the main place counts"), "{said}");
    assert!(!said.contains("title is"), "{said}");
}

#[test]
fn a_command_on_an_emptied_tree_promises_no_sync_that_would_be_refused() {
    let project = demo();
    std::fs::remove_dir_all(project.at("delegation/sprints")).expect("removed");
    let said = project.exits(1, &["task", "status", "publish", "review"]);
    assert!(
        said.ends_with(
            "hint: `instep status` shows what the next `instep sync` would do, and whether it would be refused\n"
        ),
        "{said}"
    );
    project.exits(7, &["sync"]);
    assert!(project.exits(7, &["status"]).contains("the next sync would refuse this"));
}

#[test]
fn one_conflict_waits_and_two_wait() {
    let project = demo();
    let path = "delegation/sprints/first-release/publish/TASK.md";
    for (column, edited, told) in [
        ("priority = 'P3'", ["**Priority**: P2", "**Priority**: P1"], "1 conflict waits; "),
        ("status = 'review'", ["**Status**: Pending", "**Status**: Blocked"], "2 conflicts wait; "),
    ] {
        project.sql(&format!("UPDATE orchestration_tasks SET {column} WHERE task_code = 'publish'"));
        project.edit(path, edited[0], edited[1]);
        project.exits(3, &["sync"]);
        let said = project.ok(&["task", "show", "publish"]);
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn a_status_that_no_agent_can_have_is_refused_as_everywhere() {
    let project = demo();
    let said = project.exits(2, &["agent", "list", "--status", "actve"]);
    assert!(said.contains("`actve` is no status") && said.contains("did you mean `active`"), "{said}");
    assert!(project.ok(&["agent", "list", "--status", "Active"]).contains("A:builder"));
}

#[test]
fn the_sides_of_a_conflict_about_texts_are_told_apart() {
    let project = demo();
    let made = "delegation/sprints/first-release/made";
    project.write(&format!("{made}/TASK.md"), "# Task: Made\n\n**Status**: Pending\n");
    let sprint = "(SELECT id FROM orchestration_sprints WHERE sprint_code = 'first-release')";
    project.sql(&format!(
        "INSERT INTO orchestration_tasks (id, sprint_id, task_code, title, status) \
         VALUES ('4d1b6a0e-0000-4000-8000-000000000001', {sprint}, 'made', 'Other', 'blocked')"
    ));
    project.run(&["sync"]);
    let said = project.ok(&["conflict", "list"]);
    let made = said.lines().find(|line| line.contains("create-create")).expect("a conflict");
    assert!(made.contains("text, 3 lines"), "{said}");
}
