//! Where a command is carried out: what was asked for, the screen, and the workspace once it is needed.

use std::sync::Arc;

use serde::Serialize;

use super::args::Global;
use super::failure::{Exit, Failure};
use super::screen::{Screen, Talk};
use super::settings::{self, Settled};
use super::surroundings::{self, SystemClock, SystemIds};
use super::{json, progress};
use crate::model::{CloneId, CorrelationId, Ids as _};
use crate::sync::Workspace;
use crate::tree::{Disk, Layout, Tree};

/// The global options and the screen of one command.
pub(super) struct Desk<'a> {
    pub(super) global: &'a Global,
    pub(super) screen: &'a mut Screen,
}

impl Desk<'_> {
    /// Opens the workspace, does the work in it, and prints what came of it; `kind` names the answer in JSON.
    pub(super) fn work<T: Serialize, E: Into<Failure>>(
        &mut self,
        kind: &str,
        work: impl AsyncFnOnce(&Workspace) -> Result<T, E>,
        print: impl FnOnce(&T, &mut Screen),
    ) -> Result<T, Failure> {
        let outcome = block_on(async {
            let workspace = self.open().await?;
            work(&workspace).await.map_err(Into::into)
        })?;
        self.answer(kind, &outcome, print);
        Ok(outcome)
    }

    /// Prints an answer for a person or for a program.
    pub(super) fn answer<T: Serialize>(&mut self, kind: &str, answer: &T, print: impl FnOnce(&T, &mut Screen)) {
        if self.global.json {
            json::print(self.screen, kind, answer);
        } else {
            print(answer, self.screen);
        }
    }

    async fn open(&mut self) -> Result<Workspace, Failure> {
        let Settled { project, config, environment, .. } = settings::settle(self.global, self.screen)?;
        let located = project?;
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let no_id = || {
            Failure::new("no-project-id", Exit::Failed, "`instep.toml` says no project id")
                .hint("`instep init` writes one")
        };
        let project = config.project.as_ref().ok_or_else(no_id)?.value;
        let root = config.root.value.clone();
        let tree = Tree::new(Layout::new(root.clone()), Box::new(Disk::open(&located)?), clock.clone(), ids.clone());
        let clone = tree.known_clone_id(&surroundings::host()).unwrap_or_else(|| CloneId::new(ids.fresh()));
        Ok(Workspace {
            project,
            root,
            tree,
            store: todo!(),
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

/// One thread is enough for one command.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let failed = |error| Failure::new("no-runtime", Exit::Failed, "cannot start the runtime").caused_by(&error);
    runtime.map_err(failed)?.block_on(work)
}
