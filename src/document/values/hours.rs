//! Amounts of work: a day has eight hours, a week five days.

use super::fold;

/// Least and most hours; of sizes and points there are none.
pub(super) fn read(raw: &str) -> Option<(f64, f64)> {
    let folded = fold::folded(raw);
    let mut words = fold::without_remark(&folded).trim_start_matches(['~', '≈']).trim();
    for prefix in ["approx. ", "approx ", "about ", "ca. ", "circa "] {
        words = words.strip_prefix(prefix).unwrap_or(words);
    }
    let (mut total, has_amount) = ((0.0, 0.0), !words.is_empty());
    while !words.is_empty() {
        let (low, high, rest) = amount(words)?;
        total = (total.0 + low, total.1 + high);
        words = rest.trim_start();
    }
    (has_amount && total.0 <= total.1).then_some(total)
}

/// `3-5 days`: the hours, and what follows.
fn amount(words: &str) -> Option<(f64, f64, &str)> {
    let (low, rest) = number(words)?;
    let (high, rest) = match upper_end(rest) {
        Some(end) => end,
        None => (low, rest),
    };
    let rest = rest.trim_start_matches([' ', '-']);
    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let hours = unit(&rest[..end])?;
    Some((low * hours, high * hours, &rest[end..]))
}

/// The number after `-`, `–` or `to`; it must be the greater one.
fn upper_end(rest: &str) -> Option<(f64, &str)> {
    let rest = rest.trim_start();
    let after = rest.strip_prefix(['-', '–', '—']).or_else(|| rest.strip_prefix("to "))?;
    number(after.trim_start())
}

fn number(words: &str) -> Option<(f64, &str)> {
    let end = words.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(words.len());
    let number = words[..end].parse().ok().filter(|n: &f64| *n < 1e6)?;
    Some((number, &words[end..]))
}

pub(super) fn unit(word: &str) -> Option<f64> {
    Some(match word {
        "m" | "min" | "mins" | "minute" | "minutes" | "minuten" | "minutos" | "minuter" | "分钟" => 1.0 / 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunde" | "stunden" | "hora" | "horas" | "heure"
        | "heures" | "timmar" | "timme" | "ore" | "小时" | "시간" | "時間" => 1.0,
        "d" | "day" | "days" | "tag" | "tage" | "día" | "días" | "dia" | "dias" | "jour" | "jours" | "dag"
        | "dagar" | "giorni" | "天" | "日" | "일" => 8.0,
        "w" | "wk" | "wks" | "week" | "weeks" | "woche" | "wochen" | "semana" | "semanas" | "semaine" | "semaines"
        | "vecka" | "veckor" | "settimane" | "周" | "주" | "週間" => 40.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_ranges() {
        let table = [
            ("1 week", Some((40.0, 40.0))),
            ("3-5 days", Some((24.0, 40.0))),
            ("4–5 hours", Some((4.0, 5.0))),
            ("3 to 4 hours", Some((3.0, 4.0))),
            ("`8h`", Some((8.0, 8.0))),
            ("90 min", Some((1.5, 1.5))),
            ("~2 days", Some((16.0, 16.0))),
            ("2 weeks (10 days)", Some((80.0, 80.0))),
            ("1d 4h", Some((12.0, 12.0))),
            ("0 hours", Some((0.0, 0.0))),
            ("14-18 hours (2-3 days)", Some((14.0, 18.0))),
            ("5-3 days", None),
            ("X weeks", None),
            ("M", None),
            ("5 points", None),
            ("8", None),
            ("2 hours per page", None),
        ];
        for (raw, meaning) in table {
            assert_eq!(read(raw), meaning, "{raw}");
        }
    }
}
