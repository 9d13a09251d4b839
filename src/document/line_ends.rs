//! Gives the lines of a new text the ends that they had in the old one, where that mixes CRLF and LF.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::canonical::without_end;

/// The most lines, of both texts together, among which an alignment is searched for: a fraction of a second.
const MOST_LINES: usize = 30_000;

/// `plain`, whose lines all end in LF, with the ends of `local`; lines of which `local` knows nothing end in `usual`.
pub(super) fn adopt(local: &str, plain: &str, usual: &str) -> String {
    let (had, ends): (Vec<&str>, Vec<&str>) = local.split_inclusive('\n').map(without_end).unzip();
    let (lines, ended): (Vec<&str>, Vec<&str>) = plain.split_inclusive('\n').map(without_end).unzip();
    let mut text = String::with_capacity(local.len().max(plain.len()));
    for ((line, end), place) in lines.iter().zip(&ended).zip(places(&had, &lines)) {
        let kept = place.map(|at| ends[at]).filter(|end| !end.is_empty());
        text.push_str(line);
        text.push_str(if end.is_empty() { "" } else { kept.unwrap_or(usual) });
    }
    text
}

/// For each line of `now` the number of the line of `had` that it is or takes the place of.
fn places(had: &[&str], now: &[&str]) -> Vec<Option<usize>> {
    let before = had.iter().zip(now).take_while(|(a, b)| a == b).count();
    let rest = had.len().min(now.len()) - before;
    let after = had.iter().rev().zip(now.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (old, new) = (&had[before..had.len() - after], &now[before..now.len() - after]);
    let mut places: Vec<Option<usize>> = (0..before).map(Some).collect();
    for op in alignment(old, new) {
        let (old, new) = (op.old_range(), op.new_range());
        places.extend((0..new.len()).map(|at| (at < old.len()).then_some(before + old.start + at)));
    }
    places.extend((had.len() - after..had.len()).map(Some));
    places
}

/// Where too many lines differ, they lie beside each other in order.
fn alignment(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    if old.len() + new.len() > MOST_LINES {
        return vec![DiffOp::Replace { old_index: 0, old_len: old.len(), new_index: 0, new_len: new.len() }];
    }
    capture_diff_slices(Algorithm::Myers, old, new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{canonical, in_style_of};

    #[test]
    fn ed11_each_line_keeps_its_own_end() {
        let local = "# T\r\n\r\nStatus: a\nOwner: b\r\nbare\rcr\r\r\n\nlast\r\n";
        let text = canonical(local).replace("Status: a", "Status: z").replace("\nlast", "\nnew\nlast");
        let expected = "# T\r\n\r\nStatus: z\nOwner: b\r\nbare\rcr\r\r\n\nnew\r\nlast\r\n";
        assert_eq!(in_style_of(local, &text), expected);
    }

    #[test]
    fn a_last_line_has_an_end_only_where_the_new_text_has_one() {
        assert_eq!(in_style_of("a\r\nb\nc", "a\nb\nc\n"), "a\r\nb\nc\n");
        assert_eq!(in_style_of("a\r\nb\nc\n", "a\nb"), "a\r\nb");
    }

    #[test]
    fn hx08_texts_without_a_common_line_take_bounded_time() {
        let lines = |word: &str, end: &str| (0..60_000).map(|n| format!("{word}{n}{end}")).collect::<String>();
        let styled = in_style_of(&format!("{}x\n", lines("a", "\r\n")), &lines("b", "\n"));
        assert_eq!(styled, lines("b", "\r\n"));
    }

    proptest! {
        #[test]
        fn only_line_ends_change(local in "([ab]|\r\n|\n|\r){0,24}", text in "([ab]|\r\n|\n|\r){0,24}") {
            let styled = in_style_of(&local, &text);
            prop_assert_eq!(canonical(&styled), canonical(&text));
        }

        #[test]
        fn a_text_in_its_own_style_stays_as_it_is(text in "\u{feff}?([ab]|\r\n|\n|\r){0,24}") {
            prop_assert_eq!(in_style_of(&text, &canonical(&text)), text);
        }
    }
}
