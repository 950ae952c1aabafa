//! Whether a new password can be guessed, by zxcvbn: it knows the passwords, words, names, dates and patterns that are tried first. There are no
//! rules of composition (NIST SP 800-63B, 3.1.1.2). Passwords that exist are not looked at.

use zxcvbn::{Score, feedback::Warning, zxcvbn};

use crate::domain::password::Weakness;

/// Whose password it will be: what of it somebody who knows the person would try.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The address to sign in with.
    pub email: &'a str,
    /// The name that is shown; may be empty.
    pub name: &'a str,
}

impl About<'_> {
    /// The words of the name and the address, each by itself, and the name of this program.
    pub(super) fn words(&self) -> Vec<String> {
        let parts = self.email.split(|c: char| !c.is_alphanumeric()).chain(self.name.split_whitespace());
        let whole = [self.email, self.name, "kaam"].into_iter();
        whole.chain(parts).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }
}

/// What makes this password easy to guess, if it takes less than some hundred million guesses.
pub(super) fn weakness(password: &str, about: &[String]) -> Option<Weakness> {
    let words: Vec<&str> = about.iter().map(String::as_str).collect();
    let found = zxcvbn(password, &words);
    if found.score() >= Score::Three {
        return None;
    }
    if zxcvbn(password, &[]).score() >= Score::Three {
        return Some(Weakness::Personal);
    }
    let warning = found.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    Some(warning.map_or(Weakness::Guessable, of))
}

fn of(warning: Warning) -> Weakness {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => Weakness::Keyboard,
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => Weakness::Repeats,
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => Weakness::Common,
        Warning::SequencesLikeAbcAreEasyToGuess => Weakness::Sequence,
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => Weakness::Date,
        Warning::AWordByItselfIsEasyToGuess
        | Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => Weakness::Word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_refused_and_it_is_said_why() {
        let about = About {
            email: "sana.khan@example.com",
            name: "Sana Khan",
        };
        let about = about.words();
        for (password, expected) in [
            ("password", Some(Weakness::Common)),
            ("12345678", Some(Weakness::Common)),
            ("P@ssw0rd1", Some(Weakness::Common)),
            ("qazwsxedc", Some(Weakness::Common)),
            ("aaaaaaaaaaaa", Some(Weakness::Repeats)),
            ("asdfghjkl;'", Some(Weakness::Keyboard)),
            ("lmnopqrst", Some(Weakness::Sequence)),
            ("23-11-1996", Some(Weakness::Date)),
            ("sana.khan@example.com", Some(Weakness::Personal)),
            ("پپپپپپپپپپپپ", Some(Weakness::Repeats)),
            ("wet paint over nine doors", None),
            ("چائے ٹھنڈی ہو گئی", None),
            ("4fJ!x9Qz_w", None),
        ] {
            assert_eq!(weakness(password, &about), expected, "{password}");
        }
    }

    #[test]
    fn every_common_password_of_the_list_is_refused() {
        for password in [
            "iloveyou",
            "princess",
            "football1",
            "pakistan",
            "pakistan123",
            "trustno1",
            "letmein1",
            "baseball",
            "superman1",
        ] {
            assert!(weakness(password, &[]).is_some(), "{password}");
        }
    }
}
