//! Calendar dates as people write them.

use jiff::civil::Date;

use super::fold;

/// The date; what could be read two ways, like `03/04/2025`, is none.
pub(super) fn read(raw: &str) -> Option<Date> {
    let folded = fold::folded(raw);
    let words = fold::without_remark(&folded);
    iso(words).or_else(|| spelled(words))
}

/// `2025-10-12`, also with a time of day after it.
fn iso(words: &str) -> Option<Date> {
    let (day, rest) = words.split_at_checked(10)?;
    let is_iso = day.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    let time = rest.strip_prefix(['t', ' ']).unwrap_or(rest).trim_end_matches("utc");
    let is_time = time.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'+' | b'-' | b' ' | b'z'));
    (is_iso && is_time).then(|| day.parse().ok())?
}

/// `october 12, 2025` and `12 october 2025`.
fn spelled(words: &str) -> Option<Date> {
    let mut parts = words.split([' ', ',']).filter(|part| !part.is_empty());
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || third.len() != 4 {
        return None;
    }
    let (month, day) = match month(first) {
        Some(month) => (month, second),
        None => (month(second)?, first),
    };
    let day = day.trim_end_matches("st").trim_end_matches("nd").trim_end_matches("rd").trim_end_matches("th");
    Date::new(third.parse().ok()?, month, day.parse().ok()?).ok()
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.');
    let names = |name: &&str| {
        *name == word || word.len() == 3 && name.starts_with(word) || word == "sept" && name.starts_with(word)
    };
    let at = MONTHS.iter().position(names)?;
    i8::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_doubtful_ones_are_not() {
        let table = [
            ("2025-10-12", Some("2025-10-12")),
            ("`2025-10-12 14:30`", Some("2025-10-12")),
            ("2025-10-12T14:30:00Z", Some("2025-10-12")),
            ("2025-10-12 14:30:00 UTC", Some("2025-10-12")),
            ("2025-10-12 (planned)", Some("2025-10-12")),
            ("October 12, 2025", Some("2025-10-12")),
            ("12 Oct 2025", Some("2025-10-12")),
            ("Sept. 1st, 2025", Some("2025-09-01")),
            ("2025-13-12", None),
            ("03/04/2025", None),
            ("2025-10", None),
            ("Week 3", None),
            ("2025-10-12 until spring", None),
        ];
        for (raw, meaning) in table {
            assert_eq!(read(raw).map(|d| d.to_string()).as_deref(), meaning, "{raw}");
        }
    }
}
