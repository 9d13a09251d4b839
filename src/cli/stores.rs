//! Opens the database that the settings name, and never another one in its place.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::desk::{Purpose, project_id};
use super::failure::{Effect, Exit, Failure};
use super::surroundings::SystemIds;
use crate::config::{Config, Database, DatabaseUrl};
use crate::model::{Epoch, Ids as _, ProjectId, RunId};
use crate::store::postgres::{PostgresStore, Server};
use crate::store::sqlite::{Giver, Place, SqliteStore};
use crate::store::{Moved, NewProject, Store, StoreError, postgres, sqlite};
use crate::tree::{Located, StateDirs, is_there};

/// The file of the embedded database, in the state that worktrees share.
const DATABASE: &str = "instep.db";

/// Where the embedded database lies.
pub(super) fn embedded_file(state: &StateDirs) -> PathBuf {
    state.shared.join(DATABASE)
}

/// Opens the database for a purpose.
pub(super) async fn open(located: &Located, config: &Config, purpose: Purpose) -> Result<Arc<dyn Store>, Failure> {
    let store: Arc<dyn Store> = match &config.database.value {
        Database::Embedded => Arc::new(embedded(Place::new(embedded_file(&located.state)), config, purpose).await?),
        Database::Shared { url, .. } => {
            let store = shared(url, config, purpose).await?;
            if matches!(purpose, Purpose::Begin | Purpose::Change) {
                check_pushed(&embedded_file(&located.state), &store).await?;
            }
            Arc::new(store)
        }
    };
    // The process ends with the command. To close the file in good order would move its log into it and wait twice for
    // the disk; the next one to open it reads the log first.
    std::mem::forget(Arc::clone(&store));
    Ok(store)
}

async fn embedded(place: Place, config: &Config, purpose: Purpose) -> Result<SqliteStore, Failure> {
    let opened = match purpose {
        Purpose::Look => SqliteStore::open(place).await,
        Purpose::Change | Purpose::Migrate => open_current(place).await,
        Purpose::Begin => match SqliteStore::create(place.clone(), &fresh(config)?).await {
            Err(StoreError::TooOld { .. }) => open_current(place).await,
            opened => opened,
        },
    };
    Ok(opened?)
}

/// An embedded database belongs to this clone alone: it is brought forward without being asked, after a backup.
async fn open_current(place: Place) -> Result<SqliteStore, StoreError> {
    match SqliteStore::open(place.clone()).await {
        Err(StoreError::TooOld { .. }) => {
            sqlite::migrate(&place).await?;
            SqliteStore::open(place).await
        }
        opened => opened,
    }
}

/// A shared database belongs to a team: its tables are made and changed only by those who ask for it.
async fn shared(url: &DatabaseUrl, config: &Config, purpose: Purpose) -> Result<PostgresStore, Failure> {
    let server = Server::at(url)?;
    let opened = match purpose {
        Purpose::Look | Purpose::Change => PostgresStore::open(server).await,
        Purpose::Begin => PostgresStore::create(server, &fresh(config)?).await,
        Purpose::Migrate => {
            let is_changed = postgres::migrate(&server).await?.is_some();
            let created = PostgresStore::create(server, &fresh(config)?).await.map_err(Failure::from);
            return created.map_err(|failure| if is_changed { failure.after(Effect::Begun) } else { failure });
        }
    };
    Ok(opened?)
}

/// Moves the plan of the embedded database to the shared one that the settings name.
pub(super) async fn hand_over(file: &Path, url: &DatabaseUrl, project: ProjectId) -> Result<Moved, Failure> {
    let place = Place::new(file);
    let embedded = open_current(place.clone()).await?;
    let held = embedded.head().await?.project;
    embedded.close().await?;
    if held != project {
        let message = format!("{} holds the project {held}, and `instep.toml` says {project}", file.display());
        return Err(Failure::new("other-project", Exit::Brake, message).hint("put the right database there"));
    }
    let shared = PostgresStore::open(Server::at(url)?).await?;
    let mut giver = Giver::open(place).await?;
    let moved = shared.take_over(&mut giver, RunId::new(SystemIds.fresh())).await?;
    giver.close().await?;
    Ok(moved)
}

/// Refuses to begin a history anew while the embedded database has one that was not moved.
async fn check_pushed(file: &Path, shared: &PostgresStore) -> Result<(), Failure> {
    if !is_there(file) || shared.head().await?.cursor.seq > 0 {
        return Ok(());
    }
    let has_history = match SqliteStore::open(Place::new(file)).await {
        Ok(embedded) => embedded.head().await?.cursor.seq > 0,
        Err(error) => matches!(error, StoreError::TooOld { .. }),
    };
    if !has_history {
        return Ok(());
    }
    let message = format!("the shared database is empty, and the history of this plan lies in {}", file.display());
    Err(Failure::new("not-pushed", Exit::Brake, message)
        .hint("`instep db push` moves it; to begin anew from the files, put that file away first"))
}

fn fresh(config: &Config) -> Result<NewProject, Failure> {
    let name = config.name.as_ref().map(|name| name.value.clone()).unwrap_or_default();
    Ok(NewProject { id: project_id(config)?, name, epoch: Epoch::new(SystemIds.fresh()) })
}
