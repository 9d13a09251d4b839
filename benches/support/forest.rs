//! Grows planning trees of any size: the same seed and size give the same bytes on every machine.
//!
//! A forest of N tasks has N/20 sprints; every TASK.md is 1–16 kB, every second task has an AGENT.yml. The documents
//! are what people and agents write: header fields, checkboxes, fences, tables, links, and some are not quite tidy.

use std::fs;
use std::io;
use std::path::Path;

/// How many tasks share a sprint.
const TASKS_PER_SPRINT: usize = 20;

/// A tree that is yet to be grown.
#[derive(Debug, Clone, Copy)]
pub struct Forest {
    /// How many tasks it has.
    pub tasks: usize,
    /// Which of all such trees it is.
    pub seed: u64,
}

/// What was grown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Grown {
    /// Folders, `delegation` and `sprints` among them.
    pub folders: usize,
    /// Documents.
    pub files: usize,
    /// Bytes in all documents.
    pub bytes: u64,
}

impl Forest {
    /// The forest of `tasks` tasks that all benches measure on.
    pub fn of(tasks: usize) -> Self {
        Self { tasks, seed: 0x0012_57e9 }
    }

    /// Every document, as path below the project's root and text, in the order of a walk.
    pub fn documents(self) -> impl Iterator<Item = (String, String)> {
        (0..self.tasks.div_ceil(TASKS_PER_SPRINT)).flat_map(move |number| self.sprint(number))
    }

    /// Writes every document below `root`.
    pub fn grow(self, root: &Path) -> io::Result<Grown> {
        let mut grown = Grown::default();
        let mut last = String::new();
        for folder in ["delegation", "delegation/sprints", "delegation/backlog", "delegation/agents"] {
            fs::create_dir_all(root.join(folder))?;
            grown.folders += 1;
        }
        for (path, text) in self.documents() {
            let (folder, _) = path.rsplit_once('/').expect("every document lies in a folder");
            if folder != last {
                fs::create_dir(root.join(folder))?;
                grown.folders += 1;
                last = folder.to_owned();
            }
            fs::write(root.join(&path), &text)?;
            grown.files += 1;
            grown.bytes += text.len() as u64;
        }
        Ok(grown)
    }

    /// The documents of one sprint.
    fn sprint(self, number: usize) -> Vec<(String, String)> {
        let mut dice = Dice::new(self.seed, number as u64);
        let code = format!("sprint-{:04}-{}", number + 1, dice.pick(THINGS));
        let first = number * TASKS_PER_SPRINT;
        let count = TASKS_PER_SPRINT.min(self.tasks - first);
        let tasks: Vec<Task> = (0..count).map(|place| Task::roll(&mut dice, &code, place)).collect();
        let folder = format!("delegation/sprints/{code}");
        let mut documents = vec![(format!("{folder}/SPRINT.md"), sprint_text(&mut dice, &code, &tasks))];
        for task in &tasks {
            let folder = format!("{folder}/{}", task.code);
            documents.push((format!("{folder}/TASK.md"), task_text(&mut dice, task)));
            if task.has_agent {
                documents.push((format!("{folder}/AGENT.yml"), agent_text(&mut dice, task)));
            }
        }
        documents
    }
}

/// What the documents of one task agree on.
struct Task {
    code: String,
    sprint: String,
    title: String,
    phase: u64,
    status: &'static str,
    priority: &'static str,
    owner: &'static str,
    has_agent: bool,
}

impl Task {
    fn roll(dice: &mut Dice, sprint: &str, place: usize) -> Self {
        let (verb, thing, part) = (dice.pick(VERBS), dice.pick(THINGS), dice.pick(PARTS));
        Self {
            code: format!("phase-{}-{thing}-{part}", place + 1),
            sprint: sprint.to_owned(),
            title: format!("{verb} the {thing} {part}"),
            phase: 1 + place as u64 / 5,
            status: dice.pick(STATUSES),
            priority: dice.pick(PRIORITIES),
            owner: dice.pick(OWNERS),
            has_agent: place.is_multiple_of(2),
        }
    }
}

fn sprint_text(dice: &mut Dice, code: &str, tasks: &[Task]) -> String {
    let status = dice.pick(&["Planning", "Active", "Completed"]);
    let mut text = format!(
        "# Sprint: {} {}\n\n**Sprint ID**: `{code}`  \n**Status**: {status}  \n**Priority**: {}  \n\
         **Owner**: {}  \n**Start Date**: 2026-{:02}-{:02}  \n**Estimated Duration**: {} weeks\n\n---\n\n## Goal\n\n{}\n\n",
        dice.pick(VERBS),
        dice.pick(THINGS),
        dice.pick(PRIORITIES),
        dice.pick(OWNERS),
        1 + dice.below(12),
        1 + dice.below(28),
        1 + dice.below(6),
        dice.prose(3),
    );
    text.push_str("## Tasks\n\n| # | Task | Priority | Estimate |\n|---|---|---|---|\n");
    for (n, task) in tasks.iter().enumerate() {
        text.push_str(&format!(
            "| {} | [{}]({}/TASK.md) | {} | {} h |\n",
            n + 1,
            task.title,
            task.code,
            task.priority,
            2 + dice.below(30)
        ));
    }
    text.push_str("\n## Success Metrics\n\n");
    (0..4).for_each(|_| text.push_str(&format!("- ✅ {}\n", dice.sentence())));
    text.push_str("\n## Risks\n\n");
    (0..5).for_each(|_| text.push_str(&format!("- **{}**: {}\n", dice.pick(THINGS), dice.prose(2))));
    text.push_str(&format!(
        "\n---\n\n**Sprint Status**: {status}  \n**Last Updated**: 2026-10-{:02}\n",
        1 + dice.below(28)
    ));
    text
}

fn task_text(dice: &mut Dice, task: &Task) -> String {
    let size = 1024 + dice.below(15 * 1024) as usize;
    let mut text = format!(
        "# Task: {}\n\n**Task ID**: `{}`  \n**Sprint**: `{}`  \n**Phase**: {}  \n**Status**: {}  \n**Priority**: {}  \n\
         **Assignee**: {}  \n**Estimated Duration**: {} days\n\n---\n\n## Objective\n\n{}\n\n## Tasks\n\n",
        task.title,
        task.code,
        task.sprint,
        task.phase,
        task.status,
        task.priority,
        task.owner,
        1 + dice.below(9),
        dice.prose(2),
    );
    for _ in 0..3 + dice.below(6) {
        let mark = if dice.below(3) == 0 { 'x' } else { ' ' };
        text.push_str(&format!("- [{mark}] {}\n", dice.sentence()));
    }
    while text.len() + 400 < size {
        section(dice, &mut text);
    }
    text.push_str("\n## Acceptance Criteria\n\n");
    (0..2).for_each(|_| text.push_str(&format!("- ✅ {}\n", dice.sentence())));
    text.push_str(&format!("\n## Dependencies\n\n- `phase-{}` must be completed first\n", 1 + dice.below(20)));
    text
}

/// One more section of a task; most are prose and lists, some hold code or a table.
fn section(dice: &mut Dice, text: &mut String) {
    text.push_str(&format!("\n## {} of the {}\n\n{}\n", dice.pick(HEADINGS), dice.pick(PARTS), dice.prose(3)));
    match dice.below(6) {
        0 => text.push_str(&format!(
            "\n```rust\n// {}\nfn {}_{}(input: &str) -> Result<(), Error> {{\n    todo(input) // - [ ] not a checkbox\n}}\n```\n",
            dice.sentence(),
            dice.pick(PARTS),
            dice.pick(THINGS),
        )),
        1 => {
            text.push_str("\n| Case | Expected |\n|---|---|\n");
            (0..4).for_each(|_| text.push_str(&format!("| {} {} | {} |\n", dice.pick(THINGS), dice.pick(PARTS), dice.sentence())));
        }
        2 => {
            text.push('\n');
            (0..5).for_each(|_| text.push_str(&format!("- [ ] {}\n", dice.sentence())));
        }
        _ => {
            text.push('\n');
            (0..4).for_each(|_| text.push_str(&format!("* {}\n  {}\n", dice.sentence(), dice.sentence())));
        }
    }
}

fn agent_text(dice: &mut Dice, task: &Task) -> String {
    let mut text = format!(
        "# Agent configuration\ntask:\n  id: {}\n  title: \"{}\"\n  status: {}   # as in TASK.md\n  priority: {}\n\
         parent:\n  sprint: {}\n  phase: {}\nengine: default\ncapabilities:\n",
        task.code,
        task.title,
        task.status.to_lowercase().replace(' ', "_"),
        task.priority,
        task.sprint,
        task.phase,
    );
    (0..4).for_each(|_| text.push_str(&format!("  - {}-{}\n", dice.pick(PARTS), dice.pick(THINGS))));
    text.push_str("agent_steps:\n");
    for step in 1..=3 + dice.below(6) {
        text.push_str(&format!(
            "  - step: {step}\n    name: {} {}\n    prompt: >-\n      {}\n",
            dice.pick(VERBS),
            dice.pick(THINGS),
            dice.prose(2)
        ));
    }
    text.push_str(
        "safety_rails:\n  fs_scope:\n    - src/**\n    - tests/**\n  max_minutes: 45\ntelemetry: {correlate: true}\n",
    );
    text
}

/// Deterministic chance (splitmix64); good enough for prose.
struct Dice(u64);

impl Dice {
    fn new(seed: u64, stream: u64) -> Self {
        Self(seed ^ stream.wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len() as u64) as usize]
    }

    fn sentence(&mut self) -> String {
        let (verb, thing, part) = (self.pick(VERBS), self.pick(THINGS), self.pick(PARTS));
        let (other, ending) = (self.pick(THINGS), self.pick(ENDINGS));
        match self.below(4) {
            0 => format!("{verb} `{thing}_{part}` {ending}"),
            1 => format!("{verb} the {thing} {part} and the *{other}* {ending}"),
            2 => format!("{verb} every {part} of the {thing}, see [{other}](../{other}/TASK.md), {ending}"),
            _ => format!("{verb} the {thing} {ending}"),
        }
    }

    fn prose(&mut self, sentences: usize) -> String {
        let sentences: Vec<String> = (0..sentences).map(|_| self.sentence()).collect();
        format!("{}.", sentences.join(". "))
    }
}

const STATUSES: &[&str] = &["Pending", "In Progress", "Completed", "Blocked", "Pending", "Pending"];
const PRIORITIES: &[&str] = &["P0", "P1", "P2", "P3", "High", "Medium"];
const OWNERS: &[&str] = &["ada", "bela", "chidi", "daria", "edo", "farah"];
const VERBS: &[&str] = &[
    "Build", "Move", "Describe", "Measure", "Check", "Split", "Rename", "Bound", "Log", "Cache", "Draw", "Retire",
    "Test", "Port", "Limit", "Order",
];
const THINGS: &[&str] = &[
    "gateway",
    "ledger",
    "queue",
    "importer",
    "planner",
    "search",
    "timeline",
    "mailer",
    "catalogue",
    "session",
    "router",
    "report",
    "journal",
    "widget",
    "archive",
    "billing",
];
const PARTS: &[&str] = &[
    "schema", "endpoint", "table", "cursor", "index", "lock", "form", "page", "header", "policy", "worker", "budget",
    "retry", "hook", "token", "snapshot",
];
const HEADINGS: &[&str] =
    &["Background", "Design", "Steps", "Open questions", "Tests", "Rollout", "Limits", "Notes", "Deliverables"];
const ENDINGS: &[&str] = &[
    "before the release",
    "without a second query",
    "so that nobody has to wait",
    "under the old name as well",
    "in one transaction",
    "with the figures of last week",
    "unless the flag is off",
    "for tenants with many rows",
    "and say so in the log",
    "on a cold start",
];
