//! The laws over every small case: all files, rows, bases, stamps, memories and moves of git over three values.
//!
//! The base has the value 0 everywhere: other bases are the same cases by other names.

use std::collections::BTreeSet;

use super::tiny::*;
use crate::reconcile::*;

/// All contents with a status, a title and a text out of three values.
fn contents() -> Vec<Tiny> {
    let mut contents = Vec::new();
    for (status, title, text) in (0..27).map(|n| (n / 9, n / 3 % 3, n % 3)) {
        contents.push(tiny(&[(STATUS, status), (TITLE, title)], text));
    }
    contents
}

fn base() -> Tiny {
    tiny(&[(STATUS, 0), (TITLE, 0)], 0)
}

/// All that a stamp can tell of a file of `content` where the row is `row`.
fn ancestries(content: &Tiny, row: &Tiny) -> Vec<Ancestry<Tiny>> {
    let later = |content: &Tiny, is_own| Later { content: Some(content.clone()), is_own };
    let known = |content: &Tiny, since: Vec<Later<Tiny>>| Ancestry::Known { content: content.clone(), since };
    let mut all = vec![
        known(&base(), vec![later(row, false)]),
        known(&base(), vec![later(row, true)]),
        known(&base(), vec![later(&tiny(&[(STATUS, 2), (TITLE, 0)], 2), false), later(row, true)]),
        known(content, vec![later(row, true)]),
        Ancestry::Unstamped,
        Ancestry::Foreign,
    ];
    for is_own in [false, true] {
        all.extend([None, Some(base())].map(|named| Ancestry::Unknown { is_own, named }));
    }
    all
}

fn memories(content: &Tiny, row: &Tiny) -> Vec<Left<Tiny>> {
    let texts = BTreeSet::from([base(), content.clone(), row.clone()]);
    [Left::Unknown, Left::Nothing].into_iter().chain(texts.into_iter().map(Left::Text)).collect()
}

/// All cases of one part in which git has nothing to say.
fn for_each_case(mut check: impl FnMut(&Scene)) -> usize {
    let mut count = 0;
    for row in contents() {
        for state in [RowState::Live, RowState::Tombstone] {
            for left in memories(&row, &row) {
                let absent = Scene::of(state).part(0, Some(row.clone())).edit(0, |part| part.left = left.clone());
                count += 1;
                check(&absent.at(Some(0), None, Some(0)));
            }
            for content in contents() {
                for ancestry in ancestries(&content, &row) {
                    for left in memories(&content, &row) {
                        let scene = Scene::of(state).part(0, Some(row.clone())).text(0, &content, ancestry.clone());
                        let scene = scene.edit(0, |part| part.left = left.clone());
                        for (is_known, is_as_left) in [(false, false), (true, false), (true, true)] {
                            if is_as_left && left != Left::Text(content.clone()) {
                                continue;
                            }
                            let of_stamp = matches!(&ancestry, Ancestry::Known { content: c, .. } if *c == content)
                                || content == row;
                            let scene = scene.clone().edit_text(0, |text| {
                                (text.is_known, text.is_as_left) = (is_known || of_stamp, is_as_left);
                            });
                            count += 1;
                            check(&scene);
                        }
                    }
                }
            }
        }
    }
    count
}

/// Designated, shared, pull, quiet.
const CIRCUMSTANCES: [[bool; 4]; 6] = [
    [true, false, false, false],
    [true, true, false, false],
    [true, true, true, false],
    [true, false, false, true],
    [false, true, false, false],
    [false, true, true, false],
];

/// Everything that git can have to say, over contents with one value.
fn for_each_case_of_git(mut check: impl FnMut(&Scene)) -> usize {
    let say = |status: usize| tiny(&[(STATUS, status as u8)], 0);
    let mut count = 0;
    for n in 0..2 * 3 * 4 * 3 * 3 * 2 {
        let (row, file, left) = (n % 2, n / 2 % 3, n / 6 % 4);
        let (state, movement, is_stamped) = (n / 24 % 3, n / 72 % 3, n / 216 == 1);
        let state = [RowState::Live, RowState::Tombstone, RowState::Never][state];
        let movement = [Movement::Unmoved, Movement::Forward, Movement::Sideways][movement];
        let left = [Left::Unknown, Left::Nothing, Left::Text(say(0)), Left::Text(say(1))][left].clone();
        let row = (state != RowState::Never).then(|| say(row));
        for flags in 0u16..256 {
            let is = |bit: u16| flags >> bit & 1 == 1;
            let since = row.iter().map(|row| Later { content: Some(row.clone()), is_own: is(4) }).collect();
            let ancestry = match is_stamped {
                true => Ancestry::Known { content: say(0), since },
                false => Ancestry::Unknown { is_own: is(4), named: is(5).then(|| say(0)) },
            };
            let is_known = is(3) || row == Some(say(file)) || (is_stamped && file == 0);
            let text = FileText { content: say(file), ancestry, is_known, is_as_left: false };
            let is_there = file < 2;
            let head = match (is(0), is(6)) {
                (true, _) => is_there.then(|| text.clone()),
                (false, true) => Some(FileText { content: say(1), ..text.clone() }),
                (false, false) => None,
            };
            let mut scene = Scene::of(state).part(0, row.clone()).edit(0, |part| {
                part.left = left.clone();
                part.git = GitFacts {
                    movement,
                    head,
                    is_heads_text: is(0) && is_there,
                    bears_heads_stamp: is(7),
                    was_touched: is(1),
                    head_then: is(2).then(|| say(0)),
                    merge_base: is(7).then(|| say(1)),
                    left_is_in_history: is(2),
                    history_had_it: is(5),
                    is_gone_from_all_tips: is(6),
                    history: if is(5) { vec![say(0), say(1)] } else { vec![] },
                };
                part.file = if is_there { FileState::Present(text) } else { FileState::Absent };
            });
            for [designated, shared, pull, quiet] in CIRCUMSTANCES {
                count += 1;
                scene.0.circumstances = Circumstances { designated, shared, pull, quiet, ..Circumstances::default() };
                check(&scene);
            }
        }
    }
    count
}

/// What there is once a verdict was carried out and remembered.
fn carried_out(scene: &Scene, told: &Decided) -> Scene {
    let mut scene = scene.clone();
    let part = scene.0.parts.get_mut(&0).expect("there is one part");
    let before = part.row.clone();
    match &told.0.row {
        RowAction::Keep => {}
        RowAction::Delete { .. } => scene.0.row = RowState::Tombstone,
        RowAction::Write { parts, .. } => {
            scene.0.row = RowState::Live;
            part.row = parts.get(&0).cloned();
        }
    }
    let head = |content: &Tiny| Ancestry::Known { content: content.clone(), since: vec![] };
    let present = |content: &Tiny, ancestry| {
        FileState::Present(FileText { content: content.clone(), ancestry, is_known: true, is_as_left: true })
    };
    match (told.action(0), &mut part.file) {
        (FileAction::Write(content), file) => *file = present(content, head(content)),
        (FileAction::Restamp, FileState::Present(text)) => {
            part.file = present(&text.content.clone(), head(&text.content))
        }
        (FileAction::Remove, file) => *file = FileState::Absent,
        (FileAction::Keep, FileState::Present(text)) => {
            text.is_as_left = true;
            text.is_known |= part.row.as_ref() == Some(&text.content);
            if part.row.as_ref() == Some(&text.content) {
                text.ancestry = head(&text.content);
            }
        }
        (FileAction::Pass, FileState::Present(text)) => {
            text.is_known |= part.row.as_ref() == Some(&text.content);
            if let (Ancestry::Known { since, .. }, true) = (&mut text.ancestry, before != part.row) {
                since.push(Later { content: part.row.clone(), is_own: true });
            }
        }
        _ => {}
    }
    if told.action(0) != &FileAction::Pass {
        part.left = match &part.file {
            FileState::Present(text) => Left::Text(text.content.clone()),
            _ => Left::Nothing,
        };
    }
    let tree = part.file != FileState::Absent;
    scene.0.place.file = tree.then_some(0);
    scene.0.place.row = Some(0);
    scene
}

fn file(scene: &Scene) -> Option<&FileText<Tiny>> {
    match &scene.0.parts[&0].file {
        FileState::Present(text) => Some(text),
        _ => None,
    }
}

fn row(scene: &Scene) -> Option<&Tiny> {
    scene.0.parts[&0].row.as_ref()
}

/// The row as it is after `told`.
fn new_row<'a>(scene: &'a Scene, told: &'a Decided) -> Option<&'a Tiny> {
    told.row(0).or(row(scene))
}

/// Every value that only one side has is in the new row, still in the file, or on record.
fn nothing_is_lost(scene: &Scene, told: &Decided) {
    let (Some(text), Some(old), true) = (file(scene), row(scene), scene.0.row == RowState::Live) else { return };
    let new = new_row(scene, told).expect("a live row stays");
    let in_file = matches!(told.action(0), FileAction::Pass | FileAction::Keep | FileAction::Restamp);
    let recorded = |key: Option<u8>| told.0.collisions.iter().any(|c| c.key == key || c.key.is_none());
    let is_copy = text.is_known || is_base(scene, |base| *base == text.content);
    for (key, said) in text.content.values() {
        let is_safe = new.values()[key] == *said || in_file || recorded(Some(*key)) || is_copy || *said == 0;
        assert!(is_safe, "the file's {key} is lost: {scene:?}\n{told:?}");
    }
    assert!(
        new.text == text.content.text || in_file || recorded(None) || is_copy || text.content.text == 0,
        "{scene:?}\n{told:?}"
    );
    for (key, said) in old.values() {
        let derives = is_base(scene, |base| base.values()[key] == *said);
        assert!(
            new.values()[key] == *said || recorded(Some(*key)) || derives,
            "the row's {key} is lost: {scene:?}\n{told:?}"
        );
    }
}

/// Whether the base that the file derives from fulfils `wanted`.
fn is_base(scene: &Scene, wanted: impl Fn(&Tiny) -> bool) -> bool {
    let part = &scene.0.parts[&0];
    file(scene).and_then(|text| part.base(text, scene.0.circumstances.shared)).is_some_and(wanted)
}

/// The rules that the cases of one part reach.
const REACHED: [Rule; 17] = [
    Rule::Materialise,
    Rule::Delete,
    Rule::DeleteEdit,
    Rule::Gone,
    Rule::InStep,
    Rule::Pull,
    Rule::Push,
    Rule::Agree,
    Rule::Merge,
    Rule::FieldCollision,
    Rule::TextCollision,
    Rule::NoBase,
    Rule::Stale,
    Rule::Revert,
    Rule::DeleteWins,
    Rule::EditDelete,
    Rule::UnprovenEdit,
];

#[test]
fn p2_p3_p4_p7_p9_p15_hold_over_every_case() {
    let mut reached = BTreeSet::new();
    let count = for_each_case(|scene| {
        let told = scene.decide();
        reached.insert(told.0.rule);
        assert_eq!(told, scene.clone().decide(), "P9");
        p4_idempotent(scene, &told);
        p3_no_zombie(scene, &told);
        p7_one_sided_changes_are_verbatim(scene, &told);
        p15_what_is_remembered_only_spares_conflicts(scene, &told);
        nothing_is_lost(scene, &told);
        for collision in told.0.collisions.iter().filter(|collision| collision.kind.is_hold()) {
            assert_eq!((told.action(0), collision.part), (&FileAction::Pass, Some(0)), "{scene:?}");
        }
    });
    assert!(count > 150_000, "{count} cases");
    let missing: Vec<_> = REACHED.iter().filter(|rule| !reached.contains(rule)).collect();
    assert!(missing.is_empty(), "{missing:?} of {reached:?}");
}

#[test]
fn the_laws_hold_whatever_git_did() {
    let count = for_each_case_of_git(|scene| {
        let (told, circumstances) = (scene.decide(), scene.0.circumstances);
        p3_no_zombie(scene, &told);
        if !circumstances.designated {
            assert_eq!(told.0.row, RowAction::Keep, "R2: {scene:?}");
            let may_pull = circumstances.pull && matches!(told.action(0), FileAction::Write(_));
            assert!(told.action(0) == &FileAction::Pass || may_pull || file(scene).is_none(), "{scene:?}\n{told:?}");
        }
        if circumstances.quiet {
            assert!(
                matches!(told.action(0), FileAction::Pass | FileAction::Keep) || !circumstances.designated,
                "{scene:?}"
            );
        }
        if scene.0.parts[&0].git.is_heads_text && told.action(0) == &FileAction::Remove {
            assert!(file(scene).is_some_and(|text| text.is_as_left), "R5: {scene:?}");
        }
        if let Some(first) = comes_first(&scene.0) {
            assert!(first.circumstances.quiet, "R8");
            assert_eq!(comes_first(&first), None, "R8: HEAD's own text needs nothing before it: {scene:?}");
        }
        if !circumstances.quiet && circumstances.designated {
            p4_idempotent_with_git(scene, &told);
        }
    });
    assert!(count > 600_000, "{count} cases");
}

/// The second run does nothing, and records nothing that the first did not.
fn p4_idempotent(scene: &Scene, told: &Decided) {
    let after = carried_out(scene, told);
    let again = after.decide();
    assert!(again.is_idle(), "P4: {scene:?}\n{told:?}\n{after:?}\n{again:?}");
    let is_old = |collision: &Collision<u8, Tiny>| {
        told.0
            .collisions
            .iter()
            .any(|old| (old.kind, old.key, old.file) == (collision.kind, collision.key, collision.file))
    };
    assert!(again.0.collisions.iter().all(is_old), "P4 records: {scene:?}\n{told:?}\n{again:?}");
}

fn p4_idempotent_with_git(scene: &Scene, told: &Decided) {
    let mut after = carried_out(scene, told);
    if told.action(0) != &FileAction::Pass {
        let part = after.0.parts.get_mut(&0).expect("there is one part");
        (part.git.movement, part.git.was_touched) = (Movement::Unmoved, false);
        part.git.is_heads_text &= told.action(0) == &FileAction::Keep;
    }
    let again = after.decide();
    assert!(again.is_idle(), "P4: {scene:?}\n{told:?}\n{after:?}\n{again:?}");
}

/// A tombstone becomes live only through a text that nobody had stored, or through git.
fn p3_no_zombie(scene: &Scene, told: &Decided) {
    if scene.0.row == RowState::Tombstone && told.how().is_some() {
        let (text, part) = (file(scene).expect("something brought it back"), &scene.0.parts[&0]);
        assert!(!text.is_known || part.is_by_git(text), "P3: {scene:?}");
    }
}

fn p7_one_sided_changes_are_verbatim(scene: &Scene, told: &Decided) {
    let (Some(text), Some(old), true) = (file(scene), row(scene), scene.0.row == RowState::Live) else { return };
    let is_pulled = is_base(scene, |base| *base == text.content);
    if is_base(scene, |base| base == old) && !is_pulled {
        let new = new_row(scene, told).expect("a live row stays");
        assert_eq!(new, &text.content, "P7 push: {scene:?}");
        assert!(told.0.collisions.iter().all(|c| c.kind.is_closed_at_birth()), "P7 push: {scene:?}");
        assert!(matches!(told.action(0), FileAction::Keep | FileAction::Restamp), "P7 push: {scene:?}");
    }
    if is_pulled && told.how().is_none() && text.content != *old {
        assert_eq!(told.action(0), &FileAction::Write(old.clone()), "P7 pull: {scene:?}");
    }
}

/// Forgetting what was left adds conflicts or makes a deleted file again, and changes nothing else.
fn p15_what_is_remembered_only_spares_conflicts(scene: &Scene, told: &Decided) {
    let forgotten =
        scene.clone().edit(0, |part| part.left = Left::Unknown).edit_text(0, |text| text.is_as_left = false);
    let without = forgotten.decide();
    let is_safe = match (&told.0.row, file(scene)) {
        (RowAction::Delete { .. }, _) => matches!(without.action(0), FileAction::Write(_)),
        (RowAction::Write { .. }, Some(_)) => {
            without.0.row == told.0.row || !without.collisions().is_empty() || without.how().is_none()
        }
        _ => without.how().is_none() || without.0.row == told.0.row,
    };
    assert!(is_safe, "P15: {scene:?}\n{told:?}\n{without:?}");
}

#[test]
fn p8_disjoint_changes_commute() {
    let merge = |file: &Tiny, row: &Tiny| {
        let told = Scene::live(row.clone()).file(0, file, &base(), &[(row, false)]).decide();
        assert_eq!(told.collisions(), []);
        told.row(0).unwrap_or(row).clone()
    };
    let differs = |a: &Tiny| [a.values[&STATUS] != 0, a.values[&TITLE] != 0, a.text != 0];
    for a in contents() {
        for b in contents().into_iter().filter(|b| (0..3).all(|at| !(differs(&a)[at] && differs(b)[at]))) {
            let both = tiny(&[STATUS, TITLE].map(|key| (key, a.values[&key].max(b.values[&key]))), a.text.max(b.text));
            assert_eq!((merge(&a, &b), merge(&b, &a)), (both.clone(), both));
        }
    }
}
