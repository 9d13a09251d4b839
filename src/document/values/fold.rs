//! Spellings without their decoration.

/// `raw` without the backticks, stars, quotes and symbols around it.
pub(in super::super) fn bare(raw: &str) -> &str {
    let around = |c: char| c.is_whitespace() || matches!(c, '*' | '`' | '"') || is_symbol(c);
    raw.trim_matches(around)
}

/// `raw` without symbols at its ends and without the stars, backticks or quotes that enclose the whole of it.
pub(super) fn unwrapped(raw: &str) -> &str {
    let said = raw.trim_matches(|c: char| c.is_whitespace() || is_symbol(c));
    let within = |mark: &str| {
        let inner = said.strip_prefix(mark)?.strip_suffix(mark)?;
        (!inner.is_empty() && !inner.contains(mark)).then_some(inner)
    };
    ["**", "*", "`", "\""].into_iter().find_map(within).map_or(said, unwrapped)
}

/// The words of `raw`: lower case, without decoration anywhere, one blank between words.
pub(super) fn folded(raw: &str) -> String {
    let raw = without_box(raw.trim_start());
    let mut words = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '*' | '`' | '"' | '#' => {}
            '’' => words.push('\''),
            c if c.is_whitespace() || is_symbol(c) => {
                if !words.is_empty() && !words.ends_with(' ') {
                    words.push(' ');
                }
            }
            c => words.extend(c.to_lowercase()),
        }
    }
    words.truncate(words.trim_end().len());
    words
}

/// `folded` without a remark after a dash or in parentheses.
pub(super) fn without_remark(folded: &str) -> &str {
    let cuts = [" - ", " – ", " — ", "(", "（"];
    let at = cuts.iter().filter_map(|cut| folded.find(cut)).min();
    at.map_or(folded, |at| folded[..at].trim_end())
}

/// The first symbol of `raw`, where symbols are all it has.
pub(super) fn symbol(raw: &str) -> Option<char> {
    let mut signs = raw.chars().filter(|c| !c.is_whitespace() && !matches!(c, '*' | '`'));
    let first = signs.next().filter(|&c| is_symbol(c))?;
    signs.all(is_symbol).then_some(first)
}

/// Whether `c` is an emoji, an arrow, a dingbat or one of the invisible characters that go with them.
pub(super) fn is_symbol(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0e}' | '\u{fe0f}' | '\u{200d}' | '\u{20e3}')
}

/// Some write `[x] Completed` for a value.
fn without_box(raw: &str) -> &str {
    let boxed = ["[x] ", "[X] ", "[ ] "].into_iter().find_map(|mark| raw.strip_prefix(mark));
    boxed.unwrap_or(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoration_is_taken_off() {
        assert_eq!(bare("`phase-1`"), "phase-1");
        assert_eq!(bare("✅ **COMPLETE**"), "COMPLETE");
        assert_eq!(unwrapped("✅ **`a`** "), "a");
        assert_eq!(unwrapped("*a* and `b`"), "*a* and `b`");
        assert_eq!(unwrapped("`a` (`b`)"), "`a` (`b`)");
        assert_eq!(folded("✅ **COMPLETE** - shipped"), "complete - shipped");
        assert_eq!(folded("[x] Won’t  Do"), "won't do");
        assert_eq!(without_remark("done (by me"), "done");
        assert_eq!(without_remark("完成（by me）"), "完成");
        assert_eq!(symbol(" ⏸️ "), Some('⏸'));
        assert_eq!(symbol("⏸️ later"), None);
    }
}
