//! A database that a team shares, met by the real program as its users do.

#[path = "support/cluster.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod cluster;
#[path = "shared/cut.rs"]
mod cut;
#[path = "shared/failover.rs"]
mod failover;
#[path = "shared/outage.rs"]
mod outage;
#[path = "support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;
#[path = "shared/proxy.rs"]
mod proxy;
#[path = "shared/push.rs"]
mod push;
#[path = "shared/scissors.rs"]
mod scissors;
#[path = "shared/trips.rs"]
mod trips;

use std::io::Write as _;
use std::process::{Command, Output};

use cluster::Cluster;
use project::{Project, sprint, task};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

/// A password that must be seen nowhere; the server asks for none.
const CANARY: &str = "canary-5e7";

const TASK: &str = "delegation/backlog/plan/TASK.md";

/// A folder whose owner knows the database as `team`.
fn folder(url: &str) -> Project {
    let project = Project::empty();
    project.write(".config/instep/config.toml", &format!("[databases.team]\nurl = \"{url}\"\n"));
    project
}

/// A project that keeps its rows in a new database; `None` where there is no server.
fn team() -> Option<(Project, String)> {
    Some(team_on(Cluster::get()?))
}

/// The same on a server of its own.
fn team_on(cluster: &Cluster) -> (Project, String) {
    let url = wait(cluster.database(None)).replacen("instep@", &format!("instep:{CANARY}@"), 1);
    let project = folder(&url);
    let said = project.exits(5, &["init", "--yes", "--name", "team", "--database", "team"]);
    assert!(said.contains("hint: `instep db migrate` makes the tables there"), "{said}");
    project.ok(&["db", "migrate"]);
    (project, url)
}

/// Another clone of it, with its files as they are now.
fn colleague(of: &Project, url: &str) -> Project {
    let clone = folder(url);
    for (path, bytes) in of.files() {
        clone.write(&path, &String::from_utf8(bytes).expect("plans are text"));
    }
    clone
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

fn sql(url: &str, statement: &str) {
    wait(async {
        let mut connection = PgConnection::connect(url).await.expect("the server answers");
        let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        connection.close().await.expect("it closes");
    });
}

fn ask(url: &str, query: &str) -> Vec<String> {
    wait(async {
        let mut connection = PgConnection::connect(url).await.expect("the server answers");
        let rows = sqlx::query(AssertSqlSafe(query.to_owned())).fetch_all(&mut connection).await;
        rows.expect("the query is good").iter().map(|row| row.get(0)).collect()
    })
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_team_shares_one_database() {
    let Some((ours, url)) = team() else { return };
    ours.write("delegation/sprints/alpha/SPRINT.md", &sprint("Alpha", "Active"));
    ours.write(TASK, &task("Plan", "Pending", "P1"));
    ours.ok(&["sync"]);
    assert_eq!(ask(&url, "SELECT status FROM orchestration_tasks"), ["pending"]);
    let theirs = colleague(&ours, &url);
    assert!(theirs.ok(&["sync"]).contains("nothing to do"));

    theirs.edit(TASK, "Pending", "In Progress");
    theirs.ok(&["sync"]);
    ours.edit(TASK, "**Priority**: P1", "**Priority**: P0");
    ours.ok(&["sync"]);
    theirs.ok(&["sync"]);
    for clone in [&ours, &theirs] {
        let text = clone.read(TASK);
        assert!(text.contains("**Status**: In Progress") && text.contains("**Priority**: P0"), "{text}");
    }
    ours.ok(&["task", "status", "plan", "blocked"]);
    theirs.ok(&["sync"]);
    assert_eq!(ours.read(TASK), theirs.read(TASK));
    assert!(ours.ok(&["task", "list", "--status", "blocked"]).contains("plan"));
    assert!(ours.ok(&["doctor"]).contains("postgres://"));
}

#[test]
fn what_other_programs_write_comes_into_the_files() {
    let Some((project, url)) = team() else { return };
    project.write(TASK, &task("Plan", "Pending", "P1"));
    project.ok(&["sync"]);
    let untouched = project.read(TASK);
    sql(&url, "UPDATE orchestration_tasks SET status = 'in_progress', assignee = 'eve' WHERE task_code = 'plan'");
    sql(&url, "INSERT INTO orchestration_tasks (task_code, title) VALUES ('made', 'Made elsewhere')");
    sql(&url, "INSERT INTO orchestration_tasks (task_code) VALUES ('../../evil')");
    let said = project.run(&["sync"]);
    let said = self::said(&said);
    assert!(said.contains("../../evil"), "what no file can hold is reported: {said}");
    let text = project.read(TASK);
    assert_eq!(text.lines().filter(|line| !untouched.contains(line)).count(), 3, "two values and the stamp: {text}");
    assert!(text.contains("**Status**: In Progress") && text.contains("eve"), "{text}");
    assert!(project.read("delegation/backlog/made/TASK.md").contains("Made elsewhere"));
    sql(&url, "DELETE FROM orchestration_tasks WHERE task_code = 'made'");
    project.run(&["sync"]);
    assert!(!project.at("delegation/backlog/made/TASK.md").exists(), "a deleted row takes its file away");
    let authors = ask(&url, "SELECT DISTINCT author FROM orchestration_revisions WHERE source = 'sql'");
    assert_eq!(authors, ["instep"], "who was connected");
}

/// A Python with a mapper of objects to rows; `None`, said loudly, where there is none.
fn python() -> Option<&'static str> {
    let has_all = |python: &&str| {
        let import = Command::new(python).args(["-c", "import sqlalchemy, psycopg2"]).output();
        import.is_ok_and(|output| output.status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(has_all);
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no SQLAlchemy was found, and CI leaves nothing out");
        writeln!(std::io::stderr(), "\n!!! no SQLAlchemy was found: its test is LEFT OUT\n").expect("it can be said");
    }
    found
}

#[test]
fn a_mapper_of_another_language_works_with_the_rows() {
    let (Some((project, url)), Some(python)) = (team(), python()) else { return };
    let gone = "delegation/backlog/gone/TASK.md";
    let list = task("Plan", "Pending", "P1").replace("**Priority**", "**Tags**: old  \n**Priority**");
    project.write(TASK, &list);
    project.write(gone, &task("Gone", "Pending", "P1"));
    project.ok(&["sync"]);
    let url = url.replacen("postgres://", "postgresql+psycopg2://", 1).replacen("localhost", "", 1);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shared/orm.py");
    let done = Command::new(python).args([script, &url]).output().expect("it starts");
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(String::from_utf8_lossy(&done.stdout).trim(), "3", "two changes of one row");
    project.ok(&["sync"]);
    let expected = list
        .replace("**Status**: Pending", "**Status**: In Progress")
        .replace("**Tags**: old", "**Tags**: api, db")
        .replace("# Task: Plan\n", "# Task: Plan it twice\n");
    let text = project.read(TASK);
    assert!(text.starts_with(&expected), "in its own style: {text}");
    assert!(project.read("delegation/backlog/made/TASK.md").contains("Made by a mapper"));
    assert!(!project.at(gone).exists());
}

#[test]
fn psql_writes_rows_under_its_own_name() {
    let Some((project, url)) = team() else { return };
    project.write(TASK, &task("Plan", "Pending", "P1"));
    project.ok(&["sync"]);
    let statement = "UPDATE orchestration_tasks SET status = 'review', row_version = 99, hash = 'forged'";
    let done = Command::new("psql").args([url.as_str(), "-c", statement]).output().expect("psql comes with the server");
    assert!(done.status.success(), "{}", said(&done));
    project.ok(&["sync"]);
    assert!(project.read(TASK).contains("**Status**: Review"), "{}", project.read(TASK));
    let author = "SELECT author || ' ' || n FROM orchestration_revisions WHERE source = 'sql'";
    assert_eq!(ask(&url, author), ["instep (psql) 2"]);
}

#[test]
fn db_info_tells_of_the_server() {
    let Some((project, _)) = team() else { return };
    let info = project.json(&["db", "info"]);
    assert!(info["server"].as_str().is_some_and(|server| server.starts_with("PostgreSQL ")), "{info}");
    let alone = Project::empty();
    alone.ok(&["init", "--demo"]);
    assert_eq!(info["schema"], alone.json(&["db", "info"])["schema"], "both kinds are as new as the program");
    assert!(info["lag_ms"].is_null(), "{info}");
    assert!(info["bytes"].as_u64().is_some_and(|bytes| bytes > 10_000));
    let said = project.exits(2, &["db", "rebuild", "--yes"]);
    assert!(said.contains("only an embedded database"), "{said}");
}

#[test]
fn the_environment_names_a_database_too() {
    let Some(cluster) = Cluster::get() else { return };
    let (project, url) = (Project::empty(), wait(cluster.database(None)));
    let run = |args: &[&str]| project.command(args).env("INSTEP_DATABASE_URL", &url).output().expect("it starts");
    assert_eq!(run(&["init", "--yes", "--name", "x"]).status.code(), Some(5));
    assert!(run(&["db", "migrate"]).status.success());
    project.write(TASK, &task("Plan", "Pending", "P1"));
    let synced = run(&["sync"]);
    assert!(synced.status.success(), "{}", said(&synced));
    assert_eq!(ask(&url, "SELECT task_code FROM orchestration_tasks"), ["plan"]);
    assert!(!project.read("instep.toml").contains("database"), "a committed file says nothing of it");
}

#[test]
fn db06_the_database_of_another_project_is_refused() {
    let Some((project, url)) = team() else { return };
    project.write(TASK, &task("Plan", "Pending", "P1"));
    project.ok(&["sync"]);
    let other = folder(&url);
    let said = other.exits(7, &["init", "--yes", "--name", "other", "--database", "team"]);
    assert!(said.contains("holds another project already"), "{said}");
    assert!(!other.at("instep.toml").exists(), "nothing was begun");
    other.write("instep.toml", "database = \"team\"\n[project]\nid = \"00000000-0000-0000-0000-000000000001\"\n");
    other.write("delegation/backlog/x/TASK.md", &task("X", "Pending", "P1"));
    other.exits(7, &["sync"]);
    assert_eq!(ask(&url, "SELECT task_code FROM orchestration_tasks"), ["plan"]);
}

#[test]
fn a_database_that_is_named_twice_is_named_once() {
    let Some((project, _)) = team() else { return };
    let said = project.exits(2, &["init", "--yes", "--database", "embedded"]);
    assert!(said.contains("keeps its rows elsewhere"), "{said}");
    project.ok(&["init", "--yes", "--database", "team"]);
    let other = Project::empty();
    let said = other.exits(1, &["init", "--yes", "--database", "taem"]);
    assert!(said.contains("no database is called `taem`"), "{said}");
    assert!(!other.at("instep.toml").exists(), "nothing was begun");
}

#[test]
fn db01_a_server_that_is_away_leaves_the_files_alone() {
    let Some((project, url)) = team() else { return };
    project.write(TASK, &task("Plan", "Pending", "P1"));
    project.ok(&["sync"]);
    project.edit(TASK, "Pending", "Blocked");
    let before = project.files();
    let away = url.split_once("?host=").expect("a socket").0;
    let away = format!("{away}?host={}", project.root().display());
    for args in [&["sync"][..], &["task", "list"], &["task", "status", "plan", "completed"], &["db", "info"]] {
        let output = project.command(args).env("INSTEP_DATABASE_URL", &away).output().expect("it starts");
        assert_eq!(output.status.code(), Some(5), "{args:?}: {}", said(&output));
        assert!(said(&output).contains("cannot reach the database"), "{}", said(&output));
        assert!(!said(&output).contains(CANARY));
    }
    assert_eq!(project.files(), before);
    project.ok(&["sync"]);
    assert_eq!(ask(&url, "SELECT status FROM orchestration_tasks"), ["blocked"]);
}

#[test]
fn db04_what_stands_by_is_refused_before_any_file_is_written() {
    let Some((project, url)) = team() else { return };
    project.write(TASK, &task("Plan", "Pending", "P1"));
    let before = project.files();
    let name = ask(&url, "SELECT current_database()::text").remove(0);
    sql(&url, &format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    let said = project.exits(5, &["sync"]);
    assert!(said.contains("is read only"), "{said}");
    assert_eq!(project.files(), before);
    assert!(project.ok(&["task", "list"]).is_empty() || before == project.files());
}

#[test]
fn hx22_the_password_of_a_shared_database_is_seen_nowhere() {
    let Some((project, url)) = team() else { return };
    project.write(TASK, &task("Plan", "Pending", "P1"));
    let commands: &[&[&str]] = &[
        &["sync", "-v"],
        &["status", "--json"],
        &["config"],
        &["config", "--json"],
        &["db", "info"],
        &["db", "migrate", "--json"],
        &["doctor", "--json"],
        &["task", "status", "plan", "blocked", "--json"],
        &["init", "--database", "other", "--yes"],
        &["sync", "--database-typo"],
    ];
    for args in commands {
        let output = project.run(args);
        assert!(!said(&output).contains(CANARY), "{args:?}: {}", said(&output));
    }
    for (path, bytes) in project.files() {
        assert!(!String::from_utf8_lossy(&bytes).contains(CANARY), "{path}");
    }
    let stored = "SELECT coalesce(string_agg(e::text, ''), '') || (SELECT coalesce(string_agg(r::text, ''), '') \
         FROM orchestration_revisions r) || (SELECT string_agg(s::text, '') FROM sync_runs s) FROM orchestration_events e";
    assert!(!ask(&url, stored)[0].contains(CANARY));
    let seen = "SELECT coalesce(string_agg(query || application_name, ''), '') FROM pg_stat_activity";
    assert!(!ask(&url, seen)[0].contains(CANARY));
}
