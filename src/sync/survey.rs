//! Looks at the whole tree and at the rows that the feed tells of, and reads only files that changed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::plan::{Note, NoteKind};
use super::rows::Rows;
use super::touched::Touched;
use super::{SyncError, Workspace};
use crate::document::{self, Quarantine, Stamps};
use crate::model::{Cursor, Digest, DocPath, DocumentKey, EntityId, EventId, Role, Stamp};
use crate::store::{Head, Look, MOST_EVENTS};
use crate::tree::{Address, CacheHead, FileId, Known, Lock, Place, ReadFile, Reason, Scan, ScannedFile, TreeError};

/// The bytes cannot be understood.
const QUARANTINED: u8 = 1;
/// The text bears several stamps, or a damaged one.
const NO_GOOD_STAMP: u8 = 2;

/// How long a file that may be half written is left alone before the second look.
const SETTLE: Duration = Duration::from_millis(100);

/// Both sides from afar.
pub(super) struct Survey {
    /// The tree.
    pub(super) scan: Scan,
    /// The database.
    pub(super) head: Head,
    /// What the cache of the last run was about.
    pub(super) last: Option<CacheHead>,
    /// Where the feed ended that this working copy last saw.
    pub(super) seen: Option<Cursor>,
    /// The newest event, where it is known.
    pub(super) event: Option<EventId>,
    /// Whether another event is in the place of the last one that the last run saw: others have written to an older copy
    /// of the database.
    pub(super) is_forked: bool,
    /// The documents, by the entity whose folder they lie in.
    pub(super) folders: BTreeMap<Address, Folder>,
    /// What changed since the last run; `None` when that is not known.
    pub(super) touched: Option<Touched>,
    /// What is worth knowing.
    pub(super) notes: Vec<Note>,
}

/// The documents of one entity's folder.
#[derive(Debug, Clone, Default)]
pub(super) struct Folder {
    /// Managed documents and attachments.
    pub(super) files: Vec<Seen>,
}

/// One document on disk, as its digests tell.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Which document of its entity.
    pub(super) key: DocumentKey,
    /// Where it lies.
    pub(super) path: DocPath,
    /// Whether it differs from what the last run saw.
    pub(super) changed: bool,
    /// What its bytes are.
    pub(super) sight: Sight,
}

/// What could be seen of a file.
#[derive(Debug, Clone)]
pub(super) enum Sight {
    /// It was read, now or before.
    Read(Known),
    /// It was read and cannot be understood.
    Quarantined(Known),
    /// It was read, but its name or that of its folder is another one's on other systems: nobody can tell which of them
    /// is meant.
    Ambiguous(Known),
    /// It cannot be read just now: unknown, not absent.
    Unreadable,
}

impl Seen {
    /// The entity that its one good stamp names, also where the rest of it cannot be understood.
    pub(super) fn stamp_id(&self) -> Option<EntityId> {
        match &self.sight {
            Sight::Read(known) | Sight::Quarantined(known) | Sight::Ambiguous(known) => {
                known.stamp.map(|stamp| stamp.id)
            }
            Sight::Unreadable => None,
        }
    }

    /// Digest of its bytes, where they could be read.
    pub(super) fn raw(&self) -> Option<Digest> {
        match &self.sight {
            Sight::Read(known) | Sight::Quarantined(known) => Some(known.raw),
            Sight::Ambiguous(_) | Sight::Unreadable => None,
        }
    }
}

impl Folder {
    /// Whether some document of it could not be read or understood.
    pub(super) fn has_unread(files: &[Seen]) -> bool {
        files.iter().any(|seen| !matches!(seen.sight, Sight::Read(_)))
    }

    /// The managed documents.
    pub(super) fn managed(&self) -> impl Iterator<Item = &Seen> {
        self.files.iter().filter(|seen| seen.key.role.is_managed())
    }

    /// The entity that the folder's documents say they belong to; the main document's word counts first.
    pub(super) fn stamp_id(&self) -> Option<EntityId> {
        self.managed().find_map(Seen::stamp_id)
    }
}

impl Survey {
    /// How many entities the tree has.
    pub(super) fn known_entities(&self) -> usize {
        self.folders.len()
    }
}

/// What a look at both sides told.
pub(super) enum Surveyed {
    /// Neither side has changed since the last run.
    InStep {
        /// What is worth knowing.
        notes: Vec<Note>,
        /// How many documents there are.
        documents: usize,
        /// How many conflicts wait for a decision.
        open_conflicts: usize,
    },
    /// What there is on both sides.
    Changed(Box<Survey>, Box<Rows>),
}

/// Surveys both sides, unless neither has changed since the last run of this clone and nothing is to be told; `anew`
/// looks at them all the same, whatever is remembered.
pub(super) async fn survey(ws: &Workspace, lock: Option<&Lock>, anew: bool) -> Result<Surveyed, SyncError> {
    let cache = ws.tree.load_cache(ws.clone);
    let last = cache.head().cloned();
    let mut scan = ws.tree.scan(cache, lock);
    let seen = ws.tree.seen(ws.clone);
    let since = last.as_ref().filter(|_| !anew).and_then(|last| last.cursor);
    let is_silent = scan.is_unchanged() && scan.blocked().is_empty() && !scan.has_conflict_copies();
    let mut rows = None;
    if let Some(last) = last.as_ref().filter(|last| is_silent && since.is_some() && last.pending.is_empty()) {
        // Only what the feed tells can be news: the tree need not be taken apart to ask for that.
        let looked = Rows::look(ws, Look { since, ..Look::default() }).await?;
        if looked.head.project == ws.project
            && is_as_seen(seen, &looked.head)
            && since == Some(looked.head.cursor)
            && !is_forked(last, &looked)
        {
            if lock.is_some() && scan.is_worth_saving() {
                ws.tree.save_cache(&scan, last)?;
            }
            let (notes, documents) = (notices(&scan), scan.len());
            return Ok(Surveyed::InStep { notes, documents, open_conflicts: looked.open.count() });
        }
        rows = Some(looked);
    }
    let mut notes = notices(&scan);
    let before = stamped_before(ws, &scan);
    let mut read = read_changed(ws, &mut scan, &mut notes);
    look_again(ws, &before, &mut read, &mut notes).await;
    let folders = group(ws, &scan, &read);
    let known = last.as_ref().filter(|_| since.is_some());
    let in_tree = known.map(|last| Touched::in_tree(ws.tree.layout(), &scan, &folders, last));
    let everything = Look { everything: true, ..Look::default() };
    let names = in_tree.as_ref().map_or_else(|| everything.clone(), |touched| touched.names(ws, &folders));
    let mut rows = match rows {
        None => Rows::look(ws, Look { since, ..names }).await?,
        Some(mut rows) => {
            rows.look_further(ws, names).await?;
            rows
        }
    };
    let is_told = rows.events.len() < MOST_EVENTS && since.is_some_and(|since| since.epoch == rows.head.cursor.epoch);
    let touched = in_tree.filter(|_| is_told).map(|touched| touched.told(&rows.events));
    if touched.is_none() {
        rows.look_further(ws, everything).await?;
    }
    let head = rows.head.clone();
    let is_forked = last.as_ref().is_some_and(|last| since.is_some() && is_forked(last, &rows));
    let event = rows.events.last().map_or(rows.since, |event| Some(event.event_id));
    let event = event.filter(|_| rows.events.len() < MOST_EVENTS);
    let survey = Survey { scan, head, last, seen, event, is_forked, folders, touched, notes };
    Ok(Surveyed::Changed(Box::new(survey), Box::new(rows)))
}

fn is_forked(last: &CacheHead, rows: &Rows) -> bool {
    last.event.is_some() && rows.since != last.event
}

/// Whether the database is no older than this working copy has seen it.
fn is_as_seen(seen: Option<Cursor>, head: &Head) -> bool {
    seen.is_none_or(|seen| seen.epoch == head.cursor.epoch && seen.seq <= head.cursor.seq)
}

fn notices(scan: &Scan) -> Vec<Note> {
    let blocked = scan.blocked().iter().map(|blocked| Note {
        kind: NoteKind::Unreadable,
        path: blocked.path.to_string(),
        message: blocked.error.why(),
        count: 1,
    });
    let is_told = |reason: &Reason| matches!(reason, Reason::Symlink | Reason::Special | Reason::Collision);
    let left_alone = scan.notices().into_iter().filter(|notice| !is_told(&notice.reason)).map(|notice| Note {
        kind: match notice.reason {
            Reason::ConflictCopy => NoteKind::Problem,
            _ if notice.is_misplaced() => NoteKind::Misplaced,
            _ => NoteKind::Unmanaged,
        },
        path: match notice.count {
            2.. if notice.reason != Reason::ConflictCopy => format!("{}/", notice.folder),
            _ => format!("{}/{}", notice.folder, notice.first),
        },
        message: notice.reason.to_string(),
        count: notice.count as usize,
    });
    blocked.chain(left_alone).collect()
}

/// What reading the changed files told, by their number in the scan.
type Sights = BTreeMap<FileId, Sight>;

/// Files that bore a stamp when they were last read and that have to be read again.
fn stamped_before(ws: &Workspace, scan: &Scan) -> Vec<(FileId, DocPath, Role)> {
    let layout = ws.tree.layout();
    let bore_one = scan.files().filter(|file| file.changed && file.known.is_some_and(|known| known.stamp.is_some()));
    let document = |file: ScannedFile<'_>| match file.place(layout) {
        Place::Document(_, role) => Some((file.id, file.path(), role)),
        Place::Foreign(_) => None,
    };
    bore_one.filter_map(document).collect()
}

/// A stamped file without its last line may be half written: it is looked at again before it is believed.
async fn look_again(ws: &Workspace, before: &[(FileId, DocPath, Role)], sights: &mut Sights, notes: &mut Vec<Note>) {
    let lost_it = |file: &FileId| matches!(sights.get(file), Some(Sight::Read(known)) if known.stamp.is_none());
    let doubtful: Vec<_> = before.iter().filter(|(file, ..)| lost_it(file)).collect();
    if doubtful.is_empty() {
        return;
    }
    tokio::time::sleep(SETTLE).await;
    for (file, path, role) in doubtful {
        let now = ws.tree.read(path).map(|read| digests(*role, &read.bytes).0.raw);
        if !matches!((sights.get(file), now), (Some(Sight::Read(known)), Ok(raw)) if known.raw == raw) {
            notes.push(note(NoteKind::Busy, path, "is being written; the next run looks at it again".into()));
            sights.insert(*file, Sight::Unreadable);
        }
    }
}

fn read_changed(ws: &Workspace, scan: &mut Scan, notes: &mut Vec<Note>) -> Sights {
    let layout = ws.tree.layout();
    let must_read = |known: Option<&Known>| known.is_none_or(|known| known.flags & QUARANTINED != 0);
    let wanted: Vec<(FileId, DocPath, Role)> = scan
        .files()
        .filter(|file| file.changed || must_read(file.known))
        .filter_map(|file| match file.place(layout) {
            Place::Document(_, role) => Some((file.id, file.path(), role)),
            Place::Foreign(_) => None,
        })
        .collect();
    let paths: Vec<DocPath> = wanted.iter().map(|(_, path, _)| path.clone()).collect();
    ws.progress.started(paths.len(), "reading files");
    let found = ws.tree.read_all(&paths, |index, read| {
        ws.progress.advanced(1);
        look(wanted[index].2, read)
    });
    ws.progress.finished();
    let mut sights = Sights::new();
    for ((file, path, _), looked) in wanted.iter().zip(found) {
        let sight = match looked {
            Ok(Looked { read, known, quarantine }) => {
                if read.is_steady {
                    scan.learn(*file, &read.stat, known);
                }
                match quarantine {
                    None => Sight::Read(known),
                    Some(reason) => {
                        notes.push(note(NoteKind::Quarantined, path, reason.to_string()));
                        Sight::Quarantined(known)
                    }
                }
            }
            Err(error) => {
                notes.push(note(NoteKind::Unreadable, path, error.why()));
                Sight::Unreadable
            }
        };
        sights.insert(*file, sight);
    }
    sights
}

fn note(kind: NoteKind, path: &DocPath, message: String) -> Note {
    Note { kind, path: path.to_string(), message, count: 1 }
}

struct Looked {
    read: ReadFile,
    known: Known,
    quarantine: Option<Quarantine>,
}

/// Digests a file and lets its bytes go again.
fn look(role: Role, read: Result<ReadFile, TreeError>) -> Result<Looked, TreeError> {
    let mut read = read?;
    let (known, quarantine) = digests(role, &read.bytes);
    read.bytes = Vec::new();
    Ok(Looked { read, known, quarantine })
}

/// What the bytes of a document of `role` are, and why they cannot be understood if so.
pub(super) fn digests(role: Role, bytes: &[u8]) -> (Known, Option<Quarantine>) {
    let raw = Digest::of(bytes);
    let plain = Known { raw, canonical: raw, stamp: None, flags: 0 };
    if !role.is_managed() {
        return (plain, None);
    }
    match document::read(role, bytes) {
        Err(reason) => {
            let stamp = std::str::from_utf8(bytes).ok().and_then(|text| one(document::split(role, text).stamps));
            (Known { stamp, flags: QUARANTINED, ..plain }, Some(reason))
        }
        Ok(text) => {
            let stamped = document::split(role, text);
            let is_bad = matches!(stamped.stamps, Stamps::Several | Stamps::Damaged);
            let (stamp, flags) = (one(stamped.stamps), if is_bad { NO_GOOD_STAMP } else { 0 });
            let canonical = document::canonical(&stamped.text);
            let canonical = if canonical.as_bytes() == bytes { raw } else { Digest::of(canonical.as_bytes()) };
            (Known { raw, canonical, stamp, flags }, None)
        }
    }
}

/// The stamp that counts.
fn one(stamps: Stamps) -> Option<Stamp> {
    match stamps {
        Stamps::One(stamp) => Some(stamp),
        Stamps::None | Stamps::Several | Stamps::Damaged => None,
    }
}

/// The document that a file of that role and name is; the profile of an agent stays itself when the agent is renamed.
pub(super) fn document_key(role: Role, name: &str) -> DocumentKey {
    let name = if role == Role::AgentProfile { "agent.yml" } else { name };
    DocumentKey { role, name: name.to_owned() }
}

fn group(ws: &Workspace, scan: &Scan, sights: &Sights) -> BTreeMap<Address, Folder> {
    let layout = ws.tree.layout();
    let mut folders: BTreeMap<Address, Folder> = BTreeMap::new();
    for file in scan.files() {
        let path = file.path();
        let Place::Document(address, role) = layout.place(&path) else { continue };
        let sight = match (sights.get(&file.id), file.known) {
            (Some(sight), _) => sight.clone(),
            (None, Some(known)) => Sight::Read(*known),
            (None, None) => Sight::Unreadable,
        };
        let sight = match sight {
            Sight::Read(known) | Sight::Quarantined(known) if scan.is_blocked(&path) => Sight::Ambiguous(known),
            other => other,
        };
        let key = document_key(role, file.name);
        folders.entry(address).or_default().files.push(Seen {
            key,
            path,
            changed: sights.contains_key(&file.id),
            sight,
        });
    }
    folders.retain(|_, folder| folder.managed().next().is_some());
    // The main document first: its word counts first, and it stands for the entity.
    folders.values_mut().for_each(|folder| folder.files.sort_by(|a, b| a.key.cmp(&b.key)));
    folders
}
