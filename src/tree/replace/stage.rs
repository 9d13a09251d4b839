//! The first half of a replacement: temporary files with the new texts, looking like the files they shall replace.

use std::collections::BTreeMap;
use std::io;

use rustix::io::Errno;

use super::{Expected, Outcome, Replacement};
use crate::model::Digest;
use crate::tree::leftover::{Batch, Document, FOLDER, Where};
use crate::tree::site::{Devices, Site, is};
use crate::tree::{At, FileKind, Make, Reason, Stat, Tree, TreeError, spread};

/// So many documents are waited for one by one: those of one entity, mostly.
const A_FEW: usize = 4;

/// One document to replace, and its place in the whole batch.
pub(super) struct Job<'a> {
    pub(super) number: usize,
    pub(super) replacement: &'a Replacement,
    pub(super) target: Target,
}

/// What a temporary file must be like.
pub(super) struct Target {
    make: Make,
    pub(super) device: u64,
}

/// Temporary files that are complete and durable; the few that were refused are not in the way of the others.
pub(super) struct Stage<'a> {
    pub(super) documents: Vec<Result<Staged<'a>, (Job<'a>, TreeError)>>,
    pub(super) batch: Batch,
    /// What has to be durable once the documents are in their places.
    pub(super) wait: Wait,
}

/// What is waited for until it is durable.
pub(super) enum Wait {
    /// The folders of a few documents: who waits for a whole device waits for what others write there as well.
    Each(BTreeMap<String, Site>),
    /// Whole devices: waiting for each file of many takes far longer.
    All(Devices),
}

/// One document that waits for its place.
pub(super) struct Staged<'a> {
    pub(super) job: Job<'a>,
    pub(super) temporary: Site,
    /// How the temporary file looks.
    pub(super) stat: Stat,
    /// Digest of the new bytes.
    pub(super) raw: Digest,
}

impl Job<'_> {
    pub(super) fn at(&self) -> At<'_> {
        At::project(self.replacement.path.as_str())
    }
}

impl Tree {
    /// The device of the temporary folder, which is made if need be.
    pub(super) fn temporary_device(&self) -> Result<u64, TreeError> {
        self.make_state_folder(FOLDER)?;
        let folder = At::shared(FOLDER);
        self.vfs.stat(folder).map(|stat| stat.device).map_err(|source| self.failed("look at", folder, source))
    }

    /// Finds out what a document's temporary file must be like, or that there is nothing to do.
    pub(super) fn inspect(&self, replacement: &Replacement) -> Result<Target, Outcome> {
        let at = At::project(replacement.path.as_str());
        let failed = |deed, source| Outcome::Failed(self.failed(deed, at, source));
        if replacement.expected == Expected::Absent {
            self.make_folders(at).map_err(|source| failed("make the folder of", source))?;
            let folder = self.vfs.stat(at.folder()).map_err(|source| failed("look at the folder of", source))?;
            return Ok(Target { make: like_files_in(&folder), device: folder.device });
        }
        match self.vfs.stat(at) {
            Ok(stat) if stat.kind == FileKind::File => {
                let make = Make { mode: Some(stat.mode), uid: Some(stat.uid), gid: Some(stat.gid) };
                Ok(Target { make, device: stat.device })
            }
            Ok(stat) => {
                let (path, reason) = (self.vfs.show(at), Reason::refusing(stat.kind));
                Err(Outcome::Failed(TreeError::Refused { path, reason }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Outcome::Moved { found: None, trashed: None }),
            Err(error) => Err(failed("look at", error)),
        }
    }

    /// Writes the temporary files of a batch and makes them durable, or leaves none of them.
    pub(super) fn stage<'a>(&self, place: Where, jobs: Vec<Job<'a>>) -> Result<Stage<'a>, TreeError> {
        let wait = Wait::of(place, &jobs);
        let replacements = || jobs.iter().map(|job| job.replacement);
        let document = |_, new: &Replacement| Document {
            path: new.path.clone(),
            text: Digest::of_parts(pieces(new)),
            was: match new.expected {
                Expected::Raw(was) => Some(was),
                Expected::Absent => None,
            },
        };
        let batch = self.begin_batch(place, spread(replacements().collect(), document))?;
        let written = spread(jobs, |number, job| self.write_temporary(&batch, number, place, job));
        let written = written.into_iter().collect::<Result<Vec<_>, _>>();
        let durable = written.and_then(|documents| self.wait_for_temporaries(&wait, &documents).map(|()| documents));
        match durable {
            Ok(documents) => Ok(Stage { documents, batch, wait }),
            Err(error) => {
                (0..batch.len()).for_each(|number| drop(self.vfs.remove(batch.site(number).at())));
                Err(error)
            }
        }
    }

    /// Waits until the bytes of the temporary files are durable. Of a few the names and the list need not be: they
    /// are when the exchange is, and a displaced file is kept whatever it was called.
    fn wait_for_temporaries<T>(&self, wait: &Wait, documents: &[Result<Staged<'_>, T>]) -> Result<(), TreeError> {
        match wait {
            Wait::Each(_) => documents.iter().flatten().try_for_each(|s| self.make_one_durable(s.temporary.at())),
            Wait::All(devices) => self.make_all_durable(devices),
        }
    }

    /// Waits until the list of a batch is durable: until the next run has looked at it, it alone knows some places.
    pub(super) fn wait_for_list(&self, wait: &Wait, batch: &Batch) -> Result<(), TreeError> {
        match wait {
            Wait::Each(_) => {
                [batch.list().at(), At::shared(FOLDER)].iter().try_for_each(|at| self.make_one_durable(*at))
            }
            // It was written before all that was waited for.
            Wait::All(_) => Ok(()),
        }
    }

    /// Waits until the documents are durable in their places.
    pub(super) fn wait_for_documents(&self, wait: &Wait) -> Result<(), TreeError> {
        match wait {
            Wait::All(devices) => self.make_all_durable(devices),
            Wait::Each(folders) => folders.values().try_for_each(|folder| self.make_one_durable(folder.at())),
        }
    }

    /// Writes one temporary file.
    ///
    /// The outer error is one that all others would meet as well, such as a full disk.
    fn write_temporary<'a>(
        &self,
        batch: &Batch,
        number: usize,
        place: Where,
        job: Job<'a>,
    ) -> Result<Result<Staged<'a>, (Job<'a>, TreeError)>, TreeError> {
        let temporary = batch.site(number);
        match self.vfs.create(temporary.at(), &pieces(job.replacement), job.target.make) {
            Ok(stat) => Ok(Ok(Staged { raw: batch.document(number).text, job, temporary, stat })),
            Err(source) => {
                let _ = self.vfs.remove(temporary.at());
                let is_common = [Errno::NOSPC, Errno::DQUOT, Errno::IO, Errno::ROFS].iter().any(|e| is(&source, *e));
                let is_owner = place == Where::State && is(&source, Errno::PERM);
                if is_owner {
                    let path = self.vfs.show(job.at());
                    return Ok(Err((job, TreeError::Owner { path, source })));
                }
                let error = self.failed("write", temporary.at(), source);
                if is_common || place == Where::State { Err(error) } else { Ok(Err((job, error))) }
            }
        }
    }

    /// Takes what was displaced beside its document into the state folder; what cannot be is found by the next run.
    pub(super) fn bring_home(&self, batch: &Batch) {
        let bring = |number: usize| {
            let (from, to) = (batch.site(number), batch.home(number));
            let bytes = self.vfs.read(from.at(), Self::MAX_FILE)?.bytes;
            self.vfs.create(to.at(), &[&bytes], Make::PRIVATE)?;
            Ok((from, Digest::of(&bytes)))
        };
        let numbers = if batch.is_beside() { 0..batch.len() } else { 0..0 };
        let brought: Vec<io::Result<(Site, Digest)>> = numbers.map(bring).collect();
        if brought.iter().any(Result::is_ok) && self.vfs.sync(At::shared(FOLDER)).is_ok() {
            brought.into_iter().flatten().for_each(|(site, kept)| drop(self.remove_kept(site.at(), kept)));
        }
    }
}

impl Wait {
    fn of(place: Where, jobs: &[Job<'_>]) -> Self {
        let folder = |job: &Job<'_>| Site::project(job.at().folder().path.into());
        // A new document may lie in new folders, each of which would have to be waited for.
        let is_old = |job: &Job<'_>| job.replacement.expected != Expected::Absent;
        if place == Where::State && jobs.len() <= A_FEW && jobs.iter().all(is_old) {
            Self::Each(jobs.iter().map(folder).map(|folder| (folder.path.clone(), folder)).collect())
        } else {
            Self::All(jobs.iter().map(|job| (job.target.device, folder(job))).collect())
        }
    }
}

fn pieces(replacement: &Replacement) -> Vec<&[u8]> {
    replacement.pieces.iter().map(|piece| &**piece).collect()
}

/// New files look like other new files would; temporary ones are made elsewhere, so that is worked out here.
fn like_files_in(folder: &Stat) -> Make {
    let sets_group = folder.mode & 0o2000 != 0;
    Make { mode: Some(folder.mode & 0o666), uid: None, gid: sets_group.then_some(folder.gid) }
}
