//! The way to the server is cut at each message of a command, one after the other, before and after the server has heard
//! it. What a failure says that it left behind is compared with what it did; after that the way is mended, and all must
//! end as if nothing had happened, with the same events, each told once.

use instep::config::DatabaseUrl;
use instep::store::postgres::{Server, migrate};
use serde_json::Value;

use crate::cluster::Cluster;
use crate::project::{Project, task};
use crate::scissors::{Cut, Plan, Scissors};
use crate::{CANARY, TASK, ask, sql, team, wait};

/// Something that a command does again and again, each time with another number.
struct Story {
    /// What happened before on either side.
    before: fn(&Project, &str, usize),
    /// What is cut off.
    command: &'static str,
    /// The condition that the row fulfils once the command is done.
    done: &'static str,
    /// How many revisions all of that makes.
    revisions: usize,
    /// Whether the command is given again where it says that it was not done; any sync ends what a sync began.
    is_again: bool,
}

/// Every way to cut: of each message, and of those that store something.
const WAYS: [Plan; 6] = [
    Plan { with: "", how: Cut::Unsent, passing: 0, after: 0 },
    Plan { with: "", how: Cut::Unanswered, passing: 0, after: usize::MAX },
    Plan { with: "INSERT", how: Cut::Torn, passing: 0, after: usize::MAX },
    Plan { with: "INSERT", how: Cut::Unanswered, passing: 0, after: 0 },
    Plan { with: "INSERT", how: Cut::Unheard, passing: 0, after: usize::MAX },
    // Enough to ask what became of it.
    Plan { with: "INSERT", how: Cut::Unheard, passing: 0, after: 3 },
];

/// Makes what we store take so long that others come between.
const SLOW: &str = "CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END'; \
     CREATE OR REPLACE TRIGGER slow AFTER INSERT ON orchestration_revisions EXECUTE FUNCTION slow()";

/// Waits for the end of what the server is at work on.
const BE_DONE: &str = "BEGIN; LOCK TABLE orchestration_tasks IN SHARE MODE; COMMIT";

const ROWS: &str = "SELECT t::text FROM orchestration_tasks t UNION ALL SELECT c::text FROM orchestration_conflicts c \
     UNION ALL SELECT e.seq || e.event_type FROM orchestration_events e ORDER BY 1";

const VERSION: &str = "SELECT sum(row_version)::text FROM orchestration_tasks";

/// What happens to a file is told again where a cut undid it.
const EVENTS: &str = "SELECT event_type || ' ' || coalesce(payload -> 'changes', '{}')::text FROM orchestration_events \
     WHERE event_type NOT LIKE 'orchestration.file.%' ORDER BY seq";

const HISTORY: &str = "SELECT 'the feed has gaps' FROM orchestration_events HAVING count(*) <> max(seq) \
     UNION ALL SELECT 'one version, one revision: ' || t.task_code FROM orchestration_tasks t WHERE row_version <> \
     (SELECT count(*) FROM orchestration_revisions r WHERE r.entity_id = t.id)";

/// The number of an attempt as priority, which the one before it had the priority before.
fn edit_file(project: &Project, _: &str, n: usize) {
    project.edit(TASK, &format!("**Priority**: P{}", (n + 3) % 4), &format!("**Priority**: P{}", n % 4));
}

fn edit_row(_: &Project, url: &str, n: usize) {
    sql(url, &format!("UPDATE orchestration_tasks SET assignee = 'a{n}' WHERE task_code = 'plan'"));
}

impl Story {
    fn words(&self, n: usize) -> Vec<String> {
        self.command.split(' ').map(|word| word.replace("{n}", &n.to_string())).collect()
    }

    fn is_done(&self, url: &str, n: usize) -> bool {
        let done = self.done.replace("{p}", &(n % 4).to_string()).replace("{n}", &n.to_string());
        !ask(url, &format!("SELECT task_code FROM orchestration_tasks WHERE deleted_at IS NULL AND {done}")).is_empty()
    }

    /// Cuts the command off at every message in every way.
    fn is_endured(&self) {
        let Some((project, url)) = team() else { return };
        let way = Scissors::to(&url);
        project.write(
            TASK,
            &task("Plan", "Pending", "P0").replace("**Priority**", "**Assignee**: nobody  \n**Priority**"),
        );
        for code in ["a", "b", "c"] {
            project.write(&format!("delegation/backlog/other-{code}/TASK.md"), &task(code, "Pending", "P1"));
        }
        project.ok(&["sync"]);
        let (mut n, mut cuts) = (0, 0);
        for plan in WAYS {
            if plan.how == Cut::Unheard {
                sql(&url, SLOW);
            }
            for passing in 0.. {
                n += 1;
                if !self.is_cut_off(&project, &url, &way, (n, Plan { passing, ..plan })) {
                    break;
                }
                cuts += 1;
            }
        }
        assert!(cuts > 20, "{cuts} messages were cut off");
    }

    /// Cuts one message off and mends all; whether there was one.
    fn is_cut_off(&self, project: &Project, url: &str, way: &Scissors, (n, plan): (usize, Plan)) -> bool {
        let (version, told) = (version(url), ask(url, EVENTS).len());
        (self.before)(project, url, n);
        let before = (ask(url, ROWS), project.files());
        way.cut(plan);
        let mut command = project.command(&self.words(n).iter().map(String::as_str).collect::<Vec<_>>());
        let output = command.arg("--json").env("INSTEP_DATABASE_URL", way.url()).output().expect("it starts");
        let lost = way.mend();
        let beginning: String = lost.iter().flat_map(|lost| lost.chars()).take(200).collect();
        let context = format!("{} at {n}, {plan:?}, {beginning:?}:\n{}", self.command, crate::said(&output));
        sql(url, BE_DONE);
        let is_done = self.is_done(url, n);
        if output.status.success() {
            assert!(is_done, "done is what was said: {context}");
        } else {
            assert_eq!(output.status.code(), Some(5), "{context}");
            let failure: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            let is_as_before = before == (ask(url, ROWS), project.files());
            check_failure(&failure["error"], is_as_before, is_done, lost.as_deref().unwrap_or_default(), &context);
        }
        self.mend(project, url, n);
        let told: Vec<String> = ask(url, EVENTS).split_off(told);
        assert_eq!(self::version(url) - version, self.revisions, "{context}");
        assert_eq!(told.len(), self.revisions, "each change is told once: {told:?} {context}");
        assert_eq!(ask(url, HISTORY), [""; 0], "{context}");
        lost.is_some()
    }

    /// Ends what was begun, with the server there again.
    fn mend(&self, project: &Project, url: &str, n: usize) {
        project.ok(&["sync"]);
        let words = self.words(n);
        if self.is_again && !self.is_done(url, n) {
            project.ok(&words.iter().map(String::as_str).collect::<Vec<_>>());
        }
        assert!(self.is_done(url, n), "{words:?} is done in the end");
        let before = (ask(url, ROWS), project.files());
        project.ok(&["sync"]);
        assert!(before == (ask(url, ROWS), project.files()), "nothing is left to do after {words:?}");
    }
}

fn version(url: &str) -> usize {
    ask(url, VERSION)[0].parse().expect("a number")
}

/// Compares what a failure tells with what was done.
fn check_failure(failure: &Value, is_as_before: bool, is_done: bool, lost: &str, context: &str) {
    let text = |key: &str| failure[key].as_str().unwrap_or_default().to_owned();
    assert!(text("message").contains("postgres://127.0.0.1:"), "it names the server: {context}");
    assert!(!context.contains(CANARY), "and not its password: {context}");
    assert!(!text("next").is_empty() && failure["retryable"] == true, "it says what to do: {context}");
    assert!(is_as_before || !text("next").contains("untouched"), "nor does its advice lie: {context}");
    match text("effect").as_str() {
        "none" => assert!(is_as_before, "nothing was stored or written: {context}"),
        "settled" => assert!(!is_as_before && !is_done, "files and rows were brought into step, no more: {context}"),
        "begun" => assert!(!is_as_before, "part of it was done: {context}"),
        "applied" => assert!(is_done, "it was done: {context}"),
        "unknown" => assert!(lost.contains("COMMIT;"), "only a commit can be unknown: {context}"),
        other => panic!("the effect is {other}: {context}"),
    }
}

#[test]
fn db02_an_edit_survives_a_cut_at_every_message() {
    Story { before: edit_file, command: "sync", done: "priority = 'P{p}'", revisions: 1, is_again: false }.is_endured();
}

#[test]
fn db02_a_row_of_others_survives_a_cut_at_every_message() {
    Story { before: edit_row, command: "sync", done: "assignee = 'a{n}'", revisions: 1, is_again: false }.is_endured();
}

#[test]
fn db02_both_sides_survive_a_cut_at_every_message() {
    let both: fn(&Project, &str, usize) = |project, url, n| {
        edit_file(project, url, n);
        edit_row(project, url, n);
    };
    let done = "priority = 'P{p}' AND assignee = 'a{n}'";
    Story { before: both, command: "sync", done, revisions: 2, is_again: false }.is_endured();
}

#[test]
fn db02_a_command_survives_a_cut_at_every_message() {
    let command = "task set plan assignee=a{n}";
    Story { before: |_, _, _| {}, command, done: "assignee = 'a{n}'", revisions: 1, is_again: true }.is_endured();
}

#[test]
fn db02_a_command_after_an_edit_survives_a_cut_at_every_message() {
    let command = "task set plan assignee=a{n}";
    Story { before: edit_file, command, done: "assignee = 'a{n}'", revisions: 2, is_again: true }.is_endured();
}

#[test]
fn db02_what_is_made_survives_a_cut_at_every_message() {
    let command = "task new made-{n}";
    Story { before: |_, _, _| {}, command, done: "task_code = 'made-{n}'", revisions: 1, is_again: true }.is_endured();
}

#[test]
fn db02_what_is_removed_survives_a_cut_at_every_message() {
    let made: fn(&Project, &str, usize) = |project, _, n| {
        project.ok(&["task", "new", &format!("gone-{n}")]);
    };
    // Made before it is removed.
    let done = "task_code = 'plan' AND NOT EXISTS (SELECT 1 FROM orchestration_tasks g WHERE g.task_code = 'gone-{n}' \
         AND g.deleted_at IS NULL)";
    Story { before: made, command: "task rm gone-{n} --yes", done, revisions: 2, is_again: true }.is_endured();
}

fn has_tables(url: &str) -> bool {
    !ask(url, "SELECT 'there' WHERE to_regclass('orchestration_tasks') IS NOT NULL").is_empty()
}

/// Cuts off what begins a project, with a new folder and a copy of the database at `like` each time; `is_begun` says
/// whether anything of it is there, and the table `last` has a row once it is done.
fn is_begun_for_good(like: Option<&str>, command: &[&str], is_begun: fn(&Project, &str) -> bool, last: &str) {
    let Some(cluster) = Cluster::get() else { return };
    let mut cuts = 0;
    for how in [Cut::Unsent, Cut::Unanswered] {
        for passing in 0.. {
            let url = wait(cluster.database(like)).replacen("instep@", &format!("instep:{CANARY}@"), 1);
            let (project, way) = (Project::empty(), Scissors::to(&url));
            let run = |url: &str, args: &[&str]| {
                project.command(args).env("INSTEP_DATABASE_URL", url).output().expect("it starts")
            };
            project.write(TASK, &task("Plan", "Pending", "P0"));
            if like.is_none() {
                assert_eq!(run(&url, &["init", "--yes", "--name", "x"]).status.code(), Some(5), "there are no tables");
            }
            way.cut(Plan { with: "", passing, how, after: 0 });
            let output = run(way.url(), &[command, &["--json"]].concat());
            let Some(lost) = way.mend() else { break };
            cuts += 1;
            let context = format!("{command:?} {how:?} after {passing}:\n{}", crate::said(&output));
            assert_eq!(output.status.code(), Some(5), "{context}");
            let failure: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            let is_done = has_tables(&url) && !ask(&url, &format!("SELECT id::text FROM {last}")).is_empty();
            check_failure(&failure["error"], !is_begun(&project, &url), is_done, &lost, &context);
            for args in [command, &["sync"]] {
                let output = run(&url, args);
                assert!(output.status.success(), "{context}{}", crate::said(&output));
            }
            assert_eq!(ask(&url, "SELECT task_code || row_version FROM orchestration_tasks"), ["plan1"], "{context}");
            assert_eq!(ask(&url, HISTORY), [""; 0], "{context}");
        }
    }
    assert!(cuts > 10, "{cuts} messages were cut off");
}

#[test]
fn db02_tables_are_made_or_not_wherever_the_way_is_cut() {
    is_begun_for_good(None, &["db", "migrate"], |_, url| has_tables(url), "orchestration_projects");
}

#[test]
fn db02_a_project_is_begun_or_not_wherever_the_way_is_cut() {
    let Some(cluster) = Cluster::get() else { return };
    let tables = wait(cluster.database(None));
    let server = Server::at(&DatabaseUrl::new(&tables).expect("an address")).expect("a good one");
    wait(migrate(&server)).expect("the tables are made");
    let is_begun: fn(&Project, &str) -> bool = |project, _| project.at("instep.toml").exists();
    is_begun_for_good(Some(&tables), &["init", "--yes", "--name", "x"], is_begun, "orchestration_tasks");
}
