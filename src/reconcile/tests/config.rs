//! AGENT.yml on both sides: what merges by pointer, what the row wins, and what is held.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::documents::{agent, agent_key, case, kinds, merged, row_after, sides, text};
use crate::document::SlotKey;
use crate::model::{ConflictKind as Kind, Role};
use crate::reconcile::{Choice, FileAction, Side, Writing, decide, decide_with};

const BASE: &str = "# Who\nengine:\n  model: fast   # cheap\n  limits: {time: 10, cost: 2.5}\n# What\ncapabilities:\n  - read   # files\n  - write\n\
    prompts:\n  system: |\n    One.\n    Two.\n    Three.\n    Four.\nhooks: {}\n";

/// The texts of base, file and row, each a few replacements away from [`BASE`].
fn three(file: &[(&str, &str)], row: &[(&str, &str)]) -> [Writing; 3] {
    let edited = |edits: &[(&str, &str)]| {
        let change = |text: String, (from, to): &(&str, &str)| {
            assert!(text.contains(from), "{from:?} in {text}");
            text.replacen(from, to, 1)
        };
        agent(&edits.iter().fold(BASE.to_owned(), change))
    };
    [edited(&[]), edited(file), edited(row)]
}

#[test]
fn what_both_changed_apart_is_all_there_and_nothing_else_moved() {
    type Edits = &'static [(&'static str, &'static str)];
    let table: [(Edits, Edits); 9] = [
        (&[("model: fast", "model: 'slow'")], &[("time: 10", "time: 20")]),
        (&[("cost: 2.5", "cost: 3")], &[("time: 10", "time: 20")]),
        (&[("- write", "- say")], &[("# files", "# files"), ("fast", "slow")]),
        (&[("# Who", "# Who, and why")], &[("  - read   # files\n", "")]),
        (&[("hooks: {}", "hooks: {on: x}")], &[("model: fast   # cheap\n", "model: fast   # cheap\n  retries: 3\n")]),
        (&[("One.", "First.")], &[("Four.", "Last.")]),
        (&[("  limits: {time: 10, cost: 2.5}\n", "")], &[("model: fast", "model: slow")]),
        (
            &[("capabilities:\n  - read   # files\n  - write\n", "capabilities: [read, write]\n")],
            &[("hooks: {}", "hooks: {}\ntools: [x]")],
        ),
        (&[("prompts:\n  system: |\n    One.\n    Two.\n    Three.\n    Four.\n", "")], &[("# Who", "# Who?")]),
    ];
    for (file, row) in table {
        let all: Vec<_> = file.iter().chain(row).copied().collect();
        let [base, file, row] = three(file, row);
        let [_, expected, _] = three(&all, &[]);
        for (file, row) in [(&file, &row), (&row, &file)] {
            let (made, verdict) = merged(&base, file, row);
            assert_eq!((made.as_str(), kinds(&verdict)), (text(&expected), vec![]), "{all:?}");
        }
    }
}

#[test]
fn keys_that_both_put_in_one_place_are_both_there() {
    let table = [
        (
            ("hooks: {}\n", "hooks: {}\n# mine\na: 1 # one\n"),
            ("hooks: {}\n", "hooks: {}\nb: [2]\n"),
            json!({"a": 1, "b": [2]}),
        ),
        (
            ("hooks: {}\n", "hooks: {}\nm:\n  x: 1\n"),
            ("hooks: {}\n", "hooks: {}\nm:\n  y: 2\n"),
            json!({"m": {"x": 1, "y": 2}}),
        ),
        (
            ("cost: 2.5}", "cost: 2.5, a: 1}"),
            ("cost: 2.5}", "cost: 2.5, b: 2}"),
            json!({"engine": {"limits": {"a": 1, "b": 2}}}),
        ),
        (("hooks: {}\n", "hooks: {}\na: 1\n"), ("hooks: {}\n", ""), json!({"a": 1})),
        (("{time: 10, ", "{"), ("cost: 2.5}", "cost: 2.5, b: 2}"), json!({"engine": {"limits": {"b": 2}}})),
    ];
    for (file, row, expected) in table {
        let [base, file, row] = three(&[file], &[row]);
        for (file, row) in [(&file, &row), (&row, &file)] {
            let (made, verdict) = merged(&base, file, row);
            assert_eq!(kinds(&verdict), [], "{made}");
            let said = said(&agent(&made));
            assert!(has(&said, &expected), "{made}");
            let comments = ["# Who\n", "# cheap\n", "# What\n", "# files\n"];
            assert!(comments.iter().all(|comment| made.contains(comment)), "{made}");
            assert_eq!(
                made.contains("# mine\na: 1 # one\n"),
                text(file).contains("# mine") || text(row).contains("# mine"),
                "{made}"
            );
        }
    }
}

fn said(writing: &Writing) -> Value {
    writing.parsed().and_then(|document| document.to_json()).expect("it is YAML").clone()
}

/// Whether `said` has everything that `wanted` has.
fn has(said: &Value, wanted: &Value) -> bool {
    match (said, wanted) {
        (Value::Object(said), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| said.get(key).is_some_and(|said| has(said, wanted)))
        }
        _ => said == wanted,
    }
}

#[test]
fn the_row_wins_one_value_and_the_files_is_kept_by_its_pointer() {
    let table = [
        (("model: fast", "model: slow"), ("model: fast", "model: none"), "/engine/model", (Some("slow"), Some("none"))),
        (("time: 10", "time: 20"), ("time: 10", "time: 30"), "/engine/limits/time", (Some("20"), Some("30"))),
        (("Two.", "2."), ("Two.", "II."), "/prompts/system", (Some("2."), Some("II."))),
        (("  model: fast   # cheap\n", ""), ("fast", "slow"), "/engine/model", (None, Some("slow"))),
        (("fast", "slow"), ("  model: fast   # cheap\n", ""), "/engine/model", (Some("slow"), None)),
        (("hooks: {}\n", "hooks: {}\na: 1\n"), ("# Who\n", "a: 2\n# Who\n"), "/a", (Some("1"), Some("2"))),
    ];
    for (file, row, pointer, (of_file, of_row)) in table {
        let [base, file, row] = three(&[file], &[row]);
        let (made, verdict) = merged(&base, &file, &row);
        let [collision] = verdict.collisions.as_slice() else { panic!("{pointer}: {:?}", verdict.collisions) };
        assert_eq!(
            (collision.kind, collision.key.as_ref().map(|hole| hole.key.to_string())),
            (Kind::Field, Some(pointer.to_owned()))
        );
        let says = |said: &Option<crate::reconcile::Said>, part: Option<&str>| match (said, part) {
            (Some(said), Some(part)) => said.raw.contains(part),
            (said, part) => said.is_none() && part.is_none(),
        };
        assert!(says(&collision.file, of_file) && says(&collision.row, of_row), "{collision:?}");
        let at = |writing: &Writing| writing.parsed()?.to_json()?.pointer(pointer).cloned();
        assert_eq!(at(&agent(&made)), at(&row), "{made}");
    }
}

#[test]
fn what_is_more_than_one_value_is_held_and_decided_by_its_pointer() {
    let table = [
        (("- write", "- say"), ("- read ", "- see "), "/capabilities"),
        (("  - write\n", "  - write\n  - a\n"), ("  - write\n", "  - write\n  - b\n"), "/capabilities"),
        (("model: fast   # cheap", "model: [a, b]"), ("fast", "slow"), "/engine/model"),
        (("fast", "slow"), ("model: fast   # cheap", "model:\n    name: x   # cheap"), "/engine/model"),
        (
            ("engine:\n  model: fast   # cheap\n  limits: {time: 10, cost: 2.5}\n", ""),
            ("fast", "slow"),
            "/engine/model",
        ),
        (
            ("fast", "slow"),
            ("engine:\n  model: fast   # cheap\n  limits: {time: 10, cost: 2.5}\n", ""),
            "/engine/model",
        ),
        (("capabilities:\n  - read   # files\n  - write\n", ""), ("- write", "- say"), "/capabilities"),
    ];
    for (file, row, pointer) in table {
        let [base, file, row] = three(&[file, ("# Who", "# Who is it")], &[row]);
        let sides = sides(&base, &file, &row);
        let case = case(std::slice::from_ref(&sides));
        let verdict = decide(&case);
        let [collision] = verdict.collisions.as_slice() else { panic!("{pointer}: {:?}", verdict.collisions) };
        let key = collision.key.clone().expect("it has a place");
        assert_eq!((collision.kind, &key.key), (Kind::Body, &SlotKey::Pointer(pointer.to_owned())));
        assert_eq!(verdict.files[&agent_key()].action, FileAction::Pass, "nobody is overwritten");
        assert_eq!(row_after(&case, &verdict, &sides.0), row);
        for (side, wanted) in [(Side::File, &file), (Side::Row, &row)] {
            let choice = Choice { part: agent_key(), key: Some(key.clone()), side };
            let verdict = decide_with(&case, &[choice]);
            let made = row_after(&case, &verdict, &sides.0);
            assert_eq!(kinds(&verdict), [], "{pointer} {side:?}");
            assert_eq!(said(&made), said(wanted), "{pointer} {side:?}: {}", text(&made));
            assert!(text(&made).starts_with("# Who is it\n"), "what did not collide is there: {}", text(&made));
        }
    }
}

#[test]
fn a_comment_that_both_wrote_anew_is_held_as_text() {
    let [base, file, row] = three(&[("# What", "# What it may")], &[("# What", "# What it can")]);
    assert_eq!(kinds(&merged(&base, &file, &row).1), [Kind::Body]);
}

#[test]
fn a_file_that_nobody_changed_is_not_the_rest_of_what_its_row_says() {
    let (base, row) = (agent("d:\n    k: v\n    l:\n"), agent("d:\n  - x\n  - y: z\n"));
    let (made, verdict) = merged(&base, &base, &row);
    assert_eq!((made.as_str(), kinds(&verdict)), (text(&row), Vec::new()));
}

/// A configuration as people might write it.
fn configuration() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[a-d]: ([xyz]|'q'|\"[a-z]{0,3}\"|[0-9]|~|\\[a, b\\]|\\{k: v\\}|\\{\\})( # c)?\n",
        "[a-d]:\n  - x\n  - y: z\n",
        "[a-d]:\n    k: v\n    l:\n",
        "[a-d]: \\|\n  t\n  u\n",
        "# [a-c]\n",
        "\n",
    ];
    proptest::collection::vec(line, 1..6)
        .prop_map(|lines| lines.concat())
        .prop_filter("it is a mapping", |text| crate::document::read(Role::AgentConfig, text.as_bytes()).is_ok())
}

proptest! {
    #[test]
    fn an_unchanged_side_changes_nothing(base in configuration(), other in configuration()) {
        let (base, other) = (agent(&base), agent(&other));
        for (file, row) in [(&base, &other), (&other, &base), (&other, &other)] {
            let (made, verdict) = merged(&base, file, row);
            prop_assert_eq!(made.as_str(), text(&other));
            prop_assert_eq!(kinds(&verdict), []);
        }
    }

    #[test]
    fn every_value_of_both_sides_is_there_or_told(base in configuration(), file in configuration(), row in configuration()) {
        let (base, file, row) = (agent(&base), agent(&file), agent(&row));
        let (made, verdict) = merged(&base, &file, &row);
        if verdict.collisions.is_empty() {
            let (base, file, row, made) = (said(&base), said(&file), said(&row), said(&agent(&made)));
            for key in ["a", "b", "c", "d"] {
                let [base, file, row, made] = [&base, &file, &row, &made].map(|said| said.get(key));
                if file != base && (row == base || row == file) {
                    prop_assert_eq!(made, file, "{}", key);
                } else if file == base {
                    prop_assert_eq!(made, row, "{}", key);
                }
            }
        }
    }
}
