//! Several names in one value.

use super::fold;
use crate::model::Field;

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
pub(super) fn is_none(raw: &str) -> bool {
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

/// Words separated by commas, or by blanks where each begins with `#`.
fn items(raw: &str) -> impl Iterator<Item = &str> {
    let inner = raw.trim().trim_start_matches('[').trim_end_matches(']');
    let is_hashtags = inner.split_whitespace().all(|word| word.starts_with('#'));
    let separates = move |c: char| matches!(c, ',' | ';' | '、' | '，') || is_hashtags && c.is_whitespace();
    inner.split(separates).map(|item| fold::bare(item).trim_matches(['#', '\'']).trim()).filter(|item| !item.is_empty())
}

/// The codes that the back-ticked words name, else the items themselves, if each is one code with at most a remark.
fn codes(raw: &str) -> Option<Vec<String>> {
    let ticked: Vec<String> = raw.split('`').skip(1).step_by(2).filter_map(code).collect();
    if !ticked.is_empty() {
        return Some(ticked);
    }
    let text = without_parentheses(raw);
    let items: Vec<&str> = text.split([',', ';', '&', '+']).flat_map(|item| item.split(" and ")).collect();
    items.into_iter().filter(|item| !item.trim().is_empty()).map(code).collect()
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
        let table: [(&str, Option<&[&str]>); 13] = [
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
            ("All previous tasks", None),
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
}
