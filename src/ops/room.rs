//! Whether there is room for something that is to be made.

use std::collections::BTreeMap;

use super::view::reference;
use super::{MakeError, OpError, Workspace};
use crate::model::{Code, DocPath, EntityId, EntityKind, Home, Record};
use crate::store::Selection;
use crate::sync::Creation;
use crate::tree::{Address, FileKind, Layout};

/// Refuses to make what is there already, as one of `rows` or as a file that is no row yet.
///
/// This is for a good message; whoever comes in between is found when the files are written.
///
/// # Errors
/// What is there, and where.
pub(super) fn refuse_taken(
    ws: &Workspace,
    creation: &Creation,
    rows: &[Record],
    sprints: &BTreeMap<String, (EntityId, String)>,
) -> Result<(), OpError> {
    let sprint = sprints.values().find(|(id, _)| Some(*id) == creation.sprint).map(|(_, code)| code.as_str());
    let Some(address) = address(creation.kind, &creation.code, sprint) else { return Ok(()) };
    if let Some(row) = rows.iter().find(|row| is_same(row, creation)) {
        let codes = sprints.values().cloned().collect();
        return Err(OpError::Taken { code: reference(row, &codes) });
    }
    let mut paths = paths(ws.tree.layout(), &address, creation).into_iter();
    paths.try_for_each(|path| refuse_occupied(ws, &path, &address))
}

/// The rows that may have the places of `creations` already.
pub(super) async fn rows(ws: &Workspace, creations: &[Creation]) -> Result<Vec<Record>, OpError> {
    let codes: Vec<String> = creations.iter().map(|creation| creation.code.folded()).collect();
    Ok(ws.store.records(Selection::Codes(&codes)).await?)
}

fn is_same(row: &Record, creation: &Creation) -> bool {
    !row.deleted
        && row.kind == creation.kind
        && row.sprint == creation.sprint
        && row.code.eq_ignore_ascii_case(creation.code.as_str())
}

/// Where something is going to lie, for messages.
pub(super) fn place(layout: &Layout, kind: EntityKind, code: &Code, sprint: Option<&str>) -> String {
    address(kind, code, sprint).map_or_else(|| code.to_string(), |address| layout.path(&address).to_string())
}

fn address(kind: EntityKind, code: &Code, sprint: Option<&str>) -> Option<Address> {
    let code = code.clone();
    Some(match (kind, sprint) {
        (EntityKind::Sprint, _) => Address::Sprint(code),
        (EntityKind::Agent, _) => Address::Agent(code),
        (EntityKind::Task, None) => Address::Task(Home::Backlog, code),
        (EntityKind::Task, Some(sprint)) => Address::Task(Home::Sprint(Code::new(sprint).ok()?), code),
    })
}

/// Where its documents are going to lie.
fn paths(layout: &Layout, address: &Address, creation: &Creation) -> Vec<DocPath> {
    let folder = layout.path(address);
    match address {
        Address::Agent(_) => vec![folder],
        _ => creation.documents.iter().filter_map(|(_, name, _)| folder.join(name).ok()).collect(),
    }
}

/// Looks at the path, and at the folder around it, which may be a file.
fn refuse_occupied(ws: &Workspace, path: &DocPath, address: &Address) -> Result<(), OpError> {
    let own_folder = path.parent().filter(|_| address.kind() != EntityKind::Agent);
    for (place, is_folder) in [(own_folder, true), (Some(path.clone()), false)] {
        let Some((place, kind)) = place.and_then(|place| Some((place.clone(), ws.tree.kind(&place)?))) else {
            continue;
        };
        if !(is_folder && kind == FileKind::Folder) {
            return Err(OpError::from(MakeError::Occupied { path: place, kind }));
        }
    }
    Ok(())
}
