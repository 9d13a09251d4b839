//! Stories of other programs that write rows with plain SQL.

use instep::model::{EntityKind, Event, Field, Patch, Source};
use instep::store::{Selection, events_of, row_fields};
use serde_json::{Value, json};

use super::backend::{Backend, refused, sql};
use super::build::{agent, commit, difference, feed, id, of, path, record, sprint, task, told};
use super::commits::sample;

/// The rows that each story starts with: one of each kind, with the same code.
async fn three_rows(b: &dyn Backend) {
    let alpha = sprint(1, "alpha").says("# Alpha\n");
    let one = task(2, "one").within(&alpha).says("# One\n");
    commit(b.store(), &of(1, [alpha, one, agent(3, "bob").says("name: Bob\n")])).await;
}

/// The events since the rows were made.
async fn news(b: &dyn Backend) -> Vec<Event> {
    feed(b.store()).await.split_off(3)
}

const TABLES: [(EntityKind, u128, &str, &str); 3] = [
    (EntityKind::Sprint, 1, "orchestration_sprints", "sprint_code"),
    (EntityKind::Task, 2, "orchestration_tasks", "task_code"),
    (EntityKind::Agent, 3, "agent_profiles", "agent_code"),
];

fn column(field: Field) -> &'static str {
    match field {
        Field::Code => "claimed_code",
        Field::Sprint => "claimed_sprint",
        Field::TrackingHash => "claimed_hash",
        other => other.word(),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        other => format!("'{}'", other.to_string().replace('\'', "''")),
    }
}

pub(crate) async fn an_update_of_any_column_is_a_patch_and_the_events_that_we_would_make(b: &dyn Backend) {
    three_rows(b).await;
    let mut expected = Vec::new();
    for (kind, number, table, _) in TABLES {
        for field in row_fields(kind) {
            let before = record(b.store(), id(number)).await;
            let value = sample(kind, *field);
            sql(b, &format!("UPDATE {table} SET {} = {} WHERE id = '{}'", column(*field), literal(&value), id(number)))
                .await;
            let after = record(b.store(), id(number)).await;
            assert_eq!(after.fields.get(field), Some(&value), "{table} {field}");
            assert_eq!(after.row_version, before.row_version + 1);
            assert_eq!(after.documents, before.documents, "the documents wait");
            let (revision, patch) = after.patches.last().expect("there is a patch");
            assert_eq!((*revision, &patch.fields), (after.head, &[(*field, value)].into()));
            let entity = instep::model::EntityRef { kind, id: id(number) };
            let changes = difference(&before.fields, &after.fields);
            expected
                .extend(events_of(entity, changes).into_iter().map(|e| (e.event_type.word().to_owned(), e.changes)));
        }
    }
    let news = news(b).await;
    let found: Vec<_> = news.iter().map(|e| (e.event_type.clone(), e.payload["changes"].clone())).collect();
    let expected: Vec<_> = expected.into_iter().map(|(word, changes)| (word, json!(changes))).collect();
    assert_eq!(found, expected);
    assert!(news.iter().all(|event| event.actor.as_str() == b.outsider()));
}

pub(crate) async fn one_update_of_many_columns_is_one_revision(b: &dyn Backend) {
    three_rows(b).await;
    let update = "UPDATE orchestration_tasks SET status = 'completed', title = 'T', assignee = 'eve', progress = 100, \
         tags = '[\"x\"]', phase = '2', position = NULL WHERE task_code = 'one'";
    sql(b, update).await;
    let revisions = b.store().revisions(&[(id(2), 1)]).await.expect("revisions can be read");
    assert_eq!(revisions.len(), 1);
    assert_eq!((revisions[0].source, revisions[0].actor.to_string()), (Source::Sql, b.outsider()));
    assert_eq!((revisions[0].clone, revisions[0].documents.as_ref()), (None, None));
    let patch = revisions[0].patch.as_ref().expect("it is a patch");
    let fields: Vec<_> = patch.fields.keys().copied().collect();
    let changed = [Field::Title, Field::Status, Field::Phase, Field::Assignee, Field::Progress, Field::Tags];
    assert_eq!(fields, changed, "a column that was set to what it was is not in the patch");
    let news = news(b).await;
    let mut words: Vec<_> = told(&news).into_iter().map(|(word, changes)| (word, changes.clone())).collect();
    words.sort_by_key(|(word, _)| *word);
    let changed = |of: &[(&str, Value, Value)]| -> Value {
        of.iter().map(|(f, from, to)| ((*f).to_owned(), json!({"from": from, "to": to}))).collect()
    };
    let expected = [
        ("task.assigned", changed(&[("assignee", json!(null), json!("eve"))])),
        ("task.progress_updated", changed(&[("progress", json!(null), json!(100))])),
        ("task.status_updated", changed(&[("status", json!("pending"), json!("completed"))])),
        (
            "task.updated",
            changed(&[
                ("phase", json!(null), json!("2")),
                ("tags", json!(null), json!(["x"])),
                ("title", json!(null), json!("T")),
            ]),
        ),
    ];
    assert_eq!(words, expected);
}

pub(crate) async fn the_status_says_what_began(b: &dyn Backend) {
    three_rows(b).await;
    for status in ["in_progress", "blocked", "review"] {
        sql(b, &format!("UPDATE orchestration_tasks SET status = '{status}'")).await;
    }
    sql(b, "UPDATE orchestration_sprints SET status = 'active'").await;
    sql(b, "UPDATE agent_profiles SET status = 'archived'").await;
    let news = news(b).await;
    let words: Vec<_> = told(&news).into_iter().map(|(word, _)| word).collect();
    let expected =
        ["task.started", "task.blocked", "task.status_updated", "sprint.status_changed", "agent.status_changed"];
    assert_eq!(words, expected);
}

pub(crate) async fn an_update_that_changes_nothing_is_nothing(b: &dyn Backend) {
    three_rows(b).await;
    let before = b.store().records(Selection::All).await.expect("rows can be read");
    sql(b, "UPDATE orchestration_tasks SET status = 'pending', title = NULL, owner = owner").await;
    sql(b, "UPDATE orchestration_sprints SET sprint_code = sprint_code").await;
    assert_eq!(b.store().records(Selection::All).await.expect("rows can be read"), before);
    assert!(news(b).await.is_empty());
}

pub(crate) async fn cc09_what_only_the_database_may_say_is_overridden(b: &dyn Backend) {
    three_rows(b).await;
    let nonsense = "row_version = 77, documents_version = 66, hash = 'forged', content_hash = 'forged', \
         file_path = '../../etc/passwd', created_at = '1999-01-01T00:00:00.000000Z', \
         updated_at = '1999-01-01T00:00:00.000000Z', \
         head_revision = '00000000-0000-0000-0000-000000000000'";
    for (_, number, table, _) in TABLES {
        let before = record(b.store(), id(number)).await;
        sql(b, &format!("UPDATE {table} SET {nonsense}")).await;
        assert_eq!(record(b.store(), id(number)).await, before, "nothing was said");
        let lower = nonsense.replace("row_version = 77", "row_version = 1");
        sql(b, &format!("UPDATE {table} SET {lower}, status = NULL")).await;
        let after = record(b.store(), id(number)).await;
        assert_eq!((after.row_version, after.patches.len()), (2, 1));
        assert_eq!((&after.path, after.created_at), (&before.path, before.created_at));
        assert_ne!(after.head, before.head);
        assert_eq!(after.tracking, None);
        assert_eq!(b.ask(&format!("SELECT content_hash FROM {table}")).await, "");
    }
    assert_eq!(news(b).await.len(), 3);
}

pub(crate) async fn cc06_a_deleted_row_is_a_tombstone(b: &dyn Backend) {
    three_rows(b).await;
    for (_, number, table, _) in TABLES {
        sql(b, &format!("DELETE FROM {table}")).await;
        let gone = record(b.store(), id(number)).await;
        assert_eq!((gone.deleted, gone.row_version, gone.documents.len()), (true, 2, 1));
        assert_eq!(gone.patches.len(), 1, "the deletion is a revision");
        assert_eq!(gone.patches[0].1, Patch::default());
        sql(b, &format!("DELETE FROM {table}")).await;
        assert_eq!(record(b.store(), id(number)).await, gone, "it cannot be deleted twice");
    }
    let news = news(b).await;
    let deleted = json!({"deleted": {"from": false, "to": true}});
    let expected = ["sprint.deleted", "task.deleted", "agent.deleted"].map(|word| (word, &deleted));
    assert_eq!(told(&news), expected);
}

pub(crate) async fn cc07_a_tombstone_comes_back_only_on_purpose(b: &dyn Backend) {
    three_rows(b).await;
    sql(b, "DELETE FROM orchestration_tasks WHERE task_code = 'one'").await;
    sql(b, "UPDATE orchestration_tasks SET title = 'still gone' WHERE task_code = 'one'").await;
    assert!(record(b.store(), id(2)).await.deleted);
    sql(b, "UPDATE orchestration_tasks SET deleted_at = NULL WHERE task_code = 'one'").await;
    let back = record(b.store(), id(2)).await;
    assert_eq!((back.deleted, back.row_version), (false, 4));
    assert_eq!(told(&news(b).await).last().map(|(word, _)| *word), Some("task.restored"));
    let soft = "UPDATE orchestration_tasks SET deleted_at = '1999-01-01T00:00:00.000000Z' WHERE task_code = 'one'";
    sql(b, soft).await;
    assert!(record(b.store(), id(2)).await.deleted);
    assert!(b.ask("SELECT deleted_at FROM orchestration_tasks").await.starts_with("20"), "the database's own clock");
}

pub(crate) async fn a_deletion_of_many_rows_deletes_each_of_them(b: &dyn Backend) {
    commit(b.store(), &of(1, (1..=30).map(|n| task(n, &format!("t-{n}")).says("x")))).await;
    sql(b, "DELETE FROM orchestration_tasks").await;
    let rows = b.store().records(Selection::All).await.expect("rows can be read");
    assert_eq!(rows.iter().filter(|row| row.deleted).count(), 30);
    assert_eq!(b.store().count_live().await.expect("rows can be counted"), 0);
}

pub(crate) async fn an_inserted_row_is_completed(b: &dyn Backend) {
    three_rows(b).await;
    sql(b, "INSERT INTO orchestration_tasks (task_code, title, tags) VALUES ('new', 'N', '[\"x\"]')").await;
    let found = b.store().records(Selection::Codes(&["new".into()])).await.expect("rows can be read");
    let new = &found[0];
    assert_eq!((new.row_version, new.n, new.documents.len(), new.path.as_ref()), (1, 1, 0, None));
    let fields = [(Field::Title, json!("N")), (Field::Tags, json!(["x"]))].into();
    assert_eq!(new.fields, fields);
    assert_eq!(new.patches, [(new.head, fields.into())]);
    let news = news(b).await;
    let changes = json!({
        "task_code": {"from": null, "to": "new"}, "title": {"from": null, "to": "N"}, "tags": {"from": null, "to": ["x"]}
    });
    assert_eq!(told(&news), [("task.created", &changes)]);
    assert_eq!(b.ask("SELECT count(DISTINCT project_id) FROM orchestration_tasks").await, "1");
}

pub(crate) async fn cc09_an_inserted_row_cannot_bring_its_own_history(b: &dyn Backend) {
    three_rows(b).await;
    let insert = "INSERT INTO orchestration_tasks (id, task_code, row_version, documents_version, hash, file_path) \
         VALUES ('00000000-0000-0000-0000-00000000000a', 'new', 9, 9, 'forged', '/etc/passwd')";
    sql(b, insert).await;
    let new = record(b.store(), id(10)).await;
    assert_eq!((new.row_version, new.tracking, new.row.path), (1, None, None));
}

pub(crate) async fn cc10_a_row_without_a_code_hurts_nobody(b: &dyn Backend) {
    three_rows(b).await;
    for (_, _, table, code) in TABLES {
        for _ in 0..2 {
            sql(b, &format!("INSERT INTO {table} DEFAULT VALUES")).await;
        }
        sql(b, &format!("INSERT INTO {table} ({code}) VALUES ('../../.ssh/x')")).await;
    }
    let rows = b.store().records(Selection::All).await.expect("rows can be read");
    assert_eq!(rows.len(), 12);
    assert_eq!(rows.iter().filter(|row| row.code.is_empty()).count(), 6);
    assert_eq!(rows.iter().filter(|row| row.code == "../../.ssh/x").count(), 3, "the reader decides what it is worth");
}

pub(crate) async fn cc11_no_sql_can_take_a_code_that_is_taken(b: &dyn Backend) {
    three_rows(b).await;
    sql(b, "INSERT INTO orchestration_tasks (task_code) VALUES ('two')").await;
    refused(b, "INSERT INTO orchestration_tasks (task_code) VALUES ('TWO')", "taken").await;
    refused(b, "UPDATE agent_profiles SET agent_code = 'x' WHERE id <> id; INSERT INTO agent_profiles (agent_code) VALUES ('Bob')", "taken").await;
    refused(b, "INSERT INTO orchestration_sprints (sprint_code) VALUES ('ALPHA')", "taken").await;
    refused(
        b,
        &format!("UPDATE orchestration_tasks SET sprint_id = '{}', task_code = 'oNe' WHERE task_code = 'two'", id(1)),
        "taken",
    )
    .await;
    sql(b, &format!("UPDATE orchestration_tasks SET sprint_id = '{}' WHERE task_code = 'two'", id(1))).await;
}

pub(crate) async fn a_move_by_sql_shows_in_the_row_and_is_told(b: &dyn Backend) {
    three_rows(b).await;
    sql(b, "UPDATE orchestration_tasks SET sprint_id = NULL, task_code = 'uno'").await;
    let moved = record(b.store(), id(2)).await;
    assert_eq!((moved.sprint, moved.code.as_str()), (None, "uno"));
    assert_eq!(moved.path, Some(path("delegation/sprints/alpha/one")), "where the files are");
    assert_eq!(moved.patches[0].1, Patch::default(), "no field of a document changed");
    let news = news(b).await;
    let changes = json!({"sprint_id": {"from": id(1), "to": null}, "task_code": {"from": "one", "to": "uno"}});
    assert_eq!(told(&news), [("task.moved", &changes)]);
}

pub(crate) async fn values_that_fit_no_type_are_refused(b: &dyn Backend) {
    three_rows(b).await;
    for nonsense in [
        "status = 'done'",
        "priority = 'P9'",
        "starts_on = 'tomorrow'",
        "starts_on = '2026-02-30'",
        "estimate_hours = 'many'",
        "tags = '[oops'",
        "tags = '{}'",
        "depends_on = 'x'",
        "id = '00000000-0000-0000-0000-0000000000ff'",
    ] {
        refused(b, &format!("UPDATE orchestration_tasks SET {nonsense}"), "").await;
    }
    for nonsense in ["'x'", "''"] {
        refused(b, &format!("INSERT INTO orchestration_tasks (id) VALUES ({nonsense})"), "").await;
    }
    assert!(news(b).await.is_empty());
    assert_eq!(record(b.store(), id(2)).await.row_version, 1);
}

pub(crate) async fn hx24_a_row_cannot_be_made_huge(b: &dyn Backend) {
    three_rows(b).await;
    let huge = "x".repeat(3 << 20);
    refused(b, &format!("UPDATE orchestration_tasks SET title = '{huge}'"), "").await;
    refused(b, &format!("INSERT INTO agent_profiles (agent_code, skills) VALUES ('x', '[\"{huge}\"]')"), "").await;
}

pub(crate) async fn projections_of_documents_are_read_only(b: &dyn Backend) {
    three_rows(b).await;
    refused(b, "UPDATE orchestration_tasks SET metadata = '{\"a\": 1}'", "change the document").await;
    refused(b, "INSERT INTO orchestration_sprints (metadata) VALUES ('{\"a\": 1}')", "change the document").await;
    sql(b, "UPDATE orchestration_tasks SET metadata = metadata, title = 'T'").await;
    assert_eq!(record(b.store(), id(2)).await.row_version, 2);
}

pub(crate) async fn a_list_that_sql_makes_is_a_list(b: &dyn Backend) {
    three_rows(b).await;
    let words = b.words();
    sql(b, &format!("UPDATE orchestration_tasks SET tags = {}", words.list)).await;
    sql(b, &format!("UPDATE orchestration_tasks SET tags = {}", words.longer_list)).await;
    let row = record(b.store(), id(2)).await;
    let patched: Vec<_> = row.patches.iter().map(|(_, patch)| patch.fields[&Field::Tags].clone()).collect();
    assert_eq!(
        (patched, &row.fields[&Field::Tags]),
        (vec![json!(["x", "y"]), json!(["x", "y", "z"])], &json!(["x", "y", "z"]))
    );
}

pub(crate) async fn a_write_of_the_configuration_is_told_with_what_it_was(b: &dyn Backend) {
    three_rows(b).await;
    sql(b, "UPDATE orchestration_tasks SET agent_config = '{\"a\": 1}', status = 'blocked'").await;
    sql(b, &format!("UPDATE orchestration_tasks SET agent_config = {}", b.words().larger_config)).await;
    sql(b, "UPDATE orchestration_tasks SET agent_config = ' {\"a\":1,\"b\":[2]}'").await;
    sql(b, "UPDATE orchestration_tasks SET agent_config = NULL").await;
    let (one, two) = (json!({"a": 1}), json!({"a": 1, "b": [2]}));
    let changes = [(json!(null), &one), (one.clone(), &two), (two.clone(), &json!(null))]
        .map(|(from, to)| instep::model::Change { from, to: to.clone() });
    let row = record(b.store(), id(2)).await;
    let patched: Vec<_> = row.patches.iter().filter_map(|(_, patch)| patch.config.clone()).collect();
    assert_eq!((row.row_version, patched), (4, changes.to_vec()));
    assert_eq!(row.patches[0].1.fields, [(Field::Status, json!("blocked"))].into());
    let [made, mut grown, cleared] = changes;
    (grown.from, grown.to) = (json!({}), json!({"/b": [2]}));
    let changed = [made, grown, cleared].map(|change| json!({"agent_config": change}));
    let news = news(b).await;
    let mut told: Vec<_> = told(&news);
    told.sort_by_key(|(word, _)| *word == "task.blocked");
    let words = ["task.updated", "task.updated", "task.agent_config_cleared"];
    assert_eq!(told[..3], words.into_iter().zip(&changed).collect::<Vec<_>>());
}

pub(crate) async fn a_configuration_is_an_object_that_yaml_can_nest(b: &dyn Backend) {
    three_rows(b).await;
    let deep = |depth: usize| format!("'{}{{}}{}'", "{\"a\":".repeat(depth - 1), "}".repeat(depth - 1));
    for nonsense in ["'[1]'", "'\"x\"'", "'null'", "'7'", &deep(33), &deep(900)] {
        refused(b, &format!("UPDATE orchestration_tasks SET agent_config = {nonsense}"), "agent_config is a JSON")
            .await;
        let insert = format!("INSERT INTO orchestration_tasks (task_code, agent_config) VALUES ('x', {nonsense})");
        refused(b, &insert, "agent_config is a JSON").await;
    }
    refused(b, "UPDATE orchestration_tasks SET agent_config = '{oops'", "").await;
    sql(b, &format!("UPDATE orchestration_tasks SET agent_config = {}", deep(32))).await;
    assert_eq!(record(b.store(), id(2)).await.row_version, 2);
}

pub(crate) async fn hx29_history_refuses_to_be_rewritten(b: &dyn Backend) {
    three_rows(b).await;
    sql(b, "UPDATE orchestration_tasks SET title = 'T'").await;
    let tables = [
        ("orchestration_events", "actor = 'nobody'"),
        ("orchestration_revisions", "author = 'nobody'"),
        ("orchestration_revision_documents", "name = 'x'"),
        ("orchestration_blobs", "sha256 = sha256"),
    ];
    for (table, change) in tables {
        let before = b.ask(&format!("SELECT count(*) FROM {table}")).await;
        refused(b, &format!("UPDATE {table} SET {change}"), "append-only").await;
        refused(b, &format!("DELETE FROM {table}"), "append-only").await;
        refused(b, &format!("INSERT INTO {table} SELECT * FROM {table} LIMIT 1"), "").await;
        assert_eq!(b.ask(&format!("SELECT count(*) FROM {table}")).await, before);
    }
}

pub(crate) async fn sql_that_fails_half_way_leaves_nothing(b: &dyn Backend) {
    three_rows(b).await;
    sql(b, "INSERT INTO orchestration_tasks (task_code) VALUES ('two')").await;
    let before = b.store().head().await.expect("there is a project");
    refused(b, "UPDATE orchestration_tasks SET sprint_id = NULL, task_code = 'same'", "taken").await;
    refused(b, "BEGIN; UPDATE orchestration_tasks SET title = 'T'; INSERT INTO nowhere VALUES (1)", "").await;
    b.sql("ROLLBACK").await.ok();
    assert_eq!(b.store().head().await.expect("there is a project"), before, "no number was used up");
    sql(b, "UPDATE orchestration_tasks SET title = 'T' WHERE task_code = 'one'").await;
    assert_eq!(b.store().head().await.expect("there is a project").cursor.seq, before.cursor.seq + 1);
}

pub(crate) async fn a_program_may_leave_its_name(b: &dyn Backend) {
    three_rows(b).await;
    let words = b.words();
    let named = [words.by_importer, "UPDATE orchestration_tasks SET title = 'T'", words.by_nobody].join("; ");
    sql(b, &format!("BEGIN; {named}; COMMIT")).await;
    sql(b, "UPDATE orchestration_tasks SET title = 'U'").await;
    let actors: Vec<_> = news(b).await.into_iter().map(|event| event.actor.to_string()).collect();
    assert_eq!(actors, ["importer".to_owned(), b.outsider()]);
}

pub(crate) async fn hx13_sql_in_texts_is_text(b: &dyn Backend) {
    let evil = [
        "'; DROP TABLE orchestration_tasks; --",
        "\" OR \"\"=\"",
        "1); DELETE FROM orchestration_events; --",
        "' UNION SELECT name FROM sqlite_master --",
        "\\'; EXEC xp_cmdshell('x'); --",
        "%' AND 1=1 --",
        "$.changes\"'] , json('x",
        "'||(SELECT 1)||'",
    ];
    let drafts = evil.iter().enumerate().map(|(n, text)| {
        let n = n as u128 + 1;
        let draft = task(n, &format!("t-{n}")).says(text).with(Field::Title, json!(text));
        draft.with(Field::Tags, json!([text])).with(Field::Assignee, json!(text))
    });
    commit(b.store(), &of(1, drafts)).await;
    for (n, text) in evil.iter().enumerate() {
        let found = record(b.store(), id(n as u128 + 1)).await;
        assert_eq!(found.fields[&Field::Title], json!(text));
        let query = instep::store::ListQuery {
            text: Some((*text).into()),
            any_of: vec![(Field::Assignee, vec![(*text).into()])],
            ..Default::default()
        };
        assert_eq!(b.store().list(&query).await.expect("rows can be listed").total, 1, "{text}");
        let by_code = b.store().records(Selection::Codes(&[(*text).into()])).await.expect("rows can be read");
        assert!(by_code.is_empty());
    }
    sql(b, "UPDATE orchestration_tasks SET component = title, owner = CAST(tags AS TEXT)").await;
    assert_eq!(record(b.store(), id(7)).await.fields[&Field::Component], json!(evil[6]));
    assert_eq!(feed(b.store()).await.len(), (3 + 1) * evil.len());
}
