//! Clears up what earlier runs left: their temporary files, and what they displaced.

use std::collections::BTreeSet;

use super::files::stored_as;
use super::plan::{Note, NoteKind};
use super::{SyncError, Workspace};
use crate::model::{Digest, DocPath};
use crate::tree::{Fate, Leftover, Trashed, spread};

/// What earlier runs left, as it was read.
pub(super) struct Leftovers(Vec<(Leftover, Option<[Digest; 2]>)>);

impl Leftovers {
    /// Reads it.
    ///
    /// # Errors
    /// It cannot be listed.
    pub(super) fn read(ws: &Workspace) -> Result<Self, SyncError> {
        let leftovers = ws.tree.leftovers()?;
        let digests = spread(leftovers.iter().collect(), |_, leftover| {
            let read = ws.tree.read_leftover(leftover).ok()?;
            Some([Digest::of(&read.bytes), stored_as(&read.bytes)])
        });
        Ok(Self(leftovers.into_iter().zip(digests).collect()))
    }

    /// Under which digests the database would have it.
    pub(super) fn texts(&self) -> BTreeSet<Digest> {
        self.0.iter().filter_map(|(_, digests)| Some((*digests)?[1])).collect()
    }
}

/// Drops what was displaced and is among the `stored` texts. Where somebody wrote into a displaced file later, that is a
/// save like any other: the file takes its place again, and this run compares it. Anything else goes into the trash; of a
/// document whose bytes are neither the displaced ones nor stored, that is told.
///
/// # Errors
/// The tree could not be read or written.
pub(super) fn recover(
    ws: &Workspace,
    Leftovers(leftovers): Leftovers,
    stored: &BTreeSet<Digest>,
) -> Result<Vec<Note>, SyncError> {
    if leftovers.is_empty() {
        return Ok(Vec::new());
    }
    let found = leftovers.into_iter().map(|(leftover, digests)| Found {
        leftover,
        raw: digests.map(|[raw, _]| raw),
        is_stored: digests.is_some_and(|[_, stored_as]| stored.contains(&stored_as)),
    });
    let found: Vec<Found> = found.collect();
    let mut fates: Vec<(Leftover, Fate)> = Vec::with_capacity(found.len());
    let mut late = BTreeSet::new();
    for one in &found {
        let fate = match one.raw {
            Some(raw) if one.is_stored && !one.is_late(raw) => Fate::Stored(raw),
            Some(raw) if one.leftover.was == Some(raw) => Fate::Unknown,
            Some(_) if is_taken_back(ws, one, &found)? => continue,
            Some(raw) if one.is_stored => Fate::Stored(raw),
            _ => {
                late.extend(one.leftover.origin.as_ref());
                Fate::Unknown
            }
        };
        fates.push((one.leftover.clone(), fate));
    }
    let trashed = ws.tree.clear(&fates)?;
    Ok(trashed.into_iter().filter_map(|trashed| thrown_away(&trashed, &late)).collect())
}

/// A leftover that was read.
struct Found {
    leftover: Leftover,
    /// Its bytes; `None` where it could not be read.
    raw: Option<Digest>,
    /// Whether its text is stored.
    is_stored: bool,
}

impl Found {
    /// Whether it has neither the bytes that were displaced nor those that displaced them: somebody wrote into it
    /// later, be it what it once was.
    fn is_late(&self, raw: Digest) -> bool {
        let Leftover { text, was, .. } = &self.leftover;
        was.is_some() && ![text, was].contains(&&Some(raw))
    }
}

fn is_taken_back(ws: &Workspace, one: &Found, found: &[Found]) -> Result<bool, SyncError> {
    Ok(match in_place(one, found) {
        Some(now) => ws.tree.take_back(&one.leftover, now)?,
        None => false,
    })
}

/// What the document of `one` has to be for `one` to be a file that was displaced: the text that displaced it, or the
/// last of those that displaced each other after that.
fn in_place(one: &Found, found: &[Found]) -> Option<Digest> {
    let mut now = one.leftover.text?;
    let displaced =
        |now: Digest| move |other: &&Found| other.leftover.origin == one.leftover.origin && other.raw == Some(now);
    for _ in found {
        match found.iter().find(displaced(now)).and_then(|other| other.leftover.text) {
            Some(next) => now = next,
            None => break,
        }
    }
    Some(now)
}

/// Tells of bytes of a document that are in the trash now and came late.
fn thrown_away(trashed: &Trashed, late: &BTreeSet<&DocPath>) -> Option<Note> {
    let origin = trashed.origin.as_ref().filter(|origin| late.contains(origin))?;
    let message = format!("what an interrupted run or another program left of it lies in {} now", trashed.place);
    Some(Note { kind: NoteKind::Problem, path: origin.to_string(), message, count: 1 })
}
