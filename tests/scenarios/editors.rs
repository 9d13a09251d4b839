//! What editors do to files.

use crate::small::{ONE, nothing_left_to_do, settle, small};

#[test]
fn ed11_in_mixed_line_ends_each_line_keeps_its_own() {
    let project = small();
    let text = project.read(ONE);
    let mixed: String = text.split_inclusive('\n').enumerate().map(mixed_end).collect();
    let mixed = mixed.replace("Make one work.", "Make\rone\r\r\nwork.");
    project.write(ONE, &mixed);
    settle(&project);
    let before = project.read(ONE);
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'one'");
    settle(&project);
    assert_eq!(body(&project.read(ONE)), body(&before.replace("**Priority**: P1", "**Priority**: P0")));
    project.ok(&["task", "status", "one", "review"]);
    let expected =
        before.replace("**Priority**: P1", "**Priority**: P0").replace("**Status**: Pending", "**Status**: Review");
    assert_eq!(body(&project.read(ONE)), body(&expected));
    nothing_left_to_do(&project);
}

/// Every third line ends in LF, the others in CRLF.
fn mixed_end((number, line): (usize, &str)) -> String {
    if number % 3 == 0 { line.to_owned() } else { line.replace('\n', "\r\n") }
}

/// The text before the stamp.
fn body(text: &str) -> &str {
    &text[..text.find("<!-- instep").expect("a stamp")]
}
