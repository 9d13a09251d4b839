//! The words for how urgent something is.

use super::fold;
use super::foreign::{self, Language};
use crate::model::Priority;

/// The priority; bare digits mean nothing, because nobody can know which end is high.
pub(super) fn read(raw: &str) -> Option<Priority> {
    let folded = fold::folded(raw);
    by_letter(&folded).or_else(|| by_word(&folded)).or_else(|| by_word(fold::without_remark(&folded)))
}

/// `p1`, `p1-high`, `p0 (critical)`: by the P.
fn by_letter(folded: &str) -> Option<Priority> {
    let mut chars = folded.strip_prefix('p')?.chars();
    let priority = match chars.next()? {
        '0' => Priority::P0,
        '1' => Priority::P1,
        '2' => Priority::P2,
        '3' => Priority::P3,
        _ => return None,
    };
    let rest = chars.as_str();
    let stands_alone = rest.is_empty() || rest.starts_with([' ', '(', '-', ':', '_', '.']);
    let names_another = rest.contains("/p") || rest.contains("-p") || rest.contains(" p");
    (stands_alone && !names_another).then_some(priority)
}

fn by_word(words: &str) -> Option<Priority> {
    Some(match words {
        "critical" | "blocker" | "urgent" | "must" | "must have" | "must-have" => Priority::P0,
        "high" | "should" | "should have" | "should-have" => Priority::P1,
        "medium" | "med" | "normal" | "could" | "could have" | "could-have" => Priority::P2,
        "low" | "nice to have" | "nice-to-have" | "won't" | "wont" => Priority::P3,
        foreign => return foreign::meaning(LANGUAGES, foreign).map(|at| MEANINGS[at]),
    })
}

/// What each place of a [`Language`] means.
const MEANINGS: [Priority; 4] = [Priority::P0, Priority::P1, Priority::P2, Priority::P3];

/// Spanish, Portuguese, French, Italian, German, Swedish, Danish, Norwegian, Chinese, Korean.
const LANGUAGES: &[Language<4>] = &[
    [&["crítica", "crítico", "urgente"], &["alta", "alto"], &["media", "medio"], &["baja", "bajo"]],
    [&["crítica", "crítico", "urgente"], &["alta", "alto"], &["média", "médio"], &["baixa", "baixo"]],
    [&["critique"], &["haute", "élevée"], &["moyenne"], &["basse"]],
    [&["urgente"], &["alta"], &["media"], &["bassa"]],
    [&["kritisch", "dringend"], &["hoch"], &["mittel"], &["niedrig"]],
    [&["kritisk"], &["hög"], &["medel"], &["låg"]],
    [&["kritisk"], &["høj"], &["middel"], &["lav"]],
    [&["kritisk"], &["høy"], &["middels"], &["lav"]],
    [&["紧急"], &["高"], &["中"], &["低"]],
    [&[], &["높음"], &["중간"], &["낮음"]],
];

/// How those who say `old` in their language say `priority`, where their word for it is known.
pub(super) fn likewise(old: &str, priority: Priority) -> Option<&'static str> {
    let at = MEANINGS.iter().position(|meaning| *meaning == priority)?;
    foreign::likewise(LANGUAGES, &fold::folded(old), at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_one_meaning() {
        let table = [
            ("P0", Some(Priority::P0)),
            ("`P1-HIGH`", Some(Priority::P1)),
            ("P0 (Critical)", Some(Priority::P0)),
            ("🔴 **Critical**", Some(Priority::P0)),
            ("HIGH (needed for the help)", Some(Priority::P1)),
            ("**SHOULD** — later", Some(Priority::P1)),
            ("normal", Some(Priority::P2)),
            ("niedrig", Some(Priority::P3)),
            ("P4", None),
            ("P10", None),
            ("P0/P1", None),
            ("1", None),
            ("High/Medium", None),
        ];
        for (raw, meaning) in table {
            assert_eq!(read(raw), meaning, "{raw}");
        }
    }
}
