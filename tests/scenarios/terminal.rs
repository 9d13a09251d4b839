//! Words of strangers on the way to a terminal, a log or a program.

use std::process::Output;

use crate::project::{Project, task};
use crate::small::{ONE, TWO, settle, small};

/// What a terminal would obey, or what would hide or turn what follows; then a colour that is not ours.
const EVIL: &str = "\u{1b}[2J\u{1b}]52;c;cm0=\u{7}\u{1b}]8;;http://evil\u{1b}\\x\u{1b}]8;;\u{1b}\\\u{9b}31m\u{9d}0;t\u{9c}\
                    \u{202e}\u{2066}\u{200b}\u{200d}\u{ad}\u{7f}\u{8}\u{1b}[7;95mevil";

/// The same in a string of TOML, YAML or JSON.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) })
        .collect()
}

/// The colours that the program itself uses.
const OWN_COLOURS: [&str; 9] =
    ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m", "\x1b[34m", "\x1b[35m"];

/// Commands that print what others wrote; some of them fail, and say so in the words of others.
const PRINTING: &[&[&str]] = &[
    &["status"],
    &["sync", "--dry-run"],
    &["sync"],
    &["sync"],
    &["diff"],
    &["diff", "delegation/sprints"],
    &["task", "list"],
    &["task", "show", "T:alpha/one"],
    &["task", "show", "T:alpha/two"],
    &["task", "show", "T:backlog/later"],
    &["task", "show", EVIL],
    &["task", "next"],
    &["task", "set", "T:alpha/one", "status=\u{1b}[2J"],
    &["task", "set", "T:alpha/three", "goal=\u{1b}[2J"],
    &["task", "set", "T:alpha/three", "\u{1b}[2J=x"],
    &["task", "status", "T:alpha/three", "\u{9b}31m"],
    &["task", "new", "\u{1b}[2J"],
    &["task", "new", "x", "--template", "\u{1b}[2J"],
    &["task", "new", "x", "--var", "\u{1b}[2J=1"],
    &["task", "new", "--from", "list.yaml"],
    &["task", "new", "--from", "\u{1b}[2J.yaml"],
    &["task", "move", "T:alpha/three", "--to", "\u{1b}[2J"],
    &["sprint", "list"],
    &["sprint", "show", "alpha"],
    &["sprint", "show", "\u{1b}[2J"],
    &["sprint", "scaffold", "alpha"],
    &["agent", "list"],
    &["agent", "show", "builder"],
    &["conflict", "list"],
    &["conflict", "show", "\u{1b}[2J"],
    &["conflict", "new-id", "\u{1b}[2J"],
    &["doctor"],
    &["doctor", "--fields", "delegation"],
    &["doctor", "--fields", "\u{1b}[2J"],
    &["template", "list"],
    &["template", "show", "task"],
    &["template", "show", "task/\u{1b}[2Jevil"],
    &["template", "show", "task/loud"],
    &["template", "check"],
    &["config"],
    &["db", "info"],
    &["-C", "\u{1b}[2J", "status"],
    &["\u{1b}[2J"],
    &["task", "list", "--\u{1b}[2J"],
];

/// A project in which everything that has words says [`EVIL`].
fn loud() -> Project {
    let project = small();
    let two = project.read(TWO);
    settle(&project);
    project.write(TWO, &two.replace("**Priority**: P1", &format!("**Priority**: P1  \n**Assignee**: first {EVIL}")));
    settle(&project);
    project.edit(TWO, "first \u{1b}", "mine \u{1b}");
    project.sql(&format!("UPDATE orchestration_tasks SET assignee = 'theirs ' || '{EVIL}' WHERE task_code = 'two'"));
    project.edit(ONE, "# Task: one", &format!("# Task: {EVIL}"));
    project.edit(ONE, "Pending", EVIL);
    project.edit(ONE, "Make one work.", &format!("{EVIL}\n\n- [ ] {EVIL}\n"));
    project.edit("delegation/sprints/alpha/SPRINT.md", "# Sprint: Alpha", &format!("# Sprint: {EVIL}"));
    project.edit("delegation/agents/builder.yml", "name: Builder", &format!("name: \"{}\"", escaped(EVIL)));
    project.write("delegation/backlog/\u{1b}[2Jevil/TASK.md", &task("folder", "Pending", "P1"));
    project.write("delegation/sprints/alpha/one/NOTES\u{1b}[2J\u{202e}.md", "notes");
    project.write("delegation/backlog/broken/TASK.md", "<<<<<<< \u{1b}[2J\nx\n=======\ny\n>>>>>>> \u{1b}[2J\n");
    project.write("delegation/backlog/broken/AGENT.yml", &format!("\"{}\": [\n", escaped(EVIL)));
    project.write("delegation/.templates/task/\u{1b}[2Jevil/TASK.md.tera", "# Task: {{ title | \u{1b}[2J }}\n");
    project.write(
        "delegation/.templates/task/loud/template.toml",
        &format!("help = \"{0}\"\n[[variable]]\nname = \"x\"\nhelp = \"{0}\"\nexample = \"{0}\"\n", escaped(EVIL)),
    );
    project.write("delegation/.templates/task/loud/TASK.md.tera", "# Task: {{ title }} {{ x }}\n");
    project.write("list.yaml", &format!("- {{code: \"{0}\", \"{0}\": \"{0}\"}}\n", escaped(EVIL)));
    let settings = project.read("instep.toml").replace("name = \"small\"", &format!("name = \"{}\"", escaped(EVIL)));
    let more = format!("\n[statuses]\npending = \"{0}\"\n[\"{0}\"]\nx = \"{0}\"\n", escaped(EVIL));
    project.write("instep.toml", &(settings + &more));
    project.sql(&format!(
        "INSERT INTO orchestration_tasks (task_code, title) VALUES ('{EVIL}', 'x'), ('good', 'a' || char(10) || '{EVIL}')"
    ));
    project
}

#[test]
fn hx09_nothing_that_others_wrote_is_obeyed_by_a_terminal() {
    let project = loud();
    let mut seen = String::new();
    for look in [&["--color", "always"][..], &["--color", "always", "-v"], &["--json"]] {
        for words in PRINTING {
            let said = text(&project.run(&[words, look].concat()));
            assert_harmless(&said, words);
            seen += &said;
        }
    }
    for part in ["mine ", "theirs ", "conflict markers", "loud", "no file can hold", "left alone"] {
        assert!(seen.contains(part), "{part} was to be seen");
    }
}

#[test]
fn hx09_settings_that_cannot_be_read_are_told_without_obeying_them() {
    for broken in [
        "name = \"\u{1b}[2J\"",
        "\u{1b}[2J = 1",
        "[project]\nid = \"\\u001b[2J\"",
        "[statuses]\n\"\\u001b[2J\" = \"x\"",
        "[tree]\nroot = \"\\u001b[2J\\n/..\"",
    ] {
        let project = small();
        project.write("instep.toml", broken);
        for look in [&["--color", "always"][..], &["--json"]] {
            for words in [&["status"][..], &["config"], &["doctor"], &["init", "--yes"]] {
                assert_harmless(&text(&project.run(&[words, look].concat())), words);
            }
        }
    }
}

#[test]
fn hx10_no_word_begins_a_line_of_its_own() {
    let project = small();
    let forged = "x\\nerror: FORGED\\r\\nFORGED: 1";
    project.edit("delegation/agents/builder.yml", "name: Builder", &format!("name: \"{forged}\"\nrole2: \"{forged}\""));
    project.write(
        "delegation/backlog/front/TASK.md",
        &format!("---\ntitle: \"{forged}\"\nassignee: \"{forged}\"\n---\n\nText.\n"),
    );
    project.write("list.yaml", &format!("- {{code: \"{forged}\"}}\n"));
    project.sql(
        "INSERT INTO orchestration_tasks (task_code, title, assignee) VALUES \
         ('sql', 'x' || char(10) || 'FORGED', 'x' || char(13) || char(10) || 'FORGED'), ('a' || char(10) || 'FORGED', 'x', 'x')",
    );
    for words in PRINTING {
        let said = text(&project.run(words));
        let forged = said.lines().find(|line| line.trim_start_matches("error: ").starts_with("FORGED"));
        assert_eq!(forged, None, "{words:?} said:\n{said}");
        assert!(!said.contains('\r'), "{words:?} said {said:?}");
    }
    project.sql(
        "UPDATE orchestration_tasks SET title = 'x' || char(10) || '**Status**: Completed' WHERE task_code = 'two'",
    );
    project.run(&["sync"]);
    assert!(!project.read(TWO).contains("Completed"), "no value becomes another field");
}

/// Everything that a run printed, which must be text.
fn text(output: &Output) -> String {
    let all = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(all).expect("only text is printed")
}

/// Fails where a character reaches the reader that is no part of the words, except our own colours and line ends.
fn assert_harmless(said: &str, words: &[&str]) {
    let plain = OWN_COLOURS.iter().fold(said.to_owned(), |said, colour| said.replace(colour, ""));
    let is_bad = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{ad}' | '\u{feff}')
    };
    let bad = plain.lines().find(|line| line.contains(is_bad));
    assert_eq!(bad, None, "instep {words:?} said:\n{plain:?}");
}
