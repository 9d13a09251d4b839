//! Whose folder it is, and that nobody is deleted of whom that cannot be told.

use super::small::{events, nothing_left_to_do, of_task, settle, small};
use super::{copy, first_conflict, remove, rename, sql_task, waiting};
use crate::project::{Project, sprint};

#[test]
fn row_38_a_folder_renamed_to_one_that_was_removed_is_held_and_neither_row_is_deleted() {
    let project = small();
    remove(&project, "sprints/alpha/three");
    rename(&project, "sprints/alpha/two", "sprints/alpha/three");
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "two", "title") + &of_task(&project, "three", "title"), "twothree");
    assert_eq!(waiting(&project), ["id-replaced"]);
    nothing_left_to_do(&project);
    project.exits(3, &["sync"]);
    rename(&project, "sprints/alpha/three", "sprints/alpha/two");
    settle(&project);
    assert_eq!((waiting(&project), of_task(&project, "two", "title").as_str()), (vec![], "two"));
    assert_eq!(of_task(&project, "three", "title"), "", "now it can be told that it was removed");
}

#[test]
fn row_29_where_no_copy_is_at_home_all_are_held_and_the_row_stays() {
    let project = small();
    rename(&project, "sprints/alpha/two", "sprints/alpha/x");
    copy(&project, "sprints/alpha/x", "sprints/alpha/y");
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "two", "title"), "two");
    assert_eq!(waiting(&project), ["duplicate-id", "duplicate-id"]);
    nothing_left_to_do(&project);
    remove(&project, "sprints/alpha/y");
    settle(&project);
    assert_eq!(of_task(&project, "x", "title"), "two");
}

#[test]
fn row_29_a_copy_over_another_folder_deletes_neither() {
    let project = small();
    copy(&project, "sprints/alpha/two", "sprints/alpha/three");
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "two", "title") + &of_task(&project, "three", "title"), "twothree");
    assert_eq!(waiting(&project), ["duplicate-id"]);
    nothing_left_to_do(&project);
}

#[test]
fn row_29_the_folder_that_was_left_keeps_its_identity_where_sql_moved_the_row() {
    let project = small();
    project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
    settle(&project);
    let beta = project.select("SELECT id FROM orchestration_sprints WHERE sprint_code = 'beta'").remove(0);
    sql_task(&project, "later", &format!("sprint_id = '{beta}', task_code = 'moved'"));
    copy(&project, "backlog/later", "sprints/beta/copy");
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "moved", "title"), "later");
    assert!(project.at("delegation/sprints/beta/moved/TASK.md").exists(), "the row's move is carried out");
    assert_eq!(waiting(&project), ["duplicate-id"]);
    nothing_left_to_do(&project);
}

#[test]
fn row_23_two_folders_that_change_names_lose_no_row_where_one_cannot_be_understood() {
    let project = small();
    let two = "delegation/sprints/alpha/two/TASK.md";
    project.edit(two, "Make two work.", "<<<<<<< ours\nMake two work.\n=======\nMake it.\n>>>>>>> theirs");
    rename(&project, "sprints/alpha/two", "sprints/alpha/swap");
    rename(&project, "sprints/alpha/three", "sprints/alpha/two");
    rename(&project, "sprints/alpha/swap", "sprints/alpha/three");
    project.run(&["sync"]);
    let live =
        "SELECT title FROM orchestration_tasks WHERE deleted_at IS NULL AND title IN ('two', 'three') ORDER BY 1";
    assert_eq!(project.select(live), ["three", "two"]);
    nothing_left_to_do(&project);
    project.edit(
        "delegation/sprints/alpha/three/TASK.md",
        "<<<<<<< ours\nMake two work.\n=======\nMake it.\n>>>>>>> theirs",
        "Make it.",
    );
    settle(&project);
    assert_eq!(
        (of_task(&project, "three", "title"), of_task(&project, "two", "title")),
        ("two".into(), "three".into())
    );
}

#[test]
fn row_23_a_document_that_cannot_be_understood_is_known_by_its_stamp_wherever_it_goes() {
    let project = small();
    let two = "delegation/sprints/alpha/two/TASK.md";
    project.edit(two, "Make two work.", "<<<<<<< ours\nMake two work.\n=======\nMake it.\n>>>>>>> theirs");
    rename(&project, "sprints/alpha/two", "backlog/elsewhere");
    project.run(&["sync"]);
    let live = "SELECT count(*) FROM orchestration_tasks WHERE deleted_at IS NULL AND title = 'two'";
    assert_eq!(project.select(live), ["1"]);
}

#[test]
fn row_36_a_text_copied_over_that_of_another_task_has_no_base() {
    let project = small();
    let agent = "delegation/sprints/alpha/three/AGENT.yml";
    project.write(agent, "task:\n  title: three\n  priority: P1\n");
    settle(&project);
    let text = project.read("delegation/sprints/alpha/two/TASK.md");
    project.write("delegation/sprints/alpha/three/TASK.md", &text);
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "three", "title || ' ' || status"), "three completed", "no word of it counts unasked");
    assert!(waiting(&project).contains(&"no-base".to_owned()), "{:?}", waiting(&project));
    assert_eq!(of_task(&project, "two", "title"), "two");
    nothing_left_to_do(&project);
}

#[test]
fn row_30_fs11_two_folders_that_differ_only_in_case_are_told_and_neither_is_touched() {
    let project = small();
    project.write("delegation/sprints/alpha/TWO/TASK.md", "# T\n");
    let (files, told) = (project.files(), events(&project));
    let said = project.exits(6, &["sync"]);
    assert!(said.contains("alpha/TWO") && said.contains("alpha/two") && said.contains("only in case"), "{said}");
    assert_eq!((files, told), (project.files(), events(&project)));
    assert_eq!(of_task(&project, "two", "title || file_path"), "twodelegation/sprints/alpha/two");
    project.exits(6, &["sync"]);
    remove(&project, "sprints/alpha/TWO");
    settle(&project);
    assert_eq!(of_task(&project, "two", "title"), "two");
}

#[test]
fn row_19_an_attachment_that_was_removed_can_be_put_back_as_it_was() {
    let project = small();
    let notes = "delegation/sprints/alpha/two/notes.md";
    for _ in 0..2 {
        project.write(notes, "hi\n");
        settle(&project);
        assert_eq!(project.read(notes), "hi\n");
        std::fs::remove_file(project.at(notes)).expect("removed");
        settle(&project);
        assert!(!project.at(notes).exists());
    }
}

#[test]
fn row_30_a_folder_renamed_to_what_another_one_is_called_but_for_case_deletes_nobody() {
    let project = small();
    let told = events(&project);
    rename(&project, "sprints/alpha/three", "sprints/alpha/TWO");
    project.exits(6, &["sync"]);
    project.exits(6, &["sync"]);
    assert_eq!(told, events(&project));
    assert_eq!(of_task(&project, "two", "title") + &of_task(&project, "three", "title"), "twothree");
    rename(&project, "sprints/alpha/TWO", "sprints/alpha/third");
    settle(&project);
    assert_eq!(of_task(&project, "two", "title") + &of_task(&project, "third", "title"), "twothree");
}

#[test]
fn row_29_a_copy_is_told_from_a_task_whose_sprint_was_renamed() {
    let project = small();
    copy(&project, "sprints/alpha/two", "backlog/copy");
    rename(&project, "sprints/alpha", "sprints/omega");
    project.exits(3, &["sync"]);
    assert_eq!((waiting(&project), of_task(&project, "two", "title").as_str()), (vec!["duplicate-id".into()], "two"));
    nothing_left_to_do(&project);
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'sigma'");
    project.exits(3, &["sync"]);
    nothing_left_to_do(&project);
    assert!(project.at("delegation/sprints/sigma/two/TASK.md").exists());
}

#[test]
fn row_29_a_copy_goes_along_with_the_sprint_that_sql_renamed_and_is_told_once() {
    let project = small();
    copy(&project, "backlog/later", "sprints/alpha/copy");
    project.sql("UPDATE orchestration_sprints SET sprint_code = 'omega'");
    project.exits(3, &["sync"]);
    assert!(project.at("delegation/sprints/omega/copy/TASK.md").exists());
    nothing_left_to_do(&project);
    assert_eq!(waiting(&project), ["duplicate-id"]);
}

#[test]
fn row_38_who_was_held_moves_as_soon_as_the_row_it_waited_for_is_gone_whatever_the_cache_says() {
    let project = small();
    remove(&project, "sprints/alpha/three");
    rename(&project, "sprints/alpha/two", "sprints/alpha/three");
    project.exits(3, &["sync"]);
    assert_eq!(project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'three'"), 0, "kept as deleted");
    let said = settle(&project);
    assert!(said.contains("moved from T:alpha/two"), "{said}");
    assert_eq!((waiting(&project), of_task(&project, "three", "title").as_str()), (vec![], "two"));
}

#[test]
fn a_conflict_can_be_decided_although_its_folder_has_just_been_moved() {
    for (side, status) in [("take-file", "blocked"), ("take-db", "cancelled")] {
        let project = small();
        let two = "delegation/sprints/alpha/two/TASK.md";
        project.edit(two, "In Progress", "Blocked");
        sql_task(&project, "two", "status = 'cancelled'");
        project.exits(3, &["sync"]);
        assert_eq!(waiting(&project), ["field"]);
        rename(&project, "sprints/alpha/two", "backlog/second");
        project.ok(&["conflict", side, &first_conflict(&project)]);
        assert!(waiting(&project).is_empty() && !project.at(two).exists(), "{side}: no second folder");
        let row = of_task(&project, "second", "file_path || ' ' || status");
        assert_eq!(row, format!("delegation/backlog/second {status}"));
        settle(&project);
    }
}

#[test]
fn row_20_a_copy_that_was_held_stays_held_when_its_original_is_deleted() {
    for (by_command, is_held_before) in [(false, false), (false, true), (true, true)] {
        let project = small();
        copy(&project, "backlog/later", "sprints/alpha/copy");
        if is_held_before {
            project.exits(3, &["sync"]);
        }
        if by_command {
            project.ok(&["task", "rm", "backlog/later", "--yes"]);
        } else {
            project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'later'");
        }
        project.exits(3, &["sync"]);
        assert!(project.at("delegation/sprints/alpha/copy/TASK.md").exists(), "nobody decided about it");
        assert!(!project.at("delegation/backlog/later").exists());
        assert_eq!(waiting(&project), ["duplicate-id"]);
        nothing_left_to_do(&project);
        project.exits(3, &["sync"]);
        rename(&project, "sprints/alpha/copy", "sprints/alpha/again");
        project.exits(3, &["sync"]);
        nothing_left_to_do(&project);
        project.ok(&["conflict", "new-id", "delegation/sprints/alpha/again"]);
        settle(&project);
        assert_eq!((waiting(&project), of_task(&project, "again", "title").as_str()), (vec![], "later"));
    }
}

#[test]
fn row_20_a_copy_where_the_row_of_its_deleted_original_was_last_is_no_original() {
    let project = small();
    sql_task(&project, "two", "task_code = 'copy'");
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'copy'");
    copy(&project, "sprints/alpha/two", "sprints/alpha/copy");
    project.exits(3, &["sync"]);
    assert!(!project.at("delegation/sprints/alpha/two").exists());
    assert_eq!(waiting(&project), ["duplicate-id"]);
    nothing_left_to_do(&project);
    assert!(project.at("delegation/sprints/alpha/copy/TASK.md").exists(), "nobody decided about it");
}

#[test]
fn row_20_a_task_that_was_moved_after_sql_deleted_it_is_no_copy_and_goes() {
    let project = small();
    project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'later'");
    rename(&project, "backlog/later", "sprints/alpha/later");
    settle(&project);
    assert!(!project.at("delegation/sprints/alpha/later").exists());
}

#[test]
fn row_29_sql_that_renames_a_row_to_what_a_copy_is_called_does_not_make_the_copy_the_original() {
    for is_held_before in [false, true] {
        let project = small();
        copy(&project, "sprints/alpha/two", "sprints/alpha/copy");
        if is_held_before {
            project.exits(3, &["sync"]);
        }
        sql_task(&project, "two", "task_code = 'copy'");
        project.exits(3, &["sync"]);
        assert_eq!(waiting(&project), ["duplicate-id", "path-taken"]);
        nothing_left_to_do(&project);
        remove(&project, "sprints/alpha/copy");
        settle(&project);
        assert_eq!((waiting(&project), of_task(&project, "copy", "title").as_str()), (vec![], "two"));
        assert!(!project.at("delegation/sprints/alpha/two").exists(), "the folder goes where the row went");
    }
}

/// A small project in which the folder of task three was removed and that of task two renamed to it; held.
fn replaced() -> Project {
    let project = small();
    remove(&project, "sprints/alpha/three");
    rename(&project, "sprints/alpha/two", "sprints/alpha/three");
    project.exits(3, &["sync"]);
    assert_eq!(waiting(&project), ["id-replaced"]);
    project
}

#[test]
fn row_38_what_lies_in_anothers_place_can_stay_by_a_decision() {
    for command in [["conflict", "take-file"], ["task", "rm"]] {
        let project = replaced();
        if command[0] == "task" {
            project.ok(&["task", "rm", "alpha/three", "--yes"]);
            project.ok(&["sync"]);
        } else {
            project.ok(&["conflict", "take-file", &first_conflict(&project)]);
        }
        settle(&project);
        assert!(waiting(&project).is_empty());
        assert_eq!((of_task(&project, "three", "title"), of_task(&project, "two", "title")), ("two".into(), "".into()));
        assert!(project.read("delegation/sprints/alpha/three/TASK.md").contains("# Task: two"));
    }
}

#[test]
fn row_38_what_lies_in_anothers_place_can_go_back_by_a_decision() {
    let project = replaced();
    let text = project.read("delegation/sprints/alpha/three/TASK.md");
    project.ok(&["conflict", "take-db", &first_conflict(&project)]);
    settle(&project);
    assert!(waiting(&project).is_empty());
    assert_eq!(
        (of_task(&project, "three", "title"), of_task(&project, "two", "title")),
        ("three".into(), "two".into())
    );
    assert!(project.read("delegation/sprints/alpha/three/TASK.md").contains("# Task: three"));
    assert_eq!(project.read("delegation/sprints/alpha/two/TASK.md"), text);
}

#[test]
fn row_38_what_has_no_other_place_cannot_go_back() {
    let project = replaced();
    project.write("delegation/sprints/alpha/two/notes.md", "of somebody\n");
    let files = project.files();
    let said = project.exits(1, &["conflict", "take-db", &first_conflict(&project)]);
    assert!(said.contains("something else lies where its row has it"), "{said}");
    assert_eq!((files, waiting(&project)), (project.files(), vec!["id-replaced".to_owned()]));
}

#[test]
fn row_38_no_command_takes_the_folder_of_another_task_for_that_of_its_own() {
    let project = replaced();
    let (files, told) = (project.files(), events(&project));
    for args in [
        &["task", "set", "alpha/three", "title=Third"] as &[_],
        &["task", "status", "alpha/two", "completed"],
        &["task", "move", "alpha/three", "--to", "backlog"],
        &["task", "rm", "alpha/two", "--yes"],
    ] {
        let said = project.exits(3, args);
        assert!(said.contains("waits for a decision"), "{said}");
    }
    assert_eq!((files, told), (project.files(), events(&project)));
}

#[test]
fn row_38_a_sprint_in_the_place_of_another_one_keeps_the_tasks_of_both_until_that_is_decided() {
    for (side, tasks) in [("take-db", "first,later,one,three,two"), ("take-file", "later,one,three,two")] {
        let project = small();
        project.write("delegation/sprints/beta/SPRINT.md", &sprint("Beta", "Planning"));
        project.write("delegation/sprints/beta/first/TASK.md", &crate::project::task("first", "Pending", "P1"));
        settle(&project);
        remove(&project, "sprints/beta");
        rename(&project, "sprints/alpha", "sprints/beta");
        project.exits(3, &["sync"]);
        let codes = "SELECT group_concat(task_code) FROM \
                     (SELECT task_code FROM orchestration_tasks WHERE deleted_at IS NULL ORDER BY 1)";
        assert_eq!(project.select(codes), ["first,later,one,three,two"]);
        nothing_left_to_do(&project);
        let said = project.exits(3, &["task", "status", "beta/first", "completed"]);
        assert!(said.contains("waits for a decision"), "{said}");
        project.ok(&["conflict", side, &first_conflict(&project)]);
        settle(&project);
        assert_eq!((project.select(codes), waiting(&project)), (vec![tasks.to_owned()], vec![]), "{side}");
        assert_eq!(project.at("delegation/sprints/alpha/one/TASK.md").exists(), side == "take-db");
        assert_eq!(project.at("delegation/sprints/beta/first/TASK.md").exists(), side == "take-db");
    }
}

#[test]
fn row_29_a_copy_in_the_place_of_another_task_gets_no_id_before_that_one_is_gone() {
    let project = small();
    remove(&project, "sprints/alpha/three");
    copy(&project, "sprints/alpha/two", "sprints/alpha/three");
    project.exits(3, &["sync"]);
    let (files, told) = (project.files(), events(&project));
    let said = project.exits(1, &["conflict", "new-id", "delegation/sprints/alpha/three"]);
    assert!(said.contains("another one is at home there"), "{said}");
    assert_eq!((files, told), (project.files(), events(&project)));
    project.ok(&["task", "rm", "alpha/three", "--yes"]);
    project.ok(&["conflict", "new-id", "delegation/sprints/alpha/three"]);
    settle(&project);
    assert_eq!((of_task(&project, "three", "title"), of_task(&project, "two", "title")), ("two".into(), "two".into()));
}

#[test]
fn a_conflict_of_what_was_deleted_since_is_over_and_brings_nothing_back() {
    let two = "delegation/sprints/alpha/two/TASK.md";
    let deletions: [&dyn Fn(&Project); 3] = [
        &|project| drop(project.ok(&["task", "rm", "alpha/two", "--yes"])),
        &|project| {
            remove(project, "sprints/alpha/two");
            project.ok(&["sync"]);
        },
        &|project| {
            project.sql("DELETE FROM orchestration_tasks WHERE task_code = 'two'");
        },
    ];
    for (at, delete) in deletions.iter().enumerate() {
        let project = small();
        project.edit(two, "In Progress", "Blocked");
        sql_task(&project, "two", "status = 'cancelled'");
        project.exits(3, &["sync"]);
        let id = first_conflict(&project);
        delete(&project);
        if at < 2 {
            assert!(waiting(&project).is_empty());
        } else {
            project.ok(&["conflict", "take-file", &id]);
        }
        settle(&project);
        assert_eq!((of_task(&project, "two", "title"), project.at(two).exists()), (String::new(), false));
    }
}
