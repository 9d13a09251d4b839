//! Files, settings and names of somebody who means harm.

use std::fs;
use std::time::{Duration, Instant};

use crate::project::{Project, task};
use crate::small::{ONE, TWO, events, nothing_left_to_do, of_task, settle, small};

const AGENT: &str = "delegation/sprints/alpha/one/AGENT.yml";

/// What no command may take longer than, on a slow machine and without optimisation.
const AT_MOST: Duration = Duration::from_secs(20);

/// Names that lead elsewhere, mean something to git or to another system, or are too long.
fn bad_codes() -> Vec<String> {
    let long = "x".repeat(65);
    let names = [
        "../escaped-from-here",
        "..",
        ".",
        "/etc/x",
        "a/b",
        "a\\b",
        ".git",
        ".GIT",
        "git~1",
        ".g\u{200c}it",
        "CON",
        "nul",
        "com1.txt",
        "trailing.",
        "trailing ",
        " a",
        "-x",
        "a:b",
        "a\u{1b}b",
        "ä",
        "backlog/../x",
        long.as_str(),
    ];
    names.into_iter().map(str::to_owned).collect()
}

/// Everything below the folder in which the project lies, except its local state.
fn neighbourhood(project: &Project) -> Vec<String> {
    project.files().into_iter().map(|(path, _)| path).collect()
}

#[test]
fn hx01_fs13_no_command_takes_a_name_that_leads_elsewhere() {
    let project = small();
    let before = (neighbourhood(&project), events(&project));
    for code in bad_codes() {
        for words in [
            &["task", "new", "--sprint", "alpha", "--", &code][..],
            &["sprint", "new", "--", &code],
            &["agent", "new", "--", &code],
            &["task", "move", "T:alpha/two", "--to", &code],
            &["sprint", "move", "alpha", "--to", &code],
            &["task", "new", "fine", "--sprint", &code],
        ] {
            let output = project.run(words);
            assert!(matches!(output.status.code(), Some(1 | 2)), "{words:?}: {output:?}");
        }
    }
    for (number, code) in bad_codes().iter().enumerate() {
        let list = format!("list-{number}.json");
        for bad in [
            serde_json::json!([{"code": "fine"}, {"code": code}]),
            serde_json::json!([{"code": "fine", "sprint": code}]),
        ] {
            project.write(&list, &bad.to_string());
            let output = project.run(&["task", "new", "--from", &list]);
            assert!(matches!(output.status.code(), Some(1 | 2)), "{bad}: {output:?}");
        }
        fs::remove_file(project.at(&list)).expect("removed");
    }
    assert_eq!((neighbourhood(&project), events(&project)), before, "nothing was made anywhere");
}

#[test]
fn hx01_hx02_a_row_or_a_folder_with_such_a_name_is_told_and_left_alone() {
    let project = small();
    let before = neighbourhood(&project);
    let codes: Vec<String> = bad_codes().into_iter().filter(|code| code != ".GIT").collect();
    for code in &codes {
        project.sql(&format!(
            "INSERT INTO orchestration_tasks (task_code, title, sprint_id) SELECT '{code}', 'x', id FROM orchestration_sprints WHERE sprint_code = 'alpha'"
        ));
        project.sql(&format!("INSERT INTO orchestration_sprints (sprint_code, title) VALUES ('{code}', 'x')"));
        project.sql(&format!("INSERT INTO agent_profiles (agent_code, name) VALUES ('{code}', 'x')"));
    }
    project.sql(
        "INSERT INTO orchestration_tasks (task_code, title, sprint_id) SELECT 'innocent', 'x', id FROM orchestration_sprints \
         WHERE sprint_code = '../escaped-from-here'",
    );
    project.sql("UPDATE orchestration_tasks SET priority = 'P0' WHERE task_code = 'two'");
    let said = project.exits(6, &["sync", "-v"]);
    assert_eq!(said.matches("no file can hold row").count(), 3 * codes.len() + 1, "{said}");
    assert!(project.read(TWO).contains("**Priority**: P0"), "others proceed");
    assert_eq!(neighbourhood(&project), before, "nothing was made anywhere");
    assert!(!project.root().parent().expect("a folder").join("escaped-from-here").exists());
    for code in ["git~1", "CON", "trailing.", "-x", "ä"] {
        project.write(&format!("delegation/backlog/{code}/TASK.md"), &task("x", "Pending", "P1"));
    }
    project.sql("DELETE FROM orchestration_sprints WHERE sprint_code <> 'alpha'");
    let said = project.exits(6, &["sync", "-v"]);
    for code in ["git~1", "CON", "trailing.", "-x", "ä"] {
        assert!(said.contains(&format!("delegation/backlog/{code}")), "{code}: {said}");
        assert!(!project.read(&format!("delegation/backlog/{code}/TASK.md")).contains("instep"), "it got no stamp");
    }
}

/// What no reader of YAML may fall for, and a word of the reason.
fn bad_yaml() -> Vec<(String, &'static str)> {
    let bomb: String = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned())
        .chain((1..10).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "))))
        .collect();
    vec![
        (bomb, "alias"),
        (format!("a: {}{}\n", "[".repeat(100_000), "]".repeat(100_000)), "deep"),
        ("a: &a [*a]\n".to_owned(), "line 1"),
        ((0..40).map(|n| format!("{}a:\n", " ".repeat(n))).collect(), "deep"),
        ("task:\n  title: x\ntask:\n  title: y\n".to_owned(), "line 3"),
        ("task: !!python/object:os.system x\n<<: {a: 1}\n<<: {b: 2}\n".to_owned(), "line 3"),
        (format!("a: {}\n", "x".repeat(257 << 10)), "262144"),
    ]
}

#[test]
fn hx04_hx05_hx06_yaml_that_means_harm_is_quarantined_at_once_and_others_proceed() {
    for (yaml, reason) in bad_yaml() {
        let project = small();
        project.write(AGENT, &yaml);
        project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
        let begun = Instant::now();
        let said = project.exits(6, &["sync"]);
        assert!(begun.elapsed() < AT_MOST, "{reason} took {:?}", begun.elapsed());
        assert!(said.contains(&format!("{AGENT}: ")) && said.contains(reason), "{said}");
        assert!(said.contains("(line "), "{said}");
        assert_eq!((of_task(&project, "two", "priority"), project.read(AGENT)), ("P0".to_owned(), yaml));
        nothing_left_to_do(&project);
    }
}

#[test]
fn hx04_hx05_front_matter_that_means_harm_is_text_with_a_problem() {
    for (yaml, _) in bad_yaml() {
        let project = small();
        let text = format!("---\n{yaml}---\n\n# Task: front\n\n**Status**: Pending\n");
        project.write("delegation/backlog/front/TASK.md", &text);
        project.run(&["sync"]);
        assert_eq!(of_task(&project, "front", "title || ' ' || status"), "front pending");
        nothing_left_to_do(&project);
    }
}

#[test]
fn hx06_scalars_mean_what_yaml_1_2_says() {
    let project = small();
    let yaml = "task:\n  title: no\n  phase: 1e3\nversion: 0o17\nyes: on\nday: 2026-01-01\n";
    project.write("delegation/backlog/later/AGENT.yml", yaml);
    settle(&project);
    let config = of_task(&project, "later", "agent_config");
    let config: serde_json::Value = serde_json::from_str(&config).expect("it is JSON");
    assert_eq!(config["task"]["title"], "no");
    assert_eq!((&config["yes"], &config["day"]), (&"on".into(), &"2026-01-01".into()), "{config}");
}

#[test]
fn hx07_a_file_beyond_all_measure_is_named_and_not_read() {
    let project = small();
    for path in [ONE, AGENT, "delegation/agents/builder.yml"] {
        fs::File::options()
            .write(true)
            .open(project.at(path))
            .and_then(|file| file.set_len(200 << 20))
            .expect("it grows");
    }
    fs::File::create(project.at("delegation/sprints/alpha/one/NOTES.md"))
        .and_then(|file| file.set_len(200 << 20))
        .expect("it is made");
    project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
    let begun = Instant::now();
    let said = project.exits(6, &["sync"]);
    assert!(begun.elapsed() < AT_MOST, "{:?}", begun.elapsed());
    for path in [ONE, AGENT, "delegation/agents/builder.yml"] {
        assert!(said.lines().any(|line| line.contains(path) && line.contains("bytes")), "{path}: {said}");
    }
    assert_eq!(of_task(&project, "two", "priority"), "P0");
    assert_eq!(of_task(&project, "one", "status"), "pending");
}

#[test]
fn hx07_a_text_at_the_limit_can_be_read_again_with_its_stamp() {
    let project = small();
    let path = "delegation/backlog/full/TASK.md";
    let start = task("full", "Pending", "P1");
    project.write(path, &format!("{start}{}\n", "x".repeat((1 << 20) - start.len() - 1)));
    settle(&project);
    project.edit(path, "**Priority**: P1", "**Priority**: P0");
    settle(&project);
    assert_eq!(of_task(&project, "full", "priority"), "P0");
}

#[test]
fn hx07_hx08_many_boxes_one_long_line_and_texts_without_a_common_line_take_bounded_time() {
    let boxes = "- [ ]\n".repeat(60_000);
    let line = format!("{}\n", "x ".repeat(200_000));
    let lines = |word: &str| (0..40_000).map(|n| format!("{word}{n}\n")).collect::<String>();
    let starred = format!("{}\n", "*_[`<!--".repeat(50_000));
    for (before, after) in [
        (boxes.clone(), boxes.replacen("- [ ]", "- [x]", 30_000)),
        (line.clone(), line.replace("x x x", "x y x")),
        (lines("a"), lines("b")),
        (starred.clone(), starred.replacen('*', "**", 1)),
    ] {
        let project = small();
        let begun = Instant::now();
        let path = "delegation/backlog/long/TASK.md";
        project.write(path, &(task("long", "Pending", "P1") + &before));
        settle(&project);
        let buffer = project.read(path);
        project.sql("UPDATE orchestration_tasks SET status = 'review' WHERE task_code = 'long'");
        project.write(path, &buffer.replace(&before, &after));
        settle(&project);
        assert!(begun.elapsed() < 3 * AT_MOST, "{} took {:?}", &before[..6], begun.elapsed());
        let text = project.read(path);
        assert!(text.contains("**Status**: Review") && text.contains(&after), "{}", &text[..400]);
    }
}

#[test]
fn hx11_what_looks_like_a_template_in_a_document_is_text() {
    let project = small();
    let injected = "{{ config }} {% include '/etc/passwd' %} {{ 7 * 7 }} {# gone #}";
    project.edit(ONE, "Make one work.", injected);
    project.sql(&format!(
        "UPDATE orchestration_tasks SET assignee = 'me, {}' WHERE task_code = 'two'",
        injected.replace('\'', "''")
    ));
    settle(&project);
    assert!(project.read(ONE).contains(injected));
    assert!(project.read(TWO).contains(injected), "{}", project.read(TWO));
    project.ok(&["task", "new", "made", "--title", &format!("Made {injected}")]);
    assert!(project.read("delegation/backlog/made/TASK.md").starts_with(&format!("# Task: Made {injected}\n")));
    assert_eq!(of_task(&project, "made", "title"), format!("Made {injected}"));
}

#[test]
fn hx12_a_template_of_the_repository_that_never_ends_or_looks_around_makes_nothing() {
    let endless = "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{{ a }}{% endfor %}{% endfor %}";
    let silent = "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% endfor %}{% endfor %}";
    for text in [endless, silent, "{{ get_env(name='HOME') }}", "{% include '/etc/passwd' %}", "{{ __tera_context }}"] {
        let project = small();
        project.write("delegation/.templates/task/default/TASK.md.tera", &format!("# Task: {{{{ title }}}}\n{text}\n"));
        let (files, begun) = (project.files(), Instant::now());
        let output = project.run(&["task", "new", "made", "--title", "Made"]);
        assert!(begun.elapsed() < AT_MOST, "{text} took {:?}", begun.elapsed());
        if output.status.success() {
            let made = project.read("delegation/backlog/made/TASK.md");
            assert!(
                text.contains("__tera_context") && !made.contains("HOME") && !made.contains("root:"),
                "{text}: {made}"
            );
        } else {
            assert_eq!((project.files(), of_task(&project, "made", "id")), (files, String::new()), "{text}");
        }
    }
}

#[test]
fn hx13_sql_in_every_field_is_text() {
    const INJECTIONS: [&str; 5] = [
        "'; DROP TABLE orchestration_tasks; --",
        "x\" OR \"1\"=\"1",
        "x' UNION SELECT bytes FROM orchestration_blobs --",
        "?1 :a @b $c %s",
        "1); DELETE FROM orchestration_events; --",
    ];
    let project = small();
    let rows = || project.select("SELECT count(*) FROM orchestration_tasks");
    let kept = rows();
    for injection in INJECTIONS {
        let quoted = serde_json::to_string(injection).expect("a string");
        let text = format!(
            "---\ntitle: {quoted}\nassignee: {quoted}\nowner: {quoted}\nphase: {quoted}\ntags: [{quoted}]\ndepends_on: [{quoted}]\n\
             category: {quoted}\ncomponent: {quoted}\ngoal: {quoted}\n{quoted}: {quoted}\n---\n\n{injection}\n\n- [ ] {injection}\n"
        );
        project.write("delegation/backlog/later/TASK.md", &text);
        project.write("delegation/backlog/later/AGENT.yml", &format!("task:\n  title: {quoted}\n{quoted}: {quoted}\n"));
        project
            .write("delegation/agents/builder.yml", &format!("name: {quoted}\nrole: {quoted}\nskills: [{quoted}]\n"));
        project.run(&["sync"]);
        assert_eq!(of_task(&project, "later", "title"), injection);
        assert_eq!(project.select("SELECT name FROM agent_profiles"), [injection]);
        for words in [
            &["task", "list", "--assignee", injection][..],
            &["task", "list", "--sort", injection],
            &["task", "list", "--status", injection],
            &["task", "show", injection],
            &["task", "set", "T:alpha/one", &format!("assignee={injection}"), &format!("tags={injection}")],
            &["conflict", "show", injection],
        ] {
            project.run(words);
        }
        assert_eq!(of_task(&project, "one", "assignee"), injection);
        assert_eq!(rows(), kept);
    }
    project.ok(&["sync"]);
    assert!(project.select("PRAGMA integrity_check") == ["ok"]);
}

#[test]
fn hx14_hx15_hx16_no_setting_of_a_repository_connects_runs_or_trusts_anything() {
    let witness = "delegation/witness";
    for (line, word) in [
        ("[databases.team]\nurl = \"postgres://me:secret@evil.example/db\"", "databases"),
        ("database = \"postgres://me:secret@evil.example/db\"", "database"),
        ("[database]\nhost = \"evil.example\"", "database"),
        ("[hooks]\npost_sync = \"touch delegation/witness\"", "hooks"),
        ("editor = \"touch delegation/witness\"", "editor"),
        ("[env]\nINSTEP_DATABASE_URL = \"postgres://evil.example\"", "env"),
        ("[trust]\npaths = [\"/\"]\nowners = [0]", "trust"),
    ] {
        let project = small();
        let settings = project.read("instep.toml");
        project.ok(&["sync"]);
        // The settings change between two runs.
        let changed =
            if line.starts_with('[') { format!("{settings}\n{line}\n") } else { format!("{line}\n{settings}") };
        project.write("instep.toml", &changed);
        for words in [&["sync"][..], &["status"], &["conflict", "edit", "x"], &["db", "info"]] {
            let output = project.run(words);
            let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(!output.status.success() && said.contains("instep.toml:") && said.contains(word), "{line}: {said}");
            assert!(!said.contains("secret"), "{said}");
        }
        assert!(!project.at(witness).exists(), "{line}");
    }
}

#[test]
fn hx26_a_forged_hash_hides_no_edit() {
    let project = small();
    project.sql("UPDATE orchestration_tasks SET priority = 'P2' WHERE task_code = 'two'");
    settle(&project);
    let hash = "delegation/sprints/alpha/two/.hash";
    let before = project.read(hash);
    project.edit(TWO, "**Priority**: P2", "**Priority**: P0");
    project.write(hash, &before);
    settle(&project);
    assert_eq!(of_task(&project, "two", "priority"), "P0", "a hash that says nothing changed is not asked");
    for forged in ["", "\u{0}\u{1}", "0000  TASK.md\n", &"x".repeat(100_000)] {
        project.write(hash, forged);
        project.edit(TWO, "**Priority**: P0", "**Priority**: P1");
        settle(&project);
        assert_eq!(of_task(&project, "two", "priority"), "P1");
        project.edit(TWO, "**Priority**: P1", "**Priority**: P0");
        settle(&project);
        assert_eq!(of_task(&project, "two", "priority"), "P0");
    }
}

#[test]
fn hx27_a_stamp_of_another_document_gives_no_authority() {
    let project = small();
    let stamp = |path: &str| {
        let text = project.read(path);
        text[text.find("<!-- instep").expect("a stamp")..].to_owned()
    };
    let (of_one, of_two) = (stamp(ONE), stamp(TWO));
    let hash_of_two = of_two.split(' ').nth(3).expect("a hash").to_owned();
    let hash_of_one = of_one.split(' ').nth(3).expect("a hash").to_owned();
    project.sql("UPDATE orchestration_tasks SET priority = 'P3' WHERE task_code = 'one'");
    project.edit(ONE, "**Priority**: P1", "**Priority**: P0");
    project.edit(ONE, &hash_of_one, &hash_of_two);
    project.exits(3, &["sync"]);
    assert_eq!(of_task(&project, "one", "priority"), "P3", "the row is not lost to a base that never was its own");
    assert_eq!(of_task(&project, "two", "priority"), "P1");
    let open = project.json(&["conflict", "list"]);
    assert_eq!(open[0]["file"], "P0", "what the file said waits for a person: {open}");
}

#[test]
fn hx19_what_an_agent_file_asks_for_is_data() {
    let project = small();
    let wish = "touch delegation/witness";
    let yaml = format!(
        "task:\n  title: one\n  status: pending\nhooks:\n  pre_sync: {wish}\n  on_load: [{wish}]\nmcp_tools:\n  - command: sh\n    \
         args: [-c, {wish}]\nenv:\n  INSTEP_DATABASE_URL: postgres://evil.example\n  PATH: delegation\n"
    );
    project.write(AGENT, &yaml);
    settle(&project);
    for words in [&["task", "show", "T:alpha/one"][..], &["task", "status", "T:alpha/one", "review"], &["doctor"]] {
        project.ok(words);
    }
    assert!(!project.at("delegation/witness").exists());
    assert!(project.read(AGENT).contains(&format!("pre_sync: {wish}\n")), "it is kept as it was written");
    let config: serde_json::Value =
        serde_json::from_str(&of_task(&project, "one", "agent_config")).expect("it is JSON");
    assert_eq!(config["hooks"]["pre_sync"], wish);
}

#[test]
fn hx22_a_password_is_seen_nowhere() {
    const SECRET: &str = "c4n4ry";
    let project = small();
    project.write(
        ".config/instep/config.toml",
        &format!("[databases.team]\nurl = \"postgres://me:{SECRET}@127.0.0.1:1/team?sslmode=disable\"\n"),
    );
    let urls = [
        format!("postgres://me:{SECRET}@127.0.0.1:1/db"),
        format!("postgres://me@127.0.0.1:1/db?password={SECRET}"),
        format!("postgres://me:{SECRET}@[::bad/db"),
        format!("{SECRET}://me:{SECRET}@host"),
        format!("me:{SECRET}@host"),
        String::new(),
    ];
    let commands: [&[&str]; 12] = [
        &["config"],
        &["doctor"],
        &["db", "info"],
        &["db", "migrate"],
        &["status"],
        &["sync", "-v"],
        &["diff"],
        &["task", "list"],
        &["task", "set", "T:alpha/one", "assignee=me"],
        &["conflict", "list"],
        &["init", "--yes"],
        &["template", "check"],
    ];
    for url in &urls {
        for look in [&[][..], &["-v"], &["--json"]] {
            for words in commands {
                let mut command = project.command(&[words, look].concat());
                let output = command.env("INSTEP_DATABASE_URL", url).env("RUST_BACKTRACE", "full").output();
                let output = output.expect("the program starts");
                let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
                assert!(!said.contains(SECRET), "{url} {words:?}: {said}");
            }
        }
    }
    for (path, bytes) in project.files().into_iter().chain(state(&project)) {
        let holds = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!holds, "{path} holds the password");
    }
}

/// The files of the local state.
fn state(project: &Project) -> Vec<(String, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(project.at(".instep")).into_iter().filter_map(Result::ok);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|file| (file.path().display().to_string(), fs::read(file.path()).expect("readable"))).collect()
}
