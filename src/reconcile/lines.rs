//! Three versions of a text cut into regions: which lines nobody changed, one side changed, or both.
//!
//! ```text
//! base   a b c d e f
//! file   a B c d e f g        Neither a · File b→B · Neither c · Row d→(nothing) · Neither e f · File →g
//! row    a b c e f
//! ```
//!
//! Changes that touch belong together: nothing tells which comes first. Where all three have as many lines there, each
//! line is compared with the one in its place, so that two neighbours that were edited apart are two changes.
//! The time is bounded: where too many lines lie between the first and the last that differ, no alignment is searched
//! for, and they are one change.

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
    let mut file = edits(texts.base, texts.file).into_iter().peekable();
    let mut row = edits(texts.base, texts.row).into_iter().peekable();
    let mut cutter = Cutter { texts, at: ThreeWay { base: 0, file: 0, row: 0 }, regions: Vec::new() };
    loop {
        let starts = [file.peek(), row.peek()].into_iter().flatten().map(|edit| edit.base.start);
        let Some(start) = starts.min() else { break };
        cutter.cut(start, ThreeWay { base: 0, file: 0, row: 0 });
        let (mut end, mut grown) = (start, ThreeWay { base: 0, file: 0, row: 0 });
        loop {
            if let Some(edit) = file.next_if(|edit| edit.base.start <= end) {
                (end, grown.file) = (end.max(edit.base.end), grown.file + edit.grown);
            } else if let Some(edit) = row.next_if(|edit| edit.base.start <= end) {
                (end, grown.row) = (end.max(edit.base.end), grown.row + edit.grown);
            } else {
                break;
            }
        }
        cutter.cut(end, grown);
    }
    cutter.cut(texts.base.len(), ThreeWay { base: 0, file: 0, row: 0 });
    cutter.regions
}

/// What one side changed, in order; no two touch.
fn edits(base: &[u32], side: &[u32]) -> Vec<Edit> {
    let mut changes = changes(base, side);
    let mut limit = base.len();
    for change in changes.iter_mut().rev() {
        slide_down(base, side, change, limit);
        limit = change.0.start;
    }
    let edit =
        |(old, new): (Range<usize>, Range<usize>)| Edit { grown: new.len() as isize - old.len() as isize, base: old };
    joined(changes.into_iter()).into_iter().map(edit).collect()
}

/// Lines of the base, and those that stand in their place on one side.
fn changes(base: &[u32], side: &[u32]) -> Vec<(Range<usize>, Range<usize>)> {
    let before = base.iter().zip(side).take_while(|(a, b)| a == b).count();
    let (base, side) = (&base[before..], &side[before..]);
    let after = base.iter().rev().zip(side.iter().rev()).take_while(|(a, b)| a == b).count();
    let (base, side) = (&base[..base.len() - after], &side[..side.len() - after]);
    let there = |range: Range<usize>| before + range.start..before + range.end;
    if base.len() + side.len() > MOST_LINES {
        return vec![(there(0..base.len()), there(0..side.len()))];
    }
    let ops = capture_diff_slices(Algorithm::Myers, base, side).into_iter();
    let changed = ops.filter(|op| !matches!(op, DiffOp::Equal { .. }));
    joined(changed.map(|op| (there(op.old_range()), there(op.new_range()))))
}

/// Makes one change of those that touch.
fn joined(changes: impl Iterator<Item = (Range<usize>, Range<usize>)>) -> Vec<(Range<usize>, Range<usize>)> {
    let mut joined: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (old, new) in changes {
        match joined.last_mut().filter(|(last, _)| last.end == old.start) {
            Some((last, there)) => (last.end, there.end) = (old.end, new.end),
            None => joined.push((old, new)),
        }
    }
    joined
}

/// Lets lines that came or went stand as far down as the text allows: where a line before them is the same as their last
/// one, nothing else tells where they are, and the same paragraph would be two on two sides.
fn slide_down(base: &[u32], side: &[u32], (old, new): &mut (Range<usize>, Range<usize>), limit: usize) {
    while old.end < limit
        && (old.start == old.end && base[old.end] == side[new.start]
            || new.start == new.end && base[old.start] == base[old.end])
    {
        (*old, *new) = (old.start + 1..old.end + 1, new.start + 1..new.end + 1);
    }
}

/// Cuts off one region after the other.
struct Cutter<'t> {
    texts: ThreeWay<&'t [u32]>,
    at: ThreeWay<usize>,
    regions: Vec<Region>,
}

impl Cutter<'_> {
    /// Cuts up to line `end` of the base; each side has that many lines more.
    fn cut(&mut self, end: usize, grown: ThreeWay<isize>) {
        let lines = ThreeWay { base: end - self.at.base, file: end - self.at.base, row: end - self.at.base };
        let (file, row) = (lines.file.saturating_add_signed(grown.file), lines.row.saturating_add_signed(grown.row));
        let from = self.at;
        self.at = ThreeWay { base: end, file: from.file + file, row: from.row + row };
        let lines = ThreeWay { base: from.base..end, file: from.file..self.at.file, row: from.row..self.at.row };
        match self.changed(&lines) {
            Changed::Neither if lines.base.is_empty() => {}
            Changed::Both if file == row && file == lines.base.len() => self.split(&lines),
            by => self.regions.push(Region { lines, by }),
        }
    }

    /// Compares line by line what has as many lines everywhere.
    fn split(&mut self, lines: &ThreeWay<Range<usize>>) {
        for at in 0..lines.base.len() {
            let line = lines.as_ref().map(|lines| lines.start + at..lines.start + at + 1);
            let by = self.changed(&line);
            match self.regions.last_mut().filter(|last| last.by == by && last.lines.base.end > lines.base.start) {
                Some(last) => {
                    last.lines = ThreeWay {
                        base: last.lines.base.start..line.base.end,
                        file: last.lines.file.start..line.file.end,
                        row: last.lines.row.start..line.row.end,
                    }
                }
                None => self.regions.push(Region { lines: line, by }),
            }
        }
    }

    fn changed(&self, lines: &ThreeWay<Range<usize>>) -> Changed {
        let base = &self.texts.base[lines.base.clone()];
        let is_changed = (&self.texts.file[lines.file.clone()] != base, &self.texts.row[lines.row.clone()] != base);
        match is_changed {
            (false, false) => Changed::Neither,
            (true, false) => Changed::File,
            (false, true) => Changed::Row,
            (true, true) => Changed::Both,
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
    fn replaced_neighbours_are_two_changes_also_when_one_is_there_already() {
        assert_eq!(cut("ab", "Ab", "aB"), ["a|A|a File", "b|b|B Row"]);
        assert_eq!(cut("ab", "Ab", "AB"), ["a|A|A Both", "b|b|B Row"]);
    }

    #[test]
    fn an_insertion_beside_a_change_belongs_to_it() {
        assert_eq!(cut("ab", "axb", "aB"), ["a|a|a Neither", "b|xb|B Both"]);
        assert_eq!(cut("", "x", "y"), ["|x|y Both"]);
    }

    #[test]
    fn the_same_paragraph_on_both_sides_is_one_wherever_else_a_side_changed() {
        // A heading, a blank line and a note; then another note above it, with its blank line.
        for [file, row] in [["h.4.w", "xh.4.w"], ["xh.4.w", "h.4.w"], ["h.4.w", "h.4.wx"], ["xh.4.w", "h.4.wx"]] {
            let cut = cut("h.w", file, row);
            assert!(cut.contains(&"|4.|4. Both".to_owned()), "{file} {row}: {cut:?}");
        }
    }

    #[test]
    fn overlapping_changes_are_one_region() {
        assert_eq!(cut("abcde", "aXe", "abYd"), ["a|a|a Neither", "bcde|Xe|bYd Both"]);
    }
}
