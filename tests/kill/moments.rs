//! Dies at random moments: the real program, from outside.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::cores::in_parallel;
use crate::dice::Dice;
use crate::project::Project;
use crate::recovery::{Ends, cut_off};
use crate::share;
use crate::stories::{STORIES, Story};

/// How many moments are tried in every run.
const FEWEST: usize = 300;

/// Starts the command of `story` and kills it after a while.
fn kill_after(project: &Project, story: &Story, while_: Duration) {
    let command = (story.command)(project);
    let mut program = project.command(&command.iter().map(String::as_str).collect::<Vec<_>>());
    let mut child = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    std::thread::sleep(while_);
    child.kill().expect("it can be killed, or is dead already");
    child.wait().expect("it has ended");
}

/// How long the command of `story` takes where nothing disturbs it.
fn duration(story: &Story) -> Duration {
    let project = (story.start)();
    let command = (story.command)(&project);
    let began = Instant::now();
    project.run(&command.iter().map(String::as_str).collect::<Vec<_>>());
    began.elapsed()
}

#[test]
#[expect(clippy::print_stdout, reason = "volumes are worth knowing")]
fn cp18_a_program_killed_at_any_moment_leaves_what_the_next_sync_finishes() {
    let tried = STORIES.iter().map(|story| (story, Ends::of(story), duration(story)));
    let tried: Vec<(&Story, Ends, Duration)> = tried.collect();
    let moments: Vec<usize> = (0..FEWEST.max(share() * 30)).collect();
    in_parallel(&moments, |number| {
        let (story, ends, whole) = &tried[number % tried.len()];
        let mut dice = Dice::of(*number as u64 + 1);
        let moment = whole.mul_f64(dice.roll(1_200) as f64 / 1_000.0);
        let (project, before) = cut_off(story, |project| kill_after(project, story, moment));
        ends.assert_met(&project, &before, &format!("killed after {moment:?} of {whole:?}"));
    });
    println!("{} programs killed", moments.len());
}
