//! Which differences between two texts mean nothing: the byte-order mark and the style of line ends.

use std::borrow::Cow;

use super::line_ends;
use crate::model::Digest;

const BOM: char = '\u{feff}';

/// The text as it is hashed: without byte-order mark and without the CR of CRLF. Takes an unstamped text.
///
/// Every CR right before an LF goes, so that what is canonical stays as it is when it is stored and read again.
pub fn canonical(unstamped: &str) -> Cow<'_, str> {
    let text = unstamped.strip_prefix(BOM).unwrap_or(unstamped);
    if !text.contains("\r\n") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (body, end) = without_end(line);
        plain.push_str(body);
        plain.push_str(if end.is_empty() { "" } else { "\n" });
    }
    Cow::Owned(plain)
}

/// The digest of the canonical text of an unstamped text.
pub fn canonical_digest(unstamped: &str) -> Digest {
    Digest::of(canonical(unstamped).as_bytes())
}

/// `text` with the line ends and byte-order mark that `local` has: a line that `local` has keeps its end, a new one gets
/// that of the line it takes the place of, else the most common.
pub fn in_style_of(local: &str, text: &str) -> String {
    let mark = if local.starts_with(BOM) { "\u{feff}" } else { "" };
    let all = local.bytes().filter(|&b| b == b'\n').count();
    let with_cr = local.matches("\r\n").count();
    let body = match with_cr {
        _ if all == 0 => Cow::Borrowed(text.strip_prefix(BOM).unwrap_or(text)),
        0 => canonical(text),
        _ => Cow::Owned(line_ends::adopt(local, &canonical(text), if 2 * with_cr > all { "\r\n" } else { "\n" })),
    };
    format!("{mark}{body}")
}

/// A line without its end, and the end: LF and every CR before it; empty on a last line that has none.
pub(super) fn without_end(line: &str) -> (&str, &str) {
    let body = line.strip_suffix('\n').map_or(line, |body| body.trim_end_matches('\r'));
    line.split_at(body.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ed11_line_ends_and_mark_mean_nothing() {
        assert_eq!(canonical("\u{feff}a\r\nb\rc\n"), "a\nb\rc\n");
        assert_eq!(canonical("a\r\r\n\rb\r"), "a\n\rb\r");
        assert_eq!(canonical_digest("\u{feff}a\r\n"), Digest::of(b"a\n"));
        assert_ne!(canonical_digest("a \n"), canonical_digest("a\n"));
    }

    #[test]
    fn a_text_takes_on_the_local_style() {
        assert_eq!(in_style_of("x\r\ny\r\n", "a\nb\n"), "a\r\nb\r\n");
        assert_eq!(in_style_of("x\ny\n", "\u{feff}a\r\nb\r\n"), "a\nb\n");
        assert_eq!(in_style_of("\u{feff}x\n", "a\n"), "\u{feff}a\n");
        assert_eq!(in_style_of("x", "a\r\nb"), "a\r\nb");
        assert_eq!(in_style_of("x\r\ny\nz\n", "a\r\nb"), "a\r\nb");
    }
}
