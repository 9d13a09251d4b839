//! What other programs write into the database.

use crate::project::Project;
use crate::small::{ONE, TWO, events, of_task, settle, small};

/// What another program may say of task `one` that no file can hold, and the word by which it is told.
const UNFIT: [(&str, &str); 7] = [
    ("status = 'bogus'", "status"),
    ("title = 'a' || char(0) || 'b'", "NUL"),
    ("title = 'two' || char(10) || 'lines'", "title"),
    ("title = printf('%.1100000c', 'x')", "title"),
    ("title = printf('%.600000c', 'x'), goal = printf('%.600000c', 'x')", "TASK.md"),
    ("tags = '[1]'", "tags"),
    ("task_code = 'a/b'", "code"),
];

#[test]
fn row_35_what_no_file_can_hold_is_told_in_each_run_until_it_is_mended() {
    for (nonsense, word) in UNFIT {
        let project = small();
        let (one, told) = (project.read(ONE), events(&project).len());
        write_unchecked(&project, &format!("UPDATE orchestration_tasks SET {nonsense} WHERE task_code = 'one'"));
        project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
        for run in 0..2 {
            let said = project.exits(6, &["sync"]);
            assert!(said.contains("no file can hold row") && said.contains(word), "{nonsense}, run {run}: {said}");
        }
        assert_eq!(of_task(&project, "two", "priority"), "P0", "others proceed");
        assert_eq!(project.read(ONE), one, "{nonsense}");
        assert_eq!(events(&project).len(), told + 2, "the SQL and the edit are told, and nothing else");
        let notes = project.json(&["status"])["notes"].take();
        assert_eq!(notes[0]["kind"], "row_invalid", "{notes}");
        project.sql(
            "UPDATE orchestration_tasks SET status = 'review', title = 'mended', goal = 'x', tags = NULL, task_code = 'one' \
             WHERE task_code IN ('one', 'a/b')",
        );
        settle(&project);
        let text = project.read(ONE);
        assert!(text.contains("# Task: mended") && text.contains("**Status**: Review"), "{nonsense}: {text}");
    }
}

/// Writes as a program does that looks at no check.
fn write_unchecked(project: &Project, statement: &str) {
    project.sql(&format!("PRAGMA ignore_check_constraints = 1; {statement}"));
}

#[test]
fn hx24_a_row_of_any_size_is_told_and_others_proceed() {
    let project = small();
    for column in ["goal", "tags", "title"] {
        let huge = if column == "tags" { "'[\"' || hex(zeroblob(1100000)) || '\"]'" } else { "hex(zeroblob(1100000))" };
        write_unchecked(&project, &format!("UPDATE orchestration_tasks SET {column} = {huge} WHERE task_code = 'one'"));
    }
    project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
    let said = project.exits(6, &["sync"]);
    assert!(said.contains("no file can hold row") && said.len() < 10_000, "{} bytes", said.len());
    assert_eq!(of_task(&project, "two", "priority"), "P0");
    let said = project.ok(&["task", "list", "--color", "never"]);
    assert!(said.contains("T:alpha/two") && said.contains("T:alpha/one"), "{} bytes", said.len());
}
