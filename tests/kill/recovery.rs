//! What has to be true once a story was cut off and somebody syncs again.

use std::collections::BTreeMap;

use crate::outcome::{Outcome, assert_history, assert_keeps, documents};
use crate::project::Project;
use crate::stories::Story;

/// How a story may end.
pub(crate) struct Ends {
    name: &'static str,
    outcomes: Vec<Outcome>,
}

impl Ends {
    /// What becomes of `story` where nothing disturbs it, and, where it may be undone, where it was never begun.
    pub(crate) fn of(story: &Story) -> Self {
        let done = (story.start)();
        let command = (story.command)(&done);
        done.run(&command.iter().map(String::as_str).collect::<Vec<_>>());
        let undone = story.may_be_undone.then(story.start);
        let outcomes = [Some(done), undone].into_iter().flatten().map(|project| {
            synced(&project);
            Outcome::of(&project)
        });
        Self { name: story.name, outcomes: outcomes.collect() }
    }

    /// P1, P11, P12, P13: `project`, whose texts once were `before`, ends as if nothing had happened.
    pub(crate) fn assert_met(&self, project: &Project, before: &BTreeMap<String, Vec<u8>>, told: &str) {
        let told = format!("{}, {told}", self.name);
        assert_keeps(project, before, &told);
        synced(project);
        assert_keeps(project, before, &told);
        assert_history(project, &told);
        let found = Outcome::of(project);
        if !self.outcomes.contains(&found) {
            let expected = &self.outcomes[0];
            assert_eq!(found.files, expected.files, "P11, files: {told}");
            assert_eq!(found.rows, expected.rows, "P11, rows: {told}");
            assert_eq!(found.conflicts, expected.conflicts, "P11, conflicts: {told}");
            assert_eq!(found.events, expected.events, "P12, events: {told}");
        }
    }
}

/// Syncs twice; the second time has nothing left to do.
fn synced(project: &Project) {
    for _ in 0..2 {
        let output = project.run(&["sync"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!([Some(0), Some(3)].contains(&output.status.code()), "{said}");
    }
}

/// A project in which the story was cut off, and the texts of before.
pub(crate) fn cut_off(story: &Story, cut: impl FnOnce(&Project)) -> (Project, BTreeMap<String, Vec<u8>>) {
    let project = (story.start)();
    let before = documents(&project);
    cut(&project);
    (project, before)
}
