//! The tasks that a SPRINT.md lists.

use std::collections::HashMap;

use super::positions::Positions;
use super::projection::{Sections, item_text};
use super::{Body, Document};
use crate::model::Code;

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

impl Document {
    /// The tasks that a SPRINT.md lists in its phases and lists of tasks, each once, in the order of the text.
    pub fn listed_tasks(&self) -> Vec<ListedTask> {
        let Body::Markdown { outline, .. } = &self.body else { return Vec::new() };
        let mut positions = Positions::new(self.text());
        let mut tasks: Vec<ListedTask> = Vec::new();
        let mut places: HashMap<Code, usize> = HashMap::new();
        let by_title = Sections::of(self.text(), outline);
        let mut sections: Vec<_> = SECTIONS.iter().filter_map(|names| by_title.find(names)).collect();
        sections.sort_by_key(|section| section.start);
        for &item in outline.items.iter().filter(|item| sections.iter().any(|section| section.contains(item))) {
            let Some((code, title)) = code_and_title(item_text(self.text(), item)) else { continue };
            if let Some(&place) = places.get(&code) {
                tasks[place].title = tasks[place].title.take().or(title);
                continue;
            }
            places.insert(code.clone(), tasks.len());
            let before = outline.headings.partition_point(|heading| heading.span.start < item);
            let heading = before.checked_sub(1).map(|at| self.text()[outline.headings[at].title.clone()].trim());
            let phase = heading.filter(|title| title.to_lowercase().starts_with("phase ")).map(str::to_owned);
            tasks.push(ListedTask { code, title, phase, line: positions.at(item).line });
        }
        tasks
    }
}

/// `**code**: title`, `` `code/` - title``, `[code](code/TASK.md)`, `code: title`.
fn code_and_title(said: &str) -> Option<(Code, Option<String>)> {
    let mark = ["**", "`", "["].into_iter().find(|mark| said.starts_with(mark));
    let (code, rest) = match mark {
        Some("[") => said[1..].split_once(']').map(|(code, rest)| (code, after_link(rest)))?,
        Some(mark) => said[mark.len()..].split_once(mark)?,
        None => said.split_once(": ")?,
    };
    let bare = code.trim_matches(['`', '*', ' ', ':']).trim_end_matches('/');
    let has_joint = bare.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_'));
    let code = Code::new(bare).ok().filter(|_| has_joint)?;
    let title = rest.trim_start_matches([':', '-', '–', '—', ' ', '*', '：']).trim();
    Some((code, (!title.is_empty()).then(|| title.to_owned())))
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
                    - [ ] `phase-2-api/` - Build on it\n- **Note**: no task\n\n## Tasks\n\n- `phase-1-core/`\n- [UI-03](UI-03/TASK.md)\n\n\
                    ## Notes\n- `not-a-task`\n";
        let tasks = parse(Role::Sprint, text).0.listed_tasks();
        let told: Vec<_> =
            tasks.iter().map(|t| (t.code.as_str(), t.title.as_deref(), t.phase.as_deref(), t.line)).collect();
        let expected = [
            ("phase-1-core", Some("Lay the ground"), Some("Phase 1: Core (Week 1)"), 6),
            ("phase-2-api", Some("Build on it"), Some("Phase 2"), 9),
            ("UI-03", None, None, 15),
        ];
        assert_eq!(told, expected);
    }
}
