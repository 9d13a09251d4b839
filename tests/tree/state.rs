//! Where a project and its local state lie, whose they are, and who works there.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use instep::tree::{TreeError, Trust, discover, locate, read_outside, write_outside};

use crate::ground::{Ground, TASK, path};

fn trust() -> Trust {
    Trust::current(&[], Vec::new())
}

/// What makes a folder a git directory.
fn make_git(folder: &Path) {
    for part in ["objects", "refs"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
    fs::write(folder.join("HEAD"), "ref: refs/heads/main\n").unwrap();
}

#[test]
fn a_project_is_found_from_any_folder_in_it() {
    let ground = Ground::planted();
    ground.write("instep.toml", "");
    let found = discover(&ground.path("delegation/sprints/alpha"), &trust()).unwrap();
    assert_eq!(found.root, ground.root);
    assert_eq!(found.git, None);
    assert_eq!(found.state.shared, ground.path(".instep"));
    fs::remove_file(ground.path("instep.toml")).unwrap();
    assert!(matches!(discover(&ground.root, &trust()), Err(TreeError::NoProject { .. })));
}

#[test]
fn a_repository_inside_a_project_is_no_part_of_it() {
    let ground = Ground::planted();
    ground.write("instep.toml", "");
    make_git(&ground.path("vendor/other/.git"));
    fs::create_dir(ground.path("vendor/other/docs")).unwrap();
    assert!(matches!(discover(&ground.path("vendor/other/docs"), &trust()), Err(TreeError::NoProject { .. })));
    assert_eq!(discover(&ground.path("vendor"), &trust()).unwrap().root, ground.root);
    ground.write("vendor/other/instep.toml", "");
    assert_eq!(discover(&ground.path("vendor/other/docs"), &trust()).unwrap().root, ground.path("vendor/other"));
}

#[test]
fn state_lies_in_git_where_clean_cannot_take_it() {
    let ground = Ground::planted();
    make_git(&ground.path(".git"));
    let found = locate(&ground.root, &trust()).unwrap();
    assert_eq!(found.state.shared, ground.path(".git/instep"));
    assert_eq!(found.state.private, ground.path(".git/instep"));
    drop(ground.tree().lock("x").unwrap());
    let mode = fs::metadata(ground.path(".git/instep")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert!(!ground.path(".instep").exists());
}

#[test]
fn state_outside_git_hides_itself_from_a_later_repository_and_stays() {
    let ground = Ground::planted();
    drop(ground.tree().lock("x").unwrap());
    assert_eq!(ground.text(".instep/.gitignore"), "*\n");
    make_git(&ground.path(".git"));
    assert_eq!(locate(&ground.root, &trust()).unwrap().state.shared, ground.path(".instep"));
}

#[test]
fn hx17_state_that_came_with_a_repository_is_not_believed() {
    let ground = Ground::planted();
    make_git(&ground.path(".git"));
    // Git cannot carry a folder that is closed to others.
    ground.write(".instep/instep.db", "planted");
    fs::set_permissions(ground.path(".instep"), PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(locate(&ground.root, &trust()).unwrap().state.shared, ground.path(".git/instep"));
}

#[test]
fn gt16_worktrees_share_the_database_but_not_the_lock() {
    let ground = Ground::planted();
    let main = ground.root.parent().unwrap().join("main");
    make_git(&main.join(".git"));
    let own = main.join(".git/worktrees/other");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("HEAD"), "ref: refs/heads/other\n").unwrap();
    fs::write(own.join("commondir"), "../..\n").unwrap();
    ground.write(".git", format!("gitdir: {}\n", own.display()));
    let found = locate(&ground.root, &trust()).unwrap();
    let git = found.git.unwrap();
    assert_eq!(git.worktree, ground.root);
    assert_eq!(git.common, main.join(".git").canonicalize().unwrap());
    assert_eq!(found.state.shared, git.common.join("instep"));
    assert_eq!(found.state.private, git.dir.join("instep"));
}

#[test]
fn two_projects_in_one_repository_have_their_own_state() {
    let ground = Ground::planted();
    make_git(&ground.path(".git"));
    for project in ["one", "two"] {
        ground.write(&format!("{project}/instep.toml"), "");
    }
    let state = |project| locate(&ground.path(project), &trust()).unwrap().state.shared;
    assert_ne!(state("one"), state("two"));
    assert!(state("one").starts_with(ground.path(".git/instep")));
}

#[test]
fn hx17_a_pointer_that_leads_to_no_git_directory_is_refused() {
    for pointer in ["gitdir: ../victim", "gitdir: ", "nonsense", ""] {
        let ground = Ground::planted();
        let victim = ground.root.parent().unwrap().join("victim");
        fs::create_dir(&victim).unwrap();
        ground.write(".git", pointer);
        assert!(matches!(locate(&ground.root, &trust()), Err(TreeError::NotGit { .. })), "{pointer:?}");
        assert_eq!(fs::read_dir(&victim).unwrap().count(), 0);
    }
}

#[test]
fn hx17_a_state_folder_that_is_a_link_or_open_to_others_is_refused() {
    let ground = Ground::planted();
    let victim = ground.root.parent().unwrap().join("victim");
    fs::create_dir(&victim).unwrap();
    make_git(&ground.path(".git"));
    symlink(&victim, ground.path(".git/instep")).unwrap();
    assert!(matches!(locate(&ground.root, &trust()), Err(TreeError::NotPrivate { .. })));
    fs::remove_file(ground.path(".git/instep")).unwrap();
    fs::create_dir(ground.path(".git/instep")).unwrap();
    fs::set_permissions(ground.path(".git/instep"), PermissionsExt::from_mode(0o777)).unwrap();
    assert!(matches!(locate(&ground.root, &trust()), Err(TreeError::NotPrivate { .. })));
    assert_eq!(fs::read_dir(&victim).unwrap().count(), 0);
}

#[test]
fn hx18_a_repository_of_another_user_is_refused_unless_excepted() {
    let ground = Ground::planted();
    ground.write("instep.toml", "");
    let me = rustix::process::geteuid().as_raw();
    let mut stranger = Trust { owners: vec![me + 1], also: Vec::new() };
    let refused = discover(&ground.path("delegation"), &stranger);
    assert!(matches!(refused, Err(TreeError::Untrusted { owner, .. }) if owner == me), "{refused:?}");
    stranger.also.push(ground.root.clone());
    assert!(discover(&ground.path("delegation"), &stranger).is_ok());
}

#[test]
fn one_run_at_a_time_and_the_second_hears_who_is_there() {
    let ground = Ground::planted();
    let first = ground.tree().lock("process 12 on host a").unwrap();
    let tree = ground.tree();
    let refused = tree.lock("process 13");
    assert!(
        matches!(&refused, Err(TreeError::Locked { holder, .. }) if holder == "process 12 on host a"),
        "{refused:?}"
    );
    drop(first);
    assert!(tree.lock("process 13").is_ok());
}

#[test]
fn hx31_a_lock_that_is_a_link_is_refused() {
    let ground = Ground::planted();
    drop(ground.tree().lock("x").unwrap());
    let victim = ground.root.parent().unwrap().join("victim");
    fs::write(&victim, "precious").unwrap();
    fs::remove_file(ground.path(".instep/lock")).unwrap();
    symlink(&victim, ground.path(".instep/lock")).unwrap();
    assert!(ground.tree().lock("x").is_err());
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn a_working_copy_keeps_its_id() {
    let ground = Ground::planted();
    let tree = ground.tree();
    assert_eq!(tree.known_clone_id("host"), None);
    let (id, is_new) = tree.clone_id("host").unwrap();
    assert!(is_new);
    assert_eq!(ground.tree().clone_id("host").unwrap(), (id, false));
    assert_eq!(ground.tree().known_clone_id("host"), Some(id));
}

#[test]
fn cc21_a_copy_of_a_working_copy_is_another_one() {
    let ground = Ground::planted();
    let (id, _) = ground.tree().clone_id("host").unwrap();
    let copy = Ground::empty();
    for (name, bytes) in ground.all_bytes() {
        copy.write(&name, bytes);
    }
    fs::set_permissions(copy.path(".instep"), PermissionsExt::from_mode(0o700)).unwrap();
    let (other, is_new) = copy.tree().clone_id("host").unwrap();
    assert!(is_new);
    assert_ne!(other, id);
    let (elsewhere, is_new) = ground.tree().clone_id("other host").unwrap();
    assert!(is_new);
    assert_ne!(elsewhere, id);
}

#[test]
fn templates_are_read_in_order_and_links_among_them_refused() {
    let ground = Ground::planted();
    let tree = ground.tree();
    assert_eq!(tree.read_below(&tree.layout().templates()).unwrap(), []);
    ground.write("delegation/.templates/task/b/TASK.md", "b");
    ground.write("delegation/.templates/task/a/TASK.md", "a");
    let read = tree.read_below(&tree.layout().templates()).unwrap();
    let read: Vec<_> = read.iter().map(|(path, file)| (path.as_str(), file.bytes.as_slice())).collect();
    assert_eq!(
        read,
        [("delegation/.templates/task/a/TASK.md", &b"a"[..]), ("delegation/.templates/task/b/TASK.md", &b"b"[..])]
    );
    symlink("/etc/passwd", ground.path("delegation/.templates/task/a/x.md")).unwrap();
    assert!(tree.read_below(&tree.layout().templates()).is_err());
}

#[test]
fn hx07_a_file_that_is_too_large_is_not_read() {
    let ground = Ground::planted();
    let file = fs::File::options().write(true).open(ground.path(TASK)).unwrap();
    file.set_len(200 << 20).unwrap();
    let refused = ground.tree().read(&path(TASK));
    assert!(matches!(refused, Err(TreeError::TooLarge { size, .. }) if size == 200 << 20), "{refused:?}");
}

#[test]
fn files_that_the_user_names_are_read_with_a_limit_and_never_overwritten() {
    let ground = Ground::planted();
    let file = ground.path("plan.json");
    assert_eq!(read_outside(&file, 10).unwrap(), None);
    write_outside(&file, b"{}").unwrap();
    assert_eq!(read_outside(&file, 10).unwrap(), Some(b"{}".to_vec()));
    assert!(matches!(read_outside(&file, 1), Err(TreeError::TooLarge { .. })));
    assert!(matches!(write_outside(&file, b"x"), Err(TreeError::Taken { .. })));
    assert_eq!(read_outside(&file, 10).unwrap(), Some(b"{}".to_vec()));
}
