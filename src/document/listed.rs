//! The tasks that a SPRINT.md lists.

use std::collections::HashMap;

use super::markdown::Outline;
use super::positions::Positions;
use super::projection::{Sections, item_text};
use super::values::{bare, is_placeholder};
use super::{Body, Document};
use crate::model::{Code, Field, Span};

/// A task that a SPRINT.md lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTask {
    /// Its code.
    pub code: Code,
    /// Its title, where one stands beside the code.
    pub title: Option<String>,
    /// The phase whose heading it stands under.
    pub phase: Option<String>,
    /// The line where it is listed first, from 1.
    pub line: usize,
}

/// Headings under which tasks are listed.
const SECTIONS: &[&[&str]] = &[
    &["phases & tasks", "phases and tasks", "phases", "phases/tasks", "phases / tasks"],
    &["tasks", "task list", "sprint tasks", "sprint backlog", "task breakdown"],
];

/// What tables call the column of codes, and the column of titles.
const CODE_COLUMNS: &[&str] = &["task id", "task code", "id", "code", "task"];
const TITLE_COLUMNS: &[&str] = &["title", "description", "name", "summary", "task"];

/// A code with a title, and where it stands.
type Entry = (usize, Code, Option<String>);

impl Document {
    /// The tasks that a SPRINT.md lists in its phases and lists of tasks, each once, in the order of the text.
    pub fn listed_tasks(&self) -> Vec<ListedTask> {
        let Body::Markdown { outline, .. } = &self.body else { return Vec::new() };
        let mut positions = Positions::new(self.text());
        let mut tasks: Vec<ListedTask> = Vec::new();
        let mut places: HashMap<Code, usize> = HashMap::new();
        for (at, code, title) in entries(self.text(), outline) {
            if let Some(&place) = places.get(&code) {
                tasks[place].title = tasks[place].title.take().or(title);
                continue;
            }
            places.insert(code.clone(), tasks.len());
            let before = outline.headings.partition_point(|heading| heading.span.start < at);
            let heading = before.checked_sub(1).map(|at| self.text()[outline.headings[at].title.clone()].trim());
            let phase = heading.filter(|title| title.to_lowercase().starts_with("phase ")).map(str::to_owned);
            tasks.push(ListedTask { code, title, phase, line: positions.at(at).line });
        }
        tasks.retain(|task| !task.title.as_deref().is_some_and(|title| is_placeholder(Field::Title, title)));
        tasks
    }
}

/// What the sections of tasks list as items or in tables.
fn entries(text: &str, outline: &Outline) -> Vec<Entry> {
    let by_title = Sections::of(text, outline);
    let sections: Vec<Span> = SECTIONS.iter().filter_map(|names| by_title.find(names)).collect();
    let is_here = |item: &usize| sections.iter().any(|section| section.contains(item));
    let items = outline.items.iter().copied().filter(is_here);
    let entry = |item| code_and_title(item_text(text, item)).map(|(code, title)| (item, code, title));
    let mut entries: Vec<Entry> = items.filter_map(entry).collect();
    entries.extend(sections.iter().flat_map(|section| rows(text, section.clone())));
    entries.sort_by_key(|(at, ..)| *at);
    entries
}

/// The codes and titles in the tables of a section whose head names a column of codes.
fn rows(text: &str, section: Span) -> Vec<Entry> {
    let mut columns = None;
    let mut rows = Vec::new();
    let mut at = section.start;
    for line in text[section].split_inclusive('\n') {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        match columns {
            _ if !line.trim_start().starts_with('|') => columns = None,
            None => {
                let column =
                    |names: &[&str]| cells.iter().position(|c| names.contains(&bare(c).to_lowercase().as_str()));
                columns =
                    Some(column(CODE_COLUMNS).map(|code| (code, column(TITLE_COLUMNS).filter(|&title| title != code))));
            }
            Some(Some((code, title))) => {
                let title = title.and_then(|title| cells.get(title)).filter(|title| !title.is_empty());
                let code = cells.get(code).and_then(|cell| code_of(cell));
                rows.extend(code.map(|code| (at, code, title.map(|title| (*title).to_owned()))));
            }
            Some(None) => {}
        }
        at += line.len();
    }
    rows
}

/// `**code**: title`, `` `code/` - title``, `[code](code/TASK.md)`, `code: title`.
fn code_and_title(said: &str) -> Option<(Code, Option<String>)> {
    let mark = ["**", "`", "["].into_iter().find(|mark| said.starts_with(mark));
    let (code, rest) = match mark {
        Some("[") => said[1..].split_once(']').map(|(code, rest)| (code, after_link(rest)))?,
        Some(mark) => said[mark.len()..].split_once(mark)?,
        None => said.find(": ").map(|colon| said.split_at(colon))?,
    };
    let title = rest.trim_start_matches([':', '-', '–', '—', ' ', '*', '：']).trim();
    let is_set_off =
        title.is_empty() || title.len() < rest.trim().len() || title.starts_with('(') || code.ends_with(':');
    let code = code_of(code).filter(|_| is_set_off)?;
    Some((code, (!title.is_empty()).then(|| title.to_owned())))
}

/// `said` as a code, if it has a digit or a joint: other words are no codes of tasks.
fn code_of(said: &str) -> Option<Code> {
    let bare = said.trim_matches(['`', '*', ' ', ':']).trim_end_matches('/');
    let has_joint = bare.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_'));
    Code::new(bare).ok().filter(|_| has_joint)
}

/// What follows the target of a link.
fn after_link(rest: &str) -> &str {
    rest.strip_prefix('(').and_then(|target| target.split_once(')')).map_or(rest, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::model::Role;

    #[test]
    fn tasks_are_listed_once_with_title_and_phase() {
        let text = "# Sprint: A\n\n## Phases & Tasks\n\n### Phase 1: Core (Week 1)\n- **phase-1-core**: Lay the ground\n\n### Phase 2\n\
                    - [ ] `phase-2-api/` - Build on it\n- **Note**: no task\n\n## Tasks\n\n- `phase-1-core/`\n- **task-id-1**: [Task title]\n- [UI-03](UI-03/TASK.md)\n\n\
                    ## Notes\n- `not-a-task`\n";
        let tasks = parse(Role::Sprint, text).0.listed_tasks();
        let told: Vec<_> =
            tasks.iter().map(|t| (t.code.as_str(), t.title.as_deref(), t.phase.as_deref(), t.line)).collect();
        let expected = [
            ("phase-1-core", Some("Lay the ground"), Some("Phase 1: Core (Week 1)"), 6),
            ("phase-2-api", Some("Build on it"), Some("Phase 2"), 9),
            ("UI-03", None, None, 16),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_table_lists_tasks_if_its_head_says_so() {
        let text = "# Sprint: A\n\n## Sprint Tasks\n\n| Task ID | Status | Description |\n|---|---|---|\n| **UI-00** | `todo` | Lay the ground |\n\
                    | [x] | | |\n\n| Risk | Impact |\n|---|---|\n| r-1 | high |\n\n## Tasks\n- `a_table` table\n";
        let tasks = parse(Role::Sprint, text).0.listed_tasks();
        let told: Vec<_> = tasks.iter().map(|t| (t.code.as_str(), t.title.as_deref(), t.line)).collect();
        assert_eq!(told, [("UI-00", Some("Lay the ground"), 7)]);
    }
}
