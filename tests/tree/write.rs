//! Replacing, removing and moving documents, on a disk that works and on disks that do not.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use instep::model::Digest;
use instep::tree::{Expected, Fate, FolderMove, HashFile, Outcome, Removal, Removed, Replacement, TreeError};
use rustix::io::Errno;

use crate::ground::{
    AGENT, BUG, CLONE, Call, Ground, SPRINT, TASK, Verdict, creation, digest, fresh_scan, learn, path, record,
    replacement,
};

/// Drops every leftover whose bytes are among `stored`; returns what went into the trash instead.
fn clear(ground: &Ground, stored: &[&str]) -> Vec<(Option<String>, String)> {
    let tree = ground.tree();
    let stored: Vec<Digest> = stored.iter().map(digest).collect();
    let fate = |bytes: &[u8]| {
        let raw = digest(bytes);
        if stored.contains(&raw) { Fate::Stored(raw) } else { Fate::Unknown }
    };
    let leftovers = tree.leftovers().unwrap().into_iter();
    let fates: Vec<_> = leftovers.map(|l| (l.clone(), fate(&tree.read_leftover(&l).unwrap().bytes))).collect();
    let trashed = tree.clear(&fates).unwrap();
    assert_eq!(tree.leftovers().unwrap(), []);
    let text = |place| fs::read_to_string(ground.path(".instep").join(place)).unwrap();
    trashed.into_iter().map(|t| (t.origin.map(String::from), text(t.place.to_string()))).collect()
}

/// The names in the temporary folder.
fn temporary(ground: &Ground) -> Vec<String> {
    ground.names().into_iter().filter(|name| name.contains("/tmp/") || name.contains(".instep-tmp.")).collect()
}

fn done(outcomes: &[Outcome]) -> bool {
    outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done(_)))
}

#[test]
fn replaced_documents_are_new_and_the_old_ones_wait_to_be_dropped() {
    let ground = Ground::on_disk().plant();
    let batch = [replacement(TASK, TASK, "new task"), replacement(BUG, BUG, "new bug")];
    let outcomes = ground.bare_tree().replace(&batch).unwrap();
    assert!(done(&outcomes), "{outcomes:?}");
    assert_eq!((ground.text(TASK), ground.text(BUG)), ("new task".into(), "new bug".into()));
    assert!(ground.holds(TASK.as_bytes()) && ground.holds(BUG.as_bytes()));
    assert_eq!(clear(&ground, &[TASK, BUG]), []);
    assert!(!ground.holds(TASK.as_bytes()));
    assert_eq!(temporary(&ground), [""; 0]);
}

#[test]
fn pieces_are_written_one_after_the_other() {
    let ground = Ground::planted();
    let pieces = vec![b"text\n"[..].into(), b""[..].into(), b"stamp\n"[..].into()];
    let expected = Expected::Raw(digest(TASK));
    let outcomes = ground.tree().replace(&[Replacement { path: path(TASK), pieces, expected }]).unwrap();
    let Outcome::Done(left) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_eq!(ground.text(TASK), "text\nstamp\n");
    assert_eq!(left.raw, digest("text\nstamp\n"));
}

#[test]
fn what_was_left_is_known_to_the_next_scan() {
    let ground = Ground::planted();
    let tree = ground.tree();
    let (mut scan, lock) = learn(&tree);
    let outcomes = tree.replace(&[replacement(TASK, TASK, "new")]).unwrap();
    let Outcome::Done(left) = &outcomes[0] else { panic!("{outcomes:?}") };
    let id = scan.find(&path(TASK)).unwrap().id;
    scan.learn_left(id, left, crate::ground::known("new"));
    tree.save_cache(&scan, &crate::ground::head()).unwrap();
    drop(lock);
    let scan = tree.scan(tree.load_cache(CLONE), None);
    let file = scan.find(&path(TASK)).unwrap();
    assert_eq!(file.known, Some(&crate::ground::known("new")));
    assert_eq!(file.changed, !left.is_settled);
}

#[test]
fn a_new_document_gets_its_folders_and_never_overwrites() {
    let ground = Ground::planted();
    let at = "delegation/sprints/beta/phase-1/TASK.md";
    let outcomes = ground.tree().replace(&[creation(at, "first"), creation(TASK, "second")]).unwrap();
    assert!(matches!(outcomes[0], Outcome::Done(_)));
    assert!(matches!(&outcomes[1], Outcome::Moved { found, trashed: None } if *found == Some(digest(TASK))));
    assert_eq!((ground.text(at), ground.text(TASK)), ("first".into(), TASK.into()));
    let mode = |path: &str| fs::metadata(ground.path(path)).unwrap().permissions().mode();
    // As the folder's, without the bits that only folders need.
    assert_eq!(mode(at) & 0o777, mode("delegation/sprints/beta/phase-1") & 0o666);
    assert_eq!(clear(&ground, &[]), []);
}

#[test]
fn an_unexpected_document_is_left_alone() {
    let ground = Ground::planted();
    fs::remove_file(ground.path(BUG)).unwrap();
    let outcomes = ground.tree().replace(&[replacement(TASK, "other", "new"), replacement(BUG, BUG, "new")]).unwrap();
    assert!(matches!(&outcomes[0], Outcome::Moved { found, trashed: None } if *found == Some(digest(TASK))));
    assert!(matches!(&outcomes[1], Outcome::Moved { found: None, trashed: None }));
    assert_eq!(ground.text(TASK), TASK);
    assert!(!ground.path(BUG).exists());
    assert_eq!(clear(&ground, &[]), []);
}

#[test]
fn fs01_a_full_disk_leaves_every_document_as_it_was() {
    for torn in [false, true] {
        let ground = Ground::planted();
        let tree = ground.meddled(move |call| match call.deed {
            "create" if call.path.to_str().is_some_and(|path| path.ends_with(".1")) => {
                if torn {
                    Verdict::Tear(3)
                } else {
                    Verdict::Fail(Errno::NOSPC)
                }
            }
            _ => Verdict::Pass,
        });
        let failed = tree.replace(&[replacement(TASK, TASK, "new task"), replacement(BUG, BUG, "new bug")]);
        assert!(matches!(failed, Err(TreeError::Io { deed: "write", .. })), "{failed:?}");
        assert_eq!((ground.text(TASK), ground.text(BUG)), (TASK.into(), BUG.into()));
        assert!(!temporary(&ground).iter().any(|name| !name.ends_with(".list")), "{:?}", temporary(&ground));
    }
}

#[test]
fn fs02_a_full_disk_makes_a_hash_file_a_warning() {
    let ground = Ground::planted();
    let tree = ground.meddled(|call| match call.deed {
        "create" => Verdict::Fail(Errno::NOSPC),
        _ => Verdict::Pass,
    });
    let warnings = tree.write_hashes(&[hash_file()]);
    assert!(matches!(warnings.as_slice(), [TreeError::Io { deed: "write", .. }]), "{warnings:?}");
}

#[test]
fn fs04_nothing_can_be_replaced_on_a_read_only_mount() {
    let ground = Ground::planted();
    let tree = ground.meddled(|call| match call.deed {
        "stat" | "read" | "list" => Verdict::Pass,
        _ => Verdict::Fail(Errno::ROFS),
    });
    assert!(tree.replace(&[replacement(TASK, TASK, "new")]).is_err());
    assert!(tree.remove(&[Removal { path: path(TASK), expected: digest(TASK) }]).is_err());
    assert_eq!(ground.text(TASK), TASK);
    assert_eq!(fresh_scan(&tree).len(), 5);
}

#[test]
fn fs09_writing_a_hard_link_parts_it_from_its_other_name() {
    let ground = Ground::planted();
    fs::remove_file(ground.path(BUG)).unwrap();
    fs::hard_link(ground.path(TASK), ground.path(BUG)).unwrap();
    assert!(done(&ground.tree().replace(&[replacement(BUG, TASK, "new bug")]).unwrap()));
    assert_eq!((ground.text(TASK), ground.text(BUG)), (TASK.into(), "new bug".into()));
}

#[test]
fn fs14_documents_beyond_a_mount_are_staged_beside_themselves() {
    let ground = Ground::planted();
    let crossed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&crossed);
    let tree = ground.meddled(move |call| {
        let is_rename = ["exchange", "rename_new", "rename_over"].contains(&call.deed);
        if is_rename && call.path.to_str().is_some_and(|path| path.contains("/.instep/tmp/")) {
            count.fetch_add(1, Ordering::Relaxed);
            return Verdict::Fail(Errno::XDEV);
        }
        Verdict::Pass
    });
    let new = "delegation/backlog/bug-8/TASK.md";
    let batch = [replacement(TASK, TASK, "new task"), creation(new, "new bug"), replacement(BUG, "other", "x")];
    let outcomes = tree.replace(&batch).unwrap();
    assert!(done(&outcomes[..2]), "{outcomes:?}");
    assert!(matches!(&outcomes[2], Outcome::Moved { .. }));
    assert_eq!(crossed.load(Ordering::Relaxed), 2);
    assert_eq!((ground.text(TASK), ground.text(new)), ("new task".into(), "new bug".into()));
    let beside = |name: &String| name.contains(".instep-tmp.");
    assert!(!ground.names().iter().any(beside), "{:?}", ground.names());
    assert!(ground.holds(TASK.as_bytes()));
    assert_eq!(clear(&ground, &[TASK]), []);
}

#[test]
fn fs15_without_exchange_documents_are_still_replaced() {
    let ground = Ground::planted();
    let tree = ground.meddled(no_fine_renames);
    let new = "delegation/backlog/bug-8/TASK.md";
    let batch = [replacement(TASK, TASK, "new task"), creation(new, "new bug"), creation(SPRINT, "never")];
    let outcomes = tree.replace(&batch).unwrap();
    assert!(done(&outcomes[..2]), "{outcomes:?}");
    assert!(matches!(&outcomes[2], Outcome::Moved { .. }));
    assert_eq!((ground.text(TASK), ground.text(new)), ("new task".into(), "new bug".into()));
    assert_eq!(ground.text(SPRINT), SPRINT);
    assert!(ground.holds(TASK.as_bytes()));
    assert_eq!(clear(&ground, &[TASK]), []);
}

fn no_fine_renames(call: &Call) -> Verdict {
    match call.deed {
        "exchange" | "rename_new" => Verdict::Fail(Errno::INVAL),
        _ => Verdict::Pass,
    }
}

#[test]
fn fs16_a_failed_sync_is_an_error_and_is_not_tried_again() {
    // The temporary file; where nothing can be exchanged its list and its folder; then the document's folder.
    for (has_exchange, count) in [(true, 2), (false, 4)] {
        for failing in 1..=count {
            let ground = Ground::planted();
            let syncs = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&syncs);
            let tree = ground.meddled(move |call| {
                if call.deed == "sync" && counted.fetch_add(1, Ordering::Relaxed) + 1 == failing {
                    return Verdict::Fail(Errno::IO);
                }
                if has_exchange { Verdict::Pass } else { no_fine_renames(call) }
            });
            let failed = tree.replace(&[replacement(TASK, TASK, "new")]);
            assert!(matches!(failed, Err(TreeError::Io { deed: "make durable", .. })), "{failed:?}");
            assert_eq!(syncs.load(Ordering::Relaxed), failing);
            let expected = if failing < count { TASK } else { "new" };
            assert_eq!(ground.text(TASK), expected);
            assert!(ground.holds(TASK.as_bytes()));
        }
    }
}

#[test]
fn fs20_an_immutable_document_is_reported_and_others_proceed() {
    let ground = Ground::planted();
    let tree = ground.meddled(|call| {
        let is_first = call.path.to_str().is_some_and(|path| path.ends_with(".0"));
        if call.deed == "exchange" && is_first { Verdict::Fail(Errno::PERM) } else { Verdict::Pass }
    });
    let outcomes = tree.replace(&[replacement(TASK, TASK, "new task"), replacement(BUG, BUG, "new bug")]).unwrap();
    assert!(matches!(&outcomes[0], Outcome::Failed(error) if error.to_string().contains(TASK)), "{outcomes:?}");
    assert!(matches!(&outcomes[1], Outcome::Done(_)));
    assert_eq!((ground.text(TASK), ground.text(BUG)), (TASK.into(), "new bug".into()));
}

#[test]
fn fs24_mode_and_owner_of_a_document_are_kept() {
    let ground = Ground::planted();
    fs::set_permissions(ground.path(TASK), PermissionsExt::from_mode(0o640)).unwrap();
    fs::set_permissions(ground.path(BUG), PermissionsExt::from_mode(0o444)).unwrap();
    // Only root can give files away; for everybody else the owner is their own.
    let _ = std::os::unix::fs::chown(ground.path(TASK), Some(65534), Some(65534));
    let look = |path: &str| {
        let stat = fs::metadata(ground.path(path)).unwrap();
        (stat.mode(), stat.uid(), stat.gid())
    };
    let before = (look(TASK), look(BUG));
    assert!(done(&ground.tree().replace(&[replacement(TASK, TASK, "a"), replacement(BUG, BUG, "b")]).unwrap()));
    assert_eq!((look(TASK), look(BUG)), before);
}

#[test]
fn fs24_a_document_whose_owner_cannot_be_kept_is_left_alone() {
    let ground = Ground::planted();
    let tree = ground.meddled(|call| {
        let is_first = call.path.to_str().is_some_and(|path| path.ends_with(".0"));
        if call.deed == "create" && is_first { Verdict::Fail(Errno::PERM) } else { Verdict::Pass }
    });
    let outcomes = tree.replace(&[replacement(TASK, TASK, "new task"), replacement(BUG, BUG, "new bug")]).unwrap();
    assert!(matches!(&outcomes[0], Outcome::Failed(TreeError::Owner { .. })), "{outcomes:?}");
    assert_eq!((ground.text(TASK), ground.text(BUG)), (TASK.into(), "new bug".into()));
}

#[test]
fn hx31_temporary_files_are_private_and_have_names_that_nobody_knows() {
    let ground = Ground::planted();
    assert!(done(&ground.tree().replace(&[replacement(TASK, TASK, "new")]).unwrap()));
    for folder in [".instep", ".instep/tmp"] {
        let mode = fs::metadata(ground.path(folder)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{folder}");
    }
    let names = temporary(&ground);
    let id = names[0].split(['/', '.']).nth_back(1).unwrap();
    assert_eq!(id.len(), 32, "{names:?}");
}

#[test]
fn a_removed_document_lies_in_the_trash_under_its_path() {
    let ground = Ground::planted();
    let removals = [TASK, AGENT].map(|at| Removal { path: path(at), expected: digest(at) });
    let removed = ground.tree().remove(&removals).unwrap();
    for (removed, at) in removed.iter().zip([TASK, AGENT]) {
        let Removed::Done(trashed) = removed else { panic!("{removed:?}") };
        assert_eq!(trashed.origin, Some(path(at)));
        assert_eq!(ground.text(&format!(".instep/{}", trashed.place)), at);
    }
    assert!(!ground.path("delegation/sprints/alpha/phase-1").exists());
    assert_eq!(ground.text(SPRINT), SPRINT);
}

#[test]
fn a_folder_goes_with_its_last_document_and_its_hash_but_not_with_what_else_it_holds() {
    let ground = Ground::planted();
    let tree = ground.tree();
    assert!(tree.write_hashes(&[hash_file()]).is_empty());
    ground.write("delegation/backlog/bug-7/picture.png", "png");
    let removals = [TASK, AGENT, BUG, SPRINT].map(|at| Removal { path: path(at), expected: digest(at) });
    tree.remove(&removals).unwrap();
    let names: Vec<String> = ground.names().into_iter().filter(|name| name.starts_with("delegation")).collect();
    assert_eq!(
        names,
        [
            "delegation",
            "delegation/agents",
            "delegation/agents/ada.yml",
            "delegation/backlog",
            "delegation/backlog/bug-7",
            "delegation/backlog/bug-7/picture.png",
            "delegation/sprints"
        ]
    );
}

#[test]
fn only_expected_bytes_are_removed() {
    let ground = Ground::planted();
    let removals = [(TASK, "other"), ("delegation/none.md", "x")]
        .map(|(at, bytes)| Removal { path: path(at), expected: digest(bytes) });
    let removed = ground.tree().remove(&removals).unwrap();
    assert!(matches!(&removed[0], Removed::Moved { found, trashed: None } if *found == Some(digest(TASK))));
    assert!(matches!(&removed[1], Removed::Absent));
    assert_eq!(ground.text(TASK), TASK);
}

#[test]
fn a_removal_that_the_disk_refuses_leaves_the_document() {
    let ground = Ground::planted();
    let tree = ground.meddled(|call| match call.deed {
        "rename_over" => Verdict::Fail(Errno::ACCESS),
        _ => Verdict::Pass,
    });
    let removed = tree.remove(&[Removal { path: path(TASK), expected: digest(TASK) }]).unwrap();
    assert!(matches!(&removed[0], Removed::Failed(_)), "{removed:?}");
    assert_eq!(ground.text(TASK), TASK);
}

#[test]
fn a_removal_across_devices_copies_before_it_removes() {
    let ground = Ground::planted();
    let log = Arc::new(Mutex::new(Vec::new()));
    let heard = record(&log);
    let tree = ground.meddled(move |call| {
        heard(call);
        if call.deed == "rename_over" { Verdict::Fail(Errno::XDEV) } else { Verdict::Pass }
    });
    let removed = tree.remove(&[Removal { path: path(TASK), expected: digest(TASK) }]).unwrap();
    assert!(matches!(&removed[0], Removed::Done(_)), "{removed:?}");
    assert!(!ground.path(TASK).exists());
    assert!(ground.holds(TASK.as_bytes()));
    let deeds: Vec<_> = log.lock().unwrap().iter().map(|call| call.deed).collect();
    let place = |deed| deeds.iter().position(|d| *d == deed).unwrap();
    assert!(place("create") < place("sync") && place("sync") < place("remove"), "{deeds:?}");
}

#[test]
fn folders_move_with_everything_in_them_and_never_over_anything() {
    for fine in [true, false] {
        let ground = Ground::planted();
        let tree = if fine { ground.tree() } else { ground.meddled(no_fine_renames) };
        ground.write("delegation/sprints/alpha/phase-1/picture.png", "png");
        let step = |from: &str, to: &str| FolderMove { from: path(from), to: path(to) };
        let moved = tree
            .move_folders(&[
                step("delegation/sprints/alpha/phase-1", "delegation/sprints/beta/phase-1"),
                step("delegation/backlog/bug-7", "delegation/sprints/beta/phase-1"),
                step("delegation/agents/ada.yml", "delegation/agents/eve.yml"),
                step("delegation/backlog/none", "delegation/backlog/some"),
            ])
            .unwrap();
        assert!(moved[0].is_ok(), "{moved:?}");
        assert!(matches!(&moved[1], Err(TreeError::Taken { .. })), "{moved:?}");
        assert!(moved[2].is_ok(), "{moved:?}");
        assert!(moved[3].as_ref().is_err_and(TreeError::is_absence), "{moved:?}");
        assert_eq!(ground.text("delegation/sprints/beta/phase-1/picture.png"), "png");
        assert_eq!(ground.text("delegation/sprints/beta/phase-1/TASK.md"), TASK);
        assert_eq!(ground.text(BUG), BUG);
        assert!(!ground.path("delegation/sprints/alpha/phase-1").exists());
        assert!(!ground.path("delegation/backlog/some").exists());
    }
}

#[test]
fn cc20_two_folders_change_places() {
    let ground = Ground::planted();
    let tree = ground.tree();
    tree.swap_folders(&path("delegation/sprints/alpha/phase-1"), &path("delegation/backlog/bug-7")).unwrap();
    assert_eq!(ground.text(BUG), TASK);
    assert_eq!(ground.text(TASK), BUG);
    assert!(tree.swap_folders(&path("delegation/sprints/alpha"), &path("delegation/none")).is_err());
    assert_eq!(ground.text(SPRINT), SPRINT);
}

fn hash_file() -> HashFile {
    HashFile {
        folder: path("delegation/sprints/alpha/phase-1"),
        tracking: digest("tracking"),
        documents: vec![("AGENT.yml".into(), digest(AGENT)), ("TASK.md".into(), digest(TASK))],
    }
}

#[test]
fn a_hash_file_can_be_checked_by_sha256sum() {
    let ground = Ground::planted();
    let tree = ground.tree();
    assert!(tree.write_hashes(&[hash_file()]).is_empty());
    let text = ground.text("delegation/sprints/alpha/phase-1/.hash");
    let expected = format!("{}\n{}  AGENT.yml\n{}  TASK.md\n", digest("tracking"), digest(AGENT), digest(TASK));
    assert_eq!(text, expected);
    let inode = || fs::metadata(ground.path("delegation/sprints/alpha/phase-1/.hash")).unwrap().ino();
    let before = inode();
    assert!(tree.write_hashes(&[hash_file()]).is_empty());
    assert_eq!(inode(), before);
}

#[test]
fn a_hash_file_of_another_tool_goes_into_the_trash_first() {
    let ground = Ground::planted();
    let foreign = format!("{}\n", digest("another task"));
    ground.write("delegation/sprints/alpha/phase-1/.hash", &foreign);
    assert!(ground.tree().write_hashes(&[hash_file()]).is_empty());
    assert!(ground.holds(foreign.as_bytes()));
    assert!(ground.text("delegation/sprints/alpha/phase-1/.hash").contains("TASK.md"));
}
