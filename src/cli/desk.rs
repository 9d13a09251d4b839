//! Where a command is carried out: what was asked for, the screen, and the workspace once it is needed.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use super::args::Global;
use super::failure::{Exit, Failure};
use super::screen::{Screen, Talk};
use super::settings::{self, Settled};
use super::surroundings::{self, SystemClock, SystemIds};
use super::{json, progress, report};
use crate::model::{CorrelationId, Epoch, Ids, ProjectId};
use crate::ops::OpError;
use crate::store::sqlite::{NewProject, Place, SqliteStore, migrate};
use crate::store::{Store, StoreError};
use crate::sync::{SyncReport, Workspace};
use crate::tree::{Disk, Layout, StateDirs, Tree};

/// The file of the embedded database, in the state that all working trees share.
const DATABASE: &str = "instep.db";

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
        let workspace = self.open()?;
        let answer = self.wait(work(&workspace))?;
        self.answer(kind, &answer, print);
        Ok(Exit::Done)
    }

    /// Opens the workspace, changes something, and prints what was done.
    pub(super) fn change(
        &mut self,
        kind: &str,
        work: impl AsyncFnOnce(&Workspace) -> Result<SyncReport, OpError>,
    ) -> Result<Exit, Failure> {
        self.look(kind, work, report::print_change)
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
    pub(super) fn open(&mut self) -> Result<Workspace, Failure> {
        let Settled { project, config, environment, .. } = settings::settle(self.global, self.screen)?;
        let located = project?;
        self.root.clone_from(&located.root);
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let project = config.project.as_ref().ok_or_else(|| {
            let hint = format!("write `id = \"{}\"` under `[project]`", ids.fresh());
            Failure::new("no-project-id", Exit::Failed, "`instep.toml` says no project id").hint(hint)
        });
        let project = project?.value;
        let root = config.root.value.clone();
        let tree = Tree::new(Layout::new(root.clone()), Box::new(Disk::open(&located)?), clock.clone(), ids.clone());
        let (clone, _) = tree.clone_id(&surroundings::host())?;
        let name = config.name.as_ref().map_or_else(String::new, |name| name.value.clone());
        let database = self.wait(embedded(&located.state, project, name, &*ids))?;
        Ok(Workspace {
            project,
            root,
            tree,
            store: database,
            state: located.state.private,
            clone,
            actor: surroundings::actor(&environment),
            correlation: CorrelationId::new(ids.fresh()),
            progress: progress::bars(self.screen.talk() > Talk::Quiet),
            clock,
            ids,
            config,
        })
    }
}

/// The database of this clone, made where there is none and brought forward where it is older than the program.
async fn embedded(
    state: &StateDirs,
    project: ProjectId,
    name: String,
    ids: &dyn Ids,
) -> Result<Box<dyn Store>, StoreError> {
    let place = Place::new(state.shared.join(DATABASE));
    let project = NewProject { id: project, name, epoch: Epoch::new(ids.fresh()) };
    let opened = match SqliteStore::create(place.clone(), &project).await {
        Err(StoreError::TooOld { .. }) => {
            migrate(&place).await?;
            SqliteStore::open(place).await
        }
        opened => opened,
    };
    Ok(Box::new(opened?))
}
