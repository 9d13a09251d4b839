//! Where a command is carried out: what was asked for, the screen, and the workspace once it is needed.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use super::args::Global;
use super::failure::{Exit, Failure};
use super::screen::{Screen, Talk};
use super::settings::{self, Settled};
use super::surroundings::{self, SystemClock, SystemIds};
use super::{json, progress, report, stores};
use crate::config::{Config, Database, Direction};
use crate::model::{Actor, CloneId, CorrelationId, DocPath, Ids as _, ProjectId};
use crate::ops::OpError;
use crate::sync::{SyncReport, Workspace, check_project, take_turn};
use crate::tree::{Disk, Layout, Located, Tree};

/// What a workspace is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To look: nothing is written, not even local state.
    Look,
    /// To change something in a database that is there.
    Change,
    /// To make the tables of a shared database, or to bring the schema of any forward.
    Migrate,
    /// To begin: an embedded database that is missing is made, and a shared one gets its project.
    Begin,
}

/// The global options and the screen of one command.
pub(super) struct Desk<'a> {
    pub(super) global: &'a Global,
    pub(super) screen: &'a mut Screen,
    /// Where the project lies that was opened.
    pub(super) root: PathBuf,
    runtime: Option<Runtime>,
}

impl<'a> Desk<'a> {
    /// A desk with nothing on it.
    pub(super) fn new(global: &'a Global, screen: &'a mut Screen) -> Self {
        Self { global, screen, root: PathBuf::new(), runtime: None }
    }

    /// Opens the workspace, looks something up, and prints it; `kind` names the answer in JSON.
    pub(super) fn look<T: Serialize>(
        &mut self,
        kind: &str,
        work: impl AsyncFnOnce(&Workspace) -> Result<T, OpError>,
        print: impl FnOnce(&T, &mut Screen),
    ) -> Result<Exit, Failure> {
        let workspace = self.open(Purpose::Look)?;
        self.wait(check_project(&workspace))?;
        let answer = self.wait(work(&workspace))?;
        self.answer(kind, &answer, print);
        // The process ends with the command; to take a long answer apart first would take as long as to print it.
        std::mem::forget(answer);
        Ok(Exit::Done)
    }

    /// Opens the workspace, changes something, and prints what was done.
    pub(super) fn change(
        &mut self,
        kind: &str,
        work: impl AsyncFnOnce(&Workspace) -> Result<SyncReport, OpError>,
    ) -> Result<Exit, Failure> {
        let workspace = self.open(Purpose::Change)?;
        let report = self.wait(work(&workspace))?;
        self.answer(kind, &report, report::print_change);
        Ok(Exit::Done)
    }

    /// The paths as they are below the root of the project that was opened, from where the person stands.
    ///
    /// # Errors
    /// A path that leaves the project.
    pub(super) fn below_root(&self, paths: Vec<String>) -> Result<Vec<String>, Failure> {
        let here = std::env::current_dir().unwrap_or_default();
        let below = |path: String| {
            let found = below(&self.root, &here, Path::new(&path));
            found.ok_or_else(|| OpError::BadPath { path }.into())
        };
        let paths = paths.into_iter().map(below).collect::<Result<Vec<_>, Failure>>()?;
        // Whoever names the root means everything.
        Ok(if paths.iter().any(String::is_empty) { Vec::new() } else { paths })
    }

    /// Prints an answer for a person or for a program.
    pub(super) fn answer<T: Serialize>(&mut self, kind: &str, answer: &T, print: impl FnOnce(&T, &mut Screen)) {
        if self.global.json {
            json::print(self.screen, kind, answer);
        } else {
            print(answer, self.screen);
        }
    }

    /// Waits for the end of some work; one thread is enough for one command.
    pub(super) fn wait<T, E: Into<Failure>>(&mut self, work: impl Future<Output = Result<T, E>>) -> Result<T, Failure> {
        let failed = |error| Failure::new("no-runtime", Exit::Failed, "cannot start the runtime").caused_by(&error);
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => Builder::new_current_thread().enable_all().build().map_err(failed)?,
        };
        self.runtime.insert(runtime).block_on(work).map_err(Into::into)
    }

    /// Opens the workspace that this folder is in.
    pub(super) fn open(&mut self, purpose: Purpose) -> Result<Workspace, Failure> {
        let Settled { project: located, config, environment, .. } = settings::settle(self.global, self.screen)?;
        let located = located?;
        if purpose == Purpose::Change && config.direction.value == Direction::Check {
            let message = "`sync.direction` is `check`, so nothing may be written on either side";
            return Err(Failure::new("only-checks", Exit::Brake, message).hint("change the setting in `instep.toml`"));
        }
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let disk = Disk::open(&located)?;
        if purpose != Purpose::Look {
            disk.make_state()?;
        }
        let (project, actor) = (project_id(&config)?, surroundings::actor(&environment));
        let store = self.wait(stores::open(&located, &config, purpose))?;
        let root = config.root.value.clone();
        let tree = tree_on(disk, root.clone());
        let clone = self.wait(clone_id(&tree, &actor, purpose))?;
        self.root = located.root;
        Ok(Workspace {
            project,
            root,
            state: located.state.private,
            git: located.git,
            clone,
            tree,
            store,
            actor,
            correlation: CorrelationId::new(ids.fresh()),
            progress: progress::bars(self.screen.talk() > Talk::Quiet),
            clock,
            ids,
            config,
        })
    }
}

impl Desk<'_> {
    /// The project whose rows lie where those of a new one would, if any do.
    ///
    /// # Errors
    /// A database that cannot be opened: nothing new is begun beside it.
    pub(super) fn project_there(&mut self, located: &Located, config: &Config) -> Result<Option<ProjectId>, Failure> {
        let there = self.wait(async {
            let opened = stores::open(located, config, Purpose::Change).await?;
            opened.head().await.map_err(Failure::from)
        });
        match (there, &config.database.value) {
            (Ok(head), Database::Embedded) => Ok(Some(head.project)),
            (Ok(head), shared) => {
                let message = format!("the database {shared} holds another project already: {}", head.project);
                let hint = "clone the repository whose `instep.toml` says that id, or name another database";
                Err(Failure::new("database-taken", Exit::Brake, message).hint(hint))
            }
            (Err(failure), _) if failure.code == "database-missing" => Ok(None),
            (Err(failure), _) => Err(failure),
        }
    }
}

/// `path`, seen from `here`, as it is below `root`; `None` where it is elsewhere. No link is followed.
fn below(root: &Path, here: &Path, path: &Path) -> Option<String> {
    let mut whole = PathBuf::new();
    for part in here.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(whole.pop()),
            other => whole.push(other),
        }
    }
    Some(whole.strip_prefix(root).ok()?.to_str()?.to_owned())
}

/// The files of a project whose plan lies in `root`.
pub(super) fn tree_on(disk: Disk, root: DocPath) -> Tree {
    Tree::new(Layout::new(root), Box::new(disk), Arc::new(SystemClock), Arc::new(SystemIds))
}

pub(super) fn project_id(config: &Config) -> Result<ProjectId, Failure> {
    config.project.as_ref().map(|project| project.value).ok_or_else(|| {
        let hint = format!("write `id = \"{}\"` under `[project]`", SystemIds.fresh());
        Failure::new("no-project-id", Exit::Failed, "`instep.toml` says no project id").hint(hint)
    })
}

/// Whoever only looks needs no id that anybody remembers.
async fn clone_id(tree: &Tree, actor: &Actor, purpose: Purpose) -> Result<CloneId, Failure> {
    let host = surroundings::host();
    match (tree.known_clone_id(&host), purpose) {
        (Some(id), _) => Ok(id),
        (None, Purpose::Look) => Ok(CloneId::new(SystemIds.fresh())),
        (None, _) => {
            let _lock = take_turn(tree, actor, &SystemClock).await?;
            Ok(tree.clone_id(&host)?.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_from_where_one_stands() {
        let at = |here: &str, path: &str| below(Path::new("/p"), Path::new(here), Path::new(path));
        for (here, path, expected) in [
            ("/p", "a/b/", Some("a/b")),
            ("/p/a", "b", Some("a/b")),
            ("/p/a", ".", Some("a")),
            ("/p/a", "..", Some("")),
            ("/p/a", "./../c", Some("c")),
            ("/p/a", "/p/d", Some("d")),
            ("/p/a", "../..", None),
            ("/p/a", "/elsewhere", None),
        ] {
            assert_eq!(at(here, path).as_deref(), expected, "{here} {path}");
        }
    }
}
