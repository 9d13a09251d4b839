//! The built program as its users start it, and a project for it to work on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use super::support::git::Repository;

/// A project whose id never changes.
const SETTINGS: &str = "[project]\nid = \"0190aaaa-0000-7000-8000-000000000001\"\nname = \"bench\"\n";

/// Between two looks at the memory of a program that runs.
const GLANCE: Duration = Duration::from_millis(2);

/// The program under test.
pub(crate) struct Program(pub(crate) PathBuf);

/// A project that the program works on.
pub(crate) struct Project<'a> {
    program: &'a Program,
    root: PathBuf,
    /// One of its tasks.
    pub(crate) task: String,
}

impl Program {
    fn command(&self, arguments: &[&str], root: &Path) -> Command {
        let mut command = Command::new(&self.0);
        command.args(arguments).current_dir(root).env_clear().env("HOME", root).stdout(Stdio::null());
        command.stdin(Stdio::null());
        command
    }

    /// How many instructions it takes; `None` where nobody can count them.
    pub(crate) fn instructions(&self, arguments: &[&str]) -> Option<u64> {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(&self.0).args(arguments);
        let said = valgrind.output().ok()?.stderr;
        let said = String::from_utf8_lossy(&said).into_owned();
        let count = said.lines().find_map(|line| line.split_once("refs:"))?.1;
        count.replace(',', "").trim().parse().ok()
    }
}

impl<'a> Project<'a> {
    /// A clone of the forest that no sync has seen.
    pub(crate) fn fresh(program: &'a Program, pristine: &Path, root: &Path) -> Self {
        super::yardstick::copy(pristine, root);
        fs::write(root.join("instep.toml"), SETTINGS).expect("settings are written");
        Repository::empty(root);
        Self { program, root: root.to_owned(), task: String::new() }
    }

    /// A project under git in which everything is in step and committed, and whose caches doubt nothing.
    pub(crate) fn in_step(program: &'a Program, folder: &Path) -> Self {
        let mut project = Self::fresh(program, &folder.join("pristine"), &folder.join("project"));
        fs::write(project.root.join(".gitignore"), ".hash\n").expect("it is written");
        project.run(&["init", "--yes", "--quiet"]);
        project.repository().commit_all();
        std::thread::sleep(Duration::from_millis(1_100));
        project.run(&["sync", "--quiet"]);
        project.run(&["sync", "--quiet"]);
        project.task = first_task(&project.root);
        project
    }

    /// Its repository.
    pub(crate) fn repository(&self) -> Repository {
        Repository::at(&self.root)
    }

    /// Runs the program, which must succeed.
    pub(crate) fn run(&self, arguments: &[&str]) {
        let status = self.program.command(arguments, &self.root).status().expect("the program starts");
        assert!(status.success(), "instep {arguments:?}: {status}");
    }

    /// Runs the program, which must succeed; its time, and the most memory it had, in KiB.
    pub(crate) fn measured(&self, arguments: &[&str]) -> (Duration, u64) {
        let begun = Instant::now();
        let mut child = self.program.command(arguments, &self.root).spawn().expect("the program starts");
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let mut peak = 0;
        let ended = loop {
            peak = most_memory(&status).unwrap_or(peak);
            match child.try_wait().expect("it can be waited for") {
                Some(ended) => break ended,
                None => std::thread::sleep(GLANCE),
            }
        };
        assert!(ended.success(), "instep {arguments:?}: {ended}");
        (begun.elapsed(), peak)
    }

    /// Changes the status of `count` tasks of one file each as another program does.
    pub(crate) fn change_rows(&self, count: usize, round: usize) {
        let status = ["pending", "in_progress"][round % 2];
        let sql = format!(
            "UPDATE orchestration_tasks SET status = '{status}' WHERE id IN \
             (SELECT id FROM orchestration_tasks WHERE status <> '{status}' AND agent_config IS NULL \
             ORDER BY id LIMIT {count})"
        );
        let database = self.root.join(".git/instep/instep.db");
        super::yardstick::block_on(async {
            let options = SqliteConnectOptions::new().filename(database).foreign_keys(true);
            let mut connection: SqliteConnection = options.connect().await.expect("the database opens");
            let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.expect("rows change");
            assert_eq!(done.rows_affected(), count as u64, "so many rows are to be pulled");
            connection.close().await.expect("it closes");
        });
    }
}

fn most_memory(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// A task as a command names it: the first one of the first sprint whose fields stand in one file only.
fn first_task(root: &Path) -> String {
    let first = |folder: &Path, suits: fn(&Path) -> bool| {
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        entries.filter(|path| path.is_dir() && suits(path)).min().expect("a folder in it")
    };
    let sprint = first(&root.join("delegation/sprints"), |_| true);
    let task = first(&sprint, |folder| !folder.join("AGENT.yml").exists());
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    format!("{}/{}", name(&sprint), name(&task))
}
