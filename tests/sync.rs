//! The main job, as a user sees it: files and rows in step, whoever changes what.

#[path = "support/project.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod project;
#[path = "support/small.rs"]
mod small;

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};

use project::{Project, sprint, task};
use small::{ONE, TWO, column, events, nothing_left_to_do, of_task, settle, small};

#[test]
fn adoption_makes_a_row_of_every_folder_and_adds_one_line_to_every_file() {
    let project = small();
    assert_eq!(column(&project, "orchestration_sprints", "sprint_code", "alpha", "status"), "active");
    assert_eq!(of_task(&project, "two", "status || ' ' || priority || ' ' || title"), "in_progress P1 two");
    assert_eq!(of_task(&project, "later", "sprint_id"), "", "a task of the backlog has no sprint");
    let text = project.read(TWO);
    let (body, stamp) = text.split_at(text.find("<!-- instep ").expect("a stamp"));
    assert_eq!(body, task("two", "In Progress", "P1"));
    assert_eq!(stamp.lines().count(), 1);
    assert!(project.read("delegation/sprints/alpha/one/AGENT.yml").contains("\n# instep "));
    nothing_left_to_do(&project);
}

#[test]
fn row_12_an_edit_of_a_file_reaches_the_row_and_nothing_else_changes() {
    let project = small();
    let before = project.read(ONE);
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    settle(&project);
    assert_eq!(of_task(&project, "one", "priority"), "P0");
    let without_stamp = |text: &str| text[..text.find("<!-- instep").expect("a stamp")].to_owned();
    assert_eq!(without_stamp(&project.read(ONE)), without_stamp(&before).replace("P1", "P0"));
}

#[test]
fn an_edit_in_one_place_reaches_the_other_place_of_the_same_field() {
    let project = small();
    project.edit(ONE, "**Status**: Pending", "**Status**: In Progress");
    settle(&project);
    assert_eq!(of_task(&project, "one", "status"), "in_progress");
    let agent = project.read("delegation/sprints/alpha/one/AGENT.yml");
    assert!(agent.contains("  status: in_progress # as above\n"), "{agent}");
}

#[test]
fn row_11_sql_of_another_program_reaches_the_file_in_its_own_style() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET status = 'in_progress' WHERE task_code = 'one'");
    settle(&project);
    assert!(project.read(ONE).contains("**Status**: In Progress  \n"), "{}", project.read(ONE));
    assert!(project.read("delegation/sprints/alpha/one/AGENT.yml").contains("status: in_progress # as above"));
}

#[test]
fn row_14_cc05_sql_and_file_change_different_things() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'one'");
    project.edit(ONE, "Make one work.", "Make one work well.");
    settle(&project);
    let text = project.read(ONE);
    assert!(text.contains("**Status**: Blocked") && text.contains("Make one work well."), "{text}");
    assert_eq!(of_task(&project, "one", "status"), "blocked");
}

#[test]
fn row_15_ed07_a_collision_of_one_field_is_recorded_and_the_row_wins() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET priority = 'P3' WHERE task_code = 'one'");
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "one", "priority"), "P3");
    assert!(project.read(ONE).contains("**Priority**: P3"));
    let conflicts = project.json(&["conflict", "list"]);
    assert_eq!((&conflicts[0]["file"], &conflicts[0]["row"]), (&"P0".into(), &"P3".into()), "{conflicts}");
    nothing_left_to_do(&project);
    project.ok(&["conflict", "take-file", conflicts[0]["id"].as_str().expect("an id")]);
    assert_eq!(of_task(&project, "one", "priority"), "P0");
    assert!(project.read(ONE).contains("**Priority**: P0"));
    settle(&project);
}

#[test]
fn row_16_a_collision_of_text_touches_neither_side() {
    let project = small();
    let mine = project.read(ONE).replace("Make one work.", "Make one sing.");
    project.edit(ONE, "Make one work.", "Make one dance.");
    settle(&project);
    project.write(ONE, &mine.replace("Make one sing.", "Make one sing.\n\nAnd more."));
    // The stale buffer derives from the first text; its author is this clone, so the later save wins and is recorded.
    project.run(&["sync"]);
    let text = project.read(ONE);
    assert!(text.contains("sing") || text.contains("dance"), "{text}");
    nothing_left_to_do(&project);
}

#[test]
fn row_7_a_deleted_folder_deletes_its_row_and_the_history_keeps_it() {
    let project = small();
    std::fs::remove_dir_all(project.at("delegation/sprints/alpha/two")).expect("removed");
    settle(&project);
    assert_eq!(of_task(&project, "two", "status"), "", "no live row is left");
    assert_eq!(project.select("SELECT task_code FROM orchestration_tasks WHERE deleted_at IS NOT NULL"), ["two"]);
}

#[test]
fn row_8_a_row_that_changed_wins_over_a_deleted_file() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'two'");
    std::fs::remove_dir_all(project.at("delegation/sprints/alpha/two")).expect("removed");
    project.exits(3, &["sync"]);
    assert!(project.read(TWO).contains("**Priority**: P0"));
    nothing_left_to_do(&project);
}

#[test]
fn row_8_a_row_that_moved_wins_over_a_deleted_file() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET task_code = 'second' WHERE task_code = 'two'");
    std::fs::remove_dir_all(project.at("delegation/sprints/alpha/two")).expect("removed");
    project.exits(3, &["sync"]);
    assert!(project.at("delegation/sprints/alpha/second/TASK.md").exists());
    nothing_left_to_do(&project);
}

#[test]
fn row_20_cc07_a_row_that_sql_deleted_takes_its_unchanged_files_along() {
    let project = small();
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'two'");
    settle(&project);
    assert!(!project.at("delegation/sprints/alpha/two").exists(), "the empty folder goes as well");
}

#[test]
fn row_20_a_row_that_sql_deleted_takes_files_along_that_were_moved() {
    let project = small();
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'two'");
    std::fs::create_dir_all(project.at("delegation/backlog")).expect("the folder is made");
    let elsewhere = project.at("delegation/backlog/second");
    std::fs::rename(project.at("delegation/sprints/alpha/two"), &elsewhere).expect("moved");
    settle(&project);
    assert!(!elsewhere.exists(), "what is told to be removed is removed");
}

#[test]
fn row_21_cc06_an_edited_file_restores_a_deleted_row() {
    let project = small();
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'two'");
    project.edit(TWO, "Make two work.", "Make two work again.");
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "two", "status"), "in_progress");
    nothing_left_to_do(&project);
}

#[test]
fn row_26_gt13_a_renamed_folder_is_a_move_and_nothing_else() {
    let project = small();
    let id = of_task(&project, "two", "id");
    std::fs::rename(project.at("delegation/sprints/alpha/two"), project.at("delegation/backlog/second"))
        .expect("moved");
    settle(&project);
    assert_eq!(of_task(&project, "second", "id"), id);
    assert_eq!(of_task(&project, "second", "sprint_id"), "");
    assert_eq!(of_task(&project, "second", "file_path"), "delegation/backlog/second");
    let last = events(&project).pop().expect("an event");
    assert!(last.ends_with("orchestration.task.moved"), "{last}");
}

#[test]
fn a_renamed_sprint_takes_its_tasks_along() {
    let project = small();
    std::fs::rename(project.at("delegation/sprints/alpha"), project.at("delegation/sprints/omega")).expect("moved");
    settle(&project);
    assert_eq!(column(&project, "orchestration_sprints", "sprint_code", "omega", "title"), "Alpha");
    assert_eq!(of_task(&project, "two", "file_path"), "delegation/sprints/omega/two");
}

#[test]
fn cc20_two_folders_that_change_names_are_two_moves() {
    let project = small();
    let (one, two) = (of_task(&project, "one", "id"), of_task(&project, "two", "id"));
    let at = |code: &str| project.at(&format!("delegation/sprints/alpha/{code}"));
    std::fs::rename(at("one"), at("swap")).expect("moved");
    std::fs::rename(at("two"), at("one")).expect("moved");
    std::fs::rename(at("swap"), at("two")).expect("moved");
    settle(&project);
    assert_eq!((of_task(&project, "one", "id"), of_task(&project, "two", "id")), (two, one));
}

#[test]
fn row_29_gt14_a_copied_folder_is_held_until_it_gets_an_id_of_its_own() {
    let project = small();
    let copy = "delegation/sprints/alpha/copy/TASK.md";
    project.write(copy, &project.read(TWO));
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "copy", "id"), "", "the copy makes no row");
    project.ok(&["conflict", "new-id", "delegation/sprints/alpha/copy"]);
    assert_ne!(of_task(&project, "copy", "id"), of_task(&project, "two", "id"));
    settle(&project);
}

#[test]
fn row_31_a_task_without_its_sprint_is_held() {
    let project = small();
    project.write("delegation/sprints/ghost/lost/TASK.md", &task("lost", "Pending", "P2"));
    let said = project.exits(3, &["sync"]);
    assert!(said.contains("ghost/lost"), "{said}");
    assert_eq!(of_task(&project, "lost", "id"), "");
    project.write("delegation/sprints/ghost/SPRINT.md", &sprint("Ghost", "Planning"));
    settle(&project);
    assert_ne!(of_task(&project, "lost", "id"), "");
}

#[test]
fn row_33_a_deleted_part_is_a_change_and_not_a_deletion() {
    let project = small();
    std::fs::remove_file(project.at("delegation/sprints/alpha/one/AGENT.yml")).expect("removed");
    settle(&project);
    assert_eq!(of_task(&project, "one", "coalesce(agent_config, 'none')"), "none");
    assert_eq!(of_task(&project, "one", "status"), "pending");
}

#[test]
fn row_23_gt05_conflict_markers_quarantine_one_document_and_the_others_go_on() {
    let project = small();
    project.edit(ONE, "Make one work.", "<<<<<<< ours\nMake one work.\n=======\nMake it.\n>>>>>>> theirs");
    project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
    let before = project.read(ONE);
    let said = project.exits(6, &["sync"]);
    assert!(said.contains(ONE) && said.contains("line 10"), "{said}");
    assert_eq!(project.read(ONE), before);
    assert_eq!(of_task(&project, "two", "priority"), "P0");
    nothing_left_to_do(&project);
    let again = project.exits(6, &["sync"]);
    assert!(again.contains("line 10"), "it is told until it is mended: {again}");
}

#[test]
fn ed05_touching_a_file_changes_nothing() {
    let project = small();
    project.write(ONE, &project.read(ONE));
    nothing_left_to_do(&project);
}

#[test]
fn ed06_a_stale_buffer_with_another_field_changed_loses_nothing() {
    let project = small();
    let buffer = project.read(ONE);
    project.sql("UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'one'");
    settle(&project);
    project.write(ONE, &buffer.replace("**Priority**: P1", "**Priority**: P0"));
    settle(&project);
    assert_eq!(of_task(&project, "one", "status || ' ' || priority"), "blocked P0");
}

#[test]
fn ed08_a_second_save_from_an_editor_that_did_not_reload_needs_nobody() {
    let project = small();
    let buffer = project.read(ONE);
    project.write(ONE, &buffer.replace("**Status**: Pending", "**Status**: In Progress"));
    settle(&project);
    project.write(ONE, &buffer.replace("**Status**: Pending", "**Status**: Completed"));
    settle(&project);
    assert_eq!(of_task(&project, "one", "status"), "completed");
}

#[test]
fn ed11_other_line_ends_are_kept_and_mean_nothing() {
    let project = small();
    let crlf = project.read(ONE).replace('\n', "\r\n");
    project.write(ONE, &crlf);
    let told = events(&project);
    settle(&project);
    assert_eq!((project.read(ONE), events(&project)), (crlf, told));
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'one'");
    settle(&project);
    let text = project.read(ONE);
    assert!(text.contains("**Priority**: P0  \r\n"), "{text:?}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "every line end is as it was");
}

#[test]
fn ed13_litter_of_editors_makes_nothing() {
    let project = small();
    for name in [".TASK.md.swp", "TASK.md~", "4913", ".#TASK.md", "TASK.md.orig", ".DS_Store"] {
        project.write(&format!("delegation/sprints/alpha/one/{name}"), "x");
    }
    let told = events(&project);
    project.ok(&["sync"]);
    assert_eq!(events(&project), told);
}

#[test]
fn ed15_a_file_that_lost_its_stamp_is_still_known_by_its_place() {
    let project = small();
    let id = of_task(&project, "one", "id");
    let text = project.read(ONE);
    let body = &text[..text.find("<!-- instep").expect("a stamp")];
    project.write(ONE, &body.replace("**Priority**: P1", "**Priority**: P0"));
    let said = project.ok(&["sync"]);
    assert!(said.contains(&format!("{ONE}: its last line, the stamp, was gone")), "{said}");
    nothing_left_to_do(&project);
    assert_eq!(of_task(&project, "one", "id || priority"), format!("{id}P0"));
    assert!(project.read(ONE).contains(&format!("<!-- instep {id} ")));
}

#[test]
fn ed16_hx27_an_invented_stamp_gives_no_authority() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET priority = 'P3' WHERE task_code = 'one'");
    let text = project.read(ONE);
    let at = text.find("<!-- instep").expect("a stamp");
    let id = of_task(&project, "one", "id");
    let forged =
        format!("{}<!-- instep {id} 0123456789ab -->\n", text[..at].replace("**Priority**: P1", "**Priority**: P0"));
    project.write(ONE, &forged);
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "one", "priority"), "P3", "nothing proves that the file is newer");
}

#[test]
fn ed18_a_ticked_box_and_an_edited_label_are_both_kept() {
    let project = small();
    project.edit(ONE, "- [ ] Plan it", "- [x] Plan it");
    project.edit(ONE, "- [ ] Build it", "- [ ] Build it all");
    settle(&project);
    let text = project.read(ONE);
    assert!(text.contains("- [x] Plan it\n- [ ] Build it all\n"), "{text}");
}

#[test]
fn attachments_are_kept_byte_for_byte_and_bear_no_stamp() {
    let project = small();
    let notes = "delegation/sprints/alpha/one/NOTES.md";
    project.write(notes, "# Notes\n\nfree text");
    settle(&project);
    assert_eq!(project.read(notes), "# Notes\n\nfree text");
    project.write(notes, "# Notes\n\nother text");
    settle(&project);
    std::fs::remove_file(project.at(notes)).expect("removed");
    settle(&project);
    assert!(!project.at(notes).exists());
}

#[test]
fn cc04_cc09_nonsense_in_the_bookkeeping_columns_changes_nothing() {
    let project = small();
    let told = events(&project);
    project
        .sql("UPDATE orchestration_tasks SET row_version = 99, hash = 'x', content_hash = 'y' WHERE task_code = 'one'");
    assert_eq!(events(&project), told);
    settle(&project);
    assert_eq!(events(&project), told);
}

#[test]
fn a_row_that_sql_made_gets_its_folder() {
    let project = small();
    project.sql(
        "INSERT INTO orchestration_tasks (id, project_id, sprint_id, task_code, title, status, priority) \
         SELECT 'a4b1c2d3-0000-4000-8000-000000000001', project_id, id, 'made-by-sql', 'Made by SQL', 'review', 'P0' \
         FROM orchestration_sprints",
    );
    settle(&project);
    let text = project.read("delegation/sprints/alpha/made-by-sql/TASK.md");
    assert!(text.starts_with("# Task: Made by SQL\n"), "{text}");
    assert!(text.contains("**Priority**: P0") && text.to_lowercase().contains("**status**: "), "{text}");
}

#[test]
fn hx02_a_row_whose_code_is_no_code_makes_no_folder() {
    let project = small();
    project.sql(
        "INSERT INTO orchestration_tasks (id, project_id, sprint_id, task_code, title) \
         SELECT 'a4b1c2d3-0000-4000-8000-000000000002', project_id, id, '../../../escaped', 'x' FROM orchestration_sprints",
    );
    project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
    project.run(&["sync"]);
    assert_eq!(of_task(&project, "two", "priority"), "P0", "others proceed");
    assert!(!project.root().parent().expect("a folder").join("escaped").exists());
    assert!(!project.at("escaped").exists());
}

#[test]
fn fs03_fs05_fs06_fs08_hx03_what_is_no_plain_file_is_neither_read_nor_written() {
    let project = small();
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("secret.md"), "# secret\n").expect("written");
    let at = |path: &str| project.at(&format!("delegation/sprints/alpha/{path}"));
    std::fs::create_dir(at("linked")).expect("made");
    symlink(outside.path().join("secret.md"), at("linked/TASK.md")).expect("linked");
    symlink(outside.path(), at("folder")).expect("linked");
    std::fs::create_dir(at("pipe")).expect("made");
    rustix_fifo(&at("pipe/TASK.md"));
    let told = events(&project);
    let said = project.exits(6, &["sync", "-v"]);
    assert!(!said.contains("secret\n"), "{said}");
    assert_eq!(events(&project), told);
    assert!(std::fs::symlink_metadata(at("pipe/TASK.md")).expect("there").file_type().is_fifo());
}

fn rustix_fifo(path: &std::path::Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
    assert!(made.success());
}

#[test]
fn fs24_permissions_are_kept() {
    let project = small();
    std::fs::set_permissions(project.at(ONE), std::fs::Permissions::from_mode(0o640)).expect("set");
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'one'");
    settle(&project);
    let mode = std::fs::metadata(project.at(ONE)).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn gt11_law_10_the_caches_mean_nothing() {
    let project = small();
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    project.sql("UPDATE orchestration_tasks SET status = 'review' WHERE task_code = 'two'");
    project.sql("DELETE FROM orchestration_sync_state");
    for (path, _) in project.files().iter().filter(|(path, _)| path.ends_with(".hash")) {
        std::fs::remove_file(project.at(path)).expect("removed");
    }
    for name in std::fs::read_dir(project.at(".instep")).expect("state").flatten() {
        if !name.file_name().to_string_lossy().starts_with("instep.db") && name.path().is_file() {
            std::fs::remove_file(name.path()).expect("removed");
        }
    }
    settle(&project);
    assert_eq!(of_task(&project, "one", "priority"), "P0");
    assert!(project.read(TWO).contains("**Status**: Review"), "{}", project.read(TWO));
}

#[test]
fn b3_more_deletions_than_usual_are_refused_with_a_plan_and_pass_by_number() {
    let project = small();
    std::fs::remove_dir_all(project.at("delegation/sprints/alpha")).expect("removed");
    let said = project.exits(7, &["sync"]);
    assert!(said.contains("4 of"), "{said}");
    assert!(!said.contains("--allow-delete 4"), "no hint is a whole destructive command: {said}");
    assert_eq!(project.select("SELECT count(*) FROM orchestration_tasks WHERE deleted_at IS NULL"), ["4"]);
    project.exits(7, &["sync", "--allow-delete", "3"]);
    project.ok(&["sync", "--allow-delete", "4"]);
    assert_eq!(project.select("SELECT count(*) FROM orchestration_tasks WHERE deleted_at IS NULL"), ["1"]);
    nothing_left_to_do(&project);
}

#[test]
fn row_32_a_sprint_whose_row_changed_comes_back_with_all_its_tasks() {
    let project = small();
    let alive = || project.select("SELECT task_code FROM orchestration_tasks WHERE deleted_at IS NULL ORDER BY 1");
    let before = alive();
    project.sql("UPDATE orchestration_sprints SET status = 'completed'");
    std::fs::remove_dir_all(project.at("delegation/sprints/alpha")).expect("removed");
    project.exits(3, &["sync"]);
    assert_eq!(alive(), before);
    assert!(
        ["SPRINT.md", "one/TASK.md", "one/AGENT.yml"]
            .iter()
            .all(|file| project.at("delegation/sprints/alpha").join(file).exists())
    );
    nothing_left_to_do(&project);
}

#[test]
fn b2_fs10_an_emptied_tree_deletes_nothing() {
    let project = small();
    std::fs::remove_dir_all(project.at("delegation")).expect("removed");
    std::fs::create_dir(project.at("delegation")).expect("made");
    project.exits(7, &["sync", "--allow-delete", "6"]);
    assert_eq!(project.select("SELECT count(*) FROM orchestration_tasks WHERE deleted_at IS NULL"), ["4"]);
}

#[test]
fn p17_a_saved_plan_is_carried_out_exactly_or_not_at_all() {
    let project = small();
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    project.ok(&["sync", "--plan", "plan.json"]);
    assert_eq!(of_task(&project, "one", "priority"), "P1", "a plan does nothing");
    project.edit(TWO, "**Priority**: P1", "**Priority**: P2");
    project.exits(7, &["sync", "--apply", "plan.json"]);
    assert_eq!(of_task(&project, "one", "priority"), "P1");
    project.edit(TWO, "**Priority**: P2", "**Priority**: P1");
    project.ok(&["sync", "--apply", "plan.json"]);
    assert_eq!(of_task(&project, "one", "priority"), "P0");
}

#[test]
fn a_path_to_a_task_in_a_new_sprint_takes_the_sprint_along() {
    let project = Project::new();
    project.write("delegation/sprints/new/SPRINT.md", "# Sprint: New\n");
    project.write("delegation/sprints/new/first/TASK.md", "# Task: First\n");
    project.write("delegation/sprints/new/other/TASK.md", "# Task: Other\n");
    project.ok(&["sync", "delegation/sprints/new/first"]);
    assert_eq!(of_task(&project, "first", "title"), "First");
    assert_eq!(
        project.select("SELECT task_code FROM orchestration_tasks"),
        ["first"],
        "the other one was not asked for"
    );
    settle(&project);
}

#[test]
fn a_rebuild_waits_until_the_files_say_what_the_rows_do() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'two'");
    assert!(project.exits(7, &["db", "rebuild", "--yes"]).contains("instep sync"));
    assert_eq!(of_task(&project, "two", "status"), "blocked", "the database is where it was");
    project.ok(&["sync"]);
    project.ok(&["db", "rebuild", "--yes"]);
    assert_eq!(of_task(&project, "two", "status"), "blocked", "the files said so");
}

#[test]
fn a_rebuild_keeps_what_rows_alone_say_and_no_file() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET position = 3, progress = 50 WHERE task_code = 'two'");
    project.ok(&["task", "set", "one", "progress=25"]);
    settle(&project);
    let files = project.files();
    let said = project.ok(&["db", "rebuild", "--yes"]);
    assert!(said.contains("kept what no file tells: of 2 rows"), "{said}");
    assert_eq!(of_task(&project, "two", "position || ' ' || progress"), "3.0 50.0");
    assert_eq!(of_task(&project, "one", "progress"), "25.0");
    assert_eq!(project.files(), files);
    nothing_left_to_do(&project);
}

#[test]
fn a_rebuild_waits_until_every_conflict_is_decided() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET priority = 'P3' WHERE task_code = 'one'");
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    project.exits(3, &["sync"]);
    let said = project.exits(7, &["db", "rebuild", "--yes"]);
    assert!(said.contains("not decided: 1 conflict") && said.contains("instep conflict list"), "{said}");
    let id = project.json(&["conflict", "list"])[0]["id"].take();
    project.ok(&["conflict", "take-file", id.as_str().expect("an id")]);
    project.ok(&["db", "rebuild", "--yes"]);
    assert_eq!(of_task(&project, "one", "priority"), "P0");
}

#[test]
fn a_dry_run_writes_nothing() {
    let project = small();
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    project.sql("UPDATE orchestration_tasks SET status = 'review' WHERE task_code = 'two'");
    let (files, told) = (project.files(), events(&project));
    let said = project.ok(&["sync", "--dry-run"]);
    assert!(said.contains("T:alpha/one") && said.contains("T:alpha/two"), "{said}");
    project.ok(&["status"]);
    project.ok(&["diff"]);
    assert_eq!((files, told), (project.files(), events(&project)));
}

#[test]
fn commands_change_row_and_file_at_once() {
    let project = small();
    project.ok(&["task", "status", "T:alpha/one", "in_progress"]);
    assert!(project.read(ONE).contains("**Status**: In Progress  \n"));
    assert_eq!(of_task(&project, "one", "status"), "in_progress");
    project.ok(&["task", "set", "one", "priority=P0", "assignee=builder"]);
    assert!(project.read(ONE).contains("**Priority**: P0"));
    nothing_left_to_do(&project);
}

#[test]
fn a_command_on_an_edited_file_loses_neither() {
    let project = small();
    project.edit(ONE, "Make one work.", "Make one work well.");
    project.ok(&["task", "status", "one", "review"]);
    let text = project.read(ONE);
    assert!(text.contains("**Status**: Review") && text.contains("work well"), "{text}");
    nothing_left_to_do(&project);
}

#[test]
fn new_things_have_row_folder_files_and_stamp_in_one_step() {
    let project = small();
    project.ok(&["sprint", "new", "beta", "--title", "Beta"]);
    project.ok(&["task", "new", "first", "--sprint", "beta", "--title", "The first", "--priority", "P0"]);
    let text = project.read("delegation/sprints/beta/first/TASK.md");
    assert!(text.starts_with("# Task: The first\n") && text.contains("<!-- instep "), "{text}");
    assert_eq!(of_task(&project, "first", "priority || ' ' || status"), "P0 pending");
    nothing_left_to_do(&project);
    let said = project.exits(1, &["task", "new", "first", "--sprint", "beta"]);
    assert!(said.contains("first"), "{said}");
}

#[test]
fn a_list_of_new_things_is_made_whole_or_not_at_all() {
    let project = small();
    project.write("list.yaml", "- {code: a1, sprint: alpha, title: A}\n- {code: one, sprint: alpha, title: B}\n");
    project.exits(1, &["task", "new", "--from", "list.yaml"]);
    assert!(!project.at("delegation/sprints/alpha/a1").exists());
    assert_eq!(of_task(&project, "a1", "id"), "");
    project.write("list.yaml", "- {code: a1, sprint: alpha, title: A}\n- {code: a2, sprint: alpha, priority: P0}\n");
    project.ok(&["task", "new", "--from", "list.yaml"]);
    assert_eq!(of_task(&project, "a2", "priority"), "P0");
    nothing_left_to_do(&project);
}

#[test]
fn a_task_moves_with_its_folder() {
    let project = small();
    project.ok(&["task", "move", "T:alpha/two", "--to", "backlog"]);
    assert!(project.at("delegation/backlog/two/TASK.md").exists());
    assert!(!project.at("delegation/sprints/alpha/two").exists());
    assert_eq!(of_task(&project, "two", "sprint_id"), "");
    nothing_left_to_do(&project);
}

#[test]
fn a_task_moves_into_a_sprint_that_nothing_else_speaks_of() {
    let project = small();
    project.ok(&["sprint", "new", "beta"]);
    for (from, to) in [("backlog/later", "alpha"), ("alpha/later", "beta"), ("beta/later", "backlog")] {
        let said = project.ok(&["task", "move", &format!("T:{from}"), "--to", to]);
        assert!(said.contains(&format!("T:{to}/later")), "{said}");
        let home = if to == "backlog" { "delegation/backlog".to_owned() } else { format!("delegation/sprints/{to}") };
        assert!(project.at(&format!("{home}/later/TASK.md")).exists(), "{to}");
        assert_eq!(of_task(&project, "later", "file_path"), format!("{home}/later"));
        nothing_left_to_do(&project);
    }
}

#[test]
fn a_removed_task_is_gone_on_both_sides_and_its_bytes_are_kept() {
    let project = small();
    project.ok(&["task", "rm", "T:alpha/two", "--yes"]);
    assert!(!project.at("delegation/sprints/alpha/two").exists());
    assert_eq!(of_task(&project, "two", "id"), "");
    let kept = project
        .select("SELECT count(*) FROM orchestration_blobs WHERE instr(CAST(bytes AS TEXT), 'Make two work') > 0");
    assert_eq!(kept, ["1"]);
    nothing_left_to_do(&project);
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    let project = small();
    let said = project.exits(1, &["task", "show", "T:alpha/thre"]);
    assert!(said.contains("T:alpha/three"), "{said}");
    let error = project.envelope(&["task", "status", "nope", "done"]);
    assert_eq!(error["kind"], "error");
    assert_eq!(error["error"]["effect"], "none");
}

#[test]
fn cc21_a_copied_project_becomes_another_clone() {
    let project = small();
    let copy = Project::empty();
    let copied = std::process::Command::new("cp").arg("-a").arg(project.root().join(".")).arg(copy.root()).status();
    assert!(copied.expect("cp runs").success());
    copy.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    copy.ok(&["sync"]);
    assert_eq!(of_task(&copy, "one", "priority"), "P0");
    assert_eq!(copy.select("SELECT count(*) FROM orchestration_clones"), ["2"]);
}

#[test]
fn cc01_many_syncs_at_once_end_like_one() {
    let project = small();
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    let running: Vec<_> = (0..8).map(|_| project.command(&["sync"]).output_later()).collect();
    for child in running {
        let output = child.wait_with_output().expect("it ends");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(of_task(&project, "one", "priority"), "P0");
    nothing_left_to_do(&project);
}

trait OutputLater {
    fn output_later(self) -> std::process::Child;
}

impl OutputLater for std::process::Command {
    fn output_later(mut self) -> std::process::Child {
        self.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it starts")
    }
}

#[test]
fn b7_gt21_while_git_is_in_the_middle_of_something_nothing_is_synced() {
    let project = Project::empty();
    let made = std::process::Command::new("git").args(["init", "--quiet"]).current_dir(project.root()).status();
    assert!(made.expect("git runs").success());
    project.write(ONE, &task("one", "Pending", "P1"));
    project.write("delegation/sprints/alpha/SPRINT.md", &sprint("Alpha", "Active"));
    project.ok(&["init", "--yes"]);
    std::fs::remove_dir_all(project.at("delegation/sprints/alpha/one")).expect("removed");
    project.write(".git/index.lock", "");
    for words in [&["status"][..], &["sync", "--dry-run"], &["sync"]] {
        let said = project.exits(7, words);
        assert!(said.contains("index.lock"), "{words:?}: {said}");
    }
    assert_ne!(of_task(&project, "one", "id"), "");
    std::fs::remove_file(project.at(".git/index.lock")).expect("removed");
    settle(&project);
    assert_eq!(of_task(&project, "one", "id"), "");
    project.write(".git/index.lock", "");
    project.exits(7, &["sync"]);
    project.exits(7, &["status"]);
}
