//! Merges AGENT.yml by structure where lines cannot tell: two keys that both sides put in one place, or what stands
//! around a value that somebody decided.
//!
//! One of both sides must have changed nothing but structure, so that the other's text, with that structure, has every
//! word of both.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Said, Side};
use crate::document::{Document, Hole, SlotKey, place, pointer_of, value_of};
use crate::model::ThreeWay;

/// The document that says what both sides made of it, with these values.
pub(super) fn rebuilt(
    sides: ThreeWay<&Document>,
    values: &BTreeMap<Hole, Said>,
    chosen: &[(&Hole, Side)],
) -> Option<Document> {
    let role = sides.row.role();
    let json = ThreeWay { base: sides.base.to_json()?, file: sides.file.to_json()?, row: sides.row.to_json()? };
    let chosen = chosen.iter().filter_map(|(hole, side)| Some((pointer(hole, role)?, *side))).collect();
    let mut merger = Merger { chosen, settled: Vec::new() };
    let mut wanted = merger.merge("", json.map(Some))??;
    let holes: BTreeSet<Hole> =
        [sides.file, sides.row].into_iter().flat_map(|side| side.skeleton().values.into_keys()).collect();
    for hole in holes.iter().chain(values.keys()) {
        let pointer = pointer(hole, role)?;
        if merger.settled.iter().any(|settled| is_within(&pointer, settled)) {
            continue;
        }
        let said = |side: &Document, json: &Value| {
            let is_said =
                side.slot(&hole.key).map(|slot| side.raw(slot)) == values.get(hole).map(|said| said.raw.as_str());
            json.pointer(&pointer).filter(|_| is_said).cloned()
        };
        let value = match values.get(hole) {
            None => None,
            Some(value) => {
                said(sides.file, json.file).or_else(|| said(sides.row, json.row)).or_else(|| value_of(&value.raw).ok())
            }
        };
        place(&mut wanted, &pointer, value);
    }
    let is_made =
        |from: &Document, json: &Value, to: &Document| from.conform(json).is_ok_and(|made| made.text() == to.text());
    let comments = |document: &Document| document.text().matches('#').count();
    let is_bare = |side: &Document, said: &Value| {
        is_made(sides.base, said, side)
            || comments(side) == comments(sides.base) && is_made(side, json.base, sides.base)
    };
    let start = match () {
        () if is_bare(sides.file, json.file) => sides.row,
        () if is_bare(sides.row, json.row) => sides.file,
        () => return None,
    };
    start.conform(&wanted).ok()
}

fn pointer(hole: &Hole, role: crate::model::Role) -> Option<String> {
    match &hole.key {
        SlotKey::Pointer(pointer) => Some(pointer.clone()),
        SlotKey::Field(field) => pointer_of(role, *field).map(str::to_owned),
    }
}

/// Whether `pointer` is `outer` or stands below it.
fn is_within(pointer: &str, outer: &str) -> bool {
    pointer.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

struct Merger {
    chosen: Vec<(String, Side)>,
    /// What was taken as one side has it.
    settled: Vec<String>,
}

impl Merger {
    /// What three versions of the value at `pointer` become; the outer `None` is a collision.
    fn merge(&mut self, pointer: &str, sides: ThreeWay<Option<&Value>>) -> Option<Option<Value>> {
        let ThreeWay { base, file, row } = sides;
        if file == row || file == base {
            return Some(row.cloned());
        }
        if row == base {
            return Some(file.cloned());
        }
        if let (Some(Value::Object(file)), Some(Value::Object(row))) = (file, row) {
            let none = Map::new();
            let base = base.and_then(Value::as_object).unwrap_or(&none);
            let keys: BTreeSet<&String> = base.keys().chain(file.keys()).chain(row.keys()).collect();
            let mut merged = Map::new();
            for key in keys {
                let inner = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                let sides = ThreeWay { base: base.get(key), file: file.get(key), row: row.get(key) };
                merged.extend(self.merge(&inner, sides)?.map(|value| (key.clone(), value)));
            }
            return Some(Some(Value::Object(merged)));
        }
        let chosen = self.chosen.iter().find(|(chosen, _)| is_within(chosen, pointer)).map(|(_, side)| *side);
        let is_one_value = |side: Option<&Value>| !matches!(side, Some(Value::Object(_)));
        match chosen {
            Some(side) => {
                self.settled.push(pointer.to_owned());
                Some(if side == Side::File { file.cloned() } else { row.cloned() })
            }
            // A slot, whose value is settled already.
            None if is_one_value(file) && is_one_value(row) && is_one_value(base) => Some(row.cloned()),
            None => None,
        }
    }
}
