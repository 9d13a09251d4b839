//! A working copy on the simulated disk and its database, and what can be asked of both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use instep::config::{Config, Sources};
use instep::model::{Actor, Clock, CorrelationId, Digest, DocPath, Epoch, Ids, Role, Silent};
use instep::store::sqlite::{NewProject, Place, SqliteStore};
use instep::sync::{SyncError, SyncOptions, SyncReport, Workspace, sync};
use instep::tree::{At, Base, Layout, Tree, Vfs as _};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use crate::database::{self, Powered};
use crate::disk::{Failure, Power, SimDisk};
use crate::layers::Fate;

const SETTINGS: &str = "[project]\nid = \"0190a000-0000-7000-8000-000000000001\"\nname = \"simulated\"\n";

const NOON: &str = "2026-03-04T12:00:00Z";

const HOST: &str = "simulated";

/// A working copy and its database while nothing runs on them.
pub(crate) struct World {
    pub(crate) disk: SimDisk,
    database: TempDir,
    /// The database without the last acknowledgement, if a crash came soon after one.
    pub(crate) unacknowledged: Option<TempDir>,
    pub(crate) power: Arc<Power>,
    /// What its clock shows.
    pub(crate) noon: &'static str,
}

/// Everything that a sync is about, in a form that two worlds can be compared by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) rows: Vec<String>,
    pub(crate) conflicts: Vec<String>,
    pub(crate) events: Vec<String>,
}

/// A clock that stands still.
#[derive(Debug)]
struct Noon(&'static str);

impl Clock for Noon {
    fn now(&self) -> jiff::Timestamp {
        self.0.parse().expect("a moment")
    }
}

#[derive(Debug)]
struct Fresh;

impl Ids for Fresh {
    fn fresh(&self) -> Uuid {
        Uuid::now_v7()
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(work))
}

impl World {
    /// A project with these documents, in step.
    pub(crate) fn in_step(documents: &[(&str, String)]) -> Self {
        let power = Arc::new(Power::default());
        let database = database::folder();
        let (config, _) = settings();
        let project = NewProject {
            id: config.project.expect("a project").value,
            name: "simulated".into(),
            epoch: Epoch::new(Uuid::from_u128(9)),
        };
        let made = SqliteStore::create(Place::new(database::file(database.path())), &project);
        block_on(async { made.await.expect("a database").close().await.expect("it closes") });
        let world = Self { disk: SimDisk::new(Arc::clone(&power)), database, unacknowledged: None, power, noon: NOON };
        documents.iter().for_each(|(path, text)| world.disk.save(path, text));
        let done = world.sync().expect("it syncs");
        assert_eq!((done.totals.created, done.open_conflicts), (documents.len() - 1, 0), "{done:?}");
        world.disk.settle();
        world
    }

    /// A world of its own that is as this one.
    pub(crate) fn copy(&self) -> Self {
        let power = Arc::new(Power::default());
        let database = database::copied(self.database.path());
        Self { disk: self.disk.copy(Arc::clone(&power)), database, unacknowledged: None, power, noon: self.noon }
    }

    /// Syncs with all the power there is.
    pub(crate) fn sync(&self) -> Result<SyncReport, SyncError> {
        block_on(async {
            let workspace = self.workspace(self.store().await);
            sync(&workspace, SyncOptions::default()).await
        })
    }

    /// Syncs until the power goes; the world is then as it was at that moment.
    pub(crate) fn sync_until(&mut self, fails_at: (usize, Failure)) {
        block_on(async {
            let powered = Arc::new(self.store().await);
            let workspace = self.workspace(Arc::clone(&powered));
            self.power.arm(Some(fails_at));
            let _ = sync(&workspace, SyncOptions::default()).await;
            // What is closed in good order is no longer as the crash left it.
            let left = database::copied(self.database.path());
            self.unacknowledged = powered.take_aside();
            self.database = left;
        });
    }

    /// What a crash leaves of this world.
    pub(crate) fn crashed(&self, fates: &[Fate], is_acknowledged: bool) -> Self {
        let power = Arc::new(Power::default());
        let database = self.unacknowledged.as_ref().filter(|_| !is_acknowledged).unwrap_or(&self.database);
        let database = database::copied(database.path());
        Self {
            disk: self.disk.crash(fates, Arc::clone(&power)),
            database,
            unacknowledged: None,
            power,
            noon: self.noon,
        }
    }

    /// Writes rows as another program does.
    pub(crate) fn sql(&self, statement: &str) {
        self.ask(async |connection| {
            sqlx::query(AssertSqlSafe(statement.to_owned())).execute(connection).await.expect(statement);
        });
    }

    /// Every document; `.hash` only repeats what others say.
    pub(crate) fn documents(&self) -> BTreeMap<String, Vec<u8>> {
        let files = self.disk.everything(Base::Project).into_iter();
        let documents = files.filter(|(path, _)| path.starts_with("delegation") && !path.ends_with("/.hash"));
        documents.filter_map(|(path, bytes)| Some((path, bytes?))).collect()
    }

    /// What is in the tree and in the database.
    pub(crate) fn outcome(&self) -> Outcome {
        let files = self.documents().into_iter();
        let files = files.map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned())).collect();
        let rows = "SELECT json_array('sprint', sprint_code, NULL, title, status, priority, assignee, deleted_at IS NULL, \
             row_version, content_hash, file_path) FROM orchestration_sprints \
             UNION ALL SELECT json_array('task', task_code, sprint_id, title, status, priority, assignee, \
             deleted_at IS NULL, row_version, content_hash, file_path) FROM orchestration_tasks ORDER BY 1";
        let conflicts = "SELECT json_array(kind, file_path, role, field, file_value, row_value, state) \
             FROM orchestration_conflicts ORDER BY 1";
        // What happens to a file is told again where a crash undid it.
        let events = "SELECT json_array(event_type, entity_id, json(payload)) FROM orchestration_events \
             WHERE event_type NOT LIKE 'orchestration.file.%' ORDER BY seq";
        Outcome {
            files,
            rows: self.select(rows),
            conflicts: self.select(conflicts),
            events: self.select(events).into_iter().map(|event| without_ids(&event)).collect(),
        }
    }

    /// P1: every text of `before` is in the tree, in the database or in the trash.
    pub(crate) fn assert_keeps(&self, before: &BTreeMap<String, Vec<u8>>) {
        let stored: BTreeSet<String> =
            self.select("SELECT lower(hex(sha256)) FROM orchestration_blobs").into_iter().collect();
        let state = self.disk.everything(Base::Shared).into_values().flatten();
        let held: BTreeSet<Vec<u8>> = self.documents().into_values().chain(state).collect();
        for (path, bytes) in before {
            let text = words(path, bytes);
            let is_kept =
                stored.contains(&Digest::of(&text).to_string()) || held.iter().any(|bytes| words(path, bytes) == text);
            assert!(is_kept, "P1: the text of {path} is lost:\n{}", String::from_utf8_lossy(bytes));
        }
    }

    /// P12, P13: the feed is dense, and every row has as many revisions as its version says.
    pub(crate) fn assert_history(&self) {
        let gaps = "SELECT count(*) || ' ' || max(seq) FROM orchestration_events";
        let told = self.select(gaps).remove(0);
        let (count, last) = told.split_once(' ').expect("two numbers");
        assert_eq!(count, last, "P12: the feed is dense");
        let wrong = "SELECT t.id FROM (SELECT id, row_version FROM orchestration_tasks UNION ALL \
             SELECT id, row_version FROM orchestration_sprints) t WHERE t.row_version <> \
             (SELECT count(*) FROM orchestration_revisions r WHERE r.entity_id = t.id)";
        assert_eq!(self.select(wrong), [""; 0], "P13: one revision for each version");
    }

    async fn store(&self) -> Powered {
        let place = Place::new(database::file(self.database.path()));
        let store = SqliteStore::open(place).await.expect("the database opens");
        Powered::new(store, self.database.path(), Arc::clone(&self.power))
    }

    fn workspace(&self, store: impl Into<Arc<Powered>>) -> Workspace {
        let (config, root) = settings();
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(Noon(self.noon)), Arc::new(Fresh));
        let disk = Box::new(self.disk.clone());
        let tree = Tree::new(Layout::new(root.clone()), disk, Arc::clone(&clock), Arc::clone(&ids));
        Workspace {
            project: config.project.as_ref().expect("a project").value,
            root,
            state: "/simulated/Private".into(),
            git: None,
            clone: tree.clone_id(HOST).expect("a working copy has an id").0,
            tree,
            store: store.into(),
            actor: Actor::new("test"),
            correlation: CorrelationId::new(Fresh.fresh()),
            clock,
            ids,
            progress: Arc::new(Silent),
            config,
        }
    }

    fn select(&self, query: &str) -> Vec<String> {
        self.ask(async |connection| {
            let rows = sqlx::query(AssertSqlSafe(query.to_owned())).fetch_all(connection).await.expect(query);
            rows.iter().map(|row| row.try_get_unchecked::<String, _>(0).unwrap_or_default()).collect()
        })
    }

    fn ask<T>(&self, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
        block_on(async {
            let options = SqliteConnectOptions::new().filename(database::file(self.database.path()));
            let mut connection = options.foreign_keys(true).connect().await.expect("the database opens");
            let answer = work(&mut connection).await;
            connection.close().await.expect("it closes");
            answer
        })
    }
}

/// The settings, and the folder of the documents.
fn settings() -> (Config, DocPath) {
    let (config, _) =
        Config::settle(&Sources { repository: Some(SETTINGS), ..Sources::default() }).expect("good settings");
    let root = config.root.value.clone();
    (config, root)
}

/// A document without its stamp.
fn words(path: &str, bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = str::from_utf8(bytes) else { return bytes.to_vec() };
    let role = if path.ends_with(".yml") { Role::AgentConfig } else { Role::Task };
    instep::document::split(role, text).text.as_bytes().to_vec()
}

/// An event without what is drawn anew each time.
fn without_ids(event: &str) -> String {
    event.split('"').map(|part| if part.parse::<Uuid>().is_ok() { "…" } else { part }).collect::<Vec<_>>().join("\"")
}

/// What people do with files, for which no power supply is asked.
impl SimDisk {
    /// Writes a file as an editor does that writes in place.
    pub(crate) fn save(&self, path: &str, text: &str) {
        self.put(path, text.as_bytes());
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> String {
        let read = self.read(At::project(path), 1 << 20).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
        String::from_utf8(read.bytes).expect("a text")
    }

    /// Replaces `from`, which must be there, by `to` in a file.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from:?}:\n{text}");
        self.save(path, &text.replacen(from, to, 1));
    }
}
