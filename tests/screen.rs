//! What the built program does with its streams: data, talk, colour, closed pipes and full disks.

#[path = "support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output, Stdio};

use project::Project;

/// The program in an environment that says nothing about colour.
fn instep(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_instep"));
    command.args(words).env_clear().stdin(Stdio::null());
    command
}

fn run(words: &[&str]) -> (i32, String, String) {
    outcome(instep(words).output().expect("the program starts"))
}

fn outcome(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("only text is printed");
    (output.status.code().expect("it ended by itself"), text(output.stdout), text(output.stderr))
}

#[test]
fn version_and_help_are_data() {
    let (code, out, err) = run(&["--version"]);
    assert_eq!((code, out, err), (0, format!("instep {}\n", env!("CARGO_PKG_VERSION")), String::new()));
    let (code, out, err) = run(&["--help"]);
    assert!(code == 0 && out.contains("Usage: instep") && err.is_empty());
}

#[test]
fn no_command_at_all_is_wrong_usage_and_shows_what_there_is() {
    let (code, out, err) = run(&[]);
    assert!(code == 2 && out.is_empty() && err.contains("completions  Print"), "{code} {out} {err}");
}

#[test]
fn wrong_usage_offers_what_was_meant() {
    let (code, out, err) = run(&["completoins"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(err, "error: unrecognized subcommand `completoins`\nhint: did you mean `completions`?\n");
}

#[test]
fn with_json_a_failure_is_data() {
    let (code, out, err) = run(&["--json", "completoins"]);
    assert_eq!((code, err.as_str()), (2, ""));
    let answer: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&answer["schema_version"], &answer["kind"]), (&1.into(), &"error".into()));
    assert_eq!((&answer["error"]["code"], &answer["error"]["effect"]), (&"usage".into(), &"none".into()));
}

#[test]
fn with_json_a_script_is_data() {
    let (code, script, _) = run(&["completions", "fish"]);
    let (_, out, err) = run(&["--json", "completions", "fish"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let answer: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&answer["schema_version"], &answer["kind"]), (&1.into(), &"completions".into()));
    assert_eq!((&answer["data"]["shell"], &answer["data"]["script"]), (&"fish".into(), &script.into()));
}

#[test]
fn hx09_what_was_typed_is_harmless_when_it_is_repeated() {
    for words in
        [&["\x1b[2J\u{9b}31m"][..], &["--json", "\x1b]52;c;x\x07"], &["-C", "/no\x1b[2Jwhere", "completions", "bash"]]
    {
        let (code, out, err) = run(words);
        assert_ne!(code, 0);
        assert!(!(out + &err).contains(|c: char| c != '\n' && c.is_control()), "{words:?}");
    }
}

#[test]
fn help_is_painted_only_where_it_is_wanted() {
    let painted = |command: &mut Command| outcome(command.output().expect("the program starts")).1.contains('\x1b');
    assert!(!painted(&mut instep(&["--help"])));
    assert!(painted(&mut instep(&["--help", "--color", "always"])));
    assert!(painted(instep(&["--help"]).env("CLICOLOR_FORCE", "1")));
    assert!(!painted(instep(&["--help"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")));
    assert!(!painted(instep(&["--help", "--color=never"]).env("CLICOLOR_FORCE", "1")));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let (code, _, err) = outcome(instep(&["completions", "zsh"]).stdout(writer).output().expect("the program starts"));
    assert_eq!((code, err.as_str()), (0, ""));
}

#[test]
fn a_full_disk_is_a_failure() {
    let full = File::options().write(true).open("/dev/full").expect("Linux has a full device");
    let (code, _, err) = outcome(instep(&["completions", "zsh"]).stdout(full).output().expect("the program starts"));
    assert_eq!(code, 6);
    assert!(err.starts_with("error: cannot print the result\n  caused by: "), "{err}");
}

#[test]
fn cp18_ctrl_c_ends_the_program_and_changes_nothing() {
    let project = Project::new();
    let tool = |name: &str, words: &[&str]| {
        assert!(Command::new(name).args(words).current_dir(project.root()).status().expect("it starts").success());
    };
    tool("mkfifo", &["list"]);
    let asked = project.command(&["task", "new", "--from", "list"]);
    // Whoever started these tests in the background may have told them to ignore the signal.
    let mut heeding = Command::new("env");
    heeding.arg("--default-signal=INT").arg(asked.get_program()).args(asked.get_args());
    let surroundings = asked.get_envs().filter_map(|(name, value)| Some((name, value?)));
    heeding.current_dir(project.root()).env_clear().envs(surroundings);
    let mut child = heeding.spawn().expect("it starts");
    // This waits until the program reads.
    let unfinished = File::options().write(true).open(project.at("list")).expect("the program reads the list");
    tool("kill", &["-INT", &child.id().to_string()]);
    // A shell calls the end by this signal 130.
    assert_eq!(child.wait().expect("it ends").signal(), Some(2));
    drop(unfinished);
    assert_eq!(project.json(&["task", "list"])["total"], 0);
}
