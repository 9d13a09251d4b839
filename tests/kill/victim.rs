//! The process that dies: the engine in this test program, started again, on a project that its parent prepared.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;

use instep::config::{Config, Sources};
use instep::model::{Actor, Clock, CorrelationId, Ids, Silent};
use instep::ops::{ConflictList, OpError, Relocate, Remove, Set, Sync, TakeFile, TaskNew, Workspace};
use instep::store::sqlite::{Place, SqliteStore};
use instep::sync::SyncReport;
use instep::tree::{Disk, Layout, Tree, Trust, discover};
use uuid::Uuid;

use crate::mortal::{Death, Fate, MortalDisk, MortalStore};
use crate::project::Project;
use crate::stories::STORIES;

/// What a parent tells its child: what to do, when to die, and where to write down its deeds.
const DOES: &str = "INSTEP_VICTIM_DOES";
const DIES: &str = "INSTEP_VICTIM_DIES";
const LOG: &str = "INSTEP_VICTIM_LOG";

#[derive(Debug)]
struct SystemTime;

impl Clock for SystemTime {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

#[derive(Debug)]
struct Fresh;

impl Ids for Fresh {
    fn fresh(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Lets a child do `story` in `project`, and die there.
pub(crate) fn kill(project: &Project, story: &str, death: &Death) {
    let status = try_to_kill(project, story, death);
    assert_eq!(status.signal(), Some(9), "{story}, {}: {status}", death.told());
}

/// Lets a child do `story` in `project`, and die there if it comes by.
pub(crate) fn try_to_kill(project: &Project, story: &str, death: &Death) -> ExitStatus {
    child(project, story).env(DIES, death.told()).status().expect("the child starts")
}

/// Lets a child do `story` in `project`; the names of its deeds in the order in which they began.
pub(crate) fn deeds(project: &Project, story: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = folder.path().join("deeds");
    let status = child(project, story).env(LOG, &log).status().expect("the child starts");
    assert!(status.success(), "{story}, undisturbed: {status}");
    std::fs::read_to_string(log).expect("a log").lines().map(str::to_owned).collect()
}

fn child(project: &Project, story: &str) -> Command {
    let mut child = Command::new(std::env::current_exe().expect("this program has a file"));
    let test = "victim::whom_nobody_kills_comes_to_an_end";
    child.args([test, "--exact"]).current_dir(project.root()).stdout(Stdio::null()).stderr(Stdio::null());
    child.env(DOES, story);
    child
}

/// A child lives in here, where its parent put it; without a parent, each story is one that nothing disturbs.
#[test]
fn whom_nobody_kills_comes_to_an_end() {
    let told = |name: &str| std::env::var(name).ok();
    let Some(name) = told(DOES) else {
        for story in STORIES {
            let project = (story.start)();
            act(project.root(), story.name, &Fate::new(None, None));
            assert_eq!(project.run(&["sync"]).status.code(), project.run(&["sync"]).status.code(), "{}", story.name);
        }
        return;
    };
    let log = told(LOG);
    act(Path::new("."), &name, &Fate::new(told(DIES).as_deref().map(Death::parse), log.as_deref().map(Path::new)));
}

fn act(root: &Path, story: &str, fate: &Arc<Fate>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let done = runtime.block_on(async { perform(story, &workspace(root, fate).await).await });
    done.unwrap_or_else(|error| panic!("{story}: {error}"));
}

async fn perform(story: &str, ws: &Workspace) -> Result<SyncReport, OpError> {
    let reference = |text: &str| text.parse().expect("a reference");
    match story {
        "first" | "sync" => Sync::default().run(ws).await,
        "set" => {
            let changes = vec!["status=review".to_owned(), "assignee=ann".to_owned()];
            Set { reference: reference("T:alpha/one"), changes }.run(ws).await
        }
        "move" => {
            Relocate { reference: reference("T:alpha/one"), to: Some("backlog".into()), code: None }.run(ws).await
        }
        "rename" => Relocate { reference: reference("S:alpha"), to: None, code: Some("gamma".into()) }.run(ws).await,
        "remove" => Remove { references: vec![reference("T:alpha/two")], with_tasks: false }.run(ws).await,
        "new" => {
            let sprint = Some(reference("S:alpha"));
            TaskNew { code: Some("fresh".into()), sprint, ..TaskNew::default() }.run(ws).await
        }
        "take-file" => {
            let open = ConflictList { all: false }.run(ws).await?;
            TakeFile { ids: open.into_iter().map(|conflict| conflict.id).collect(), of: None }.run(ws).await
        }
        other => panic!("nobody told the story {other}"),
    }
}

async fn workspace(root: &Path, fate: &Arc<Fate>) -> Workspace {
    let located = discover(root, &Trust::current(&[], Vec::new())).expect("a project");
    let settings = std::fs::read_to_string(located.root.join("instep.toml")).expect("settings");
    let sources = Sources { repository: Some(&settings), ..Sources::default() };
    let (config, _) = Config::settle(&sources).expect("good settings");
    let folder = config.root.value.clone();
    let disk = Disk::open(&located).expect("a disk");
    disk.make_state().expect("a folder for state");
    let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(SystemTime), Arc::new(Fresh));
    let disk = Box::new(MortalDisk { disk, fate: Arc::clone(fate) });
    let tree = Tree::new(Layout::new(folder.clone()), disk, Arc::clone(&clock), Arc::clone(&ids));
    let place = Place::new(located.state.shared.join("instep.db"));
    let store = SqliteStore::open(place).await.expect("the database opens");
    Workspace {
        project: config.project.as_ref().expect("a project").value,
        root: folder,
        state: located.state.private,
        git: located.git,
        clone: tree.clone_id(&host()).expect("a working copy has an id").0,
        tree,
        store: Arc::new(MortalStore { store, fate: Arc::clone(fate) }),
        actor: Actor::new("victim"),
        correlation: CorrelationId::new(Fresh.fresh()),
        clock,
        ids,
        progress: Arc::new(Silent),
        config,
    }
}

/// As the program names it, so that the working copy is the same one.
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
