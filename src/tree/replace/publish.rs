//! The second half of a replacement: the temporary file and the document change places.

use std::io;

use rustix::io::Errno;

use super::stage::{Job, Staged};
use super::{Expected, Left, Outcome};
use crate::model::Digest;
use crate::tree::scan::Since;
use crate::tree::site::{is, is_unsupported};
use crate::tree::{Trashed, Tree, TreeError};

/// How far one document has come.
pub(super) enum Step {
    /// It is decided.
    Over(Outcome),
    /// Nothing was done: the temporary file lies on another mount, which shows only now.
    CrossesBorder,
}

/// What became of an attempt.
pub(super) enum Attempt<'a> {
    /// It came so far.
    Came(Job<'a>, Step),
    /// Nothing was done: nothing can be exchanged here, so that the document will be away for a moment.
    NoExchange(Staged<'a>),
}

impl Tree {
    pub(super) fn publish<'a>(&self, staged: Staged<'a>, since: Since) -> Attempt<'a> {
        let done = match staged.job.replacement.expected {
            Expected::Absent => self.put_new(&staged),
            Expected::Raw(expected) => self.put_over(&staged, expected),
        };
        match done {
            Err(error) if is_unsupported(&error) => Attempt::NoExchange(staged),
            done => {
                let (job, step) = self.step(staged, since, done);
                Attempt::Came(job, step)
            }
        }
    }

    /// Takes the document away first, and never overwrites it. By then the list of its batch is durable, which alone
    /// tells whose place is empty.
    pub(super) fn publish_in_two_steps<'a>(&self, staged: Staged<'a>, since: Since) -> (Job<'a>, Step) {
        let done = match staged.job.replacement.expected {
            Expected::Absent => self.put_new(&staged),
            Expected::Raw(expected) => self.put_over_in_two_steps(&staged, expected),
        };
        self.step(staged, since, done)
    }

    fn step<'a>(&self, staged: Staged<'a>, since: Since, done: io::Result<Option<Outcome>>) -> (Job<'a>, Step) {
        let step = match done {
            Ok(None) => Step::Over(Outcome::Done(self.left(&staged, since))),
            Ok(Some(other)) => Step::Over(other),
            Err(error) => {
                self.drop_temporary(&staged);
                if is(&error, Errno::XDEV) {
                    Step::CrossesBorder
                } else {
                    Step::Over(Outcome::Failed(self.failed("replace", staged.job.at(), error)))
                }
            }
        };
        (staged.job, step)
    }

    /// Puts the new file where nothing is; `None` says that it is there.
    fn put_new(&self, staged: &Staged<'_>) -> io::Result<Option<Outcome>> {
        let target = staged.job.at();
        match self.move_new(staged.temporary.at(), target) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Some(self.give_up(staged))),
            other => other.map(|()| None),
        }
    }

    /// Puts the new file in the place of the expected one; `None` says that it is there.
    fn put_over(&self, staged: &Staged<'_>, expected: Digest) -> io::Result<Option<Outcome>> {
        let (temporary, target) = (staged.temporary.at(), staged.job.at());
        if self.look_at(target)? != Some(expected) {
            return Ok(Some(self.give_up(staged)));
        }
        match self.vfs.exchange(temporary, target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(self.give_up(staged))),
            other => other?,
        }
        let displaced = self.digest_at(temporary);
        if displaced == Some(expected) { Ok(None) } else { Ok(Some(self.undo(staged, displaced))) }
    }

    /// Somebody saved between the look and the exchange: gives the place back to what was saved.
    fn undo(&self, staged: &Staged<'_>, displaced: Option<Digest>) -> Outcome {
        let (temporary, target) = (staged.temporary.at(), staged.job.at());
        let is_ours_again =
            self.vfs.exchange(temporary, target).is_ok() && self.digest_at(temporary) == Some(staged.raw);
        if is_ours_again {
            self.drop_temporary(staged);
            return Outcome::Moved { found: displaced, trashed: None };
        }
        // It moved even again, or has gone: what is in our hands now belongs to somebody.
        self.keep(staged, displaced)
    }

    /// The same by two renames.
    fn put_over_in_two_steps(&self, staged: &Staged<'_>, expected: Digest) -> io::Result<Option<Outcome>> {
        let (temporary, target, old) = (staged.temporary.at(), staged.job.at(), staged.temporary.old());
        match self.vfs.rename_over(target, old.at()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(self.give_up(staged))),
            other => other?,
        }
        let displaced = self.digest_at(old.at());
        if displaced == Some(expected) {
            match self.move_new(temporary, target) {
                Ok(()) => return self.vfs.rename_over(old.at(), temporary).map(|()| None),
                // Somebody was quicker. The old bytes are stored; the next run finds them here.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(Some(self.give_up(staged))),
                Err(error) => return self.move_new(old.at(), target).and(Err(error)),
            }
        }
        if self.move_new(old.at(), target).is_ok() {
            return Ok(Some(self.give_up(staged)));
        }
        self.drop_temporary(staged);
        let trashed = self.throw_away(&old, Some(&staged.job.replacement.path));
        Ok(Some(moved(displaced, trashed)))
    }

    /// Leaves the document as it is.
    fn give_up(&self, staged: &Staged<'_>) -> Outcome {
        self.drop_temporary(staged);
        Outcome::Moved { found: self.digest_at(staged.job.at()), trashed: None }
    }

    fn keep(&self, staged: &Staged<'_>, found: Option<Digest>) -> Outcome {
        moved(found, self.throw_away(&staged.temporary, Some(&staged.job.replacement.path)))
    }

    /// The new bytes are the caller's; what cannot be removed is found by the next run.
    fn drop_temporary(&self, staged: &Staged<'_>) {
        let _ = self.vfs.remove(staged.temporary.at());
    }

    fn left(&self, staged: &Staged<'_>, since: Since) -> Left {
        let written = staged.stat;
        // A rename changes the ctime; anything else means that somebody was here already.
        let now = self
            .vfs
            .stat(staged.job.at())
            .ok()
            .filter(|now| (now.inode, now.size, now.mtime) == (written.inode, written.size, written.mtime));
        let is_settled = now.is_some_and(|stat| since.settles(&stat));
        Left { stat: now.unwrap_or(written), raw: staged.raw, is_settled }
    }
}

fn moved(found: Option<Digest>, trashed: Result<Trashed, TreeError>) -> Outcome {
    match trashed {
        Ok(trashed) => Outcome::Moved { found, trashed: Some(trashed) },
        Err(error) => Outcome::Failed(error),
    }
}
