//! What a section of dependencies says its task waits for, and the tasks that this names.
//!
//! People list there what waits for the task as well, under `**Blocks:**` or `### Enables`: that is no dependency.

use super::markdown::{Outline, labelled as field};
use super::projection::item_text;
use super::values::{self, bare};
use crate::model::{Field, Reference, Role, Span, Typed};

/// Labels of what must come first, beside those of the header's field.
const FIRST: &[&str] =
    &["before starting", "before you start", "blockers", "requires", "needs", "waits for", "waiting for"];

/// Labels of what is no dependency: it comes after, or may as well be left.
const ASIDE: &[&str] = &[
    "blocking",
    "unblocks",
    "unblocking",
    "enabling",
    "required by",
    "required for",
    "needed by",
    "needed for",
    "used by",
    "dependents",
    "downstream",
    "recommended",
    "optional",
    "related",
];

/// What may stand between the name of a task and a remark on it.
const REMARKS: &[char] = &[':', '-', '–', '—', '(', '（', '：'];

/// The names of tasks that `item` may mean: a list of codes, else each word that stands alone or before a remark.
///
/// Whether there is such a task only the rows can tell.
pub fn tasks_named(item: &str) -> Vec<String> {
    match values::read(Role::Task, Field::DependsOn, item).typed {
        Some(Typed::List(codes)) => codes,
        _ => item.split([',', ';']).filter_map(leading).collect(),
    }
}

/// What the `section` of dependencies lists that must come first: its outermost items, those below an item that is only
/// a label, and what stands behind a label on a line. `None` where it has neither items nor labels.
pub(super) fn listed_first(text: &str, outline: &Outline, section: Span) -> Option<Vec<String>> {
    let mut reading = Reading { outermost: outermost(text, outline, &section)?, ..Reading::default() };
    let headings = || outline.headings.iter().filter(|heading| section.contains(&heading.span.start));
    for line in text[section.clone()].split_inclusive(['\n', '\r']) {
        let start = line.as_ptr().addr() - text.as_ptr().addr();
        let content = start + (line.len() - line.trim_start_matches([' ', '\t']).len());
        if let Some(heading) = headings().find(|heading| heading.span.start == start) {
            reading.group = standing(&text[heading.title.clone()]).unwrap_or_default();
        } else if outline.items.binary_search(&content).is_ok() {
            reading.item(content - start, item_text(text, content));
        } else if !outline.is_opaque(content) {
            reading.line(line.trim());
        }
    }
    Some(reading.listed)
}

/// The column of the outermost items of `section`; `None` where it has neither items nor labels.
fn outermost(text: &str, outline: &Outline, section: &Span) -> Option<usize> {
    let here = outline.items.iter().filter(|item| section.contains(item));
    let column = |item: &usize| item - text[..*item].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let is_labelled = || text[section.clone()].lines().any(|line| labelled(line.trim()).is_some());
    here.map(column).min().or_else(|| is_labelled().then_some(0))
}

/// Whether what stands under a label must come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Standing {
    #[default]
    First,
    Aside,
}

/// How far a section of dependencies was read.
#[derive(Default)]
struct Reading {
    outermost: usize,
    /// What the last label or heading makes of the items below it.
    group: Standing,
    /// The column of the item above that is only a label, and what it makes of the items inside it.
    holder: Option<(usize, Standing)>,
    listed: Vec<String>,
}

impl Reading {
    fn item(&mut self, column: usize, said: &str) {
        self.holder = self.holder.filter(|(holder, _)| *holder < column);
        match (labelled(said), self.holder) {
            (Some((standing, "")), _) => self.holder = Some((column, standing)),
            (Some((standing, rest)), _) => self.list(standing, rest),
            (None, Some((_, standing))) => self.list(standing, said),
            (None, None) if column == self.outermost => self.list(self.group, said),
            (None, None) => {}
        }
    }

    /// A line of its own changes only by a label what follows.
    fn line(&mut self, said: &str) {
        if let Some((standing, rest)) = labelled(said) {
            self.group = standing;
            self.list(standing, rest);
        } else if said.starts_with("**") && said.trim_end_matches('*').ends_with([':', '：']) || said.ends_with("**:")
        {
            self.group = Standing::First;
        }
    }

    fn list(&mut self, standing: Standing, said: &str) {
        if standing == Standing::First && !said.is_empty() && !values::is_none(said) {
            self.listed.push(said.to_owned());
        }
    }
}

/// `**Blocks:** rest`, `**Blocks**: rest`, `Blocks: rest`, `**Blocks**`: what the label makes of the rest.
fn labelled(said: &str) -> Option<(Standing, &str)> {
    const COLONS: [char; 2] = [':', '：'];
    let (label, rest) = match said.strip_prefix("**").and_then(|said| said.split_once("**")) {
        Some((label, rest)) if label.ends_with(COLONS) || rest.is_empty() => (label, rest),
        Some((label, rest)) => (label, rest.trim_start().strip_prefix(COLONS)?),
        None => said.split_once(COLONS)?,
    };
    Some((standing(label)?, rest.trim()))
}

/// What a label or heading makes of what stands under it; `None` for one that is no known word for either.
fn standing(label: &str) -> Option<Standing> {
    let label = bare(label).trim_end_matches([':', '：']).trim();
    match field(Role::Task, label) {
        Some((Field::DependsOn, _)) => return Some(Standing::First),
        Some((Field::Blocks, _)) => return Some(Standing::Aside),
        _ => {}
    }
    let label = label.to_lowercase();
    let is_one = |words: &[&str]| words.contains(&label.as_str());
    is_one(FIRST).then_some(Standing::First).or_else(|| is_one(ASIDE).then_some(Standing::Aside))
}

/// `**code**: why`, `[code](code/TASK.md)`, `code - why`, `code`.
fn leading(part: &str) -> Option<String> {
    let part = part.trim();
    let linked = part.strip_prefix('[').and_then(|link| link.split_once(']')).map(|(name, _)| (name, ""));
    let (name, rest) = linked.or_else(|| part.split_once([' ', '\t'])).unwrap_or((part, ""));
    let is_set_off = rest.is_empty() || rest.trim_start().starts_with(REMARKS) || name.ends_with(REMARKS);
    let name = bare(name.trim_end_matches(REMARKS)).trim_end_matches(REMARKS).trim_end_matches(['.', '/']);
    (is_set_off && name.parse::<Reference>().is_ok()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(section: &str) -> Vec<String> {
        let text = format!("# Task: A\n\n## Dependencies\n{section}\n\n## Notes\n- x-9\n");
        let metadata = super::super::parse(Role::Task, text.as_str()).0.metadata();
        let items = metadata["dependencies"].as_array().into_iter().flatten();
        items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    #[test]
    fn what_waits_for_a_task_is_no_dependency_of_it() {
        let table: [(&str, &[&str]); 16] = [
            (
                "**Before Starting:**\n- None - at once\n\n**Blocks:**\n- UI-01, UI-02 (new words)\n\n**Recommended:**\n- UI-03",
                &[],
            ),
            (
                "**Before Starting**:\n- ✅ UI-01 completed\n\n**Blocked By**: UI-02\n\n**Blocks**: UI-03 (x)",
                &["UI-01 completed", "UI-02"],
            ),
            ("**Blocked By**: None\n\n**Blocks**: UI-02", &[]),
            ("**Blocks**:\n- b-1\n\n**Needs**:\n- b-2", &["b-2"]),
            ("**Unblocks**\n- b-1\n\n**Internal**:\n- b-2", &["b-2"]),
            ("### Depends On\n- b-1\n\n### Blocks\n- b-2\n\n### Internal\n- b-3", &["b-1", "b-3"]),
            ("- **Depends on:** b-1\n- **Blocks:** b-2\n- **Enables**: b-3\n- Required for: b-4", &["b-1"]),
            ("- Blocked by: b-1\n- Blocking: b-2\n- b-5", &["b-1", "b-5"]),
            ("- **Blocks**:\n  - b-1\n- **Depends on**:\n  - b-2\n- b-3\n  - inner", &["b-2", "b-3"]),
            (
                "- **b-1**: it must be out\n- T:alpha/b-2\n- b-3: why",
                &["**b-1**: it must be out", "T:alpha/b-2", "b-3: why"],
            ),
            ("**Required by**: b-1", &[]),
            ("b-1 and\nb-2", &["b-1 and b-2"]),
            ("None", &[]),
            ("**Blocks：** b-1\n\n**Requires：** b-2", &["b-2"]),
            ("**Blocks:**\n\n```\n**Needs:**\n```\n- b-1", &[]),
            ("1. b-1\n2. b-2", &["b-1", "b-2"]),
        ];
        for (section, expected) in table {
            assert_eq!(first(section), expected, "{section}");
        }
    }

    #[test]
    fn an_item_names_tasks_in_many_ways() {
        let table: [(&str, &[&str]); 12] = [
            ("write-parser", &["write-parser"]),
            ("publish", &["publish"]),
            ("publish (this week)", &["publish"]),
            ("**publish**: it must be out", &["publish"]),
            ("`publish` must be out", &["publish"]),
            ("[publish](../publish/TASK.md) must be out", &["publish"]),
            ("publish – first", &["publish"]),
            ("T:alpha/publish, deploy", &["T:alpha/publish", "deploy"]),
            ("UI-02 (triggered by a click)", &["UI-02"]),
            ("None", &[]),
            ("Publish the thing", &[]),
            ("", &[]),
        ];
        for (item, names) in table {
            assert_eq!(tasks_named(item), names, "{item}");
        }
    }
}
