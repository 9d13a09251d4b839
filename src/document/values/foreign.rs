//! The words of other languages, and how a value is said in the language that a document speaks.

/// What a language has for each meaning; first the word that is written, or one for each of its genders.
pub(super) type Language<const MEANINGS: usize> = [&'static [&'static str]; MEANINGS];

/// Which meaning `words` has, in whichever language.
pub(super) fn meaning<const N: usize>(languages: &[Language<N>], words: &str) -> Option<usize> {
    languages.iter().find_map(|language| place(language, words)).map(|(meaning, _)| meaning)
}

/// How those who say `old` say `meaning`; `None` where `old` is of none of the languages, or of several that differ, or
/// where its language has no known word for `meaning`.
pub(super) fn likewise<const N: usize>(languages: &[Language<N>], old: &str, meaning: usize) -> Option<&'static str> {
    let speaking = languages.iter().filter_map(|language| Some((language, place(language, old)?.1)));
    let mut said = speaking.map(|(language, at)| language[meaning].get(at).or(language[meaning].first()));
    let first = said.next().flatten()?;
    said.all(|other| other == Some(first)).then_some(*first)
}

/// Which meaning `words` has in `language`, and which of the words for it they are.
fn place<const N: usize>(language: &Language<N>, words: &str) -> Option<(usize, usize)> {
    let said =
        language.iter().enumerate().flat_map(|(meaning, all)| all.iter().enumerate().map(move |it| (meaning, it)));
    let mut same = said.filter(|(_, (_, word))| **word == words || word.to_lowercase() == words);
    same.next().map(|(meaning, (at, _))| (meaning, at))
}
