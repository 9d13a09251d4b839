//! The rules for what git brings, each with the shortest story that needs it.

use super::tiny::*;
use crate::model::ConflictKind as Kind;
use crate::reconcile::*;

fn c(status: u8) -> Tiny {
    tiny(&[(STATUS, status), (OWNER, 0)], 0)
}

/// A file that git put there: HEAD's text, not what was left, and HEAD moved over it.
fn brought(scene: Scene, left: &Tiny, movement: Movement) -> Scene {
    scene.left(0, left).git(0, |git| {
        git.movement = movement;
        (git.is_heads_text, git.was_touched, git.left_is_in_history) = (true, true, true);
    })
}

fn head(content: &Tiny, ancestry: Ancestry<Tiny>) -> Option<FileText<Tiny>> {
    Some(FileText { content: content.clone(), ancestry, is_known: true, is_as_left: false })
}

#[test]
fn r02_a_delete_needs_a_branch_where_it_counts() {
    let deleted = Scene::live(c(1)).left(0, &c(1));
    assert!(matches!(deleted.decide().0.row, RowAction::Delete { .. }));
    let elsewhere = deleted.under(|c| c.designated = false).decide();
    assert_eq!((elsewhere.is_idle(), elsewhere.0.reports), (true, vec![Report::MissingHere(None)]));
}

#[test]
fn r03_a_revert_that_git_brings_is_news_although_its_bytes_are_known() {
    let (old, new) = (c(1), c(2));
    let told = brought(Scene::live(new.clone()).file(0, &old, &old, &[(&new, true)]), &new, Movement::Forward).decide();
    assert_eq!((told.row(0), told.collisions()), (Some(&old), vec![]));
    let RowAction::Write { by_git, .. } = told.0.row else { panic!("the row is written") };
    assert!(by_git, "R7: and it is nobody's own word");
}

#[test]
fn r05_a_tombstone_removes_no_text_that_git_put_there_and_git_brings_back_what_it_has() {
    let known = Scene::tombstone(c(1)).file(0, &c(1), &c(1), &[]).git(0, |git| git.is_heads_text = true);
    let restored = brought(known.clone(), &c(2), Movement::Forward).decide();
    assert_eq!((restored.how(), restored.row(0)), (Some(How::Restored), Some(&c(1))));
    assert_eq!(restored.collisions(), []);
    let untold = known.left(0, &c(2)).decide();
    assert_eq!((untold.is_idle(), untold.0.reports), (true, vec![Report::Behind(0)]));
}

#[test]
fn r06_a_document_that_git_deleted_is_not_made_again() {
    let told = Scene::live(c(1)).git(0, |git| git.history_had_it = true).decide();
    assert!(told.is_idle());
}

#[test]
fn r08_heads_text_is_decided_before_an_edited_file() {
    let (base, of_head, edited) = (c(1), c(2), tiny(&[(STATUS, 1), (OWNER, 7)], 0));
    let scene = Scene::live(base.clone()).file(0, &edited, &base, &[]).left(0, &base).git(0, |git| {
        git.movement = Movement::Forward;
        (git.was_touched, git.left_is_in_history, git.head_then) = (true, true, Some(base.clone()));
        git.head = head(&of_head, Ancestry::Known { content: base.clone(), since: vec![] });
    });
    let first = Scene(comes_first(&scene.0).expect("HEAD's text comes first"));
    let told = first.decide();
    assert_eq!((told.row(0), told.action(0)), (Some(&of_head), &FileAction::Keep), "and no file is written for it");
    let then = Scene::live(of_head.clone()).file(0, &edited, &base, &[(&of_head, false)]).left(0, &of_head).decide();
    assert_eq!(then.row(0), Some(&tiny(&[(STATUS, 2), (OWNER, 7)], 0)));
}

#[test]
fn r08_while_heads_text_has_its_turn_nothing_is_done_for_other_files() {
    let (left, row, of_head) = (c(1), c(2), c(3));
    let scene = Scene::live(row).left(0, &left).part(1, Some(left.clone())).left(1, &left).git(1, |git| {
        git.movement = Movement::Forward;
        (git.was_touched, git.left_is_in_history, git.head_then) = (true, true, Some(left.clone()));
        git.head = head(&of_head, Ancestry::Known { content: left.clone(), since: vec![] });
    });
    let told = Scene(comes_first(&scene.0).expect("HEAD's text comes first")).decide();
    assert_eq!(
        (told.rule(0), told.action(0)),
        (Rule::DeleteEdit, &FileAction::Pass),
        "it is to be made again after it"
    );
    assert_eq!(told.action(1), &FileAction::Keep);
}

#[test]
fn r08_an_edit_on_top_of_heads_text_waits_where_that_waits() {
    let (base, row, edited) = (tiny(&[(STATUS, 1)], 0), tiny(&[(STATUS, 1)], 6), tiny(&[(STATUS, 7)], 0));
    let waits = |of_head: &Tiny| {
        let scene = Scene::live(row.clone()).file(0, &edited, &base, &[(&row, false)]).left(0, &base).git(0, |git| {
            git.movement = Movement::Forward;
            (git.was_touched, git.left_is_in_history, git.head_then) = (true, true, Some(base.clone()));
            let ancestry = Ancestry::Known {
                content: base.clone(),
                since: vec![Later { content: Some(row.clone()), is_own: false }],
            };
            git.head = head(of_head, ancestry);
        });
        let first = comes_first(&scene.0).expect("HEAD's text comes first");
        keeps_waiting(&scene.0, &first, &decide(&first))
    };
    assert!(waits(&tiny(&[(STATUS, 1)], 5)), "HEAD and the row have different texts, and a person has to decide");
    assert!(!waits(&tiny(&[(STATUS, 2)], 0)), "HEAD's status is taken, and the edit has its turn");
}

#[test]
fn r10_r21_an_absence_that_git_made_by_going_elsewhere_is_no_deletion() {
    let gone = Scene::live(c(1)).left(0, &c(1)).git(0, |git| {
        git.movement = Movement::Sideways;
        git.head_then = Some(c(1));
    });
    assert!(gone.decide().is_idle());
    let is_deleted = |scene: Scene| matches!(scene.decide().0.row, RowAction::Delete { .. });
    assert!(is_deleted(gone.clone().git(0, |git| git.merge_base = Some(c(1)))), "both sides had it: one deleted it");
    assert!(is_deleted(gone.clone().git(0, |git| git.is_gone_from_all_tips = true)));
    let still_in_head = gone.git(0, |git| git.head = head(&c(1), Ancestry::Unstamped));
    assert!(is_deleted(still_in_head), "HEAD has it, so a person deleted the file");
}

#[test]
fn r11_gits_word_counts_over_one_that_the_row_has_from_the_text_that_was_left() {
    let (base, left, by_git) = (c(1), c(2), c(3));
    let told = brought(Scene::live(left.clone()).file(0, &by_git, &base, &[(&left, false)]), &left, Movement::Forward);
    let told = told.decide();
    assert_eq!((told.row(0), told.collisions()), (Some(&by_git), vec![(Kind::Superseded, Some(STATUS))]));
}

#[test]
fn r12_an_edit_on_top_of_an_unsynced_commit_is_no_conflict_with_oneself() {
    let (base, committed, edited) = (c(1), c(2), c(3));
    let scene = Scene::live(committed.clone()).file(0, &edited, &base, &[(&committed, false)]).left(0, &committed);
    assert_eq!(scene.decide().collisions(), [(Kind::Field, Some(STATUS))]);
    let told = scene.git(0, |git| {
        git.head = head(&committed, Ancestry::Known { content: base.clone(), since: vec![] });
        git.bears_heads_stamp = true;
    });
    let told = told.decide();
    assert_eq!((told.row(0), told.collisions()), (Some(&edited), vec![(Kind::Superseded, Some(STATUS))]));
}

#[test]
fn r13_an_unknown_stamp_on_local_text_is_looked_up_in_git() {
    let named = Ancestry::Unknown { is_own: false, named: Some(c(1)) };
    let told = Scene::live(c(1)).text(0, &c(2), named).decide();
    assert_eq!((told.row(0), told.collisions()), (Some(&c(2)), vec![]));
}

#[test]
fn r14_a_row_that_git_knew_and_deleted_does_not_outlive_the_deletion() {
    let scene = Scene::live(c(2)).left(0, &c(1)).git(0, |git| git.movement = Movement::Forward);
    assert_eq!(scene.decide().0.rule, Rule::DeleteEdit);
    let known = scene.git(0, |git| git.history = vec![c(1), c(2)]).decide();
    assert!(matches!(known.0.row, RowAction::Delete { .. }));
}

#[test]
fn r15_what_git_never_had_is_no_base_of_gits_text() {
    let (then, left, by_git) = (c(1), c(2), c(3));
    let unknown = Ancestry::Unknown { is_own: true, named: None };
    let scene = brought(Scene::live(left.clone()).text(0, &by_git, unknown), &left, Movement::Forward).git(0, |git| {
        git.left_is_in_history = false;
        git.head_then = Some(then);
    });
    assert_eq!(scene.decide().collisions(), [(Kind::Superseded, Some(STATUS))], "both changed what git had");
    let of_git = scene.git(0, |git| git.left_is_in_history = true).decide();
    assert_eq!((of_git.row(0), of_git.collisions()), (Some(&by_git), vec![]));
}

#[test]
fn r16_gits_text_that_somebody_edited_derives_from_what_its_stamp_names_wherever_head_went() {
    let (old, stamped, row) = (c(1), c(2), c(3));
    let edited = tiny(&[(STATUS, 2), (OWNER, 5)], 0);
    let scene = Scene::live(row.clone()).file(0, &edited, &stamped, &[(&row, true)]).under(|c| c.shared = true);
    let told = brought(scene, &old, Movement::Sideways).git(0, |git| git.merge_base = Some(old.clone())).decide();
    assert_eq!((told.row(0), told.collisions()), (Some(&tiny(&[(STATUS, 3), (OWNER, 5)], 0)), vec![]));
}

#[test]
fn r17_a_row_that_heads_history_has_is_older_than_heads_text() {
    let unknown = Ancestry::Unknown { is_own: true, named: None };
    let scene = Scene::live(c(1)).text(0, &c(2), unknown).git(0, |git| git.is_heads_text = true);
    assert_eq!(scene.decide().collisions(), [(Kind::Field, Some(STATUS))]);
    let told = scene.git(0, |git| git.history = vec![c(1)]).decide();
    assert_eq!((told.row(0), told.collisions()), (Some(&c(2)), vec![]));
}

#[test]
fn r18_there_and_back_again_is_not_unmoved() {
    let (old, row) = (c(1), c(2));
    let scene = Scene::live(row.clone()).file(0, &old, &old, &[(&row, true)]).left(0, &row);
    assert_eq!(scene.decide().how(), Some(How::Reverted));
    let back = scene.git(0, |git| git.movement = Movement::Sideways).decide();
    assert_eq!((back.how(), back.rule(0)), (None, Rule::Stale));
}

#[test]
fn r20_after_going_elsewhere_a_file_gets_no_other_content_unasked() {
    let (base, row, file) = (c(1), tiny(&[(STATUS, 1), (OWNER, 7)], 0), c(2));
    let scene = brought(Scene::live(row.clone()).file(0, &file, &base, &[(&row, false)]), &base, Movement::Sideways);
    let told = scene.decide();
    assert_eq!((told.row(0), told.action(0)), (Some(&tiny(&[(STATUS, 2), (OWNER, 7)], 0)), &FileAction::Pass));
    assert_eq!(told.0.reports, [Report::Behind(0)]);
    assert!(matches!(scene.under(|c| c.pull = true).decide().action(0), FileAction::Write(_)));
}
