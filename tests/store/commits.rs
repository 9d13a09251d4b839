//! Stories of commits: what counts, what is refused whole, what is left behind.

use instep::model::{EntityKind, Field, RevisionId, Role, RunId, Source};
use instep::store::{Expected, Selection, StoreError, content_hash, row_fields, tracking_hash};
use serde_json::{Value, json};
use uuid::Uuid;

use super::backend::{Backend, sql};
use super::build::{agent, at, changes, commit, conflict, feed, id, laid, of, path, record, sprint, state, task, told};

pub(crate) async fn a_new_row_reads_back_as_it_was_written(b: &dyn Backend) {
    let alpha = sprint(1, "Alpha").says("# Alpha\n");
    let mut one = task(2, "one").within(&alpha).says("# One\n").document(Role::AgentConfig, "AGENT.yml", "task: {}\n");
    one.change.agent_config = Some(json!({"task": {}}));
    one.change.metadata = json!({"objectives": ["'; DROP TABLE orchestration_tasks; --"]});
    let changes = of(1, [alpha.clone(), one.clone(), agent(3, "bob").says("name: Bob\n")]);
    let committed = commit(b.store(), &changes).await;
    let found = b.store().records(Selection::All).await.expect("rows can be read");
    let kinds: Vec<_> = found.iter().map(|r| (r.kind, r.id)).collect();
    assert_eq!(kinds, [(EntityKind::Agent, id(3)), (EntityKind::Sprint, id(1)), (EntityKind::Task, id(2))]);
    let (task, wanted) = (&found[2], &changes.entities[1]);
    assert_eq!((task.code.as_str(), task.sprint, task.row_version, task.n), ("one", Some(id(1)), 1, 1));
    assert_eq!((&task.fields, &task.path, task.deleted), (&wanted.fields, &Some(wanted.path.clone()), false));
    assert_eq!((task.head, &task.documents), (wanted.revision, &wanted.documents));
    assert_eq!((task.created_at, task.updated_at), (at(), at()));
    let tracking = tracking_hash(id(2), at(), content_hash(&wanted.documents));
    assert_eq!(task.tracking, Some(tracking));
    assert!(committed.tracking.contains(&(id(2), tracking)));
    assert_eq!(b.ask("SELECT hash FROM orchestration_tasks").await, tracking.to_string());
    assert!(b.ask("SELECT metadata FROM orchestration_tasks").await.contains("DROP TABLE"));
}

pub(crate) async fn every_field_of_every_kind_survives(b: &dyn Backend) {
    let mut drafts = [sprint(1, "s"), task(2, "t"), agent(3, "a")];
    for draft in &mut drafts {
        for field in row_fields(draft.change.kind) {
            draft.change.fields.insert(*field, sample(draft.change.kind, *field));
        }
    }
    commit(b.store(), &of(1, drafts.clone())).await;
    for draft in &drafts {
        assert_eq!(record(b.store(), draft.change.id).await.fields, draft.change.fields);
    }
    // What is left out becomes empty.
    let bare = drafts.map(|draft| {
        let mut draft = draft.after(1);
        draft.change.fields.clear();
        draft
    });
    commit(b.store(), &of(2, bare)).await;
    for number in 1..=3 {
        assert!(record(b.store(), id(number)).await.fields.is_empty());
    }
}

/// A value that fits the field and needs care: quotes, other scripts, fractions.
pub(crate) fn sample(kind: EntityKind, field: Field) -> Value {
    match field {
        Field::Status => json!(match kind {
            EntityKind::Sprint => "on_hold",
            EntityKind::Task => "in_progress",
            EntityKind::Agent => "inactive",
        }),
        Field::Priority => json!("P2"),
        Field::StartsOn | Field::EndsOn | Field::CompletedOn => json!("2026-02-28"),
        Field::Position | Field::EstimateHours => json!(3),
        Field::ActualHours | Field::Progress => json!(12.5),
        Field::Tags
        | Field::DependsOn
        | Field::Blocks
        | Field::Skills
        | Field::Capabilities
        | Field::Constraints
        | Field::Tools => json!(["a", "it's \"b\""]),
        other => json!(format!("{} ' \" \\ ; -- 进行中 \u{1f6a7}", other.word())),
    }
}

pub(crate) async fn a_field_that_rows_do_not_have_stays_in_the_documents(b: &dyn Backend) {
    commit(b.store(), &of(1, [task(1, "a").says("x").with(Field::Skills, json!(["x"]))])).await;
    assert!(!record(b.store(), id(1)).await.fields.contains_key(&Field::Skills));
}

pub(crate) async fn a_change_counts_only_against_the_version_it_saw(b: &dyn Backend) {
    commit(b.store(), &of(1, [task(1, "a").says("1"), task(2, "b").says("1")])).await;
    commit(b.store(), &of(2, [task(1, "a").says("2").after(1)])).await;
    let before = feed(b.store()).await.len();
    let late = of(3, [task(1, "a").says("3").after(1), task(2, "b").says("3").after(1), task(3, "c").says("3")]);
    match b.store().commit(&late).await {
        Err(StoreError::Stale(ids)) => assert_eq!(ids, [id(1)]),
        other => panic!("{other:?}"),
    }
    assert_eq!(record(b.store(), id(2)).await.row_version, 1, "all or nothing");
    assert_eq!(feed(b.store()).await.len(), before);
    let texts: Vec<_> = late.blobs.iter().map(|(digest, _)| *digest).collect();
    assert!(b.store().blobs(&texts).await.expect("texts can be read").is_empty());
    assert!(b.store().committed(late.run).await.expect("runs can be read").is_none());
}

pub(crate) async fn a_row_that_is_there_cannot_be_made_and_one_that_is_not_cannot_be_changed(b: &dyn Backend) {
    commit(b.store(), &of(1, [task(1, "a").says("1")])).await;
    for late in [of(2, [task(1, "a").says("2")]), of(3, [task(9, "z").says("3").after(1)])] {
        let wanted = late.entities[0].id;
        assert!(matches!(b.store().commit(&late).await, Err(StoreError::Stale(ids)) if ids == [wanted]));
    }
}

pub(crate) async fn cc04_sql_between_read_and_commit_makes_the_commit_stale(b: &dyn Backend) {
    commit(b.store(), &of(1, [task(1, "a").says("1")])).await;
    sql(b, "UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'a'").await;
    let late = of(2, [task(1, "a").says("2").after(1)]);
    assert!(matches!(b.store().commit(&late).await, Err(StoreError::Stale(ids)) if ids == [id(1)]));
    let fresh = of(3, [task(1, "a").says("2").after(2)]);
    assert_eq!(commit(b.store(), &fresh).await.versions, [(id(1), 3)]);
}

pub(crate) async fn cc11_codes_are_unique_without_case_in_their_sprint(b: &dyn Backend) {
    let (alpha, beta) = (sprint(1, "alpha").says("a"), sprint(2, "beta").says("b"));
    let same = [task(3, "Phase-1").within(&alpha), task(4, "phase-1").within(&beta), task(5, "PHASE-1")];
    commit(b.store(), &of(1, [alpha.clone(), beta].into_iter().chain(same.map(|t| t.says("x"))))).await;
    let taken = [task(6, "phase-1").within(&alpha), task(7, "Phase-1"), sprint(8, "ALPHA")];
    for (run, draft) in taken.into_iter().enumerate() {
        let wanted = draft.change.id;
        match b.store().commit(&of(10 + run as u128, [draft.says("y")])).await {
            Err(StoreError::Stale(ids)) => assert_eq!(ids, [wanted], "it must look again"),
            other => panic!("{other:?}"),
        }
    }
    let twice = of(20, [task(21, "new").says("1"), task(22, "NEW").says("2")]);
    assert!(matches!(b.store().commit(&twice).await, Err(StoreError::Failed { .. })), "looking again cannot help");
}

pub(crate) async fn cc20_rows_exchange_their_codes_in_one_step(b: &dyn Backend) {
    let first = [task(1, "a").says("1"), task(2, "b").says("2"), task(3, "c").says("3")];
    commit(b.store(), &of(1, first)).await;
    let turned = [
        task(1, "b").says("1").after(1),
        task(2, "a").says("2").after(1),
        task(3, "c").says("3").after(1).deleted(),
        task(4, "C").says("4"),
    ];
    commit(b.store(), &of(2, turned)).await;
    let mut codes = Vec::new();
    for number in 1..=4 {
        codes.push(record(b.store(), id(number)).await.row.code);
    }
    assert_eq!(codes, ["b", "a", "c", "C"]);
}

pub(crate) async fn a_tombstone_keeps_its_texts_and_comes_back(b: &dyn Backend) {
    let made = task(1, "a").says("text");
    commit(b.store(), &of(1, [made.clone()])).await;
    commit(b.store(), &of(2, [made.clone().after(1).deleted()])).await;
    let gone = record(b.store(), id(1)).await;
    assert!(gone.deleted);
    assert_eq!(gone.documents.len(), 1);
    assert_eq!(b.store().count_live().await.expect("rows can be counted"), 0);
    let listed = b.store().list(&Default::default()).await.expect("rows can be listed");
    assert_eq!(listed.total, 0);
    commit(b.store(), &of(3, [task(2, "A").says("another takes the code")])).await;
    let back = of(4, [made.clone().after(2)]);
    assert!(matches!(b.store().commit(&back).await, Err(StoreError::Stale(ids)) if ids == [id(1)]));
    let mut elsewhere = made.after(2);
    elsewhere.change.code = "b".into();
    commit(b.store(), &of(5, [elsewhere])).await;
    let back = record(b.store(), id(1)).await;
    assert_eq!((back.deleted, back.row_version), (false, 3));
}

pub(crate) async fn a_moved_sprint_takes_the_paths_of_its_tasks_along(b: &dyn Backend) {
    let alpha = sprint(1, "alpha").says("s");
    let (one, other) = (task(2, "one").within(&alpha).says("1"), task(3, "other").says("2"));
    commit(b.store(), &of(1, [alpha.clone(), one.clone(), other])).await;
    let mut moved = alpha.after(1);
    moved.change.code = "beta".into();
    moved.change.path = path("delegation/sprints/beta");
    let committed = commit(b.store(), &of(2, [moved])).await;
    assert_eq!(committed.versions, [(id(1), 2)]);
    let task = record(b.store(), id(2)).await;
    assert_eq!(task.path, Some(path("delegation/sprints/beta/one")));
    assert_eq!(task.documents[0].path, path("delegation/sprints/beta/one/TASK.md"));
    assert_eq!(task.row_version, 1);
    assert_eq!(record(b.store(), id(3)).await.path, Some(path("delegation/backlog/other")));
}

pub(crate) async fn a_text_that_is_nowhere_cannot_be_named(b: &dyn Backend) {
    let mut changes = of(1, [task(1, "a").says("never handed in")]);
    changes.blobs.clear();
    assert!(matches!(b.store().commit(&changes).await, Err(StoreError::Failed { .. })));
    assert!(b.store().records(Selection::All).await.expect("rows can be read").is_empty());
}

pub(crate) async fn a_lost_answer_can_be_looked_up(b: &dyn Backend) {
    let mut changes = of(1, [task(1, "a").says("1"), task(2, "b").says("2")]);
    changes.conflicts.push(conflict(id(1), "status", "completed"));
    let run = changes.run;
    assert_eq!(b.store().committed(run).await.expect("runs can be read"), None);
    let committed = commit(b.store(), &changes).await;
    assert_eq!(b.store().committed(run).await.expect("runs can be read"), Some(committed));
    let never = RunId::new(Uuid::from_u128(99));
    assert_eq!(b.store().committed(never).await.expect("runs can be read"), None);
}

pub(crate) async fn one_collision_is_recorded_once_until_it_is_decided(b: &dyn Backend) {
    commit(b.store(), &of(1, [task(1, "a").says("1")])).await;
    let collide = |run| {
        let mut changes = changes(run);
        changes.conflicts = vec![conflict(id(1), "status", "completed"), conflict(id(1), "status", "cancelled")];
        changes
    };
    let first = commit(b.store(), &collide(2)).await;
    assert_eq!((first.conflicts.len(), first.events), (2, 2));
    let again = commit(b.store(), &collide(3)).await;
    assert_eq!((again.conflicts.len(), again.events, again.cursor), (0, 0, first.cursor));

    let mut decide = changes(4);
    decide.resolved = vec![(first.conflicts[0], "take-db".into())];
    assert_eq!(commit(b.store(), &decide).await.events, 1);
    decide.run = RunId::new(Uuid::from_u128(5));
    assert_eq!(commit(b.store(), &decide).await.events, 0, "it is decided already");
    let renewed = commit(b.store(), &collide(6)).await;
    assert_eq!(renewed.conflicts.len(), 1, "a collision that comes back is news");

    let all = b.store().conflicts(None).await.expect("conflicts can be read");
    let ids: Vec<_> = all.iter().map(|conflict| conflict.id).collect();
    assert_eq!(ids, [renewed.conflicts[0], first.conflicts[1], first.conflicts[0]], "newest first");
    let decided = &all[2];
    assert_eq!(decided.resolution.as_deref(), Some("take-db"));
    assert_eq!((decided.resolved_by.as_ref().map(|a| a.as_str()), decided.resolved_at), (Some("ada"), Some(at())));
    assert_eq!(decided.what, conflict(id(1), "status", "completed"));
    assert_eq!(all[1].what, conflict(id(1), "status", "cancelled"), "with what another file says");
    let open = b.store().conflicts(Some(instep::model::ConflictState::Open)).await.expect("conflicts can be read");
    assert_eq!(open.len(), 2);
    let events = feed(b.store()).await;
    let words: Vec<_> = told(&events).into_iter().map(|(word, _)| word).collect();
    assert_eq!(words, ["task.status_updated", "sync.conflict", "sync.conflict", "sync.resolved", "sync.conflict"]);
    assert_eq!(events[1].payload["conflict"], json!(first.conflicts[0].to_string()));
    assert_eq!(events[1].entity.map(|entity| entity.id), Some(id(1)));
}

pub(crate) async fn a_superseded_value_is_recorded_closed(b: &dyn Backend) {
    let mut changes = of(1, [task(1, "a").says("1")]);
    let superseded = instep::model::NewConflict {
        kind: instep::model::ConflictKind::Superseded,
        ..conflict(id(1), "status", "completed")
    };
    changes.conflicts = vec![superseded.clone(), superseded];
    assert_eq!(commit(b.store(), &changes).await.conflicts.len(), 1);
    let open = b.store().conflicts(Some(instep::model::ConflictState::Open)).await.expect("conflicts can be read");
    assert!(open.is_empty());
    assert_eq!(told(&feed(b.store()).await).last().map(|(word, _)| *word), Some("sync.superseded"));
}

pub(crate) async fn a_conflict_names_who_set_the_value_in_the_row(b: &dyn Backend) {
    let made = task(1, "a").says("1");
    commit(b.store(), &of(1, [made.clone()])).await;
    let mut by_bob = of(2, [made.clone().says("2").after(1).with(Field::Status, json!("blocked")).from(&made)]);
    by_bob.actor = instep::model::Actor::new("bob");
    commit(b.store(), &by_bob).await;
    commit(b.store(), &of(3, [made.clone().says("3").after(2).with(Field::Title, json!("T")).from(&made)])).await;
    let mut collide = changes(4);
    collide.conflicts = vec![conflict(id(1), "status", "completed"), conflict(id(1), "/a\"b", "x")];
    commit(b.store(), &collide).await;
    let found = b.store().conflicts(None).await.expect("conflicts can be read");
    let authors: Vec<_> = found.iter().map(|c| c.row_author.as_ref().map(|a| a.as_str())).collect();
    assert_eq!(authors, [Some("ada"), Some("bob")]);
}

pub(crate) async fn what_was_left_on_disk_is_kept_per_clone(b: &dyn Backend) {
    let mut first = of(1, [task(1, "a").says("1"), task(2, "b").says("2")]);
    first.sync_state.left = vec![state(id(2), "TASK.md", Some("2")), state(id(1), "TASK.md", None)];
    commit(b.store(), &first).await;
    let read = |which| b.store().sync_state(super::build::here(), which);
    let all = read(Selection::All).await.expect("state can be read");
    assert_eq!(all, [state(id(1), "TASK.md", None), state(id(2), "TASK.md", Some("2"))], "ordered by path");
    let (ids, codes) = ([id(2)], ["a".to_owned()]);
    assert_eq!(read(Selection::Ids(&ids)).await.expect("state can be read"), [all[1].clone()]);
    assert_eq!(read(Selection::Codes(&codes)).await.expect("state can be read"), [all[0].clone()]);
    let elsewhere = instep::model::CloneId::new(Uuid::from_u128(8));
    assert!(b.store().sync_state(elsewhere, Selection::All).await.expect("state can be read").is_empty());

    let left = vec![state(id(1), "TASK.md", Some("new"))];
    let dropped = vec![(id(2), all[1].key.clone()), (id(9), all[1].key.clone())];
    let acknowledged = instep::store::Acknowledged { left: left.clone(), dropped, moved: Vec::new() };
    b.store().acknowledge(super::build::here(), &acknowledged).await.expect("it is written");
    b.store().acknowledge(elsewhere, &acknowledged).await.expect("a clone may be new");
    assert_eq!(read(Selection::All).await.expect("state can be read"), left);
    assert_eq!(b.store().sync_state(elsewhere, Selection::All).await.expect("state can be read"), left);
}

pub(crate) async fn an_empty_change_set_makes_no_event(b: &dyn Backend) {
    let before = b.store().head().await.expect("there is a project");
    let committed = commit(b.store(), &changes(1)).await;
    assert_eq!((committed.events, committed.cursor), (0, before.cursor));
}

pub(crate) async fn patches_are_laid_out_without_a_new_revision(b: &dyn Backend) {
    let made = task(1, "a").says("old");
    commit(b.store(), &of(1, [made.clone()])).await;
    sql(b, "UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'a'").await;
    sql(b, "UPDATE orchestration_tasks SET owner = 'Eve' WHERE task_code = 'a'").await;
    let patched = record(b.store(), id(1)).await;
    assert_eq!((patched.patches.len(), patched.tracking, patched.n), (2, None, 3));
    let events = feed(b.store()).await.len();

    let lay = |run, revision: RevisionId, text| {
        let (one, blob) = laid(&made, revision, text);
        let mut changes = changes(run);
        changes.materialised.push(one);
        changes.blobs.push(blob);
        changes
    };
    commit(b.store(), &lay(2, patched.head, "new")).await;
    let after = record(b.store(), id(1)).await;
    assert_eq!((after.row_version, after.head), (patched.row_version, patched.head));
    assert!(after.patches.is_empty());
    assert_eq!(after.documents[0].canonical, instep::model::Digest::of(b"new"));
    assert_eq!(feed(b.store()).await.len(), events, "no second event");
    let revisions = b.store().revisions(&[(id(1), 0)]).await.expect("revisions can be read");
    assert_eq!(revisions.len(), 3);
    assert_eq!(after.tracking, Some(revisions[2].tracking), "the hash of a revision never changes");
    assert_eq!(revisions[1].documents, None, "nobody laid the first patch out alone");
    assert_eq!(revisions[2].documents.as_ref().map(Vec::len), Some(1));

    let twice = lay(3, patched.head, "other");
    assert!(matches!(b.store().commit(&twice).await, Err(StoreError::Stale(ids)) if ids == [id(1)]));
    let no_patch = lay(4, revisions[0].id, "other");
    assert!(matches!(b.store().commit(&no_patch).await, Err(StoreError::Stale(ids)) if ids == [id(1)]));
}

pub(crate) async fn a_late_layout_does_not_bring_old_texts_back(b: &dyn Backend) {
    let made = task(1, "a").says("old");
    commit(b.store(), &of(1, [made.clone()])).await;
    sql(b, "UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'a'").await;
    let patch = record(b.store(), id(1)).await.head;
    commit(b.store(), &of(2, [made.clone().says("newer").after(2)])).await;
    let newer = record(b.store(), id(1)).await;
    let (one, blob) = laid(&made, patch, "late");
    let mut late = changes(3);
    late.materialised.push(one);
    late.blobs.push(blob);
    commit(b.store(), &late).await;
    assert_eq!(record(b.store(), id(1)).await, newer);
    let revisions = b.store().revisions(&[(id(1), 0)]).await.expect("revisions can be read");
    assert!(revisions[1].documents.is_some());
}

pub(crate) async fn revisions_tell_who_and_how(b: &dyn Backend) {
    let made = task(1, "a").says("1");
    commit(b.store(), &of(1, [made.clone()])).await;
    let mut second = of(2, [made.says("2").after(1)]);
    second.entities[0].source = Source::Merge;
    commit(b.store(), &second).await;
    let all = b.store().revisions(&[(id(1), 0)]).await.expect("revisions can be read");
    assert_eq!(all.iter().map(|r| r.n).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((all[0].parent, all[1].parent), (None, Some(all[0].id)));
    assert_eq!((all[1].source, all[1].actor.as_str()), (Source::Merge, "ada"));
    assert_eq!((all[1].clone, all[1].correlation), (Some(second.clone), Some(second.correlation)));
    assert_eq!((all[1].created_at, all[1].patch.as_ref()), (at(), None));
    assert_eq!(all[1].documents.as_ref(), Some(&second.entities[0].documents));
    assert_eq!(b.store().revisions(&[(id(1), 1)]).await.expect("revisions can be read"), all[1..]);
    let expected = Expected::Version(2);
    assert_eq!(Expected::Version(record(b.store(), id(1)).await.row_version), expected);
}
