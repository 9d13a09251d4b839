//! New bytes for spans of a text, and where everything else goes.

use crate::model::Span;

/// New bytes for a span.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Splice {
    pub(super) span: Span,
    pub(super) text: String,
}

/// Splices of one text: ascending, disjoint.
pub(super) struct Splices {
    list: Vec<Splice>,
    /// Where the new bytes of each are in the new text.
    brought: Vec<Span>,
}

impl Splices {
    /// Puts `list` in order; bytes that two of them take are taken once.
    pub(super) fn new(mut list: Vec<Splice>) -> Self {
        list.sort_by_key(|splice| (splice.span.start, splice.span.end));
        let mut brought = Vec::with_capacity(list.len());
        let (mut taken, mut end) = (0, 0);
        for Splice { span, text } in &mut list {
            span.start = span.start.max(taken);
            span.end = span.end.max(span.start);
            let start = end + span.start - taken;
            (taken, end) = (span.end, start + text.len());
            brought.push(start..end);
        }
        Self { list, brought }
    }

    /// `text` with the splices in it.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut spliced = String::with_capacity(text.len());
        let mut done = 0;
        for Splice { span, text: new } in &self.list {
            spliced.push_str(&text[done..span.start]);
            spliced.push_str(new);
            done = span.end;
        }
        spliced.push_str(&text[done..]);
        spliced
    }

    /// Whether a splice takes all of `span` of the old text.
    pub(super) fn takes(&self, span: &Span) -> bool {
        let at = self.list.partition_point(|splice| splice.span.end < span.end.max(span.start + 1));
        self.list.get(at).is_some_and(|splice| splice.span.start <= span.start)
    }

    /// Whether a splice brought all of `span` of the new text.
    pub(super) fn brings(&self, span: &Span) -> bool {
        let at = self.brought.partition_point(|brought| brought.end < span.end.max(span.start + 1));
        self.brought.get(at).is_some_and(|brought| brought.start <= span.start)
    }

    /// Where the start or end of something is after the splices. What is put in at its very start moves it; what is
    /// put in at its very end does not.
    pub(super) fn moved(&self, at: usize, is_end: bool) -> usize {
        let mut before = self.list.partition_point(|splice| splice.span.end < at);
        let meets = |splice: &Splice| splice.span.end == at && !(is_end && splice.span.is_empty());
        while self.list.get(before).is_some_and(meets) {
            before += 1;
        }
        match before.checked_sub(1) {
            Some(last) => at - self.list[last].span.end + self.brought[last].end,
            None => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splices(list: &[(Span, &str)]) -> Splices {
        Splices::new(list.iter().map(|(span, text)| Splice { span: span.clone(), text: (*text).to_owned() }).collect())
    }

    #[test]
    fn what_is_not_spliced_moves_along() {
        let splices = splices(&[(6..8, "long"), (2..4, ""), (9..9, "x")]);
        assert_eq!(splices.apply("0123456789"), "0145long8x9");
        let starts: Vec<usize> = [0, 1, 4, 5, 8, 9].map(|at| splices.moved(at, false)).into();
        assert_eq!(starts, [0, 1, 2, 3, 8, 10]);
        assert_eq!((splices.moved(9, true), splices.moved(8, true), splices.moved(2, true)), (9, 8, 2));
        assert!(splices.takes(&(2..4)) && splices.takes(&(7..7)) && !splices.takes(&(4..4)) && !splices.takes(&(3..5)));
        assert!(
            splices.brings(&(4..8)) && splices.brings(&(9..10)) && !splices.brings(&(8..9)) && !splices.brings(&(3..5))
        );
    }

    #[test]
    fn overlapping_splices_take_their_bytes_once() {
        assert_eq!(splices(&[(1..4, ""), (3..6, "")]).apply("0123456789"), "06789");
    }
}
