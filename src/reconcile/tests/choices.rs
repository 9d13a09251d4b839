//! What a person decides counts for what collided, and for nothing else.

use super::tiny::*;
use crate::reconcile::*;

/// A content with a status, a title and a text.
fn c(status: u8, title: u8, text: u8) -> Tiny {
    tiny(&[(STATUS, status), (TITLE, title)], text)
}

fn choice(part: u8, key: Option<u8>, side: Side) -> Choice<u8, u8> {
    Choice { part, key, side }
}

/// The row that comes of a file of a foreign row's past, with `choices`; nothing is held.
fn chosen(file: Tiny, base: Tiny, row: Tiny, choices: &[Choice<u8, u8>]) -> Tiny {
    let scene = Scene::live(row.clone()).file(0, &file, &base, &[(&row, false)]);
    let verdict = decide_with(&scene.0, choices);
    assert!(!verdict.is_held(), "{verdict:?}");
    match verdict.row {
        RowAction::Write { parts, .. } => parts[&0].clone(),
        _ => row,
    }
}

#[test]
fn a_chosen_title_leaves_the_other_values_and_the_text_to_the_merge() {
    let (base, file, row) = (c(1, 1, 1), c(1, 2, 2), c(3, 3, 1));
    let take = |side| chosen(file.clone(), base.clone(), row.clone(), &[choice(0, Some(TITLE), side)]);
    assert_eq!(take(Side::File), c(3, 2, 2));
    assert_eq!(take(Side::Row), c(3, 3, 2));
}

#[test]
fn a_chosen_text_leaves_the_values_to_the_merge() {
    let (base, file, row) = (c(1, 1, 1), c(2, 1, 2), c(1, 3, 3));
    let take = |side| chosen(file.clone(), base.clone(), row.clone(), &[choice(0, None, side)]);
    assert_eq!((take(Side::File), take(Side::Row)), (c(2, 3, 2), c(2, 3, 3)));
}

#[test]
fn a_choice_where_nothing_collides_changes_nothing() {
    let values = [1, 2, 3];
    for (file, row) in values.iter().flat_map(|file| values.map(|row| (*file, row))) {
        let scene = Scene::live(c(row, 1, 1)).file(0, &c(file, 1, 1), &c(1, 1, 1), &[(&c(row, 1, 1), false)]);
        let plain = decide(&scene.0);
        for side in [Side::File, Side::Row] {
            let decided = decide_with(&scene.0, &[choice(0, Some(STATUS), side), choice(0, None, side)]);
            assert!(!plain.collisions.is_empty() || decided == plain, "file {file}, row {row}, {side:?}");
        }
    }
}

#[test]
fn one_place_of_a_field_is_chosen_for_all_and_the_rows_value_for_none() {
    let [task, agent] = [c(1, 1, 1), c(1, 2, 2)];
    let scene = Scene::live(task.clone()).part(1, Some(agent.clone())).file(0, &c(3, 1, 7), &task, &[]).file(
        1,
        &c(4, 2, 2),
        &agent,
        &[],
    );
    let take = |part, side| decide_with(&scene.0, &[choice(part, Some(STATUS), side)]);
    for (part, status) in [(0, 3), (1, 4)] {
        let verdict = take(part, Side::File);
        let RowAction::Write { parts, .. } = &verdict.row else { panic!("the row changes: {verdict:?}") };
        assert_eq!((&parts[&0], &parts[&1]), (&c(status, 1, 7), &c(status, 2, 2)));
        assert!(verdict.collisions.is_empty());
    }
    let kept = take(1, Side::Row);
    assert_eq!(kept.files[&1].action, FileAction::Write(agent));
    assert_eq!(kept.files[&0].action, FileAction::Write(c(1, 1, 7)));
}

#[test]
fn a_stranger_in_the_place_of_a_row_takes_it_or_gives_way() {
    let (row, stranger) = (c(1, 1, 1), c(1, 1, 90));
    let scene = Scene::live(row.clone()).text(0, &stranger, Ancestry::Unstamped);
    let take = |side| decide_with(&scene.0, &[choice(0, None, side)]);
    let RowAction::Write { parts, .. } = take(Side::File).row else { panic!("the row changes") };
    assert_eq!(parts[&0], stranger);
    assert_eq!(take(Side::Row).files[&0].action, FileAction::Write(row));
}

#[test]
fn a_text_that_nothing_proves_newer_than_a_deletion_restores_or_goes() {
    let scene = Scene::tombstone(c(1, 1, 1)).text(0, &c(1, 1, 2), Ancestry::Unstamped);
    assert!(decide(&scene.0).is_held());
    let take = |side| decide_with(&scene.0, &[choice(0, None, side)]);
    assert!(matches!(take(Side::File).row, RowAction::Write { how: How::Restored, .. }));
    let gone = take(Side::Row);
    assert_eq!((&gone.row, &gone.files[&0].action), (&RowAction::Keep, &FileAction::Remove));
}
