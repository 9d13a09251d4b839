//! Several names in one value.

use super::fold;
use crate::model::{Field, Reference};

/// The names in `raw`: none for `None` and its kin, and no list at all where the text is prose.
pub(super) fn read(field: Field, raw: &str) -> Option<Vec<String>> {
    if is_none(raw) {
        return Some(Vec::new());
    }
    match field {
        Field::DependsOn | Field::Blocks => codes(raw),
        _ => Some(items(raw).map(str::to_owned).collect()),
    }
}

/// Whether `raw` says that there is nothing: `None`, `-`, `n/a`, also with a remark.
pub(in super::super) fn is_none(raw: &str) -> bool {
    let folded = fold::folded(raw);
    let words = fold::without_remark(&folded).trim_end_matches('.');
    matches!(
        words,
        "none"
            | "-"
            | "–"
            | "—"
            | "n/a"
            | "na"
            | "nil"
            | "null"
            | "[]"
            | "无"
            | "nenhum"
            | "nenhuma"
            | "ninguna"
            | "ninguno"
            | "aucune"
            | "aucun"
            | "keine"
            | "inga"
            | "nessuna"
            | "없음"
            | "なし"
    )
}

/// Words separated by commas, or by blanks where each begins with `#`; what stands in quotes or backticks is one item.
fn items(raw: &str) -> impl Iterator<Item = &str> {
    let inner = raw.trim().trim_start_matches('[').trim_end_matches(']');
    let is_hashtags = inner.split_whitespace().all(|word| word.starts_with('#'));
    let separates = move |c: char| matches!(c, ',' | ';' | '、' | '，') || is_hashtags && c.is_whitespace();
    let mut rest = Some(inner);
    let pieces = std::iter::from_fn(move || {
        let (piece, after) = piece(rest?, &separates);
        rest = after;
        Some(piece)
    });
    pieces.map(item).filter(|item| !item.is_empty())
}

/// The text before the first separator, and what follows that; none separates within quotes or backticks around a whole
/// item.
fn piece<'r>(text: &'r str, separates: &impl Fn(char) -> bool) -> (&'r str, Option<&'r str>) {
    let start = text.len() - text.trim_start().len();
    let from = quoted_end(&text[start..], separates).map_or(0, |end| start + end);
    match text[from..].char_indices().find(|(_, c)| separates(*c)) {
        Some((at, c)) => (&text[..from + at], Some(&text[from + at + c.len_utf8()..])),
        None => (text, None),
    }
}

/// Where the quotes or backticks end that `text` begins with, if nothing but a separator follows them.
fn quoted_end(text: &str, separates: &impl Fn(char) -> bool) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let end = 1 + text[1..].find(quote)? + 1;
    let next = text[end..].trim_start().chars().next();
    next.is_none_or(separates).then_some(end)
}

/// An item without its decoration; in double quotes, exactly what they hold.
fn item(piece: &str) -> &str {
    let piece = piece.trim();
    match piece.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(exact) if !exact.contains('"') => exact,
        _ => fold::bare(piece).trim_matches(['#', '\'']).trim(),
    }
}

/// The codes that all parts of `raw` name; none where one part names none: half a list is no list.
fn codes(raw: &str) -> Option<Vec<String>> {
    let codes: Vec<String> = parts(raw).map(codes_of).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    (!codes.is_empty()).then_some(codes)
}

/// What stands between commas and the like, outside of parentheses and backticks.
fn parts(raw: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut is_code, mut start) = (0_usize, false, 0);
    let ends = raw.char_indices().filter_map(move |(at, c)| {
        match c {
            '`' => is_code = !is_code,
            '(' if !is_code => depth += 1,
            ')' if !is_code => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_inside = is_code || depth > 0;
        let length = if raw[at..].starts_with(" and ") { 5 } else { c.len_utf8() };
        let separates = length == 5 || matches!(c, ',' | ';' | '&' | '+');
        (!is_inside && separates).then_some((at, at + length))
    });
    let ends = ends.chain([(raw.len(), raw.len())]).map(move |(end, next)| {
        let part = raw.get(start..end).unwrap_or_default();
        start = next;
        part
    });
    ends.filter(|part| !part.trim().is_empty())
}

/// The codes that one part names: itself with at most a remark, else its back-ticked words.
fn codes_of(part: &str) -> Option<Vec<String>> {
    let ticks = part.matches('`').count();
    if ticks % 2 == 1 {
        return None;
    }
    let words = || -> Option<Vec<String>> { part.split('`').skip(1).step_by(2).map(ticked).collect() };
    code(&without_parentheses(part)).map(|code| vec![code]).or_else(|| words().filter(|_| ticks > 0))
}

/// A word in backticks: whatever names a task will do.
fn ticked(word: &str) -> Option<String> {
    let named = word.trim().trim_end_matches('/');
    code(word).or_else(|| named.parse::<Reference>().ok().map(|_| named.to_owned()))
}

/// `item` as a code, if it looks like one: no blank, and a digit or a joint in it. What follows a tick says that the
/// work is done, and is no part of it.
fn code(item: &str) -> Option<String> {
    let item = item.split_once(['✅', '✓', '✔']).map_or(item, |(named, _)| named);
    let bare = fold::bare(item).trim_matches(['[', ']', '\'', '"', '#', '@']).trim_end_matches('.');
    let bare = bare.trim_end_matches('/');
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':');
    let has_joint = bare.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_'));
    let fits = bare.starts_with(|c: char| c.is_ascii_alphanumeric()) && bare.len() <= 130;
    (fits && has_joint && bare.chars().all(is_part)).then(|| bare.to_owned())
}

fn without_parentheses(raw: &str) -> String {
    let mut depth = 0_usize;
    let mut keep = |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    raw.chars().filter(|&c| keep(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_codes_or_prose() {
        let table: [(&str, Option<&[&str]>); 21] = [
            ("None", Some(&[])),
            ("None (should be first, before others)", Some(&[])),
            ("无", Some(&[])),
            ("UI-02 (triggered by a click)", Some(&["UI-02"])),
            ("UI-01, UI-02 and UI-03", Some(&["UI-01", "UI-02", "UI-03"])),
            ("`other-task` must be completed first", Some(&["other-task"])),
            ("158 ✓, 159 ✓", Some(&["158", "159"])),
            ("S-52 (the import) ✅ COMPLETE", Some(&["S-52"])),
            ("[T01_S01, T02_S01]", Some(&["T01_S01", "T02_S01"])),
            ("T:alpha/phase-1", Some(&["T:alpha/phase-1"])),
            ("`fix-login`, `deploy`", Some(&["fix-login", "deploy"])),
            ("`x`, `y` and UI-02 (see `z`)", Some(&["x", "y", "UI-02"])),
            ("`T:alpha/b`, `backlog/c`", Some(&["T:alpha/b", "backlog/c"])),
            ("Backend (`api-1`, `b`)", Some(&["api-1", "b"])),
            ("All previous tasks", None),
            ("`fix-login`, the rest", None),
            ("`fix-login`, `the rest`", None),
            ("`fix-login` and deploy", None),
            ("`fix-login", None),
            ("Stories 6.1-6.2 should be complete", None),
            ("Infrastructure", None),
        ];
        for (raw, meaning) in table {
            let codes = read(Field::DependsOn, raw);
            assert_eq!(
                codes.as_deref().map(|c| c.iter().map(String::as_str).collect::<Vec<_>>()).as_deref(),
                meaning,
                "{raw}"
            );
        }
    }

    #[test]
    fn tags_are_words() {
        assert_eq!(read(Field::Tags, "api, `ui work`; db"), Some(vec!["api".into(), "ui work".into(), "db".into()]));
        assert_eq!(read(Field::Tags, "#api #ui"), Some(vec!["api".into(), "ui".into()]));
        assert_eq!(read(Field::Tags, "[a, 'b']"), Some(vec!["a".into(), "b".into()]));
    }

    #[test]
    fn what_is_quoted_is_one_item() {
        let table: [(&str, &[&str]); 6] = [
            ("a, `b, c`; d", &["a", "b, c", "d"]),
            ("\"a, b\", ' c; d '", &["a, b", "c; d"]),
            ("\"`a`\", \"#b\"", &["`a`", "#b"]),
            ("it's, 'tis, late", &["it's", "tis", "late"]),
            ("'a', 'b', \"c\"", &["a", "b", "c"]),
            ("`a` or `b, c`", &["a` or `b", "c"]),
        ];
        for (raw, items) in table {
            assert_eq!(read(Field::Tags, raw), Some(items.iter().map(|&item| item.to_owned()).collect()), "{raw}");
        }
    }
}
