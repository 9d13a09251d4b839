//! The decision table, row by row.

use super::tiny::*;
use crate::model::ConflictKind as Kind;
use crate::reconcile::*;

/// A content with a status, a title and a text.
fn c(status: u8, title: u8, text: u8) -> Tiny {
    tiny(&[(STATUS, status), (TITLE, title)], text)
}

fn write(content: &Tiny) -> FileAction<Tiny> {
    FileAction::Write(content.clone())
}

#[test]
fn row_01_nothing_is_nothing() {
    let told = Scene::never().decide();
    assert_eq!((told.0.rule, told.is_idle()), (Rule::Nothing, true));
}

#[test]
fn row_02_create_makes_a_row_and_leaves_a_file_that_bears_its_own_hash() {
    let new = c(1, 1, 1);
    let scene =
        |is_own| Scene::never().text(0, &new, Ancestry::Unknown { is_own, named: None }).at(None, Some(3), None);
    let told = scene(true).decide();
    assert_eq!((told.0.rule, told.how(), told.row(0)), (Rule::Create, Some(How::Created), Some(&new)));
    assert_eq!((told.action(0), told.0.place), (&FileAction::Keep, PlaceAction::RowFollowsFiles));
    assert_eq!(scene(false).decide().action(0), &FileAction::Restamp);
}

#[test]
fn row_03_a_row_that_vanished_without_a_tombstone_is_held() {
    let told = Scene::of(RowState::Vanished).part(0, None).text(0, &c(1, 1, 1), Ancestry::Unstamped).decide();
    assert_eq!(
        (told.0.rule, told.collisions(), told.is_idle()),
        (Rule::RowMissing, vec![(Kind::RowMissing, None)], true)
    );
}

#[test]
fn row_04_adopt_makes_a_row_and_stamps_the_file() {
    let told = Scene::never().text(0, &c(1, 1, 1), Ancestry::Unstamped).decide();
    assert_eq!((told.0.rule, told.action(0)), (Rule::Adopt, &FileAction::Restamp));
}

#[test]
fn row_05_a_stranger_in_the_place_of_a_row_is_held_and_a_version_of_it_is_not() {
    let stranger = Scene::live(c(1, 1, 1)).text(0, &c(1, 1, 90), Ancestry::Unstamped).decide();
    assert_eq!((stranger.rule(0), stranger.is_idle()), (Rule::CreateCreate, true));
    assert_eq!(stranger.collisions(), [(Kind::CreateCreate, None)]);
    let version = Scene::live(c(1, 1, 1)).text(0, &c(2, 1, 1), Ancestry::Unstamped).decide();
    assert_eq!((version.rule(0), version.action(0)), (Rule::NoBase, &write(&c(1, 1, 1))));
}

#[test]
fn row_06_a_row_that_was_never_here_gets_its_files() {
    let scene = Scene::live(c(1, 1, 1)).part(1, Some(c(1, 2, 2)));
    let told = scene.decide();
    assert_eq!((told.action(0), told.action(1)), (&write(&c(1, 1, 1)), &write(&c(1, 2, 2))));
    assert!(scene.clone().under(|c| c.designated = false).decide().is_idle());
    let deleted_by_git = scene.git(0, |git| git.history_had_it = true).decide();
    assert_eq!((deleted_by_git.is_idle(), deleted_by_git.0.reports), (true, vec![Report::MissingHere(None)]));
}

#[test]
fn row_07_a_deleted_file_deletes_a_row_that_did_not_change() {
    let told = Scene::live(c(1, 1, 1)).left(0, &c(1, 1, 1)).decide();
    assert_eq!((told.0.rule, &told.0.row), (Rule::Delete, &RowAction::Delete { by_git: false }));
}

#[test]
fn row_08_a_changed_row_outlives_the_deletion_of_its_file() {
    let told = Scene::live(c(2, 1, 1)).left(0, &c(1, 1, 1)).decide();
    assert_eq!((told.0.rule, told.action(0)), (Rule::DeleteEdit, &write(&c(2, 1, 1))));
    assert_eq!((told.0.row == RowAction::Keep, told.collisions()), (true, vec![(Kind::DeleteEdit, None)]));
}

#[test]
fn row_08_a_row_that_moved_outlives_the_deletion_of_its_file() {
    let told = Scene::live(c(1, 1, 1)).left(0, &c(1, 1, 1)).at(Some(0), None, Some(5)).decide();
    assert_eq!((told.0.rule, told.action(0)), (Rule::DeleteEdit, &write(&c(1, 1, 1))));
    assert_eq!(told.collisions(), [(Kind::DeleteEdit, None)]);
}

#[test]
fn row_09_a_tombstone_without_files_is_at_rest() {
    let told = Scene::tombstone(c(1, 1, 1)).left(0, &c(1, 1, 1)).decide();
    assert_eq!((told.0.rule, told.is_idle()), (Rule::Gone, true));
}

#[test]
fn row_10_in_step_does_nothing() {
    let told = Scene::live(c(1, 1, 1)).untouched(0, &c(1, 1, 1), &[]).decide();
    assert_eq!((told.rule(0), told.is_idle(), told.collisions()), (Rule::InStep, true, vec![]));
}

#[test]
fn row_11_pull() {
    let row = c(2, 1, 2);
    let told = Scene::live(row.clone()).untouched(0, &c(1, 1, 1), &[(&row, false)]).decide();
    assert_eq!((told.rule(0), told.action(0), told.how()), (Rule::Pull, &write(&row), None));
}

#[test]
fn row_12_push() {
    let told = Scene::live(c(1, 1, 1)).file(0, &c(2, 1, 2), &c(1, 1, 1), &[]).decide();
    assert_eq!((told.rule(0), told.how(), told.row(0)), (Rule::Push, Some(How::Updated), Some(&c(2, 1, 2))));
    assert_eq!(told.action(0), &FileAction::Restamp);
}

#[test]
fn row_13_the_same_change_on_both_sides_only_renews_the_stamp() {
    let both = c(2, 1, 2);
    let told = Scene::live(both.clone()).file(0, &both, &c(1, 1, 1), &[(&both, false)]).decide();
    assert_eq!((told.rule(0), told.action(0), told.how()), (Rule::Agree, &FileAction::Restamp, None));
}

#[test]
fn row_14_cc05_disjoint_changes_are_merged() {
    let row = c(2, 1, 1);
    let told = Scene::live(row.clone()).file(0, &c(1, 1, 2), &c(1, 1, 1), &[(&row, false)]).decide();
    assert_eq!((told.rule(0), told.how()), (Rule::Merge, Some(How::Merged)));
    assert_eq!((told.row(0), told.action(0)), (Some(&c(2, 1, 2)), &write(&c(2, 1, 2))));
}

#[test]
fn row_15_the_row_wins_a_value_and_the_files_is_recorded() {
    let row = c(2, 1, 1);
    let told = Scene::live(row.clone()).file(0, &c(3, 1, 2), &c(1, 1, 1), &[(&row, false)]).decide();
    assert_eq!((told.rule(0), told.row(0)), (Rule::FieldCollision, Some(&c(2, 1, 2))));
    let collision = &told.0.collisions[0];
    assert_eq!(
        (collision.kind, collision.base, collision.file, collision.row),
        (Kind::Field, Some(1), Some(3), Some(2))
    );
    assert!(!told.0.is_held());
}

#[test]
fn row_15_a_value_of_the_database_is_restored_for_the_log() {
    let [base, file, row] = [1, 2, 3].map(|hash| tiny(&[(HASH, hash)], 0));
    let told = Scene::live(row.clone()).file(0, &file, &base, &[(&row, false)]).decide();
    assert_eq!((told.action(0), told.collisions()), (&write(&row), vec![(Kind::Superseded, Some(HASH))]));
}

#[test]
fn row_16_overlapping_texts_are_held_and_the_rest_reaches_the_row() {
    let row = c(1, 1, 2);
    let told = Scene::live(row.clone()).file(0, &c(2, 1, 3), &c(1, 1, 1), &[(&row, false)]).decide();
    assert_eq!(
        (told.rule(0), told.row(0), told.action(0)),
        (Rule::TextCollision, Some(&c(2, 1, 2)), &FileAction::Pass)
    );
    assert!(told.0.is_held());
}

#[test]
fn row_16_two_titles_are_nobodys_and_held() {
    let row = c(1, 2, 1);
    let told = Scene::live(row.clone()).file(0, &c(2, 3, 1), &c(1, 1, 1), &[(&row, false)]).decide();
    assert_eq!((told.row(0), told.action(0)), (Some(&c(2, 2, 1)), &FileAction::Pass));
    assert_eq!(told.collisions(), [(Kind::Body, Some(TITLE))]);
}

#[test]
fn row_16_a_merge_that_makes_no_document_is_held() {
    let (base, file, row) = (c(1, 1, 1), c(1, BREAKS, 1), c(1, 1, BREAKS));
    let told = Scene::live(row.clone()).file(0, &file, &base, &[(&row, false)]).decide();
    assert_eq!((told.is_idle(), told.collisions()), (true, vec![(Kind::Invalid, None)]));
}

#[test]
fn row_17_without_a_base_equal_values_agree_and_others_collide() {
    let told = Scene::live(c(1, 1, 1)).text(0, &c(2, 1, 1), Ancestry::Unknown { is_own: false, named: None }).decide();
    assert_eq!((told.rule(0), told.action(0)), (Rule::NoBase, &write(&c(1, 1, 1))));
    assert_eq!(told.collisions(), [(Kind::Field, Some(STATUS))]);
    let held = Scene::live(c(1, 1, 1)).text(0, &c(1, 1, 2), Ancestry::Unknown { is_own: true, named: None }).decide();
    assert_eq!((held.is_idle(), held.collisions()), (true, vec![(Kind::NoBase, None)]));
}

#[test]
fn row_18_ed22_a_stale_copy_is_brought_up_to_date_and_pushes_nothing() {
    let (old, row) = (c(1, 1, 1), c(2, 1, 1));
    let told = Scene::live(row.clone()).file(0, &old, &old, &[(&row, false)]).left(0, &row).decide();
    assert_eq!((told.rule(0), told.action(0), told.how()), (Rule::Stale, &write(&row), None));
}

#[test]
fn row_18_a_stale_copy_that_git_brought_is_reported_until_pull() {
    let (old, row) = (c(1, 1, 1), c(2, 1, 1));
    let scene = Scene::live(row.clone()).file(0, &old, &old, &[(&row, false)]).left(0, &row).git(0, |git| {
        git.movement = Movement::Sideways;
        (git.is_heads_text, git.was_touched) = (true, true);
    });
    let told = scene.decide();
    assert_eq!((told.rule(0), told.is_idle(), &told.0.reports[..]), (Rule::Stale, true, &[Report::Behind(0)][..]));
    assert_eq!(scene.under(|c| c.pull = true).decide().action(0), &write(&row));
}

#[test]
fn row_18_ed21_an_undo_is_pushed_as_a_revert() {
    let (old, row) = (c(1, 1, 1), c(2, 1, 2));
    let scene = |since: &[(&Tiny, bool)]| Scene::live(row.clone()).file(0, &old, &old, since).left(0, &row);
    let told = scene(&[(&row, true)]).decide();
    assert_eq!((told.rule(0), told.how(), told.row(0)), (Rule::Revert, Some(How::Reverted), Some(&old)));
    assert_eq!(told.collisions(), [(Kind::Superseded, Some(STATUS)), (Kind::Superseded, None)]);
    let foreign = scene(&[(&c(3, 1, 1), false), (&row, true)]).decide();
    assert_eq!((foreign.action(0), foreign.how()), (&write(&row), None), "one foreign word and it is only stale");
}

#[test]
fn row_19_a_revert_on_top_of_the_head_is_pushed() {
    let told = Scene::live(c(2, 1, 1)).file(0, &c(1, 1, 1), &c(2, 1, 1), &[]).known(0).decide();
    assert_eq!((told.rule(0), told.how()), (Rule::Revert, Some(How::Reverted)));
}

#[test]
fn row_19_an_attachment_that_is_put_back_is_a_revert_unless_it_is_a_copy_that_stayed() {
    let [task, notes] = [c(1, 1, 1), tiny(&[], 5)];
    let scene = Scene::live(task.clone()).untouched(0, &task, &[]).part(9, None);
    let scene = scene.text(9, &notes, Ancestry::Unstamped).known(9);
    let away = scene.clone().edit(9, |part| part.left = Left::Nothing);
    let told = away.clone().decide();
    assert_eq!((told.rule(9), told.row(9), told.how()), (Rule::Revert, Some(&notes), Some(How::Reverted)));
    let by_git = away.git(9, |git| git.movement = Movement::Sideways).decide();
    assert_eq!(by_git.row(9), None, "known bytes that a switch of branches brought are no news");
    assert_eq!(scene.clone().decide().action(9), &FileAction::Remove, "nor are those that never went away here");
    assert_eq!(scene.left(9, &notes).decide().action(9), &FileAction::Remove);
}

#[test]
fn row_20_cc07_a_deletion_reaches_files_that_nobody_changed() {
    let old = c(1, 1, 1);
    let told = Scene::tombstone(old.clone()).untouched(0, &old, &[]).decide();
    assert_eq!((told.0.rule, told.action(0), told.how()), (Rule::DeleteWins, &FileAction::Remove, None));
    let stale = Scene::tombstone(c(2, 1, 1)).file(0, &old, &old, &[]).decide();
    assert_eq!((stale.action(0), stale.how()), (&FileAction::Remove, None), "known bytes bring nothing back");
}

#[test]
fn row_20_attachments_go_with_their_entity_unless_nobody_has_them() {
    let [task, notes, new] = [c(1, 1, 1), tiny(&[], 5), tiny(&[], 6)];
    let scene = Scene::tombstone(task.clone()).untouched(0, &task, &[]).part(9, Some(notes.clone()));
    let known = scene.clone().text(9, &notes, Ancestry::Unstamped).known(9).decide();
    assert_eq!(known.action(9), &FileAction::Remove);
    let unknown = scene.text(9, &new, Ancestry::Unstamped).decide();
    assert_eq!((unknown.action(9), &unknown.0.reports[..]), (&FileAction::Pass, &[Report::LeftBehind(9)][..]));
}

#[test]
fn row_21_an_edit_after_the_deletion_restores() {
    let told = Scene::tombstone(c(2, 1, 1)).file(0, &c(1, 1, 3), &c(1, 1, 1), &[(&c(2, 1, 1), false)]).decide();
    assert_eq!((told.0.rule, told.how(), told.row(0)), (Rule::EditDelete, Some(How::Restored), Some(&c(2, 1, 3))));
    assert_eq!(told.collisions(), [(Kind::EditDelete, None)]);
}

#[test]
fn row_22_an_edit_that_nothing_proves_to_be_newer_is_held() {
    let told =
        Scene::tombstone(c(1, 1, 1)).text(0, &c(1, 1, 3), Ancestry::Unknown { is_own: true, named: None }).decide();
    assert_eq!((told.0.rule, told.is_idle(), told.0.is_held()), (Rule::UnprovenEdit, true, true));
}

#[test]
fn row_23_what_cannot_be_understood_is_left_alone_and_its_neighbours_are_not() {
    let [task, agent] = [c(1, 1, 1), c(1, 2, 1)];
    let scene = Scene::live(task.clone()).part(1, Some(agent.clone()));
    let told = scene.edit(0, |part| part.file = FileState::Invalid).file(1, &c(1, 3, 1), &agent, &[]).decide();
    assert_eq!((told.rule(0), told.action(0)), (Rule::Quarantine, &FileAction::Pass));
    assert_eq!((told.rule(1), told.row(1), told.row(0)), (Rule::Push, Some(&c(1, 3, 1)), Some(&task)));
    assert_eq!(told.0.reports, [Report::Quarantined(0)]);
    let nothing_else = Scene::never().edit(0, |part| part.file = FileState::Invalid).decide();
    assert_eq!((nothing_else.is_idle(), nothing_else.0.rule), (true, Rule::Quarantine));
}

#[test]
fn row_25_fs03_unreadable_is_not_absent() {
    let row = c(1, 1, 1);
    let told = Scene::live(row.clone()).left(0, &row).edit(0, |part| part.file = FileState::Unreadable).decide();
    assert_eq!((told.0.rule, told.is_idle()), (Rule::Unreadable, true));
}

#[test]
fn row_26_the_side_that_moved_leads() {
    let row = c(1, 1, 1);
    let scene = Scene::live(row.clone()).untouched(0, &row, &[]);
    let told = scene.clone().at(Some(1), Some(2), Some(1)).decide();
    assert_eq!((told.0.place, told.how(), told.0.rule), (PlaceAction::RowFollowsFiles, Some(How::Updated), Rule::Move));
    let told = scene.at(Some(1), Some(1), Some(2)).decide();
    assert_eq!((told.0.place, told.how()), (PlaceAction::FilesFollowRow, None));
}

#[test]
fn row_27_cc19_the_row_wins_two_moves() {
    let row = c(1, 1, 1);
    let told = Scene::live(row.clone()).untouched(0, &row, &[]).at(Some(1), Some(2), Some(3)).decide();
    assert_eq!((told.0.place, told.collisions()), (PlaceAction::FilesFollowRow, vec![(Kind::Path, None)]));
}

#[test]
fn row_22_an_entity_comes_back_as_a_whole_or_waits_as_a_whole() {
    let [task, agent] = [c(1, 1, 1), tiny(&[(STATUS, 1)], 2)];
    let scene = Scene::tombstone(task.clone()).part(1, Some(agent.clone())).file(0, &c(2, 1, 1), &task, &[]);
    let restored = scene.clone().file(1, &tiny(&[(STATUS, 1)], 3), &agent, &[]).decide();
    assert_eq!((restored.how(), restored.row(0)), (Some(How::Restored), Some(&c(2, 1, 1))));
    let differing = scene.file(1, &tiny(&[(STATUS, 3)], 2), &agent, &[]).decide();
    assert!(differing.is_idle(), "{differing:?}");
    assert_eq!(differing.collisions(), [(Kind::NoBase, None), (Kind::NoBase, None)]);
}

#[test]
fn row_16_two_places_that_differ_hold_the_whole_of_files_that_alone_changed() {
    let [task, agent] = [c(1, 1, 1), tiny(&[(STATUS, 1)], 2)];
    let scene = Scene::live(task.clone()).part(1, Some(agent.clone()));
    let scene = scene.file(0, &c(2, 9, 1), &task, &[]).file(1, &tiny(&[(STATUS, 3)], 2), &agent, &[]);
    let told = scene.decide();
    assert_eq!(told.collisions(), [(Kind::TwoPlaces, Some(STATUS)), (Kind::TwoPlaces, Some(STATUS))]);
    assert!(told.is_idle(), "the title waits as well: {told:?}");
}

#[test]
fn row_33_a_deleted_part_is_taken_out_of_the_row() {
    let [task, agent] = [c(1, 1, 1), c(1, 2, 2)];
    let scene =
        |row: &Tiny| Scene::live(task.clone()).untouched(0, &task, &[]).part(1, Some(row.clone())).left(1, &agent);
    let told = scene(&agent).decide();
    assert_eq!((told.rule(1), told.how()), (Rule::PartDeleted, Some(How::Updated)));
    assert_eq!((told.row(0), told.row(1)), (Some(&task), None));
    let changed = scene(&c(2, 2, 2)).decide();
    assert_eq!((changed.action(1), changed.collisions()), (&write(&c(2, 2, 2)), vec![(Kind::DeleteEdit, None)]));
}

#[test]
fn row_33_a_part_that_was_taken_out_of_the_row_is_removed_unless_it_changed() {
    let [task, agent] = [c(1, 1, 1), c(1, 2, 2)];
    let scene = Scene::live(task.clone()).untouched(0, &task, &[]).part(1, None);
    assert_eq!(scene.clone().untouched(1, &agent, &[]).decide().action(1), &FileAction::Remove);
    let told = scene.file(1, &c(2, 2, 2), &agent, &[]).left(1, &agent).decide();
    assert_eq!((told.row(1), told.collisions()), (Some(&c(2, 2, 2)), vec![(Kind::EditDelete, None)]));
}

#[test]
fn row_33_the_last_part_is_not_taken_out_while_another_cannot_be_read() {
    let agent = c(1, 2, 2);
    let scene = Scene::of(RowState::Live).part(0, None).part(1, Some(agent.clone())).left(1, &agent);
    let told = scene.edit(0, |part| part.file = FileState::Invalid).decide();
    assert_eq!(
        (told.is_idle(), &told.0.reports[..]),
        (true, &[Report::Quarantined(0), Report::MissingHere(Some(1))][..])
    );
}

#[test]
fn row_33_parts_that_were_deleted_one_here_and_one_elsewhere_are_all_of_the_entity() {
    let [task, agent] = [c(1, 1, 1), c(1, 2, 2)];
    let row_without = |scene: Scene, name| scene.edit(name, |part| part.row = None);
    let both = Scene::live(task.clone()).untouched(0, &task, &[]).part(1, Some(agent.clone())).left(1, &agent);
    let told = row_without(both.clone(), 0).decide();
    assert_eq!((&told.0.row, told.0.rule), (&RowAction::Delete { by_git: false }, Rule::Delete));
    assert_eq!((told.action(0), told.action(1)), (&FileAction::Remove, &FileAction::Keep));
    let changed = row_without(both.clone(), 0).edit(1, |part| part.row = Some(c(2, 2, 2))).decide();
    assert_eq!((changed.action(0), changed.action(1)), (&FileAction::Remove, &write(&c(2, 2, 2))));
    let moved = row_without(both, 0).at(Some(1), Some(1), Some(2)).decide();
    assert_eq!((moved.0.place, moved.action(1)), (PlaceAction::FilesFollowRow, &write(&agent)));
}

#[test]
fn row_33_a_new_part_joins_the_row() {
    let [task, agent] = [c(1, 1, 1), c(2, 2, 2)];
    let told = Scene::live(task.clone()).untouched(0, &task, &[]).part(1, None).text(1, &agent, Ancestry::Unstamped);
    let told = told.decide();
    assert_eq!((told.row(1), told.action(1)), (Some(&agent), &FileAction::Restamp));
    assert_eq!(told.0.reports, [Report::PlacesDiffer(1)], "two places differ and always did: told, not touched");
}

#[test]
fn row_35_a_broken_row_touches_nothing() {
    let mut scene = Scene::live(c(1, 1, 1)).file(0, &c(2, 1, 1), &c(1, 1, 1), &[]);
    scene.0.row = RowState::Broken;
    assert_eq!((scene.decide().0.rule, scene.decide().is_idle()), (Rule::BrokenRow, true));
}

#[test]
fn row_36_a_text_copied_from_another_entity_has_no_base() {
    let row = c(1, 1, 1);
    let told = Scene::live(row.clone()).text(0, &c(2, 1, 2), Ancestry::Foreign).left(0, &row).decide();
    assert_eq!((told.rule(0), told.action(0), told.0.is_held()), (Rule::NoBase, &FileAction::Pass, true));
}

#[test]
fn row_37_ed16_an_unknown_stamp_gives_no_authority() {
    let row = c(1, 1, 1);
    let told = Scene::live(row.clone()).text(0, &c(2, 1, 1), Ancestry::Unknown { is_own: false, named: None });
    assert_eq!(told.left(0, &row).decide().collisions(), [(Kind::Field, Some(STATUS))], "not even over what was left");
}

#[test]
fn ed15_a_file_that_lost_its_stamp_derives_from_what_was_left() {
    let row = c(1, 1, 1);
    let told = Scene::live(row.clone()).text(0, &c(2, 1, 2), Ancestry::Unstamped).left(0, &row).decide();
    assert_eq!((told.rule(0), told.action(0)), (Rule::Push, &FileAction::Restamp));
}

#[test]
fn ed15_an_older_text_without_a_stamp_is_a_revert_on_record() {
    let (old, row) = (c(1, 1, 1), c(2, 1, 1));
    let told = Scene::live(row.clone()).text(0, &old, Ancestry::Unstamped).known(0).left(0, &row).decide();
    assert_eq!((told.rule(0), told.how(), told.row(0)), (Rule::Revert, Some(How::Reverted), Some(&old)));
    assert_eq!(told.collisions(), [(Kind::Superseded, Some(STATUS))]);
}

#[test]
fn ed06_ed07_a_stale_buffer_merges_with_what_came_after_it() {
    let [base, row] = [c(1, 1, 1), c(2, 1, 1)];
    let saved =
        |buffer: &Tiny| Scene::live(row.clone()).file(0, buffer, &base, &[(&row, false)]).left(0, &row).decide();
    assert_eq!(saved(&c(1, 1, 2)).row(0), Some(&c(2, 1, 2)), "another value: both survive");
    let same = saved(&c(3, 1, 1));
    assert_eq!((same.action(0), same.collisions()), (&write(&row), vec![(Kind::Field, Some(STATUS))]));
}

#[test]
fn ed08_ed20_a_second_save_of_one_buffer_supersedes_only_own_words() {
    let [base, first, second] = [1, 2, 3].map(|status| c(status, 1, status));
    let saved =
        |since: &[(&Tiny, bool)]| Scene::live(first.clone()).file(0, &second, &base, since).left(0, &first).decide();
    let told = saved(&[(&first, true)]);
    assert_eq!((told.row(0), told.0.is_held()), (Some(&second), false));
    assert_eq!(told.collisions(), [(Kind::Superseded, Some(STATUS)), (Kind::Superseded, None)]);
    let foreign = saved(&[(&c(9, 1, 1), false), (&first, true)]);
    assert_eq!(foreign.collisions(), [(Kind::Field, Some(STATUS)), (Kind::Superseded, None)]);
}

#[test]
fn cc02_cc03_the_same_value_collides_once_per_file_and_others_merge() {
    let base = tiny(&[(STATUS, 1), (OWNER, 1)], 1);
    let row = tiny(&[(STATUS, 2), (OWNER, 1)], 1);
    let merged =
        Scene::live(row.clone()).file(0, &tiny(&[(STATUS, 1), (OWNER, 3)], 1), &base, &[(&row, false)]).decide();
    assert_eq!((merged.row(0), merged.collisions()), (Some(&tiny(&[(STATUS, 2), (OWNER, 3)], 1)), vec![]));
    let losers = [4, 5, 6].map(|status| {
        let file = tiny(&[(STATUS, status), (OWNER, 1)], 1);
        Scene::live(row.clone()).file(0, &file, &base, &[(&row, false)]).decide()
    });
    assert!(
        losers.iter().all(|told| told.action(0) == &write(&row) && told.collisions() == [(Kind::Field, Some(STATUS))])
    );
}

#[test]
fn sets_are_merged_element_by_element() {
    let [base, file, row] = [0b10_0011, 0b10_0110, 0b10_1001].map(|tags| tiny(&[(TAGS, tags)], 1));
    let told = Scene::live(row.clone()).file(0, &file, &base, &[(&row, false)]).decide();
    assert_eq!((told.row(0), told.collisions()), (Some(&tiny(&[(TAGS, 0b10_1100)], 1)), vec![]));
}

#[test]
fn two_spellings_of_one_meaning_are_one_value() {
    let [base, file, row] = [1, 100, 101].map(|status| c(status, 1, 1));
    let told = Scene::live(row.clone()).file(0, &file, &base, &[(&row, false)]).decide();
    assert_eq!((told.row(0), told.collisions()), (Some(&file), vec![(Kind::Superseded, Some(STATUS))]));
}

/// A task of two parts that both tell the status, each in step before the edit.
fn two_parts(row: [&Tiny; 2], files: [&Tiny; 2], base: [&Tiny; 2]) -> Decided {
    let scene = Scene::live(row[0].clone()).part(1, Some(row[1].clone()));
    let since = |at: usize| if row[at] == base[at] { vec![] } else { vec![(row[at], false)] };
    scene.file(0, files[0], base[0], &since(0)).file(1, files[1], base[1], &since(1)).decide()
}

#[test]
fn one_opinion_counts_for_every_place_that_said_the_same() {
    let [task, agent] = [c(1, 1, 1), c(1, 2, 2)];
    let told = two_parts([&task, &agent], [&c(3, 1, 1), &agent], [&task, &agent]);
    assert_eq!((told.row(0), told.row(1)), (Some(&c(3, 1, 1)), Some(&c(3, 2, 2))));
    assert_eq!((told.action(0), told.action(1)), (&FileAction::Restamp, &write(&c(3, 2, 2))));
    let told = two_parts([&task, &agent], [&task, &c(3, 2, 2)], [&task, &agent]);
    assert_eq!(told.row(0), Some(&c(3, 1, 1)), "AGENT.yml leads as well");
}

#[test]
fn an_undo_in_one_place_is_a_revert_in_all() {
    let [old, new] = [[c(1, 1, 1), c(1, 2, 2)], [c(2, 1, 1), c(2, 2, 2)]];
    let scene = Scene::live(new[0].clone()).part(1, Some(new[1].clone())).untouched(1, &new[1], &[]);
    let told = scene.file(0, &old[0], &old[0], &[(&new[0], true)]).left(0, &new[0]).decide();
    assert_eq!((told.how(), told.row(0), told.row(1)), (Some(How::Reverted), Some(&old[0]), Some(&old[1])));
}

#[test]
fn a_place_that_always_said_something_else_stays() {
    let [task, agent] = [c(1, 1, 1), c(2, 2, 2)];
    let told = two_parts([&task, &agent], [&c(3, 1, 1), &agent], [&task, &agent]);
    assert_eq!((told.row(1), told.action(1)), (Some(&agent), &FileAction::Keep));
}

#[test]
fn two_opinions_that_differ_are_held_and_the_rest_is_merged() {
    let [task, agent] = [c(1, 1, 1), c(1, 2, 2)];
    let told = two_parts([&task, &agent], [&c(3, 1, 7), &c(4, 2, 2)], [&task, &agent]);
    assert_eq!(told.collisions(), [(Kind::TwoPlaces, Some(STATUS)), (Kind::TwoPlaces, Some(STATUS))]);
    assert_eq!((told.action(0), told.action(1), told.how()), (&FileAction::Pass, &FileAction::Pass, None));
    let agreeing = two_parts([&task, &agent], [&c(3, 1, 1), &c(3, 2, 2)], [&task, &agent]);
    assert_eq!(agreeing.collisions(), []);
}

#[test]
fn a_mirror_follows_its_field() {
    let say = |status, mirror| tiny(&[(STATUS, status), (MIRROR, mirror)], 1);
    let told = Scene::live(say(1, 1)).file(0, &say(2, 1), &say(1, 1), &[]).decide();
    assert_eq!((told.rule(0), told.how()), (Rule::Push, Some(How::Updated)));
    assert_eq!((told.row(0), told.action(0)), (Some(&say(2, 2)), &write(&say(2, 2))));
}

#[test]
fn a_row_follows_in_the_part_whose_file_cannot_be_understood() {
    let [task, agent] = [c(1, 1, 1), c(1, 2, 2)];
    let scene = Scene::live(task.clone()).file(0, &c(3, 1, 1), &task, &[]).part(1, Some(agent));
    let told = scene.edit(1, |part| part.file = FileState::Invalid).decide();
    assert_eq!((told.row(1), told.action(1)), (Some(&c(3, 2, 2)), &FileAction::Pass));
}

#[test]
fn edits_are_pending_where_they_do_not_count() {
    let row = c(1, 1, 1);
    let elsewhere = |scene: Scene| scene.under(|c| c.designated = false).decide();
    for scene in [
        Scene::live(row.clone()).file(0, &c(2, 1, 1), &row, &[]),
        Scene::never().text(0, &row, Ancestry::Unstamped),
        Scene::live(row.clone()).left(0, &row),
        Scene::tombstone(row.clone()).untouched(0, &row, &[]),
    ] {
        let told = elsewhere(scene);
        assert!(told.is_idle() && !told.0.reports.is_empty(), "{told:?}");
    }
}

#[test]
fn a_mirror_tree_only_follows() {
    let row = c(1, 1, 1);
    let edited = Scene::live(row.clone()).file(0, &c(2, 1, 1), &row, &[]);
    let told = Decided(decide_towards(Direction::Mirror, &edited.0));
    assert_eq!((told.action(0), told.how(), told.rule(0)), (&write(&row), None, Rule::Overruled));
    assert_eq!(told.0.reports, [Report::Overruled(0)]);
    let told = Decided(decide_towards(Direction::Check, &edited.0));
    assert_eq!((told.is_idle(), told.rule(0)), (true, Rule::Push), "a check finds it and does nothing");
}
