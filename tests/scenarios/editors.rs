//! What editors and other local writers do to files.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::project::{Project, task};
use crate::small::{ONE, TWO, events, nothing_left_to_do, of_task, settle, small};

const AGENT: &str = "delegation/sprints/alpha/one/AGENT.yml";

/// The text before the stamp.
fn body(text: &str) -> &str {
    &text[..text.find("<!-- instep").or_else(|| text.find("# instep")).expect("a stamp")]
}

/// A way to save a text.
type Save<'a> = &'a dyn Fn(&str);

/// The events since there were `before` of them, without their numbers.
fn news(project: &Project, before: usize) -> Vec<String> {
    let word = |event: String| event.split(' ').nth(1).expect("a word").to_owned();
    events(project).into_iter().skip(before).map(word).collect()
}

#[test]
fn ed01_ed04_every_way_to_save_is_one_update() {
    let project = small();
    let at = |name: &str| project.at(&format!("delegation/sprints/alpha/two/{name}"));
    let vim = |text: &str| {
        fs::rename(at("TASK.md"), at("TASK.md~")).expect("moved away");
        project.write(TWO, text);
        fs::remove_file(at("TASK.md~")).expect("removed");
    };
    let jetbrains = |text: &str| {
        fs::write(at("TASK.md___jb_tmp___"), text).expect("written");
        fs::rename(at("TASK.md"), at("TASK.md___jb_old___")).expect("moved away");
        fs::rename(at("TASK.md___jb_tmp___"), at("TASK.md")).expect("moved in");
        fs::remove_file(at("TASK.md___jb_old___")).expect("removed");
    };
    let atomic = |text: &str| {
        fs::write(at(".TASK.md.new"), text).expect("written");
        fs::rename(at(".TASK.md.new"), at("TASK.md")).expect("moved over");
    };
    let saves: [(Save<'_>, &str); 3] = [(&vim, "P0"), (&jetbrains, "P2"), (&atomic, "P3")];
    for (save, priority) in saves {
        let (id, told, text) = (of_task(&project, "two", "id"), events(&project).len(), project.read(TWO));
        let old = of_task(&project, "two", "priority");
        save(&text.replace(&format!("**Priority**: {old}"), &format!("**Priority**: {priority}")));
        settle(&project);
        assert_eq!(of_task(&project, "two", "id || priority"), format!("{id}{priority}"));
        assert_eq!(news(&project, told), ["orchestration.task.priority_changed"]);
    }
}

#[test]
fn ed02_an_emptied_file_is_never_an_empty_task() {
    let project = small();
    let (text, told) = (project.read(TWO), events(&project));
    project.write(TWO, "");
    for _ in 0..2 {
        let said = project.exits(6, &["sync"]);
        assert!(said.contains("two/TASK.md: the file is empty"), "{said}");
    }
    assert_eq!(project.read(TWO), "", "it is left as it is");
    assert_eq!(events(&project), told, "the row never heard of it");
    project.write(TWO, &text.replace("**Priority**: P1", "**Priority**: P0"));
    settle(&project);
    assert_eq!(of_task(&project, "two", "priority || ' ' || title"), "P0 two");
    assert_eq!(project.select("SELECT count(*) FROM orchestration_blobs WHERE length(bytes) = 0"), ["0"]);
}

#[test]
fn ed06_ed07_a_stale_buffer_wins_where_only_it_changed_and_is_kept_where_both_did() {
    let project = small();
    let buffer = project.read(ONE);
    project.sql("UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'one'");
    settle(&project);
    let mine =
        buffer.replace("**Status**: Pending", "**Status**: Review").replace("**Priority**: P1", "**Priority**: P0");
    project.write(ONE, &mine);
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "one", "status || ' ' || priority"), "blocked P0");
    let conflicts = project.json(&["conflict", "list"]);
    assert_eq!((&conflicts[0]["file"], &conflicts[0]["row"]), (&"Review".into(), &"Blocked".into()), "{conflicts}");
    let kept = "SELECT count(*) FROM orchestration_blobs WHERE instr(CAST(bytes AS TEXT), '**Status**: Review') > 0";
    assert_eq!(project.select(kept), ["1"], "the text of the file that lost is kept");
}

#[test]
fn ed10_what_is_written_into_a_displaced_file_later_is_a_save_like_any_other() {
    for command in [&["task", "set", "T:alpha/two", "priority=P0"][..], &["sync"]] {
        let project = small();
        project.sql("UPDATE orchestration_tasks SET assignee = 'ann' WHERE task_code = 'two'");
        let text = project.read(TWO).replace("- [ ] Build it", "- [ ] Build and test it");
        let open = fs::OpenOptions::new().write(true).open(project.at(TWO)).expect("an editor opens it");
        project.ok(command);
        open.write_all_at(text.as_bytes(), 0).expect("it saves late");
        let said = project.ok(&["sync"]);
        assert!(said.contains("done: 1 merged"), "{command:?}: {said}");
        let text = project.read(TWO);
        assert!(
            text.contains("- [ ] Build and test it") && text.contains("**Assigned To**: ann"),
            "{command:?}: {text}"
        );
        assert_eq!(of_task(&project, "two", "assignee"), "ann", "{command:?}");
        nothing_left_to_do(&project);
    }
}

#[test]
fn ed10_a_late_save_that_has_no_place_any_more_is_told() {
    let project = small();
    let open = fs::OpenOptions::new().append(true).open(project.at(TWO)).expect("an editor opens it");
    project.ok(&["task", "set", "T:alpha/two", "priority=P0"]);
    (&open).write_all(b"late\n").expect("it saves late");
    project.edit(TWO, "- [ ] Plan it", "- [x] Plan it");
    let said = project.ok(&["sync"]);
    assert!(
        said.contains(&format!("{TWO}: what an interrupted run or another program left of it lies in trash/")),
        "{said}"
    );
    assert!(!project.read(TWO).contains("late"));
}

#[test]
fn ed11_in_mixed_line_ends_each_line_keeps_its_own() {
    let project = small();
    let text = project.read(ONE);
    let mixed: String = text.split_inclusive('\n').enumerate().map(mixed_end).collect();
    let mixed = mixed.replace("Make one work.", "Make\rone\r\r\nwork.");
    project.write(ONE, &mixed);
    settle(&project);
    let before = project.read(ONE);
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'one'");
    settle(&project);
    let pulled = before.replace("**Priority**: P1", "**Priority**: P0");
    assert_eq!(body(&project.read(ONE)), body(&pulled));
    project.ok(&["task", "status", "one", "review"]);
    let commanded = pulled.replace("**Status**: Pending", "**Status**: Review");
    assert_eq!(body(&project.read(ONE)), body(&commanded));
    nothing_left_to_do(&project);
}

/// Every third line ends in LF, the others in CRLF.
fn mixed_end((number, line): (usize, &str)) -> String {
    if number % 3 == 0 { line.to_owned() } else { line.replace('\n', "\r\n") }
}

#[test]
fn ed12_marks_and_odd_blanks_are_kept_and_what_is_no_yaml_is_named_with_its_line() {
    let project = small();
    project.write(ONE, &format!("\u{feff}{}", project.read(ONE).replace("Make one", "Make\u{a0}one\t")));
    project.edit(ONE, "**Status**: Pending", "**Status**:\u{a0}In Progress");
    project.edit(TWO, "**Priority**: P1", "**Priority**:\tP0");
    project.edit(AGENT, "  title: one", "\ttitle: one");
    let said = project.exits(6, &["sync"]);
    assert!(said.contains(&format!("{AGENT}: ")) && said.contains("(line 2, column "), "{said}");
    assert_eq!(of_task(&project, "two", "priority"), "P0", "others proceed");
    project.edit(AGENT, "\ttitle: one", "  title: one");
    settle(&project);
    assert_eq!(of_task(&project, "one", "status"), "in_progress");
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'one'");
    settle(&project);
    let text = project.read(ONE);
    assert!(text.starts_with('\u{feff}') && text.contains("Make\u{a0}one\t work."), "{text:?}");
    assert!(text.contains("**Status**:\u{a0}In Progress  \n**Priority**: P0  \n"), "{text:?}");
}

#[test]
fn ed17_a_text_that_is_still_being_written_is_not_believed() {
    let project = small();
    let (told, full) = (events(&project), project.read(ONE));
    let half = &full[..full.find("## Tasks").expect("a section")].replace("Make one work.", "Written 00000000 so far.");
    project.write(ONE, half);
    let at = half.find("00000000").expect("a number") as u64;
    let is_done = AtomicBool::new(false);
    let said = std::thread::scope(|scope| {
        scope.spawn(|| {
            let file = fs::File::options().write(true).open(project.at(ONE)).expect("it opens");
            for number in (0..100_000_000_u64).cycle() {
                file.write_all_at(format!("{number:08}").as_bytes(), at).expect("written");
                if is_done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let output = project.run(&["sync"]);
        is_done.store(true, Ordering::Relaxed);
        String::from_utf8_lossy(&output.stdout).into_owned()
    });
    assert_eq!(events(&project), told, "{said}");
    assert_eq!(of_task(&project, "one", "status"), "pending");
    project.write(ONE, &full.replace("**Priority**: P1", "**Priority**: P0"));
    settle(&project);
    assert_eq!(of_task(&project, "one", "priority"), "P0");
}

/// How a file is changed whose first half was read.
type Change = fn(&str) -> String;

#[test]
fn ed17_a_save_that_was_read_half_way_is_whole_in_the_end() {
    let in_text: [Change; 4] = [
        str::to_owned,
        |text| text.replace("Make one work.", "Make one work well."),
        |text| text.replace("- [ ] Build it", "- [ ] Build it soon"),
        |text| text.replace("**Priority**: P1", "**Priority**: P0"),
    ];
    let in_config: [Change; 3] = [
        str::to_owned,
        |text| text.replace("pending", "blocked"),
        |text| text.replace("skills: [a, b]", "skills: [c]"),
    ];
    let of_text = in_text.map(|change| (ONE, "## Tasks\n", change));
    let of_config = in_config.map(|change| (AGENT, "constraints:\n", change));
    for (number, (path, cut, change)) in of_text.into_iter().chain(of_config).enumerate() {
        for goes_on in [true, false] {
            let case = format!("{path}, change {number}, {}", if goes_on { "goes on" } else { "saved again" });
            let project = small();
            project.write(AGENT, "task:\n  status: pending\nengine: small\nconstraints:\n  hours: 3\nskills: [a, b]\n");
            settle(&project);
            let whole = change(&project.read(path));
            let (half, rest) = whole.split_at(whole.find(cut).expect("the place") + cut.len());
            let mut editor = fs::File::create(project.at(path)).expect("it empties the file");
            editor.write_all(half.as_bytes()).expect("it begins to write");
            project.ok(&["sync"]);
            if goes_on {
                editor.write_all(rest.as_bytes()).expect("it goes on");
            } else {
                project.write(path, &whole);
            }
            project.ok(&["sync"]);
            nothing_left_to_do(&project);
            assert_eq!(body(&project.read(path)), body(&whole), "{case}");
            assert_eq!(project.json(&["conflict", "list"]).as_array().map(Vec::len), Some(0), "{case}");
        }
    }
}

#[test]
fn ed17_what_somebody_else_wrote_meanwhile_is_no_half_of_a_save() {
    let project = small();
    let whole = project.read(ONE);
    let half = &whole[..whole.find("## Tasks").expect("a section")];
    project.write(ONE, half);
    project.ok(&["sync"]);
    project.sql("UPDATE orchestration_tasks SET priority = 'P3' WHERE task_code = 'one'");
    project.write(ONE, &whole.replace("- [ ] Build it", "- [ ] Build it soon"));
    project.ok(&["sync"]);
    nothing_left_to_do(&project);
    let text = project.read(ONE);
    assert!(text.contains("- [ ] Build it soon") && text.contains("**Priority**: P3"), "{text}");
}

#[test]
fn ed19_a_status_from_the_database_changes_no_other_byte() {
    let front = "---\n# who and when\nzeta: [1,  2]   # odd blanks\nstatus: 'pending' # soon\nunknown:\n    deep: {b: 1, a: 2}\n\
                 title: \"Front\"\n\n---\n\n# Front\n\nText.\n";
    let agent = "# settings\nx-unknown: &keep [a,   b]\ntask:\n    status:   pending   # the same\n    title: Front\n\
                 again: *keep\n\ncontext:   {z: 1,   a: 2}\n";
    for (text, yaml) in
        [(front.to_owned(), agent.to_owned()), (front.replace('\n', "\r\n"), agent.replace('\n', "\r\n"))]
    {
        let project = small();
        let path = "delegation/backlog/front/TASK.md";
        project.write(path, &text);
        project.write("delegation/backlog/front/AGENT.yml", &yaml);
        settle(&project);
        project.sql("UPDATE orchestration_tasks SET status = 'in_progress' WHERE task_code = 'front'");
        settle(&project);
        assert_eq!(body(&project.read(path)), text.replace("'pending'", "'in_progress'"));
        let now = project.read("delegation/backlog/front/AGENT.yml");
        assert_eq!(body(&now), yaml.replace("status:   pending", "status:   in_progress"));
    }
}

#[test]
fn ed20_a_stale_save_over_a_synced_edit_is_on_record() {
    let project = small();
    let buffer = project.read(ONE);
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    settle(&project);
    project.write(ONE, &buffer.replace("**Priority**: P1", "**Priority**: P2"));
    settle(&project);
    assert_eq!(of_task(&project, "one", "priority"), "P2", "both writers are of this clone: the later save counts");
    let superseded = "SELECT state || ' ' || row_value FROM orchestration_conflicts WHERE kind = 'superseded'";
    assert_eq!(project.select(superseded), ["resolved P0"], "the value that gave way is on record");
}

#[test]
fn ed20_a_foreign_value_among_ones_own_makes_it_a_conflict() {
    let project = small();
    let buffer = project.read(ONE);
    project.sql("UPDATE orchestration_tasks SET priority = 'P3' WHERE task_code = 'one'");
    settle(&project);
    project.edit(ONE, "**Priority**: P3", "**Priority**: P0");
    settle(&project);
    project.write(ONE, &buffer.replace("**Priority**: P1", "**Priority**: P2"));
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "one", "priority"), "P0");
    let conflicts = project.json(&["conflict", "list"]);
    assert_eq!((&conflicts[0]["file"], &conflicts[0]["row"]), (&"P2".into(), &"P0".into()), "{conflicts}");
}

#[test]
fn ed08_a_line_that_somebody_elses_value_got_makes_no_saved_text_a_conflict() {
    for (set, beside) in [("assignee = 'kim'", "kim"), ("priority = NULL", "")] {
        let project = small();
        let buffer = project.read(TWO);
        project.sql(&format!("UPDATE orchestration_tasks SET {set} WHERE task_code = 'two'"));
        settle(&project);
        for words in ["Make two sing.", "Make two sing and dance."] {
            project.write(TWO, &buffer.replace("Make two work.", words));
            settle(&project);
            let text = project.read(TWO);
            assert!(text.contains(words) && text.contains(beside), "{set}: {text}");
        }
        let column = set.split(' ').next().unwrap_or_default();
        assert_eq!(of_task(&project, "two", column), beside, "{set}");
    }
}

#[test]
fn ed21_an_undo_is_a_revert() {
    let project = small();
    let before = project.read(ONE);
    project.edit(ONE, "- [ ] Plan it", "- [x] Plan it");
    settle(&project);
    assert_ne!(project.read(ONE), before);
    let told = events(&project).len();
    project.write(ONE, &before);
    settle(&project);
    assert_eq!(body(&project.read(ONE)), body(&before));
    assert_eq!(news(&project, told), ["orchestration.task.reverted", "orchestration.sync.superseded"]);
    assert_eq!(project.json(&["conflict", "list"]), serde_json::json!([]), "nobody has to decide anything");
    assert!(project.read(ONE).contains("- [ ] Plan it"));
}

#[test]
fn ed22_a_stale_copy_takes_nothing_back() {
    let project = small();
    let stale = project.read(ONE);
    project.sql("UPDATE orchestration_tasks SET status = 'blocked' WHERE task_code = 'one'");
    settle(&project);
    let current = project.read(ONE);
    project.write(ONE, &stale);
    let told = events(&project).len();
    settle(&project);
    assert_eq!(of_task(&project, "one", "status"), "blocked");
    assert_eq!(project.read(ONE), current, "the file is brought up again");
    assert!(!news(&project, told).iter().any(|event| event.contains(".task.")), "{:?}", news(&project, told));
}

#[test]
fn an_edit_in_any_writing_of_line_ends_reaches_the_row_once() {
    for end in ["\n", "\r\n"] {
        let project = small();
        project.write("delegation/backlog/ends/TASK.md", &task("ends", "Pending", "P1").replace('\n', end));
        settle(&project);
        let told = events(&project).len();
        project.edit("delegation/backlog/ends/TASK.md", "P1", "P0");
        settle(&project);
        assert_eq!(news(&project, told), ["orchestration.task.priority_changed"]);
    }
}
