//! What people and agents can do: one use case per file.
//!
//! Each has an input, an outcome and `run`. The input derives `clap::Args`, `Deserialize` and `JsonSchema`: its fields
//! and their comments are the flags of the command line, the schema of a tool and the body of a request at once.
//! Nothing here prints, and nothing here writes past [`sync`](crate::sync).

mod adr;
mod collided;
mod conflict;
mod database;
mod decision;
mod diff;
mod doctor;
mod doctor_fields;
mod error;
mod init;
mod list;
mod listed;
mod made;
mod make_error;
mod new;
mod next;
mod relocate;
mod remove;
mod resolve;
mod room;
mod rows_alone;
mod scaffold;
mod set;
mod shelf;
mod show;
mod synchronise;
mod templates;
mod view;

pub use adr::{AdrMade, AdrNew};
pub use collided::Texts;
pub use conflict::{ConflictList, ConflictShow, ConflictView, NewId, TakeDatabase, TakeEdited, TakeFile};
pub use database::{BESIDE, DatabaseInfo, DatabaseView, OldDatabases, SET_ASIDE, TableSize};
pub use diff::{Diff, EntityDiff, FieldDiff, FileDiff, difference};
pub use doctor::{Checkup, Finding};
pub use doctor_fields::{
    DocumentTrouble, FieldCount, FieldsOptions, FieldsReport, FolderFields, RawValue, role_by_name,
};
pub use error::OpError;
pub use init::{Init, Initialised};
pub use list::{AgentList, Listing, PageOptions, SprintList, TaskList, sort_words};
pub use make_error::MakeError;
pub use new::{AgentNew, SprintNew, TaskNew, TemplateOptions};
pub use next::{NextTasks, TaskNext, Waiting};
pub use relocate::Relocate;
pub use remove::Remove;
pub use rows_alone::RowsAlone;
pub use scaffold::{Scaffold, Scaffolded};
pub use set::{Set, SetStatus, settable, statuses};
pub use show::{DocumentView, Show, Shown};
pub use synchronise::{Status, Sync};
pub use templates::{TemplateCheck, TemplateList, TemplateShow, TemplateVerdict, TemplateView, VariableView};
pub use view::EntityView;

pub use crate::sync::Workspace;
