//! A server that an older copy of it takes the place of, or that only stands by.

use crate::cluster::Cluster;
use crate::outage::refused;
use crate::project::{Project, task};
use crate::{TASK, ask, colleague, sql, team_on};

/// Makes a copy of the server that follows it, on another port.
const FOLLOW: &str = "pg_basebackup -D \"$folder/copy\" -h \"$folder\" -U instep -R -X stream -c fast --no-sync && \
     start copy '-p 5433'";

/// Two working copies of one project with one task in step.
fn two(cluster: &Cluster) -> (Project, Project, String) {
    let (ours, url) = team_on(cluster);
    ours.write(TASK, &task("Plan", "Pending", "P1"));
    ours.write("delegation/backlog/other/TASK.md", &task("Other", "Pending", "P1"));
    ours.ok(&["sync"]);
    let theirs = colleague(&ours, &url);
    theirs.ok(&["sync"]);
    (ours, theirs, url)
}

#[test]
fn db04_a_standby_is_read_and_not_written() {
    let Some(mut cluster) = Cluster::own() else { return };
    let (project, _, url) = two(&cluster);
    cluster.tell(FOLLOW);
    let settings = ".config/instep/config.toml";
    let standby = project.read(settings).replacen("?host=", "?port=5433&host=", 1);
    project.write(settings, &standby);
    assert!(project.ok(&["task", "list"]).contains("plan"), "it can be read");
    assert!(project.ok(&["sync"]).contains("nothing to do"), "whoever is in step needs not write");
    project.edit(TASK, "**Priority**: P1", "**Priority**: P0");
    assert!(project.ok(&["status"]).contains("plan"));
    let before = project.files();
    for args in [
        &["sync"][..],
        &["task", "status", "plan", "review"],
        &["task", "new", "more"],
        &["task", "rm", "other", "--yes"],
    ] {
        let failure = refused(&project, args);
        assert_eq!((&failure["code"], &failure["effect"]), (&"database-read-only".into(), &"none".into()), "{failure}");
        assert!(project.files() == before, "{args:?} writes no file");
    }
    cluster.tell("stop data immediate && pg_ctl -D \"$folder/copy\" -w promote");
    project.ok(&["sync"]);
    let url = url.replacen("?host=", "?port=5433&host=", 1);
    assert_eq!(ask(&url, "SELECT priority FROM orchestration_tasks WHERE task_code = 'plan'"), ["P0"]);
    assert!(project.ok(&["sync"]).contains("nothing to do"));
}

/// What both keep of a task whose newest revision the server has lost.
fn decide(ours: &Project, theirs: &Project, url: &str) {
    for clone in [ours, theirs] {
        let before = clone.files();
        for args in [&["sync"][..], &["status"], &["task", "status", "other", "review"], &["task", "new", "more"]] {
            let told = clone.exits(7, args);
            assert!(told.contains("not where this clone left it"), "{args:?}: {told}");
            assert!(clone.files() == before, "{args:?} writes no file");
        }
    }
    ours.exits(3, &["sync", "--rebase"]);
    let conflicts = ours.json(&["conflict", "list"]);
    assert_eq!((&conflicts[0]["file"], &conflicts[0]["row"]), (&"P0".into(), &"P1".into()), "{conflicts}");
    let conflict = conflicts[0]["id"].as_str().expect("an id").to_owned();
    ours.ok(&["conflict", "take-file", &conflict]);
    theirs.run(&["sync", "--rebase"]);
    for clone in [ours, theirs] {
        clone.ok(&["sync"]);
        assert!(clone.ok(&["sync"]).contains("nothing to do"));
        assert!(clone.read(TASK).contains("P0"), "{}", clone.read(TASK));
        assert_eq!(clone.json(&["conflict", "list"]).as_array().map(Vec::len), Some(0));
    }
    assert_eq!(ask(url, "SELECT priority FROM orchestration_tasks WHERE task_code = 'plan'"), ["P0"]);
}

/// A change that both have seen.
fn change(ours: &Project, theirs: &Project) {
    ours.edit(TASK, "**Priority**: P1", "**Priority**: P0");
    ours.ok(&["sync"]);
    theirs.ok(&["sync"]);
    assert!(theirs.read(TASK).contains("P0"));
}

#[test]
fn b5_db03_a_copy_that_lags_behind_is_noticed_when_it_takes_over() {
    let Some(mut cluster) = Cluster::own() else { return };
    let (ours, theirs, url) = two(&cluster);
    cluster.tell(&format!("{FOLLOW} && stop copy fast"));
    change(&ours, &theirs);
    cluster.tell("stop data immediate && start copy && pg_ctl -D \"$folder/copy\" -w promote");
    assert_eq!(ask(&url, "SELECT priority FROM orchestration_tasks WHERE task_code = 'plan'"), ["P1"], "it lags");
    decide(&ours, &theirs, &url);
}

#[test]
fn b5_db05_a_backup_that_is_restored_is_noticed() {
    let Some(mut cluster) = Cluster::own() else { return };
    let (ours, theirs, url) = two(&cluster);
    let name = ask(&url, "SELECT current_database()::text").remove(0);
    cluster.tell(&format!("pg_dump -h \"$folder\" -U instep -Fc -f \"$folder/backup\" {name}"));
    change(&ours, &theirs);
    sql(&url.replacen(&name, "postgres", 1), &format!("DROP DATABASE {name}"));
    cluster.tell(&format!("pg_restore -h \"$folder\" -U instep -d postgres -C \"$folder/backup\" # {name}"));
    decide(&ours, &theirs, &url);
    sql(&url, "UPDATE orchestration_tasks SET assignee = 'eve' WHERE task_code = 'plan'");
    ours.ok(&["sync"]);
    assert!(ours.read(TASK).contains("eve"), "what watches over rows was restored with them: {}", ours.read(TASK));
}

#[test]
fn b5_db03_a_copy_that_lagged_is_noticed_when_others_have_written_to_it_since() {
    // As many events as were lost, and more of them.
    for statuses in [&["review"][..], &["review", "blocked", "pending"]] {
        let Some(mut cluster) = Cluster::own() else { return };
        let (ours, theirs, url) = two(&cluster);
        cluster.tell(&format!("{FOLLOW} && stop copy fast"));
        ours.edit(TASK, "**Priority**: P1", "**Priority**: P0");
        ours.ok(&["sync"]);
        cluster.tell("stop data immediate && start copy && pg_ctl -D \"$folder/copy\" -w promote");
        for status in statuses {
            theirs.ok(&["task", "status", "other", status]);
        }
        for args in [&["sync"][..], &["status"]] {
            let told = ours.exits(7, args);
            assert!(told.contains("not where this clone left it"), "{args:?}: {told}");
        }
        ours.exits(3, &["sync", "--rebase"]);
        let conflicts = ours.json(&["conflict", "list"]);
        assert_eq!((&conflicts[0]["file"], &conflicts[0]["row"]), (&"P0".into(), &"P1".into()), "{conflicts}");
        ours.ok(&["conflict", "take-file", conflicts[0]["id"].as_str().expect("an id")]);
        for clone in [&ours, &theirs] {
            clone.ok(&["sync"]);
            assert!(clone.ok(&["sync"]).contains("nothing to do"));
            assert!(clone.read(TASK).contains("P0"), "{}", clone.read(TASK));
        }
        assert_eq!(ask(&url, "SELECT priority FROM orchestration_tasks WHERE task_code = 'plan'"), ["P0"]);
    }
}
