//! What a scan finds, what it refuses to look into, and what it remembers.

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use instep::model::{DocPath, Role};
use instep::tree::{Reason, Scan, StatCache, TreeError};
use rustix::io::Errno;

use crate::ground::{
    AGENT, BUG, CLONE, Ground, SPRINT, TASK, Verdict, fresh_scan, head, known, learn, path, paths, record,
};

/// The reasons and the paths of what is left alone.
fn notices(scan: &Scan) -> Vec<(Reason, String, u32)> {
    scan.notices().into_iter().map(|n| (n.reason, format!("{}/{}", n.folder, n.first), n.count)).collect()
}

fn blocked(scan: &Scan) -> Vec<String> {
    scan.blocked().iter().map(|blocked| blocked.path.to_string()).collect()
}

#[test]
fn every_document_is_found_with_its_role() {
    let ground = Ground::planted();
    ground.write("delegation/sprints/alpha/notes.md", "");
    let scan = fresh_scan(&ground.tree());
    let found: Vec<(String, Role)> = scan.files().map(|file| (file.path().to_string(), file.role)).collect();
    let expected = [
        ("delegation/agents/ada.yml", Role::AgentProfile),
        (BUG, Role::Task),
        (SPRINT, Role::Sprint),
        ("delegation/sprints/alpha/notes.md", Role::Attachment),
        (AGENT, Role::AgentConfig),
        (TASK, Role::Task),
    ];
    let mut found: Vec<_> = found.iter().map(|(path, role)| (path.as_str(), *role)).collect();
    found.sort();
    assert_eq!(found, expected);
    for (at, _) in expected {
        assert_eq!(scan.find(&path(at)).unwrap().path(), path(at));
    }
    assert!(scan.find(&path("delegation/sprints/alpha/phase-2/TASK.md")).is_none());
}

#[test]
fn what_is_not_synced_is_counted_by_folder_and_reason() {
    let ground = Ground::planted();
    for other in [
        "delegation/TOMORROW.md",
        "delegation/archived/a/TASK.md",
        "delegation/archived/a/AGENT.yml",
        "delegation/sprints/loose/README.md",
        "delegation/sprints/alpha/phase-1/deep/SPRINT.md",
        "delegation/sprints/alpha/phase-1/logo.png",
        "delegation/sprints/alpha/phase-1/photo.png",
        "delegation/sprints/alpha/phase-1/.TASK.md.swp",
        "delegation/sprints/alpha/phase-1/TASK (1).md",
        "delegation/sprints/a b/SPRINT.md",
        "delegation/.templates/task/default/TASK.md",
        "delegation/sprints/alpha/.hash",
    ] {
        ground.write(other, "");
    }
    let scan = fresh_scan(&ground.tree());
    assert_eq!(scan.len(), 5);
    let found = notices(&scan);
    let found: Vec<_> = found.iter().map(|(reason, path, count)| (*reason, path.as_str(), *count)).collect();
    assert_eq!(
        found,
        [
            (Reason::OtherLayout, "delegation/TOMORROW.md", 1),
            (Reason::Template, "delegation/.templates/task/default/TASK.md", 1),
            (Reason::OtherLayout, "delegation/archived/a/AGENT.yml", 1),
            (Reason::OtherLayout, "delegation/archived/a/TASK.md", 1),
            (Reason::BadCode, "delegation/sprints/a b/SPRINT.md", 1),
            (Reason::Litter, "delegation/sprints/alpha/phase-1/.TASK.md.swp", 1),
            (Reason::ConflictCopy, "delegation/sprints/alpha/phase-1/TASK (1).md", 1),
            (Reason::NotADocument, "delegation/sprints/alpha/phase-1/logo.png", 2),
            (Reason::NestedSprint, "delegation/sprints/alpha/phase-1/deep/SPRINT.md", 1),
            (Reason::NoEntity, "delegation/sprints/loose/README.md", 1),
        ]
    );
}

#[test]
fn a_second_scan_reads_nothing_and_lists_nothing() {
    let ground = Ground::planted();
    settle(&ground);
    let log = Arc::new(Mutex::new(Vec::new()));
    let tree = ground.meddled(record(&log));
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert!(scan.is_unchanged());
    assert_eq!(scan.len(), 5);
    assert_eq!(scan.find(&path(TASK)).unwrap().known, Some(&known(TASK)));
    let deeds: Vec<_> = log.lock().unwrap().iter().map(|call| call.deed).filter(|deed| *deed != "stat").collect();
    // Only the cache itself was read.
    assert_eq!(deeds, ["read", "dates_folders"]);
}

#[test]
fn where_folders_are_not_dated_every_one_is_listed() {
    let ground = Ground::planted();
    settle(&ground);
    let log = Arc::new(Mutex::new(Vec::new()));
    let heard = record(&log);
    let tree = ground.meddled(move |call| {
        heard(call);
        if call.deed == "dates_folders" { Verdict::Fail(Errno::NOSYS) } else { Verdict::Pass }
    });
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert!(scan.is_unchanged());
    assert_eq!(log.lock().unwrap().iter().filter(|call| call.deed == "list").count(), 7);
}

#[test]
fn a_changed_a_new_and_a_vanished_document_are_told_apart() {
    let ground = Ground::planted();
    settle(&ground);
    ground.write(TASK, "other text");
    ground.write("delegation/backlog/bug-8/TASK.md", "new");
    fs::remove_dir_all(ground.path("delegation/agents")).unwrap();
    let tree = ground.tree();
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert!(!scan.is_unchanged());
    let changed: Vec<String> = scan.changed().map(|file| file.path().to_string()).collect();
    assert_eq!(changed, ["delegation/backlog/bug-8/TASK.md", TASK]);
    assert_eq!(scan.find(&path(TASK)).unwrap().known, Some(&known(TASK)));
    assert_eq!(scan.gone(), [(path("delegation/agents/ada.yml"), Some(known("delegation/agents/ada.yml")))]);
    assert_eq!(scan.len(), 5);
}

#[test]
fn ed05_a_touch_is_seen_and_changes_nothing_that_is_known() {
    let ground = Ground::planted();
    settle(&ground);
    let file = File::options().write(true).open(ground.path(TASK)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    let tree = ground.tree();
    let scan = tree.scan(tree.load_cache(CLONE), None);
    let changed: Vec<_> = scan.changed().collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].known, Some(&known(TASK)));
}

#[test]
fn fs03_a_folder_that_cannot_be_listed_is_never_absent() {
    let ground = Ground::planted();
    settle(&ground);
    // The list of this folder is asked for again, because it changed.
    ground.write("delegation/sprints/alpha/phase-1/notes.md", "");
    let tree = ground.meddled(|call| match call.deed {
        "list" if call.path.ends_with("phase-1") => Verdict::Fail(Errno::ACCESS),
        _ => Verdict::Pass,
    });
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert_eq!(blocked(&scan), ["delegation/sprints/alpha/phase-1"]);
    assert!(matches!(&scan.blocked()[0].error, TreeError::Io { deed: "list", .. }));
    assert!(scan.is_blocked(&path(TASK)));
    assert!(!scan.is_blocked(&path(SPRINT)));
    assert_eq!(scan.gone(), []);
}

#[test]
fn fs03_a_folder_that_cannot_be_looked_at_is_asked_about_again() {
    let ground = Ground::planted();
    let tree = ground.meddled(|call| match call.deed {
        "stat" if call.path.ends_with("phase-1") => Verdict::Fail(Errno::IO),
        _ => Verdict::Pass,
    });
    let (scan, lock) = learn(&tree);
    assert_eq!(blocked(&scan), ["delegation/sprints/alpha/phase-1"]);
    drop(lock);
    let tree = ground.tree();
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert_eq!(blocked(&scan), [""; 0]);
    assert!(scan.find(&path(TASK)).unwrap().changed);
}

#[test]
fn fs03_a_document_that_cannot_be_looked_at_is_never_absent() {
    let ground = Ground::planted();
    ground.write("delegation/sprints/alpha/phase-1/notes.md", "");
    for at in [AGENT, TASK] {
        settle(&ground);
        let tree = ground.meddled(move |call| match call.deed {
            "stat" if call.path.ends_with(at) => Verdict::Fail(Errno::IO),
            _ => Verdict::Pass,
        });
        let lock = tree.lock("a test").unwrap();
        let scan = tree.scan(tree.load_cache(CLONE), Some(&lock));
        assert_eq!(blocked(&scan), [at]);
        assert_eq!(scan.gone(), []);
        tree.save_cache(&scan, &head()).unwrap();
        drop(lock);
        let tree = ground.tree();
        assert!(tree.scan(tree.load_cache(CLONE), None).find(&path(at)).is_some());
    }
}

#[test]
fn an_attachment_stays_one_while_its_entity_cannot_be_read() {
    let ground = Ground::planted();
    let notes = "delegation/backlog/bug-7/notes.md";
    ground.write(notes, "");
    fs::remove_file(ground.path(BUG)).unwrap();
    symlink("/etc/passwd", ground.path(BUG)).unwrap();
    let scan = fresh_scan(&ground.tree());
    assert_eq!(blocked(&scan), [BUG]);
    assert!(scan.find(&path(notes)).is_some());
}

#[test]
fn fs05_a_loop_of_links_is_not_followed() {
    let ground = Ground::planted();
    symlink(".", ground.path("delegation/sprints/alpha/loop")).unwrap();
    symlink("../..", ground.path("delegation/sprints/alpha/phase-1/up")).unwrap();
    let scan = fresh_scan(&ground.tree());
    assert_eq!(scan.len(), 5);
    assert_eq!(blocked(&scan), ["delegation/sprints/alpha/loop", "delegation/sprints/alpha/phase-1/up"]);
}

#[test]
fn fs06_a_link_in_the_place_of_a_document_is_refused() {
    let ground = Ground::planted();
    settle(&ground);
    fs::remove_file(ground.path(TASK)).unwrap();
    symlink("/etc/passwd", ground.path(TASK)).unwrap();
    let tree = ground.tree();
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert_eq!(blocked(&scan), [TASK]);
    assert_eq!(scan.gone(), []);
    assert!(!scan.is_unchanged());
    assert!(matches!(tree.read(&path(TASK)), Err(TreeError::Refused { reason: Reason::Symlink, .. })));
}

#[test]
fn fs07_a_folder_that_becomes_a_link_after_the_scan_is_refused() {
    let ground = Ground::planted();
    let tree = ground.tree();
    assert_eq!(fresh_scan(&tree).len(), 5);
    let outside = ground.root.parent().unwrap().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("TASK.md"), "secret").unwrap();
    fs::remove_dir_all(ground.path("delegation/sprints/alpha/phase-1")).unwrap();
    symlink(&outside, ground.path("delegation/sprints/alpha/phase-1")).unwrap();
    assert!(matches!(tree.read(&path(TASK)), Err(TreeError::Refused { reason: Reason::Symlink, .. })));
    let scan = fresh_scan(&tree);
    assert_eq!(blocked(&scan), ["delegation/sprints/alpha/phase-1"]);
}

#[test]
fn fs08_a_fifo_or_a_socket_is_refused_without_opening_it() {
    let ground = Ground::planted();
    for at in [TASK, AGENT] {
        fs::remove_file(ground.path(at)).unwrap();
    }
    // Opening a FIFO for reading would wait for a writer for ever.
    assert!(Command::new("mkfifo").arg(ground.path(TASK)).status().unwrap().success());
    let _socket = UnixListener::bind(ground.path(AGENT)).unwrap();
    let tree = ground.tree();
    let scan = fresh_scan(&tree);
    assert_eq!(blocked(&scan), [AGENT, TASK]);
    for at in [TASK, AGENT] {
        assert!(matches!(tree.read(&path(at)), Err(TreeError::Refused { reason: Reason::Special, .. })), "{at}");
    }
}

#[test]
fn fs08_a_folder_in_the_place_of_a_document_is_not_its_absence() {
    let ground = Ground::planted();
    fs::remove_file(ground.path(TASK)).unwrap();
    fs::create_dir(ground.path(TASK)).unwrap();
    assert_eq!(blocked(&fresh_scan(&ground.tree())), [TASK]);
}

#[test]
fn fs09_a_hard_link_is_reported() {
    let ground = Ground::planted();
    fs::remove_file(ground.path(BUG)).unwrap();
    fs::hard_link(ground.path(TASK), ground.path(BUG)).unwrap();
    let found = notices(&fresh_scan(&ground.tree()));
    assert_eq!(found, [(Reason::HardLink, BUG.into(), 1), (Reason::HardLink, TASK.into(), 1)]);
}

#[test]
fn fs10_an_empty_mount_point_shows_everything_gone_and_nothing_blocked() {
    let ground = Ground::planted();
    settle(&ground);
    fs::rename(ground.path("delegation"), ground.path("elsewhere")).unwrap();
    let tree = ground.tree();
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert!(scan.is_empty());
    assert_eq!(scan.gone().len(), 5);
    fs::create_dir(ground.path("delegation")).unwrap();
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert_eq!((scan.len(), scan.gone().len()), (0, 5));
}

#[test]
fn fs11_names_that_differ_in_case_are_reported() {
    let ground = Ground::planted();
    ground.write("delegation/sprints/alpha/Phase-1/TASK.md", "other");
    let scan = fresh_scan(&ground.tree());
    let both = ["delegation/sprints/alpha/Phase-1", "delegation/sprints/alpha/phase-1"];
    assert_eq!(notices(&scan), both.map(|path| (Reason::Collision, path.into(), 1)));
    assert_eq!(scan.len(), 6);
    for path in both.map(|path| DocPath::new(&format!("{path}/TASK.md")).unwrap()) {
        assert!(scan.is_blocked(&path), "nobody can tell which of them is meant: {path}");
    }
}

#[test]
fn fs12_names_that_differ_in_unicode_form_are_reported() {
    let ground = Ground::planted();
    ground.write("delegation/sprints/alpha/caf\u{e9}.md", "composed");
    ground.write("delegation/sprints/alpha/cafe\u{301}.md", "decomposed");
    let found = notices(&fresh_scan(&ground.tree()));
    let names = ["cafe\u{301}.md", "caf\u{e9}.md"];
    assert_eq!(found, names.map(|name| (Reason::Collision, format!("delegation/sprints/alpha/{name}"), 1)));
}

#[test]
fn a_name_that_is_no_text_is_reported() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let ground = Ground::planted();
    let folder = ground.path("delegation/sprints/alpha");
    fs::write(folder.join(OsStr::from_bytes(b"caf\xe9.md")), "").unwrap();
    fs::write(folder.join("a\\b.md"), "").unwrap();
    let found = notices(&fresh_scan(&ground.tree()));
    assert_eq!(found, [(Reason::BadName, "delegation/sprints/alpha/a\\b.md".into(), 2)]);
}

#[test]
fn fs21_a_file_of_the_same_tick_or_of_the_future_is_read_again() {
    let ground = Ground::planted();
    let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let stamp = |path: &str, time| {
        let file = File::options().write(true).open(ground.path(path)).unwrap();
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    };
    stamp(TASK, SystemTime::now() + Duration::from_secs(3600));
    stamp(SPRINT, at(1));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    // On a file system that counts in steps of two seconds this one may have changed just now.
    stamp(BUG, at(now));
    let tree = ground.tree();
    drop(learn(&tree));
    let scan = tree.scan(tree.load_cache(CLONE), None);
    let doubtful: Vec<String> = scan.changed().map(|file| file.path().to_string()).collect();
    assert!(doubtful.contains(&TASK.into()), "{doubtful:?}");
    assert!(doubtful.contains(&BUG.into()), "{doubtful:?}");
    assert!(!doubtful.contains(&SPRINT.into()), "{doubtful:?}");
}

#[test]
fn hx03_a_linked_sprint_is_not_entered_and_nothing_is_made_there() {
    let ground = Ground::planted();
    let home = ground.root.parent().unwrap().join("home");
    fs::create_dir_all(home.join("phase-9")).unwrap();
    fs::write(home.join("SPRINT.md"), "secret").unwrap();
    symlink(&home, ground.path("delegation/sprints/beta")).unwrap();
    let tree = ground.tree();
    let scan = fresh_scan(&tree);
    assert_eq!(scan.len(), 5);
    assert!(scan.is_blocked(&path("delegation/sprints/beta/SPRINT.md")));
    for at in ["delegation/sprints/beta/phase-1/TASK.md", "delegation/sprints/beta/phase-9/TASK.md"] {
        let outcomes = tree.replace(&[crate::ground::creation(at, "new")]).unwrap();
        assert!(matches!(outcomes[0], instep::tree::Outcome::Failed(_)), "{outcomes:?}");
    }
    let made: Vec<_> = fs::read_dir(&home).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(made.len(), 2);
    assert_eq!(fs::read_dir(home.join("phase-9")).unwrap().count(), 0);
}

#[test]
fn gt20_a_repository_inside_is_not_entered() {
    let ground = Ground::planted();
    settle(&ground);
    ground.write("delegation/sprints/alpha/phase-1/.git", "gitdir: ../elsewhere");
    ground.write("delegation/sprints/beta/.git/HEAD", "ref: refs/heads/main");
    ground.write("delegation/sprints/beta/SPRINT.md", "");
    let tree = ground.tree();
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert_eq!(blocked(&scan), ["delegation/sprints/alpha/phase-1", "delegation/sprints/beta"]);
    assert_eq!(scan.gone(), []);
    assert_eq!(scan.len(), 3);
}

#[test]
fn what_was_met_once_is_still_told_when_nothing_is_listed() {
    let ground = Ground::planted();
    symlink("TASK.md", ground.path("delegation/sprints/alpha/phase-1/link.md")).unwrap();
    ground.write("delegation/sprints/alpha/phase-1/logo.png", "");
    settle(&ground);
    let tree = ground.tree();
    let first = fresh_scan(&tree);
    let second = tree.scan(tree.load_cache(CLONE), None);
    assert!(second.is_unchanged());
    assert_eq!(second.notices(), first.notices());
    assert_eq!(blocked(&second), blocked(&first));
    assert_eq!(paths(&second), paths(&first));
}

#[test]
fn gt11_without_its_caches_a_scan_finds_the_same() {
    let ground = Ground::planted();
    settle(&ground);
    let tree = ground.tree();
    let with = tree.scan(tree.load_cache(CLONE), None);
    fs::remove_dir_all(ground.path(".instep")).unwrap();
    let tree = ground.tree();
    let without = tree.scan(tree.load_cache(CLONE), None);
    assert_eq!(paths(&with), paths(&without));
    assert_eq!(without.changed().count(), 5);
}

#[test]
fn a_damaged_or_foreign_cache_is_empty() {
    let ground = Ground::planted();
    settle(&ground);
    let tree = ground.tree();
    let file = ground.path(".instep/stat");
    let good = fs::read(&file).unwrap();
    assert!(tree.load_cache(CLONE).head().is_some());
    assert!(tree.load_cache(instep::model::CloneId::new(uuid::Uuid::from_u128(8))).head().is_none());
    for length in (0..good.len()).step_by(7) {
        fs::write(&file, &good[..length]).unwrap();
        assert!(tree.load_cache(CLONE).head().is_none(), "cut after {length} bytes");
    }
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 1 << (place % 8);
        fs::write(&file, &bad).unwrap();
        assert!(tree.load_cache(CLONE).head().is_none(), "bit of byte {place} turned");
    }
}

#[test]
fn a_cache_keeps_its_head() {
    use instep::model::{Cursor, EntityId, Epoch, ShortDigest, Stamp};
    use uuid::Uuid;
    let ground = Ground::planted();
    settle(&ground);
    let tree = ground.tree();
    let mut scan = tree.scan(tree.load_cache(CLONE), None);
    let mut head = head();
    head.cursor = Some(Cursor { epoch: Epoch::new(Uuid::from_u128(3)), seq: -5 });
    head.pending = vec![EntityId::new(Uuid::from_u128(9)), EntityId::new(Uuid::from_u128(1))];
    let stamp = Stamp { id: head.pending[0], hash: ShortDigest::from_bytes([1, 2, 3, 4, 5, 6]) };
    let task = scan.find(&path(TASK)).map(|file| (file.id, *file.stat, *file.known.unwrap())).unwrap();
    let told = instep::tree::Known { stamp: Some(stamp), flags: 3, ..task.2 };
    scan.learn(task.0, &task.1, told);
    tree.save_cache(&scan, &head).unwrap();
    let cache = tree.load_cache(CLONE);
    assert_eq!(cache.head(), Some(&head));
    assert_eq!(tree.scan(cache, None).find(&path(TASK)).unwrap().known, Some(&told));
}

#[test]
fn an_empty_tree_has_an_empty_cache() {
    let ground = Ground::empty();
    let tree = ground.tree();
    drop(learn(&tree));
    let scan = tree.scan(tree.load_cache(CLONE), None);
    assert!(scan.is_empty());
    assert!(tree.load_cache(CLONE).head().is_some());
    assert!(StatCache::empty().head().is_none());
}

/// Makes every file older than the scan that learns it, so that nothing is in doubt.
fn settle(ground: &Ground) {
    let old = SystemTime::now() - Duration::from_millis(2_300);
    for entry in walkdir::WalkDir::new(ground.path("delegation")) {
        let entry = entry.unwrap();
        if !entry.file_type().is_symlink() && !entry.path().ends_with(".git") {
            let file = File::open(entry.path()).unwrap();
            file.set_times(FileTimes::new().set_modified(old)).unwrap();
        }
    }
    drop(learn(&ground.tree()));
}
