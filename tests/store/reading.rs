//! Stories of questions: lists, look-ups, the feed.

use instep::model::{Cursor, Digest, DocumentKey, EntityKind, Epoch, Field, Role};
use instep::store::{Direction, KnownQuestion, ListQuery, Selection, SortKey};
use serde_json::json;
use uuid::Uuid;

use super::backend::Backend;
use super::build::{agent, commit, feed, id, of, sprint, task};

async fn codes(b: &dyn Backend, query: ListQuery) -> Vec<String> {
    let page = b.store().list(&query).await.expect("rows can be listed");
    page.items.into_iter().map(|record| record.code).collect()
}

fn tasks() -> ListQuery {
    ListQuery { kind: Some(EntityKind::Task), ..ListQuery::default() }
}

async fn some_tasks(b: &dyn Backend) {
    let alpha = sprint(1, "alpha").says("s");
    let one = |n, code: &str, status: &str| task(n, code).says(code).with(Field::Status, json!(status));
    let drafts = [
        one(2, "phase-10", "completed").within(&alpha).with(Field::Priority, json!("P1")),
        one(3, "phase-2", "pending").within(&alpha).with(Field::Assignee, json!("Ünal")),
        one(4, "Phase-1", "blocked").with(Field::Priority, json!("P0")).with(Field::Tags, json!(["Api", "db"])),
        one(5, "bug", "in_progress")
            .with(Field::Title, json!("ÄRGER mit Phasen"))
            .with(Field::EstimateHours, json!(2.5)),
        one(6, "gone", "pending").deleted(),
    ];
    let bob = agent(7, "phase-agent").says("name: Bob\n").with(Field::Name, json!("Bob"));
    commit(b.store(), &of(1, [alpha, bob].into_iter().chain(drafts))).await;
}

pub(crate) async fn lists_are_filtered(b: &dyn Backend) {
    some_tasks(b).await;
    let any = |field, words: &[&str]| ListQuery {
        any_of: vec![(field, words.iter().map(|word| (*word).to_owned()).collect())],
        ..tasks()
    };
    assert_eq!(codes(b, tasks()).await, ["phase-2", "phase-10", "bug", "Phase-1"], "those of a sprint first");
    let by_sprint = ListQuery { sort: vec![(SortKey::Sprint, Direction::Descending)], ..tasks() };
    assert_eq!(codes(b, by_sprint).await, ["phase-2", "phase-10", "bug", "Phase-1"], "those of none last");
    assert_eq!(codes(b, any(Field::Status, &["PENDING", "blocked"])).await, ["phase-2", "Phase-1"]);
    assert_eq!(codes(b, any(Field::Assignee, &["ünal"])).await, ["phase-2"], "case of any letter");
    assert_eq!(codes(b, any(Field::Tags, &["api", "none"])).await, ["Phase-1"], "any word of a list");
    assert_eq!(codes(b, any(Field::EstimateHours, &["2.5"])).await, ["bug"]);
    assert_eq!(codes(b, any(Field::Skills, &["x"])).await, [""; 0], "tasks have none");
    assert_eq!(codes(b, any(Field::Status, &[])).await, [""; 0]);
    assert_eq!(codes(b, ListQuery { sprint: Some(id(1)), ..tasks() }).await, ["phase-2", "phase-10"]);
    assert_eq!(codes(b, ListQuery { backlog: true, ..tasks() }).await, ["bug", "Phase-1"]);
    assert_eq!(codes(b, ListQuery { text: Some("ärger".into()), ..tasks() }).await, ["bug"]);
    let everything = ListQuery { text: Some("PHASE".into()), ..ListQuery::default() };
    assert_eq!(codes(b, everything).await, ["phase-2", "phase-10", "bug", "Phase-1", "phase-agent"]);
    let bobs = ListQuery { text: Some("bob".into()), kind: Some(EntityKind::Agent), ..ListQuery::default() };
    assert_eq!(codes(b, bobs).await, ["phase-agent"]);
}

pub(crate) async fn what_texts_tell_is_read_by_its_name(b: &dyn Backend) {
    let mut waits = task(2, "waits").says("a");
    waits.change.metadata = json!({"dependencies": ["`free`"], "goal": "x"});
    let mut gone = task(3, "gone").says("b").deleted();
    gone.change.metadata = json!({"dependencies": ["c"]});
    commit(b.store(), &of(1, [waits, gone, task(4, "free").says("d")])).await;
    let told = |kind| b.store().told(kind, "dependencies");
    let tasks = told(EntityKind::Task).await.expect("rows can be read");
    assert_eq!(tasks.into_iter().collect::<Vec<_>>(), [(id(2), json!(["`free`"]))]);
    assert!(told(EntityKind::Sprint).await.expect("rows can be read").is_empty());
}

pub(crate) async fn lists_are_sorted_with_what_is_empty_last(b: &dyn Backend) {
    some_tasks(b).await;
    let by = |key, direction| ListQuery { sort: vec![(key, direction)], ..tasks() };
    let (up, down) = (Direction::Ascending, Direction::Descending);
    assert_eq!(codes(b, by(SortKey::Code, down)).await, ["phase-10", "phase-2", "Phase-1", "bug"]);
    let status = SortKey::Field(Field::Status);
    assert_eq!(codes(b, by(status, up)).await, ["phase-2", "bug", "Phase-1", "phase-10"], "as work goes on");
    let priority = SortKey::Field(Field::Priority);
    assert_eq!(codes(b, by(priority, up)).await, ["Phase-1", "phase-10", "phase-2", "bug"]);
    assert_eq!(codes(b, by(priority, down)).await, ["phase-10", "Phase-1", "phase-2", "bug"]);
    assert_eq!(codes(b, by(SortKey::Field(Field::EstimateHours), down)).await[0], "bug");
    let later = of(2, [task(5, "bug").says("2").after(1)]);
    commit(b.store(), &instep::store::ChangeSet { at: "2026-11-21T00:00:00Z".parse().expect("a time"), ..later }).await;
    assert_eq!(codes(b, by(SortKey::UpdatedAt, down)).await[0], "bug");
    assert_eq!(codes(b, by(SortKey::CreatedAt, down)).await, ["phase-2", "phase-10", "bug", "Phase-1"]);
}

pub(crate) async fn lists_have_pages(b: &dyn Backend) {
    commit(b.store(), &of(1, (1..=25).map(|n| task(n, &format!("t-{n}")).says("x")))).await;
    let page = ListQuery { offset: 10, limit: Some(10), ..tasks() };
    let found = b.store().list(&page).await.expect("rows can be listed");
    assert_eq!((found.total, found.items.len()), (25, 10));
    assert_eq!((found.items[0].code.as_str(), found.items[9].code.as_str()), ("t-11", "t-20"));
    assert_eq!(codes(b, ListQuery { offset: 20, ..tasks() }).await.len(), 5);
    assert_eq!(codes(b, ListQuery { offset: 99, limit: Some(1), ..tasks() }).await.len(), 0);
}

pub(crate) async fn lists_leave_out_what_nobody_asks_for(b: &dyn Backend) {
    let one = task(1, "one").says("x").with(Field::Title, json!("One")).with(Field::Owner, json!("ann"));
    commit(b.store(), &of(1, [one])).await;
    let whole = b.store().list(&tasks()).await.expect("rows can be listed").items;
    let less = ListQuery { left_out: vec![Field::Title], ..tasks() };
    let less = b.store().list(&less).await.expect("rows can be listed").items;
    let mut expected = whole.clone();
    assert!(expected[0].fields.remove(&Field::Title).is_some());
    assert_eq!(less, expected);
}

pub(crate) async fn rows_are_found_by_code_and_by_alias(b: &dyn Backend) {
    let drafts = [
        task(1, "Phase-1-Api").with(Field::Code, json!("phase-1")),
        task(2, "phase-2").with(Field::Code, json!("phase-2")),
        sprint(3, "phase-2"),
        task(4, "gone").deleted(),
    ];
    commit(b.store(), &of(1, drafts.map(|draft| draft.says("x")))).await;
    let find = async |codes: &[&str]| {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        let found = b.store().records(Selection::Codes(&codes)).await.expect("rows can be read");
        found.into_iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(find(&["phase-1-api"]).await, [id(1)]);
    assert_eq!(find(&["phase-1"]).await, [id(1)], "what the document claims");
    assert_eq!(find(&["phase-2"]).await, [id(3), id(2)], "of any kind, parents first");
    assert_eq!(find(&["gone", "nowhere"]).await, [id(4)], "tombstones too");
    assert_eq!(find(&[]).await, []);
    let by_id = b.store().records(Selection::Ids(&[id(2), id(9)])).await.expect("rows can be read");
    assert_eq!(by_id.len(), 1, "an id without a row is left out");
}

pub(crate) async fn texts_and_stamps_name_their_newest_revision(b: &dyn Backend) {
    for (run, text) in [(1, "one"), (2, "two"), (3, "one"), (4, "three")] {
        let draft = task(1, "a").says(text);
        commit(b.store(), &of(run, [if run == 1 { draft } else { draft.after(run as i64 - 1) }])).await;
    }
    commit(b.store(), &of(5, [task(2, "b").says("two")])).await;
    let key = DocumentKey { role: Role::Task, name: "TASK.md".into() };
    let ask = |entity, stamp: Option<&str>, text: Option<&str>| KnownQuestion {
        entity: id(entity),
        key: key.clone(),
        stamp: stamp.map(|text| Digest::of(text.as_bytes()).short()),
        canonical: text.map(|text| Digest::of(text.as_bytes())),
    };
    let other = KnownQuestion { key: DocumentKey { name: "X.md".into(), ..key.clone() }, ..ask(1, Some("one"), None) };
    let questions = [
        ask(1, Some("two"), Some("one")),
        ask(1, Some("four"), Some("four")),
        ask(2, Some("one"), Some("two")),
        ask(1, None, None),
        other,
    ];
    let answers = b.store().known(&questions).await.expect("texts can be looked up");
    let numbers: Vec<_> =
        answers.iter().map(|a| (a.by_stamp.as_ref().map(|r| r.n), a.by_text.as_ref().map(|r| r.n))).collect();
    assert_eq!(numbers, [(Some(2), Some(3)), (None, None), (None, Some(1)), (None, None), (None, None)]);
    let revisions = b.store().revisions(&[(id(1), 0)]).await.expect("revisions can be read");
    let found = answers[0].by_text.as_ref().expect("it is known");
    assert_eq!((found.revision, found.canonical), (revisions[2].id, Digest::of(b"one")));
    assert_eq!(found.blob, Digest::of(b"one"));
}

pub(crate) async fn many_questions_are_answered_in_order(b: &dyn Backend) {
    commit(b.store(), &of(1, (1..=300).map(|n| task(n, &format!("t-{n}")).says(&format!("text {n}"))))).await;
    let question = |n: u128| KnownQuestion {
        entity: id(n),
        key: DocumentKey { role: Role::Task, name: "TASK.md".into() },
        stamp: None,
        canonical: Some(Digest::of(format!("text {}", n - n % 2).as_bytes())),
    };
    let questions: Vec<_> = (1..=300).rev().map(question).collect();
    let answers = b.store().known(&questions).await.expect("texts can be looked up");
    for (question, answer) in questions.iter().zip(&answers) {
        let is_even = question.entity.uuid().as_u128() % 2 == 0;
        assert_eq!(answer.by_text.is_some(), is_even, "{:?}", question.entity);
    }
}

pub(crate) async fn texts_come_back_byte_for_byte(b: &dyn Backend) {
    let texts = ["", "a\0b", "\u{feff}x\r\n", "no newline at the end"];
    let drafts = texts.iter().enumerate().map(|(n, text)| task(n as u128 + 1, &format!("t-{n}")).says(text));
    commit(b.store(), &of(1, drafts)).await;
    let mut digests: Vec<_> = texts.iter().map(|text| Digest::of(text.as_bytes())).collect();
    digests.insert(1, Digest::of(b"never stored"));
    let found = b.store().blobs(&digests).await.expect("texts can be read");
    assert_eq!(found.len(), 4);
    for text in texts {
        assert_eq!(&*found[&Digest::of(text.as_bytes())], text.as_bytes());
    }
    let stored = b.store().stored(&digests).await.expect("texts can be looked up");
    digests.remove(1);
    assert_eq!(stored, digests, "in the order asked");
}

pub(crate) async fn the_feed_is_dense_and_read_from_any_place(b: &dyn Backend) {
    commit(b.store(), &of(1, (1..=40).map(|n| task(n, &format!("t-{n}")).says("x")))).await;
    super::backend::sql(b, "UPDATE orchestration_tasks SET title = task_code").await;
    commit(b.store(), &of(2, [task(1, "t-1").says("y").after(2).with(Field::Status, json!("review"))])).await;
    let all = feed(b.store()).await;
    assert_eq!(all.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=81).collect::<Vec<_>>());
    let mut ids: Vec<_> = all.iter().map(|event| event.event_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 81, "each has its own id");
    let head = b.store().head().await.expect("there is a project").cursor;
    assert_eq!(head.seq, 81);
    let some = b.store().events(Cursor { seq: 50, ..head }, 7).await.expect("events can be read");
    assert_eq!(some, all[50..57]);
    let elsewhere = Cursor { epoch: Epoch::new(Uuid::from_u128(1)), seq: 0 };
    assert!(b.store().events(elsewhere, 7).await.expect("events can be read").is_empty(), "another life");
}

pub(crate) async fn events_fold_to_rows(b: &dyn Backend) {
    some_tasks(b).await;
    super::backend::sql(b, "UPDATE orchestration_tasks SET status = 'review', owner = 'x' WHERE status = 'pending'")
        .await;
    super::backend::sql(b, "UPDATE orchestration_tasks SET owner = NULL, tags = '[]'").await;
    super::backend::sql(b, "INSERT INTO orchestration_tasks (task_code, progress) VALUES ('new', 7.5)").await;
    let mut folded = std::collections::BTreeMap::<_, std::collections::BTreeMap<String, serde_json::Value>>::new();
    for event in feed(b.store()).await {
        let row = folded.entry(event.entity.expect("it is about a row").id).or_default();
        for (field, change) in event.payload["changes"].as_object().expect("an object") {
            assert_eq!(row.get(field).unwrap_or(&serde_json::Value::Null), &change["from"], "{field}");
            row.insert(field.clone(), change["to"].clone());
        }
    }
    for record in b.store().records(Selection::All).await.expect("rows can be read") {
        let row = &folded[&record.id];
        for field in Field::ALL {
            let of_row = record.fields.get(field).cloned().unwrap_or_default();
            assert_eq!(row.get(field.word()).cloned().unwrap_or_default(), of_row, "{} {field}", record.code);
        }
    }
}

pub(crate) async fn the_database_describes_itself(b: &dyn Backend) {
    some_tasks(b).await;
    let described = b.store().describe().await.expect("it can be described");
    assert!(described.bytes > 10_000);
    let of = |name: &str| described.tables.iter().find(|(table, _)| table == name).map(|(_, rows)| *rows);
    assert_eq!((of("orchestration_tasks"), of("orchestration_blobs")), (Some(5), Some(7)));
    assert_eq!(described.epoch, b.store().head().await.expect("there is a project").cursor.epoch);
}
