//! Somebody else writes while we do: at every step of a replacement, in each way in which programs save files.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use instep::tree::{Fate, Outcome, Removal, Removed};
use rustix::io::Errno;

use crate::ground::{Ground, TASK, Verdict, digest, path, replacement};

/// How a program saves.
#[derive(Debug, Clone, Copy)]
enum Save {
    /// It writes into the file that is there.
    InPlace,
    /// It writes another file and renames it over.
    ByRename,
    /// It removes the file.
    Remove,
}

impl Save {
    fn run(self, file: &Path, text: &str) {
        match self {
            Self::InPlace => fs::write(file, text).unwrap(),
            Self::ByRename => {
                let other = file.with_extension("saved");
                fs::write(&other, text).unwrap();
                fs::rename(other, file).unwrap();
            }
            Self::Remove => drop(fs::remove_file(file)),
        }
    }
}

/// How many calls a replacement makes, at most.
const CALLS: usize = 40;

/// Runs one replacement during which somebody saves before call `number`; says whether that call was reached.
fn race(number: usize, save: Save, has_exchange: bool) -> bool {
    let ground = Ground::planted();
    let file = ground.path(TASK);
    let reached = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&reached);
    let tree = ground.meddled(move |call| {
        if call.number == number {
            flag.store(true, Ordering::Relaxed);
            save.run(&file, "saved");
        }
        match call.deed {
            "exchange" | "rename_new" if !has_exchange => Verdict::Fail(Errno::INVAL),
            _ => Verdict::Pass,
        }
    });
    let outcomes = tree.replace(&[replacement(TASK, TASK, "ours")]).unwrap();
    let reached = reached.load(Ordering::Relaxed);
    let context = format!("{save:?} before call {number}, exchange {has_exchange}: {outcomes:?}");
    if !reached {
        return false;
    }
    let now = fs::read_to_string(ground.path(TASK)).ok();
    match save {
        Save::Remove => {
            assert!(now.is_none() || now.as_deref() == Some("ours") || now.as_deref() == Some(TASK), "{context}")
        }
        _ => assert!(ground.holds(b"saved"), "{context}: {now:?}"),
    }
    match &outcomes[0] {
        Outcome::Done(_) => assert!(ground.holds(TASK.as_bytes()) || matches!(save, Save::InPlace), "{context}"),
        Outcome::Moved { .. } => assert_ne!(now.as_deref(), Some("ours"), "{context}"),
        Outcome::Failed(error) => panic!("{context}: {error}"),
    }
    true
}

#[test]
fn ed09_a_save_at_any_step_survives() {
    for save in [Save::InPlace, Save::ByRename, Save::Remove] {
        for has_exchange in [true, false] {
            let reached = (0..CALLS).filter(|number| race(*number, save, has_exchange)).count();
            assert!((10..CALLS).contains(&reached), "{reached} calls");
        }
    }
}

#[test]
fn ed09_a_save_just_before_the_exchange_is_put_back() {
    let ground = Ground::planted();
    let file = ground.path(TASK);
    let saved = AtomicBool::new(false);
    let tree = ground.meddled(move |call| {
        if call.deed == "exchange" && !saved.swap(true, Ordering::Relaxed) {
            Save::ByRename.run(&file, "saved");
        }
        Verdict::Pass
    });
    let outcomes = tree.replace(&[replacement(TASK, TASK, "ours")]).unwrap();
    assert!(matches!(&outcomes[0], Outcome::Moved { found, trashed: None } if *found == Some(digest("saved"))));
    assert_eq!(ground.text(TASK), "saved");
}

#[test]
fn ed09_two_saves_around_the_exchange_are_both_kept() {
    let ground = Ground::planted();
    let file = ground.path(TASK);
    let saves = std::sync::atomic::AtomicUsize::new(0);
    let tree = ground.meddled(move |call| {
        if call.deed == "exchange" {
            Save::ByRename.run(&file, &format!("saved {}", saves.fetch_add(1, Ordering::Relaxed)));
        }
        Verdict::Pass
    });
    let outcomes = tree.replace(&[replacement(TASK, TASK, "ours")]).unwrap();
    let Outcome::Moved { trashed: Some(trashed), .. } = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_eq!(ground.text(TASK), "saved 0");
    assert_eq!(ground.text(&format!(".instep/{}", trashed.place)), "saved 1");
    assert_eq!(trashed.origin, Some(path(TASK)));
}

#[test]
fn ed10_what_is_written_into_a_displaced_file_later_is_kept_and_told() {
    let ground = Ground::planted();
    let mut open: File = OpenOptions::new().append(true).open(ground.path(TASK)).unwrap();
    let tree = ground.tree();
    assert!(matches!(tree.replace(&[replacement(TASK, TASK, "ours")]).unwrap()[0], Outcome::Done(_)));
    open.write_all(b" and late").unwrap();
    let leftovers = tree.leftovers().unwrap();
    assert_eq!(leftovers.len(), 1);
    let late = format!("{TASK} and late");
    assert_eq!(tree.read_leftover(&leftovers[0]).unwrap().bytes, late.as_bytes());
    // Even if the caller still believes in the old bytes.
    let trashed = tree.clear(&[(leftovers[0].clone(), Fate::Stored(digest(TASK)))]).unwrap();
    assert_eq!(trashed[0].origin, Some(path(TASK)));
    assert_eq!(ground.text(&format!(".instep/{}", trashed[0].place)), late);
    assert_eq!(ground.text(TASK), "ours");
}

#[test]
fn ed10_a_file_that_somebody_writes_into_is_taken_back_unless_something_else_is_there() {
    let ground = Ground::planted();
    let mut open: File = OpenOptions::new().append(true).open(ground.path(TASK)).unwrap();
    let tree = ground.tree();
    tree.replace(&[replacement(TASK, TASK, "ours")]).unwrap();
    open.write_all(b" and late").unwrap();
    let leftovers = tree.leftovers().unwrap();
    ground.write(TASK, "saved by somebody else");
    assert!(!tree.take_back(&leftovers[0], digest("ours")).unwrap());
    assert_eq!(ground.text(TASK), "saved by somebody else");
    ground.write(TASK, "ours");
    assert!(tree.take_back(&leftovers[0], digest("ours")).unwrap());
    open.write_all(b", and later").unwrap();
    assert_eq!(ground.text(TASK), format!("{TASK} and late, and later"));
    assert_eq!(tree.read_leftover(&leftovers[0]).unwrap().bytes, b"ours");
}

#[test]
fn ed10_what_is_written_into_a_removed_file_later_is_not_purged() {
    let ground = Ground::planted();
    let mut open: File = OpenOptions::new().append(true).open(ground.path(TASK)).unwrap();
    let tree = ground.tree();
    let removed = tree.remove(&[Removal { path: path(TASK), expected: digest(TASK) }]).unwrap();
    let Removed::Done(trashed) = &removed[0] else { panic!("{removed:?}") };
    open.write_all(b" and late").unwrap();
    let old: PathBuf = ground.path(".instep/trash/2026-03-04");
    fs::rename(old, ground.path(".instep/trash/2026-01-01")).unwrap();
    assert_eq!(tree.purge().unwrap(), 0);
    let kept = tree.trash().unwrap();
    assert_eq!(kept.len(), 1);
    assert_ne!(kept[0].place, trashed.place);
    assert_eq!(kept[0].origin, Some(path(TASK)));
    assert_eq!(ground.text(&format!(".instep/{}", kept[0].place)), format!("{TASK} and late"));
}

#[test]
fn a_save_at_any_step_of_a_removal_survives() {
    for save in [Save::InPlace, Save::ByRename] {
        let mut reached = 0;
        for number in 0..CALLS {
            let ground = Ground::planted();
            let file = ground.path(TASK);
            let tree = ground.meddled(move |call| {
                if call.number == number && file.parent().is_some_and(Path::exists) {
                    save.run(&file, "saved");
                }
                Verdict::Pass
            });
            let removed = tree.remove(&[Removal { path: path(TASK), expected: digest(TASK) }]).unwrap();
            let is_saved = ground.holds(b"saved");
            reached += usize::from(is_saved);
            match &removed[0] {
                Removed::Moved { .. } => assert!(is_saved, "{save:?} before call {number}: {removed:?}"),
                Removed::Done(_) => {
                    assert!(ground.holds(TASK.as_bytes()), "{save:?} before call {number}: {removed:?}")
                }
                _ => panic!("{save:?} before call {number}: {removed:?}"),
            }
        }
        assert!(reached > 5, "{save:?} was heard {reached} times");
    }
}
