//! Everything that a run needs: both sides, who runs it, and what comes from outside.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::Config;
use crate::model::{Actor, Clock, CloneId, CorrelationId, DocPath, Ids, Progress, ProjectId};
use crate::store::Store;
use crate::tree::{GitDirs, Tree};

/// One clone's tree, its database, and the command that is at work on them.
pub struct Workspace {
    /// The settings.
    pub config: Config,
    /// The project that the tree belongs to.
    pub project: ProjectId,
    /// The folder that holds everything that is kept in step.
    pub root: DocPath,
    /// The folder for this working copy's local state.
    pub state: PathBuf,
    /// The repository that it is in, if it is in one.
    pub git: Option<GitDirs>,
    /// The files.
    pub tree: Tree,
    /// The rows.
    pub store: Arc<dyn Store>,
    /// This working copy.
    pub clone: CloneId,
    /// Who.
    pub actor: Actor,
    /// This command.
    pub correlation: CorrelationId,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn Ids>,
    /// Who hears how far long work is.
    pub progress: Arc<dyn Progress>,
}
