//! Where a key goes that a YAML mapping lacks, and which bytes are one entry of it.

use super::extent::Extents;
use super::nodes::{Node, What, scan};
use super::places::{after, child};
use crate::model::Span;

/// What one text has in the place of what another text has there; all nodes before and behind are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Difference {
    pub(in super::super) gone: Run,
    pub(in super::super) added: Run,
}

/// A run of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Run {
    Nothing,
    Scalars,
    Anything,
}

/// Compares all nodes of two texts; `None` where one of them is refused.
pub(in super::super) fn difference(old: &str, new: &str) -> Option<Difference> {
    let (old, new) = (scan(old).ok()?, scan(new).ok()?);
    let same = |(a, b): &(&Node<'_>, &Node<'_>)| is_same_node(a, b);
    let is_value = |(a, b): (&Node<'_>, &Node<'_>)| {
        let are_scalars = [a, b].into_iter().all(|node| matches!(node.what, What::Scalar { .. }));
        same(&(a, b)) || are_scalars && a.anchor == b.anchor
    };
    if old.len() == new.len() && old.iter().zip(&new).all(is_value) {
        return Some(Difference { gone: Run::Scalars, added: Run::Scalars });
    }
    let shorter = old.len().min(new.len());
    let head = old.iter().zip(&new).take_while(same).count();
    let tail = old.iter().rev().zip(new.iter().rev()).take(shorter - head).take_while(same).count();
    Some(Difference { gone: run(&old[head..old.len() - tail]), added: run(&new[head..new.len() - tail]) })
}

/// Whether both say the same in the same way, wherever they stand.
pub(super) fn is_same_node(a: &Node<'_>, b: &Node<'_>) -> bool {
    (&a.what, a.anchor, a.is_tagged) == (&b.what, b.anchor, b.is_tagged)
}

fn run(nodes: &[Node<'_>]) -> Run {
    match nodes {
        [] => Run::Nothing,
        _ if nodes.iter().all(is_bare_scalar) => Run::Scalars,
        _ => Run::Anything,
    }
}

fn is_bare_scalar(node: &Node<'_>) -> bool {
    matches!(node.what, What::Scalar { .. }) && node.anchor == 0
}

/// Whether the mapping has `pointer`, whatever its value is.
pub(in super::super) fn has(source: &str, pointer: &str) -> bool {
    let Ok(nodes) = scan(source) else { return false };
    let Some((parent, _)) = pointer.rsplit_once('/') else { return false };
    mapping_at(&nodes, parent)
        .is_some_and(|at| entries(source, &nodes, at, parent).iter().any(|entry| entry.pointer == pointer))
}

/// Whether `pointer` is a mapping that nothing shares.
pub(in super::super) fn has_mapping(source: &str, pointer: &str) -> bool {
    scan(source).is_ok_and(|nodes| mapping_at(&nodes, pointer).is_some())
}

/// Where to put `pointer` with the value `scalar`, and what to put there; `None` where its parent is no mapping.
///
/// `beside` are pointers that it likes to stand behind.
pub(in super::super) fn insertion(
    source: &str,
    pointer: &str,
    scalar: &str,
    beside: &[&str],
) -> Option<(usize, String)> {
    let nodes = scan(source).ok()?;
    let (parent, key) = pointer.rsplit_once('/')?;
    let at = mapping_at(&nodes, parent)?;
    let entries = entries(source, &nodes, at, parent);
    if nodes[at].what == (What::Mapping { is_flow: true }) {
        let comma = if entries.is_empty() { "" } else { ", " };
        return Some((nodes[at].span.end, format!("{key}: {scalar}{comma}")));
    }
    let first = entries.first()?;
    let indent = indent(source, first.key.start)?;
    let eol = line_end(source);
    let is_one_line = |entry: &&Entry| entry.is_scalar && !source[entry.key.start..entry.value_end].contains('\n');
    let friend = entries.iter().rev().find(|entry| beside.contains(&entry.pointer.as_str())).filter(is_one_line);
    match friend.or_else(|| entries.iter().find(is_one_line)) {
        Some(entry) => Some((end_of_line(source, entry.value_end), format!("{eol}{indent}{key}: {scalar}"))),
        None => Some((first.key.start, format!("{key}: {scalar}{eol}{indent}"))),
    }
}

/// The whole lines that hold the value at byte `value` with its key; `None` where they share a line.
pub(in super::super) fn lines_of(source: &str, value: usize) -> Option<Span> {
    let nodes = scan(source).ok()?;
    let holds = |entry: &Entry| entry.key.start <= value && value <= entry.value_end.max(entry.key.end + 1);
    let mappings = (0..nodes.len()).filter(|&at| matches!(nodes[at].what, What::Mapping { .. }));
    // The innermost mapping begins last.
    let found = mappings.rev().find_map(|at| Some((at, entries(source, &nodes, at, "").into_iter().find(holds)?)));
    let (_, entry) = found.filter(|&(at, _)| nodes[at].what == What::Mapping { is_flow: false })?;
    let start = entry.key.start - indent(source, entry.key.start)?.len();
    let end = end_of_line(source, entry.value_end);
    let line_end = ["\r\n", "\n", "\r"].into_iter().find(|eol| source[end..].starts_with(eol)).map_or(0, str::len);
    Some(start..end + line_end)
}

/// One key with its value.
struct Entry {
    pointer: String,
    key: Span,
    value_end: usize,
    is_scalar: bool,
}

/// Where the mapping that `pointer` names begins.
fn mapping_at(nodes: &[Node<'_>], pointer: &str) -> Option<usize> {
    let mut at = 0;
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        path = format!("{path}/{step}");
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        at = pairs(nodes, at).find(|&(key, _)| pointer_of(&nodes[key], parent).as_deref() == Some(&path))?.1;
        if !matches!(nodes[at].what, What::Mapping { .. }) || nodes[at].anchor != 0 {
            return None;
        }
    }
    Some(at)
}

fn entries(source: &str, nodes: &[Node<'_>], at: usize, parent: &str) -> Vec<Entry> {
    let extents = Extents { source, nodes };
    let entry = |(key, value): (usize, usize)| {
        let is_scalar = matches!(nodes[value].what, What::Scalar { .. });
        let value_end = extents.end(value, extents.colon(key));
        Some(Entry { pointer: pointer_of(&nodes[key], parent)?, key: nodes[key].span.clone(), value_end, is_scalar })
    };
    pairs(nodes, at).filter_map(entry).collect()
}

/// The places of the keys and values of the mapping at `at`.
pub(super) fn pairs<'a>(nodes: &'a [Node<'_>], at: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
    let mut next = at + 1;
    std::iter::from_fn(move || {
        let key = next;
        if nodes.get(key)?.what == What::End {
            return None;
        }
        let value = after(nodes, key);
        next = after(nodes, value);
        Some((key, value))
    })
}

fn pointer_of(key: &Node<'_>, parent: &str) -> Option<String> {
    match &key.what {
        What::Scalar { text, .. } => Some(child(parent, text)),
        _ => None,
    }
}

/// The blanks before `at`, if nothing else stands before it on its line.
fn indent(source: &str, at: usize) -> Option<&str> {
    let line_start = source[..at].rfind(['\n', '\r', '\u{feff}']);
    let before = &source[line_start.map_or(0, |i| i + source[i..].chars().next().map_or(1, char::len_utf8))..at];
    before.bytes().all(|b| b == b' ').then_some(before)
}

pub(super) fn end_of_line(source: &str, at: usize) -> usize {
    source[at..].find(['\n', '\r']).map_or(source.len(), |end| at + end)
}

pub(super) fn line_end(source: &str) -> &'static str {
    match source.find(['\n', '\r']) {
        Some(at) if source[at..].starts_with("\r\n") => "\r\n",
        Some(at) if source[at..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserted(source: &str, pointer: &str) -> Option<String> {
        let (at, text) = insertion(source, pointer, "new", &["/task/title", "/task/status"])?;
        Some(format!("{}{text}{}", &source[..at], &source[at..]))
    }

    #[test]
    fn a_key_is_put_beside_its_friends() {
        let table = [
            (
                "a: 1\ntask:\n  title: x # c\n  steps:\n    - y\n",
                "a: 1\ntask:\n  title: x # c\n  priority: new\n  steps:\n    - y\n",
            ),
            ("task:\r\n  steps: [y]\r\n", "task:\r\n  priority: new\r\n  steps: [y]\r\n"),
            ("task: {title: x}", "task: {priority: new, title: x}"),
            ("task: {}\n", "task: {priority: new}\n"),
            ("task:\n  title: x", "task:\n  title: x\n  priority: new"),
        ];
        for (source, expected) in table {
            assert_eq!(inserted(source, "/task/priority").as_deref(), Some(expected));
        }
        assert_eq!(inserted("a: 1\n", "/task/priority"), None);
        assert_eq!(inserted("\u{feff}a: 1\n", "/b").as_deref(), Some("\u{feff}a: 1\nb: new\n"));
    }

    #[test]
    fn an_entry_is_its_whole_lines() {
        let source = "a: 1\nb: 2 # c\nc:\n  d: [x,\n    y]\n  e: z";
        let line = |value: &str| lines_of(source, source.find(value)?).map(|span| &source[span]);
        assert_eq!(line("2"), Some("b: 2 # c\n"));
        assert_eq!(line("[x"), Some("  d: [x,\n    y]\n"));
        assert_eq!(line("z"), Some("  e: z"));
        assert_eq!((lines_of("{a: 1, b: 2}", 4), lines_of("c: {a: 1}", 7)), (None, None));
    }

    #[test]
    fn a_difference_is_one_run_of_nodes() {
        use Run::{Anything, Nothing, Scalars};
        let table = [
            ("a: 1\nb: {c: x}\nd: 2\n", "a: 3\nb: {c: x}\nd: 4\n", Some((Scalars, Scalars))),
            ("a: [1, 2]\n", "a: [3]\n", Some((Scalars, Scalars))),
            ("a: [1]\n", "a: []\n", Some((Scalars, Nothing))),
            ("a: 1\n", "a: 1\nb: 2\n", Some((Nothing, Scalars))),
            ("a: 1\nb: [2]\n", "a: 1\n", Some((Anything, Nothing))),
            ("a: 1\nb: 2\n", "a: {c: 1}\nb: 2\n", Some((Scalars, Anything))),
            ("a: 1\n", "a: &x 1\n", Some((Scalars, Anything))),
            ("a: 1\n", "a: [\n", None),
        ];
        for (old, new, expected) in table {
            let expected = expected.map(|(gone, added)| Difference { gone, added });
            assert_eq!(difference(old, new), expected, "{old:?} {new:?}");
        }
    }
}
