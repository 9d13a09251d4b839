//! What somebody probably meant who wrote a name that does not exist.

/// How many names are worth offering.
const MOST: usize = 3;

/// From which likeness on a name is worth offering; 1 is equality.
const LIKE: f64 = 0.6;

/// Finds the names that are most like `wanted`, the likeliest first and at most three; case does not count.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let mut found: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (likeness(&wanted, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= LIKE)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    found.dedup_by_key(|(_, name)| *name);
    found.into_iter().take(MOST).map(|(_, name)| name).collect()
}

/// The end of a sentence about an unknown name: `; did you mean …?`, or nothing where no name is near.
pub fn did_you_mean<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(wanted, names).first() {
        Some(name) => format!("; did you mean `{name}`?"),
        None => String::new(),
    }
}

/// Typing errors, or a part of the name in place of the whole.
fn likeness(wanted: &str, name: &str) -> f64 {
    let part = wanted.len() >= 3 && name.contains(wanted);
    strsim::normalized_damerau_levenshtein(wanted, name).max(if part { 0.8 } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_name() {
        let names = ["phase-1-api", "phase-2-ui", "schema", "deploy"];
        assert_eq!(nearest("pahse-1-api", names).first(), Some(&"phase-1-api"));
        assert_eq!(nearest("SCHEMA", names), ["schema"]);
    }

    #[test]
    fn a_part_of_the_name_is_enough() {
        assert_eq!(nearest("phase", ["phase-1-api", "phase-2-ui", "schema"]), ["phase-1-api", "phase-2-ui"]);
    }

    #[test]
    fn at_most_three_are_offered_and_none_that_is_unlike() {
        assert_eq!(
            nearest("task-1", ["task-5", "task-4", "task-3", "task-2", "task-2"]),
            ["task-2", "task-3", "task-4"]
        );
        assert!(nearest("zebra", ["task-1", "schema"]).is_empty());
        assert!(nearest("", ["a"]).is_empty());
    }
}
