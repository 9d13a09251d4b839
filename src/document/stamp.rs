//! The stamp: the last line of a managed document, found textually and never by Markdown structure.
//!
//! ```text
//! text "a⏎"  ⇄  "a⏎<!-- instep … -->⏎"
//! text "a"   ⇄  "a⏎<!-- instep … -->"      the stamp's own line end tells whether the text has one
//! ```

use std::borrow::Cow;

use memchr::memmem;

use super::positions::Positions;
use crate::model::{Problem, Role, Severity, Span, Stamp};

/// A text apart from its stamp.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped<'a> {
    /// The text without any stamp line.
    pub text: Cow<'a, str>,
    /// What stamps it bore.
    pub stamps: Stamps,
    /// Whether nothing but blank lines follows the stamp; a stamped file without its last line may be half written.
    pub is_last: bool,
    /// What is wrong with the stamps, in terms of the raw text.
    pub problems: Vec<Problem>,
}

/// What stamps a text bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamps {
    /// None.
    None,
    /// One good stamp.
    One(Stamp),
    /// Several; none of them has authority.
    Several,
    /// Something that begins like a stamp and is none; it stays in the text.
    Damaged,
}

/// How a stamp is written in one language.
struct Form {
    open: &'static str,
    close: &'static str,
}

/// A place that begins like a stamp.
struct Found {
    /// What to take out of the text, with the line end that goes with it.
    cut: Span,
    /// The stamp; `None` where it is damaged.
    stamp: Option<Stamp>,
}

const WORD: &str = "instep ";
const MARKDOWN: Form = Form { open: "<!-- ", close: " -->" };
const YAML: Form = Form { open: "# ", close: "" };

/// Takes every stamp off `raw`; for one stamp on the last line, the inverse of [`stamped`].
///
/// A stamp in the middle goes as well: what was written below it moves up to the text, whose end the next stamp marks.
pub fn split(role: Role, raw: &str) -> Stamped<'_> {
    let found = find(form(role), raw);
    let good: Vec<&Found> = found.iter().filter(|f| f.stamp.is_some()).collect();
    let stamps = match (good.as_slice(), found.len()) {
        ([], 0) => Stamps::None,
        ([], _) => Stamps::Damaged,
        ([Found { stamp: Some(stamp), .. }], _) => Stamps::One(*stamp),
        _ => Stamps::Several,
    };
    let is_last = good.last().is_none_or(|last| raw[last.cut.end..].trim().is_empty());
    let text = without(raw, &good);
    Stamped { text, stamps, is_last, problems: problems(raw, &found, good.len()) }
}

/// Puts `stamp` on the last line of `unstamped`, in the text's own line ends.
pub fn stamped(role: Role, unstamped: &str, stamp: Stamp) -> String {
    [unstamped, &stamp_line(role, unstamped, stamp)].concat()
}

/// What [`stamped`] adds to the end of `unstamped`.
pub fn stamp_line(role: Role, unstamped: &str, stamp: Stamp) -> String {
    let Form { open, close } = form(role);
    let end = line_end(unstamped);
    let before = if end.is_none() { last_line_end(unstamped) } else { "" };
    format!("{before}{open}{WORD}{} {}{close}{}", stamp.id, stamp.hash, end.unwrap_or(""))
}

fn form(role: Role) -> &'static Form {
    if role.is_yaml() { &YAML } else { &MARKDOWN }
}

fn find(form: &Form, raw: &str) -> Vec<Found> {
    memmem::find_iter(raw.as_bytes(), WORD).filter_map(|at| found_at(form, raw, at)).collect()
}

/// The stamp whose word is at byte `at`, if its line begins there.
fn found_at(form: &Form, raw: &str, at: usize) -> Option<Found> {
    let before = raw[..at].strip_suffix(form.open)?.trim_end_matches([' ', '\t']);
    let is_line_start = before.is_empty() || before.ends_with(['\n', '\r', '\u{feff}']);
    let after = &raw[at + WORD.len()..];
    if !is_line_start {
        return None;
    }
    let Some((stamp, length)) = parse(form, after) else {
        let looks_like_one = after.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').count() >= 6;
        return looks_like_one.then_some(Found { cut: before.len()..at + WORD.len(), stamp: None });
    };
    let rest = &after[length..];
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let end = at + WORD.len() + length;
    let cut = match line_start(&rest[blanks..]) {
        Some(line_end) => before.len()..end + blanks + line_end.len(),
        None if rest[blanks..].is_empty() => before.len() - line_end(before).map_or(0, str::len)..raw.len(),
        // Text that was appended to a file whose last line had no line end.
        None if !form.close.is_empty() => before.len()..end,
        None => return Some(Found { cut: before.len()..end, stamp: None }),
    };
    Some(Found { cut, stamp: Some(stamp) })
}

/// `<id> <hash12>` and the closing, and how many bytes they take.
fn parse(form: &Form, after: &str) -> Option<(Stamp, usize)> {
    const ID: usize = 36;
    const HASH: usize = 12;
    let (id, rest) = after.split_at_checked(ID)?;
    let (hash, rest) = rest.strip_prefix(' ')?.split_at_checked(HASH)?;
    rest.strip_prefix(form.close)?;
    let is_plain = id.bytes().all(|b| b == b'-' || b.is_ascii_digit() || b.is_ascii_lowercase());
    let stamp = Stamp { id: id.parse().ok().filter(|_| is_plain)?, hash: hash.parse().ok()? };
    Some((stamp, ID + 1 + HASH + form.close.len()))
}

fn without<'a>(raw: &'a str, good: &[&Found]) -> Cow<'a, str> {
    match good {
        [] => Cow::Borrowed(raw),
        [one] if one.cut.end == raw.len() => Cow::Borrowed(&raw[..one.cut.start]),
        _ => {
            let mut text = String::with_capacity(raw.len());
            let mut kept = 0;
            for Found { cut, .. } in good {
                text.push_str(&raw[kept..cut.start.max(kept)]);
                kept = cut.end;
            }
            text.push_str(&raw[kept..]);
            Cow::Owned(text)
        }
    }
}

fn problems(raw: &str, found: &[Found], good: usize) -> Vec<Problem> {
    let mut positions = Positions::new(raw);
    let mut problem = |rule, span: &Span, message: &str| Problem {
        rule,
        severity: Severity::Warning,
        span: span.clone(),
        position: positions.at(span.start),
        message: message.into(),
    };
    let complaint = |f: &Found| match f.stamp {
        None => Some(problem("damaged-stamp", &f.cut, "this line begins like a stamp but is none")),
        Some(_) if good > 1 => {
            Some(problem("several-stamps", &f.cut, "the text bears several stamps; none of them counts"))
        }
        Some(_) => None,
    };
    found.iter().filter_map(complaint).collect()
}

/// The line end that `text` begins with.
fn line_start(text: &str) -> Option<&str> {
    ["\r\n", "\n", "\r"].into_iter().find(|end| text.starts_with(end))
}

/// The line end that `text` ends with.
fn line_end(text: &str) -> Option<&'static str> {
    ["\r\n", "\n", "\r"].into_iter().find(|end| text.ends_with(end))
}

/// The last line end anywhere in `text`; LF where there is none.
fn last_line_end(text: &str) -> &'static str {
    let at = text.rfind(['\n', '\r']);
    at.and_then(|at| line_end(&text[..=at])).unwrap_or("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Digest, EntityId};

    const ID: &str = "0198c3a1-0000-7000-8000-0000000000e1";
    const HASH: &str = "ab12cd34ef56";

    fn stamp() -> Stamp {
        Stamp { id: ID.parse().expect("an id"), hash: HASH.parse().expect("a hash") }
    }

    fn line() -> String {
        format!("<!-- instep {ID} {HASH} -->")
    }

    #[test]
    fn a_stamp_comes_off_and_goes_on_again() {
        for text in ["a\n", "a", "a\r\n", "a\r\nb", "a\r", "a\rb", "\u{feff}a\n", "a\n\n\n", "\n", "", "a\n  "] {
            for role in Role::ALL {
                let raw = stamped(*role, text, stamp());
                let split = split(*role, &raw);
                assert_eq!((split.text.as_ref(), split.stamps), (text, Stamps::One(stamp())), "{raw:?}");
                assert_eq!(stamped(*role, &split.text, stamp()), raw);
                assert!(split.is_last && split.problems.is_empty());
            }
        }
    }

    #[test]
    fn text_after_the_stamp_is_content() {
        let raw = format!("a\n{}\n## Notes\n", line());
        let it = split(Role::Task, &raw);
        assert_eq!((it.text.as_ref(), it.stamps, it.is_last), ("a\n## Notes\n", Stamps::One(stamp()), false));
        let glued = format!("a\n{}## Notes\n", line());
        assert_eq!(split(Role::Task, &glued).text, "a\n## Notes\n");
    }

    #[test]
    fn several_stamps_have_no_authority() {
        let other = Stamp { hash: Digest::of(b"x").short(), ..stamp() };
        let raw = stamped(Role::Task, &stamped(Role::Task, "a\n", stamp()), other);
        let it = split(Role::Task, &raw);
        assert_eq!((it.text.as_ref(), it.stamps), ("a\n", Stamps::Several));
        assert_eq!(it.problems.iter().map(|p| p.position.line).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn a_damaged_stamp_is_told_and_stays() {
        for raw in ["a\n<!-- instep 0198c3a1-0000 -->\n", &format!("a\n<!-- instep {ID} AB12CD34EF56 -->\n")] {
            let it = split(Role::Task, raw);
            assert_eq!((it.text.as_ref(), it.stamps), (raw, Stamps::Damaged));
            assert_eq!(it.problems[0].rule, "damaged-stamp");
        }
        let talk = "a\n<!-- instep is a tool -->\n`<!-- instep 0198c3a1-0000 -->`\n";
        assert_eq!(split(Role::Task, talk).stamps, Stamps::None);
    }

    #[test]
    fn each_language_has_its_own_stamp() {
        let yaml = stamped(Role::AgentConfig, "a: b\n", stamp());
        assert_eq!(yaml, format!("a: b\n# instep {ID} {HASH}\n"));
        assert_eq!(split(Role::Task, &yaml).stamps, Stamps::None);
        let _: EntityId = ID.parse().expect("an id");
    }

    proptest! {
        #[test]
        fn split_undoes_stamped(text in "(\u{feff})?([a-z <!-]|\r\n|\n|\r|é){0,40}", yaml: bool) {
            let role = if yaml { Role::AgentConfig } else { Role::Task };
            let raw = stamped(role, &text, stamp());
            let it = split(role, &raw);
            prop_assert_eq!(it.text.as_ref(), text.as_str());
            prop_assert_eq!(it.stamps, Stamps::One(stamp()));
        }

        #[test]
        fn stamped_undoes_split(
            text in "([a-z ]{0,3}\n){1,5}[a-z]\n", crlf: bool, at_end: bool, bom: bool,
        ) {
            let mut raw = format!("{}{text}{}{}", if bom { "\u{feff}" } else { "" }, line(), if at_end { "\n" } else { "" });
            if crlf {
                raw = raw.replace('\n', "\r\n");
            }
            prop_assert_eq!(stamped(Role::Task, &split(Role::Task, &raw).text, stamp()), raw);
        }

        #[test]
        fn no_soup_makes_split_panic(raw in "(<!-- |instep |# |[0-9a-f-]{12}|0198c3a1-0000-7000-8000-0000000000e1 ab12cd34ef56| -->|\n|\r|é){0,12}") {
            for role in Role::ALL {
                let it = split(*role, &raw);
                prop_assert!(it.text.len() <= raw.len());
            }
        }
    }
}
