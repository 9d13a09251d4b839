//! What earlier runs left in the temporary folder, and how it is cleared up.
//!
//! ```text
//! tmp/<batch>.list     the documents of a batch, by number, each with the digests of its new and its old bytes; written
//!                      before any of its temporary files
//! tmp/<batch>.<n>      the n-th: first the new text, after the exchange the displaced file
//! tmp/<batch>.<n>.old  the displaced file while its document is absent, where the file system cannot exchange
//! tmp/<any>.hash       a `.hash` on its way to its folder
//! tmp/<any>.folders    folders that are made for documents; who died on the way leaves them empty
//! ```
//! Where the state folder is on another device than the documents, the list is called `<batch>.beside` and the others
//! lie beside their documents, as `.instep-tmp.<batch>.<n>`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use rustix::io::Errno;
use uuid::Uuid;

use super::layout::TEMPORARY;
use super::site::{Site, is, is_unsupported};
use super::{At, Make, ReadFile, Trashed, Tree, TreeError, spread};
use crate::model::{Digest, DocPath};

/// A file in the temporary folder: what an exchange displaced, or what an interrupted run had begun to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The document that it belongs to, if that is known.
    pub origin: Option<DocPath>,
    /// The new bytes of that document.
    pub text: Option<Digest>,
    /// The bytes that were displaced.
    pub was: Option<Digest>,
    site: Site,
}

/// What shall become of a leftover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its bytes have this digest and are stored elsewhere: it is dropped, if it still has them.
    Stored(Digest),
    /// Its bytes are stored nowhere, or nobody can tell: it goes into the trash.
    Unknown,
}

/// The temporary files of one batch of writes.
#[derive(Debug)]
pub(super) struct Batch {
    name: String,
    place: Where,
    documents: Vec<Document>,
}

/// A document of a batch.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) path: DocPath,
    /// Digest of its new bytes.
    pub(super) text: Digest,
    /// Digest of its old bytes; `None` where it is new.
    pub(super) was: Option<Digest>,
}

/// Where temporary files lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// In the state folder.
    State,
    /// Beside their documents.
    Beside,
}

/// The temporary folder.
pub(super) const FOLDER: &str = "tmp";

/// What the name of a `.hash` ends with that is not in its folder yet.
const HASH: &str = ".hash";

/// What the name of a list of new folders ends with.
pub(super) const FOLDERS: &str = ".folders";

/// A folder that takes so many bytes holds, or held, more names than one that is used all day.
const LARGE_FOLDER: u64 = 64 << 10;

/// What a list ends with.
pub(super) const END: &str = "\0\n";

/// The longest list that is believed, in bytes.
pub(super) const MAX_LIST: u64 = 1 << 28;

/// Where a new `.hash` is made, below the shared state folder.
pub(super) fn hash_name(fresh: Uuid) -> String {
    format!("{FOLDER}/{}{HASH}", fresh.simple())
}

impl Where {
    const ALL: [Self; 2] = [Self::State, Self::Beside];

    const fn list(self) -> &'static str {
        match self {
            Self::State => "list",
            Self::Beside => "beside",
        }
    }
}

impl Batch {
    /// The temporary file of the document with this number.
    pub(super) fn site(&self, number: usize) -> Site {
        match (self.place, self.documents[number].path.parent()) {
            (Where::State, _) => self.home(number),
            (Where::Beside, None) => Site::project(format!("{TEMPORARY}{}.{number}", self.name)),
            (Where::Beside, Some(folder)) => Site::project(format!("{folder}/{TEMPORARY}{}.{number}", self.name)),
        }
    }

    /// The same, in the state folder whatever the batch's place is.
    pub(super) fn home(&self, number: usize) -> Site {
        Site::shared(format!("{FOLDER}/{}.{number}", self.name))
    }

    /// How many documents there are.
    pub(super) fn len(&self) -> usize {
        self.documents.len()
    }

    pub(super) fn is_beside(&self) -> bool {
        self.place == Where::Beside
    }

    pub(super) fn list(&self) -> Site {
        list_of(&self.name, self.place)
    }

    /// The document with this number.
    pub(super) fn document(&self, number: usize) -> &Document {
        &self.documents[number]
    }

    /// Whether none of its documents replaces a file.
    fn is_new(&self) -> bool {
        self.documents.iter().all(|document| document.was.is_none())
    }

    /// What its list says.
    fn text(&self) -> String {
        let was = |document: &Document| document.was.map(|was| was.to_string()).unwrap_or_default();
        let line = |document: &Document| format!("{}\0{}\0{}", document.path, document.text, was(document));
        self.documents.iter().map(line).collect::<Vec<_>>().join("\0") + END
    }

    /// What a list said; a torn one names nothing, since no document was away or made while it was not durable.
    fn parse(name: &str, place: Where, text: &str) -> Self {
        let parts: Vec<&str> = text.strip_suffix(END).unwrap_or_default().split('\0').collect();
        let document = |parts: &[&str]| match parts {
            [path, text, was] => {
                let was = if was.is_empty() { None } else { Some(was.parse().ok()?) };
                Some(Document { path: DocPath::new(path).ok()?, text: text.parse().ok()?, was })
            }
            _ => None,
        };
        let documents = parts.chunks(3).map(document).collect::<Option<_>>().unwrap_or_default();
        Self { name: name.to_owned(), place, documents }
    }
}

impl Tree {
    /// Begins a batch: from now on the next run knows which document a temporary file belongs to, and finishes the
    /// batch where it only makes new ones.
    pub(super) fn begin_batch(&self, place: Where, documents: Vec<Document>) -> Result<Batch, TreeError> {
        let batch = Batch { name: self.ids.fresh().simple().to_string(), place, documents };
        let list = batch.list();
        let made = self.make_folders(list.at());
        let made = made.and_then(|()| self.vfs.create(list.at(), &[batch.text().as_bytes()], Make::PRIVATE));
        made.map(|_| batch).map_err(|source| self.failed("write", list.at(), source))
    }

    /// Lists what earlier runs left; call it under the lock and before a scan.
    ///
    /// A document that a crash had taken from its place (only where the file system cannot exchange) is put back first,
    /// and new documents follow those of their batch that have come to their places.
    ///
    /// # Errors
    /// When the temporary folder cannot be read, or a document cannot be put in its place.
    pub fn leftovers(&self) -> Result<Vec<Leftover>, TreeError> {
        let (hashes, names): (Vec<_>, Vec<_>) = self.names_in_tmp()?.into_iter().partition(|name| name.ends_with(HASH));
        for hash in hashes {
            let _ = self.vfs.remove(Site::shared(format!("{FOLDER}/{hash}")).at());
        }
        let (lists, names): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.ends_with(FOLDERS));
        let batches: BTreeMap<&str, Batch> = names.iter().filter_map(|name| self.batch_of_list(name)).collect();
        let is_temporary = |name: &&String| Where::of_list(name).is_none();
        let mut found: Vec<Leftover> = names.iter().filter(is_temporary).map(|name| in_state(name, &batches)).collect();
        found.extend(batches.values().flat_map(|batch| self.beside(batch)));
        for batch in batches.values() {
            if batch.is_new() && found.iter().any(|leftover| leftover.is_of(batch)) {
                let placed = self.finish(batch)?;
                found.retain(|leftover| !placed.contains(&leftover.site));
            }
        }
        let mut kept = Vec::with_capacity(found.len());
        for leftover in found {
            if !self.put_back(&leftover)? {
                kept.push(leftover);
            }
        }
        for batch in batches.into_values().filter(|batch| !kept.iter().any(|leftover| leftover.is_of(batch))) {
            let _ = self.vfs.remove(batch.list().at());
        }
        lists.iter().for_each(|list| self.drop_folders(&Site::shared(format!("{FOLDER}/{list}"))));
        Ok(kept)
    }

    /// Reads one leftover.
    ///
    /// # Errors
    /// When it cannot be read or is too large to be a document; its fate is then [`Fate::Unknown`].
    pub fn read_leftover(&self, leftover: &Leftover) -> Result<ReadFile, TreeError> {
        self.read_at(leftover.site.at())
    }

    /// Lets a displaced file change places again with its document, if that has the bytes `now`: somebody has written
    /// into it meanwhile, and goes on doing so in the document. Answers whether it did.
    ///
    /// # Errors
    /// When the two cannot be exchanged, although this file system can do that.
    pub fn take_back(&self, leftover: &Leftover, now: Digest) -> Result<bool, TreeError> {
        let Leftover { origin: Some(origin), site, .. } = leftover else { return Ok(false) };
        let document = At::project(origin.as_str());
        if site.is_old() || self.digest_at(document) != Some(now) {
            return Ok(false);
        }
        let exchange = || self.vfs.exchange(site.at(), document);
        match exchange() {
            Err(error) if is_unsupported(&error) || is(&error, Errno::XDEV) => return Ok(false),
            other => other.map_err(|source| self.failed("take back", document, source))?,
        }
        if self.digest_at(site.at()) == Some(now) {
            return Ok(true);
        }
        exchange().map(|()| false).map_err(|source| self.failed("put back", document, source))
    }

    /// Drops or trashes leftovers; answers with what is in the trash now.
    ///
    /// # Errors
    /// When the trash cannot be written; calling it again goes on where it stopped.
    pub fn clear(&self, leftovers: &[(Leftover, Fate)]) -> Result<Vec<Trashed>, TreeError> {
        let cleared = spread(leftovers.iter().collect(), |_, (leftover, fate)| self.clear_one(leftover, *fate));
        let trashed: Vec<Option<Trashed>> = cleared.into_iter().collect::<Result<_, _>>()?;
        let trashed: Vec<Trashed> = trashed.into_iter().flatten().collect();
        if !trashed.is_empty() {
            self.make_durable(At::shared(""))?;
        }
        let batches: BTreeSet<&str> = leftovers.iter().filter_map(|(leftover, _)| leftover.batch()).collect();
        for (batch, place) in batches.into_iter().flat_map(|batch| Where::ALL.map(|place| (batch, place))) {
            let _ = self.vfs.remove(list_of(batch, place).at());
        }
        self.shrink();
        Ok(trashed)
    }

    /// A folder that held many files stays large, and slow to list, until it is made anew.
    fn shrink(&self) {
        let folder = At::shared(FOLDER);
        if self.vfs.stat(folder).is_ok_and(|stat| stat.size > LARGE_FOLDER) {
            let _ = self.vfs.remove_folder(folder);
        }
    }

    fn clear_one(&self, Leftover { origin, site, .. }: &Leftover, fate: Fate) -> Result<Option<Trashed>, TreeError> {
        if let Fate::Stored(digest) = fate
            && self.remove_kept(site.at(), digest).map_err(|source| self.failed("remove", site.at(), source))?
        {
            return Ok(None);
        }
        self.throw_away(site, origin.as_ref()).map(Some)
    }

    fn names_in_tmp(&self) -> Result<Vec<String>, TreeError> {
        let folder = At::shared(FOLDER);
        let entries = match self.vfs.list(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            other => other.map_err(|source| self.failed("list", folder, source))?,
        };
        let mut names: Vec<String> =
            entries.iter().filter_map(|e| str::from_utf8(&e.name).ok().map(str::to_owned)).collect();
        names.sort();
        Ok(names)
    }

    /// The batch that a list in the temporary folder is of, with its name.
    fn batch_of_list<'a>(&self, list: &'a str) -> Option<(&'a str, Batch)> {
        let (name, place) = Where::of_list(list)?;
        let file = self.vfs.read(Site::shared(format!("{FOLDER}/{list}")).at(), MAX_LIST).ok()?;
        Some((name, Batch::parse(name, place, str::from_utf8(&file.bytes).ok()?)))
    }

    /// New documents come together or not at all: where the first of a batch are in their places, the others follow.
    /// Answers with the temporary files that are none any more.
    fn finish(&self, batch: &Batch) -> Result<Vec<Site>, TreeError> {
        let is_text = |at: At<'_>, number: usize| self.digest_at(at) == Some(batch.documents[number].text);
        let document = |number: usize| At::project(batch.documents[number].path.as_str());
        let (placed, waiting): (Vec<usize>, Vec<usize>) =
            (0..batch.len()).partition(|number| is_text(document(*number), *number));
        if placed.is_empty() || !waiting.iter().all(|number| is_text(batch.site(*number).at(), *number)) {
            return Ok(Vec::new());
        }
        let place = |number| match self.move_new(batch.site(number).at(), document(number)) {
            Ok(()) => Ok(Some(batch.site(number))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(source) => Err(self.failed("put in its place", document(number), source)),
        };
        waiting.into_iter().filter_map(|number| place(number).transpose()).collect()
    }

    /// The temporary files that a batch has left beside its documents.
    fn beside(&self, batch: &Batch) -> Vec<Leftover> {
        let numbers = if batch.place == Where::Beside { 0..batch.documents.len() } else { 0..0 };
        let sites = numbers.flat_map(|n| [(n, batch.site(n)), (n, batch.site(n).old())]);
        let sites = sites.filter(|(_, site)| self.vfs.stat(site.at()).is_ok());
        sites.map(|(n, site)| Leftover::of(batch.documents.get(n), site)).collect()
    }

    /// Puts a displaced document back if nothing is in its place; answers whether it did.
    fn put_back(&self, leftover: &Leftover) -> Result<bool, TreeError> {
        let Leftover { origin: Some(origin), site, .. } = leftover else { return Ok(false) };
        let to = At::project(origin.as_str());
        let is_absent = || self.vfs.stat(to).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if !site.is_old() || !is_absent() {
            return Ok(false);
        }
        self.move_new(site.at(), to).map(|()| true).map_err(|source| self.failed("put back", to, source))
    }
}

impl Where {
    /// The batch that a list is of, and where its files lie; `None` for what is no list.
    fn of_list(name: &str) -> Option<(&str, Self)> {
        let (batch, kind) = name.rsplit_once('.')?;
        Self::ALL.into_iter().find(|place| place.list() == kind).map(|place| (batch, place))
    }
}

impl Leftover {
    fn of(document: Option<&Document>, site: Site) -> Self {
        Self {
            origin: document.map(|document| document.path.clone()),
            text: document.map(|document| document.text),
            was: document.and_then(|document| document.was),
            site,
        }
    }

    fn is_of(&self, batch: &Batch) -> bool {
        self.batch() == Some(&batch.name)
    }

    /// The batch that it belongs to: `<batch>.<n>`, or beside its document `.instep-tmp.<batch>.<n>`.
    fn batch(&self) -> Option<&str> {
        let name = self.site.path.rsplit('/').next()?;
        name.strip_prefix(TEMPORARY).unwrap_or(name).split('.').next()
    }
}

fn list_of(batch: &str, place: Where) -> Site {
    Site::shared(format!("{FOLDER}/{batch}.{}", place.list()))
}

/// A file in the temporary folder: `<batch>.<n>` or `<batch>.<n>.old`.
fn in_state(name: &str, batches: &BTreeMap<&str, Batch>) -> Leftover {
    let mut parts = name.split('.');
    let batch = parts.next().and_then(|batch| batches.get(batch));
    let number = parts.next().and_then(|number| number.parse::<usize>().ok());
    let document = batch.zip(number).and_then(|(batch, number)| batch.documents.get(number));
    Leftover::of(document, Site::shared(format!("{FOLDER}/{name}")))
}
