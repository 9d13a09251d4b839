//! Puts the courses of all parts together: one row, one verdict.

use std::collections::BTreeMap;

use super::choice::Choices;
use super::course::{self, Course};
use super::facet::Ground;
use super::merge::{self, Merged};
use super::opinions::{self, Seat};
use super::{
    Case, Collision, Content, FileAction, FileVerdict, How, Movement, Part, PlaceAction, Report, RowAction, Rule,
    Verdict,
};
use crate::model::ConflictKind;

/// The courses of all parts of a case.
pub(super) type Courses<'a, P, C> = BTreeMap<&'a P, Course<'a, C>>;

/// Carries the courses out on paper. The row is written if it changes, or in any case where `how` is given.
pub(super) fn carry<P: Ord + Clone, C: Content, L>(
    case: &Case<P, C, L>,
    courses: &Courses<'_, P, C>,
    how: Option<How>,
    choices: Choices<'_, P, C>,
) -> Verdict<P, C> {
    let mut collisions: Vec<_> = courses.iter().flat_map(|(name, course)| collisions(*name, course)).collect();
    let mut merged = merge::merge(&seats(case, courses), choices, &mut collisions);
    for (name, course) in courses {
        collisions.extend(merged.get(*name).into_iter().flat_map(|merged| undone(*name, course, merged)));
    }
    let (parts, files, reports) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let mut sheet = Sheet { case, parts, files, collisions, reports, by_git: false };
    for (name, course) in courses {
        sheet.enter(name, course, merged.remove(*name));
    }
    let mut differing = opinions::differing(&sheet.parts);
    if !differing.is_empty() && !courses.values().any(has_no_base) {
        // What the row has already was told when it came about.
        let known = opinions::differing(&rows(case));
        differing.retain(|name| !known.contains(name));
    }
    sheet.reports.extend(differing.into_iter().map(Report::PlacesDiffer));
    sheet.close(how)
}

/// What collides by the course alone.
fn collisions<P: Clone, C: Content>(name: &P, course: &Course<'_, C>) -> Vec<Collision<P, C>> {
    match course {
        Course::Join(_, Rule::EditDelete) => vec![Collision::of_part(ConflictKind::EditDelete, name)],
        Course::Follow(Rule::DeleteEdit) => vec![Collision::of_part(ConflictKind::DeleteEdit, name)],
        Course::Leave(Rule::CreateCreate) => vec![Collision::of_part(ConflictKind::CreateCreate, name)],
        _ => Vec::new(),
    }
}

/// What an older text takes back, for the log: by an undo, or without a stamp that says whether it was seen.
fn undone<P: Clone, C: Content>(name: &P, course: &Course<'_, C>, merged: &Merged<C>) -> Vec<Collision<P, C>> {
    let ground = match course {
        Course::Undo(ground) => ground,
        Course::Merge(ground) if ground.file.is_known && !ground.file.ancestry.is_stamp() => ground,
        _ => return Vec::new(),
    };
    let superseded = || Collision::of_part(ConflictKind::Superseded, name);
    let values = ground.row.values().iter().filter(|(key, said)| merged.row.values().get(key) != Some(said));
    let of_value = |(key, said): (&C::Key, &C::Value)| Collision {
        key: Some(key.clone()),
        file: ground.file.content.values().get(key).cloned(),
        row: Some(said.clone()),
        ..superseded()
    };
    let text = (merged.row.text() != ground.row.text()).then(superseded);
    values.map(of_value).chain(text).collect()
}

/// Whether nothing tells what the places of a file said before.
fn has_no_base<C>(course: &Course<'_, C>) -> bool {
    match course {
        Course::Join(..) => true,
        Course::Merge(ground) => ground.base.is_none(),
        _ => false,
    }
}

/// What the row has.
fn rows<P: Ord + Clone, C: Content, L>(case: &Case<P, C, L>) -> BTreeMap<P, C> {
    case.parts.iter().filter_map(|(name, part)| Some((name.clone(), part.row.clone()?))).collect()
}

/// The parts that the row has and keeps.
fn seats<'a, P: Ord, C: Content, L>(case: &'a Case<P, C, L>, courses: &Courses<'a, P, C>) -> Vec<Seat<'a, P, C>> {
    let seat = |(name, part): (&'a P, &'a Part<C>)| {
        let ground = match courses.get(name)? {
            Course::Merge(ground) | Course::Undo(ground) => Some(*ground),
            Course::Follow(_) | Course::Leave(_) => None,
            Course::Join(..) | Course::Drop | Course::Remove | Course::Nothing => return None,
        };
        Some(Seat { name, row: part.row.as_ref()?, ground })
    };
    case.parts.iter().filter_map(seat).collect()
}

/// A verdict in the making.
struct Sheet<'a, P, C: Content, L> {
    case: &'a Case<P, C, L>,
    parts: BTreeMap<P, C>,
    files: BTreeMap<P, FileVerdict<C>>,
    collisions: Vec<Collision<P, C>>,
    reports: Vec<Report<P>>,
    by_git: bool,
}

impl<'a, P: Ord + Clone, C: Content, L> Sheet<'a, P, C, L> {
    /// Enters what becomes of one part on both sides.
    fn enter(&mut self, name: &P, course: &Course<'_, C>, merged: Option<Merged<C>>) {
        let part = &self.case.parts[name];
        let (rule, action) = match (course, &merged) {
            (Course::Merge(ground) | Course::Undo(ground), Some(merged)) => {
                self.by_git |= ground.is_by_git() && merged.row != *ground.row;
                (self.rule(name, ground, merged), self.merged(ground, merged))
            }
            (Course::Join(text, rule), _) => {
                self.by_git |= part.is_by_git(text);
                self.parts.insert(name.clone(), text.content.clone());
                (*rule, part.stamp_action(text))
            }
            (Course::Follow(rule), Some(merged)) => (*rule, FileAction::Write(merged.row.clone())),
            (Course::Drop, _) => (Rule::PartDeleted, FileAction::Keep),
            (Course::Remove, _) => (Rule::DeleteWins, FileAction::Remove),
            (Course::Leave(rule), _) => (*rule, FileAction::Pass),
            (Course::Nothing | Course::Merge(_) | Course::Undo(_) | Course::Follow(_), _) => {
                (Rule::Nothing, FileAction::Keep)
            }
        };
        self.parts.extend(merged.map(|merged| (name.clone(), merged.row)));
        self.file(name, rule, action);
    }

    /// What becomes of a file that was merged. What git put there on another branch gets no other content unasked.
    fn merged(&self, ground: &Ground<'_, C>, merged: &Merged<C>) -> FileAction<C> {
        let went_elsewhere = ground.is_by_git() && ground.part.movement() == Some(Movement::Sideways);
        let circumstances = self.case.circumstances;
        if merged.is_held {
            FileAction::Pass
        } else if merged.row == ground.file.content {
            ground.part.stamp_action(ground.file)
        } else if went_elsewhere && !circumstances.pull && !circumstances.quiet {
            FileAction::Pass
        } else {
            FileAction::Write(merged.row.clone())
        }
    }

    fn file(&mut self, name: &P, rule: Rule, action: FileAction<C>) {
        if action == FileAction::Pass {
            let waits = matches!(rule, Rule::Merge | Rule::Pull | Rule::FieldCollision);
            let behind = waits.then(|| Report::Behind(name.clone()));
            self.reports.extend(course::report(name, &self.case.parts[name], rule).or(behind));
        }
        self.files.insert(name.clone(), FileVerdict { rule, action });
    }

    fn close(self, how: Option<How>) -> Verdict<P, C> {
        let is_changed = self.case.parts.keys().any(|name| self.is_changed(name));
        let how = how.or_else(|| is_changed.then(|| self.how()));
        Verdict {
            rule: Rule::strongest(self.files.values().map(|file| file.rule)),
            row: match how {
                Some(how) if !self.parts.is_empty() => RowAction::Write { parts: self.parts, how, by_git: self.by_git },
                _ => RowAction::Keep,
            },
            files: self.files,
            place: PlaceAction::Keep,
            collisions: self.collisions,
            reports: self.reports,
        }
    }

    fn is_changed(&self, name: &P) -> bool {
        self.case.parts[name].row.as_ref() != self.parts.get(name)
    }

    /// In what way the row changes; a part that only follows another has no say.
    fn how(&self) -> How {
        let leads = |name: &&P| self.is_changed(name) && !self.case.parts[*name].is_in_step();
        let rules: Vec<Rule> = self.files.keys().filter(leads).map(|name| self.files[name].rule).collect();
        let of_both = [Rule::Merge, Rule::FieldCollision, Rule::TextCollision, Rule::NoBase];
        if rules.iter().any(|rule| of_both.contains(rule)) {
            How::Merged
        } else if !rules.is_empty() && rules.iter().all(|rule| *rule == Rule::Revert) {
            How::Reverted
        } else {
            How::Updated
        }
    }

    /// Which row of the table a merge was.
    fn rule(&self, name: &P, ground: &Ground<'_, C>, merged: &Merged<C>) -> Rule {
        let (file, row) = (&ground.file.content, ground.row);
        let is_open = |c: &Collision<P, C>| c.part.as_ref() == Some(name) && !c.kind.is_closed_at_birth();
        let is_open = self.collisions.iter().any(is_open);
        let is_copy = ground.base == Some(file) && !ground.file.is_as_left;
        let is_files_alone = ground.base == Some(row) || file == row;
        match (merged.row != *row, merged.row != *file) {
            _ if is_open && ground.base.is_none() => Rule::NoBase,
            _ if merged.is_held => Rule::TextCollision,
            _ if is_open => Rule::FieldCollision,
            (false, false) if ground.part.stamp_action(ground.file) == FileAction::Keep => Rule::InStep,
            (false, false) => Rule::Agree,
            (false, true) if is_copy => Rule::Stale,
            (false, true) => Rule::Pull,
            (true, false) if ground.file.is_known => Rule::Revert,
            (true, true) if !is_files_alone => Rule::Merge,
            (true, _) => Rule::Push,
        }
    }
}
