//! Stories of several who write at once.

use std::sync::Arc;

use instep::model::Field;
use instep::store::{Selection, Store, StoreError};
use serde_json::json;

use super::backend::{Backend, sql};
use super::build::{commit, feed, id, of, record, task};

pub(crate) async fn of_many_who_saw_the_same_version_one_wins(b: &dyn Backend) {
    commit(b.store(), &of(1, [task(1, "a").says("0")])).await;
    let mut runs = tokio::task::JoinSet::new();
    for run in 2..10 {
        let store = b.again().await;
        runs.spawn(async move {
            store.commit(&of(run, [task(1, "a").says(&run.to_string()).after(1)])).await.map_err(is_stale)
        });
    }
    let results = runs.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| *result != Err(false)), "the others are told to look again");
    assert_eq!(record(b.store(), id(1)).await.row_version, 2);
}

fn is_stale(error: StoreError) -> bool {
    matches!(error, StoreError::Stale(_))
}

pub(crate) async fn writers_of_different_rows_do_not_disturb_each_other(b: &dyn Backend) {
    let store: Arc<dyn Store> = b.again().await.into();
    let mut runs = tokio::task::JoinSet::new();
    for run in 1..=20 {
        let shared = Arc::clone(&store);
        let own = (run % 2 == 0).then_some(b.again().await);
        runs.spawn(async move {
            let store = own.as_deref().unwrap_or(&*shared);
            let made = task(run, &format!("t-{run}")).says("1");
            store.commit(&of(run, [made.clone()])).await.expect("nobody wants the same");
            let changed = made.clone().after(1).says("2").with(Field::Status, json!("review")).from(&made);
            store.commit(&of(run + 100, [changed])).await.expect("nobody wants the same");
        });
    }
    while let Some(done) = runs.join_next().await {
        done.expect("nobody panics");
        // A reader sees whole transactions only.
        for record in b.store().records(Selection::All).await.expect("rows can be read") {
            assert_eq!(record.documents.len(), 1);
        }
    }
    let seqs: Vec<_> = feed(b.store()).await.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=40).collect::<Vec<_>>(), "dense, whoever was first");
}

pub(crate) async fn outside_sql_and_commits_share_one_sequence(b: &dyn Backend) {
    for run in 1..=5 {
        commit(b.store(), &of(run, [task(run, &format!("t-{run}")).says("1")])).await;
        sql(b, "UPDATE orchestration_tasks SET position = coalesce(position, 0) + 1").await;
    }
    let seqs: Vec<_> = feed(b.store()).await.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=20).collect::<Vec<_>>());
}
