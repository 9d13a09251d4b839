//! Which differences between two texts mean nothing: the byte-order mark and the style of line ends.

use std::borrow::Cow;

use crate::model::Digest;

const BOM: char = '\u{feff}';

/// The text as it is hashed: without byte-order mark and without the CR of CRLF. Takes an unstamped text.
pub fn canonical(unstamped: &str) -> Cow<'_, str> {
    let text = unstamped.strip_prefix(BOM).unwrap_or(unstamped);
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

/// The digest of the canonical text of an unstamped text.
pub fn canonical_digest(unstamped: &str) -> Digest {
    Digest::of(canonical(unstamped).as_bytes())
}

/// `text` with the line ends and byte-order mark that `local` has; where `local` mixes line ends, with its most common.
pub fn in_style_of(local: &str, text: &str) -> String {
    let plain = canonical(text);
    let mark = if local.starts_with(BOM) { "\u{feff}" } else { "" };
    let all = local.bytes().filter(|&b| b == b'\n').count();
    let with_cr = local.matches("\r\n").count();
    let body = match (all, 2 * with_cr > all) {
        (0, _) => Cow::Borrowed(text.strip_prefix(BOM).unwrap_or(text)),
        (_, true) => Cow::Owned(plain.replace('\n', "\r\n")),
        (_, false) => plain,
    };
    format!("{mark}{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ed11_line_ends_and_mark_mean_nothing() {
        assert_eq!(canonical("\u{feff}a\r\nb\rc\n"), "a\nb\rc\n");
        assert_eq!(canonical_digest("\u{feff}a\r\n"), Digest::of(b"a\n"));
        assert_ne!(canonical_digest("a \n"), canonical_digest("a\n"));
    }

    #[test]
    fn a_text_takes_on_the_local_style() {
        assert_eq!(in_style_of("x\r\ny\r\n", "a\nb\n"), "a\r\nb\r\n");
        assert_eq!(in_style_of("x\ny\n", "\u{feff}a\r\nb\r\n"), "a\nb\n");
        assert_eq!(in_style_of("\u{feff}x\n", "a\n"), "\u{feff}a\n");
        assert_eq!(in_style_of("x", "a\r\nb"), "a\r\nb");
        assert_eq!(in_style_of("x\r\ny\nz\n", "a\r\nb"), "a\nb");
    }
}
