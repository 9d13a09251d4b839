//! What a text says beside its fields: read-only, for other programs to query.

use serde_json::{Map, Value, json};

use super::dependencies::listed_first;
use super::markdown::Outline;
use super::{Body, Document, checkbox, values};
use crate::model::{Field, Span};

/// Sections whose items are told, with the headings under which people write them.
const LISTS: &[(&str, &[&str])] = &[
    ("objectives", &["objective", "objectives", "goals", "goal / objectives"]),
    ("deliverables", &["deliverable", "deliverables"]),
    ("acceptance_criteria", &["acceptance criteria", "acceptance criterion", "success criteria", "success metrics"]),
    (DEPENDENCIES, &["dependencies", "prerequisites", "depends on", "blocked by"]),
];

/// Under this name the metadata tells what the text of a task says it depends on.
pub const DEPENDENCIES: &str = "dependencies";

/// Headings under which a sprint's goal stands.
const GOALS: &[&str] = &["sprint goal", "goal", "goals"];

impl Document {
    /// The `metadata` of the row: objectives, deliverables, criteria, dependencies, tags, goal, dates, counted
    /// checkboxes. What the text does not say is left out.
    ///
    /// An item that a `✅` decorates is told without it and is not done: that is how templates list open criteria.
    pub fn metadata(&self) -> Value {
        let mut metadata = match &self.body {
            Body::Markdown { outline, .. } => self.told(outline),
            Body::Yaml(_) => self.configured(),
            Body::Refused(_) | Body::Opaque => Map::new(),
        };
        let fields = self.fields();
        for field in [Field::Tags, Field::Goal, Field::Owner, Field::StartsOn, Field::EndsOn, Field::CompletedOn] {
            if let Some(value) = fields.get(&field) {
                metadata.insert(field.word().to_owned(), value.clone());
            }
        }
        Value::Object(metadata)
    }

    fn told(&self, outline: &Outline) -> Map<String, Value> {
        let sections = Sections::of(&self.text, outline);
        let mut metadata = Map::new();
        for (name, headings) in LISTS {
            let read = if *name == DEPENDENCIES { needed } else { items };
            let items = sections.find(headings).map_or_else(Vec::new, |span| read(&self.text, outline, span));
            if !items.is_empty() {
                metadata.insert((*name).to_owned(), items.into());
            }
        }
        if let Some(goal) = sections.find(GOALS).and_then(|span| paragraph(&self.text[span])) {
            metadata.insert("goal".to_owned(), goal.into());
        }
        if let Some(counts) = counts(&self.text, outline) {
            metadata.insert("checkboxes".to_owned(), counts);
        }
        metadata
    }

    /// The lists that AGENT.yml repeats of its task.
    fn configured(&self) -> Map<String, Value> {
        let config = self.to_json();
        let list = |name: &str| Some((name.to_owned(), config?.pointer(&format!("/task/{name}"))?.clone()));
        LISTS.iter().filter_map(|(name, _)| list(name)).filter(|(_, value)| value.is_array()).collect()
    }
}

/// The sections of a text by what their headings say.
pub(super) struct Sections<'a> {
    text: &'a str,
    outline: &'a Outline,
    /// What each heading says, in lower case.
    titles: Vec<String>,
}

impl<'a> Sections<'a> {
    pub(super) fn of(text: &'a str, outline: &'a Outline) -> Self {
        let title = |span: &Span| values::bare(&text[span.clone()]).trim_end_matches(':').to_lowercase();
        let titles = outline.headings.iter().map(|heading| title(&heading.title)).collect();
        Self { text, outline, titles }
    }

    /// The text under the first heading that says one of `names`, with the headings below it.
    pub(super) fn find(&self, names: &[&str]) -> Option<Span> {
        self.below(|title| names.contains(&title)).next()
    }

    /// The text under each heading of which `is_wanted` says so, with the headings below it.
    pub(super) fn below(&self, is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Span> {
        let headings = &self.outline.headings;
        let wanted = (0..headings.len()).filter(move |&at| headings[at].level > 1 && is_wanted(&self.titles[at]));
        wanted.map(|at| {
            let next = headings[at + 1..].iter().find(|next| next.level <= headings[at].level);
            headings[at].span.end..next.map_or(self.text.len(), |next| next.span.start)
        })
    }
}

/// How many boxes there are and how many are ticked; `None` without boxes.
fn counts(text: &str, outline: &Outline) -> Option<Value> {
    let (mut total, mut done, mut in_progress, mut cancelled, mut optional) = (0, 0, 0, 0, 0);
    for mark in outline.items.iter().filter_map(|&item| checkbox::mark_of(text, item)) {
        total += 1;
        optional += usize::from(text[mark.end..].starts_with("]*"));
        match &text[mark] {
            "x" | "X" => done += 1,
            "~" => in_progress += 1,
            "-" => cancelled += 1,
            _ => {}
        }
    }
    let counts = json!({
        "total": total, "done": done, "in_progress": in_progress, "cancelled": cancelled, "optional": optional,
    });
    (total > 0).then_some(counts)
}

/// What the outermost items of a section say; without items, its first paragraph.
fn items(text: &str, outline: &Outline, section: Span) -> Vec<String> {
    let from = outline.items.partition_point(|&item| item < section.start);
    let to = outline.items.partition_point(|&item| item < section.end);
    let column = |item: usize| item - text[..item].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let here = &outline.items[from..to];
    let Some(outermost) = here.iter().map(|&item| column(item)).min() else {
        return paragraph(&text[section]).into_iter().collect();
    };
    let said = here.iter().filter(|&&item| column(item) == outermost).map(|&item| item_text(text, item));
    said.filter(|said| !said.is_empty()).map(str::to_owned).collect()
}

/// What a section of dependencies says must come first.
fn needed(text: &str, outline: &Outline, section: Span) -> Vec<String> {
    let paragraph = || paragraph(&text[section.clone()]).into_iter().filter(|said| !values::is_none(said)).collect();
    listed_first(text, outline, section.clone()).unwrap_or_else(paragraph)
}

/// What an item says on its first line, without its marker, box and decoration.
pub(super) fn item_text(text: &str, item: usize) -> &str {
    let end = text[item..].find(['\n', '\r']).map_or(text.len(), |end| item + end);
    let start = match checkbox::mark_of(text, item) {
        Some(mark) => mark.end + 1,
        None => item + text[item..end].find([' ', '\t']).unwrap_or(end - item),
    };
    text[start..end].trim_matches(|c: char| c.is_whitespace() || matches!(c, '✅' | '☑' | '✔' | '✓' | '\u{fe0f}'))
}

/// The first paragraph of `section`, its lines joined; `None` where it begins with something else.
fn paragraph(section: &str) -> Option<String> {
    let lines = section.lines().map(str::trim).skip_while(|line| line.is_empty());
    let said: Vec<&str> = lines.take_while(|line| !line.is_empty() && !line.starts_with("---")).collect();
    let is_text = said.first().is_some_and(|line| !line.starts_with(['#', '|', '`', '<', '>']));
    is_text.then(|| said.join(" "))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::model::Role;

    #[test]
    fn the_body_is_told_as_json() {
        let text = "# Task: A\n\n**Tags**: api, ui\n\n## Objective\n\nMake it\nwork.\n\n## Deliverables\n- `a.rs`\n  - inner\n- b\n\n\
                    ## Acceptance Criteria\n- ✅ It runs\n- [x] It stops\n- [-] It flies\n- [ ]* It sings\n\n## Dependencies\n- `b`\n- n/a\n";
        let expected = json!({
            "objectives": ["Make it work."], "deliverables": ["`a.rs`", "b"],
            "acceptance_criteria": ["It runs", "It stops", "It flies", "* It sings"], "dependencies": ["`b`"], "tags": ["api", "ui"],
            "checkboxes": {"total": 3, "done": 1, "in_progress": 0, "cancelled": 1, "optional": 1},
        });
        assert_eq!(parse(Role::Task, text).0.metadata(), expected);
        let text = "# Task: A\n\n## Dependencies\n\n- None\n";
        assert_eq!(parse(Role::Task, text).0.metadata(), json!({}), "that is nothing to wait for");
    }

    #[test]
    fn a_config_tells_its_lists() {
        let text = "task:\n  title: A\n  objectives:\n    - one\n  deliverables: two\n";
        assert_eq!(parse(Role::AgentConfig, text).0.metadata(), json!({"objectives": ["one"]}));
    }
}
