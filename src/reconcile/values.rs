//! What the values of one part become, each by its key.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::{Choices, Side};
use super::facet::{Ground, Standing};
use super::{Class, Collision, Content};
use crate::model::{ConflictKind, ThreeWay};

/// What the values of one part become, and what collided on the way.
pub(super) struct Settled<P, C: Content> {
    /// The values of the row from now on.
    pub(super) values: BTreeMap<C::Key, C::Value>,
    /// What collided or gave way.
    pub(super) collisions: Vec<Collision<P, C>>,
}

/// Settles every value of the part `name`, except that the row keeps those in `contested`.
pub(super) fn settle<P: Clone + PartialEq, C: Content>(
    name: &P,
    ground: &Ground<'_, C>,
    contested: &BTreeSet<C::Key>,
    choices: Choices<'_, P, C>,
) -> Settled<P, C> {
    let mut settled = Settled { values: ground.row.values().clone(), collisions: Vec::new() };
    for key in keys(ground).difference(contested) {
        let (value, clash) = match (one_value(ground, key), choices.of(name, Some(key))) {
            ((_, Some(kind)), Some(side)) if !kind.is_closed_at_birth() => (said_by(side, ground, key), None),
            (settled, _) => settled,
        };
        match value {
            Some(value) => settled.values.insert(key.clone(), value),
            None => settled.values.remove(key),
        };
        settled.collisions.extend(clash.map(|kind| collision_at(name, ground, key, kind)));
    }
    settled
}

/// The value that one side has.
fn said_by<C: Content>(side: Side, ground: &Ground<'_, C>, key: &C::Key) -> Option<C::Value> {
    let content = match side {
        Side::File => &ground.file.content,
        Side::Row => ground.row,
    };
    content.values().get(key).cloned()
}

/// The keys that base, file or row have.
fn keys<C: Content>(ground: &Ground<'_, C>) -> BTreeSet<C::Key> {
    let contents = ground.base.into_iter().chain([&ground.file.content, ground.row]);
    contents.flat_map(|content| content.values().keys()).cloned().collect()
}

fn one_value<C: Content>(ground: &Ground<'_, C>, key: &C::Key) -> (Option<C::Value>, Option<ConflictKind>) {
    let of = |content: &C| content.values().get(key).cloned();
    let standing = ground.standing(|content| content.values().get(key));
    let values = ThreeWay { base: ground.base.and_then(of), file: of(&ground.file.content), row: of(ground.row) };
    match standing {
        Standing::Row if values.file.is_some() != values.row.is_some() && is_half_read(ground, key) => {
            (values.file, None)
        }
        Standing::Agree | Standing::Row => (values.row, None),
        Standing::File => (values.file, None),
        _ => both_changed(ground, key, standing, values),
    }
}

/// Whether the row has of `key` what this clone read while the file was being written.
fn is_half_read<C: Content>(ground: &Ground<'_, C>, key: &C::Key) -> bool {
    ground.was_read_half() && ground.is_own_since(|content| content.values().get(key))
}

/// Two spellings of one meaning are one value; a set holds both changes; else the standing counts.
fn both_changed<C: Content>(
    ground: &Ground<'_, C>,
    key: &C::Key,
    standing: Standing,
    values: ThreeWay<Option<C::Value>>,
) -> (Option<C::Value>, Option<ConflictKind>) {
    let superseded = Some(ConflictKind::Superseded);
    if same::<C>(&values.file, &values.row) || same::<C>(&values.row, &values.base) {
        return (values.file, superseded);
    }
    if same::<C>(&values.file, &values.base) {
        return (values.row, superseded);
    }
    if let Some(merged) = merged_set(ground.row, key, values.as_ref()) {
        return (Some(merged), None);
    }
    match standing {
        Standing::Supersedes | Standing::SeenInGit | Standing::GitsWord => (values.file, superseded),
        _ => {
            let sides = ThreeWay { base: ground.base, file: Some(&ground.file.content), row: Some(ground.row) };
            (values.row, Some(clash(C::class_between(key, sides), standing)))
        }
    }
}

/// Whether both are there and mean the same.
fn same<C: Content>(a: &Option<C::Value>, b: &Option<C::Value>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if C::same_meaning(a, b))
}

fn merged_set<C: Content>(row: &C, key: &C::Key, values: ThreeWay<&Option<C::Value>>) -> Option<C::Value> {
    let ThreeWay { base: Some(base), file: Some(file), row: Some(said) } = values else { return None };
    let merged = C::merge_values(ThreeWay { base, file, row: said })?;
    row.respelled(key, &merged)
}

/// Only what is nobody's is held; where the row wins, that nothing tells the base changes nothing.
fn clash(class: Class, standing: Standing) -> ConflictKind {
    match class {
        Class::FileFirst if standing == Standing::Unrelated => ConflictKind::NoBase,
        Class::FileFirst => ConflictKind::Body,
        Class::Shared => ConflictKind::Field,
        Class::DbFirst => ConflictKind::Superseded,
    }
}

/// The collision of one value, with what each side says of it.
pub(super) fn collision_at<P: Clone, C: Content>(
    name: &P,
    ground: &Ground<'_, C>,
    key: &C::Key,
    kind: ConflictKind,
) -> Collision<P, C> {
    Collision {
        key: Some(key.clone()),
        base: ground.base.and_then(|base| base.values().get(key).cloned()),
        file: ground.file.content.values().get(key).cloned(),
        row: ground.row.values().get(key).cloned(),
        ..Collision::of_part(kind, name)
    }
}
