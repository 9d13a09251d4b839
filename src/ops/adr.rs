//! Makes decision records: `docs/adr/ADR-012-<slug>.md`, from a template. They are files alone, in step with nothing.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::new::{refuse_unreadable, variables_of};
use super::shelf::{Shelf, offered};
use super::{MakeError, OpError, Workspace};
use crate::model::{DocPath, TemplateKind};
use crate::template::{DEFAULT, Limits, RenderedFile, Variables, render};
use crate::tree::{Expected, Outcome, Replacement};

/// Where the records lie.
const FOLDER: &str = "docs/adr";

/// Make a decision record.
#[derive(Debug, Clone, Default, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AdrNew {
    /// The decision in one line
    #[arg(long, short, value_name = "TEXT")]
    pub title: String,
    /// Its number, which people agree on: another branch may have taken the next one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub number: Option<u32>,
    /// Which template, as `instep template list` names it
    #[arg(long, value_name = "NAME")]
    pub template: Option<String>,
    /// Give a variable of the template a value; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub var: Vec<String>,
}

/// A record that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AdrMade {
    /// Where it lies below the root.
    pub path: String,
}

impl AdrNew {
    /// Makes it, in the place of nothing.
    ///
    /// # Errors
    /// No number or one that is taken, a template that does not render, a file that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<AdrMade, OpError> {
        let folder = DocPath::new(FOLDER).expect("a good path");
        let taken = numbers(ws, &folder)?;
        let free = taken.last().map_or(1, |last| last + 1);
        let number = self.number.ok_or(MakeError::NoNumber { free })?;
        if taken.contains(&number) {
            return Err(OpError::from(MakeError::NumberTaken { number }));
        }
        let file = self.render(ws, number)?;
        let path = folder.join(&file.name).map_err(|_| OpError::BadPath { path: file.name.clone() })?;
        let pieces = vec![file.text.into_bytes().into()];
        let batch = [Replacement { path: path.clone(), pieces, expected: Expected::Absent }];
        for outcome in ws.tree.replace(&batch)? {
            if let Outcome::Failed(error) = outcome {
                return Err(error.into());
            }
        }
        Ok(AdrMade { path: path.to_string() })
    }

    fn render(&self, ws: &Workspace, number: u32) -> Result<RenderedFile, OpError> {
        let shelf = Shelf::read(ws)?;
        let usual = ws.config.templates.get(&TemplateKind::Adr).map(|setting| setting.value.as_str());
        let template = shelf.catalog.get(TemplateKind::Adr, self.template.as_deref().or(usual).unwrap_or(DEFAULT))?;
        let title = Value::from(self.title.as_str());
        refuse_unreadable("title", &title)?;
        let mut given = variables_of(&self.var)?;
        if let Some(name) = ["title", "number"].into_iter().find(|name| given.contains_key(*name)) {
            return Err(OpError::from(MakeError::GivenTwice { name: name.to_owned() }));
        }
        given.insert("title".into(), title);
        let own = BTreeMap::from([("number".to_owned(), Value::from(format!("{number:03}")))]);
        let variables = Variables { given, offered: offered(ws).into_iter().chain(own).collect() };
        let mut files = render(template, &variables, Limits::default())?;
        match files.len() {
            1 => Ok(files.remove(0)),
            n => Err(OpError::from(MakeError::BadOutput {
                template: template.to_string(),
                faults: vec![format!("it makes {n} files; a record is one")],
            })),
        }
    }
}

/// The numbers of the records that are there.
fn numbers(ws: &Workspace, folder: &DocPath) -> Result<BTreeSet<u32>, OpError> {
    let names = ws.tree.look_below(folder)?;
    Ok(names.iter().filter_map(|below| number(&below.name)).collect())
}

/// `ADR-012-use-sqlite.md` is number 12.
fn number(name: &str) -> Option<u32> {
    let rest = name.get(..4).filter(|start| start.eq_ignore_ascii_case("adr-")).map(|_| &name[4..])?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).map_or(rest, |end| &rest[..end]);
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_its_number() {
        assert_eq!(number("ADR-012-use-sqlite.md"), Some(12));
        assert_eq!(number("adr-7.md"), Some(7));
        assert_eq!(["README.md", "ADR-x.md", "ADR-", "äöü"].map(number), [None; 4]);
    }
}
