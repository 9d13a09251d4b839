//! A working copy on the simulated disk and its database, and what can be asked of both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use instep::config::{Config, Sources};
use instep::model::{
    Actor, Clock, ConflictKind, ConflictState, CorrelationId, Cursor, Digest, DocPath, EntityId, Epoch, Event, Field,
    Fields, Ids, Record, Silent,
};
use instep::ops::OpError;
use instep::store::Selection;
use instep::sync::{SyncError, SyncOptions, SyncReport, Workspace, sync};
use instep::tree::{At, Base, Layout, Tree, TreeError, Vfs as _};
use uuid::Uuid;

use crate::disk::{Places, Sight, SimDisk};
use crate::layers::Fate;
use crate::outside::Outside;
use crate::power::{Failure, Power};
use crate::store::SimStore;
use crate::tables::Tables;
use crate::time::{Counted, Noon, block_on};
use crate::values::{Value, values_in};
use crate::words::{without_ids, words};

const SETTINGS: &str = "[project]\nid = \"0190a000-0000-7000-8000-000000000001\"\nname = \"simulated\"\n";

const NOON: &str = "2026-03-04T12:00:00Z";

const HOST: &str = "simulated";

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let sources = Sources { repository: Some(SETTINGS), ..Sources::default() };
    Config::settle(&sources).expect("good settings").0
});

/// A working copy and its database; clones are the same one.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) disk: SimDisk,
    pub(crate) store: SimStore,
    pub(crate) power: Arc<Power>,
    /// What its clock shows.
    pub(crate) noon: &'static str,
    ids: Arc<Counted>,
}

/// Everything that a sync is about, in a form that two worlds can be compared by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) rows: Vec<String>,
    pub(crate) conflicts: Vec<String>,
    pub(crate) events: Vec<String>,
}

/// Who waits for a person.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    folders: BTreeSet<String>,
    ids: BTreeSet<String>,
}

impl Waiting {
    /// Who waits in either of two worlds.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { folders: &self.folders | &other.folders, ids: &self.ids | &other.ids }
    }
}

impl Outcome {
    /// What two outcomes have outside of the folders that wait, without the documents of those that wait with them:
    /// whose id lies in such a folder on one side can lie elsewhere on the other.
    pub(crate) fn settled<'a>(both: [&'a Self; 2], waiting: &'a Waiting) -> [BTreeMap<&'a String, &'a String>; 2] {
        let is_within = |path: &String| {
            let is_in = |folder: &String| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
            waiting.folders.iter().any(is_in)
        };
        let inside = both.iter().flat_map(|outcome| &outcome.files).filter(|(path, _)| is_within(path));
        let mut ids: BTreeSet<&str> = inside.filter_map(|(_, text)| stamped_id(text)).collect();
        ids.extend(waiting.ids.iter().map(String::as_str));
        let waits = |path, text| is_within(path) || stamped_id(text).is_some_and(|id| ids.contains(id));
        both.map(|outcome| outcome.files.iter().filter(|(path, text)| !waits(path, text)).collect())
    }
}

/// The id in the stamp of a document.
fn stamped_id(text: &str) -> Option<&str> {
    text.rsplit_once("instep ")?.1.split(' ').next()
}

impl World {
    /// A project with these documents, in step.
    pub(crate) fn in_step(documents: &[(&str, String)]) -> Self {
        let power = Arc::new(Power::default());
        let project = CONFIG.project.as_ref().expect("a project").value;
        let store = SimStore::new(Tables::empty(project, Epoch::new(Uuid::from_u128(9))), Arc::clone(&power));
        let disk = SimDisk::new(Arc::clone(&power));
        let world = Self { disk, store, power, noon: NOON, ids: Arc::default() };
        documents.iter().for_each(|(path, text)| world.disk.save(path, text));
        let done = world.sync().expect("it syncs");
        assert_eq!(done.open_conflicts, 0, "{done:?}");
        world.disk.settle();
        world
    }

    /// A world of its own that is as this one.
    pub(crate) fn copy(&self) -> Self {
        let power = Arc::new(Power::default());
        Self {
            disk: self.disk.copy(Arc::clone(&power)),
            store: self.store.copy(true, Arc::clone(&power)),
            power,
            noon: self.noon,
            ids: Arc::new(Counted::after(self.ids.made())),
        }
    }

    /// Another working copy of the same project, with the same files and the same database, on a machine of its own.
    pub(crate) fn beside(&self) -> Self {
        let power = Arc::new(Power::default());
        let disk = SimDisk::new(Arc::clone(&power));
        self.documents().iter().for_each(|(path, bytes)| disk.put(path, bytes));
        let store = self.store.through(Arc::clone(&power));
        Self { disk, store, power, noon: self.noon, ids: Arc::clone(&self.ids) }
    }

    /// A world of its own that is as this one, with the database of `other`.
    pub(crate) fn copy_beside(&self, other: &Self) -> Self {
        let power = Arc::new(Power::default());
        let (disk, store) = (self.disk.copy(Arc::clone(&power)), other.store.through(Arc::clone(&power)));
        Self { disk, store, power, noon: self.noon, ids: Arc::clone(&other.ids) }
    }

    /// Syncs with all the power there is.
    pub(crate) fn sync(&self) -> Result<SyncReport, SyncError> {
        self.sync_with(SyncOptions::default())
    }

    pub(crate) fn sync_with(&self, options: SyncOptions) -> Result<SyncReport, SyncError> {
        let workspace = self.workspace()?;
        block_on(sync(&workspace, options))
    }

    /// Runs a command.
    pub(crate) fn run<T>(&self, work: impl AsyncFnOnce(&Workspace) -> Result<T, OpError>) -> Result<T, OpError> {
        let workspace = self.workspace().map_err(SyncError::from)?;
        block_on(work(&workspace))
    }

    /// Whether nobody can tell whom a folder belongs to.
    pub(crate) fn holds_folders(&self) -> bool {
        let open = self.store.look_at(|tables| tables.conflicts(Some(ConflictState::Open)));
        let kinds = [ConflictKind::DuplicateId, ConflictKind::IdReplaced, ConflictKind::PathTaken];
        open.iter().any(|open| kinds.contains(&open.what.kind))
    }

    /// What waits for a person, wherever its files lie or shall lie.
    pub(crate) fn waiting(&self) -> Waiting {
        self.store.look_at(|tables| {
            let open = tables.conflicts(Some(ConflictState::Open));
            let held: Vec<_> = open.into_iter().map(|open| open.what).filter(|what| what.kind.is_hold()).collect();
            let rows = held.iter().filter_map(|what| tables.lines.get(&what.entity?));
            let documents = rows.flat_map(|line| &line.record.documents).map(|document| &document.path);
            let folder = |path: &DocPath| path.parent().map(|folder| folder.to_string());
            let folders = held.iter().map(|what| &what.path).chain(documents).filter_map(folder);
            // Who waits for a place is told with the one that it has and the one that it shall have.
            let told = held.iter().flat_map(|what| [&what.file, &what.row]).flatten().cloned();
            let folders = folders.chain(told.filter(|value| value.starts_with("delegation/"))).collect();
            // A text that waits lies on one side alone, wherever its folder went since that was recorded.
            let texts = held.iter().filter(|what| what.document.is_some());
            Waiting { folders, ids: texts.filter_map(|what| Some(what.entity?.to_string())).collect() }
        })
    }

    /// Whether the database is an older copy of the one that this working copy saw, or another one.
    pub(crate) fn is_regressed(&self) -> bool {
        let Ok(workspace) = self.workspace() else { return false };
        let now = self.store.look_at(Tables::cursor);
        let is_other = |seen: Cursor| seen.epoch != now.epoch || seen.seq > now.seq;
        now.seq > 0 && workspace.tree.seen(workspace.clone).is_some_and(is_other)
    }

    /// Syncs until the power goes; the world is then as it was at that moment.
    pub(crate) fn sync_until(&self, fails_at: (usize, Failure)) {
        let workspace = self.workspace().expect("the power is on");
        self.power.arm(Some(fails_at));
        let _ = block_on(sync(&workspace, SyncOptions::default()));
    }

    /// What a crash leaves of this world.
    pub(crate) fn crashed(&self, fates: &[Fate], is_acknowledged: bool) -> Self {
        let power = Arc::new(Power::default());
        Self {
            disk: self.disk.crash(fates, Arc::clone(&power)),
            store: self.store.copy(is_acknowledged, Arc::clone(&power)),
            power,
            noon: self.noon,
            ids: Arc::new(Counted::after(self.ids.made())),
        }
    }

    /// Becomes what a crash leaves of it; whoever shares the database shares the loss.
    pub(crate) fn crash(&mut self, fates: &[Fate], is_acknowledged: bool) {
        if !is_acknowledged {
            self.store.lose_acknowledged();
        }
        let power = Arc::new(Power::default());
        self.disk = self.disk.crash(fates, Arc::clone(&power));
        self.store = self.store.through(Arc::clone(&power));
        self.power = power;
    }

    /// Writes a row as another program does; false where the database refuses it.
    pub(crate) fn outside(&self, outside: &Outside) -> bool {
        self.store.outside(outside, Noon(self.noon).now())
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
        self.store.look_at(|tables| {
            let mut rows: Vec<String> = tables.records(Selection::All).iter().map(row_words).collect();
            let mut conflicts: Vec<String> =
                tables.conflicts(None).iter().map(|c| format!("{:?} {:?}", c.what, c.state)).collect();
            rows.sort();
            conflicts.sort();
            // What happens to a file is told again where a crash undid it.
            let told = tables.events.iter().filter(|event| !event.event_type.contains(".file."));
            let events = told.map(|event| without_ids(&event_words(event))).collect();
            Outcome { files, rows, conflicts, events }
        })
    }

    /// What this working copy last left at a path.
    pub(crate) fn left_at(&self, path: &str) -> BTreeSet<Value> {
        let Ok(Workspace { clone, .. }) = self.workspace() else { return BTreeSet::new() };
        self.store.look_at(|tables| {
            let states = tables.sync_state(clone, Selection::All);
            let left = states.iter().find(|state| state.path.as_str() == path).and_then(|state| state.left);
            let text = left.and_then(|left| tables.blobs.get(&left.blob));
            text.map(|bytes| values_in(&String::from_utf8_lossy(bytes))).unwrap_or_default()
        })
    }

    /// Every value in the database, whatever became of it, and in the files but for the one at `path`.
    pub(crate) fn held_except(&self, path: &str) -> BTreeSet<Value> {
        let files = self.documents().into_iter().filter(|(other, _)| other != path).map(|(_, bytes)| bytes);
        let mut held: BTreeSet<Value> = files.flat_map(|bytes| values_in(&String::from_utf8_lossy(&bytes))).collect();
        self.store.look_at(|tables| {
            held.extend(tables.blobs.values().flat_map(|bytes| values_in(&String::from_utf8_lossy(bytes))));
            held.extend(tables.events.iter().flat_map(|event| values_in(&event.payload.to_string())));
        });
        held
    }

    /// P1: every text of `before` is in the tree, in the database or in the trash.
    pub(crate) fn assert_keeps(&self, before: &BTreeMap<String, Vec<u8>>) {
        let now = self.documents();
        let is_there = |path: &str, bytes: &Vec<u8>| now.get(path) == Some(bytes);
        let displaced: Vec<_> = before.iter().filter(|(path, bytes)| !is_there(path, bytes)).collect();
        if displaced.is_empty() {
            return;
        }
        let state = self.disk.everything(Base::Shared).into_values().flatten();
        let held: BTreeSet<Vec<u8>> = now.into_values().chain(state).collect();
        for (path, bytes) in displaced {
            let text = words(path, bytes);
            let is_stored = || self.store.look_at(|tables| tables.blobs.contains_key(&Digest::of(&text)));
            let is_kept = is_stored() || held.iter().any(|bytes| words(path, bytes) == text);
            assert!(is_kept, "P1: the text of {path} is lost:\n{}", String::from_utf8_lossy(bytes));
        }
    }

    /// P12, P13: the feed is dense and folds to the rows, and every row has as many revisions as its version says.
    pub(crate) fn assert_history(&self) {
        self.store.look_at(assert_history);
    }

    /// P10: at no moment was a document gone that was there before and is now.
    pub(crate) fn assert_never_gone(&self, before: &Places, sights: &[Sight]) {
        let now = self.disk.places();
        for (place, bytes) in sights {
            let is_gone = bytes.is_none() && before.contains_key(place) && now.contains_key(place);
            assert!(!is_gone, "P10: {} was gone for a moment", place.1);
        }
    }

    /// P10: every document is one that was there before, or one that somebody wrote whole since.
    pub(crate) fn assert_whole(&self, before: &Places, sights: &[Sight]) {
        let written = sights.iter().filter_map(|(_, bytes)| bytes.as_ref()).filter(|bytes| !bytes.is_empty());
        let whole: BTreeSet<&Vec<u8>> = before.values().chain(written).collect();
        for ((_, name), bytes) in &self.disk.places() {
            assert!(whole.contains(bytes), "P10: {name} is torn:\n{}", String::from_utf8_lossy(bytes));
        }
    }

    fn workspace(&self) -> Result<Workspace, TreeError> {
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) =
            (Arc::new(Noon(self.noon)), Arc::clone(&self.ids) as Arc<dyn Ids>);
        let root: DocPath = CONFIG.root.value.clone();
        let disk = Box::new(self.disk.clone());
        let tree = Tree::new(Layout::new(root.clone()), disk, Arc::clone(&clock), Arc::clone(&ids));
        Ok(Workspace {
            project: CONFIG.project.as_ref().expect("a project").value,
            root,
            state: "/simulated/Private".into(),
            git: None,
            clone: tree.clone_id(HOST)?.0,
            tree,
            store: Arc::new(self.store.clone()),
            actor: Actor::new("test"),
            correlation: CorrelationId::new(self.ids.fresh()),
            clock,
            ids,
            progress: Arc::new(Silent),
            config: CONFIG.clone(),
        })
    }
}

fn row_words(record: &Record) -> String {
    let Record { row, deleted, documents, patches, .. } = record;
    // Where a tombstone would lie is what it was deleted with, or where its sprint is now.
    let place = |path: &DocPath| (!*deleted).then(|| path.to_string());
    let documents: Vec<_> = documents.iter().map(|document| (place(&document.path), document.canonical)).collect();
    format!(
        "{} {:?} in {:?}, version {}, deleted {deleted}, {:?}, {documents:?}, {} patches",
        row.kind,
        row.code,
        row.sprint,
        row.row_version,
        row.fields,
        patches.len()
    )
}

/// What a row and its documents say.
pub(crate) fn text_of(tables: &Tables, record: &Record) -> String {
    let texts = record.documents.iter().filter_map(|document| tables.blobs.get(&document.blob));
    let texts = texts.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let columns = record.fields.values().map(ToString::to_string).chain([tables.config(record.id).to_string()]);
    texts.chain(columns).collect::<Vec<_>>().join("\n")
}

fn event_words(event: &Event) -> String {
    format!("{} {:?} {}", event.event_type, event.entity, event.payload)
}

fn assert_history(tables: &Tables) {
    let mut told: BTreeMap<EntityId, BTreeMap<String, serde_json::Value>> = BTreeMap::new();
    for (at, event) in tables.events.iter().enumerate() {
        assert_eq!(event.seq, at as i64 + 1, "P12: the feed is dense");
        let Some(entity) = event.entity else { continue };
        let row = told.entry(entity.id).or_default();
        let changes = event.payload["changes"].as_object().into_iter().flatten();
        // A text is told by its digest, and only where more of it changed than what is told anyway.
        let is_of_text = |word: &str| ["body", "agent_config"].contains(&word);
        for (word, change) in changes.filter(|(word, _)| !is_of_text(word)) {
            // Who makes a row tells its fields, and nothing of text and place.
            let untold =
                if Field::from_word(word).is_some() { serde_json::Value::Null } else { change["from"].clone() };
            let before = row.insert(word.clone(), change["to"].clone()).unwrap_or(untold);
            assert_eq!(before, change["from"], "P12: event {} tells {word} from another value: {event:?}", event.seq);
        }
    }
    for (id, line) in &tables.lines {
        let record = &line.record;
        assert_eq!(tables.history(*id, 0).count() as i64, record.row_version, "P13: one revision for each version");
        let row = told.get(id).into_iter().flatten();
        let fields: Fields = row
            .filter(|(_, value)| !value.is_null())
            .filter_map(|(word, value)| Some((Field::from_word(word)?, value.clone())))
            .collect();
        assert_eq!(fields, record.fields, "P12: the feed folds to the row of {:?}", record.code);
    }
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
