//! Brings together what a template takes and what it is given.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Template, TemplateError, Variable, VariableType};
use crate::model::did_you_mean;

/// The values for one rendering.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Variables {
    /// Asked for by name; one that the template does not take is an error.
    pub given: BTreeMap<String, Value>,
    /// What everybody may use and nobody must: the date, the project, settings.
    pub offered: BTreeMap<String, Value>,
}

/// The value of each variable that the template takes and that has one: given, else offered, else the default; and
/// what is offered, for those that use it without saying so.
///
/// # Errors
/// Names everything that is missing, unknown or of the wrong type at once.
pub(super) fn settle(template: &Template, variables: &Variables) -> Result<BTreeMap<String, Value>, TemplateError> {
    let manifest = &template.manifest;
    let mut faults = Vec::new();
    let mut settled = BTreeMap::new();
    let mut missing = Vec::new();
    for variable in &manifest.variables {
        let said = |values: &BTreeMap<String, Value>| values.get(&variable.name).filter(|v| !v.is_null()).cloned();
        match said(&variables.given).or_else(|| said(&variables.offered)).or_else(|| variable.default.clone()) {
            Some(value) => match fitting(variable, value) {
                Ok(value) => drop(settled.insert(variable.name.clone(), value)),
                Err(fault) => faults.push(fault),
            },
            None if variable.required => missing.push(variable.name.as_str()),
            None => {}
        }
    }
    if !missing.is_empty() {
        faults.insert(0, needs(&missing));
    }
    // What everybody may use needs no declaration.
    for (name, value) in variables.offered.iter().filter(|(_, value)| !value.is_null()) {
        settled.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let known: Vec<&str> = manifest.variables.iter().map(|variable| variable.name.as_str()).collect();
    for name in variables.given.keys().filter(|name| !known.contains(&name.as_str())) {
        faults.push(format!("takes no variable `{name}`{}", did_you_mean(name, known.iter().copied())));
    }
    if faults.is_empty() {
        Ok(settled)
    } else {
        Err(TemplateError::Variables { template: template.to_string(), faults })
    }
}

/// `needs a value for …`.
pub(super) fn needs(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("needs a value for {}", names.join(", "))
}

/// The value in the type that the variable takes; the command line gives every value as text.
fn fitting(variable: &Variable, value: Value) -> Result<Value, String> {
    let name = &variable.name;
    let value = match (variable.kind, value) {
        (VariableType::Text, Value::String(text)) => choice(variable, text)?,
        (VariableType::Text, number @ Value::Number(_)) => choice(variable, number.to_string())?,
        (VariableType::List, Value::String(text)) => lines(&text),
        (VariableType::List, Value::Array(items)) if items.iter().all(Value::is_string) => Value::Array(items),
        (VariableType::Number, number @ Value::Number(_)) => number,
        (VariableType::Number, Value::String(text)) => number(name, &text)?,
        (VariableType::Flag, Value::Bool(truth)) => Value::Bool(truth),
        (VariableType::Flag, Value::String(text)) => flag(name, &text)?,
        (kind, _) => return Err(format!("takes {} for `{name}`", kind.noun())),
    };
    Ok(value)
}

fn choice(variable: &Variable, text: String) -> Result<Value, String> {
    let choices = variable.choices.iter().map(String::as_str);
    if variable.choices.is_empty() || variable.choices.contains(&text) {
        return Ok(Value::String(text));
    }
    let hint = did_you_mean(&text, choices);
    Err(format!("takes one of {} for `{}`, not `{text}`{hint}", variable.choices.join(", "), variable.name))
}

fn lines(text: &str) -> Value {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect()
}

fn number(name: &str, text: &str) -> Result<Value, String> {
    let whole = text.trim().parse::<i64>().ok().map(Value::from);
    let broken = || text.trim().parse::<f64>().ok().filter(|n| n.is_finite()).map(Value::from);
    whole.or_else(broken).ok_or_else(|| format!("takes a number for `{name}`, not `{text}`"))
}

fn flag(name: &str, text: &str) -> Result<Value, String> {
    match text.trim() {
        "true" | "yes" => Ok(Value::Bool(true)),
        "false" | "no" => Ok(Value::Bool(false)),
        _ => Err(format!("takes true or false for `{name}`, not `{text}`")),
    }
}

impl VariableType {
    /// The type as people are told of it.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::List => "a list of texts",
            Self::Number => "a number",
            Self::Flag => "true or false",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TemplateKind;
    use crate::template::{Catalog, Limits, TemplateFolder, render};
    use serde_json::json;

    fn template(manifest: Option<&str>, text: &str) -> Template {
        let mut files = BTreeMap::from([("x.tera".to_owned(), text.to_owned())]);
        files.extend(manifest.map(|manifest| ("template.toml".to_owned(), manifest.to_owned())));
        let folder = TemplateFolder { kind: TemplateKind::Bug, name: "mine".into(), files, fault: None };
        Catalog::new([folder]).get(TemplateKind::Bug, "mine").expect("a good template").clone()
    }

    fn given(value: Value) -> Variables {
        let Value::Object(map) = value else { panic!("an object is expected") };
        Variables { given: map.into_iter().collect(), ..Variables::default() }
    }

    const MANIFEST: &str = r#"
        help = "x"
        [[variable]]
        name = "title"
        required = true
        [[variable]]
        name = "owner"
        required = true
        [[variable]]
        name = "size"
        choices = ["small", "large"]
        default = "small"
        [[variable]]
        name = "steps"
        type = "list"
        [[variable]]
        name = "n"
        type = "number"
        [[variable]]
        name = "flag"
        type = "flag"
    "#;

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let template = template(Some(MANIFEST), "x");
        let wrong = given(json!({"titel": "x", "size": "smal", "n": "many", "flag": [], "steps": 7}));
        assert_eq!(
            settle(&template, &wrong).expect_err("wrong").to_string(),
            "the template `bug/mine` needs a value for `title`, `owner`; takes one of small, large for `size`, not \
             `smal`; did you mean `small`?; takes a list of texts for `steps`; takes a number for `n`, not `many`; takes \
             true or false for `flag`; takes no variable `titel`; did you mean `title`?"
        );
    }

    #[test]
    fn texts_of_the_command_line_become_what_the_template_takes() {
        let template = template(Some(MANIFEST), "x");
        let words = given(json!({"title": 7, "owner": "o", "steps": "one\n\n two \r\n", "n": "3", "flag": "yes"}));
        let settled = settle(&template, &words).expect("good");
        let expected =
            json!({"title": "7", "owner": "o", "size": "small", "steps": ["one", "two"], "n": 3, "flag": true});
        assert_eq!(serde_json::to_value(settled).expect("JSON"), expected);
    }

    #[test]
    fn given_wins_over_offered_and_offered_over_the_default() {
        let template = template(Some(MANIFEST), "x");
        let mut variables = given(json!({"title": "given", "owner": null}));
        variables.offered = given(json!({"title": "t", "owner": "offered", "size": "large", "unused": 1})).given;
        let settled = settle(&template, &variables).expect("good");
        assert_eq!(json!([settled["title"], settled["owner"], settled["size"]]), json!(["given", "offered", "large"]));
    }

    #[test]
    fn what_is_offered_is_never_refused_and_needs_no_declaration() {
        let template = template(Some("help = \"\"\n"), "{{ code }}");
        let offered = given(json!({"code": "x", "title": "y"})).given;
        let files = render(&template, &Variables { offered, ..Variables::default() }, Limits::default());
        assert_eq!(files.expect("a text")[0].text, "x");
    }

    #[test]
    fn without_manifest_every_variable_that_is_missing_is_named() {
        let template = template(None, "{{ a }}{% if b %}{{ b }}{% endif %}{{ c | default(value='') }}{{ d }}");
        let names: Vec<&str> = template.manifest.variables.iter().map(|v| v.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        let error = render(&template, &given(json!({"a": "1"})), Limits::default()).expect_err("`d` is missing");
        assert_eq!(error.to_string(), "the template `bug/mine` needs a value for `b`, `c`, `d`");
        assert!(render(&template, &given(json!({"a": "1", "d": "2"})), Limits::default()).is_ok());
        let error =
            render(&template, &given(json!({"a": "1", "e": "2"})), Limits::default()).expect_err("`e` is unknown");
        assert_eq!(error.to_string(), "the template `bug/mine` takes no variable `e`");
    }
}
