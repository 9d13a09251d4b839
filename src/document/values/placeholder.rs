//! What templates leave behind for people to fill in: no value.

use super::fold;

/// Whether `raw` only says what kind of value belongs here. Of lists, `[a, b]` is a value.
pub(super) fn is_one(raw: &str, is_list: bool) -> bool {
    let bare = fold::bare(raw);
    is_bracketed(bare, is_list) || is_choice(bare) || is_to_be_done(bare)
}

/// Whether a heading only says what kind of title belongs here; a bar in it offers no choice.
pub(super) fn is_title(raw: &str) -> bool {
    let bare = fold::bare(raw);
    is_bracketed(bare, false) || is_to_be_done(bare)
}

/// `[Date]`, `<name>`, `{{ owner }}`.
fn is_bracketed(bare: &str, is_list: bool) -> bool {
    let inside = |open: char, close: char| {
        let inner = bare.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.contains([open, close]) || open == '{').then_some(inner)
    };
    let square = inside('[', ']').is_some_and(|inner| !is_list && inner.chars().any(char::is_alphabetic));
    square || inside('<', '>').is_some_and(|inner| !inner.contains("://")) || inside('{', '}').is_some()
}

/// `Planning | Active | Completed`.
fn is_choice(bare: &str) -> bool {
    let bare = bare.trim_matches(['[', ']']);
    bare.contains(" | ") && bare.split(" | ").all(|word| word.len() <= 30 && !word.contains("**"))
}

/// `TBD`, `YYYY-MM-DD`, `X weeks`.
fn is_to_be_done(bare: &str) -> bool {
    let folded = fold::folded(bare);
    let words = fold::without_remark(&folded);
    matches!(
        words,
        "tbd"
            | "tba"
            | "tbc"
            | "xxx"
            | "?"
            | "??"
            | "..."
            | "…"
            | "to be determined"
            | "to be defined"
            | "to be decided"
            | "yyyy-mm-dd"
            | "x days"
            | "x weeks"
            | "x hours"
            | "n weeks"
            | "n days"
            | "n hours"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_no_value() {
        for raw in ["[Status]", "Planning | Active | Completed", "`TBD`", "TBD (later)", "YYYY-MM-DD", "{{ owner }}"] {
            assert!(is_one(raw, false), "{raw}");
        }
        for raw in ["Done", "[x] Done", "[a link](https://example.org)", "P0", "<https://example.org>", "[1.2]"] {
            assert!(!is_one(raw, false), "{raw}");
        }
        assert!(!is_one("[api, ui]", true));
        assert!(is_title("[Task Title]") && !is_title("A | B"));
    }
}
