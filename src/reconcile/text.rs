//! Merges texts by lines; the boxes that people tick are values of their own on their lines.
//!
//! Two lines are the same whatever their marks say. A box is known again where its line stayed, by its heading and
//! label where the line went elsewhere, and by its order where as many boxes were edited in one place; so a tick
//! on one side and a new label on the other are both there in the end. A line that one side took away and the other
//! ticked stays.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use super::TextMerge;
use super::lines::{Changed, Region, regions};
use crate::model::{Span, ThreeWay};

/// A box: where its mark stands in the text, and what it is called.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) mark: Span,
    pub(super) name: (Arc<str>, String),
}

/// Merges three versions of a text, each with its boxes in the order of the text.
pub(super) fn merge(texts: ThreeWay<(&str, &[Tick])>) -> TextMerge<String> {
    let sheets = texts.map(|(text, ticks)| Sheet::of(text, ticks));
    let mut numbers = HashMap::new();
    let numbered = sheets.as_ref().map(|sheet| sheet.numbered(&mut numbers));
    let regions = regions(ThreeWay { base: &numbered.base, file: &numbered.file, row: &numbered.row });
    let mut merger = Merger { sheets: &sheets, regions: &regions, marks: Marks::default(), kept: BTreeMap::new() };
    let marks_collide = merger.settle_marks();
    let (text, lines_collide) = merger.text(&numbered);
    match (marks_collide || lines_collide, merger.kept.is_empty()) {
        (true, _) => TextMerge::Overlapping(text),
        (false, false) => TextMerge::Kept(text),
        (false, true) => TextMerge::Clean(text),
    }
}

/// A text in lines.
struct Sheet<'t> {
    lines: Vec<Line<'t>>,
}

/// A line with its line end.
struct Line<'t> {
    text: &'t str,
    tick: Option<(Range<usize>, &'t Tick)>,
}

impl<'t> Sheet<'t> {
    fn of(text: &'t str, ticks: &'t [Tick]) -> Self {
        let (mut at, mut ticks) = (0, ticks.iter().peekable());
        let lines = text.split_inclusive('\n').map(|line| {
            let start = at;
            at += line.len();
            let tick = ticks.next_if(|tick| tick.mark.start < at);
            Line { text: line, tick: tick.map(|tick| (tick.mark.start - start..tick.mark.end - start, tick)) }
        });
        Self { lines: lines.collect() }
    }

    /// A number for each line; lines that differ only in their marks have the same.
    fn numbered(&self, numbers: &mut HashMap<(&'t str, Option<&'t str>), u32>) -> Vec<u32> {
        let key = |line: &Line<'t>| match &line.tick {
            None => (line.text, None),
            Some((mark, _)) => (&line.text[..mark.start], Some(&line.text[mark.end..])),
        };
        let mut number = |line| {
            let next = numbers.len() as u32;
            *numbers.entry(key(line)).or_insert(next)
        };
        self.lines.iter().map(&mut number).collect()
    }

    fn mark(&self, line: usize) -> &'t str {
        let Line { text, tick } = &self.lines[line];
        tick.as_ref().map_or("", |(mark, _)| &text[mark.clone()])
    }

    fn has_tick(&self, line: usize) -> bool {
        self.lines[line].tick.is_some()
    }

    fn name(&self, line: usize) -> Option<&'t (Arc<str>, String)> {
        self.lines[line].tick.as_ref().map(|(_, tick)| &tick.name)
    }

    /// The lines that have a box.
    fn ticks(&self) -> impl Iterator<Item = usize> {
        (0..self.lines.len()).filter(|&line| self.has_tick(line))
    }
}

/// Where the boxes of the base are on one side: by line of the base, the line there.
type Whereabouts = BTreeMap<usize, usize>;

struct Merger<'a, 't> {
    sheets: &'a ThreeWay<Sheet<'t>>,
    regions: &'a [Region],
    marks: Marks<'t>,
    /// By region, the lines that stay although one side took them away.
    kept: BTreeMap<usize, Vec<&'t str>>,
}

/// New marks of lines of file and row.
#[derive(Default)]
struct Marks<'t> {
    file: BTreeMap<usize, &'t str>,
    row: BTreeMap<usize, &'t str>,
}

impl<'t> Merger<'_, 't> {
    /// Merges the mark of each box of the base; tells whether some mark was changed to two different ones.
    fn settle_marks(&mut self) -> bool {
        if self.sheets.base.ticks().next().is_none() {
            return false;
        }
        let file = whereabouts(self.sheets, self.regions, Side::File);
        let row = whereabouts(self.sheets, self.regions, Side::Row);
        let mut collides = false;
        for line in self.sheets.base.ticks() {
            let base = self.sheets.base.mark(line);
            match (file.get(&line), row.get(&line)) {
                (Some(&in_file), Some(&in_row)) => {
                    let marks = (self.sheets.file.mark(in_file), self.sheets.row.mark(in_row));
                    collides |= marks.0 != marks.1 && marks.0 != base && marks.1 != base;
                    let mark = if marks.0 == base { marks.1 } else { marks.0 };
                    self.marks.file.insert(in_file, mark);
                    self.marks.row.insert(in_row, mark);
                }
                (Some(&in_file), None) if self.sheets.file.mark(in_file) != base => {
                    self.keep(line, self.sheets.file.lines[in_file].text);
                }
                (None, Some(&in_row)) if self.sheets.row.mark(in_row) != base => {
                    self.keep(line, self.sheets.row.lines[in_row].text);
                }
                _ => {}
            }
        }
        collides
    }

    /// Keeps `text` where line `line` of the base was.
    fn keep(&mut self, line: usize, text: &'t str) {
        let region = self.regions.partition_point(|region| region.lines.base.end <= line);
        self.kept.entry(region).or_default().push(text);
    }

    /// The merged text, with the file's lines where both changed them, and whether that was so anywhere.
    fn text(&self, numbered: &ThreeWay<Vec<u32>>) -> (String, bool) {
        let mut text = String::new();
        let mut overlaps = false;
        for (at, region) in self.regions.iter().enumerate() {
            let lines = &region.lines;
            if region.by == Changed::Row {
                self.copy(&mut text, &self.sheets.row, &self.marks.row, lines.row.clone());
            } else {
                self.copy(&mut text, &self.sheets.file, &self.marks.file, lines.file.clone());
            }
            overlaps |= region.by == Changed::Both && !self.is_same(numbered, region);
            for kept in self.kept.get(&at).into_iter().flatten() {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                text.push_str(kept);
            }
        }
        (text, overlaps)
    }

    fn copy(&self, text: &mut String, sheet: &Sheet<'t>, marks: &BTreeMap<usize, &str>, lines: Range<usize>) {
        for at in lines {
            let Line { text: line, tick } = &sheet.lines[at];
            match (tick, marks.get(&at)) {
                (Some((mark, _)), Some(new)) => text.extend([&line[..mark.start], new, &line[mark.end..]]),
                _ => text.push_str(line),
            }
        }
    }

    /// Whether both sides made the same of a region, marks included.
    fn is_same(&self, numbered: &ThreeWay<Vec<u32>>, region: &Region) -> bool {
        let (file, row) = (region.lines.file.clone(), region.lines.row.clone());
        let mark = |sheet: &Sheet<'t>, marks: &BTreeMap<usize, &'t str>, at: usize| {
            marks.get(&at).copied().unwrap_or_else(|| sheet.mark(at))
        };
        numbered.file[file.clone()] == numbered.row[row.clone()]
            && file.zip(row).all(|(in_file, in_row)| {
                let of_file = mark(&self.sheets.file, &self.marks.file, in_file);
                of_file == mark(&self.sheets.row, &self.marks.row, in_row)
            })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    File,
    Row,
}

impl Side {
    fn of<T>(self, texts: &ThreeWay<T>) -> &T {
        match self {
            Self::File => &texts.file,
            Self::Row => &texts.row,
        }
    }

    fn changed(self, region: &Region) -> bool {
        match region.by {
            Changed::Both => true,
            Changed::Neither => false,
            Changed::File => self == Self::File,
            Changed::Row => self == Self::Row,
        }
    }
}

/// Finds the boxes of the base again on one side.
fn whereabouts(sheets: &ThreeWay<Sheet<'_>>, regions: &[Region], side: Side) -> Whereabouts {
    let mut found = where_they_were(sheets, regions, side);
    find_by_name(sheets, regions, side, &mut found);
    find_by_order(sheets, regions, side, &mut found);
    found
}

/// Boxes whose lines the side did not touch.
fn where_they_were(sheets: &ThreeWay<Sheet<'_>>, regions: &[Region], side: Side) -> Whereabouts {
    let untouched = regions.iter().filter(|region| !side.changed(region));
    let lines = untouched.flat_map(|region| region.lines.base.clone().zip(side.of(&region.lines).clone()));
    lines.filter(|(line, _)| sheets.base.has_tick(*line)).collect()
}

/// Boxes that went elsewhere under the same heading and label.
fn find_by_name(sheets: &ThreeWay<Sheet<'_>>, regions: &[Region], side: Side, found: &mut Whereabouts) {
    let sheet = side.of(sheets);
    let mut fresh: HashMap<_, VecDeque<usize>> = HashMap::new();
    for line in regions.iter().filter(|region| side.changed(region)).flat_map(|region| side.of(&region.lines).clone()) {
        sheet.name(line).into_iter().for_each(|name| fresh.entry(name).or_default().push_back(line));
    }
    for line in sheets.base.ticks() {
        let there = sheets.base.name(line).filter(|_| !found.contains_key(&line)).and_then(|name| fresh.get_mut(name));
        found.extend(there.and_then(VecDeque::pop_front).map(|there| (line, there)));
    }
}

/// Boxes whose labels were edited in one place, where there are as many as before. Where another task took the place of
/// one, that one was taken away: its tick says nothing of the other.
fn find_by_order(sheets: &ThreeWay<Sheet<'_>>, regions: &[Region], side: Side, found: &mut Whereabouts) {
    let taken: BTreeSet<usize> = found.values().copied().collect();
    for Region { lines, .. } in regions.iter().filter(|region| side.changed(region)) {
        let is_lost = |line: &usize| sheets.base.has_tick(*line) && !found.contains_key(line);
        let is_new = |line: &usize| side.of(sheets).has_tick(*line) && !taken.contains(line);
        let lost: Vec<_> = lines.base.clone().filter(is_lost).collect();
        let new: Vec<_> = side.of(lines).clone().filter(is_new).collect();
        if lost.len() == new.len() {
            let label = |sheet: &Sheet<'_>, line| sheet.name(line).map(|(_, label)| label.clone()).unwrap_or_default();
            let is_edited =
                |(old, new): &(usize, usize)| is_reworded(&label(&sheets.base, *old), &label(side.of(sheets), *new));
            found.extend(lost.into_iter().zip(new).filter(is_edited));
        }
    }
}

/// Whether one label was probably made of the other: they share half of the words of the shorter one, or begin and end
/// alike over half of the longer one.
fn is_reworded(one: &str, other: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let (mine, others) = (words(one), words(other));
    let shared = mine.intersection(&others).count();
    if shared > 0 && shared * 2 >= mine.len().min(others.len()) {
        return true;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let head = same(&mut one.iter().zip(&other));
    let tail = same(&mut one[head..].iter().rev().zip(other[head..].iter().rev()));
    (head + tail) * 2 >= one.len().max(other.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The boxes of a text, found by hand: `- [m] label`.
    fn ticks(text: &str) -> Vec<Tick> {
        let (mut at, mut ticks) = (0, Vec::new());
        for line in text.split_inclusive('\n') {
            if let Some(label) = line.strip_prefix("- [") {
                let name = (Arc::from("heading"), label[3..].trim().to_lowercase());
                ticks.push(Tick { mark: at + 3..at + 4, name });
            }
            at += line.len();
        }
        ticks
    }

    fn merged(base: &str, file: &str, row: &str) -> TextMerge<String> {
        let ticks = ThreeWay { base: ticks(base), file: ticks(file), row: ticks(row) };
        merge(ThreeWay { base: (base, &ticks.base[..]), file: (file, &ticks.file), row: (row, &ticks.row) })
    }

    fn clean(base: &str, file: &str, row: &str, expected: &str) {
        assert_eq!(merged(base, file, row), TextMerge::Clean(expected.to_owned()));
        assert_eq!(merged(base, row, file), TextMerge::Clean(expected.to_owned()), "the other way round");
    }

    #[test]
    fn changes_in_different_places_are_both_there() {
        clean("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\nd\n", "A\nb\nC\nd\n");
        clean("a\nb\nc\nd\n", "b\nc\nd\n", "a\nb\nc\n", "b\nc\n");
    }

    #[test]
    fn lines_that_both_changed_differently_overlap_and_the_files_are_in_the_text() {
        assert_eq!(
            merged("a\nb\nc\nd\n", "a\nX\nc\nd\n", "a\nY\nc\nD\n"),
            TextMerge::Overlapping("a\nX\nc\nD\n".to_owned())
        );
    }

    #[test]
    fn a_missing_line_end_at_the_end_is_kept() {
        clean("a\nb\nc", "A\nb\nc", "a\nb\nc", "A\nb\nc");
        clean("a\nb\nc\n", "a\nb\nc", "A\nb\nc\n", "A\nb\nc");
    }

    #[test]
    fn ed18_a_tick_on_one_side_and_a_new_label_on_the_other_are_both_there() {
        clean(
            "- [ ] one\n- [ ] two\n",
            "- [x] one\n- [ ] two\n",
            "- [ ] one, better\n- [ ] two\n",
            "- [x] one, better\n- [ ] two\n",
        );
    }

    #[test]
    fn ticks_of_neighbours_do_not_collide() {
        clean("- [ ] one\n- [ ] two\n", "- [x] one\n- [ ] two\n", "- [ ] one\n- [x] two\n", "- [x] one\n- [x] two\n");
        clean("- [ ] one\n", "- [x] one\n", "- [x] one\n", "- [x] one\n");
    }

    #[test]
    fn a_tick_finds_its_box_where_the_line_went_elsewhere() {
        clean(
            "- [ ] one\n- [ ] two\n- [ ] three\n- [ ] four\n",
            "- [ ] two\n- [ ] three\n- [ ] four\n- [ ] one\n",
            "- [x] one\n- [ ] two\n- [ ] three\n- [ ] four\n",
            "- [ ] two\n- [ ] three\n- [ ] four\n- [x] one\n",
        );
    }

    #[test]
    fn a_line_that_one_side_took_away_and_the_other_ticked_stays() {
        let base = "- [ ] one\n- [ ] two\n- [ ] three\n";
        let (without, ticked) = ("- [ ] one\n- [ ] three\n", "- [ ] one\n- [x] two\n- [ ] three\n");
        assert_eq!(merged(base, without, ticked), TextMerge::Kept(ticked.to_owned()));
        assert_eq!(merged(base, ticked, without), TextMerge::Kept(ticked.to_owned()));
    }

    #[test]
    fn a_tick_does_not_go_to_another_task_in_the_same_place() {
        let base = "- [ ] Write it\n- [ ] Tag the version\n";
        let (other, ticked) = ("- [ ] Write it\n- [ ] Buy a cake\n", "- [ ] Write it\n- [x] Tag the version\n");
        let both = "- [ ] Write it\n- [ ] Buy a cake\n- [x] Tag the version\n";
        assert_eq!(merged(base, other, ticked), TextMerge::Kept(both.to_owned()));
        assert_eq!(merged(base, ticked, other), TextMerge::Kept(both.to_owned()));
        for reworded in ["Tag the first version", "Tag version", "Tag the verson", "Version: tag it"] {
            let now = base.replace("Tag the version", reworded);
            clean(base, &now, ticked, &now.replace(&format!("[ ] {reworded}"), &format!("[x] {reworded}")));
        }
        assert!(
            is_reworded("biuld", "build") && is_reworded("", "") && !is_reworded("buy the cake", "tag the version")
        );
    }

    #[test]
    fn a_kept_line_stands_on_a_line_of_its_own() {
        let merged = merged("- [ ] one\n- [ ] two", "- [ ] one", "- [ ] one\n- [x] two");
        assert_eq!(merged, TextMerge::Kept("- [ ] one\n- [x] two".to_owned()));
    }

    #[test]
    fn two_different_new_marks_overlap() {
        assert_eq!(
            merged("- [ ] one\n", "- [x] one\n", "- [-] one\n"),
            TextMerge::Overlapping("- [x] one\n".to_owned())
        );
    }

    #[test]
    fn hx08_hopeless_texts_overlap_in_bounded_time() {
        let lines = |count: usize, step: usize| -> String {
            (0..count).map(|line| format!("{}\n", line * step % 7919 % 97)).collect()
        };
        for count in [3_000, 300_000] {
            let (base, file, row) = (lines(count, 31), lines(count, 57), lines(count, 83));
            assert!(matches!(merged(&base, &file, &row), TextMerge::Overlapping(_)), "{count} lines");
        }
    }
}
