//! Three versions of a text cut into regions: which lines nobody changed, one side changed, or both.
//!
//! ```text
//! base   a b c d e f
//! file   a B c d e f g        Neither a · File b→B · Neither c · Row d→(nothing) · Neither e f · File →g
//! row    a b c e f
//! ```
//!
//! Changes that touch are told apart where both replace lines; an insertion that touches a change belongs to it, as
//! nothing tells which comes first. The time is bounded: where too many lines lie between the first and the last that
//! differ, no alignment is searched for, and they are one change.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::model::ThreeWay;

/// The most lines, of both texts together, among which an alignment is searched for: a fraction of a second.
const MOST_LINES: usize = 30_000;

/// A run of lines, as each version has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    /// The lines of each version.
    pub(super) lines: ThreeWay<Range<usize>>,
    /// Who changed them.
    pub(super) by: Changed,
}

/// Who changed a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    Neither,
    File,
    Row,
    Both,
}

/// Lines of the base and what one side made of them.
#[derive(Debug, Clone)]
struct Edit {
    base: Range<usize>,
    grown: isize,
}

/// Cuts three versions of a text, each line a number, into regions that cover all of them in order.
pub(super) fn regions(texts: ThreeWay<&[u32]>) -> Vec<Region> {
    let (file, row) = (edits(texts.base, texts.file), edits(texts.base, texts.row));
    let mut cutter = Cutter { at: ThreeWay { base: 0, file: 0, row: 0 }, regions: Vec::new() };
    let (mut file, mut row) = (file.into_iter().peekable(), row.into_iter().peekable());
    loop {
        let starts = [file.peek(), row.peek()].into_iter().flatten().map(|edit| edit.base.start);
        let Some(start) = starts.min() else { break };
        cutter.cut(start, ThreeWay { base: 0, file: 0, row: 0 }, Changed::Neither);
        let (mut cluster, mut grown) = (None, ThreeWay { base: 0, file: 0, row: 0 });
        let mut by = Changed::Neither;
        loop {
            if let Some(edit) = file.next_if(|edit| joins(&cluster, edit, start)) {
                grown.file += edit.grown;
                by = if matches!(by, Changed::Row | Changed::Both) { Changed::Both } else { Changed::File };
                cluster = Some(hull(cluster, &edit));
            } else if let Some(edit) = row.next_if(|edit| joins(&cluster, edit, start)) {
                grown.row += edit.grown;
                by = if matches!(by, Changed::File | Changed::Both) { Changed::Both } else { Changed::Row };
                cluster = Some(hull(cluster, &edit));
            } else {
                break;
            }
        }
        cutter.cut(cluster.map_or(start, |cluster| cluster.end), grown, by);
    }
    cutter.cut(texts.base.len(), ThreeWay { base: 0, file: 0, row: 0 }, Changed::Neither);
    cutter.regions
}

/// Whether `edit` begins or belongs to the cluster of edits that begins at `start`.
fn joins(cluster: &Option<Range<usize>>, edit: &Edit, start: usize) -> bool {
    let Some(cluster) = cluster else { return edit.base.start == start };
    let touches = edit.base.start <= cluster.end;
    let overlaps = edit.base.start < cluster.end;
    if cluster.is_empty() || edit.base.is_empty() { touches } else { overlaps }
}

fn hull(cluster: Option<Range<usize>>, edit: &Edit) -> Range<usize> {
    cluster.map_or(edit.base.clone(), |cluster| cluster.start..cluster.end.max(edit.base.end))
}

/// What one side changed, in order; no two touch.
fn edits(base: &[u32], side: &[u32]) -> Vec<Edit> {
    let before = base.iter().zip(side).take_while(|(a, b)| a == b).count();
    let (base, side) = (&base[before..], &side[before..]);
    let after = base.iter().rev().zip(side.iter().rev()).take_while(|(a, b)| a == b).count();
    let (base, side) = (&base[..base.len() - after], &side[..side.len() - after]);
    let edit = |old: Range<usize>, new: Range<usize>| Edit {
        base: before + old.start..before + old.end,
        grown: new.len() as isize - old.len() as isize,
    };
    if base.len() + side.len() > MOST_LINES {
        return vec![edit(0..base.len(), 0..side.len())];
    }
    let mut edits: Vec<Edit> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, base, side) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let next = edit(op.old_range(), op.new_range());
        match edits.last_mut().filter(|last| last.base.end == next.base.start) {
            Some(last) => *last = Edit { base: last.base.start..next.base.end, grown: last.grown + next.grown },
            None => edits.push(next),
        }
    }
    edits
}

/// Cuts off one region after the other.
struct Cutter {
    at: ThreeWay<usize>,
    regions: Vec<Region>,
}

impl Cutter {
    /// Cuts up to line `end` of the base; each side has that many lines more.
    fn cut(&mut self, end: usize, grown: ThreeWay<isize>, by: Changed) {
        let base = self.at.base..end;
        let till = |from: usize, grown: isize| from..from + base.len().saturating_add_signed(grown);
        let lines =
            ThreeWay { base: base.clone(), file: till(self.at.file, grown.file), row: till(self.at.row, grown.row) };
        self.at = lines.as_ref().map(|range| range.end);
        if by != Changed::Neither || !base.is_empty() {
            self.regions.push(Region { lines, by });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The regions of three texts of one-letter lines, as `base|file|row by` each.
    fn cut(base: &str, file: &str, row: &str) -> Vec<String> {
        let numbers = |text: &str| text.bytes().map(u32::from).collect::<Vec<_>>();
        let texts = ThreeWay { base: numbers(base), file: numbers(file), row: numbers(row) };
        let slices = ThreeWay { base: &texts.base[..], file: &texts.file, row: &texts.row };
        let shown = |region: &Region| {
            let lines = &region.lines;
            let part = |text: &str, range: &Range<usize>| text[range.clone()].to_owned();
            let (base, file, row) = (part(base, &lines.base), part(file, &lines.file), part(row, &lines.row));
            format!("{base}|{file}|{row} {:?}", region.by)
        };
        regions(slices).iter().map(shown).collect()
    }

    #[test]
    fn regions_tell_who_changed_what() {
        assert_eq!(
            cut("abcdef", "aBcdefg", "abcef"),
            ["a|a|a Neither", "b|B|b File", "c|c|c Neither", "d|d| Row", "ef|ef|ef Neither", "|g| File"]
        );
    }

    #[test]
    fn replaced_neighbours_are_two_changes() {
        assert_eq!(cut("ab", "Ab", "aB"), ["a|A|a File", "b|b|B Row"]);
    }

    #[test]
    fn an_insertion_beside_a_change_belongs_to_it() {
        assert_eq!(cut("ab", "axb", "aB"), ["a|a|a Neither", "b|xb|B Both"]);
        assert_eq!(cut("", "x", "y"), ["|x|y Both"]);
    }

    #[test]
    fn overlapping_changes_are_one_region() {
        assert_eq!(cut("abcde", "aXe", "abYd"), ["a|a|a Neither", "bcd|X|bYd Both", "e|e| Row"]);
    }
}
