//! What a run did.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::plan::{FileDeed, Note, Plan, RowDeed, Step};
use crate::model::{ConflictId, EntityId};

/// What a run did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct SyncReport {
    /// Whether anything was carried out, or only planned.
    pub applied: bool,
    /// The steps, parents first.
    pub steps: Vec<Step>,
    /// What is worth knowing.
    pub notes: Vec<Note>,
    /// Counted.
    pub totals: Totals,
    /// The conflicts that this run recorded.
    #[schemars(with = "Vec<String>")]
    pub recorded: Vec<ConflictId>,
    /// Why a brake would refuse what is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<String>,
    /// How many conflicts wait for somebody now.
    pub open_conflicts: usize,
    /// Whether anything was stored or written.
    #[serde(skip)]
    #[schemars(skip)]
    pub wrote: bool,
}

/// A run in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Totals {
    /// Documents that were found in the tree.
    pub documents: usize,
    /// Rows made.
    pub created: usize,
    /// Rows that took over what their files say.
    pub pushed: usize,
    /// Files that took over what their rows say.
    pub pulled: usize,
    /// Entities of which both sides had changed.
    pub merged: usize,
    /// Rows deleted.
    pub deleted: usize,
    /// Rows that live again.
    pub restored: usize,
    /// Files moved to the trash.
    pub removed: usize,
    /// Files of which only the stamp was renewed.
    pub stamped: usize,
    /// Entities that wait for a decision.
    pub held: usize,
    /// Entities that somebody changed while this ran; the next run looks at them again.
    pub postponed: usize,
}

impl SyncReport {
    /// Tells what `plan` would do.
    pub fn planned(plan: Plan, documents: usize) -> Self {
        let totals = Totals { documents, ..Totals::of(&plan.steps) };
        Self { applied: false, steps: plan.steps, notes: plan.notes, totals, ..Self::default() }
    }

    /// This run after something that `notes` tell of.
    #[must_use]
    pub fn after(self, notes: Vec<Note>) -> Self {
        Self { notes: [notes, self.notes].concat(), ..self }
    }

    /// Without a word on those of `entities` that were held: what they waited for is over.
    #[must_use]
    pub(super) fn without_held(mut self, entities: &BTreeSet<EntityId>) -> Self {
        self.steps.retain(|step| !(step.held && entities.contains(&step.entity)));
        self
    }

    /// This run and then `next`, as one.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        let steps = [self.steps, next.steps].concat();
        let totals = Totals { documents: next.totals.documents, ..Totals::of(&steps) };
        let (notes, recorded) = ([self.notes, next.notes].concat(), [self.recorded, next.recorded].concat());
        Self { steps, totals, notes, recorded, wrote: self.wrote || next.wrote, ..next }
    }
}

impl Totals {
    /// Counts `steps`.
    pub fn of(steps: &[Step]) -> Self {
        let mut totals = Self::default();
        steps.iter().for_each(|step| totals.count(step));
        totals
    }

    fn count(&mut self, step: &Step) {
        let files = |deed| step.files.iter().filter(|file| file.deed == deed).count();
        let written = files(FileDeed::Write) + files(FileDeed::Create) + files(FileDeed::Move);
        self.stamped += files(FileDeed::Stamp);
        self.removed += files(FileDeed::Remove);
        self.held += usize::from(step.held);
        match step.row {
            RowDeed::Create => self.created += 1,
            RowDeed::Update if written > 0 && step.is_merge() => self.merged += 1,
            RowDeed::Update => self.pushed += 1,
            RowDeed::Delete => self.deleted += 1,
            RowDeed::Restore => self.restored += 1,
            RowDeed::Keep => self.pulled += usize::from(written > 0),
        }
    }
}
