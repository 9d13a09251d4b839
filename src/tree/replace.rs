//! Writes documents: the new file is complete and durable before it changes places with the old one.
//!
//! 1. Every new text is written to a temporary file, and all of them are made durable at once.
//! 2. Each document is read again; if it is what was expected, the two change places in one step.
//! 3. What came out is read as well: somebody may have saved in between. Then they change back.
//!
//! A file that was displaced is neither removed nor copied: it stays under the temporary name, where a late write to
//! it is kept too, until the next run has looked at it.

mod publish;
mod stage;

use std::sync::Arc;

use super::leftover::Where;
use super::scan::Since;
use super::{Stat, Trashed, Tree, TreeError, spread};
use crate::model::{Digest, DocPath};
use publish::{Attempt, Step};
use stage::{Job, Stage, Target};

/// One document as it shall be.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// Which file; missing folders are made.
    pub path: DocPath,
    /// The new bytes, in pieces that follow each other, so that a stamp can be added to a text without copying it.
    pub pieces: Vec<Arc<[u8]>>,
    /// What must be there.
    pub expected: Expected,
}

/// What must be at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Nothing.
    Absent,
    /// A file with these bytes, which are stored elsewhere.
    Raw(Digest),
}

/// What became of one document.
#[derive(Debug)]
pub enum Outcome {
    /// It is as it shall be.
    Done(Left),
    /// Something else was there; it is there still, or in the trash if it moved again meanwhile.
    Moved {
        /// The bytes that were found; `None` when there was no file that could be a document.
        found: Option<Digest>,
        /// What had to be put into the trash.
        trashed: Option<Trashed>,
    },
    /// It could not be done; the file is as it was.
    Failed(TreeError),
}

/// How a file looks that was just written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// How it looks now.
    pub stat: Stat,
    /// Digest of its bytes.
    pub raw: Digest,
    /// Whether any later change must show in how it looks.
    pub is_settled: bool,
}

impl Tree {
    /// Replaces many files durably, each of them in one step; answers in the order of `batch`.
    ///
    /// The displaced files stay in the temporary folder until the next run has looked at its
    /// [`leftovers`](Tree::leftovers).
    ///
    /// # Errors
    /// When nothing more can be written (no space, a failed sync); every file is as it was, or as its last step left
    /// it, and the next run clears up. A failed sync is not tried again: its second success would prove nothing.
    pub fn replace(&self, batch: &[Replacement]) -> Result<Vec<Outcome>, TreeError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let home = self.temporary_device()?;
        let new = batch.iter().filter(|replacement| replacement.expected == Expected::Absent);
        let folders = self.note_folders(&new.map(|replacement| &replacement.path).collect::<Vec<_>>())?;
        let mut outcomes: Vec<Option<Outcome>> = batch.iter().map(|_| None).collect();
        let targets: Vec<Result<Target, Outcome>> =
            spread(batch.iter().collect(), |_, replacement| self.inspect(replacement));
        let (mut near, mut far) = (Vec::new(), Vec::new());
        for (number, (target, replacement)) in targets.into_iter().zip(batch).enumerate() {
            match target {
                Ok(target) if target.device == home => near.push(Job { number, replacement, target }),
                Ok(target) => far.push(Job { number, replacement, target }),
                Err(outcome) => outcomes[number] = Some(outcome),
            }
        }
        far.extend(self.pass(Where::State, near, &mut outcomes)?);
        self.pass(Where::Beside, far, &mut outcomes)?;
        folders.iter().for_each(|list| self.drop_folders(list));
        Ok(outcomes.into_iter().map(|outcome| outcome.expect("nothing lies beyond its own folder")).collect())
    }

    /// Replaces the documents of `jobs`; returns those that the temporary folder turned out to be too far away for.
    fn pass<'a>(
        &self,
        place: Where,
        jobs: Vec<Job<'a>>,
        outcomes: &mut [Option<Outcome>],
    ) -> Result<Vec<Job<'a>>, TreeError> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let Stage { documents, batch, wait } = self.stage(place, jobs)?;
        let since = Since(self.vfs.tick().ok());
        let publish = |_, staged| match staged {
            Ok(staged) => self.publish(staged, since),
            Err((job, error)) => Attempt::Came(job, Step::Over(Outcome::Failed(error))),
        };
        let (mut steps, mut apart) = (Vec::new(), Vec::new());
        for attempt in spread(documents, publish) {
            match attempt {
                Attempt::Came(job, step) => steps.push((job, step)),
                Attempt::NoExchange(staged) => apart.push(staged),
            }
        }
        if !apart.is_empty() {
            self.wait_for_list(&wait, &batch)?;
            steps.extend(spread(apart, |_, staged| self.publish_in_two_steps(staged, since)));
        }
        self.wait_for_documents(&wait)?;
        self.bring_home(&batch);
        let mut beyond = Vec::new();
        for (job, step) in steps {
            match step {
                Step::Over(outcome) => outcomes[job.number] = Some(outcome),
                Step::CrossesBorder => beyond.push(job),
            }
        }
        Ok(beyond)
    }
}
