//! The first documents of a row that another program made: as little text as says what the row says.

use crate::model::{DocumentKey, EntityKind, Field, Record, Role};
use crate::reconcile::{Writing, Writings};

/// Documents for a row that has none yet; its other columns are laid over them like any change by another program.
pub(super) fn first_documents(record: &Record) -> Writings {
    let title = one_line(record.fields.get(&Field::Title).and_then(|title| title.as_str()).unwrap_or(&record.code));
    let code = &record.code;
    let (role, name, text) = match record.kind {
        EntityKind::Sprint => (
            Role::Sprint,
            "SPRINT.md",
            format!("# Sprint: {title}\n\n**Sprint ID**: `{code}`  \n\n---\n\n## Sprint Goal\n"),
        ),
        EntityKind::Task => {
            (Role::Task, "TASK.md", format!("# Task: {title}\n\n**Task ID**: `{code}`  \n\n---\n\n## Objective\n"))
        }
        EntityKind::Agent => (Role::AgentProfile, "agent.yml", format!("agent_code: {code}\n")),
    };
    let key = DocumentKey { role, name: name.to_owned() };
    Writings::from([(key, Writing::document(role, &text).0)])
}

/// A heading is one line; what would end it becomes a blank.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hx10_a_title_stays_in_its_line() {
        assert_eq!(one_line("a\n**Status**: completed\r\u{1b}[2J"), "a **Status**: completed  [2J");
    }
}
