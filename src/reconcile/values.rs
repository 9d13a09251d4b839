//! What the values of one part become: each by its key, lists of a YAML text as one.

use std::collections::{BTreeMap, BTreeSet};

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
pub(super) fn settle<P: Clone, C: Content>(
    name: &P,
    ground: &Ground<'_, C>,
    contested: &BTreeSet<C::Key>,
) -> Settled<P, C> {
    let mut settled = Settled { values: ground.row.values().clone(), collisions: Vec::new() };
    let (wholes, singles) = keys(ground);
    for key in singles.difference(contested) {
        let (value, collision) = one_value(ground, key);
        put(&mut settled.values, key, value);
        settled.collisions.extend(collision.map(|kind| collision_at(name, ground, key, kind)));
    }
    for whole in &wholes {
        let collision = one_whole(ground, whole, &mut settled.values);
        settled.collisions.extend(collision.map(|kind| collision_at(name, ground, whole, kind)));
    }
    settled
}

/// The wholes and the keys outside of them that base, file or row have.
fn keys<C: Content>(ground: &Ground<'_, C>) -> (BTreeSet<C::Key>, BTreeSet<C::Key>) {
    let (mut wholes, mut singles) = (BTreeSet::new(), BTreeSet::new());
    for key in ground.base.into_iter().chain([&ground.file.content, ground.row]).flat_map(|c| c.values().keys()) {
        match C::whole(key) {
            Some(whole) => wholes.insert(whole),
            None => singles.insert(key.clone()),
        };
    }
    (wholes, singles)
}

fn one_value<C: Content>(ground: &Ground<'_, C>, key: &C::Key) -> (Option<C::Value>, Option<ConflictKind>) {
    let of = |content: &'_ C| content.values().get(key).cloned();
    let standing = ground.standing(|content| content.values().get(key));
    let values = ThreeWay { base: ground.base.and_then(of), file: of(&ground.file.content), row: of(ground.row) };
    match standing {
        Standing::Agree | Standing::Row => (values.row, None),
        Standing::File => (values.file, None),
        _ => both_changed(ground, key, standing, values),
    }
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
        _ => (values.row, Some(clash(C::class(key), standing))),
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

/// A list changes as one; two changes of one list hold the part.
fn one_whole<C: Content>(
    ground: &Ground<'_, C>,
    whole: &C::Key,
    values: &mut BTreeMap<C::Key, C::Value>,
) -> Option<ConflictKind> {
    let standing = ground.standing(|content| items(content, whole));
    if standing.is_for_file() {
        values.retain(|key, _| C::whole(key).as_ref() != Some(whole));
        values.extend(items(&ground.file.content, whole).into_iter().map(|(k, v)| (k.clone(), v.clone())));
    }
    match standing {
        Standing::Agree | Standing::Row | Standing::File => None,
        Standing::Supersedes | Standing::SeenInGit | Standing::GitsWord => Some(ConflictKind::Superseded),
        Standing::Collide => Some(ConflictKind::Body),
        Standing::Unrelated => Some(ConflictKind::NoBase),
    }
}

fn items<'c, C: Content>(content: &'c C, whole: &C::Key) -> Vec<(&'c C::Key, &'c C::Value)> {
    content.values().iter().filter(|(key, _)| C::whole(key).as_ref() == Some(whole)).collect()
}

fn put<K: Ord + Clone, V>(values: &mut BTreeMap<K, V>, key: &K, value: Option<V>) {
    match value {
        Some(value) => values.insert(key.clone(), value),
        None => values.remove(key),
    };
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
