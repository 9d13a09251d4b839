//! A throw-away project that the real program works on, as its users do.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};
use tempfile::TempDir;

/// A folder with a project in it; gone when dropped.
pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    /// An empty folder that is no project yet.
    pub(crate) fn empty() -> Self {
        Self { folder: TempDir::with_prefix("instep-test-").expect("a temporary folder") }
    }

    /// A project without any document.
    pub(crate) fn new() -> Self {
        let project = Self::empty();
        project.ok(&["init", "--yes", "--name", "test"]);
        project
    }

    /// Where it lies.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The place of `path` on disk.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Writes a file as an editor does that writes in place.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let at = self.at(path);
        std::fs::create_dir_all(at.parent().expect("a folder")).expect("the folder is made");
        std::fs::write(at, text).expect("the file is written");
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
    }

    /// Replaces `from`, which must be there, by `to` in a file.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}:\n{text}");
        self.write(path, &text.replacen(from, to, 1));
    }

    /// Runs the program in a scrubbed environment.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program starts")
    }

    /// The program with `args`, in a scrubbed environment, not started yet.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("instep"));
        command
            .args(args)
            .current_dir(self.root())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root())
            .env("XDG_CONFIG_HOME", self.root().join(".config"));
        command
    }

    /// Runs the program, which must succeed; its output.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        self.exits(0, args)
    }

    /// Runs the program, which must end with `code`; its output and then its talk.
    pub(crate) fn exits(&self, code: i32, args: &[&str]) -> String {
        let output = self.run(args);
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "instep {args:?} said:\n{text}");
        text
    }

    /// Runs the program with `--json`, whatever its exit code; the whole envelope.
    pub(crate) fn envelope(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("instep {args:?} printed no JSON ({error}):\n{}", String::from_utf8_lossy(&output.stdout))
        })
    }

    /// Runs the program with `--json`; the data of the envelope.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        self.envelope(args)["data"].take()
    }

    /// The database file.
    pub(crate) fn database(&self) -> PathBuf {
        [".git/instep/instep.db", ".instep/instep.db"]
            .into_iter()
            .map(|path| self.at(path))
            .find(|path| path.exists())
            .expect("a database")
    }

    /// Writes rows as another program does; how many were affected.
    pub(crate) fn sql(&self, statement: &str) -> u64 {
        self.with_database(async |connection| {
            let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(connection).await;
            done.unwrap_or_else(|error| panic!("{statement}: {error}")).rows_affected()
        })
    }

    /// Writes rows as another program does, which must be refused; the refusal.
    pub(crate) fn refused(&self, statement: &str) -> String {
        self.with_database(async |connection| {
            let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(connection).await;
            done.expect_err(statement).to_string()
        })
    }

    /// The first column of every row that `query` finds, as text.
    pub(crate) fn select(&self, query: &str) -> Vec<String> {
        self.with_database(async |connection| {
            let rows = sqlx::query(AssertSqlSafe(query.to_owned())).fetch_all(connection).await;
            let rows = rows.unwrap_or_else(|error| panic!("{query}: {error}"));
            rows.iter().map(|row| row.try_get_unchecked::<String, _>(0).unwrap_or_default()).collect()
        })
    }

    fn with_database<T>(&self, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let options = SqliteConnectOptions::new().filename(self.database()).foreign_keys(true);
            let mut connection = options.connect().await.expect("the database opens");
            let answer = work(&mut connection).await;
            connection.close().await.expect("the database closes");
            answer
        })
    }

    /// Every file of the tree with its bytes, in order; local state left out.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let hidden = |entry: &walkdir::DirEntry| [".git", ".instep", ".config"].iter().all(|n| entry.file_name() != *n);
        walkdir::WalkDir::new(self.root())
            .sort_by_file_name()
            .into_iter()
            .filter_entry(hidden)
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry.path().strip_prefix(self.root()).expect("below the root").display().to_string();
                (path, std::fs::read(entry.path()).expect("a readable file"))
            })
            .collect()
    }
}

/// A small TASK.md in the canonical dialect.
pub(crate) fn task(title: &str, status: &str, priority: &str) -> String {
    format!(
        "# Task: {title}\n\n**Status**: {status}  \n**Priority**: {priority}  \n\n---\n\n## Objective\n\n\
         Make {title} work.\n\n## Tasks\n\n- [ ] Plan it\n- [ ] Build it\n"
    )
}

/// A small SPRINT.md in the canonical dialect.
pub(crate) fn sprint(title: &str, status: &str) -> String {
    format!(
        "# Sprint: {title}\n\n**Status**: {status}  \n**Owner**: Core  \n\n---\n\n## Sprint Goal\n\nShip {title}.\n"
    )
}
