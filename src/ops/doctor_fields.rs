//! What recognition makes of a folder: which fields were found, which fit their type, how those are written that do not.
//!
//! It reads no file and needs no project: the caller brings paths and bytes, so that any folder can be asked about.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{Document, Slot, SlotKey, load};
use crate::model::{Field, Position, Role};

/// A raw value is shown up to here; in characters.
const SHOWN: usize = 80;

/// How the report is cut.
#[derive(Debug, Clone, Copy, clap::Args, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FieldsOptions {
    /// Count folders that lie deeper than this with the folder that they lie in
    #[arg(long, value_name = "N", default_value_t = 1, requires = "fields")]
    pub depth: usize,
    /// Show at most so many raw values of a field
    #[arg(long, value_name = "N", default_value_t = 5, requires = "fields")]
    pub values: usize,
}

/// What was recognised in a set of documents.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FieldsReport {
    /// All of it.
    pub whole: FolderFields,
    /// The same by folder, in the order of their paths.
    pub folders: Vec<FolderFields>,
    /// The documents that cannot be understood; they count nowhere else.
    pub refused: Vec<DocumentTrouble>,
    /// What is wrong with the text of others as a whole, such as front matter that is left alone.
    pub troubles: Vec<DocumentTrouble>,
}

/// What was recognised in the documents of a folder.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FolderFields {
    /// The folder, as the paths have it; `.` for what lies at the top itself, `all` for all folders together.
    pub folder: String,
    /// How many documents were read.
    pub documents: usize,
    /// How many of them have no field but a title.
    pub bare: usize,
    /// The fields that were found.
    pub fields: Vec<FieldCount>,
}

/// How often a field was found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FieldCount {
    /// The field.
    pub field: Field,
    /// How many documents have it: `typed` and `raw` together.
    pub found: usize,
    /// How many say something of its type.
    pub typed: usize,
    /// How many have a value that fits no type, or none at all.
    pub raw: usize,
    /// How those are written, the most frequent first.
    pub values: Vec<RawValue>,
}

/// A spelling that fits no type.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RawValue {
    /// As written, on one line and at most 80 characters.
    pub raw: String,
    /// How often.
    pub count: usize,
    /// Where first, as `path:line`.
    pub first: String,
}

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DocumentTrouble {
    /// The file.
    pub path: String,
    /// The line.
    pub line: usize,
    /// The column in characters.
    pub column: usize,
    /// Why, in a word such as `not-utf8`.
    pub reason: String,
    /// Why, in a sentence.
    pub message: String,
}

/// What is known of a folder while documents come in.
#[derive(Default)]
struct Seen {
    documents: usize,
    bare: usize,
    fields: BTreeMap<Field, Spellings>,
}

#[derive(Default)]
struct Spellings {
    typed: usize,
    raw: BTreeMap<String, (usize, String)>,
}

/// The role that a file has by its name; a file outside any project too. Nothing for what is no document.
///
/// SPRINT.md, TASK.md and AGENT.yml are what they are called, and YAML in a folder `agents` is a profile. Any other
/// Markdown is read as a sprint where its name, or its folder while the name does not speak of a task, says so; else
/// as a task.
pub fn role_by_name(path: &str) -> Option<Role> {
    let path = path.to_lowercase();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    match (name, Path::new(name).extension()?.to_str()?) {
        ("agent.yml" | "agent.yaml", _) => Some(Role::AgentConfig),
        (_, "yml" | "yaml") => folder.split('/').any(|part| part == "agents").then_some(Role::AgentProfile),
        ("sprint.md", _) => Some(Role::Sprint),
        (_, "md") if name.contains("sprint") => Some(Role::Sprint),
        (_, "md") if name.contains("task") => Some(Role::Task),
        (_, "md") if folder.contains("sprint") => Some(Role::Sprint),
        (_, "md") => Some(Role::Task),
        _ => None,
    }
}

impl Default for FieldsOptions {
    fn default() -> Self {
        Self { depth: 1, values: 5 }
    }
}

impl FieldsOptions {
    /// Recognises the fields of each file, given as path below the folder that is asked about, and content.
    /// Files that are no documents by their name are passed over.
    pub fn report<'a>(&self, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> FieldsReport {
        let mut whole = Seen::default();
        let mut folders: BTreeMap<String, Seen> = BTreeMap::new();
        let (mut refused, mut troubles) = (Vec::new(), Vec::new());
        for (path, bytes) in files {
            let Some(role) = role_by_name(path) else { continue };
            match load(role, bytes) {
                Ok(loaded) => {
                    let all = loaded.document.troubles().iter();
                    troubles.extend(all.map(|one| DocumentTrouble::of(path, one.position, one.rule, &one.message)));
                    whole.add(path, &loaded.document);
                    folders.entry(self.folder(path)).or_default().add(path, &loaded.document);
                }
                Err(why) => {
                    refused.push(DocumentTrouble::of(path, why.position, why.reason.word(), &why.message));
                }
            }
        }
        let folders = folders.into_iter().map(|(folder, seen)| seen.told(folder, self.values)).collect();
        FieldsReport { whole: whole.told("all".to_owned(), self.values), folders, refused, troubles }
    }

    fn folder(&self, path: &str) -> String {
        let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
        let kept: Vec<&str> = folders.split('/').filter(|part| !part.is_empty()).take(self.depth).collect();
        if kept.is_empty() { ".".to_owned() } else { kept.join("/") }
    }
}

impl DocumentTrouble {
    fn of(path: &str, Position { line, column }: Position, reason: &str, message: &str) -> Self {
        Self { path: path.to_owned(), line, column, reason: reason.to_owned(), message: message.to_owned() }
    }
}

impl Seen {
    fn add(&mut self, path: &str, document: &Document) {
        let said = spoken(document);
        self.documents += 1;
        self.bare += usize::from(said.keys().all(|field| *field == Field::Title));
        for (field, slot) in said {
            let spellings = self.fields.entry(field).or_default();
            if slot.typed.is_some() {
                spellings.typed += 1;
                continue;
            }
            let line = Position::of(document.text(), slot.span.start).line;
            let first = || (0, format!("{path}:{line}"));
            spellings.raw.entry(shown(document.raw(slot))).or_insert_with(first).0 += 1;
        }
    }

    fn told(self, folder: String, values: usize) -> FolderFields {
        let fields = self.fields.into_iter().map(|(field, spellings)| spellings.told(field, values)).collect();
        FolderFields { folder, documents: self.documents, bare: self.bare, fields }
    }
}

impl Spellings {
    fn told(self, field: Field, most: usize) -> FieldCount {
        let raw = self.raw.values().map(|(count, _)| count).sum();
        let spelling = |(raw, (count, first))| RawValue { raw, count, first };
        let mut values: Vec<RawValue> = self.raw.into_iter().map(spelling).collect();
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.raw.cmp(&b.raw)));
        values.truncate(most);
        FieldCount { field, found: self.typed + raw, typed: self.typed, raw, values }
    }
}

/// The slots that speak for a field: the first one, mirrors aside.
fn spoken(document: &Document) -> BTreeMap<Field, &Slot> {
    let mut said = BTreeMap::new();
    for slot in document.slots().iter().filter(|slot| !slot.is_mirror) {
        if let SlotKey::Field(field) = slot.key {
            said.entry(field).or_insert(slot);
        }
    }
    said
}

/// A raw value on one line, cut where it grows long.
fn shown(raw: &str) -> String {
    let line = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: &str = "# Task: One\n\n**Status**: Done\n**Priority**: soon\n";
    const ODD: &str = "# Task: Two\n\n**Status**: nearly there\n**Priority**: soon\n";
    const BARE: &str = "# Just a page\n";

    fn report(files: &[(&'static str, &'static str)]) -> FieldsReport {
        FieldsOptions::default().report(files.iter().map(|(path, text)| (*path, text.as_bytes())))
    }

    fn count(folder: &FolderFields, field: Field) -> &FieldCount {
        folder.fields.iter().find(|count| count.field == field).expect("the field was found")
    }

    #[test]
    fn typed_and_raw_values_are_counted_apart() {
        let report = report(&[("a/TASK.md", DONE), ("a/b/TASK.md", ODD), ("page.md", BARE)]);
        let status = count(&report.whole, Field::Status);
        assert_eq!((status.found, status.typed, status.raw), (2, 1, 1));
        assert_eq!(status.values, [RawValue { raw: "nearly there".into(), count: 1, first: "a/b/TASK.md:3".into() }]);
        assert_eq!(count(&report.whole, Field::Priority).values[0].count, 2);
        assert_eq!((report.whole.documents, report.whole.bare), (3, 1));
    }

    #[test]
    fn deep_folders_count_with_the_one_they_lie_in() {
        let report = report(&[("a/TASK.md", DONE), ("a/b/c/TASK.md", ODD), ("page.md", BARE)]);
        let folders: Vec<_> = report.folders.iter().map(|f| (f.folder.as_str(), f.documents)).collect();
        assert_eq!(folders, [(".", 1), ("a", 2)]);
    }

    #[test]
    fn documents_that_cannot_be_understood_are_told() {
        let report = FieldsOptions::default().report([("a/TASK.md", &b"# \xff\n"[..]), ("a/TASK.txt", b"x")]);
        assert_eq!(report.whole.documents, 0);
        assert_eq!(report.refused.len(), 1);
        assert_eq!((report.refused[0].path.as_str(), report.refused[0].reason.as_str()), ("a/TASK.md", "not-utf8"));
    }

    #[test]
    fn what_is_left_alone_in_a_document_is_told_with_its_place() {
        let broken = "---\ntitle: Broken\nassignee: @ada\n---\n\n# Left alone\n\n```\nopen\n";
        let report = report(&[("a/TASK.md", broken), ("b/TASK.md", DONE)]);
        let told: Vec<_> = report.troubles.iter().map(|t| (t.path.as_str(), t.line, t.column, &*t.reason)).collect();
        assert_eq!(told, [("a/TASK.md", 3, 11, "broken-front-matter"), ("a/TASK.md", 8, 1, "unclosed-fence")]);
        assert_eq!((report.whole.documents, report.refused.len()), (2, 0));
    }

    #[test]
    fn only_so_many_spellings_are_shown_and_long_ones_are_cut() {
        let long = format!("# Task: One\n\n**Status**: {}\n", "so ".repeat(50));
        let files = [("1.md", long.as_str()), ("2.md", ODD), ("3.md", ODD)];
        let options = FieldsOptions { depth: 1, values: 1 };
        let report = options.report(files.iter().map(|(path, text)| (*path, text.as_bytes())));
        let status = count(&report.whole, Field::Status);
        assert_eq!((status.values.len(), status.values[0].raw.as_str()), (1, "nearly there"));
        assert_eq!(shown(&"so ".repeat(50)).chars().count(), SHOWN + 1);
    }

    #[test]
    fn names_tell_the_role() {
        for (path, role) in [
            ("x/SPRINT.md", Some(Role::Sprint)),
            ("sprints/x/TASK.md", Some(Role::Task)),
            ("sprints/x/TASK_TEMPLATE.md", Some(Role::Task)),
            ("sprints/x/README.md", Some(Role::Sprint)),
            ("docs/sprint-12.md", Some(Role::Sprint)),
            ("notes/idea.md", Some(Role::Task)),
            ("x/AGENT.yml", Some(Role::AgentConfig)),
            ("agents/ann.yml", Some(Role::AgentProfile)),
            ("ci/build.yml", None),
            ("image.png", None),
            ("LICENSE", None),
        ] {
            assert_eq!(role_by_name(path), role, "{path}");
        }
    }
}
