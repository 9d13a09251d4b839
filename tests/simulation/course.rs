//! The course of a history: what happens in it, one thing after another, drawn from a seed.

use crate::dice::Dice;
use crate::people::{Column, Deed, Edit};
use crate::power::Failure;

/// How many things happen in one history at most.
const LONGEST: usize = 14;

/// So many steps of a run come into question for a crash or for what others do.
const MANY: usize = 60;

/// One thing that happens, in one of two working copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) copy: usize,
    pub(crate) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    People(Deed),
    Run(Run, Option<Trouble>),
    /// Somebody copies the database.
    BackUp,
    /// The copy takes the place of the database; in a new life, or as if nothing were.
    Regress(bool),
    /// Everything that is remembered beside the database is deleted.
    LoseCaches,
    /// The clock is set to another year.
    Clock(usize),
}

/// What this program is asked to do. Numbers choose among what there is then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    Sync,
    Assign(usize),
    Status(usize, usize),
    Move(usize, usize),
    Remove(usize),
    Decide(usize, bool),
}

/// What goes on while a run does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The power goes at a step; the seed draws what is lost.
    Crash(usize, Failure, u64),
    /// Something happens to a commit.
    Commit(usize, Failure),
    /// People do something before a step.
    People(usize, Deed),
    /// The other working copy syncs before a step.
    Sync(usize),
}

/// The course of the history with that seed.
pub(crate) fn course(seed: u64) -> Vec<Step> {
    let mut dice = Dice::of(seed);
    (0..4 + dice.roll(LONGEST - 3)).map(|_| step(&mut dice)).collect()
}

fn step(dice: &mut Dice) -> Step {
    let copy = usize::from(dice.roll(3) == 0);
    let what = match dice.roll(100) {
        0..45 => What::People(deed(dice)),
        45..80 => What::Run(Run::Sync, trouble(dice)),
        80..92 => What::Run(run(dice), trouble(dice)),
        92..94 => What::BackUp,
        94..96 => What::Regress(dice.roll(2) == 0),
        96..98 => What::LoseCaches,
        _ => What::Clock(dice.roll(3)),
    };
    Step { copy, what }
}

fn run(dice: &mut Dice) -> Run {
    let number = dice.roll(8);
    match dice.roll(6) {
        0 | 1 => Run::Assign(number),
        2 => Run::Status(number, dice.roll(3)),
        3 => Run::Move(number, dice.roll(6)),
        4 => Run::Remove(number),
        _ => Run::Decide(number, dice.roll(2) == 0),
    }
}

fn trouble(dice: &mut Dice) -> Option<Trouble> {
    let at = dice.roll(MANY);
    match dice.roll(10) {
        0 | 1 => {
            let failure = [Failure::Before, Failure::Inside, Failure::After][dice.roll(3)];
            Some(Trouble::Crash(at, failure, dice.roll(1 << 20) as u64))
        }
        2 => Some(Trouble::Commit(at % 3, [Failure::Unheard, Failure::Unsent, Failure::CutOff][dice.roll(3)])),
        3 | 4 => Some(Trouble::People(at, deed(dice))),
        5 => Some(Trouble::Sync(at)),
        _ => None,
    }
}

fn deed(dice: &mut Dice) -> Deed {
    let number = dice.roll(12);
    match dice.roll(24) {
        0..7 => Deed::Edit(number, edit(dice)),
        7..9 => Deed::Open(number),
        9..12 => Deed::Save(edit(dice)),
        12 => Deed::WriteBack,
        13..15 => Deed::Move(number, dice.roll(3)),
        15 => Deed::MoveSprint(number),
        16 => Deed::Delete(number),
        17 => Deed::DeleteConfig(number),
        18 => Deed::Create(number),
        19..22 => Deed::Write(number, column(dice)),
        22 => Deed::DeleteRow(number),
        _ => Deed::Undelete(number),
    }
}

fn edit(dice: &mut Dice) -> Edit {
    match dice.roll(7) {
        0 | 1 => Edit::Assign,
        2 => Edit::Priority(dice.roll(3)),
        3 => Edit::Add,
        4 | 5 => Edit::Replace,
        _ => Edit::Toggle,
    }
}

fn column(dice: &mut Dice) -> Column {
    match dice.roll(7) {
        0..3 => Column::Assignee,
        6 => Column::Model,
        3 => Column::Priority(dice.roll(3)),
        4 => Column::Code(dice.roll(4)),
        _ => Column::Sprint(dice.roll(3)),
    }
}
