//! Measures two or more things in turns, so that a busy machine slows all of them alike.

use std::time::{Duration, Instant};

/// One thing to measure.
pub struct Runner<'a> {
    /// What it is called in the table.
    pub name: &'static str,
    /// One run; it returns the time that counts, which may leave out its preparation.
    pub run: Box<dyn FnMut() -> Duration + 'a>,
}

/// The times of one runner, sorted.
pub struct Times {
    /// What was measured.
    pub name: &'static str,
    /// Every run, shortest first.
    pub runs: Vec<Duration>,
}

impl<'a> Runner<'a> {
    /// Measures the whole of `run`.
    pub fn new(name: &'static str, mut run: impl FnMut() + 'a) -> Self {
        Self::timed(name, move || {
            let start = Instant::now();
            run();
            start.elapsed()
        })
    }

    /// Measures what `run` itself says.
    pub fn timed(name: &'static str, run: impl FnMut() -> Duration + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }
}

impl Times {
    /// The run in the middle.
    pub fn median(&self) -> Duration {
        self.runs[self.runs.len() / 2]
    }
}

/// Runs all runners `rounds` times in turns, after one round that warms up.
pub fn race(rounds: usize, runners: &mut [Runner<'_>]) -> Vec<Times> {
    let mut times: Vec<Times> = runners.iter().map(|r| Times { name: r.name, runs: Vec::new() }).collect();
    for round in 0..=rounds {
        for (runner, times) in runners.iter_mut().zip(&mut times) {
            let time = (runner.run)();
            if round > 0 {
                times.runs.push(time);
            }
        }
    }
    times.iter_mut().for_each(|t| t.runs.sort());
    times
}

/// Prints medians and their ratio to the first runner, which is the yardstick.
pub fn print(title: &str, times: &[Times]) {
    println!("{title}");
    let yardstick = times[0].median().as_secs_f64();
    for t in times {
        let (median, ratio) = (t.median().as_secs_f64(), t.median().as_secs_f64() / yardstick);
        let (min, max) = (t.runs[0].as_secs_f64(), t.runs[t.runs.len() - 1].as_secs_f64());
        println!(
            "  {:<44} {:>9.2} ms  {ratio:>6.2} x   ({:.2} … {:.2}, {} runs)",
            t.name,
            median * 1e3,
            min * 1e3,
            max * 1e3,
            t.runs.len()
        );
    }
}
