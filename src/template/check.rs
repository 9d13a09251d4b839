//! Tells of every template whether it renders, before somebody needs it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::{Catalog, Entry, Limits, Place, Template, Variable, VariableType, Variables, engine, render};
use crate::model::TemplateKind;

/// What came out for one template.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// What it makes.
    pub kind: TemplateKind,
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub place: Place,
    /// The variables that it takes.
    pub variables: Vec<Variable>,
    /// Why it cannot be used, and what is strange about it; empty where all is well.
    pub problems: Vec<String>,
}

/// Renders every template of `catalog` twice: with what it requires, and with everything that it takes.
pub fn check(catalog: &Catalog, limits: Limits) -> Vec<Checked> {
    catalog.list().map(|entry| check_one(entry, limits)).collect()
}

fn check_one(entry: &Entry, limits: Limits) -> Checked {
    let (variables, problems) = match &entry.template {
        Ok(template) => (template.manifest.variables.clone(), problems(template, limits)),
        Err(error) => (Vec::new(), vec![error.to_string()]),
    };
    Checked { kind: entry.kind, name: entry.name.clone(), place: entry.place, variables, problems }
}

fn problems(template: &Template, limits: Limits) -> Vec<String> {
    let mut problems = undeclared(template);
    // What a guessed manifest requires is not known, so only the full set can be expected to work.
    let is_sampled: [fn(&Variable) -> bool; 2] = [|variable| variable.required, |_| true];
    for is_sampled in is_sampled.into_iter().skip(usize::from(template.manifest.is_guessed)) {
        let wanted = template.manifest.variables.iter().filter(|variable| is_sampled(variable));
        let given = wanted.map(|variable| (variable.name.clone(), sample(variable))).collect();
        let rendered = render(template, &Variables { given, ..Variables::default() }, limits);
        problems.extend(rendered.err().map(|error| error.to_string()));
    }
    problems.dedup();
    problems
}

/// Variables that the files use and the manifest does not have, and the other way round.
fn undeclared(template: &Template) -> Vec<String> {
    let Ok(tera) = engine::load(&template.sources, &Arc::default()) else {
        return Vec::new(); // Rendering says why.
    };
    let used: BTreeSet<String> = engine::used(&tera, &template.sources).into_iter().collect();
    let names = || template.manifest.files.iter().flat_map(|file| [Some(&file.to), file.when.as_ref()]).flatten();
    let is_unused = |variable: &&Variable| {
        !used.contains(&variable.name) && !names().any(|name| name.contains(variable.name.as_str()))
    };
    let variables = &template.manifest.variables;
    let declared: BTreeSet<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    let unknown = used.iter().filter(|name| !declared.contains(name.as_str()));
    let unknown = unknown.map(|name| format!("uses `{name}`, which its manifest does not declare"));
    let unused = variables.iter().filter(is_unused).map(|v| format!("declares `{}` and does not use it", v.name));
    unknown.chain(unused).collect()
}

/// A value to try the template with.
fn sample(variable: &Variable) -> Value {
    if let Some(value) = variable.example.as_ref().or(variable.default.as_ref()) {
        return value.clone();
    }
    match (variable.kind, variable.choices.first()) {
        (VariableType::Text, Some(choice)) => Value::from(choice.as_str()),
        (VariableType::Text, None) => Value::from(variable.name.as_str()),
        (VariableType::List, _) => Value::from(vec!["first", "second"]),
        (VariableType::Number, _) => Value::from(1),
        (VariableType::Flag, _) => Value::Bool(true),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::template::TemplateFolder;

    fn problems_of(manifest: &str, text: &str) -> Vec<String> {
        let files = [("template.toml", manifest), ("x.tera", text)].map(|(n, t)| (n.to_owned(), t.to_owned()));
        let folder = TemplateFolder { kind: TemplateKind::Task, name: "mine".into(), files: BTreeMap::from(files) };
        let checked = check(&Catalog::new([folder]), Limits::default());
        checked.into_iter().find(|checked| checked.name == "mine").expect("checked").problems
    }

    #[test]
    fn nothing_is_wrong_with_the_built_in_templates() {
        for checked in check(&Catalog::new([]), Limits::default()) {
            assert_eq!(checked.problems, Vec::<String>::new(), "{}/{}", checked.kind, checked.name);
        }
    }

    #[test]
    fn a_variable_that_is_used_but_not_declared_is_told() {
        let problems = problems_of("help = \"\"\n[[variable]]\nname = \"b\"\n", "{{ a }}");
        assert_eq!(problems[0], "uses `a`, which its manifest does not declare");
        assert_eq!(problems[1], "declares `b` and does not use it");
        assert!(problems[2].contains("x.tera:1:4: Variable `a` is not defined"), "{problems:?}");
        assert_eq!(problems.len(), 3);
    }

    #[test]
    fn a_template_that_works_only_with_everything_is_told() {
        let manifest = "help = \"\"\n[[variable]]\nname = \"a\"\n";
        assert!(problems_of(manifest, "{{ a }}")[0].contains("Variable `a` is not defined"));
        assert_eq!(problems_of(manifest, "{% if a %}{{ a }}{% endif %}"), Vec::<String>::new());
    }
}
