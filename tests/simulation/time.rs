//! The time and the ids of a simulated machine, and how its futures are run.

use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use instep::model::{Clock, Ids};
use jiff::Timestamp;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

/// A clock that stands still.
#[derive(Debug)]
pub(crate) struct Noon(pub(crate) &'static str);

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        self.0.parse().expect("a moment")
    }
}

/// Ids that are the same in each history of the same course.
#[derive(Debug, Default)]
pub(crate) struct Counted(Mutex<u128>);

impl Counted {
    /// Ids that follow those of another machine.
    pub(crate) fn after(made: u128) -> Self {
        Self(Mutex::new(made))
    }

    /// How many were made.
    pub(crate) fn made(&self) -> u128 {
        *self.0.lock().expect("nobody panics here")
    }
}

impl Ids for Counted {
    fn fresh(&self) -> Uuid {
        let mut made = self.0.lock().expect("nobody panics here");
        *made += 1;
        // The form of a random id; later ones sort after earlier ones.
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + *made)
    }
}

/// Runs `work` to its end, also from within work that runs. Nothing in a simulated machine waits, except for time.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| {
        let _entered = runtime.enter();
        let mut work = std::pin::pin!(work);
        loop {
            if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return done;
            }
            // Whoever sleeps is woken by the runtime's clock, and whoever waits for another thread by that.
            runtime.block_on(tokio::time::sleep(Duration::from_millis(1)));
        }
    })
}
