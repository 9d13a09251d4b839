//! YAML documents that are made to say a whole JSON value.

use serde_json::Value;

use super::edit::misfit;
use super::slot::Shape;
use super::splice::Splices;
use super::{Document, EditError, SlotKey, parse, yaml};
use crate::model::Role;

impl Document {
    /// Makes a YAML document say `wanted`, spelled in its own style; what says the same already keeps every byte.
    ///
    /// # Errors
    /// Refuses what is no mapping, what would change a value that others share, and what could not be read again.
    pub fn conform(&self, wanted: &Value) -> Result<Self, EditError> {
        let Value::Object(map) = wanted else { return Err(EditError::WrongType) };
        let said = self.to_json().ok_or(EditError::NoSlot)?;
        if yaml::is_same(said, wanted) {
            return Ok(self.clone());
        }
        let splices = yaml::conform(self.text(), map).map_err(misfit)?;
        let edited = parse(self.role(), Splices::new(splices).apply(self.text())).0;
        edited.says(wanted)
    }

    /// A YAML document that says `wanted` and nothing else.
    ///
    /// # Errors
    /// Refuses what is no mapping and what could not be read again.
    pub fn of_value(role: Role, wanted: &Value) -> Result<Self, EditError> {
        let Value::Object(map) = wanted else { return Err(EditError::WrongType) };
        parse(role, yaml::written(map)).0.says(wanted)
    }

    /// The document with the raw value `raw` at `pointer`, or with nothing there.
    ///
    /// # Errors
    /// Refuses what would change anything else.
    pub fn put(&self, pointer: &str, raw: Option<&str>) -> Result<Self, EditError> {
        let set = raw.map(|raw| self.set(&SlotKey::Pointer(pointer.to_owned()), raw));
        if let Some(Ok(edited)) = set {
            return Ok(edited);
        }
        let mut wanted = self.to_json().ok_or(EditError::NoSlot)?.clone();
        place(&mut wanted, pointer, raw.map(value_of).transpose()?);
        self.conform(&wanted)
    }

    /// Whether a mapping or sequence stands at `pointer`, or what cannot be changed in place.
    pub fn is_structure(&self, pointer: &str) -> bool {
        match self.slot(&SlotKey::Pointer(pointer.to_owned())) {
            Some(slot) => slot.shape == Shape::Yaml(yaml::Shape::Whole) && slot.typed.is_none(),
            None => yaml::has(self.text(), pointer),
        }
    }

    /// Whether the mapping is there in which `pointer` would stand.
    pub fn has_room_for(&self, pointer: &str) -> bool {
        pointer.rsplit_once('/').is_some_and(|(parent, _)| yaml::has_mapping(self.text(), parent))
    }

    /// The document, if it reads as `wanted`.
    fn says(self, wanted: &Value) -> Result<Self, EditError> {
        match self.to_json() {
            Some(said) if yaml::is_same(said, wanted) => Ok(self),
            _ => Err(EditError::Misread),
        }
    }
}

/// Puts `value` at `pointer`, with the mappings that it needs, or takes it away.
pub fn place(whole: &mut Value, pointer: &str, value: Option<Value>) {
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let Some((last, parents)) = steps.split_last() else { return };
    let mut at = whole;
    for step in parents {
        let Value::Object(map) = at else { return };
        if !map.contains_key(step) && value.is_none() {
            return;
        }
        at = map.entry(step.clone()).or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    match (at, value) {
        (Value::Object(map), Some(value)) => drop(map.insert(last.clone(), value)),
        (Value::Object(map), None) => drop(map.remove(last)),
        _ => {}
    }
}

/// What a raw value says, whose lines stand as they stood behind a key.
pub fn value_of(raw: &str) -> Result<Value, EditError> {
    let text = if raw.starts_with("- ") { unindented(raw) } else { format!("k: {raw}\n") };
    let document = parse(Role::AgentConfig, text).0;
    Ok(document.to_json().ok_or(EditError::Misread)?["k"].clone())
}

/// The lines of a block sequence below a key, the first as far in as the others.
fn unindented(raw: &str) -> String {
    let dashes = raw.lines().skip(1).filter(|line| line.trim_start().starts_with("- "));
    let indent = dashes.map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
    format!("k:\n{}{raw}\n", " ".repeat(indent))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn config(text: &str) -> Document {
        parse(Role::AgentConfig, text).0
    }

    /// The text after `change` was made to what it says.
    fn changed(text: &str, change: impl FnOnce(&mut Value)) -> Result<String, EditError> {
        let document = config(text);
        let mut wanted = document.to_json().cloned().expect(text);
        change(&mut wanted);
        document.conform(&wanted).map(|edited| edited.text().to_owned())
    }

    const REAL: &str = "# Who does it\npack_version: \"1.0\"\nengine:\n  model: fast   # cheap\n  limits: {time: 10, cost: 2.5}\n\
        \n# What it can\ncapabilities:\n  - \"read\"  # files\n  - \"write\"\nagent_steps:\n  - name: plan\n    tools: [a, b]\n  \
        - name: build\nprompts:\n  system: |\n    You are kind.\n    Be brief.\n  empty:\nhooks: {}\n";

    #[test]
    fn only_the_bytes_of_the_value_change() {
        type Change = fn(&mut Value);
        let table: [(Change, &str, &str); 20] = [
            (|v| v["engine"]["model"] = json!("slow"), "model: fast ", "model: slow "),
            (|v| v["engine"]["model"] = json!(7), "model: fast ", "model: 7 "),
            (|v| v["engine"]["model"] = json!("7"), "model: fast ", "model: \"7\" "),
            (|v| v["pack_version"] = json!("2.0"), "\"1.0\"", "\"2.0\""),
            (|v| v["pack_version"] = json!(null), "\"1.0\"", "null"),
            (|v| v["engine"]["limits"]["time"] = json!(20), "time: 10", "time: 20"),
            (|v| v["engine"]["limits"]["deep"] = json!([1]), "cost: 2.5}", "cost: 2.5, deep: [1]}"),
            (|v| drop(v["engine"]["limits"].as_object_mut().map(|m| m.remove("time"))), "{time: 10, cost", "{cost"),
            (|v| drop(v["engine"]["limits"].as_object_mut().map(|m| m.remove("cost"))), ", cost: 2.5}", "}"),
            (|v| v["capabilities"][0] = json!("see"), "\"read\"", "\"see\""),
            (|v| drop(v["capabilities"].as_array_mut().map(|a| a.remove(0))), "  - \"read\"  # files\n", ""),
            (|v| v["capabilities"] = json!(["read", "write", "x"]), "\"write\"\n", "\"write\"\n  - x\n"),
            (
                |v| v["capabilities"] = json!([]),
                "capabilities:\n  - \"read\"  # files\n  - \"write\"\n",
                "capabilities: []\n",
            ),
            (|v| v["agent_steps"][0]["tools"] = json!(["a", "c", "d"]), "[a, b]", "[a, c, d]"),
            (|v| v["agent_steps"][1]["tools"] = json!("x"), "- name: build\n", "- name: build\n    tools: x\n"),
            (|v| v["agent_steps"][0] = json!({"tools": ["a", "b"]}), "- name: plan\n    tools", "- tools"),
            (|v| v["prompts"]["system"] = json!("Be\nrude.\n"), "You are kind.\n    Be brief.", "Be\n    rude."),
            (|v| v["prompts"]["empty"] = json!("no"), "empty:", "empty: \"no\""),
            (|v| v["hooks"] = json!({"before": "x"}), "hooks: {}", "hooks: {before: x}"),
            (
                |v| drop(v.as_object_mut().map(|m| m.remove("engine"))),
                "engine:\n  model: fast   # cheap\n  limits: {time: 10, cost: 2.5}\n",
                "",
            ),
        ];
        for (change, from, to) in table {
            assert_eq!(changed(REAL, change).as_deref(), Ok(REAL.replacen(from, to, 1).as_str()), "{from:?} {to:?}");
        }
    }

    #[test]
    fn what_is_new_is_written_as_its_neighbours_are() {
        let added = |text: &str| changed(text, |v| v["new"] = json!({"a": "x", "b": ["z", {"c": 1}], "d": {}}));
        let table = [
            ("k: v\n", "k: v\nnew:\n  a: x\n  b:\n    - z\n    - c: 1\n  d: {}\n"),
            ("k: 'v'", "k: 'v'\nnew:\n  a: 'x'\n  b:\n    - 'z'\n    - c: 1\n  d: {}"),
            (
                "m:\n    k:\n    - v\n# end\n",
                "m:\n    k:\n    - v\nnew:\n    a: x\n    b:\n    - z\n    - c: 1\n    d: {}\n# end\n",
            ),
            ("{\"k\": \"v\"}\n", "{\"k\": \"v\", \"new\": {\"a\": \"x\", \"b\": [\"z\", {\"c\": 1}], \"d\": {}}}\n"),
            ("k: |+\n  v\n\n", "k: |+\n  v\n\nnew:\n  a: x\n  b:\n    - z\n    - c: 1\n  d: {}\n"),
            ("k: v\r\n", "k: v\r\nnew:\r\n  a: x\r\n  b:\r\n    - z\r\n    - c: 1\r\n  d: {}\r\n"),
        ];
        for (text, expected) in table {
            assert_eq!(added(text).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn one_kind_of_value_takes_the_place_of_another() {
        let table = [
            ("a: 1 # c\nb: 2\n", json!({"a": [1, "x"], "b": 2}), "a:\n  - 1\n  - x # c\nb: 2\n"),
            ("a:   # c\n  x: 1\n  y: 2\nb: 2\n", json!({"a": 3, "b": 2}), "a: 3   # c\nb: 2\n"),
            ("a:\n  - 1\nb: 2\n", json!({"a": {"x": 1}, "b": 2}), "a:\n  x: 1\nb: 2\n"),
            ("a: [1]\n", json!({"a": {"x": 1}}), "a:\n  x: 1\n"),
            ("a: |\n  x\n\nb: 2\n", json!({"a": null, "b": 2}), "a: null\n\nb: 2\n"),
            ("a: 1\n", json!({}), "{}\n"),
            ("{a: 1}\n", json!({}), "{}\n"),
            ("{}\n", json!({"a": 1}), "{a: 1}\n"),
            ("a: 1\n", json!({"b": 1}), "b: 1\n"),
            ("a:\n- - 1\n  - 2\n", json!({"a": [[1, 3]]}), "a:\n- - 1\n  - 3\n"),
            ("a:\n- - 1\n", json!({"a": ["x", [1]]}), "a:\n- x\n- - 1\n"),
            ("a: {b: [1, 2, 3]}\n", json!({"a": {"b": [0, 1, 2, 3]}}), "a: {b: [0, 1, 2, 3]}\n"),
        ];
        for (text, wanted, expected) in table {
            assert_eq!(config(text).conform(&wanted).map(|d| d.text().to_owned()).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn a_block_that_is_emptied_leaves_the_comments_on_its_lines_behind_its_key() {
        let table = [
            ("a: # c\n  - x # gone\n  - y\nb: 1\n", "/a", json!([]), "a: [] # c\nb: 1\n"),
            (
                "a:\n  # first\n  - x\n  # then\n\n  - y\n  # last\nb: 1\n",
                "/a",
                json!([]),
                "a: []\n  # first\n  # then\n  # last\nb: 1\n",
            ),
            ("a:\n  x: 1\n  # then\n  y:\n    # deep\n    - z\n", "/a", json!({}), "a: {}\n  # then\n    # deep\n"),
            ("a:\n  - |\n    # text\n    x\n  # then\n  - \"y\n    # text\"\n", "/a", json!([]), "a: []\n  # then\n"),
            ("a:\n- x\n# then\n- y", "/a", json!([]), "a: []\n# then"),
            ("a:\n  - x", "/a", json!([]), "a: []"),
            ("a:\r\n  - x\r\n  # then\r\n  - y\r\nb: 1", "/a", json!([]), "a: []\r\n  # then\r\nb: 1"),
            ("a:\r\n  - x\r\n  # then\r\n  - y", "/a", json!([]), "a: []\r\n  # then"),
            ("a:\n  - - x\n    # then\n    - y # z\n  - w\n", "/a/0", json!([]), "a:\n  - [] # z\n    # then\n  - w\n"),
            ("a:\n  - k: 1\n    # then\n    l: 2", "/a/0", json!({}), "a:\n  - {}\n    # then"),
            (
                "a:\n  - k:\n      - x\n      # then\n      - y\n    l: 1\n",
                "/a/0/k",
                json!([]),
                "a:\n  - k: []\n      # then\n    l: 1\n",
            ),
            ("a:\n  - x\n  # then\n  - y\n", "/a", json!({"k": 1}), "a:\n  k: 1\n  # then\n"),
            ("a: [\n    x,\n    # then\n    y\n  ]\n", "/a", json!([]), "a: [\n    # then\n    ]\n"),
            ("a: [x,\n  # why y\n  y, z]\n", "/a", json!(["y", "z"]), "a: [\n  # why y\n  y, z]\n"),
            ("a: {x: 1,\n  # why y\n  y: 2}\n", "/a", json!({"x": 1}), "a: {x: 1\n  # why y\n  }\n"),
        ];
        for (text, pointer, value, expected) in table {
            let set = |whole: &mut Value| *whole.pointer_mut(pointer).expect(pointer) = value;
            assert_eq!(changed(text, set).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn what_was_emptied_is_filled_again() {
        let table = [
            ("a: [] # c\n  # then\nb: 1\n", json!(["x"]), "a: [x] # c\n  # then\nb: 1\n"),
            ("a: []", json!([["x"], {"k": null}]), "a: [[x], {k: null}]"),
            ("a: {}\r\n  # then\r\n", json!({"k": ["x"]}), "a: {k: [x]}\r\n  # then\r\n"),
            ("a: []\n", json!({"k": "x"}), "a:\n  k: x\n"),
        ];
        for (text, value, expected) in table {
            assert_eq!(changed(text, |whole| whole["a"] = value).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn a_text_whose_lines_end_with_blanks_is_no_block() {
        let first = json!({"a": {"a": {"a": "!\n "}}});
        let document = Document::of_value(Role::AgentConfig, &first).expect("it can be written");
        assert_eq!(document.text(), "a:\n  a:\n    a: \"!\\n \"\n");
        let mut wanted = first.clone();
        wanted["b"] = Value::Null;
        let added = document.conform(&wanted).expect("a key can come");
        assert_eq!(added.conform(&first).expect("and go").text(), document.text());
    }

    #[test]
    fn what_is_shared_is_refused_and_what_stands_beside_it_is_not() {
        let text = "base: &b {x: 1}\nuse: *b\nlist: [*b, 2]\nfree: 1\n";
        for (pointer, value) in
            [("/base/x", json!(2)), ("/use", json!(3)), ("/use/x", json!(3)), ("/list/0/x", json!(3))]
        {
            let set = |v: &mut Value| *v.pointer_mut(pointer).expect(pointer) = value;
            assert_eq!(changed(text, set), Err(EditError::Shared), "{pointer}");
        }
        assert_eq!(changed(text, |v| v["free"] = json!(2)), Ok(text.replace("free: 1", "free: 2")));
        assert_eq!(changed(text, |v| v["list"][1] = json!(4)), Ok(text.replace("*b, 2", "*b, 4")));
        assert!(changed(text, |v| drop(v.as_object_mut().map(|m| m.remove("base")))).is_err());
    }

    #[test]
    fn what_no_yaml_says_is_refused() {
        let text = "a: 1\n";
        assert_eq!(changed(text, |v| v["a"] = json!(u64::MAX)), Err(EditError::Misread));
        let deep = (0..40).fold(json!(1), |inner, _| json!({"a": inner}));
        assert_eq!(config(text).conform(&deep).err(), Some(EditError::Misread));
        for wanted in [json!([1]), json!("x"), json!(null)] {
            assert_eq!(config(text).conform(&wanted).err(), Some(EditError::WrongType));
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = "[a-c]{0,2}|[ -~\\n]{0,6}|no|1|- a|a: b|é\u{2028}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            (-1e9..1e9_f64).prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            let key = "[a-d]{1,2}|[ -~]{0,4}";
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(key, inner, 0..4).prop_map(|map| map.into_iter().collect::<Value>()),
            ]
        })
    }

    fn mapping() -> impl Strategy<Value = Value> {
        proptest::collection::btree_map("[a-d]{1,2}|[ -~]{0,4}", value(), 0..5)
            .prop_map(|map| map.into_iter().collect::<Value>())
    }

    /// A text that says `value`, with a comment on a line of its own before each line that can have one.
    fn commented(value: &Value) -> (String, usize) {
        let plain = Document::of_value(Role::AgentConfig, value).expect("it can be written");
        let mut text = plain.text().to_owned();
        let mut count = 0;
        for at in (0..text.len()).rev().filter(|at| *at == 0 || text.as_bytes()[*at - 1] == b'\n').collect::<Vec<_>>() {
            let with = format!("{}# c{count}\n{}", &text[..at], &text[at..]);
            if config(&with).to_json() == plain.to_json() {
                (text, count) = (with, count + 1);
            }
        }
        (text, count)
    }

    proptest! {
        #[test]
        fn what_is_emptied_keeps_every_comment_and_all_around_it(
            first in mapping(), eol in 0..2_usize, is_closed: bool, which in any::<proptest::sample::Index>(),
        ) {
            let (text, comments) = commented(&first);
            let keys: Vec<&String> = first.as_object().expect("a mapping").keys().collect();
            prop_assume!(!keys.is_empty());
            let key = keys[which.index(keys.len())].clone();
            let text = text.replace('\n', ["\n", "\r\n"][eol]);
            let text = if is_closed { text } else { text.trim_end_matches(['\r', '\n']).to_owned() };
            let document = config(&text);
            let mut wanted = document.to_json().expect("it is read").clone();
            wanted[&key] = match &wanted[&key] {
                Value::Array(_) => json!([]),
                Value::Object(_) => json!({}),
                _ => Value::Null,
            };
            let emptied = document.conform(&wanted);
            prop_assert!(emptied.is_ok(), "{text:?} to {wanted}: {:?}", emptied.err());
            let emptied = emptied.expect("it is");
            let signs = |text: &str| (0..comments).filter(|n| text.contains(&format!("# c{n}"))).count();
            prop_assert_eq!(signs(emptied.text()), signs(&text), "{:?} to {:?}", text, emptied.text());
            prop_assert!(!emptied.text().replace("\r\n", "").contains(['\r', ['\r', '\n'][eol]]), "{:?}", emptied.text());
            let ends = |text: &str| text.ends_with('\n');
            prop_assert_eq!(ends(emptied.text()), ends(&text), "{:?} to {:?}", text, emptied.text());
            let filled = emptied.conform(&first);
            prop_assert!(filled.is_ok(), "{:?} to {first}: {:?}", emptied.text(), filled.err());
        }

        #[test]
        fn every_value_is_written_and_every_other_made_of_it(first in mapping(), second in mapping()) {
            let document = Document::of_value(Role::AgentConfig, &first);
            let document = document.map_err(|error| TestCaseError::fail(format!("{first}: {error}")))?;
            let again = document.conform(&first).expect("it says that");
            prop_assert_eq!(again.text(), document.text());
            let edited = document.conform(&second);
            prop_assert!(edited.is_ok(), "{} to {}: {:?}", document.text(), second, edited.err());
        }

        #[test]
        fn a_change_of_one_value_keeps_every_line_without_it(first in mapping(), key in "[e-h]{6}", said in value()) {
            let document = Document::of_value(Role::AgentConfig, &first).expect("it can be written");
            let mut wanted = first.clone();
            wanted[&key] = said;
            let added = document.conform(&wanted).map_err(|error| TestCaseError::fail(format!("{wanted}: {error}")))?;
            prop_assert!(first == json!({}) || added.text().starts_with(document.text()), "{}", added.text());
            let removed = added.conform(&first).expect("what came can go");
            prop_assert_eq!(removed.text(), document.text());
        }
    }
}
