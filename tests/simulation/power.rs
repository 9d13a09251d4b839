//! What keeps disk and database running, and can fail at any step of either.

use std::io;
use std::sync::{Mutex, MutexGuard};

use rustix::io::Errno;

/// What keeps disk and database running; steps are counted over both.
#[derive(Default)]
pub(crate) struct Power(Mutex<Supply>);

#[derive(Default)]
struct Supply {
    fails_at: Option<(usize, Failure)>,
    is_gone: bool,
    /// The database does not answer any more.
    is_cut_off: bool,
    log: Vec<&'static str>,
    meanwhile: Option<(usize, Deed)>,
}

/// What somebody else does while a run goes on.
pub(crate) type Deed = Box<dyn FnOnce() + Send>;

/// Where in a step the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Before,
    /// A file has only half of its bytes.
    Inside,
    After,
    /// The power stays; but whoever asked for the commit of that number never hears that it was done.
    Unheard,
    /// The power stays, and nobody hears that the commit of that number was not done.
    Unsent,
    /// The commit of that number is done, and the database cannot be reached any more.
    CutOff,
}

/// What a step is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Whole,
    Half,
    /// All of it; but nobody hears of it any more.
    Last,
}

impl Power {
    /// Counts one step of a kind.
    ///
    /// # Errors
    /// The power is gone.
    pub(crate) fn step(&self, kind: &'static str) -> io::Result<Turn> {
        self.meanwhile();
        let mut supply = self.supply();
        if supply.is_gone || supply.is_cut_off && kind == "acknowledge" {
            return Err(Errno::IO.into());
        }
        let (at, commits) = (supply.log.len(), supply.log.iter().filter(|kind| **kind == "commit").count());
        supply.log.push(kind);
        let is_now = |(step, failure): &(usize, Failure)| match failure {
            Failure::Before | Failure::Inside | Failure::After => *step == at,
            Failure::Unheard | Failure::Unsent | Failure::CutOff => kind == "commit" && *step == commits,
        };
        let Some((_, failure)) = supply.fails_at.filter(is_now) else { return Ok(Turn::Whole) };
        supply.is_gone = matches!(failure, Failure::Before | Failure::Inside | Failure::After);
        supply.is_cut_off = failure == Failure::CutOff;
        match failure {
            Failure::Before => Err(Errno::IO.into()),
            Failure::Inside | Failure::Unsent => Ok(Turn::Half),
            Failure::After | Failure::Unheard | Failure::CutOff => Ok(Turn::Last),
        }
    }

    /// Lets somebody else do what is due before the next step.
    fn meanwhile(&self) {
        let mut supply = self.supply();
        let is_due = supply.meanwhile.as_ref().is_some_and(|(at, _)| *at <= supply.log.len());
        let deed = supply.meanwhile.take_if(|_| is_due);
        drop(supply);
        if let Some((_, deed)) = deed {
            deed();
        }
    }

    /// Whether anything can still be looked at.
    ///
    /// # Errors
    /// The power is gone.
    pub(crate) fn look(&self) -> io::Result<()> {
        if self.supply().is_gone { Err(Errno::IO.into()) } else { Ok(()) }
    }

    /// Whether the database can be reached.
    ///
    /// # Errors
    /// The power is gone, or the connection.
    pub(crate) fn reach(&self) -> io::Result<()> {
        let supply = self.supply();
        if supply.is_gone || supply.is_cut_off { Err(Errno::IO.into()) } else { Ok(()) }
    }

    /// Begins to count anew; the power goes at the step of that number.
    pub(crate) fn arm(&self, fails_at: Option<(usize, Failure)>) {
        *self.supply() = Supply { fails_at, ..Supply::default() };
    }

    /// Begins to count anew; before the step of that number, somebody else does something.
    pub(crate) fn disturb(&self, at: usize, deed: Deed) {
        *self.supply() = Supply { meanwhile: Some((at, deed)), ..Supply::default() };
    }

    /// The kinds of the steps since then.
    pub(crate) fn log(&self) -> Vec<&'static str> {
        self.supply().log.clone()
    }

    fn supply(&self) -> MutexGuard<'_, Supply> {
        self.0.lock().expect("nobody panics here")
    }
}
