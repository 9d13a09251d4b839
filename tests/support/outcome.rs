//! What two projects can be compared by, once nothing runs on them.

use std::collections::{BTreeMap, BTreeSet};

use instep::model::Digest;

use crate::project::Project;
use crate::words::{without_ids, words};

/// Everything that a sync is about, without what is drawn anew each time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) rows: Vec<String>,
    pub(crate) conflicts: Vec<String>,
    pub(crate) events: Vec<String>,
}

const ROWS: &str = "SELECT json_array('sprint', sprint_code, '', title, status, priority, assignee, \
     deleted_at IS NULL, row_version, content_hash, file_path) FROM orchestration_sprints \
     UNION ALL SELECT json_array('task', t.task_code, s.sprint_code, t.title, t.status, t.priority, t.assignee, \
     t.deleted_at IS NULL, t.row_version, t.content_hash, t.file_path) \
     FROM orchestration_tasks t LEFT JOIN orchestration_sprints s ON s.id = t.sprint_id ORDER BY 1";

const CONFLICTS: &str = "SELECT json_array(kind, file_path, role, field, file_value, row_value, state) \
     FROM orchestration_conflicts ORDER BY 1";

/// What happens to a file is told again where a crash undid it.
const EVENTS: &str = "SELECT json_array(event_type, json(payload)) FROM orchestration_events \
     WHERE event_type NOT LIKE 'orchestration.file.%' ORDER BY 1";

const WITHOUT_REVISIONS: &str = "SELECT t.id FROM (SELECT id, row_version FROM orchestration_tasks UNION ALL \
     SELECT id, row_version FROM orchestration_sprints) t WHERE t.row_version <> \
     (SELECT count(*) FROM orchestration_revisions r WHERE r.entity_id = t.id)";

impl Outcome {
    /// How the project is now.
    pub(crate) fn of(project: &Project) -> Self {
        let text = |bytes: Vec<u8>| without_ids(&String::from_utf8_lossy(&bytes));
        let select = |query| project.select(query).iter().map(|line| without_ids(line)).collect();
        Self {
            files: documents(project).into_iter().map(|(path, bytes)| (path, text(bytes))).collect(),
            rows: select(ROWS),
            conflicts: select(CONFLICTS),
            events: select(EVENTS),
        }
    }
}

/// Every document; `.hash` only repeats what others say.
pub(crate) fn documents(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let is_document = |(path, _): &(String, Vec<u8>)| path.starts_with("delegation") && !path.ends_with("/.hash");
    project.files().into_iter().filter(is_document).collect()
}

/// P1: every text of `before` is in the tree, in the database or in the trash.
pub(crate) fn assert_keeps(project: &Project, before: &BTreeMap<String, Vec<u8>>, told: &str) {
    let stored: BTreeSet<String> =
        project.select("SELECT lower(hex(sha256)) FROM orchestration_blobs").into_iter().collect();
    let held: BTreeSet<Vec<u8>> = everything(project);
    for (path, bytes) in before {
        let text = words(path, bytes);
        let is_kept =
            stored.contains(&Digest::of(&text).to_string()) || held.iter().any(|held| words(path, held) == text);
        assert!(is_kept, "P1: the text of {path} is lost: {told}\n{}", String::from_utf8_lossy(bytes));
    }
}

/// P12, P13: the feed is dense, and every row has as many revisions as its version says.
pub(crate) fn assert_history(project: &Project, told: &str) {
    let feed = project.select("SELECT count(*) || ' of ' || max(seq) FROM orchestration_events").remove(0);
    let (count, last) = feed.split_once(" of ").expect("two numbers");
    assert_eq!(count, last, "P12: the feed is dense: {told}");
    assert_eq!(project.select(WITHOUT_REVISIONS), [""; 0], "P13: one revision for each version: {told}");
}

/// The bytes of every file there is, documents, trash and local state, but for the database: to close a file is to give
/// up all locks that this process has on it.
fn everything(project: &Project) -> BTreeSet<Vec<u8>> {
    let is_database = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b"instep.db");
    let files = walkdir::WalkDir::new(project.root()).into_iter().filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_type().is_file() && !is_database(entry.file_name()));
    files.filter_map(|entry| std::fs::read(entry.path()).ok()).collect()
}
