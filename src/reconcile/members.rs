//! What differs between two JSON values, by the places of the members that differ.

use serde_json::{Map, Value};

use crate::model::Change;

/// What changed between two agent configurations; `None` where nothing did.
///
/// Of two objects it tells only the members that differ, each by its JSON pointer (RFC 6901), a list as a whole: `from`
/// and `to` lack a member that there was not. Where one of the two is not there, the other is told as a whole.
pub fn config_change(from: Option<&Value>, to: Option<&Value>) -> Option<Change> {
    match (from, to) {
        _ if from == to => None,
        (Some(from @ Value::Object(_)), Some(to @ Value::Object(_))) => {
            let mut told = [Map::new(), Map::new()];
            members("", Some(from), Some(to), &mut told);
            let [from, to] = told.map(Value::Object);
            Some(Change { from, to })
        }
        _ => Some(Change { from: from.cloned().unwrap_or_default(), to: to.cloned().unwrap_or_default() }),
    }
}

fn members(pointer: &str, from: Option<&Value>, to: Option<&Value>, told: &mut [Map<String, Value>; 2]) {
    match (from, to) {
        _ if from == to => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
                let inner = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                members(&inner, old.get(name), new.get(name), told);
            }
        }
        _ => {
            for (told, value) in told.iter_mut().zip([from, to]) {
                told.extend(value.map(|value| (pointer.to_owned(), value.clone())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let old = json!({"a": {"b/c": 1, "d": [1, 2]}, "e": null, "f": {}});
        let table = [
            (json!({"a": {"b/c": 2, "d": [1, 2]}, "e": null, "f": {}}), json!({"/a/b~1c": 1}), json!({"/a/b~1c": 2})),
            (json!({"a": {"b/c": 1, "d": [1]}, "e": null, "f": {}}), json!({"/a/d": [1, 2]}), json!({"/a/d": [1]})),
            (json!({"a": {"b/c": 1, "d": [1, 2]}, "f": {"g": 1}}), json!({"/e": null}), json!({"/f/g": 1})),
            (json!({"a": 1, "e": null, "f": {}}), json!({"/a": old["a"]}), json!({"/a": 1})),
        ];
        for (new, from, to) in table {
            assert_eq!(config_change(Some(&old), Some(&new)), Some(Change { from, to }), "{new}");
        }
        assert_eq!(config_change(Some(&old), Some(&old)), None);
        assert_eq!(config_change(None, None), None);
        assert_eq!(config_change(None, Some(&old)), Some(Change { from: Value::Null, to: old.clone() }));
        assert_eq!(config_change(Some(&old), None), Some(Change { from: old, to: Value::Null }));
    }
}
