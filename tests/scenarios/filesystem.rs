//! Disks that are full, folders that may not be written, and files that other programs leave behind.

use std::error::Error as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use instep::config::{Config, Sources};
use instep::model::{Actor, Clock, CorrelationId, Ids, Silent};
use instep::ops::{OpError, TaskNew, TemplateOptions};
use instep::store::sqlite::{Place, SqliteStore};
use instep::sync::{SyncError, SyncOptions, SyncReport, Workspace, sync};
use instep::tree::{Tree, TreeError};
use rustix::io::Errno;
use uuid::Uuid;

use crate::ground::{Call, Ground, Noon, Verdict, path};
use crate::project::{Project, task};
use crate::small::{ONE, TWO, events, nothing_left_to_do, of_task, settle, small};

const THREE: &str = "delegation/sprints/alpha/three/TASK.md";

#[derive(Debug)]
struct Fresh;

impl Ids for Fresh {
    fn fresh(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Runs a sync on a disk whose every call is judged first.
pub(crate) fn sync_on(
    project: &Project,
    judge: impl Fn(&Call) -> Verdict + Send + Sync + 'static,
) -> Result<SyncReport, SyncError> {
    let tree = Ground::around(project.root()).meddled(judge);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { sync(&workspace(project, tree).await, SyncOptions::default()).await })
}

async fn workspace(project: &Project, tree: Tree) -> Workspace {
    let settings = project.read("instep.toml");
    let (config, _) =
        Config::settle(&Sources { repository: Some(&settings), ..Sources::default() }).expect("good settings");
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let clock: Arc<dyn Clock> = Arc::new(Noon);
    Workspace {
        project: config.project.as_ref().expect("a project").value,
        root: path("delegation"),
        state: project.at(".instep"),
        git: None,
        clone: tree.known_clone_id(&host).expect("this clone is known"),
        tree,
        store: Arc::new(SqliteStore::open(Place::new(project.database())).await.expect("the database opens")),
        actor: Actor::new("test"),
        correlation: CorrelationId::new(Fresh.fresh()),
        clock,
        ids: Arc::new(Fresh),
        progress: Arc::new(Silent),
        config,
    }
}

/// Whether a call makes the new text of a document.
fn stages_a_document(call: &Call) -> bool {
    let number = call.path.extension().and_then(|end| end.to_str()).is_some_and(|end| end.parse::<u32>().is_ok());
    call.deed == "create" && number
}

#[test]
fn fs01_a_full_disk_loses_nothing_and_the_next_run_catches_up() {
    for torn in [false, true] {
        let project = small();
        project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'one'");
        project.edit(THREE, "**Priority**: P1", "**Priority**: P2");
        let before = project.files();
        let refused = sync_on(&project, move |call| match stages_a_document(call) {
            true if torn => Verdict::Tear(3),
            true => Verdict::Fail(Errno::NOSPC),
            false => Verdict::Pass,
        });
        let Err(SyncError::Begun { source }) = refused else { panic!("the rows were stored: {refused:?}") };
        assert!(matches!(*source, SyncError::Tree(TreeError::Io { deed: "write", .. })), "{source:?}");
        assert_eq!(project.files(), before, "every document is as it was");
        assert_eq!(of_task(&project, "three", "priority"), "P2", "the database holds the truth already");
        let told = events(&project);
        settle(&project);
        assert!(project.read(ONE).contains("**Priority**: P0"));
        assert!(!events(&project)[told.len()..].iter().any(|event| event.contains(".task.")), "nothing is told twice");
    }
}

/// Makes two tasks on a disk whose every call is judged first.
fn new_on(
    project: &Project,
    code: &str,
    judge: impl Fn(&Call) -> Verdict + Send + Sync + 'static,
) -> Result<SyncReport, OpError> {
    let tree = Ground::around(project.root()).meddled(judge);
    let list = project.at("list.json");
    fs::write(&list, format!(r#"[{{"code": "{code}", "title": "A"}}, {{"code": "{code}-b", "title": "B"}}]"#))
        .expect("a list");
    let how = TemplateOptions { from: Some(list), ..TemplateOptions::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { TaskNew { how, ..TaskNew::default() }.run(&workspace(project, tree).await).await })
}

#[test]
fn fs01_law_1_what_cannot_be_made_whole_leaves_neither_row_nor_file_nor_event() {
    let project = small();
    let there = |code: &str| {
        let rows = project.select(&format!("SELECT id FROM orchestration_tasks WHERE task_code LIKE '{code}%'"));
        let folders = [code.to_owned(), format!("{code}-b")];
        let folders = folders.iter().filter(|code| project.at(&format!("delegation/backlog/{code}")).exists());
        (rows.len(), folders.count())
    };
    let mut refused = 0;
    for failing in 0.. {
        let calls = Arc::new(AtomicUsize::new(0));
        let (told, code, counted) = (events(&project), format!("new-{failing}"), Arc::clone(&calls));
        let made = new_on(&project, &code, move |call| {
            let changes_something = !["read", "stat", "list"].contains(&call.deed);
            let is_it = changes_something && counted.fetch_add(1, Ordering::Relaxed) == failing;
            if is_it { Verdict::Fail(Errno::NOSPC) } else { Verdict::Pass }
        });
        match made {
            Ok(_) => assert_eq!(there(&code), (2, 2), "call {failing}"),
            Err(error) => {
                refused += 1;
                assert_eq!((there(&code), events(&project)), ((0, 0), told), "call {failing}: {error}");
                let is_told = |words: String| !words.starts_with("cannot write") || words.contains("No space left");
                assert!(is_told(error.to_string()) || error.source().is_some(), "call {failing}: {error}");
            }
        }
        if calls.load(Ordering::Relaxed) <= failing {
            break;
        }
    }
    assert!(refused > 3, "{refused} calls mattered");
    fs::remove_file(project.at("list.json")).expect("removed");
    nothing_left_to_do(&project);
}

#[test]
fn fs20_one_document_that_cannot_be_replaced_keeps_no_other_from_it() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code IN ('one', 'two')");
    let refused = project.read(TWO);
    let report = sync_on(&project, |call| {
        let is_two = |path: &std::path::Path| path.ends_with("two/TASK.md");
        let replaces = call.deed == "exchange" || call.deed == "rename over";
        let number = call.path.extension().is_some_and(|end| end == "1");
        if replaces && (is_two(&call.path) || number) { Verdict::Fail(Errno::PERM) } else { Verdict::Pass }
    });
    let report = report.expect("the run ends");
    assert_eq!(report.totals.postponed, 1, "{report:?}");
    let kept = [ONE, TWO].iter().filter(|path| project.read(path).contains("**Priority**: P1")).count();
    assert_eq!((kept, refused.contains("P1")), (1, true), "one was refused, the other one was written");
    assert!(report.notes.iter().any(|note| note.path.ends_with("TASK.md")), "{report:?}");
    settle(&project);
    assert!(project.read(ONE).contains("**Priority**: P0") && project.read(TWO).contains("**Priority**: P0"));
}

/// Runs the program as somebody who is not root, whom permissions bind.
fn run_as_anybody(project: &Project, words: &[&str]) -> Output {
    const NOBODY: u32 = 65534;
    let mut command = project.command(words);
    if rustix::process::geteuid().is_root() {
        for entry in walkdir::WalkDir::new(project.root()).into_iter().map(|entry| entry.expect("an entry")) {
            chown(entry.path(), Some(NOBODY), Some(NOBODY)).expect("root gives away");
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    command.output().expect("the program starts")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn allow(project: &Project, folder: &str, mode: u32) {
    fs::set_permissions(project.at(folder), fs::Permissions::from_mode(mode)).expect("set");
}

#[test]
fn fs04_in_a_tree_that_may_only_be_read_plans_are_shown_rows_follow_and_files_stay() {
    let project = small();
    project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
    project.sql("UPDATE orchestration_tasks SET priority = 'P2' WHERE task_code = 'one'");
    let folders: Vec<String> =
        ["", "/one", "/two", "/three"].iter().map(|end| format!("delegation/sprints/alpha{end}")).collect();
    folders.iter().for_each(|folder| allow(&project, folder, 0o555));
    let files = project.files();
    let plan = run_as_anybody(&project, &["sync", "--dry-run"]);
    assert!(plan.status.success() && said(&plan).contains("T:alpha/two"), "{}", said(&plan));
    for run in 0..2 {
        let output = run_as_anybody(&project, &["sync"]);
        assert_eq!(output.status.code(), Some(6), "run {run}: {}", said(&output));
        assert!(said(&output).contains("delegation/sprints/alpha/one/TASK.md"), "run {run}: {}", said(&output));
    }
    assert_eq!(project.files(), files);
    assert_eq!(of_task(&project, "two", "priority"), "P0", "what the file says reached the row");
    folders.iter().for_each(|folder| allow(&project, folder, 0o755));
    let output = run_as_anybody(&project, &["sync"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(project.read(ONE).contains("**Priority**: P2"));
}

#[test]
fn fs04_a_command_on_a_task_whose_own_change_cannot_be_written_says_what_keeps_it() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'two'");
    allow(&project, "delegation/sprints/alpha/two", 0o555);
    let output = run_as_anybody(&project, &["task", "status", "two", "blocked"]);
    assert_eq!(output.status.code(), Some(6), "{}", said(&output));
    for told in ["alpha/two/TASK.md", "Permission denied"] {
        assert!(said(&output).contains(told), "{}", said(&output));
    }
    assert!(!said(&output).contains("waits for a decision"), "{}", said(&output));
    assert_eq!(of_task(&project, "two", "status"), "in_progress");
    allow(&project, "delegation/sprints/alpha/two", 0o755);
    let output = run_as_anybody(&project, &["task", "status", "two", "blocked"]);
    assert!(output.status.success() && project.read(TWO).contains("Blocked"), "{}", said(&output));
}

/// Everything that is stored, but for bytes.
fn stored(project: &Project) -> Vec<String> {
    [
        "SELECT id || last_seen_at FROM orchestration_clones",
        "SELECT id FROM sync_runs",
        "SELECT seq || event_type || payload FROM orchestration_events",
        "SELECT json_array(entity_id, role, name, file_path, revision, hex(raw)) FROM orchestration_sync_state",
        "SELECT id FROM orchestration_revisions",
        "SELECT id || state FROM orchestration_conflicts",
    ]
    .iter()
    .flat_map(|query| project.select(query))
    .collect()
}

fn envelope(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

#[test]
fn fs04_p12_what_is_not_written_is_not_told_of_and_runs_that_write_nothing_store_nothing() {
    let project = small();
    settle(&project);
    let told = |project: &Project| events(project).iter().filter(|event| event.contains("file.")).count();
    let before = told(&project);
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'two'");
    allow(&project, "delegation/sprints/alpha/two", 0o555);
    assert_eq!(run_as_anybody(&project, &["sync"]).status.code(), Some(6));
    let first = stored(&project);
    for words in [&["sync"][..], &["sync"], &["task", "status", "two", "blocked"]] {
        assert_eq!(run_as_anybody(&project, words).status.code(), Some(6));
        assert_eq!(stored(&project), first, "{words:?}");
    }
    let failed = envelope(&run_as_anybody(&project, &["task", "status", "two", "blocked", "--json"]));
    assert_eq!(failed["error"]["effect"], "none", "{failed}");
    assert_eq!(told(&project), before, "nothing was written");
    allow(&project, "delegation/sprints/alpha/two", 0o755);
    assert!(run_as_anybody(&project, &["sync"]).status.success());
    assert_eq!(told(&project), before + 1);
}

#[test]
fn fs04_what_reached_the_row_is_told_as_pushed_though_its_files_wait() {
    let project = small();
    allow(&project, "delegation/sprints/alpha/one", 0o755);
    project.edit(ONE, "**Status**: Pending", "**Status**: Blocked");
    allow(&project, "delegation/sprints/alpha/one", 0o555);
    let output = run_as_anybody(&project, &["sync", "--json"]);
    let report = envelope(&output)["data"].take();
    assert_eq!((&report["totals"]["pushed"], &report["totals"]["postponed"]), (&1.into(), &1.into()), "{report}");
    assert_eq!(report["steps"][0]["changes"]["status"]["to"], "blocked", "{report}");
    assert_eq!(of_task(&project, "one", "status"), "blocked");
    let status = said(&run_as_anybody(&project, &["status"]));
    assert!(status.contains("pull  T:alpha/one  status in AGENT.yml: pending → blocked"), "{status}");
    allow(&project, "delegation/sprints/alpha/one", 0o755);
    assert!(run_as_anybody(&project, &["sync"]).status.success());
    assert_eq!(of_task(&project, "one", "status"), "blocked");
    assert!(project.read(ONE).contains("Blocked"));
}

#[test]
fn fs04_a_task_whose_folder_cannot_follow_its_row_is_not_called_deleted() {
    let project = small();
    allow(&project, "delegation/sprints/alpha", 0o555);
    for words in [&["task", "move", "two", "--to", "backlog"][..], &["task", "rm", "two", "--yes"]] {
        let output = run_as_anybody(&project, words);
        assert_eq!(output.status.code(), Some(6), "{words:?}: {}", said(&output));
        assert!(!said(&output).contains("deleted"), "{}", said(&output));
    }
    assert!(project.at(TWO).exists() && !of_task(&project, "two", "id").is_empty());
    allow(&project, "delegation/sprints/alpha", 0o755);
    let output = run_as_anybody(&project, &["task", "rm", "two", "--yes"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(!project.at(TWO).exists() && of_task(&project, "two", "id").is_empty());
}

#[test]
fn fs04_a_doctor_tells_what_cannot_be_written() {
    let project = small();
    assert!(run_as_anybody(&project, &["doctor"]).status.success());
    for (folder, closed, open) in [(".instep", 0o500, 0o700), ("delegation", 0o555, 0o755)] {
        allow(&project, folder, closed);
        let output = run_as_anybody(&project, &["doctor"]);
        assert_eq!(output.status.code(), Some(4), "{folder}: {}", said(&output));
        assert!(said(&output).contains("cannot write in"), "{folder}: {}", said(&output));
        allow(&project, folder, open);
    }
}

/// Two tasks that were thrown away, one of them a day before the other.
fn thrown_away(project: &Project, days: [&str; 2]) {
    project.ok(&["task", "rm", "two", "three", "--yes"]);
    let names = |folder: &std::path::Path| -> Vec<std::path::PathBuf> {
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
    };
    let trash = project.at(".instep/trash");
    let today = names(&trash).remove(0);
    for (thrown, day) in names(&today).into_iter().zip(days) {
        fs::create_dir(trash.join(day)).expect("a day");
        fs::rename(&thrown, trash.join(day).join(thrown.file_name().expect("a name"))).expect("renamed");
    }
    fs::remove_dir(today).expect("two things were in it");
}

#[test]
fn law_1_a_run_takes_out_of_the_trash_what_lies_there_for_more_than_30_days_and_nothing_else() {
    let project = small();
    thrown_away(&project, ["2026-02-01", "2026-02-02"]);
    let days = || {
        let day = |entry: std::io::Result<fs::DirEntry>| entry.expect("a day").file_name().into_string().expect("text");
        let mut days: Vec<String> = fs::read_dir(project.at(".instep/trash")).expect("a trash").map(day).collect();
        days.sort();
        days
    };
    let told = project.ok(&["doctor"]);
    assert!(told.contains("2 kept for 30 days in ") && told.contains(".instep/trash"), "{told}");
    assert_eq!(days(), ["2026-02-01", "2026-02-02"], "to look takes nothing away");
    // It is the fourth of March.
    sync_on(&project, |_| Verdict::Pass).expect("in step");
    assert_eq!(days(), ["2026-02-02"]);
}

#[test]
fn fs03_a_folder_that_may_not_be_read_is_not_gone() {
    let project = small();
    project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
    allow(&project, "delegation/sprints/alpha/one", 0o000);
    for _ in 0..2 {
        let output = run_as_anybody(&project, &["sync"]);
        assert_eq!(output.status.code(), Some(6), "{}", said(&output));
        assert!(said(&output).contains("delegation/sprints/alpha/one"), "{}", said(&output));
    }
    let output = run_as_anybody(&project, &["task", "status", "one", "blocked"]);
    let why = "delegation/sprints/alpha/one/TASK.md cannot be understood: cannot read it: Permission denied";
    assert!(output.status.code() == Some(6) && said(&output).contains(why), "{}", said(&output));
    assert_eq!(of_task(&project, "two", "priority"), "P0", "others proceed");
    assert_eq!(of_task(&project, "one", "status"), "pending");
    allow(&project, "delegation/sprints/alpha/one", 0o755);
    let output = run_as_anybody(&project, &["sync"]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn fs23_copies_that_a_file_sharing_service_made_are_told_and_make_nothing() {
    let project = small();
    let told = events(&project);
    for copy in [
        "TASK (Ann's conflicted copy 2026-01-02).md",
        "TASK.sync-conflict-20260102-101112-ABCDEFG.md",
        "TASK (conflicted copy).md",
        ".TASK.md.tmp123~",
    ] {
        project.write(&format!("delegation/sprints/alpha/one/{copy}"), &task("copy", "Completed", "P0"));
    }
    project
        .write("delegation/backlog/later (Ann's conflicted copy 2026-01-02)/TASK.md", &task("copy", "Completed", "P0"));
    for _ in 0..2 {
        let said = project.ok(&["sync"]);
        let note = said.lines().find(|line| line.contains("delegation/sprints/alpha/one/TASK"));
        assert!(note.is_some_and(|note| note.contains("conflict copy")), "{said}");
        assert_eq!(events(&project), told, "{said}");
    }
    assert_eq!(of_task(&project, "one", "status"), "pending");
    nothing_left_to_do(&project);
}

#[test]
fn fs06_what_could_not_be_looked_into_and_is_gone_is_missed() {
    let folder = "delegation/sprints/alpha/two";
    let [aside, pipe] = ["aside", "pipe"];
    for how in [aside, pipe, "git"] {
        let project = small();
        let (lies, kept) = (project.at(folder), project.at("aside"));
        match how {
            "git" => drop(fs::create_dir(lies.join(".git")).and_then(|()| fs::write(lies.join(".git/HEAD"), "ref: x"))),
            "pipe" => {
                fs::rename(&lies, &kept).expect("it goes");
                fs::create_dir(&lies).expect("it is made");
                let made = std::process::Command::new("mkfifo").arg(lies.join("TASK.md")).status();
                assert!(made.is_ok_and(|made| made.success()));
            }
            _ => {
                fs::rename(&lies, &kept).expect("it goes");
                std::os::unix::fs::symlink(&kept, &lies).expect("it is made");
            }
        }
        for _ in 0..2 {
            let said = project.exits(6, &["sync"]);
            assert!(said.contains(folder), "{how}: {said}");
        }
        assert_eq!(of_task(&project, "two", "deleted_at IS NULL"), "1", "{how}: unknown is not absent");
        if how == aside {
            fs::remove_file(&lies).expect("it goes");
        } else {
            fs::remove_dir_all(&lies).expect("it goes");
        }
        let said = project.ok(&["sync"]);
        assert!(said.contains("deleted") && said.contains("T:alpha/two"), "{how}: {said}");
        nothing_left_to_do(&project);
    }
}

#[test]
fn fs06_what_cannot_be_looked_into_goes_along_with_its_sprint() {
    for has_config in [false, true] {
        let project = small();
        let task = if has_config { "one" } else { "two" };
        let (folder, moved) = (format!("delegation/sprints/alpha/{task}"), format!("delegation/sprints/v1/{task}"));
        let text = project.read(&format!("{folder}/TASK.md"));
        fs::rename(project.at(&format!("{folder}/TASK.md")), project.at("aside")).expect("it goes");
        std::os::unix::fs::symlink(project.at("aside"), project.at(&format!("{folder}/TASK.md"))).expect("it is made");
        project.exits(6, &["sync"]);
        fs::rename(project.at("delegation/sprints/alpha"), project.at("delegation/sprints/v1")).expect("it moves");
        for _ in 0..2 {
            let said = project.exits(6, &["sync"]);
            assert!(!said.contains("removed") && !said.contains("deleted"), "{said}");
        }
        fs::remove_file(project.at(&format!("{moved}/TASK.md"))).expect("it goes");
        project.write(&format!("{moved}/TASK.md"), &text);
        project.ok(&["sync"]);
        assert_eq!(project.read(&format!("{moved}/TASK.md")), text, "{task}");
        assert_eq!(of_task(&project, task, "deleted_at IS NULL"), "1");
        nothing_left_to_do(&project);
    }
}

#[test]
fn gt06_a_hash_file_that_is_wrong_gone_or_displaced_is_mended_when_everything_is_compared() {
    let project = small();
    let hashes = ["one", "two", "three"].map(|task| format!("delegation/sprints/alpha/{task}/.hash"));
    let whole = hashes.each_ref().map(|path| project.read(path));
    project.write(&hashes[0], "<<<<<<< ours\n=======\n>>>>>>> theirs\n");
    std::fs::remove_file(project.at(&hashes[1])).expect("removed");
    std::fs::remove_file(project.at(&hashes[2])).expect("removed");
    project.write(&format!("{}/kept", hashes[2]), "somebody's");
    let told = crate::small::events(&project);
    project.ok(&["sync"]);
    assert!(!project.at(&hashes[1]).exists(), "it is nothing that a run looks for");
    project.ok(&["sync", "--rebase"]);
    assert_eq!(hashes.each_ref().map(|path| project.read(path)), whole);
    assert_eq!(crate::small::events(&project), told, "no decision rests on it");
    let kept = |file: &walkdir::DirEntry| std::fs::read(file.path()).is_ok_and(|bytes| bytes == b"somebody's");
    let state = walkdir::WalkDir::new(project.root()).into_iter().filter_map(Result::ok);
    assert!(state.into_iter().any(|file| kept(&file)), "what lay in its place is in the trash");
}
