//! The tasks that a SPRINT.md lists.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::checkbox::mark_of;
use super::markdown::{Outline, labelled, listing};
use super::positions::Positions;
use super::projection::{Sections, item_text};
use super::values::{self, bare, is_none, is_placeholder};
use super::{Body, Document};
use crate::model::{Code, Field, Home, Priority, Reference, Role, Span, Typed};

/// A task that a SPRINT.md lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedTask {
    /// Its code.
    pub code: Code,
    /// Where it lives, if the list says so.
    pub home: Option<Home>,
    /// Its title, where one stands beside the code.
    pub title: Option<String>,
    /// Its priority, where the table has a column for it or it stands in parentheses.
    pub priority: Option<Priority>,
    /// The phase whose heading it stands under.
    pub phase: Option<String>,
    /// The line where it is listed first, from 1.
    pub line: usize,
}

/// What a SPRINT.md lists as its tasks, and what stands among them and names none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskList {
    /// The tasks, each once, in the order of the text.
    pub tasks: Vec<ListedTask>,
    /// The other lines.
    pub passed_by: Vec<PassedBy>,
}

/// A line of a list of tasks in which no task is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PassedBy {
    /// The line, from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
}

/// Headings under which tasks are listed; what stands in parentheses behind them counts for nothing.
const SECTIONS: &[&str] = &[
    "phases & tasks",
    "phases and tasks",
    "phases",
    "phases/tasks",
    "phases / tasks",
    "tasks",
    "task list",
    "sprint tasks",
    "sprint backlog",
    "task breakdown",
    "additional tasks",
    "further tasks",
    "more tasks",
    "other tasks",
];

/// What tables call the column of codes, of titles and of priorities, the best name first.
const CODE_COLUMNS: &[&str] = &["task id", "task code", "code", "id", "task"];
const TITLE_COLUMNS: &[&str] = &["title", "name", "task", "summary", "description"];
const PRIORITY_COLUMNS: &[&str] = &["priority", "prio"];

/// Words that stand before a remark and name no task.
const REMARKS: &[&str] = &["note", "hint", "tip", "warning", "important", "todo", "example", "optional", "why", "how"];

/// What names one task, and where it stands.
struct Entry {
    at: usize,
    name: Named,
    title: Option<String>,
    priority: Option<Priority>,
}

/// The name of a task in a list.
struct Named {
    home: Option<Home>,
    code: Code,
}

/// What sections of tasks say.
#[derive(Default)]
struct Lists {
    entries: Vec<Entry>,
    /// Where lines begin that name no task, and what they say.
    others: Vec<(usize, String)>,
}

impl Document {
    /// The tasks that a SPRINT.md lists in its phases and lists of tasks.
    pub fn listed_tasks(&self) -> TaskList {
        let Body::Markdown { outline, .. } = &self.body else { return TaskList::default() };
        let mut positions = Positions::new(self.text());
        let mut tasks: Vec<ListedTask> = Vec::new();
        let mut places: HashMap<Code, usize> = HashMap::new();
        let Lists { entries, others } = Lists::of(self.text(), outline);
        for Entry { at, name: Named { home, code }, title, priority } in entries {
            if let Some(&place) = places.get(&code) {
                tasks[place].title = tasks[place].title.take().or(title);
                tasks[place].priority = tasks[place].priority.or(priority);
                continue;
            }
            places.insert(code.clone(), tasks.len());
            let before = outline.headings.partition_point(|heading| heading.span.start < at);
            let heading = before.checked_sub(1).map(|at| self.text()[outline.headings[at].title.clone()].trim());
            let phase = heading.filter(|title| title.to_lowercase().starts_with("phase ")).map(str::to_owned);
            tasks.push(ListedTask { code, home, title, priority, phase, line: positions.at(at).line });
        }
        tasks.retain(|task| !task.title.as_deref().is_some_and(|title| is_placeholder(Field::Title, title)));
        let mut positions = Positions::new(self.text());
        let passed_by = others.into_iter().map(|(at, text)| PassedBy { line: positions.at(at).line, text }).collect();
        TaskList { tasks, passed_by }
    }
}

impl Lists {
    /// What the sections of tasks list in headings, as items or in tables.
    fn of(text: &str, outline: &Outline) -> Self {
        let by_title = Sections::of(text, outline);
        let is_of_tasks = |title: &str| {
            let (said, remark) = title.split_once('(').unwrap_or((title, ")"));
            SECTIONS.contains(&said.trim_end_matches([':', ' '])) && remark.ends_with(')')
        };
        let (mut lists, mut end) = (Self::default(), 0);
        for section in by_title.below(is_of_tasks) {
            // One in another is told with that.
            if section.start >= end {
                end = section.end;
                lists.add(text, outline, section);
            }
        }
        lists.entries.sort_by_key(|entry| entry.at);
        lists.others.sort();
        lists
    }

    fn add(&mut self, text: &str, outline: &Outline, section: Span) {
        // Where the details of a task end that is a heading.
        let mut told_by_headings: Vec<Span> = Vec::new();
        for (index, heading) in outline.headings.iter().enumerate() {
            if let (true, Some(entry)) = (
                section.contains(&heading.span.start),
                entry(heading.span.start, &text[heading.title.clone()], Trust::Heading),
            ) {
                let next = outline.headings[index + 1..].iter().find(|next| next.level <= heading.level);
                told_by_headings.push(entry.at..next.map_or(text.len(), |next| next.span.start));
                self.entries.push(entry);
            }
        }
        let is_told = |at: usize| told_by_headings.iter().any(|told| told.contains(&at));
        let listing = listing(text, section);
        let mut is_task = vec![false; listing.items.len()];
        for (index, item) in listing.items.iter().enumerate() {
            let above = std::iter::successors(item.parent, |&at| listing.items[at].parent);
            let is_detail = above.into_iter().any(|at| is_task[at]) || is_told(item.start);
            let said = item_text(text, item.start);
            let trust = match mark_of(text, item.start) {
                _ if is_detail => Trust::Detail,
                Some(_) => Trust::Box,
                None => Trust::Item,
            };
            let found = entry(item.start, said, trust);
            is_task[index] = found.is_some();
            if found.is_none() && !is_detail && !is_remark(said) {
                self.others.push((item.start, said.to_owned()));
            }
            self.entries.extend(found);
        }
        let columns: Vec<Columns> = listing.heads.iter().map(|head| Columns::of(text, head)).collect();
        for row in &listing.rows {
            let columns = &columns[row.head];
            let found = columns.entry(text, row.start, &row.cells);
            let name = columns.cell(text, &row.cells, columns.code);
            if let (None, Some(name)) = (&found, name.filter(|name| !says_nothing(name) && !is_told(row.start))) {
                self.others.push((row.start, name));
            }
            self.entries.extend(found);
        }
    }
}

/// Whether a cell is left open.
fn says_nothing(cell: &str) -> bool {
    is_none(cell) || is_placeholder(Field::Code, cell)
}

/// Whether an item tells something of the sprint or of its neighbours: no task is expected there.
fn is_remark(said: &str) -> bool {
    let label = said.split_once(':').map_or("", |(label, _)| bare(label)).to_lowercase();
    let is_label = || labelled(Role::Sprint, &label).is_some() || labelled(Role::Task, &label).is_some();
    bare(said).is_empty() || (!label.is_empty() && (REMARKS.contains(&label.as_str()) || is_label()))
}

/// Where a table has what is told of a task.
struct Columns {
    code: Option<usize>,
    /// Whether its head leaves no doubt that codes stand there.
    is_of_codes: bool,
    title: Option<usize>,
    priority: Option<usize>,
}

impl Columns {
    fn of(text: &str, head: &[Span]) -> Self {
        let names: Vec<String> = head.iter().map(|cell| bare(&text[cell.clone()]).to_lowercase()).collect();
        let find = |wanted: &[&str], but: Option<usize>| {
            let at = |name: &&str| names.iter().enumerate().position(|(at, said)| said == name && Some(at) != but);
            wanted.iter().find_map(at)
        };
        let code = find(CODE_COLUMNS, None);
        let is_of_codes = code.is_some_and(|at| names[at] != "task");
        Self { code, is_of_codes, title: find(TITLE_COLUMNS, code), priority: find(PRIORITY_COLUMNS, None) }
    }

    fn entry(&self, text: &str, at: usize, cells: &[Span]) -> Option<Entry> {
        let cell = |column: Option<usize>| self.cell(text, cells, column);
        let (code, title) = (cell(self.code)?, cell(self.title).filter(|title| !title.is_empty()));
        let name = match linked(&code) {
            Some((code, _)) => name_of(code, true)?,
            None if self.is_of_codes => any_name(&code).filter(|_| !is_none(&code))?,
            None => name_of(&code, true)?,
        };
        if self.is_of_codes && is_placeholder(Field::Code, &code) {
            return None;
        }
        let priority = cell(self.priority).and_then(|cell| priority(&cell));
        Some(Entry { at, name, title, priority })
    }

    fn cell(&self, text: &str, cells: &[Span], column: Option<usize>) -> Option<String> {
        cells.get(column?).map(|cell| in_cell(&text[cell.clone()]))
    }
}

fn priority(cell: &str) -> Option<Priority> {
    match values::read(Role::Task, Field::Priority, cell).typed {
        Some(Typed::Priority(priority)) => Some(priority),
        _ => None,
    }
}

/// What a cell says: a bar in it is escaped.
fn in_cell(cell: &str) -> String {
    without_comments(cell).replace("\\|", "|").trim().to_owned()
}

/// A comment says nothing to anybody.
fn without_comments(text: &str) -> String {
    let mut parts = text.split("<!--");
    let mut said = parts.next().unwrap_or_default().to_owned();
    parts.filter_map(|part| part.split_once("-->")).for_each(|(_, after)| said += after);
    said
}

/// What stands where a name does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// A heading.
    Heading,
    /// What tells more of a task above it.
    Detail,
    /// An item of a list.
    Item,
    /// One that can be ticked.
    Box,
}

/// `**code**: title`, `` `code/` - title``, `[code](code/TASK.md)`, `T:sprint/code title`, `code: title`, and behind a
/// box `` `code` title``.
fn entry(at: usize, said: &str, trust: Trust) -> Option<Entry> {
    let said = without_comments(said);
    let said = said.trim();
    let mark = ["**", "`"].into_iter().find(|mark| said.starts_with(mark));
    let (code, rest) = match (linked(said), mark) {
        (Some(link), _) => link,
        (None, Some(mark)) => said[mark.len()..].split_once(mark)?,
        (None, None) => unmarked(said)?,
    };
    let between = |c| matches!(c, ':' | '-' | '–' | '—' | ' ' | '*' | '：');
    let (title, priority) = without_priority(rest.trim_start_matches(between));
    let title = title.trim_start_matches(between).trim();
    let is_reference = code.starts_with("T:");
    let is_set_off = title.is_empty() || title.len() < rest.trim().len() || title.starts_with('(');
    // A word in backticks alone is more often a name in the program.
    let is_marked = mark == Some("**") && !code.contains('`') || said.starts_with('[') || code.ends_with('/');
    let is_word_fit = matches!(trust, Trust::Item | Trust::Box) && is_marked;
    let name = name_of(code, is_word_fit)?;
    let is_deed = || trust == Trust::Box && mark == Some("`") && is_joined_word(name.code.as_str());
    let is_name = is_set_off || code.ends_with(':') || is_reference || is_deed();
    is_name.then(|| Entry { at, name, title: (!title.is_empty()).then(|| title.to_owned()), priority })
}

/// `first-thing`: small letters and hyphens, as folders are called and few names in programs.
fn is_joined_word(code: &str) -> bool {
    code.contains('-') && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// `(P0)` and `(priority: high)` at either end of a title say how urgent it is.
fn without_priority(title: &str) -> (&str, Option<Priority>) {
    let title = title.trim();
    let first = || title.strip_prefix('(')?.split_once(')').map(|(said, rest)| (rest, said));
    let last = || title.strip_suffix(')')?.rsplit_once('(');
    let told = |(rest, said)| in_parentheses(said).map(|priority| (rest, Some(priority)));
    let found = first().and_then(told).or_else(|| last().and_then(told));
    found.map_or((title, None), |(rest, priority)| (rest.trim(), priority))
}

fn in_parentheses(said: &str) -> Option<Priority> {
    let folded = said.to_lowercase();
    let bare = folded.replace("priority", "");
    let is_priority = bare.len() < folded.len() || folded.trim().len() == "p0".len();
    is_priority.then(|| priority(bare.trim_matches([':', ' '])))?
}

/// A reference and what follows it; a code and what stands behind its colon.
fn unmarked(said: &str) -> Option<(&str, &str)> {
    if said.starts_with("T:") {
        let end = said.find(char::is_whitespace).unwrap_or(said.len());
        return Some(said.split_at(end));
    }
    said.find(": ").map(|colon| said.split_at(colon))
}

/// `[code](code/TASK.md) rest`.
fn linked(said: &str) -> Option<(&str, &str)> {
    let (code, rest) = said.strip_prefix('[')?.split_once(']')?;
    Some((code, rest.strip_prefix('(').and_then(|target| target.split_once(')')).map_or(rest, |(_, rest)| rest)))
}

/// `said` as the name of a task. What has neither digit nor joint is one only in small letters, where it may be a word
/// and where documents have no such label.
fn name_of(said: &str, may_be_a_word: bool) -> Option<Named> {
    let name = any_name(said)?;
    let word = name.code.as_str();
    let has_joint = word.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_'));
    let is_word = || {
        let is_label = labelled(Role::Sprint, word).is_some() || labelled(Role::Task, word).is_some();
        may_be_a_word && !word.contains(char::is_uppercase) && !is_label && !REMARKS.contains(&word)
    };
    (has_joint || name.home.is_some() || is_word()).then_some(name)
}

/// `said` as a code, with the sprint that it may name; `Task 1.1` is `task-1.1`.
fn any_name(said: &str) -> Option<Named> {
    let bare = said.trim_matches(['`', '*', ' ']).trim_end_matches([':', '/']).trim_matches(['`', '*', ' ']);
    if bare.starts_with("T:") {
        return bare.parse().ok().map(|Reference { home, code, .. }| Named { home, code });
    }
    let number = bare.split_once(' ').filter(|(noun, _)| noun.eq_ignore_ascii_case("task")).map(|(_, number)| number);
    let code = match number.map(|number| number.trim_start_matches(['#', ' '])) {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => Code::new(&format!("task-{number}")),
        Some(code) if code.contains(|c: char| c.is_ascii_digit()) => Code::new(code),
        _ => Code::new(bare),
    };
    code.ok().map(|code| Named { home: None, code })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::model::{Priority, Role};

    #[test]
    fn tasks_are_listed_once_with_title_and_phase() {
        let text = "# Sprint: A\n\n## Phases & Tasks\n\n### Phase 1: Core (Week 1)\n- **phase-1-core**: Lay the ground\n\n### Phase 2\n\
                    - [ ] `phase-2-api/` - Build on it\n- **Note**: no task\n\n## Tasks\n\n- `phase-1-core/`\n- **task-id-1**: [Task title]\n- [UI-03](UI-03/TASK.md)\n\n\
                    ## Notes\n- `not-a-task`\n";
        let tasks = parse(Role::Sprint, text).0.listed_tasks().tasks;
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
        let tasks = parse(Role::Sprint, text).0.listed_tasks().tasks;
        let told: Vec<_> = tasks.iter().map(|t| (t.code.as_str(), t.title.as_deref(), t.line)).collect();
        assert_eq!(told, [("UI-00", Some("Lay the ground"), 7)]);
    }

    /// What is listed, in short.
    fn told(text: &str) -> Vec<String> {
        let tasks = parse(Role::Sprint, format!("# Sprint: A\n\n## Tasks\n\n{text}")).0.listed_tasks().tasks;
        tasks.iter().map(|t| format!("{} {}", t.code, t.title.as_deref().unwrap_or("-"))).collect()
    }

    #[test]
    fn a_word_in_small_letters_is_a_task_where_a_list_names_it() {
        let text = "- **publish**: Make it public\n  - `config`: only a detail\n- [ ] `deploy/`\n- `session`: no\n- **`join`**: no\n- **Note**: no\n\
                    - **owner**: ann\n- **note**: no\n- prose: no\n- [review](review/TASK.md)\n";
        assert_eq!(told(text), ["publish Make it public", "deploy -", "review -"]);
    }

    #[test]
    fn what_code_and_comments_show_is_no_list() {
        let text = "```\n| ID | Title |\n|---|---|\n| a-1 | A |\n- `a-2`\n```\n\n<!--\n| ID | Title |\n|---|---|\n| a-3 | A |\n-->\n\n\
                    - `a-4` - Four <!-- not five -->\n\n| ID | Title |\n|---|---|\n| a-6 | Six |\n";
        assert_eq!(told(text), ["a-4 Four", "a-6 Six"]);
    }

    #[test]
    fn a_table_says_code_title_and_priority_under_many_heads() {
        for (head, row, said) in [
            ("| Task | Title |", "| `a-1` | One |", "a-1 One"),
            ("| Task | Description |", "| a-1 | One |", "a-1 One"),
            ("| Description | Task | ID |", "| Long | One | a-1 |", "a-1 One"),
            ("| ID | Title |", "| a-1 | a \\| b |", "a-1 a | b"),
            ("| Code | Title |", "| publish | One |", "publish One"),
            ("| Task | Title |", "| [publish](publish/) | One |", "publish One"),
        ] {
            let rule = "|---".repeat(head.matches('|').count() - 1);
            assert_eq!(told(&format!("{head}\n{rule}|\n{row}\n")), [said], "{head}");
        }
        for row in ["| Write it down | x |", "| TBD | x |", "| - | x |", "| Total | x |"] {
            assert_eq!(told(&format!("| Task | Title |\n|---|---|\n{row}\n")), [""; 0], "{row}");
        }
        let text = "## Tasks\n\n| ID | Prio |\n|---|---|\n| a-1 | P1 |\n| a-2 | high |\n| a-3 | ? |\n";
        let tasks = parse(Role::Sprint, text).0.listed_tasks().tasks;
        let priorities: Vec<_> = tasks.iter().map(|task| task.priority).collect();
        assert_eq!(priorities, [Some(Priority::P1), Some(Priority::P1), None]);
    }

    #[test]
    fn numbered_tasks_codes_behind_boxes_and_priorities_in_parentheses() {
        let text = "- [ ] **Task 1.1**: Set it up\n  - `a-1`: detail\n- [ ] `new-one` Do it\n- [ ] `new_one` is a table\n- `new-two` is prose\n\
                    - [ ] `cargo` up\n- **Task list**: no\n\n### Task #2: Build (it)\n- **word**: detail\n\n### Task UI-03: Show\n";
        assert_eq!(
            told(text),
            ["task-1.1 Set it up", "a-1 detail", "new-one Do it", "task-2 Build (it)", "UI-03 Show"]
        );
        let text = "## Tasks\n\n- **a-1**: One (P0)\n- **a-2** (high priority): Two\n- **a-3**: Three (Priority: low)\n- **a-4**: Four (P0 bug)\n\
                    - **a-5**: Five (high)\n- **a-6**: (P1)\n- **a-7**: Seven (Postgres)\n";
        let tasks = parse(Role::Sprint, text).0.listed_tasks().tasks;
        let told: Vec<_> = tasks.iter().map(|task| (task.title.as_deref(), task.priority)).collect();
        let expected = [
            (Some("One"), Some(Priority::P0)),
            (Some("Two"), Some(Priority::P1)),
            (Some("Three"), Some(Priority::P3)),
            (Some("Four (P0 bug)"), None),
            (Some("Five (high)"), None),
            (None, Some(Priority::P1)),
            (Some("Seven (Postgres)"), None),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn lines_that_name_no_task_are_passed_by_and_told() {
        let text = "# Sprint: A\n\n## Tasks (3)\n- **a-1**: One\n  - a detail\n- Buy cake\n- **Note**: no task\n- **Status**: open\n\n\
                    | ID | Title |\n|---|---|\n| a 2 | Two |\n| - | |\n\n### T3: Three\n- how\n\n### More Tasks\n- and so on\n\n## Notes\n- none\n";
        let list = parse(Role::Sprint, text).0.listed_tasks();
        let told: Vec<_> = list.passed_by.iter().map(|line| (line.line, line.text.as_str())).collect();
        assert_eq!(told, [(6, "Buy cake"), (12, "a 2"), (19, "and so on")]);
        assert_eq!(list.tasks.iter().map(|task| task.code.as_str()).collect::<Vec<_>>(), ["a-1", "T3"]);
    }

    #[test]
    fn references_and_headings_name_tasks_too() {
        let text = "1. T:a/publish\n2. `T:b/other-1`: Elsewhere\n3. T:a/deploy – Put it there\n\n### UI-07: The seventh\n\n### Notes: none\n";
        assert_eq!(told(text), ["publish -", "other-1 Elsewhere", "deploy Put it there", "UI-07 The seventh"]);
    }
}
