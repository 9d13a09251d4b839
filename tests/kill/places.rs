//! Dies before and after the deeds of each story, by name.

use std::collections::{BTreeMap, BTreeSet};

use crate::cores::in_parallel;
use crate::mortal::Death;
use crate::recovery::{Ends, cut_off};
use crate::share;
use crate::stories::{STORIES, Story};
use crate::victim::{deeds, kill, try_to_kill};

/// The first and the last deed of each name, or all of them.
fn deaths(story: &Story, share: usize) -> Vec<Death> {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for deed in deeds(&(story.start)(), story.name) {
        let (name, _) = deed.rsplit_once(' ').expect("a name and a number");
        by_name.entry(name.to_owned()).or_default().push(deed);
    }
    let chosen = |deeds: Vec<String>| match deeds.as_slice() {
        [first, .., last] if share < 100 => vec![first.clone(), last.clone()],
        _ => deeds,
    };
    let deeds = by_name.into_values().flat_map(chosen);
    deeds.flat_map(|deed| [true, false].map(|is_before| Death { is_before, deed: deed.clone() })).collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "volumes are worth knowing")]
fn cp01_cp02_cp03_cp05_cp06_cp07_cp08_cp09_cp10_a_process_killed_at_a_deed_leaves_what_the_next_sync_finishes() {
    let ends: Vec<Ends> = STORIES.iter().map(Ends::of).collect();
    let deaths: Vec<(&Story, &Ends, Death)> = STORIES
        .iter()
        .zip(&ends)
        .flat_map(|(story, ends)| deaths(story, share()).into_iter().map(move |death| (story, ends, death)))
        .collect();
    in_parallel(&deaths, |(story, ends, death)| {
        let (project, before) = cut_off(story, |project| kill(project, story.name, death));
        ends.assert_met(&project, &before, &death.told());
    });
    let names: BTreeSet<&str> =
        deaths.iter().filter_map(|(_, _, death)| death.deed.rsplit_once(' ')).map(|it| it.0).collect();
    println!(
        "{} processes killed at {} deeds: {}",
        deaths.len(),
        names.len(),
        names.into_iter().collect::<Vec<_>>().join(", ")
    );
}

#[test]
fn cp15_a_process_killed_twice_over_comes_to_the_same_end() {
    let story = STORIES.iter().find(|story| story.name == "sync").expect("a story");
    let ends = Ends::of(story);
    let deaths = deaths(story, share());
    let pairs: Vec<(&Death, &Death)> = deaths.iter().zip(deaths.iter().cycle().skip(7)).step_by(4).collect();
    in_parallel(&pairs, |(first, second)| {
        let (project, before) = cut_off(story, |project| {
            kill(project, story.name, first);
            // The second run need not come by the place where it shall die.
            try_to_kill(project, story.name, second);
        });
        ends.assert_met(&project, &before, &format!("{}, then {}", first.told(), second.told()));
    });
}
