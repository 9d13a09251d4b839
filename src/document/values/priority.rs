//! The words for how urgent something is.

use super::fold;
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
        "crítica" | "crítico" | "urgente" | "critique" | "kritisch" | "dringend" | "kritisk" | "紧急" => {
            Priority::P0
        }
        "high" | "should" | "should have" | "should-have" => Priority::P1,
        "alta" | "alto" | "haute" | "élevée" | "hoch" | "hög" | "høj" | "høy" | "高" | "높음" => Priority::P1,
        "medium" | "med" | "normal" | "could" | "could have" | "could-have" => Priority::P2,
        "media" | "medio" | "média" | "médio" | "moyenne" | "mittel" | "medel" | "middels" | "中" | "중간" => {
            Priority::P2
        }
        "low" | "nice to have" | "nice-to-have" | "won't" | "wont" => Priority::P3,
        "baja" | "bajo" | "baixa" | "baixo" | "basse" | "niedrig" | "låg" | "lav" | "bassa" | "低" | "낮음" => {
            Priority::P3
        }
        _ => return None,
    })
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
