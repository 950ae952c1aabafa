//! Finds tasks while their title is being typed: the last word may be half a word.

use super::{matching::find_matches, normal};

/// The titles in which each of these words begins a word, in their order; where there is none, those that sound like it, in whichever script.
/// No words find all.
pub fn find_begun(words: &str, titles: &[&str]) -> Vec<usize> {
    let asked = plain_words(words);
    let begun: Vec<usize> = (0..titles.len())
        .filter(|at| {
            let title = plain_words(titles[*at]);
            asked.iter().all(|word| title.iter().any(|other| other.starts_with(word.as_str())))
        })
        .collect();
    if begun.is_empty() { find_matches(words, titles) } else { begun }
}

fn plain_words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation() || matches!(c, '،' | '۔' | '؟'))
        .map(normal::plain)
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: [&str; 5] = ["Buy milk", "Call the bank", "دودھ لانا ہے", "bijli ka bill", "کتاب واپس کرنی ہے"];

    #[test]
    fn half_words_find_titles_in_both_scripts() {
        assert_eq!(find_begun("", &TITLES), [0, 1, 2, 3, 4]);
        assert_eq!(find_begun("b", &TITLES), [0, 1, 3]);
        assert_eq!(find_begun("BI bi", &TITLES), [3]);
        assert_eq!(find_begun("the ba", &TITLES), [1]);
        assert_eq!(find_begun("كتاب وا", &TITLES), [4], "an Arabic kaf");
        assert_eq!(find_begun("doodh", &TITLES), [0, 2], "in the other script, and in another language");
        assert!(find_begun("zzzz", &TITLES).is_empty());
    }
}
