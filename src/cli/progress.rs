//! How far long work is: on a terminal only, and only when it takes long enough to be worth a look.

use std::io::{self, IsTerminal as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::model::{Progress, Silent};

/// Work that is over sooner shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often a bar moves by itself.
const TICK: Duration = Duration::from_millis(100);

/// Bars on stderr where a person looks at it, silence elsewhere.
pub(super) fn bars(is_wanted: bool) -> Arc<dyn Progress> {
    let is_dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    if is_wanted && io::stderr().is_terminal() && !is_dumb { Arc::new(Bars::default()) } else { Arc::new(Silent) }
}

/// One bar for each step, one after the other.
#[derive(Default)]
struct Bars {
    current: Arc<Mutex<Current>>,
}

#[derive(Default)]
struct Current {
    bar: Option<ProgressBar>,
    /// Somebody counts the time until the bar is shown.
    is_timed: bool,
    is_shown: bool,
}

impl Bars {
    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Bars {
    fn started(&self, total: usize, what: &'static str) {
        let bar = ProgressBar::with_draw_target((total > 0).then_some(total as u64), ProgressDrawTarget::hidden());
        bar.set_style(style(total > 0));
        bar.set_message(what);
        let mut current = self.current();
        if current.is_shown {
            show(&bar);
        }
        current.bar = Some(bar);
        if !std::mem::replace(&mut current.is_timed, true) {
            let current = Arc::clone(&self.current);
            thread::spawn(move || show_after(PATIENCE, &current));
        }
    }

    fn advanced(&self, n: usize) {
        if let Some(bar) = &self.current().bar {
            bar.inc(n as u64);
        }
    }

    fn finished(&self) {
        if let Some(bar) = self.current().bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn show_after(patience: Duration, current: &Mutex<Current>) {
    thread::sleep(patience);
    let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
    current.is_shown = true;
    if let Some(bar) = &current.bar {
        show(bar);
    }
}

fn show(bar: &ProgressBar) {
    bar.set_draw_target(ProgressDrawTarget::stderr());
    bar.enable_steady_tick(TICK);
}

fn style(has_total: bool) -> ProgressStyle {
    let template = if has_total { "{msg} {bar:30} {pos}/{len} {eta}" } else { "{spinner} {msg} {pos}" };
    ProgressStyle::with_template(template).expect("the template is a good one").progress_chars("━╸ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_counts_what_was_done_and_ends_clean() {
        let bars = Bars::default();
        bars.started(10, "reading files");
        bars.advanced(3);
        bars.advanced(4);
        let bar = bars.current().bar.clone().expect("a step is under way");
        assert_eq!((bar.position(), bar.length(), bar.is_hidden()), (7, Some(10), true));
        bars.finished();
        assert!(bar.is_finished());
        assert!(bars.current().bar.is_none());
    }

    #[test]
    fn after_half_a_second_the_bar_comes_out() {
        let bars = Bars::default();
        bars.started(0, "committing");
        show_after(Duration::ZERO, &bars.current);
        assert!(bars.current().is_shown);
    }

    #[test]
    fn reports_without_a_step_do_no_harm() {
        let bars = Bars::default();
        bars.advanced(1);
        bars.finished();
        assert!(bars.current().bar.is_none());
    }
}
