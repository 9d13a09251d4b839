//! Makes any text harmless for a terminal and a log: what cannot be seen is written out.
//!
//! Titles and documents come from anybody. A control sequence in one could clear the screen, set the clipboard or
//! forge a line of a log; an invisible or direction-changing character could make one name look like another.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

/// Columns between tab stops.
const TAB: usize = 8;

/// Makes `text` one harmless line: line breaks are written out as well.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !is_unsafe(c) && !is_joiner(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let (mut column, mut rest) = (0, text.chars());
    while let Some(c) = rest.next() {
        let from = out.len();
        let before = out.chars().next_back();
        match c {
            '\t' => out.extend(std::iter::repeat_n(' ', TAB - column % TAB)),
            c if is_joiner(c) && joins_pictures(before, c, rest.clone().next()) => out.push(c),
            c if is_unsafe(c) || is_joiner(c) => write_out(c, &mut out),
            c => out.push(c),
        }
        column += out[from..].width();
    }
    Cow::Owned(out)
}

/// Makes each line of `text` harmless and keeps its line breaks; a break of CR and LF becomes a plain one.
pub(super) fn lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(|l| line(l.strip_suffix('\r').unwrap_or(l))).collect();
    lines.join("\n")
}

/// How many columns a harmless text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The byte at which the column `column` of a harmless text begins, at most its length.
pub(super) fn at_column(text: &str, column: usize) -> usize {
    if text.is_ascii() {
        return column.min(text.len());
    }
    let is_there = |at: &usize| text[..*at].width() >= column;
    text.char_indices().map(|(at, _)| at).find(is_there).unwrap_or(text.len())
}

/// Whether a character must not reach a terminal as it is.
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control() || !c.is_ascii() && is_invisible(c)
}

/// Characters that change the direction of text, take no room, or hide a message.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Characters that are harmless inside an emoji only: the joiner and the two ways of showing it.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

fn joins_pictures(before: Option<char>, joiner: char, after: Option<char>) -> bool {
    let is_key = |c: char| matches!(c, '#' | '*' | '0'..='9');
    match joiner {
        '\u{200d}' => before.is_some_and(|c| is_picture(c) || c == '\u{fe0f}') && after.is_some_and(is_picture),
        // 1️⃣ is a digit, this, and the frame of a key.
        _ => before.is_some_and(|c| is_picture(c) || is_key(c) && after == Some('\u{20e3}')),
    }
}

/// Whether a character is a picture, or a sign that can be shown as one; no digit, no letter of any script.
fn is_picture(c: char) -> bool {
    matches!(c,
        '©' | '®' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2194}'..='\u{21aa}'
        | '\u{231a}'..='\u{23ff}' | '\u{24c2}' | '\u{25aa}'..='\u{27bf}' | '\u{2934}' | '\u{2935}'
        | '\u{2b05}'..='\u{2b55}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// `\n`, `\x1b` or `\u{202e}`.
fn write_out(c: char, out: &mut String) {
    let written = match c {
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        c if u32::from(c) < 0x100 => write!(out, "\\x{:02x}", u32::from(c)),
        c => write!(out, "\\u{{{:x}}}", u32::from(c)),
    };
    written.expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hx09_no_sequence_from_a_title_reaches_a_terminal() {
        for (title, shown) in [
            ("\x1b[2Jcleared", r"\x1b[2Jcleared"),
            ("\x1b]52;c;cm0gLXJm\x07", r"\x1b]52;c;cm0gLXJm\x07"),
            ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", r"\x1b]8;;http://evil\x1b\link\x1b]8;;\x1b\"),
            ("\u{9b}31mred", r"\x9b31mred"),
            ("\u{9d}0;title\u{9c}", r"\x9d0;title\x9c"),
            ("del\x7f\x08\x08\x08", r"del\x7f\x08\x08\x08"),
            ("user\u{202e}txt.exe", r"user\u{202e}txt.exe"),
            ("\u{2066}a\u{2069}\u{61c}\u{200f}", r"\u{2066}a\u{2069}\u{61c}\u{200f}"),
            ("ad\u{200b}min\u{feff}\u{2060}\u{ad}", r"ad\u{200b}min\u{feff}\u{2060}\xad"),
            ("\u{e0041}\u{e007f}hidden", r"\u{e0041}\u{e007f}hidden"),
            ("a\u{fe01}\u{e0101}b", r"a\u{fe01}\u{e0101}b"),
        ] {
            assert_eq!(line(title), shown);
            assert_eq!(lines(title), shown);
        }
    }

    #[test]
    fn hx10_a_line_break_in_a_title_starts_no_line() {
        assert_eq!(line("a\nerror: forged\r\nb\u{2028}c\u{85}d"), r"a\nerror: forged\r\nb\u{2028}c\x85d");
    }

    #[test]
    fn everyday_text_stays_as_it_is() {
        for text in ["plain", "é ü 完成 進行中 الحالة", "✅ done ⏸️ 🔒 👩‍💻 1️⃣", "e\u{301}"]
        {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn a_joiner_outside_an_emoji_is_written_out() {
        assert_eq!(line("pay\u{200d}pal"), r"pay\u{200d}pal");
        assert_eq!(line("\u{fe0f}a\u{fe0f}"), r"\u{fe0f}a\u{fe0f}");
        assert_eq!(line("⏸\u{fe0f}\u{fe0f}"), "⏸\u{fe0f}\\u{fe0f}");
        assert_eq!(line("1\u{200d}2 #\u{200d}* か\u{200d}な"), r"1\u{200d}2 #\u{200d}* か\u{200d}な");
        assert_eq!(line("1\u{fe0f}2 1\u{fe0f}\u{20e3}"), "1\\u{fe0f}2 1\u{fe0f}\u{20e3}");
    }

    #[test]
    fn tabs_reach_the_next_stop() {
        assert_eq!(line("a\tb"), "a       b");
        assert_eq!(line("完成\tb"), "完成    b");
        assert_eq!(lines("\tx\r\ny"), "        x\ny");
    }

    proptest! {
        #[test]
        fn hx09_nothing_unsafe_ever_passes(text in any::<String>()) {
            for (shown, breaks) in [(line(&text).into_owned(), false), (lines(&text), true)] {
                prop_assert!(shown.chars().all(|c| (breaks && c == '\n') || !is_unsafe(c)), "{shown:?}");
            }
        }

        #[test]
        fn hx09_control_soup_never_passes(text in "[\u{0}-\u{20}\u{7f}-\u{a0}\u{200b}-\u{206f}\u{fe00}-\u{fe0f}a⏸]{0,40}") {
            let shown = line(&text);
            prop_assert!(!shown.chars().any(is_unsafe), "{shown:?}");
            prop_assert!(!shown.bytes().any(|b| b < 0x20 || b == 0x7f));
        }

        #[test]
        fn showing_twice_is_showing_once(text in any::<String>()) {
            let once = line(&text).into_owned();
            prop_assert_eq!(line(&once), once.clone());
        }
    }
}
