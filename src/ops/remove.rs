//! Deletes sprints, tasks and agents on both sides; the history keeps them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::resolve::resolve_each;
use super::{OpError, Workspace};
use crate::model::{EntityKind, Reference, Row};
use crate::store::ListQuery;
use crate::sync::{Deed, Edit, Order, SyncReport, carry_out};

/// Delete sprints, tasks or agents.
#[derive(Debug, Clone, clap::Args, Deserialize, JsonSchema)]
pub struct Remove {
    /// Which ones
    #[arg(value_name = "REF", required = true)]
    #[schemars(with = "Vec<String>")]
    pub references: Vec<Reference>,
    /// Delete a sprint together with its tasks
    #[arg(long)]
    #[serde(default)]
    pub with_tasks: bool,
}

impl Remove {
    /// What would be deleted, children first, as references.
    ///
    /// # Errors
    /// A reference that names none or several; a sprint that has tasks.
    pub async fn victims(&self, ws: &Workspace) -> Result<Vec<Row>, OpError> {
        let mut victims: Vec<Row> = Vec::new();
        for record in resolve_each(ws, &self.references).await? {
            if record.kind == EntityKind::Sprint {
                let query = ListQuery { kind: Some(EntityKind::Task), sprint: Some(record.id), ..ListQuery::default() };
                let tasks = ws.store.list(&query).await?.items;
                if !tasks.is_empty() && !self.with_tasks {
                    return Err(OpError::HasTasks { sprint: record.row.code, tasks: tasks.len() });
                }
                victims.extend(tasks);
            }
            victims.push(record.row);
        }
        victims.sort_by_key(|row| (std::cmp::Reverse(row.kind), row.id));
        victims.dedup_by_key(|row| row.id);
        Ok(victims)
    }

    /// Deletes them.
    ///
    /// # Errors
    /// As [`victims`](Self::victims); a side that cannot be written.
    pub async fn run(self, ws: &Workspace) -> Result<SyncReport, OpError> {
        let victims = self.victims(ws).await?;
        let edits = victims.into_iter().map(|row| Edit { entity: row.id, deed: Deed::Delete }).collect();
        Ok(carry_out(ws, Order { edits, ..Order::default() }).await?)
    }
}
