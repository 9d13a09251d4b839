//! The one transaction of a sync: the row, what collided, what is displaced, and what the clone remembers.
//!
//! The laws that hold at this very moment are asked here.

use instep::model::ConflictKind;
use instep::reconcile::{
    Ancestry, Collision, FileAction, FileState, Part, PlaceAction, Report, RowAction, RowState, Verdict,
};

use super::facts::{Sight, TinyCase};
use super::git::MAIN;
use super::mutants::Mutant;
use super::value::{Author, Facet, Field, Page};
use super::world::{Broken, File, Memory, Parts, World};

/// A verdict that is to be stored, and what it rests on.
pub(crate) struct Decision<'a> {
    pub(crate) clone: usize,
    pub(crate) entity: usize,
    /// The files that were judged.
    pub(crate) files: &'a Parts<File>,
    /// What was scanned.
    pub(crate) sight: &'a Sight,
    pub(crate) case: &'a TinyCase,
    pub(crate) verdict: &'a Verdict<usize, Page>,
}

impl Decision<'_> {
    /// Stores everything.
    pub(crate) fn commit(&self, world: &mut World) -> Result<(), Broken> {
        self.keeps_to_its_branch(world)?;
        self.is_no_zombie()?;
        if self.case.circumstances.designated {
            world.show(self.files.iter().flatten().map(|file| &file.page));
        }
        if !world.is(Mutant::NothingKept) {
            self.record(world)?;
            self.keep_what_is_displaced(world);
        }
        self.write_row(world);
        self.remember_what_is_there(world);
        agrees_with_itself(world, self.clone, self.entity)
    }

    /// Where edits do not count, no row changes.
    fn keeps_to_its_branch(&self, world: &World) -> Result<(), Broken> {
        let counts = !world.scope.is_shared || self.sight.branch == MAIN;
        let keeps = counts || self.verdict.row == RowAction::Keep;
        if keeps { Ok(()) } else { Err("a sync changed a row on a branch where edits do not count") }
    }

    /// P3: known bytes bring nothing back, unless git did.
    fn is_no_zombie(&self) -> Result<(), Broken> {
        let is_news = |file: &FileState<Page>| matches!(file, FileState::Present(text) if !text.is_known);
        let comes_back = self.case.row == RowState::Tombstone && matches!(self.verdict.row, RowAction::Write { .. });
        let is_excused = |part: &Part<Page>| is_news(&part.file) || is_gits_word(part);
        if comes_back && !self.case.parts.values().any(is_excused) {
            return Err("P3: known bytes brought a deleted entity back");
        }
        Ok(())
    }

    /// Puts on record what gave way.
    fn record(&self, world: &mut World) -> Result<(), Broken> {
        let after = self.parts_after();
        for collision in &self.verdict.collisions {
            self.record_one(world, collision, &after)?;
        }
        let is_told = self.verdict.reports.iter().any(|report| matches!(report, Report::PlacesDiffer(_)));
        if is_told {
            world.row_mut(self.clone, self.entity).is_told_apart = true;
        }
        Ok(())
    }

    fn record_one(
        &self,
        world: &mut World,
        collision: &Collision<usize, Page>,
        after: &Parts<Page>,
    ) -> Result<(), Broken> {
        if world.scope.clones == 1 && !collision.kind.is_closed_at_birth() {
            return Err("somebody who is alone collides with himself");
        }
        let Some(part) = collision.part else { return Ok(()) };
        let facet = collision.key.map_or(Facet::Text, Facet::Value);
        let said = |page: Option<&Page>| page.and_then(|page| page.said(facet));
        let file = self.files[part].as_ref().map(|file| &file.page);
        let row = self.case.parts[&part].row.as_ref();
        let stands = said(after[part].as_ref());
        if collision.kind.is_hold() {
            // What is held is listed as a whole.
            let listed = file.into_iter().flat_map(Page::tokens);
            world.row_mut(self.clone, self.entity).recorded.extend(listed);
        }
        for loser in [said(file), said(row)].into_iter().flatten().filter(|said| Some(*said) != stands) {
            let is_past = [stands, said(row)]
                .into_iter()
                .flatten()
                .any(|newer| newer != loser && world.lineage.knows(newer, loser));
            let is_own = world.lineage.author(loser) == Author::Clone(self.clone);
            let may_go = is_past || is_own || world.ledger.given_up.contains(&loser);
            if collision.kind == ConflictKind::Superseded && !may_go && !self.may_supersede_others(part) {
                return Err("P2: a foreign value was superseded as if it were one's own");
            }
            world.row_mut(self.clone, self.entity).recorded.insert(loser);
        }
        Ok(())
    }

    /// Whether a foreign value may give way as well: to a text without a stamp, which takes back what it did not see,
    /// to git's word, and to an edit of what git had shown.
    fn may_supersede_others(&self, part: usize) -> bool {
        let part = &self.case.parts[&part];
        let is_unstamped = matches!(&part.file, FileState::Present(text) if text.ancestry == Ancestry::Unstamped);
        is_unstamped || is_gits_word(part) || part.git.bears_heads_stamp
    }

    fn parts_after(&self) -> Parts<Page> {
        std::array::from_fn(|part| match &self.verdict.row {
            RowAction::Write { parts, .. } => parts.get(&part).cloned(),
            RowAction::Keep | RowAction::Delete { .. } => self.case.parts.get(&part)?.row.clone(),
        })
    }

    /// P1: what a file is about to lose is stored in the same transaction.
    fn keep_what_is_displaced(&self, world: &mut World) {
        for (part, verdict) in &self.verdict.files {
            let displaces = !matches!(verdict.action, FileAction::Pass | FileAction::Keep);
            if let (true, Some(file)) = (displaces, &self.files[*part]) {
                world.row_mut(self.clone, self.entity).kept.insert(file.page.clone());
            }
        }
    }

    fn write_row(&self, world: &mut World) {
        let author = |by_git| if by_git { Author::Git(self.clone) } else { Author::Clone(self.clone) };
        let row = world.row_mut(self.clone, self.entity);
        match self.verdict.row {
            RowAction::Keep => return,
            RowAction::Write { by_git, .. } => row.write(RowState::Live, self.parts_after(), author(by_git)),
            RowAction::Delete { by_git } => row.write(RowState::Tombstone, self.parts_after(), author(by_git)),
        }
        if let (PlaceAction::RowFollowsFiles, Some(place)) = (self.verdict.place, self.case.place.file) {
            row.place = place;
        }
    }

    /// Until the files are written, what was scanned is what is left there; what is only passed by is not remembered.
    fn remember_what_is_there(&self, world: &mut World) {
        let moves_on = world.is(Mutant::R1);
        let desk = world.desk_mut(self.clone, self.entity);
        for (part, verdict) in &self.verdict.files {
            let left = self.files[*part].clone();
            let is_settled = match verdict.action {
                FileAction::Pass | FileAction::Remove => false,
                FileAction::Keep => true,
                FileAction::Restamp | FileAction::Write(_) => left.is_some(),
            };
            if is_settled {
                desk.memory[*part] = Some(Memory { left, seen: self.sight.head });
                desk.left_at = self.case.place.file.or(desk.left_at);
            } else if moves_on {
                desk.memory[*part].iter_mut().for_each(|memory| memory.seen = self.sight.head);
            }
        }
    }
}

/// Whether git can have put the file there.
fn is_gits_word(part: &Part<Page>) -> bool {
    part.git.is_heads_text && matches!(&part.file, FileState::Present(text) if !text.is_as_left)
}

/// P10: both parts are one version of the row, so they never say two things of one field that nobody was told of.
pub(crate) fn agrees_with_itself(world: &World, clone: usize, entity: usize) -> Result<(), Broken> {
    let row = world.row(clone, entity);
    let status = |part: usize| row.parts[part].as_ref()?.said(Facet::Value(Field::Status));
    let differs = matches!((status(0), status(1)), (Some(first), Some(second)) if first != second);
    if row.state == RowState::Live && differs && !row.is_told_apart {
        return Err("P10: two parts of one row say different things");
    }
    Ok(())
}
