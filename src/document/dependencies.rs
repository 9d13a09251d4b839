//! The tasks that an item of a section of dependencies names.

use super::values::{self, bare};
use crate::model::{Field, Reference, Role, Typed};

/// What may stand between the name of a task and a remark on it.
const REMARKS: &[char] = &[':', '-', '–', '—', '(', '（', '：'];

/// The names of tasks that `item` may mean: a list of codes, else each word that stands alone or before a remark.
///
/// Whether there is such a task only the rows can tell.
pub fn tasks_named(item: &str) -> Vec<String> {
    match values::read(Role::Task, Field::DependsOn, item).typed {
        Some(Typed::List(codes)) => codes,
        _ => item.split([',', ';']).filter_map(leading).collect(),
    }
}

/// `**code**: why`, `[code](code/TASK.md)`, `code - why`, `code`.
fn leading(part: &str) -> Option<String> {
    let part = part.trim();
    let linked = part.strip_prefix('[').and_then(|link| link.split_once(']')).map(|(name, _)| (name, ""));
    let (name, rest) = linked.or_else(|| part.split_once([' ', '\t'])).unwrap_or((part, ""));
    let is_set_off = rest.is_empty() || rest.trim_start().starts_with(REMARKS) || name.ends_with(REMARKS);
    let name = bare(name.trim_end_matches(REMARKS)).trim_end_matches(REMARKS).trim_end_matches(['.', '/']);
    (is_set_off && name.parse::<Reference>().is_ok()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_names_tasks_in_many_ways() {
        let table: [(&str, &[&str]); 12] = [
            ("write-parser", &["write-parser"]),
            ("publish", &["publish"]),
            ("publish (this week)", &["publish"]),
            ("**publish**: it must be out", &["publish"]),
            ("`publish` must be out", &["publish"]),
            ("[publish](../publish/TASK.md) must be out", &["publish"]),
            ("publish – first", &["publish"]),
            ("T:alpha/publish, deploy", &["T:alpha/publish", "deploy"]),
            ("UI-02 (triggered by a click)", &["UI-02"]),
            ("None", &[]),
            ("Publish the thing", &[]),
            ("", &[]),
        ];
        for (item, names) in table {
            assert_eq!(tasks_named(item), names, "{item}");
        }
    }
}
