//! From each room's error to what a person can do about it: the one place where hints and exit codes are born.
//!
//! A hint names one thing to do next and never a complete destructive command.

use super::{Effect, Exit, Failure};
use crate::config::ConfigError;
use crate::model::{EntityKind, Severity};
use crate::ops::{MakeError, OpError};
use crate::store::StoreError;
use crate::sync::SyncError;
use crate::sync::brakes::Brake;
use crate::template::TemplateError;
use crate::tree::TreeError;

impl From<OpError> for Failure {
    fn from(error: OpError) -> Self {
        let of = |code, exit| Self::of(code, exit, &error);
        match error {
            OpError::NotFound { ref nearest, kind, .. } => {
                of("not-found", Exit::Failed).hint(list_of(kind)).did_you_mean(nearest)
            }
            OpError::Ambiguous { .. } => of("ambiguous", Exit::Failed).hint("write one of them in full"),
            OpError::WrongKind { found, .. } => {
                of("wrong-kind", Exit::Usage).hint(format!("the commands of `instep {found}` are for it"))
            }
            OpError::Unknown { ref nearest, ref what, ref known, .. } => {
                of("unknown-word", Exit::Usage).hint(one_of(what, known)).did_you_mean(nearest)
            }
            OpError::BadValue { ref field, .. } => of("bad-value", Exit::Usage).hint(form(field.word())),
            OpError::BadCode { .. } => of("bad-code", Exit::Usage).hint("a good one looks like `phase-1-api`"),
            OpError::BadReference(_) => {
                of("bad-reference", Exit::Usage).hint("write `SPRINT`, `SPRINT/TASK`, `backlog/TASK` or `AGENT`")
            }
            OpError::BadPath { .. } => {
                of("bad-path", Exit::Usage).hint("write it as it is seen from where you stand, or from `-C`")
            }
            OpError::BadRoot { .. } => {
                of("bad-path", Exit::Usage).hint("name a folder below the project's own, such as `delegation`")
            }
            OpError::NothingThere { .. } => of("nothing-there", Exit::Usage).hint(
                "paths are taken from where you stand; `instep task show` says where the documents of a task lie",
            ),
            OpError::BadAssignment { .. } => {
                of("bad-assignment", Exit::Usage).hint("write the field, `=` and the value, such as `assignee=ann`")
            }
            OpError::Taken { .. } => of("taken", Exit::Failed).hint("choose another code"),
            OpError::HasTasks { .. } => of("has-tasks", Exit::Failed)
                .hint("move them first; `instep sprint rm --help` says how they can go with it"),
            OpError::Refused { ref brake, ref plan } => {
                let saved = plan.as_ref().map(|path| format!("the refused plan is in {}", path.display()));
                refused(brake, of("refused", Exit::Brake)).and_hint(saved)
            }
            OpError::NoConflict { ref candidates, .. } => of("no-conflict", Exit::Failed)
                .hint("`instep conflict list` shows those that wait, with `--all` the decided ones too")
                .did_you_mean(candidates),
            OpError::NotDecidable { .. } => {
                of("not-decidable", Exit::Failed).hint("`instep conflict show` shows what both sides say")
            }
            OpError::Template(error) => error.into(),
            OpError::Sync(error) => error.into(),
            OpError::Tree(error) => error.into(),
            OpError::Store(error) => error.into(),
            OpError::Make(error) => error.into(),
        }
    }
}

/// Where all names are to be seen.
fn list_of(kind: Option<EntityKind>) -> String {
    format!("`instep {} list` shows all there are", kind.map_or("task", EntityKind::word))
}

/// How a value of that name is written.
fn form(what: &str) -> &'static str {
    match what {
        "estimate_hours" | "actual_hours" => "write hours, such as `8`, `3h` or `2-3 days`",
        "starts_on" | "ends_on" | "completed_on" => "write a day, such as `2026-01-31`",
        "progress" => "write a number from 0 to 100",
        "position" => "write a number",
        "depends_on" | "blocks" | "tags" | "skills" | "capabilities" | "constraints" | "tools" => {
            "write them with commas between, such as `first,second`"
        }
        "title" | "name" => "write one line of text",
        _ => "write what it is; an empty value takes the field away",
    }
}

/// Which words there are for what has a list of them.
fn one_of(what: &str, known: &[String]) -> String {
    match known {
        [] => form(what).to_owned(),
        [only] => format!("the only one is `{only}`"),
        [first, ..] => format!("write one of those, such as `{first}`"),
    }
}

impl From<MakeError> for Failure {
    fn from(error: MakeError) -> Self {
        let of = |code, exit| Self::of(code, exit, &error);
        match error {
            MakeError::NoFile { .. } => of("no-file", Exit::Files).hint("name a file that is there"),
            MakeError::BadList { .. } => of("bad-list", Exit::Usage).hint("`--help` shows what it looks like"),
            MakeError::BadPlan { .. } => {
                of("bad-plan", Exit::Usage).hint("`instep sync --plan FILE` writes one that `--apply` takes")
            }
            MakeError::InList { source, path, entry, code } => {
                let mut failure = Self::from(*source);
                failure.message = format!("{}: entry {entry} (`{code}`): {}", path.display(), failure.message);
                failure
            }
            MakeError::NoNumber { free } => of("no-number", Exit::Usage).hint(format!(
                "the next one that is free here is {free:03}; add `--number` with the one that you agree on"
            )),
            MakeError::DemoThere { .. } => of("taken", Exit::Failed).hint("`--demo` is for an empty folder"),
            MakeError::NumberTaken { .. } => of("taken", Exit::Failed).hint("agree on another number"),
            MakeError::GivenTwice { .. } => of("given-twice", Exit::Usage).hint("give it one value"),
            MakeError::BadText { .. } => of("bad-text", Exit::Usage).hint("write it as people shall read it"),
            MakeError::HasNoSprint { .. } => of("no-sprint", Exit::Usage).hint("leave `sprint` out"),
            MakeError::Occupied { .. } => {
                of("path-taken", Exit::Files).hint("choose another name, or move what is there")
            }
            MakeError::NotUnderstood { .. } => {
                of("not-understood", Exit::Files).hint("mend it, then run the command again")
            }
            MakeError::Repeated { .. } => of("repeated-code", Exit::Usage).hint("leave one of the two out"),
            MakeError::BadOutput { .. } => of("bad-output", Exit::Failed).hint("`instep template check` tells more"),
        }
    }
}

impl From<SyncError> for Failure {
    fn from(error: SyncError) -> Self {
        let of = |code, exit| Self::of(code, exit, &error);
        match error {
            SyncError::Refused { ref brake, .. } => refused(brake, of("refused", Exit::Brake)),
            SyncError::StalePlan => of("stale-plan", Exit::Brake).hint("make a new plan and look at it"),
            SyncError::Taken { .. } => of("taken", Exit::Failed).hint("choose another code"),
            SyncError::Blocked { .. } => {
                of("files-blocked", Exit::Files).hint("mend what keeps the files from being written, then run it again")
            }
            SyncError::NotSettled { .. } => of("files-not-written", Exit::Files)
                .hint("mend what keeps the files from being written, then run the command again"),
            SyncError::OnlySettled { source } => Self::from(*source).after(Effect::Settled),
            SyncError::Begun { source } => Self::from(*source).after(Effect::Begun),
            SyncError::Done { source } => Self::from(*source).effect(Effect::Applied),
            SyncError::Unspellable { .. } => {
                of("unspellable-value", Exit::Usage).hint("give a value that the document can say")
            }
            SyncError::Unfit { field, .. } => {
                of("row-invalid", Exit::Files).hint(format!("give it another {field} first"))
            }
            SyncError::Unwritten { .. } => of("files-not-written", Exit::Files)
                .effect(Effect::Applied)
                .hint("mend what keeps the files from being written; `instep sync` writes them then"),
            SyncError::Unread { .. } => {
                of("not-understood", Exit::Files).hint("mend the file, then run the command again")
            }
            SyncError::NoCopy { .. } => {
                of("no-copy", Exit::Failed).hint("`instep conflict list` shows which folders repeat an id")
            }
            SyncError::NoWayBack { .. } => of("no-way-back", Exit::Failed)
                .hint("move the folder away and run `instep sync`; or decide with `instep conflict take-file`"),
            SyncError::Adrift { .. } => of("not-in-step", Exit::Failed)
                .hint("`instep status` shows what the next `instep sync` would do, and whether it would be refused"),
            SyncError::Held { .. } => of("held", Exit::Conflicts)
                .hint("`instep status` says what for, `instep conflict list` what can be decided"),
            SyncError::Tree(error) => error.into(),
            SyncError::Store(error) => error.into(),
        }
    }
}

fn refused(brake: &Brake, failure: Failure) -> Failure {
    match brake {
        Brake::Identity { .. } => failure.hint("check that `instep.toml` and the database are of one project"),
        Brake::EmptyScan { .. } => failure.hint("make everything readable again, or find out where the files went"),
        Brake::MassDelete { .. } => failure
            .hint("`instep sync --dry-run` shows them; `--allow-delete` with exactly their number lets them pass"),
        Brake::MassChange { .. } => {
            failure.hint("`instep sync --dry-run` shows them; `instep sync --help` says how they pass")
        }
        Brake::Regressed { .. } => {
            failure.hint("if the database was restored on purpose, `--rebase` compares everything anew")
        }
        Brake::RowCollapse { .. } => failure.hint(
            "`instep db info` shows what is left in the database; if that was meant, `--allow-delete` with exactly that number lets the files go",
        ),
        Brake::GitBusy(_) => failure.retryable().hint("let git finish, or stop what it does"),
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let errors = error.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let mut failure = Self::new("bad-settings", Exit::Failed, "the settings cannot be used");
        failure.causes = errors.map(ToString::to_string).collect();
        failure
    }
}

/// Whether the place of a database is an address, and not a file of this clone.
fn is_shared(location: &str) -> bool {
    location.contains("://")
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let of = |code, exit| Self::of(code, exit, &error);
        match &error {
            StoreError::Stale(_) => of("rows-changed", Exit::Failed).retryable().hint("run the command again"),
            StoreError::Unreachable { .. } => of("database-unreachable", Exit::Unreachable)
                .retryable()
                .hint("check that the database runs; your files can be edited meanwhile"),
            StoreError::Denied { .. } => of("database-denied", Exit::Unreachable)
                .hint("check the user, the password, the name and the certificate that its address speaks of"),
            StoreError::Busy { .. } => of("database-busy", Exit::Unreachable)
                .retryable()
                .hint("another program holds the database; run the command again when it is done"),
            StoreError::ReadOnly { .. } => of("database-read-only", Exit::Unreachable)
                .hint("let it be written, or name the server that takes changes; your files can be edited meanwhile"),
            StoreError::TooNew { .. } => {
                of("database-too-new", Exit::Unreachable).hint("install the version of instep that made this database")
            }
            StoreError::TooOld { location, .. } => {
                of("database-too-old", Exit::Unreachable).hint(match is_shared(location) {
                    true => "when everybody who works with it has this version: back it up, then `instep db migrate`",
                    false => "`instep db migrate` backs it up and brings it up to date",
                })
            }
            StoreError::Missing { location } => {
                of("database-missing", Exit::Unreachable).hint(match is_shared(location) {
                    true => "`instep db migrate` makes the tables there, and `instep sync` fills them from the files",
                    false => "`instep sync` makes it and fills it from the files",
                })
            }
            StoreError::Occupied { .. } => of("database-occupied", Exit::Brake)
                .hint("if it is this plan, moved there before, go on with `instep sync`; else name an empty database"),
            StoreError::Damaged { location, .. } => {
                of("database-damaged", Exit::Unreachable).hint(match is_shared(location) {
                    true => "your files are untouched; restore the database from its backup",
                    false => {
                        "your files are untouched; `instep db --help` says how to make the database anew from them"
                    }
                })
            }
            StoreError::Unknown { .. } => of("commit-unknown", Exit::Unreachable)
                .effect(Effect::Unknown)
                .retryable()
                .hint("run `instep status` when the database answers again: it shows what was saved"),
            StoreError::Failed { deed, .. } => of("database-failed", Exit::Unreachable).hint(match is_shared(deed) {
                true => "tell those who look after the server; your files can be edited meanwhile",
                false => "`instep doctor` looks at the database and at the disk",
            }),
        }
    }
}

impl From<TreeError> for Failure {
    fn from(error: TreeError) -> Self {
        let of = |code, exit| Self::of(code, exit, &error);
        match &error {
            TreeError::NoProject { .. } => {
                of("no-project", Exit::Failed).hint("`instep init` makes this folder a project")
            }
            TreeError::Untrusted { .. } => of("untrusted-owner", Exit::Failed)
                .hint("if you trust what is in there, name it under `[trust]` in your own config.toml"),
            TreeError::NotGit { .. } => of("not-git", Exit::Files).hint("mend that `.git`, or work elsewhere"),
            TreeError::Refused { .. } => {
                of("refused-file", Exit::Files).hint("put a regular file or folder of your own in its place")
            }
            TreeError::TooLarge { .. } => of("file-too-large", Exit::Files).hint("no document is that large; split it"),
            TreeError::Locked { .. } => {
                of("locked", Exit::Failed).retryable().hint("run the command again when the other one is done")
            }
            TreeError::Taken { .. } => {
                of("path-taken", Exit::Failed).hint("choose another name, or move what is there")
            }
            TreeError::Owner { .. } => of("owner-lost", Exit::Files).hint("run the command as the owner of that file"),
            TreeError::NotPrivate { .. } => {
                of("not-private", Exit::Files).hint("take the rights of group and others from it")
            }
            TreeError::NoFolder { .. } => {
                of("no-folder", Exit::Files).hint("move that file away; the folder is made when it is needed")
            }
            TreeError::Io { .. } => of("file-failed", Exit::Files).hint("make sure that it can be read and written"),
        }
    }
}

impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Self {
        let of = |code, exit| Self::of(code, exit, &error);
        match &error {
            TemplateError::Unknown { .. } => {
                of("unknown-template", Exit::Usage).hint("`instep template list` shows all")
            }
            TemplateError::Broken { .. } => {
                of("broken-template", Exit::Failed).hint("`instep template check` tells more")
            }
            TemplateError::Variables { template, .. } => of("template-variables", Exit::Usage)
                .hint(format!("`instep template show {template}` says which variables it takes")),
            TemplateError::Failed { .. } => {
                of("template-failed", Exit::Failed).hint("`instep template check` tells more")
            }
            TemplateError::Deadline { .. } | TemplateError::TooLong { .. } => {
                of("template-stopped", Exit::Failed).hint("`instep template check` tells more")
            }
        }
    }
}
