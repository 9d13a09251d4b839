//! Tells of every template whether it renders, before somebody needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::{Catalog, Entry, Limits, Place, RenderedFile, Template, Variable, VariableType, Variables, engine, render};
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
    /// Why it cannot be used; empty where all is well.
    pub problems: Vec<String>,
    /// What is strange about it and hinders nobody.
    pub remarks: Vec<String>,
}

/// How templates are tried.
pub struct Trial<'a> {
    /// What everybody may use.
    pub offered: BTreeMap<String, Value>,
    /// How far a rendering may go.
    pub limits: Limits,
    /// What is wrong with the files that came out.
    pub judge: &'a dyn Fn(TemplateKind, &[RenderedFile]) -> Vec<String>,
}

/// Renders every template of `catalog` twice: with what it requires, and with everything that it takes.
pub fn check(catalog: &Catalog, trial: &Trial<'_>) -> Vec<Checked> {
    catalog.list().map(|entry| check_one(entry, trial)).collect()
}

fn check_one(entry: &Entry, trial: &Trial<'_>) -> Checked {
    let (variables, problems, remarks) = match &entry.template {
        Ok(template) => {
            let (undeclared, unused) = undeclared(template, &trial.offered);
            (template.manifest.variables.clone(), [undeclared, problems(template, trial)].concat(), unused)
        }
        Err(error) => (Vec::new(), vec![error.to_string()], Vec::new()),
    };
    Checked { kind: entry.kind, name: entry.name.clone(), place: entry.place, variables, problems, remarks }
}

fn problems(template: &Template, trial: &Trial<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    // What a guessed manifest requires is not known, so only the full set can be expected to work.
    let is_sampled: [fn(&Variable) -> bool; 2] = [|variable| variable.required, |_| true];
    for is_sampled in is_sampled.into_iter().skip(usize::from(template.manifest.is_guessed)) {
        let wanted = template.manifest.variables.iter().filter(|variable| is_sampled(variable));
        let given = wanted.map(|variable| (variable.name.clone(), sample(variable))).collect();
        match render(template, &Variables { given, offered: trial.offered.clone() }, trial.limits) {
            Ok(files) => problems.extend((trial.judge)(template.kind, &files)),
            Err(error) => problems.push(error.to_string()),
        }
    }
    problems.dedup();
    problems
}

/// Variables that the files use and the manifest does not have, and those that it has and they do not use.
fn undeclared(template: &Template, offered: &BTreeMap<String, Value>) -> (Vec<String>, Vec<String>) {
    let Ok(tera) = engine::load(&template.sources, &Arc::default()) else {
        return Default::default(); // Rendering says why.
    };
    let used: BTreeSet<String> = engine::used(&tera, &template.sources).into_iter().collect();
    let names = || template.manifest.files.iter().flat_map(|file| [Some(&file.to), file.when.as_ref()]).flatten();
    let is_unused = |variable: &&Variable| {
        !used.contains(&variable.name) && !names().any(|name| name.contains(variable.name.as_str()))
    };
    let variables = &template.manifest.variables;
    let declared: BTreeSet<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    let unknown = used.iter().filter(|name| !declared.contains(name.as_str()) && !offered.contains_key(*name));
    let unknown = unknown.map(|name| format!("uses `{name}`, which its manifest does not declare"));
    let unused = variables.iter().filter(is_unused).map(|v| format!("declares `{}` and does not use it", v.name));
    (unknown.collect(), unused.collect())
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
    use super::*;
    use crate::template::TemplateFolder;

    /// A trial that offers a code and a title, and takes every text that is not empty.
    fn trial() -> Trial<'static> {
        let offered = ["code", "title"].map(|name| (name.to_owned(), Value::from(name)));
        let judge = &|_: TemplateKind, files: &[RenderedFile]| {
            files.iter().filter(|file| file.text.is_empty()).map(|file| format!("`{}` is empty", file.name)).collect()
        };
        Trial { offered: BTreeMap::from(offered), limits: Limits::default(), judge }
    }

    fn checked(manifest: &str, text: &str) -> Checked {
        let files = [("template.toml", manifest), ("x.tera", text)].map(|(n, t)| (n.to_owned(), t.to_owned()));
        let folder =
            TemplateFolder { kind: TemplateKind::Task, name: "mine".into(), files: BTreeMap::from(files), fault: None };
        let checked = check(&Catalog::new([folder]), &trial());
        checked.into_iter().find(|checked| checked.name == "mine").expect("checked")
    }

    fn problems_of(manifest: &str, text: &str) -> Vec<String> {
        checked(manifest, text).problems
    }

    #[test]
    fn nothing_is_wrong_with_the_built_in_templates() {
        for checked in check(&Catalog::new([]), &trial()) {
            assert_eq!(checked.problems, Vec::<String>::new(), "{}/{}", checked.kind, checked.name);
        }
    }

    #[test]
    fn a_variable_that_is_used_but_not_declared_is_told() {
        let Checked { problems, remarks, .. } = checked("help = \"\"\n[[variable]]\nname = \"b\"\n", "{{ a }}");
        assert_eq!(problems[0], "uses `a`, which its manifest does not declare");
        assert!(problems[1].contains("x.tera:1:4: Variable `a` is not defined"), "{problems:?}");
        assert_eq!((problems.len(), remarks), (2, vec!["declares `b` and does not use it".to_owned()]));
    }

    #[test]
    fn what_everybody_may_use_needs_neither_value_nor_declaration() {
        let none = Vec::<String>::new();
        assert_eq!(problems_of("help = \"\"\n[[variable]]\nname = \"title\"\n", "{{ title }}"), none);
        assert_eq!(problems_of("help = \"\"\n", "{{ title }} {{ code }}"), none);
    }

    #[test]
    fn what_comes_out_is_judged() {
        assert_eq!(problems_of("help = \"\"\n", "{% if false %}x{% endif %}"), ["`x` is empty"]);
    }

    #[test]
    fn a_template_that_works_only_with_everything_is_told() {
        let manifest = "help = \"\"\n[[variable]]\nname = \"a\"\n";
        assert!(problems_of(manifest, "{{ a }}")[0].contains("Variable `a` is not defined"));
        assert_eq!(problems_of(manifest, "-{% if a %}{{ a }}{% endif %}"), Vec::<String>::new());
    }
}
