//! Every value that somebody writes is a word of its own, so that a silent loss shows (P2).

use std::collections::{BTreeMap, BTreeSet};

/// The number in a word such as `w17w`.
pub(crate) type Value = u32;

/// The words of a text that somebody wrote as values.
pub(crate) fn values_in(text: &str) -> BTreeSet<Value> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter_map(|word| word.strip_prefix('w')?.strip_suffix('w')?.parse().ok()).collect()
}

/// The word of a value.
pub(crate) fn word(value: Value) -> String {
    format!("w{value}w")
}

/// What came of a value by somebody who saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Successor {
    Value(Value),
    /// Taken away, or decided against.
    Nothing,
}

/// Every value that is followed, and what was knowingly made of it.
#[derive(Debug, Default)]
pub(crate) struct Values {
    last: Value,
    successors: BTreeMap<Value, Vec<Successor>>,
}

impl Values {
    /// A value that nobody wrote before.
    pub(crate) fn fresh(&mut self) -> Value {
        self.last += 1;
        self.last
    }

    /// Somebody asks for a value that nobody wrote before; others may see it before it is known to be written.
    pub(crate) fn asked(&mut self) -> Value {
        let new = self.fresh();
        self.successors.entry(new).or_default();
        new
    }

    /// Somebody who saw `seen` left `result`, with the new value `new` in it.
    pub(crate) fn wrote(&mut self, new: Value, seen: &BTreeSet<Value>, result: &BTreeSet<Value>) {
        self.successors.entry(new).or_default();
        self.replaced(seen.difference(result).copied(), Successor::Value(new));
    }

    /// Somebody who saw `seen` wanted it gone.
    pub(crate) fn took_away(&mut self, seen: &BTreeSet<Value>) {
        self.replaced(seen.iter().copied(), Successor::Nothing);
    }

    fn replaced(&mut self, values: impl Iterator<Item = Value>, successor: Successor) {
        for value in values {
            if let Some(successors) = self.successors.get_mut(&value) {
                successors.push(successor);
            }
        }
    }

    /// Stops following values: people or a restored backup destroyed them where this program never saw them.
    pub(crate) fn forget(&mut self, is_gone: impl Fn(Value) -> bool) {
        self.successors.retain(|value, _| !is_gone(*value));
    }

    /// The values that are neither in `held` nor knowingly replaced by something that is.
    pub(crate) fn lost(&self, held: &BTreeSet<Value>) -> Vec<Value> {
        self.successors.keys().copied().filter(|value| !self.is_fine(*value, held, &mut BTreeSet::new())).collect()
    }

    fn is_fine(&self, value: Value, held: &BTreeSet<Value>, asked: &mut BTreeSet<Value>) -> bool {
        let is_fine = |successor: &Successor, asked: &mut BTreeSet<Value>| match successor {
            Successor::Nothing => true,
            Successor::Value(next) => asked.insert(*next) && self.is_fine(*next, held, asked),
        };
        match self.successors.get(&value) {
            _ if held.contains(&value) => true,
            // It is not followed any more, and neither is what came before it.
            None => true,
            Some(successors) => successors.iter().any(|successor| is_fine(successor, asked)),
        }
    }
}
