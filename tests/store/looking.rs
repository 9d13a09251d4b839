//! Stories of questions that ask many things at once: each is answered as the plain ones are.

use std::collections::BTreeSet;

use instep::model::{Cursor, Digest, DocumentKey, EntityId, Field, Role};
use instep::store::{KnownQuestion, Look, PastQuestion};
use serde_json::json;

use super::backend::{Backend, sql};
use super::build::{agent, changes, commit, conflict, here, id, of, sprint, state, task};

/// Two sprints with tasks, tasks of none, an agent, a tombstone; what SQL wrote, what was left on disk, conflicts.
async fn a_project(b: &dyn Backend) -> Cursor {
    let (alpha, beta) = (sprint(1, "alpha").says("a"), sprint(2, "beta").says("b"));
    let drafts = [
        task(3, "one").says("1").within(&alpha),
        task(4, "two").says("2").within(&alpha),
        task(5, "three").says("3").within(&beta),
        task(6, "alias").says("4").with(Field::Code, json!("other")),
        task(7, "gone").says("5").deleted(),
        task(8, "alone").says("6"),
        agent(9, "bob").says("name: Bob\n").with(Field::Name, json!("Bob")),
    ];
    let mut first = of(1, [alpha, beta].into_iter().chain(drafts));
    first.sync_state.left = [3, 8, 77].map(|n| state(id(n), "TASK.md", Some("1"))).into();
    commit(b.store(), &first).await;
    let mut collided = changes(2);
    collided.conflicts = [4, 8].map(|n| conflict(id(n), "status", "completed")).into();
    let collided = commit(b.store(), &collided).await;
    let mut decided = changes(3);
    decided.resolved = vec![(collided.conflicts[0], "take-db".into())];
    let then = commit(b.store(), &decided).await.cursor;
    sql(b, "UPDATE orchestration_tasks SET owner = 'eve' WHERE task_code IN ('three', 'alone')").await;
    commit(b.store(), &of(4, [task(8, "alone").says("7").after(2)])).await;
    then
}

fn ids(numbers: &[u128]) -> BTreeSet<EntityId> {
    numbers.iter().map(|n| id(*n)).collect()
}

pub(crate) async fn one_look_sees_what_many_questions_tell(b: &dyn Backend) {
    let then = a_project(b).await;
    let now = b.store().head().await.expect("there is a project").cursor;
    let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
    let nobody = Look::default;
    let looks = [
        (nobody(), 0),
        (Look { since: Some(now), ..nobody() }, 0),
        (Look { since: Some(then), ..nobody() }, 3),
        (Look { ids: ids(&[3, 7, 77]), ..nobody() }, 3),
        (Look { codes: codes(&["other", "gone", "bob"]), ..nobody() }, 3),
        (Look { tasks_of: ids(&[1]), ..nobody() }, 3),
        (Look { since: Some(then), ids: ids(&[4]), codes: codes(&["alpha"]), tasks_of: ids(&[2]), ..nobody() }, 5),
        (Look { in_conflict: true, ..nobody() }, 1),
        (Look { texts: ["1", "nothing"].map(|text| Digest::of(text.as_bytes())).into(), ..nobody() }, 0),
        (Look { everything: true, since: Some(then), ..nobody() }, 9),
    ];
    for (look, rows) in looks {
        let plain = instep::store::look(b.store(), here(), &look).await.expect("plain questions are answered");
        assert_eq!(plain.records.len(), rows, "{look:?}");
        assert_eq!(plain.live.is_some(), rows > 0, "{look:?}");
        assert_eq!(plain.stored.len(), usize::from(!look.texts.is_empty()), "{look:?}");
        assert_eq!(b.store().look(here(), &look).await.expect("it is answered"), plain, "{look:?}");
    }
}

pub(crate) async fn one_question_about_the_past_is_answered_as_many(b: &dyn Backend) {
    a_project(b).await;
    let ask = |entity, stamp: Option<&str>, text: Option<&str>| KnownQuestion {
        entity: id(entity),
        key: DocumentKey { role: Role::Task, name: "TASK.md".into() },
        stamp: stamp.map(|text| Digest::of(text.as_bytes()).short()),
        canonical: text.map(|text| Digest::of(text.as_bytes())),
    };
    let documents = [ask(8, Some("6"), Some("7")), ask(3, Some("nothing"), Some("1")), ask(5, None, None)];
    let outdated = [ask(8, Some("6"), None), ask(5, Some("3"), None), ask(3, Some("1"), None), ask(4, Some("x"), None)];
    let texts = ["1", "6", "nothing"].map(|text| Digest::of(text.as_bytes()));
    let questions = [
        (PastQuestion::default(), 0),
        (PastQuestion { documents: &documents, ..PastQuestion::default() }, 0),
        (PastQuestion { texts: &texts, ..PastQuestion::default() }, 0),
        (PastQuestion { documents: &documents, outdated: &outdated, texts: &texts }, 3),
    ];
    for (question, later) in questions {
        let plain = instep::store::past(b.store(), question).await.expect("plain questions are answered");
        assert_eq!(plain.later.len(), later, "{question:?}");
        assert_eq!(b.store().past(question).await.expect("it is answered"), plain, "{question:?}");
    }
}
