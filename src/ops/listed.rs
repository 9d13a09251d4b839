//! Lists of things to make, as people and agents write them in YAML or JSON.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use serde_json::{Map, Value};

use super::{MakeError, OpError};
use crate::model::TemplateKind;
use crate::tree::read_named;

/// The largest list, in bytes.
const MAX_LIST: u64 = 4 << 20;

/// One thing to make.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    /// Its code.
    pub(super) code: String,
    /// Its sprint.
    pub(super) sprint: Option<String>,
    /// What kind of template it is made from, where that is not the usual one.
    pub(super) kind: Option<TemplateKind>,
    /// Its template.
    pub(super) template: Option<String>,
    /// Values of the template's variables that somebody asked for.
    pub(super) variables: BTreeMap<String, Value>,
    /// Values that the template may use and need not.
    pub(super) offered: BTreeMap<String, Value>,
}

/// Reads the list in the file at `path`; `-` is standard input.
///
/// # Errors
/// There is no such file, or it is no list of things to make.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, OpError> {
    let bad = |message: String| OpError::from(MakeError::BadList { path: path.to_owned(), message });
    let bytes = read_named(path, MAX_LIST)?.ok_or_else(|| MakeError::NoFile { path: path.to_owned() })?;
    parse(&bytes).map_err(bad)
}

fn parse(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let broken = |error: &dyn Display| format!("it is neither YAML nor JSON: {error}");
    let read: serde_yaml::Value = serde_yaml::from_slice(bytes).map_err(|error| match error.to_string() {
        // Of two values under one name nobody knows which is meant.
        words if words.contains("duplicate") => format!("a name is given twice: {words}"),
        words => broken(&words),
    })?;
    let read = serde_json::to_value(read).map_err(|error| broken(&error))?;
    let items = match read {
        Value::Array(items) if !items.is_empty() => items,
        Value::Array(_) | Value::Null => return Err("it lists nothing".into()),
        other => return Err(format!("it must be a list of things to make, and is {}", noun(&other))),
    };
    let entry = |(index, item)| entry(item).map_err(|why| format!("entry {}: {why}", index + 1));
    items.into_iter().enumerate().map(entry).collect()
}

fn entry(item: Value) -> Result<Entry, String> {
    let Value::Object(mut said) = item else {
        return Err(format!("it must have the form `code: …`, and is {}", noun(&item)));
    };
    let code = text(&mut said, "code")?.ok_or("it has no `code`")?;
    let sprint = text(&mut said, "sprint")?;
    let template = text(&mut said, "template")?;
    let kind = match text(&mut said, "kind")? {
        None => None,
        Some(word) => Some(task_kind(&word).ok_or_else(|| format!("`{word}` is no kind; write {}", KINDS.join(", ")))?),
    };
    let variables = said.into_iter().filter(|(_, value)| !value.is_null()).collect();
    Ok(Entry { code, sprint, kind, template, variables, offered: BTreeMap::new() })
}

/// The kinds of templates that make tasks.
pub(super) const KINDS: [&str; 3] = ["task", "bug", "embedded"];

/// The kind of template of that name that makes a task.
pub(super) fn task_kind(word: &str) -> Option<TemplateKind> {
    KINDS.contains(&word).then(|| TemplateKind::from_word(word))?
}

/// Takes a text out; a number counts as one, since YAML takes `code: 7` for a number.
fn text(said: &mut Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match said.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(format!("`{key}` must be a text, and is {}", noun(&other))),
    }
}

const fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "names with values",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_says_its_code_and_what_goes_into_its_template() {
        let entries = parse(b"- code: 7\n  title: Seven\n- {code: b, kind: bug, sprint: S:x, template: t}\n");
        let entries = entries.expect("a good list");
        assert_eq!((entries[0].code.as_str(), entries[0].variables["title"].as_str()), ("7", Some("Seven")));
        assert_eq!((entries[1].kind, entries[1].sprint.as_deref()), (Some(TemplateKind::Bug), Some("S:x")));
        assert!(entries[1].variables.is_empty());
    }

    #[test]
    fn what_is_no_list_is_told_in_plain_words_and_names_the_entry() {
        for (text, why) in [
            ("", "it lists nothing"),
            ("[]", "it lists nothing"),
            ("code: x", "it must be a list of things to make, and is names with values"),
            ("- 1", "entry 1: it must have the form `code: …`, and is a number"),
            ("- code: a\n- title: b", "entry 2: it has no `code`"),
            ("- code: [a]", "entry 1: `code` must be a text, and is a list"),
            ("- {code: a, kind: sprint}", "entry 1: `sprint` is no kind; write task, bug, embedded"),
        ] {
            assert_eq!(parse(text.as_bytes()).expect_err(why), why);
        }
        assert!(parse(b"- [").expect_err("broken").starts_with("it is neither YAML nor JSON: "));
        for twice in
            ["- code: a5\n  code: a6\n", "[{\"code\": \"a\", \"code\": \"b\"}]", "- {code: a, x: {y: 1, y: 2}}"]
        {
            assert!(parse(twice.as_bytes()).expect_err(twice).starts_with("a name is given twice: "), "{twice}");
        }
    }
}
